//! The ternary look-up-table core (arXiv 2604.25183): a table holds every sum that a group of activations can
//! form, and every output column reads it with the key of its weights.
//!
//! ```text
//!  activations ─► table 0 ─┬────────► port 0: pick, negate ─┐
//!                 table 1 ─┼─┬──────►         pick, negate ─┴► sum of L terms + accumulator
//!                          └─┼─...► port 1 ...
//! ```

mod config;
mod cost;
mod port;
mod table;

pub use config::{Build, Table, TernaryLutConfig};
pub(crate) use cost::selection;
pub use port::selected;
pub(crate) use port::{port, selecting_port, selection_arrival};
pub use table::{entry_bits, table};

use crate::census::Parts;
use crate::family::{Family, Timing};
use crate::interface::{Interface, Scenario};
use crate::matvec::{self, Element, Geometry, Prepared};
use crate::parameter::{Parameter, Parameters, Problem};
use crate::typical::Work;
use crate::words::counted;
use tritloom_formats::key;
use tritloom_hdl::{Design, Diagnostics, Lanes, Module, ModuleBuilder, Value, sint, uint};

/// The family.
pub struct TernaryLut;

impl Family for TernaryLut {
    fn name(&self) -> &'static str {
        "ternary_lut"
    }

    fn summary(&self) -> &'static str {
        "ternary look-up-table core: tables of all sums of a group, read by the weights of every output"
    }

    fn contract(&self) -> &'static str {
        config::CONTRACT
    }

    fn parameters(&self) -> &'static [Parameter] {
        config::PARAMETERS
    }

    fn legality(&self, parameters: &Parameters) -> Vec<Problem> {
        config::legality(parameters)
    }

    fn hardware(&self, parameters: &Parameters) -> Result<Design, Diagnostics> {
        let config = TernaryLutConfig::new(parameters);
        matvec::build(&config.geometry, &config)
    }

    fn interface(&self, parameters: &Parameters) -> Interface {
        matvec::interface(&TernaryLutConfig::new(parameters).geometry)
    }

    fn timing(&self, parameters: &Parameters) -> Timing {
        let config = TernaryLutConfig::new(parameters);
        matvec::timing(&config.geometry, config.prepare_stages())
    }

    fn census_by_part(&self, parameters: &Parameters) -> Parts {
        cost::census_by_part(&TernaryLutConfig::new(parameters))
    }

    fn scenarios(&self, parameters: &Parameters, seed: u64) -> Vec<Scenario> {
        let config = TernaryLutConfig::new(parameters);
        matvec::scenarios(&config.geometry, &self.timing(parameters), seed)
    }

    fn typical_work(&self, parameters: &Parameters, _mode: Option<usize>, seed: u64) -> Work {
        matvec::typical_work(&TernaryLutConfig::new(parameters).geometry, &self.timing(parameters), seed)
    }

    fn ternary_product(&self, parameters: &Parameters) -> Option<Geometry> {
        Some(TernaryLutConfig::new(parameters).geometry)
    }

    fn baselines(&self, parameters: &Parameters) -> Vec<(&'static dyn Family, Parameters)> {
        config::baselines(parameters)
    }
}

impl Element for TernaryLutConfig {
    fn top_name(&self) -> String {
        format!("ternary_lut_{}_{}", self.geometry.name_suffix(), self.table_suffix())
    }

    fn summary(&self) -> String {
        let geometry = &self.geometry;
        format!(
            "Multiplies a ternary matrix by a vector of {}-bit integers: {} of the {} sums of {}, read by {} a \
             cycle.",
            geometry.activation_bits,
            counted(geometry.tables, "table"),
            key::entries(geometry.group_size),
            counted(geometry.group_size, "activation"),
            counted(geometry.ports, "output")
        )
    }

    fn prepare(&self, m: &ModuleBuilder, activations: &Lanes, advance: &Value) -> Prepared {
        let entries = self.entries(m, activations, advance);
        Prepared(match self.table {
            Table::Wired => entries,
            Table::Registered => m.delay("table_entries", &entries, Some(advance)),
        })
    }

    fn prepare_stages(&self) -> u32 {
        table::pipeline_stages(self.geometry.group_size, self.build) + u32::from(self.table == Table::Registered)
    }

    fn port(&self) -> Module {
        let entry = sint(entry_bits(self.geometry.group_size, self.geometry.activation_bits));
        selecting_port("lut_port", &self.geometry, entry)
    }
}

impl TernaryLutConfig {
    /// The entries of all tables side by side. An activation on its own is its only entry.
    fn entries(&self, m: &ModuleBuilder, activations: &Lanes, advance: &Value) -> Value {
        let Geometry { group_size, activation_bits, tables, .. } = self.geometry;
        if group_size == 1 {
            return activations.flat().clone();
        }
        let module = table(group_size, activation_bits, self.build);
        let shape = uint(key::entries(group_size) * entry_bits(group_size, activation_bits));
        let entries = m.lanes("entries", shape, tables);
        let groups = activations.flat().lanes(uint(activation_bits * group_size), tables);
        m.repeat("group", tables, |group| {
            let built = m.instance("table", &module);
            built.connect("activations", &groups.lane(group));
            if module.port("advance").is_some() {
                built.connect("advance", advance);
            }
            entries.drive(group, &built.output("entries").as_unsigned());
        });
        entries.flat().clone()
    }
}
