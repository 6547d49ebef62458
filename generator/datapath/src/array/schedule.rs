//! When beats of operands enter an array, and what travels with them.

use super::geometry::Geometry;
use super::planes;
use super::shell::{Element, Inputs};
use crate::sequencer::{InnerStep, sequencer};
use tritloom_hdl::{Bits, ForwardWire, ModuleBuilder, Staged, Value, uint};

/// What the array knows of the beat that enters and of those under way. Stage 1 is that of the held operands.
pub(super) struct Schedule {
    /// A beat enters.
    pub issue: Value,
    /// If it does, it is the last of its tile.
    pub last_enters: Value,
    /// Places of the inner dimension that are left, the beat that enters included.
    pub inner_left: Value,
    /// Of the run, where there are several.
    pub mode: Option<ModeSchedule>,
    /// They see something of a beat.
    pub valid: Staged,
    /// It begins a sum.
    pub first: Staged,
    /// Where operands enter several times.
    pub pass: Option<PassSchedule>,
    /// It is the last of its beat.
    pub done: Staged,
    /// Its beat is the last of its tile.
    pub last: Staged,
    pub last_tile: Staged,
    pub columns_left: Staged,
    /// Where there are several.
    pub rows: Option<Staged>,
}

/// The mode of the run under way.
pub(super) struct ModeSchedule {
    pub number: Value,
    pub control: Staged,
}

/// The pass of the operands through a tile.
pub(super) struct PassSchedule {
    /// Of that which enters: a one at its number or, where operands enter bit by bit, a one for each side whose top bits
    /// enter, the activations lowest.
    pub entering: Value,
    /// One begins, and sums move up: with its first beat or, where a beat takes several cycles, in a cycle before them.
    pub begins: Staged,
}

/// Which pass of the operands through a tile enters.
pub(super) struct EnteringPass {
    /// As edges are told.
    pub told: Value,
    /// It is the first of its tile.
    pub first: Value,
    /// It is the last of its tile.
    pub last: Value,
    /// Sums move up when it begins.
    pub moves_up: Value,
}

impl EnteringPass {
    /// From a one at its number.
    fn numbered(number: &Value) -> EnteringPass {
        let first = number.bit(0);
        EnteringPass { told: number.clone(), last: number.top_bit(), moves_up: !&first, first }
    }
}

/// What keeps beats out, or holds those under way.
pub(super) struct Flow<'a> {
    /// Whether beats may enter; `None`: always.
    pub free: Option<&'a Value>,
    /// Whether what is under way moves, and sums may change; `None`: always.
    pub advance: Option<&'a Value>,
}

