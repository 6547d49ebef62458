//! Equal modules are one, wherever and however often they are built; different ones of one name are refused.

use tritloom_hdl::{Code, Design, Module, ModuleBuilder, Value, uint};

/// Built at the caller's line, as far as the description can tell.
#[track_caller]
fn incrementer(name: &str, step: u64) -> Module {
    let m = ModuleBuilder::new(name, "Adds a constant.");
    let x = m.input("x", uint(8));
    let total = m.register("total", uint(8));
    total.next(&(&x + m.uint(step, 8)).wrap(8));
    let pieces = m.lanes("pieces", uint(4), 2);
    m.repeat("piece", 2, |piece| pieces.drive(piece, &total.lanes(uint(4), 2).lane(piece)));
    m.output("y", pieces.flat());
    m.finish()
}

fn parent(name: &str, children: &[Module]) -> Module {
    let m = ModuleBuilder::new(name, "In a row.");
    let chain = |value: Value, (position, child): (usize, &Module)| {
        let instance = m.instance(&format!("part{position}"), child);
        instance.connect("x", &value);
        instance.output("y")
    };
    let y = children.iter().enumerate().fold(m.input("x", uint(8)), chain);
    m.output("y", &y);
    m.finish()
}

fn names(design: &Design) -> Vec<&str> {
    design.modules.iter().map(|module| module.name.as_str()).collect()
}

#[test]
fn modules_from_several_calls_are_one_whatever_the_lines() {
    let first = incrementer("add_3", 3);
    let second = incrementer("add_3", 3);
    assert_ne!(first.nodes[0].location, second.nodes[0].location, "the helper passes its caller on");
    let left = parent("pair", &[first, second]);
    let right = parent("pair", &[incrementer("add_3", 3), incrementer("add_3", 3)]);
    let design = Design::new(parent("top", &[left, right])).unwrap_or_else(|defects| panic!("{defects}"));
    assert_eq!(names(&design), ["add_3", "pair", "top"]);
}

#[test]
fn a_name_that_hides_a_parameter_is_a_clash() {
    let defects = Design::new(parent("top", &[incrementer("add", 3), incrementer("add", 4)])).expect_err("a clash");
    assert_eq!(defects.0.len(), 1);
    assert_eq!((defects.0[0].code, defects.0[0].path.as_str()), (Code::ModuleClash, "top.part1"));
}

#[test]
fn a_clash_below_equal_parents_is_found() {
    let (left, right) = (parent("pair", &[incrementer("add", 3)]), parent("pair", &[incrementer("add", 4)]));
    let defects = Design::new(parent("top", &[left, right])).expect_err("a clash");
    assert_eq!((defects.0[0].code, defects.0[0].path.as_str()), (Code::ModuleClash, "top.part1.part0"));
}

#[test]
fn a_module_cannot_bear_the_name_of_one_around_it() {
    let defects = Design::new(parent("same", &[incrementer("same", 3)])).expect_err("a clash");
    assert_eq!((defects.0[0].code, defects.0[0].path.as_str()), (Code::ModuleClash, "same"));
}

#[test]
fn a_deep_hierarchy_of_shared_modules_is_walked_once() {
    // Each level has two of the one below: 2^40 instances, 41 modules.
    let below = |child: Module, level: u32| parent(&format!("level{level}"), &[child.clone(), child]);
    let top = (1..=40).fold(incrementer("leaf", 1), below);
    let design = Design::new(top).unwrap_or_else(|defects| panic!("{defects}"));
    assert_eq!(design.modules.len(), 41);
}
