//! Technologies as YAML.

use crate::fit;
use crate::form::{FEATURES, Form, GateForm};
use crate::point::{Point, Quantity};
use crate::technology::{FamilyForms, FitStatistics, Technology, TechnologyError, read};
use serde::Deserialize;
use std::collections::BTreeMap;
use std::fmt::Write;
use tritloom_hdl::{Gate, GateWeights, Levels, LutDevice, PathWeights, Primitive};

/// What the file's form is called; another form gets another number.
const FORM: u32 = 5;

/// By primitives.
type ByPrimitive<T> = BTreeMap<Kind, T>;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    technology: String,
    #[serde(rename = "form")]
    _form: KnownForm,
    source: BTreeMap<String, String>,
    device: Option<Device>,
    gates: BTreeMap<Quantity, ByGate<f64>>,
    gates_fan_out_doubling_ps: Option<f64>,
    primitives: ByPrimitive<BTreeMap<Quantity, [f64; 2]>>,
    fan_out_doubling_ps: Option<f64>,
    #[serde(default)]
    families: BTreeMap<String, FileFamily>,
    #[serde(default)]
    fits: BTreeMap<Quantity, Fit>,
    #[serde(default)]
    closed_fits: BTreeMap<Quantity, Fit>,
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
struct FileFamily {
    delay_ps: Option<Weights>,
    gate_delay_factor: Option<f64>,
    /// By part and quantity.
    #[serde(default)]
    parts: BTreeMap<String, BTreeMap<Quantity, Coefficients>>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct FilePoint {
    design: String,
    census: ByPrimitive<[u64; 2]>,
    gates: ByGate<u64>,
    measured: BTreeMap<Quantity, f64>,
}

// What is wrong with a fact is found as it is read: the reader knows where it stands.

/// The number of this form.
#[derive(Deserialize)]
#[serde(try_from = "u32")]
struct KnownForm;

/// The position of a primitive.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Deserialize)]
#[serde(try_from = "String")]
struct Kind(usize);

#[derive(Deserialize)]
#[serde(try_from = "String")]
struct Device(LutDevice);

/// Figures by kind of gate; those that are not given are zero.
#[derive(Deserialize)]
#[serde(try_from = "Vec<T>", bound = "T: Copy + Default + Deserialize<'de>")]
struct ByGate<T>([T; Gate::ALL.len()]);

/// Those of the features of a part; those that are not given are zero.
#[derive(Deserialize)]
#[serde(try_from = "Vec<f64>")]
struct Coefficients(Form);

/// Of paths of a family: for each primitive the two figures, then that of a doubling of loads.
#[derive(Deserialize)]
#[serde(try_from = "Vec<f64>")]
struct Weights(PathWeights);

impl TryFrom<u32> for KnownForm {
    type Error = String;

    fn try_from(form: u32) -> Result<KnownForm, String> {
        if form == FORM { Ok(KnownForm) } else { Err(format!("its form is {form}, this program reads form {FORM}")) }
    }
}

impl TryFrom<String> for Kind {
    type Error = String;

    fn try_from(wanted: String) -> Result<Kind, String> {
        let found = Primitive::ALL.into_iter().position(|primitive| primitive_name(primitive) == wanted);
        found.map(Kind).ok_or_else(|| format!("there is no primitive `{wanted}`"))
    }
}

impl TryFrom<String> for Quantity {
    type Error = String;

    fn try_from(name: String) -> Result<Quantity, String> {
        Quantity::of(&name).ok_or_else(|| format!("there is no quantity `{name}`"))
    }
}

impl TryFrom<String> for Device {
    type Error = String;

    fn try_from(name: String) -> Result<Device, String> {
        let found = LutDevice::ALL.into_iter().find(|device| device.name() == name);
        found.map(Device).ok_or_else(|| format!("there is no device `{name}`"))
    }
}

impl<T: Copy + Default> TryFrom<Vec<T>> for ByGate<T> {
    type Error = String;

