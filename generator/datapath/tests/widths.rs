//! Widths are exact: the extremes are reached and right, and one bit less could not hold them.

mod common;

use common::jobs::{Job, scenario};
use common::{alone, check_scenarios, configuration, family, geometry, matvec_families, part, ways_to_add};
use rand::SeedableRng;
use rand_chacha::ChaCha8Rng;
use tritloom_datapath::family::Family;
use tritloom_datapath::ternary_lut::{Build, table};
use tritloom_hdl::{Bits, Evaluator};

/// Whether a signed number of `bits` bits holds `value`.
fn holds(bits: u32, value: i64) -> bool {
    let top = 1i64 << (bits - 1);
    (-top..top).contains(&value)
}

#[test]
fn entries_are_as_wide_as_their_extreme_and_no_wider() {
    // ceil(log2 mu) for mu of 1 to 6.
    for (group_size, more) in [(1, 0), (2, 1), (3, 2), (4, 2), (5, 3), (6, 3)] {
        for (bits, build) in [4, 8, 16].into_iter().flat_map(|bits| [(bits, Build::Minimal), (bits, Build::Balanced)]) {
            let width = bits + more;
            let mut evaluator = Evaluator::new(&alone(&table(group_size, bits, build)));
            let smallest = -(1i64 << (bits - 1));
            let lanes = vec![Bits::from_i128(smallest.into(), bits); group_size as usize];
            evaluator.set("activations", &Bits::join(&lanes)).expect("as wide as the group");
            let entries = evaluator.get("entries").expect("the entries");
            assert_eq!(entries.width() % width, 0);
            // The last entry is the sum of all.
            let extreme = entries.slice(entries.width() - width, width).to_i128();
            let expected = i64::from(group_size) * smallest;
            assert_eq!(extreme, Some(expected.into()), "mu {group_size} int{bits}");
            assert!(!holds(width - 1, expected), "mu {group_size} int{bits}: {width} bits are too many");
            assert_eq!(entries.width() / width, (3u32.pow(group_size) - 1) / 2);
        }
    }
}

#[test]
fn tables_in_a_core_have_exactly_those_entries() {
    let family = family("ternary_lut");
    for (group_size, width) in [(2, 9), (3, 10), (4, 10), (5, 11), (6, 11)] {
        let settings = format!("group_size: {group_size}, max_inputs: 6, activation: int8");
        let design = common::hardware(family, &configuration(family, &settings));
        let table = part(&design, "ternary_table").expect("a table");
        let port = &table.ports[table.port("entries").expect("entries").index()];
        assert_eq!(port.shape.width / port.lanes, width);
    }
}

#[test]
fn accumulators_are_as_wide_as_their_extreme_and_no_wider() {
    for family in matvec_families() {
        for (activation, bits) in [("int4", 4), ("int8", 8), ("int16", 16)] {
            for max_inputs in [1, 2, 3, 4, 5, 7, 8, 9, 15, 16, 17, 31, 32, 33] {
                for way_to_add in ways_to_add(family) {
                    let settings = format!("max_inputs: {max_inputs}, activation: {activation}, {way_to_add}");
                    extreme_sums(family, &settings, max_inputs, bits);
                }
            }
        }
    }
}

/// The longest vector of the smallest activation, added and subtracted.
fn extreme_sums(family: &dyn Family, settings: &str, max_inputs: u32, bits: u32) {
    let lanes = max_inputs.min(5);
    let width = if family.name() == "ternary_lut" { format!("tables: {lanes}") } else { format!("lanes: {lanes}") };
    let parameters = configuration(family, &format!("{settings}, {width}"));
    let geometry = geometry(family, &parameters);
    let smallest = -(1i64 << (bits - 1));
    let extreme = i64::from(max_inputs) * -smallest;
    // floor(log2 N) + 1 is the number of binary digits of N.
    let accumulator_bits = bits + format!("{max_inputs:b}").len() as u32;
    let results = &family.interface(&parameters).streams[3].fields[0];
    assert_eq!((results.name.as_str(), results.width), ("data", accumulator_bits), "{} {settings}", family.name());
    assert!(!holds(accumulator_bits - 1, extreme), "{} {settings}: a bit too many", family.name());
    let jobs = [-1, 1].map(|weight| Job::uniform(max_inputs, 1, weight, smallest as i32));
    assert_eq!(jobs[0].results(), [extreme]);
    let mut random = ChaCha8Rng::seed_from_u64(7);
    check_scenarios(family, &parameters, &[scenario(&geometry, &jobs, &mut random)], 7);
}
