//! Every choice of every parameter computes what plain integers compute, in the schedule that the family states.

mod common;

use common::{check, configuration, words};
use tritloom_datapath::parameter::Domain;
use tritloom_datapath::registry;

#[test]
fn every_choice_of_every_parameter_computes_exactly() {
    for family in registry::families() {
        let (sizes, other) = match family.name() {
            "ternary_lut" => ("group_size: 3, tables: 2, ports: 3, max_inputs: 64, max_outputs: 32", TABLE_STATIONARY),
            "binary" => ("width: 70, columns: 3, max_inner: 200, max_columns: 9", "result: distance"),
            "nested" => (
                "activation_bits: 8, weight_bits: 8, draft_bits: 3, rows: 3, columns: 2, depth: 2, max_inner: 40, \
                 max_columns: 9",
                "slicing: floor",
            ),
            "bit_slice" => (
                "activation_bits: 8, weight_bits: 8, depth: 2, columns: 2, max_inner: 64, max_columns: 9, \
                 activation_slice: bits4, weight_slice: bits2",
                "shift: element, zero_points: true",
            ),
            "bit_serial" => (
                "activation_bits: 3, weight_bits: 4, rows: 3, columns: 2, depth: 2, max_inner: 40, max_columns: 9",
                "serial: both",
            ),
            "bit_weight" => {
                ("rows: 3, columns: 2, depth: 2, max_inner: 40, max_columns: 9, max_rows: 7", "step: baseline")
            }
            "booth_flex" => (
                "rows: 1, columns: 2, depth: 2, max_inner: 40, max_columns: 3",
                "weight: int16, radix: radix8, activation_sign: run_time, ternary_packing: five_trit, pipeline: 2",
            ),
            "booth_flex_serial" => {
                ("rows: 3, columns: 2, depth: 2, max_inner: 40, max_columns: 9", "zero_digits: skipped")
            }
            "sparse_serial" => ("rows: 3, columns: 2, depth: 2, max_inner: 40, max_columns: 9", "serial: both"),
            "leading_one" => ("lanes: 6, max_head_size: 20, max_keys: 30, max_k: 5", "counters: six_three"),
            _ => ("lanes: 6, ports: 3, max_inputs: 64, max_outputs: 32", TABLE_STATIONARY),
        };
        check(*family, &configuration(*family, sizes), 1);
        let choices =
            family.parameters().iter().filter(|parameter| !matches!(parameter.domain, Domain::Integer { .. }));
        for name in choices.map(|parameter| parameter.name) {
            for word in words(*family, name) {
                check(*family, &configuration(*family, &format!("{sizes}, {name}: {word}")), 2);
                // Digits that are skipped are not those of weights that stay: C0281, C0282.
                let serial = ["booth_flex_serial", "sparse_serial"].contains(&family.name());
                if !(serial && word == "weight_stationary") {
                    check(*family, &configuration(*family, &format!("{sizes}, {other}, {name}: {word}")), 3);
                }
            }
        }
    }
}

const TABLE_STATIONARY: &str = "loop_order: table_stationary";
