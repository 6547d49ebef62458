//! A checked design becomes files: test bench, file lists, packaging. Prints; decides nothing, touches no disk.

pub mod bench;
pub mod manifest;
pub mod rust_hdl;
mod text;
pub mod verilog;

/// What whoever connects a design must know beside its streams.
pub const HANDSHAKE: &str = "A ready output may depend within the cycle on the valid inputs of other streams and on \
    the ready inputs of output streams: a source must not wait for ready before it raises valid.";
