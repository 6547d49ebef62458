//! What Yosys has made of a design: modules of cells, read from its JSON.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::fmt::Write;

use serde::Deserialize;
use serde_json::Value;

use crate::error::FlowError;
use crate::liberty::{Library, State};

/// Modules by name.
#[derive(Clone, Debug, Deserialize)]
pub(super) struct Netlist {
    pub(super) modules: BTreeMap<String, Module>,
}

#[derive(Clone, Debug, Deserialize)]
pub(super) struct Module {
    pub(super) ports: BTreeMap<String, Port>,
    pub(super) cells: BTreeMap<String, Cell>,
    netnames: BTreeMap<String, Net>,
}

#[derive(Clone, Debug, Deserialize)]
pub(super) struct Port {
    pub(super) direction: String,
    pub(super) bits: Vec<Value>,
}

#[derive(Clone, Debug, Deserialize)]
pub(super) struct Cell {
    #[serde(rename = "type")]
    pub(super) kind: String,
    #[serde(default)]
    pub(super) connections: BTreeMap<String, Vec<Value>>,
}

#[derive(Clone, Debug, Deserialize)]
struct Net {
    hide_name: u8,
    bits: Vec<Value>,
}

impl Netlist {
    pub(super) fn read(text: &str) -> Result<Netlist, FlowError> {
        serde_json::from_str(text).map_err(|error| FlowError::answer("yosys", format!("its netlist: {error}")))
    }

    /// How often each module stands in the design under `top`, itself included.
    pub(super) fn uses(&self, top: &str) -> BTreeMap<String, u64> {
        let mut uses = BTreeMap::new();
        self.add_uses(top, 1, &mut uses);
        uses
    }

    fn add_uses(&self, name: &str, times: u64, uses: &mut BTreeMap<String, u64>) {
        let Some(module) = self.modules.get(name) else { return };
        *uses.entry(name.to_owned()).or_default() += times;
        for (kind, count) in module.counts() {
            self.add_uses(kind, times * count, uses);
        }
    }
}

impl Module {
    /// Cells by their kind.
    pub(super) fn counts(&self) -> BTreeMap<&str, u64> {
        let mut counts = BTreeMap::new();
        self.cells.values().for_each(|cell| *counts.entry(cell.kind.as_str()).or_default() += 1);
        counts
    }

    /// The names of the module's nets by their bits, those that a reader knows before those that Yosys made up.
    pub(super) fn names(&self) -> HashMap<u64, String> {
        let mut names: HashMap<u64, (bool, String)> = HashMap::new();
        for (name, net) in &self.netnames {
            let made_up = net.hide_name == 1 || is_made_up(name);
            for (position, bit) in net.bits.iter().enumerate() {
                let Some(bit) = bit.as_u64() else { continue };
                let full = if net.bits.len() > 1 { format!("{name}[{position}]") } else { name.clone() };
                let known = names.get(&bit);
                // Of two names that a reader knows the one with fewer levels tells more: it is nearer to the top.
                let depth = |name: &str| name.matches('.').count();
                if known.is_none_or(|(other, old)| (made_up, depth(&full)) < (*other, depth(old))) {
                    names.insert(bit, (made_up, full));
                }
            }
        }
        names.into_iter().filter(|(_, (made_up, _))| !made_up).map(|(bit, (_, name))| (bit, name)).collect()
    }

    /// The bits of the ports of a direction.
    fn port_bits(&self, direction: &str) -> impl Iterator<Item = &Value> {
        let ports = self.ports.values().filter(move |port| port.direction == direction);
        ports.flat_map(|port| &port.bits)
    }

