//! Cores in Verilator, as a workload wants them.

use crate::built::Built;
use tritloom_datapath::interface::Beat;
use tritloom_flow::{Design, Feed, FlowError, Optimisation, Simulation, Verilator};
use tritloom_workload::{Core, CoreRun, Weights};

/// The position of the weight stream among the streams of a core.
const WEIGHT_STREAM: usize = 2;

/// A simulated core.
pub struct Simulated(Simulation);

impl Simulated {
    /// Builds the model, or finds it built, and starts it.
    pub fn start(verilator: &Verilator, built: &Built) -> Result<Simulated, FlowError> {
        let design = Design {
            top: built.top().to_string(),
            interface: built.interface.clone(),
            rtl: tritloom_flow::check::sources(&built.hardware),
            mutant_width: None,
        };
        let model = verilator.build(&[design], Optimisation::Long).remove(0)?;
        Simulation::start(&model, 1).map(Simulated)
    }
}

impl Core for Simulated {
    type Error = FlowError;

    fn store(&mut self, bank: u32, weights: Vec<Beat>) -> Result<(), FlowError> {
        self.0.store(bank, WEIGHT_STREAM, &weights)
    }

    fn run(
        &mut self,
        runs: Vec<Beat>,
        activations: Vec<Beat>,
        weights: Weights,
        results: usize,
    ) -> Result<CoreRun, FlowError> {
        let weights = match &weights {
            Weights::Bank { bank, times } => Feed::Bank { bank: *bank, times: *times },
            Weights::Beats(beats) => Feed::Beats(beats),
        };
        let feeds = [Feed::Beats(&runs), Feed::Beats(&activations), weights];
        let mut result = self.0.run(&feeds, &[results as u32])?;
        Ok(CoreRun { results: result.outputs.swap_remove(0), cycles: result.cycles })
    }
}
