//! Which designs hold a combinational loop, and which only look as if they did.

use tritloom_hdl::{Affine, Code, Design, Module, ModuleBuilder, uint};

#[track_caller]
fn legal(m: ModuleBuilder) {
    if let Err(defects) = Design::new(m.finish()) {
        panic!("{defects}");
    }
}

/// The loops that are reported, by the names on them.
#[track_caller]
fn loops(m: ModuleBuilder) -> Vec<String> {
    let defects = Design::new(m.finish()).expect_err("a combinational loop");
    assert!(defects.0.iter().all(|defect| defect.code == Code::CombinationalLoop), "{defects}");
    let through = |message: &str| {
        let names = message.strip_prefix("a combinational loop through ").unwrap_or_default();
        names.split(';').next().unwrap_or_default().to_string()
    };
    defects.0.iter().map(|defect| through(&defect.message)).collect()
}

fn builder() -> ModuleBuilder {
    ModuleBuilder::new("top", "A loop, or none.")
}

#[test]
fn a_chain_through_the_lanes_of_one_wire_is_no_loop() {
    let m = builder();
    let chain = m.lanes("chain", uint(4), 9);
    chain.drive(0, &m.input("x", uint(4)));
    m.repeat("place", 8, |place| chain.drive(place + 1, &!chain.lane(place)));
    m.output("y", &chain.lane(8));
    legal(m);
}

#[test]
fn a_chain_that_runs_downwards_or_by_two_is_no_loop() {
    let m = builder();
    let (down, skip) = (m.lanes("down", uint(4), 9), m.lanes("skip", uint(4), 10));
    let x = m.input("x", uint(4));
    down.drive(8, &x);
    skip.drive(0, &x);
    skip.drive(1, &x);
    m.repeat("place", 8, |place| {
        down.drive(place, &!down.lane(place + 1));
        skip.drive(place + 2, &(skip.lane(place) ^ skip.lane(place + 1)));
    });
    m.output("y", &(down.lane(0) & skip.lane(9)));
    legal(m);
}

#[test]
fn a_chain_that_bites_its_tail_is_a_loop() {
    let m = builder();
    let chain = m.lanes("chain", uint(4), 9);
    chain.drive(0, &!chain.lane(8));
    m.repeat("place", 8, |place| chain.drive(place + 1, &!chain.lane(place)));
    m.output("y", &chain.lane(8));
    assert_eq!(loops(m), ["chain"]);
}

#[test]
fn a_lane_that_reads_itself_in_the_last_iteration_only_is_a_loop() {
    let m = builder();
    let chain = m.lanes("chain", uint(4), 8);
    // Place 0 reads lane 7, place 7 reads lane 0, and in between two places read each other.
    m.repeat("place", 8, |place| chain.drive(place, &!chain.lane(Affine::from(7) - place)));
    m.output("y", chain.flat());
    assert_eq!(loops(m), ["chain"]);
}

#[test]
fn reading_a_whole_vector_while_driving_a_lane_of_it_is_a_loop() {
    let m = builder();
    let chain = m.lanes("chain", uint(1), 8);
    m.repeat("place", 8, |place| chain.drive(place, &chain.flat().parity()));
    m.output("y", chain.flat());
    assert_eq!(loops(m), ["chain"]);
}

#[test]
fn slices_of_a_lane_wire_count_by_the_lanes_they_touch() {
    let halves = |low: u32| {
        let m = builder();
        let pair = m.lanes("pair", uint(8), 2);
        pair.drive(0, &m.input("x", uint(8)));
        pair.drive(1, &pair.flat().slice(low, 4).extend(8));
        m.output("y", pair.flat());
        m
    };
    legal(halves(4));
    assert_eq!(loops(halves(5)), ["pair"]);
    // The same wire read by lanes of another width.
    let m = builder();
    let wide = m.lanes("wide", uint(8), 3);
    wide.drive(0, &m.input("x", uint(8)));
    let narrow = wide.flat().lanes(uint(4), 6);
    m.repeat("place", 2, |place| wide.drive(place + 1, &(narrow.lane(place * 2) * narrow.lane(place * 2 + 1))));
    m.output("y", wide.flat());
    legal(m);
}

/// Two dimensions, each lane from its upper and its left neighbour; or, wrongly, from its right one.
fn mesh(rows: u32, columns: u32, wrong: bool) -> ModuleBuilder {
    let m = builder();
    let x = m.input_lanes("x", uint(1), columns, "");
    let across = m.lanes("across", uint(1), rows * (columns + 1));
    let down = m.lanes("down", uint(1), (rows + 1) * columns);
    m.repeat("north", columns, |column| down.drive(column, &x.lane(column)));
    m.repeat("row", rows, |row| {
        across.drive(row * (columns + 1), &m.uint(1, 1));
        m.repeat("column", columns, |column| {
            let left = across.lane(row * (columns + 1) + column);
            let source = if wrong { (row + 1) * columns + column } else { row * columns + column };
            let element = m.wire("element", &(left ^ down.lane(source)));
            across.drive(row * (columns + 1) + column + 1, &element);
            down.drive((row + 1) * columns + column, &!element);
        });
    });
    m.output("y", &m.concat(&[down.flat(), across.flat()]));
    m
}

#[test]
fn neighbours_in_nested_loops_are_told_apart_by_row_and_column() {
    legal(mesh(3, 4, false));
    legal(mesh(1, 2, false));
    assert_eq!(loops(mesh(3, 4, true)), ["element <- down"]);
}

