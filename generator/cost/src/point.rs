//! What synthesis has made of a design: what fits are made from and held to.

use crate::form::Features;
use serde::Deserialize;
use std::collections::BTreeMap;
use tritloom_hdl::{Design, GateCount, LutDevice};

/// A quantity that synthesis measures and the model estimates.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Deserialize)]
#[serde(try_from = "String")]
pub enum Quantity {
    /// The area of all cells where the design is as small as it can be.
    AreaUm2,
    /// The area of all cells where the design is as quick as it can be: all modules as one, where [`Quantity::AreaUm2`] keeps
    /// large ones apart. What is merged across their borders may save more than speed costs: it may be the smaller of both.
    QuickAreaUm2,
    /// The longest path of that design.
    DelayPs,
    /// The energy when every net but the clock toggles once.
    ToggleEnergyFj,
    /// The energy that the clock takes in the registers in each cycle.
    ClockEnergyFj,
    /// What all cells leak.
    LeakageNw,
    /// Look-up tables, those of memories included.
    Luts,
    /// Flip-flops of an FPGA.
    Registers,
}

impl Quantity {
    /// Every quantity, in the order in which tables show them.
    pub const ALL: [Quantity; 8] = [
        Quantity::AreaUm2,
        Quantity::QuickAreaUm2,
        Quantity::DelayPs,
        Quantity::ToggleEnergyFj,
        Quantity::ClockEnergyFj,
        Quantity::LeakageNw,
        Quantity::Luts,
        Quantity::Registers,
    ];

    /// Those that are sums over primitives.
    pub const SUMS: [Quantity; 7] = [
        Quantity::AreaUm2,
        Quantity::QuickAreaUm2,
        Quantity::ToggleEnergyFj,
        Quantity::ClockEnergyFj,
        Quantity::LeakageNw,
        Quantity::Luts,
        Quantity::Registers,
    ];

    /// As files write it.
    pub fn name(self) -> &'static str {
        match self {
            Quantity::AreaUm2 => "area_um2",
            Quantity::QuickAreaUm2 => "quick_area_um2",
            Quantity::DelayPs => "delay_ps",
            Quantity::ToggleEnergyFj => "toggle_energy_fj",
            Quantity::ClockEnergyFj => "clock_energy_fj",
            Quantity::LeakageNw => "leakage_nw",
            Quantity::Luts => "luts",
            Quantity::Registers => "registers",
        }
    }

    /// What it is, without its unit.
    pub fn quantity(self) -> &'static str {
        match self {
            Quantity::AreaUm2 => "area",
            Quantity::QuickAreaUm2 => "area of the quickest",
            Quantity::DelayPs => "delay",
            Quantity::ToggleEnergyFj => "energy of toggles",
            Quantity::ClockEnergyFj => "energy of the clock",
            Quantity::LeakageNw => "leakage",
            Quantity::Luts => "look-up tables",
            Quantity::Registers => "flip-flops",
        }
    }

    /// Its unit, for axes.
    pub fn unit(self) -> &'static str {
        match self {
            Quantity::AreaUm2 | Quantity::QuickAreaUm2 => "um2",
            Quantity::DelayPs => "ps",
            Quantity::ToggleEnergyFj | Quantity::ClockEnergyFj => "fJ",
            Quantity::LeakageNw => "nW",
            Quantity::Luts | Quantity::Registers => "cells",
        }
    }

    /// The quantity of that name.
    pub fn of(name: &str) -> Option<Quantity> {
        Quantity::ALL.into_iter().find(|quantity| quantity.name() == name)
    }
}

impl Point {
    /// The family of a configuration; `None` for a block.
    pub fn family(&self) -> Option<&str> {
        self.identity.split_once(": {").map(|(family, _)| family)
    }
}

/// A synthesised design.
#[derive(Clone, Debug, PartialEq)]
pub struct Point {
    /// The configuration or block; unique among the points of a technology.
    pub identity: String,
    /// Of its census.
    pub features: Features,
    /// Of its light synthesis.
    pub gates: GateCount,
    /// What synthesis measured.
    pub quantities: BTreeMap<Quantity, f64>,
}

/// Bits of primitives from which on a module stays one: synthesis then maps it once for all of its uses.
const KEPT_BITS: u64 = 256;

/// The modules that stay modules in synthesis, real and light.
pub fn kept_modules(design: &Design, top: &str) -> Vec<String> {
    let modules = design.census_by_module().into_iter();
    modules.filter(|(name, census)| name != top && census.bits() >= KEPT_BITS).map(|(name, _)| name).collect()
}

/// The gates of a design where its larger modules stay modules, or the cells that it takes of a device.
pub fn gate_count(design: &Design, device: Option<LutDevice>) -> GateCount {
    let kept = kept_modules(design, &design.top().name);
    match device {
        Some(device) => design.lut_count(&kept, device),
        None => design.gate_count(&kept),
    }
}
