//! What configurations are judged by: the cost model, the clock, the network.

use crate::column::Column;
use crate::expression::Dimension;
use crate::quantity::{Meaning, Quantity};
use std::cell::Cell;
use std::fmt;
use std::panic::{AssertUnwindSafe, catch_unwind};
use tritloom_cost::{Activity, FEATURES, Features, Network, Platform, Quantity as Cost, Technology, features};
use tritloom_datapath::family::Family;
use tritloom_datapath::parameter::{ParameterValue, Parameters};

/// Coefficients are rounded to multiples of this, in um2, fJ and nW: sums of products with counts are then exact, in
/// whatever order they are added, up to 2^29 of the unit.
const QUANTUM: f64 = 1.0 / (1 << 24) as f64;

thread_local! {
    static GUARDED: Cell<bool> = const { Cell::new(false) };
}

/// Whether this thread is at something whose panic [`guarded`] catches: a panic hook has nothing to add to it.
pub fn is_guarded() -> bool {
    GUARDED.get()
}

/// What `work` comes to; a panic, which is a defect of a family, is a reason like others.
pub fn guarded<T>(work: impl FnOnce() -> Result<T, String>) -> Result<T, String> {
    let outer = GUARDED.replace(true);
    let result = catch_unwind(AssertUnwindSafe(work));
    GUARDED.set(outer);
    result.unwrap_or_else(|panic| {
        let text = panic.downcast_ref::<String>().map(String::as_str).or(panic.downcast_ref::<&str>().copied());
        Err(format!("a defect of tritloom, please report it: {}", text.unwrap_or("no reason given")))
    })
}

/// What configurations are judged by.
pub struct Model {
    /// What primitives take.
    pub technology: Technology,
    /// How much toggles.
    pub activity: Activity,
    /// The clock period; `None`: each configuration's own delay.
    pub period_ps: Option<f64>,
    /// Whose tokens are counted.
    pub network: Option<Network>,
    /// Of the memory that holds the weights.
    pub bandwidth_gb_per_s: f64,
}

/// Where amounts come from: each is a function of the parameters, most of them of few.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Source {
    /// The primitives of a part.
    Part(&'static str),
    /// A number of the schedule.
    Schedule(Schedule),
    /// The longest path in ps.
    Delay,
}

/// In words, as in what is told of it.
impl fmt::Display for Source {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Source::Part(name) => write!(formatter, "the part `{name}`"),
            Source::Schedule(_) => formatter.write_str("the schedule"),
            Source::Delay => formatter.write_str("the delay"),
        }
    }
}

/// Numbers of the schedule.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Schedule {
    /// Multiply-accumulates in a cycle, at the slowest pace.
    ProductsPerCycle,
    /// Bits of the weight stream in a cycle, at the slowest pace.
    WeightBitsPerCycle,
    /// Weights that enter in a beat.
    WeightsPerBeat,
    /// Their bits.
    WeightBitsPerBeat,
    /// Cycles of a beat, at the slowest pace.
    CyclesPerBeat,
    /// Cycles from the last beat to the result.
    Latency,
    /// Cycles of a token of the network.
    CyclesPerToken,
    /// Bits of weights that a token fetches.
    WeightBitsPerToken,
}

impl Schedule {
    const ALL: [Schedule; 8] = [
        Schedule::ProductsPerCycle,
        Schedule::WeightBitsPerCycle,
        Schedule::WeightsPerBeat,
        Schedule::WeightBitsPerBeat,
        Schedule::CyclesPerBeat,
        Schedule::Latency,
        Schedule::CyclesPerToken,
        Schedule::WeightBitsPerToken,
    ];
}

/// What is known of a configuration before any technology: integers, but for the delay.
#[derive(Clone, Debug, PartialEq)]
pub struct Facts {
    parts: Vec<(&'static str, Features)>,
    schedule: [f64; Schedule::ALL.len()],
    delay_ps: f64,
}

impl Facts {
    /// The sources that these facts are of.
    pub fn sources(&self, with_delay: bool) -> Vec<Source> {
        let parts = self.parts.iter().map(|(name, _)| Source::Part(name));
        let schedule = Schedule::ALL.into_iter().map(Source::Schedule);
        parts.chain(schedule).chain(with_delay.then_some(Source::Delay)).collect()
    }

