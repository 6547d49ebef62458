//! Names for expressions, made of the names in them: `a_plus_b`, `count_is_3`, `not_empty`. No counter and no
//! identifier takes part, so that an edit elsewhere moves none.

use super::super::plan::Plan;
use super::super::syntax::Signal;
use tritloom_hdl::{Affine, Bits, ModuleData, NodeId, NodeKind, Operator, Reduction};

/// A longer name is no help to the reader: the operator and a hash of the content take its place.
const LONGEST_NAME: usize = 40;

/// Words and content hashes of every node of a module.
pub(super) struct Words {
    /// `None` where they would be too long.
    words: Vec<Option<String>>,
    hashes: Vec<u64>,
}

impl Words {
    pub fn new(plan: &Plan) -> Words {
        let count = plan.reading.module.nodes.len();
        let mut all = Words { words: Vec::with_capacity(count), hashes: Vec::with_capacity(count) };
        for id in (0..count as u32).map(NodeId) {
            all.hashes.push(0);
            all.words.push(None);
            all.hashes[id.index()] = all.hash(plan, id);
            all.words[id.index()] = all.describe(plan, id);
        }
        all
    }

    /// The name that the content gives a node.
    pub fn name(&self, plan: &Plan, id: NodeId) -> String {
        self.words[id.index()].clone().unwrap_or_else(|| self.hashed_name(plan, id))
    }

    /// The name of a node whose words are too long or not its own.
    pub fn hashed_name(&self, plan: &Plan, id: NodeId) -> String {
        let hash = self.hashes[id.index()];
        format!("{}_{:08x}", operator_word(&plan.reading.node(id).kind), (hash ^ hash >> 32) as u32)
    }

    fn describe(&self, plan: &Plan, id: NodeId) -> Option<String> {
        let reading = &plan.reading;
        let alias = reading.alias(id);
        if alias != id {
            return self.words[alias.index()].clone();
        }
        let words = match plan.signal(id) {
            Some(Signal::Node(_)) if plan.hint(id).is_some() => plan.hint(id).map(str::to_string),
            Some(Signal::Node(_)) | None => self.compose(plan, id),
            Some(signal) => Some(given_name(reading.module, signal)),
        };
        match words {
            Some(words) if words.len() <= LONGEST_NAME => Some(words),
            // What has a name is read by it: others can build on it.
            _ => plan.signal(id).map(|_| self.hashed_name(plan, id)),
        }
    }

    fn compose(&self, plan: &Plan, id: NodeId) -> Option<String> {
        let reading = &plan.reading;
        let word = |id: &NodeId| match reading.constant(*id) {
            Some(bits) => Some(constant_word(bits, reading.shape(*id).signed)),
            None => self.words[id.index()].clone(),
        };
        let shape = reading.shape(id);
        let text = match &reading.node(id).kind {
            NodeKind::Constant(bits) => format!("constant_{}", constant_word(bits, shape.signed)),
            NodeKind::Index(affine) => affine_words(reading.module, affine),
            NodeKind::Not(of) => format!("not_{}", word(of)?),
            NodeKind::Negate(of) => format!("minus_{}", word(of)?),
            NodeKind::Reduce(reduction, of) => format!("{}_{}", reduction_word(*reduction), word(of)?),
            NodeKind::Popcount(of) => format!("ones_of_{}", word(of)?),
            NodeKind::Binary(operator, left, right) => {
                let (left, between, right) = match reading.constant(*left) {
                    Some(_) => (right, mirrored(*operator), left),
                    None => (left, between(*operator, reading.constant(*right).is_some()), right),
                };
                format!("{}_{between}_{}", word(left)?, word(right)?)
            }
            NodeKind::AddCarry { left, right, carry } => {
                format!("{}_plus_{}_plus_{}", word(left)?, word(right)?, word(carry)?)
            }
            NodeKind::Slice { of, low: 0 } if reading.wrapped(id).is_some() => word(of)?,
            NodeKind::Slice { of, low } if shape.width == 1 => format!("{}_{low}", word(of)?),
            NodeKind::Slice { of, low } => format!("{}_{}_{low}", word(of)?, low + shape.width - 1),
            NodeKind::Lane { of, index } => format!("{}_{}", word(of)?, affine_words(reading.module, index)),
            NodeKind::Concat(parts) => {
                let run = |run: &[NodeId]| match run {
                    [part] => word(part),
                    parts => Some(format!("{}_x{}", word(&parts[0])?, parts.len())),
                };
                parts.chunk_by(PartialEq::eq).map(run).collect::<Option<Vec<_>>>()?.join("_then_")
            }
            NodeKind::Extend(of) => format!("{}_w{}", word(of)?, shape.width),
            NodeKind::Mux { select, on_true, on_false } => {
                format!("{}_if_{}_else_{}", word(on_true)?, word(select)?, word(on_false)?)
            }
            NodeKind::Select { index, .. } => format!("select_by_{}", word(index)?),
            NodeKind::Table { index, .. } => format!("table_of_{}", word(index)?),
            _ => return None,
        };
        // A name begins with a letter.
        Some(if text.starts_with(|first: char| first.is_ascii_digit()) { format!("constant_{text}") } else { text })
    }

