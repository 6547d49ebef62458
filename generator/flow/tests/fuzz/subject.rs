//! One random design with its stimulus and what the evaluator makes of it.

use tritloom_emit::verilog::{Identity, emit};
use tritloom_flow::Sources;
use tritloom_hdl::{Bits, Design, Evaluator, PortKind, Random, Shape, StateKind, arbitrary};

/// A design under test.
pub struct Subject {
    /// Repeats it.
    pub seed: u64,
    pub design: Design,
    /// Its Verilog.
    pub files: Sources,
    /// What stands in each element of state before the first cycle.
    pub state: Vec<(StateKind, String, Bits)>,
    /// For each cycle: whether reset is released, where there is a reset, then the inputs; lowest bits first.
    pub stimulus: Vec<Bits>,
    /// For each cycle, the outputs before the clock edge, lowest bits first.
    pub expected: Vec<Bits>,
}

impl Subject {
    /// Draws a design and runs it.
    pub fn new(seed: u64, cycles: usize) -> Subject {
        let design = arbitrary::design(&format!("fuzz{seed}"), seed);
        let identity = Identity {
            tool_version: "0".to_string(),
            design_name: format!("fuzz{seed}"),
            config_hash: "none".to_string(),
        };
        let files = emit(&design, &identity).files;
        let mut evaluator = Evaluator::new(&design);
        evaluator.randomise(seed);
        let state = evaluator.state().map(|state| (state.kind, state.path.to_string(), state.value)).collect();
        let mut subject = Subject { seed, design, files, state, stimulus: Vec::new(), expected: Vec::new() };
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
        let released = Bits::from_u64(u64::from(!reset), 1);
        let mut stimulus = if self.design.top().has_reset() { vec![released] } else { Vec::new() };
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

    /// The name of the top module.
    pub fn top(&self) -> &str {
        &self.design.top().name
    }

    /// The input or the output ports, in order.
    fn ports(&self, inputs: bool) -> Vec<(String, Shape)> {
        let wanted = |kind: PortKind| (kind == PortKind::Input) == inputs;
        let ports = self.design.top().ports.iter().filter(|port| wanted(port.kind));
        ports.map(|port| (port.name.clone(), port.shape)).collect()
    }

    /// What differs in a cycle, port by port.
    pub fn difference(&self, cycle: usize, found: &str) -> String {
        let mut text = format!("seed {}, cycle {cycle}:", self.seed);
        let bits = binary(found);
        let mut low = 0;
        for (name, shape) in self.ports(false) {
            let (width, expected) = (shape.width as usize, self.expected[cycle].slice(low as u32, shape.width));
            let expected = binary(&expected.to_hex());
            let expected = &expected[expected.len() - width..];
            let shown = bits.len().checked_sub(low + width).map_or(found, |start| &bits[start..start + width]);
            if shown != expected {
                text += &format!("\n    {name} ({shape}) shows {shown}, must be {expected}");
            }
            low += width;
        }
        text
    }
}

/// The binary digits of a hexadecimal number, in which `x` and `z` stand for four of their kind.
fn binary(hex: &str) -> String {
    let digit = |letter: char| match letter.to_digit(16) {
        Some(value) => format!("{value:04b}"),
        None => letter.to_string().repeat(4),
    };
    hex.chars().map(digit).collect()
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
