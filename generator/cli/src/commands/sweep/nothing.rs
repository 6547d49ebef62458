//! Why nothing is left of a space.

use crate::diagnostic::{Diagnostic, code};
use std::path::Path;
use tritloom_search::{Outcome, Search};

/// What rules, constraints and failures say of a space in which no configuration is suitable.
pub fn reasons(file: &Path, search: &Search, outcome: &Outcome) -> Vec<Diagnostic> {
    let failures: usize = search.plans().iter().map(|plan| plan.failures().len()).sum();
    let legal: usize = search.plans().iter().map(|plan| plan.sampled).sum();
    let shown = file.display();
    let mut diagnostic = if legal == 0 {
        Diagnostic::new(code::NOTHING_LEFT, format!("no configuration of `{shown}` is legal"))
    } else if failures > 0 && outcome.counts.suitable == 0 {
        Diagnostic::new(code::NOTHING_LEFT, format!("every configuration of `{shown}` has failed or is unsuitable"))
    } else {
        Diagnostic::new(code::NOTHING_LEFT, format!("no configuration of `{shown}` meets every constraint"))
    };
    for (plan, region) in search.plans().iter().zip(&search.space.regions) {
        let family = region.family.name();
        for rule in &plan.rules {
            let broken = rule.broken.iter().filter(|broken| **broken).count();
            let text = format!("{family}, {}: {}", rule.key.0, rule.example.message);
            if broken == rule.broken.len() {
                diagnostic = diagnostic.note(format!("{text} (always)"));
            } else if legal == 0 {
                diagnostic = diagnostic.note(text);
            }
        }
        for (place, met) in &plan.met {
            let constraint = &search.space.constraints[*place].text;
            diagnostic = diagnostic.note(format!(
                "{family}: {met} of {} legal configurations drawn at random meet `{constraint}`",
                plan.sampled
            ));
        }
        for failure in plan.failures().iter().take(3) {
            diagnostic = diagnostic.note(format!("{family} has failed: {}", failure.reason));
        }
    }
    vec![diagnostic]
}
