//! Tells a story through cores, and notes what they did.

use super::figures::{Context, Figures};
use super::simulated::Simulated;
use crate::diagnostic::Diagnostic;
use crate::environment::tool_failure;
use crate::terminal::Terminal;
use std::cell::RefCell;
use std::error::Error;
use std::iter;
use std::rc::Rc;
use std::time::Instant;
use tritloom_flow::FlowError;
use tritloom_workload::{
    ArrayEngine, Attention, CheckedEngine, CheckedProducts, Counted, IntegerAttention, Model, Step, Steps, Story,
    TernaryEngine, Tokenizer,
};

/// A simulated core, of which two engines may hold a part each.
pub type Shared = Rc<RefCell<Simulated>>;

/// The attention of a text on a simulated array, every product checked.
type ArrayAttention = IntegerAttention<CheckedProducts<ArrayEngine<Shared>>>;

/// What to tell.
pub struct Teller<'a> {
    pub model: &'a Model,
    pub tokenizer: &'a Tokenizer,
    /// The most tokens.
    pub most: usize,
    /// How many tokens of the text are known, and taken at once.
    pub prefill: usize,
    pub terminal: &'a Terminal,
}

impl Teller<'_> {
    /// Tells it, every ternary product by `engine`, and attention in `array` or in f32. A wrong product ends the text and is
    /// among the figures; a simulation that dies says nothing about the design.
    pub fn tell<E>(&self, engine: E, array: Option<ArrayEngine<Shared>>) -> Result<Figures, Vec<Diagnostic>>
    where
        E: TernaryEngine + Counted,
        E::Error: Error + 'static,
    {
        let engine = CheckedEngine::new(engine, self.model);
        let Some(array) = array else {
            let (_, known) = Steps::calibrate(self.model, self.prefill);
            return self.follow(engine, Story::new(self.model), &known, |_, _| ());
        };
        self.terminal.note("the steps of keys and values are measured on the text that the model tells in f32");
        let (steps, float_tokens) = Steps::calibrate(self.model, self.model.shape().seq_len);
        let memory = IntegerAttention::new(CheckedProducts::new(array), steps);
        let story = Story::with_attention(self.model, memory);
        let mut figures = self.follow(engine, story, &float_tokens[..self.prefill], note_attention)?;
        figures.float_tokens = Some(float_tokens[self.prefill..].to_vec());
        Ok(figures)
    }

    fn follow<E, A>(
        &self,
        mut engine: CheckedEngine<'_, E>,
        mut story: Story<A>,
        known: &[usize],
        attention: impl Fn(&A, &mut Context),
    ) -> Result<Figures, Vec<Diagnostic>>
    where
        E: TernaryEngine + Counted,
        A: Attention,
        E::Error: Error + 'static,
        A::Error: Error + 'static,
    {
        let mut figures = Figures { prefill: known.len(), ..Figures::default() };
        let started = Instant::now();
        let taken = story.follow(&mut engine, known);
        figures.contexts.push(context(&engine, |context| attention(story.attention(), context)));
        let mut failure = taken.err().map(|error| self.failure(&error)).transpose()?;
        while failure.is_none() && figures.tokens.len() < self.most {
            match story.next_token(&mut engine) {
                Ok(None) => break,
                Ok(Some((previous, token))) => {
                    figures.tokens.push(token);
                    let piece = self.tokenizer.text(previous, token).unwrap_or_default();
                    self.terminal.stream(&String::from_utf8_lossy(&piece));
                    figures.text.extend_from_slice(&piece);
                    figures.contexts.push(context(&engine, |context| attention(story.attention(), context)));
                }
                Err(error) => failure = Some(self.failure(&error)?),
            }
        }
        Ok(Figures { seconds: started.elapsed().as_secs_f64(), failure, ..figures })
    }

    /// What the design did wrong.
    fn failure(&self, error: &(dyn Error + 'static)) -> Result<String, Vec<Diagnostic>> {
        match outside_the_design(error) {
            None => Ok(error.to_string()),
            Some(failure) => {
                self.terminal.stream("\n\n");
                Err(vec![tool_failure(failure)])
            }
        }
    }
}

/// What was done so far.
fn context<E: TernaryEngine + Counted>(engine: &CheckedEngine<E>, attention: impl Fn(&mut Context)) -> Context {
    let projections = engine.engine().work();
    let weight_bits = engine.engine().weight_bits();
    let mut context = Context { checked: engine.checked(), projections, weight_bits, ..Context::default() };
    attention(&mut context);
    context
}

/// What the array has done so far.
fn note_attention(attention: &ArrayAttention, context: &mut Context) {
    let products = attention.engine();
    context.attention_checked = products.checked();
    context.scores = products.engine().work(Step::Scores);
    context.gathering = products.engine().work(Step::Gathering);
}

/// What failed beneath an error, unless it was the design.
fn outside_the_design<'e>(error: &'e (dyn Error + 'static)) -> Option<&'e FlowError> {
    let causes = iter::successors(Some(error), |&error| error.source());
    causes.filter_map(|cause| cause.downcast_ref()).find(|cause: &&FlowError| !cause.is_about_design())
}

#[cfg(test)]
mod tests {
    use super::*;
    use tritloom_workload::{ArrayError, CheckError, CoreError, DecodeError, ProductError, ProjectionError};

    type Failure<E> = DecodeError<CheckError<E>, ProductError<ArrayError<FlowError>>>;

    #[test]
    fn only_a_failure_of_the_surroundings_is_told_as_one() {
        let died = FlowError::Answer { tool: "simulation".into(), reason: "it died before it answered".into() };
        let stuck = FlowError::Misbehaved { reason: "no progress at cycle 10000".into() };
        for (error, expected) in [(&died, Some(&died)), (&stuck, None)] {
            let simulation = || ArrayError::Simulation(error.clone());
            let core = CheckError::Engine(CoreError::Simulation(error.clone()));
            let projection = CheckError::Engine(ProjectionError::Array(simulation()));
            let core: Failure<_> = DecodeError::Engine(core);
            let projection: Failure<_> = DecodeError::Engine(projection);
            let array: Failure<CoreError<FlowError>> = DecodeError::Attention(ProductError::Engine(simulation()));
            let failures: [&(dyn Error + 'static); 3] = [&core, &projection, &array];
            assert_eq!(failures.map(outside_the_design), [expected; 3]);
        }
        let wrong: Failure<CoreError<FlowError>> = DecodeError::Attention(ProductError::Mismatch(Step::Scores));
        assert_eq!(outside_the_design(&wrong), None);
    }
}
