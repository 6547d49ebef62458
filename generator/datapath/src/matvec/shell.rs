//! The top module of a core: streams, stages, and the element of the family in between.

use super::accumulator::{Beat, accumulators, completed};
use super::decoder::decoder;
use super::geometry::{Accumulation, Geometry, LoopOrder, PartialSum};
use super::vectors::vector_counter;
use crate::replay::{Pass, replayed};
use crate::sequencer::{Nest, sequencer};
use tritloom_hdl::{
    Design, Diagnostics, InstanceBuilder, LaneWire, Lanes, Module, ModuleBuilder, Pipeline, Staged, Value, sint, uint,
};

/// What a family puts between the activation register and the accumulators.
pub trait Element {
    /// The name of the top module, every parameter in it.
    fn top_name(&self) -> String;

    /// One paragraph for the top module's header.
    fn summary(&self) -> String;

    /// What is derived once from the activations for all ports, written into the top module.
    fn prepare(&self, m: &ModuleBuilder, activations: &Lanes, advance: &Value) -> Prepared;

    /// Register stages between the activations and what [`Element::prepare`] makes of them.
    fn prepare_stages(&self) -> u32;

    /// The module of one port: inputs `prepared`, `keys` (the port's word where no decoder stands in front) and
    /// `base` but for a [single tile](Geometry::single_tile), output `sum`, and `advance` where it holds a register; `base`
    /// and `sum`, both of [`Geometry::sum_shape`], belong to one stage.
    /// `prepared` and `keys` are unsigned, even where they are a single signed lane.
    fn port(&self) -> Module;
}

/// What all ports read.
pub struct Prepared(pub Value);

/// The stage in which sums are formed; stage 0 is the one in which a beat enters.
pub(super) fn sum_stage(geometry: &Geometry, prepare_stages: u32) -> u32 {
    1 + prepare_stages + u32::from(geometry.partial_sum == PartialSum::Registered)
}

/// The stage in which completed sums go to the result register.
pub(super) fn result_stage(geometry: &Geometry, prepare_stages: u32) -> u32 {
    sum_stage(geometry, prepare_stages) + u32::from(geometry.accumulation() == Accumulation::CarrySave)
}

/// Builds the core.
pub fn build(geometry: &Geometry, element: &dyn Element) -> Result<Design, Diagnostics> {
    let m = ModuleBuilder::new(element.top_name(), element.summary());
    note_parameters(&m, geometry);
    let streams = Inputs::declare(&m, geometry);
    let nest = geometry.nest();
    let result_valid = m.register("result_valid", uint(1));

    m.section("Schedule");
    let advance = m.forward("advance", uint(1));
    let issue = m.forward("issue", uint(1));
    let tiles = Tiles::instance(&m, geometry, &nest, &streams, &issue);
    let fresh = tiles.handshake(&m, geometry, &streams, &advance, &issue);

    let pipeline = m.pipeline("beat", Some(&advance));
    let stages = tiles.enter(&m, geometry, &pipeline, &issue);
    let sums_at = sum_stage(geometry, element.prepare_stages());
    let results_at = result_stage(geometry, element.prepare_stages());

    m.section("Activations");
    let activations =
        activation_stage(&m, geometry, &streams, &tiles, &Pace { issue: &issue, advance: &advance, fresh: &fresh });

    m.section("Preparation");
    let prepared = element.prepare(&m, &activations, &advance);

    m.section("Weights");
    let keys_at = 1 + element.prepare_stages();
    let words = weights(&m, geometry, &streams, &tiles, &pipeline, &issue);
    let keys = weight_stage(&m, geometry, &words, &pipeline, keys_at);

    m.section("Ports");
    let bases = (!geometry.single_tile()).then(|| m.lanes("bases", geometry.sum_shape(), geometry.ports));
    let sums = ports(&m, geometry, element, &prepared, &keys, bases.as_ref(), &advance);

    m.section("Accumulators");
    let beat = stages.beat(sums_at);
    let accumulated = accumulators(&m, geometry, bases.as_ref(), &sums, &beat, &advance);

    m.section("Results");
    let blocked = m.wire("blocked", &(result_valid.value() & !&streams.result_ready));
    let complete = m.wire("complete", &(stages.valid.at(results_at) & stages.last.at(results_at)));
    advance.drive(&!(&complete & &blocked));
    results(
        &m,
        geometry,
        &stages,
        results_at,
        &completed(&m, geometry, &sums, accumulated),
        &m.wire("emit_result", &(&complete & !&blocked)),
        &blocked,
        &result_valid,
    );
    m.port_order(&PORT_ORDER);
    Design::new(m.finish())
}

