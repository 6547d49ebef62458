//! Registers, resets and memories.

use tritloom_hdl::{Bits, Design, Evaluator, ModuleBuilder, Primitive, Random, StateKind, Tally, sint, uint};

fn evaluator(m: ModuleBuilder) -> Evaluator {
    Evaluator::new(&Design::new(m.finish()).expect("a legal design"))
}

fn set(evaluator: &mut Evaluator, port: &str, value: u64) {
    let width = evaluator.inputs().find(|input| input.0 == port).expect("an input").1.width;
    evaluator.set(port, &Bits::from_u64(value, width)).expect("an input");
}

fn get(evaluator: &mut Evaluator, port: &str) -> u64 {
    evaluator.get(port).expect("an output").to_u64().expect("64 bits")
}

#[test]
fn registers_exchange_their_values_at_one_edge() {
    let m = ModuleBuilder::new("exchange", "Two registers, each the next value of the other.");
    let (load, x) = (m.input("load", uint(1)), m.input("x", uint(100)));
    let (a, b) = (m.register("a", uint(100)), m.register("b", uint(100)));
    a.next(&load.mux(&x, &b));
    b.next(&a);
    m.output("a", &a);
    m.output("b", &b);
    let mut evaluator = evaluator(m);
    let (five, zero) = (Bits::from_i128(-5, 100), Bits::zero(100));
    evaluator.set("x", &five).expect("an input");
    set(&mut evaluator, "load", 1);
    evaluator.clock();
    set(&mut evaluator, "load", 0);
    assert_eq!((evaluator.get("a"), evaluator.get("b")), (Ok(five.clone()), Ok(zero.clone())));
    evaluator.clock();
    assert_eq!((evaluator.get("a"), evaluator.get("b")), (Ok(zero.clone()), Ok(five.clone())));
    evaluator.clock();
    assert_eq!((evaluator.get("a"), evaluator.get("b")), (Ok(five), Ok(zero)));
    assert_eq!(evaluator.cycles(), 3);
}

#[test]
fn a_register_holds_while_its_enable_is_zero() {
    let m = ModuleBuilder::new("held", "A register with enable, narrow and wide.");
    let (enable, x) = (m.input("enable", uint(1)), m.input("x", uint(8)));
    m.output("narrow", &m.delay("narrow", &x, Some(&enable)));
    m.output("wide", &m.delay("wide", &x.extend(130), Some(&enable)));
    let mut evaluator = evaluator(m);
    for (enabled, value, expected) in [(1, 7, 7), (0, 9, 7), (0, 1, 7), (1, 2, 2)] {
        set(&mut evaluator, "enable", enabled);
        set(&mut evaluator, "x", value);
        evaluator.clock();
        assert_eq!((get(&mut evaluator, "narrow"), get(&mut evaluator, "wide")), (expected, expected));
    }
}

#[test]
fn reset_is_asynchronous_and_spares_datapath_registers() {
    let m = ModuleBuilder::new("resettable", "One register with reset, one without.");
    let x = m.input("x", uint(8));
    let control = m.register("control", uint(8));
    control.reset(0xa5);
    control.next(&x);
    m.output("control", &control);
    m.output("datapath", &m.delay("datapath", &x, None));
    let mut evaluator = evaluator(m);
    assert_eq!(get(&mut evaluator, "control"), 0xa5, "the value after power-up");
    set(&mut evaluator, "x", 3);
    evaluator.clock();
    assert_eq!(get(&mut evaluator, "control"), 3);
    evaluator.reset(true);
    assert_eq!(get(&mut evaluator, "control"), 0xa5, "without a clock edge");
    assert_eq!(get(&mut evaluator, "datapath"), 3);
    set(&mut evaluator, "x", 4);
    evaluator.clock();
    assert_eq!((get(&mut evaluator, "control"), get(&mut evaluator, "datapath")), (0xa5, 4));
    evaluator.reset(false);
    assert_eq!(get(&mut evaluator, "control"), 0xa5);
    evaluator.clock();
    assert_eq!(get(&mut evaluator, "control"), 4);
}

#[test]
fn a_pipeline_delays_by_stages() {
    let m = ModuleBuilder::new("pipelined", "Two values that meet in stage 2.");
    let x = m.input("x", uint(4));
    let pipeline = m.pipeline("main", None);
    let early = pipeline.stage(0, "early", &x);
    let late = pipeline.stage(1, "late", &(&early.at(1) + &early.at(1)));
    m.output("sum", &(&early.at(2).extend(5) + &late.at(2)));
    let mut evaluator = evaluator(m);
    for (cycle, value) in [1, 2, 3, 4, 5].into_iter().enumerate() {
        set(&mut evaluator, "x", value);
        if cycle >= 2 {
            assert_eq!(get(&mut evaluator, "sum"), 3 * (value - 2), "cycle {cycle}");
        }
        evaluator.clock();
    }
    assert_eq!(evaluator.register("early#2").and_then(|bits| bits.to_u64()), Some(4));
    assert_eq!(evaluator.register("early").and_then(|bits| bits.to_u64()), Some(5));
    assert_eq!(evaluator.register("none"), None);
}

