//! What a configuration keeps.

use tritloom_datapath::family::Family;
use tritloom_datapath::parameter::Parameters;
use tritloom_hdl::{Census, Primitive};

/// Bits that are stored.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Storage {
    /// In memories.
    pub memory_bits: u64,
    /// In registers.
    pub register_bits: u64,
}

impl Storage {
    fn of(census: &Census) -> Storage {
        let registers = [Primitive::Register, Primitive::EnabledRegister, Primitive::ResetRegister];
        Storage {
            memory_bits: census.get(Primitive::Memory).bits,
            register_bits: registers.map(|primitive| census.get(primitive).bits).iter().sum(),
        }
    }
}

/// What each part stores, in the order of [`Family::census_by_part`].
pub fn storage_by_part(family: &dyn Family, parameters: &Parameters) -> Vec<(&'static str, Storage)> {
    family.census_by_part(parameters).iter().map(|(part, census)| (*part, Storage::of(census))).collect()
}

/// Bits of activations, weights, sums and what is made of them on their way: of all parts but the control.
pub fn buffer_bits(parts: &[(&'static str, Storage)]) -> u64 {
    let data = parts.iter().filter(|(part, _)| *part != CONTROL);
    data.map(|(_, Storage { memory_bits, register_bits })| memory_bits + register_bits).sum()
}

/// The part of every family that decides and holds no data.
const CONTROL: &str = "control";
