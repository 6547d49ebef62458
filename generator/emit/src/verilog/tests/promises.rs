//! What the text promises, whatever the design.

use super::{designs, emitted, text};
use tritloom_hdl::{Module, ModuleBuilder, Value, uint};

#[test]
fn no_line_is_longer_than_a_hundred_columns() {
    for (topic, module) in designs::all() {
        let text = text(&emitted(module));
        let long: Vec<&str> = text.lines().filter(|line| line.chars().count() > 100).collect();
        assert!(long.is_empty(), "{topic}: {long:#?}");
        assert!(!text.lines().any(|line| line.ends_with(' ')), "{topic}: blanks at the end of a line");
        assert!(!text.contains("\n\n\n"), "{topic}: two empty lines");
    }
}

#[test]
fn no_name_has_two_underscores_or_begins_with_one() {
    for (topic, module) in designs::all() {
        let text = text(&emitted(module));
        let code = text.lines().filter(|line| !line.trim_start().starts_with("//"));
        let names = code.flat_map(|line| line.split(|letter: char| !letter.is_ascii_alphanumeric() && letter != '_'));
        for name in names {
            assert!(!name.contains("__") && !name.starts_with('_') && !name.ends_with('_'), "{topic}: {name}");
        }
    }
}

#[test]
fn equal_designs_give_equal_text() {
    for ((topic, first), (_, second)) in designs::all().into_iter().zip(designs::all()) {
        assert_eq!(emitted(first), emitted(second), "{topic}");
    }
}

#[test]
fn an_array_has_as_many_lines_whatever_its_size() {
    let lines = |rows, columns| text(&emitted(designs::array(rows, columns))).lines().count();
    assert_eq!(lines(4, 4), lines(64, 64));
    let lines = |lanes| text(&emitted(designs::lanes(lanes))).lines().count();
    assert_eq!(lines(4), lines(1000));
}

/// With something in front that nothing else has to do with, or without.
fn edited(with_more: bool) -> Module {
    let m = ModuleBuilder::new("edited", "Before and after an edit.");
    let (a, b, c) = (m.input("a", uint(8)), m.input("b", uint(8)), m.input("c", uint(1)));
    if with_more {
        m.wire("more", &(&(&b - &a) + &m.sint(1, 2)));
    }
    let shared = &(&a + &b).wrap(8) ^ &c.mux(&a, &b);
    let long: Vec<Value> = (0..6).map(|at| &shared & &(&a.slice(at, 2) * &b.slice(at / 2, 6))).collect();
    m.output("first", &long[1..].iter().fold(long[0].clone(), |sum, one| sum | one));
    m.output("second", &(&long[3] + &(&a * &b).popcount().extend(8)));
    m.output("third", &a.slice(0, 2).select(&long));
    m.finish()
}

#[test]
fn an_unrelated_edit_moves_no_name() {
    let (before, after) = (text(&emitted(edited(false))), text(&emitted(edited(true))));
    let mut remaining = after.lines();
    for line in before.lines() {
        assert!(remaining.any(|other| other == line), "gone or moved: {line}\nnow:\n{after}");
    }
    let more = after.lines().count() - before.lines().count();
    assert_eq!(more, 4, "a wire for the difference, the named one, an empty line and a sink:\n{after}");
}

#[test]
fn each_line_leads_to_the_rust_line_that_describes_it() {
    let emission = emitted(designs::registers());
    let file = &emission.files["registers.v"];
    let line_of = |text: &str| file.lines().position(|line| line.trim() == text).map(|line| line as u32 + 1);
    let register = line_of("reg busy_q;").and_then(|line| emission.line_map.look_up("registers.v", line));
    let next = line_of("busy_q <= busy_d;").and_then(|line| emission.line_map.look_up("registers.v", line));
    assert!(register.is_some_and(|location| location.file.ends_with("designs.rs")));
    assert_eq!(register, next);
    assert!(emission.line_map.to_json().starts_with("{\n  \"registers.v\": {\n    \"1\": \""));
}

#[test]
fn deep_logic_does_not_end_the_stack() {
    let m = ModuleBuilder::new("deep", "A chain of choices and one of sums.");
    let (a, b, c) = (m.input("a", uint(8)), m.input("b", uint(8)), m.input("c", uint(8)));
    let mut choice = a.clone();
    let mut sum = b.clone();
    for depth in 0..20_000 {
        choice = c.bit(depth % 8).mux(&(&choice ^ &b), &a);
        sum = (&sum + &c).wrap(8).as_signed().as_unsigned();
    }
    m.output("choice", &choice);
    m.output("sum", &sum);
    let lines = text(&emitted(m.finish())).lines().count();
    assert!(lines < 20_000, "{lines}");
}

#[test]
fn the_file_list_has_children_first() {
    let emission = emitted(designs::nested_loops());
    assert_eq!(emission.filelist, "multiply_add_w4.v\narray_2x3.v\n");
    assert_eq!(emission.files.keys().map(|file| format!("{file}\n")).collect::<String>(), emission.filelist);
}
