//! How near the configurations of a region come to a constraint.

use crate::column::Columns;
use crate::expression::{Dimension, Formula, Tree, Type, compile};
use crate::model::Model;
use crate::plan::Plan;
use tritloom_datapath::family::Family;

/// Rounds of a descent: each looks at every value of every axis.
const ROUNDS: usize = 3;

/// What is known of a constraint in a region.
pub struct Reach {
    /// How many of the samples meet it.
    pub met: usize,
    /// Of a comparison of numbers.
    pub left: Option<Side>,
    /// Of the same.
    pub right: Option<Side>,
}

/// The values of one side of a comparison.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Side {
    /// In which they are.
    pub dimension: Dimension,
    /// The least that was found among legal configurations.
    pub least: f64,
    /// The greatest.
    pub greatest: f64,
}

impl Side {
    /// The values of `tree`, whose columns are among `columns`; `None` where it is no quantity, or never a number.
    pub(crate) fn new(tree: &Tree, model: &Model, family: &dyn Family, columns: &Columns, plan: &Plan) -> Option<Side> {
        let (formula, kind) = compile(tree, model, family.parameters(), &mut columns.clone()).ok()?;
        let Type::Quantity(dimension) = kind else { return None };
        let least = least(&formula, plan)?;
        Some(Side { dimension, least, greatest: -self::least(&formula.negated(), plan)? })
    }
}

/// From the best sample to better neighbours, along one axis after the other.
fn least(formula: &Formula, plan: &Plan) -> Option<f64> {
    let value = |digits: &[usize]| {
        let columns = plan.tables.columns(digits, plan.columns);
        let legal = plan.constraints[0].value(&columns) == 1.0;
        Some(formula.value(&columns)).filter(|value| legal && !value.is_nan())
    };
    let judged = plan.samples.iter().filter_map(|sample| Some((value(sample)?, sample)));
    let (mut least, best) = judged.min_by(|(one, _), (other, _)| one.total_cmp(other))?;
    let mut digits = best.clone();
    for axis in (0..plan.lengths.len()).cycle().take(ROUNDS * plan.lengths.len()) {
        let mut found = digits[axis];
        for digit in 0..plan.lengths[axis] {
            digits[axis] = digit;
            if let Some(value) = value(&digits).filter(|value| *value < least) {
                (least, found) = (value, digit);
            }
        }
        digits[axis] = found;
    }
    Some(least)
}
