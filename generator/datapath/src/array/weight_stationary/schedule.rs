//! What enters in a cycle: weights of a row of the array, or a vector of activations.

use super::super::geometry::Geometry;
use super::super::planes;
use super::super::schedule::{EnteringPass, mode_of_run};
use super::super::shell::{Element, Inputs};
use super::told::{Fact, told};
use crate::census::sum_of;
use crate::sequencer::{sequencer, sequencer_census};
use tritloom_hdl::Primitive::{Adder, AndOr, Comparator, EnabledRegister, Inverter, Multiplexer, ResetRegister, Xor};
use tritloom_hdl::{Census, InstanceBuilder, Lanes, ModuleBuilder, Value, uint};

/// What enters in a cycle.
pub(super) struct Schedule {
    /// Weights enter.
    pub load: Value,
    /// By row of the array: they are for it.
    pub row: Lanes,
    /// A vector of activations enters.
    pub issue: Value,
    /// Places of the inner dimension that are left, those of this tile included.
    pub inner_left: Value,
    /// What is said of the vector.
    pub told: Value,
    /// Where there are several modes, the number of that of the run, and what edges and elements are told of it.
    pub mode: Option<[Value; 2]>,
    /// Where elements take a plane of their weights at a time, a one at that of the vector.
    pub taken: Option<Value>,
}

impl Schedule {
    /// Weights of a tile, then vectors while they are let in, as is known a cycle ahead. A vector that passes several times and
    /// enters whole stands at the stream until its last pass.
    pub fn build(
        m: &ModuleBuilder,
        geometry: &Geometry,
        element: &dyn Element,
        streams: &Inputs,
        open_next: &Value,
    ) -> Schedule {
        let (rows, bits) = (geometry.rows, geometry.row_count_bits());
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
        let enterable = m.register("enterable", uint(1));
        let issue = m.wire("issue", &(enterable.value() & &streams.activation_valid));
        let pass = pass(m, geometry, mode.as_ref(), &issue);
        let stands = pass.as_ref().filter(|_| vectors_stand(geometry));
        m.output("activation_ready", &stands.map_or(enterable.value().clone(), |pass| enterable.value() & &pass.last));
        let ends = pass.as_ref().map_or(issue.clone(), |pass| m.wire("vector_ends", &(&issue & &pass.last)));

        let vectors_left = m.register("vectors_left", uint(bits));
        let one_less = (vectors_left.value() - m.uint(1, bits)).wrap(bits).as_unsigned();
        let change = m.wire("load_or_issue", &(&loading | &ends));
        vectors_left.enable(&change).next(&loading.mux(&run_rows, &one_less));
        let only = run_rows.less_equal(&m.uint(1, bits));
        let one_behind = vectors_left.value().less_equal(&m.uint(geometry.most_rows().min(2).into(), bits));
        let last_vector = m.delay("last_vector", &loading.mux(&only, &one_behind), Some(&change));
        step.drive(&(&ends & &last_vector));
        let loaded = &loading & row.lane(rows - 1);
        let streaming_next = m.wire("streaming_next", &(loaded | (streaming.value() & !&*step)));
        streaming.reset(0).next(&streaming_next);
        enterable.reset(0).next(&(streaming_next & open_next));
        Schedule {
            load: loading,
            row,
            issue,
            inner_left: sequencer.output("inner_left"),
            told: said(m, geometry, (&sequencer, &last_vector), mode.as_ref(), pass.as_ref()),
            mode,
            taken: pass.and_then(|pass| pass.taken),
        }
    }
}

/// Whether a vector that passes several times enters whole, and is taken off the stream when it passes for the last time.
fn vectors_stand(geometry: &Geometry) -> bool {
    (0..geometry.modes.len()).all(|mode| geometry.beats_of_a_vector(mode) == 1)
}

/// The pass of the vector that enters with `issue`, where vectors have several.
fn pass(m: &ModuleBuilder, geometry: &Geometry, mode: Option<&[Value; 2]>, issue: &Value) -> Option<EnteringPass> {
    let [_, tops] = mode.filter(|_| geometry.vectors_have_passes())?;
    Some(planes::entering(m, geometry, tops, issue))
}

/// What is said of the vector that enters, which may be the last of its tile.
fn said(
    m: &ModuleBuilder,
    geometry: &Geometry,
    (sequencer, last_vector): (&InstanceBuilder, &Value),
    mode: Option<&[Value; 2]>,
    pass: Option<&EnteringPass>,
) -> Value {
    let in_last_pass = |name: &str, value: Value| match pass {
        Some(pass) => m.wire(name, &(value & &pass.last)),
        None => value,
    };
    let of_pass = |value: fn(&EnteringPass) -> &Value| pass.map_or(m.uint(0, 1), |pass| value(pass).clone());
    told(m, geometry, &sequencer.output("outer_left"), |fact| match fact {
        Fact::Last => m.wire("vector_is_last", &(sequencer.output("last_outer") & last_vector)),
        Fact::EndsTile => in_last_pass("vector_ends_tile", last_vector.clone()),
        Fact::Complete if geometry.has_partial_sums() => in_last_pass("completes", sequencer.output("last_inner")),
        Fact::Complete | Fact::LastPass => of_pass(|pass| &pass.last),
        Fact::Begins => begins(m, geometry, &sequencer.output("first_inner"), mode),
        Fact::FirstPass => of_pass(|pass| &pass.first),
        Fact::MovesUp => of_pass(|pass| &pass.moves_up),
        Fact::Negative => pass.and_then(|pass| planes::negative(m, geometry, pass)).unwrap_or_else(|| m.uint(0, 1)),
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
        census.add_census(&planes::census(geometry), 1);
        census.add(AndOr, u64::from(vectors_stand(geometry)), 1); // ready
        census.add(AndOr, 2 * u64::from(geometry.has_partial_sums()), 1); // ends tile, complete
        census.add(Xor, u64::from(planes::sides_differ(geometry)), 1); // negative
    }
    census
}
