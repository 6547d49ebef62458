//! The schedule: two nested counters over tiles, whatever the loop order calls them.

use crate::census::sum_of;
use tritloom_hdl::Primitive::{Adder, AndOr, Comparator, EnabledRegister, Inverter, Multiplexer, ResetRegister};
use tritloom_hdl::{Census, Module, ModuleBuilder, RegisterBuilder, Value, bits_for, uint};

/// How many of the inner dimension pass in one step.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum InnerStep {
    /// Always as many.
    Fixed(u32),
    /// What an input says while a run lasts, within these bounds.
    PerRun { least: u32, most: u32 },
}

impl InnerStep {
    /// The fewest.
    fn least(self) -> u32 {
        match self {
            InnerStep::Fixed(step) | InnerStep::PerRun { least: step, .. } => step,
        }
    }

    /// Bits of the input.
    pub fn bits(self) -> u32 {
        match self {
            InnerStep::Fixed(step) | InnerStep::PerRun { most: step, .. } => bits_for(step.into()),
        }
    }
}

/// How often the inner dimension passes within a step of the outer one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Passes {
    /// So often, at least once; with several the number of the pass is told too.
    Fixed(u32),
    /// Until an input says that a pass is the last.
    PerRun,
}

/// Which dimension runs inside which, in tiles.
pub(crate) struct Nest {
    /// The largest count of the inner dimension.
    pub inner_max: u32,
    /// How many of it pass in one step.
    pub inner_step: InnerStep,
    /// The largest count of the outer dimension.
    pub outer_max: u32,
    /// How many of it pass in one step.
    pub outer_step: u32,
    /// How often the inner dimension passes within a step of the outer one.
    pub passes: Passes,
    /// Whether a run is accepted in the very cycle of the last step of the one before, instead of the next one.
    pub back_to_back: bool,
    /// Whether something of every inner tile is kept between outer steps: its number and whether the outer step is the
    /// first are then told too.
    pub keeps_tiles: bool,
}

impl Nest {
    /// Words of a memory that keeps something of every inner tile: an address takes at least one bit.
    pub fn kept_tiles(&self) -> u32 {
        self.inner_max.div_ceil(self.inner_step.least()).max(2)
    }

    /// Bits of the number of an inner tile.
    pub fn tile_bits(&self) -> u32 {
        bits_for(u64::from(self.kept_tiles()) - 1)
    }

    /// Bits of a count of the inner dimension.
    pub fn inner_bits(&self) -> u32 {
        bits_for(self.inner_max.into())
    }

    /// Bits of a count of the outer dimension.
    pub fn outer_bits(&self) -> u32 {
        bits_for(self.outer_max.into())
    }

    /// Whether no count of the inner dimension exceeds a step.
    fn inner_always_last(&self) -> bool {
        self.inner_max <= self.inner_step.least()
    }

    /// Whether no count of the outer dimension exceeds a step.
    fn outer_always_last(&self) -> bool {
        self.outer_max <= self.outer_step
    }
}

