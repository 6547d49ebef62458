//! How many primitives a design holds: what the cost model multiplies with unit costs.

use crate::design::{Design, LoopId, ModuleData, NodeId, NodeKind, Operator, PortKind, Register};
use std::collections::BTreeMap;

/// A kind of hardware with a unit cost. Slices, concatenations, extensions and constant shifts cost nothing.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Primitive {
    /// Carry-propagate adder, subtractor or negation; a bit is a bit of the result.
    Adder,
    /// Multiplier; a bit is a partial-product bit: the product of the operands' widths, zeros put before an unsigned one
    /// left out.
    Multiplier,
    /// Row of partial products that a multiplier adds to its first one; a bit is one of these. Bits of the shorter operand
    /// are rows.
    ProductRow,
    /// Comparison; a bit is a bit of the wider operand.
    Comparator,
    /// Bitwise AND or OR, one-hot gates included.
    AndOr,
    /// Bitwise exclusive OR.
    Xor,
    /// Bitwise inversion.
    Inverter,
    /// Two-to-one multiplexer; an n-way select counts n - 1.
    Multiplexer,
    /// Reduction of a value to one bit; a bit is a bit of the operand.
    Reduction,
    /// Population count; a bit is a bit of the operand.
    Popcount,
    /// Constant table; a bit is an entry's bit.
    Table,
    /// Register without enable or reset; a delay line is one, with the bits of all its cycles.
    Register,
    /// Register with enable, without reset.
    EnabledRegister,
    /// Register with reset, with or without enable.
    ResetRegister,
    /// Memory; a bit is a stored bit.
    Memory,
}

/// How many primitives of a kind, and how many bits together.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Tally {
    /// Primitives.
    pub count: u64,
    /// Their bits, as [`Primitive`] defines them.
    pub bits: u64,
}

impl Primitive {
    /// Every kind, in the order of their tallies in a [`Census`].
    pub const ALL: [Primitive; 15] = [
        Primitive::Adder,
        Primitive::Multiplier,
        Primitive::ProductRow,
        Primitive::Comparator,
        Primitive::AndOr,
        Primitive::Xor,
        Primitive::Inverter,
        Primitive::Multiplexer,
        Primitive::Reduction,
        Primitive::Popcount,
        Primitive::Table,
        Primitive::Register,
        Primitive::EnabledRegister,
        Primitive::ResetRegister,
        Primitive::Memory,
    ];

    /// Whether each bit is a primitive of its own: how many stand side by side in one operation is a matter of text.
    pub fn is_bitwise(self) -> bool {
        matches!(self, Primitive::AndOr | Primitive::Xor | Primitive::Inverter)
    }
}

/// Primitives by kind. It is a plain array: a cost model multiplies it out millions of times a second.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Census {
    tallies: [Tally; Primitive::ALL.len()],
}

impl Census {
    /// Adds `count` primitives of `bits` bits each: of bitwise ones as many as they have bits.
    pub fn add(&mut self, primitive: Primitive, count: u64, bits: u64) {
        self.add_together(primitive, count, count * bits);
    }

    /// Adds `count` primitives of `bits` bits together.
    pub fn add_together(&mut self, primitive: Primitive, count: u64, bits: u64) {
        if count > 0 && bits > 0 {
            let tally = &mut self.tallies[primitive as usize];
            tally.count += if primitive.is_bitwise() { bits } else { count };
            tally.bits += bits;
        }
    }

    /// Adds `count` multipliers of operands of so many bits, with their rows.
    pub fn add_products(&mut self, count: u64, [one, other]: [u64; 2]) {
        self.add(Primitive::Multiplier, count, one * other);
        self.add(Primitive::ProductRow, count * (one.min(other) - 1), one.max(other));
    }

    /// Adds `times` copies of another census.
    pub fn add_census(&mut self, other: &Census, times: u64) {
        for (own, tally) in self.tallies.iter_mut().zip(&other.tallies) {
            own.count += tally.count * times;
            own.bits += tally.bits * times;
        }
    }