    fn hash(&self, plan: &Plan, id: NodeId) -> u64 {
        let reading = &plan.reading;
        let (kind, shape) = (&reading.node(id).kind, reading.shape(id));
        let mut hash = Fnv::new();
        hash.text(operator_word(kind));
        hash.number(u64::from(shape.width) << 1 | u64::from(shape.signed));
        kind.operands().iter().for_each(|operand| hash.number(self.hashes[operand.index()]));
        match kind {
            NodeKind::Constant(bits) => hash.bits(bits),
            NodeKind::Table { entries, .. } => entries.iter().for_each(|entry| hash.bits(entry)),
            NodeKind::Slice { low, .. } => hash.number(u64::from(*low)),
            NodeKind::Index(affine) | NodeKind::Lane { index: affine, .. } => {
                hash.text(&affine_words(reading.module, affine));
            }
            NodeKind::Input(_)
            | NodeKind::Wire(_)
            | NodeKind::Register(_)
            | NodeKind::MemoryRead { .. }
            | NodeKind::InstanceOutput { .. } => {
                plan.signal(id).iter().for_each(|signal| hash.text(&given_name(reading.module, *signal)));
            }
            _ => {}
        }
        hash.0
    }
}

/// The name that the design gives a signal, without suffix.
fn given_name(module: &ModuleData, signal: Signal) -> String {
    match signal {
        Signal::Port(port) => module.ports[port.index()].name.clone(),
        Signal::Wire(wire) | Signal::Pieces(wire) => module.wires[wire.index()].name.clone(),
        Signal::Register(register) => {
            let register = &module.registers[register.index()];
            if register.stage == 1 { register.name.clone() } else { format!("{}_q{}", register.name, register.stage) }
        }
        Signal::Words(memory) => module.memories[memory.index()].name.clone(),
        Signal::MemoryRead(memory, port) => {
            let memory = &module.memories[memory.index()];
            format!("{}_{}", memory.name, memory.reads[port as usize].name)
        }
        Signal::InstanceOutput(instance, port) => {
            let instance = &module.instances[instance.index()];
            format!("{}_{}", instance.name, instance.module.ports[port.index()].name)
        }
        Signal::Clock | Signal::Reset | Signal::Node(_) | Signal::CountOnes(_) => String::new(),
    }
}

/// `lane`, `row_times_4_plus_col`, `lane_plus_1`, `3_minus_lane`
pub(super) fn affine_words(module: &ModuleData, affine: &Affine) -> String {
    let mut text = String::new();
    let mut append = |negative: bool, word: String| {
        match (text.is_empty(), negative) {
            (true, false) => {}
            (true, true) => text.push_str("minus_"),
            (false, false) => text.push_str("_plus_"),
            (false, true) => text.push_str("_minus_"),
        }
        text.push_str(&word);
    };
    for &(of, factor) in &affine.terms {
        let name = &module.loops[of.index()].name;
        let word = if factor.abs() == 1 { name.clone() } else { format!("{name}_times_{}", factor.abs()) };
        append(factor < 0, word);
    }
    if affine.constant != 0 {
        append(affine.constant < 0, affine.constant.unsigned_abs().to_string());
    }
    text
}

