//! What Yosys is told.

use super::{Device, Setting};
use crate::Sources;
use std::fmt::Write;

/// The mapped design with its hierarchy.
pub(super) const MAPPED: &str = "mapped.json";

/// The same without hierarchy.
pub(super) const FLAT: &str = "flat.json";

/// Where the script finds the library and what surrounds the design.
pub(super) const LIBRARY: &str = "cells.lib";
pub(super) const SURROUNDINGS: &str = "surroundings.txt";

/// The design in Yosys' own gates, before any library is known.
pub(super) const GENERIC: &str = "generic.il";

/// A clock that every design meets: the mapper then makes it as small as it can.
const NO_TARGET_PS: u32 = 1_000_000;

/// Reads the design; the modules in `kept` stay modules, the others become part of what they stand in.
fn front(sources: &Sources, top: &str, kept: &[String]) -> String {
    let mut script = String::new();
    sources.keys().for_each(|name| _ = writeln!(script, "read_verilog {name}"));
    kept.iter().for_each(|module| _ = writeln!(script, "setattr -mod -set keep_hierarchy 1 {module}"));
    _ = writeln!(script, "hierarchy -check -top {top}");
    script
}

/// Writes the netlist twice.
fn back(kept: &[String]) -> String {
    let mut script = format!("opt_clean -purge\nwrite_json {MAPPED}\n");
    kept.iter().for_each(|module| _ = writeln!(script, "setattr -mod -unset keep_hierarchy {module}"));
    script + &format!("flatten\nopt_clean -purge\nwrite_json {FLAT}\n")
}

/// To gates of no library.
pub(super) fn to_gates(sources: &Sources, top: &str, kept: &[String], setting: Setting) -> String {
    let options = setting.options();
    front(sources, top, kept) + &format!("synth -flatten{options} -top {top}\nwrite_rtlil {GENERIC}\n")
}

/// What ABC does where depth stays: choices of structure, but no rewriting (`dc2`), which trades depth for area.
const KEEPING_DEPTH: &str = " -script +strash;&get,-n;&fraig,-x;&put;scorr;dch,-f;map,-B,0.9,{D};topo;buffer,-c;topo;\
                             upsize,{D};dnsize,{D};stime,-p";

/// From these to standard cells: full ABC, which sizes gates for the clock, the driver of inputs and the load of outputs.
pub(super) fn to_cells(kept: &[String], setting: Setting, clock_ps: Option<u32>) -> String {
    let clock_ps = clock_ps.unwrap_or(NO_TARGET_PS);
    let script = if setting == Setting::Depth { KEEPING_DEPTH } else { "" };
    format!(
        "read_rtlil {GENERIC}\ndfflibmap -liberty {LIBRARY}\nabc -liberty {LIBRARY} -constr {SURROUNDINGS} \
         -D {clock_ps}{script}\n"
    ) + &back(kept)
}

/// Mapping to the cells of an FPGA.
pub(super) fn for_device(sources: &Sources, top: &str, kept: &[String], device: Device, multipliers: bool) -> String {
    let pass = match (device, multipliers) {
        (Device::Xilinx, true) => "synth_xilinx -family xcup -flatten",
        (Device::Xilinx, false) => "synth_xilinx -family xcup -flatten -nodsp",
        (Device::Ice40, true) => "synth_ice40 -dsp",
        (Device::Ice40, false) => "synth_ice40",
        (Device::Ecp5, true) => "synth_ecp5",
        (Device::Ecp5, false) => "synth_ecp5 -nodsp",
    };
    front(sources, top, kept) + &format!("{pass} -top {top}\n") + &back(kept)
}
