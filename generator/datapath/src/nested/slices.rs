//! Weights cut in two, in plain integers: `weight = draft * 2^dropped_bits + rest`.

use tritloom_hdl::{Shape, sint, uint};

/// How weights are cut.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Slicing {
    /// Bits of a whole weight, signed.
    pub weight_bits: u32,
    /// Bits of its draft, signed.
    pub draft_bits: u32,
    /// Whether the draft is the nearest multiple of `2^dropped_bits`, and not the next one below.
    pub rounded: bool,
}

impl Slicing {
    /// Bits below the draft.
    pub fn dropped_bits(&self) -> u32 {
        self.weight_bits - self.draft_bits
    }

    /// The draft as a number.
    pub fn draft(&self) -> Shape {
        sint(self.draft_bits)
    }

    /// The rest as a number. Rounded, it lies around zero, but for weights above the greatest draft, whose rest may be
    /// anything up to what floor leaves: hence the one redundant bit.
    pub fn rest(&self) -> Shape {
        if self.rounded { sint(self.dropped_bits() + 1) } else { uint(self.dropped_bits()) }
    }

    /// A weight's draft and rest.
    pub fn cut(&self, weight: i32) -> (i32, i32) {
        let dropped = self.dropped_bits();
        let half = if self.rounded { 1 << (dropped - 1) } else { 0 };
        let greatest = (1 << (self.draft_bits - 1)) - 1;
        let draft = ((weight + half) >> dropped).min(greatest);
        (draft, weight - (draft << dropped))
    }
}