/// Stream by stream.
const PORT_ORDER: [&str; 15] = [
    "run_valid",
    "run_ready",
    "run_inputs",
    "run_outputs",
    "run_vectors",
    "activation_valid",
    "activation_ready",
    "activation_data",
    "weight_valid",
    "weight_ready",
    "weight_data",
    "result_valid",
    "result_ready",
    "result_data",
    "result_keep",
];

fn note_parameters(m: &ModuleBuilder, geometry: &Geometry) {
    m.parameter("activation bits", geometry.activation_bits);
    m.parameter("group size", geometry.group_size);
    m.parameter("groups a cycle", geometry.tables);
    m.parameter("ports", geometry.ports);
    m.parameter("weights", geometry.weights);
    m.parameter("inputs a run", format!("0 to {}", geometry.max_inputs));
    m.parameter("outputs a run", format!("0 to {}", geometry.max_outputs));
    if geometry.loop_order == LoopOrder::WeightStationary {
        m.parameter("vectors a run", format!("1 to {}", geometry.max_vectors));
    }
}

/// The input ports.
struct Inputs {
    run_valid: Value,
    run_inputs: Value,
    run_outputs: Value,
    /// In weight-stationary order.
    run_vectors: Option<Value>,
    activation_valid: Value,
    activations: Lanes,
    weight_valid: Value,
    weights: Lanes,
    result_ready: Value,
}

impl Inputs {
    fn declare(m: &ModuleBuilder, geometry: &Geometry) -> Inputs {
        let (lanes, ports) = (geometry.lanes(), geometry.ports);
        let vectors = || m.documented_input("run_vectors", uint(geometry.vector_count_bits()), "how many x, from 1");
        Inputs {
            run_valid: m.documented_input("run_valid", uint(1), "a run: y = W x"),
            run_inputs: m.documented_input("run_inputs", uint(geometry.input_count_bits()), "length of x"),
            run_outputs: m.documented_input("run_outputs", uint(geometry.output_count_bits()), "length of y"),
            run_vectors: (geometry.loop_order == LoopOrder::WeightStationary).then(vectors),
            activation_valid: m.documented_input("activation_valid", uint(1), "x, in order"),
            activations: m.input_lanes("activation_data", sint(geometry.activation_bits), lanes, "first x lowest"),
            weight_valid: m.documented_input("weight_valid", uint(1), "W, a tile a beat"),
            weights: m.input_lanes("weight_data", uint(geometry.word_bits()), ports, "first output lowest"),
            result_ready: m.documented_input("result_ready", uint(1), "y, in order"),
        }
    }
}

/// The sequencer's outputs.
struct Tiles {
    sequencer: InstanceBuilder,
    /// Of the vectors, in weight-stationary order.
    vectors: Option<InstanceBuilder>,
    order: LoopOrder,
}

/// When beats move.
struct Pace<'a> {
    /// A beat enters.
    issue: &'a Value,
    /// All stages move on.
    advance: &'a Value,
    /// The beat that enters, or waits to, brings activations.
    fresh: &'a Value,
}

impl Tiles {
    fn instance(m: &ModuleBuilder, geometry: &Geometry, nest: &Nest, streams: &Inputs, issue: &Value) -> Tiles {
        let sequencer_module = sequencer(nest);
        let instance = m.instance("sequencer", &sequencer_module);
        let order = geometry.order();
        let (inner, outer) = match order {
            LoopOrder::OutputStationary | LoopOrder::WeightStationary => (&streams.run_inputs, &streams.run_outputs),
            LoopOrder::TableStationary => (&streams.run_outputs, &streams.run_inputs),
        };
        instance.connect("run_valid", &streams.run_valid);
        instance.connect("run_inner", inner).connect("run_outer", outer);
        let run_ready = instance.output("run_ready");
        m.documented_output("run_ready", &run_ready, "");
        let run_vectors = streams.run_vectors.as_ref().filter(|_| order == LoopOrder::WeightStationary);
        let vectors = run_vectors.map(|run_vectors| {
            let vectors = m.instance("vectors", &vector_counter(geometry.max_vectors));
            let start = m.wire("start", &(&streams.run_valid & &run_ready));
            vectors.connect("start", &start).connect("run_vectors", run_vectors).connect("step", issue);
            vectors
        });
        match &vectors {
            Some(vectors) => instance.connect("step", &m.wire("tile_done", &(issue & vectors.output("last")))),
            None => instance.connect("step", issue),
        };
        Tiles { sequencer: instance, vectors, order }
    }

