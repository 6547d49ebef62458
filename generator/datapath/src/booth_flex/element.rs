//! One element: products of digits, gathered by their place in the weight, shifted as the mode says, and summed.
//!
//! ```text
//!  digits ─► products of the lanes' digit 0 ─► tree ─► two words ──────────────────┐
//!            products of the lanes' digit 1 ─► tree ─► two words ─► shift by mode ─┤ tree ─► sum
//!            ...                                                                   │
//!  sum so far ─────────────────────────────────────────────────────────────────────┘
//! ```
//!
//! Digits of one place are gathered over all lanes FIRST and shifted once, as BitBlade does with slices: the shifts, which
//! are what being cut apart costs, are shared by all lanes.

use super::edge::{column_lane_bits, recoded, row_lane_bits};
use super::lane::ModeSet;
use super::parameters::Config;
use crate::arith::adder::CarryOut;
use crate::arith::bit_heap::{BitHeap, Plan};
use crate::arith::recode::{Digit, DigitSet, Multiples, digit_product};
use crate::array::Geometry;
use tritloom_hdl::{Lanes, Module, ModuleBuilder, Shape, Value, bits_for, uint};

/// Gate delays of a digit product behind the operand registers: AND, OR, exclusive OR.
pub(super) const PRODUCT_ARRIVAL: u32 = 3;
/// Gate delays of a choice among shifts.
pub(super) const SHIFT_ARRIVAL: u32 = 2;
/// Gate delays of the sum so far, behind its gate.
pub(super) const SUM_ARRIVAL: u32 = 1;

/// A word of a sum of products: unsigned, from column `low` up.
#[derive(Clone)]
struct Word {
    name: String,
    value: Value,
    low: u32,
    /// In gate delays.
    arrival: u32,
}

/// The ports.
struct Ports {
    activations: Lanes,
    weights: Lanes,
    /// The lines of the mode, with the operands and in each later stage, where they are read.
    control: Vec<Option<Value>>,
    first: Value,
    enable: Value,
    advance: Option<Value>,
}

impl Ports {
    fn declare(m: &ModuleBuilder, config: &Config) -> Ports {
        let Geometry { depth, activation_bits, element_stages, .. } = config.geometry;
        m.parameter("activation bits", activation_bits);
        m.parameter("weight bits of a lane", config.lane.bits);
        m.parameter("lanes", depth);
        m.parameter("sum bits", config.geometry.kept_bits());
        let line_count = config.lines.count();
        let control = |stage: u32| {
            let (name, comment) = match stage {
                0 => ("control".to_string(), "lines of the mode".to_string()),
                _ => (format!("control{stage}"), format!("the same, {stage} cycles later")),
            };
            let is_there = config.geometry.has_modes() && reads_control(config, stage);
            is_there.then(|| m.documented_input(&name, uint(line_count), &comment))
        };
        Ports {
            activations: m.input_lanes("activations", uint(row_lane_bits(config)), depth, "first lane lowest"),
            weights: m.input_lanes("weights", uint(column_lane_bits(config)), depth, "first lane lowest"),
            control: (0..=element_stages).map(control).collect(),
            first: m.documented_input("first", uint(1), "the sum begins anew"),
            enable: m.documented_input("enable", uint(1), "a beat is added"),
            advance: (element_stages > 0).then(|| m.documented_input("advance", uint(1), "the pipeline moves")),
        }
    }

    /// The lines in a stage.
    fn control(&self, stage: u32) -> Option<&Value> {
        self.control.get(stage as usize)?.as_ref()
    }
}

/// Whether the lines of the mode are read in a stage: by recoders with the operands, by shifts, and by the sum.
pub(super) fn reads_control(config: &Config, stage: u32) -> bool {
    let by_recoders = stage == 0 && !config.recoding_at_edge;
    let by_shifts = stage >= shift_stage(config) && !config.lane.at_edge;
    by_recoders || by_shifts
}

/// The stage in which words are shifted.
fn shift_stage(config: &Config) -> u32 {
    u32::from(config.geometry.element_stages > 1)
}

/// The module.
pub(super) fn element(config: &Config) -> Module {
    let geometry = &config.geometry;
    let Geometry { depth, activation_bits, element_stages, .. } = *geometry;
    let m = ModuleBuilder::new(
        format!(
            "booth_flex_element_a{activation_bits}_d{depth}_p{element_stages}_s{}_{}",
            geometry.kept_bits(),
            config.name()
        ),
        format!("Adds the products of {depth} lanes to a sum in each cycle; the mode says how lanes are cut."),
    );
    let ports = Ports::declare(&m, config);
    m.section("Digit products");
    let products = products(&m, config, &ports);
    m.section("Digits of one place");
    let mut gathered = gathered(&m, config, &products);
    if element_stages > 1 {
        gathered = gathered.iter().map(|words| held(&m, &ports, words)).collect();
    }
    m.section("Shifts");
    let mut words = shifted(&m, config, ports.control(shift_stage(config)), &gathered);
    if element_stages > 0 {
        m.section("Sum of products");
        let mut heap = BitHeap::new(product_bits(config));
        add_words(&mut heap, &words);
        words = held(&m, &ports, &reduced(&m, config, &heap, "products"));
    }
    m.section("Sum");
    accumulate(&m, config, &ports, ports.control(element_stages), &words);
    m.finish()
}

