//! Technologies as YAML.

use crate::form::{FEATURES, Form};
use crate::point::{Point, Quantity};
use crate::technology::{FitStatistics, Technology, TechnologyError};
use serde::Deserialize;
use std::collections::BTreeMap;
use std::fmt::Write;
use tritloom_hdl::{Levels, PathWeights, Primitive};

/// What the file's form is called; another form gets another number.
const FORM: u32 = 1;

/// By names of primitives.
type ByPrimitive<T> = BTreeMap<String, T>;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    technology: String,
    form: u32,
    source: BTreeMap<String, String>,
    primitives: ByPrimitive<BTreeMap<String, [f64; 2]>>,
    fan_out_doubling_ps: Option<f64>,
    #[serde(default)]
    families: BTreeMap<String, BTreeMap<String, f64>>,
    #[serde(default)]
    fits: BTreeMap<String, Fit>,
    #[serde(default)]
    points: Vec<FilePoint>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Fit {
    points: usize,
    folds: usize,
    mean_error: f64,
    worst_error: f64,
    kendall: f64,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct FilePoint {
    design: String,
    census: ByPrimitive<[u64; 2]>,
    measured: BTreeMap<String, f64>,
}

impl Technology {
    /// Reads a file's text.
    pub fn read(text: &str) -> Result<Technology, TechnologyError> {
        let file: File = serde_saphyr::from_str(text).map_err(|error| TechnologyError(error.to_string()))?;
        if file.form != FORM {
            return Err(TechnologyError(format!("its form is {}, this program reads form {FORM}", file.form)));
        }
        let mut forms: BTreeMap<Quantity, Form> = BTreeMap::new();
        let mut delay =
            file.fan_out_doubling_ps.map(|fan_out_doubling| PathWeights { fan_out_doubling, ..PathWeights::default() });
        for (name, quantities) in &file.primitives {
            let kind = position(name)?;
            for (name, [first, second]) in quantities {
                match (quantity(name)?, &mut delay) {
                    (Quantity::DelayPs, Some(delay)) => {
                        delay.levels[kind] = Levels { count: *first, doublings: *second };
                    }
                    (quantity, _) => {
                        let form = forms.entry(quantity).or_default();
                        (form.coefficients[2 * kind], form.coefficients[2 * kind + 1]) = (*first, *second);
                    }
                }
            }
        }
        let factors = file.families.into_iter().map(|(family, factors)| {
            let known = factors.into_iter().map(|(name, factor)| Ok((quantity(&name)?, factor)));
            Ok((family, known.collect::<Result<_, TechnologyError>>()?))
        });
        let fits = file.fits.iter().map(|(name, fit)| Ok((quantity(name)?, fit.statistics())));
        Ok(Technology {
            name: file.technology,
            source: file.source.into_iter().collect(),
            forms,
            delay,
            factors: factors.collect::<Result<_, TechnologyError>>()?,
            fits: fits.collect::<Result<_, _>>()?,
            points: file.points.iter().map(FilePoint::point).collect::<Result<_, _>>()?,
        })
    }

    /// The text of a file; what [`Technology::read`] makes of it is this technology, up to the digits written.
    pub fn write(&self) -> String {
        let mut text = format!("technology: {}\nform: {FORM}\nsource:\n", self.name);
        for (key, fact) in &self.source {
            if fact.contains('\n') {
                let lines: String = fact.lines().map(|line| format!("    {line}\n")).collect();
                _ = write!(text, "  {key}: |\n{lines}");
            } else {
                _ = writeln!(text, "  {key}: \"{}\"", fact.replace('\\', "\\\\").replace('"', "\\\""));
            }
        }
        text += "# For each primitive two figures: of sums for each one and for each of its bits, of delay_ps for each one\n\
                 # on the path and for each doubling of its size.\nprimitives:\n";
        for (kind, primitive) in Primitive::ALL.into_iter().enumerate() {
            _ = writeln!(text, "  {}: {{{}}}", name(primitive), self.figures(kind).join(", "));
        }
        if let Some(delay) = &self.delay {
            _ = writeln!(text, "fan_out_doubling_ps: {}", figure(delay.fan_out_doubling));
        }
        if !self.factors.is_empty() {
            text += "# What the amounts of a family are multiplied with.\nfamilies:\n";
        }
        for (family, factors) in &self.factors {
            let factors: Vec<String> =
                factors.iter().map(|(quantity, factor)| format!("{}: {factor:.4}", quantity.name())).collect();
            _ = writeln!(text, "  {family}: {{{}}}", factors.join(", "));
        }
        if !self.fits.is_empty() {
            text += "# Errors of points left out of the fit, fold by fold.\nfits:\n";
        }
        for (quantity, fit) in &self.fits {
            let FitStatistics { points, folds, mean_error, worst_error, kendall } = fit;
            _ = writeln!(
                text,
                "  {}: {{points: {points}, folds: {folds}, mean_error: {mean_error:.4}, worst_error: {worst_error:.4}, \
                 kendall: {kendall:.4}}}",
                quantity.name()
            );
        }
        if !self.points.is_empty() {
            text += "points:\n";
        }
        self.points.iter().for_each(|point| text += &point_text(point));
        text
    }

    fn figures(&self, kind: usize) -> Vec<String> {
        let pair = |quantity: Quantity, first: f64, second: f64| {
            format!("{}: [{}, {}]", quantity.name(), figure(first), figure(second))
        };
        let sums = self
            .forms
            .iter()
            .map(|(quantity, form)| pair(*quantity, form.coefficients[2 * kind], form.coefficients[2 * kind + 1]));
        let delay = self
            .delay
            .iter()
            .map(|delay| pair(Quantity::DelayPs, delay.levels[kind].count, delay.levels[kind].doublings));
        sums.chain(delay).collect()
    }
}

impl Fit {
    fn statistics(&self) -> FitStatistics {
        let Fit { points, folds, mean_error, worst_error, kendall } = *self;
        FitStatistics { points, folds, mean_error, worst_error, kendall }
    }
}

impl FilePoint {
    fn point(&self) -> Result<Point, TechnologyError> {
        let mut features = [0.0; FEATURES];
        for (name, [count, bits]) in &self.census {
            let kind = position(name)?;
            (features[2 * kind], features[2 * kind + 1]) = (*count as f64, *bits as f64);
        }
        let quantities = self.measured.iter().map(|(name, value)| Ok((quantity(name)?, *value)));
        Ok(Point { identity: self.design.clone(), features, quantities: quantities.collect::<Result<_, _>>()? })
    }
}

fn point_text(point: &Point) -> String {
    let census = Primitive::ALL.into_iter().enumerate().filter(|(kind, _)| point.features[2 * kind] > 0.0);
    let census: Vec<String> = census
        .map(|(kind, primitive)| {
            format!("{}: [{}, {}]", name(primitive), point.features[2 * kind], point.features[2 * kind + 1])
        })
        .collect();
    let measured: Vec<String> =
        point.quantities.iter().map(|(quantity, value)| format!("{}: {}", quantity.name(), figure(*value))).collect();
    format!(
        "  - design: \"{}\"\n    census: {{{}}}\n    measured: {{{}}}\n",
        point.identity,
        census.join(", "),
        measured.join(", ")
    )
}

/// Six significant digits, no more: the rest is noise.
fn figure(value: f64) -> String {
    let rounded: f64 = format!("{value:.5e}").parse().unwrap_or(value);
    format!("{rounded}")
}

fn name(primitive: Primitive) -> &'static str {
    match primitive {
        Primitive::Adder => "adder",
        Primitive::Multiplier => "multiplier",
        Primitive::Comparator => "comparator",
        Primitive::AndOr => "and_or",
        Primitive::Xor => "xor",
        Primitive::Inverter => "inverter",
        Primitive::Multiplexer => "multiplexer",
        Primitive::Reduction => "reduction",
        Primitive::Popcount => "popcount",
        Primitive::Table => "table",
        Primitive::Register => "register",
        Primitive::EnabledRegister => "enabled_register",
        Primitive::ResetRegister => "reset_register",
        Primitive::Memory => "memory",
    }
}

