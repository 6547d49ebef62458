//! Designs broken on purpose: what a bench is worth shows in how many defects it notices.
//!
//! All defects stand dormant in one design. A new input `mutant` of the top, handed down the hierarchy, wakes one of
//! them; at 0 the design is as it was. So one build of a simulator serves them all.

mod defect;
mod rewrite;

use crate::design::{Design, Module, ModuleData};
use crate::diagnostic::Location;
use crate::random::Random;
use crate::shape::bits_for;
use defect::{Defect, candidates};
use rewrite::rewrite;
use std::collections::BTreeMap;
use std::sync::Arc;

/// The input that selects a defect.
pub const MUTANT_PORT: &str = "mutant";

/// A design with dormant defects.
#[derive(Clone, Debug)]
pub struct Mutants {
    /// The design; its top has the input [`MUTANT_PORT`], wide enough for the number of the last defect.
    pub design: Design,
    /// The defects, numbered from 1.
    pub mutants: Vec<Mutant>,
}

/// One defect. It is active in every instance of its module, as an edit of the text would be.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Mutant {
    /// The value of the input that wakes it.
    pub number: u32,
    /// The module that it breaks.
    pub module: String,
    /// The Rust line of what it breaks.
    pub location: Location,
    /// What it does.
    pub description: String,
}

/// Places up to `count` defects, fewer where the design offers fewer. Every module with logic gets some, the rest are
/// spread by the number of places; equal seeds give equal defects.
pub fn mutate(design: &Design, count: u32, seed: u64) -> Mutants {
    let mut random = Random::new(seed);
    let picked = pick(design, count as usize, &mut random);
    let width = bits_for(picked.len() as u64);
    let mut renewed: BTreeMap<String, Module> = BTreeMap::new();
    let mut number = 0;
    let mut mutants = Vec::new();
    for (module, defects) in design.modules.iter().zip(picked.by_module) {
        let numbered: Vec<(u32, Defect)> = defects
            .into_iter()
            .map(|defect| {
                number += 1;
                (number, defect)
            })
            .collect();
        mutants.extend(numbered.iter().map(|(number, defect)| mutant(module, *number, defect)));
        let is_top = module.name == design.top().name;
        let carries = module.instances.iter().any(|instance| renewed.contains_key(&instance.module.name));
        if is_top || carries || !numbered.is_empty() {
            let broken = rewrite(module, &numbered, width, &renewed);
            renewed.insert(module.name.clone(), Arc::new(broken));
        }
    }
    let modules = design.modules.iter().map(|module| renewed.get(&module.name).unwrap_or(module).clone()).collect();
    Mutants { design: Design { modules }, mutants }
}

fn mutant(module: &ModuleData, number: u32, defect: &Defect) -> Mutant {
    let description = defect.describe(module);
    Mutant { number, module: module.name.clone(), location: defect.location(module), description }
}

struct Picked {
    by_module: Vec<Vec<Defect>>,
}

impl Picked {
    fn len(&self) -> usize {
        self.by_module.iter().map(Vec::len).sum()
    }
}

/// One for each module first, then at random among what is left.
fn pick(design: &Design, count: usize, random: &mut Random) -> Picked {
    let mut offers: Vec<Vec<Defect>> = design.modules.iter().map(|module| candidates(module, random)).collect();
    let mut by_module: Vec<Vec<Defect>> = vec![Vec::new(); offers.len()];
    let mut left = count;
    for position in 0..offers.len() {
        take(&mut offers, &mut by_module, position, 0, &mut left, random);
    }
    while left > 0 && offers.iter().any(|offer| !offer.is_empty()) {
        let total: usize = offers.iter().map(Vec::len).sum();
        let mut place = random.below(total as u32) as usize;
        let module = offers.iter().position(|offer| {
            let here = place < offer.len();
            place -= if here { 0 } else { offer.len() };
            here
        });
        match module {
            Some(module) => take(&mut offers, &mut by_module, module, place, &mut left, random),
            None => break,
        }
    }
    by_module.iter_mut().for_each(|defects| defects.sort_by_key(Defect::order));
    Picked { by_module }
}

fn take(
    offers: &mut [Vec<Defect>],
    by_module: &mut [Vec<Defect>],
    module: usize,
    place: usize,
    left: &mut usize,
    random: &mut Random,
) {
    if *left == 0 || offers[module].is_empty() {
        return;
    }
    let place = if place == 0 { random.below(offers[module].len() as u32) as usize } else { place };
    by_module[module].push(offers[module].swap_remove(place));
    *left -= 1;
}
