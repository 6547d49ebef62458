//! The names of a module's text. Given names come first and keep their form; names made from content give way.

mod words;

use super::plan::Plan;
use super::syntax::Signal;
use std::collections::{BTreeMap, BTreeSet};
use tritloom_hdl::{
    Affine, InstanceId, MemoryId, ModuleData, NodeId, NodeKind, Port, PortId, PortKind, RegisterId, WireId, bits_for,
    is_keyword,
};
use words::{Words, affine_words};

/// The clock port of every module with state below it.
pub const CLOCK: &str = "clk_i";
/// The asynchronous, active-low reset port of every module with a control register below it.
pub const RESET: &str = "rst_ni";

/// The emitted name of a port.
pub fn port_name(port: &Port) -> String {
    match port.kind {
        PortKind::Input => format!("{}_i", port.name),
        PortKind::Output(_) => format!("{}_o", port.name),
    }
}

/// The names of everything in a module.
#[derive(Default)]
pub(super) struct Names {
    signals: BTreeMap<Signal, String>,
    sinks: BTreeMap<Signal, String>,
    blocks: BTreeMap<WireId, (String, String)>,
    /// Argument and index of the functions that count ones.
    counting: (String, String),
    taken: BTreeSet<String>,
}

impl Names {
    /// `reads` are the signals that the text reads: the others get names that say that they are unused.
    pub fn new(plan: &Plan, reads: &BTreeSet<Signal>) -> Names {
        let mut names = Names::default();
        names.take_given(plan.reading.module);
        names.take_instance_outputs(plan, reads);
        names.take_made(plan);
        names.take_helpers(plan, reads);
        names
    }

    /// The name of a signal.
    pub fn of(&self, signal: Signal) -> &str {
        self.signals.get(&signal).map_or("", String::as_str)
    }

    /// The name of the net that reads what nothing else reads of a signal.
    pub fn sink(&self, signal: Signal) -> &str {
        self.sinks.get(&signal).map_or("", String::as_str)
    }

    /// Index and block of the loop that declares the pieces of a chained wire.
    pub fn pieces_loop(&self, wire: WireId) -> (&str, &str) {
        self.blocks.get(&wire).map_or(("", ""), |(index, block)| (index, block))
    }

    /// Argument and index of the functions that count ones.
    pub fn counting(&self) -> (&str, &str) {
        (&self.counting.0, &self.counting.1)
    }

    fn take_given(&mut self, module: &ModuleData) {
        self.take(Signal::Clock, CLOCK.to_string());
        self.take(Signal::Reset, RESET.to_string());
        for (position, port) in module.ports.iter().enumerate() {
            self.take(Signal::Port(PortId(position as u32)), port_name(port));
        }
        for (position, wire) in module.wires.iter().enumerate() {
            self.take(Signal::Wire(WireId(position as u32)), wire.name.clone());
        }
        for repeat in &module.loops {
            self.free_name(repeat.name.clone());
            self.free_name(loop_block(&repeat.name));
        }
        for (position, register) in module.registers.iter().enumerate() {
            let stage = if register.stage == 1 { String::new() } else { register.stage.to_string() };
            self.take(Signal::Register(RegisterId(position as u32)), format!("{}_q{stage}", register.name));
        }
        for (position, memory) in module.memories.iter().enumerate() {
            let id = MemoryId(position as u32);
            self.take(Signal::Words(id), format!("{}_mem", memory.name));
            for (port, read) in memory.reads.iter().enumerate() {
                self.take(Signal::MemoryRead(id, port as u32), format!("{}_{}_q", memory.name, read.name));
            }
        }
        for instance in &module.instances {
            self.free_name(instance_name(&instance.name));
        }
    }

