//! Cores of Booth lanes multiply, proven by ABC: from reset on, for every operand, in every mode.
//!
//! A core of one element takes a run of one or two beats. Whatever operands the beats bring, and whatever the registers
//! held before, the one result that comes out is the dot product that Verilog's `*` and `+` make of the same bits.
//!
//! Activations are mostly of four bits and beats few: 16 free bits of operands take a second, 24 take ten where sums are
//! short. Wider modes are proven case by case, for each value of some of the weights' bits, which takes minutes.

#![allow(missing_docs)]
#![expect(clippy::print_stdout, reason = "proofs that take minutes report")]

mod common;

use std::fmt::Write;
use std::time::Instant;

use common::has;
use tritloom_datapath::array::{Mode, Operand};
use tritloom_datapath::family::Family;
use tritloom_datapath::interface::Direction;
use tritloom_datapath::parameter::Parameters;
use tritloom_datapath::registry;
use tritloom_flow::check::sources;
use tritloom_flow::yosys::{Verdict, stays_zero};
use tritloom_flow::{Sources, side_by_side};
use tritloom_hdl::Design;

const PATIENCE_SECONDS: u32 = 600;

/// Beats of a run, and a small core with all of a lane's modes. Between them the cores show every way to recode, to
/// shift and to add.
type Case = (u32, &'static str);

const PARALLEL: [Case; 4] = [
    (1, "activation: int4, weight: int8, int2_weights: true, activation_sign: run_time, recoding: element"),
    (
        1,
        "activation: int4, weight: int8, int2_weights: true, radix: radix8, shift: edge, accumulation: carry_save, pipeline: 2",
    ),
    (2, "activation: int4, weight: int4, shift: edge, pipeline: 1"),
    (2, "activation: int4, weight: int4, activation_sign: unsigned, radix: radix8, accumulation: carry_save"),
];

const SERIAL: [Case; 6] = [
    (1, "activation: int8, weight: int4"),
    (1, "activation: int4, weight: int8, shift: element"),
    (1, "activation: int4, weight: int8, shift: edge, accumulation: carry_save"),
    (1, "activation: int4, weight: int8, shift: element, zero_digits: skipped"),
    (2, "activation: int4, weight: int4, shift: edge, zero_digits: skipped"),
    (2, "activation: int4, weight: int4, shift: element, accumulation: carry_save"),
];

/// A core of one element, and the number of a mode.
#[derive(Clone)]
struct Subject {
    family: &'static dyn Family,
    parameters: Parameters,
    mode: usize,
    beats: u32,
    /// So many of the highest bits of each beat of weights have this value.
    held: (u32, u32),
}

impl Subject {
    /// A subject for each mode.
    fn all(family: &str, (beats, settings): Case) -> Vec<Subject> {
        let family = registry::find(family).expect("a family");
        let least = [("rows", 1), ("columns", 1), ("depth", 1), ("max_inner", 8), ("max_columns", 1u64)];
        let mut parameters = registry::resolve(family, least).expect("legal sizes");
        for (name, value) in settings.split(", ").filter_map(|pair| pair.split_once(": ")) {
            parameters = match (value.parse::<u64>(), value.parse::<bool>()) {
                (Ok(number), _) => parameters.with(name, number),
                (_, Ok(flag)) => parameters.with(name, flag),
                _ => parameters.with(name, value),
            };
        }
        assert_eq!(family.legality(&parameters), [], "{settings}");
        let modes = 0..modes(family, &parameters).len();
        modes.map(|mode| Subject { family, parameters: parameters.clone(), mode, beats, held: (0, 0) }).collect()
    }

    fn mode(&self) -> Mode {
        modes(self.family, &self.parameters)[self.mode].clone()
    }

    fn name(&self) -> String {
        format!("{} {}\n{}", self.family.name(), self.mode().name, self.parameters.canonical_text())
    }

    /// The core, and `proof` around it.
    fn sources(&self) -> Sources {
        let design = self.family.hardware(&self.parameters).expect("sound hardware");
        let mut sources = sources(&design);
        sources.insert("proof.v".to_owned(), self.proof(&design));
        sources
    }

    /// The cycle in which the result is there at the latest: reset, run, beats, and what the core takes.
    fn last_cycle(&self) -> u64 {
        let timing = self.family.timing(&self.parameters);
        1 + timing.latency_cycles + timing.pace.most_cycles * u64::from(self.beats)
    }

    /// A module whose output says that a result is wrong, is not asked for, or is missing.
    fn proof(&self, design: &Design) -> String {
        let Mode { activation, weight, places, .. } = self.mode();
        let (mut products, mut sum) = (String::new(), String::from("expected_q"));
        for place in 0..places {
            let (x, w) = (number("activation_i", &activation, place), number("weight", &weight, place));
            let top = activation.numbers.bits() + weight.numbers.bits();
            _ = writeln!(products, "  wire signed [{top}:0] product{place} = {x} * {w};");
            sum += &format!(" + product{place}");
        }
        let (top, last) = (&design.top().name, self.last_cycle());
        let width = |stream: &str| self.field_width(stream, "data") - 1;
        let (x, w, y) = (width("activation"), width("weight"), width("result"));
        let connections = self.connections(places * self.beats);
        let weights = match self.held {
            (0, _) => "weight_i".to_owned(),
            (bits, value) => format!("{{{bits}'d{value}, weight_i[{}:0]}}", w - bits),
        };
        format!(
            "module proof (
  input wire clk_i,
  input wire [{x}:0] activation_i,
  input wire [{w}:0] weight_i,
  output wire wrong_o
);
  reg [4:0] cycle_q = 5'd0;
  reg result_seen_q = 1'b0;
  reg signed [{y}:0] expected_q = 0;
  wire taken, result_valid;
  wire signed [{y}:0] result;
  wire [{w}:0] weight = {weights};
{products}  always @(posedge clk_i) begin
    cycle_q <= cycle_q + 5'd1;
    result_seen_q <= result_seen_q | result_valid;
    if (taken && cycle_q != 5'd0) expected_q <= {sum};
  end
  {top} u_core (
{connections}
  );
  wire wrong = result_valid & (result_seen_q | (result != expected_q));
  assign wrong_o = wrong | (cycle_q == 5'd{last} & ~result_seen_q & ~result_valid);
endmodule
"
        )
    }

    fn field_width(&self, stream: &str, field: &str) -> u32 {
        let interface = self.family.interface(&self.parameters);
        let stream = interface.streams.iter().find(|known| known.name == stream).expect("a stream");
        stream.fields.iter().find(|known| known.name == field).expect("a field").width
    }

    /// A reset, a run, and operands as soon as the core takes them.
    fn connections(&self, inner: u32) -> String {
        let mut text = "    .clk_i(clk_i), .rst_ni(cycle_q != 5'd0)".to_owned();
        for stream in self.family.interface(&self.parameters).streams {
            let name = &stream.name;
            text += &match (name.as_str(), stream.direction) {
                ("run", _) => ",\n    .run_valid_i(cycle_q == 5'd1)".to_owned(),
                ("weight", _) => ",\n    .weight_valid_i(1'b1), .weight_data_i(weight)".to_owned(),
                (_, Direction::Input) => format!(",\n    .{name}_valid_i(1'b1), .{name}_data_i({name}_i)"),
                (_, Direction::Output) => {
                    format!(",\n    .{name}_ready_i(1'b1), .{name}_valid_o({name}_valid), .{name}_data_o({name})")
                }
            };
            for field in stream.fields.iter().filter(|_| name == "run") {
                let value = match field.name.as_str() {
                    "inner" => inner,
                    "mode" => self.mode as u32,
                    _ => 1,
                };
                text += &format!(", .run_{}_i({}'d{value})", field.name, field.width);
            }
        }
        text + ",\n    .activation_ready_o(taken)"
    }
}

fn modes(family: &dyn Family, parameters: &Parameters) -> Vec<Mode> {
    family.matrix_product(parameters).expect("a matrix product").modes
}

/// A number of a beat on a port, as a signed expression.
fn number(port: &str, operand: &Operand, place: u32) -> String {
    let bits = format!("{port}[{} +: {}]", operand.offset(place), operand.numbers.bits());
    if operand.numbers.range().0 < 0 { format!("$signed({bits})") } else { format!("$signed({{1'b0, {bits}}})") }
}

fn verdict(subject: &Subject, sources: &Sources) -> Verdict {
    stays_zero(sources, "proof", subject.last_cycle() as u32 + 1, PATIENCE_SECONDS).expect("yosys and ABC answer")
}

fn assert_proven(family: &str, cases: &[Case]) {
    if !has(&["yosys", "yosys-abc"]) {
        return;
    }
    let subjects: Vec<Subject> = cases.iter().flat_map(|case| Subject::all(family, *case)).collect();
    side_by_side(2, &subjects, |subject| {
        assert_eq!(verdict(subject, &subject.sources()), Verdict::Equal, "{}", subject.name());
    });
}

#[test]
fn every_mode_of_a_core_of_lanes_is_a_dot_product() {
    assert_proven("booth_flex", &PARALLEL);
}

#[test]
fn a_lane_is_an_int8_multiplier() {
    const PLAIN: [Case; 2] = [
        (1, "activation: int8, weight: int8, int4_weights: false, ternary_weights: false"),
        (1, "activation: int8, weight: int8, int4_weights: false, ternary_weights: false, radix: radix8"),
    ];
    assert_proven("booth_flex", &PLAIN);
}

#[test]
fn every_mode_of_a_serial_core_is_a_dot_product() {
    assert_proven("booth_flex_serial", &SERIAL);
}

/// Modes of more operand bits than ABC solves at once: the mode, bits of the weights held at each of their values in turn,
/// and a core.
const BY_CASES: [(&str, u32, &str, &str); 4] = [
    ("ternary", 4, "booth_flex", "activation: int8, weight: int8"),
    ("int4", 6, "booth_flex", "activation: int8, weight: int8"),
    ("int6", 0, "booth_flex_serial", "activation: int8, weight: int8"),
    ("int8", 0, "booth_flex_serial", "activation: int8, weight: int8"),
];

/// Minutes: only where TRITLOOM_LONG_PROOFS=1 (`scripts/figures proofs`).
#[test]
fn wide_modes_are_dot_products_case_by_case() {
    let asked_for = std::env::var("TRITLOOM_LONG_PROOFS").is_ok_and(|value| value == "1");
    if !asked_for || !has(&["yosys", "yosys-abc"]) {
        return;
    }
    for (mode, bits, family, settings) in BY_CASES {
        let subject = Subject::all(family, (1, settings)).into_iter().find(|subject| subject.mode().name == mode);
        let subject = subject.expect("a mode of that name");
        let cases: Vec<Subject> =
            (0..1 << bits).map(|value| Subject { held: (bits, value), ..subject.clone() }).collect();
        let begin = Instant::now();
        let verdicts = side_by_side(2, &cases, |case| verdict(case, &case.sources()));
        let proven = verdicts.iter().filter(|verdict| **verdict == Verdict::Equal).count();
        println!("{family}, {settings}: {mode}: {proven} of {} cases, {} s", cases.len(), begin.elapsed().as_secs());
        assert_eq!(proven, cases.len(), "{}", subject.name());
    }
}

/// A small core, and in its file whose name begins so the last of one text with another in its place.
const DEFECTS: [(&str, &str, &str, &str); 8] = [
    ("booth_flex", "booth_flex_element", " ^ ", " & "),
    ("booth_flex", "booth_flex_element", "1'b0}", "1'b1}"),
    ("booth_flex", "booth_flex_recoder", " & weight_i", " | weight_i"),
    ("booth_flex", "booth_flex_row", " | ", " & "),
    ("booth_flex", "booth_flex_int4", "<= issue;", "<= 1'b1;"),
    ("booth_flex_serial", "digit_element", " ^ ", " & "),
    ("booth_flex_serial", "digit_feeder", "1'b0}", "1'b1}"),
    ("booth_flex_serial", "digit_feeder", " ^ ", " & "),
];

#[test]
fn broken_cores_are_refuted() {
    if !has(&["yosys", "yosys-abc"]) {
        return;
    }
    for (family, file, sound, broken) in DEFECTS {
        let subjects = Subject::all(family, (2, "activation: int4, weight: int4"));
        let refuted = subjects.iter().any(|subject| {
            let mut sources = subject.sources();
            let holds = |(name, text): &(&String, &mut String)| name.starts_with(file) && text.contains(sound);
            let text = sources.iter_mut().find(holds).unwrap_or_else(|| panic!("no `{sound}` in {file}")).1;
            let at = text.rfind(sound).expect("it is there");
            text.replace_range(at..at + sound.len(), broken);
            verdict(subject, &sources) == Verdict::Different
        });
        assert!(refuted, "{file}: `{sound}` -> `{broken}`");
    }
}
