//! Why nothing is left of a space.

use super::failures;
use crate::commands::rounded;
use crate::config::Sweeps;
use crate::diagnostic::{Diagnostic, code};
use std::path::Path;
use tritloom_search::{Reach, Search, Side, Tree, unit, units};

/// What rules, constraints and failures say of a space in which no configuration is suitable.
pub fn reasons(file: &Path, sweeps: &Sweeps, search: &Search) -> Vec<Diagnostic> {
    let failures = failures::json(search);
    let legal: usize = search.plans().iter().map(|plan| plan.samples.len()).sum();
    let shown = file.display();
    let message = match (legal, failures.len()) {
        (0, 0) => format!("no configuration of `{shown}` is legal"),
        (0, _) => format!("every legal configuration of `{shown}` has failed: none could be evaluated"),
        (_, 0) => format!("no configuration of `{shown}` meets every constraint"),
        _ => format!("no configuration of `{shown}` that could be evaluated meets every constraint"),
    };
    let mut diagnostic = Diagnostic::new(code::NOTHING_LEFT, message);
    for (plan, region) in search.plans().iter().zip(&search.space.regions) {
        for rule in &plan.rules {
            let broken = rule.veto.broken.iter().filter(|broken| **broken).count();
            let text = format!("{}, {}: {}", region.family.name(), rule.key.0, rule.example.message);
            if broken == rule.veto.broken.len() {
                diagnostic = diagnostic.note(format!("{text} (always)"));
            } else if legal == 0 && failures.is_empty() {
                diagnostic = diagnostic.note(text);
            }
        }
    }
    if legal > 0 {
        diagnostic = constraints(sweeps, search, diagnostic);
    }
    vec![failures::told(&failures).into_iter().fold(diagnostic, Diagnostic::note)]
}

/// How far each constraint is from being met; the one that fewest meet is shown.
fn constraints(sweeps: &Sweeps, search: &Search, mut diagnostic: Diagnostic) -> Diagnostic {
    let mut hardest: Option<(usize, usize)> = None;
    for (place, constraint) in search.space.constraints.iter().enumerate() {
        let text = &constraint.text;
        let reached = (0..search.plans().len()).filter_map(|region| Some((region, search.reach(region, place)?)));
        let reached: Vec<(usize, Reach)> = reached.collect();
        let met = reached.iter().map(|(_, reach)| reach.met).sum();
        if hardest.is_none_or(|(least, _)| met < least) {
            hardest = Some((met, place));
        }
        for (region, Reach { met, left, right }) in reached {
            let family = search.space.regions[region].family.name();
            let sampled = search.plans()[region].samples.len();
            let sides = constraint.tree.sides().into_iter().flatten().zip([left, right]);
            let ranges: String = sides.filter_map(|(side, range)| told(text, side, &range?)).collect();
            let line = sweeps.constraints[place].line;
            diagnostic = diagnostic.note(format!(
                "line {line}, {family}: {met} of {sampled} legal configurations drawn at random meet `{text}`{ranges}"
            ));
        }
    }
    Diagnostic { excerpt: hardest.map(|(_, place)| sweeps.constraints[place].clone()), ..diagnostic }
}

/// The values of a side in the unit of the constraint; nothing of a number.
fn told(constraint: &str, side: &Tree, range: &Side) -> Option<String> {
    if side.number().is_some() {
        return None;
    }
    let text: String = constraint.chars().skip(side.start).take(side.length).collect();
    let (unit, size) = unit_of(constraint, range);
    let value = |value: f64| format!("{}{unit}", rounded(value / size));
    let (least, greatest) = (value(range.least), value(range.greatest));
    Some(if least == greatest {
        format!("; `{text}` is {least}")
    } else {
        format!("; `{text}` is {least} at least and {greatest} at most")
    })
}

/// The unit of a dimension that a constraint names, else one in which the values are short, with a space before it, and
/// its size.
fn unit_of(constraint: &str, range: &Side) -> (String, f64) {
    let words = constraint.split(|letter: char| letter.is_whitespace() || "+-*(),<>=!".contains(letter));
    let mut words = words.map(|word| word.trim_start_matches(|letter: char| letter.is_ascii_digit() || letter == '.'));
    let sized = |name: &str| {
        let size = unit(name).filter(|(own, _)| *own == range.dimension)?.1;
        Some((format!(" {name}"), size))
    };
    let short = |(_, size): &(String, f64)| range.greatest / size < 1e4;
    let known = || units().filter_map(&sized);
    words.find_map(&sized).or_else(|| known().find(short)).or_else(|| known().last()).unwrap_or((String::new(), 1.0))
}
