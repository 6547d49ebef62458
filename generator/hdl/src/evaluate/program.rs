//! The flat program that a design becomes: operations over an arena of 64-bit limbs, run from first to last.
//!
//! Every value stands at limbs of its own, bits above its width zero. An operation writes above everything that
//! it reads, which lets the wide ones split the arena instead of copying it.

use super::wide::Wide;
use crate::bits::limb_count;

/// Bits `low .. low + width` of one limb, read as a value of up to 64 bits.
#[derive(Clone, Copy, Debug)]
pub(super) struct Operand {
    pub limb: u32,
    pub low: u8,
    /// At least 1.
    pub width: u8,
    pub signed: bool,
}

/// A range of a side list.
#[derive(Clone, Copy, Debug)]
pub(super) struct List {
    pub first: u32,
    pub count: u32,
}

/// Part of a gathered value: an operand, shifted into one limb of the target.
#[derive(Clone, Copy, Debug)]
pub(super) struct Piece {
    pub source: Operand,
    /// Of the target.
    pub limb: u32,
    pub shift: u8,
}

/// What one operation computes. Operands have up to 64 bits but in `Gather`, `Table` and `Wide`.
#[derive(Clone, Copy, Debug)]
pub(super) enum Action {
    /// Copies, extends the sign.
    Copy(Operand),
    Not(Operand),
    Negate(Operand),
    Any(Operand),
    Parity(Operand),
    Popcount(Operand),
    Add(Operand, Operand),
    AddCarry(Operand, Operand, Operand),
    Subtract(Operand, Operand),
    Multiply(Operand, Operand),
    And(Operand, Operand),
    Or(Operand, Operand),
    Xor(Operand, Operand),
    Equal(Operand, Operand),
    NotEqual(Operand, Operand),
    LessSigned(Operand, Operand),
    LessUnsigned(Operand, Operand),
    LessEqualSigned(Operand, Operand),
    LessEqualUnsigned(Operand, Operand),
    /// The first selects the second when one, the third when zero.
    Mux(Operand, Operand, Operand),
    /// Selects and values take turns in [`Program::operands`].
    OneHot(List),
    /// Values in [`Program::operands`].
    Select(Operand, List),
    /// Entries in [`Program::words`], each of the target's limbs; the count is of entries.
    Table(Operand, List),
    /// Pieces in [`Program::pieces`].
    Gather(List),
    /// Position in [`Program::wide`].
    Wide(u32),
}

/// One step: computes `width` bits and stores them from `limb` up.
#[derive(Clone, Copy, Debug)]
pub(super) struct Operation {
    pub limb: u32,
    pub width: u32,
    pub action: Action,
}

/// Operations in an order in which each follows what it reads, with their side lists.
#[derive(Clone, Debug, Default)]
pub(super) struct Program {
    pub operations: Vec<Operation>,
    pub operands: Vec<Operand>,
    pub pieces: Vec<Piece>,
    pub words: Vec<u64>,
    pub wide: Vec<Wide>,
}

impl Operand {
    /// The value, extended to 64 bits.
    #[inline]
    pub fn load(self, arena: &[u64]) -> u64 {
        let unused = 64 - self.width;
        let aligned = arena[self.limb as usize] << (unused - self.low);
        if self.signed { (aligned as i64 >> unused) as u64 } else { aligned >> unused }
    }
}

impl Program {
    /// Runs every operation once.
    pub fn run(&self, arena: &mut [u64]) {
        for operation in &self.operations {
            self.execute(operation, arena);
        }
    }

    #[inline]
    pub fn execute(&self, operation: &Operation, arena: &mut [u64]) {
        let load = |operand: Operand| operand.load(arena);
        let value = match operation.action {
            Action::Copy(a) => load(a),
            Action::Not(a) => !load(a),
            Action::Negate(a) => load(a).wrapping_neg(),
            Action::Any(a) => u64::from(load(a) != 0),
            Action::Parity(a) => u64::from(load(Operand { signed: false, ..a }).count_ones() % 2),
            Action::Popcount(a) => u64::from(load(Operand { signed: false, ..a }).count_ones()),
            Action::Add(a, b) => load(a).wrapping_add(load(b)),
            Action::AddCarry(a, b, carry) => load(a).wrapping_add(load(b)).wrapping_add(load(carry)),
            Action::Subtract(a, b) => load(a).wrapping_sub(load(b)),
            Action::Multiply(a, b) => load(a).wrapping_mul(load(b)),
            Action::And(a, b) => load(a) & load(b),
            Action::Or(a, b) => load(a) | load(b),
            Action::Xor(a, b) => load(a) ^ load(b),
            Action::Equal(a, b) => u64::from(load(a) == load(b)),
            Action::NotEqual(a, b) => u64::from(load(a) != load(b)),
            Action::LessSigned(a, b) => u64::from((load(a) as i64) < load(b) as i64),
            Action::LessUnsigned(a, b) => u64::from(load(a) < load(b)),
            Action::LessEqualSigned(a, b) => u64::from(load(a) as i64 <= load(b) as i64),
            Action::LessEqualUnsigned(a, b) => u64::from(load(a) <= load(b)),
            Action::Mux(select, a, b) => load(if load(select) == 1 { a } else { b }),
            Action::OneHot(list) => {
                let chosen = |pair: &[Operand]| if load(pair[0]) == 1 { load(pair[1]) } else { 0 };
                self.operands(list).chunks_exact(2).map(chosen).fold(0, |sum, value| sum | value)
            }
            Action::Select(index, list) => {
                load(self.operands(list)[load(index).min(u64::from(list.count) - 1) as usize])
            }
            Action::Table(index, list) => return self.table(operation, load(index), list, arena),
            Action::Gather(list) => return self.gather(operation, list, arena),
            Action::Wide(position) => {
                let (inputs, output) = arena.split_at_mut(operation.limb as usize);
                return self.wide[position as usize].run(inputs, output, operation.width);
            }
        };
        arena[operation.limb as usize] = value & u64::MAX >> (64 - operation.width);
    }

    fn operands(&self, list: List) -> &[Operand] {
        &self.operands[list.first as usize..][..list.count as usize]
    }

    fn table(&self, operation: &Operation, index: u64, list: List, arena: &mut [u64]) {
        let limbs = limb_count(operation.width);
        let target = &mut arena[operation.limb as usize..][..limbs];
        if index < u64::from(list.count) {
            target.copy_from_slice(&self.words[list.first as usize + index as usize * limbs..][..limbs]);
        } else {
            target.fill(0);
        }
    }

    fn gather(&self, operation: &Operation, list: List, arena: &mut [u64]) {
        let target = operation.limb as usize;
        arena[target..][..limb_count(operation.width)].fill(0);
        for piece in &self.pieces[list.first as usize..][..list.count as usize] {
            let bits = piece.source.load(arena);
            arena[target + piece.limb as usize] |= bits << piece.shift;
        }
    }
}
