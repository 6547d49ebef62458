//! From how many bits of weight on a parallel array of Booth lanes is better than a serial one, by the cost model.
//!
//! `cargo run --release -p tritloom-cost --example crossover -- TECHNOLOGY.yaml [PLOT.svg]`
//!
//! Arrays that work on 256 radix-4 digits a cycle, at the period of their longest path: energy of a product, and area
//! times the time of a product. Weights of 4 bits and more are normal, with a deviation of an eighth of their range, those
//! of 2 bits ternary and alike frequent; an average of bits between two widths stands for a mix of the two.

#![expect(clippy::print_stdout, reason = "an example reports")]

use plotters::prelude::*;
use rand::{Rng, SeedableRng};
use rand_chacha::ChaCha8Rng;
use std::error::Error;
use std::path::Path;
use tritloom_cost::{Activity, Amounts, Technology, evaluate};
use tritloom_datapath::array::OperandBeat;
use tritloom_datapath::booth_flex_serial::beat_cycles;
use tritloom_datapath::family::Family;
use tritloom_datapath::parameter::{Given, Parameters};
use tritloom_datapath::registry;

const WIDTHS: [u32; 4] = [2, 4, 6, 8];
const WEIGHTS: usize = 20_000;
const SEED: u64 = 1;

type Outcome<T> = Result<T, Box<dyn Error>>;
/// A number for each of [`WIDTHS`].
type Curve = [f64; WIDTHS.len()];

struct Core {
    name: &'static str,
    family: &'static str,
    /// Rows, columns, depth.
    sizes: [u64; 3],
    settings: &'static [(&'static str, &'static str)],
    color: RGBColor,
}

const CORES: [Core; 5] = [
    Core {
        name: "int8 multipliers",
        family: "booth_flex",
        sizes: [4, 4, 4],
        settings: &[("int4_weights", "false"), ("ternary_weights", "false")],
        color: BLACK,
    },
    Core { name: "parallel", family: "booth_flex", sizes: [4, 4, 4], settings: &[], color: BLUE },
    Core { name: "serial", family: "booth_flex_serial", sizes: [4, 4, 16], settings: &[], color: RED },
    Core {
        name: "serial, zeros of 4 weights skipped",
        family: "booth_flex_serial",
        sizes: [64, 1, 4],
        settings: &[("zero_digits", "skipped")],
        color: GREEN,
    },
    Core {
        name: "serial, zeros of each weight skipped",
        family: "booth_flex_serial",
        sizes: [256, 1, 1],
        settings: &[("zero_digits", "skipped")],
        color: MAGENTA,
    },
];

/// What the model says of a core.
struct Line {
    name: &'static str,
    color: RGBColor,
    area_um2: f64,
    quick_area_um2: f64,
    delay_ps: f64,
    products_a_cycle: Curve,
    product_energy_fj: Curve,
    area_time_um2_ns: Curve,
}

fn main() -> Outcome<()> {
    let mut arguments = std::env::args().skip(1);
    let file = arguments.next().ok_or("which TECHNOLOGY.yaml?")?;
    let technology = Technology::read(&std::fs::read_to_string(file)?)?;
    let lines = CORES.iter().map(|core| line(core, &technology)).collect::<Outcome<Vec<_>>>()?;
    println!(
        "{}, seed {SEED}\n\n| array | area um2 | shortest delay ps | area there um2 | weight bits | products a cycle | energy of a product fJ | area x time of a product um2 ns |\n|---|---|---|---|---|---|---|---|",
        technology.name
    );
    for line in &lines {
        for (at, bits) in WIDTHS.iter().enumerate() {
            let [products, energy, time] =
                [line.products_a_cycle, line.product_energy_fj, line.area_time_um2_ns].map(|curve| curve[at]);
            println!(
                "| {} | {:.0} | {:.0} | {:.0} | {bits} | {products:.1} | {energy:.1} | {time:.2} |",
                line.name, line.area_um2, line.delay_ps, line.quick_area_um2
            );
        }
    }
    println!();
    for (position, left) in lines.iter().enumerate() {
        for right in &lines[position + 1..] {
            tell_crossings("energy", (left, right), |line| line.product_energy_fj);
            tell_crossings("area x time", (left, right), |line| line.area_time_um2_ns);
        }
    }
    arguments.next().map_or(Ok(()), |path| plot(&lines, &technology.name, Path::new(&path)))
}

