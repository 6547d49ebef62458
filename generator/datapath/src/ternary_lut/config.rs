//! Parameters of the look-up-table core.

use super::table::entry_bits;
use crate::family::Family;
use crate::matvec::{self, Addition, Geometry};
use crate::parameter::{Parameter, Parameters, Problem};
use crate::sign_flip;
use tritloom_formats::key;

/// Whether a register stands behind the tables.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Table {
    /// Combinational.
    Wired,
    /// Registered.
    Registered,
}

/// How a table is built from its activations.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Build {
    /// Each entry is one with one non-zero less, plus or minus an activation.
    Minimal,
    /// Each entry is one of the first half, plus or minus one of the second half.
    Balanced,
    /// Balanced, with a register between the levels.
    Pipelined,
}

/// The resolved configuration.
pub struct TernaryLutConfig {
    /// What every core has.
    pub geometry: Geometry,
    /// Behind the tables.
    pub table: Table,
    /// Inside the tables.
    pub build: Build,
}

impl TernaryLutConfig {
    /// From complete, legal parameters.
    pub fn new(parameters: &Parameters) -> TernaryLutConfig {
        let number = |name: &str| parameters.integer(name) as u32;
        let weights = matvec::weight_format(parameters.choice("weights"));
        TernaryLutConfig {
            geometry: matvec::geometry(
                parameters,
                number("group_size"),
                number("tables"),
                weights,
                Addition::new(parameters),
            ),
            table: if parameters.choice("table") == "registered" { Table::Registered } else { Table::Wired },
            build: match parameters.choice("build") {
                "minimal" => Build::Minimal,
                "pipelined" => Build::Pipelined,
                _ => Build::Balanced,
            },
        }
    }

    /// The part of the top module's name that shows table and build.
    pub fn table_suffix(&self) -> String {
        let build = match self.build {
            Build::Minimal => "min",
            Build::Balanced => "bal",
            Build::Pipelined => "pipe",
        };
        let table = if self.table == Table::Registered { "tr" } else { "tw" };
        format!("{table}_{build}")
    }
}

pub(super) const PARAMETERS: &[Parameter] = &[
    Parameter::integer(
        "group_size",
        1,
        6,
        Some(3),
        "activations per table (mu): (3^mu - 1) / 2 entries; 1 is a sign-flip core",
    ),
    Parameter::integer("tables", 1, 1024, Some(8), "tables side by side (L): tables * group_size activations a cycle"),
    matvec::PORTS,
    matvec::ACTIVATION,
    Parameter::choice(
        "table",
        &[("wired", "combinational"), ("registered", "a register behind each entry, one cycle more of latency")],
        Some("registered"),
        "whether a register stands between the tables and the ports",
    ),
    Parameter::choice(
        "build",
        &[
            ("minimal", "one activation is added at a time: depth group_size - 1"),
            ("balanced", "halves are added: depth ceil(log2 group_size), the same number of adders"),
            ("pipelined", "balanced, with a register between the levels of adders"),
        ],
        Some("balanced"),
        "how the sums of a table are formed; each build uses entries - group_size adders",
    ),
    matvec::REDUCTION,
    matvec::PARTIAL_SUM,
    matvec::LOOP_ORDER,
    matvec::WEIGHTS,
    matvec::MAX_INPUTS,
    matvec::MAX_OUTPUTS,
];

pub(super) const CONTRACT: &str = "\
y[m] = sum over n of w[m][n] * x[n], with w in {-1, 0, +1}, exact for every legal input.

Streams (ready/valid; a beat passes at a rising edge where both are high):
  run         lengths of x (inputs) and y (outputs), each 0 to its maximum
  activation  tables * group_size values of x a beat, the first in the lowest bits; each beat once a run
  weight      for each of `ports` outputs the weights of that beat of x, the first output in the lowest bits
  result      `ports` values of y a beat, the first in the lowest bits; keep marks lanes within y, last the
              final beat of a run
Order of weight beats: output_stationary: input tiles within output tiles; table_stationary: the reverse.
What lies beyond x or y in a last beat is ignored and comes out as zero. Runs follow one another without a
bubble and without reset. A length of zero takes one beat. A code that its format calls illegal, or a length
above its maximum, gives wrong results for that run and leaves later runs unharmed.

Latency: 1 (entry) + table stages + 1 with a registered partial sum + 1 (result) cycles from the weight beat that
completes a result to that result; one beat a cycle.";

pub(super) fn legality(parameters: &Parameters) -> Vec<Problem> {
    let geometry = TernaryLutConfig::new(parameters).geometry;
    let mut problems = matvec::legality(&geometry, &["tables", "group_size"]);
    let group_size = geometry.group_size;
    let table_bits = key::entries(group_size) * entry_bits(group_size, geometry.activation_bits);
    let bus = matvec::too_wide("tables", "the bus of all table entries", table_bits.into(), geometry.tables.into());
    problems.extend(bus.map(|problem| problem.involving(&["group_size", "activation"])));
    problems
}

/// The sign-flip core and the multiplier core of the same tile.
pub(super) fn baselines(parameters: &Parameters) -> Vec<(&'static dyn Family, Parameters)> {
    sign_flip::cores_without_groups(parameters, parameters.integer("group_size") * parameters.integer("tables"))
}
