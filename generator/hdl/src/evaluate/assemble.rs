//! The parts of an evaluator: ports, state, memories, and the program between them.

use super::compile::{Compiler, Reading};
use super::lower::Choice;
use super::memory::{MemoryState, ReadPort, WritePort};
use super::program::{Action, Program};
use crate::bits::{Bits, limb_count};
use crate::design::{Design, Memory, MemoryId, NodeId, NodeKind, PortKind, Register};
use crate::hierarchy::{Hierarchy, Place};
use crate::shape::Shape;
use indexmap::IndexMap;
use std::collections::HashMap;

/// A value that stands in the arena.
#[derive(Clone, Copy, Debug)]
pub(super) struct Variable {
    pub limb: u32,
    pub shape: Shape,
}

/// A register, a delay line, or the word that a read port keeps.
#[derive(Clone, Debug)]
pub(super) struct StateElement {
    /// Path of given names.
    pub path: String,
    /// What it took last.
    pub variable: Variable,
    /// The values that it keeps, behind one another in the arena, the newest first; only a delay line has several.
    pub cycles: u32,
    pub reset: Option<Bits>,
    pub is_read_port: bool,
}

impl StateElement {
    /// Where the values that it keeps stand, the newest first.
    pub fn variables(&self) -> impl DoubleEndedIterator<Item = Variable> + use<> {
        let Variable { limb, shape } = self.variable;
        let limbs = limb_count(shape.width) as u32;
        (0..self.cycles).map(move |cycle| Variable { limb: limb + cycle * limbs, shape })
    }
}

/// Everything that [`Design`] becomes.
pub(super) struct Assembly {
    pub program: Program,
    pub arena: Vec<u64>,
    pub inputs: IndexMap<String, Variable>,
    pub outputs: IndexMap<String, Variable>,
    /// Side by side at the start of the arena.
    pub state: Vec<StateElement>,
    /// Where the arena holds the state's next values, in the same order.
    pub staged: usize,
    pub memories: Vec<MemoryState>,
}

pub(super) fn assemble(design: &Design) -> Assembly {
    let mut compiler = Compiler::new(Hierarchy::new(design));
    // State comes first so that one copy moves all of it at a clock edge.
    let places =
        places_of(&compiler.hierarchy, |kind| matches!(kind, NodeKind::Register(_) | NodeKind::MemoryRead { .. }));
    let state: Vec<StateElement> = places.iter().map(|&place| state_element(&mut compiler, place)).collect();
    let inputs = inputs(&mut compiler, design);
    let outputs = outputs(&mut compiler, design);
    let elements = places.iter().zip(&state);
    let updates: Vec<Option<Vec<Action>>> =
        elements.map(|(&place, element)| updates(&mut compiler, place, element)).collect();
    let mut memories = memories(&mut compiler);
    let staged = compiler.arena.len();
    for (&place, updates) in places.iter().zip(updates) {
        let width = compiler.hierarchy.node(place).shape.width;
        match updates {
            Some(actions) => actions.into_iter().for_each(|action| _ = compiler.push(action, width, false)),
            None => _ = compiler.allocate(width, false),
        }
    }
    for port in memories.iter_mut().flat_map(|memory| &mut memory.reads) {
        port.staged = port.limb + staged as u32;
    }
    Assembly { program: compiler.program, arena: compiler.arena, inputs, outputs, state, staged, memories }
}

/// Every iteration, in every frame, of the nodes of some kinds.
fn places_of(hierarchy: &Hierarchy, wanted: impl Fn(&NodeKind) -> bool) -> Vec<Place> {
    let mut places = Vec::new();
    for frame in 0..hierarchy.frames.len() as u32 {
        let layout = hierarchy.layout(frame);
        for (position, node) in layout.module.nodes.iter().enumerate().filter(|(_, node)| wanted(&node.kind)) {
            let iterations = 0..layout.iterations(node.scope);
            places.extend(iterations.map(|iteration| Place { frame, node: NodeId(position as u32), iteration }));
        }
    }
    places
}

fn inputs(compiler: &mut Compiler, design: &Design) -> IndexMap<String, Variable> {
    let top = design.top();
    let mut inputs = IndexMap::new();
    for (position, node) in top.nodes.iter().enumerate() {
        if let NodeKind::Input(port) = node.kind {
            let limb = compiler.leaf(Place { frame: 0, node: NodeId(position as u32), iteration: 0 });
            inputs.insert(top.ports[port.index()].name.clone(), Variable { limb, shape: node.shape });
        }
    }
    inputs
}

fn outputs(compiler: &mut Compiler, design: &Design) -> IndexMap<String, Variable> {
    let mut outputs = IndexMap::new();
    for port in &design.top().ports {
        if let PortKind::Output(node) = port.kind {
            let reading = compiler.reading(Place { frame: 0, node, iteration: 0 });
            let limb = compiler.whole(&reading).limb;
            outputs.insert(port.name.clone(), Variable { limb, shape: port.shape });
        }
    }
    outputs
}

