//! Drafts and their rests by hand, and what the array says of its pace.

mod common;

use common::{check_scenarios, configuration, family};
use tritloom_datapath::array::beats;
use tritloom_datapath::interface::{Beat, Scenario};
use tritloom_datapath::nested::{DRAFT, REST, shape};

/// Rows of activations, and of each column its weights.
type Operands<'a> = (&'a [Vec<i32>], &'a [Vec<i32>]);

/// A run: its mode, its operands, and the results that must come back.
type Run<'a> = (usize, Operands<'a>, Vec<Vec<i128>>);

fn check(settings: &str, runs: &[Run]) {
    let family = family("nested");
    let parameters = configuration(family, settings);
    let (geometry, _) = shape(&parameters);
    let (mut inputs, mut results) = (vec![Vec::new(); 3], Vec::new());
    let mut noise = |below: u64| below - 1;
    for (mode, (activations, weights), expected) in runs {
        let (inner, columns) = (activations[0].len() as u32, weights.len() as u32);
        inputs[0].push(beats::run(&geometry, *mode, inner, columns, activations.len() as u32));
        for tile in 0..geometry.column_tiles(columns) {
            let [of_rows, of_columns] = beats::tile(&geometry, *mode, (activations, weights), inner, tile, &mut noise);
            inputs[1].extend(of_rows);
            inputs[2].extend(of_columns);
        }
        results.extend(beats::results(&geometry, expected, columns));
    }
    let at_once = |beats: Vec<Beat>| beats.into_iter().map(|beat| (0, beat)).collect();
    let scenario = Scenario {
        name: "by_hand".to_string(),
        inputs: inputs.into_iter().map(at_once).collect(),
        outputs: vec![results],
        ready: vec![u64::MAX],
        abort_after: None,
        cycles: None,
    };
    check_scenarios(family, &parameters, &[scenario], 1);
}

/// Weights 7, -3 | 5, -8 | 2, 4 in drafts of two of four bits, rounded down: 1, -1 | 1, -2 | 0, 1, and rests 3, 1 | 1, 0 |
/// 2, 0. Activations 3, -2 | -5, 6.
#[test]
fn a_rest_settles_as_many_rows_and_columns_of_the_last_tile_as_it_has() {
    let activations = [vec![3, -2], vec![-5, 6]];
    let drafts = [vec![1, -1], vec![1, -2], vec![0, 1]];
    let (last, one_row) = ([vec![2, 0]], [vec![3, 1]]);
    // Four times the products with the drafts.
    let drafted = || vec![vec![20, 28, -8], vec![-44, -68, 24]];
    let runs: [Run; 5] = [
        // The last tile is the third column alone: its first row, exactly 3 * 2 - 2 * 4.
        (DRAFT, (&activations, &drafts), drafted()),
        (REST, (&activations[..1], &last), vec![vec![-2]]),
        // Both columns are the last tile; of the first row the first column, 3 * 7 + 2 * 3.
        (DRAFT, (&activations, &drafts[..2]), vec![vec![20, 28], vec![-44, -68]]),
        (REST, (&activations[..1], &one_row), vec![vec![27]]),
        // Nothing of a rest is left over.
        (DRAFT, (&activations, &drafts), drafted()),
    ];
    for topology in ["broadcast", "output_stationary", "weight_stationary"] {
        let shape = "slicing: floor, activation_bits: 4, weight_bits: 4, draft_bits: 2, max_inner: 8, max_columns: 4";
        check(&format!("{shape}, rows: 2, columns: 2, max_rows: 2, topology: {topology}"), &runs);
    }
}

#[test]
fn an_exact_product_takes_a_draft_and_its_rest() {
    let family = family("nested");
    let parameters = configuration(family, "rows: 2, columns: 4, depth: 8, max_inner: 64, max_columns: 64");
    let timing = family.timing(&parameters);
    assert_eq!(timing.products_a_cycle(), 32.0);
    assert_eq!(timing.weights_a_cycle(), 16.0);
}
