//! The products of many places on their way into a sum: as they are, or in blocks.

use super::element::{PRODUCT_ARRIVAL, RADIX};
use super::parameters::Config;
use crate::arith::bit_heap::{BitHeap, Blocks, PartialSum, Profile};
use crate::arith::recode::{Digit, DigitSet, Multiples, digit_product};
use crate::array::Geometry;
use crate::words::counted;
use std::ops::Range;
use tritloom_hdl::{LaneWire, Lanes, Module, ModuleBuilder, Value, sint, uint};

/// What is multiplied in each place: an activation, and the packed digits of a weight.
pub(super) struct Factors {
    pub activations: Lanes,
    pub digits: Lanes,
}

impl Factors {
    fn positions(&self) -> u32 {
        self.digits.shape().width / RADIX.digit_set().bits()
    }
}

/// Adds the products of every place to a heap: those of many in blocks.
pub(super) fn add_products(m: &ModuleBuilder, config: &Config, factors: &Factors, heap: &mut BitHeap) {
    let (depth, blocks) = (config.geometry.depth, blocks(config, factors.positions()));
    if blocks.count > 0 {
        add_blocks(m, config, (blocks, factors), heap);
    }
    if blocks.all_lanes() < depth {
        let products = Products::new(m, &config.geometry, factors, blocks.all_lanes()..depth);
        products.add(heap, |heap, word, shift| heap.add_signed(word, shift, PRODUCT_ARRIVAL));
    }
}

/// How many places stand in blocks, the digits of each position in blocks of their own.
pub(super) fn blocks(config: &Config, positions: u32) -> Blocks {
    Blocks::of(positions, config.geometry.depth, config.tree.order)
}

/// Adds the products of the places that stand in blocks.
fn add_blocks(m: &ModuleBuilder, config: &Config, (blocks, factors): (Blocks, &Factors), heap: &mut BitHeap) {
    let positions = factors.positions();
    let activations = blocks.shared_out(&factors.activations);
    let digits = by_position(m, &factors.digits, blocks.all_lanes());
    let digits = digits.flat().lanes(uint(RADIX.digit_set().bits() * blocks.lanes), positions * blocks.count);
    let shifts: Vec<u32> = (0..positions).map(|position| position * RADIX.step()).collect();
    blocks.join(
        m,
        (&block_sum(config, blocks), &product_block(config, blocks)),
        ("position", &shifts),
        heap,
        |block, position, number| {
            block
                .connect("activations", &activations.lane(number))
                .connect("digits", &digits.lane(position * blocks.count + number));
        },
    );
}

/// The digits of one position side by side, of the lowest places.
pub(super) fn by_position(m: &ModuleBuilder, digits: &Lanes, places: u32) -> Lanes {
    let (depth, digit) = (digits.count(), uint(RADIX.digit_set().bits()));
    let positions = digits.shape().width / digit.width;
    let digits = digits.flat().lanes(digit, depth * positions);
    if positions == 1 {
        return digits.flat().slice(0, places * digit.width).lanes(digit, places);
    }
    m.comment("The digits of one position side by side.");
    let by_position = m.lanes("digits_by_position", digit, places * positions);
    m.repeat("position_of_digit", positions, |position| {
        m.repeat("place", places, |place| {
            by_position.drive(position * places + place, &digits.lane(place * positions + position));
        });
    });
    (*by_position).clone()
}