/// Counts through the tiles of a run, one step in each cycle in which `step` is one.
///
/// A run is accepted when none is under way or, back to back, in the very cycle of the last step of the one before, so that
/// runs follow one another without a bubble. A count of zero takes one step, with nothing valid in it.
pub(crate) fn sequencer(nest: &Nest) -> Module {
    let Nest { inner_max, inner_step, outer_max, outer_step, passes, back_to_back, keeps_tiles } = *nest;
    let (step_name, steps) = match inner_step {
        InnerStep::Fixed(step) => (format!("s{step}"), step.to_string()),
        InnerStep::PerRun { least, most } => (format!("s{least}to{most}"), format!("{least} to {most}")),
    };
    let m = ModuleBuilder::new(
        format!(
            "tile_sequencer_i{inner_max}{step_name}_o{outer_max}s{outer_step}{}{}{}",
            match passes {
                Passes::Fixed(1) => String::new(),
                Passes::Fixed(count) => format!("_p{count}"),
                Passes::PerRun => "_passes".to_string(),
            },
            if back_to_back { "" } else { "_apart" },
            if keeps_tiles { "_numbered" } else { "" }
        ),
        "Counts through the tiles of a run: an inner dimension within an outer one.",
    );
    m.parameter("inner dimension", format!("up to {inner_max}, {steps} a step"));
    m.parameter("outer dimension", format!("up to {outer_max}, {outer_step} a step"));
    match passes {
        Passes::Fixed(1) => {}
        Passes::Fixed(count) => m.parameter("passes of the inner dimension", count),
        Passes::PerRun => m.parameter("passes of the inner dimension", "as often as a run says"),
    }
    let (inner_shape, outer_shape) = (uint(nest.inner_bits()), uint(nest.outer_bits()));
    let run_valid = m.input("run_valid", uint(1));
    let run_inner = m.documented_input("run_inner", inner_shape, "length of the inner dimension");
    let run_outer = m.documented_input("run_outer", outer_shape, "length of the outer dimension");
    let step = m.documented_input("step", uint(1), "a tile passes");
    let inner_step = match inner_step {
        InnerStep::Fixed(step) => m.uint(step.into(), nest.inner_bits()),
        InnerStep::PerRun { .. } => {
            let comment = "of the inner dimension in a tile, steady from the first to the last";
            m.documented_input("inner_step", uint(inner_step.bits()), comment).extend(nest.inner_bits())
        }
    };

    m.section("State");
    let busy = m.register("busy", uint(1));
    let inner_total = (!nest.inner_always_last()).then(|| m.register("inner_total", inner_shape));
    let inner_left = m.register("inner_left", inner_shape);
    let outer_left = m.register("outer_left", outer_shape);
    let first_inner = m.register("first_inner", uint(1));

    m.section("Next tile");
    let outer_step = m.uint(outer_step.into(), nest.outer_bits());
    let last_inner = m.wire("last_inner", &at_most(&m, &inner_left, &inner_step, nest.inner_always_last()));
    let last_outer = m.wire("last_outer", &at_most(&m, &outer_left, &outer_step, nest.outer_always_last()));
    let pass = match passes {
        Passes::Fixed(count) if count > 1 => Some(m.register("pass", uint(count))),
        Passes::Fixed(_) | Passes::PerRun => None,
    };
    let last_pass = match (&pass, passes) {
        (Some(pass), _) => Some(pass.value().top_bit()),
        (None, Passes::PerRun) => Some(m.documented_input("last_pass", uint(1), "no pass follows in this outer step")),
        (None, Passes::Fixed(_)) => None,
    };
    let outer_passes = match &last_pass {
        Some(last_pass) => m.wire("outer_passes", &(&last_inner & last_pass)),
        None => last_inner.clone(),
    };
    let finish = m.wire("finish", &(&step & &outer_passes & &last_outer));
    let idle = !busy.value();
    let run_ready = m.wire("run_ready", &if back_to_back { idle | &finish } else { idle });
    let start = m.wire("start", &(&run_valid & &run_ready));
    let change = m.wire("change", &(&start | &step));
    busy.reset(0).next(&(&start | (busy.value() & !&finish)));

    let minus_step = |left: &Value, step: &Value| (left - step).wrap(left.width()).as_unsigned();
    match &inner_total {
        None => inner_left.enable(&start).next(&run_inner),
        Some(inner_total) => {
            let inner_minus = m.wire("inner_minus_step", &minus_step(&inner_left, &inner_step));
            inner_total.enable(&start).next(&run_inner);
            inner_left.enable(&change).next(&start.mux(&run_inner, &last_inner.mux(inner_total, &inner_minus)));
        }
    }
    let outer_minus = m.wire("outer_minus_step", &minus_step(&outer_left, &outer_step));
    outer_left.enable(&change).next(&start.mux(&run_outer, &outer_passes.mux(&outer_minus, &outer_left)));
    let restart = m.wire("restart_inner", &(&start | &last_inner));
    first_inner.enable(&change).next(&restart);
    if let Some(pass) = &pass {
        count_passes(&m, pass, &m.wire("next_pass", &(&step & &last_inner)));
    }

    m.section("Outputs");
    m.output("run_ready", &run_ready);
    m.output("busy", &busy);
    m.documented_output("inner_left", &inner_left, "of the inner dimension, this tile included");
    m.documented_output("outer_left", &outer_left, "of the outer dimension, this tile included");
    m.output("first_inner", &first_inner);
    m.output("last_inner", &last_inner);
    m.output("last_outer", &last_outer);
    if let Some(pass) = &pass {
        m.documented_output("pass", pass, "a one at its number");
        m.documented_output("pass_ends", &(&step & &last_inner), "with this tile");
    }
    if keeps_tiles {
        m.section("Numbers of tiles");
        let inner_tile = m.register("inner_tile", uint(nest.tile_bits()));
        let first_outer = m.register("first_outer", uint(1));
        let next_tile = m.wire("next_tile", &(inner_tile.value() + m.uint(1, 1)).wrap(nest.tile_bits()));
        inner_tile.enable(&change).next(&restart.mux(&m.uint(0, nest.tile_bits()), &next_tile));
        first_outer.enable(&change).next(&(&start | (first_outer.value() & !&last_inner)));
        m.output("inner_tile", &inner_tile);
        m.output("first_outer", &first_outer);
    }
    m.finish()
}

