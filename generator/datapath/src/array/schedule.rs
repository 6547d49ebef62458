//! When beats of operands enter an array, and what travels with them.

use super::geometry::Geometry;
use super::operands::Told;
use super::planes;
use super::shell::{Element, Inputs};
use crate::sequencer::{InnerStep, sequencer};
use tritloom_hdl::{Bits, ForwardWire, InstanceBuilder, ModuleBuilder, Staged, Value, uint};

/// What the array knows of the beat that enters and of those under way. Stage [`Geometry::held_stage`] is that of the held
/// operands.
pub(super) struct Schedule {
    /// A beat enters.
    pub issue: Value,
    /// The first registers behind the streams take what stands there, a beat or none.
    pub enter: Value,
    /// A beat comes to where it is held for the elements; where none waits, that enters.
    pub load: Value,
    /// It does where there is room, if beats wait.
    pub enters: Option<Value>,
    /// If it does, it is the last of its tile.
    pub last_loads: Value,
    /// Places of the inner dimension that are left, the beat that enters included.
    pub inner_left: Value,
    /// Of the run, where there are several.
    pub mode: Option<ModeSchedule>,
    /// They see something of a beat.
    pub valid: Staged,
    /// It begins a sum, where that is told.
    pub first: Option<Staged>,
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
    /// It ends with the beat that enters, where its number is told.
    pub ends: Option<Value>,
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
    /// Where weights stay and elements take a plane of them at a time, a one at that plane.
    pub taken: Option<Value>,
}

impl EnteringPass {
    /// From a one at its number.
    fn numbered(number: &Value) -> EnteringPass {
        let first = number.bit(0);
        EnteringPass { told: number.clone(), last: number.top_bit(), moves_up: !&first, first, taken: None }
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
    /// What is told of the operands that enter.
    pub fn told(&self) -> Told<'_> {
        let mode = self.mode.as_ref().map(|mode| [mode.number.clone(), mode.control.at(0)]);
        let pass = self.pass.as_ref();
        Told { mode, pass: pass.map(|pass| &pass.entering), pass_ends: pass.and_then(|pass| pass.ends.as_ref()) }
    }

    /// Both operands enter together, or none, while the flow allows it. Where a beat takes several cycles it is held until
    /// `spent` says that no more than this cycle is left of it. The next may wait meanwhile, and where it may does so although
    /// each takes a cycle.
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
        let open = (spent.is_some() || geometry.beat_waits).then(|| m.forward("open", uint(1)));
        let enter = open.as_deref().or(flow.advance);
        let free = flow.free.filter(|_| !geometry.beat_waits);
        let gates = [enter, free].into_iter().flatten();
        let able = m.wire("able", &gates.fold(sequencer.output("busy"), |able, gate| able & gate));
        issue.drive(&(&able & &streams.activation_valid & &streams.weight_valid));
        m.output("activation_ready", &(&able & &streams.weight_valid));
        m.output("weight_ready", &(&able & &streams.activation_valid));
        let has_several_rows = geometry.rows > 1;
        let start = &streams.run_valid & &run_ready;
        let start = if has_several_rows || geometry.has_modes() { m.wire("start", &start) } else { start };

