//! Random legal designs from a seed, through the public builder alone: every operator and every structure.
//!
//! Differential tests run such a design in several simulators. Every value that is made is used, up to an output,
//! so that a wrong one shows.

mod operator;
mod sketch;
mod structure;

use crate::builder::ModuleBuilder;
use crate::design::{Design, Module};
use crate::evaluate;
use crate::random::Random;
use crate::shape::{Shape, uint};
use sketch::Sketch;

/// The widest value that a design holds for long; products and sums may be wider on their way.
const WIDEST: u32 = 200;

/// Outputs that a module has at most; what is left over is folded into the last.
const MOST_OUTPUTS: usize = 10;

/// Nodes that a design has at most, those of every iteration and instance counted.
const HEAVIEST: usize = 5_000;

/// A legal design whose modules' names begin with `name`; equal seeds give equal designs.
///
/// Addresses are always in range: memories are as deep as a power of two.
///
/// # Panics
/// When the checks refuse the design, which is a defect in them, in the builder or here.
pub fn design(name: &str, seed: u64) -> Design {
    let mut random = Random::new(seed);
    loop {
        let top = hierarchy(name, &mut random);
        let design = Design::new(top).unwrap_or_else(|defects| panic!("seed {seed}: {defects}"));
        // Instances in loops in instances multiply.
        if evaluate::unrolled_nodes(&design) <= HEAVIEST {
            return design;
        }
    }
}

fn hierarchy(name: &str, random: &mut Random) -> Module {
    let mut children = Vec::new();
    for position in 0..random.below(4) {
        let child = module(&format!("{name}_part{position}"), &children, random, 4);
        children.push(child);
    }
    module(&format!("{name}_top"), &children, random, 10)
}

fn module(name: &str, children: &[Module], random: &mut Random, most_steps: u32) -> Module {
    let builder = ModuleBuilder::new(name, "Random structure for a differential test.");
    let steps = 2 + random.below(most_steps);
    let mut sketch = Sketch::new(builder, random, children);
    inputs(&mut sketch);
    sketch.steps(steps);
    sketch.close_scope();
    outputs(&mut sketch);
    sketch.builder.finish()
}

fn inputs(sketch: &mut Sketch) {
    for position in 0..1 + sketch.random.below(3) {
        let shape = sketch.shape(WIDEST);
        let value = sketch.builder.input(&format!("x{position}"), shape);
        sketch.add(value);
    }
    if sketch.chance(2) {
        let (shape, count) = (sketch.shape(20), 2 + sketch.random.below(5));
        let lanes = sketch.builder.input_lanes("vector", shape, count, "Lanes of equal shape.");
        sketch.add_lanes(lanes);
    }
}

/// Whatever no one else uses goes out.
fn outputs(sketch: &mut Sketch) {
    if let Some(lanes) = sketch.some_lanes().filter(|_| sketch.chance(2)) {
        sketch.builder.output_lanes("lanes", &lanes, "Lanes of equal shape.");
    }
    let unused = sketch.take_unused();
    for (position, value) in unused.iter().take(MOST_OUTPUTS).enumerate() {
        sketch.builder.output(&format!("y{position}"), value);
    }
    let rest = unused.get(MOST_OUTPUTS..).unwrap_or_default();
    let digest = sketch.digest(rest, uint(64));
    sketch.builder.output("digest", &digest);
}

/// A width that is often small, often near a limb's end, sometimes anything.
fn width(random: &mut Random, widest: u32) -> u32 {
    let width = match random.below(8) {
        0 => 1,
        1..=3 => 1 + random.below(9),
        4 | 5 => 1 + random.below(40),
        6 => 62 + random.below(6),
        _ => 1 + random.below(WIDEST),
    };
    width.min(widest)
}

fn shape(random: &mut Random, widest: u32) -> Shape {
    Shape { width: width(random, widest), signed: random.below(2) == 1 }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Evaluator, InputHandle, LoopId, NodeKind};
    use std::collections::BTreeMap;

    #[test]
    fn designs_are_legal_and_run_within_their_memories() {
        for seed in 0..300 {
            let design = design("random", seed);
            let mut evaluator = Evaluator::new(&design);
            let inputs: Vec<(String, Shape)> =
                evaluator.inputs().map(|(name, shape)| (name.to_string(), shape)).collect();
            let mut random = Random::new(seed);
            evaluator.randomise(seed);
            for _ in 0..10 {
                for (name, shape) in &inputs {
                    let port: InputHandle = evaluator.input(name).expect("an input");
                    evaluator.write(port, random.bits(shape.width).limbs());
                }
                evaluator.clock();
            }
            assert_eq!(evaluator.out_of_range(), None, "seed {seed}");
        }
    }

    #[test]
    fn equal_seeds_give_equal_designs() {
        let text = |seed| format!("{:?}", design("random", seed).modules);
        assert_eq!(text(7), text(7));
        assert_ne!(text(7), text(8));
    }

    #[test]
    fn every_kind_of_node_and_structure_appears() {
        let mut kinds = BTreeMap::new();
        let mut structures = [0; 10];
        for module in (0..150).flat_map(|seed| design("random", seed).modules) {
            for node in &module.nodes {
                let text = format!("{:?}", node.kind);
                let kind = match &node.kind {
                    NodeKind::Binary(operator, ..) => format!("{operator:?}"),
                    NodeKind::Reduce(reduction, _) => format!("Reduce{reduction:?}"),
                    _ => text.split([' ', '(']).next().unwrap_or_default().to_string(),
                };
                let counts: &mut [u32; 2] = kinds.entry(kind).or_default();
                counts[usize::from(node.shape.width > 64)] += 1;
            }
            let in_loops = |scopes: Vec<Option<LoopId>>| scopes.iter().filter(|scope| scope.is_some()).count();
            let found = [
                module.loops.iter().filter(|record| record.parent.is_some()).count(),
                in_loops(module.instances.iter().map(|instance| instance.scope).collect()),
                in_loops(module.registers.iter().map(|register| register.scope).collect()),
                in_loops(module.memories.iter().map(|memory| memory.scope).collect()),
                in_loops(module.wires.iter().map(|wire| wire.scope).collect()),
                module.registers.iter().filter(|register| register.reset.is_some()).count(),
                module.registers.iter().filter(|register| register.enable.is_some()).count(),
                module.registers.iter().filter(|register| register.stage > 1).count(),
                module.registers.iter().filter(|register| register.is_delay_line()).count(),
                module.registers.iter().filter(|register| !register.cycles.terms.is_empty()).count(),
            ];
            std::iter::zip(&mut structures, found).for_each(|(sum, found)| *sum += found);
        }
        // All but `Invalid`, with `Binary` and `Reduce` counted by what they do.
        assert_eq!(kinds.len(), 19 + 10 + 3, "{kinds:?}");
        assert!(kinds.values().all(|counts| counts[0] + counts[1] > 20), "{kinds:?}");
        assert!(structures.iter().all(|&count| count > 20), "{structures:?}");
    }
}
