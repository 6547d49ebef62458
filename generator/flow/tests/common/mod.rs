//! Small designs written by hand, and the scenarios for them.

#![allow(dead_code, clippy::print_stderr, missing_docs)]

pub mod subject;

use std::path::Path;

use tritloom_datapath::interface::{Beat, Direction, Interface, Scenario, Stream};
use tritloom_flow::{Design, Sources, Verilator, tools};
use tritloom_hdl::Bits;

/// Whether all of `names` are installed. A test that skips says so; TRITLOOM_REQUIRE_TOOLS=1 forbids it.
pub fn has(names: &[&str]) -> bool {
    let missing: Vec<&&str> = names.iter().filter(|name| tools::find(name).is_none()).collect();
    if missing.is_empty() {
        return true;
    }
    let required = std::env::var("TRITLOOM_REQUIRE_TOOLS").is_ok_and(|value| value == "1");
    assert!(!required, "{missing:?} missing, and TRITLOOM_REQUIRE_TOOLS=1");
    eprintln!("SKIPPED, NOTHING TESTED: {missing:?} missing");
    false
}

/// Verilator with a cache that lasts from run to run, or nothing where it is not installed.
pub fn verilator() -> Option<Verilator> {
    let cache = Path::new(env!("CARGO_TARGET_TMPDIR")).join("cache");
    has(&["verilator", "g++"]).then(|| Verilator::open(&cache, 2).expect("the cache opens"))
}

pub fn stream(name: &str, direction: Direction, fields: &[(&str, u32)]) -> Stream {
    Stream::new(name, direction, fields)
}

pub fn sources(files: &[(&str, &str)]) -> Sources {
    files.iter().map(|(name, text)| ((*name).to_owned(), (*text).to_owned())).collect()
}

pub fn adder() -> Design {
    let streams = vec![
        stream("a", Direction::Input, &[("data", 16)]),
        stream("b", Direction::Input, &[("data", 16)]),
        stream("sum", Direction::Output, &[("data", 17)]),
    ];
    Design {
        top: "adder".to_owned(),
        interface: Interface { streams },
        rtl: sources(&[("adder.v", include_str!("../designs/adder.v"))]),
        mutant_width: Some(4),
    }
}

const ECHO_FIELDS: [(&str, u32); 4] = [("bit", 1), ("word", 32), ("odd", 33), ("wide", 1000)];

pub fn echo() -> Design {
    let streams = vec![stream("in", Direction::Input, &ECHO_FIELDS), stream("out", Direction::Output, &ECHO_FIELDS)];
    Design {
        top: "echo".to_owned(),
        interface: Interface { streams },
        rtl: sources(&[("echo.v", include_str!("../designs/echo.v"))]),
        mutant_width: None,
    }
}

/// A plain sequence of numbers that look random.
pub fn numbers(seed: u64) -> impl FnMut() -> u64 {
    let mut state = seed * 2 + 1;
    move || {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        state
    }
}

/// `count` additions with gaps up to `gap` cycles.
pub fn additions(name: &str, count: usize, gap: u32, ready: u64) -> Scenario {
    let mut next = numbers(count as u64 + u64::from(gap));
    let mut scenario = Scenario {
        name: name.to_owned(),
        inputs: vec![vec![], vec![]],
        outputs: vec![vec![]],
        ready: vec![ready],
        abort_after: None,
        cycles: None,
    };
    for _ in 0..count {
        let terms = [next() % 65536, next() % 65536];
        for (input, term) in scenario.inputs.iter_mut().zip(terms) {
            let pause = (next() % u64::from(gap + 1)) as u32;
            input.push((pause, vec![Bits::from_u64(term, 16)]));
        }
        scenario.outputs[0].push(vec![Bits::from_u64(terms[0] + terms[1], 17)]);
    }
    scenario
}

/// What a bench for the adder should hold.
pub fn adder_scenarios() -> Vec<Scenario> {
    vec![
        Scenario { cycles: Some(41), ..additions("full_speed", 40, 0, u64::MAX) },
        additions("gaps", 40, 3, u64::MAX),
        additions("back_pressure", 40, 2, 0x9137_0f3c_5a5a_0017),
        Scenario { abort_after: Some(17), ..additions("reset_while_stalled", 40, 0, 0x0000_0000_0000_00ff) },
        additions("after_reset", 1, 0, u64::MAX),
    ]
}

pub fn echo_beats(seed: u64, count: usize) -> Vec<Beat> {
    let mut next = numbers(seed);
    let mut value = |width: u32| {
        let limbs: Vec<u64> = (0..width.div_ceil(64)).map(|_| next()).collect();
        Bits::from_limbs(&limbs, width)
    };
    (0..count).map(|_| ECHO_FIELDS.iter().map(|(_, width)| value(*width)).collect()).collect()
}