/// Makes a register a one at the number of a pass, which `ends`.
pub(crate) fn count_passes(m: &ModuleBuilder, pass: &RegisterBuilder, ends: &Value) {
    let below = pass.value().slice(0, pass.value().width() - 1);
    pass.enable(ends).reset(1).next(&m.concat(&[&below, &pass.value().top_bit()]));
}

/// The primitives of [`sequencer`].
pub(crate) fn sequencer_census(nest: &Nest) -> Census {
    let (inner, outer, tile) = (nest.inner_bits(), nest.outer_bits(), nest.tile_bits());
    let several = u64::from(!nest.inner_always_last());
    let mut census = sum_of(&[
        (ResetRegister, 1, 1),                                     // busy
        (EnabledRegister, 1 + several, inner),                     // left, and in all
        (EnabledRegister, 1, outer),                               // left
        (EnabledRegister, 1, 1),                                   // first inner
        (Comparator, several, inner),                              // last inner
        (Comparator, u64::from(!nest.outer_always_last()), outer), // last outer
        (Adder, several, inner + 1),                               // left less a step
        (Adder, 1, outer + 1),                                     // left less a step
        (Multiplexer, 2 * several, inner),                         // left: start, restart or step
        (Multiplexer, 2, outer),                                   // left: start, step or hold
        (AndOr, 4 + u64::from(nest.back_to_back), 1),              // finish 2, start, change, run ready
        (AndOr, 3, 1),                                             // busy 2, restart
        (Inverter, 2, 1),                                          // of busy, finish
    ]);
    match nest.passes {
        Passes::Fixed(1) => {}
        Passes::Fixed(count) => {
            census.add(ResetRegister, 1, count.into());
            census.add(AndOr, 2, 1); // outer passes, next pass
        }
        Passes::PerRun => census.add(AndOr, 1, 1), // outer passes
    }
    if nest.keeps_tiles {
        let numbers = sum_of(&[
            (EnabledRegister, 1, tile), // tile
            (EnabledRegister, 1, 1),    // first outer
            (Adder, 1, tile + 1),       // next tile
            (Multiplexer, 1, tile),     // tile: restart or step
            (AndOr, 2, 1),              // first outer
            (Inverter, 1, 1),           // of last inner
        ]);
        census.add_census(&numbers, 1);
    }
    census
}

/// `value <= limit`, or a constant where that is `always` so.
pub(crate) fn at_most(m: &ModuleBuilder, value: &Value, limit: &Value, always: bool) -> Value {
    if always { m.uint(1, 1) } else { value.less_equal(limit) }
}

/// Whether no value of `bits` bits is above `limit`.
pub(crate) fn always_at_most(limit: u32, bits: u32) -> bool {
    bits_for(u64::from(limit) + 1) > bits
}
