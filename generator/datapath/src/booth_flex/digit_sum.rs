//! The sum of the products of one digit of all lanes: a module that stands there for each digit.
//!
//! Of the ones that complements owe, all but the last two join the products, the adder takes one more, and the last stays
//! owed (see `element`).

use super::digit_blocks::DigitBlocks;
use super::element::PRODUCT_ARRIVAL;
use super::parameters::Config;
use crate::arith::adder::{CarryOut, FinalAdder};
use crate::arith::bit_heap::{BitHeap, Plan, Profile, Tree};
use crate::arith::reduction::bits_below;
use crate::words::counted;
use tritloom_hdl::{Census, Lanes, Module, ModuleBuilder, Value, uint};

/// Lanes whose products are added as such, with a one that the tree does not take.
const LAST_LANES: u32 = 2;

/// The sum of a product, and a one that it may owe, of every lane.
pub(super) struct DigitSum {
    lanes: u32,
    product_bits: u32,
    tree: Tree,
    adder: FinalAdder,
    plan: Plan,
    blocks: Option<DigitBlocks>,
}

impl DigitSum {
    /// Of a digit of an element's lanes, two or more.
    pub fn new(config: &Config, digit: u32) -> DigitSum {
        let (lanes, product_bits, tree) = (config.geometry.depth, config.product_bits(digit), config.tree);
        let blocks = DigitBlocks::new(config, digit, lanes - LAST_LANES, 1);
        let mut profile = Profile::new(sum_bits(lanes, product_bits));
        blocks.iter().for_each(|blocks| blocks.join_profile(&mut profile, 0));
        let alone = lanes - blocks.as_ref().map_or(0, DigitBlocks::lanes);
        (0..alone).for_each(|_| profile.add_signed(product_bits, 0, PRODUCT_ARRIVAL));
        (0..alone - LAST_LANES).for_each(|_| profile.add_bit(0, 0));
        let plan = Plan::new(&profile, &tree.compression());
        DigitSum { lanes, product_bits, tree, adder: config.geometry.resolve, plan, blocks }
    }

    /// Bits of the word, which is short of the last lane's one.
    pub fn bits(&self) -> u32 {
        sum_bits(self.lanes, self.product_bits)
    }

    /// When the tree is done, in gate delays.
    pub fn arrival(&self) -> u32 {
        self.plan.arrival()
    }

    /// Adds the products of a digit up; each is short of the one that its lane owes.
    pub fn add(&self, m: &ModuleBuilder, name: &str, (products, owed): (&Lanes, &Lanes)) -> Value {
        let instance = m.instance(name, &self.module());
        instance.connect("products", products.flat()).connect("owed", &owed.flat().slice(0, self.lanes - 1));
        instance.output("sum").as_signed()
    }

    /// The primitives of the module.
    pub fn census(&self) -> Census {
        let mut census = self.plan.census();
        self.blocks.iter().for_each(|blocks| census.add_census(&blocks.census(), 1));
        census.add_census(&self.adder.census(self.bits(), CarryOut::Dropped), 1);
        census
    }

    fn module(&self) -> Module {
        let DigitSum { lanes, product_bits, .. } = *self;
        let m = ModuleBuilder::new(
            format!("digit_sum_p{product_bits}_d{lanes}_{}_{}", self.tree.name(), self.adder.short_name()),
            format!("The sum of the products of a digit of {}.", counted(lanes, "lane")),
        );
        m.parameter("bits of a product", product_bits);
        m.parameter("lanes", lanes);
        let products = m.input_lanes("products", uint(product_bits), lanes, "first lane lowest");
        let owed = m.input_lanes("owed", uint(1), lanes - 1, "a one for each product but the last");
        let mut heap = BitHeap::new(self.bits());
        self.blocks.iter().for_each(|blocks| blocks.join(&m, "digit", (&products, &owed), 0, &mut heap));
        let alone = self.blocks.as_ref().map_or(0, DigitBlocks::lanes)..lanes;
        alone.clone().for_each(|lane| heap.add_signed(&products.lane(lane).as_signed(), 0, PRODUCT_ARRIVAL));
        (alone.start..lanes - LAST_LANES).for_each(|lane| heap.add_bit(&owed.lane(lane), 0, 0));
        let rows = heap.reduce(&m, "heap", &self.tree.compression());
        let carry = owed.lane(lanes - LAST_LANES);
        let sum = self.adder.add(&m, "sum", (&rows.0, &rows.1), &carry, CarryOut::Dropped);
        m.documented_output("sum", &sum, "short of the last lane's one");
        m.finish()
    }
}

fn sum_bits(lanes: u32, product_bits: u32) -> u32 {
    bits_below(u64::from(lanes) << (product_bits - 1))
}
