//! The top module: streams, codes, schedule, score and selection.

use super::code::{CODE_BITS, OPERAND_BITS, encoded};
use super::parameters::Config;
use super::score::score;
use super::selection::{Scored, selection};
use crate::replay::{Pass, replayed};
use crate::sequencer::sequencer;
use tritloom_hdl::{Design, Diagnostics, InstanceBuilder, Lanes, ModuleBuilder, Value, sint, uint};

/// Builds the unit.
pub(super) fn build(config: &Config) -> Result<Design, Diagnostics> {
    let lanes = config.lanes;
    let m = ModuleBuilder::new(
        config.name(),
        format!("Predicts which keys matter to a query from signs and leading ones, {lanes} places a cycle."),
    );
    note_parameters(&m, config);
    let streams = Inputs::declare(&m, config);

    m.section("Schedule");
    let advance = m.forward("advance", uint(1));
    let sequencer = m.instance("sequencer", &sequencer(&config.nest()));
    let beat = Entry::join(&m, &sequencer, &streams, &advance);
    let pipeline = m.pipeline("beat", Some(&advance));
    let valid = pipeline.control(0, "beat_valid", &beat.issue);
    let first = pipeline.stage(0, "beat_first", &sequencer.output("first_inner"));
    let last = pipeline.stage(0, "beat_last", &sequencer.output("last_inner"));
    let last_key = pipeline.stage(0, "beat_last_key", &sequencer.output("last_outer"));
    let counts = pipeline.stage(0, "beat_counts", &sequencer.output("outer_left").any());
    let of_run = |name: &str, value: &Value| {
        let held = m.delay(&format!("run_{name}"), value, Some(&beat.start));
        pipeline.stage(0, &format!("beat_{name}"), &held).at(2)
    };
    let threshold = of_run("threshold", &streams.run_threshold);
    let (k, ranked) = (of_run("k", &streams.run_k), of_run("ranked", &streams.run_ranked));

    m.section("Codes");
    let query = query_codes(&m, config, &streams, &sequencer, &beat, &advance);
    let keys = encoded(&m, config, "key", &streams.keys);
    let keys = m.delay("keys", keys.flat(), Some(&beat.issue));

    m.section("Score");
    let instance = m.instance("score", &score(config));
    instance.connect("query", &query).connect("key", &keys).connect("first", &first.at(1));
    instance.connect("enable", &(valid.at(1) & &*advance));
    let complete = m.wire("complete", &(valid.at(2) & last.at(2)));
    let score = instance.output("score");
    let (counts, last_key) = (counts.at(2), last_key.at(2));
    let scored = Scored { complete, score, counts, last_key, threshold, ranked, k };

    selection(&m, config, &scored, &streams.result_ready, &advance);
    m.port_order(&PORT_ORDER);
    Design::new(m.finish())
}

/// Stream by stream.
const PORT_ORDER: [&str; 19] = [
    "run_valid",
    "run_ready",
    "run_head_size",
    "run_keys",
    "run_k",
    "run_threshold",
    "run_ranked",
    "query_valid",
    "query_ready",
    "query_data",
    "key_valid",
    "key_ready",
    "key_data",
    "result_valid",
    "result_ready",
    "result_index",
    "result_score",
    "result_keep",
    "result_last",
];

fn note_parameters(m: &ModuleBuilder, config: &Config) {
    m.parameter("places of a key a cycle", config.lanes);
    m.parameter("places of a query", format!("0 to {}", config.max_head_size));
    m.parameter("keys of a run", format!("0 to {}", config.max_keys));
    m.parameter("survivors of a ranked run", format!("0 to {}", config.max_k));
    m.parameter("score bits", config.score_bits());
}

/// The input ports.
struct Inputs {
    run_valid: Value,
    run_head_size: Value,
    run_keys: Value,
    run_k: Value,
    run_threshold: Value,
    run_ranked: Value,
    query_valid: Value,
    query: Lanes,
    key_valid: Value,
    keys: Lanes,
    result_ready: Value,
}