fn line(core: &Core, technology: &Technology) -> Outcome<Line> {
    let family = registry::find(core.family).ok_or("no such family")?;
    let [rows, columns, depth] = core.sizes;
    let sizes = [("rows", rows), ("columns", columns), ("depth", depth), ("max_inner", 1024), ("max_columns", 1024)];
    let sizes = sizes.map(|(name, size)| (name, Given::from(size)));
    let settings =
        core.settings.iter().map(|&(name, value)| (name, value.parse::<bool>().map_or(value.into(), Given::from)));
    let parameters =
        registry::resolve(family, sizes.into_iter().chain(settings)).map_err(|problems| format!("{problems:?}"))?;
    let evaluation = evaluate(technology, family, &parameters);
    let delay_ps = technology
        .delay_ps(family.name(), &family.hardware(&parameters).map_err(|defects| defects.to_string())?)
        .ok_or("the technology knows no delays")?;
    let Amounts { area_um2, quick_area_um2, .. } = evaluation.total();
    let mut line = Line {
        name: core.name,
        color: core.color,
        area_um2,
        quick_area_um2,
        delay_ps,
        products_a_cycle: Curve::default(),
        product_energy_fj: Curve::default(),
        area_time_um2_ns: Curve::default(),
    };
    for (at, bits) in WIDTHS.into_iter().enumerate() {
        let Pass { products_a_cycle, zero_digits } = pass(family, &parameters, bits)?;
        let activity = Activity { zero_weights: zero_digits, ..Activity::default() };
        line.products_a_cycle[at] = products_a_cycle;
        line.product_energy_fj[at] = evaluation.energy_a_cycle_fj(&activity, delay_ps) / products_a_cycle;
        line.area_time_um2_ns[at] = quick_area_um2 * delay_ps / 1000.0 / products_a_cycle;
    }
    Ok(line)
}

/// How weights of a width pass through an array.
struct Pass {
    products_a_cycle: f64,
    /// The share of zeros among the digits that are worked on.
    zero_digits: f64,
}

fn pass(family: &dyn Family, parameters: &Parameters, bits: u32) -> Outcome<Pass> {
    let geometry = family.matrix_product(parameters).ok_or("no array")?;
    let held = |mode: &usize| geometry.modes[*mode].weight.numbers.bits();
    let fitting = (0..geometry.modes.len()).filter(|mode| held(mode) >= bits);
    let mode = fitting.min_by_key(held).ok_or("no mode is so wide")?;
    let places = geometry.modes[mode].places as usize;
    let weights = drawn(bits);
    let beats = weights.chunks_exact(geometry.columns as usize * places);
    let cycles = |weights: &[i32]| {
        let weights = weights.chunks(places).map(<[i32]>::to_vec).collect();
        let beat = OperandBeat { mode, activations: Vec::new(), weights, places: places as u32, pass: 0 };
        beat_cycles(parameters, &beat) as f64
    };
    let is_serial = family.name() == "booth_flex_serial";
    let count = beats.len() as f64;
    let cycles_a_beat = if is_serial { beats.map(cycles).sum::<f64>() / count } else { 1.0 };
    let digits_worked_on = if is_serial { cycles_a_beat } else { f64::from(held(&mode) / 2) };
    let other_than_zero = weights.iter().map(|&weight| digits_other_than_zero(weight)).sum::<u32>();
    let products = f64::from(geometry.rows * geometry.columns * geometry.modes[mode].places);
    Ok(Pass {
        products_a_cycle: products / cycles_a_beat,
        zero_digits: 1.0 - f64::from(other_than_zero) / weights.len() as f64 / digits_worked_on,
    })
}

