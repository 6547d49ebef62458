//! What enters in a cycle: weights of a row of the array, or a vector of activations.

use super::super::geometry::Geometry;
use super::super::planes;
use super::super::schedule::mode_of_run;
use super::super::shell::{Element, Inputs};
use super::dealing::{Dealing, Entry};
use super::told::{Fact, told};
use crate::census::sum_of;
use crate::sequencer::{sequencer, sequencer_census};
use tritloom_hdl::Primitive::{Adder, AndOr, Comparator, EnabledRegister, Inverter, Multiplexer, ResetRegister, Xor};
use tritloom_hdl::{Census, InstanceBuilder, Lanes, Module, ModuleBuilder, RegisterBuilder, Value, uint};

/// What enters in a cycle.
pub(super) struct Schedule {
    /// Weights enter.
    pub load: Value,
    /// By row of the array: they are for it.
    pub row: Lanes,
    /// A vector of activations enters, or digits of one.
    pub issue: Value,
    /// Places of the inner dimension that are left, those of this tile included.
    pub inner_left: Value,
    /// What is said of the vector.
    pub told: Value,
    /// Where there are several modes, the number of that of the run, and what edges and elements are told of it.
    pub mode: Option<[Value; 2]>,
    /// Where elements take a plane of their weights at a time, a one at that of the vector.
    pub taken: Option<Value>,
    /// Where vectors enter a feeder in several passes, a one at that which enters, and that it does.
    pub pass: Option<[Value; 2]>,
    /// Where vectors are dealt out.
    pub dealing: Option<Dealing>,
}

/// What is known of a vector that enters the array, or of digits of it.
pub(super) struct Passing {
    /// They are the first of their vector.
    pub first: Value,
    /// They are the last of their vector.
    pub last: Value,
    /// What those before have added weighs more, where that is said.
    pub moves_up: Option<Value>,
    /// Their products count negative, if they ever do.
    pub negative: Option<Value>,
    /// Their vector is the last of its tile.
    pub last_vector: Value,
}

impl Schedule {
    /// Weights of a tile, then vectors while they are let in, as is known a cycle ahead.
    pub fn build(
        m: &ModuleBuilder,
        geometry: &Geometry,
        element: &dyn Element,
        streams: &Inputs,
        open_next: &Value,
    ) -> Schedule {
        let rows = geometry.rows;
        let step = m.forward("step", uint(1));
        let sequencer = m.instance("sequencer", &sequencer(&geometry.nest()));
        sequencer.connect("run_valid", &streams.run_valid).connect("step", &step);
        sequencer.connect("run_inner", &streams.run_inner).connect("run_outer", &streams.run_columns);
        let run_ready = sequencer.output("run_ready");
        m.documented_output("run_ready", &run_ready, "");
        let start = m.wire("start", &(&streams.run_valid & &run_ready));
        let run_rows = m.delay("rows", &streams.run_rows, Some(&start));
        let mode_of_run = |run_mode| mode_of_run(m, geometry, element, (run_mode, &start), &sequencer);
        let mode = streams.run_mode.as_ref().map(mode_of_run);

        let streaming = m.register("streaming", uint(1));
        let weight_ready = m.wire("loadable", &(sequencer.output("busy") & !streaming.value()));
        m.output("weight_ready", &weight_ready);
        let loading = m.wire("load", &(weight_ready & &streams.weight_valid));
        let row = row_to_load(m, rows, &loading);
        let loaded = &loading & row.lane(rows - 1);
        let enterable = m.register("enterable", uint(1));
        let vectors = match element.feeder() {
            None => Vectors::enter(m, geometry, mode.as_ref(), streams, (&enterable, &loading, &run_rows)),
            Some(feeder) => Vectors::dealt(m, geometry, (streams, feeder), (&enterable, &loading, &run_rows), &loaded),
        };
        step.drive(&(&vectors.ends & vectors.last_vector()));
        let streaming_next = m.wire("streaming_next", &(loaded | (streaming.value() & !&*step)));
        streaming.reset(0).next(&streaming_next);
        enterable.reset(0).next(&(streaming_next & open_next));
        Schedule {
            load: loading,
            row,
            inner_left: sequencer.output("inner_left"),
            told: said(m, geometry, &sequencer, mode.as_ref(), &vectors),
            issue: vectors.issue,
            mode,
            taken: vectors.taken,
            pass: vectors.pass,
            dealing: vectors.dealing,
        }
    }
}