    /// The facts of one source; zeros for a part that the configuration does not have.
    pub fn of(&self, source: Source) -> &[f64] {
        match source {
            Source::Part(wanted) => {
                self.parts.iter().find(|(name, _)| *name == wanted).map_or(&[0.0; FEATURES], |(_, features)| features)
            }
            Source::Schedule(number) => std::slice::from_ref(&self.schedule[number as usize]),
            Source::Delay => std::slice::from_ref(&self.delay_ps),
        }
    }
}

impl Model {
    /// The facts of a configuration, or why there are none. The delay, which takes an elaboration, only where wanted.
    pub fn facts(&self, family: &dyn Family, parameters: &Parameters, with_delay: bool) -> Result<Facts, String> {
        guarded(|| self.attempt(family, parameters, [true, with_delay]))
    }

    /// The same as far as these sources need it: a census takes longer than a schedule.
    pub fn facts_of(&self, sources: &[Source], family: &dyn Family, parameters: &Parameters) -> Result<Facts, String> {
        let with_parts = sources.iter().any(|source| matches!(source, Source::Part(_)));
        guarded(|| self.attempt(family, parameters, [with_parts, sources.contains(&Source::Delay)]))
    }

    fn attempt(
        &self,
        family: &dyn Family,
        parameters: &Parameters,
        [with_parts, with_delay]: [bool; 2],
    ) -> Result<Facts, String> {
        let census = if with_parts { family.census_by_part(parameters) } else { vec![] };
        let mut parts: Vec<(&'static str, Features)> = vec![];
        for (name, census) in census {
            let features = features(&census);
            match parts.iter_mut().find(|(known, _)| *known == name) {
                Some((_, sum)) => sum.iter_mut().zip(features).for_each(|(sum, feature)| *sum += feature),
                None => parts.push((name, features)),
            }
        }
        let timing = family.timing(parameters);
        let network = self.network.as_ref().map(|network| {
            let platform = Platform { clock_mhz: 1.0, bandwidth_gb_per_s: 1.0 };
            network.estimate(family, parameters, &platform)
        });
        let delay_ps = if with_delay {
            let hardware = family.hardware(parameters).map_err(|defects| defects.to_string())?;
            self.technology.delay_ps(family.name(), &hardware).unwrap_or(f64::NAN)
        } else {
            f64::NAN
        };
        let schedule = [
            timing.products_a_cycle(),
            timing.weight_bits_a_cycle(),
            timing.weights_per_beat as f64,
            timing.weight_bits_per_beat as f64,
            timing.cycles_a_beat() as f64,
            timing.latency_cycles as f64,
            network.map_or(0, |network| network.cycles_a_token) as f64,
            network.map_or(0, |network| network.weight_bits_a_token) as f64,
        ];
        Ok(Facts { parts, schedule, delay_ps })
    }

    /// What the facts of a source add to a column: a coefficient for each; `None` where nothing.
    pub fn coefficients(&self, family: &str, source: Source, column: &Column) -> Option<Vec<f64>> {
        let number = |wanted: bool| wanted.then(|| vec![1.0]);
        match source {
            Source::Part(part) => self.part_coefficients(family, part, column),
            Source::Schedule(Schedule::ProductsPerCycle) => number(*column == Column::ProductsPerCycle),
            Source::Schedule(Schedule::WeightBitsPerCycle) => number(*column == Column::WeightBitsPerCycle),
            Source::Schedule(Schedule::WeightsPerBeat) => number(*column == Column::WeightsPerBeat),
            Source::Schedule(Schedule::WeightBitsPerBeat) => number(*column == Column::WeightBitsPerBeat),
            Source::Schedule(Schedule::CyclesPerBeat) => number(*column == Column::CyclesPerBeat),
            Source::Schedule(Schedule::Latency) => number(*column == Column::Latency),
            Source::Schedule(Schedule::CyclesPerToken) => number(*column == Column::CyclesPerToken),
            Source::Schedule(Schedule::WeightBitsPerToken) => number(*column == Column::WeightBitsPerToken),
            Source::Delay => number(*column == Column::Delay),
        }
    }

    fn part_coefficients(&self, family: &str, part: &str, column: &Column) -> Option<Vec<f64>> {
        let scaled = |quantity: Cost, scale: f64| {
            let form = self.technology.form(family, part, quantity);
            form.map_or(vec![0.0; FEATURES], |form| form.coefficients.iter().map(|each| each * scale).collect())
        };
        let rounded = |coefficients: Vec<f64>| {
            let round = |coefficient: f64| (coefficient / QUANTUM).round() * QUANTUM;
            Some(coefficients.into_iter().map(round).collect())
        };
        match column {
            Column::Area => rounded(scaled(Cost::AreaUm2, 1.0)),
            Column::QuickArea => rounded(scaled(Cost::QuickAreaUm2, 1.0)),
            Column::Luts => rounded(scaled(Cost::Luts, 1.0)),
            Column::Registers => rounded(scaled(Cost::Registers, 1.0)),
            Column::Leakage => rounded(scaled(Cost::LeakageNw, 1.0)),
            Column::Switching => {
                let nets = scaled(Cost::ToggleEnergyFj, 1.0).into_iter().zip(self.activity.by_feature(part));
                let clock = scaled(Cost::ClockEnergyFj, 1.0);
                rounded(nets.zip(clock).map(|((nets, toggles), clock)| nets * toggles + clock).collect())
            }
            _ => None,
        }
    }

    /// The columns of a configuration, straight from its facts.
    pub fn columns(
        &self,
        family: &dyn Family,
        parameters: &Parameters,
        columns: &[Column],
    ) -> Result<Vec<f64>, String> {
        let with_delay = columns.contains(&Column::Delay);
        let facts = self.facts(family, parameters, with_delay)?;
        let sources = facts.sources(with_delay);
        let value = |column: &Column| match parameter_value(parameters, column) {
            Some(value) => value,
            None => {
                let amounts = sources.iter().filter_map(|source| {
                    let coefficients = self.coefficients(family.name(), *source, column)?;
                    Some(amount(&coefficients, facts.of(*source)))
                });
                amounts.sum()
            }
        };
        Ok(columns.iter().map(value).collect())
    }

    /// Why a quantity cannot be computed.
    pub fn lacks(&self, quantity: &Quantity) -> Option<String> {
        let name = &self.technology.name;
        let known = |quantity| self.technology.forms.contains_key(&quantity);
        let (Meaning::Column(column) | Meaning::Multiple(column, _)) = &quantity.meaning else { return None };
        match column {
            Column::Area if !known(Cost::AreaUm2) => Some(format!("the technology {name} knows no areas")),
            Column::QuickArea if !known(Cost::QuickAreaUm2) => {
                Some(format!("the technology {name} knows no areas of quick designs"))
            }
            Column::Switching | Column::Leakage if !known(Cost::ToggleEnergyFj) => {
                Some(format!("the technology {name} knows no energies"))
            }
            Column::Luts | Column::Registers if !known(Cost::Luts) => Some(format!("the technology {name} is no FPGA")),
            Column::Delay if self.technology.delay.is_none() => {
                Some(format!("the technology {name} knows no delays; a `clock` in the space gives the period"))
            }
            Column::CyclesPerToken | Column::WeightBitsPerToken if self.network.is_none() => {
                Some("the space names no `network`".to_owned())
            }
            _ => None,
        }
    }

    /// What is the same for all configurations.
    pub fn constant(&self, name: &str) -> Option<(f64, Dimension)> {
        match name {
            "period" => self.period_ps.map(|period_ps| (period_ps, Dimension::TIME)),
            "bandwidth" => Some((8e-3 * self.bandwidth_gb_per_s, Dimension::RATE)),
            _ => None,
        }
    }
}

/// The value of a column that is about a parameter.
pub fn parameter_value(parameters: &Parameters, column: &Column) -> Option<f64> {
    match column {
        Column::Parameter(name) => parameters.get(name).map(|value| number(value, "")),
        Column::Word(name, word) => parameters.get(name).map(|value| number(value, word)),
        _ => None,
    }
}

/// An integer as it is; of others whether they are this word.
pub fn number(value: &ParameterValue, word: &str) -> f64 {
    match value {
        ParameterValue::Integer(value) => *value as f64,
        ParameterValue::Choice(choice) => f64::from(u8::from(choice == word)),
        ParameterValue::Flag(flag) => f64::from(u8::from(flag.to_string() == word)),
    }
}

/// The sum of facts, each with its coefficient.
pub fn amount(coefficients: &[f64], facts: &[f64]) -> f64 {
    coefficients.iter().zip(facts).map(|(coefficient, fact)| coefficient * fact).sum()
}