fn position(wanted: &str) -> Result<usize, TechnologyError> {
    let found = Primitive::ALL.into_iter().position(|primitive| name(primitive) == wanted);
    found.ok_or_else(|| TechnologyError(format!("there is no primitive `{wanted}`")))
}

fn quantity(name: &str) -> Result<Quantity, TechnologyError> {
    Quantity::of(name).ok_or_else(|| TechnologyError(format!("there is no quantity `{name}`")))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_technology_is_read_as_it_was_written() {
        let mut technology = Technology::unit();
        technology.source.push(("script".to_owned(), "one\ntwo\n".to_owned()));
        let fit = FitStatistics { points: 9, folds: 5, mean_error: 0.05, worst_error: 0.2, kendall: 0.9 };
        technology.fits.insert(Quantity::AreaUm2, fit);
        technology.factors.insert("tint".to_owned(), BTreeMap::from([(Quantity::AreaUm2, 1.25)]));
        let mut features = [0.0; FEATURES];
        (features[0], features[1]) = (2.0, 17.0);
        technology.points.push(Point {
            identity: "tint: {lanes: 3}".to_owned(),
            features,
            quantities: BTreeMap::from([(Quantity::AreaUm2, 12.5), (Quantity::DelayPs, 300.0)]),
        });
        assert_eq!(Technology::read(&technology.write()), Ok(technology));
    }

    #[test]
    fn what_is_no_technology_is_refused_with_a_reason() {
        let good = Technology::unit().write();
        for (from, to, reason) in [
            ("form: 1", "form: 7", "its form is 7"),
            ("adder:", "addder:", "no primitive `addder`"),
            ("luts:", "lutts:", "no quantity `lutts`"),
            ("technology:", "technologie:", "technologie"),
        ] {
            let error = Technology::read(&good.replacen(from, to, 1)).expect_err("refused");
            assert!(error.to_string().contains(reason), "{error}");
        }
    }
}