    fn try_from(given: Vec<T>) -> Result<ByGate<T>, String> {
        let mut figures = [T::default(); Gate::ALL.len()];
        let (most, count) = (figures.len(), given.len());
        let places = figures.get_mut(..count).ok_or_else(|| format!("there are {most} kinds of gates, not {count}"))?;
        places.copy_from_slice(&given);
        Ok(ByGate(figures))
    }
}

impl TryFrom<Vec<f64>> for Coefficients {
    type Error = String;

    fn try_from(given: Vec<f64>) -> Result<Coefficients, String> {
        match given.len() {
            ..=FEATURES => Ok(Coefficients(Form::new(&given))),
            count => Err(format!("there are {FEATURES} features of a part, not {count}")),
        }
    }
}

impl TryFrom<Vec<f64>> for Weights {
    type Error = String;

    fn try_from(given: Vec<f64>) -> Result<Weights, String> {
        let (wanted, count) = (fit::flat(&PathWeights::default()).len(), given.len());
        if count != wanted {
            return Err(format!("there are {wanted} figures of a delay, not {count}"));
        }
        Ok(Weights(fit::path_weights(&given)))
    }
}

impl Technology {
    /// Reads a file's text.
    pub fn read(text: &str) -> Result<Technology, TechnologyError> {
        let file: File = read(text)?;
        let mut forms: BTreeMap<Quantity, Form> = BTreeMap::new();
        let mut delay =
            file.fan_out_doubling_ps.map(|fan_out_doubling| PathWeights { fan_out_doubling, ..PathWeights::default() });
        for (Kind(kind), quantities) in file.primitives {
            for (quantity, [first, second]) in quantities {
                match (quantity, &mut delay) {
                    (Quantity::DelayPs, Some(delay)) => {
                        delay.levels[kind] = Levels { count: first, doublings: second };
                    }
                    (quantity, _) => {
                        let form = forms.entry(quantity).or_default();
                        (form.coefficients[2 * kind], form.coefficients[2 * kind + 1]) = (first, second);
                    }
                }
            }
        }
        let mut gates: BTreeMap<Quantity, GateForm> = BTreeMap::new();
        let mut gate_delay = file
            .gates_fan_out_doubling_ps
            .map(|fan_out_doublings| GateWeights { fan_out_doublings, ..GateWeights::default() });
        for (quantity, ByGate(coefficients)) in file.gates {
            match (quantity, &mut gate_delay) {
                (Quantity::DelayPs, Some(weights)) => weights.gates = coefficients,
                (quantity, _) => _ = gates.insert(quantity, GateForm { coefficients }),
            }
        }
        Ok(Technology {
            name: file.technology,
            source: file.source.into_iter().collect(),
            device: file.device.map(|Device(device)| device),
            gates,
            gate_delay,
            forms,
            delay,
            families: file.families.into_iter().map(|(name, family)| (name, family.forms())).collect(),
            fits: statistics(&file.fits),
            closed_fits: statistics(&file.closed_fits),
            points: file.points.into_iter().map(FilePoint::point).collect(),
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
        if let Some(device) = self.device {
            _ = writeln!(text, "# Light syntheses count its cells.\ndevice: {}", device.name());
        }
        let kinds: Vec<String> = Gate::ALL.iter().map(|gate| format!("{gate:?}")).collect();
        let what = format!("# What each gate of a light synthesis takes: {}.", kinds.join(", "));
        _ = writeln!(text, "{what}\n# Zeros at the end are left out.\ngates:");
        for (quantity, form) in &self.gates {
            _ = writeln!(text, "  {}: [{}]", quantity.name(), list(significant(&form.coefficients)));
        }
        if let Some(weights) = &self.gate_delay {
            _ = writeln!(text, "  delay_ps: [{}]", list(significant(&weights.gates)));
            _ = writeln!(text, "gates_fan_out_doubling_ps: {}", figure(weights.fan_out_doublings));
        }
        text += "# For each primitive two figures: of sums for each one and for each of its bits, of delay_ps for each one\n\
                 # on the path and for each doubling of its size.\nprimitives:\n";
        for (kind, primitive) in Primitive::ALL.into_iter().enumerate() {
            _ = writeln!(text, "  {}: {{{}}}", primitive_name(primitive), self.figures(kind).join(", "));
        }
        if let Some(delay) = &self.delay {
            _ = writeln!(text, "fan_out_doubling_ps: {}", figure(delay.fan_out_doubling));
        }
        if !self.families.is_empty() {
            text += "# Closed forms of the parts of families: for each primitive in this order the two figures, zeros at the end left out.\n\
                     # Of delay_ps all, and behind them fan_out_doubling_ps.\n\
                     families:\n";
        }
        self.families.iter().for_each(|(name, family)| text += &family.text(name));
        text +=
            &fits_text("Errors of light syntheses of points left out of the fit, fold by fold.", "fits", &self.fits);
        text += &fits_text("Errors of closed forms of such points.", "closed_fits", &self.closed_fits);
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

fn statistics(fits: &BTreeMap<Quantity, Fit>) -> BTreeMap<Quantity, FitStatistics> {
    fits.iter().map(|(quantity, fit)| (*quantity, fit.statistics())).collect()
}

fn fits_text(comment: &str, key: &str, fits: &BTreeMap<Quantity, FitStatistics>) -> String {
    if fits.is_empty() {
        return String::new();
    }
    let mut text = format!("# {comment}\n{key}:\n");
    for (quantity, fit) in fits {
        let FitStatistics { points, folds, mean_error, worst_error, kendall } = fit;
        _ = writeln!(
            text,
            "  {}: {{points: {points}, folds: {folds}, mean_error: {mean_error:.4}, worst_error: {worst_error:.4}, \
             kendall: {kendall:.4}}}",
            quantity.name()
        );
    }
    text
}

impl FileFamily {
    fn forms(self) -> FamilyForms {
        let part = |(name, forms): (String, BTreeMap<Quantity, Coefficients>)| {
            (name, forms.into_iter().map(|(quantity, Coefficients(form))| (quantity, form)).collect())
        };
        let FileFamily { delay_ps, gate_delay_factor, parts } = self;
        let delay = delay_ps.map(|Weights(weights)| weights);
        FamilyForms { parts: parts.into_iter().map(part).collect(), delay, gate_delay_factor }
    }
}

impl FamilyForms {
    fn text(&self, name: &str) -> String {
        let mut text = format!("  {name}:\n");
        if let Some(factor) = self.gate_delay_factor {
            _ = writeln!(text, "    gate_delay_factor: {}", figure(factor));
        }
        if let Some(delay) = &self.delay {
            _ = writeln!(text, "    delay_ps: [{}]", list(&fit::flat(delay)));
        }
        if !self.parts.is_empty() {
            text += "    parts:\n";
        }
        for (part, forms) in &self.parts {
            _ = writeln!(text, "      {part}:");
            for (quantity, form) in forms {
                _ = writeln!(text, "        {}: [{}]", quantity.name(), list(significant(&form.coefficients)));
            }
        }
        text
    }
}

/// Without the zeros at the end.
fn significant<T: Copy + Default + PartialEq>(figures: &[T]) -> &[T] {
    let end = figures.iter().rposition(|figure| *figure != T::default()).map_or(0, |last| last + 1);
    &figures[..end]
}

fn list(figures: &[f64]) -> String {
    figures.iter().map(|value| figure(*value)).collect::<Vec<_>>().join(", ")
}

impl FilePoint {
    fn point(self) -> Point {
        let FilePoint { design, census, gates: ByGate(gates), measured } = self;
        let mut features = [0.0; FEATURES];
        for (Kind(kind), [count, bits]) in census {
            (features[2 * kind], features[2 * kind + 1]) = (count as f64, bits as f64);
        }
        Point { identity: design, features, gates, quantities: measured }
    }
}

fn point_text(point: &Point) -> String {
    let census = Primitive::ALL.into_iter().enumerate().filter(|(kind, _)| point.features[2 * kind] > 0.0);
    let census: Vec<String> = census
        .map(|(kind, primitive)| {
            format!("{}: [{}, {}]", primitive_name(primitive), point.features[2 * kind], point.features[2 * kind + 1])
        })
        .collect();
    let measured: Vec<String> =
        point.quantities.iter().map(|(quantity, value)| format!("{}: {}", quantity.name(), figure(*value))).collect();
    format!(
        "  - design: \"{}\"\n    census: {{{}}}\n    gates: [{}]\n    measured: {{{}}}\n",
        point.identity,
        census.join(", "),
        significant(&point.gates).iter().map(u64::to_string).collect::<Vec<_>>().join(", "),
        measured.join(", ")
    )
}

/// Six significant digits, no more: the rest is noise.
fn figure(value: f64) -> String {
    let rounded: f64 = format!("{value:.5e}").parse().unwrap_or(value);
    format!("{rounded}")
}

/// What technology files call a primitive.
pub fn primitive_name(primitive: Primitive) -> &'static str {
    match primitive {
        Primitive::Adder => "adder",
        Primitive::Multiplier => "multiplier",
        Primitive::ProductRow => "product_row",
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_technology_is_read_as_it_was_written() {
        let mut technology = Technology::unit();
        technology.device = Some(LutDevice::Ice40);
        technology.source.push(("script".to_owned(), "one\ntwo\n".to_owned()));
        let fit = FitStatistics { points: 9, folds: 5, mean_error: 0.05, worst_error: 0.2, kendall: 0.9 };
        technology.fits.insert(Quantity::AreaUm2, fit);
        let own = Form { coefficients: std::array::from_fn(|position| position as f64) };
        let parts = BTreeMap::from([("row edge".to_owned(), BTreeMap::from([(Quantity::AreaUm2, own)]))]);
        let mut delay = technology.delay.expect("the unit technology knows delays");
        delay.levels[3] = Levels { count: 1.25, doublings: 2.5 };
        let forms = FamilyForms { parts, delay: Some(delay), gate_delay_factor: Some(0.75) };
        technology.families.insert("tint".to_owned(), forms);
        technology.closed_fits.insert(Quantity::DelayPs, fit);
        let mut features = [0.0; FEATURES];
        (features[0], features[1]) = (2.0, 17.0);
        technology.points.push(Point {
            identity: "tint: {lanes: 3}".to_owned(),
            features,
            gates: std::array::from_fn(|kind| kind as u64),
            quantities: BTreeMap::from([(Quantity::AreaUm2, 12.5), (Quantity::DelayPs, 300.0)]),
        });
        assert_eq!(Technology::read(&technology.write()), Ok(technology));
    }

    #[test]
    fn what_is_no_technology_is_refused_with_a_reason_and_its_place() {
        let good = Technology::unit().write();
        for (from, to, reason) in [
            ("form: 5", "form: 7", "its form is 7"),
            ("adder:", "addder:", "no primitive `addder`"),
            ("luts:", "lutts:", "no quantity `lutts`"),
            ("technology:", "technologie:", "technologie"),
            ("area_um2: [", "area_um2: [0, 0, 0, 0, ", "17 kinds of gates, not 21"),
        ] {
            let error = Technology::read(&good.replacen(from, to, 1)).expect_err("refused");
            assert!(error.to_string().contains(reason), "{error}");
            let line = good.lines().position(|line| line.contains(from)).map(|line| line + 1);
            assert_eq!(error.place.map(|(line, _)| line), line, "{error}");
        }
    }
}
