//! A technology as data.

use crate::closed::{Closed, ClosedDelays, Known, KnownDelay, counts};
use crate::fit::{self, Delays, Row};
use crate::form::{Form, GateForm, PartFeatures, features};
use crate::light::Light;
use crate::point::{Point, Quantity};
use serde::de::DeserializeOwned;
use std::collections::BTreeMap;
use std::fmt;
use tritloom_hdl::{Census, Design, Gate, GateCount, GateWeights, Gates, Levels, LutDevice, PathWeights};

/// What every primitive takes, and where that is known from.
#[derive(Clone, Debug, PartialEq)]
pub struct Technology {
    /// What it is called.
    pub name: String,
    /// How its points were made: key and fact.
    pub source: Source,
    /// The device whose cells it counts; `None` for standard cells.
    pub device: Option<LutDevice>,
    /// What each gate of a light synthesis takes, for the quantities that it knows.
    pub gates: BTreeMap<Quantity, GateForm>,
    /// What gates on the longest path take; `None` where delays are not known.
    pub gate_delay: Option<GateWeights>,
    /// Closed forms over the census, for families without forms of their own.
    pub forms: BTreeMap<Quantity, Form>,
    /// What parts of paths of the design as it is written take, for families without figures of their own: quicker than
    /// gates, and less exact.
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
    /// By part and quantity.
    pub parts: BTreeMap<String, BTreeMap<Quantity, Form>>,
    /// What parts of paths of its designs as they are written take.
    pub delay: Option<PathWeights>,
    /// What [`Technology::gate_delay`] of its designs is multiplied with.
    pub gate_delay_factor: Option<f64>,
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

/// Why a text is no technology, or no network.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TechnologyError {
    /// What is wrong.
    pub message: String,
    /// Line and column, both from 1, where they are known.
    pub place: Option<(usize, usize)>,
}

/// Reads YAML of a known form.
pub(crate) fn read<T: DeserializeOwned>(text: &str) -> Result<T, TechnologyError> {
    serde_saphyr::from_str_with_options(text, serde_saphyr::options! { with_snippet: false }).map_err(|error| {
        let place = error.location().map(|place| (place.line() as usize, place.column() as usize));
        let ending = place.map(|(line, column)| format!(" at line {line}, column {column}")).unwrap_or_default();
        let message = error.to_string();
        TechnologyError { message: message.strip_suffix(&*ending).unwrap_or(&message).to_owned(), place }
    })
}

impl fmt::Display for TechnologyError {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.message)
    }
}

impl std::error::Error for TechnologyError {}

