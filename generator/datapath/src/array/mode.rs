//! What an array may multiply: numbers of some kind on either side, and where those of a beat lie. A run names one.

use tritloom_formats::five_trit;
use tritloom_hdl::{Bits, Shape, sint};

/// The numbers of one side of a product, and how they are coded.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Numbers {
    /// Integers as they are.
    Integers(Shape),
    /// Integers, of each of which one bit enters in a pass: a plane of a beat's numbers.
    Planes(Shape),
    /// Integers that enter whole and stay, of each of which elements take a digit of so many bits in a pass: their planes.
    Digits(Shape, u32),
    /// -1, 0 and 1 in two's complement of two bits.
    Trits,
    /// -1, 0 and 1, five in a byte (`tritloom_formats::five_trit`).
    FiveTrits,
}

impl Numbers {
    /// The least and the greatest.
    pub fn range(self) -> (i32, i32) {
        match self {
            Numbers::Integers(shape) | Numbers::Planes(shape) | Numbers::Digits(shape, _) => match shape {
                Shape { width, signed: true } => (-(1 << (width - 1)), (1 << (width - 1)) - 1),
                Shape { width, signed: false } => (0, (1 << width) - 1),
            },
            Numbers::Trits | Numbers::FiveTrits => (-1, 1),
        }
    }

    /// The greatest magnitude.
    pub fn magnitude(self) -> u64 {
        let (least, greatest) = self.range();
        u64::from(least.unsigned_abs().max(greatest.unsigned_abs()))
    }

    /// Bits of one number on its own, in a beat.
    pub fn bits(self) -> u32 {
        match self {
            Numbers::Integers(shape) | Numbers::Digits(shape, _) => shape.width,
            Numbers::Planes(_) => 1,
            Numbers::Trits | Numbers::FiveTrits => 2,
        }
    }

    /// Planes of bits, or of digits, that elements see of the numbers, one a pass; 1 where they see them whole.
    pub fn planes(self) -> u32 {
        match self {
            Numbers::Planes(shape) => shape.width,
            Numbers::Digits(shape, digit_bits) => shape.width.div_ceil(digit_bits),
            Numbers::Integers(_) | Numbers::Trits | Numbers::FiveTrits => 1,
        }
    }

    /// Whether one plane of them enters in a pass, not the whole.
    pub(super) fn enter_by_plane(self) -> bool {
        matches!(self, Numbers::Planes(_))
    }

    /// Bits of the digits of a plane; 1 where the numbers are whole.
    pub(super) fn digit_bits(self) -> u32 {
        if let Numbers::Digits(_, bits) = self { bits } else { 1 }
    }

    /// The greatest magnitude of what elements see of a number in a pass: bits have none but one, and digits of several bits
    /// are Booth's.
    pub(super) fn magnitude_in_a_pass(self) -> u64 {
        match self {
            Numbers::Planes(_) => 1,
            Numbers::Digits(_, bits) => 1 << (bits - 1),
            Numbers::Integers(_) | Numbers::Trits | Numbers::FiveTrits => self.magnitude(),
        }
    }

    /// Whether what elements see of a number in a pass may be negative.
    fn is_signed_in_a_pass(self) -> bool {
        match self {
            Numbers::Planes(_) | Numbers::Digits(_, 1) => false,
            Numbers::Integers(shape) => shape.signed,
            Numbers::Digits(..) | Numbers::Trits | Numbers::FiveTrits => true,
        }
    }

    /// Whether the top plane counts negative: bits of numbers with a sign. Digits have signs of their own.
    pub(super) fn top_plane_is_negative(self) -> bool {
        match self {
            Numbers::Planes(shape) | Numbers::Digits(shape, 1) => shape.signed,
            Numbers::Digits(..) | Numbers::Integers(_) | Numbers::Trits | Numbers::FiveTrits => false,
        }
    }

    /// What a beat holds of a number in the pass of a plane.
    pub(super) fn in_plane(self, value: i32, plane: u32) -> i32 {
        match self {
            Numbers::Planes(_) => value >> plane & 1,
            Numbers::Integers(_) | Numbers::Digits(..) | Numbers::Trits | Numbers::FiveTrits => value,
        }
    }

    /// What the part of a number that a beat holds in the pass of a plane adds to it.
    pub(super) fn of_plane(self, held: i32, plane: u32) -> i32 {
        match self {
            Numbers::Planes(Shape { width, signed: true }) if plane + 1 == width => -(held << plane),
            Numbers::Planes(_) => held << plane,
            Numbers::Integers(_) | Numbers::Digits(..) | Numbers::Trits | Numbers::FiveTrits => held,
        }
    }

    /// Those of all modes up to these, where there is one for each precision of what enters bit by bit.
    pub(super) fn name_up_to(self) -> String {
        match self {
            Numbers::Planes(shape) => format!("{} to {}", integer_name(Shape { width: 1, ..shape }), self.name()),
            Numbers::Digits(shape, bits) => {
                format!("{} to {}", integer_name(Shape { width: bits, ..shape }), self.name())
            }
            Numbers::Integers(_) | Numbers::Trits | Numbers::FiveTrits => self.name(),
        }
    }

    /// As the manifest and the manual name them: `int8`, `uint8`, `ternary`.
    pub fn name(self) -> String {
        match self {
            Numbers::Integers(shape) => integer_name(shape),
            Numbers::Planes(shape) | Numbers::Digits(shape, 1) => format!("{}, a bit a pass", integer_name(shape)),
            Numbers::Digits(shape, bits) => format!("{}, {bits} bits a pass", integer_name(shape)),
            Numbers::Trits => "ternary, two bits each".to_string(),
            Numbers::FiveTrits => "ternary, five in a byte".to_string(),
        }
    }
}

