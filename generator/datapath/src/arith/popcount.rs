//! How many bits of a word are one, by compressor trees.

use super::bit_heap::{BitHeap, Plan, Profile, Tree};
use tritloom_hdl::{Census, Module, ModuleBuilder, Primitive, Value, bits_for, uint};

/// Bits that one tree counts; wider words are counted in blocks, the text of which stands once.
const BLOCK: u32 = 64;

/// A module from `bits`, of `width` bits, to `count`.
///
/// A word of up to 64 bits goes through one compressor tree and an adder; a wider one through one for every 64 bits,
/// and the counts of these through a tree again.
pub fn popcount(width: u32, tree: Tree) -> Module {
    let m =
        ModuleBuilder::new(format!("popcount_n{width}_{}", tree.name()), format!("How many of {width} bits are one."));
    m.parameter("bits", width);
    let bits = m.input("bits", uint(width));
    let mut heap = BitHeap::new(bits_for(width.into()));
    if width <= BLOCK {
        bits.lanes(uint(1), width).iter().iter().for_each(|bit| heap.add_bit(bit, 0, 0));
    } else {
        counts(&m, &bits, tree).iter().for_each(|count| heap.add_unsigned(count, 0, 0));
    }
    let (sum, carry) = heap.reduce(&m, "heap", &tree.compression());
    let total = m.wire("total", &(sum + carry));
    m.output("count", &total.wrap(bits_for(width.into())));
    m.finish()
}

/// The counts of all blocks.
fn counts(m: &ModuleBuilder, bits: &Value, tree: Tree) -> Vec<Value> {
    let (blocks, rest) = (bits.width() / BLOCK, bits.width() % BLOCK);
    let words = bits.slice(0, blocks * BLOCK).lanes(uint(BLOCK), blocks);
    let counts = m.lanes("counts", uint(bits_for(BLOCK.into())), blocks);
    let module = popcount(BLOCK, tree);
    m.repeat("block", blocks, |block| {
        let instance = m.instance("block", &module);
        instance.connect("bits", &words.lane(block));
        counts.drive(block, &instance.output("count"));
    });
    let mut all = counts.iter();
    if rest > 0 {
        let instance = m.instance("rest", &popcount(rest, tree));
        instance.connect("bits", &bits.slice(blocks * BLOCK, rest));
        all.push(instance.output("count"));
    }
    all
}

/// The primitives of [`popcount`].
pub fn popcount_census(width: u32, tree: Tree) -> Census {
    let count_bits = bits_for(width.into());
    let mut profile = Profile::new(count_bits);
    let mut census = Census::default();
    if width <= BLOCK {
        (0..width).for_each(|_| profile.add_bit(0, 0));
    } else {
        let (blocks, rest) = (width / BLOCK, width % BLOCK);
        (0..blocks).for_each(|_| profile.add_unsigned(bits_for(BLOCK.into()), 0, 0));
        census.add_census(&popcount_census(BLOCK, tree), blocks.into());
        if rest > 0 {
            profile.add_unsigned(bits_for(rest.into()), 0, 0);
            census.add_census(&popcount_census(rest, tree), 1);
        }
    }
    census.add_census(&Plan::new(&profile, &tree.compression()).census(), 1);
    census.add(Primitive::Adder, 1, u64::from(count_bits) + 1);
    census
}