/// The vectors of a tile.
struct Vectors {
    /// One enters the array, or digits of one.
    issue: Value,
    /// It is the last that enters of its vector.
    ends: Value,
    /// What is known of it, where vectors have several passes.
    passing: Option<Passing>,
    /// What enters is the last of its tile.
    last_entering: Value,
    taken: Option<Value>,
    pass: Option<[Value; 2]>,
    dealing: Option<Dealing>,
}

impl Vectors {
    /// As they come. One that passes several times and enters whole stands at the stream until its last pass.
    fn enter(
        m: &ModuleBuilder,
        geometry: &Geometry,
        mode: Option<&[Value; 2]>,
        streams: &Inputs,
        (enterable, loading, run_rows): (&RegisterBuilder, &Value, &Value),
    ) -> Vectors {
        let issue = m.wire("issue", &(enterable.value() & &streams.activation_valid));
        let pass = mode.filter(|_| geometry.vectors_have_passes());
        let pass = pass.map(|[_, tops]| planes::entering(m, geometry, tops, &issue));
        let stands = pass.as_ref().filter(|_| vectors_stand(geometry));
        m.output("activation_ready", &stands.map_or(enterable.value().clone(), |pass| enterable.value() & &pass.last));
        let ends = pass.as_ref().map_or(issue.clone(), |pass| m.wire("vector_ends", &(&issue & &pass.last)));
        let last_entering = last_vector(m, geometry, (loading, &ends), run_rows);
        let passing = pass.as_ref().map(|pass| Passing {
            first: pass.first.clone(),
            last: pass.last.clone(),
            moves_up: Some(pass.moves_up.clone()),
            negative: planes::negative(m, geometry, pass),
            last_vector: last_entering.clone(),
        });
        let taken = pass.and_then(|pass| pass.taken);
        Vectors { issue, ends, passing, last_entering, taken, pass: None, dealing: None }
    }

    /// Digit by digit, out of a feeder. They are accepted from when weights are loaded to the last one.
    fn dealt(
        m: &ModuleBuilder,
        geometry: &Geometry,
        (streams, feeder): (&Inputs, Module),
        (enterable, loading, run_rows): (&RegisterBuilder, &Value, &Value),
        loaded: &Value,
    ) -> Vectors {
        let accepting = m.register("accepting", uint(1));
        let entry = Entry::declare(m, geometry, accepting.value(), &streams.activation_valid);
        let last_entering = last_vector(m, geometry, (loading, &entry.ends), run_rows);
        let last_enters = m.wire("last_enters", &(&entry.ends & &last_entering));
        accepting.reset(0).next(&(loaded | (accepting.value() & !last_enters)));
        let (dealing, passing) = entry.deal(m, geometry, feeder, (&last_entering, enterable.value()));
        Vectors {
            issue: dealing.issue.clone(),
            ends: m.wire("vector_ends", &(&dealing.issue & &passing.last)),
            passing: Some(passing),
            last_entering,
            taken: None,
            pass: entry.pass.map(|pass| [pass, entry.enter]),
            dealing: Some(dealing),
        }
    }

    /// What enters the array is of the last vector of a tile.
    fn last_vector(&self) -> &Value {
        self.passing.as_ref().map_or(&self.last_entering, |passing| &passing.last_vector)
    }
}

/// Counts the vectors of a tile as they enter, since weights were loaded; tells the last of them.
fn last_vector(m: &ModuleBuilder, geometry: &Geometry, (loading, ends): (&Value, &Value), run_rows: &Value) -> Value {
    let bits = geometry.row_count_bits();
    let vectors_left = m.register("vectors_left", uint(bits));
    let one_less = (vectors_left.value() - m.uint(1, bits)).wrap(bits).as_unsigned();
    let change = m.wire("count_vectors", &(loading | ends));
    vectors_left.enable(&change).next(&loading.mux(run_rows, &one_less));
    let only = run_rows.less_equal(&m.uint(1, bits));
    let one_behind = vectors_left.value().less_equal(&m.uint(geometry.most_rows().min(2).into(), bits));
    m.delay("last_vector", &loading.mux(&only, &one_behind), Some(&change))
}

/// Whether a vector that passes several times enters whole, and is taken off the stream when it passes for the last time.
fn vectors_stand(geometry: &Geometry) -> bool {
    (0..geometry.modes.len()).all(|mode| geometry.beats_of_a_vector(mode) == 1)
}

