//! Every family computes what plain integers compute, in the schedule that it states.

use rand::SeedableRng;
use rand_chacha::ChaCha8Rng;
use tritloom_datapath::family::Family;
use tritloom_datapath::parameter::Parameters;
use tritloom_datapath::registry;
use tritloom_datapath::rehearsal::rehearse;

fn check(family: &dyn Family, parameters: &Parameters, seed: u64) {
    let design = family.hardware(parameters).unwrap_or_else(|defects| panic!("{parameters:?}:\n{defects}"));
    let scenarios = family.scenarios(parameters, seed);
    let report = rehearse(&design, &family.interface(parameters), &scenarios, seed).expect("every port is there");
    assert!(report.beats > 0);
    assert_eq!(report.failures, [], "{} {parameters:?} seed {seed}", family.name());
}

fn small(family: &dyn Family, extra: &[(&str, &str)]) -> Parameters {
    let mut given = vec![("ports", "3"), ("max_inputs", "64"), ("max_outputs", "32")];
    let width = if family.name() == "ternary_lut" { ("tables", "2") } else { ("lanes", "6") };
    given.push(width);
    given.extend(extra);
    let typed = given.into_iter().map(|(name, value)| match value.parse::<u64>() {
        Ok(number) => (name, tritloom_datapath::parameter::Given::from(number)),
        Err(_) => (name, tritloom_datapath::parameter::Given::from(value)),
    });
    registry::resolve(family, typed).unwrap_or_else(|problems| panic!("{problems:?}"))
}

#[test]
fn every_choice_of_every_parameter_computes_exactly() {
    for family in registry::families() {
        check(*family, &small(*family, &[]), 1);
        for parameter in family.parameters() {
            if let tritloom_datapath::parameter::Domain::Choice(words) = parameter.domain {
                for (word, _) in words {
                    check(*family, &small(*family, &[(parameter.name, word)]), 2);
                    check(*family, &small(*family, &[(parameter.name, word), ("loop_order", "table_stationary")]), 3);
                }
            }
        }
    }
}
