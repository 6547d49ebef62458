//! The hierarchy unrolled by arithmetic: every iteration of every node of every instance has a place.
//!
//! A *frame* is one instance of a module in one iteration of the loops around it. Inside a frame, an *iteration*
//! numbers the combinations of the indices of a scope's loops, the innermost index running fastest; the
//! iteration of an outer scope is therefore a quotient of that of an inner one.

use crate::builder::Affine;
use crate::design::{Design, InstanceId, LoopId, ModuleData, Node, NodeId, PortId, PortKind, Register, WireId};
use std::collections::HashMap;

/// One iteration of one node in one frame.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) struct Place {
    /// Position in [`Hierarchy::frames`].
    pub frame: u32,
    /// Of the frame's module.
    pub node: NodeId,
    /// Of the node's scope.
    pub iteration: u32,
}

/// One instance of a module, in one iteration.
pub(crate) struct Frame {
    /// Position in [`Hierarchy::layouts`].
    pub layout: usize,
    /// Path of given names with a dot behind each; empty for the top.
    pub path: String,
    /// Where it stands: frame, instance and iteration of the instance's scope; `None` for the top.
    parent: Option<(u32, InstanceId, u32)>,
    /// The number of its first place.
    first_place: usize,
    /// Position in [`Hierarchy::children`] of its first child.
    first_child: usize,
}

/// What is equal in all frames of one module.
pub(crate) struct Layout<'a> {
    pub module: &'a ModuleData,
    /// Iterations of each loop, those of the loops around it multiplied in.
    iterations: Vec<u32>,
    /// By node, the number of its first place within the frame.
    nodes: Vec<usize>,
    /// By instance, the number of its first child within the frame.
    instances: Vec<usize>,
    /// By wire, what drives each lane in each iteration.
    wires: Vec<Drivers>,
    places: usize,
    children: usize,
    /// Whether what stands in the module is not looked at from around it.
    pub is_closed: bool,
}

/// The drivers of one wire, by iteration of its scope and lane.
struct Drivers {
    /// A wire that is driven whole has one.
    lanes: u32,
    /// Value and iteration of the value's scope.
    values: Vec<(NodeId, u32)>,
}

/// Every frame of a design.
pub(crate) struct Hierarchy<'a> {
    pub layouts: Vec<Layout<'a>>,
    pub frames: Vec<Frame>,
    children: Vec<u32>,
    /// Of all frames together.
    pub places: usize,
}

impl<'a> Hierarchy<'a> {
    pub fn new(design: &'a Design) -> Hierarchy<'a> {
        Hierarchy::around(design, &[])
    }

    /// The hierarchy without what stands in modules of these names: their outputs have no origin.
    pub fn around(design: &'a Design, closed: &[String]) -> Hierarchy<'a> {
        let layouts: Vec<Layout> = design.modules.iter().map(|module| Layout::new(module)).collect();
        let positions: HashMap<&str, usize> =
            design.modules.iter().enumerate().map(|(position, module)| (module.name.as_str(), position)).collect();
        let top =
            Frame { layout: layouts.len() - 1, path: String::new(), parent: None, first_place: 0, first_child: 0 };
        let places = layouts[top.layout].places;
        let mut hierarchy = Hierarchy { layouts, frames: vec![top], children: Vec::new(), places };
        for layout in &mut hierarchy.layouts {
            layout.is_closed = closed.contains(&layout.module.name);
        }
        let mut next = 0;
        while next < hierarchy.frames.len() {
            if next == 0 || !hierarchy.layout(next as u32).is_closed {
                hierarchy.open_children(next as u32, &positions);
            }
            next += 1;
        }
        hierarchy
    }

    fn open_children(&mut self, parent: u32, positions: &HashMap<&str, usize>) {
        let frame = &mut self.frames[parent as usize];
        frame.first_child = self.children.len();
        let (layout, path) = (&self.layouts[frame.layout], frame.path.clone());
        for (number, instance) in layout.module.instances.iter().enumerate() {
            for iteration in 0..layout.iterations(instance.scope) {
                let child = positions[instance.module.name.as_str()];
                let place = format!("{path}{}{}.", layout.loop_path(instance.scope, iteration), instance.name);
                self.children.push(self.frames.len() as u32);
                self.frames.push(Frame {
                    layout: child,
                    path: place,
                    parent: Some((parent, InstanceId(number as u32), iteration)),
                    first_place: self.places,
                    first_child: 0,
                });
                self.places += self.layouts[child].places;
            }
        }
    }

    pub fn layout(&self, frame: u32) -> &Layout<'a> {
        &self.layouts[self.frames[frame as usize].layout]
    }

    pub fn node(&self, place: Place) -> &'a Node {
        self.layout(place.frame).module.node(place.node)
    }

    /// A number of its own for each place.
    pub fn number(&self, place: Place) -> usize {
        let frame = &self.frames[place.frame as usize];
        frame.first_place + self.layouts[frame.layout].nodes[place.node.index()] + place.iteration as usize
    }

    /// The place of a node that is read in an iteration of a scope nested in the node's.
    pub fn read(&self, frame: u32, node: NodeId, scope: Option<LoopId>, iteration: u32) -> Place {
        let layout = self.layout(frame);
        Place { frame, node, iteration: layout.outward(iteration, scope, layout.module.node(node).scope) }
    }

    /// The place of an operand of the node at `place`.
    pub fn operand(&self, place: Place, operand: NodeId) -> Place {
        self.read(place.frame, operand, self.node(place).scope, place.iteration)
    }

    /// The value of an index expression of the node at `place`.
    pub fn affine(&self, place: Place, affine: &Affine) -> i64 {
        self.layout(place.frame).affine(affine, self.node(place).scope, place.iteration)
    }