    /// The gates between registers as BLIF: what registers give are inputs, what they take are outputs. With it the
    /// bits of inputs and outputs in their order.
    pub(super) fn gates_as_blif(&self, library: &Library) -> Gates {
        let mut sources: BTreeSet<String> = self.port_bits("input").map(net).collect();
        let mut sinks: BTreeSet<String> = self.port_bits("output").map(net).collect();
        let mut body = String::new();
        for cell in self.cells.values() {
            let Some(known) = library.cells.get(&cell.kind) else { continue };
            let pins = |names: &[String]| -> Vec<String> {
                names.iter().filter_map(|pin| cell.connections.get(pin)?.first()).map(net).collect()
            };
            let inputs: Vec<String> = known.inputs.iter().map(|(name, _)| name.clone()).collect();
            let outputs: Vec<String> = known.outputs.iter().map(|(name, _)| name.clone()).collect();
            if known.state == State::None && outputs.len() == 1 {
                sources.extend(pins(&inputs).into_iter().filter(|name| name.starts_with("const")));
                let connected = cell.connections.iter().filter_map(|(pin, bits)| Some((pin, bits.first()?)));
                let connected: Vec<String> = connected.map(|(pin, bit)| format!("{pin}={}", net(bit))).collect();
                _ = writeln!(body, ".gate {} {}", cell.kind, connected.join(" "));
            } else {
                sinks.extend(pins(&inputs));
                sources.extend(pins(&outputs));
            }
        }
        let sinks: BTreeSet<String> = sinks.difference(&sources).cloned().collect();
        let list = |names: &BTreeSet<String>| names.iter().cloned().collect::<Vec<_>>();
        let (inputs, outputs) = (list(&sources), list(&sinks));
        let text = format!(".model top\n.inputs {}\n.outputs {}\n{body}.end\n", inputs.join(" "), outputs.join(" "));
        Gates { text, inputs, outputs }
    }

    /// A net that a cell of [`Module::plain_verilog`] drives; `None` where there is no such cell.
    pub(super) fn output_net(&self, instance: &str, library: &Library) -> Option<String> {
        let cell = self.cells.values().nth(instance.strip_prefix('g')?.parse().ok()?)?;
        let (output, _) = library.cells.get(&cell.kind)?.outputs.first()?;
        cell.connections.get(output)?.first().map(net)
    }

    /// Whether there is an input port of this name.
    pub(super) fn has_input(&self, name: &str) -> bool {
        self.ports.get(name).is_some_and(|port| port.direction == "input")
    }

    /// The module as Verilog that the simplest reader understands: scalar ports and nets whose names are numbers of
    /// bits, cells numbered in the order of their names.
    pub(super) fn plain_verilog(&self) -> String {
        let scalar = |name: &str, port: &Port, position: usize| {
            if port.bits.len() > 1 { format!("{name}_{position}") } else { name.to_owned() }
        };
        let mut ports = vec![];
        let mut body = String::new();
        for (name, port) in &self.ports {
            for (position, bit) in port.bits.iter().enumerate() {
                let own = scalar(name, port, position);
                _ = writeln!(body, "{} {own};", port.direction);
                let (left, right) = if port.direction == "input" {
                    (net(bit), own.clone())
                } else {
                    (own.clone(), literal(&net(bit)).to_owned())
                };
                _ = writeln!(body, "assign {left} = {right};");
                ports.push(own);
            }
        }
        for (number, cell) in self.cells.values().enumerate() {
            let pins = cell.connections.iter().filter_map(|(pin, bits)| Some((pin, bits.first()?)));
            let pins: Vec<String> = pins.map(|(pin, bit)| format!(".{pin}({})", literal(&net(bit)))).collect();
            _ = writeln!(body, "{} g{number} ({});", cell.kind, pins.join(", "));
        }
        format!("module top ({});\n{body}endmodule\n", ports.join(", "))
    }
}

/// The gates of a module and their surroundings.
pub(super) struct Gates {
    pub(super) text: String,
    pub(super) inputs: Vec<String>,
    pub(super) outputs: Vec<String>,
}

/// The name of a bit; undefined bits are low.
fn net(bit: &Value) -> String {
    match (bit.as_u64(), bit.as_str()) {
        (Some(number), _) => format!("n{number}"),
        (None, Some("1")) => "const1".to_owned(),
        _ => "const0".to_owned(),
    }
}

/// The same in Verilog.
fn literal(net: &str) -> &str {
    match net {
        "const0" => "1'b0",
        "const1" => "1'b1",
        net => net,
    }
}

/// Whether the last part of a name is one that Yosys makes up, such as `_0123_`.
fn is_made_up(name: &str) -> bool {
    let last = name.rsplit('.').next().unwrap_or(name);
    let inner = last.strip_prefix('_').and_then(|rest| rest.strip_suffix('_'));
    name.contains('$') || inner.is_some_and(|inner| inner.bytes().all(|letter| letter.is_ascii_digit()))
}
