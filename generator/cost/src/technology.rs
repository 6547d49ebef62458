//! A technology as data.

use crate::fit;
use crate::form::{Form, features};
use crate::point::{Point, Quantity};
use std::collections::BTreeMap;
use std::fmt;
use tritloom_hdl::{Census, Design, Levels, PathWeights};

/// What every primitive takes, and where that is known from.
#[derive(Clone, Debug, PartialEq)]
pub struct Technology {
    /// What it is called.
    pub name: String,
    /// How its points were made: key and fact.
    pub source: Source,
    /// The forms of the quantities that it knows.
    pub forms: BTreeMap<Quantity, Form>,
    /// What parts of paths take; `None` where delays are not known.
    pub delay: Option<PathWeights>,
    /// By family and quantity, what synthesis makes of its primitives more or less than of those of all families: how
    /// much it shares and folds. A family without a factor has 1.
    pub factors: BTreeMap<String, BTreeMap<Quantity, f64>>,
    /// How well the forms predict points that they were not fitted to.
    pub fits: BTreeMap<Quantity, FitStatistics>,
    /// Every point behind the fit.
    pub points: Vec<Point>,
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
            forms: Quantity::SUMS.into_iter().map(|quantity| (quantity, form(1.0))).collect(),
            delay: Some(delay),
            factors: BTreeMap::new(),
            fits: BTreeMap::new(),
            points: vec![],
        }
    }

    /// Fits a technology to points; `hardware` is that of the points in their order.
    pub fn fitted(name: &str, source: Source, points: Vec<Point>, hardware: &[&Design]) -> Technology {
        let mut technology = Technology {
            name: name.to_owned(),
            source,
            forms: BTreeMap::new(),
            delay: None,
            factors: BTreeMap::new(),
            fits: BTreeMap::new(),
            points,
        };
        for quantity in Quantity::SUMS {
            let rows = fit::rows(&technology.points, quantity);
            if let Some(statistics) = fit::cross_validated(&rows) {
                let fitted = fit::sum(&rows);
                technology.forms.insert(quantity, fitted.form());
                technology.fits.insert(quantity, statistics);
                technology.add_factors(quantity, fitted.factors);
            }
        }
        let subjects = fit::subjects(&technology.points, hardware);
        if let Some(statistics) = fit::cross_validated_delay(&subjects) {
            let (weights, factors) = fit::paths(&subjects);
            technology.delay = Some(weights);
            technology.fits.insert(Quantity::DelayPs, statistics);
            technology.add_factors(Quantity::DelayPs, factors);
        }
        technology
    }

    fn add_factors(&mut self, quantity: Quantity, factors: BTreeMap<String, f64>) {
        for (family, factor) in factors {
            self.factors.entry(family).or_default().insert(quantity, factor);
        }
    }

    /// What the quantity of a family's primitives is multiplied with.
    pub fn factor(&self, family: &str, quantity: Quantity) -> f64 {
        self.factors.get(family).and_then(|factors| factors.get(&quantity)).copied().unwrap_or(1.0)
    }

    /// The amount of a quantity that is a sum over primitives; `None` where it is not known here.
    pub fn amount(&self, quantity: Quantity, family: &str, census: &Census) -> Option<f64> {
        Some(self.forms.get(&quantity)?.amount(&features(census)) * self.factor(family, quantity))
    }

    /// The longest path of a design: the clock period that it needs where nothing is known of its surroundings.
    pub fn delay_ps(&self, family: &str, hardware: &Design) -> Option<f64> {
        let weights = self.delay.as_ref()?;
        Some(hardware.longest_path(weights).length(weights) * self.factor(family, Quantity::DelayPs))
    }

    /// Whether it is of an FPGA: no areas, but cells.
    pub fn is_fpga(&self) -> bool {
        self.forms.contains_key(&Quantity::Luts) && !self.forms.contains_key(&Quantity::AreaUm2)
    }
}
