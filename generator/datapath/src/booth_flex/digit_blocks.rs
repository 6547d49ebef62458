//! The products of one digit of many lanes on their way into a sum: in blocks, each of them a module.

use super::element::PRODUCT_ARRIVAL;
use super::parameters::Config;
use crate::arith::bit_heap::{BitHeap, Blocks, PartialSum, Profile, Tree};
use crate::census::copies;
use crate::words::counted;
use tritloom_hdl::{Census, Lanes, Module, ModuleBuilder, uint};

/// The lowest lanes of a digit, in blocks.
pub(super) struct DigitBlocks {
    product_bits: u32,
    tree: Tree,
    blocks: Blocks,
    sum: PartialSum,
}

impl DigitBlocks {
    /// Of a digit of so many lanes, one of so many digits whose products join the same heap; none where there are few lanes.
    pub fn new(config: &Config, digit: u32, lanes: u32, digits: u32) -> Option<DigitBlocks> {
        let (product_bits, tree) = (config.product_bits(digit), config.tree);
        let blocks = Blocks::of(digits, lanes, tree.order);
        (blocks.count > 0).then(|| {
            let sum = PartialSum::new(&block_profile(product_bits, blocks.lanes), &tree.compression());
            DigitBlocks { product_bits, tree, blocks, sum }
        })
    }

    /// Lanes of all blocks.
    pub fn lanes(&self) -> u32 {
        self.blocks.all_lanes()
    }

    /// By how much what the blocks leave adds up to too much.
    pub fn bias(&self) -> i128 {
        i128::from(self.blocks.count) * self.sum.bias()
    }

    /// Adds `2^shift` times the products of the lanes, and the ones that they are short of, to a heap.
    pub fn join(
        &self,
        m: &ModuleBuilder,
        name: &str,
        (products, owed): (&Lanes, &Lanes),
        shift: u32,
        heap: &mut BitHeap,
    ) {
        let (products, owed) = (self.blocks.shared_out(products), self.blocks.shared_out(owed));
        self.blocks.join(m, (&self.sum, &self.block()), (name, &[shift]), heap, |block, _, number| {
            block.connect("products", &products.lane(number)).connect("owed", &owed.lane(number));
        });
    }

    /// Adds what [`DigitBlocks::join`] adds to the profile of a heap.
    pub fn join_profile(&self, profile: &mut Profile, shift: u32) {
        (0..self.blocks.count).for_each(|_| self.sum.join_profile(profile, shift));
    }

    /// The primitives of the blocks.
    pub fn census(&self) -> Census {
        copies(&self.sum.census(), self.blocks.count.into())
    }

    /// What compresses the products of the lanes of a block.
    fn block(&self) -> Module {
        let (product_bits, lanes) = (self.product_bits, self.blocks.lanes);
        let m = ModuleBuilder::new(
            format!("digit_block_p{product_bits}_d{lanes}_{}", self.tree.name()),
            format!("The sum of the products of a digit of {} as two words.", counted(lanes, "lane")),
        );
        m.parameter("bits of a product", product_bits);
        m.parameter("lanes", lanes);
        let products = m.input_lanes("products", uint(product_bits), lanes, "first lane lowest");
        let owed = m.input_lanes("owed", uint(1), lanes, "a one for each product");
        let mut heap = BitHeap::new(block_profile(product_bits, lanes).width());
        for lane in 0..lanes {
            heap.add_biased(&products.lane(lane).as_signed(), 0, PRODUCT_ARRIVAL);
            heap.add_bit(&owed.lane(lane), 0, 0);
        }
        self.sum.finish(m, &heap)
    }
}

fn block_profile(product_bits: u32, lanes: u32) -> Profile {
    let mut profile = Profile::new(PartialSum::bits((0..lanes).map(|_| (0, product_bits))));
    for _ in 0..lanes {
        profile.add_biased(product_bits, 0, PRODUCT_ARRIVAL);
        profile.add_bit(0, 0);
    }
    profile
}
