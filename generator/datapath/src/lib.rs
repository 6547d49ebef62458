//! Families of datapaths, written in the tritloom language, behind one trait.

pub mod family;
pub mod interface;
pub mod parameter;
pub mod registry;
mod resolve;
#[cfg(test)]
mod testing;
