//! Slices and lanes: bits of named signals.

use super::super::chain::pieces;
use super::super::literal::literal;
use super::super::plan::{Plan, Source};
use super::super::syntax::{Expression, Part, Reference, Signal};
use tritloom_hdl::{Affine, NodeId, NodeKind};

impl Plan<'_> {
    /// The text of a slice or a lane.
    pub(super) fn part_of(&self, id: NodeId) -> Expression {
        let width = self.reading.shape(id).width;
        match &self.reading.node(id).kind {
            NodeKind::Slice { of, low } => self.bits(*of, &Affine::from(*low), width),
            NodeKind::Lane { of, index } => self.bits(*of, &(index.clone() * width), width),
            _ => self.value(id),
        }
    }

    /// `width` bits of a node from `low` on.
    pub(super) fn bits(&self, of: NodeId, low: &Affine, width: u32) -> Expression {
        match self.source(of, low.clone(), width) {
            Ok(Source::Whole(id)) => self.value(id),
            Ok(Source::Constant(bits)) => literal(&bits, false),
            Ok(Source::Named(id, low)) => match self.signal(id) {
                Some(signal) => self.bits_of_signal(signal, low, width),
                None => self.value(id),
            },
            // The plan has named everything that is in the way.
            Err(blocker) => self.value(blocker),
        }
    }

    pub(super) fn bits_of_signal(&self, signal: Signal, low: Affine, width: u32) -> Expression {
        if let Signal::Wire(wire) = signal
            && let Some(targets) = self.pieces_of(wire, &low, width)
        {
            let mut parts: Vec<Expression> = targets.into_iter().map(Expression::Read).collect();
            return if parts.len() == 1 { parts.remove(0) } else { Expression::Concat(parts) };
        }
        let part = Part::Bits { low, width };
        Expression::Read(Reference { signal, piece: None, part, declared_signed: self.declared(signal).signed })
    }

    /// Bits of a chained wire, the highest piece first; `None` for any other wire.
    pub fn pieces_of(&self, wire: tritloom_hdl::WireId, low: &Affine, width: u32) -> Option<Vec<Reference>> {
        let piece_width = *self.chains.get(&wire)?;
        let reference = |(piece, offset, length): (Affine, u32, u32)| {
            let part = match length == piece_width {
                true => Part::Whole,
                false => Part::Bits { low: Affine::from(offset), width: length },
            };
            Reference { signal: Signal::Pieces(wire), piece: Some(piece), part, declared_signed: false }
        };
        Some(pieces(piece_width, low, width)?.into_iter().rev().map(reference).collect())
    }
}
