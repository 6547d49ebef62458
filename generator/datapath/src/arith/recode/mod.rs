//! Weights as digits: `w * x = sum of d_i * r^i * x` over digits `d_i` so small that a product `d_i * x` is a choice
//! and an inversion.
//!
//! A recoder ([`booth`], [`ent`], [`canonical`]) turns a weight into [`Digit`]s, [`digit_product`] multiplies each by
//! an activation, a reduction adds the products; [`pending`] and [`leading_one`] find the digits that are worth a
//! cycle. Recoders are modules, since a recoder stands once at the edge of an array and its digits are shared; one
//! digit is a function, for a design that takes its digits one after the other.
//!
//! ```
//! use tritloom_datapath::arith::recode::booth::{self, Radix};
//! use tritloom_datapath::arith::recode::{Digit, Multiples, digit_product};
//! use tritloom_hdl::{Design, ModuleBuilder, sint, uint};
//!
//! let (weight, activation, set) = (sint(8), sint(8), Radix::Four.digit_set());
//! let m = ModuleBuilder::new("digit_terms_w8_a8", "The partial products of a multiplication.");
//! let (w, x) = (m.input("weight", weight), m.input("activation", activation));
//! let recoder = m.instance("recoder", &booth::recoder(Radix::Four, weight));
//! recoder.connect("weight", &w);
//! let digits = recoder.output_lanes("digits", uint(set.bits()));
//!
//! let multiples = Multiples::up_to_two(&x);
//! let words = m.lanes("words", sint(set.product_bits(activation)), digits.count());
//! let carries = m.lanes("carries", uint(1), digits.count());
//! m.repeat("digit", digits.count(), |position| {
//!     let digit = Digit::unpack(set, &digits.lane(position));
//!     let product = digit_product::product(&m, "product", &digit, &multiples);
//!     words.drive(position, &product.word);
//!     carries.drive(position, &product.carry.expect("a product owes a carry"));
//! });
//! m.output_lanes("words", &words, "of weight 4^i, the lowest first");
//! m.output_lanes("carries", &carries, "still to be added to each word");
//! let design = Design::new(m.finish())?;
//! assert_eq!((words.count(), words.shape()), (4, sint(9)));
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

pub mod booth;
pub mod canonical;
pub mod digit_product;
pub mod ent;
pub mod leading_one;
pub mod pending;

pub use digit_product::Multiples;

use tritloom_hdl::{ModuleBuilder, Shape, Value};

/// Which digits there may be: all integers from `-reach` to `reach`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DigitSet {
    /// -1, 0, 1: ternary weights, canonical digits.
    Ternary,
    /// -2 to 2: radix-4 Booth digits; the EN-T digits -1, 0, 1, 2 under either sign.
    Radix4,
    /// -4 to 4: radix-8 Booth digits.
    Radix8,
}

impl DigitSet {
    /// The greatest digit, and the number of magnitudes above zero (those of radix 8 are 1, 2, 3 and 4).
    pub fn reach(self) -> u32 {
        match self {
            DigitSet::Ternary => 1,
            DigitSet::Radix4 => 2,
            DigitSet::Radix8 => 4,
        }
    }

    /// Bits of a packed digit.
    pub fn bits(self) -> u32 {
        self.reach() + 1
    }

    /// Bits of the word of a product with an activation; [`digit_product`] says why they are enough.
    pub fn product_bits(self, activation: Shape) -> u32 {
        self.magnitude_bits(activation) + u32::from(!activation.signed)
    }

    /// Bits of the multiples that a digit chooses among, signed or not as the activation is.
    fn magnitude_bits(self, activation: Shape) -> u32 {
        activation.width + self.reach().ilog2()
    }
}

/// A digit as wires: a magnitude in one-hot form, and whether it is negated.
///
/// In this form a bit of a product costs least: an AND gate for each magnitude, their OR, and one exclusive OR.
/// A binary magnitude costs a multiplexer and a gate for zero in every bit; a one-hot line for each negative digit too
/// doubles the AND gates to save the exclusive OR.
///
/// A digit of zero has no magnitude, and `negate` may be either: inverted and owing one, zero is still zero. Recoders
/// therefore pass the weight's own bit on, without a gate.
#[derive(Clone, Debug)]
pub struct Digit {
    /// Whether the digit is negative; either where it is zero.
    pub negate: Value,
    /// One bit for each magnitude 1, 2, ... up to the reach of the digit set; at most one is set.
    pub magnitudes: Vec<Value>,
}

impl Digit {
    /// A ternary weight in two's complement of two bits, which is a digit as it stands: no recoder. The
    /// code `10`, which is no trit, counts as zero.
    pub fn ternary(trit: &Value) -> Digit {
        Digit::unpack(DigitSet::Ternary, trit)
    }

    /// The digit as one value: magnitude 1 lowest, `negate` on top.
    #[track_caller]
    pub fn pack(&self, m: &ModuleBuilder) -> Value {
        let parts: Vec<&Value> = std::iter::once(&self.negate).chain(self.magnitudes.iter().rev()).collect();
        m.concat(&parts)
    }

    /// The digit in `packed`, of [`DigitSet::bits`] bits.
    #[track_caller]
    pub fn unpack(set: DigitSet, packed: &Value) -> Digit {
        let magnitudes = (0..set.reach()).map(|position| packed.bit(position)).collect();
        Digit { negate: packed.bit(set.reach()), magnitudes }
    }

    /// Whether the digit is not zero. Costs an OR over the magnitudes; nothing for a ternary digit.
    #[track_caller]
    pub fn non_zero(&self, m: &ModuleBuilder) -> Value {
        let magnitudes: Vec<&Value> = self.magnitudes.iter().collect();
        m.concat(&magnitudes).any()
    }
}

/// How a module's name tells the weights that it takes.
fn suffix(weight: Shape) -> String {
    format!("w{}_{}", weight.width, if weight.signed { "s" } else { "u" })
}

/// What a module's summary calls them.
fn described(weight: Shape) -> String {
    format!("{} weight of {} bits", if weight.signed { "a signed" } else { "an unsigned" }, weight.width)
}
