//! Generated cores as parts of designs in the `rust_hdl` crate, version 0.46.
//!
//! `tritloom generate CONFIG --out DIR --rust-hdl` writes a binding, `DIR/rust_hdl/<name>.rs`: the configuration of the
//! core, and its ports as a `rust_hdl` struct ([`part!`]). A part is
//!
//! - **typed**: a port of another width does not compile where it is wired, and the ports of the struct are compared
//!   with those of the core when it is made ([`SocketError::Ports`] names both widths);
//! - **simulated**: in `rust_hdl`'s simulator results are those of the golden model, in integers, and come in the cycle
//!   in which the Verilog gives them: the checked design is evaluated beside it and says which beats pass, back-pressure
//!   included;
//! - **printed**: `generate_verilog` gives a wrapper around the core, and the core's Verilog behind it.
//!
//! Streams hold by the contract of [`tritloom_datapath::interface::Stream`]. A ready output may depend within the cycle
//! on valid inputs of other streams and on the ready inputs of output streams.
//!
//! ```
//! use tritloom_rust_hdl::prelude::*;
//!
//! const CONFIGURATION: Configuration = Configuration {
//!     name: "small",
//!     hash: "none",
//!     family: "ternary_lut",
//!     parameters: &[("group_size", Value::Integer(2)), ("tables", Value::Integer(2)), ("ports", Value::Integer(4))],
//! };
//!
//! part! {
//!     /// A core whose binding gives the activations 24 bits, where it has 32.
//!     pub struct Core: CONFIGURATION {
//!         pub clock: Signal<In, Clock>,
//!         pub reset_n: Signal<In, Bit>,
//!         pub activation_data: Signal<In, Bits<24>>,
//!     }
//! }
//!
//! let error = Core::new().err().expect("refused").to_string();
//! assert!(error.contains("`activation_data`: an input of 24 bits in the part, an input of 32 bits in the core"));
//! ```

mod configuration;
mod error;
mod golden;
mod part;
mod port;
pub mod prelude;
mod socket;
mod verilog;

pub use configuration::Configuration;
pub use error::{PortMismatch, SocketError};
pub use port::{Port, PortShape, Wire};
pub use socket::Socket;
pub use tritloom_datapath::interface::Direction;
pub use tritloom_datapath::parameter::ParameterDefault as Value;