impl Schedule {
    /// Both operands enter together, or none, while the flow allows it. Where a beat takes several cycles it is held until
    /// `spent` says that no more than this cycle is left of it.
    pub fn build(
        m: &ModuleBuilder,
        geometry: &Geometry,
        element: &dyn Element,
        streams: &Inputs,
        flow: &Flow,
        spent: Option<&Value>,
    ) -> Schedule {
        let issue = m.forward("issue", uint(1));
        let sequencer = m.instance("sequencer", &sequencer(&geometry.nest()));
        sequencer.connect("run_valid", &streams.run_valid).connect("step", &issue);
        sequencer.connect("run_inner", &streams.run_inner).connect("run_outer", &streams.run_columns);
        let run_ready = sequencer.output("run_ready");
        m.documented_output("run_ready", &run_ready, "");
        let open = spent.map(|_| m.forward("open", uint(1)));
        let enter = open.as_deref().or(flow.advance);
        let gates = [enter, flow.free].into_iter().flatten();
        let able = m.wire("able", &gates.fold(sequencer.output("busy"), |able, gate| able & gate));
        issue.drive(&(&able & &streams.activation_valid & &streams.weight_valid));
        m.output("activation_ready", &(&able & &streams.weight_valid));
        m.output("weight_ready", &(&able & &streams.activation_valid));
        let has_several_rows = geometry.rows > 1;
        let start = &streams.run_valid & &run_ready;
        let start = if has_several_rows || geometry.has_modes() { m.wire("start", &start) } else { start };

        let beat = m.pipeline("beat", enter);
        let mode = streams.run_mode.as_ref().map(|run_mode| {
            let number = m.delay("mode", run_mode, Some(&start));
            if let InnerStep::PerRun { .. } = geometry.nest().inner_step {
                sequencer.connect("inner_step", &places(m, geometry, &number));
            }
            let control = match geometry.has_planes() {
                true => planes::tops(m, geometry, &number),
                false => m.wire("control", &element.control(m, &number)),
            };
            ModeSchedule { number, control: beat.stage(0, "beat_control", &control) }
        });
        let valid = beat.control(0, "beat_valid", &issue);
        let (first_inner, last_inner) = (sequencer.output("first_inner"), sequencer.output("last_inner"));
        let entering = match &mode {
            Some(mode) if geometry.has_planes() => {
                let ends = m.wire("pass_ends", &(&*issue & &last_inner));
                let pass = planes::entering(m, geometry, &mode.control.at(0), &ends);
                sequencer.connect("last_pass", &pass.last);
                Some(pass)
            }
            _ => (geometry.passes > 1).then(|| EnteringPass::numbered(&sequencer.output("pass"))),
        };
        let (first, last, pass) = match entering {
            None => (first_inner, last_inner, None),
            Some(EnteringPass { told, first, last, moves_up }) => {
                let begins = m.wire("pass_begins", &(&*issue & &first_inner & moves_up));
                let pass = PassSchedule { entering: told, begins: beat.control(0, "beat_pass", &begins) };
                let first = m.wire("first_of_tile", &(first_inner & first));
                (first, m.wire("last_of_tile", &(last_inner & last)), Some(pass))
            }
        };
        let held = Schedule {
            mode,
            inner_left: sequencer.output("inner_left"),
            done: valid.clone(),
            valid,
            first: beat.stage(0, "beat_first", &first),
            pass,
            last: beat.stage(0, "beat_last", &last),
            last_tile: beat.stage(0, "beat_last_tile", &sequencer.output("last_outer")),
            columns_left: beat.stage(0, "beat_columns_left", &sequencer.output("outer_left")),
            rows: has_several_rows.then(|| {
                let rows = m.delay("rows", &streams.run_rows, Some(&start));
                beat.stage(0, "beat_rows", &rows)
            }),
            issue: (*issue).clone(),
            last_enters: last,
        };
        match (spent, open) {
            (Some(spent), Some(open)) => held.worked(m, flow.advance, spent, &open),
            _ => held,
        }
    }

    /// Of beats that are held in stage 1 for several cycles: what leaves that stage, cycle by cycle; nothing in the cycle
    /// in which sums move up. Drives `open`, with which the next beat enters.
    fn worked(self, m: &ModuleBuilder, advance: Option<&Value>, spent: &Value, open: &ForwardWire) -> Schedule {
        let held = self.valid.at(1);
        let fresh = m.delay("fresh", &self.issue, advance);
        let begins = self.pass.as_ref().map(|pass| m.wire("begins", &(pass.begins.at(1) & &fresh)));
        let worked = begins.as_ref().map_or(held.clone(), |begins| m.wire("worked", &(&held & !begins)));
        let done = m.wire("done", &(&worked & spent));
        let ready = &done | !&held;
        open.drive(&advance.map_or(ready.clone(), |advance| advance & &ready));
        let first = m.wire("first", &(self.first.at(1) & &fresh));
        let work = m.pipeline("work", advance);
        let pass = self.pass.zip(begins);
        Schedule {
            valid: work.control(1, "work_valid", &worked),
            done: work.control(1, "work_done", &done),
            first: work.stage(1, "work_first", &first),
            pass: pass.map(|(pass, begins)| PassSchedule { begins: work.control(1, "work_pass", &begins), ..pass }),
            last: work.stage(1, "work_last", &self.last.at(1)),
            last_tile: work.stage(1, "work_last_tile", &self.last_tile.at(1)),
            columns_left: work.stage(1, "work_columns_left", &self.columns_left.at(1)),
            rows: self.rows.map(|rows| work.stage(1, "work_rows", &rows.at(1))),
            ..self
        }
    }
}

/// Places of the inner dimension that pass in a beat of the mode, in all layers.
fn places(m: &ModuleBuilder, geometry: &Geometry, mode: &Value) -> Value {
    let bits = geometry.nest().inner_step.bits();
    let of_mode = |mode| Bits::from_u64(geometry.tile_places(mode).into(), bits);
    let places: Vec<Bits> = (0..geometry.modes.len()).map(of_mode).collect();
    m.wire("places", &mode.table(&places, uint(bits)))
}
