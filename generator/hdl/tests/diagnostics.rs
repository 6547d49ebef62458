//! What every defect looks like to the user: one wrong design for each code, and designs with several defects.
//!
//! The snapshots hold line numbers of this file: after an edit, look at each change before accepting it.

use tritloom_hdl::{Affine, Bits, Code, Design, Diagnostics, Module, ModuleBuilder, Value, sint, uint};

fn defects(top: Module) -> Diagnostics {
    Design::new(top).expect_err("a wrong design")
}

/// A design with that defect, as often as there are ways to make it, and with no other.
fn wrong(name: &str, code: Code) -> Module {
    let m = ModuleBuilder::new(name, "Wrong on purpose.");
    match code {
        Code::WidthMismatch => width_mismatch(&m),
        Code::SignMismatch => sign_mismatch(&m),
        Code::WidthOutOfRange => width_out_of_range(&m),
        Code::BitsOutOfRange => bits_out_of_range(&m),
        Code::ConstantTooWide => constant_too_wide(&m),
        Code::EmptyList => empty_list(&m),
        Code::WouldLoseBits => would_lose_bits(&m),
        Code::LoopCount => loop_count(&m),
        Code::DelayLength => delay_length(&m),
        Code::Undriven => undriven(&m),
        Code::DrivenTwice => driven_twice(&m),
        Code::CombinationalLoop => combinational_loop(&m),
        Code::Keyword => return keyword(),
        Code::IllegalName => illegal_name(&m),
        Code::DuplicateName => duplicate_name(&m),
        Code::ModuleClash => module_clash(&m),
        Code::ForeignValue => foreign_value(&m),
        Code::EscapedLoop => escaped_loop(&m),
        Code::NoSuchPort => no_such_port(&m),
        Code::MemoryShape => memory_shape(&m),
        Code::PipelineOrder => pipeline_order(&m),
    }
    m.finish()
}

#[test]
fn every_code_has_a_message_that_says_what_and_where() {
    for &code in Code::ALL {
        let found = defects(wrong("top", code));
        assert!(found.0.iter().all(|defect| defect.code == code), "{}: {found}", code.text());
        insta::assert_snapshot!(code.text(), found);
    }
}

fn width_mismatch(m: &ModuleBuilder) {
    let (x, y, flag) = (m.input("x", uint(8)), m.input("y", uint(9)), m.input("flag", uint(1)));
    m.output("sum", &(&x & &y));
    m.output("choice", &flag.mux(&x, &y));
    m.output("by_two_bits", &x.slice(0, 2).mux(&x, &x));
    m.output("picked", &flag.select(&[x.clone(), y.clone()]));
    m.output("gated", &m.one_hot(&[(&flag, &x), (&x, &x)]));
    m.output("carried", &x.add_with_carry(&x, &y));
    m.output("entry", &flag.table(&[Bits::zero(7)], uint(8)));
    m.output("lane", &x.lanes(uint(3), 3).lane(0));
    let later = m.forward("later", uint(8));
    later.drive(&y);
    let lanes = m.lanes("lanes", uint(4), 2);
    m.repeat("half", 2, |half| lanes.drive(half, &x));
    let register = m.register("register", uint(8));
    register.enable(&x).next(&y);
    m.instance("child", &child()).connect("x", &y);
}

fn sign_mismatch(m: &ModuleBuilder) {
    let (x, y) = (m.input("x", uint(8)), m.input("y", sint(8)));
    m.output("sum", &(&x + &y));
    m.output("below", &x.less(&y));
    m.output("both", &(&x & &y));
    m.output("choice", &x.bit(0).mux(&x, &y));
    m.output("entry", &y.table(&[Bits::zero(1)], uint(1)));
    m.output("picked", &y.select(std::slice::from_ref(&x)));
    m.instance("child", &child()).connect("x", &y);
}

