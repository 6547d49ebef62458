//! The longest path through the logic of a design between registers, inputs and outputs, as a cost model sees it.
//!
//! Bits of a vector are told apart where it is sliced, put together and met bit by bit; to all else it is as late as its latest
//! bit. Loops stay symbolic: what a chain of lanes adds in one iteration counts as often as the loop runs. That is quick, and
//! never too short for logic without false paths.

use crate::census::{Primitive, factor_bits, state_bits};
use crate::design::{
    Design, Drive, Instance, InstanceId, LoopId, Memory, ModuleData, NodeId, NodeKind, Operator, PortId, PortKind,
    WireId,
};
use std::collections::HashMap;

/// Primitives on a path, by kind in the order of [`Primitive::ALL`].
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Path {
    /// For each kind how many are passed, and the sum of the binary logarithms of their sizes: the width of an adder or
    /// comparison, both widths of a product and its rows, the values of a selection, the bits of a reduction, the words of
    /// a memory.
    pub levels: [Levels; Primitive::ALL.len()],
    /// The sum of the binary logarithms of how many loads signals on the path have, beyond those of a bit.
    pub fan_out_doublings: f64,
    /// Whether it begins in the chain that is being followed.
    in_chain: bool,
}

/// Primitives of one kind on a path.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Levels {
    /// How many.
    pub count: f64,
    /// The sum of the binary logarithms of their sizes.
    pub doublings: f64,
}

/// What each part of a [`Path`] takes.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct PathWeights {
    /// Of each kind, for one and for each doubling of its size.
    pub levels: [Levels; Primitive::ALL.len()],
    /// For each doubling of loads.
    pub fan_out_doubling: f64,
}

impl Path {
    /// How long it is.
    pub fn length(&self, weights: &PathWeights) -> f64 {
        let levels = self.levels.iter().zip(&weights.levels);
        let passed = levels.map(|(own, weight)| own.count * weight.count + own.doublings * weight.doublings);
        passed.sum::<f64>() + self.fan_out_doublings * weights.fan_out_doubling
    }

    fn pass(mut self, primitive: Primitive, size: u64) -> Path {
        let levels = &mut self.levels[primitive as usize];
        let doublings = (size.max(1) as f64).log2();
        levels.count += 1.0;
        levels.doublings += doublings;
        self
    }

    /// A product: its rows are compressed to two, and these are added. A single row is an AND.
    fn pass_product(self, [one, other]: [u64; 2]) -> Path {
        match one.min(other) {
            1 => self.pass(Primitive::Multiplier, 1),
            rows => self.pass(Primitive::Multiplier, one + other).pass(Primitive::ProductRow, rows),
        }
    }

    fn load(mut self, loads: u64) -> Path {
        self.fan_out_doublings += (loads.max(1) as f64).log2();
        self
    }

    /// A path that goes on through `times` further links of a chain.
    fn through(mut self, link: Path, times: f64) -> Path {
        for (levels, own) in self.levels.iter_mut().zip(&link.levels) {
            levels.count += own.count * times;
            levels.doublings += own.doublings * times;
        }
        self.fan_out_doublings += link.fan_out_doublings * times;
        self
    }
}

impl Design {
    /// The longest path of the design.
    pub fn longest_path(&self, weights: &PathWeights) -> Path {
        let mut search = Search { weights, contexts: vec![], longest: Path::default(), met: 0 };
        search.contexts.push(Context::new(self.top(), None));
        search.explore(0);
        search.longest
    }
}

/// The paths to the bits of a vector: how many neighbours have one, and which, the lowest first; and none beyond the last.
#[derive(Clone, Debug, PartialEq)]
struct Arrivals(Vec<(u32, Path)>);

impl Arrivals {
    fn whole(width: u32, path: Path) -> Arrivals {
        Arrivals(vec![(width, path)])
    }

    fn push(&mut self, width: u32, path: Path) {
        match self.0.last_mut() {
            Some((below, last)) if *last == path => *below += width,
            _ => self.0.push((width, path)),
        }
    }

    /// The bits from `low` on.
    fn slice(&self, low: u32, width: u32) -> Arrivals {
        let (mut part, mut position, end) = (Arrivals(vec![]), 0, low + width);
        for &(width, path) in &self.0 {
            let inside = (position + width).min(end).saturating_sub(position.max(low));
            if inside > 0 {
                part.push(inside, path);
            }
            position += width;
        }
        part
    }

    fn map(mut self, change: impl Fn(Path) -> Path) -> Arrivals {
        self.0.iter_mut().for_each(|(_, path)| *path = change(*path));
        self
    }

