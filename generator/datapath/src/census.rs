//! What closed forms are made of.

use tritloom_hdl::{Census, Primitive};

/// The parts of a design by name, each with its primitives.
pub type Parts = Vec<(&'static str, Census)>;

/// The sum of rows of a primitive, how many of them, and the bits of each.
pub fn sum_of(rows: &[(Primitive, u64, u32)]) -> Census {
    let mut census = Census::default();
    rows.iter().for_each(|&(primitive, count, bits)| census.add(primitive, count, bits.into()));
    census
}

/// `count` multipliers of operands of so many bits.
pub fn products(count: u64, bits: [u32; 2]) -> Census {
    let mut census = Census::default();
    census.add_products(count, bits.map(u64::from));
    census
}

/// `times` copies.
pub fn copies(census: &Census, times: u64) -> Census {
    let mut product = Census::default();
    product.add_census(census, times);
    product
}
