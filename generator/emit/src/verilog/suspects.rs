//! Values that a tool may find to be constant, although the design does not say so: those made of loop indices
//! and constants, through wires too, and those that such a value can mask.
//!
//! Verilator follows them and then warns of comparisons that come out the same for every value of the other side
//! (UNSIGNED, CMPCONST). Comparisons with them are printed in a form in which that cannot happen.

use super::reading::Reading;
use tritloom_hdl::{NodeId, NodeKind, Operator};

/// For each node of a module: whether it may turn out to be constant.
pub(super) struct Suspects {
    found: Vec<bool>,
}

impl Suspects {
    pub fn new(reading: &Reading) -> Suspects {
        let count = reading.module.nodes.len();
        let mut found = vec![false; count];
        // A wire may be driven by nodes behind it: again, until nothing new is found.
        loop {
            let mut changed = false;
            for id in (0..count as u32).map(NodeId) {
                if !found[id.index()] && is_suspect(reading, id, &found) {
                    found[id.index()] = true;
                    changed = true;
                }
            }
            if !changed {
                return Suspects { found };
            }
        }
    }

    /// Whether a comparison may come out the same for every value of one side: below the least value or above the
    /// greatest one of that many bits.
    pub fn may_decide(&self, reading: &Reading, operator: Operator, left: NodeId, right: NodeId) -> bool {
        let width = reading.shape(left).width.max(reading.shape(right).width);
        let (left, right) = (self.extremes(reading, left, width), self.extremes(reading, right, width));
        match operator {
            Operator::Less => left.greatest || right.least,
            Operator::LessEqual => left.least || right.greatest,
            _ => false,
        }
    }

    fn extremes(&self, reading: &Reading, id: NodeId, width: u32) -> Extremes {
        let shape = reading.shape(id);
        // A known constant at an extreme has made a constant of the whole comparison already.
        if !self.found[id.index()] || reading.constant(id).is_some() {
            return Extremes { least: false, greatest: false };
        }
        let (least, greatest) = match &reading.node(reading.alias(id)).kind {
            NodeKind::Index(affine) if !shape.signed => {
                let (lowest, highest) = reading.index_range(affine);
                (lowest == 0, shape.width < 63 && highest == (1 << shape.width) - 1)
            }
            _ => (true, true),
        };
        Extremes { least, greatest: greatest && shape.width == width }
    }
}

/// Which ends of its range a suspect may be at.
struct Extremes {
    least: bool,
    greatest: bool,
}

fn is_suspect(reading: &Reading, id: NodeId, found: &[bool]) -> bool {
    if reading.constant(id).is_some() || reading.alias(id) != id {
        return reading.constant(id).is_some() || found[reading.alias(id).index()];
    }
    let suspect = |id: &NodeId| found[id.index()];
    match &reading.node(id).kind {
        NodeKind::Index(_) => true,
        NodeKind::Input(_)
        | NodeKind::Register(_)
        | NodeKind::MemoryRead { .. }
        | NodeKind::InstanceOutput { .. }
        | NodeKind::Invalid => false,
        NodeKind::Wire(wire) => {
            let drives = &reading.module.wires[wire.index()].drives;
            drives.iter().all(|drive| suspect(&drive.value))
        }
        NodeKind::Binary(operator @ (Operator::And | Operator::Or | Operator::Multiply), left, right) => {
            (suspect(left) && suspect(right))
                || [left, right].into_iter().any(|operand| suspect(operand) && masks(reading, *operator, *operand))
        }
        NodeKind::Binary(Operator::Subtract | Operator::Xor, left, right)
            if reading.alias(*left) == reading.alias(*right) =>
        {
            true
        }
        NodeKind::Mux { select, on_true, on_false } => {
            let (first, second) = (suspect(on_true), suspect(on_false));
            if suspect(select) { first || second } else { first && second }
        }
        NodeKind::Select { index, values } if suspect(index) => values.iter().any(suspect),
        NodeKind::Select { values, .. } => values.iter().all(suspect),
        NodeKind::OneHot { selects, values } => {
            selects.iter().zip(values).all(|(select, value)| suspect(select) || suspect(value))
        }
        kind => kind.operands().iter().all(suspect),
    }
}

/// Whether a suspect operand may decide the result alone: a known constant only where it does.
fn masks(reading: &Reading, operator: Operator, operand: NodeId) -> bool {
    let Some(bits) = reading.constant(operand) else { return true };
    let deciding = operator == Operator::Or;
    (0..bits.width()).all(|position| bits.bit(position) == deciding)
}