    /// By dimension instead of by nesting: (inputs, outputs).
    fn by_dimension(&self, what: &str) -> (Value, Value) {
        let inner = self.sequencer.output(&format!("{what}_inner"));
        let outer = self.sequencer.output(&format!("{what}_outer"));
        self.ordered(inner, outer)
    }

    fn left(&self) -> (Value, Value) {
        self.ordered(self.sequencer.output("inner_left"), self.sequencer.output("outer_left"))
    }

    fn ordered(&self, inner: Value, outer: Value) -> (Value, Value) {
        match self.order {
            LoopOrder::OutputStationary | LoopOrder::WeightStationary => (inner, outer),
            LoopOrder::TableStationary => (outer, inner),
        }
    }

    /// Joins the input streams: a beat enters when the weights are there, and the activations where this tile
    /// takes new ones; in weight-stationary order the other way round. Returns whether it takes activations.
    fn handshake(
        &self,
        m: &ModuleBuilder,
        geometry: &Geometry,
        streams: &Inputs,
        advance: &Value,
        issue: &tritloom_hdl::ForwardWire,
    ) -> Value {
        let busy = self.sequencer.output("busy");
        let able = m.wire("able", &(&busy & advance));
        if let Some(vectors) = &self.vectors {
            let fresh = m.wire("take_weights", &vectors.output("first"));
            let supplied = m.wire("weights_there", &(&streams.weight_valid | !&fresh));
            issue.drive(&(&able & &streams.activation_valid & &supplied));
            m.output("weight_ready", &(&able & &streams.activation_valid & &fresh));
            m.output("activation_ready", &(&able & &supplied));
            return m.uint(1, 1);
        }
        let fresh = match self.order {
            _ if geometry.always_fresh() => m.uint(1, 1),
            LoopOrder::OutputStationary | LoopOrder::WeightStationary => self.sequencer.output("first_outer"),
            LoopOrder::TableStationary => self.sequencer.output("first_inner"),
        };
        let fresh = m.wire("take_activations", &fresh);
        let supplied = m.wire("activations_there", &(&streams.activation_valid | !&fresh));
        issue.drive(&(&able & &streams.weight_valid & &supplied));
        m.output("activation_ready", &(&able & &streams.weight_valid & &fresh));
        m.output("weight_ready", &(&able & &supplied));
        fresh
    }

    /// What travels with a beat.
    fn enter(&self, m: &ModuleBuilder, geometry: &Geometry, pipeline: &Pipeline, issue: &Value) -> Stages {
        let first_input = match self.order {
            _ if geometry.single_tile() => m.uint(1, 1),
            LoopOrder::OutputStationary | LoopOrder::WeightStationary => self.sequencer.output("first_inner"),
            LoopOrder::TableStationary => self.sequencer.output("first_outer"),
        };
        let (last_input, last_output) = self.by_dimension("last");
        let last_output = match &self.vectors {
            Some(vectors) => last_output & vectors.output("last"),
            None => last_output,
        };
        let tile = match &self.vectors {
            _ if geometry.kept_sums().is_none() => m.uint(0, 1),
            Some(vectors) => vectors.output("vector"),
            None => self.sequencer.output("inner_tile"),
        };
        Stages {
            valid: pipeline.control(0, "beat_valid", issue),
            first: pipeline.stage(0, "beat_first", &first_input),
            last: pipeline.stage(0, "beat_last", &last_input),
            last_output: pipeline.stage(0, "beat_last_output", &last_output),
            outputs_left: pipeline.stage(0, "beat_outputs_left", &self.left().1),
            tile: pipeline.stage(0, "beat_tile", &tile),
        }
    }
}

struct Stages {
    valid: Staged,
    first: Staged,
    last: Staged,
    last_output: Staged,
    outputs_left: Staged,
    tile: Staged,
}

impl Stages {
    fn beat(&self, stage: u32) -> Beat<'_> {
        Beat { stage, valid: &self.valid, first: &self.first, last: &self.last, tile: &self.tile }
    }
}

/// Masks what lies beyond the run's inputs, and keeps what later tiles need again; valid one stage after entry.
fn activation_stage(m: &ModuleBuilder, geometry: &Geometry, streams: &Inputs, tiles: &Tiles, pace: &Pace) -> Lanes {
    let (lanes, bits) = (geometry.lanes(), geometry.activation_bits);
    m.comment("Lanes beyond the end of x count as zero.");
    let left = tiles.left().0;
    let masked = m.lanes("masked", sint(bits), lanes);
    m.repeat("activation_lane", lanes, |lane| {
        let within = m.wire("within_inputs", &m.index(lane, left.width()).less(&left));
        let gate = within.replicate(bits);
        masked.drive(lane, &(streams.activations.lane(lane).as_unsigned() & gate).as_signed());
    });
    let flat = masked.flat().as_unsigned();
    let load = m.wire("load_activations", &(pace.issue & pace.fresh));
    let held = if geometry.replays() {
        let (issue, advance, fresh) = (pace.issue, pace.advance, pace.fresh);
        let pass = Pass { issue, advance, fresh, load: &load, tile: &tiles.sequencer.output("inner_tile") };
        replayed(m, "activations", geometry.nest().kept_tiles(), &flat, &pass)
    } else {
        m.delay("activations", &flat, Some(&load))
    };
    held.lanes(sint(bits), lanes)
}

