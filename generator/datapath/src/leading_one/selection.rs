//! Who survives, and how survivors are told: at once, or ranked when all keys have been scored.

use super::parameters::Config;
use super::ranking::ranking;
use crate::sequencer::{always_at_most, at_most};
use tritloom_hdl::{ForwardWire, ModuleBuilder, Value, uint};

/// What stands in the stage behind the score's.
pub(super) struct Scored {
    /// The score of a key is complete.
    pub complete: Value,
    /// The score.
    pub score: Value,
    /// The run has keys at all.
    pub counts: Value,
    /// It is the run's last key.
    pub last_key: Value,
    /// The run's least score.
    pub threshold: Value,
    /// The run is ranked.
    pub ranked: Value,
    /// The run's number of survivors, where it is ranked.
    pub k: Value,
}

/// Drives the result stream, and `advance`: the unit is held back where a score is complete while the ranking is still
/// being told, or the result register taken.
pub(super) fn selection(m: &ModuleBuilder, config: &Config, scored: &Scored, ready: &Value, advance: &ForwardWire) {
    let telling = m.register("telling", uint(1));
    let result_valid = m.register("result_valid", uint(1));
    let free = m.wire("result_free", &(!result_valid.value() | ready));

    m.section("Keys that survive");
    let index = key_index(m, config, scored, advance);
    let above = m.wire("above_threshold", &scored.threshold.less_equal(&scored.score));
    let survives = m.wire("survives", &(&scored.complete & &scored.counts & above));
    let at_once = m.wire("tell_at_once", &(!&scored.ranked & (&survives | (&scored.complete & &scored.last_key))));
    let blocked = m.wire("blocked", &((&scored.complete & telling.value()) | (&at_once & !&free)));
    advance.drive(&!&blocked);
    let emit_key = m.wire("emit_key", &(&at_once & &**advance));
    let ranks = m.wire("ranks", &(&scored.ranked & &**advance));

    m.section("Ranking");
    let emit_best = m.wire("emit_best", &(telling.value() & &free));
    let last_best = m.forward("last_best", uint(1));
    let told = m.wire("told", &(&emit_best & &*last_best));
    let instance = m.instance("ranking", &ranking(config));
    instance.connect("insert", &(&survives & &ranks)).connect("score", &scored.score).connect("index", &index);
    instance.connect("shift", &emit_best).connect("clear", &told);
    let begin = m.wire("begin_telling", &(&ranks & &scored.complete & &scored.last_key));
    telling.reset(0).next(&(&begin | (telling.value() & !&told)));
    let left = m.register("k_left", uint(config.k_bits()));
    let one_less = (left.value() - m.uint(1, config.k_bits())).wrap(config.k_bits()).as_unsigned();
    left.enable(&(&begin | &emit_best)).next(&begin.mux(&scored.k, &one_less));
    last_best.drive(
        &(at_most(m, &left, &m.uint(1, config.k_bits()), always_at_most(1, config.k_bits()))
            | !instance.output("second")),
    );

    m.section("Results");
    let emit = m.wire("emit", &(&emit_key | &emit_best));
    result_valid.reset(0).next(&(&emit | !&free));
    let is_best = m.wire("best_within_k", &(instance.output("best") & left.value().any()));
    let keep = m.wire("keep", &telling.mux(&is_best, &survives));
    let last = telling.mux(&last_best, &scored.last_key);
    let told_index = telling.mux(&instance.output("best_index"), &index);
    let told_score = telling.mux(&instance.output("best_score"), &scored.score).as_unsigned();
    m.comment("Where nobody is told index and score are zero.");
    let register = |name: &str, value: &Value| m.delay(name, value, Some(&emit));
    m.documented_output("result_valid", &result_valid, "");
    let index = register("result_index", &(told_index & keep.replicate(config.index_bits())));
    m.documented_output("result_index", &index, "the key, counted from 0");
    let score = register("result_score", &(told_score & keep.replicate(config.score_bits())));
    m.documented_output("result_score", &score.as_signed(), "its approximate product");
    m.documented_output("result_keep", &register("result_keep", &keep), "a key survives");
    m.documented_output("result_last", &register("result_last", &last), "the run's last beat");
}

/// Counts the keys of a run.
fn key_index(m: &ModuleBuilder, config: &Config, scored: &Scored, advance: &Value) -> Value {
    let bits = config.index_bits();
    let index = m.register("key_index", uint(bits));
    let next = m.wire("next_index", &(index.value() + m.uint(1, 1)).wrap(bits));
    let next = next & (!&scored.last_key).replicate(bits);
    index.reset(0).enable(&(&scored.complete & advance)).next(&next);
    index.value().clone()
}
