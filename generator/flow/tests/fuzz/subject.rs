//! One random design with its stimulus and what the evaluator makes of it.

use std::path::Path;
use tritloom_hdl::{Bits, Design, Evaluator, PortKind, Random, Shape, StateKind, arbitrary};

/// A design under test.
pub struct Subject {
    /// Repeats it.
    pub seed: u64,
    /// The design.
    pub design: Design,
    /// Names and contents of its Verilog files.
    pub files: Vec<(String, String)>,
    /// What stands in each element of state before the first cycle.
    pub state: Vec<(StateKind, String, Bits)>,
    /// For each cycle, whether reset is released, then the inputs in order: lowest bits first.
    pub stimulus: Vec<Bits>,
    /// For each cycle, the outputs in order before the clock edge: lowest bits first.
    pub expected: Vec<Bits>,
}

impl Subject {
    /// Draws a design and runs it.
    pub fn new(seed: u64, cycles: usize) -> Subject {
        let design = arbitrary::design(&format!("fuzz{seed}"), seed);
        let mut evaluator = Evaluator::new(&design);
        evaluator.randomise(seed);
        let state = evaluator.state().map(|state| (state.kind, state.path.to_string(), state.value)).collect();
        let mut subject =
            Subject { seed, files: emitted(&design), design, state, stimulus: Vec::new(), expected: Vec::new() };
        let mut random = Random::new(!seed);
        for cycle in 0..cycles {
            // Not in the first cycle: an edge at the start of time is not the same in every simulator.
            let reset = cycle > 0 && random.below(12) == 0;
            subject.cycle(&mut evaluator, &mut random, reset);
        }
        assert_eq!(evaluator.out_of_range(), None, "seed {seed}");
        subject
    }

    fn cycle(&mut self, evaluator: &mut Evaluator, random: &mut Random, reset: bool) {
        evaluator.reset(reset);
        let mut stimulus = vec![Bits::from_u64(u64::from(!reset), 1)];
        for (name, shape) in self.ports(true) {
            let value = interesting(random, shape.width);
            evaluator.set(&name, &value).expect("an input");
            stimulus.push(value);
        }
        self.stimulus.push(Bits::join(&stimulus));
        let outputs = self.ports(false).into_iter().map(|(name, _)| evaluator.get(&name).expect("an output"));
        self.expected.push(Bits::join(&outputs.collect::<Vec<_>>()));
        evaluator.clock();
    }

    /// The module that is instantiated.
    pub fn top(&self) -> &str {
        &self.design.top().name
    }

    /// The input or the output ports, in order.
    pub fn ports(&self, inputs: bool) -> Vec<(String, Shape)> {
        let wanted = |kind: PortKind| (kind == PortKind::Input) == inputs;
        let ports = self.design.top().ports.iter().filter(|port| wanted(port.kind));
        ports.map(|port| (port.name.clone(), port.shape)).collect()
    }

    /// Writes its Verilog files.
    pub fn write(&self, folder: &Path) {
        self.files.iter().for_each(|(name, text)| super::write(folder, name, text));
    }

    /// What differs in a cycle, port by port.
    pub fn difference(&self, cycle: usize, found: &str) -> String {
        let mut text = format!("seed {}, cycle {cycle}:", self.seed);
        let expected = &self.expected[cycle];
        let bits = binary(found, expected.width() as usize);
        let mut low = 0;
        for (name, shape) in self.ports(false) {
            let width = shape.width as usize;
            let value = binary(&expected.slice(low as u32, shape.width).to_hex(), width);
            let shown = bits.get(bits.len().saturating_sub(low + width)..bits.len().saturating_sub(low));
            if shown != Some(&value) {
                text += &format!("\n    {name} ({shape}) shows {}, must be {value}", shown.unwrap_or(found));
            }
            low += width;
        }
        text
    }
}

/// The last `width` binary digits of a hexadecimal number, in which `x` and `z` stand for four of their kind.
fn binary(hex: &str, width: usize) -> String {
    let digit = |letter: char| match letter.to_digit(16) {
        Some(value) => format!("{value:04b}"),
        None => letter.to_string().repeat(4),
    };
    let all: String = hex.chars().map(digit).collect();
    all[all.len().saturating_sub(width)..].to_string()
}

/// Random bits, or a corner.
fn interesting(random: &mut Random, width: u32) -> Bits {
    match random.below(8) {
        0 => Bits::zero(width),
        1 => Bits::from_i128(-1, width),
        2 => {
            let mut bits = Bits::zero(width);
            bits.set_bit(width - 1, true);
            bits
        }
        _ => random.bits(width),
    }
}

fn emitted(design: &Design) -> Vec<(String, String)> {
    todo!()
}
