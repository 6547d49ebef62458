//! Why nothing is left of a space.

use super::failures;
use crate::diagnostic::{Diagnostic, code};
use std::path::Path;
use tritloom_search::Search;

/// What rules, constraints and failures say of a space in which no configuration is suitable.
pub fn reasons(file: &Path, search: &Search) -> Vec<Diagnostic> {
    let failures = failures::json(search);
    let legal: usize = search.plans().iter().map(|plan| plan.sampled).sum();
    let shown = file.display();
    let message = match (legal, failures.len()) {
        (0, 0) => format!("no configuration of `{shown}` is legal"),
        (0, _) => format!("every legal configuration of `{shown}` has failed: none could be evaluated"),
        (_, 0) => format!("no configuration of `{shown}` meets every constraint"),
        _ => format!("no configuration of `{shown}` that could be evaluated meets every constraint"),
    };
    let mut diagnostic = Diagnostic::new(code::NOTHING_LEFT, message);
    for (plan, region) in search.plans().iter().zip(&search.space.regions) {
        let family = region.family.name();
        for rule in &plan.rules {
            let broken = rule.veto.broken.iter().filter(|broken| **broken).count();
            let text = format!("{family}, {}: {}", rule.key.0, rule.example.message);
            if broken == rule.veto.broken.len() {
                diagnostic = diagnostic.note(format!("{text} (always)"));
            } else if legal == 0 && failures.is_empty() {
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
    }
    vec![failures::told(&failures).into_iter().fold(diagnostic, Diagnostic::note)]
}
