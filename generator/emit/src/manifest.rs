//! What a generated core promises, for programs: streams, widths, schedule, primitives.

use crate::HANDSHAKE;
use serde_json::{Value, json};
use tritloom_datapath::array::{Mode, Operand};
use tritloom_datapath::family::Family;
use tritloom_datapath::interface::{Direction, Field, Interface, Stream};
use tritloom_datapath::parameter::{ParameterValue, Parameters};
use tritloom_hdl::Census;

/// Who a design is.
#[derive(Clone, Copy)]
pub struct Subject<'a> {
    /// The name in its configuration.
    pub name: &'a str,
    /// The hash of its resolved configuration.
    pub hash: &'a str,
    /// Its top module.
    pub top: &'a str,
    /// Its family.
    pub family: &'a dyn Family,
    /// Its parameters, complete.
    pub parameters: &'a Parameters,
}

/// The manifest, as JSON text that ends with a newline.
pub fn manifest(subject: &Subject) -> String {
    let Subject { family, parameters, .. } = subject;
    let timing = family.timing(parameters);
    let mut manifest = json!({
        "design": subject.name,
        "config_hash": subject.hash,
        "top": subject.top,
        "family": family.name(),
        "parameters": parameters.iter().map(|(parameter, value)| (parameter.name.to_string(), plain(value))).collect::<serde_json::Map<_, _>>(),
        "clock": "clk_i",
        "reset": "rst_ni (asynchronous, active low)",
        "handshake": HANDSHAKE,
        "streams": streams(&family.interface(parameters)),
        "timing": {
            "latency_cycles": timing.latency_cycles,
            "weights_per_beat": timing.weights_per_beat,
            "weight_bits_per_beat": timing.weight_bits_per_beat,
            "passes": timing.passes,
            "runs": timing.runs,
            "cycles_per_beat": { "least": timing.pace.least_cycles, "most": timing.pace.most_cycles },
            "schedule": timing.formula,
        },
        "primitives": primitives(&family.census(parameters)),
    });
    let modes: Vec<Value> = family.modes(parameters).iter().enumerate().map(mode).collect();
    if !modes.is_empty() {
        manifest["modes"] = Value::Array(modes);
    }
    format!("{manifest:#}\n")
}

fn plain(value: &ParameterValue) -> Value {
    match value {
        ParameterValue::Integer(value) => json!(value),
        ParameterValue::Choice(word) => json!(word),
        ParameterValue::Flag(value) => json!(value),
    }
}

fn streams(interface: &Interface) -> Vec<Value> {
    let entry = |stream: &Stream| {
        let (direction, valid, ready, payload) = match stream.direction {
            Direction::Input => ("input", "i", "o", "i"),
            Direction::Output => ("output", "o", "i", "o"),
        };
        let name = &stream.name;
        let field = |Field { name: field, width, lanes }: &Field| {
            let port = format!("{name}_{field}_{payload}");
            json!({"port": port, "bits": width, "lanes": lanes, "bits_per_lane": width / lanes})
        };
        json!({
            "name": name,
            "direction": direction,
            "valid": format!("{name}_valid_{valid}"),
            "ready": format!("{name}_ready_{ready}"),
            "fields": stream.fields.iter().map(field).collect::<Vec<_>>(),
        })
    };
    interface.streams.iter().map(entry).collect()
}

fn mode((number, mode): (usize, &Mode)) -> Value {
    let operand = |operand: &Operand| {
        json!({
            "numbers": operand.numbers.name(),
            "lanes": operand.lanes,
            "bits_from_lane_to_lane": operand.lane_bits,
            "bits_from_slot_to_slot": operand.pitch,
        })
    };
    json!({
        "number": number,
        "name": mode.name,
        "places_per_beat": mode.places,
        "activation": operand(&mode.activation),
        "weight": operand(&mode.weight),
    })
}

fn primitives(census: &Census) -> Value {
    let entry = |(primitive, tally): (tritloom_hdl::Primitive, tritloom_hdl::Tally)| json!({"primitive": format!("{primitive:?}"), "count": tally.count, "bits": tally.bits});
    Value::Array(census.iter().map(entry).collect())
}
