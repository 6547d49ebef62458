//! Sums in two words: of elements that add in some cycles, and of those that add what weighs most first, whose sums move up
//! when a pass of the operands begins.

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

/// The ports that say what becomes of the sum.
pub(crate) struct MovingSum {
    step: u32,
    first: Value,
    next_pass: Value,
    /// There is something to add.
    pub enable: Value,
    /// What is said, with `drain`, is said a cycle early.
    early: bool,
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
            early: false,
        }
    }

    /// The same where all of these, and `drain`, come a cycle early: registers hold what follows from them.
    pub fn early(self) -> MovingSum {
        MovingSum { early: true, ..self }
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
        let held = |name: &str, value: &Value| if self.early { m.delay(name, value, None) } else { value.clone() };
        let (hold, up) = (held("hold_now", &hold), held("move_up_now", &self.next_pass));
        let below = below.map(|below| Below { drain: held("drain_now", &below.drain), ..below });
        let words = [m.register("sum_word", uint(width)), m.register("carry_word", uint(width))];
        for (number, word) in words.iter().enumerate() {
            let moved = word.value().shift_left(self.step).wrap(width).as_unsigned();
            let mut choices = vec![(&hold, word.value()), (&up, &moved)];
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
