//! Delay lines have the defects of registers.

use tritloom_hdl::{Bits, Design, Evaluator, MUTANT_PORT, ModuleBuilder, Mutants, mutate, uint};

/// Three lanes, `lane + 1` cycles late, in lines with enable and without; the number of every defect is low.
fn mutants() -> Mutants {
    let m = ModuleBuilder::new("lines", "Two lines a lane.");
    let (x, go) = (m.input_lanes("x", uint(4), 3, ""), m.input("go", uint(1)));
    let (held, free) = (m.lanes("held", uint(4), 3), m.lanes("free", uint(4), 3));
    m.repeat("lane", 3, |lane| {
        held.drive(lane, &m.delay_line("held", &x.lane(lane), lane + 1, Some(&go)));
        free.drive(lane, &m.delay_line("free", &x.lane(lane), lane + 1, None));
    });
    m.output_lanes("held", &held, "");
    m.output_lanes("free", &free, "");
    mutate(&Design::new(m.finish()).expect("a legal design"), 1000, 1)
}

/// What a defect shows in ten cycles: both outputs, all state random at first. `go` is one in every second cycle.
fn shown(mutants: &Mutants, number: u32) -> Vec<[Bits; 2]> {
    let mut evaluator = Evaluator::new(&mutants.design);
    evaluator.randomise(3);
    let width = evaluator.inputs().find(|(name, _)| *name == MUTANT_PORT).map_or(0, |(_, shape)| shape.width);
    evaluator.set(MUTANT_PORT, &Bits::from_u64(number.into(), width)).expect("an input");
    let step = |cycle: u64| {
        evaluator.set("x", &Bits::from_u64(cycle * 0x357 % 0x1000, 12)).expect("an input");
        evaluator.set("go", &Bits::from_u64(cycle % 2, 1)).expect("an input");
        evaluator.clock();
        ["held", "free"].map(|port| evaluator.get(port).expect("an output"))
    };
    (0..10).map(step).collect()
}

#[test]
fn every_defect_of_a_delay_line_shows() {
    let mutants = mutants();
    let sound = shown(&mutants, 0);
    let silent: Vec<_> = mutants.mutants.iter().filter(|mutant| shown(&mutants, mutant.number) == sound).collect();
    assert!(silent.is_empty(), "{silent:#?}");
}

#[test]
fn a_line_that_is_never_or_always_enabled_does_just_that() {
    let mutants = mutants();
    let with = |description: &str| {
        let mutant = mutants.mutants.iter().find(|mutant| mutant.description == description);
        shown(&mutants, mutant.unwrap_or_else(|| panic!("{description}: {:#?}", mutants.mutants)).number)
    };
    let sound = shown(&mutants, 0);
    for (port, name) in [(0, "held"), (1, "free")] {
        let stopped = with(&format!("register {name} never takes its next value"));
        assert!(stopped.iter().all(|shown| shown[port] == stopped[0][port]), "{name}: {stopped:?}");
        assert!(stopped.iter().zip(&sound).all(|(shown, sound)| shown[1 - port] == sound[1 - port]), "{name}");
    }
    let running = with("register held takes its next value always");
    // Once what was in the lines at first is out.
    assert!(running[3..].iter().all(|shown| shown[0] == shown[1]), "{running:?}");
}