impl Technology {
    /// Round figures for tests: no library is needed. A bit of an adder has 1 um2, and so on; a bit of a product has its
    /// part of the rows.
    pub fn unit() -> Technology {
        let bits = [1.0, 1.2, 0.0, 0.5, 0.25, 0.5, 0.125, 0.5, 0.25, 1.0, 0.05, 1.0, 1.5, 1.25, 1.75];
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
            device: None,
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

    /// One of points, to which nothing is fitted yet.
    pub fn of_points(name: &str, source: Source, device: Option<LutDevice>, points: Vec<Point>) -> Technology {
        Technology {
            name: name.to_owned(),
            source,
            device,
            gates: BTreeMap::new(),
            gate_delay: None,
            forms: BTreeMap::new(),
            delay: None,
            families: BTreeMap::new(),
            fits: BTreeMap::new(),
            closed_fits: BTreeMap::new(),
            points,
        }
    }

    /// Fits what is estimated of a quantity, where points know it. `hardware` and `parts` are those of the points in their
    /// order; blocks have no parts. Closed forms are fitted to `light` syntheses.
    pub fn fit(&mut self, quantity: Quantity, hardware: &[&Design], parts: &[Option<PartFeatures>], light: &Light) {
        match quantity {
            Quantity::DelayPs => self.fit_delays(hardware, light),
            _ => self.fit_sums(quantity, parts, light),
        }
    }

    fn fit_sums(&mut self, quantity: Quantity, parts: &[Option<PartFeatures>], light: &Light) {
        let measured = |point: &Point| point.quantities.get(&quantity).copied().filter(|value| *value > 0.0);
        let known: Vec<Known<'_>> = self
            .points
            .iter()
            .zip(parts)
            .filter_map(|(point, parts)| Some(Known { point, parts: parts.as_ref(), value: measured(point)? }))
            .collect();
        let rows: Vec<Row> = known.iter().map(|known| (counts(&known.point.gates), known.value)).collect();
        let Some(statistics) = fit::cross_validated(&rows) else { return };
        let closed = fit::folded(&known, |train, test| {
            let closed = Closed::fitted(train, light);
            test.iter().filter_map(|known| Some((closed.amount(known)?, known.value))).collect()
        });
        self.closed_fits.extend(fit::statistics(&closed).map(|statistics| (quantity, statistics)));
        let Closed { gates, common, families } = Closed::fitted(&known, light);
        self.fits.insert(quantity, statistics);
        self.gates.insert(quantity, gates);
        self.forms.insert(quantity, common);
        for (family, part, form) in families {
            self.families.entry(family).or_default().parts.entry(part).or_default().insert(quantity, form);
        }
    }

    fn fit_delays(&mut self, hardware: &[&Design], light: &Light) {
        let timed = self.points.iter().zip(hardware);
        let timed: Vec<(&Point, &Design, f64)> = timed
            .filter_map(|(point, hardware)| Some((point, *hardware, *point.quantities.get(&Quantity::DelayPs)?)))
            .collect();
        let flat: Vec<Gates> = timed.iter().map(|(_, hardware, _)| hardware.gates()).collect();
        let known = timed.iter().zip(&flat).map(|((point, written, delay_ps), gates)| KnownDelay {
            family: point.family(),
            gates,
            written,
            delay_ps: *delay_ps,
        });
        let known: Vec<KnownDelay<'_>> = known.collect();
        let of_gates: Vec<_> = known.iter().map(KnownDelay::of_gates).collect();
        let Some(statistics) = fit::cross_validated_delays(&of_gates) else { return };
        self.fits.insert(Quantity::DelayPs, statistics);
        let closed = fit::folded(&known, |train, test| {
            let closed = ClosedDelays::fitted(train, light);
            test.iter().map(|known| (closed.delay_ps(known), known.delay_ps)).collect()
        });
        self.closed_fits.extend(fit::statistics(&closed).map(|statistics| (Quantity::DelayPs, statistics)));
        let ClosedDelays { gates: Delays { weights, factors }, common, families } = ClosedDelays::fitted(&known, light);
        self.gate_delay = Some(fit::gate_weights(&weights));
        self.delay = Some(fit::path_weights(&common));
        for (family, factor) in factors {
            self.families.entry(family).or_default().gate_delay_factor = Some(factor);
        }
        for (family, weights) in families {
            self.families.entry(family).or_default().delay = Some(fit::path_weights(&weights));
        }
    }

    /// The closed form of a quantity of a part, over the features of its census; `None` where the quantity is not known
    /// here.
    pub fn form(&self, family: &str, part: &str, quantity: Quantity) -> Option<&Form> {
        let own = self.families.get(family).and_then(|family| family.parts.get(part)?.get(&quantity));
        own.or_else(|| self.forms.get(&quantity))
    }

    /// The amount of a quantity that is a sum over the primitives of parts; `None` where it is not known here.
    pub fn amount(&self, quantity: Quantity, family: &str, parts: &[(&'static str, Census)]) -> Option<f64> {
        parts.iter().map(|(name, census)| Some(self.form(family, name, quantity)?.amount(&features(census)))).sum()
    }

    /// The amount of a quantity that is a sum over the gates of a light synthesis; `None` where it is not known here.
    pub fn light_amount(&self, quantity: Quantity, gates: &GateCount) -> Option<f64> {
        Some(self.gates.get(&quantity)?.amount(gates))
    }

    /// The longest path of a design as it is written: the clock period that it needs where nothing is known of its
    /// surroundings.
    pub fn delay_ps(&self, family: &str, hardware: &Design) -> Option<f64> {
        let own = self.families.get(family).and_then(|family| family.delay.as_ref());
        let weights = own.or(self.delay.as_ref())?;
        Some(hardware.longest_path(weights).length(weights))
    }

    /// The longest path through the gates of a light synthesis of the whole design.
    pub fn light_delay_ps(&self, family: &str, gates: &Gates) -> Option<f64> {
        let weights = self.gate_delay.as_ref()?;
        let factor = self.families.get(family).and_then(|family| family.gate_delay_factor).unwrap_or(1.0);
        Some(gates.longest_path(weights).length(weights) * factor)
    }

    /// Whether it is of an FPGA: no areas, but cells.
    pub fn is_fpga(&self) -> bool {
        self.device.is_some()
    }
}

/// What gates of the unit technology take.
const UNIT_GATES: [f64; Gate::ALL.len()] =
    [0.25, 0.5, 0.5, 0.5, 0.5, 0.25, 0.5, 0.5, 1.0, 1.5, 1.25, 1.75, 1.0, 1.0, 0.5, 1.0, 1.0];
