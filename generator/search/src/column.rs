//! What formulas read: quantities that are sums over parts, and parameters.

/// A number that every configuration has.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Column {
    /// The area of all cells in um2, as small as can be.
    Area,
    /// The same as quick as can be.
    QuickArea,
    /// What a working cycle switches, in fJ: nets by their activity, and the clock.
    Switching,
    /// What all cells leak in nW.
    Leakage,
    /// Look-up tables of an FPGA.
    Luts,
    /// Flip-flops of an FPGA.
    Registers,
    /// Multiply-accumulates in a cycle, at the slowest pace.
    ProductsPerCycle,
    /// Bits of the weight stream in a cycle, at the slowest pace.
    WeightBitsPerCycle,
    /// Weights that enter in a beat.
    WeightsPerBeat,
    /// Their bits.
    WeightBitsPerBeat,
    /// Cycles of a beat, at the slowest pace.
    CyclesPerBeat,
    /// Cycles from the last beat to the result.
    Latency,
    /// The longest path in ps.
    Delay,
    /// Cycles of a token of the network.
    CyclesPerToken,
    /// Bits of weights that a token fetches.
    WeightBitsPerToken,
    /// How many of the family's rules are broken.
    Broken,
    /// The value of an integer parameter.
    Parameter(&'static str),
    /// One where a parameter has this word, else zero.
    Word(&'static str, String),
}

/// Columns in the order in which they were asked for.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Columns(Vec<Column>);

impl Columns {
    /// The position of a column, which is added where it is missing.
    pub fn of(&mut self, column: Column) -> usize {
        self.0.iter().position(|known| *known == column).unwrap_or_else(|| {
            self.0.push(column);
            self.0.len() - 1
        })
    }

    /// All of them.
    pub fn all(&self) -> &[Column] {
        &self.0
    }
}
