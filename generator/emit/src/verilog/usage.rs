//! Which bits of each signal the text reads. Lint tools warn of every bit that nothing reads; such bits are read
//! by one net for each signal, whose name says that they are unused.

use super::plan::Plan;
use super::syntax::{Part, Reference, Signal, Statement, StatementKind};
use std::collections::{BTreeMap, BTreeSet};
use tritloom_hdl::{Affine, LoopId, ModuleData, PortId, PortKind};

/// A signal of which more separate parts are unread is read as a whole: the text must not grow with an array.
const MOST_PARTS: usize = 3;

/// The bits read of each signal, as sorted, separate ranges.
pub(super) struct Usage {
    read: BTreeMap<Signal, Vec<(i64, i64)>>,
}

impl Usage {
    pub fn of(plan: &Plan, statements: &[Statement]) -> Usage {
        let mut read: BTreeMap<Signal, Vec<(i64, i64)>> = BTreeMap::new();
        for statement in statements {
            statement.visit_reads(&mut |reference| {
                let ranges = read.entry(reference.signal).or_default();
                ranges.extend(bits_read(plan, reference));
                if ranges.len() > 64 {
                    *ranges = merged(std::mem::take(ranges));
                }
            });
        }
        read.values_mut().for_each(|ranges| *ranges = merged(std::mem::take(ranges)));
        Usage { read }
    }

    /// Every signal of which anything is read.
    pub fn signals(&self) -> BTreeSet<Signal> {
        self.read.keys().copied().collect()
    }

    /// Adds to each scope the nets that read what nothing else reads.
    pub fn add_sinks(&self, plan: &Plan, statements: &mut Vec<Statement>) {
        let module = plan.reading.module;
        let mut sinks = Vec::new();
        for (position, port) in module.ports.iter().enumerate() {
            if port.kind == PortKind::Input {
                sinks.extend(self.sink(plan, Signal::Port(PortId(position as u32))));
            }
        }
        self.add_scope_sinks(plan, statements, sinks);
    }

    fn add_scope_sinks(&self, plan: &Plan, statements: &mut Vec<Statement>, mut sinks: Vec<Statement>) {
        for statement in statements.iter_mut() {
            match &mut statement.kind {
                StatementKind::Net(signal, _) | StatementKind::Variable(signal) => {
                    sinks.extend(self.sink(plan, *signal));
                }
                StatementKind::Pieces(pieces) => {
                    let (flat, each) = (Signal::Wire(pieces.wire), Signal::Pieces(pieces.wire));
                    pieces.flat = self.read.contains_key(&flat);
                    pieces.unread = !pieces.flat && !self.unread(plan, each).is_empty();
                    if pieces.flat {
                        sinks.extend(self.sink(plan, flat));
                    }
                }
                StatementKind::Loop(_, body) => self.add_scope_sinks(plan, body, Vec::new()),
                _ => {}
            }
        }
        statements.extend(sinks);
    }

    fn sink(&self, plan: &Plan, signal: Signal) -> Option<Statement> {
        let named_unused = matches!(signal, Signal::InstanceOutput(..)) && !self.read.contains_key(&signal);
        let mut unread = self.unread(plan, signal);
        if named_unused || unread.is_empty() {
            return None;
        }
        let shape = plan.declared(signal);
        if unread.len() > MOST_PARTS {
            unread = vec![(0, i64::from(shape.width))];
        }
        let reference = |&(low, end): &(i64, i64)| {
            let width = (end - low) as u32;
            let low = Affine::from(low as u32);
            let part = if width == shape.width { Part::Whole } else { Part::Bits { low, width } };
            Reference { signal, piece: None, part, declared_signed: shape.signed }
        };
        // The highest bits first, as in any concatenation.
        let parts = unread.iter().rev().map(reference).collect();
        Some(Statement { kind: StatementKind::Sink(signal, parts), location: plan.declaration(signal).location })
    }

    fn unread(&self, plan: &Plan, signal: Signal) -> Vec<(i64, i64)> {
        let width = match signal {
            Signal::Pieces(wire) => plan.declared(Signal::Wire(wire)).width,
            signal => plan.declared(signal).width,
        };
        let mut unread = Vec::new();
        let mut position = 0;
        for &(low, end) in self.read.get(&signal).map_or(&[][..], Vec::as_slice) {
            if low > position {
                unread.push((position, low));
            }
            position = position.max(end);
        }
        if position < i64::from(width) {
            unread.push((position, i64::from(width)));
        }
        unread
    }
}

/// The bits that a reference reads in every iteration of the loops around the declaration.
fn bits_read(plan: &Plan, reference: &Reference) -> Vec<(i64, i64)> {
    let width = plan.declared(reference.signal).width;
    let (low, width) = match &reference.part {
        Part::Whole | Part::Bit(_) => (Affine::from(0), width),
        Part::Bits { low, width } => (low.clone(), *width),
    };
    let low = match (&reference.piece, reference.signal) {
        (Some(piece), Signal::Pieces(wire)) => low + piece.clone() * plan.chains.get(&wire).copied().unwrap_or(1),
        _ => low,
    };
    let module = plan.reading.module;
    let scope = plan.scope(reference.signal);
    if low.terms.iter().any(|term| module.is_within(scope, Some(term.0))) {
        // Other bits in other iterations: none is read in all of them.
        return Vec::new();
    }
    ranges(module, &low, i64::from(width))
}

/// The bits from `low` on, over all iterations of the loops that it depends on.
fn ranges(module: &ModuleData, low: &Affine, width: i64) -> Vec<(i64, i64)> {
    let count = |of: LoopId| i64::from(module.loops[of.index()].count);
    let mut steps: Vec<(i64, i64)> = low.terms.iter().map(|&(of, factor)| (factor, count(of))).collect();
    steps.sort_by_key(|step| step.0.abs());
    let mut found = vec![(low.constant, low.constant + width)];
    for (factor, count) in steps {
        found = match found.as_slice() {
            [(low, end)] if factor.abs() <= end - low => {
                let reach = factor * (count - 1);
                vec![(low + reach.min(0), end + reach.max(0))]
            }
            _ => {
                let shifted = |step: i64| move |range: &(i64, i64)| (range.0 + factor * step, range.1 + factor * step);
                merged((0..count).flat_map(|step| found.iter().map(shifted(step))).collect())
            }
        };
    }
    found
}

fn merged(mut ranges: Vec<(i64, i64)>) -> Vec<(i64, i64)> {
    ranges.sort_unstable();
    let mut result: Vec<(i64, i64)> = Vec::with_capacity(ranges.len());
    for (low, end) in ranges {
        match result.last_mut() {
            Some(last) if low <= last.1 => last.1 = last.1.max(end),
            _ => result.push((low, end)),
        }
    }
    result
}
