//! A plan in the making: the bits that still wait in each column, and counters that take some and leave others.

use super::plan::{Adder, Bit, BitId, Operands, Origin};
use super::{Counter, Profile};

/// Gate delay of AND and OR.
const AND_OR: u32 = 1;
/// Gate delay of XOR and XNOR.
const XOR: u32 = 2;

/// A plan in the making.
pub(super) struct Draft {
    pub bits: Vec<Bit>,
    pub adders: Vec<Adder>,
    /// By column, the bits that are not yet added.
    pub columns: Vec<Vec<BitId>>,
}

/// What a counter leaves.
pub(super) struct Outputs {
    /// Bits of any column from the counter's own up.
    pub bits: Vec<BitId>,
    /// The carry of a 4:2 that a neighbour in the next column may take in the same stage.
    pub sideways: Option<BitId>,
}

impl Draft {
    /// The heap, nothing added yet.
    pub fn new(profile: &Profile) -> Draft {
        let width = profile.width() as usize;
        let mut draft = Draft { bits: Vec::new(), adders: Vec::new(), columns: vec![Vec::new(); width] };
        for (column, arrivals) in (0..).zip(profile.columns()) {
            let mut bits: Vec<BitId> = (0..)
                .zip(arrivals)
                .map(|(row, &arrival)| draft.push(Bit { column, arrival, stage: 0, origin: Origin::Heap(row) }))
                .collect();
            if profile.constant()[column as usize] {
                bits.push(draft.push(Bit { column, arrival: 0, stage: 0, origin: Origin::One }));
            }
            draft.columns[column as usize] = bits;
        }
        draft
    }

    pub fn bit(&self, id: BitId) -> &Bit {
        &self.bits[id.index()]
    }

    /// Sorts bits by arrival, but the constant first: the earlier it meets others, the smaller their adder.
    pub fn sort_by_arrival(&self, bits: &mut [BitId]) {
        bits.sort_by_key(|&id| (self.bit(id).origin != Origin::One, self.bit(id).arrival));
    }

    /// Places a counter over bits of `column`, as many as it takes, or one more for a 4:2 with a sideways carry.
    pub fn place(&mut self, counter: Counter, stage: u32, column: u32, inputs: &[BitId]) -> Outputs {
        match counter {
            Counter::HalfAdder | Counter::FullAdder => {
                let (sum, carry) = self.add(stage, column, inputs);
                Outputs { bits: [sum].into_iter().chain(carry).collect(), sideways: None }
            }
            Counter::FourTwo => {
                let (partial, sideways) = self.add(stage, column, &inputs[..3]);
                let (sum, carry) = self.add(stage, column, &[&[partial], &inputs[3..]].concat());
                Outputs { bits: [sum].into_iter().chain(carry).collect(), sideways }
            }
            Counter::SixThree | Counter::SevenThree => {
                let (first, first_carry) = self.add(stage, column, &inputs[..3]);
                let (second, second_carry) = self.add(stage, column, &inputs[3..6]);
                let (sum, third_carry) = self.add(stage, column, &[&[first, second], &inputs[6..]].concat());
                let carries: Vec<BitId> = [first_carry, second_carry, third_carry].into_iter().flatten().collect();
                let mut bits = vec![sum];
                if !carries.is_empty() {
                    let (twos, fours) = self.add(stage, column + 1, &carries);
                    bits.extend([twos].into_iter().chain(fours));
                }
                Outputs { bits, sideways: None }
            }
        }
    }

    /// Places a full adder over three bits, a half adder over two.
    fn add(&mut self, stage: u32, column: u32, inputs: &[BitId]) -> (BitId, Option<BitId>) {
        let operands = self.operands(inputs);
        let (sum, carry) = self.arrivals(operands);
        let origin = match operands {
            Operands::BitAndOne(bit) => Origin::Copy(bit),
            _ => Origin::Adder,
        };
        let sum = self.push(Bit { column, arrival: sum, stage, origin: Origin::Adder });
        let inside = column + 1 < self.columns.len() as u32;
        let carry = inside.then(|| self.push(Bit { column: column + 1, arrival: carry, stage, origin }));
        self.adders.push(Adder { stage, column, operands, sum, carry });
        (sum, carry)
    }

    fn operands(&self, inputs: &[BitId]) -> Operands {
        let mut sorted = inputs.to_vec();
        self.sort_by_arrival(&mut sorted);
        let begins_with_one = sorted.first().is_some_and(|&id| self.bit(id).origin == Origin::One);
        match sorted[..] {
            [_, bit] if begins_with_one => Operands::BitAndOne(bit),
            [_, early, late] if begins_with_one => Operands::TwoAndOne([early, late]),
            [early, late] => Operands::Two([early, late]),
            [first, second, third] => Operands::Three([first, second, third]),
            _ => unreachable!("an adder of {} bits", inputs.len()),
        }
    }

    /// When sum and carry arrive.
    fn arrivals(&self, operands: Operands) -> (u32, u32) {
        let arrival = |id: BitId| self.bit(id).arrival;
        match operands {
            Operands::BitAndOne(bit) => (arrival(bit), arrival(bit)),
            Operands::TwoAndOne([_, late]) | Operands::Two([_, late]) => (arrival(late) + XOR, arrival(late) + AND_OR),
            Operands::Three([_, second, third]) => {
                // The first two meet in an XOR, whose result and the third bit pass two more levels of gates.
                let met = arrival(third).max(arrival(second) + XOR);
                (met + XOR, met + 2 * AND_OR)
            }
        }
    }

    fn push(&mut self, bit: Bit) -> BitId {
        self.bits.push(bit);
        BitId(self.bits.len() as u32 - 1)
    }
}
