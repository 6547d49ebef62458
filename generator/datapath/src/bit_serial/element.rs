//! Elements that add the products of a plane of bits, and the edges that give a plane its sign.

use super::parameters::{Config, Serial, Side};
use crate::arith::bit_heap::{BitHeap, Plan, Profile};
use crate::arith::popcount::{popcount, popcount_census};
use crate::array::{Geometry, MovingSum, moving_sum_census, passing_sum};
use crate::census::{Parts, sum_of};
use tritloom_hdl::Primitive::{AndOr, Reduction, Xor};
use tritloom_hdl::{Census, Module, ModuleBuilder, Shape, Value, bits_for, sint, uint};

/// Gate delays of a product of a bit behind the operand registers.
const PRODUCT_ARRIVAL: u32 = 2;
/// Gate delays of a count of products: about those of a tree and an adder.
const COUNT_ARRIVAL: u32 = 8;

impl Side {
    const BOTH: [Side; 2] = [Side::Activation, Side::Weight];

    fn operands(self) -> &'static str {
        match self {
            Side::Activation => "activations",
            Side::Weight => "weights",
        }
    }

    fn other(self) -> Side {
        match self {
            Side::Activation => Side::Weight,
            Side::Weight => Side::Activation,
        }
    }
}

impl Config {
    /// Whether what a side brings to the elements says that its products count negative, in the top bit.
    ///
    /// The top plane of signed numbers does. Where only one side is serial the whole numbers of the other are inverted
    /// then, once a row or column; where both are, planes are told by their sign. Where sums pass their plane is subtracted
    /// behind the array.
    fn tells_sign(&self, side: Side) -> bool {
        match self.serial {
            _ if self.passes_sums() => false,
            Serial::One(serial) => side != serial && self.shape(serial).signed,
            Serial::Both => self.shape(side).signed,
        }
    }

    /// A number of the side that is whole, as elements see it: inverted ones have a sign of their own.
    fn whole(&self, side: Side) -> Shape {
        let Shape { width, signed } = self.shape(side);
        match self.tells_sign(side) {
            true => sint(width + u32::from(!signed)),
            false => Shape { width, signed },
        }
    }

    /// Whether elements take a bit of each number of a side themselves: of serial weights that stay.
    fn takes_bits(&self, side: Side) -> bool {
        self.passes_sums() && side == Side::Weight && self.is_serial(side)
    }

    /// Bits that elements see of a place of a side.
    fn place_bits(&self, side: Side) -> u32 {
        match self.is_serial(side) && !self.takes_bits(side) {
            true => 1,
            false => self.whole(side).width,
        }
    }

    /// Bits that elements see of a side.
    fn side_bits(&self, side: Side) -> u32 {
        self.geometry.depth * self.place_bits(side) + u32::from(self.tells_sign(side))
    }
}

/// What stands at the edge of a side; `None` where elements take it as it comes.
pub(super) fn edge(config: &Config, side: Side) -> Option<Module> {
    if !config.tells_sign(side) {
        return None;
    }
    let depth = config.geometry.depth;
    let (kind, does) = match config.is_serial(side) {
        true => ("plane_sign", "Gives a plane of bits its sign."),
        false => ("inverted", "Inverts numbers that meet bits of negative weight; what is owed goes with them."),
    };
    let name = format!("{kind}_{}_{}_d{depth}", side.operands(), config.numbers_name());
    let m = ModuleBuilder::new(name, does);
    m.parameter("places", depth);
    let tops = if config.serial == Serial::Both { 2 } else { 1 };
    let top = m.documented_input("pass", uint(tops), "the top plane enters, of activations lowest");
    let negative = top.bit(if side == Side::Weight { tops - 1 } else { 0 });
    let shape = config.shape(side);
    let incoming = m.input(side.operands(), uint(if config.is_serial(side) { depth } else { depth * shape.width }));
    let told = match config.is_serial(side) {
        true => incoming,
        false => {
            let bits = config.whole(side).width;
            let numbers = incoming.lanes(uint(shape.width), depth);
            let inverted = m.lanes("inverted", uint(bits), depth);
            m.repeat("place", depth, |place| {
                let number = numbers.lane(place);
                let number = if shape.signed { number.as_signed() } else { number.to_signed() };
                inverted.drive(place, &(number.as_unsigned() ^ negative.replicate(bits)));
            });
            inverted.flat().clone()
        }
    };
    m.output("prepared", &m.concat(&[&negative, &told]));
    Some(m.finish())
}

/// The primitives of [`edge`], and the bits that it gives.
pub(super) fn edge_census(config: &Config, side: Side) -> Option<(Census, u32)> {
    let inverted = if config.is_serial(side) { 0 } else { config.geometry.depth.into() };
    let census = sum_of(&[(Xor, inverted, config.whole(side).width)]);
    config.tells_sign(side).then(|| (census, config.side_bits(side)))
}

