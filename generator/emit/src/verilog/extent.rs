//! How much text an expression takes inside its reader: long ones get a name.

use super::reading::{Class, Reading};
use tritloom_hdl::{NodeId, NodeKind};

/// More operators than these in one expression get a name.
const LONGEST_EXPRESSION: u32 = 12;
/// Deeper nesting gets a name, however few the operators.
const DEEPEST_NESTING: u32 = 5;

/// How much text an expression takes inside its reader.
#[derive(Clone, Copy, Default)]
pub(super) struct Extent {
    /// Operators printed inside.
    pub size: u32,
    depth: u32,
    /// Not worth a name however often it is read.
    pub trivial: bool,
}

impl Extent {
    /// Whether it is better read in parts.
    pub fn is_long(&self) -> bool {
        self.size > LONGEST_EXPRESSION || self.depth > DEEPEST_NESTING
    }

    pub fn of_all(reading: &Reading) -> Vec<Extent> {
        let mut extents: Vec<Extent> = Vec::with_capacity(reading.module.nodes.len());
        for id in (0..reading.module.nodes.len() as u32).map(NodeId) {
            let extent = Extent::of(reading, id, &extents);
            extents.push(extent);
        }
        extents
    }

    fn of(reading: &Reading, id: NodeId, extents: &[Extent]) -> Extent {
        let class = reading.class(id);
        if reading.alias(id) != id || matches!(class, Class::Leaf) {
            return Extent { trivial: true, ..Extent::default() };
        }
        let kind = &reading.node(id).kind;
        let select = matches!(kind, NodeKind::Slice { .. } | NodeKind::Lane { .. }) && class == Class::Wiring;
        let operands = match reading.wrapped(id) {
            Some(of) => reading.operands(of),
            None => reading.operands(id),
        };
        let inner = operands.iter().map(|operand| {
            let extent = extents[operand.index()];
            let has_name = matches!(reading.class(*operand), Class::Arithmetic | Class::Case)
                || (reading.uses(*operand) > 1 && !extent.trivial)
                || extent.is_long();
            if has_name { Extent::default() } else { extent }
        });
        let inner: Vec<Extent> = inner.collect();
        let size: u32 = inner.iter().map(|one| one.size).sum();
        // Operators of one chain stand side by side.
        let level = |(operand, one): (&NodeId, &Extent)| one.depth + u32::from(!is_one_chain(reading, id, *operand));
        let depth = operands.iter().zip(&inner).map(level).max().unwrap_or(0);
        let own = match kind {
            NodeKind::Concat(parts) => parts.len() as u32 / 4,
            NodeKind::OneHot { values, .. } => values.len() as u32,
            _ => u32::from(class != Class::Wiring),
        };
        let plain = |operand: &NodeId| {
            reading.is_leaf(*operand)
                || matches!(reading.node(*operand).kind, NodeKind::Slice { .. } | NodeKind::Lane { .. })
        };
        let simple = matches!(kind, NodeKind::Not(_) | NodeKind::Reduce(..) | NodeKind::Extend(_));
        let trivial = select || (simple && operands.iter().all(plain));
        if select { Extent { size: 0, depth: 0, trivial } } else { Extent { size: size + own, depth, trivial } }
    }
}

/// Whether an operand is printed without brackets, as more of the same.
fn is_one_chain(reading: &Reading, id: NodeId, operand: NodeId) -> bool {
    match (&reading.node(id).kind, &reading.node(operand).kind) {
        (NodeKind::Binary(outer, ..), NodeKind::Binary(inner, ..)) => outer == inner,
        (NodeKind::Mux { on_false, .. }, NodeKind::Mux { .. }) => reading.alias(*on_false) == operand,
        _ => false,
    }
}
