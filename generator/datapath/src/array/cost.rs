//! The primitives of an array in closed form, in the order of the text of this room.

use super::column::SignalCensus;
use super::geometry::{Geometry, Topology};
use super::{broadcast, draining, planes, results, systolic, weight_stationary};
use crate::arith::thermometer::thermometer_census;
use crate::census::{Parts, copies, sum_of};
use crate::sequencer::{InnerStep, sequencer_census};
use tritloom_hdl::Census;
use tritloom_hdl::Primitive::{AndOr, EnabledRegister, Inverter, Multiplexer, Register, ResetRegister, Table};

/// The decoded mode.
#[derive(Default)]
pub struct ControlCensus {
    /// The primitives that decode it.
    pub decoder: Census,
    /// Its bits.
    pub bits: u32,
    /// Cycles for which it travels with the operands.
    pub stages: u32,
    /// In how many of them elements read it.
    pub read: u32,
}

/// What holds a beat until all of it is dealt out.
pub struct FeederCensus {
    /// Its primitives.
    pub primitives: Census,
    /// Bits that it deals to a row and to a column.
    pub dealt_bits: [u32; 2],
    /// Whether it deals out every beat in a cycle.
    pub in_a_cycle: bool,
}

/// What an element adds to the array.
#[derive(Default)]
pub struct ElementCensus {
    /// What elements are told of the mode, where the array has several.
    pub control: ControlCensus,
    /// The primitives at the edge of one row, and the bits that they make of a row's activations; `None` where elements
    /// take the activations as they come.
    pub row_edge: Option<(Census, u32)>,
    /// Whether the edge of a row masks its activations.
    pub row_edge_masks: bool,
    /// The primitives at the edge of one column, and the bits that they make of a column's weights; `None` where elements
    /// take the weights as they come.
    pub column_edge: Option<(Census, u32)>,
    /// `None` where registers hold the operands.
    pub feeder: Option<FeederCensus>,
    /// Whether the element has no input `enable`.
    pub adds_always: bool,
    /// The parts of one element by name.
    pub parts: Parts,
    /// The primitives of what adds up the activations of a row.
    pub activation_sum: Census,
}

impl ElementCensus {
    /// Bits of a row's activations and of a column's weights behind the edges.
    fn seen_bits(&self, geometry: &Geometry) -> [u32; 2] {
        let bits = |edge: &Option<(Census, u32)>, otherwise: u32| edge.as_ref().map_or(otherwise, |(_, bits)| *bits);
        [bits(&self.row_edge, geometry.row_bits()), bits(&self.column_edge, geometry.column_bits())]
    }
}

/// Every part of the array around an element, in the order in which data passes.
pub fn census_by_part(geometry: &Geometry, element: ElementCensus) -> Parts {
    if let Topology::WeightStationary { max_rows } = geometry.topology {
        return stationary(geometry, max_rows, element);
    }
    let serial = element.feeder.is_some();
    let mut parts = vec![
        ("control", control(geometry, &element.control, element.feeder.as_ref())),
        ("mask", mask(geometry, element.row_edge_masks)),
    ];
    let [row_bits, column_bits] = element.seen_bits(geometry);
    parts.extend(element.row_edge.map(|(edge, _)| ("row edge", copies(&edge, geometry.operand_rows().into()))));
    parts.extend(element.column_edge.map(|(mut edge, _)| {
        edge.add(ResetRegister, u64::from(geometry.passes > 1), geometry.passes.into()); // its pass
        ("edge", copies(&edge, geometry.operand_columns().into()))
    }));
    if geometry.beat_waits {
        parts.push(("operands", waiting(geometry, row_bits, column_bits)));
    }
    let (held, seen) = match element.feeder {
        None => (("operands", registers(geometry, row_bits, column_bits)), [row_bits, column_bits]),
        Some(feeder) => (("feeder", feeder.primitives), feeder.dealt_bits),
    };
    parts.push(held);
    let elements = geometry.elements().into();
    parts.extend(element.parts.into_iter().map(|(name, census)| (name, copies(&census, elements))));
    if geometry.zero_points.is_some() {
        parts.push(("activation sums", copies(&element.activation_sum, geometry.operand_rows().into())));
    }
    parts.push(match geometry.topology {
        Topology::Draining => ("draining", draining::census(geometry, element.adds_always, serial)),
        Topology::Broadcast | Topology::Cube { .. } | Topology::Tree | Topology::WeightStationary { .. } => {
            ("capture", broadcast::census(geometry, element.adds_always.then_some(seen[0])))
        }
        Topology::OutputStationary => {
            let signals = SignalCensus::new(geometry, element.adds_always, element.control.bits * element.control.read);
            ("passing", systolic::census(geometry, seen, &signals))
        }
    });
    parts.push(("results", results::census(geometry)));
    parts
}