    /// How many lanes a wire is driven in.
    pub fn driven_lanes(&self, frame: u32, wire: WireId) -> u32 {
        self.layout(frame).wires[wire.index()].lanes
    }

    /// What drives a lane of the wire that the node at `place` stands for.
    pub fn driver(&self, place: Place, wire: WireId, lane: u32) -> Place {
        let layout = self.layout(place.frame);
        let drivers = &layout.wires[wire.index()];
        let iteration =
            layout.outward(place.iteration, self.node(place).scope, layout.module.wires[wire.index()].scope);
        let (node, iteration) = drivers.values[(iteration * drivers.lanes + lane) as usize];
        Place { frame: place.frame, node, iteration }
    }

    /// What drives an input port of a frame; `None` where that is the outside.
    pub fn outside(&self, frame: u32, port: PortId) -> Option<Place> {
        let (parent, instance, iteration) = self.frames[frame as usize].parent?;
        let record = &self.layout(parent).module.instances[instance.index()];
        let input = record.inputs.iter().find(|input| input.0 == port);
        let (_, node) = input.expect("a checked design drives every input");
        Some(self.read(parent, *node, record.scope, iteration))
    }

    /// Whether an instance is of a module that stays closed.
    pub fn is_closed(&self, frame: u32, instance: InstanceId) -> bool {
        let layout = self.layout(frame);
        let child = self.frames[frame as usize].first_child + layout.instances[instance.index()];
        self.layout(self.children[child]).is_closed
    }

    /// Frames that are looked into.
    pub fn open_frames(&self) -> impl Iterator<Item = u32> + '_ {
        (0..self.frames.len() as u32).filter(|frame| *frame == 0 || !self.layout(*frame).is_closed)
    }

    /// What drives an output port of the instance that the node at `place` reads.
    pub fn inside(&self, place: Place, instance: InstanceId, port: PortId) -> Place {
        let layout = self.layout(place.frame);
        let record = &layout.module.instances[instance.index()];
        let iteration = layout.outward(place.iteration, self.node(place).scope, record.scope);
        let child =
            self.frames[place.frame as usize].first_child + layout.instances[instance.index()] + iteration as usize;
        let frame = self.children[child];
        match record.module.ports[port.index()].kind {
            PortKind::Output(node) => Place { frame, node, iteration: 0 },
            PortKind::Input => unreachable!("the builder gives outputs only"),
        }
    }
}

impl<'a> Layout<'a> {
    fn new(module: &'a ModuleData) -> Layout<'a> {
        let mut iterations: Vec<u32> = Vec::new();
        for record in &module.loops {
            let around = record.parent.map_or(1, |parent| iterations[parent.index()]);
            iterations.push(around * record.count);
        }
        let mut layout = Layout {
            module,
            iterations,
            nodes: Vec::new(),
            instances: Vec::new(),
            wires: Vec::new(),
            places: 0,
            children: 0,
            is_closed: false,
        };
        for node in &module.nodes {
            layout.nodes.push(layout.places);
            layout.places += layout.iterations(node.scope) as usize;
        }
        for instance in &module.instances {
            layout.instances.push(layout.children);
            layout.children += layout.iterations(instance.scope) as usize;
        }
        layout.wires = (0..module.wires.len()).map(|wire| layout.drivers(wire)).collect();
        layout
    }

    /// How often a scope is repeated.
    pub fn iterations(&self, scope: Option<LoopId>) -> u32 {
        scope.map_or(1, |scope| self.iterations[scope.index()])
    }

    /// The iteration of `outer` that holds an iteration of `inner`.
    pub fn outward(&self, iteration: u32, inner: Option<LoopId>, outer: Option<LoopId>) -> u32 {
        iteration / (self.iterations(inner) / self.iterations(outer))
    }

    /// The cycles of a register in an iteration of its scope.
    pub fn cycles(&self, register: &Register, iteration: u32) -> u32 {
        self.affine(&register.cycles, register.scope, iteration) as u32
    }

    /// The bits that a register keeps in an iteration of its scope.
    pub fn state_bits(&self, register: &Register, iteration: u32) -> usize {
        self.cycles(register, iteration) as usize * register.shape.width as usize
    }

    fn affine(&self, affine: &Affine, scope: Option<LoopId>, iteration: u32) -> i64 {
        affine.at(|of| {
            let own = self.outward(iteration, scope, Some(of));
            i64::from(own % self.module.loops[of.index()].count)
        })
    }

    /// The loops around a scope's iteration as `row[1].column[2].`.
    pub fn loop_path(&self, scope: Option<LoopId>, iteration: u32) -> String {
        let mut path = String::new();
        let mut current = scope;
        while let Some(of) = current {
            let record = &self.module.loops[of.index()];
            let index = self.outward(iteration, scope, current) % record.count;
            path.insert_str(0, &format!("{}[{index}].", record.name));
            current = record.parent;
        }
        path
    }

    fn drivers(&self, wire: usize) -> Drivers {
        let wire = &self.module.wires[wire];
        let lanes = if wire.drives.iter().any(|drive| drive.lane.is_none()) { 1 } else { wire.lanes };
        let mut values = vec![(NodeId(u32::MAX), 0); (self.iterations(wire.scope) * lanes) as usize];
        for drive in &wire.drives {
            let value_scope = self.module.node(drive.value).scope;
            for iteration in 0..self.iterations(drive.scope) {
                let lane = drive.lane.as_ref().map_or(0, |lane| self.affine(lane, drive.scope, iteration));
                let row = self.outward(iteration, drive.scope, wire.scope);
                values[row as usize * lanes as usize + lane as usize] =
                    (drive.value, self.outward(iteration, drive.scope, value_scope));
            }
        }
        Drivers { lanes, values }
    }
}