fn state_element(compiler: &mut Compiler, place: Place) -> StateElement {
    let (cycles, width) = (cycles(&compiler.hierarchy, place), compiler.hierarchy.node(place).shape.width);
    let limb = compiler.arena.len() as u32;
    (1..cycles).for_each(|_| _ = compiler.allocate(width, false));
    // The oldest value is what is read.
    compiler.leaf(place);
    let (hierarchy, node) = (&compiler.hierarchy, compiler.hierarchy.node(place));
    let layout = hierarchy.layout(place.frame);
    let (name, reset, is_read_port) = match node.kind {
        NodeKind::Register(id) => {
            let Register { name, stage, reset, .. } = &layout.module.registers[id.index()];
            let suffix = if *stage > 1 { format!("#{stage}") } else { String::new() };
            (format!("{name}{suffix}"), reset.clone(), false)
        }
        NodeKind::MemoryRead { memory, port } => {
            let memory = &layout.module.memories[memory.index()];
            (format!("{}.{}", memory.name, memory.reads[port as usize].name), None, true)
        }
        _ => unreachable!("only state is asked for"),
    };
    let path = &hierarchy.frames[place.frame as usize].path;
    let path = format!("{path}{}{name}", layout.loop_path(node.scope, place.iteration));
    StateElement { path, variable: Variable { limb, shape: node.shape }, cycles, reset, is_read_port }
}

/// How many values the state at a place keeps.
fn cycles(hierarchy: &Hierarchy, place: Place) -> u32 {
    let layout = hierarchy.layout(place.frame);
    match hierarchy.node(place).kind {
        NodeKind::Register(id) => layout.cycles(&layout.module.registers[id.index()], place.iteration),
        _ => 1,
    }
}

/// What the registers at a place take at the next edge, the first of a delay line first; `None` for a read port.
fn updates(compiler: &mut Compiler, place: Place, element: &StateElement) -> Option<Vec<Action>> {
    let node = compiler.hierarchy.node(place);
    let NodeKind::Register(id) = node.kind else { return None };
    let register = &compiler.hierarchy.layout(place.frame).module.registers[id.index()];
    let next = read(compiler, place, register.next.expect("a checked design drives every register"));
    let mut before = compiler.choice(&next);
    let enable = register.enable.map(|enable| {
        let enable = read(compiler, place, enable);
        compiler.operand(&enable)
    });
    let mut actions = Vec::new();
    for Variable { limb, shape } in element.variables() {
        let own = Choice::at(limb, shape.width);
        actions.push(match enable {
            None => compiler.take(before),
            Some(enable) => compiler.choose(enable, before, own),
        });
        before = own;
    }
    Some(actions)
}

fn read(compiler: &mut Compiler, place: Place, node: NodeId) -> Reading {
    let place = compiler.hierarchy.operand(place, node);
    compiler.reading(place)
}

/// Every memory of every frame, and the ports of those that are read.
fn memories(compiler: &mut Compiler) -> Vec<MemoryState> {
    let mut memories: Vec<MemoryState> = Vec::new();
    let mut positions: HashMap<(u32, MemoryId, u32), usize> = HashMap::new();
    for place in places_of(&compiler.hierarchy, |kind| matches!(kind, NodeKind::MemoryRead { .. })) {
        let NodeKind::MemoryRead { memory: id, port } = compiler.hierarchy.node(place).kind else { continue };
        let layout = compiler.hierarchy.layout(place.frame);
        let memory = &layout.module.memories[id.index()];
        let position = *positions.entry((place.frame, id, place.iteration)).or_insert(memories.len());
        if position == memories.len() {
            let path = &compiler.hierarchy.frames[place.frame as usize].path;
            let path = format!("{path}{}{}", layout.loop_path(memory.scope, place.iteration), memory.name);
            let state = memory_state(compiler, place, memory, path);
            memories.push(state);
        }
        let (enable, address) = (memory.reads[port as usize].enable, memory.reads[port as usize].address);
        let (enable, address) = (read(compiler, place, enable), read(compiler, place, address));
        let present = compiler.reading(place);
        let port = ReadPort {
            enable: compiler.operand(&enable),
            address: compiler.index(&address),
            limb: compiler.whole(&present).limb,
            staged: 0,
        };
        memories[position].reads.push(port);
    }
    memories
}

fn memory_state(compiler: &mut Compiler, place: Place, memory: &Memory, path: String) -> MemoryState {
    let width = memory.shape.width;
    let words = match &memory.contents {
        Some(contents) => contents.iter().flat_map(|word| word.limbs()).copied().collect(),
        None => vec![0; limb_count(width) * memory.depth as usize],
    };
    let write = memory.write.map(|write| {
        let (enable, address) = (read(compiler, place, write.enable), read(compiler, place, write.address));
        let data = read(compiler, place, write.data);
        WritePort { enable: compiler.operand(&enable), address: compiler.index(&address), data: compiler.whole(&data) }
    });
    MemoryState {
        path,
        width,
        depth: memory.depth,
        writable: memory.contents.is_none(),
        words,
        reads: Vec::new(),
        write,
    }
}
