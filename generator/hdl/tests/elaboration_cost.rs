//! An array costs the same to describe and to check whatever its size.

use std::time::{Duration, Instant};
use tritloom_hdl::{Design, Module, ModuleBuilder, ModuleData, sint};

/// Bits of a sum: as many as let the sums of all cells be one vector.
const SUM: u32 = 14;

/// Multiplies and adds; hands activations on to the right and sums down.
fn element() -> Module {
    let m = ModuleBuilder::new("element", "One cell of a systolic array.");
    let (x, weight, above) = (m.input("x", sint(8)), m.input("weight", sint(2)), m.input("above", sint(SUM)));
    m.output("right", &m.delay("right", &x, None));
    m.output("below", &m.delay("sum", &(&above + &x * &weight).wrap(SUM), None));
    m.finish()
}

/// Neighbour to neighbour, with edges on two sides.
fn array(size: u32) -> Module {
    let m = ModuleBuilder::new(format!("systolic_{size}x{size}"), "Rows of activations, columns of sums.");
    let weights = m.input_lanes("weights", sint(2), size * size, "row by row");
    let west = m.input_lanes("west", sint(8), size, "");
    let across = m.lanes("across", sint(8), size * (size + 1));
    let down = m.lanes("down", sint(SUM), (size + 1) * size);
    m.repeat("north", size, |column| down.drive(column, &m.sint(0, SUM)));
    let cell = element();
    m.repeat("row", size, |row| {
        across.drive(row * (size + 1), &west.lane(row));
        m.repeat("column", size, |column| {
            let element = m.instance("element", &cell);
            element.connect("x", &across.lane(row * (size + 1) + column));
            element.connect("weight", &weights.lane(row * size + column));
            element.connect("above", &down.lane(row * size + column));
            across.drive(row * (size + 1) + column + 1, &element.output("right"));
            down.drive((row + 1) * size + column, &element.output("below"));
        });
    });
    let south = down.flat().slice(SUM * size * size, SUM * size);
    m.output_lanes("south", &south.lanes(sint(SUM), size), "");
    m.finish()
}

/// Nodes, wires, drivers, instances, loops, items.
fn records(module: &ModuleData) -> [usize; 6] {
    let drives = module.wires.iter().map(|wire| wire.drives.len()).sum();
    let items = module.body.len() + module.loops.iter().map(|repeat| repeat.body.len()).sum::<usize>();
    [module.nodes.len(), module.wires.len(), drives, module.instances.len(), module.loops.len(), items]
}

/// The shortest of several runs: what the work takes when nothing else disturbs it.
fn checking_time(size: u32) -> Duration {
    let run = || {
        let top = array(size);
        let start = Instant::now();
        assert!(Design::new(top).is_ok(), "{size} x {size}");
        start.elapsed()
    };
    (0..20).map(|_| run()).min().unwrap_or_default()
}

#[test]
fn an_array_of_64_by_64_is_as_small_as_one_of_4_by_4() {
    assert_eq!(records(&array(4)), records(&array(64)));
}

#[test]
fn an_array_of_64_by_64_is_checked_in_the_time_of_one_of_4_by_4() {
    let (small, large) = (checking_time(4), checking_time(64));
    // An enumeration of its 4,096 cells would take a hundred times as long.
    assert!(large < 10 * small, "{large:?} against {small:?}");
}
