//! The edges of the array: slices are dealt out to the grid once a row or column, with their signs.

use super::parameters::Config;
use super::slicing::{Control, Side, Signal, Slicing, larger_sizes};
use crate::census::sum_of;
use tritloom_hdl::Primitive::{AndOr, Multiplexer};
use tritloom_hdl::{Census, Module, ModuleBuilder, Value, uint};

/// The bus of one side as the grid reads it: rows of slices.
struct Bus {
    side: Side,
    /// Of the numbers on the bus.
    slicing: Slicing,
    /// Of the other side, whose slices say who reads which row.
    across: Slicing,
    rows: u32,
    slices: u32,
}

impl Bus {
    fn new(config: &Config, side: Side) -> Bus {
        let (activation, weight) = (config.activation, config.weight);
        let slices = config.activation_slices();
        match side {
            Side::Activation => Bus { side, slicing: activation, across: weight, rows: weight.count(), slices },
            Side::Weight => Bus { side, slicing: weight, across: activation, rows: slices, slices: weight.count() },
        }
    }

    fn row_bits(&self) -> u32 {
        self.slices * self.slicing.slice
    }

    /// The other side, which says how many rows a block reads.
    fn other_side(&self) -> Side {
        if self.side == Side::Activation { Side::Weight } else { Side::Activation }
    }

    /// Rows that a row may read instead of itself, each where blocks are of the size beside it.
    fn corners(&self, row: u32) -> impl Iterator<Item = (u32, u32)> {
        let position = row % self.across.count();
        let offsets = larger_sizes(&self.across).map(move |size| (size, position % size));
        offsets.filter(|(_, offset)| *offset > 0).map(move |(size, offset)| (size, row - offset))
    }
}

/// From the operands of a row or column to the slices of its grid, row by row of their bus.
pub(super) fn edge(config: &Config, side: Side) -> Module {
    let bus = Bus::new(config, side);
    let control = Control::new(config.activation, config.weight);
    let what = side.name();
    let operands = format!("{what}s");
    let m = ModuleBuilder::new(
        format!("{what}_slices_{}_{}_d{}", config.activation.name("a"), config.weight.name("w"), config.geometry.depth),
        format!("Deals slices of {operands} out to the grid of an element, and gives the top ones a sign."),
    );
    m.parameter("rows of the bus", bus.rows);
    m.parameter("slices of a row", bus.slices);
    m.parameter("bits of a slice", bus.slicing.slice);
    let incoming = m.input_lanes(&operands, uint(bus.row_bits()), bus.rows, "row by row");
    let word = config.geometry.has_modes().then(|| m.documented_input("control", uint(control.bits()), "the mode"));
    let rows: Vec<Value> = (0..bus.rows)
        .map(|row| {
            let own = incoming.lane(row).as_unsigned();
            let chosen = bus.corners(row).fold(own.clone(), |read, (size, corner)| {
                let fused = control.signal(&m, word.as_ref(), Signal::Size(bus.other_side(), size));
                fused.mux(&incoming.lane(corner).as_unsigned(), &read)
            });
            if bus.corners(row).next().is_some() { m.wire(&format!("row{row}"), &chosen) } else { own }
        })
        .collect();
    let dealt = m.concat(&rows.iter().rev().collect::<Vec<_>>());
    if !bus.slicing.changes_sign() {
        m.output("prepared", &dealt);
        return m.finish();
    }
    let top = |slice: u32| control.signal(&m, word.as_ref(), Signal::Top(side, slice % bus.slicing.count()));
    let tops: Vec<Value> = (0..bus.slices).rev().map(top).collect();
    let tops = m.wire("tops", &m.concat(&tops.iter().collect::<Vec<_>>())).lanes(uint(1), bus.slices);
    let dealt = m.wire("dealt", &dealt).lanes(uint(bus.slicing.slice), bus.rows * bus.slices);
    let prepared = m.lanes("signed_slices", uint(bus.slicing.prepared_bits()), bus.rows * bus.slices);
    m.repeat("row", bus.rows, |row| {
        m.repeat("slice", bus.slices, |slice| {
            let bits = dealt.lane(row * bus.slices + slice);
            let sign = bits.top_bit() & tops.lane(slice);
            prepared.drive(row * bus.slices + slice, &m.concat(&[&sign, &bits]));
        });
    });
    m.output("prepared", prepared.flat());
    m.finish()
}

/// The primitives of [`edge`], and the bits that it gives.
pub(super) fn edge_census(config: &Config, side: Side) -> (Census, u32) {
    let bus = Bus::new(config, side);
    let choices: usize = (0..bus.rows).map(|row| bus.corners(row).count()).sum();
    let cells = bus.rows * bus.slices;
    let signs = if bus.slicing.changes_sign() { cells } else { 0 };
    let census = sum_of(&[(Multiplexer, choices as u64, bus.row_bits()), (AndOr, signs.into(), 1)]);
    (census, cells * bus.slicing.prepared_bits())
}
