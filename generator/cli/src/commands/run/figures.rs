//! What a story took, in words and as a document.

use crate::built::Built;
use crate::commands::{Report, Verdict, counted};
use crate::terminal::Terminal;
use serde_json::{Value, json};
use std::ops::Sub;
use tritloom_workload::Work;

/// What a story took.
#[derive(Default)]
pub struct Figures {
    /// Known tokens that were taken at once.
    pub prefill: usize,
    /// The tokens told behind them, one after the other.
    pub tokens: Vec<usize>,
    pub text: Vec<u8>,
    /// What all took so far: behind the known tokens, and after each token told.
    pub contexts: Vec<Context>,
    pub seconds: f64,
    /// What the model tells behind the known tokens with attention in f32, where it was not.
    pub float_tokens: Option<Vec<usize>>,
    pub failure: Option<String>,
}

/// What was done up to a position.
#[derive(Clone, Copy, Default)]
pub struct Context {
    /// Products of a matrix and a vector that were equal.
    pub checked: u64,
    pub projections: Work,
    pub weight_bits: u64,
    /// Products of attention that were equal.
    pub attention_checked: u64,
    /// q . k.
    pub scores: Work,
    /// p . v.
    pub gathering: Work,
}

impl Context {
    fn parts(&self) -> [(&'static str, Work); 3] {
        [("projections", self.projections), ("q.k", self.scores), ("p.v", self.gathering)]
    }

    /// The cores work one after the other.
    fn cycles(&self) -> u64 {
        self.parts().iter().map(|(_, work)| work.cycles).sum()
    }
}

impl Sub for Context {
    type Output = Context;

    /// What came to an earlier context.
    fn sub(self, earlier: Context) -> Context {
        Context {
            checked: self.checked - earlier.checked,
            projections: self.projections - earlier.projections,
            weight_bits: self.weight_bits - earlier.weight_bits,
            attention_checked: self.attention_checked - earlier.attention_checked,
            scores: self.scores - earlier.scores,
            gathering: self.gathering - earlier.gathering,
        }
    }
}

impl Figures {
    /// The report of a run on `design`, and on `array` where attention ran there.
    pub fn report(&self, design: &Built, array: Option<&Built>, terminal: &Terminal) -> Report {
        terminal.stream("\n\n");
        let mut text = self.summary();
        if array.is_some() {
            text += &self.attention_text();
        }
        text += &self.phases_text();
        if array.is_some() {
            text += &self.contexts_text();
        }
        if let Some(failure) = &self.failure {
            text += &format!("FAILED: {failure}\n");
        }
        let verdict = if self.failure.is_none() { Verdict::Passed } else { Verdict::Failed };
        Report { text, json: self.json(design, array), verdict }
    }

    fn prefill(&self) -> Context {
        self.contexts.first().copied().unwrap_or_default()
    }

    fn total(&self) -> Context {
        self.contexts.last().copied().unwrap_or_default()
    }

    /// What the tokens took that were told one after the other.
    fn decode(&self) -> Context {
        self.total() - self.prefill()
    }

    fn per_token(&self, total: u64) -> f64 {
        total as f64 / self.tokens.len().max(1) as f64
    }

    fn summary(&self) -> String {
        let (decode, total) = (self.decode(), self.total());
        format!(
            "{}; {}, every element equal to integer arithmetic\n\
             {:.0} cycles a token, {:.0} weight bits a token\n\
             {:.2} s: {:.2} tokens/s, {:.0} simulated cycles/s\n",
            counted(self.tokens.len() as u64, "token"),
            counted(total.checked, "product"),
            self.per_token(decode.projections.cycles),
            self.per_token(decode.weight_bits),
            self.seconds,
            self.tokens.len() as f64 / self.seconds.max(1e-9),
            total.cycles() as f64 / self.seconds.max(1e-9),
        )
    }

    /// Tokens before the first that attention in f32 does not tell.
    fn tokens_as_in_f32(&self) -> usize {
        let float = self.float_tokens.iter().flatten();
        self.tokens.iter().zip(float).take_while(|(token, float)| token == float).count()
    }