fn integer_name(Shape { width, signed }: Shape) -> String {
    format!("{}int{width}", if signed { "" } else { "u" })
}

/// Numbers in the part of a beat that one row or column takes: `places` of them.
///
/// Place p lies in lane `p mod lanes` of `lane_bits` bits, there in slot `p / lanes`, of which one begins every `pitch`
/// bits. Trits that share a byte follow one another, byte by byte.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Operand {
    /// What they are.
    pub numbers: Numbers,
    /// Lanes, at least one.
    pub lanes: u32,
    /// Bits from lane to lane.
    pub lane_bits: u32,
    /// Bits from slot to slot.
    pub pitch: u32,
}

impl Operand {
    /// One number after the other.
    pub fn dense(numbers: Numbers) -> Operand {
        Operand { numbers, lanes: 1, lane_bits: 0, pitch: numbers.bits() }
    }

    /// Whether each number has bits of its own, one after the other.
    pub fn is_dense(&self) -> bool {
        self.numbers != Numbers::FiveTrits && *self == Operand::dense(self.numbers)
    }

    /// The lowest bit of a place.
    pub fn offset(&self, place: u32) -> u32 {
        place % self.lanes * self.lane_bits + place / self.lanes * self.pitch
    }

    /// Bits that `places` take.
    pub fn bits(&self, places: u32) -> u32 {
        match self.numbers {
            Numbers::FiveTrits => 8 * places.div_ceil(five_trit::WEIGHTS_PER_BYTE as u32),
            _ => (0..places).map(|place| self.offset(place) + self.numbers.bits()).max().unwrap_or(0),
        }
    }

    /// Writes numbers into their places.
    ///
    /// # Panics
    /// If trits are not ternary.
    pub fn encode(&self, values: &[i32], beat: &mut Bits) {
        if self.numbers == Numbers::FiveTrits {
            let trits: Vec<i8> = values.iter().map(|&value| value as i8).collect();
            let bytes = five_trit::encode(&trits).unwrap_or_else(|error| panic!("{error}"));
            for (position, byte) in bytes.into_iter().enumerate() {
                beat.splice(8 * position as u32, &Bits::from_u64(byte.into(), 8));
            }
            return;
        }
        for (place, &value) in values.iter().enumerate() {
            beat.splice(self.offset(place as u32), &Bits::from_i128(value.into(), self.numbers.bits()));
        }
    }

    /// Reads so many numbers, or bits of them, from their places; `None` where a code has no meaning.
    pub fn decode(&self, places: u32, beat: &Bits) -> Option<Vec<i32>> {
        if self.numbers == Numbers::FiveTrits {
            let bytes: Vec<u8> =
                (0..self.bits(places) / 8).map(|byte| beat.slice(8 * byte, 8).limbs()[0] as u8).collect();
            let trits = five_trit::decode(&bytes, bytes.len() * five_trit::WEIGHTS_PER_BYTE).ok()?;
            return Some(trits.into_iter().take(places as usize).map(i32::from).collect());
        }
        let (least, greatest) = match self.numbers {
            Numbers::Planes(_) => (0, 1),
            numbers => numbers.range(),
        };
        let value = |place: u32| {
            let bits = beat.slice(self.offset(place), self.numbers.bits());
            let value = if least < 0 { bits.to_i128()? as i32 } else { bits.to_u64()? as i32 };
            (least..=greatest).contains(&value).then_some(value)
        };
        (0..places).map(value).collect()
    }
}

/// What a run multiplies, and how much of it a beat holds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Mode {
    /// A word for it.
    pub name: String,
    /// Each row's numbers of a beat.
    pub activation: Operand,
    /// Each column's numbers of a beat.
    pub weight: Operand,
    /// Places of the inner dimension that pass in a beat.
    pub places: u32,
}

impl Mode {
    /// Signed integers, `places` a beat, one after the other.
    pub fn plain(places: u32, activation_bits: u32, weight_bits: u32) -> Mode {
        let operand = |bits| Operand::dense(Numbers::Integers(sint(bits)));
        Mode { name: "plain".to_string(), activation: operand(activation_bits), weight: operand(weight_bits), places }
    }

    /// How often elements see the operands of a tile because they do so plane by plane: once for each pair of planes.
    pub fn passes(&self) -> u32 {
        self.activation.numbers.planes() * self.weight.numbers.planes()
    }

    /// The planes of activations and of weights that elements see in each pass, zero for the lowest bit: pairs of equal weight one
    /// after the other, the heaviest first, among them that of the top plane of the weights last.
    pub fn planes(&self) -> Vec<[u32; 2]> {
        let (activation, weight) = (self.activation.numbers.planes(), self.weight.numbers.planes());
        let mut planes = Vec::new();
        for below_top in 0..activation + weight - 1 {
            let first = (below_top + 1).saturating_sub(weight);
            let last = below_top.min(activation - 1);
            planes.extend((first..=last).map(|below| [activation - 1 - below, weight - 1 - (below_top - below)]));
        }
        planes
    }

    /// The greatest magnitude of a product.
    pub fn product_magnitude(&self) -> u64 {
        self.activation.numbers.magnitude() * self.weight.numbers.magnitude()
    }

    /// Whether what is added of a product in a pass may be negative.
    pub(super) fn is_signed_in_a_pass(&self) -> bool {
        self.activation.numbers.is_signed_in_a_pass() || self.weight.numbers.is_signed_in_a_pass()
    }

    /// The greatest magnitude of what is added of a product in a pass.
    pub(super) fn pass_magnitude(&self) -> u64 {
        self.activation.numbers.magnitude_in_a_pass() * self.weight.numbers.magnitude_in_a_pass()
    }
}
