//! Estimates of single configurations, each in less than a microsecond.

use crate::column::Columns;
use crate::expression::{Formula, compile, parse};
use crate::grid::TooLarge;
use crate::model::Model;
use crate::quantity::{QUANTITIES, Quantity};
use crate::space::Region;
use crate::tables::{Failure, Tables};
use crate::tabulation::Tabulation;
use rand::SeedableRng;
use rand_chacha::ChaCha8Rng;

/// The quantities that are told of every configuration, where the model knows them.
const TOLD: [&str; 6] = ["area", "delay", "energy", "throughput", "luts", "registers"];

/// A region of which every configuration can be estimated quickly: from the tables of a sweep, over the same formulas.
///
/// All that takes time is done beforehand: rules, dependences, and one evaluation for each combination of what a part of
/// the model depends on. Delays take an elaboration for each such combination.
///
/// ```
/// use tritloom_cost::{Activity, Technology};
/// use tritloom_datapath::parameter::ParameterValue;
/// use tritloom_datapath::registry;
/// use tritloom_search::{Axis, Estimator, Model, Region};
///
/// let family = registry::find("sign_flip").expect("a family");
/// let base = registry::resolve(family, [("lanes", 8u64), ("ports", 4)]).expect("legal");
/// let lanes = family.parameters().iter().find(|parameter| parameter.name == "lanes").expect("a parameter");
/// let values = [4, 8, 16].map(ParameterValue::Integer).to_vec();
/// let region = Region { family, base, axes: vec![Axis { parameter: lanes, values }] };
/// let (technology, activity) = (Technology::unit(), Activity::default());
/// let model = Model { technology, activity, period_ps: None, network: None, bandwidth_gb_per_s: 100.0 };
///
/// let estimator = Estimator::prepare(&region, &model).expect("small tables");
/// let [small, large] = [0, 2].map(|digit| estimator.estimate(&[digit]).expect("legal"));
/// assert!(small.area_um2 < large.area_um2 && small.delay_ps > Some(0.0));
/// ```
pub struct Estimator {
    tables: Tables,
    /// Of the tables: the last one tells whether anything forbids a configuration.
    columns: usize,
    /// In the order of [`TOLD`]; `None` where the model does not know the quantity.
    formulas: [Option<(&'static Quantity, Formula)>; TOLD.len()],
    failures: Vec<Failure>,
}

/// As many as the quantities told are made of, and one more.
const MOST_COLUMNS: usize = 8;

/// What a configuration takes; `None` for what a technology does not know.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Estimate {
    /// Of all cells.
    pub area_um2: Option<f64>,
    /// Of the longest path.
    pub delay_ps: Option<f64>,
    /// Of a working cycle at the model's clock, or at the longest path.
    pub energy_fj: Option<f64>,
    /// Thousands of millions of multiply-accumulates a second at that clock.
    pub throughput_gop_per_s: Option<f64>,
    /// Look-up tables of an FPGA.
    pub luts: Option<f64>,
    /// Flip-flops of an FPGA.
    pub registers: Option<f64>,
}

impl Estimator {
    /// Fills the tables of a region, where none is too large.
    pub fn prepare(region: &Region, model: &Model) -> Result<Estimator, TooLarge> {
        let mut columns = Columns::default();
        let formulas = TOLD.map(|name| {
            let quantity = QUANTITIES.iter().find(|quantity| quantity.name == name)?;
            let mut own = columns.clone();
            let (formula, _) = compile(&parse(name).ok()?, model, region.family.parameters(), &mut own).ok()?;
            columns = own;
            Some((quantity, formula))
        });
        let mut rng = ChaCha8Rng::seed_from_u64(1);
        let Tabulation { rules, mut tables } = Tabulation::new(region, model, columns.all(), &[], &mut rng)?;
        let failures = rules.failing.failures().into_iter().chain(tables.failures.drain(..)).collect();
        Ok(Estimator { tables, columns: columns.all().len() + 1, formulas, failures })
    }

    /// What the configuration at these positions on the region's axes takes; `None` where it is not legal, or is known
    /// not to be evaluable.
    pub fn estimate(&self, digits: &[usize]) -> Option<Estimate> {
        let mut columns = [0.0; MOST_COLUMNS];
        let columns = &mut columns[..self.columns];
        self.tables.add_columns(digits, columns);
        if columns[self.columns - 1] != 0.0 || columns.iter().any(|column| column.is_nan()) {
            return None;
        }
        let [area_um2, delay_ps, energy_fj, throughput_gop_per_s, luts, registers] =
            self.formulas.each_ref().map(|formula| {
                let (quantity, formula) = formula.as_ref()?;
                Some(formula.value(columns) / quantity.result_unit)
            });
        Some(Estimate { area_um2, delay_ps, energy_fj, throughput_gop_per_s, luts, registers })
    }

    /// What cannot be evaluated.
    pub fn failures(&self) -> &[Failure] {
        &self.failures
    }
}