        let beat = m.pipeline("beat", enter);
        let mode = streams.run_mode.as_ref().map(|run_mode| {
            let [number, control] = mode_of_run(m, geometry, element, (run_mode, &start), &sequencer);
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
        let tells_first = !geometry.clears_sums();
        let (first, last, pass) = match entering {
            None => (tells_first.then_some(first_inner), last_inner, None),
            Some(EnteringPass { told, first, last, moves_up, .. }) => {
                let begins = m.wire("pass_begins", &(&*issue & &first_inner & moves_up));
                let ends = (geometry.passes > 1).then(|| sequencer.output("pass_ends"));
                let pass = PassSchedule { entering: told, ends, begins: beat.control(0, "beat_pass", &begins) };
                let first = tells_first.then(|| m.wire("first_of_tile", &(first_inner & first)));
                (first, m.wire("last_of_tile", &(last_inner & last)), Some(pass))
            }
        };
        let held = Schedule {
            mode,
            inner_left: sequencer.output("inner_left"),
            done: valid.clone(),
            valid,
            first: first.map(|first| beat.stage(0, "beat_first", &first)),
            pass,
            last: beat.stage(0, "beat_last", &last),
            last_tile: beat.stage(0, "beat_last_tile", &sequencer.output("last_outer")),
            columns_left: beat.stage(0, "beat_columns_left", &sequencer.output("outer_left")),
            rows: has_several_rows.then(|| {
                let rows = m.delay("rows", &streams.run_rows, Some(&start));
                beat.stage(0, "beat_rows", &rows)
            }),
            enter: enter.cloned().unwrap_or_else(|| (*issue).clone()),
            load: (*issue).clone(),
            enters: None,
            issue: (*issue).clone(),
            last_loads: last,
        };
        match (spent, open) {
            (spent, Some(open)) if geometry.beat_waits => held.dealt(m, flow, spent, &open),
            (Some(spent), Some(open)) => held.worked(m, flow.advance, spent, &open),
            _ => held,
        }
    }

    /// Of beats that are held in stage 1 for several cycles: what leaves that stage, cycle by cycle. Drives `open`, with
    /// which the next beat enters.
    fn worked(self, m: &ModuleBuilder, advance: Option<&Value>, spent: &Value, open: &ForwardWire) -> Schedule {
        let held = self.valid.at(1);
        let done = m.wire("done", &(&held & spent));
        let ready = &done | !&held;
        open.drive(&advance.map_or(ready.clone(), |advance| advance & &ready));
        let fresh = m.delay("fresh", &self.issue, advance);
        let first = self.first.map(|first| m.wire("first", &(first.at(1) & &fresh)));
        let work = m.pipeline("work", advance);
        Schedule {
            valid: work.control(1, "work_valid", &held),
            done: work.control(1, "work_done", &done),
            first: first.map(|first| work.stage(1, "work_first", &first)),
            pass: None,
            last: work.stage(1, "work_last", &self.last.at(1)),
            last_tile: work.stage(1, "work_last_tile", &self.last_tile.at(1)),
            columns_left: work.stage(1, "work_columns_left", &self.columns_left.at(1)),
            rows: self.rows.map(|rows| work.stage(1, "work_rows", &rows.at(1))),
            ..self
        }
    }

    /// Of beats that wait in stage 1 while one is dealt out in stage 2: what leaves that stage, cycle by cycle. Before the
    /// beat that begins a further pass sums move up, in a cycle in which nothing is dealt out. Drives `open`, with which the
    /// next beat enters; the first of a tile does, and waits, while the rows of the one before leave. Without `spent` a beat is
    /// dealt out in a cycle.
    fn dealt(self, m: &ModuleBuilder, flow: &Flow, spent: Option<&Value>, open: &ForwardWire) -> Schedule {
        let waiting = self.valid.at(1);
        let load = m.forward("load", uint(1));
        let move_due = self.pass.as_ref().map(|pass| move_due(m, &pass.begins.at(0), open, spent, flow.advance));
        let still = move_due.as_ref().map(|due| !due);
        let all = |gates: &[Option<&Value>], value: &Value| {
            gates.iter().flatten().fold(value.clone(), |all, gate| all & *gate)
        };
        let enters = flow.free.map(|free| m.wire("enters", &all(&[Some(free), still.as_ref()], &waiting)));
        load.drive(&match &enters {
            Some(enters) => all(&[spent], enters),
            None => all(&[spent, still.as_ref(), flow.advance], &waiting),
        });
        open.drive(&(&*load | !&waiting));
        let (deal, work) = (m.pipeline("deal", Some(&load)), m.pipeline("work", flow.advance));
        let held_next = m.forward("held_next", uint(1));
        let valid = work.control(1, "held", &held_next);
        let held = valid.at(2);
        held_next.drive(&spent.map_or((*load).clone(), |spent| &*load | (&held & !spent)));
        let passed = |name: &str, value: &Staged| {
            let dealt = deal.stage(1, &format!("dealt_{name}"), &value.at(1)).at(2);
            work.stage(2, &format!("work_{name}"), &dealt)
        };
        let (last, last_tile) = (passed("last", &self.last), passed("last_tile", &self.last_tile));
        Schedule {
            last_loads: self.last.at(1),
            load: (*load).clone(),
            enters,
            done: match spent {
                Some(spent) => work.control(2, "work_done", &m.wire("done", &(&held & spent))),
                None => valid.clone(),
            },
            valid,
            first: self.first.map(|first| work.stage(1, "work_first", &m.wire("first", &(first.at(1) & &*load)))),
            pass: self.pass.zip(move_due).map(|(pass, due)| PassSchedule {
                begins: work.control(
                    1,
                    "work_pass",
                    &m.wire("move_up", &spent.map_or(due.clone(), |spent| spent & &due)),
                ),
                ..pass
            }),
            columns_left: passed("columns_left", &self.columns_left),
            rows: self.rows.as_ref().map(|rows| passed("rows", rows)),
            last,
            last_tile,
            ..self
        }
    }
}

/// Whether sums are still to move up before the beat that waits, since it came with `begins`: until they do, when what is held
/// is `spent`. Where that always is and nothing waits, the next cycle is it.
fn move_due(m: &ModuleBuilder, begins: &Value, enter: &Value, spent: Option<&Value>, advance: Option<&Value>) -> Value {
    let moved = [spent, advance].into_iter().flatten().cloned().reduce(|spent, advance| spent & advance);
    let due = m.register("move_due", uint(1));
    due.reset(0).next(&moved.map_or(begins.clone(), |moved| enter.mux(begins, &(due.value() & !moved))));
    due.value().clone()
}

/// The number of the mode of the run under way, and what edges and elements are told of it; tells the sequencer the places of a
/// step.
pub(super) fn mode_of_run(
    m: &ModuleBuilder,
    geometry: &Geometry,
    element: &dyn Element,
    (run_mode, start): (&Value, &Value),
    sequencer: &InstanceBuilder,
) -> [Value; 2] {
    let number = m.delay("mode", run_mode, Some(start));
    if let InnerStep::PerRun { .. } = geometry.nest().inner_step {
        sequencer.connect("inner_step", &places(m, geometry, &number));
    }
    let control = match geometry.has_planes() {
        true => planes::tops(m, geometry, &number),
        false => m.wire("control", &element.control(m, &number)),
    };
    [number, control]
}

/// Places of the inner dimension that pass in a step of the mode.
fn places(m: &ModuleBuilder, geometry: &Geometry, mode: &Value) -> Value {
    let bits = geometry.nest().inner_step.bits();
    let of_mode = |mode| Bits::from_u64(geometry.tile_places(mode).into(), bits);
    let places: Vec<Bits> = (0..geometry.modes.len()).map(of_mode).collect();
    m.wire("places", &mode.table(&places, uint(bits)))
}