    /// The tally of one kind; zero when there is none.
    pub fn get(&self, primitive: Primitive) -> Tally {
        self.tallies[primitive as usize]
    }

    /// All tallies, in the order of [`Primitive::ALL`].
    pub fn tallies(&self) -> &[Tally; Primitive::ALL.len()] {
        &self.tallies
    }

    /// How large it is: the bits of all primitives, each bit of a product once.
    pub fn bits(&self) -> u64 {
        self.iter().filter(|(primitive, _)| *primitive != Primitive::ProductRow).map(|(_, tally)| tally.bits).sum()
    }

    /// Kinds that occur, in a fixed order.
    pub fn iter(&self) -> impl Iterator<Item = (Primitive, Tally)> + '_ {
        Primitive::ALL.into_iter().zip(self.tallies).filter(|(_, tally)| tally.count > 0)
    }
}

impl Design {
    /// The primitives of the whole design, instances and loop iterations multiplied out.
    pub fn census(&self) -> Census {
        self.census_by_module().pop().map(|(_, census)| census).unwrap_or_default()
    }

    /// The primitives of one instance of each module, the modules below it included.
    pub fn census_by_module(&self) -> Vec<(String, Census)> {
        let mut known: BTreeMap<&str, Census> = BTreeMap::new();
        for module in &self.modules {
            let mut census = own_census(module);
            for instance in &module.instances {
                if let Some(child) = known.get(instance.module.name.as_str()) {
                    census.add_census(child, iterations(module, instance.scope));
                }
            }
            known.insert(&module.name, census);
        }
        self.modules.iter().map(|module| (module.name.clone(), known[module.name.as_str()].clone())).collect()
    }
}

impl Design {
    /// The primitives of all instances of each module together, those of the modules below it left out.
    pub fn own_census_by_module(&self) -> Vec<(String, Census)> {
        let mut instances: BTreeMap<&str, u64> = BTreeMap::from([(self.top().name.as_str(), 1)]);
        let mut censuses = vec![];
        // Parents stand behind their children.
        for module in self.modules.iter().rev() {
            let own = instances.get(module.name.as_str()).copied().unwrap_or(0);
            for instance in &module.instances {
                *instances.entry(&instance.module.name).or_default() += own * iterations(module, instance.scope);
            }
            let mut census = Census::default();
            census.add_census(&own_census(module), own);
            censuses.push((module.name.clone(), census));
        }
        censuses.reverse();
        censuses
    }
}

fn iterations(module: &ModuleData, scope: Option<LoopId>) -> u64 {
    let mut product = 1;
    let mut current = scope;
    while let Some(of) = current {
        product *= u64::from(module.loops[of.index()].count);
        current = module.loops[of.index()].parent;
    }
    product
}

/// Bits that a register keeps, in all iterations together.
pub(crate) fn state_bits(module: &ModuleData, register: &Register) -> u64 {
    let last = |of: LoopId| i64::from(module.loops[of.index()].count) - 1;
    // The mean of the first and the last iteration, doubled.
    let terms = register.cycles.terms.iter().map(|&(of, factor)| factor * last(of)).sum::<i64>();
    let doubled = (2 * register.cycles.constant + terms) as u64;
    iterations(module, register.scope) * doubled / 2 * u64::from(register.shape.width)
}

fn own_census(module: &ModuleData) -> Census {
    let mut census = Census::default();
    let live = live(module);
    for (position, node) in module.nodes.iter().enumerate() {
        if live[position] {
            count_node(module, NodeId(position as u32), iterations(module, node.scope), &mut census);
        }
    }
    for register in &module.registers {
        let primitive = match (&register.reset, &register.enable) {
            (Some(_), _) => Primitive::ResetRegister,
            (None, Some(_)) => Primitive::EnabledRegister,
            (None, None) => Primitive::Register,
        };
        census.add_together(primitive, iterations(module, register.scope), state_bits(module, register));
    }
    for memory in &module.memories {
        let bits = u64::from(memory.shape.width) * u64::from(memory.depth);
        census.add(Primitive::Memory, iterations(module, memory.scope), bits);
    }
    census
}