    /// Bit by bit, of two vectors of one width.
    fn meet(&self, other: &Arrivals, later: impl Fn(Path, Path) -> Path) -> Arrivals {
        let (mut met, mut lefts, mut rights) = (Arrivals(vec![]), self.0.iter().copied(), other.0.iter().copied());
        let (mut left, mut right) = (lefts.next(), rights.next());
        while let (Some((left_width, left_path)), Some((right_width, right_path))) = (left, right) {
            let width = left_width.min(right_width);
            met.push(width, later(left_path, right_path));
            left = if left_width > width { Some((left_width - width, left_path)) } else { lefts.next() };
            right = if right_width > width { Some((right_width - width, right_path)) } else { rights.next() };
        }
        met
    }
}

/// A module in the place where it stands.
struct Context<'a> {
    module: &'a ModuleData,
    /// The context around it, and which instance it is there.
    around: Option<(usize, &'a Instance)>,
    /// The contexts of its instances.
    instances: HashMap<InstanceId, usize>,
    nodes: Vec<Option<Arrivals>>,
    wires: HashMap<WireId, Arrivals>,
    /// Wires whose drivers are being followed.
    open: HashMap<WireId, Chain>,
}

/// A wire whose drivers may lead back to it.
#[derive(Clone, Copy, Default)]
struct Chain {
    /// How often they did.
    met: u64,
    /// Only paths along the chain count: the length of a link is wanted.
    along: bool,
}

impl<'a> Context<'a> {
    fn new(module: &'a ModuleData, around: Option<(usize, &'a Instance)>) -> Context<'a> {
        let nodes = vec![None; module.nodes.len()];
        Context { module, around, instances: HashMap::new(), nodes, wires: HashMap::new(), open: HashMap::new() }
    }
}

struct Search<'a> {
    weights: &'a PathWeights,
    contexts: Vec<Context<'a>>,
    longest: Path,
    /// How often a wire has been met whose drivers were being followed.
    met: u64,
}

impl<'a> Search<'a> {
    /// Follows every path that ends in the module or below it.
    fn explore(&mut self, context: usize) {
        let module = self.contexts[context].module;
        for position in 0..module.instances.len() {
            let child = self.child(context, InstanceId(position as u32));
            self.explore(child);
        }
        for register in &module.registers {
            let bits = state_bits(module, register);
            if let Some(next) = register.next {
                let path = self.arrival(context, next);
                self.end(if register.enable.is_some() { path.pass(Primitive::EnabledRegister, 1) } else { path });
            }
            if let Some(enable) = register.enable {
                let path = self.arrival(context, enable).load(bits).pass(Primitive::EnabledRegister, 1);
                self.end(path);
            }
        }
        module.memories.iter().for_each(|memory| self.end_in_memory(context, memory));
        if self.contexts[context].around.is_none() {
            for port in &module.ports {
                if let PortKind::Output(driver) = port.kind {
                    let path = self.arrival(context, driver);
                    self.end(path);
                }
            }
        }
    }

    /// A memory is made of registers: an address selects words, to write one or to read one.
    fn end_in_memory(&mut self, context: usize, memory: &Memory) {
        let (depth, width) = (u64::from(memory.depth), u64::from(memory.shape.width));
        for read in &memory.reads {
            let path = self.arrival(context, read.address).load(width).pass(Primitive::Memory, depth);
            self.end(path);
            let path = self.arrival(context, read.enable).load(width).pass(Primitive::EnabledRegister, 1);
            self.end(path);
        }
        if let Some(write) = &memory.write {
            for node in [write.address, write.enable] {
                let path = self.arrival(context, node).load(depth * width).pass(Primitive::EnabledRegister, 1);
                self.end(path);
            }
            let path = self.arrival(context, write.data).load(depth).pass(Primitive::EnabledRegister, 1);
            self.end(path);
        }
    }

    fn end(&mut self, path: Path) {
        self.longest = self.longer(self.longest, path);
    }

    fn longer(&self, left: Path, right: Path) -> Path {
        if left.in_chain != right.in_chain {
            return if right.in_chain { right } else { left };
        }
        if right.length(self.weights) > left.length(self.weights) { right } else { left }
    }

    fn child(&mut self, context: usize, id: InstanceId) -> usize {
        if let Some(child) = self.contexts[context].instances.get(&id) {
            return *child;
        }
        let instance = &self.contexts[context].module.instances[id.index()];
        let child = self.contexts.len();
        self.contexts.push(Context::new(&instance.module, Some((context, instance))));
        self.contexts[context].instances.insert(id, child);
        child
    }