/// The register of the weights, which holds them while the vectors of a tile pass.
fn weights(
    m: &ModuleBuilder,
    geometry: &Geometry,
    streams: &Inputs,
    tiles: &Tiles,
    pipeline: &Pipeline,
    issue: &Value,
) -> Lanes {
    let incoming = streams.weights.flat();
    let held = match &tiles.vectors {
        Some(vectors) => {
            let load = m.wire("load_weights", &(issue & vectors.output("first")));
            m.delay("weights", incoming, Some(&load))
        }
        None => pipeline.stage(0, "weights", incoming).at(1),
    };
    held.lanes(uint(geometry.word_bits()), geometry.ports)
}

/// The keys of every port, in the stage in which what they select is there.
fn weight_stage(m: &ModuleBuilder, geometry: &Geometry, words: &Lanes, pipeline: &Pipeline, stage: u32) -> Lanes {
    let word = words.shape();
    let decoded = match decoder(geometry) {
        None => words.clone(),
        Some(module) => {
            let keys = module.port("keys").map_or(word, |port| module.ports[port.index()].shape);
            let decoded: LaneWire = m.lanes("decoded", uint(keys.width), geometry.ports);
            m.repeat("decoder", geometry.ports, |port| {
                let decode = m.instance("decode", &module);
                decode.connect("word", &words.lane(port));
                decoded.drive(port, &decode.output("keys").as_unsigned());
            });
            (*decoded).clone()
        }
    };
    let staged = pipeline.stage(1, "keys", decoded.flat()).at(stage);
    staged.lanes(decoded.shape(), geometry.ports)
}

fn ports(
    m: &ModuleBuilder,
    geometry: &Geometry,
    element: &dyn Element,
    prepared: &Prepared,
    keys: &Lanes,
    bases: Option<&LaneWire>,
    advance: &Value,
) -> Lanes {
    let module = element.port();
    let sums = m.lanes("sums", geometry.sum_shape(), geometry.ports);
    m.repeat("port", geometry.ports, |port| {
        let instance = m.instance("port", &module);
        instance.connect("prepared", &prepared.0).connect("keys", &keys.lane(port));
        if let Some(bases) = bases {
            instance.connect("base", &bases.lane(port));
        }
        if module.port("advance").is_some() {
            instance.connect("advance", advance);
        }
        sums.drive(port, &instance.output("sum"));
    });
    (*sums).clone()
}

/// The result register: a completed tile of outputs stands there until it is taken.
#[expect(clippy::too_many_arguments, reason = "the wiring of one register")]
fn results(
    m: &ModuleBuilder,
    geometry: &Geometry,
    stages: &Stages,
    stage: u32,
    sums: &Lanes,
    emit: &Value,
    blocked: &Value,
    valid: &tritloom_hdl::RegisterBuilder,
) {
    m.comment("Lanes beyond the end of y are zero, and their keep bits too.");
    let left = stages.outputs_left.at(stage);
    let keep = m.lanes("keep", uint(1), geometry.ports);
    let kept = m.lanes("kept", sint(geometry.accumulator_bits()), geometry.ports);
    m.repeat("result_lane", geometry.ports, |port| {
        let within = m.wire("within_outputs", &m.index(port, left.width()).less(&left));
        keep.drive(port, &within);
        let gate = within.replicate(geometry.accumulator_bits());
        kept.drive(port, &(sums.lane(port).as_unsigned() & gate).as_signed());
    });
    valid.reset(0).next(&(emit | blocked));
    m.documented_output("result_valid", valid, "");
    let data = m.delay("result_data", &kept.flat().as_unsigned(), Some(emit));
    m.output_lanes(
        "result_data",
        &data.lanes(sint(geometry.accumulator_bits()), geometry.ports),
        "first output lowest",
    );
    m.documented_output("result_keep", &m.delay("result_keep", keep.flat(), Some(emit)), "lanes within y");
    m.documented_output(
        "result_last",
        &m.delay("result_last", &stages.last_output.at(stage), Some(emit)),
        "the run's last",
    );
}