/// Bits of the sum of the biased products of one digit of every lane: each, with its carry, is at most two to the number
/// of its bits.
pub(super) fn gathered_bits(config: &Config, digit: u32) -> u32 {
    bits_for(u64::from(config.geometry.depth) << config.product_bits(digit))
}

/// Bits of the sum of all biased products.
pub(super) fn product_bits(config: &Config) -> u32 {
    let lane = &config.lane;
    let of_digit = |mode: usize, digit: u32| {
        u64::from(config.geometry.depth) << (config.product_bits(digit) + lane.shift(mode, digit))
    };
    let most = |mode: usize| (0..lane.digits).map(|digit| of_digit(mode, digit)).sum();
    bits_for((0..lane.modes()).map(most).max().unwrap_or(0))
}

/// Whether the products of a digit are added up by themselves: where they are shifted by the mode, or held.
pub(super) fn is_gathered(config: &Config, digit: u32) -> bool {
    config.lane.shifts(digit).len() > 1 || config.geometry.element_stages > 1
}

/// For each digit, its biased product in each lane, and the carries that negative ones owe.
fn products(m: &ModuleBuilder, config: &Config, ports: &Ports) -> Vec<Vec<Word>> {
    let (lane, set) = (&config.lane, config.lane.digit_set());
    let digits = match config.recoding_at_edge {
        true => ports.weights.clone(),
        false => recoded(m, config, ports.control(0), &ports.weights),
    };
    let product = |position: u32, place: u32| {
        let multiples = multiples(config, &ports.activations.lane(place), position);
        let digit = Digit::unpack(set, &digits.lane(place).slice(position * set.bits(), set.bits()));
        let name = format!("lane{place}_digit{position}");
        let term = digit_product::product(m, &name, &digit, &multiples);
        let magnitude = term.word.slice(0, config.product_bits(position) - 1);
        let biased = m.wire(&format!("{name}_biased"), &m.concat(&[&!term.word.top_bit(), &magnitude]));
        let word = Word { name: name.clone(), value: biased, low: 0, arrival: PRODUCT_ARRIVAL };
        let carry = term.carry.map(|value| Word { name: format!("{name}_carry"), value, low: 0, arrival: 0 });
        std::iter::once(word).chain(carry)
    };
    let of_digit = |position| (0..config.geometry.depth).flat_map(|place| product(position, place)).collect();
    (0..lane.digits).map(of_digit).collect()
}

/// For each digit the words of the sum over all lanes; or its products as they are, where they need not be apart.
fn gathered(m: &ModuleBuilder, config: &Config, products: &[Vec<Word>]) -> Vec<Vec<Word>> {
    let gathered = |(digit, products): (u32, &Vec<Word>)| {
        if !is_gathered(config, digit) {
            return products.clone();
        }
        let mut heap = BitHeap::new(gathered_bits(config, digit));
        add_words(&mut heap, products);
        reduced(m, config, &heap, &format!("digit{digit}"))
    };
    (0..).zip(products).map(gathered).collect()
}

/// What a digit of a lane chooses among.
fn multiples(config: &Config, lane: &Value, digit: u32) -> Multiples {
    let shapes = config.activations();
    let part = |low: u32, shape: Shape| {
        let part = lane.slice(low, shape.width);
        if shape.signed { part.as_signed() } else { part }
    };
    let low = |words: &[Shape]| words.iter().map(|word| word.width).sum::<u32>();
    let number = config.lane.activation_of(digit);
    let activation = part(low(&shapes[..number]), shapes[number]);
    match config.lane.digit_set() {
        DigitSet::Ternary => Multiples::up_to_one(&activation),
        DigitSet::Radix4 => Multiples::up_to_two(&activation),
        DigitSet::Radix8 => {
            let triple = |source: usize| Shape { width: shapes[source].width + 2, ..shapes[source] };
            let triples: Vec<usize> = config.lane.triples();
            let source = config.lane.triple_of(digit);
            let below = triples.iter().take_while(|&&triple| triple != source).map(|&below| triple(below).width);
            Multiples::up_to_four(&activation, &part(low(&shapes) + below.sum::<u32>(), triple(source)))
        }
    }
}