fn constant_word(bits: &Bits, signed: bool) -> String {
    let value = if signed { bits.to_i128() } else { bits.to_u64().map(i128::from) };
    match value {
        Some(value) if value < 0 => format!("minus_{}", value.unsigned_abs()),
        Some(value) => value.to_string(),
        None => bits.to_hex(),
    }
}

fn reduction_word(reduction: Reduction) -> &'static str {
    match reduction {
        Reduction::And => "all",
        Reduction::Or => "any",
        Reduction::Xor => "parity",
    }
}

fn between(operator: Operator, constant: bool) -> &'static str {
    match operator {
        Operator::Add => "plus",
        Operator::Subtract => "minus",
        Operator::Multiply => "times",
        Operator::And => "and",
        Operator::Or => "or",
        Operator::Xor => "xor",
        Operator::Equal if constant => "is",
        Operator::Equal => "equals",
        Operator::NotEqual if constant => "is_not",
        Operator::NotEqual => "differs",
        Operator::Less => "below",
        Operator::LessEqual => "at_most",
    }
}

/// For a constant on the left, which reads better on the right.
fn mirrored(operator: Operator) -> &'static str {
    match operator {
        Operator::Subtract => "taken_from_constant",
        Operator::Less => "above",
        Operator::LessEqual => "at_least",
        operator => between(operator, true),
    }
}

fn operator_word(kind: &NodeKind) -> &'static str {
    match kind {
        NodeKind::Invalid => "invalid",
        NodeKind::Input(_) => "input_value",
        NodeKind::Constant(_) => "constant",
        NodeKind::Index(_) => "index",
        NodeKind::Not(_) => "inverse",
        NodeKind::Negate(_) => "negative",
        NodeKind::Reduce(reduction, _) => reduction_word(*reduction),
        NodeKind::Popcount(_) => "ones",
        NodeKind::Binary(operator, ..) => match operator {
            Operator::Add => "sum",
            Operator::Subtract => "difference",
            Operator::Multiply => "product",
            Operator::And => "both",
            Operator::Or => "either",
            Operator::Xor => "odd",
            Operator::Equal => "equal",
            Operator::NotEqual => "different",
            Operator::Less => "below",
            Operator::LessEqual => "at_most",
        },
        NodeKind::AddCarry { .. } => "sum_with_carry",
        NodeKind::Slice { .. } => "part",
        NodeKind::Concat(_) => "joined",
        NodeKind::Extend(_) => "extended",
        NodeKind::Mux { .. } => "choice",
        NodeKind::OneHot { .. } => "one_hot",
        NodeKind::Select { .. } => "selected",
        NodeKind::Table { .. } => "entry",
        NodeKind::Lane { .. } => "lane",
        NodeKind::Wire(_) => "wire_value",
        NodeKind::Register(_) => "state",
        NodeKind::MemoryRead { .. } => "word",
        NodeKind::InstanceOutput { .. } => "result",
    }
}

/// The 64-bit hash of Fowler, Noll and Vo (variant 1a): short, and the same everywhere.
struct Fnv(u64);

impl Fnv {
    fn new() -> Fnv {
        Fnv(0xcbf2_9ce4_8422_2325)
    }

    fn bytes(&mut self, bytes: &[u8]) {
        for &byte in bytes {
            self.0 = (self.0 ^ u64::from(byte)).wrapping_mul(0x0000_0100_0000_01b3);
        }
    }

    fn number(&mut self, value: u64) {
        self.bytes(&value.to_le_bytes());
    }

    fn text(&mut self, text: &str) {
        self.number(text.len() as u64);
        self.bytes(text.as_bytes());
    }

    fn bits(&mut self, bits: &Bits) {
        self.number(u64::from(bits.width()));
        bits.limbs().iter().for_each(|limb| self.number(*limb));
    }
}
