//! Another code for what a design keeps.
//!
//! A register may keep p(x) in place of x, for any permutation p of its codes, where every reader undoes p and every
//! writer applies it; a memory may keep its words at permuted addresses likewise. What the design does stays the same,
//! from corresponding states, whatever the permutation. So two designs that differ by such a code can be compared
//! register by register.

use crate::bits::Bits;
use crate::design::{Design, MemoryId, Module, ModuleData, Node, NodeId, NodeKind, RegisterId};
use crate::shape::Shape;
use std::collections::BTreeMap;
use std::sync::Arc;

/// A permutation of the numbers of some bits: what stands at `x` is what the original keeps for the recoded `x`.
pub type Code = Vec<u32>;

/// The codes of one module.
#[derive(Default)]
struct Codes<'a> {
    registers: BTreeMap<RegisterId, &'a Code>,
    memories: BTreeMap<MemoryId, &'a Code>,
}

/// A copy of `design`, the name of each module with `suffix` behind it, that keeps a code instead of the value in the
/// unsigned registers, and words at other addresses in the memories, whose paths (as [`crate::State::path`] has them)
/// stand in `codes`. A code holds in every instance of its module.
pub fn recode(design: &Design, suffix: &str, codes: &BTreeMap<String, Code>) -> Design {
    let mut by_module: BTreeMap<&str, Codes> = BTreeMap::new();
    for (path, code) in codes {
        place(design.top(), path, code, &mut by_module);
    }
    let none = Codes::default();
    let mut recoded: BTreeMap<&str, Module> = BTreeMap::new();
    let mut modules = Vec::new();
    for module in &design.modules {
        let mut copy = Recoder::new(module, by_module.get(module.name.as_str()).unwrap_or(&none)).finish();
        copy.name += suffix;
        copy.instances.iter_mut().for_each(|instance| instance.module = recoded[instance.module.name.as_str()].clone());
        modules.push(Arc::new(copy));
        recoded.insert(&module.name, modules[modules.len() - 1].clone());
    }
    Design { modules }
}

/// Finds what `path` names, instance by instance; the parts of a path that name loops lead nowhere.
fn place<'a>(top: &'a ModuleData, path: &str, code: &'a Code, by_module: &mut BTreeMap<&'a str, Codes<'a>>) {
    let mut parts: Vec<&str> = path.split('.').collect();
    let last = parts.pop().unwrap_or_default();
    let inner = parts.into_iter().fold(top, |module, part| {
        module.instances.iter().find(|instance| instance.name == part).map_or(module, |instance| &instance.module)
    });
    let named = |name: &str, stage: u32| if stage == 1 { name == last } else { format!("{name}#{stage}") == last };
    let codes = by_module.entry(&inner.name).or_default();
    // A delay line keeps several values, which have no code in common.
    if let Some(register) =
        inner.registers.iter().position(|each| !each.is_delay_line() && named(&each.name, each.stage))
    {
        codes.registers.insert(RegisterId(register as u32), code);
    } else if let Some(memory) = inner.memories.iter().position(|memory| memory.name == last) {
        codes.memories.insert(MemoryId(memory as u32), code);
    }
}

struct Recoder<'a> {
    old: &'a ModuleData,
    new: ModuleData,
    codes: &'a Codes<'a>,
}

impl<'a> Recoder<'a> {
    /// Every node, and behind a register with a code what undoes it.
    fn new(old: &'a ModuleData, codes: &'a Codes<'a>) -> Recoder<'a> {
        let mut recoder = Recoder { old, new: ModuleData { nodes: Vec::new(), ..old.clone() }, codes };
        let mut moved: Vec<NodeId> = Vec::new();
        for node in &old.nodes {
            let kind = node.kind.map_operands(|operand| moved[operand.index()]);
            let mut id = recoder.push(Node { kind, ..node.clone() });
            if let NodeKind::Register(register) = node.kind
                && let Some(code) = codes.registers.get(&register)
            {
                id = recoder.translate(id, code);
            }
            moved.push(id);
        }
        recoder.new.redirect(|id| moved[id.index()]);
        recoder
    }

    /// What is written goes through the code.
    fn finish(mut self) -> ModuleData {
        for (&id, code) in &self.codes.registers {
            let inverse = inverse(code);
            let register = &self.old.registers[id.index()];
            let next = self.new.registers[id.index()].next.map(|next| self.translate(next, &inverse));
            self.new.registers[id.index()].next = next;
            let reset = register.reset.as_ref().and_then(Bits::to_u64);
            let recoded = reset.map(|value| Bits::from_u64(inverse[value as usize].into(), register.shape.width));
            self.new.registers[id.index()].reset = recoded;
        }
        for (&id, code) in &self.codes.memories {
            let inverse = inverse(code);
            let mut memory = self.new.memories[id.index()].clone();
            memory.write.iter_mut().for_each(|port| port.address = self.translate(port.address, &inverse));
            memory.reads.iter_mut().for_each(|port| port.address = self.translate(port.address, &inverse));
            self.new.memories[id.index()] = memory;
        }
        self.new
    }

    fn push(&mut self, node: Node) -> NodeId {
        self.new.nodes.push(node);
        NodeId(self.new.nodes.len() as u32 - 1)
    }

    fn translate(&mut self, index: NodeId, code: &Code) -> NodeId {
        let of = self.new.node(index).clone();
        let entries = code.iter().map(|&value| Bits::from_u64(value.into(), of.shape.width)).collect();
        let shape = Shape { signed: false, ..of.shape };
        self.push(Node { kind: NodeKind::Table { index, entries }, shape, ..of })
    }
}

fn inverse(code: &Code) -> Code {
    let mut inverse = vec![0; code.len()];
    code.iter().enumerate().for_each(|(from, &to)| inverse[to as usize] = from as u32);
    inverse
}
