//! `tritloom run CONFIG --model DIR`: a language model speaks through a design, or through two.

mod figures;
mod fit;
mod simulated;

use super::Report;
use crate::arguments::{Packing, Run};
use crate::built::Built;
use crate::config::Configuration;
use crate::diagnostic::{Diagnostic, code};
use crate::environment::{tool_failure, verilator};
use crate::terminal::Terminal;
use figures::{AttentionFigures, Context, Figures};
use simulated::Simulated;
use std::error::Error;
use std::fmt;
use std::iter;
use std::path::Path;
use std::time::Instant;
use tritloom_datapath::array;
use tritloom_datapath::family::Family;
use tritloom_datapath::matvec;
use tritloom_flow::{FlowError, Verilator};
use tritloom_formats::FirstWeight;
use tritloom_workload::{
    ArrayEngine, Attention, AttentionModes, CheckedEngine, CheckedProducts, CoreEngine, IntegerAttention, Model, Step,
    Steps, Story, Tokenizer, bitllama, synthetic,
};

/// The attention of a text on a simulated array, every product checked.
type ArrayAttention = IntegerAttention<CheckedProducts<ArrayEngine<Simulated>>>;

/// A design that takes part, read and fit for the model.
struct Part<G> {
    configuration: Configuration,
    geometry: G,
}

