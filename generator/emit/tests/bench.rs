//! The bench of a small design, as text: every file but the harness, which is the same for all.

#![allow(missing_docs)]

use tritloom_datapath::interface::{Direction, Interface, Scenario, Stream};
use tritloom_emit::bench::{DesignUnderTest, HARNESS, folder, wrapper};
use tritloom_hdl::Bits;

fn interface() -> Interface {
    Interface {
        streams: vec![
            Stream::new("weight", Direction::Input, &[("data", 100), ("last", 1)]),
            Stream::new("result", Direction::Output, &[("data", 12), ("sign", 1)]),
        ],
    }
}

fn scenarios() -> Vec<Scenario> {
    let weight = |value: i128| vec![Bits::from_i128(value, 100), Bits::from_u64(1, 1)];
    let result = |value: i128| vec![Bits::from_i128(value, 12), Bits::from_u64(0, 1)];
    vec![
        Scenario {
            name: "all_minimum".to_owned(),
            inputs: vec![vec![(0, weight(-1)), (3, weight(5))]],
            outputs: vec![vec![result(-2048), result(5)]],
            ready: vec![u64::MAX],
            abort_after: None,
            cycles: Some(9),
        },
        Scenario {
            name: "stalled".to_owned(),
            inputs: vec![vec![(0, weight(7))]],
            outputs: vec![vec![result(7)]],
            ready: vec![0xf0],
            abort_after: Some(20),
            cycles: None,
        },
    ]
}

#[test]
fn the_folder_of_a_design() {
    let interface = interface();
    let design = DesignUnderTest { top: "core", interface: &interface, mutant_width: None };
    let files = folder(&design, &["rtl/leaf.v", "rtl/core.v"], &scenarios());
    let harness: Vec<String> = HARNESS.iter().map(|(name, _)| format!("tb/{name}")).collect();
    for (path, text) in &files {
        assert!(text.ends_with('\n') && !text.ends_with("\n\n"), "{path}");
    }
    for (path, text) in files.iter().filter(|(path, _)| !harness.contains(path)) {
        insta::assert_snapshot!(path.replace(['/', '.'], "_"), text);
    }
}

#[test]
fn a_wrapper_of_two_designs_with_mutants() {
    let interface = interface();
    let plain = DesignUnderTest { top: "plain", interface: &interface, mutant_width: None };
    let broken = DesignUnderTest { top: "broken", interface: &interface, mutant_width: Some(7) };
    insta::assert_snapshot!(wrapper(&[plain, broken]));
}
