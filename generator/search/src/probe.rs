//! On which parameters each source depends, found by walking along the axes from many legal combinations.

use crate::model::{Facts, Model, Source};
use crate::rules::Rules;
use crate::space::Region;
use rand::Rng;
use rand::seq::index;
use std::collections::BTreeMap;
use tritloom_datapath::parameter::ParameterValue;

/// Legal combinations from which the walks start.
const STARTS: usize = 64;

/// The same where each step takes an elaboration.
const DELAY_STARTS: usize = 6;

/// Legal combinations from which is seen which axes act together.
const PAIRS: usize = 300;

/// Looks around a combination that is unlike others.
pub const LOOKS: usize = 10;

/// From how many of them every value of an axis is visited.
const WHOLE_WALKS: usize = 8;

/// Of a longer axis that many.
const WHOLE_STEPS: usize = 1 << 11;

/// Values of an axis that the other walks visit.
const STEPS: usize = 24;

/// How a source depends on an axis.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Dependence {
    /// Not at all.
    None,
    /// Each fact is an integer plus another times the value of the axis, wherever the other axes stand.
    Affine,
    /// In any other way.
    Any,
}

/// How every source depends on every axis, and which axes act together.
pub struct Dependences {
    /// For each axis.
    pub of: BTreeMap<Source, Vec<Dependence>>,
    /// For each two axes, whether the effect of one depends on the other.
    together: BTreeMap<Source, Vec<Vec<bool>>>,
    /// Combinations met on the walks that could not be evaluated.
    pub failed: Vec<Vec<usize>>,
    /// Combinations in which a source was met for the first time.
    novel: Vec<Vec<usize>>,
}

impl Dependences {
    /// Walks from legal combinations along each axis.
    pub fn new(region: &Region, rules: &Rules, model: &Model, with_delay: bool, rng: &mut impl Rng) -> Dependences {
        let mut dependences =
            Dependences { of: BTreeMap::new(), together: BTreeMap::new(), failed: vec![], novel: vec![] };
        for (number, start) in rules.legal_points(STARTS, rng).iter().enumerate() {
            dependences.walk_from(region, rules, model, false, start, number < WHOLE_WALKS, rng);
        }
        // What only few combinations have is met on walks along one axis, and depends on others.
        while let Some(start) = dependences.novel.pop() {
            dependences.walk_from(region, rules, model, false, &start, true, rng);
            (0..LOOKS).for_each(|_| dependences.pairs_from(region, rules, model, &start, rng));
        }
        for start in rules.legal_points(if with_delay { DELAY_STARTS } else { 0 }, rng) {
            dependences.walk_from(region, rules, model, true, &start, false, rng);
        }
        for start in rules.legal_points(PAIRS, rng) {
            dependences.pairs_from(region, rules, model, &start, rng);
        }
        dependences
    }

    /// Walks along every axis from one combination.
    #[expect(clippy::too_many_arguments, reason = "a walk needs to know where, by which rules and how far")]
    pub fn walk_from(
        &mut self,
        region: &Region,
        rules: &Rules,
        model: &Model,
        with_delay: bool,
        start: &[usize],
        whole: bool,
        rng: &mut impl Rng,
    ) {
        if let Ok(facts) = model.facts(region.family, &region.parameters(start), with_delay) {
            self.meet(&facts, region.axes.len(), with_delay);
        }
        for (axis, length) in region.lengths().into_iter().enumerate() {
            let most = if whole { WHOLE_STEPS } else { STEPS };
            let mut steps: Vec<usize> =
                if length <= most { (0..length).collect() } else { index::sample(rng, length, most).into_vec() };
            steps.sort_unstable();
            let mut digits = start.to_vec();
            let mut line = vec![];
            for step in steps {
                digits[axis] = step;
                if rules.allow(&digits) {
                    match model.facts(region.family, &region.parameters(&digits), with_delay) {
                        Ok(facts) => {
                            if facts.sources(with_delay).iter().any(|source| !self.of.contains_key(source)) {
                                self.meet(&facts, region.axes.len(), with_delay);
                                self.novel.push(digits.clone());
                            }
                            line.push((region.axes[axis].values[step].clone(), facts));
                        }
                        Err(_) => self.failed.push(digits.clone()),
                    }
                }
            }
            self.observe(axis, region.axes.len(), &line, with_delay);
        }
    }

    /// Takes note of the sources of a configuration; a region without axes has one configuration and no walks.
    fn meet(&mut self, facts: &Facts, axes: usize, with_delay: bool) {
        for source in facts.sources(with_delay) {
            // A part that only some configurations have is one of zeros in the others.
            self.of.entry(source).or_insert_with(|| vec![Dependence::None; axes]);
            // The longest of several paths is no sum.
            let together = source == Source::Delay;
            self.together.entry(source).or_insert_with(|| vec![vec![together; axes]; axes]);
        }
    }

