//! The cost model: what a configuration takes in area, delay, energy and cells of an FPGA, without synthesis.
//!
//! A [`Technology`] is data: what each kind of primitive takes, fitted to synthesised designs, with every point behind
//! the fit. An [`Evaluation`] multiplies it with a family's closed-form census: no hardware is built, no file read and no
//! process started. Only the delay needs the elaborated design, whose longest path it follows
//! ([`Technology::delay_ps`]).
//!
//! ```
//! use tritloom_cost::{Technology, evaluate};
//! use tritloom_datapath::registry;
//!
//! let family = registry::find("sign_flip").expect("a family");
//! let parameters = registry::resolve(family, [("lanes", 8u64), ("ports", 4)]).expect("legal");
//! let evaluation = evaluate(&Technology::unit(), family, &parameters);
//! assert!(evaluation.total().area_um2 > 0.0);
//! ```

mod block;
mod closed;
mod energy;
mod evaluation;
mod file;
mod fit;
mod form;
mod light;
mod network;
mod point;
mod sample;
mod statistics;
mod storage;
mod technology;

pub use block::{Block, blocks};
pub use energy::{Activity, ModuleActivity, module_activities};
pub use evaluation::{Amounts, Evaluation, evaluate};
pub use file::primitive_name;
pub use form::{FEATURES, Features, Form, GateForm, PartFeatures, features, part_features};
pub use light::{Light, LightSynthesis, light};
pub use network::{Layer, Network, NetworkEstimate, Platform};
pub use point::{Point, Quantity, gate_count, kept_modules};
pub use sample::{Sample, Sizes, draw, identity};
pub use statistics::{Comparison, kendall};
pub use storage::{Storage, buffer_bits, storage_by_part};
pub use technology::{FamilyForms, FitStatistics, Source, Technology, TechnologyError};
