//! From the hierarchy to a program: whatever state or an output depends on becomes an operation that follows
//! those it reads. What depends on constants alone is computed here, once.

use super::program::{Action, List, Operand, Operation, Piece, Program};
use super::wide::{Whole, Wide};
use crate::bits::{Bits, limb_count};
use crate::design::{NodeId, NodeKind};
use crate::hierarchy::{Hierarchy, Place};
use crate::shape::Shape;
use crate::wiring::{Segment, segments};
use std::collections::HashMap;

/// Builds the program and the arena side by side.
pub(super) struct Compiler<'a> {
    pub hierarchy: Hierarchy<'a>,
    pub program: Program,
    pub arena: Vec<u64>,
    /// By limb of the arena, whether it never changes.
    fixed: Vec<bool>,
    /// By place.
    visits: Vec<Visit>,
    constants: HashMap<Bits, u32>,
    gathered: HashMap<Vec<Segment>, u32>,
    /// Where the entries of a table begin, by module and node.
    pub(super) tables: HashMap<(usize, NodeId), u32>,
}

/// How far a place has come.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Visit {
    New,
    /// What it reads is being computed.
    Open,
    /// Its first limb.
    Done(u32),
}

/// A value that is read, resolved to the bits that it consists of.
pub(super) struct Reading {
    pub segments: Vec<Segment>,
    pub shape: Shape,
}

impl Reading {
    fn places(&self) -> impl Iterator<Item = Place> {
        self.segments.iter().filter_map(|segment| segment.place)
    }
}

