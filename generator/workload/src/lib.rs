//! Real networks: read from bytes, decoded step by step, with every ternary product left to an engine.
//!
//! ```text
//!  model.bin ──> bitllama ──┐                       ┌── ReferenceEngine (integers)
//!                           ├──> Model ──> Decoder ─┤── CoreEngine, ArrayProjection (a simulated core)
//!  a seed ─────> synthetic ─┘                │      └── CheckedEngine (one against the other)
//!  tokenizer.bin ──> Tokenizer ──> text <────┤
//!                                            └── Attention: in f32, or IntegerAttention over a ProductEngine
//!                                                (integers, a simulated array, one against the other)
//! ```
//!
//! Nothing here opens a file: the command line reads the bytes and says what they are called.
//!
//! ```
//! use tritloom_workload::{ReferenceEngine, Story, synthetic};
//!
//! let (model, tokenizer) = synthetic::story(synthetic::SEED);
//! let mut engine = ReferenceEngine::new(&model);
//! let mut story = Story::new(&model);
//! let mut text = Vec::new();
//! while let Some((previous, token)) = story.next_token(&mut engine)? {
//!     text.extend_from_slice(&tokenizer.text(previous, token).unwrap_or_default());
//! }
//! assert!(text.starts_with(b"red today always thread"));
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

mod array_attention;
mod array_core;
mod array_projection;
mod attention;
pub mod bitllama;
mod core;
mod decoder;
mod engine;
mod error;
mod integer_attention;
mod model;
mod numerics;
mod products;
mod reader;
mod shape;
pub mod synthetic;
mod tokenizer;
mod work;

pub use array_attention::{ArrayEngine, AttentionDemand, AttentionModes};
pub use array_core::ArrayError;
pub use array_projection::{ArrayProjection, ProjectionError, projection_mode};
pub use attention::{Attention, FloatAttention, Projected};
pub use core::{Core, CoreEngine, CoreError, CoreRun, Demand, Weights};
pub use decoder::{BEGIN_TOKEN, DecodeError, Decoder, Stepped, Story, greedy};
pub use engine::{CheckError, CheckedEngine, EngineError, ReferenceEngine, TernaryEngine};
pub use error::{LoadError, ModelError};
pub use integer_attention::{Fetches, IntegerAttention, Ranking, Steps};
pub use model::{MatrixId, MatrixKind, Model, Statistics, TernaryMatrix};
pub use products::{CheckedProducts, Matrix, Product, ProductEngine, ProductError, ReferenceProducts, Step};
pub use shape::{Shape, ShapeError};
pub use tokenizer::Tokenizer;
pub use work::{Counted, Work};