/// What an element sees of a side.
struct Seen {
    /// Its places, one after the other.
    places: Value,
    /// Its products count negative.
    negative: Option<Value>,
}

impl Seen {
    fn declare(m: &ModuleBuilder, config: &Config, side: Side) -> Seen {
        let bits = config.geometry.depth * config.place_bits(side);
        let comment = match (config.is_serial(side), config.tells_sign(side)) {
            (true, false) if config.takes_bits(side) => "first place lowest",
            (true, false) => "a bit of each place",
            (true, true) => "a bit of each place, above them whether they count negative",
            (false, false) => "first place lowest",
            (false, true) => "first place lowest, above all whether they are inverted",
        };
        let port = m.documented_input(side.operands(), uint(config.side_bits(side)), comment);
        let places = if config.takes_bits(side) { taken(m, config, side, &port) } else { port.slice(0, bits) };
        Seen { places, negative: config.tells_sign(side).then(|| port.top_bit()) }
    }
}

/// Of each number of a side the bit of the plane that is taken.
fn taken(m: &ModuleBuilder, config: &Config, side: Side, numbers: &Value) -> Value {
    let (depth, width) = (config.geometry.depth, config.whole(side).width);
    let plane = m.documented_input("taken", uint(width), "a one at the bit that is taken of each weight");
    let (numbers, bits) = (numbers.lanes(uint(width), depth), m.lanes("taken_bits", uint(1), depth));
    m.repeat("taken_place", depth, |place| bits.drive(place, &(numbers.lane(place) & &plane).any()));
    bits.flat().clone()
}

/// Where the sum of an element goes.
enum Sum {
    /// It stays, and moves up before bits of half the weight.
    Stays(MovingSum),
    /// To the element below, with what comes in.
    Passes,
}

impl Sum {
    /// What says that there is something to add; `None`: products are zero where there is not.
    fn enable(&self) -> Option<&Value> {
        match self {
            Sum::Stays(sum) => Some(&sum.enable),
            Sum::Passes => None,
        }
    }

    fn add(&self, m: &ModuleBuilder, heap: BitHeap, config: &Config) {
        match self {
            Sum::Stays(sum) => sum.accumulate(m, heap, config.drains(), &config.tree.compression()),
            Sum::Passes => passing_sum(m, heap, &config.tree.compression()),
        }
    }
}

/// Adds the products of a pass to two words: its own, which move up before bits of half the weight, or those that come in.
pub(super) fn element(config: &Config) -> Module {
    let Geometry { depth, activation_bits, weight_bits, .. } = config.geometry;
    let width = config.geometry.kept_bits();
    let (way, does) = match (config.drains(), config.passes_sums()) {
        (_, true) => ("_passing", "Adds products of single bits, all of one weight, to a carry-save sum that passes."),
        (drains, false) => (
            if drains { "_draining" } else { "" },
            "Adds products of single bits to a carry-save sum, all of one weight before those of the next.",
        ),
    };
    let m = ModuleBuilder::new(
        format!("bit_element_{}_d{depth}_s{width}_{}{way}", config.numbers_name(), config.tree.name()),
        does,
    );
    m.parameter("bits of the widest activations", activation_bits);
    m.parameter("bits of the widest weights", weight_bits);
    m.parameter("places", depth);
    m.parameter("bits of a word of the sum", width);
    let [activations, weights] = Side::BOTH.map(|side| Seen::declare(&m, config, side));
    let sum = if config.passes_sums() { Sum::Passes } else { Sum::Stays(MovingSum::declare(&m, 1)) };
    let mut heap = BitHeap::new(width);
    m.section("Products");
    match config.serial {
        Serial::One(Side::Weight) => add_products(&m, config, &mut heap, (&activations, &weights), sum.enable()),
        Serial::One(Side::Activation) => add_products(&m, config, &mut heap, (&weights, &activations), sum.enable()),
        Serial::Both => add_count(&m, config, &mut heap, [&activations, &weights], sum.enable()),
    }
    sum.add(&m, heap, config);
    m.finish()
}

/// The side that enters whole.
fn whole_side(config: &Config) -> Option<Side> {
    match config.serial {
        Serial::One(serial) => Some(serial.other()),
        Serial::Both => None,
    }
}

