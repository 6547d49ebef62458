//! What a generated core shows to its surroundings: ready/valid streams, and what must come out of them.

use tritloom_hdl::Bits;

/// The streams of a core. Beside them every core has `clk_i` and the active-low `rst_ni`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Interface {
    /// In port order.
    pub streams: Vec<Stream>,
}

/// One ready/valid stream: a beat passes at a rising clock edge where both valid and ready are high.
///
/// Once valid is high it stays so, with the same fields, until the beat passes; a bench fails a core that withdraws
/// or changes a beat. While valid is low the fields mean nothing: a bench drives noise on them.
///
/// An input stream `weight` with a field `data` has the ports `weight_valid_i`, `weight_ready_o` and
/// `weight_data_i`; an output stream `result` has `result_valid_o`, `result_ready_i`, `result_data_o`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Stream {
    /// The first part of the ports' names.
    pub name: String,
    /// Seen from the core.
    pub direction: Direction,
    /// What a beat carries, in port order.
    pub fields: Vec<Field>,
}

impl Stream {
    /// A stream of beats with these fields, each a number of so many bits.
    pub fn new(name: &str, direction: Direction, fields: &[(&str, u32)]) -> Stream {
        let field = |&(name, width): &(&str, u32)| Field { name: name.to_string(), width, lanes: 1 };
        Stream { name: name.to_string(), direction, fields: fields.iter().map(field).collect() }
    }

    /// The same where a field is so many lanes of equal width.
    pub fn in_lanes(mut self, field: &str, lanes: u32) -> Stream {
        self.fields.iter_mut().filter(|own| own.name == field).for_each(|field| field.lanes = lanes);
        self
    }
}

/// Seen from the core.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Direction {
    /// Into the core.
    Input,
    /// Out of the core.
    Output,
}

/// One named part of a beat.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Field {
    /// The middle part of the port's name.
    pub name: String,
    /// In bits.
    pub width: u32,
    /// How many numbers of equal width it holds, the first in the lowest bits.
    pub lanes: u32,
}

/// The fields of one beat, in the order of the stream's fields.
pub type Beat = Vec<Bits>;

/// A beat of results in lanes of so many bits, zero beyond the last: all lanes, which of them hold a result, and whether
/// the run ends.
pub(crate) fn result_beat(results: &[i128], lanes: u32, bits: u32, last: bool) -> Beat {
    let lane = |lane| Bits::from_i128(results.get(lane).copied().unwrap_or(0), bits);
    let keep = |lane| Bits::from_u64((lane < results.len()).into(), 1);
    let lanes = 0..lanes as usize;
    vec![
        Bits::join(&lanes.clone().map(lane).collect::<Vec<_>>()),
        Bits::join(&lanes.map(keep).collect::<Vec<_>>()),
        Bits::from_u64(last.into(), 1),
    ]
}

/// A stretch of simulation after which the core must be idle again (or is reset, where it is aborted).
///
/// Scenarios of a list run one after another WITHOUT reset between them, except behind an aborted one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Scenario {
    /// A short name for reports, such as `all_minimum` or `random_gaps_3`.
    pub name: String,
    /// For each input stream of the interface, in order: the beats to send, each with the number of cycles
    /// for which valid stays low before it.
    pub inputs: Vec<Vec<(u32, Beat)>>,
    /// For each output stream of the interface, in order: the beats that must come, and no more.
    pub outputs: Vec<Vec<Beat>>,
    /// For each output stream: ready in cycle `c` of the scenario is bit `c mod 64`; all ones never stalls.
    pub ready: Vec<u64>,
    /// Reset for two cycles after so many cycles of the scenario, whatever has passed by then; the beats
    /// that came before must still be the first of `outputs`.
    pub abort_after: Option<u64>,
    /// Where the latency contract applies: the exact number of cycles from the first input beat that passes
    /// to the last output beat that passes, both counted in (a beat in and out in one cycle counts 1).
    pub cycles: Option<u64>,
}