/// Of two bits ternary and alike frequent, of more normal (Box and Muller, 1958).
fn drawn(bits: u32) -> Vec<i32> {
    let mut random = ChaCha8Rng::seed_from_u64(SEED);
    let (deviation, most) = (f64::from(1 << bits) / 8.0, (1 << (bits - 1)) - 1);
    let mut one = || {
        if bits == 2 {
            return random.random_range(-1..=1);
        }
        let (radius, angle): (f64, f64) = (1.0 - random.random::<f64>(), random.random());
        let normal = (-2.0 * radius.ln()).sqrt() * (std::f64::consts::TAU * angle).cos();
        ((deviation * normal).round() as i32).clamp(-most - 1, most)
    };
    (0..WEIGHTS).map(|_| one()).collect()
}

/// Radix-4 Booth digits: `-2 b1 + b0 + b-1` of two bits of the weight and the one below.
fn digits_other_than_zero(weight: i32) -> u32 {
    let windows = (0..4).map(|digit| (weight << 1) >> (2 * digit) & 0b111);
    windows.filter(|window| ![0b000, 0b111].contains(window)).count() as u32
}

/// Where one array becomes better than the other, between two widths by a straight line.
fn tell_crossings(what: &str, (left, right): (&Line, &Line), curve: fn(&Line) -> Curve) {
    let difference = |at: usize| curve(left)[at] - curve(right)[at];
    for at in (1..WIDTHS.len()).filter(|at| (difference(at - 1) < 0.0) != (difference(*at) < 0.0)) {
        let part = difference(at - 1) / (difference(at - 1) - difference(at));
        let bits = f64::from(WIDTHS[at - 1]) + part * f64::from(WIDTHS[at] - WIDTHS[at - 1]);
        let (better, other) = if difference(at) < 0.0 { (left, right) } else { (right, left) };
        println!("{what}: `{}` is better than `{}` from {bits:.2} bits on", better.name, other.name);
    }
}

fn plot(lines: &[Line], technology: &str, path: &Path) -> Outcome<()> {
    let area = SVGBackend::new(path, (960, 420)).into_drawing_area();
    area.fill(&WHITE)?;
    let (left, right) = area.split_horizontally(480);
    let energy = format!("energy of a product (fJ, {technology})");
    panel(&left, lines, &energy, |line| line.product_energy_fj)?;
    let time = format!("area x time of a product (um2 ns, {technology})");
    panel(&right, lines, &time, |line| line.area_time_um2_ns)?;
    area.present()?;
    Ok(())
}

fn panel(
    area: &DrawingArea<SVGBackend<'_>, plotters::coord::Shift>,
    lines: &[Line],
    what: &str,
    curve: fn(&Line) -> Curve,
) -> Outcome<()> {
    let values = || lines.iter().flat_map(curve);
    let range = values().fold(f64::INFINITY, f64::min) / 1.2..values().fold(0.0, f64::max) * 3.0;
    let mut builder = ChartBuilder::on(area);
    builder.margin(12).x_label_area_size(36).y_label_area_size(64);
    let mut chart = builder.build_cartesian_2d(2f64..8f64, range.log_scale())?;
    chart.configure_mesh().x_desc("average bits of a weight").y_desc(what).light_line_style(WHITE).draw()?;
    for line in lines {
        let points = || WIDTHS.iter().zip(curve(line)).map(|(&bits, value)| (f64::from(bits), value));
        let color = line.color;
        let drawn = chart.draw_series(LineSeries::new(points(), color.stroke_width(2)).point_size(3))?;
        drawn.label(line.name).legend(move |(x, y)| PathElement::new([(x, y), (x + 20, y)], color.stroke_width(2)));
    }
    let mut labels = chart.configure_series_labels();
    labels.position(SeriesLabelPosition::UpperLeft).border_style(BLACK.mix(0.3)).background_style(WHITE).draw()?;
    Ok(())
}