fn stationary(geometry: &Geometry, max_rows: u32, element: ElementCensus) -> Parts {
    let mut control = weight_stationary::control(geometry);
    control.add_census(&mode_of_run(geometry, &element.control), 1);
    let mut parts = vec![("control", control), ("mask", mask(geometry, element.row_edge_masks))];
    let seen = element.seen_bits(geometry);
    parts.extend(element.row_edge.map(|(mut edge, _)| {
        edge.add(ResetRegister, u64::from(geometry.passes > 1), geometry.passes.into()); // its pass
        ("row edge", copies(&edge, geometry.rows.into()))
    }));
    parts.extend(element.column_edge.map(|(edge, _)| ("edge", copies(&edge, geometry.columns.into()))));
    let seen = match element.feeder {
        None => seen,
        Some(feeder) => {
            let [row_bits, column_bits] = [feeder.dealt_bits[0], seen[1]];
            let dealing = weight_stationary::dealing_census(geometry, [seen[0], row_bits], feeder.in_a_cycle);
            parts.push(("dealing", dealing));
            parts.push(("feeder", feeder.primitives));
            [row_bits, column_bits]
        }
    };
    let elements = geometry.elements().into();
    parts.extend(element.parts.into_iter().map(|(name, census)| (name, copies(&census, elements))));
    if geometry.zero_points.is_some() {
        parts.push(("activation sums", copies(&element.activation_sum, geometry.rows.into())));
    }
    parts.extend(weight_stationary::census(geometry, max_rows, seen, &element.control));
    parts.push(("results", results::census(geometry)));
    parts
}

/// The sequencer, the joining of the operand streams, and what travels with a beat.
fn control(geometry: &Geometry, mode: &ControlCensus, feeder: Option<&FeederCensus>) -> Census {
    let serial = feeder.is_some();
    let (nest, stages) = (geometry.nest(), u64::from(geometry.element_stages));
    let waits = u64::from(geometry.topology != Topology::Draining);
    let several_rows = geometry.rows > 1;
    let mut census = sequencer_census(&nest);
    census.add_census(
        &sum_of(&[
            (AndOr, 4, 1), // able, the ready of weights, issue, the other ready
            (AndOr, u64::from(several_rows || geometry.has_modes()), 1), // start
            (EnabledRegister, several_rows.into(), geometry.row_count_bits()), // rows of the run
            (ResetRegister, 1 + waits + stages, 1), // valid
            (AndOr, 1 + waits, 1), // accumulate, complete
        ]),
        1,
    );
    let rows = if several_rows { geometry.row_count_bits() } else { 0 };
    let early = if serial { u64::from(geometry.told_early(true)) } else { 0 };
    let held = u64::from(geometry.held_stage());
    // Cycles until columns, which may hold themselves what they are told.
    let to_columns = held - 1 + (u64::from(serial) | waits) - early;
    let tells_first = u64::from(!geometry.clears_sums());
    census.add_census(&travelling(geometry, serial.into(), to_columns + stages, 1), tells_first); // first
    for bits in [1, 1, nest.outer_bits(), rows] {
        // Last, last tile, columns left, rows.
        census.add_census(&travelling(geometry, u64::from(serial) * held, held + waits + stages, bits), 1);
    }
    if let Some(FeederCensus { in_a_cycle, .. }) = feeder {
        let done = if *in_a_cycle { 0 } else { stages.saturating_sub(early) }; // valid is told early
        census.add(ResetRegister, done, 1);
        census.add_census(&if geometry.beat_waits { dealt(geometry, *in_a_cycle) } else { worked(geometry) }, 1);
    }
    if geometry.has_passes() {
        census.add(AndOr, 3 + tells_first + waits, 1); // first, last, pass begins 2, sums move up
        census.add(ResetRegister, to_columns + stages, 1);
    }
    match geometry.has_planes() {
        true => census.add_census(&planes::census(geometry), 1),
        false => census.add(Inverter, u64::from(geometry.passes > 1), 1), // of the first pass
    }
    census.add_census(&mode_of_run(geometry, mode), 1);
    if geometry.has_modes() {
        let stages = if mode.bits > 0 { mode.stages } else { 0 };
        census.add(EnabledRegister, stages.into(), mode.bits.into());
    }
    census
}

