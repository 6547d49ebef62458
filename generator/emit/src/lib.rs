//! A checked design becomes files: test bench, file lists, packaging. Prints; decides nothing, touches no disk.

pub mod bench;
pub mod manifest;
pub mod verilog;