    /// Learns from the facts along one axis.
    fn observe(&mut self, axis: usize, axes: usize, line: &[(ParameterValue, Facts)], with_delay: bool) {
        line.iter().for_each(|(_, facts)| self.meet(facts, axes, with_delay));
        for (source, known) in &mut self.of {
            let values: Vec<(&ParameterValue, &[f64])> =
                line.iter().map(|(value, facts)| (value, facts.of(*source))).collect();
            known[axis] = known[axis].max(dependence(&values));
        }
    }
}

impl Dependences {
    /// Whether a source is a sum of a function without the one axis and a function without the other.
    pub fn together(&self, source: Source, one: usize, other: usize) -> bool {
        self.together.get(&source).is_some_and(|together| together[one][other])
    }

    /// Moves along two axes at once, and along each of them alone: where the first change is not the sum of the others,
    /// the axes act together.
    pub fn pairs_from(&mut self, region: &Region, rules: &Rules, model: &Model, start: &[usize], rng: &mut impl Rng) {
        let facts = |digits: &[usize]| {
            let legal = rules.allow(digits);
            legal.then(|| model.facts(region.family, &region.parameters(digits), false).ok()).flatten()
        };
        let Some(origin) = facts(start) else { return };
        let moved = rules.draw(rng);
        let step = |axes: &[usize]| {
            let mut digits = start.to_vec();
            axes.iter().for_each(|axis| digits[*axis] = moved[*axis]);
            facts(&digits)
        };
        let single: Vec<Option<Facts>> = (0..moved.len()).map(|axis| step(&[axis])).collect();
        for one in 0..moved.len() {
            for other in 0..one {
                let (Some(first), Some(second)) = (&single[one], &single[other]) else { continue };
                if self.of.values().any(|known| known[one] != Dependence::None && known[other] != Dependence::None)
                    && let Some(both) = step(&[one, other])
                {
                    self.observe_pair([one, other], [&origin, first, second, &both]);
                }
            }
        }
    }

    fn observe_pair(&mut self, [one, other]: [usize; 2], facts: [&Facts; 4]) {
        for (source, together) in &mut self.together {
            let [origin, first, second, both] = facts.map(|facts| facts.of(*source));
            let apart = (0..origin.len()).all(|fact| both[fact] - first[fact] == second[fact] - origin[fact]);
            if !apart {
                (together[one][other], together[other][one]) = (true, true);
            }
        }
    }

    /// Gives up what has been found out: every axis may act together with every other.
    pub fn despair(&mut self) {
        let known = self.of.values_mut().flatten().filter(|known| **known != Dependence::None);
        known.for_each(|known| *known = Dependence::Any);
        self.together.values_mut().flatten().flatten().for_each(|together| *together = true);
    }

    /// The largest sets of axes on which a source depends and that act together, each with each: the source is a sum of
    /// functions of them.
    pub fn cliques(&self, source: Source) -> Vec<Vec<usize>> {
        let Some(known) = self.of.get(&source) else { return vec![] };
        let axes: Vec<usize> = (0..known.len()).filter(|axis| known[*axis] != Dependence::None).collect();
        let mut cliques = vec![];
        self.extend_clique(source, vec![], axes, vec![], &mut cliques);
        cliques.iter_mut().for_each(|clique: &mut Vec<usize>| clique.sort_unstable());
        cliques
    }

    /// C. Bron and J. Kerbosch, Algorithm 457, 1973: `open` may be added, `closed` have been tried.
    fn extend_clique(
        &self,
        source: Source,
        clique: Vec<usize>,
        mut open: Vec<usize>,
        mut closed: Vec<usize>,
        cliques: &mut Vec<Vec<usize>>,
    ) {
        if open.is_empty() && closed.is_empty() {
            cliques.push(clique);
            return;
        }
        while let Some(axis) = open.pop() {
            let beside = |list: &[usize]| {
                list.iter().copied().filter(|other| self.together(source, axis, *other)).collect::<Vec<_>>()
            };
            self.extend_clique(source, [&clique[..], &[axis]].concat(), beside(&open), beside(&closed), cliques);
            closed.push(axis);
        }
    }
}

fn dependence(line: &[(&ParameterValue, &[f64])]) -> Dependence {
    let [(first, start), .., (last, end)] = line else { return Dependence::None };
    if line.iter().all(|(_, facts)| facts == start) {
        return Dependence::None;
    }
    let (ParameterValue::Integer(first), ParameterValue::Integer(last)) = (first, last) else { return Dependence::Any };
    let span = *last as f64 - *first as f64;
    let slopes: Vec<f64> = start.iter().zip(*end).map(|(start, end)| (end - start) / span).collect();
    let on_the_line = |(value, facts): &(&ParameterValue, &[f64])| {
        let ParameterValue::Integer(value) = value else { return false };
        let distance = *value as f64 - *first as f64;
        let points = facts.iter().zip(*start).zip(&slopes);
        points.into_iter().all(|((fact, start), slope)| *fact == start + slope * distance)
    };
    let whole = slopes.iter().all(|slope| slope.fract() == 0.0);
    if whole && line.iter().all(on_the_line) { Dependence::Affine } else { Dependence::Any }
}
