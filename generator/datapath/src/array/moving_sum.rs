//! Sums in two words: of elements that add in some cycles, of those that pass their sums on, and of those that add what weighs
//! most first, whose sums move up when a pass of the operands begins.

use crate::arith::bit_heap::{BitHeap, Carries, Compression};
use crate::census::sum_of;
use tritloom_hdl::Primitive::{AndOr, EnabledRegister, Inverter, Register};
use tritloom_hdl::{Census, ModuleBuilder, Value, uint};

/// What the two words of a sum are called on their way back.
pub(crate) const SO_FAR: [&str; 2] = ["sum_so_far", "carry_so_far"];

/// The two words of the element below, which a sum becomes with `drain`.
pub(crate) struct Below {
    pub drain: Value,
    pub words: [Value; 2],
}

impl Below {
    /// Of a word of so many bits, and above it its carries.
    pub fn declare(m: &ModuleBuilder, width: u32, carries: Carries) -> Below {
        let count = carries.count(width);
        let drain = m.documented_input("drain", uint(1), "the sum is that of the element below");
        let below = m.documented_input("below", uint(width + count), carries.layout());
        Below { drain, words: [below.slice(0, width), below.slice(width, count)] }
    }
}

/// Adds a heap to two words where `enable`, and gives them as the output `sum`; without `keep`, in every bit, they begin
/// anew. They enter the heap at `arrival`.
pub(crate) fn enabled_sum(
    m: &ModuleBuilder,
    mut heap: BitHeap,
    (keep, arrival): (&Value, u32),
    enable: &Value,
    compression: &Compression,
) {
    let width = heap.profile().width();
    let words = [m.register("sum_word", uint(width)), m.register("carry_word", uint(width))];
    for (name, word) in SO_FAR.iter().zip(&words) {
        heap.add_unsigned(&m.wire(name, &(word.value() & keep)), 0, arrival);
    }
    let rows = heap.reduce(m, "heap", compression);
    words[0].enable(enable).next(&rows.0);
    words[1].enable(enable).next(&rows.1);
    m.documented_output("sum", &m.concat(&[words[1].value(), words[0].value()]), Carries::Everywhere.layout());
}

/// The primitives of [`enabled_sum`], and of `keep`, but for the compression.
pub(crate) fn enabled_sum_census(width: u32) -> Census {
    sum_of(&[
        (Inverter, 1, 1),
        (AndOr, 2, width), // words so far
        (EnabledRegister, 2, width),
    ])
}

/// Adds a heap, which is zero where there is nothing to add, to the two words of a sum that comes in, and gives them as the
/// output `sum`.
pub(crate) fn passing_sum(m: &ModuleBuilder, mut heap: BitHeap, compression: &Compression) {
    let (width, layout) = (heap.profile().width(), Carries::Everywhere.layout());
    m.section("Sum");
    let addend = m.documented_input("addend", uint(2 * width), layout).lanes(uint(width), 2);
    addend.iter().iter().for_each(|word| heap.add_unsigned(word, 0, 0));
    let rows = heap.reduce(m, "heap", compression);
    m.documented_output("sum", &m.concat(&[&rows.1, &rows.0]), layout);
}

/// The ports that say what becomes of the sum.
pub(crate) struct MovingSum {
    step: u32,
    first: Value,
    next_pass: Value,
    /// There is something to add.
    pub enable: Value,
}

impl MovingSum {
    /// Gate delays of the sum so far, behind what holds it or moves it up.
    pub const ARRIVAL: u32 = 2;

    /// Declares the inputs `first`, `next_pass` and `enable` of an element whose sum moves up by `step` bits.
    pub fn declare(m: &ModuleBuilder, step: u32) -> MovingSum {
        let by = if step == 1 { "a bit".to_string() } else { format!("{step} bits") };
        MovingSum {
            step,
            first: m.documented_input("first", uint(1), "the sum begins anew"),
            next_pass: m.documented_input("next_pass", uint(1), &format!("the sum is moved up by {by}")),
            enable: m.documented_input("enable", uint(1), "the products are added"),
        }
    }

