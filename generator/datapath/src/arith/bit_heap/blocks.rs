//! Sums over many lanes that hold words of one kind: in blocks, compressed apart by one module that stands there many times.
//! A compression is written out, adder by adder, so that one over all lanes would be thousands of lines of Verilog.

use super::partial_sum::WORDS;
use super::{BitHeap, Order, PartialSum};
use std::cmp::Reverse;
use tritloom_hdl::{Index, InstanceBuilder, Lanes, Module, ModuleBuilder, uint};

/// A sum over fewer lanes is one compression, which is a bit smaller: a block has half adders of its own.
const LEAST_LANES: u32 = 32;

/// How many lanes stand in blocks, the first ones. Others, hardly any, are added one by one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Blocks {
    /// Blocks of each sum; none where there are few lanes.
    pub count: u32,
    /// Lanes of each.
    pub lanes: u32,
}

impl Blocks {
    /// For so many sums, which join the same heap, over so many lanes.
    pub fn of(sums: u32, lanes: u32, order: Order) -> Blocks {
        // Of smaller blocks, what they leave to be added together is long. Words that are added up as such are short however
        // many there are.
        let most = if order == Order::Wallace { 64 } else { 32 };
        let left_over = |of_block: &u32| (lanes % of_block, Reverse(*of_block));
        let of_block = (most / 2..=most).min_by_key(left_over).unwrap_or(most);
        let count = lanes / of_block;
        if lanes < LEAST_LANES || sums * count < 2 {
            return Blocks { count: 0, lanes: 0 };
        }
        Blocks { count, lanes: of_block }
    }

    /// Lanes of all blocks of a sum.
    pub fn all_lanes(self) -> u32 {
        self.count * self.lanes
    }

    /// Adds sums to a heap, one for each shift: `2^shift` times what the blocks leave, instances of a module that
    /// [`PartialSum::finish`] finished. `connect` connects their inputs, given the numbers of the sum and of the block.
    #[track_caller]
    pub fn join(
        self,
        m: &ModuleBuilder,
        (sum, module): (&PartialSum, &Module),
        (name, shifts): (&str, &[u32]),
        heap: &mut BitHeap,
        connect: impl Fn(&InstanceBuilder, Index, Index),
    ) {
        let (sums, count) = (shifts.len() as u32, self.count);
        m.comment("What blocks leave; a constant of the sum takes back by how much it is too large.");
        let block = format!("{name}_block");
        let words = sum.lanes(m, &block, sums * count);
        m.repeat(name, sums, |of_sum| {
            m.repeat(&block, count, |number| {
                let instance = m.instance(&block, module);
                connect(&instance, of_sum, number);
                for (port, word) in WORDS.iter().zip(&words) {
                    word.drive(of_sum * count + number, &instance.output(port));
                }
            });
        });
        sum.join_lanes(heap, &words, |number| shifts[(number / count) as usize]);
    }

    /// The lanes of each block side by side.
    #[track_caller]
    pub fn shared_out(self, lanes: &Lanes) -> Lanes {
        let bits = lanes.shape().width;
        lanes.flat().slice(0, self.all_lanes() * bits).lanes(uint(self.lanes * bits), self.count)
    }
}
