//! Vectors that a feeder holds and deals out digit by digit, over as many cycles as they ask for.
//!
//! ```text
//!  stream ─► (a beat waits, with its pass) ─► feeder: digits ─► rows of the array
//!            ─────── taken with `load` ──────► │ one cycle after the other, while vectors may enter
//!                                              └─► spent: nothing of it is left behind this cycle
//! ```
//!
//! A vector of several passes stands at the stream meanwhile; before the feeder the next pass of it, or the next vector, may
//! wait already. The weights of the next tile follow when the last digits of the last vector have been dealt out.

use super::super::geometry::Geometry;
use super::super::operands::{port_bits, takes_several_cycles};
use super::schedule::Passing;
use crate::census::sum_of;
use crate::sequencer::count_passes;
use tritloom_hdl::Primitive::{AndOr, EnabledRegister, Inverter, ResetRegister};
use tritloom_hdl::{Census, ForwardWire, Lanes, Module, ModuleBuilder, Value, uint};

/// The stream of vectors before the feeder.
pub(super) struct Entry {
    /// A beat enters: a vector, or a pass of it.
    pub enter: Value,
    /// The vector is done with: with the last of its passes.
    pub ends: Value,
    /// Where it has several, a one at the pass, the first lowest.
    pub pass: Option<Value>,
    open: ForwardWire,
}

impl Entry {
    /// A beat enters while vectors are accepted and there is a place for it.
    pub fn declare(m: &ModuleBuilder, geometry: &Geometry, accepting: &Value, valid: &Value) -> Entry {
        let open = m.forward("open", uint(1));
        let able = m.wire("able", &(accepting & &*open));
        let enter = m.wire("enter", &(&able & valid));
        let pass = (geometry.passes > 1).then(|| {
            let pass = m.register("pass", uint(geometry.passes));
            count_passes(m, &pass, &enter);
            pass.value().clone()
        });
        let last = pass.as_ref().map(Value::top_bit);
        m.output("activation_ready", &last.as_ref().map_or(able.clone(), |last| &able & last));
        let ends = last.map_or(enter.clone(), |last| m.wire("vector_enters", &(&enter & last)));
        Entry { enter, ends, pass, open }
    }

    /// From the beats that have entered to what is dealt out of them while it may enter the array; `last_vector`, what enters is
    /// the last of its tile.
    pub fn deal(
        &self,
        m: &ModuleBuilder,
        geometry: &Geometry,
        feeder: Module,
        (last_vector, enterable): (&Value, &Value),
    ) -> (Dealing, Passing) {
        let spent = takes_several_cycles(&feeder).then(|| m.forward("spent", uint(1)));
        let where_spent = |value: Value| spent.as_deref().map_or(value.clone(), |spent| value & spent);
        let beat = m.pipeline("beat", Some(&self.open));
        let there = beat.control(0, "beat_there", &self.enter).at(1);
        let passes = self.pass.as_ref().map(|pass| m.concat(&[&pass.top_bit(), &pass.bit(0)]));
        let told = m.concat(&[last_vector].into_iter().chain(&passes).collect::<Vec<_>>());
        let told = beat.stage(0, "beat_told", &told).at(1);
        let (held, told, load) = match geometry.beat_waits {
            false => {
                self.open.drive(&(!&there | where_spent(enterable.clone())));
                (there, told, self.enter.clone())
            }
            true => {
                let load = m.wire("load_beat", &where_spent(&there & enterable));
                self.open.drive(&(&load | !&there));
                let held = m.register("held", uint(1));
                let stays = spent.as_deref().map_or(load.clone(), |spent| &load | (held.value() & !spent));
                held.enable(enterable).reset(0).next(&stays);
                (held.value().clone(), m.delay("held_told", &told, Some(&load)), load)
            }
        };
        let issue = m.wire("issue", &(&held & enterable));
        let fresh = spent.as_ref().map(|_| {
            let fresh = m.register("fresh", uint(1));
            fresh.enable(&m.wire("load_or_deal", &(&load | &issue))).next(&load);
            fresh.value().clone()
        });
        let passing = self.passing(m, &told, (fresh.as_ref(), spent.as_deref()));
        let open = (*self.open).clone();
        (Dealing { feeder, open, load, enterable: enterable.clone(), issue, spent }, passing)
    }