fn count_node(module: &ModuleData, id: NodeId, times: u64, census: &mut Census) {
    let node = module.node(id);
    let width = u64::from(node.shape.width);
    let width_of = |id: &NodeId| u64::from(module.node(*id).shape.width);
    match &node.kind {
        NodeKind::Not(_) => census.add(Primitive::Inverter, times, width),
        NodeKind::Negate(_) | NodeKind::AddCarry { .. } => census.add(Primitive::Adder, times, width),
        NodeKind::Reduce(_, of) => census.add(Primitive::Reduction, times, width_of(of)),
        NodeKind::Popcount(of) => census.add(Primitive::Popcount, times, width_of(of)),
        NodeKind::Binary(operator, left, right) => {
            let widest = width_of(left).max(width_of(right));
            let (primitive, bits) = match operator {
                Operator::Multiply => {
                    return census.add_products(times, [left, right].map(|id| factor_bits(module, *id)));
                }
                Operator::Add | Operator::Subtract => (Primitive::Adder, width),
                Operator::And | Operator::Or => (Primitive::AndOr, width),
                Operator::Xor => (Primitive::Xor, width),
                Operator::Equal | Operator::NotEqual | Operator::Less | Operator::LessEqual => {
                    (Primitive::Comparator, widest)
                }
            };
            census.add(primitive, times, bits);
        }
        NodeKind::Mux { .. } => census.add(Primitive::Multiplexer, times, width),
        NodeKind::Select { values, .. } => {
            census.add(Primitive::Multiplexer, times * (values.len() as u64 - 1), width);
        }
        NodeKind::OneHot { values, .. } => {
            census.add(Primitive::AndOr, times * (2 * values.len() as u64 - 1), width);
        }
        NodeKind::Table { entries, .. } => census.add(Primitive::Table, times, width * entries.len() as u64),
        NodeKind::Invalid
        | NodeKind::Input(_)
        | NodeKind::Constant(_)
        | NodeKind::Index(_)
        | NodeKind::Slice { .. }
        | NodeKind::Concat(_)
        | NodeKind::Extend(_)
        | NodeKind::Lane { .. }
        | NodeKind::Wire(_)
        | NodeKind::Register(_)
        | NodeKind::MemoryRead { .. }
        | NodeKind::InstanceOutput { .. } => {}
    }
}

/// Bits of an operand of a product, without zeros before an unsigned number.
pub(crate) fn factor_bits(module: &ModuleData, id: NodeId) -> u64 {
    let node = module.node(id);
    let pattern = match &node.kind {
        NodeKind::Slice { of, low: 0 } if module.node(*of).shape.width == node.shape.width => module.node(*of),
        _ => node,
    };
    match &pattern.kind {
        NodeKind::Extend(of) if !module.node(*of).shape.signed => module.node(*of).shape.width.into(),
        _ => node.shape.width.into(),
    }
}

/// Which nodes something that is emitted reads. Operands stand before their users, so one backward pass does it.
pub(crate) fn live(module: &ModuleData) -> Vec<bool> {
    let mut live = vec![false; module.nodes.len()];
    let mut roots: Vec<NodeId> = Vec::new();
    roots.extend(module.ports.iter().filter_map(|port| match port.kind {
        PortKind::Output(driver) => Some(driver),
        PortKind::Input => None,
    }));
    roots.extend(module.wires.iter().flat_map(|wire| wire.drives.iter().map(|drive| drive.value)));
    roots.extend(module.registers.iter().flat_map(|register| register.next.iter().chain(&register.enable).copied()));
    for memory in &module.memories {
        roots.extend(memory.write.iter().flat_map(|port| [port.enable, port.address, port.data]));
        roots.extend(memory.reads.iter().flat_map(|port| [port.enable, port.address]));
    }
    roots.extend(module.instances.iter().flat_map(|instance| instance.inputs.iter().map(|input| input.1)));
    roots.iter().for_each(|root| live[root.index()] = true);
    for position in (0..module.nodes.len()).rev() {
        if live[position] {
            for operand in module.nodes[position].kind.operands() {
                live[operand.index()] = true;
            }
        }
    }
    live
}
