//! What a story took, in words and as a document.

use crate::built::Built;
use crate::commands::{Report, Verdict, counted};
use crate::terminal::Terminal;
use serde_json::{Value, json};
use tritloom_datapath::matvec::Geometry;
use tritloom_workload::Work;

/// What a story took.
#[derive(Default)]
pub struct Figures {
    pub tokens: Vec<usize>,
    pub text: Vec<u8>,
    /// After each token, what all of them took so far.
    pub contexts: Vec<Context>,
    /// Ternary products that were equal.
    pub products: u64,
    pub cycles: u64,
    pub weight_bits: u64,
    /// Ternary weights of the model, each multiplied once a token.
    pub weights: u64,
    pub seconds: f64,
    /// The tokens that the model tells with attention in f32, where it was not.
    pub float_tokens: Option<Vec<usize>>,
    pub failure: Option<String>,
}

/// What was taken up to a position.
#[derive(Clone, Copy, Default)]
pub struct Context {
    pub projection_cycles: u64,
    pub attention: AttentionFigures,
}

/// What an array has done.
#[derive(Clone, Copy, Default)]
pub struct AttentionFigures {
    /// Products that were equal.
    pub checked: u64,
    /// q . k.
    pub scores: Work,
    /// p . v.
    pub gathering: Work,
}

impl Context {
    /// The cores work one after the other.
    fn cycles(&self) -> u64 {
        self.projection_cycles + self.attention.scores.cycles + self.attention.gathering.cycles
    }

    /// Cycles of the projections, of q . k, of p . v.
    fn parts(&self) -> [u64; 3] {
        [self.projection_cycles, self.attention.scores.cycles, self.attention.gathering.cycles]
    }
}

impl Figures {
    /// The report of a run on `design`, and on `array` where attention ran there.
    pub fn report(&self, design: &Built, geometry: &Geometry, array: Option<&Built>, terminal: &Terminal) -> Report {
        terminal.stream("\n\n");
        let mut text = self.projection_text();
        if array.is_some() {
            text += &self.attention_text(geometry);
        }
        if let Some(failure) = &self.failure {
            text += &format!("FAILED: {failure}\n");
        }
        let verdict = if self.failure.is_none() { Verdict::Passed } else { Verdict::Failed };
        let mut json = self.projection_json(design);
        if let Some(array) = array {
            json["attention"] = self.attention_json(geometry, array);
        }
        Report { text, json, verdict }
    }

    fn per_token(&self, total: u64) -> f64 {
        total as f64 / self.tokens.len().max(1) as f64
    }

    fn projection_text(&self) -> String {
        format!(
            "{}; {}, every element equal to integer arithmetic\n\
             {:.0} cycles a token, {:.0} weight bits a token\n\
             {:.2} s: {:.2} tokens/s, {:.0} simulated cycles/s\n",
            counted(self.tokens.len() as u64, "token"),
            counted(self.products, "product"),
            self.per_token(self.cycles),
            self.per_token(self.weight_bits),
            self.seconds,
            self.tokens.len() as f64 / self.seconds.max(1e-9),
            self.cycles as f64 / self.seconds.max(1e-9),
        )
    }

    fn projection_json(&self, design: &Built) -> Value {
        json!({
            "command": "run",
            "status": if self.failure.is_none() { "ok" } else { "failed" },
            "design": design.configuration.name,
            "hash": design.configuration.hash(),
            "tokens": self.tokens,
            "text": String::from_utf8_lossy(&self.text),
            "products_checked": self.products,
            "cycles_per_token": self.per_token(self.cycles),
            "weight_bits_per_token": self.per_token(self.weight_bits),
            "seconds": self.seconds,
            "failure": self.failure,
        })
    }

    /// What all tokens took.
    fn total(&self) -> Context {
        self.contexts.last().copied().unwrap_or_default()
    }

    /// Tokens before the first that attention in f32 does not tell.
    fn tokens_as_in_f32(&self) -> usize {
        let float = self.float_tokens.iter().flatten();
        self.tokens.iter().zip(float).take_while(|(token, float)| token == float).count()
    }

    /// Of the ternary products that the core could have made while it worked, the part that the model asked for.
    fn projection_utilisation(&self, geometry: &Geometry) -> f64 {
        let a_cycle = u64::from(geometry.lanes()) * u64::from(geometry.ports);
        part(self.weights * self.tokens.len() as u64, self.total().projection_cycles * a_cycle)
    }

    fn attention_text(&self, geometry: &Geometry) -> String {
        let total = self.total();
        let cycles_a_token = self.per_token(total.cycles());
        let [projection, scores, gathering] = total.parts().map(|cycles| 100.0 * part(cycles, total.cycles()));
        let used = |work: Work| 100.0 * part(work.products, work.capacity);
        let mut text = format!(
            "attention in 8 bits: {}, every element equal to integer arithmetic; the first {} are those of f32\n\
             {cycles_a_token:.0} cycles a token with attention, the cores one after the other: {:.1} tokens/s at 1 GHz\n\
             projections {projection:.1} % of the cycles, {:.1} % of the products that fit in them; \
             q.k {scores:.1} %, {:.1} %; p.v {gathering:.1} %, {:.1} %\n\n\
             {:>8} {:>12} {:>8} {:>8} {:>14}\n",
            counted(total.attention.checked, "product"),
            counted(self.tokens_as_in_f32() as u64, "token"),
            1e9 / cycles_a_token.max(1.0),
            100.0 * self.projection_utilisation(geometry),
            used(total.attention.scores),
            used(total.attention.gathering),
            "context",
            "projections",
            "q.k",
            "p.v",
            "sum so far",
        );
        for context in self.shown_contexts() {
            let [projection, scores, gathering] = self.cycles_at(context);
            let sum = self.contexts[context - 1].cycles();
            text += &format!("{context:>8} {projection:>12} {scores:>8} {gathering:>8} {sum:>14}\n");
        }
        text
    }

    /// Powers of two, and the last.
    fn shown_contexts(&self) -> impl Iterator<Item = usize> {
        let last = self.contexts.len();
        (1..=last).filter(move |context| context.is_power_of_two() || *context == last)
    }

    /// Cycles of the token that is told when so many positions are there: projections, q . k, p . v.
    fn cycles_at(&self, context: usize) -> [u64; 3] {
        let before = context.checked_sub(2).map(|before| self.contexts[before]).unwrap_or_default().parts();
        let upto = self.contexts[context - 1].parts();
        [0, 1, 2].map(|part| upto[part] - before[part])
    }

    fn attention_json(&self, geometry: &Geometry, array: &Built) -> Value {
        let total = self.total();
        let step = |work: Work| {
            json!({
                "cycles": work.cycles,
                "products": work.products,
                "utilisation": part(work.products, work.capacity),
            })
        };
        let contexts: Vec<[u64; 3]> = (1..=self.contexts.len()).map(|context| self.cycles_at(context)).collect();
        json!({
            "design": array.configuration.name,
            "hash": array.configuration.hash(),
            "products_checked": total.attention.checked,
            "tokens_as_in_f32": self.tokens_as_in_f32(),
            "cycles_per_token": self.per_token(total.cycles()),
            "projections": {
                "cycles": total.projection_cycles,
                "products": self.weights * self.tokens.len() as u64,
                "utilisation": self.projection_utilisation(geometry),
            },
            "scores": step(total.attention.scores),
            "gathering": step(total.attention.gathering),
            "cycles_at_context": contexts,
        })
    }
}

/// `of / whole`, zero of nothing.
fn part(of: u64, whole: u64) -> f64 {
    of as f64 / whole.max(1) as f64
}