/// Values of 1, 64 and 130 bits, in lines as long as their place in two loops says.
#[test]
fn a_delay_line_gives_the_value_of_so_many_enabled_edges_ago() {
    for width in [1, 64, 130] {
        let m = ModuleBuilder::new("lines", "One line for each of six places.");
        let (x, go) = (m.input("x", uint(width)), m.input("go", uint(1)));
        let (held, free) = (m.lanes("held", uint(width), 6), m.lanes("free", uint(width), 6));
        m.repeat("row", 2, |row| {
            m.repeat("column", 3, |column| {
                let (place, cycles) = (row * 3 + column, row * 3 - column + 3);
                held.drive(place.clone(), &m.delay_line("held", &x, cycles.clone(), Some(&go)));
                free.drive(place, &m.delay_line("free", &x, cycles, None));
            });
        });
        m.output_lanes("held", &held, "");
        m.output_lanes("free", &free, "");
        let design = Design::new(m.finish()).expect("a legal design");
        let registers = [Primitive::EnabledRegister, Primitive::Register].map(|kind| design.census().get(kind));
        let cycles = [3, 2, 1, 6, 5, 4];
        let bits = u64::from(width) * cycles.iter().sum::<u64>();
        assert_eq!(registers, [Tally { count: 6, bits }; 2]);
        let mut evaluator = Evaluator::new(&design);
        evaluator.randomise(7);
        let mut random = Random::new(u64::from(width));
        let (mut all, mut taken) = (Vec::new(), Vec::new());
        for cycle in 0..40 {
            for (port, passed) in [("free", &all), ("held", &taken)] {
                let shown = evaluator.get(port).expect("an output");
                for (place, &ago) in cycles.iter().enumerate().filter(|(_, ago)| **ago as usize <= passed.len()) {
                    let expected: &Bits = &passed[passed.len() - ago as usize];
                    assert_eq!(shown.slice(place as u32 * width, width), *expected, "{port}, {place}, cycle {cycle}");
                }
            }
            let (value, enabled) = (random.bits(width), random.below(3) > 0);
            evaluator.set("x", &value).expect("an input");
            set(&mut evaluator, "go", enabled.into());
            evaluator.clock();
            all.push(value.clone());
            taken.extend(enabled.then_some(value));
        }
        let (newest, oldest) = (&taken[taken.len() - 1], &taken[taken.len() - 3]);
        let line = evaluator.register("row[0].column[0].held").expect("a line");
        assert_eq!(
            (line.width(), line.slice(0, width), line.slice(2 * width, width)),
            (3 * width, oldest.clone(), newest.clone())
        );
    }
}

#[test]
fn a_read_at_the_edge_of_a_write_gives_the_old_word_and_is_kept() {
    for width in [8, 64, 65, 200] {
        let m = ModuleBuilder::new("ram", "A RAM with two read ports.");
        let (write, read) = (m.input("write", uint(1)), m.input("read", uint(1)));
        let (at, from, x) = (m.input("at", uint(2)), m.input("from", uint(2)), m.input("x", sint(width)));
        let memory = m.memory("store", sint(width), 4);
        memory.write(&write, &at, &x);
        m.output("y", &memory.read("y", &read, &from));
        m.output("z", &memory.read("z", &m.uint(1, 1), &from));
        let mut evaluator = evaluator(m);
        // Write enable, address and word; read enable and address; what `y` and `z` show afterwards.
        let steps = [
            (1, 2, -3, 1, 2, 0, 0),
            (1, 2, 5, 1, 2, -3, -3),
            (0, 2, 9, 0, 2, -3, 5),
            (1, 3, 1, 0, 3, -3, 0),
            (1, 0, 4, 1, 3, 1, 1),
            (0, 0, 0, 1, 0, 4, 4),
        ];
        for (cycle, (write, at, x, read, from, y, z)) in steps.into_iter().enumerate() {
            for (port, value) in [("write", write), ("at", at), ("read", read), ("from", from)] {
                set(&mut evaluator, port, value);
            }
            evaluator.set("x", &Bits::from_i128(x, width)).expect("an input");
            evaluator.clock();
            let found = ["y", "z"].map(|port| evaluator.get(port).expect("an output").to_i128());
            assert_eq!(found, [Some(y), Some(z)], "cycle {cycle}, width {width}");
        }
        assert_eq!(evaluator.out_of_range(), None);
    }
}