#[test]
fn wires_of_an_iteration_are_their_own() {
    let build = |wrong: bool| {
        let m = builder();
        let x = m.input_lanes("x", uint(8), 4, "");
        let totals = m.lanes("totals", uint(8), 5);
        totals.drive(0, &m.uint(0, 8));
        m.repeat("row", 4, |row| {
            let partial = m.lanes("partial", uint(8), 4);
            let first = m.forward("first", uint(8));
            partial.drive(0, &(&x.lane(row) ^ &*first));
            m.repeat("step", 3, |step| partial.drive(step + 1, &!partial.lane(step)));
            let source = if wrong { partial.lane(2) } else { totals.lane(row) };
            first.drive(&source);
            totals.drive(row + 1, &partial.lane(3));
        });
        m.output("y", &totals.lane(4));
        m
    };
    legal(build(false));
    assert_eq!(loops(build(true)), ["partial <- first"]);
}

/// `through` follows `a` at once, `kept` a cycle later, `free` follows `b` only.
fn part() -> Module {
    let m = ModuleBuilder::new("part", "Three kinds of path.");
    let (a, b) = (m.input("a", uint(8)), m.input("b", uint(8)));
    m.output("through", &!&a);
    m.output("kept", &m.delay("kept", &(&a ^ &b), None));
    m.output("free", &!&b);
    let rom = m.memory("words", uint(8), 256);
    rom.write(&a.bit(0), &a, &b);
    m.output("word", &rom.read("port", &b.bit(0), &b));
    m.finish()
}

#[test]
fn instances_count_by_the_paths_of_their_module() {
    let feedback = |output: &str| {
        let m = builder();
        let back = m.forward("back", uint(8));
        let part = m.instance("part", &part());
        part.connect("a", &back).connect("b", &m.input("x", uint(8)));
        back.drive(&part.output(output));
        m.output("y", &back);
        m
    };
    ["kept", "free", "word"].into_iter().for_each(|output| legal(feedback(output)));
    assert_eq!(loops(feedback("through")), ["back <- part.through"]);
}

#[test]
fn a_loop_may_lead_through_several_instances_and_levels() {
    let middle = ModuleBuilder::new("middle", "Hands through.");
    let inner = middle.instance("part", &part());
    inner.connect("a", &middle.input("a", uint(8))).connect("b", &middle.input("b", uint(8)));
    middle.output("through", &inner.output("through"));
    middle.output("kept", &inner.output("kept"));
    let middle = middle.finish();
    let ring = |output: &str| {
        let m = builder();
        let first = m.forward("first", uint(8));
        let (upper, lower) = (m.instance("upper", &middle), m.instance("lower", &middle));
        upper.connect("a", &first).connect("b", &first);
        lower.connect("a", &upper.output("through")).connect("b", &first);
        first.drive(&lower.output(output));
        m.output("y", &first);
        m
    };
    legal(ring("kept"));
    assert_eq!(loops(ring("through")), ["first <- lower.through <- upper.through"]);
}

#[test]
fn a_chain_of_instances_in_a_loop_is_no_loop() {
    let chain = |wrong: u32| {
        let m = builder();
        let (x, links) = (m.input("x", uint(8)), m.lanes("links", uint(8), 5));
        links.drive(0, &x);
        m.repeat("place", 4, |place| {
            let part = m.instance("part", &part());
            part.connect("a", &links.lane(place + wrong)).connect("b", &x);
            links.drive(place + 1, &part.output("through"));
        });
        m.output("y", &links.lane(4));
        m
    };
    legal(chain(0));
    assert_eq!(loops(chain(1)), ["part.through <- links"]);
}

/// A path from whole port to whole port: what the description of the check promises, no more.
#[test]
fn ports_count_as_a_whole() {
    let crossed = ModuleBuilder::new("crossed", "Swaps halves.");
    let x = crossed.input("x", uint(8));
    crossed.output("y", &crossed.concat(&[&x.slice(0, 4), &x.slice(4, 4)]));
    let m = builder();
    let back = m.forward("back", uint(4));
    let swap = m.instance("swap", &crossed.finish());
    swap.connect("x", &m.concat(&[&m.input("x", uint(4)), &*back]));
    back.drive(&swap.output("y").slice(0, 4));
    m.output("y", &back);
    assert_eq!(loops(m), ["back <- swap.y"]);
}

#[test]
fn state_breaks_loops() {
    let m = builder();
    let total = m.register("total", uint(8));
    total.next(&(&*total + m.input("x", uint(8))).wrap(8));
    let memory = m.memory("words", uint(8), 256);
    let word = m.forward("word", uint(8));
    memory.write(&word.bit(0), &word, &!&*word);
    word.drive(&memory.read("port", &word.bit(1), &word));
    m.output("y", &(&*total ^ &*word));
    legal(m);
}

#[test]
fn loops_that_have_nothing_in_common_are_all_reported() {
    let m = builder();
    for name in ["one", "two", "three"] {
        let wire = m.forward(name, uint(1));
        wire.drive(&!&*wire);
    }
    m.output("y", &m.forward("four", uint(1)));
    let defects = Design::new(m.finish()).expect_err("three loops and a missing driver");
    let codes: Vec<Code> = defects.0.iter().map(|defect| defect.code).collect();
    assert_eq!(codes, [Code::Undriven, Code::CombinationalLoop, Code::CombinationalLoop, Code::CombinationalLoop]);
}
