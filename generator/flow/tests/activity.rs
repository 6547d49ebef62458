//! Toggles counted in Verilator follow the operands.

#![allow(missing_docs)]

mod common;

use common::verilator;
use tritloom_datapath::interface::Scenario;
use tritloom_datapath::registry;
use tritloom_flow::activity::{Activity, busiest};

#[test]
fn weights_of_zero_hold_the_sum_still_and_random_ones_do_not() {
    let Some(verilator) = verilator() else { return };
    let family = registry::find("sign_flip").expect("a family");
    let given = [("lanes", 4u64), ("ports", 2), ("max_inputs", 256), ("max_outputs", 8)];
    let parameters = registry::resolve(family, given).expect("legal");
    let (hardware, interface) = (family.hardware(&parameters).expect("sound"), family.interface(&parameters));
    let scenarios = family.scenarios(&parameters, 1);
    let traced = verilator.traced(&hardware, &interface).expect("built");
    let measure = |scenario| traced.measure(scenario, 1).expect("measured");
    let zeros = scenarios.iter().find(|scenario| scenario.name == "all_zero_weights").expect("a corner");
    let random = busiest(&scenarios).expect("one at full speed");
    let [still, lively] = [measure(zeros), measure(random)];
    let port = still.modules.keys().find(|name| name.contains("port")).expect("a port");
    let rate = |activity: &Activity, module: &str| activity.toggles_a_cycle(module).expect("nets");
    assert!(rate(&still, port) < 0.05, "{still:?}");
    assert!(rate(&lively, port) > 0.2 && rate(&lively, port) < 0.6, "{lively:?}");
    assert_eq!(lively.modules.keys().collect::<Vec<_>>(), still.modules.keys().collect::<Vec<_>>());
    assert_eq!(measure(random), lively);
}

/// Bits that nothing reads are noise: a bench of corners may have as many different beats as one of random operands.
#[test]
fn corners_are_never_measured() {
    let family = registry::find("sign_flip").expect("a family");
    let parameters = registry::resolve(family, std::iter::empty::<(&str, u64)>()).expect("defaults are legal");
    let scenarios = family.scenarios(&parameters, 1);
    let random = busiest(&scenarios).expect("one at full speed");
    let zeros = scenarios.iter().find(|scenario| scenario.name == "all_zero_weights").expect("a corner");
    let corners = Scenario { name: "corners".to_owned(), ..random.clone() };
    let found = busiest(&[zeros.clone(), corners]).map(|scenario| scenario.name.clone());
    assert_eq!(found.as_deref(), Some("all_zero_weights"));
}