    /// What is known of the digits of a beat of which so much was `told`, the first of them where it is `fresh`, the last where it
    /// is `spent`.
    fn passing(&self, m: &ModuleBuilder, told: &Value, (fresh, spent): (Option<&Value>, Option<&Value>)) -> Passing {
        let one = || m.uint(1, 1);
        if self.pass.is_none() {
            return Passing {
                first: fresh.cloned().unwrap_or_else(one),
                last: spent.cloned().unwrap_or_else(one),
                moves_up: None,
                negative: None,
                last_vector: told.clone(),
            };
        }
        let (first_pass, last_pass) = (told.bit(0), told.bit(1));
        Passing {
            first: fresh.map_or(first_pass.clone(), |fresh| m.wire("first_digits", &(fresh & &first_pass))),
            last: spent.map_or(last_pass.clone(), |spent| m.wire("last_digits", &(&last_pass & spent))),
            moves_up: fresh.map(|fresh| m.wire("digits_move_up", &(fresh & !&first_pass))),
            negative: None,
            last_vector: told.top_bit(),
        }
    }
}

/// What is dealt out.
pub(super) struct Dealing {
    feeder: Module,
    /// What enters is taken.
    open: Value,
    /// The feeder takes a beat.
    load: Value,
    /// What is dealt out may enter the array.
    enterable: Value,
    /// It does.
    pub issue: Value,
    /// Nothing of a beat is left behind this cycle, where a beat may take several.
    spent: Option<ForwardWire>,
}

impl Dealing {
    /// From what enters, a lane a row, to what rows of the array see: nothing where nothing enters the array.
    pub fn rows(&self, m: &ModuleBuilder, geometry: &Geometry, entering: &Lanes) -> Lanes {
        let (rows, waits) = (entering.count(), geometry.beat_waits);
        let beat = if waits { m.delay("vector", entering.flat(), Some(&self.open)) } else { entering.flat().clone() };
        let instance = m.instance("feeder", &self.feeder);
        instance.connect("load", &self.load).connect("activations", &beat);
        let has = |port: &str| self.feeder.port(port).is_some();
        if has("step") {
            instance.connect("step", &self.issue);
        }
        if has("advance") {
            instance.connect("advance", &self.enterable);
        }
        if let Some(spent) = &self.spent {
            spent.drive(&match has("more") {
                true => {
                    let more = m.register("more", uint(1));
                    more.enable(&self.enterable).reset(0).next(&instance.output("more"));
                    !more.value()
                }
                false => instance.output("spent"),
            });
        }
        let bits = port_bits(&self.feeder, "to_rows") / rows;
        let (dealt, rows_dealt) = (instance.output_lanes("to_rows", uint(bits)), m.lanes("dealt", uint(bits), rows));
        m.repeat("dealt_row", rows, |row| rows_dealt.drive(row, &(dealt.lane(row) & self.issue.replicate(bits))));
        (*rows_dealt).clone()
    }
}

/// Cycles from a beat that enters to the first digits of it that are dealt out.
pub(super) fn cycles_to_digits(geometry: &Geometry) -> u32 {
    1 + u32::from(geometry.beat_waits)
}

/// The primitives of [`Entry`] and [`Dealing`], of so many bits a row before and behind the feeder, which may deal out every
/// beat in a cycle.
pub(in super::super) fn census(geometry: &Geometry, [entering_bits, dealt_bits]: [u32; 2], in_a_cycle: bool) -> Census {
    let (waits, passes) = (u64::from(geometry.beat_waits), u64::from(geometry.passes > 1));
    let several = u64::from(!in_a_cycle);
    sum_of(&[
        (AndOr, 2 + 2 * passes, 1),                          // able, enter, vector enters, its ready
        (ResetRegister, passes, geometry.passes),            // pass
        (ResetRegister, 1, 1),                               // there
        (EnabledRegister, 1 + waits, 1 + 2 * passes as u32), // told
        (AndOr, 1 + (1 - waits), 1),                         // open
        (Inverter, 1, 1),                                    // of there
        (AndOr, waits * (1 + 3 * several), 1),               // load, held 2
        (Inverter, 2 * waits * several, 1),                  // of spent, more
        (ResetRegister, waits * (1 + several), 1),           // held, more
        (EnabledRegister, waits, geometry.rows * entering_bits),
        (AndOr, 1 + several, 1),          // issue, load or deal
        (EnabledRegister, several, 1),    // fresh
        (AndOr, 3 * passes * several, 1), // first, last, move up
        (Inverter, passes * several, 1),
        (AndOr, geometry.rows.into(), dealt_bits),
    ])
}
