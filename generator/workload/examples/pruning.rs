//! What the prediction unit saves on a real model, and what that costs its text, over k.
//!
//! `cargo run --release -p tritloom-workload --example pruning -- MODEL_FOLDER [PLOT.svg]`
//!
//! The text is the model's own, 511 greedy tokens with attention over 8 bits and every key. For each k, fed with that
//! text: the keys and values that none of the query heads of their key head keeps, how often the text's next token is the
//! best one, and the text's perplexity; and of a text of its own, how many tokens equal those of the first.

#![expect(clippy::print_stdout, reason = "an example reports")]

use plotters::prelude::*;
use std::error::Error;
use std::path::Path;
use tritloom_formats::FirstWeight;
use tritloom_workload::{
    Attention, BEGIN_TOKEN, Decoder, Fetches, IntegerAttention, Model, Ranking, ReferenceEngine, ReferenceProducts,
    Steps, Story, bitllama, greedy,
};

/// How many keys a head keeps.
const KEPT: [usize; 9] = [1, 2, 4, 8, 16, 32, 64, 128, 256];
/// Weights take the whole byte.
const ENGINE: ReferenceProducts = ReferenceProducts { largest_weight: u8::MAX };
/// Bits of a key that the prediction unit reads, of the 16 of a key's element and its value's: sign and exponent.
const CODE_BITS: f64 = 5.0;

type Outcome<T> = Result<T, Box<dyn Error>>;
/// Name, colour, and height of a point.
type Curve = (&'static str, &'static RGBColor, fn(&Line) -> f64);

/// How well a decoder that is fed with a text would have told it.
struct Agreement {
    /// Tokens that were the best ones, a part of one.
    best: f64,
    perplexity: f64,
}

/// One line of the table.
struct Line {
    kept: usize,
    fetches_saved: f64,
    bits_saved: f64,
    fed: Agreement,
    /// The same where the keys are ranked by q . k itself.
    fed_exact: Agreement,
    /// Equal tokens of a text of its own before the first that differs.
    equal_tokens: usize,
}

fn main() -> Outcome<()> {
    let mut arguments = std::env::args().skip(1);
    let folder = arguments.next().ok_or("which MODEL_FOLDER?")?;
    let bytes = std::fs::read(Path::new(&folder).join("model.bin"))?;
    let model = bitllama::read("model.bin", &bytes, FirstWeight::High)?;
    let (steps, float_text) = Steps::calibrate(&model, model.shape().seq_len - 1);
    let memory = || IntegerAttention::new(ENGINE, steps.clone());

    let text = told(&model, memory(), float_text.len())?;
    println!("{} tokens; the first {} are those of attention in f32", text.len(), equal(&text, &float_text));
    let mut float = Decoder::new(&model);
    let Agreement { best, perplexity } = fed(&model, &mut float, &text)?;
    println!("attention in f32, fed with this text: {best:.4} best, perplexity {perplexity:.4}");
    let Agreement { best, perplexity } = fed(&model, &mut Decoder::with_attention(&model, memory()), &text)?;
    println!("attention over 8 bits, every key: {best:.4} best, perplexity {perplexity:.4}\n");

    println!(
        "| k | fetches saved | bits saved, codes read | best | perplexity | best, ranked by q.k | perplexity | equal |"
    );
    println!("|---|---|---|---|---|---|---|---|");
    let mut lines = Vec::new();
    for kept in KEPT {
        let mut decoder = Decoder::with_attention(&model, memory().keep(kept, Ranking::LeadingOne));
        let mut exact = Decoder::with_attention(&model, memory().keep(kept, Ranking::Exact));
        let agreements = (fed(&model, &mut decoder, &text)?, fed(&model, &mut exact, &text)?);
        let own = told(&model, memory().keep(kept, Ranking::LeadingOne), text.len())?;
        lines.push(line(kept, decoder.attention().fetches(), agreements, equal(&own, &text)));
        print(&lines[lines.len() - 1]);
    }
    if let Some(path) = arguments.next() {
        plot(&lines, Path::new(&path))?;
    }
    Ok(())
}

/// A text of greedy tokens.
fn told<A: Attention>(model: &Model, memory: A, tokens: usize) -> Outcome<Vec<usize>>
where
    A::Error: Error + 'static,
{
    let (mut story, mut engine) = (Story::with_attention(model, memory), ReferenceEngine::new(model));
    let mut text = Vec::new();
    while let Some((_, token)) = story.next_token(&mut engine)?.filter(|_| text.len() < tokens) {
        text.push(token);
    }
    Ok(text)
}

