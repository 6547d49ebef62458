//! What feeders that deal digits out have in common: their ports.

use super::geometry::Geometry;
use tritloom_hdl::{Lanes, ModuleBuilder, Value, uint};

/// The inputs that all feeders have.
pub(crate) struct FeederPorts {
    pub load: Value,
    /// A row a lane.
    pub activations: Lanes,
    /// A column a lane.
    pub weights: Lanes,
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
        m.parameter("rows", rows);
        m.parameter("columns", columns);
        m.parameter("places", geometry.depth);
        FeederPorts {
            load: m.documented_input("load", uint(1), "a beat enters"),
            activations: m.input_lanes("activations", uint(row_bits), rows, "first row lowest"),
            weights: m.input_lanes("weights", uint(column_bits), columns, weights),
        }
    }

    /// Operands as they entered.
    pub fn held(&self, m: &ModuleBuilder, name: &str, operands: &Lanes) -> Lanes {
        m.delay(name, operands.flat(), Some(&self.load)).lanes(operands.shape(), operands.count())
    }

    /// Gives what rows and columns see.
    pub fn deal(m: &ModuleBuilder, rows: &Lanes, columns: &Lanes) {
        m.output_lanes("to_rows", rows, "first row lowest");
        m.output_lanes("to_columns", columns, "first column lowest");
    }
}
