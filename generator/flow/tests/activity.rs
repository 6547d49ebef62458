//! Toggles counted in Verilator follow the operands.

#![allow(missing_docs)]

mod common;

use common::verilator;
use tritloom_datapath::registry;
use tritloom_flow::activity::Activity;
use tritloom_flow::check::design;

#[test]
fn weights_of_zero_hold_the_sum_still_and_random_ones_do_not() {
    let Some(verilator) = verilator() else { return };
    let family = registry::find("sign_flip").expect("a family");
    let given = [("lanes", 4u64), ("ports", 2), ("max_inputs", 256), ("max_outputs", 8)];
    let parameters = registry::resolve(family, given).expect("legal");
    let (hardware, interface) = (family.hardware(&parameters).expect("sound"), family.interface(&parameters));
    let scenarios = family.scenarios(&parameters, 1);
    let traced = verilator.traced(&design(&hardware, &interface, None)).expect("built");
    let measure = |scenario| Activity::of(&traced.run(scenario, 1).expect("run"), &hardware).expect("measured");
    let zeros = scenarios.iter().find(|scenario| scenario.name == "all_zero_weights").expect("a corner");
    let typical = family.typical_work(&parameters, None, 1).scenario;
    let [still, lively] = [measure(zeros), measure(&typical)];
    let port = still.modules.keys().find(|name| name.contains("port")).expect("a port");
    let rate = |activity: &Activity, module: &str| activity.toggles_a_cycle(module).expect("nets");
    assert!(rate(&still, port) < 0.05, "{still:?}");
    assert!(rate(&lively, port) > 0.2 && rate(&lively, port) < 0.6, "{lively:?}");
    assert_eq!(lively.modules.keys().collect::<Vec<_>>(), still.modules.keys().collect::<Vec<_>>());
    assert_eq!(measure(&typical), lively);
}
