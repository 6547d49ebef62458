//! The primitives of the look-up-table core in closed form.

use super::config::{Build, Table, TernaryLutConfig};
use super::port::selection_arrival;
use super::table::{entry_bits, pipeline_stages, sum_bits};
use crate::arith::selector::zero_or_word_census;
use crate::census::{Parts, copies};
use crate::matvec::{self, Element, ElementCensus, Geometry};
use tritloom_formats::key;
use tritloom_hdl::{Census, Primitive};

pub(super) fn census_by_part(config: &TernaryLutConfig) -> Parts {
    let geometry = &config.geometry;
    let element = ElementCensus {
        preparation: Some(("tables", tables(config))),
        prepare_stages: config.prepare_stages(),
        terms: ("select", selection(geometry)),
        magnitude: geometry.group_magnitude(),
        arrival: selection_arrival(geometry),
        owing: true,
    };
    matvec::census_by_part(geometry, &element)
}

/// L tables, and one register for all of their entries where they are registered.
fn tables(config: &TernaryLutConfig) -> Census {
    let Geometry { group_size, activation_bits, tables, .. } = config.geometry;
    let mut census = copies(&table(group_size, activation_bits, config.build), tables.into());
    if config.table == Table::Registered {
        let bits = tables * key::entries(group_size) * entry_bits(group_size, activation_bits);
        census.add(Primitive::EnabledRegister, 1, bits.into());
    }
    census
}

/// One table: an adder for each sum of two entries, one bit wider than the wider of them; with `s` registers on the
/// way, a sum of level `v` is formed in stage `v - 1` and delayed by the rest.
fn table(group_size: u32, activation_bits: u32, build: Build) -> Census {
    let stages = pipeline_stages(group_size, build);
    let mut census = Census::default();
    for entries in entries(group_size, build) {
        if entries.level > 0 {
            let adder = sum_bits(entries.operand_terms, activation_bits) + 1;
            census.add(Primitive::Adder, entries.count, adder.into());
        }
        let delays = stages.saturating_sub(entries.level.saturating_sub(1));
        let bits = sum_bits(entries.terms, activation_bits);
        census.add(Primitive::EnabledRegister, entries.count * u64::from(delays), bits.into());
    }
    census
}

/// Entries that cost the same.
#[derive(Clone, Copy)]
struct Entries {
    count: u64,
    /// Activations added.
    terms: u32,
    /// The same of the wider operand; zero for an activation itself.
    operand_terms: u32,
    /// Adders on the longest path.
    level: u32,
}

/// The entries of `span` neighbouring activations: those of each side, and of every pair of them the sum and the
/// difference. So E(n) = E(l) + E(r) + 2 E(l) E(r), which is (3^n - 1) / 2 however n is split.
fn entries(span: u32, build: Build) -> Vec<Entries> {
    if span == 1 {
        return vec![Entries { count: 1, terms: 1, operand_terms: 0, level: 0 }];
    }
    let left_span = match build {
        Build::Minimal => span - 1,
        Build::Balanced | Build::Pipelined => span.div_ceil(2),
    };
    let (left, right) = (entries(left_span, build), entries(span - left_span, build));
    let pair = |left: &Entries, right: &Entries| Entries {
        count: 2 * left.count * right.count,
        terms: left.terms + right.terms,
        operand_terms: left.terms.max(right.terms),
        level: 1 + left.level.max(right.level),
    };
    let pairs: Vec<Entries> = left.iter().flat_map(|left| right.iter().map(move |right| pair(left, right))).collect();
    [left, right, pairs].concat()
}

/// What one selecting port does before its sum: of each group it picks zero or an entry, and inverts it.
pub(crate) fn selection(geometry: &Geometry) -> Census {
    let entries = u64::from(key::entries(geometry.group_size));
    let bits = u64::from(entry_bits(geometry.group_size, geometry.activation_bits));
    let mut group = Census::default();
    if entries == 1 {
        group.add(Primitive::AndOr, 1, bits);
    } else {
        group = zero_or_word_census(entries, bits);
    }
    group.add(Primitive::Xor, 1, bits);
    copies(&group, geometry.tables.into())
}
