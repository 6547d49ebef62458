//! Units of what expressions compute with.

use std::fmt;

/// The powers of area, time and energy in a quantity.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Dimension {
    /// Of an area.
    pub area: i8,
    /// Of a time.
    pub time: i8,
    /// Of an energy.
    pub energy: i8,
}

impl Dimension {
    /// A plain number.
    pub const NUMBER: Dimension = Dimension { area: 0, time: 0, energy: 0 };
    /// Counted in um2.
    pub const AREA: Dimension = Dimension { area: 1, time: 0, energy: 0 };
    /// Counted in ps.
    pub const TIME: Dimension = Dimension { area: 0, time: 1, energy: 0 };
    /// Counted in fJ.
    pub const ENERGY: Dimension = Dimension { area: 0, time: 0, energy: 1 };
    /// Counted in fJ/ps.
    pub const POWER: Dimension = Dimension { area: 0, time: -1, energy: 1 };
    /// Counted in 1/ps.
    pub const RATE: Dimension = Dimension { area: 0, time: -1, energy: 0 };

    /// The dimension of a product.
    pub fn times(self, other: Dimension) -> Dimension {
        Dimension {
            area: self.area.saturating_add(other.area),
            time: self.time.saturating_add(other.time),
            energy: self.energy.saturating_add(other.energy),
        }
    }

    /// The dimension of a quotient.
    pub fn over(self, other: Dimension) -> Dimension {
        let inverse = Dimension { area: -other.area, time: -other.time, energy: -other.energy };
        self.times(inverse)
    }
}

/// In the units that users know it by.
impl fmt::Display for Dimension {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let known = [
            (Dimension::NUMBER, "a plain number"),
            (Dimension::AREA, "an area (um2, mm2)"),
            (Dimension::TIME, "a time (ps, ns)"),
            (Dimension::ENERGY, "an energy (fJ, pJ)"),
            (Dimension::POWER, "a power (mW, W)"),
            (Dimension::RATE, "a rate (MHz, Gbit/s)"),
        ];
        match known.iter().find(|(dimension, _)| dimension == self) {
            Some((_, words)) => formatter.write_str(words),
            None => write!(formatter, "area^{} time^{} energy^{}", self.area, self.time, self.energy),
        }
    }
}

/// Name, dimension, and how many of um2, ps and fJ (and products of their powers) it is.
const UNITS: &[(&str, Dimension, f64)] = &[
    ("um2", Dimension::AREA, 1.0),
    ("mm2", Dimension::AREA, 1e6),
    ("ps", Dimension::TIME, 1.0),
    ("ns", Dimension::TIME, 1e3),
    ("us", Dimension::TIME, 1e6),
    ("ms", Dimension::TIME, 1e9),
    ("s", Dimension::TIME, 1e12),
    ("fJ", Dimension::ENERGY, 1.0),
    ("pJ", Dimension::ENERGY, 1e3),
    ("nJ", Dimension::ENERGY, 1e6),
    ("uJ", Dimension::ENERGY, 1e9),
    ("mJ", Dimension::ENERGY, 1e12),
    ("J", Dimension::ENERGY, 1e15),
    ("nW", Dimension::POWER, 1e-6),
    ("uW", Dimension::POWER, 1e-3),
    ("mW", Dimension::POWER, 1.0),
    ("W", Dimension::POWER, 1e3),
    ("kHz", Dimension::RATE, 1e-9),
    ("MHz", Dimension::RATE, 1e-6),
    ("GHz", Dimension::RATE, 1e-3),
    ("Mbit/s", Dimension::RATE, 1e-6),
    ("Gbit/s", Dimension::RATE, 1e-3),
    ("Tbit/s", Dimension::RATE, 1.0),
    ("MB/s", Dimension::RATE, 8e-6),
    ("GB/s", Dimension::RATE, 8e-3),
    ("TB/s", Dimension::RATE, 8.0),
];

/// The dimension and the size of a unit.
pub fn unit(name: &str) -> Option<(Dimension, f64)> {
    UNITS.iter().find(|(known, ..)| *known == name).map(|(_, dimension, size)| (*dimension, *size))
}

/// Every unit.
pub fn units() -> impl Iterator<Item = &'static str> {
    UNITS.iter().map(|(name, ..)| *name)
}
