//! Closed forms, fitted to what points have taught of gates.
//!
//! Real synthesis takes seconds a point, a light one milliseconds: points teach what gates take, and light syntheses of many
//! more configurations what the parts of each family then do.

use crate::fit::{self, Delays, Paths, Row, Timed};
use crate::form::{FEATURES, Form, GateForm, PartFeatures};
use crate::light::{Light, LightSynthesis};
use crate::point::Point;
use std::collections::{BTreeMap, BTreeSet};
use tritloom_hdl::{Design, GateCount, Gates};

/// Of each kind how many.
pub fn counts(gates: &GateCount) -> Vec<f64> {
    gates.iter().map(|count| *count as f64).collect()
}

/// A point with the value of one quantity.
#[derive(Clone)]
pub struct Known<'a> {
    pub point: &'a Point,
    pub parts: Option<&'a PartFeatures>,
    pub value: f64,
}

/// Forms of one quantity.
pub struct Closed {
    pub gates: GateForm,
    pub common: Form,
    /// Family and part with their form.
    pub families: Vec<(String, String, Form)>,
}

impl Closed {
    /// The gates' form suits the points; the closed forms of families suit what it says of light syntheses.
    pub fn fitted(points: &[Known<'_>], light: &Light) -> Closed {
        let rows: Vec<Row> = points.iter().map(|known| (counts(&known.point.gates), known.value)).collect();
        let fitted = fit::robust(&rows);
        let gates = GateForm { coefficients: std::array::from_fn(|kind| fitted[kind]) };
        let rows: Vec<Row> = points.iter().map(|known| (known.point.features.to_vec(), known.value)).collect();
        let common = Form::new(&fit::robust(&rows));
        let own = |(family, samples): (&String, &Vec<LightSynthesis>)| {
            let forms = part_forms(samples, &gates, &common).into_iter();
            forms.map(|(part, form)| (family.clone(), part, form)).collect::<Vec<_>>()
        };
        Closed { families: light.iter().flat_map(own).collect(), common, gates }
    }

    /// The estimate of a configuration whose parts are known.
    pub fn amount(&self, known: &Known<'_>) -> Option<f64> {
        let (family, parts) = (known.point.family()?, known.parts?);
        let form = |part: &str| {
            let own = self.families.iter().find(|(own, name, _)| own == family && name == part);
            own.map_or(&self.common, |(_, _, form)| form)
        };
        Some(parts.iter().map(|(part, features)| form(part).amount(features)).sum())
    }
}

/// The forms of the parts of one family under which their sums suit what `gates` says of the samples; near the `common`
/// form where samples tell little.
fn part_forms(samples: &[LightSynthesis], gates: &GateForm, common: &Form) -> Vec<(String, Form)> {
    let names: BTreeSet<&String> = samples.iter().flat_map(|sample| sample.parts.keys()).collect();
    let row = |sample: &LightSynthesis| {
        let features = names.iter().flat_map(|name| sample.parts.get(*name).copied().unwrap_or([0.0; FEATURES]));
        (features.collect(), gates.amount(&sample.gates))
    };
    let rows: Vec<Row> = samples.iter().map(row).filter(|(_, value)| *value > 0.0).collect();
    let fitted = fit::near(&common.coefficients.repeat(names.len()), &rows);
    names.iter().zip(fitted.chunks(FEATURES)).map(|(name, fitted)| ((*name).clone(), Form::new(fitted))).collect()
}

/// A point with its delay.
#[derive(Clone)]
pub struct KnownDelay<'a> {
    pub family: Option<&'a str>,
    pub gates: &'a Gates,
    pub written: &'a Design,
    pub delay_ps: f64,
}

impl<'a> KnownDelay<'a> {
    pub fn of_gates(&self) -> Timed<'a, Gates> {
        (self.family, self.gates, self.delay_ps)
    }

    fn as_written(&self) -> Timed<'a, Design> {
        (self.family, self.written, self.delay_ps)
    }
}

/// Weights of parts of paths.
pub struct ClosedDelays {
    /// Of paths through gates.
    pub gates: Delays,
    /// Of paths through designs as they are written.
    pub common: Vec<f64>,
    /// The same by family.
    pub families: BTreeMap<String, Vec<f64>>,
}

impl ClosedDelays {
    /// The gates' weights and the common ones suit the points; those of families suit what gates say of light syntheses.
    pub fn fitted(points: &[KnownDelay<'_>], light: &Light) -> ClosedDelays {
        let gates = fit::delays(&points.iter().map(KnownDelay::of_gates).collect::<Vec<_>>());
        let common = fit::delays(&points.iter().map(KnownDelay::as_written).collect::<Vec<_>>()).weights;
        let own = |(family, samples): (&String, &Vec<LightSynthesis>)| {
            let timed = samples.iter().filter_map(|sample| sample.timed.as_ref());
            let timed: Vec<(&Design, f64)> = timed
                .map(|(written, flat)| (written, gates.estimate(&(Some(family), flat, 0.0))))
                .filter(|(_, delay_ps)| *delay_ps > 0.0)
                .collect();
            (family.clone(), fit::own_weights(&common, &timed))
        };
        ClosedDelays { families: light.iter().map(own).collect(), common, gates }
    }

    /// The delay of a design as it is written.
    pub fn delay_ps(&self, known: &KnownDelay<'_>) -> f64 {
        let own = known.family.and_then(|family| self.families.get(family));
        let weights = own.unwrap_or(&self.common);
        fit::amount(weights, &known.written.longest(weights))
    }
}
