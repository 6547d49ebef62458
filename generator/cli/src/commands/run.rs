//! `tritloom run CONFIG --model DIR`: a language model speaks through a design.

use super::{Report, Verdict, counted};
use crate::arguments::{Packing, Run};
use crate::built::Built;
use crate::config::Configuration;
use crate::diagnostic::{Diagnostic, code};
use crate::environment::{tool_failure, verilator};
use crate::terminal::Terminal;
use serde_json::json;
use std::path::Path;
use std::time::Instant;
use tritloom_datapath::family::Family;
use tritloom_datapath::interface::Beat;
use tritloom_datapath::matvec::Geometry;
use tritloom_datapath::parameter::Problem;
use tritloom_flow::{Design, Feed, FlowError, Optimisation, Simulation, Verilator};
use tritloom_formats::FirstWeight;
use tritloom_workload::{
    CheckedEngine, Core, CoreEngine, CoreRun, Demand, Model, Story, Tokenizer, bitllama, synthetic,
};

/// The position of the weight stream among the streams of a core that computes ternary products.
const WEIGHT_STREAM: usize = 2;

/// The design is read first: a wrong configuration is told before a model is loaded.
pub fn run(arguments: &Run, families: &[&'static dyn Family], terminal: &Terminal) -> Result<Report, Vec<Diagnostic>> {
    let configuration = Configuration::load(&arguments.config, families)?;
    let Some(geometry) = configuration.family.ternary_product(&configuration.parameters) else {
        let message = format!("`{}` computes no ternary matrix products", configuration.family.name());
        return Err(vec![Diagnostic::new(code::NOT_A_CORE, message)]);
    };
    let (model, tokenizer) = load(arguments, terminal)?;
    let misfits = misfits(configuration.family, &geometry, &Demand::of(&model));
    if !misfits.is_empty() {
        return Err(Configuration::refuse(&arguments.config, families, &misfits));
    }
    let built = Built::new(&configuration)?;
    let verilator = verilator()?;
    terminal.note("building the simulation (kept for the next time)");
    let simulation = simulate(&verilator, &built).map_err(|error| vec![tool_failure(&error)])?;
    tell(&built, geometry, &model, &tokenizer, simulation, arguments, terminal)
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
    let damaged = |error: &dyn std::fmt::Display| vec![Diagnostic::new(code::MODEL, error.to_string())];
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

/// Where a core is too small for what a model demands.
fn misfits(family: &dyn Family, geometry: &Geometry, demand: &Demand) -> Vec<Problem> {
    let mut problems = Vec::new();
    if geometry.activation_bits < demand.activation_bits {
        let bits = (demand.activation_bits, geometry.activation_bits);
        let message = format!("the model's activations have {} bits, the core's {}", bits.0, bits.1);
        problems.push(Problem::rule(code::TOO_SMALL, "activation", message, "int8 or int16").nearest("int8"));
    }
    let sizes = [
        ("max_inputs", u64::from(geometry.max_inputs), demand.columns as u64, "columns"),
        ("max_outputs", u64::from(geometry.max_outputs), demand.rows as u64, "rows"),
    ];
    for (name, found, needed, what) in sizes.into_iter().filter(|(_, found, needed, _)| found < needed) {
        let message = format!("`{name}: {found}` is too small for the model: a matrix has {needed} {what}");
        let domain = family.parameters().iter().find(|parameter| parameter.name == name).map(|found| found.domain);
        let problem = Problem::rule(code::TOO_SMALL, name, message, format!("at least {needed}"));
        problems.push(match domain.filter(|domain| !domain.contains(&needed.into())) {
            None => problem.nearest(needed),
            Some(domain) => Problem { legal: format!("{domain}: no core of this family takes the model"), ..problem },
        });
    }
    problems
}

fn simulate(verilator: &Verilator, built: &Built) -> Result<Simulation, FlowError> {
    let design = Design {
        top: built.top().to_string(),
        interface: built.interface.clone(),
        rtl: tritloom_flow::check::sources(&built.hardware),
        mutant_width: None,
    };
    let model = verilator.build(&[design], Optimisation::Long).remove(0)?;
    Simulation::start(&model, 1)
}

/// The simulated core, as a workload wants it.
struct Simulated(Simulation);

impl Core for Simulated {
    type Error = FlowError;

    fn store(&mut self, bank: u32, weights: Vec<Beat>) -> Result<(), FlowError> {
        self.0.store(bank, WEIGHT_STREAM, &weights)
    }

    fn run(&mut self, run: Beat, activations: Vec<Beat>, bank: u32, results: usize) -> Result<CoreRun, FlowError> {
        let feeds = [Feed::Beats(&[run]), Feed::Beats(&activations), Feed::Bank(bank)];
        let mut result = self.0.run(&feeds, &[results as u32])?;
        Ok(CoreRun { results: result.outputs.swap_remove(0), cycles: result.cycles })
    }
}

fn tell(
    built: &Built,
    geometry: Geometry,
    model: &Model,
    tokenizer: &Tokenizer,
    simulation: Simulation,
    arguments: &Run,
    terminal: &Terminal,
) -> Result<Report, Vec<Diagnostic>> {
    let engine = CoreEngine::new(Simulated(simulation), geometry, model)
        .map_err(|error| vec![Diagnostic::new(code::MODEL, error.to_string())])?;
    let mut engine = CheckedEngine::new(engine, model);
    let mut story = Story::new(model);
    let (mut tokens, mut text, mut failure) = (Vec::new(), Vec::new(), None);
    let started = Instant::now();
    let most = arguments.tokens.min(model.shape().seq_len.saturating_sub(1));
    while tokens.len() < most {
        match story.next_token(&mut engine) {
            Ok(None) => break,
            Ok(Some((previous, token))) => {
                tokens.push(token);
                let piece = tokenizer.text(previous, token).unwrap_or_default();
                terminal.stream(&String::from_utf8_lossy(&piece));
                text.extend_from_slice(&piece);
            }
            Err(error) => {
                failure = Some(error.to_string());
                break;
            }
        }
    }
    let seconds = started.elapsed().as_secs_f64();
    let figures = Figures {
        tokens: tokens.len(),
        products: engine.checked(),
        cycles: engine.engine().cycles(),
        weight_bits: engine.engine().weight_bits(),
        seconds,
    };
    Ok(report(built, &figures, &tokens, &text, failure, terminal))
}

/// What a story took.
struct Figures {
    tokens: usize,
    products: u64,
    cycles: u64,
    weight_bits: u64,
    seconds: f64,
}

impl Figures {
    fn per_token(&self, total: u64) -> f64 {
        total as f64 / self.tokens.max(1) as f64
    }

    fn text(&self) -> String {
        format!(
            "{}; {}, every element equal to integer arithmetic\n\
             {:.0} cycles a token, {:.0} weight bits a token\n\
             {:.2} s: {:.2} tokens/s, {:.0} simulated cycles/s\n",
            counted(self.tokens as u64, "token"),
            counted(self.products, "product"),
            self.per_token(self.cycles),
            self.per_token(self.weight_bits),
            self.seconds,
            self.tokens as f64 / self.seconds.max(1e-9),
            self.cycles as f64 / self.seconds.max(1e-9),
        )
    }
}

fn report(
    built: &Built,
    figures: &Figures,
    tokens: &[usize],
    story: &[u8],
    failure: Option<String>,
    terminal: &Terminal,
) -> Report {
    terminal.stream("\n\n");
    let text = match &failure {
        None => figures.text(),
        Some(failure) => format!("{}FAILED: {failure}\n", figures.text()),
    };
    let json = json!({
        "command": "run",
        "status": if failure.is_none() { "ok" } else { "failed" },
        "design": built.configuration.name,
        "hash": built.configuration.hash(),
        "tokens": tokens,
        "text": String::from_utf8_lossy(story),
        "products_checked": figures.products,
        "cycles_per_token": figures.per_token(figures.cycles),
        "weight_bits_per_token": figures.per_token(figures.weight_bits),
        "seconds": figures.seconds,
        "failure": failure,
    });
    Report { text, json, verdict: if failure.is_none() { Verdict::Passed } else { Verdict::Failed } }
}

#[cfg(test)]
mod tests {
    use super::*;
    use tritloom_datapath::registry;

    #[test]
    fn a_model_larger_than_every_core_has_no_nearest_value() {
        let family = registry::find("sign_flip").expect("registered");
        let parameters = registry::resolve(family, [("max_inputs", 64)]).expect("legal");
        let geometry = family.ternary_product(&parameters).expect("a core");
        let found = |columns| misfits(family, &geometry, &Demand { activation_bits: 8, rows: 1, columns });
        assert!(found(64).is_empty());
        assert_eq!(found(65)[0].nearest.as_deref(), Some("65"));
        let [problem] = &found(1 << 20)[..] else { panic!("one problem") };
        assert_eq!((problem.nearest.as_ref(), problem.legal.ends_with("takes the model")), (None, true));
    }
}