/// What is said of the vector that enters the array.
fn said(
    m: &ModuleBuilder,
    geometry: &Geometry,
    sequencer: &InstanceBuilder,
    mode: Option<&[Value; 2]>,
    vectors: &Vectors,
) -> Value {
    let (passing, last_vector) = (vectors.passing.as_ref(), vectors.last_vector());
    let in_last_pass = |name: &str, value: Value| match passing {
        Some(passing) => m.wire(name, &(value & &passing.last)),
        None => value,
    };
    let of_pass = |value: fn(&Passing) -> Option<&Value>| passing.and_then(value).cloned().unwrap_or(m.uint(0, 1));
    told(m, geometry, &sequencer.output("outer_left"), |fact| match fact {
        Fact::Last => m.wire("vector_is_last", &(sequencer.output("last_outer") & last_vector)),
        Fact::EndsTile => in_last_pass("vector_ends_tile", last_vector.clone()),
        Fact::Complete if geometry.has_partial_sums() => in_last_pass("completes", sequencer.output("last_inner")),
        Fact::Complete | Fact::LastPass => of_pass(|passing| Some(&passing.last)),
        Fact::Begins => begins(m, geometry, &sequencer.output("first_inner"), mode),
        Fact::FirstPass => of_pass(|passing| Some(&passing.first)),
        Fact::MovesUp => of_pass(|passing| passing.moves_up.as_ref()),
        Fact::Negative => of_pass(|passing| passing.negative.as_ref()),
    })
}

/// Whether sums begin with the vector that enters: with the first tile of the inner dimension, but in a mode that adds to the
/// sums of the run before.
fn begins(m: &ModuleBuilder, geometry: &Geometry, first_inner: &Value, mode: Option<&[Value; 2]>) -> Value {
    match mode.zip(geometry.adding_mode()) {
        Some(([number, _], adding)) => {
            let adds = number.equals(&m.uint(adding as u64, number.width()));
            m.wire("begins_sums", &(first_inner & !adds))
        }
        None => first_inner.clone(),
    }
}

/// A one at the row of the array that takes the next beat of weights.
fn row_to_load(m: &ModuleBuilder, rows: u32, loading: &Value) -> Lanes {
    if rows == 1 {
        return m.uint(1, 1).lanes(uint(1), 1);
    }
    let row = m.register("row_to_load", uint(rows));
    let next = m.concat(&[&row.value().slice(0, rows - 1), &row.value().top_bit()]);
    row.enable(loading).reset(1).next(&next);
    row.value().lanes(uint(1), rows)
}

/// The primitives of [`Schedule`], modes apart.
pub(super) fn census(geometry: &Geometry) -> Census {
    let counted = geometry.row_count_bits();
    let mut census = sequencer_census(&geometry.nest());
    census.add_census(
        &sum_of(&[
            (AndOr, 9, 1),                 // start, loadable, load, enterable, issue, load or issue, step, streaming 2
            (Inverter, 2, 1),              // of streaming, of step
            (AndOr, 1, 1),                 // loaded
            (EnabledRegister, 1, counted), // rows of the run
            (ResetRegister, 2, 1),         // streaming, enterable
            (ResetRegister, u64::from(geometry.rows > 1), geometry.rows),
            (Comparator, 2, counted), // last vector
            (Multiplexer, 1, 1),
            (EnabledRegister, 1, 1),
            (Adder, 1, counted + 1), // one vector less
            (Multiplexer, 1, counted),
            (EnabledRegister, 1, counted), // vectors left
            (AndOr, 1, 1),                 // last vector of its run
        ]),
        1,
    );
    census.add(Comparator, geometry.adding_mode().is_some().into(), geometry.mode_bits().into()); // begins
    if geometry.vectors_have_passes() {
        census.add(AndOr, 2 * u64::from(geometry.has_partial_sums()), 1); // ends tile, complete
        match geometry.dealt {
            None => {
                census.add_census(&planes::census(geometry), 1);
                census.add(AndOr, u64::from(vectors_stand(geometry)), 1); // ready
                census.add(Xor, u64::from(planes::sides_differ(geometry)), 1); // negative
            }
            Some(_) => {
                census.add(ResetRegister, 1, 1); // accepting
                census.add(AndOr, 3, 1); // last enters, accepting 2; ends for issue
                census.add(Inverter, 1, 1);
            }
        }
    }
    census
}