fn width_out_of_range(m: &ModuleBuilder) {
    let (x, wide) = (m.input("x", uint(0)), m.input("wide", uint(65_536)));
    m.input("wider", uint(65_537));
    m.input_lanes("vector", uint(1 << 20), 1 << 20, "");
    m.output("all", &m.concat(&[&wide, &wide]));
    m.output("sum", &(&wide + &wide));
    m.output("product", &(&wide * &wide));
    m.output("minus", &-&wide);
    m.output("shifted", &wide.shift_left(u32::MAX));
    m.output("copies", &wide.replicate(0));
    m.output("extended", &wide.extend(u32::MAX));
    m.output("constant", &m.uint(0, 0));
    m.output("pattern", &m.constant(Bits::zero(0), false));
    m.output("index", &m.index(0, 0));
    m.output("entry", &wide.bit(0).table(&[Bits::zero(0)], uint(0)));
    m.lanes("none", uint(8), 0);
    m.forward("nothing", uint(0)).drive(&x);
    m.register("nothing", uint(0)).reset(3).next(&x);
    let ram = m.memory("nothing", uint(0), 8);
    ram.write(&wide, &wide, &x);
    ram.read("port", &wide, &wide);
}

fn bits_out_of_range(m: &ModuleBuilder) {
    let (x, vector) = (m.input("x", uint(8)), m.input_lanes("vector", sint(4), 5, ""));
    m.output("ninth", &x.bit(8));
    m.output("slice", &x.slice(u32::MAX, u32::MAX));
    m.output("nothing", &x.wrap(0));
    m.output("truncated", &x.truncate(8));
    m.output("lane", &vector.lane(5));
    let lanes = m.lanes("lanes", sint(4), 5);
    m.repeat("lane", 5, |lane| {
        lanes.drive(lane + 1, &vector.lane(lane));
        lanes.drive(lane, &vector.lane(lane - 1));
        lanes.drive(lane, &vector.lane(lane * u32::MAX * u32::MAX));
    });
}

fn constant_too_wide(m: &ModuleBuilder) {
    m.output("too_large", &m.uint(8, 3));
    m.output("negative", &m.sint(-5, 3));
    m.register("register", uint(2)).reset(4).next(&m.uint(0, 2));
    m.repeat("lane", 9, |lane| {
        m.wire("place", &m.index(lane, 3));
        m.wire("below", &m.index(lane - 1, 4));
    });
}

fn empty_list(m: &ModuleBuilder) {
    let x = m.input("x", uint(8));
    m.output("all", &m.concat(&[]));
    m.output("gated", &m.one_hot(&[]));
    m.output("picked", &x.select(&[]));
    m.output("entry", &x.table(&[], uint(8)));
}

fn would_lose_bits(m: &ModuleBuilder) {
    let x = m.input("x", sint(8));
    m.output("extended", &x.extend(7));
    m.output("wrapped", &x.wrap(9));
    m.output("saturated", &x.saturate(9));
    m.output("nothing", &x.saturate(0));
}

fn loop_count(m: &ModuleBuilder) {
    let x = m.input_lanes("x", uint(1), 2000, "");
    m.repeat("none", 0, |index| {
        m.wire("single", &x.lane(index));
    });
    m.repeat("many", tritloom_hdl::MAXIMUM_LOOP_COUNT + 1, |_| {});
    m.repeat("row", 2000, |row| {
        m.wire("in_row", &x.lane(row));
        m.repeat("column", 2000, |column| {
            m.wire("both", &(x.lane(row) & x.lane(column)));
        });
    });
}

fn delay_length(m: &ModuleBuilder) {
    let (x, wide) = (m.input("x", uint(8)), m.input("wide", uint(40_000)));
    m.output("now", &m.delay_line("none", &x, 0, None));
    m.output("late", &m.delay_line("long", &x, 8193, None));
    m.output("wide_late", &m.delay_line("wide_line", &wide, 2, None));
    m.repeat("lane", 5, |lane| {
        m.wire("from_none", &m.delay_line("from_none", &x, lane, None));
        m.wire("to_none", &m.delay_line("to_none", &x, Affine::from(3) - lane, None));
        m.wire("absurd", &m.delay_line("absurd", &x, lane * u32::MAX * u32::MAX, None));
    });
    m.output("longest", &m.delay_line("longest", &x, 8192, None));
}

