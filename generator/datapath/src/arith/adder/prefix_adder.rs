//! Adders that make every carry from the generate and propagate bits of groups, joined as a prefix graph says.
//!
//! Column 0 of the graph is the carry-in, column `i` bit `i - 1`: the group of columns 0 to `i` generates the carry
//! into bit `i`.

use tritloom_hdl::{Census, ModuleBuilder, Primitive, Value};

use super::CarryOut;
use super::prefix::{PrefixGraph, PrefixNode};

/// Whether a group from `lowest` column up begins at the carry-in, and so has nothing to propagate.
fn is_carry(lowest: u32) -> bool {
    lowest == 0
}

#[track_caller]
pub(super) fn build(
    m: &ModuleBuilder,
    a: &Value,
    b: &Value,
    carry: &Value,
    graph: &PrefixGraph,
    carry_out: CarryOut,
) -> Value {
    let propagate = m.wire("bit_propagate", &(a ^ b));
    let mut groups = Groups { m, generates: vec![carry.clone()], propagates: vec![None] };
    if graph.columns > 1 {
        let low = |row: &Value| row.wrap(graph.columns - 1);
        let generate = m.wire("bit_generate", &(low(a) & low(b)));
        groups.generates.extend((1..graph.columns).map(|column| generate.bit(column - 1)));
        groups.propagates.extend((1..graph.columns).map(|column| Some(propagate.bit(column - 1))));
    }
    let joins = graph.groups();
    for level in joins.chunk_by(|left, right| left.0.level == right.0.level) {
        m.comment(&format!("Level {} of {}", level[0].0.level, graph.depth()));
        groups.join_level(level);
    }
    m.comment("Sum");
    let carries: Vec<&Value> = groups.generates[..a.width() as usize].iter().rev().collect();
    let sum = &propagate ^ m.wire("carry_into_bit", &m.concat(&carries));
    match carry_out {
        CarryOut::Dropped => sum,
        CarryOut::Kept => m.concat(&[&groups.generates[a.width() as usize], &sum]),
    }
}

/// By column, what the group generates that ends there, and propagates unless it begins at the carry-in.
struct Groups<'a> {
    m: &'a ModuleBuilder,
    generates: Vec<Value>,
    propagates: Vec<Option<Value>>,
}

impl Groups<'_> {
    /// Joins groups that were made on lower levels.
    #[track_caller]
    fn join_level(&mut self, joins: &[(PrefixNode, u32, u32)]) {
        let (generates, propagates) = (self.generates.clone(), self.propagates.clone());
        for (node, _, lowest) in joins {
            let (upper, lower) = (node.column as usize, node.from as usize);
            let Some(propagate) = &propagates[upper] else { continue };
            let generate = &generates[upper] | (propagate & &generates[lower]);
            if is_carry(*lowest) {
                self.generates[upper] = self.m.wire(&format!("carry_{upper}"), &generate);
                self.propagates[upper] = None;
                continue;
            }
            // Named by bits, the column of the carry-in not counted.
            let group = format!("{}_{}", upper - 1, lowest - 1);
            self.generates[upper] = self.m.wire(&format!("generate_{group}"), &generate);
            let both = propagates[lower].as_ref().map(|lower| propagate & lower);
            self.propagates[upper] = both.map(|both| self.m.wire(&format!("propagate_{group}"), &both));
        }
    }
}

/// Two gates make a carry, three a group that propagates as well.
pub(super) fn census(width: u32, graph: &PrefixGraph) -> Census {
    let mut census = Census::default();
    census.add(Primitive::Xor, 2, width.into());
    census.add(Primitive::AndOr, 1, u64::from(graph.columns) - 1);
    for (_, _, lowest) in graph.groups() {
        census.add(Primitive::AndOr, if is_carry(lowest) { 2 } else { 3 }, 1);
    }
    census
}
