//! The quantities that constraints and objectives may name.

use crate::column::Column;
use crate::expression::Dimension;

/// A quantity by name.
pub struct Quantity {
    /// In expressions.
    pub name: &'static str,
    /// As a column of results, with its unit.
    pub column_name: &'static str,
    /// The unit of results.
    pub unit: &'static str,
    /// Of its value.
    pub dimension: Dimension,
    /// How many um2, ps and fJ the unit of results is.
    pub result_unit: f64,
    /// Whether more of it is better.
    pub more_is_better: bool,
    /// How it is computed.
    pub meaning: Meaning,
    /// For people.
    pub explanation: &'static str,
}

/// How a quantity is computed.
pub enum Meaning {
    /// It is a column.
    Column(Column),
    /// It is a multiple of a column, whose own unit keeps sums exact.
    Multiple(Column, f64),
    /// It follows from others.
    Formula(&'static str),
}

const fn quantity(
    name: &'static str,
    (column_name, unit, result_unit, dimension): (&'static str, &'static str, f64, Dimension),
    more_is_better: bool,
    meaning: Meaning,
    explanation: &'static str,
) -> Quantity {
    Quantity { name, column_name, unit, dimension, result_unit, more_is_better, meaning, explanation }
}

use Dimension as D;
use Meaning::{Column as C, Formula as F, Multiple as M};

/// In the order of results.
#[rustfmt::skip]
pub const QUANTITIES: &[Quantity] = &[
    quantity("area", ("area_um2", "um2", 1.0, D::AREA), false, C(Column::Area), "of all cells, as small as can be"),
    quantity("quick_area", ("quick_area_um2", "um2", 1.0, D::AREA), false, C(Column::QuickArea), "of all cells, as quick as can be"),
    quantity("luts", ("luts", "", 1.0, D::NUMBER), false, C(Column::Luts), "look-up tables of an FPGA"),
    quantity("registers", ("registers", "", 1.0, D::NUMBER), false, C(Column::Registers), "flip-flops of an FPGA"),
    quantity("delay", ("delay_ps", "ps", 1.0, D::TIME), false, C(Column::Delay), "of the longest path, as quick as can be"),
    quantity("energy", ("energy_fj_per_cycle", "fJ", 1.0, D::ENERGY), false, F("switching + leakage * period"), "of a working cycle"),
    quantity("power", ("power_mw", "mW", 1.0, D::POWER), false, F("energy / period"), "while it works"),
    quantity("throughput", ("throughput_gop_per_s", "Gop/s", 1e-3, D::RATE), true, F("products_per_cycle / period"), "multiply-accumulates a second"),
    quantity("area_per_op", ("area_um2_per_op_per_cycle", "um2", 1.0, D::AREA), false, F("area / products_per_cycle"), "area for each multiply-accumulate a cycle"),
    quantity("energy_per_op", ("energy_fj_per_op", "fJ", 1.0, D::ENERGY), false, F("energy / products_per_cycle"), "of a multiply-accumulate"),
    quantity("weight_bandwidth", ("weight_bandwidth_gbit_per_s", "Gbit/s", 1e-3, D::RATE), false, F("weight_bits_per_cycle / period"), "of the weight stream"),
    quantity("latency", ("latency_cycles", "cycles", 1.0, D::NUMBER), false, C(Column::Latency), "cycles from the last beat to its result"),
    quantity("products_per_cycle", ("products_per_cycle", "", 1.0, D::NUMBER), true, C(Column::ProductsPerCycle), "multiply-accumulates a cycle"),
    quantity("weight_bits_per_cycle", ("weight_bits_per_cycle", "bits", 1.0, D::NUMBER), false, C(Column::WeightBitsPerCycle), "of the weight stream"),
    quantity("tokens_per_s", ("tokens_per_s", "1/s", 1.0, D::NUMBER), true, F("1 s / max(cycles_per_token * period, weight_bits_per_token / bandwidth)"), "tokens of the network told in a second"),
    quantity("tokens_per_s_per_mm2_per_w", ("tokens_per_s_per_mm2_per_w", "1/(s mm2 W)", 1.0, D::NUMBER), true, F("tokens_per_s / ((area / 1 mm2) * (power / 1 W))"), "the same for each mm2 and W"),
    quantity("switching", ("switching_fj_per_cycle", "fJ", 1.0, D::ENERGY), false, C(Column::Switching), "energy of nets and clock in a working cycle"),
    quantity("leakage", ("leakage_nw", "nW", 1e-6, D::POWER), false, M(Column::Leakage, 1e-6), "of all cells"),
    quantity("weights_per_beat", ("weights_per_beat", "", 1.0, D::NUMBER), true, C(Column::WeightsPerBeat), "weights that enter at once"),
    quantity("weight_bits_per_beat", ("weight_bits_per_beat", "bits", 1.0, D::NUMBER), false, C(Column::WeightBitsPerBeat), "their bits"),
    quantity("cycles_per_beat", ("cycles_per_beat", "cycles", 1.0, D::NUMBER), false, C(Column::CyclesPerBeat), "of the slowest beat"),
    quantity("cycles_per_token", ("cycles_per_token", "cycles", 1.0, D::NUMBER), false, C(Column::CyclesPerToken), "of the network, weights always there"),
    quantity("weight_bits_per_token", ("weight_bits_per_token", "bits", 1.0, D::NUMBER), false, C(Column::WeightBitsPerToken), "fetched for a token, padding included"),
];

/// The quantity of that name.
pub fn find(name: &str) -> Option<&'static Quantity> {
    QUANTITIES.iter().find(|quantity| quantity.name == name)
}