fn undriven(m: &ModuleBuilder) {
    m.output("later", &m.forward("later", uint(8)));
    let lanes = m.lanes("lanes", uint(1), 10);
    m.repeat("pair", 5, |pair| {
        lanes.drive(pair * 2, &m.uint(0, 1));
        m.lanes("in_pair", uint(1), 2).drive(0, &m.uint(0, 1));
    });
    m.register("register", uint(8)).enable(&m.uint(1, 1));
    m.instance("child", &child());
    let ram = m.memory("ram", uint(8), 4);
    ram.read("port", &m.uint(1, 1), &m.uint(0, 2));
    m.rom("rom", uint(8), &[Bits::zero(8)]);
}

fn driven_twice(m: &ModuleBuilder) {
    let x = m.input("x", uint(8));
    let later = m.forward("later", uint(8));
    later.drive(&x);
    later.drive(&!&x);
    let in_loop = m.forward("in_loop", uint(8));
    let lanes = m.lanes("lanes", uint(8), 4);
    lanes.drive(2, &x);
    m.repeat("lane", 4, |lane| {
        lanes.drive(lane, &x);
        in_loop.drive(&x);
    });
    let register = m.register("register", uint(8));
    register.next(&x);
    register.next(&!&x);
    register.enable(&x.bit(0)).enable(&x.bit(1));
    m.instance("child", &child()).connect("x", &x).connect("x", &x);
    let ram = m.memory("ram", uint(8), 256);
    ram.write(&x.bit(0), &x, &x);
    ram.write(&x.bit(1), &x, &x);
    ram.read("port", &x.bit(0), &x);
}

fn combinational_loop(m: &ModuleBuilder) {
    let ready = m.forward("ready", uint(1));
    let valid = m.wire("valid", &!&*ready);
    ready.drive(&(&valid & m.input("enable", uint(1))));
    let ring = m.lanes("ring", uint(1), 4);
    m.repeat("place", 4, |place| ring.drive(place, &!ring.lane(Affine::from(3) - place)));
    let fed_back = m.forward("fed_back", uint(8));
    let child = m.instance("child", &child());
    child.connect("x", &fed_back);
    fed_back.drive(&child.output("y"));
}

fn keyword() -> Module {
    let m = ModuleBuilder::new("module", "A keyword itself.");
    let x = m.input("input", uint(8));
    m.wire("logic", &x);
    m.repeat("generate", 2, |_| {
        m.wire("assign", &x);
    });
    // With an affix they are keywords no more.
    m.delay("reg", &x, None);
    m.instance("always", &child()).connect("x", &x);
    m.finish()
}

fn illegal_name(m: &ModuleBuilder) {
    let x = m.input("X", uint(1));
    m.input("clk", uint(1));
    m.wire("a-b", &x);
    m.wire("two__underscores", &x);
    m.wire("unused_bits", &x);
    m.delay("count_q", &x, None);
    m.output("", &x);
    let child = ModuleBuilder::new("Child", "Wrong name.").finish();
    m.instance("u_child", &child);
    let rom = m.rom("4_words", uint(1), &[Bits::zero(1)]);
    rom.read("port", &x, &x);
}

fn duplicate_name(m: &ModuleBuilder) {
    let x = m.input("x", uint(8));
    m.output("x", &x);
    m.wire("sum", &x);
    m.repeat("sum", 2, |_| {
        m.wire("twice", &x);
    });
    m.wire("twice", &x);
    m.delay("state", &x, None);
    let pipeline = m.pipeline("main", None);
    pipeline.stage(0, "state", &x).at(2);
    pipeline.stage(1, "state", &x);
    m.instance("child", &child()).connect("x", &x);
    m.instance("child", &child()).connect("x", &x);
}

