//! A technology as data.

use crate::fit::{self, Delays, Row, Timed};
use crate::form::{Features, Form, GateForm, features};
use crate::light::Light;
use crate::point::{Point, Quantity};
use std::collections::BTreeMap;
use std::fmt;
use tritloom_hdl::{Census, Design, Gate, GateCount, GateWeights, Gates, Levels, PathWeights};

/// What every primitive takes, and where that is known from.
#[derive(Clone, Debug, PartialEq)]
pub struct Technology {
    /// What it is called.
    pub name: String,
    /// How its points were made: key and fact.
    pub source: Source,
    /// What each gate of a light synthesis takes, for the quantities that it knows.
    pub gates: BTreeMap<Quantity, GateForm>,
    /// What gates on the longest path take; `None` where delays are not known.
    pub gate_delay: Option<GateWeights>,
    /// Closed forms over the census, for families without forms of their own.
    pub forms: BTreeMap<Quantity, Form>,
    /// What parts of paths of the design as it is written take: quicker than gates, and less exact.
    pub delay: Option<PathWeights>,
    /// What is known of families.
    pub families: BTreeMap<String, FamilyForms>,
    /// How well light syntheses predict points that took no part in their fit.
    pub fits: BTreeMap<Quantity, FitStatistics>,
    /// The same of closed forms.
    pub closed_fits: BTreeMap<Quantity, FitStatistics>,
    /// Every point behind the fits.
    pub points: Vec<Point>,
}

/// The closed forms of a family: what synthesis shares and folds differs from one to the next.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct FamilyForms {
    /// By quantity.
    pub forms: BTreeMap<Quantity, Form>,
    /// What [`Technology::delay`] of its designs is multiplied with.
    pub delay_factor: Option<f64>,
}

/// Facts in order: tools with versions, the library, the script.
pub type Source = Vec<(String, String)>;

/// Errors over the points of the folds left out of the fit.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct FitStatistics {
    /// How many points.
    pub points: usize,
    /// How many folds.
    pub folds: usize,
    /// The mean magnitude of a relative error.
    pub mean_error: f64,
    /// The largest.
    pub worst_error: f64,
    /// Kendall's rank correlation.
    pub kendall: f64,
}

/// Why a text is no technology.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TechnologyError(pub String);

impl fmt::Display for TechnologyError {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.0)
    }
}

impl std::error::Error for TechnologyError {}

impl Technology {
    /// Round figures for tests: no library is needed. A bit of an adder has 1 um2, and so on.
    pub fn unit() -> Technology {
        let bits = [1.0, 1.2, 0.5, 0.25, 0.5, 0.125, 0.5, 0.25, 1.0, 0.05, 1.0, 1.5, 1.25, 1.75];
        let form = |factor: f64| {
            let mut form = Form::default();
            bits.iter().enumerate().for_each(|(kind, area)| form.coefficients[2 * kind + 1] = area * factor);
            form
        };
        let mut delay = PathWeights { fan_out_doubling: 1.0, ..PathWeights::default() };
        delay.levels.iter_mut().for_each(|levels| *levels = Levels { count: 10.0, doublings: 5.0 });
        Technology {
            name: "unit".to_owned(),
            source: vec![("origin".to_owned(), "round figures, of no process".to_owned())],
            gates: Quantity::SUMS
                .into_iter()
                .map(|quantity| (quantity, GateForm { coefficients: UNIT_GATES }))
                .collect(),
            gate_delay: Some(GateWeights { gates: [10.0; Gate::ALL.len()], fan_out_doublings: 1.0 }),
            forms: Quantity::SUMS.into_iter().map(|quantity| (quantity, form(1.0))).collect(),
            delay: Some(delay),
            families: BTreeMap::new(),
            fits: BTreeMap::new(),
            closed_fits: BTreeMap::new(),
            points: vec![],
        }
    }

    /// Fits a technology to points. `hardware` is that of the points in their order; closed forms are fitted to `light`
    /// syntheses.
    pub fn fitted(name: &str, source: Source, points: Vec<Point>, hardware: &[&Design], light: &Light) -> Technology {
        let mut technology = Technology {
            name: name.to_owned(),
            source,
            gates: BTreeMap::new(),
            gate_delay: None,
            forms: BTreeMap::new(),
            delay: None,
            families: BTreeMap::new(),
            fits: BTreeMap::new(),
            closed_fits: BTreeMap::new(),
            points,
        };
        Quantity::SUMS.into_iter().for_each(|quantity| technology.fit_sums(quantity, light));
        technology.fit_delays(hardware);
        technology
    }

    fn fit_sums(&mut self, quantity: Quantity, light: &Light) {
        let measured = |point: &Point| point.quantities.get(&quantity).copied().filter(|value| *value > 0.0);
        let known: Vec<(&Point, f64)> =
            self.points.iter().filter_map(|point| Some((point, measured(point)?))).collect();
        let rows: Vec<Row> = known.iter().map(|(point, value)| (counts(&point.gates), *value)).collect();
        let Some(statistics) = fit::cross_validated(&rows) else { return };
        let closed = fit::folded(&known, |train, test| {
            let closed = Closed::fitted(train, light);
            test.iter().map(|(point, value)| (closed.amount(point), *value)).collect()
        });
        self.closed_fits.extend(fit::statistics(&closed).map(|statistics| (quantity, statistics)));
        let Closed { gates, common, families } = Closed::fitted(&known, light);
        self.fits.insert(quantity, statistics);
        self.gates.insert(quantity, gates);
        self.forms.insert(quantity, common);
        for (family, form) in families {
            self.families.entry(family).or_default().forms.insert(quantity, form);
        }
    }