/// What knows the mode of the run under way.
fn mode_of_run(geometry: &Geometry, mode: &ControlCensus) -> Census {
    let mut census = Census::default();
    if geometry.has_modes() {
        census.add_census(&mode.decoder, 1);
        census.add(EnabledRegister, 1, geometry.mode_bits().into());
        if let inner_step @ InnerStep::PerRun { .. } = geometry.nest().inner_step {
            census.add(Table, 1, u64::from(inner_step.bits()) * geometry.modes.len() as u64);
        }
    }
    census
}

/// What holds a beat that is worked on for several cycles.
fn worked(geometry: &Geometry) -> Census {
    let waits = u64::from(geometry.topology != Topology::Draining);
    sum_of(&[
        (AndOr, 4, 1),                                              // done, open 2 or able, first
        (AndOr, waits * u64::from(geometry.element_stages > 0), 1), // step, where it is not that of the sums
        (Inverter, 1, 1),                                           // of valid
        (EnabledRegister, waits, 1),                                // first cycle of the beat
        (Register, 1 - waits, 1),
    ])
}

/// The same where the next beat waits, which is spent now or later, or always `in_a_cycle`.
fn dealt(geometry: &Geometry, in_a_cycle: bool) -> Census {
    let moves = u64::from(geometry.has_passes());
    let waits = u64::from(geometry.topology != Topology::Draining);
    let later = u64::from(!in_a_cycle);
    sum_of(&[
        (AndOr, 2 + 4 * later + u64::from(!geometry.clears_sums()), 1), // load 1 or 2, open, held 2, done, first
        (AndOr, moves * (1 + 2 * later + waits), 1),                    // move due 0 to 2, ready, move up
        (Multiplexer, moves * (later | waits), 1),                      // move due
        // Of more, waiting, spent; of move due, and of what moves where it may wait.
        (Inverter, 1 + 2 * later + moves * (1 + waits), 1),
        (ResetRegister, 1 + later, 1), // more, held
    ])
}

/// What goes with a beat for so many cycles. Where nothing in the array waits it is held in so many of them with a beat that
/// is worked on for several cycles.
fn travelling(geometry: &Geometry, held: u64, cycles: u64, bits: u32) -> Census {
    let held = match geometry.topology {
        Topology::Draining => held,
        _ => cycles,
    };
    sum_of(&[(EnabledRegister, held, bits), (Register, cycles - held, bits)])
}

/// The registers of a beat; where nothing waits each column has its own, and gates keep them zero where none enters.
fn registers(geometry: &Geometry, row_bits: u32, column_bits: u32) -> Census {
    let (rows, columns) = (geometry.operand_rows() * row_bits, geometry.operand_columns());
    match geometry.topology {
        Topology::Draining => sum_of(&[
            (AndOr, 1, geometry.most_places()),
            (Register, columns.into(), rows),
            (Register, columns.into(), column_bits),
        ]),
        _ => waiting(geometry, row_bits, column_bits),
    }
}

/// Registers in which a beat may have to wait.
fn waiting(geometry: &Geometry, row_bits: u32, column_bits: u32) -> Census {
    let bits = [geometry.operand_rows() * row_bits, geometry.operand_columns() * column_bits];
    sum_of(&bits.map(|bits| (EnabledRegister, 1, bits)))
}

/// The mask of the activations.
fn mask(geometry: &Geometry, at_edge: bool) -> Census {
    let (places, parts) = (geometry.most_places(), geometry.inner_parts());
    let mut census = thermometer_census(geometry.nest().inner_bits(), places * parts);
    let choices = u64::from(parts) * (geometry.modes.len() as u64 - 1);
    let rows = geometry.operand_rows();
    match geometry.common_activation() {
        Some(operand) => {
            census.add(Multiplexer, if geometry.parts_agree() { 0 } else { choices }, places.into());
            census.add(AndOr, if at_edge { 0 } else { u64::from(rows * places) }, operand.numbers.bits().into());
        }
        None => {
            census.add(Multiplexer, choices, geometry.row_bits().into());
            census.add(AndOr, rows.into(), geometry.row_bits().into());
        }
    }
    census
}