    /// Adds a heap, which is zero but with `enable`, to the two words of the sum, moved up with `next_pass`, and gives them
    /// as the output `sum`.
    pub fn accumulate(&self, m: &ModuleBuilder, mut heap: BitHeap, drains: bool, compression: &Compression) {
        let width = heap.profile().width();
        m.section("Sum");
        let mut changes = &self.next_pass | (&self.first & &self.enable);
        let below = drains.then(|| Below::declare(m, width, Carries::Everywhere));
        if let Some(below) = &below {
            changes = changes | &below.drain;
        }
        let hold = m.wire("hold", &!changes);
        let words = [m.register("sum_word", uint(width)), m.register("carry_word", uint(width))];
        for (number, word) in words.iter().enumerate() {
            let moved = word.value().shift_left(self.step).wrap(width).as_unsigned();
            let mut choices = vec![(&hold, word.value()), (&self.next_pass, &moved)];
            choices.extend(below.iter().map(|below| (&below.drain, &below.words[number])));
            heap.add_unsigned(&m.wire(SO_FAR[number], &m.one_hot(&choices)), 0, MovingSum::ARRIVAL);
        }
        let rows = heap.reduce(m, "heap", compression);
        words[0].next(&rows.0);
        words[1].next(&rows.1);
        m.documented_output("sum", &m.concat(&[words[1].value(), words[0].value()]), Carries::Everywhere.layout());
    }
}

/// The primitives of [`MovingSum::accumulate`] but for the compression.
pub(crate) fn moving_sum_census(width: u32, drains: bool) -> Census {
    let drains = u64::from(drains);
    sum_of(&[
        (AndOr, 2 + drains, 1), // hold
        (Inverter, 1, 1),
        (AndOr, 6 + 4 * drains, width), // words so far
        (Register, 2, width),           // words
    ])
}

/// What becomes of a sum in an array that clears sums when their tile has left ([`Geometry::clears_sums`]): products are added,
/// it moves up, it becomes the one below, or nothing of these, and it is zero. That comes a cycle early, and registers hold
/// it; the choice is made of what is ready, behind the addition.
///
/// [`Geometry::clears_sums`]: super::Geometry::clears_sums
pub(crate) struct ClearedSum {
    step: u32,
    add: Value,
    next_pass: Value,
    below: Below,
}

impl ClearedSum {
    /// Declares the inputs `add`, `next_pass`, `drain` and `below` of an element whose sum of so many bits moves up by `step`.
    pub fn declare(m: &ModuleBuilder, step: u32, width: u32) -> ClearedSum {
        ClearedSum {
            step,
            add: m.documented_input("add", uint(1), "the products are added; where nothing is said the sum is cleared"),
            next_pass: m.documented_input("next_pass", uint(1), &format!("the sum is moved up by {step} bits")),
            below: Below::declare(m, width, Carries::Everywhere),
        }
    }

    /// Adds a heap, which is zero where there is nothing to add, to the two words of the sum, and gives them as the output
    /// `sum`.
    pub fn accumulate(&self, m: &ModuleBuilder, mut heap: BitHeap, compression: &Compression) {
        let width = heap.profile().width();
        m.section("Sum");
        let said = [("add_now", &self.add), ("move_up_now", &self.next_pass), ("drain_now", &self.below.drain)];
        let [add, up, drain] = said.map(|(name, said)| m.delay(name, said, None));
        let words = [m.register("sum_word", uint(width)), m.register("carry_word", uint(width))];
        words.iter().for_each(|word| heap.add_unsigned(word.value(), 0, 0));
        let rows = heap.reduce(m, "heap", compression);
        for ((word, row), below) in words.iter().zip([&rows.0, &rows.1]).zip(&self.below.words) {
            let moved = word.value().shift_left(self.step).wrap(width).as_unsigned();
            word.next(&m.one_hot(&[(&add, row), (&up, &moved), (&drain, below)]));
        }
        m.documented_output("sum", &m.concat(&[words[1].value(), words[0].value()]), Carries::Everywhere.layout());
    }
}

/// The primitives of [`ClearedSum::accumulate`] but for the compression.
pub(crate) fn cleared_sum_census(width: u32) -> Census {
    sum_of(&[
        (Register, 3, 1),      // add, move up, drain
        (AndOr, 2 * 5, width), // next words
        (Register, 2, width),  // words
    ])
}