/// The products of the places of a block and one digit each, and their sum.
fn product_block(config: &Config, blocks: Blocks) -> Module {
    let (geometry, places) = (&config.geometry, blocks.lanes);
    let m = ModuleBuilder::new(
        format!("product_block_a{}_d{places}_{}", geometry.activation_bits, config.tree.name()),
        format!("The sum of the products of {} as two words.", counted(places, "digit")),
    );
    m.parameter("activation bits", geometry.activation_bits);
    m.parameter("places", places);
    m.section("Digit products");
    let activations = m.input_lanes("activations", uint(geometry.activation_bits), places, "first place lowest");
    let digits = m.input_lanes("digits", uint(RADIX.digit_set().bits()), places, "one of each place, of equal weight");
    let mut heap = BitHeap::new(block_profile(config, blocks).width());
    let products = Products::new(&m, geometry, &Factors { activations, digits }, 0..places);
    products.add(&mut heap, |heap, word, shift| heap.add_biased(word, shift, PRODUCT_ARRIVAL));
    m.section("Sum");
    block_sum(config, blocks).finish(m, &heap)
}

/// The products of digits and activations, position by position: those of a position stand side by side.
struct Products {
    words: LaneWire,
    /// What negative digits owe to their words.
    owed: LaneWire,
    positions: u32,
}

impl Products {
    /// Of some of the places.
    fn new(m: &ModuleBuilder, geometry: &Geometry, factors: &Factors, places: Range<u32>) -> Products {
        let (positions, digit) = (factors.positions(), uint(RADIX.digit_set().bits()));
        let (bits, count) = (RADIX.digit_set().product_bits(geometry.activation()), places.len() as u32);
        let words = m.lanes("digit_products", sint(bits), positions * count);
        let owed = m.lanes("owed", uint(1), positions * count);
        m.repeat("place", count, |number| {
            let place = number + places.start;
            let multiples = Multiples::up_to_two(&factors.activations.lane(place.clone()).as_signed());
            let packed = factors.digits.lane(place).lanes(digit, positions);
            for position in 0..positions {
                let name = if positions == 1 { "place".to_string() } else { format!("place_digit{position}") };
                let (product, digit) =
                    (number + position * count, Digit::unpack(DigitSet::Radix4, &packed.lane(position)));
                words.drive(product.clone(), &digit_product::product(m, &name, &digit, &multiples).word);
                owed.drive(product, &digit.negate);
            }
        });
        Products { words, owed, positions }
    }

    /// Adds them to a heap, words as `add_word` does, given their shift.
    fn add(&self, heap: &mut BitHeap, add_word: impl Fn(&mut BitHeap, &Value, u32)) {
        let of_position = self.words.count() / self.positions;
        for product in 0..self.words.count() {
            let shift = product / of_position * RADIX.step();
            add_word(heap, &self.words.lane(product), shift);
            heap.add_bit(&self.owed.lane(product), shift, 0);
        }
    }
}

/// What the heap of a [`product_block`] holds.
fn block_profile(config: &Config, blocks: Blocks) -> Profile {
    let bits = RADIX.digit_set().product_bits(config.geometry.activation());
    let mut profile = Profile::new(PartialSum::bits((0..blocks.lanes).map(|_| (0, bits))));
    for _ in 0..blocks.lanes {
        profile.add_biased(bits, 0, PRODUCT_ARRIVAL);
        profile.add_bit(0, 0);
    }
    profile
}

/// What a [`product_block`] leaves.
pub(super) fn block_sum(config: &Config, blocks: Blocks) -> PartialSum {
    PartialSum::new(&block_profile(config, blocks), &config.tree.compression())
}

/// What [`add_products`] adds to a heap.
pub(super) fn add_product_bits(profile: &mut Profile, config: &Config, positions: u32) {
    let (geometry, blocks) = (&config.geometry, blocks(config, positions));
    let shifts = || (0..positions).map(|position| position * RADIX.step());
    if blocks.count > 0 {
        let sum = block_sum(config, blocks);
        shifts().for_each(|shift| (0..blocks.count).for_each(|_| sum.join_profile(profile, shift)));
    }
    for shift in shifts() {
        for _ in blocks.all_lanes()..geometry.depth {
            profile.add_signed(RADIX.digit_set().product_bits(geometry.activation()), shift, PRODUCT_ARRIVAL);
            profile.add_bit(shift, 0);
        }
    }
}
