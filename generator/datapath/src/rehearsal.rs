//! Scenarios run in the evaluator: the check where Verilator is not installed, and a second opinion where it is.

use crate::interface::{Beat, Direction, Interface, Scenario, Stream};
use tritloom_hdl::{Bits, Design, Evaluator, InputHandle, OutputHandle, PortError};

/// What a rehearsal saw.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Rehearsal {
    /// Clock cycles.
    pub cycles: u64,
    /// Output beats compared.
    pub beats: u64,
    /// What was wrong, in order; a scenario ends with its first failure.
    pub failures: Vec<Failure>,
}

/// One departure from what a scenario demands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Failure {
    /// The scenario.
    pub scenario: String,
    /// The cycle of the scenario.
    pub cycle: u64,
    /// What was expected and what came.
    pub message: String,
}

/// Cycles without any beat after which a scenario counts as stuck.
const PATIENCE: u64 = 1000;

/// Runs `scenarios` one after another, from a reset and from state that `seed` fills with random bits.
///
/// # Errors
/// When the design lacks a port of the interface.
pub fn rehearse(
    design: &Design,
    interface: &Interface,
    scenarios: &[Scenario],
    seed: u64,
) -> Result<Rehearsal, PortError> {
    let mut evaluator = Evaluator::new(design);
    evaluator.randomise(seed);
    rehearse_in(&mut evaluator, interface, scenarios, |_| ())
}

/// The same in an evaluator as it stands, which `watch` sees before each clock edge of a scenario.
///
/// # Errors
/// When the design lacks a port of the interface.
pub fn rehearse_in(
    evaluator: &mut Evaluator,
    interface: &Interface,
    scenarios: &[Scenario],
    watch: impl FnMut(&Evaluator),
) -> Result<Rehearsal, PortError> {
    let mut bench = Bench::new(evaluator, interface, watch)?;
    bench.reset();
    for scenario in scenarios {
        bench.run(scenario);
    }
    Ok(bench.report)
}

struct Bench<'a, W> {
    evaluator: &'a mut Evaluator,
    watch: W,
    inputs: Vec<InputPorts>,
    outputs: Vec<OutputPorts>,
    report: Rehearsal,
}

struct InputPorts {
    valid: InputHandle,
    ready: OutputHandle,
    fields: Vec<InputHandle>,
}

struct OutputPorts {
    name: String,
    valid: OutputHandle,
    ready: InputHandle,
    fields: Vec<(String, u32, OutputHandle)>,
}

/// Where a scenario stands.
#[derive(Default)]
struct Progress {
    cycle: u64,
    first_input: Option<u64>,
    last_output: Option<u64>,
    last_beat: u64,
    /// For each input stream: the beat to send, and the cycles left before it.
    sent: Vec<(usize, u32)>,
    received: Vec<usize>,
    /// For each output stream, the beat that was offered and not taken.
    offered: Vec<Option<Beat>>,
}