    fn take_instance_outputs(&mut self, plan: &Plan, reads: &BTreeSet<Signal>) {
        for (position, instance) in plan.reading.module.instances.iter().enumerate() {
            for (port, record) in instance.module.ports.iter().enumerate() {
                let (id, port) = (InstanceId(position as u32), PortId(port as u32));
                let signal = Signal::InstanceOutput(id, port);
                let prefix = if reads.contains(&signal) { "" } else { "unused_" };
                if record.kind != PortKind::Input && plan.connections.of(id, port).is_none() {
                    self.take(signal, format!("{prefix}{}_{}", instance.name, record.name));
                }
            }
        }
    }

    fn take_made(&mut self, plan: &Plan) {
        let words = Words::new(plan);
        let mut by_name: BTreeMap<String, Vec<NodeId>> = BTreeMap::new();
        let (hinted, plain): (Vec<_>, Vec<_>) = plan.named_nodes().partition(|id| plan.hint(*id).is_some());
        for id in hinted {
            self.take(Signal::Node(id), plan.hint(id).unwrap_or_default().to_string());
        }
        for id in plain {
            match &plan.reading.node(id).kind {
                NodeKind::Index(affine) => {
                    let name = parameter_name(plan, affine, plan.reading.shape(id).width);
                    self.take(Signal::Node(id), name);
                }
                _ => by_name.entry(words.name(plan, id)).or_default().push(id),
            }
        }
        for (name, ids) in by_name {
            // Different expressions that read alike tell themselves apart by their hashes, all of them, so that
            // none of the names depends on which stands first.
            for id in &ids {
                let own = if ids.len() == 1 { name.clone() } else { words.hashed_name(plan, *id) };
                self.take(Signal::Node(*id), own);
            }
        }
    }

    fn take_helpers(&mut self, plan: &Plan, reads: &BTreeSet<Signal>) {
        // In blocks of their own, so that one name serves all of them.
        let piece = if plan.chains.is_empty() { String::new() } else { self.free_name("value".to_string()) };
        for wire in plan.chains.keys() {
            let name = &plan.reading.module.wires[wire.index()].name;
            let index = self.free_name(format!("{name}_lane"));
            let block = self.free_name(format!("gen_{name}"));
            self.signals.insert(Signal::Pieces(*wire), piece.clone());
            self.blocks.insert(*wire, (index, block));
        }
        for signal in reads {
            if let Signal::CountOnes(width) = signal {
                self.take(*signal, format!("count_ones_of_{width}"));
            }
        }
        if reads.iter().any(|signal| matches!(signal, Signal::CountOnes(_))) {
            self.counting = (self.free_name("vector".to_string()), self.free_name("position".to_string()));
        }
        let mut sinks: BTreeMap<String, String> = BTreeMap::new();
        for (signal, name) in self.signals.clone() {
            let sink = sinks.entry(name.clone()).or_insert_with(|| self.free_name(format!("unused_{name}")));
            self.sinks.insert(signal, sink.clone());
        }
    }

    fn take(&mut self, signal: Signal, name: String) {
        let name = self.free_name(name);
        self.signals.insert(signal, name);
    }

    fn free_name(&mut self, mut name: String) -> String {
        while is_keyword(&name) || !self.taken.insert(name.clone()) {
            name.push_str("_value");
        }
        name
    }
}

/// The block of a `generate` loop.
pub(super) fn loop_block(name: &str) -> String {
    format!("gen_{name}")
}

/// The emitted name of an instance.
pub fn instance_name(name: &str) -> String {
    format!("u_{name}")
}

/// `LaneIndex`; with its width where that is not the least one.
fn parameter_name(plan: &Plan, affine: &Affine, width: u32) -> String {
    let module = plan.reading.module;
    let camel: String = affine_words(module, affine).split('_').map(capitalised).collect();
    let least = bits_for(plan.reading.index_range(affine).1.max(0) as u64);
    if width == least { format!("{camel}Index") } else { format!("{camel}IndexW{width}") }
}

fn capitalised(word: &str) -> String {
    let mut letters = word.chars();
    letters.next().map_or(String::new(), |first| first.to_uppercase().chain(letters).collect())
}
