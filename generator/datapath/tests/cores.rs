//! Every choice of every parameter computes what plain integers compute, in the schedule that the family states.

mod common;

use common::{check, configuration, words};
use tritloom_datapath::parameter::Domain;
use tritloom_datapath::registry;

#[test]
fn every_choice_of_every_parameter_computes_exactly() {
    for family in registry::families() {
        let lanes = if family.name() == "ternary_lut" { "group_size: 3, tables: 2" } else { "lanes: 6" };
        let sizes = format!("{lanes}, ports: 3, max_inputs: 64, max_outputs: 32");
        check(*family, &configuration(*family, &sizes), 1);
        let choices = family.parameters().iter().filter(|parameter| matches!(parameter.domain, Domain::Choice(_)));
        for name in choices.map(|parameter| parameter.name) {
            for word in words(*family, name) {
                check(*family, &configuration(*family, &format!("{sizes}, {name}: {word}")), 2);
                let other_order = format!("{sizes}, loop_order: table_stationary, {name}: {word}");
                check(*family, &configuration(*family, &other_order), 3);
            }
        }
    }
}
