//! The innermost loop of weight-stationary order: the vectors that meet a tile of weights.

use crate::census::sum_of;
use tritloom_hdl::Primitive::{Adder, AndOr, Comparator, EnabledRegister, Multiplexer};
use tritloom_hdl::{Census, Module, ModuleBuilder, bits_for, uint};

/// Counts `most` vectors, which are several, one in each cycle in which `step` is one, again and again until the next `start`. A count of
/// zero is one.
pub(super) fn vector_counter(most: u32) -> Module {
    let (bits, index_bits) = (bits_for(most.into()), index_bits(most));
    let m = ModuleBuilder::new(format!("vector_counter_v{most}"), "Counts through the vectors of a run.");
    m.parameter("vectors", format!("up to {most}"));
    let start = m.documented_input("start", uint(1), "a run is accepted");
    let run_vectors = m.documented_input("run_vectors", uint(bits), "its vectors");
    let step = m.documented_input("step", uint(1), "a vector passes");
    let total = m.delay("total", &run_vectors, Some(&start));
    let left = m.register("left", uint(bits));
    let vector = m.register("vector", uint(index_bits));
    let first = m.register("first", uint(1));
    let last = m.wire("last", &left.value().less_equal(&m.uint(1, bits)));
    let change = m.wire("change", &(&start | step));
    let restart = m.wire("restart", &(&start | &last));
    let one_less = (left.value() - m.uint(1, bits)).wrap(bits).as_unsigned();
    left.enable(&change).next(&start.mux(&run_vectors, &last.mux(&total, &one_less)));
    let next = (vector.value() + m.uint(1, 1)).wrap(index_bits);
    vector.enable(&change).next(&restart.mux(&m.uint(0, index_bits), &next));
    first.enable(&change).next(&restart);
    m.output("first", &first);
    m.output("last", &last);
    m.output("vector", &vector);
    m.finish()
}

/// Bits of the number of one of several vectors.
pub(super) fn index_bits(most: u32) -> u32 {
    bits_for(u64::from(most) - 1)
}

/// The primitives of [`vector_counter`].
pub(super) fn vector_counter_census(most: u32) -> Census {
    let (bits, index_bits) = (bits_for(most.into()), index_bits(most));
    sum_of(&[
        (EnabledRegister, 2, bits),       // total, left
        (EnabledRegister, 1, index_bits), // vector
        (EnabledRegister, 1, 1),          // first
        (Comparator, 1, bits),            // last
        (AndOr, 2, 1),                    // change, restart
        (Adder, 1, bits + 1),             // one less
        (Multiplexer, 2, bits),           // left: start, restart or step
        (Adder, 1, index_bits + 1),       // next vector
        (Multiplexer, 1, index_bits),     // vector: restart or step
    ])
}
