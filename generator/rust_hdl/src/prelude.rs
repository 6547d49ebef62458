//! What a binding and its user need: that of `rust_hdl`, and the socket.

pub use crate::{Configuration, PortMismatch, Socket, SocketError, Value, part};
pub use rust_hdl_core::prelude::*;