/// The designs are read first: a wrong configuration is told before a model is loaded.
pub fn run(arguments: &Run, families: &[&'static dyn Family], terminal: &Terminal) -> Result<Report, Vec<Diagnostic>> {
    let projection = projection(&arguments.config, families)?;
    let attention = arguments.attention.as_deref().map(|path| attention(path, families)).transpose()?;
    let (model, tokenizer) = load(arguments, terminal)?;
    fit::projection(&arguments.config, families, &projection, &model)?;
    if let (Some(path), Some((part, _))) = (&arguments.attention, &attention) {
        fit::attention(path, families, part, &model)?;
    }
    let verilator = verilator()?;
    terminal.note("building the simulation (kept for the next time)");
    let built = Built::new(&projection.configuration)?;
    let core = start(&verilator, &built)?;
    let teller = Teller { model: &model, tokenizer: &tokenizer, most: arguments.tokens, terminal };
    let engine = CoreEngine::new(core, projection.geometry, &model)
        .map_err(|error| vec![Diagnostic::new(code::MODEL, error.to_string())])?;
    let engine = CheckedEngine::new(engine, &model);
    let Some((part, modes)) = attention else {
        let story = Story::new(&model);
        let figures = teller.tell(engine, story, |_| AttentionFigures::default())?;
        return Ok(figures.report(&built, &projection.geometry, None, terminal));
    };
    let array_built = Built::new(&part.configuration)?;
    let array = ArrayEngine::new(start(&verilator, &array_built)?, part.geometry, modes);
    terminal.note("the steps of keys and values are measured on the text that the model tells in f32");
    let (steps, float_tokens) = Steps::calibrate(&model, model.shape().seq_len.saturating_sub(1));
    let story = Story::with_attention(&model, IntegerAttention::new(CheckedProducts::new(array), steps));
    let mut figures = teller.tell(engine, story, attention_figures)?;
    figures.float_tokens = Some(float_tokens);
    Ok(figures.report(&built, &projection.geometry, Some(&array_built), terminal))
}

fn projection(path: &Path, families: &[&'static dyn Family]) -> Result<Part<matvec::Geometry>, Vec<Diagnostic>> {
    let configuration = Configuration::load(path, families)?;
    match configuration.family.ternary_product(&configuration.parameters) {
        Some(geometry) => Ok(Part { configuration, geometry }),
        None => {
            let message = format!("`{}` computes no ternary matrix products", configuration.family.name());
            Err(vec![Diagnostic::new(code::NOT_A_CORE, message)])
        }
    }
}

fn attention(
    path: &Path,
    families: &[&'static dyn Family],
) -> Result<(Part<array::Geometry>, AttentionModes), Vec<Diagnostic>> {
    let configuration = Configuration::load(path, families)?;
    let geometry = configuration.family.matrix_product(&configuration.parameters);
    match geometry.and_then(|geometry| Some((AttentionModes::of(&geometry)?, geometry))) {
        Some((modes, geometry)) => Ok((Part { configuration, geometry }, modes)),
        None => {
            let message = format!("`{}` computes no products of matrices of signed bytes", configuration.name);
            let refusal = Diagnostic::new(code::NOT_A_CORE, message);
            Err(vec![
                refusal
                    .note("--attention names an array that is not weight stationary, such as designs/attention.yaml"),
            ])
        }
    }
}

/// The model of a folder, or the small one that is made in memory.
fn load(arguments: &Run, terminal: &Terminal) -> Result<(Model, Tokenizer), Vec<Diagnostic>> {
    let Some(folder) = &arguments.model else {
        terminal.note("no --model: a small ternary model is made in memory from a seed");
        return Ok(synthetic::story(synthetic::SEED));
    };
    let first = match arguments.packing {
        Packing::High => FirstWeight::High,
        Packing::Low => FirstWeight::Low,
    };
    let damaged = |error: &dyn fmt::Display| vec![Diagnostic::new(code::MODEL, error.to_string())];
    let path = folder.join("model.bin");
    let model = bitllama::read(&path.display().to_string(), &read(&path)?, first).map_err(|error| damaged(&error))?;
    let path = folder.join("tokenizer.bin");
    let tokenizer = Tokenizer::read(&path.display().to_string(), &read(&path)?, model.shape().vocab);
    Ok((model, tokenizer.map_err(|error| damaged(&error))?))
}

fn read(path: &Path) -> Result<Vec<u8>, Vec<Diagnostic>> {
    std::fs::read(path).map_err(|error| {
        let problem = Diagnostic::new(code::MODEL, format!("`{}` cannot be read: {error}", path.display()));
        vec![problem.note("--model names a folder with `model.bin` and `tokenizer.bin`")]
    })
}

fn start(verilator: &Verilator, built: &Built) -> Result<Simulated, Vec<Diagnostic>> {
    Simulated::start(verilator, built).map_err(|error| vec![tool_failure(&error)])
}

/// What the array has done so far.
fn attention_figures(attention: &ArrayAttention) -> AttentionFigures {
    let products = attention.engine();
    AttentionFigures {
        checked: products.checked(),
        scores: products.engine().work(Step::Scores),
        gathering: products.engine().work(Step::Gathering),
    }
}

/// Tells a story, of at most so many tokens.
struct Teller<'a> {
    model: &'a Model,
    tokenizer: &'a Tokenizer,
    most: usize,
    terminal: &'a Terminal,
}

impl Teller<'_> {
    /// A wrong product ends the text and is among the figures; a simulation that dies says nothing about the design.
    fn tell<A: Attention>(
        &self,
        mut engine: CheckedEngine<'_, CoreEngine<Simulated>>,
        mut story: Story<A>,
        attention: impl Fn(&A) -> AttentionFigures,
    ) -> Result<Figures, Vec<Diagnostic>>
    where
        A::Error: Error + 'static,
    {
        let mut figures = Figures::default();
        let started = Instant::now();
        let most = self.most.min(self.model.shape().seq_len.saturating_sub(1));
        while figures.tokens.len() < most {
            match story.next_token(&mut engine) {
                Ok(None) => break,
                Ok(Some((previous, token))) => {
                    figures.tokens.push(token);
                    let piece = self.tokenizer.text(previous, token).unwrap_or_default();
                    self.terminal.stream(&String::from_utf8_lossy(&piece));
                    figures.text.extend_from_slice(&piece);
                    figures.contexts.push(Context {
                        projection_cycles: engine.engine().cycles(),
                        attention: attention(story.attention()),
                    });
                }
                Err(error) => {
                    if let Some(failure) = outside_the_design(&error) {
                        self.terminal.stream("\n\n");
                        return Err(vec![tool_failure(failure)]);
                    }
                    figures.failure = Some(error.to_string());
                    break;
                }
            }
        }
        figures.seconds = started.elapsed().as_secs_f64();
        figures.products = engine.checked();
        figures.cycles = engine.engine().cycles();
        figures.weight_bits = engine.engine().weight_bits();
        figures.weights = self.model.statistics().weights;
        Ok(figures)
    }
}

/// What failed beneath an error, unless it was the design.
fn outside_the_design<'e>(error: &'e (dyn Error + 'static)) -> Option<&'e FlowError> {
    let causes = iter::successors(Some(error), |&error| error.source());
    causes.filter_map(|cause| cause.downcast_ref()).find(|cause: &&FlowError| !cause.is_about_design())
}

#[cfg(test)]
mod tests {
    use super::*;
    use tritloom_workload::{ArrayError, CheckError, CoreError, DecodeError, ProductError};

    type Failure = DecodeError<CheckError<CoreError<FlowError>>, ProductError<ArrayError<FlowError>>>;

    #[test]
    fn only_a_failure_of_the_surroundings_is_told_as_one() {
        let died = FlowError::Answer { tool: "simulation".into(), reason: "it died before it answered".into() };
        let stuck = FlowError::Misbehaved { reason: "no progress at cycle 10000".into() };
        let core = |error: &FlowError| DecodeError::Engine(CheckError::Engine(CoreError::Simulation(error.clone())));
        let array =
            |error: &FlowError| DecodeError::Attention(ProductError::Engine(ArrayError::Simulation(error.clone())));
        let failures: [Failure; 4] = [core(&died), array(&died), core(&stuck), array(&stuck)];
        let found = failures.each_ref().map(|failure| outside_the_design(failure).cloned());
        assert_eq!(found, [Some(died.clone()), Some(died), None, None]);
        let wrong: Failure = DecodeError::Attention(ProductError::Mismatch(Step::Scores));
        assert_eq!(outside_the_design(&wrong), None);
    }
}
