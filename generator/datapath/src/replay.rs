//! A stream whose beats are needed more than once: a buffer gives them back.

use crate::census::sum_of;
use tritloom_hdl::Primitive::{AndOr, EnabledRegister, Memory, Multiplexer};
use tritloom_hdl::{Census, ModuleBuilder, Value};

/// The beat that enters, or waits to.
pub(crate) struct Pass<'a> {
    /// It enters in this cycle.
    pub issue: &'a Value,
    /// All stages move on.
    pub advance: &'a Value,
    /// It comes out of the stream, and not out of the buffer.
    pub fresh: &'a Value,
    /// It comes out of the stream and enters: the two above, as the stream's other readers name them.
    pub load: &'a Value,
    /// Its place in the buffer.
    pub tile: &'a Value,
}

/// The beats of `incoming` one stage later: the first time out of the stream, from then on out of a memory of `words`
/// words.
pub(crate) fn replayed(m: &ModuleBuilder, name: &str, words: u32, incoming: &Value, pass: &Pass) -> Value {
    let buffer = m.memory(name, incoming.shape(), words);
    buffer.write(pass.load, pass.tile, incoming);
    let replay = m.wire(&format!("replay_{name}"), &(pass.issue & !pass.fresh));
    let stored = buffer.read("replayed", &replay, pass.tile);
    let streamed = m.delay("streamed", incoming, Some(pass.load));
    let from_stream = m.delay("from_stream", pass.fresh, Some(pass.advance));
    m.wire(name, &from_stream.mux(&streamed, &stored))
}

/// The primitives of [`replayed`], but for the inverter of `fresh`, which other logic shares.
pub(crate) fn replayed_census(words: u32, bits: u32) -> Census {
    sum_of(&[
        (Memory, 1, words * bits),
        (AndOr, 1, 1),              // replay
        (EnabledRegister, 1, bits), // streamed
        (EnabledRegister, 1, 1),    // from stream
        (Multiplexer, 1, bits),     // stream or buffer
    ])
}