    fn fit_delays(&mut self, hardware: &[&Design]) {
        let timed = self.points.iter().zip(hardware);
        let timed: Vec<(&Point, &Design, f64)> = timed
            .filter_map(|(point, hardware)| Some((point, *hardware, *point.quantities.get(&Quantity::DelayPs)?)))
            .collect();
        let flat: Vec<Gates> = timed.iter().map(|(_, hardware, _)| hardware.gates()).collect();
        let of_gates: Vec<Timed<'_, Gates>> =
            timed.iter().zip(&flat).map(|((_, _, value), gates)| (None, gates, *value)).collect();
        let written: Vec<Timed<'_, Design>> =
            timed.iter().map(|(point, hardware, value)| (point.family(), *hardware, *value)).collect();
        let Some(statistics) = fit::cross_validated_delays(&of_gates) else { return };
        self.fits.insert(Quantity::DelayPs, statistics);
        self.closed_fits
            .extend(fit::cross_validated_delays(&written).map(|statistics| (Quantity::DelayPs, statistics)));
        self.gate_delay = Some(fit::gate_weights(&fit::delays(&of_gates).weights));
        let Delays { weights, factors } = fit::delays(&written);
        self.delay = Some(fit::path_weights(&weights));
        for (family, factor) in factors {
            self.families.entry(family).or_default().delay_factor = Some(factor);
        }
    }

    /// The closed form of a quantity, over the features of a census; `None` where the quantity is not known here.
    pub fn form(&self, family: &str, quantity: Quantity) -> Option<&Form> {
        let own = self.families.get(family).and_then(|family| family.forms.get(&quantity));
        own.or_else(|| self.forms.get(&quantity))
    }

    /// The amount of a quantity that is a sum over primitives; `None` where it is not known here.
    pub fn amount(&self, quantity: Quantity, family: &str, census: &Census) -> Option<f64> {
        Some(self.form(family, quantity)?.amount(&features(census)))
    }

    /// The amount of a quantity that is a sum over the gates of a light synthesis; `None` where it is not known here.
    pub fn light_amount(&self, quantity: Quantity, gates: &GateCount) -> Option<f64> {
        Some(self.gates.get(&quantity)?.amount(gates))
    }

    /// The longest path of a design as it is written: the clock period that it needs where nothing is known of its
    /// surroundings.
    pub fn delay_ps(&self, family: &str, hardware: &Design) -> Option<f64> {
        let weights = self.delay.as_ref()?;
        let factor = self.families.get(family).and_then(|family| family.delay_factor).unwrap_or(1.0);
        Some(hardware.longest_path(weights).length(weights) * factor)
    }

    /// The longest path through the gates of a light synthesis of the whole design.
    pub fn light_delay_ps(&self, gates: &Gates) -> Option<f64> {
        let weights = self.gate_delay.as_ref()?;
        Some(gates.longest_path(weights).length(weights))
    }

    /// Whether it is of an FPGA: no areas, but cells.
    pub fn is_fpga(&self) -> bool {
        self.forms.contains_key(&Quantity::Luts) && !self.forms.contains_key(&Quantity::AreaUm2)
    }
}

/// What gates of the unit technology take.
const UNIT_GATES: [f64; Gate::ALL.len()] = [0.25, 0.5, 0.5, 0.5, 0.5, 0.25, 0.5, 0.5, 1.0, 1.5, 1.25, 1.75];

fn counts(gates: &GateCount) -> Vec<f64> {
    gates.iter().map(|count| *count as f64).collect()
}

/// Forms of one quantity.
struct Closed {
    gates: GateForm,
    common: Form,
    families: BTreeMap<String, Form>,
}

impl Closed {
    /// The gates' form suits the points; the closed forms of families suit what it says of light syntheses.
    fn fitted(points: &[(&Point, f64)], light: &Light) -> Closed {
        let rows: Vec<Row> = points.iter().map(|(point, value)| (counts(&point.gates), *value)).collect();
        let fitted = fit::robust(&rows);
        let gates = GateForm { coefficients: std::array::from_fn(|kind| fitted[kind]) };
        let rows: Vec<Row> = points.iter().map(|(point, value)| (point.features.to_vec(), *value)).collect();
        let own = |samples: &Vec<(Features, GateCount)>| {
            let rows = samples.iter().map(|(features, count)| (features.to_vec(), gates.amount(count)));
            closed_form(&rows.filter(|(_, value)| *value > 0.0).collect::<Vec<_>>())
        };
        let families = light.iter().map(|(family, samples)| (family.clone(), own(samples)));
        Closed { gates, common: closed_form(&rows), families: families.collect() }
    }

    fn amount(&self, point: &Point) -> f64 {
        let form = point.family().and_then(|family| self.families.get(family)).unwrap_or(&self.common);
        form.amount(&point.features)
    }
}

fn closed_form(rows: &[Row]) -> Form {
    let fitted = fit::robust(rows);
    let mut form = Form::default();
    form.coefficients.iter_mut().zip(fitted).for_each(|(own, fitted)| *own = fitted);
    form
}