#[test]
fn an_address_beyond_the_end_is_reported_and_harmless() {
    let m = ModuleBuilder::new("short", "Three words behind two bits of address.");
    let (write, at) = (m.input("write", uint(1)), m.input("at", uint(2)));
    let one = m.uint(1, 1);
    let memory = m.memory("store", uint(8), 3);
    memory.write(&write, &at, &m.uint(7, 8));
    m.output("y", &memory.read("y", &one, &at));
    let mut evaluator = evaluator(m);
    evaluator.randomise(1);
    set(&mut evaluator, "at", 1);
    evaluator.clock();
    assert_eq!(evaluator.out_of_range(), None);
    set(&mut evaluator, "at", 3);
    evaluator.clock();
    assert_eq!(get(&mut evaluator, "y"), 0);
    set(&mut evaluator, "write", 1);
    evaluator.clock();
    let fault = evaluator.out_of_range().expect("a fault");
    assert_eq!((fault.memory.as_str(), fault.address, fault.depth), ("store", 3, 3));
    assert_eq!((fault.write, fault.cycle), (false, 1), "the first fault stays");
}

#[test]
fn a_rom_gives_its_words_one_cycle_later() {
    let m = ModuleBuilder::new("rom", "Powers of three.");
    let from = m.input("from", uint(2));
    let words: Vec<Bits> = [1, 3, 9, 27].iter().map(|&word| Bits::from_u64(word, 70)).collect();
    let memory = m.rom("powers", uint(70), &words);
    m.output("y", &memory.read("y", &m.uint(1, 1), &from));
    let mut evaluator = evaluator(m);
    evaluator.randomise(3);
    for (address, word) in [(3, 27), (0, 1), (2, 9), (1, 3)] {
        set(&mut evaluator, "from", address);
        evaluator.clock();
        assert_eq!(get(&mut evaluator, "y"), word);
    }
}

#[test]
fn random_state_follows_its_seed_and_spares_control_registers() {
    let build = || {
        let m = ModuleBuilder::new("random", "One of each kind of state.");
        let (x, one) = (m.input("x", uint(3)), m.uint(1, 1));
        let control = m.register("control", uint(64));
        control.reset(6);
        control.next(&control);
        let data = m.delay("data", &x.extend(64), Some(&x.bit(0)));
        let memory = m.memory("store", uint(64), 8);
        memory.write(&x.bit(1), &x, &data);
        m.output("all", &m.concat(&[&control, &data, &memory.read("word", &one, &x)]));
        evaluator(m)
    };
    let state = |seed| {
        let mut evaluator = build();
        evaluator.randomise(seed);
        evaluator.state().map(|state| (state.kind, state.path.to_string(), state.value)).collect::<Vec<_>>()
    };
    assert_eq!(state(1), state(1));
    let names: Vec<(StateKind, String)> = state(2).into_iter().map(|(kind, path, _)| (kind, path)).collect();
    let named = |kind, path: &str| (kind, path.to_string());
    assert_eq!(names[0], named(StateKind::ControlRegister, "control"));
    assert_eq!(names[1], named(StateKind::DataRegister, "data"));
    assert_eq!(names[2], named(StateKind::ReadPort, "store.word"));
    assert_eq!(names[3], named(StateKind::Word(0), "store"));
    assert_eq!(names.len(), 11);
    for (one, two) in state(1).into_iter().zip(state(2)) {
        assert_eq!(one.2 == two.2, one.0 == StateKind::ControlRegister, "{}", one.1);
    }
}

#[test]
fn wrong_ports_are_errors_that_say_what_there_is() {
    let m = ModuleBuilder::new("ports", "One of each.");
    let x = m.input("x", uint(3));
    m.output("y", &!&x);
    let mut evaluator = evaluator(m);
    let text = |error: tritloom_hdl::PortError| error.to_string();
    assert_eq!(
        evaluator.set("y", &Bits::zero(3)).map_err(text),
        Err("no port `y` of that direction; there are: x".to_string())
    );
    assert_eq!(evaluator.get("x").map_err(text), Err("no port `x` of that direction; there are: y".to_string()));
    assert_eq!(evaluator.set("x", &Bits::zero(4)).map_err(text), Err("port `x` has 3 bits, the value 4".to_string()));
    let (x, y) = (evaluator.input("x").expect("an input"), evaluator.output("y").expect("an output"));
    evaluator.write(x, &[0b1010]);
    assert_eq!(evaluator.read(y), [0b101], "bits beyond the port are dropped");
}