impl Inputs {
    fn declare(m: &ModuleBuilder, config: &Config) -> Inputs {
        let nest = config.nest();
        let operands = |name: &str| m.input_lanes(name, sint(OPERAND_BITS), config.lanes, "first place lowest");
        Inputs {
            run_valid: m.documented_input("run_valid", uint(1), "a run: one query and its keys"),
            run_head_size: m.documented_input("run_head_size", uint(nest.inner_bits()), "places of query and keys"),
            run_keys: m.documented_input("run_keys", uint(nest.outer_bits()), "how many keys follow"),
            run_k: m.documented_input("run_k", uint(config.k_bits()), "most survivors of a ranked run"),
            run_threshold: m.documented_input("run_threshold", sint(config.score_bits()), "least score of a survivor"),
            run_ranked: m.documented_input("run_ranked", uint(1), "the best k, best first"),
            query_valid: m.documented_input("query_valid", uint(1), "the query, in order"),
            query: operands("query_data"),
            key_valid: m.documented_input("key_valid", uint(1), "key after key"),
            keys: operands("key_data"),
            result_ready: m.documented_input("result_ready", uint(1), "a survivor a beat"),
        }
    }
}

/// How a beat enters.
struct Entry {
    /// A run begins.
    start: Value,
    /// A beat enters.
    issue: Value,
    /// It belongs to the first key: a beat of the query enters with it.
    fresh: Value,
}

impl Entry {
    /// A beat of a key enters, of the first one together with a beat of the query.
    fn join(m: &ModuleBuilder, sequencer: &InstanceBuilder, streams: &Inputs, advance: &Value) -> Entry {
        let issue = m.forward("issue", uint(1));
        sequencer.connect("run_valid", &streams.run_valid).connect("step", &issue);
        sequencer.connect("run_inner", &streams.run_head_size).connect("run_outer", &streams.run_keys);
        let run_ready = sequencer.output("run_ready");
        m.documented_output("run_ready", &run_ready, "");
        let fresh = m.wire("take_query", &sequencer.output("first_outer"));
        let able = m.wire("able", &(sequencer.output("busy") & advance));
        let supplied = m.wire("query_there", &(&streams.query_valid | !&fresh));
        issue.drive(&(&able & &streams.key_valid & &supplied));
        m.documented_output("query_ready", &(&able & &streams.key_valid & &fresh), "");
        m.documented_output("key_ready", &(&able & &supplied), "");
        Entry { start: m.wire("start", &(&streams.run_valid & &run_ready)), issue: (*issue).clone(), fresh }
    }
}

/// The codes of the query's places one stage after they enter; those beyond its end count as zero, so that those of the
/// keys do not matter.
fn query_codes(
    m: &ModuleBuilder,
    config: &Config,
    streams: &Inputs,
    sequencer: &InstanceBuilder,
    beat: &Entry,
    advance: &Value,
) -> Value {
    let left = sequencer.output("inner_left");
    let masked = m.lanes("masked_query", sint(OPERAND_BITS), config.lanes);
    m.repeat("query_lane", config.lanes, |lane| {
        let within = m.wire("within_head", &m.index(lane, left.width()).less(&left));
        let operand = streams.query.lane(lane).as_unsigned();
        masked.drive(lane, &(operand & within.replicate(OPERAND_BITS)).as_signed());
    });
    let codes = encoded(m, config, "query", &masked).flat().clone();
    debug_assert_eq!(codes.width(), CODE_BITS * config.lanes);
    let load = m.wire("load_query", &(&beat.issue & &beat.fresh));
    if config.one_tile() {
        return m.delay("query", &codes, Some(&load));
    }
    let (issue, fresh, tile) = (&beat.issue, &beat.fresh, &sequencer.output("inner_tile"));
    replayed(m, "query", config.nest().kept_tiles(), &codes, &Pass { issue, advance, fresh, load: &load, tile })
}
