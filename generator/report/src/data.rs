//! The content of a report.

use serde::{Deserialize, Serialize};
use serde_json::Value;

/// All that a page shows. What is empty is left out of it.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Report {
    /// The heading.
    pub title: String,
    /// Sentences under it: what was searched, in which technology, and what is not shown.
    pub summary: Vec<String>,
    /// What is known of each configuration.
    pub quantities: Vec<Quantity>,
    /// The two quantities that are drawn first, horizontal and vertical.
    pub axes: (usize, usize),
    /// The configurations.
    pub groups: Vec<Group>,
    /// Estimates beside measurements.
    pub comparisons: Vec<Comparison>,
    /// What the parts of some configurations take.
    pub breakdowns: Vec<Breakdown>,
    /// What memory and cores allow.
    pub roofline: Option<Roofline>,
}

/// Something that each configuration has so much of.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Quantity {
    /// What it is, as `area`.
    pub name: String,
    /// As `um2`; empty for a plain number.
    pub unit: String,
    /// Which way an objective points; absent where it is none.
    pub better: Option<Better>,
}

/// Which way an objective points.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Better {
    /// Small values are better.
    Low,
    /// Large ones are.
    High,
}

/// Configurations of one family that set the same parameters.
#[derive(Clone, Debug, PartialEq, Deserialize)]
pub struct Group {
    /// The family.
    pub family: String,
    /// The parameters that are set; all others have their defaults.
    pub parameters: Vec<String>,
    /// The configurations.
    pub points: Vec<Point>,
}

/// A configuration.
#[derive(Clone, Debug, PartialEq, Deserialize)]
pub struct Point {
    /// Its place in what was searched.
    pub number: u64,
    /// Whether no other configuration is better.
    pub front: bool,
    /// Values of the group's parameters, in order.
    pub parameters: Vec<Value>,
    /// Of the report's quantities, in order; `None` where it is not known.
    pub values: Vec<Option<f64>>,
}

/// One quantity, estimated and measured.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Comparison {
    /// What it is.
    pub quantity: String,
    /// Its unit.
    pub unit: String,
    /// The configurations.
    pub pairs: Vec<Pair>,
}

/// An estimate beside a measurement.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Pair {
    /// The configuration.
    pub name: String,
    /// Its family.
    pub family: String,
    /// By the cost model.
    pub estimate: f64,
    /// By synthesis.
    pub measured: f64,
}

/// What the parts of a configuration take.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Breakdown {
    /// The configuration.
    pub name: String,
    /// Of the areas.
    pub unit: String,
    /// Parts in the order in which data passes, with their areas.
    pub parts: Vec<(String, f64)>,
}

/// What memory and cores allow.
#[derive(Clone, Debug, PartialEq)]
pub struct Roofline {
    /// What is computed.
    pub title: String,
    /// Memories.
    pub roofs: Vec<Roof>,
    /// Configurations at work.
    pub workloads: Vec<Workload>,
}

/// A memory that feeds the cores.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Roof {
    /// As `LPDDR5`.
    pub name: String,
    /// What it delivers.
    pub bandwidth_gb_per_s: f64,
}

/// A core with its own demand for memory.
#[derive(Clone, Debug, PartialEq)]
pub struct Workload {
    /// Its family.
    pub family: String,
    /// Its place in what was searched.
    pub number: u64,
    /// Operations for each byte of weights that is fetched, two for a product and its addition.
    pub operations_a_byte: f64,
    /// What the core could do if the weights were always there, in thousand millions a second.
    pub peak_gop_per_s: f64,
}

impl Group {
    /// What a configuration of the group is called.
    pub fn name(&self, point: &Point) -> String {
        format!("{}_{}", self.family, point.number)
    }
}

impl Report {
    /// Configurations in all groups.
    pub fn points(&self) -> usize {
        self.groups.iter().map(|group| group.points.len()).sum()
    }

    /// Keeps at most `most` configurations: the front, as far as it fits, and an even sample of the others, in order. The
    /// summary says so if something is left out.
    pub fn thin(&mut self, most: usize) {
        let total = self.points();
        if total <= most {
            return;
        }
        let front = self.groups.iter().flat_map(|group| &group.points).filter(|point| point.front).count();
        let mut keep_front = Sample { keep: front.min(most), of: front, seen: 0 };
        let mut keep_others = Sample { keep: most - keep_front.keep, of: total - front, seen: 0 };
        for group in &mut self.groups {
            group.points.retain(|point| if point.front { keep_front.next() } else { keep_others.next() });
        }
        let of_front = match keep_front.keep {
            kept if kept == front => format!("the whole front of {front}"),
            kept => format!("{kept} of the {front} of the front"),
        };
        let of_others = match total - front {
            0 => String::new(),
            others => format!(" and an even sample of {} of the other {others}", keep_others.keep),
        };
        self.summary.push(format!("Shown are {of_front}{of_others}."));
    }
}

/// Chooses `keep` of `of` things, evenly.
struct Sample {
    keep: usize,
    of: usize,
    seen: usize,
}

impl Sample {
    fn next(&mut self) -> bool {
        let before = self.seen * self.keep / self.of;
        self.seen += 1;
        self.seen * self.keep / self.of > before
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn report(points: usize, front_every: usize) -> Report {
        let point = |at: usize| Point {
            front: at.is_multiple_of(front_every),
            number: at as u64,
            parameters: vec![at.into()],
            values: vec![],
        };
        let group = Group {
            family: "sign_flip".into(),
            parameters: vec!["lanes".into()],
            points: (0..points).map(point).collect(),
        };
        Report { groups: vec![group.clone(), group], ..Report::default() }
    }

    fn fronts(report: &Report) -> usize {
        report.groups.iter().flat_map(|group| &group.points).filter(|point| point.front).count()
    }

    #[test]
    fn thinning_keeps_the_front_and_says_what_it_left_out() {
        let mut thinned = report(1000, 10);
        thinned.thin(500);
        assert_eq!((thinned.points(), fronts(&thinned)), (500, 200));
        assert_eq!(thinned.summary, ["Shown are the whole front of 200 and an even sample of 300 of the other 1800."]);
        // The sample is from everywhere.
        assert!(thinned.groups.iter().all(|group| group.points.len() == 250));
        let mut whole = report(1000, 10);
        whole.thin(2000);
        assert_eq!(whole, report(1000, 10));
    }

    #[test]
    fn a_front_that_is_too_long_is_thinned_too() {
        let mut thinned = report(1000, 1);
        thinned.thin(100);
        assert_eq!((thinned.points(), fronts(&thinned)), (100, 100));
        assert_eq!(thinned.summary, ["Shown are 100 of the 2000 of the front."]);
    }
}