fn module_clash(m: &ModuleBuilder) {
    let x = m.input("x", uint(8));
    m.instance("first", &child()).connect("x", &x);
    let other = ModuleBuilder::new("child", "Another one of that name.");
    other.output("y", &!&other.input("x", uint(8)));
    m.instance("second", &other.finish()).connect("x", &x);
    // The name of a module is taken below it, too.
    let inner = ModuleBuilder::new("top", "Not the top.");
    m.instance("inner", &inner.finish());
}

fn foreign_value(m: &ModuleBuilder) {
    let other = ModuleBuilder::new("other", "Lends its values.");
    let (x, foreign) = (m.input("x", uint(8)), other.input("x", uint(8)));
    m.output("sum", &(&x + &foreign));
    m.output("alone", &(&foreign + &foreign));
    m.wire("named", &foreign);
    m.delay("kept", &foreign, Some(&foreign.bit(0)));
    m.instance("child", &child()).connect("x", &foreign);
}

fn escaped_loop(m: &ModuleBuilder) {
    let (x, later) = (m.input_lanes("x", uint(8), 4, ""), m.forward("later", uint(8)));
    let (mut escaped, mut inner, mut index) = (None, None, None);
    m.repeat("lane", 4, |lane| {
        escaped = Some(m.wire("picked", &x.lane(lane)));
        let own = m.lanes("inner", uint(8), 4);
        m.repeat("other", 4, |other| own.drive(other, &x.lane(other)));
        (inner, index) = (Some(own), Some(lane));
        let register = m.register("register", uint(8));
        m.repeat("again", 4, |again| register.next(&x.lane(again)));
        let depends = m.lanes("depends", uint(8), 4);
        depends.drive(lane, &m.uint(0, 8));
    });
    let (Some(escaped), Some(inner), Some(index)) = (escaped, inner, index) else { return };
    m.output("outside", &escaped);
    m.wire("beyond", &x.lane(index));
    later.drive(&m.index(index, 8));
    inner.drive(0, &x.lane(0));
    let unfinished = ModuleBuilder::new("unfinished", "Closed too early.");
    unfinished.repeat("row", 2, |_| {
        m.instance("unfinished", &unfinished.clone().finish());
    });
}

fn no_such_port(m: &ModuleBuilder) {
    let child = m.instance("child", &child());
    child.connect("x", &m.input("x", uint(8)));
    child.connect("y", &m.uint(0, 3)).connect("z", &m.uint(0, 3));
    m.output("y", &(child.output("x") + child.output("y")));
}

fn memory_shape(m: &ModuleBuilder) {
    let x = m.input("x", uint(8));
    let none = m.memory("none", uint(8), 0);
    none.write(&x.bit(0), &x.bit(0), &x);
    none.read("port", &x.bit(0), &x);
    let rom = m.rom("rom", uint(8), &[Bits::zero(8), Bits::zero(9)]);
    rom.write(&x.bit(0), &x.bit(0), &x);
    rom.read("port", &x.bit(0), &x.bit(1));
}

fn pipeline_order(m: &ModuleBuilder) {
    let x = m.input("x", uint(8));
    let staged = m.pipeline("main", None).stage(2, "x", &x);
    m.output("early", &staged.at(1));
    m.output("absurd", &staged.at(u32::MAX));
    m.output("late", &staged.at(3));
}

/// A sound module from 8 bits to 8 bits.
fn child() -> Module {
    let m = ModuleBuilder::new("child", "Passes on.");
    m.output("y", &m.input("x", uint(8)));
    m.finish()
}

