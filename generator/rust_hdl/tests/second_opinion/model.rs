//! What each cell computes, in integers, compared with `rust_hdl`'s simulator.

use super::cells::{BoothPartialProduct, KeyDecode, TableCell};
use rand::{Rng, SeedableRng};
use rand_chacha::ChaCha8Rng;
use tritloom_rust_hdl::Port;
use tritloom_rust_hdl::prelude::*;

const SEED: u64 = 1;

/// Operands of `width` bits: the extremes, what is around zero, and some between.
fn samples(width: usize) -> Vec<i128> {
    let (least, greatest) = (-(1i128 << (width - 1)), (1i128 << (width - 1)) - 1);
    let mut random = ChaCha8Rng::seed_from_u64(SEED + width as u64);
    let between: Vec<i128> = (0..8).map(|_| random.random_range(least..=greatest)).collect();
    [&[least, least + 1, -1, 0, 1, greatest][..], &between].concat()
}

fn drive(port: &mut dyn Port, value: i128) {
    port.drive(tritloom_hdl::Bits::from_i128(value, port.shape().width).limbs());
}

fn read(port: &dyn Port) -> i128 {
    tritloom_hdl::Bits::from_limbs(&port.limbs(), port.shape().width).to_i128().expect("at most 50 bits")
}

fn settle(cell: &mut impl Block) {
    assert!(simulate(cell, 10), "it settles");
}

/// A window of bits 2i + 1, 2i and 2i - 1 weighs -2, 1 and 1.
pub fn booth_partial_product<const W: usize, const P: usize>(cell: &mut BoothPartialProduct<W, P>) {
    for window in 0..8 {
        for x in samples(W) {
            drive(&mut cell.window_i, window);
            drive(&mut cell.activation_i, x);
            settle(cell);
            let digit = (window & 1) + (window >> 1 & 1) - 2 * (window >> 2);
            assert_eq!(read(&cell.partial_o), digit * x, "{W} bits, window {window}, activation {x}");
        }
    }
}

pub fn key_decode<const W: usize, const S: usize>(cell: &mut KeyDecode<W, S>) {
    let samples = samples(W);
    for key in 0..16 {
        for position in 0..samples.len() {
            let words = [0, 1, 2, 3].map(|offset| samples[(position + offset) % samples.len()]);
            drive(&mut cell.key_i, key);
            drive(&mut cell.word1_i, words[0]);
            drive(&mut cell.word2_i, words[1]);
            drive(&mut cell.word3_i, words[2]);
            drive(&mut cell.word4_i, words[3]);
            settle(cell);
            let (negative, magnitude) = (key >= 8, (key % 8) as usize);
            let picked = if (1..=4).contains(&magnitude) { words[magnitude - 1] } else { 0 };
            let expected = if negative { -picked } else { picked };
            assert_eq!(read(&cell.value_o), expected, "{W} bits, key {key}, words {words:?}");
        }
    }
}

pub fn table<const W: usize, const S: usize>(cell: &mut TableCell<W, S>) {
    for first in samples(W) {
        for second in samples(W) {
            drive(&mut cell.first_i, first);
            drive(&mut cell.second_i, second);
            settle(cell);
            let found = [&cell.sum_0p_o, &cell.sum_pm_o, &cell.sum_p0_o, &cell.sum_pp_o].map(|port| read(port));
            assert_eq!(found, [second, first - second, first, first + second], "{W} bits, {first} and {second}");
        }
    }
}