/// Feeds a decoder, itself without a text, with the text's tokens and looks at what it expects.
fn fed<A: Attention>(model: &Model, decoder: &mut Decoder<A>, text: &[usize]) -> Outcome<Agreement>
where
    A::Error: Error + 'static,
{
    let mut engine = ReferenceEngine::new(model);
    let (mut best, mut surprise) = (0, 0.0);
    for (&token, &next) in [BEGIN_TOKEN].iter().chain(text).zip(text) {
        let logits = decoder.step(&mut engine, token)?;
        best += usize::from(greedy(&logits) == next);
        surprise -= log_probability(&logits, next);
    }
    let tokens = text.len() as f64;
    Ok(Agreement { best: best as f64 / tokens, perplexity: (surprise / tokens).exp() })
}

fn log_probability(logits: &[f32], token: usize) -> f64 {
    let largest = logits.iter().copied().fold(f32::NEG_INFINITY, f32::max);
    let sum: f64 = logits.iter().map(|logit| f64::from(logit - largest).exp()).sum();
    f64::from(logits[token] - largest) - sum.ln()
}

/// Tokens before the first that differs.
fn equal(left: &[usize], right: &[usize]) -> usize {
    left.iter().zip(right).take_while(|(left, right)| left == right).count()
}

fn line(kept: usize, fetches: Fetches, (fed, fed_exact): (Agreement, Agreement), equal_tokens: usize) -> Line {
    let fetches_saved = 1.0 - fetches.made as f64 / fetches.of as f64;
    Line { kept, fetches_saved, bits_saved: fetches_saved - CODE_BITS / 16.0, fed, fed_exact, equal_tokens }
}

fn print(line: &Line) {
    let Line { kept, fetches_saved, bits_saved, fed, fed_exact, equal_tokens } = line;
    println!(
        "| {kept} | {fetches_saved:.3} | {bits_saved:.3} | {:.3} | {:.3} | {:.3} | {:.3} | {equal_tokens} |",
        fed.best, fed.perplexity, fed_exact.best, fed_exact.perplexity
    );
}

/// Parts of one over k, above; the perplexity over k, below.
fn plot(lines: &[Line], path: &Path) -> Outcome<()> {
    let area = SVGBackend::new(path, (720, 640)).into_drawing_area();
    area.fill(&WHITE)?;
    let (above, below) = area.split_vertically(360);
    let kept = || (1f64..256f64).log_scale();
    let points = |of: fn(&Line) -> f64| lines.iter().map(move |line| (line.kept as f64, of(line)));

    let mut builder = ChartBuilder::on(&above);
    builder.margin(12).x_label_area_size(32).y_label_area_size(56);
    let mut chart = builder.build_cartesian_2d(kept(), 0f64..1f64)?;
    chart.configure_mesh().x_desc("keys that a head keeps (k)").y_desc("part").draw()?;
    let curves: [Curve; 3] = [
        ("keys and values not fetched", &BLUE, |line| line.fetches_saved),
        ("next token still the best, ranked by leading ones", &RED, |line| line.fed.best),
        ("the same, ranked by q.k", &BLACK, |line| line.fed_exact.best),
    ];
    for (name, colour, of) in curves {
        let curve = chart.draw_series(LineSeries::new(points(of), colour.stroke_width(2)))?;
        curve.label(name).legend(move |(x, y)| PathElement::new([(x, y), (x + 20, y)], colour.stroke_width(2)));
    }
    let mut labels = chart.configure_series_labels();
    labels.position(SeriesLabelPosition::LowerLeft).border_style(BLACK).background_style(WHITE).draw()?;

    let most = lines.iter().map(|line| line.fed.perplexity).fold(1.0, f64::max);
    let mut builder = ChartBuilder::on(&below);
    builder.margin(12).x_label_area_size(32).y_label_area_size(56);
    let mut chart = builder.build_cartesian_2d(kept(), (1f64..most * 1.1).log_scale())?;
    chart.configure_mesh().x_desc("keys that a head keeps (k)").y_desc("perplexity").draw()?;
    chart.draw_series(LineSeries::new(points(|line| line.fed.perplexity), RED.stroke_width(2)))?;
    chart.draw_series(LineSeries::new(points(|line| line.fed_exact.perplexity), BLACK.stroke_width(2)))?;
    area.present()?;
    Ok(())
}
