//! What feeders that deal digits out have in common: their ports.

use super::geometry::Geometry;
use tritloom_hdl::{Lanes, ModuleBuilder, Value, uint};

/// The inputs that all feeders have.
pub(crate) struct FeederPorts {
    pub load: Value,
    /// A row a lane.
    pub activations: Lanes,
    /// A column a lane; `None` where weights stay.
    pub weights: Option<Lanes>,
}

impl FeederPorts {
    /// Declares them, for so many bits a row and a column; `weights` says what those of a column are.
    pub fn declare(
        m: &ModuleBuilder,
        geometry: &Geometry,
        [row_bits, column_bits]: [u32; 2],
        weights: &str,
    ) -> FeederPorts {
        let (rows, columns) = (geometry.operand_rows(), geometry.operand_columns());
        let passes = geometry.dealt.is_none();
        m.parameter("rows", rows);
        if passes {
            m.parameter("columns", columns);
        }
        m.parameter("places", geometry.depth);
        FeederPorts {
            load: m.documented_input("load", uint(1), "a beat enters"),
            activations: m.input_lanes("activations", uint(row_bits), rows, "first row lowest"),
            weights: passes.then(|| m.input_lanes("weights", uint(column_bits), columns, weights)),
        }
    }

    /// Operands as they entered.
    pub fn held(&self, m: &ModuleBuilder, name: &str, operands: &Lanes) -> Lanes {
        m.delay(name, operands.flat(), Some(&self.load)).lanes(operands.shape(), operands.count())
    }

    /// Gives what rows and columns see; columns see nothing of it where weights stay.
    pub fn deal(m: &ModuleBuilder, rows: &Lanes, columns: Option<&Lanes>) {
        m.output_lanes("to_rows", rows, "first row lowest");
        columns.iter().for_each(|columns| m.output_lanes("to_columns", columns, "first column lowest"));
    }
}

/// The size of an array in the name of its feeder.
pub(crate) fn feeder_size(geometry: &Geometry) -> String {
    let (rows, columns, depth) = (geometry.operand_rows(), geometry.operand_columns(), geometry.depth);
    if geometry.dealt.is_some() { format!("{rows}x{depth}") } else { format!("{rows}x{columns}x{depth}") }
}
