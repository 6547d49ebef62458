//! Wires, state, memories, instances and loops around random values.

use super::sketch::Sketch;
use crate::bits::Bits;
use crate::builder::{Affine, Index, LaneWire, Lanes, Value};
use crate::design::PortKind;
use crate::shape::{Shape, uint};

/// How the iterations of a nest of loops drive the lanes of one wire.
enum Order {
    Straight,
    Reversed,
    /// Two lanes for each iteration.
    Paired,
    /// The next lane from the present one.
    Chained,
}

/// A wire that a nest of loops drives.
struct Target {
    wire: LaneWire,
    shape: Shape,
    order: Order,
}

/// Loops within each other, with the wires that the innermost drives.
struct Nest {
    /// Iterations, outermost first.
    counts: Vec<u32>,
    targets: Vec<Target>,
    /// For each loop, a digest of what nobody uses in it.
    rests: Vec<LaneWire>,
}

impl Nest {
    /// How often the body of the loop of one level stands.
    fn repetitions(&self, level: usize) -> u32 {
        self.counts[..=level].iter().product()
    }

    /// How often the innermost loop's body stands.
    fn total(&self) -> u32 {
        self.counts.iter().product()
    }
}

impl Sketch<'_> {
    /// Adds one piece of structure.
    pub(super) fn structure(&mut self) {
        match self.random.below(14) {
            0 | 1 => self.register(),
            2 => self.ram(),
            3 => self.rom(),
            4 => self.forward(),
            5 => self.pipeline(),
            6..=8 if !self.children.is_empty() => self.instance(),
            9 | 10 => self.delay_line(),
            _ if self.depth() < 2 => self.repeat(),
            _ => self.register(),
        }
    }

    fn register(&mut self) {
        let (name, shape) = (self.name("r"), self.shape(super::WIDEST));
        let register = self.builder.register(&name, shape);
        if self.chance(2) {
            let value = self.random.bits(shape.width.min(63));
            register.reset(value.limbs()[0]);
        }
        self.add_register(register);
    }

    fn delay_line(&mut self) {
        let (name, shape, cycles) = (self.name("line"), self.shape(100), self.cycles());
        let (value, enable) = (self.value(shape), self.chance(2).then(|| self.bit()));
        let late = self.builder.delay_line(&name, &value, cycles, enable.as_ref());
        self.add(late);
    }

    fn ram(&mut self) {
        let (name, shape, depth) = (self.name("ram"), self.shape(100), 2 << self.random.below(4));
        let memory = self.builder.memory(&name, shape, depth);
        let (enable, address, data) = (self.bit(), self.value(memory.address_shape()), self.value(shape));
        memory.write(&enable, &address, &data);
        for port in ["first", "second"].iter().take(1 + self.random.below(2) as usize) {
            let (enable, address) = (self.bit(), self.value(memory.address_shape()));
            self.add(memory.read(port, &enable, &address));
        }
    }

    fn rom(&mut self) {
        let (name, shape, depth) = (self.name("rom"), self.shape(100), 2 << self.random.below(4));
        let contents: Vec<Bits> = (0..depth).map(|_| self.random.bits(shape.width)).collect();
        let memory = self.builder.rom(&name, shape, &contents);
        let (enable, address) = (self.bit(), self.value(memory.address_shape()));
        self.add(memory.read("word", &enable, &address));
    }

    /// A wire that is read before it is driven, by something that does not depend on it.
    fn forward(&mut self) {
        let (made, name, shape) = (self.made(), self.name("f"), self.shape(super::WIDEST));
        let wire = self.builder.forward(&name, shape);
        self.add(wire.clone());
        (0..2).for_each(|_| self.operator());
        let driver = self.value_before(made, shape);
        wire.drive(&driver);
    }

    fn pipeline(&mut self) {
        let enable = self.chance(2).then(|| self.bit());
        let name = self.name("pipe");
        let pipeline = self.builder.pipeline(&name, enable.as_ref());
        let (early, late) = (self.name("s"), self.name("s"));
        let value = self.any();
        let early = pipeline.stage(0, &early, &value);
        let late = pipeline.stage(1, &late, &-&early.at(1));
        let last = 1 + self.random.below(3);
        self.add(early.at(last));
        self.add(late.at(last));
    }

    fn instance(&mut self) {
        let module = self.children[self.random.below(self.children.len() as u32) as usize].clone();
        let name = self.name("part");
        let instance = self.builder.instance(&name, &module);
        for port in module.ports.iter().filter(|port| port.kind == PortKind::Input) {
            let value = self.value(port.shape);
            instance.connect(&port.name, &value);
        }
        for port in module.ports.iter().filter(|port| port.kind != PortKind::Input) {
            if port.lanes > 1 {
                let lane = Shape { width: port.shape.width / port.lanes, signed: self.chance(2) };
                self.add_lanes(instance.output_lanes(&port.name, lane));
            } else {
                self.add(instance.output(&port.name));
            }
        }
    }

    /// One or two loops within each other, and the wires that they drive.
    fn repeat(&mut self) {
        let mut counts = vec![1 + self.random.below(5)];
        if self.chance(3) {
            counts.push(1 + self.random.below(3));
        }
        let mut nest = Nest { counts, targets: Vec::new(), rests: Vec::new() };
        for _ in 0..1 + self.random.below(3) {
            let target = self.target(nest.total());
            nest.targets.push(target);
        }
        for level in 0..nest.counts.len() {
            let name = self.name("rest");
            nest.rests.push(self.builder.lanes(&name, uint(16), nest.repetitions(level)));
        }
        self.level(0, &nest, &Affine::default());
        for wire in nest.targets.iter().map(|target| &target.wire).chain(&nest.rests) {
            self.add_lanes(Lanes::clone(wire));
        }
    }

    fn target(&mut self, total: u32) -> Target {
        let (name, shape) = (self.name("v"), self.shape(40));
        let (order, lanes) = match self.random.below(5) {
            0 => (Order::Reversed, total),
            1 => (Order::Paired, 2 * total),
            2 | 3 => (Order::Chained, total + 1),
            _ => (Order::Straight, total),
        };
        let wire = self.builder.lanes(&name, shape, lanes);
        if let Order::Chained = order {
            let first = self.value(shape);
            wire.drive(0, &first);
        }
        Target { wire, shape, order }
    }

    /// The loop of one level of a nest; `place` numbers the iterations of the loops around it.
    fn level(&mut self, level: usize, nest: &Nest, place: &Affine) {
        let (count, name, builder) = (nest.counts[level], self.name("loop"), self.builder.clone());
        builder.repeat(&name, count, |index| self.body(level, nest, index, place.clone() * count + index));
    }

    fn body(&mut self, level: usize, nest: &Nest, index: Index, place: Affine) {
        let mark = self.enter(index, nest.counts[level]);
        self.read_lanes(place.clone(), nest.repetitions(level));
        let innermost = level + 1 == nest.counts.len();
        if innermost {
            self.read_chains(nest, &place);
        }
        let steps = 1 + self.random.below(3);
        self.steps(steps);
        if innermost {
            let drivers = self.drivers(nest);
            drive(nest, &place, &drivers);
        } else {
            self.level(level + 1, nest, &place);
        }
        let rest = self.leave(mark);
        nest.rests[level].drive(place, &rest);
    }

    fn read_chains(&mut self, nest: &Nest, place: &Affine) {
        for target in nest.targets.iter().filter(|target| matches!(target.order, Order::Chained)) {
            self.add(target.wire.lane(place.clone()));
        }
    }

    /// Values for the lanes of one iteration, in the order of the targets.
    fn drivers(&mut self, nest: &Nest) -> Vec<Value> {
        let mut drivers = Vec::new();
        for target in &nest.targets {
            drivers.push(self.value(target.shape));
            if let Order::Paired = target.order {
                drivers.push(self.value(target.shape));
            }
        }
        drivers
    }
}

fn drive(nest: &Nest, place: &Affine, drivers: &[Value]) {
    let mut drivers = drivers.iter();
    let mut drive = |wire: &LaneWire, lane: Affine| {
        if let Some(value) = drivers.next() {
            wire.drive(lane, value);
        }
    };
    for Target { wire, order, .. } in &nest.targets {
        match order {
            Order::Straight => drive(wire, place.clone()),
            Order::Reversed => drive(wire, Affine::from(nest.total() - 1) - place.clone()),
            Order::Chained => drive(wire, place.clone() + 1),
            Order::Paired => {
                drive(wire, place.clone() * 2);
                drive(wire, place.clone() * 2 + 1);
            }
        }
    }
}
