//! One table: every sum that a group of activations can form with a leading plus.
//!
//! Entry `i` belongs to magnitude `i + 1`; digit `j` of a magnitude in balanced base three, the most significant
//! first, is the weight of activation `j`. The other half of the sums are the negations.

use super::config::Build;
use std::ops::Range;
use tritloom_formats::key;
use tritloom_hdl::{Module, ModuleBuilder, Pipeline, Staged, Value, sint, uint};

/// Bits of the widest entry: `activation_bits + ceil(log2 group_size)`.
pub fn entry_bits(group_size: u32, activation_bits: u32) -> u32 {
    sum_bits(group_size, activation_bits)
}

/// Registers inside a table: one between two levels of adders.
pub(super) fn pipeline_stages(group_size: u32, build: Build) -> u32 {
    match build {
        Build::Pipelined => ceil_log2(group_size).saturating_sub(1),
        Build::Minimal | Build::Balanced => 0,
    }
}

/// The table module: `activations` in, `entries` out; with `advance` where it holds registers.
pub fn table(group_size: u32, activation_bits: u32, build: Build) -> Module {
    let suffix = match build {
        Build::Minimal => "min",
        Build::Balanced => "bal",
        Build::Pipelined => "pipe",
    };
    let m = ModuleBuilder::new(
        format!("ternary_table_g{group_size}_a{activation_bits}_{suffix}"),
        format!(
            "Every sum of {group_size} activations with weights -1, 0, +1 and a leading plus: {} entries from {} adders.",
            key::entries(group_size),
            adders(group_size)
        ),
    );
    m.parameter("group size", group_size);
    m.parameter("activation bits", activation_bits);
    let stages = pipeline_stages(group_size, build);
    let advance = (stages > 0).then(|| m.documented_input("advance", uint(1), "all stages move on"));
    let activations = m.input_lanes("activations", sint(activation_bits), group_size, "first activation lowest");
    let mut builder = TableBuilder {
        module: &m,
        pipeline: m.pipeline("build", advance.as_ref()),
        build,
        activation_bits,
        entries: vec![None; key::entries(group_size) as usize],
    };
    for (position, activation) in activations.iter().iter().enumerate() {
        let digits = unit(group_size, position);
        let staged = builder.pipeline.stage(0, &entry_name(&digits), activation);
        builder.entries[place(&digits)] = Some(staged);
    }
    let width = entry_bits(group_size, activation_bits);
    let entries: Vec<Value> = (1..=key::entries(group_size))
        .map(|magnitude| builder.entry(&digits(magnitude, group_size)).at(stages))
        .collect();
    m.comment("Entries side by side, sign-extended to the width of the widest.");
    let extended: Vec<Value> = entries.iter().map(|entry| entry.extend(width).as_unsigned()).collect();
    let all = m.concat(&extended.iter().rev().collect::<Vec<_>>());
    m.output_lanes("entries", &all.lanes(sint(width), key::entries(group_size)), "entry of magnitude 1 lowest");
    m.finish()
}

/// Adders of a table: one for each entry that is not an activation itself.
pub fn adders(group_size: u32) -> u32 {
    key::entries(group_size) - group_size
}

struct TableBuilder<'a> {
    module: &'a ModuleBuilder,
    pipeline: Pipeline,
    build: Build,
    activation_bits: u32,
    /// By place; `None` until it is made.
    entries: Vec<Option<Staged>>,
}

impl TableBuilder<'_> {
    /// The entry of these digits, made if it is not there yet. The first non-zero digit is +1.
    fn entry(&mut self, digits: &[i8]) -> Staged {
        if let Some(entry) = &self.entries[place(digits)] {
            return entry.clone();
        }
        let (left, mut right) = self.split(digits);
        let subtract = right.iter().find(|&&digit| digit != 0) == Some(&-1);
        if subtract {
            right.iter_mut().for_each(|digit| *digit = -*digit);
        }
        let stage = match self.build {
            Build::Pipelined => self.level(digits) - 1,
            Build::Minimal | Build::Balanced => 0,
        };
        let (left, right) = (self.entry(&left).at(stage), self.entry(&right).at(stage));
        let sum = if subtract { &left - &right } else { &left + &right };
        let named = self.module.wire(&entry_name(digits), &sum);
        let exact = named.wrap(sum_bits(non_zeros(digits), self.activation_bits));
        let entry = self.pipeline.stage(stage, &entry_name(digits), &exact);
        self.entries[place(digits)] = Some(entry.clone());
        entry
    }

    /// Digits of two entries whose sum, or difference, is the one asked for.
    fn split(&self, digits: &[i8]) -> (Vec<i8>, Vec<i8>) {
        let middle = match self.build {
            Build::Minimal => digits.iter().rposition(|&digit| digit != 0).unwrap_or(0),
            Build::Balanced | Build::Pipelined => middle(digits),
        };
        let keep = |range: Range<usize>| {
            digits.iter().enumerate().map(|(at, &digit)| if range.contains(&at) { digit } else { 0 }).collect()
        };
        (keep(0..middle), keep(middle..digits.len()))
    }

    /// The level of adders that forms an entry; 0 for an activation.
    fn level(&self, digits: &[i8]) -> u32 {
        if non_zeros(digits) == 1 {
            return 0;
        }
        let (left, right) = self.split(digits);
        1 + self.level(&left).max(self.level(&right))
    }
}

/// Where the balanced build splits an entry: the group is halved until both sides hold a non-zero digit, so that
/// all entries share the halves.
fn middle(digits: &[i8]) -> usize {
    let (mut low, mut high) = (0, digits.len());
    loop {
        let middle = low + (high - low).div_ceil(2);
        let some = |range: Range<usize>| digits[range].iter().any(|&digit| digit != 0);
        match (some(low..middle), some(middle..high)) {
            (true, true) => return middle,
            (true, false) => high = middle,
            _ => low = middle,
        }
    }
}

/// Bits of a sum or difference of `terms` activations: `activation_bits + ceil(log2 terms)`.
pub(super) fn sum_bits(terms: u32, activation_bits: u32) -> u32 {
    activation_bits + ceil_log2(terms)
}

fn ceil_log2(count: u32) -> u32 {
    count.next_power_of_two().ilog2()
}

fn non_zeros(digits: &[i8]) -> u32 {
    digits.iter().filter(|&&digit| digit != 0).count() as u32
}

fn unit(group_size: u32, position: usize) -> Vec<i8> {
    (0..group_size as usize).map(|at| i8::from(at == position)).collect()
}

/// Balanced base-three digits of a magnitude, the most significant first.
fn digits(magnitude: u32, group_size: u32) -> Vec<i8> {
    // Adding 11...1 in base three turns digits -1, 0, 1 into 0, 1, 2.
    let raised = magnitude + key::entries(group_size);
    (0..group_size).rev().map(|position| (raised / 3u32.pow(position) % 3) as i8 - 1).collect()
}

/// The index of an entry: its magnitude less one.
fn place(digits: &[i8]) -> usize {
    digits.iter().fold(0i32, |value, &digit| 3 * value + i32::from(digit)) as usize - 1
}

/// `sum_p0m`: plus activation 0, nothing of activation 1, minus activation 2.
fn entry_name(digits: &[i8]) -> String {
    let letters: String = digits.iter().map(|digit| ["m", "0", "p"][(digit + 1) as usize]).collect();
    format!("sum_{letters}")
}
