//! From the records of the design to Verilog statements.

use super::super::connect::Target;
use super::super::literal::literal;
use super::super::naming::{CLOCK, RESET, port_name};
use super::super::plan::Plan;
use super::super::syntax::{
    Assignment, Case, Clocked, Connection, Expression, Part, Pieces, Ram, ReadPort, Reference, Signal, Statement,
    StatementKind,
};
use tritloom_hdl::{
    Affine, Bits, InstanceId, Location, LoopId, MemoryId, ModuleData, NodeId, NodeKind, PortId, PortKind, Register,
    RegisterId, WireId,
};

impl Plan<'_> {
    /// The loop in which a signal is declared.
    pub fn scope(&self, signal: Signal) -> Option<LoopId> {
        let module = self.reading.module;
        match signal {
            Signal::Clock | Signal::Reset | Signal::Port(_) | Signal::CountOnes(_) => None,
            Signal::Wire(wire) | Signal::Pieces(wire) => module.wires[wire.index()].scope,
            Signal::Register(register) => module.registers[register.index()].scope,
            Signal::Words(memory) | Signal::MemoryRead(memory, _) => module.memories[memory.index()].scope,
            Signal::InstanceOutput(instance, _) => module.instances[instance.index()].scope,
            Signal::Node(id) => self.reading.node(id).scope,
        }
    }

    /// The declaration of a signal, without what drives it.
    pub fn declaration(&self, signal: Signal) -> Statement {
        let module = self.reading.module;
        let (kind, location) = match signal {
            Signal::Wire(wire) => {
                let kind = match (self.chains.get(&wire), self.case_of_wire(wire)) {
                    (Some(width), _) => StatementKind::Pieces(pieces(module, wire, *width)),
                    (None, Some(_)) => StatementKind::Variable(signal),
                    (None, None) => StatementKind::Net(signal, None),
                };
                (kind, module.wires[wire.index()].location)
            }
            Signal::Register(register) => {
                (StatementKind::Variable(signal), module.registers[register.index()].location)
            }
            Signal::Words(memory) => (StatementKind::Words(memory), module.memories[memory.index()].location),
            Signal::MemoryRead(memory, _) => {
                (StatementKind::Variable(signal), module.memories[memory.index()].location)
            }
            Signal::InstanceOutput(instance, _) => {
                (StatementKind::Net(signal, None), module.instances[instance.index()].location)
            }
            Signal::Node(id) => (StatementKind::Net(signal, None), self.reading.node(id).location),
            Signal::Port(port) => (StatementKind::Net(signal, None), module.ports[port.index()].location),
            _ => (StatementKind::Net(signal, None), module.location),
        };
        at(kind, location)
    }

    /// What declares and drives a signal that the design does not name.
    pub fn made(&self, signal: Signal) -> Vec<Statement> {
        let id = match signal {
            Signal::Node(id) => id,
            Signal::CountOnes(width) => {
                return vec![Statement { kind: StatementKind::CountOnes(width), location: None }];
            }
            _ => return Vec::new(),
        };
        let node = self.reading.node(id);
        let kind = match &node.kind {
            NodeKind::Index(affine) => StatementKind::Parameter(signal, affine.clone()),
            _ if self.is_case(id) => {
                return vec![at(StatementKind::Variable(signal), node.location), self.case(signal, id, node.location)];
            }
            _ => StatementKind::Net(signal, Some(self.definition(id))),
        };
        vec![at(kind, node.location)]
    }

    /// The `case` that assigns a select or a table to a variable.
    pub fn case(&self, target: Signal, id: NodeId, location: Location) -> Statement {
        let (values, default) = self.case_values(id);
        let index = match &self.reading.node(self.reading.alias(id)).kind {
            NodeKind::Select { index, .. } | NodeKind::Table { index, .. } => *index,
            _ => id,
        };
        let index_width = self.reading.shape(index).width;
        at(StatementKind::Case(Case { target, index: self.value(index), index_width, values, default }), location)
    }

    /// What drives a wire, or lanes of it, behind its declaration.
    pub fn drive(&self, wire: WireId, position: usize) -> Statement {
        let record = &self.reading.module.wires[wire.index()];
        let drive = &record.drives[position];
        if let Some(id) = self.case_of_wire(wire) {
            return self.case(Signal::Wire(wire), id, drive.location);
        }
        at(StatementKind::Assign(self.targets(wire, position), self.driver(wire, drive.value)), drive.location)
    }

    /// What a driver of a wire assigns: all of it, a lane, or the pieces of a lane.
    fn targets(&self, wire: WireId, position: usize) -> Vec<Reference> {
        let record = &self.reading.module.wires[wire.index()];
        let signal = Signal::Wire(wire);
        let lane_width = record.shape.width / record.lanes;
        let Some(lane) = &record.drives[position].lane else {
            return vec![Reference::whole(signal, record.shape.signed)];
        };
        let low = lane.clone() * lane_width;
        let part = Part::Bits { low: low.clone(), width: lane_width };
        let flat = || vec![Reference { signal, piece: None, part, declared_signed: false }];
        self.pieces_of(wire, &low, lane_width).unwrap_or_else(flat)
    }

    /// The value that drives a wire: never the wire's own name.
    pub fn driver(&self, wire: WireId, value: NodeId) -> Expression {
        match self.signal(value) {
            Some(signal) if signal == Signal::Wire(wire) => self.definition(value),
            _ => self.value(value),
        }
    }

    /// The clocked part of a register.
    pub fn clocked(&self, id: RegisterId) -> Statement {
        let register = &self.reading.module.registers[id.index()];
        let reset = register.reset.as_ref().map(|bits| literal(bits, register.shape.signed));
        let hold = self.whole(Signal::Register(id));
        let next = register.next.map_or(hold, |next| self.shifted_in(id, self.value(next)));
        let assignment = Assignment { target: id, reset, next, location: register.location };
        let enable = register.enable.and_then(|enable| self.condition(enable));
        at(StatementKind::Clocked(Clocked { enable, assignments: vec![assignment] }), register.location)
    }

    /// What a register takes; a delay line as long in every iteration all but the oldest of what it holds, and the value on top.
    fn shifted_in(&self, id: RegisterId, value: Expression) -> Expression {
        let Register { cycles, shape, .. } = &self.reading.module.registers[id.index()];
        let Some(staying @ 1..) = cycles.as_constant().map(|cycles| cycles as u32 - 1) else { return value };
        let part = Part::Bits { low: Affine::from(shape.width), width: staying * shape.width };
        let reference = Reference { signal: Signal::Register(id), piece: None, part, declared_signed: false };
        Expression::concat(vec![value, Expression::Read(reference)])
    }

    /// The clocked part of a memory.
    pub fn memory(&self, id: MemoryId) -> Statement {
        let memory = &self.reading.module.memories[id.index()];
        let read = |port: &tritloom_hdl::MemoryRead| ReadPort {
            enable: self.condition(port.enable),
            address: self.index(port.address),
        };
        let reads = memory.reads.iter().map(read).collect();
        let kind = match memory.contents {
            Some(_) => StatementKind::Rom(id, reads),
            None => {
                let value = |id| self.value(id);
                let write = memory.write.map(|port| (value(port.enable), self.index(port.address), value(port.data)));
                StatementKind::Ram(Ram { memory: id, write, reads })
            }
        };
        at(kind, memory.location)
    }

    /// An instance, its clock and reset first, its ports in their order.
    pub fn instance(&self, id: InstanceId) -> Statement {
        let instance = &self.reading.module.instances[id.index()];
        let mut connections = Vec::new();
        let mut global = |present: bool, port: &str, signal| {
            if present {
                connections.push(Connection { port: port.to_string(), to: self.whole(signal), input: true });
            }
        };
        global(instance.module.is_sequential(), CLOCK, Signal::Clock);
        global(instance.module.has_reset(), RESET, Signal::Reset);
        for (position, port) in instance.module.ports.iter().enumerate() {
            let port_id = PortId(position as u32);
            let to = match port.kind {
                PortKind::Output(_) => self.instance_output(id, port_id),
                PortKind::Input => match instance.inputs.iter().find(|input| input.0 == port_id) {
                    Some((_, driver)) => self.value(*driver),
                    None => literal(&Bits::zero(port.shape.width), port.shape.signed),
                },
            };
            connections.push(Connection { port: port_name(port), to, input: port.kind == PortKind::Input });
        }
        at(StatementKind::Instance(id, connections), instance.location)
    }

    fn instance_output(&self, id: InstanceId, port: PortId) -> Expression {
        match self.connections.of(id, port) {
            None => self.whole(Signal::InstanceOutput(id, port)),
            Some(Target::Port(port)) => self.whole(Signal::Port(port)),
            Some(Target::Drive(wire, position)) => {
                let targets = self.targets(wire, position as usize);
                Expression::concat(targets.into_iter().map(Expression::Read).collect())
            }
        }
    }

    /// What drives an output port.
    pub fn output(&self, id: PortId, driver: NodeId) -> Statement {
        let port = &self.reading.module.ports[id.index()];
        let target = Reference::whole(Signal::Port(id), port.shape.signed);
        at(StatementKind::Assign(vec![target], self.value(driver)), port.location)
    }

    /// An enable; none where it is always one.
    fn condition(&self, enable: NodeId) -> Option<Expression> {
        let always = self.reading.constant(enable).is_some_and(|bits| bits.bit(0));
        (!always).then(|| self.value(enable))
    }
}

fn pieces(module: &ModuleData, wire: WireId, width: u32) -> Pieces {
    let count = module.wires[wire.index()].shape.width / width;
    Pieces { wire, width, count, flat: false, unread: false }
}

fn at(kind: StatementKind, location: Location) -> Statement {
    Statement { kind, location: Some(location) }
}