    /// When the latest bit of a node is there.
    fn arrival(&mut self, context: usize, id: NodeId) -> Path {
        let arrivals = self.arrivals(context, id);
        self.latest(&arrivals)
    }

    fn latest(&self, arrivals: &Arrivals) -> Path {
        arrivals.0.iter().fold(Path::default(), |latest, (_, path)| self.longer(latest, *path))
    }

    /// When the bits of a node are there.
    fn arrivals(&mut self, context: usize, id: NodeId) -> Arrivals {
        if let Some(arrivals) = &self.contexts[context].nodes[id.index()] {
            return arrivals.clone();
        }
        let module = self.contexts[context].module;
        let (met, width) = (self.met, module.node(id).shape.width);
        let arrivals = match &module.node(id).kind {
            NodeKind::Register(_) | NodeKind::MemoryRead { .. } => {
                Arrivals::whole(width, Path::default().pass(Primitive::Register, 1))
            }
            NodeKind::Input(port) => self.input(context, *port, width),
            NodeKind::Wire(wire) => self.wire(context, *wire),
            NodeKind::InstanceOutput { instance, port } => self.output(context, *instance, *port),
            NodeKind::Slice { of, low } => self.loaded(context, id, *of).slice(*low, width),
            NodeKind::Concat(parts) => {
                let mut together = Arrivals(vec![]);
                for part in parts.iter().rev() {
                    let arrivals = self.loaded(context, id, *part);
                    arrivals.0.into_iter().for_each(|(width, path)| together.push(width, path));
                }
                together
            }
            NodeKind::Not(of) => self.loaded(context, id, *of).map(|path| path.pass(Primitive::Inverter, 1)),
            NodeKind::Binary(operator @ (Operator::And | Operator::Or | Operator::Xor), left, right) => {
                let [left, right] = [*left, *right].map(|operand| self.loaded(context, id, operand));
                let primitive = if *operator == Operator::Xor { Primitive::Xor } else { Primitive::AndOr };
                left.meet(&right, |left, right| self.longer(left, right)).map(|path| path.pass(primitive, 1))
            }
            _ => Arrivals::whole(width, self.operator(context, module, id)),
        };
        // What was found while a chain of lanes is followed holds for that chain only.
        if self.met == met {
            self.contexts[context].nodes[id.index()] = Some(arrivals.clone());
        }
        arrivals
    }

    /// An operand as its user sees it.
    fn loaded(&mut self, context: usize, user: NodeId, operand: NodeId) -> Arrivals {
        let module = self.contexts[context].module;
        let loads = shared(module, operand, module.node(user).scope);
        self.arrivals(context, operand).map(|path| path.load(loads))
    }

    fn input(&mut self, context: usize, port: PortId, width: u32) -> Arrivals {
        let none = Arrivals::whole(width, Path::default());
        let Some((around, instance)) = self.contexts[context].around else { return none };
        let driver = instance.inputs.iter().find(|(own, _)| *own == port).map(|(_, driver)| *driver);
        let Some(driver) = driver else { return none };
        let outer = self.contexts[around].module;
        let loads = shared(outer, driver, instance.scope);
        self.arrivals(around, driver).map(|path| path.load(loads))
    }

    fn output(&mut self, context: usize, instance: InstanceId, port: PortId) -> Arrivals {
        let child = self.child(context, instance);
        let port = &self.contexts[child].module.ports[port.index()];
        match port.kind {
            PortKind::Output(driver) => self.arrivals(child, driver),
            PortKind::Input => Arrivals::whole(port.shape.width, Path::default()),
        }
    }

    fn wire(&mut self, context: usize, id: WireId) -> Arrivals {
        let here = &mut self.contexts[context];
        if let Some(arrivals) = here.wires.get(&id) {
            return arrivals.clone();
        }
        let wire = &here.module.wires[id.index()];
        let width = wire.shape.width;
        if let Some(chain) = here.open.get_mut(&id) {
            chain.met += 1;
            self.met += 1;
            return Arrivals::whole(width, Path { in_chain: chain.along, ..Path::default() });
        }
        here.open.insert(id, Chain::default());
        let met = self.met;
        let arrivals = match &wire.drives[..] {
            [drive @ Drive { lane: None, .. }] => {
                let before = here.open[&id].met;
                let arrivals = self.arrivals(context, drive.value);
                // In a chain of lanes it is as late as the last link.
                match self.contexts[context].open[&id].met == before {
                    true => arrivals,
                    false => Arrivals::whole(width, self.drive(context, id, drive)),
                }
            }
            drives => {
                let paths = drives.iter().map(|drive| self.drive(context, id, drive)).collect::<Vec<_>>();
                Arrivals::whole(width, paths.into_iter().fold(Path::default(), |one, next| self.longer(one, next)))
            }
        };
        let here = &mut self.contexts[context];
        self.met -= here.open.remove(&id).map_or(0, |chain| chain.met);
        if self.met == met {
            here.wires.insert(id, arrivals.clone());
        }
        arrivals
    }