/// Whole numbers where the bit of their place is one; an inverted one owes a one.
fn add_products(
    m: &ModuleBuilder,
    config: &Config,
    heap: &mut BitHeap,
    (whole, plane): (&Seen, &Seen),
    enable: Option<&Value>,
) {
    let depth = config.geometry.depth;
    let shape = whole_side(config).map_or(uint(1), |side| config.whole(side));
    let bits = match enable {
        Some(enable) => m.wire("plane", &(&plane.places & enable.replicate(depth))),
        None => plane.places.clone(),
    };
    let bits = bits.lanes(uint(1), depth);
    let numbers = whole.places.lanes(uint(shape.width), depth);
    let products = m.lanes("products", uint(shape.width), depth);
    m.repeat("place", depth, |place| {
        products.drive(place, &(numbers.lane(place) & bits.lane(place).replicate(shape.width)));
    });
    for product in products.iter() {
        match shape.signed {
            true => heap.add_signed(&product, 0, PRODUCT_ARRIVAL),
            false => heap.add_unsigned(&product, 0, PRODUCT_ARRIVAL),
        }
    }
    if let Some(inverted) = &whole.negative {
        let owed = m.wire("owed", &(bits.flat() & inverted.replicate(depth))).lanes(uint(1), depth);
        owed.iter().iter().for_each(|bit| heap.add_bit(bit, 0, PRODUCT_ARRIVAL));
    }
}

/// The count of places where both bits are one, negative where the signs of the planes differ.
fn add_count(m: &ModuleBuilder, config: &Config, heap: &mut BitHeap, planes: [&Seen; 2], enable: Option<&Value>) {
    let depth = config.geometry.depth;
    let products = &planes[0].places & &planes[1].places;
    let products = enable.map_or(products.clone(), |enable| products & enable.replicate(depth));
    let products = m.wire("products", &products);
    let count = match depth {
        1 => products,
        _ => {
            let counter = m.instance("count", &popcount(depth, config.tree));
            counter.connect("bits", &products);
            counter.output("count")
        }
    };
    let negative = match planes.map(|plane| plane.negative.as_ref()) {
        [None, None] => return heap.add_unsigned(&count, 0, COUNT_ARRIVAL),
        [Some(only), None] | [None, Some(only)] => only.clone(),
        [Some(activation), Some(weight)] => m.wire("negative", &(activation ^ weight)),
    };
    let inverted = m.wire("inverted", &(&count ^ negative.replicate(count.width())));
    heap.add_signed(&m.concat(&[&negative, &inverted]), 0, COUNT_ARRIVAL);
    heap.add_bit(&negative, 0, 0);
}

/// What the heap of [`element`] holds.
fn profile(config: &Config) -> Profile {
    let depth = config.geometry.depth;
    let mut profile = Profile::new(config.geometry.kept_bits());
    match whole_side(config) {
        Some(side) => {
            let shape = config.whole(side);
            for _ in 0..depth {
                match shape.signed {
                    true => profile.add_signed(shape.width, 0, PRODUCT_ARRIVAL),
                    false => profile.add_unsigned(shape.width, 0, PRODUCT_ARRIVAL),
                }
            }
            let owed = if config.tells_sign(side) { depth } else { 0 };
            (0..owed).for_each(|_| profile.add_bit(0, PRODUCT_ARRIVAL));
        }
        None if Side::BOTH.iter().any(|&side| config.tells_sign(side)) => {
            profile.add_signed(bits_for(depth.into()) + 1, 0, COUNT_ARRIVAL);
            profile.add_bit(0, 0);
        }
        None => profile.add_unsigned(bits_for(depth.into()), 0, COUNT_ARRIVAL),
    }
    let arrival = if config.passes_sums() { 0 } else { MovingSum::ARRIVAL };
    (0..2).for_each(|_| profile.add_unsigned(profile.width(), 0, arrival));
    profile
}

/// The parts of [`element`].
pub(super) fn element_census(config: &Config) -> Parts {
    let depth = config.geometry.depth;
    let gated = u64::from(!config.passes_sums());
    let mut products = match whole_side(config) {
        Some(side) => {
            let owed = u64::from(config.tells_sign(side));
            sum_of(&[(AndOr, gated + owed, depth), (AndOr, depth.into(), config.whole(side).width)])
        }
        None => count_census(config),
    };
    if config.takes_bits(Side::Weight) {
        let width = config.whole(Side::Weight).width;
        products.add_census(&sum_of(&[(AndOr, depth.into(), width), (Reduction, depth.into(), width)]), 1);
    }
    let mut parts =
        vec![("products", products), ("compression", Plan::new(&profile(config), &config.tree.compression()).census())];
    if !config.passes_sums() {
        parts.push(("accumulate", moving_sum_census(config.geometry.kept_bits(), config.drains())));
    }
    parts
}

/// The primitives of [`add_count`].
fn count_census(config: &Config) -> Census {
    let depth = config.geometry.depth;
    let signs = Side::BOTH.iter().filter(|&&side| config.tells_sign(side)).count() as u64;
    let mut census = sum_of(&[
        (AndOr, if config.passes_sums() { 1 } else { 2 }, depth),
        (Xor, u64::from(signs == 2), 1),
        (Xor, u64::from(signs > 0), bits_for(depth.into())), // inverted
    ]);
    if depth > 1 {
        census.add_census(&popcount_census(depth, config.tree), 1);
    }
    census
}
