//! The golden model of a core behind the core's streams: beats in, and the results that must come out.
//!
//! It knows what must come and in which order, not when: it has no clock. It is for simulators that tell it which beats
//! pass.

use crate::family::Family;
use crate::interface::Beat;
use crate::parameter::Parameters;
use std::collections::VecDeque;

/// An input stream of a core that multiplies matrices, in port order.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Input {
    /// Sizes of a product.
    Run,
    /// Its activations.
    Activation,
    /// Its weights.
    Weight,
}

impl Input {
    /// All, in port order.
    pub const ALL: [Input; 3] = [Input::Run, Input::Activation, Input::Weight];
}

/// The golden model of a core that multiplies matrices.
pub struct Reference {
    core: Box<dyn Replies + Send>,
    runs: VecDeque<Beat>,
    /// Beats of activations and of weights that have come for the runs that are open.
    operands: [VecDeque<Beat>; 2],
    /// Runs that are over.
    over: usize,
    /// Results of the first run that have passed.
    passed: usize,
}

/// What the golden model of a kind of cores makes of a run: its beat, and those of its operands.
pub(crate) trait Replies {
    /// Beats of activations and of weights that the run takes.
    fn operand_beats(&self, run: &Beat) -> [usize; 2];

    /// Beats of its results.
    fn result_beats(&self, run: &Beat) -> usize;

    /// The result of that number. `None` where a code has no meaning, or the core is not made for such a run. Operands that
    /// have not come are zero: those of the results before this one, and its own, have.
    fn reply(&self, run: &Beat, activations: &[Beat], weights: &[Beat], number: usize) -> Option<Beat>;
}

impl Reference {
    /// The model of a configuration, complete and legal; `None` of a family that multiplies no matrices.
    pub fn new(family: &dyn Family, parameters: &Parameters) -> Option<Reference> {
        let core: Box<dyn Replies + Send> = match family.matrix_product(parameters) {
            Some(geometry) => Box::new(geometry),
            None => Box::new(family.ternary_product(parameters)?),
        };
        Some(Reference { core, runs: VecDeque::new(), operands: Default::default(), over: 0, passed: 0 })
    }

    /// As after a reset.
    pub fn reset(&mut self) {
        self.runs.clear();
        self.operands.iter_mut().for_each(VecDeque::clear);
        (self.over, self.passed) = (0, 0);
    }

    /// A beat passes into the core.
    pub fn take(&mut self, input: Input, beat: Beat) {
        match input {
            Input::Run => self.runs.push_back(beat),
            Input::Activation => self.operands[0].push_back(beat),
            Input::Weight => self.operands[1].push_back(beat),
        }
    }

    /// Since the last reset, the run of the result that comes next, and its number in it.
    pub fn place(&self) -> [usize; 2] {
        [self.over, self.passed]
    }

    /// The result that comes next, once its operands have come; `None` where no run is open, a code has no meaning, or the
    /// core is not made for such a run.
    pub fn result(&mut self) -> Option<Beat> {
        let [activations, weights] = &mut self.operands;
        let (activations, weights) = (activations.make_contiguous(), weights.make_contiguous());
        self.core.reply(self.runs.front()?, activations, weights, self.passed)
    }

    /// The result that comes next passes out of the core.
    pub fn pass(&mut self) {
        let Some(run) = self.runs.front() else { return };
        self.passed += 1;
        if self.passed == self.core.result_beats(run) {
            let taken = self.core.operand_beats(run);
            for (beats, count) in self.operands.iter_mut().zip(taken) {
                beats.drain(..count.min(beats.len()));
            }
            self.runs.pop_front();
            (self.over, self.passed) = (self.over + 1, 0);
        }
    }
}
