//! `tritloom run CONFIG --model DIR`: a language model speaks through a design, or through two.

mod figures;
mod fit;
mod simulated;
mod teller;

use super::Report;
use crate::arguments::{Packing, Run};
use crate::built::Built;
use crate::config::Configuration;
use crate::diagnostic::{Diagnostic, code};
use crate::environment::{tool_failure, verilator};
use crate::terminal::Terminal;
use figures::Figures;
use simulated::Simulated;
use std::cell::RefCell;
use std::fmt;
use std::path::Path;
use std::rc::Rc;
use teller::{Shared, Teller};
use tritloom_datapath::array;
use tritloom_datapath::family::Family;
use tritloom_datapath::matvec;
use tritloom_flow::Verilator;
use tritloom_formats::FirstWeight;
use tritloom_workload::{
    ArrayEngine, ArrayProjection, AttentionModes, CoreEngine, Model, Tokenizer, bitllama, projection_mode, synthetic,
};

/// A design that takes part, read and fit for the model.
struct Part<G> {
    configuration: Configuration,
    geometry: G,
}

/// How a design computes the ternary products.
enum Projection {
    /// As it always does.
    Core(matvec::Geometry),
    /// In this of its modes.
    Array(array::Geometry, usize),
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
    let (array, array_built) = match attention {
        None => (None, None),
        Some((part, modes)) => {
            let array_built = Built::new(&part.configuration)?;
            let one_core = part.configuration.hash() == projection.configuration.hash();
            let core = if one_core { core.clone() } else { start(&verilator, &array_built)? };
            (Some(ArrayEngine::new(core, part.geometry, modes)), Some(array_built))
        }
    };
    let prefill = arguments.prefill.min(model.shape().seq_len);
    let teller = Teller { model: &model, tokenizer: &tokenizer, most: arguments.tokens, prefill, terminal };
    let figures = tell(&teller, projection.geometry, core, array)?;
    Ok(figures.report(&built, array_built.as_ref(), terminal))
}

fn tell(
    teller: &Teller,
    projection: Projection,
    core: Shared,
    array: Option<ArrayEngine<Shared>>,
) -> Result<Figures, Vec<Diagnostic>> {
    let refused = |error: &dyn fmt::Display| vec![Diagnostic::new(code::MODEL, error.to_string())];
    match projection {
        Projection::Core(geometry) => {
            let engine = CoreEngine::new(core, geometry, teller.model).map_err(|error| refused(&error))?;
            teller.tell(engine, array)
        }
        Projection::Array(geometry, mode) => {
            let engine = ArrayProjection::new(core, geometry, mode, teller.model).map_err(|error| refused(&error))?;
            teller.tell(engine, array)
        }
    }
}

fn projection(path: &Path, families: &[&'static dyn Family]) -> Result<Part<Projection>, Vec<Diagnostic>> {
    let configuration = Configuration::load(path, families)?;
    let (family, parameters) = (configuration.family, &configuration.parameters);
    let core = family.ternary_product(parameters).map(Projection::Core);
    let array = || {
        let geometry = family.matrix_product(parameters)?;
        Some(Projection::Array(geometry.clone(), projection_mode(&geometry)?))
    };
    match core.or_else(array) {
        Some(geometry) => Ok(Part { configuration, geometry }),
        None => Err(fit::no_projection(path, families, &configuration)),
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
            Err(vec![refusal.note("--attention names an array of signed bytes, such as designs/attention.yaml")])
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

fn start(verilator: &Verilator, built: &Built) -> Result<Shared, Vec<Diagnostic>> {
    let simulated = Simulated::start(verilator, built).map_err(|error| vec![tool_failure(&error)])?;
    Ok(Rc::new(RefCell::new(simulated)))
}