impl<'a> Compiler<'a> {
    pub fn new(hierarchy: Hierarchy<'a>) -> Compiler<'a> {
        Compiler {
            visits: vec![Visit::New; hierarchy.places],
            hierarchy,
            program: Program::default(),
            arena: Vec::new(),
            fixed: Vec::new(),
            constants: HashMap::new(),
            gathered: HashMap::new(),
            tables: HashMap::new(),
        }
    }

    /// Gives a place limbs that are written from outside the program.
    pub fn leaf(&mut self, place: Place) -> u32 {
        let limb = self.allocate(self.hierarchy.node(place).shape.width, false);
        self.finish(place, limb);
        limb
    }

    /// The value at a place, every operation that it depends on in the program.
    pub fn reading(&mut self, place: Place) -> Reading {
        let reading = self.resolve(place);
        self.require(reading.places().collect());
        reading
    }

    fn resolve(&self, place: Place) -> Reading {
        let shape = self.hierarchy.node(place).shape;
        Reading { segments: segments(&self.hierarchy, place, 0, shape.width), shape }
    }

    /// Depth first, without recursion: logic may be deep.
    fn require(&mut self, mut stack: Vec<Place>) {
        while let Some(&place) = stack.last() {
            let number = self.hierarchy.number(place);
            if let Visit::Done(_) = self.visits[number] {
                stack.pop();
                continue;
            }
            let operands = self.hierarchy.node(place).kind.operands();
            let readings: Vec<Reading> =
                operands.iter().map(|&operand| self.resolve(self.hierarchy.operand(place, operand))).collect();
            let waiting = stack.len();
            stack.extend(readings.iter().flat_map(Reading::places).filter(|&place| self.limb_of(place).is_none()));
            if stack.len() == waiting {
                self.compute(place, &readings);
                stack.pop();
            } else {
                assert!(self.visits[number] == Visit::New, "a checked design has no combinational loop");
                self.visits[number] = Visit::Open;
            }
        }
    }

    fn compute(&mut self, place: Place, readings: &[Reading]) {
        let node = self.hierarchy.node(place);
        let limb = match &node.kind {
            NodeKind::Constant(bits) => self.constant(bits),
            NodeKind::Index(affine) => {
                let value = self.hierarchy.affine(place, affine);
                self.constant(&Bits::from_i128(i128::from(value), node.shape.width))
            }
            _ => {
                let action = self.lower(place, readings);
                let fixed = readings.iter().all(|reading| self.is_fixed(&reading.segments));
                self.push(action, node.shape.width, fixed)
            }
        };
        self.finish(place, limb);
    }

    /// Appends an operation, or carries it out where its operands never change.
    pub fn push(&mut self, action: Action, width: u32, fixed: bool) -> u32 {
        let limb = self.allocate(width, fixed);
        let operation = Operation { limb, width, action };
        if fixed {
            self.program.execute(&operation, &mut self.arena);
        } else {
            self.program.operations.push(operation);
        }
        limb
    }

    /// Limbs for `width` bits, all zero.
    pub fn allocate(&mut self, width: u32, fixed: bool) -> u32 {
        let (limb, end) = (self.arena.len(), self.arena.len() + limb_count(width));
        self.arena.resize(end, 0);
        self.fixed.resize(end, fixed);
        limb as u32
    }

    /// The limbs of a constant, once for equal ones.
    pub fn constant(&mut self, bits: &Bits) -> u32 {
        if let Some(&limb) = self.constants.get(bits) {
            return limb;
        }
        let limb = self.allocate(bits.width(), true);
        self.arena[limb as usize..].copy_from_slice(bits.limbs());
        self.constants.insert(bits.clone(), limb);
        limb
    }

    pub fn wide(&mut self, wide: Wide) -> Action {
        self.program.wide.push(wide);
        Action::Wide(self.program.wide.len() as u32 - 1)
    }

    /// A value of up to 64 bits, where it stands if it lies within one limb.
    pub fn operand(&mut self, reading: &Reading) -> Operand {
        let Reading { segments, shape } = reading;
        let (segments, signed) = match segments.split_last() {
            // Zeros on top are what reading an unsigned value supplies.
            Some((top, below)) if top.place.is_none() && !below.is_empty() => (below, false),
            _ => (segments.as_slice(), shape.signed),
        };
        let width = segments.iter().map(|segment| segment.width).sum::<u32>();
        if let [Segment { place: Some(place), low, .. }] = *segments
            && low % 64 + width <= 64
        {
            let limb = self.limb(place) + low / 64;
            return Operand { limb, low: (low % 64) as u8, width: width as u8, signed };
        }
        Operand { limb: self.gather(segments, width), low: 0, width: width as u8, signed }
    }

    /// A value of any width that starts at a limb, where it stands if it is a whole one.
    pub fn whole(&mut self, reading: &Reading) -> Whole {
        let Shape { width, signed } = reading.shape;
        if let [Segment { place: Some(place), low: 0, .. }] = *reading.segments
            && self.hierarchy.node(place).shape.width == width
        {
            return Whole { limb: self.limb(place), width, signed };
        }
        Whole { limb: self.gather(&reading.segments, width), width, signed }
    }

    /// Bits from several places side by side, once for equal ones.
    fn gather(&mut self, segments: &[Segment], width: u32) -> u32 {
        if let Some(&limb) = self.gathered.get(segments) {
            return limb;
        }
        let first = self.program.pieces.len() as u32;
        let mut position = 0;
        for segment in segments {
            self.add_pieces(segment, position);
            position += segment.width;
        }
        let count = self.program.pieces.len() as u32 - first;
        let limb = self.push(Action::Gather(List { first, count }), width, self.is_fixed(segments));
        self.gathered.insert(segments.to_vec(), limb);
        limb
    }

    /// Cuts a segment at the limbs of its source and of the gathered value, where it starts at bit `position`.
    fn add_pieces(&mut self, segment: &Segment, position: u32) {
        let Some(place) = segment.place else { return };
        let limb = self.limb(place);
        let mut taken = 0;
        while taken < segment.width {
            let (from, to) = (segment.low + taken, position + taken);
            let width = (segment.width - taken).min(64 - from % 64).min(64 - to % 64);
            let source = Operand { limb: limb + from / 64, low: (from % 64) as u8, width: width as u8, signed: false };
            self.program.pieces.push(Piece { source, limb: to / 64, shift: (to % 64) as u8 });
            taken += width;
        }
    }

    pub fn is_fixed(&self, segments: &[Segment]) -> bool {
        segments.iter().filter_map(|segment| segment.place).all(|place| self.fixed[self.limb(place) as usize])
    }

    fn finish(&mut self, place: Place, limb: u32) {
        let number = self.hierarchy.number(place);
        self.visits[number] = Visit::Done(limb);
    }

    fn limb_of(&self, place: Place) -> Option<u32> {
        match self.visits[self.hierarchy.number(place)] {
            Visit::Done(limb) => Some(limb),
            _ => None,
        }
    }

    fn limb(&self, place: Place) -> u32 {
        self.limb_of(place).expect("operands are computed before their users")
    }
}