    /// The path to one driver of a wire: the first link of a chain has what the chain begins with before it, each
    /// further one only the link.
    fn drive(&mut self, context: usize, id: WireId, drive: &Drive) -> Path {
        let before = self.contexts[context].open[&id].met;
        let first = self.arrival(context, drive.value);
        if self.contexts[context].open[&id].met == before {
            return first;
        }
        self.set_along(context, id, true);
        let link = self.arrival(context, drive.value);
        self.set_along(context, id, false);
        first.through(link, (iterations(self.contexts[context].module, drive.scope) - 1) as f64)
    }

    fn set_along(&mut self, context: usize, id: WireId, along: bool) {
        self.contexts[context].open.entry(id).and_modify(|chain| chain.along = along);
    }

    fn operator(&mut self, context: usize, module: &ModuleData, id: NodeId) -> Path {
        let node = module.node(id);
        let mut latest = Path::default();
        for operand in node.kind.operands() {
            let mut loads = shared(module, operand, node.scope);
            if let NodeKind::Mux { select, .. } = &node.kind {
                loads *= if operand == *select { u64::from(node.shape.width) } else { 1 };
            }
            let path = self.arrival(context, operand).load(loads);
            latest = self.longer(latest, path);
        }
        if let NodeKind::Binary(Operator::Multiply, left, right) = &node.kind {
            return latest.pass_product([left, right].map(|factor| factor_bits(module, *factor)));
        }
        match passed(module, id) {
            Some((primitive, size)) => latest.pass(primitive, size),
            None => latest,
        }
    }
}

/// What a node is made of, and its size; `None` for what is only wires or bit by bit, and for a product.
fn passed(module: &ModuleData, id: NodeId) -> Option<(Primitive, u64)> {
    let node = module.node(id);
    let width_of = |id: &NodeId| u64::from(module.node(*id).shape.width);
    Some(match &node.kind {
        NodeKind::Negate(_) | NodeKind::AddCarry { .. } => (Primitive::Adder, node.shape.width.into()),
        NodeKind::Reduce(_, of) => (Primitive::Reduction, width_of(of)),
        NodeKind::Popcount(of) => (Primitive::Popcount, width_of(of)),
        NodeKind::Binary(operator, left, right) => match operator {
            Operator::Add | Operator::Subtract => (Primitive::Adder, node.shape.width.into()),
            Operator::Multiply | Operator::And | Operator::Or | Operator::Xor => return None,
            Operator::Equal | Operator::NotEqual | Operator::Less | Operator::LessEqual => {
                (Primitive::Comparator, width_of(left).max(width_of(right)))
            }
        },
        NodeKind::Mux { .. } => (Primitive::Multiplexer, 1),
        NodeKind::Select { values, .. } => (Primitive::Multiplexer, values.len() as u64),
        NodeKind::OneHot { values, .. } => (Primitive::AndOr, values.len() as u64),
        NodeKind::Table { entries, .. } => (Primitive::Table, entries.len() as u64),
        _ => return None,
    })
}

/// How often loops repeat what stands in a scope.
fn iterations(module: &ModuleData, scope: Option<LoopId>) -> u64 {
    module.loops_between(scope, None).iter().map(|of| u64::from(module.loops[of.index()].count)).product()
}

