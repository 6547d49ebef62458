//! What the tests of several topics share: configurations, and a look into elaborated designs.
#![allow(dead_code, reason = "no test uses all of it")]

pub mod heaps;
pub mod jobs;
pub mod paths;

use rand::SeedableRng;
use rand_chacha::ChaCha8Rng;
use tritloom_datapath::family::Family;
use tritloom_datapath::interface::Scenario;
use tritloom_datapath::matvec::Geometry;
use tritloom_datapath::parameter::{Domain, Parameters};
use tritloom_datapath::registry;
use tritloom_datapath::rehearsal::rehearse;
use tritloom_hdl::{Design, Module};

/// The family of that name.
pub fn family(name: &str) -> &'static dyn Family {
    registry::find(name).unwrap_or_else(|| panic!("no family `{name}`"))
}

/// The families that multiply a ternary matrix by a vector.
pub fn matvec_families() -> impl Iterator<Item = &'static dyn Family> {
    let multiplies = |family: &&dyn Family| {
        let defaults = registry::resolve(*family, [] as [(&str, u64); 0]).expect("defaults are legal");
        family.ternary_product(&defaults).is_some()
    };
    registry::families().iter().copied().filter(multiplies)
}

/// The settings under which a family forms its sums in different ways.
pub fn ways_to_add(family: &dyn Family) -> [&'static str; 2] {
    match family.name() {
        "tint" => ["accumulation: resolved", "accumulation: carry_save"],
        _ => ["reduction: balanced", "reduction: carry_save"],
    }
}

/// A configuration of `family` that is as small as it can be but for what `settings`, `name: value` pairs separated
/// by commas, say.
pub fn configuration(family: &dyn Family, settings: &str) -> Parameters {
    let parameters = any_configuration(family, settings);
    assert_eq!(family.legality(&parameters), [], "{settings}");
    parameters
}

/// The same, where it is legal.
pub fn legal_configuration(family: &dyn Family, settings: &str) -> Option<Parameters> {
    Some(any_configuration(family, settings)).filter(|parameters| family.legality(parameters).is_empty())
}

fn any_configuration(family: &dyn Family, settings: &str) -> Parameters {
    let mut parameters = registry::resolve(family, [] as [(&str, u64); 0]).expect("defaults are legal");
    for parameter in family.parameters() {
        if let Domain::Integer { minimum, .. } = parameter.domain {
            parameters = parameters.with(parameter.name, minimum);
        }
    }
    for (name, value) in settings.split(',').filter_map(|pair| pair.split_once(':')) {
        let (name, value) = (name.trim(), value.trim());
        parameters = match (value.parse::<u64>(), value.parse::<bool>()) {
            (Ok(number), _) => parameters.with(name, number),
            (_, Ok(flag)) => parameters.with(name, flag),
            _ => parameters.with(name, value),
        };
    }
    parameters
}

/// The words of a choice parameter.
pub fn words(family: &dyn Family, name: &str) -> Vec<&'static str> {
    let parameter = family.parameters().iter().find(|parameter| parameter.name == name);
    match parameter.map(|parameter| parameter.domain) {
        Some(Domain::Choice(words)) => words.iter().map(|(word, _)| *word).collect(),
        Some(Domain::Flag) => vec!["false", "true"],
        _ => panic!("`{}` has no choice `{name}`", family.name()),
    }
}

/// Legal configurations of `family` in which no integer is above its cap, as many as asked for, from `seed`.
pub fn random_configurations(
    family: &'static dyn Family,
    caps: &'static [(&str, u64)],
    seed: u64,
) -> impl Iterator<Item = Parameters> {
    let mut random = ChaCha8Rng::seed_from_u64(seed);
    std::iter::repeat_with(move || registry::random_small(family, caps, &mut random))
}

/// The shape of a core that multiplies a matrix by a vector.
pub fn geometry(family: &dyn Family, parameters: &Parameters) -> Geometry {
    family.ternary_product(parameters).unwrap_or_else(|| panic!("`{}` multiplies no matrix", family.name()))
}

/// The hardware, which must be sound.
pub fn hardware(family: &dyn Family, parameters: &Parameters) -> Design {
    let shown = parameters.canonical_text();
    family.hardware(parameters).unwrap_or_else(|defects| panic!("{} {shown}\n{defects}", family.name()))
}

/// Runs every scenario of the family in the evaluator; nothing may fail.
pub fn check(family: &dyn Family, parameters: &Parameters, seed: u64) {
    check_scenarios(family, parameters, &family.scenarios(parameters, seed), seed);
}

/// Runs `scenarios` in the evaluator; nothing may fail.
pub fn check_scenarios(family: &dyn Family, parameters: &Parameters, scenarios: &[Scenario], seed: u64) {
    let design = hardware(family, parameters);
    let report = rehearse(&design, &family.interface(parameters), scenarios, seed).expect("every port is there");
    let shown = parameters.canonical_text();
    assert_eq!(report.failures, [], "{} seed {seed}\n{shown}", family.name());
    assert!(report.beats > 0, "{} compares nothing\n{shown}", family.name());
}

/// The only module of the design whose name starts so, as a design of its own; `None` where there is none.
pub fn part(design: &Design, prefix: &str) -> Option<Module> {
    let mut found = design.modules.iter().filter(|module| module.name.starts_with(prefix));
    let module = found.next().cloned();
    assert!(found.next().is_none(), "several modules are named {prefix}*");
    module
}

/// A module as a design of its own.
pub fn alone(module: &Module) -> Design {
    Design::new(module.clone()).unwrap_or_else(|defects| panic!("{}\n{defects}", module.name))
}
