//! Work that energies are measured on: steady, at full speed, right, and as much as it says.

#![allow(missing_docs)]

use tritloom_datapath::family::Family;
use tritloom_datapath::parameter::Parameters;
use tritloom_datapath::registry;
use tritloom_datapath::rehearsal::rehearse;
use tritloom_datapath::typical::Work;

fn defaults(family: &'static dyn Family) -> Parameters {
    registry::resolve(family, std::iter::empty::<(&str, u64)>()).expect("defaults are legal")
}

/// In no mode in particular, the first and the last.
fn works(family: &dyn Family, parameters: &Parameters) -> Vec<Work> {
    let modes = family.modes(parameters).len();
    let modes = [None, (modes > 0).then_some(0), modes.checked_sub(1)].into_iter().enumerate();
    let asked = modes.filter(|(position, mode)| *position == 0 || mode.is_some()).map(|(_, mode)| mode);
    asked.map(|mode| family.typical_work(parameters, mode, 1)).collect()
}

#[test]
fn every_family_does_its_typical_work_right() {
    for family in registry::families() {
        let parameters = defaults(*family);
        let (hardware, interface) = (family.hardware(&parameters).expect("sound"), family.interface(&parameters));
        let scenarios: Vec<_> = works(*family, &parameters).into_iter().map(|work| work.scenario).collect();
        let seen = rehearse(&hardware, &interface, &scenarios, 1).expect("it has its ports");
        assert_eq!(seen.failures, [], "{}", family.name());
    }
}

#[test]
fn typical_work_is_steady_and_keeps_the_core_busy() {
    for family in registry::families() {
        let (name, parameters) = (family.name(), defaults(*family));
        let most = family.timing(&parameters).products_a_cycle();
        for work in works(*family, &parameters) {
            let Work { scenario, products, .. } = work;
            assert!(scenario.inputs.iter().flatten().all(|(gap, _)| *gap == 0), "{name}");
            assert!(scenario.ready.iter().all(|ready| *ready == u64::MAX), "{name}");
            let cycles = scenario.cycles.unwrap_or_else(|| panic!("{name} states no cycles"));
            assert!((512..4096).contains(&cycles), "{name}: {cycles} cycles");
            let rate = products as f64 / cycles as f64;
            assert!(rate > 0.0 && rate.is_finite(), "{name}");
        }
        let Work { scenario, products, .. } = family.typical_work(&parameters, None, 1);
        let rate = products as f64 / scenario.cycles.unwrap_or(1) as f64;
        // Of several modes the widest does less than the one that does the most; what skips digits does more than at worst.
        if family.modes(&parameters).is_empty() {
            assert!(rate > 0.9 * most, "{name}: {rate} products a cycle of {most}");
        }
    }
}

#[test]
fn equal_seeds_give_equal_work() {
    for family in registry::families() {
        let work = |seed| family.typical_work(&defaults(*family), None, seed);
        assert!(work(7) == work(7) && work(7) != work(8), "{}", family.name());
    }
}