/// The rows of a heap, without the columns above and below in which they have no bits.
fn reduced(m: &ModuleBuilder, config: &Config, heap: &BitHeap, name: &str) -> Vec<Word> {
    let compression = config.tree.compression();
    let plan = heap.plan(&compression);
    let rows = heap.reduce(m, name, &compression);
    let word = |(number, (row, (low, width))): (usize, (Value, (u32, u32)))| Word {
        name: format!("{name}_word{number}"),
        value: row.slice(low, width),
        low,
        arrival: plan.arrival(),
    };
    [rows.0, rows.1].into_iter().zip(row_ranges(&plan)).enumerate().map(word).collect()
}

/// The lowest column and the number of columns of each row that has any bits.
pub(super) fn row_ranges(plan: &Plan) -> Vec<(u32, u32)> {
    let range = |number: usize| {
        let holds = |column: &Vec<_>| column.len() > number;
        let low = plan.rows.iter().position(holds)?;
        let high = plan.rows.iter().rposition(holds)?;
        Some((low as u32, (high - low) as u32 + 1))
    };
    (0..2).filter_map(range).collect()
}

/// Registers behind words.
fn held(m: &ModuleBuilder, ports: &Ports, words: &[Word]) -> Vec<Word> {
    let held = |word: &Word| Word {
        name: word.name.clone(),
        value: m.delay(&word.name, &word.value, ports.advance.as_ref()),
        low: word.low,
        arrival: 0,
    };
    words.iter().map(held).collect()
}

/// The words of each digit, shifted to its place in the weights of the mode.
fn shifted(m: &ModuleBuilder, config: &Config, control: Option<&Value>, gathered: &[Vec<Word>]) -> Vec<Word> {
    let mut shifted = Vec::new();
    for (digit, word) in (0..).zip(gathered).flat_map(|(digit, words)| words.iter().map(move |word| (digit, word))) {
        let shifts = config.lane.shifts(digit);
        let (least, most) = shift_bounds(&shifts);
        let width = word.value.width() + most - least;
        let moved = |&(shift, set): &(u32, ModeSet)| (word.value.shift_left(shift - least).extend(width), set);
        let choices: Vec<(Value, ModeSet)> = shifts.iter().map(moved).collect();
        let chosen = config.lines.choose(m, control, &choices);
        let (name, is_chosen) = (format!("{}_shifted", word.name), least < most);
        let value = if is_chosen { m.wire(&name, &chosen) } else { chosen };
        let arrival = word.arrival + if is_chosen { SHIFT_ARRIVAL } else { 0 };
        shifted.push(Word { name, value, low: word.low + least, arrival });
    }
    shifted
}

/// The least and the greatest shift.
pub(super) fn shift_bounds(shifts: &[(u32, ModeSet)]) -> (u32, u32) {
    let all = || shifts.iter().map(|(shift, _)| *shift);
    (all().min().unwrap_or(0), all().max().unwrap_or(0))
}

fn add_words(heap: &mut BitHeap, words: &[Word]) {
    words.iter().for_each(|word| heap.add_unsigned(&word.value, word.low, word.arrival));
}

/// The sum, and what is added to it in a cycle.
fn accumulate(m: &ModuleBuilder, config: &Config, ports: &Ports, control: Option<&Value>, words: &[Word]) {
    let width = config.geometry.kept_bits();
    let mut heap = BitHeap::new(width);
    add_words(&mut heap, words);
    m.comment("Takes back, in each mode, what inverted signs have added to the products.");
    for (column, set) in (0..).zip(config.correction()) {
        match config.lines.line(control, set) {
            Some(line) => heap.add_bit(&line, column, 0),
            None if set != 0 => heap.add_constant(1, column),
            None => {}
        }
    }
    let keep = m.wire("keep", &(!&ports.first).replicate(width));
    let names: &[&str] = if config.carry_save { &["sum_word", "carry_word"] } else { &["sum"] };
    let sums: Vec<_> = names.iter().map(|name| m.register(name, uint(width))).collect();
    for (name, sum) in names.iter().zip(&sums) {
        heap.add_unsigned(&m.wire(&format!("{name}_so_far"), &(sum.value() & &keep)), 0, SUM_ARRIVAL);
    }
    let rows = heap.reduce(m, "heap", &config.tree.compression());
    let next = match config.carry_save {
        true => vec![rows.0, rows.1],
        false => {
            let (zero, rows) = (m.uint(0, 1), (&rows.0, &rows.1));
            vec![config.geometry.resolve.add(m, "accumulate", rows, &zero, CarryOut::Dropped)]
        }
    };
    for (sum, next) in sums.iter().zip(&next) {
        sum.enable(&ports.enable).next(next);
    }
    m.output("sum", &m.concat(&sums.iter().rev().map(|sum| sum.value()).collect::<Vec<_>>()));
}