    fn attention_text(&self) -> String {
        let cycles_a_token = self.per_token(self.decode().cycles());
        format!(
            "attention in 8 bits: {}, every element equal to integer arithmetic; the first {} are those of f32\n\
             {cycles_a_token:.0} cycles a token with attention, the cores one after the other: {:.1} tokens/s at 1 GHz\n",
            counted(self.total().attention_checked, "product"),
            counted(self.tokens_as_in_f32() as u64, "token"),
            1e9 / cycles_a_token.max(1.0),
        )
    }

    /// What part of the cycles of a phase each step took, and what part of the products that fit in its cycles were asked
    /// for.
    fn phases_text(&self) -> String {
        let mut text = format!(
            "\n{:<8} {:>9}  {:<12} {:>10} {:>8} {:>12}\n",
            "phase", "positions", "step", "cycles", "share", "utilisation"
        );
        for (phase, positions, context) in
            [("prefill", self.prefill, self.prefill()), ("decode", self.tokens.len(), self.decode())]
        {
            for (step, work) in context.parts().into_iter().filter(|(_, work)| work.cycles > 0) {
                let share = 100.0 * work.cycles as f64 / context.cycles() as f64;
                let (cycles, utilisation) = (work.cycles, 100.0 * work.utilisation());
                text += &format!(
                    "{phase:<8} {positions:>9}  {step:<12} {cycles:>10} {share:>6.1} % {utilisation:>10.1} %\n"
                );
            }
        }
        text
    }

    fn contexts_text(&self) -> String {
        let mut text = format!("\n{:>8} {:>12} {:>8} {:>8} {:>10}\n", "context", "projections", "q.k", "p.v", "all");
        for told in self.shown() {
            let context = self.token(told);
            let [projections, scores, gathering] = context.parts().map(|(_, work)| work.cycles);
            let (position, all) = (self.prefill + told, context.cycles());
            text += &format!("{position:>8} {projections:>12} {scores:>8} {gathering:>8} {all:>10}\n");
        }
        text
    }

    /// The tokens told at contexts that are powers of two, and the last, from 1 on.
    fn shown(&self) -> impl Iterator<Item = usize> {
        let (last, prefill) = (self.tokens.len(), self.prefill);
        (1..=last).filter(move |&told| (prefill + told).is_power_of_two() || told == last)
    }

    /// What the token took that was told as the `told`th, from 1 on.
    fn token(&self, told: usize) -> Context {
        self.contexts[told] - self.contexts[told - 1]
    }

    fn json(&self, design: &Built, array: Option<&Built>) -> Value {
        let decode = self.decode();
        let mut json = json!({
            "command": "run",
            "status": if self.failure.is_none() { "ok" } else { "failed" },
            "design": design.configuration.name,
            "hash": design.configuration.hash(),
            "tokens": self.tokens,
            "text": String::from_utf8_lossy(&self.text),
            "products_checked": self.total().checked,
            "cycles_per_token": self.per_token(decode.projections.cycles),
            "weight_bits_per_token": self.per_token(decode.weight_bits),
            "seconds": self.seconds,
            "failure": self.failure,
            "prefill": phase_json(self.prefill, &self.prefill()),
            "decode": phase_json(self.tokens.len(), &decode),
        });
        if let Some(array) = array {
            json["attention"] = self.attention_json(array);
        }
        json
    }

    fn attention_json(&self, array: &Built) -> Value {
        let contexts = (1..=self.tokens.len()).map(|told| {
            let cycles = self.token(told).parts().map(|(_, work)| work.cycles);
            json!({ "context": self.prefill + told, "cycles": cycles })
        });
        json!({
            "design": array.configuration.name,
            "hash": array.configuration.hash(),
            "products_checked": self.total().attention_checked,
            "tokens_as_in_f32": self.tokens_as_in_f32(),
            "cycles_per_token": self.per_token(self.decode().cycles()),
            "contexts": contexts.collect::<Vec<_>>(),
        })
    }
}

fn phase_json(positions: usize, context: &Context) -> Value {
    let part =
        |work: Work| json!({ "cycles": work.cycles, "products": work.products, "utilisation": work.utilisation() });
    let [projections, scores, gathering] = context.parts().map(|(_, work)| part(work));
    json!({
        "positions": positions,
        "weight_bits": context.weight_bits,
        "projections": projections,
        "scores": scores,
        "gathering": gathering,
    })
}