#[test]
fn several_defects_are_reported_at_once() {
    let m = ModuleBuilder::new("top", "Wrong everywhere.");
    let (x, y) = (m.input("x", uint(8)), m.input("reg", sint(9)));
    m.output("sum", &(&x + &y));
    let vector = m.input_lanes("vector", uint(8), 4, "");
    m.repeat("lane", 4, |lane| {
        m.wire("Wide", &vector.lane(lane).extend(4));
        m.instance("part", &wrong("part", Code::Undriven)).connect("x", &x);
    });
    insta::assert_snapshot!(defects(m.finish()));
}

/// A module with a defect of construction, one of naming and one of driving, in a loop.
fn shared_child() -> Module {
    let m = ModuleBuilder::new("shared", "Wrong once, whatever the number of instances.");
    let x = m.input_lanes("x", uint(8), 4, "");
    m.repeat("lane", 4, |lane| {
        m.wire("wide", &(x.lane(lane) + m.sint(0, 2)));
    });
    m.output("y", &x.lane(0));
    m.finish()
}

#[test]
fn a_defect_of_a_shared_module_is_reported_once_at_its_first_instance() {
    let middle = ModuleBuilder::new("middle", "Two of them.");
    let x = middle.input_lanes("x", uint(8), 4, "");
    middle.repeat("row", 2, |_| {
        middle.instance("first", &shared_child()).connect("x", x.flat());
    });
    middle.instance("second", &shared_child()).connect("x", x.flat());
    let middle = middle.finish();
    let m = ModuleBuilder::new("top", "Two of those.");
    let x = m.input("x", uint(32));
    m.instance("upper", &middle).connect("x", &x);
    m.instance("lower", &middle).connect("x", &x);
    let found = defects(m.finish());
    assert_eq!(found.0.len(), 1, "{found}");
    insta::assert_snapshot!(found);
}

/// One wrong value, then every kind of use of it: its shape is unknown, so nothing about it is an error.
#[test]
fn what_follows_from_a_defect_is_not_reported() {
    let part = ModuleBuilder::new("part", "Wrong output.");
    part.output("y", &part.input("x", uint(8)).extend(7));
    let m = ModuleBuilder::new("top", "Uses it.");
    let x = m.input("x", uint(8));
    let instance = m.instance("part", &part.finish());
    instance.connect("x", &x);
    let mut wrong = vec![instance.output("y"), &x + m.sint(0, 3), m.forward("later", uint(0)).clone()];
    wrong.push(m.wire("named", &wrong[0]));
    wrong.push(m.delay("delayed", &wrong[0], Some(&wrong[1])));
    wrong.push(m.pipeline("main", Some(&wrong[0])).stage(0, "staged", &wrong[1]).at(3));
    for (position, value) in wrong.iter().enumerate() {
        use_in_every_way(&m, &x, value, position);
    }
    insta::assert_snapshot!(defects(m.finish()));
}

fn use_in_every_way(m: &ModuleBuilder, x: &Value, value: &Value, position: usize) {
    let lanes = value.lanes(sint(3), 7);
    let results = [
        value + x,
        value & x,
        value.mux(x, x),
        x.bit(0).mux(value, x),
        x.select(&[x.clone(), value.clone()]),
        m.one_hot(&[(x, value), (value, x)]),
        m.concat(&[x, value]),
        x.add_with_carry(x, value),
        value.extend(1).wrap(500).saturate(400).truncate(300).shift_left(70_000).slice(1000, 1000),
        value.table(&[Bits::zero(3)], uint(3)),
        lanes.lane(6),
        m.instance(&format!("child{position}"), &child()).connect("x", value).output("y"),
    ];
    results.iter().enumerate().for_each(|(number, result)| m.output(&format!("y{position}_{number}"), result));
    let lanes = m.lanes(&format!("lanes{position}"), uint(4), 3);
    m.repeat(&format!("lane{position}"), 3, |lane| lanes.drive(lane, value));
    m.register(&format!("register{position}"), uint(77)).enable(value).next(value);
    let ram = m.memory(&format!("ram{position}"), uint(5), 9);
    ram.write(value, value, value);
    m.output(&format!("word{position}"), &ram.read("port", value, value));
}