impl<W: FnMut(&Evaluator)> Bench<'_, W> {
    fn new<'a>(evaluator: &'a mut Evaluator, interface: &Interface, watch: W) -> Result<Bench<'a, W>, PortError> {
        let (mut inputs, mut outputs) = (Vec::new(), Vec::new());
        for Stream { name, direction, fields } in &interface.streams {
            let (valid, ready) = (format!("{name}_valid"), format!("{name}_ready"));
            if *direction == Direction::Input {
                let fields = fields.iter().map(|field| evaluator.input(&format!("{name}_{}", field.name)));
                let (valid, ready) = (evaluator.input(&valid)?, evaluator.output(&ready)?);
                inputs.push(InputPorts { valid, ready, fields: fields.collect::<Result<_, _>>()? });
            } else {
                let field = |field: &crate::interface::Field| {
                    Ok((field.name.clone(), field.width, evaluator.output(&format!("{name}_{}", field.name))?))
                };
                let fields = fields.iter().map(field).collect::<Result<_, PortError>>()?;
                let (valid, ready) = (evaluator.output(&valid)?, evaluator.input(&ready)?);
                outputs.push(OutputPorts { name: name.clone(), valid, ready, fields });
            }
        }
        Ok(Bench { evaluator, watch, inputs, outputs, report: Rehearsal::default() })
    }

    fn reset(&mut self) {
        self.inputs.iter().for_each(|input| self.evaluator.write(input.valid, &[0]));
        self.outputs.iter().for_each(|output| self.evaluator.write(output.ready, &[0]));
        self.evaluator.reset(true);
        self.evaluator.clock();
        self.evaluator.clock();
        self.evaluator.reset(false);
        self.report.cycles += 2;
    }

    fn run(&mut self, scenario: &Scenario) {
        let mut progress = Progress {
            sent: scenario.inputs.iter().map(|beats| (0, beats.first().map_or(0, |beat| beat.0))).collect(),
            received: vec![0; scenario.outputs.len()],
            offered: vec![None; scenario.outputs.len()],
            ..Progress::default()
        };
        let outcome = loop {
            if scenario.abort_after == Some(progress.cycle) {
                break Ok(());
            }
            if let Err(message) = self.cycle(scenario, &mut progress) {
                break Err(message);
            }
            let sent_all = progress.sent.iter().zip(&scenario.inputs).all(|(sent, beats)| sent.0 == beats.len());
            let all = progress.received.iter().zip(&scenario.outputs).all(|(count, beats)| *count == beats.len());
            if sent_all && all && scenario.abort_after.is_none() {
                break self.finish(scenario, &mut progress);
            }
            if progress.cycle - progress.last_beat > PATIENCE && scenario.abort_after.is_none() {
                break Err(format!("no beat passes any more; {:?} of the results came", progress.received));
            }
        };
        if let Err(message) = &outcome {
            let failure = Failure { scenario: scenario.name.clone(), cycle: progress.cycle, message: message.clone() };
            self.report.failures.push(failure);
        }
        self.report.cycles += progress.cycle;
        if outcome.is_err() || scenario.abort_after.is_some() {
            self.reset();
        }
    }

    fn cycle(&mut self, scenario: &Scenario, progress: &mut Progress) -> Result<(), String> {
        for (position, input) in self.inputs.iter().enumerate() {
            let (next, gap) = progress.sent[position];
            let beat = scenario.inputs[position].get(next).filter(|_| gap == 0);
            self.evaluator.write(input.valid, &[u64::from(beat.is_some())]);
            for (field, value) in input.fields.iter().zip(beat.iter().flat_map(|beat| &beat.1)) {
                self.evaluator.write(*field, value.limbs());
            }
        }
        for (position, output) in self.outputs.iter().enumerate() {
            let ready = scenario.ready[position] >> (progress.cycle % 64) & 1;
            self.evaluator.write(output.ready, &[ready]);
        }
        self.evaluator.evaluate();
        self.take_inputs(scenario, progress);
        let outcome = self.take_outputs(scenario, progress);
        (self.watch)(self.evaluator);
        self.evaluator.clock();
        progress.cycle += 1;
        outcome
    }

    fn take_inputs(&mut self, scenario: &Scenario, progress: &mut Progress) {
        for (position, input) in self.inputs.iter().enumerate() {
            let (next, gap) = &mut progress.sent[position];
            let beats = &scenario.inputs[position];
            if *gap > 0 {
                *gap -= 1;
            } else if *next < beats.len() && self.evaluator.read(input.ready)[0] == 1 {
                *next += 1;
                *gap = beats.get(*next).map_or(0, |beat| beat.0);
                progress.first_input.get_or_insert(progress.cycle);
                progress.last_beat = progress.cycle;
            }
        }
    }

    fn take_outputs(&mut self, scenario: &Scenario, progress: &mut Progress) -> Result<(), String> {
        for (position, output) in self.outputs.iter().enumerate() {
            let ready = scenario.ready[position] >> (progress.cycle % 64) & 1 == 1;
            let offered = progress.offered[position].take();
            if self.evaluator.read(output.valid)[0] == 0 {
                if offered.is_some() {
                    return Err(format!("{}: valid was withdrawn before ready", output.name));
                }
                continue;
            }
            let read = |(_, width, handle): &(String, u32, OutputHandle)| {
                Bits::from_limbs(self.evaluator.read(*handle), *width)
            };
            let beat: Beat = output.fields.iter().map(read).collect();
            if offered.is_some_and(|offered| offered != beat) {
                return Err(format!("{}: the beat changed while it waited", output.name));
            }
            if !ready {
                progress.offered[position] = Some(beat);
                continue;
            }
            let number = progress.received[position];
            compare(output, number, scenario.outputs[position].get(number), &beat)?;
            progress.received[position] += 1;
            progress.last_output = Some(progress.cycle);
            progress.last_beat = progress.cycle;
            self.report.beats += 1;
        }
        Ok(())
    }

    /// Nothing more may come, and the stated number of cycles must have been taken.
    fn finish(&mut self, scenario: &Scenario, progress: &mut Progress) -> Result<(), String> {
        let taken = progress.first_input.zip(progress.last_output).map(|(first, last)| last - first + 1);
        for _ in 0..4 {
            self.cycle(scenario, progress)?;
        }
        match (scenario.cycles, taken) {
            (Some(stated), Some(taken)) if stated != taken => Err(format!("took {taken} cycles, stated are {stated}")),
            _ => Ok(()),
        }
    }
}

fn compare(output: &OutputPorts, number: usize, expected: Option<&Beat>, beat: &Beat) -> Result<(), String> {
    let Some(expected) = expected else {
        return Err(format!("{}: beat {number} came, and no such beat is expected", output.name));
    };
    for (((name, _, _), expected), found) in output.fields.iter().zip(expected).zip(beat) {
        if expected != found {
            return Err(format!("{}: beat {number}, {name}: expected {expected:?}, got {found:?}", output.name));
        }
    }
    Ok(())
}