/// How many users a value has that does not depend on all loops around its user.
fn shared(module: &ModuleData, operand: NodeId, user: Option<LoopId>) -> u64 {
    let node = module.node(operand);
    // Parts of a vector go to one user each.
    let constant = matches!(node.kind, NodeKind::Constant(_) | NodeKind::Index(_));
    let whole = node.shape.width > 1 && matches!(node.kind, NodeKind::Wire(_) | NodeKind::Register(_));
    if constant || whole {
        return 1;
    }
    (iterations(module, user) / iterations(module, node.scope).max(1)).max(1)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{ModuleBuilder, uint};

    fn weights(adder: f64, multiplexer: f64) -> PathWeights {
        let mut weights = PathWeights { fan_out_doubling: 0.001, ..PathWeights::default() };
        weights.levels[Primitive::Adder as usize] = Levels { count: adder, doublings: 0.01 };
        weights.levels[Primitive::Multiplexer as usize].count = multiplexer;
        weights
    }

    fn count(path: &Path, primitive: Primitive) -> f64 {
        path.levels[primitive as usize].count
    }

    #[test]
    fn the_longest_of_the_paths_depends_on_the_weights() {
        let m = ModuleBuilder::new("paths", "Two sums, or three choices.");
        let (a, b, s) = (m.input("a", uint(8)), m.input("b", uint(8)), m.input("s", uint(1)));
        m.output("sum", &(&(&a + &b) + &a));
        m.output("choice", &s.mux(&s.mux(&s.mux(&a, &b), &a), &b));
        let design = Design::new(m.finish()).expect("a sound design");
        let sums = design.longest_path(&weights(1.0, 0.1));
        assert_eq!((count(&sums, Primitive::Adder), count(&sums, Primitive::Multiplexer)), (2.0, 0.0));
        let choices = design.longest_path(&weights(1.0, 1.0));
        assert_eq!((count(&choices, Primitive::Adder), count(&choices, Primitive::Multiplexer)), (0.0, 3.0));
        assert_eq!(choices.fan_out_doublings, 3.0, "the select drives eight bits");
    }

    #[test]
    fn a_chain_of_lanes_is_as_long_as_its_loop() {
        let m = ModuleBuilder::new("chain", "Each lane from the one below it.");
        let x = m.input_lanes("x", uint(1), 7, "");
        let chain = m.lanes("chain", uint(1), 8);
        chain.drive(0, &x.lane(0));
        m.repeat("link", 7, |link| chain.drive(link + 1, &(chain.lane(link) & x.lane(link))));
        m.output("last", chain.flat());
        let design = Design::new(m.finish()).expect("a sound design");
        let mut weights = PathWeights::default();
        weights.levels[Primitive::AndOr as usize].count = 1.0;
        assert_eq!(count(&design.longest_path(&weights), Primitive::AndOr), 7.0);
    }

    #[test]
    fn what_a_chain_begins_with_does_not_repeat() {
        let m = ModuleBuilder::new("chain", "Each lane from the one below it and a sum.");
        let (x, y) = (m.input_lanes("x", uint(4), 7, ""), m.input_lanes("y", uint(4), 7, ""));
        let chain = m.lanes("chain", uint(1), 8);
        chain.drive(0, &x.lane(0).bit(0));
        m.repeat("link", 7, |link| {
            let sum = &x.lane(link) + &y.lane(link);
            chain.drive(link + 1, &(chain.lane(link) & sum.bit(4)));
        });
        m.output("last", chain.flat());
        let design = Design::new(m.finish()).expect("a sound design");
        let path = design.longest_path(&weights(1.0, 0.0));
        assert_eq!(count(&path, Primitive::Adder), 1.0);
    }

    #[test]
    fn bits_of_a_word_are_as_late_as_they_are_themselves() {
        let m = ModuleBuilder::new("bits", "A late bit and an early one in one word.");
        let (a, b, c) = (m.input("a", uint(1)), m.input("b", uint(1)), m.input("c", uint(2)));
        let late = &(&a ^ &b) ^ &a;
        let word = m.wire("word", &m.concat(&[&late, &b]));
        let met = m.wire("met", &(&word ^ &c));
        let xors = |output: &crate::Value| {
            m.output("y", output);
            let design = Design::new(m.finish()).expect("a sound design");
            let mut weights = PathWeights::default();
            weights.levels[Primitive::Xor as usize].count = 1.0;
            count(&design.longest_path(&weights), Primitive::Xor)
        };
        assert_eq!(xors(&(&met.bit(0) ^ &b)), 2.0, "the late bit is met, but not here");
    }

    #[test]
    fn a_chain_that_is_met_at_a_wire_between_its_lanes_is_as_long() {
        let m = ModuleBuilder::new("chain", "Each lane from the one below it, by way of a wire.");
        let x = m.input_lanes("x", uint(1), 7, "");
        let (other, chain) = (m.lanes("other", uint(1), 7), m.lanes("chain", uint(1), 8));
        chain.drive(0, &x.lane(0));
        m.repeat("link", 7, |link| {
            let next = m.wire("next_lane", &(chain.lane(link) & x.lane(link)));
            chain.drive(link + 1, &next);
            other.drive(link, &next);
        });
        m.output("last_of_others", other.flat());
        m.output("last", chain.flat());
        let design = Design::new(m.finish()).expect("a sound design");
        let mut weights = PathWeights::default();
        weights.levels[Primitive::AndOr as usize].count = 1.0;
        assert_eq!(count(&design.longest_path(&weights), Primitive::AndOr), 7.0);
    }
}
