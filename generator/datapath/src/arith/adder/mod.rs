//! Carry-propagate adders of two rows and a carry: the last step behind a compression ([`super::bit_heap`]).

pub mod prefix;
mod prefix_adder;
mod select_adder;

use prefix::PrefixGraph;
use tritloom_hdl::{Census, Module, ModuleBuilder, Primitive, Value, uint};

/// How carries propagate.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FinalAdder {
    /// A plain `+`: synthesis chooses.
    Synthesiser,
    /// A carry at a time: the smallest and the slowest.
    Ripple,
    /// Fewest levels, high fan-out; see [`prefix::sklansky`].
    Sklansky,
    /// Fewest nodes for a logarithmic depth; see [`prefix::brent_kung`].
    BrentKung,
    /// Fewest levels and no fan-out above two, most nodes and wires; see [`prefix::kogge_stone`].
    KoggeStone,
    /// Both sums of every block at once, and a multiplexer (Bedrij, "Carry-select adder", IRE Trans. Electronic
    /// Computers 11, 1962). The adders inside blocks are plain `+`: carry chains stay carry chains on an FPGA.
    CarrySelect {
        /// Bits of a block, zero meaning one; the topmost block may have fewer.
        block: u32,
    },
}

/// What becomes of the carry of the top bit.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CarryOut {
    /// The sum has as many bits as the rows: it is modulo `2^width`.
    Dropped,
    /// The sum has one bit more: it is exact.
    Kept,
}

impl CarryOut {
    fn bits(self) -> u32 {
        u32::from(self == CarryOut::Kept)
    }
}

impl FinalAdder {
    /// A module with the unsigned inputs `a` and `b` of `width` bits and `carry` of one, and the output `sum`, which
    /// is `a + b + carry`.
    pub fn module(self, width: u32, carry_out: CarryOut) -> Module {
        let kept = if carry_out == CarryOut::Kept { "_carry_out" } else { "" };
        let modulo = if carry_out == CarryOut::Kept { "" } else { " modulo 2^width" };
        let (name, title) = self.name();
        let name = match self {
            FinalAdder::CarrySelect { block } => format!("{name}_w{width}_b{block}{kept}"),
            _ => format!("{name}_w{width}{kept}"),
        };
        let m = ModuleBuilder::new(name, format!("{title}: a + b + carry{modulo}."));
        m.parameter("width", width);
        if let FinalAdder::CarrySelect { block } = self {
            m.parameter("block width", block);
        }
        let [a, b] = ["a", "b"].map(|row| m.input(row, uint(width)));
        let carry = m.input("carry", uint(1));
        let sum = match self {
            FinalAdder::Synthesiser => a.add_with_carry(&b, &carry).wrap(width + carry_out.bits()),
            FinalAdder::CarrySelect { block } => select_adder::build(&m, &a, &b, &carry, block, carry_out),
            _ => prefix_adder::build(&m, &a, &b, &carry, &self.carries(width, carry_out), carry_out),
        };
        m.output("sum", &sum);
        m.finish()
    }

    /// Instantiates the module as `name` over two unsigned rows of one width, and gives the sum.
    #[track_caller]
    pub fn add(
        self,
        m: &ModuleBuilder,
        name: &str,
        rows: (&Value, &Value),
        carry: &Value,
        carry_out: CarryOut,
    ) -> Value {
        let instance = m.instance(name, &self.module(rows.0.width(), carry_out));
        instance.connect("a", rows.0).connect("b", rows.1).connect("carry", carry);
        instance.output("sum")
    }

    /// The primitives of [`FinalAdder::module`].
    pub fn census(self, width: u32, carry_out: CarryOut) -> Census {
        match self {
            FinalAdder::Synthesiser => {
                let mut census = Census::default();
                census.add(Primitive::Adder, 1, u64::from(width) + 1);
                census
            }
            FinalAdder::CarrySelect { block } => select_adder::census(width, block, carry_out),
            _ => prefix_adder::census(width, &self.carries(width, carry_out)),
        }
    }

    /// A word for names of modules that hold such an adder.
    pub fn short_name(self) -> &'static str {
        match self {
            FinalAdder::Synthesiser => "plain",
            FinalAdder::Ripple => "ripple",
            FinalAdder::Sklansky => "sklansky",
            FinalAdder::BrentKung => "brent_kung",
            FinalAdder::KoggeStone => "kogge_stone",
            FinalAdder::CarrySelect { .. } => "carry_select",
        }
    }

    fn name(self) -> (&'static str, &'static str) {
        match self {
            FinalAdder::Synthesiser => ("plain_adder", "Adder whose structure is left to synthesis"),
            FinalAdder::Ripple => ("ripple_adder", "Ripple-carry adder"),
            FinalAdder::Sklansky => ("sklansky_adder", "Sklansky prefix adder"),
            FinalAdder::BrentKung => ("brent_kung_adder", "Brent-Kung prefix adder"),
            FinalAdder::KoggeStone => ("kogge_stone_adder", "Kogge-Stone prefix adder"),
            FinalAdder::CarrySelect { .. } => ("carry_select_adder", "Carry-select adder"),
        }
    }

    /// The graph that makes the carries: of the carry-in and of every bit whose carry is wanted.
    fn carries(self, width: u32, carry_out: CarryOut) -> PrefixGraph {
        let columns = width + carry_out.bits();
        match self {
            FinalAdder::Sklansky => prefix::sklansky(columns),
            FinalAdder::BrentKung => prefix::brent_kung(columns),
            FinalAdder::KoggeStone => prefix::kogge_stone(columns),
            FinalAdder::Ripple | FinalAdder::Synthesiser | FinalAdder::CarrySelect { .. } => prefix::serial(columns),
        }
    }
}
