//! Whether designs take a model.

use super::{Part, Projection};
use crate::config::Configuration;
use crate::diagnostic::{Diagnostic, code};
use std::path::Path;
use tritloom_datapath::array;
use tritloom_datapath::family::Family;
use tritloom_datapath::matvec::Geometry;
use tritloom_datapath::parameter::{Parameters, Problem};
use tritloom_datapath::registry;
use tritloom_workload::{AttentionDemand, Demand, Model, projection_mode};

/// Whether the design takes the model's ternary matrices.
pub fn projection(
    path: &Path,
    families: &[&'static dyn Family],
    part: &Part<Projection>,
    model: &Model,
) -> Result<(), Vec<Diagnostic>> {
    let (family, demand) = (part.configuration.family, Demand::of(model));
    let misfits = match &part.geometry {
        Projection::Core(geometry) => projection_misfits(family, geometry, &demand),
        Projection::Array(geometry, _) => {
            matrix_misfits(family, [("max_inner", geometry.max_inner), ("max_columns", geometry.max_columns)], &demand)
        }
    };
    refuse(path, families, &misfits)
}

/// Why a design that computes no ternary products, as `run` sends them, does not.
pub fn no_projection(path: &Path, families: &[&'static dyn Family], configuration: &Configuration) -> Vec<Diagnostic> {
    let (family, parameters) = (configuration.family, &configuration.parameters);
    let misfits = settings_in_the_way(parameters);
    if computes(family) && !misfits.is_empty() {
        return Configuration::refuse(path, families, &misfits);
    }
    let message = match family.matrix_product(parameters) {
        Some(_) => {
            let name = &configuration.name;
            format!("no mode of `{name}` takes activations from -127 to 127 and weights from -1 to 1")
        }
        None => format!("`{}` computes no ternary matrix products", family.name()),
    };
    let serving: Vec<&str> = families.iter().filter(|family| computes(**family)).map(|family| family.name()).collect();
    let refusal = Diagnostic::new(code::NOT_A_CORE, message);
    vec![refusal.note(format!("families whose designs do, unless set otherwise: {}", serving.join(", ")))]
}

/// Whether a family computes ternary products with its defaults.
fn computes(family: &'static dyn Family) -> bool {
    let defaults: [(&str, u64); 0] = [];
    registry::resolve(family, defaults).is_ok_and(|parameters| {
        let mode = |geometry| projection_mode(&geometry).is_some();
        family.ternary_product(&parameters).is_some() || family.matrix_product(&parameters).is_some_and(mode)
    })
}

/// Settings without which a design would compute ternary products of signed bytes.
fn settings_in_the_way(parameters: &Parameters) -> Vec<Problem> {
    let setting = |name: &str| parameters.get(name).map(ToString::to_string);
    let is = |name: &str, value: &str| setting(name).as_deref() == Some(value);
    let below = |name: &str, least: u32| {
        setting(name).and_then(|bits| bits.parse::<u32>().ok()).is_some_and(|bits| bits < least)
    };
    let [activations, weights] =
        ["the model's activations are signed and have 8 bits", "the model's weights are -1, 0 and 1"];
    let settings = [
        (is("zero_points", "true"), "zero_points", "`run` sends no zero points", "false"),
        (is("activation", "int4"), "activation", activations, "int8"),
        (below("activation_bits", 8), "activation_bits", activations, "8"),
        (is("activation_sign", "unsigned"), "activation_sign", activations, "signed"),
        (below("weight_bits", 2), "weight_bits", weights, "2"),
        (is("weight_sign", "unsigned"), "weight_sign", weights, "signed"),
    ];
    let problem = |(_, name, message, nearest): (bool, &'static str, &str, &str)| {
        let legal = match name {
            "activation" => "int8 or int16".to_string(),
            "activation_bits" | "weight_bits" => format!("at least {nearest}"),
            _ => nearest.to_string(),
        };
        Problem::rule(code::NOT_A_CORE, name, message, legal).nearest(nearest)
    };
    settings.into_iter().filter(|(stands, ..)| *stands).map(problem).collect()
}

/// Whether the array takes the model's attention.
pub fn attention(
    path: &Path,
    families: &[&'static dyn Family],
    part: &Part<array::Geometry>,
    model: &Model,
) -> Result<(), Vec<Diagnostic>> {
    let longest = AttentionDemand::of(model.shape()).longest as u64;
    let sizes = [("max_inner", part.geometry.max_inner), ("max_columns", part.geometry.max_columns)];
    let what = ("attention has rows of", "elements");
    let sizes = sizes.map(|(name, found)| Size { name, found: found.into(), needed: longest, what });
    refuse(path, families, &too_small(part.configuration.family, &sizes))
}

fn refuse(path: &Path, families: &[&'static dyn Family], misfits: &[Problem]) -> Result<(), Vec<Diagnostic>> {
    if misfits.is_empty() { Ok(()) } else { Err(Configuration::refuse(path, families, misfits)) }
}

fn projection_misfits(family: &dyn Family, geometry: &Geometry, demand: &Demand) -> Vec<Problem> {
    let mut problems = Vec::new();
    if geometry.activation_bits < demand.activation_bits {
        let bits = (demand.activation_bits, geometry.activation_bits);
        let message = format!("the model's activations have {} bits, the core's {}", bits.0, bits.1);
        problems.push(Problem::rule(code::TOO_SMALL, "activation", message, "int8 or int16").nearest("int8"));
    }
    let sizes = [("max_inputs", geometry.max_inputs), ("max_outputs", geometry.max_outputs)];
    problems.extend(matrix_misfits(family, sizes, demand));
    problems
}

/// The parameters that bound columns and rows of a ternary matrix.
fn matrix_misfits(family: &dyn Family, [inputs, outputs]: [(&'static str, u32); 2], demand: &Demand) -> Vec<Problem> {
    let size = |(name, found): (&'static str, u32), needed: usize, what| Size {
        name,
        found: found.into(),
        needed: needed as u64,
        what: ("a matrix has", what),
    };
    too_small(family, &[size(inputs, demand.columns, "columns"), size(outputs, demand.rows, "rows")])
}

/// A parameter that bounds what a design takes.
struct Size {
    name: &'static str,
    found: u64,
    needed: u64,
    /// What is said before and after the needed number.
    what: (&'static str, &'static str),
}

fn too_small(family: &dyn Family, sizes: &[Size]) -> Vec<Problem> {
    let problem = |size: &Size| {
        let Size { name, found, needed, what } = *size;
        let message = format!("`{name}: {found}` is too small for the model: {} {needed} {}", what.0, what.1);
        let domain = family.parameters().iter().find(|parameter| parameter.name == name).map(|found| found.domain);
        let problem = Problem::rule(code::TOO_SMALL, name, message, format!("at least {needed}"));
        match domain.filter(|domain| !domain.contains(&needed.into())) {
            None => problem.nearest(needed),
            Some(domain) => Problem { legal: format!("{domain}: no core of this family takes the model"), ..problem },
        }
    };
    sizes.iter().filter(|size| size.found < size.needed).map(problem).collect()
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
        let found = |columns| projection_misfits(family, &geometry, &Demand { activation_bits: 8, rows: 1, columns });
        assert!(found(64).is_empty());
        assert_eq!(found(65)[0].nearest.as_deref(), Some("65"));
        let [problem] = &found(1 << 20)[..] else { panic!("one problem") };
        assert_eq!((problem.nearest.as_ref(), problem.legal.ends_with("takes the model")), (None, true));
    }
}
