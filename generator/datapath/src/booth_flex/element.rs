//! One element: products of digits, gathered by their place in the weight, shifted as the mode says, and summed.
//!
//! ```text
//!  digits ─► products of the lanes' digit 0 ─► tree, adder ─► one word ──────────────────┐
//!            products of the lanes' digit 1 ─► tree, adder ─► one word ─► shift by mode ─┤ tree ─► sum
//!            ...                                                                         │
//!  sum so far ───────────────────────────────────────────────────────────────────────────┘
//! ```
//!
//! Digits of one place are gathered over all lanes FIRST and shifted once, as BitBlade does with slices: the shifts, which
//! are what being cut apart costs, are shared by all lanes. They are of one word and not of two, and as an adder takes as
//! many bits away as full adders of a tree would, the word costs nothing.
//!
//! Complements owe a one each. Of the ones of a digit the tree takes all but two, the adder one more, and the last stays
//! owed: it lets the word be a bit narrower. `2^s (word + one)` is the shifted word with the one in each of the places
//! that come free below, and one more in the lowest of them all: the owed one stays where it is, whatever the shift.

use super::digit_blocks::DigitBlocks;
use super::digit_sum::DigitSum;
use super::edge::{column_lane_bits, recoded, row_lane_bits};
use super::lane::ModeSet;
use super::parameters::Config;
use crate::arith::adder::CarryOut;
use crate::arith::bit_heap::{BitHeap, PartialSum, Plan};
use crate::arith::recode::{Digit, DigitSet, Multiples, digit_product};
use crate::arith::reduction::Term;
use crate::array::Geometry;
use tritloom_hdl::{Affine, LaneWire, Lanes, Module, ModuleBuilder, Shape, Value, uint};

/// Gate delays of a digit product behind the operand registers: AND, OR, exclusive OR.
pub(super) const PRODUCT_ARRIVAL: u32 = 3;
/// Gate delays of a choice among shifts.
pub(super) const SHIFT_ARRIVAL: u32 = 2;
/// Gate delays of the sum so far, behind its gate.
pub(super) const SUM_ARRIVAL: u32 = 1;

/// What is added to the sum: `2^low` times a signed word and a carry.
#[derive(Clone)]
struct Summand {
    name: String,
    word: Value,
    carry: Value,
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
    before: Before,
    advance: Option<Value>,
}

/// What products are added to.
enum Before {
    /// A sum that comes in.
    Addend(Value),
    /// The element's own, unless it begins anew.
    Own { first: Value, enable: Value },
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
            before: match config.passes_sums() {
                true => Before::Addend(m.input("addend", uint(config.geometry.element_bits()))),
                false => Before::Own {
                    first: m.documented_input("first", uint(1), "the sum begins anew"),
                    enable: m.documented_input("enable", uint(1), "a beat is added"),
                },
            },
            advance: (element_stages > 0 && !config.passes_sums())
                .then(|| m.documented_input("advance", uint(1), "the pipeline moves")),
        }
    }

    /// The lines in a stage.
    fn control(&self, stage: u32) -> Option<&Value> {
        self.control.get(stage as usize)?.as_ref()
    }
}

/// Whether the lines of the mode are read in a stage: by recoders with the operands, and by shifts.
pub(super) fn reads_control(config: &Config, stage: u32) -> bool {
    let by_recoders = stage == 0 && !config.recoding_at_edge;
    let by_shifts = stage == shift_stage(config) && !config.lane.at_edge;
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
            "booth_flex_element_a{activation_bits}_d{depth}_p{element_stages}_s{}_{}{}",
            geometry.kept_bits(),
            config.name(),
            if config.passes_sums() { "_passing" } else { "" }
        ),
        format!("Adds the products of {depth} lanes to a sum in each cycle; the mode says how lanes are cut."),
    );
    let ports = Ports::declare(&m, config);
    m.section("Digit products");
    let products = products(&m, config, &ports);
    m.section("Digits of one place");
    let mut gathered = gathered(&m, config, &products);
    if element_stages > 1 {
        gathered = gathered.iter().map(|summands| held(&m, &ports, summands)).collect();
    }
    m.section("Shifts");
    let summands = shifted(&m, config, ports.control(shift_stage(config)), &gathered);
    accumulate(&m, config, &ports, (&products, &summands));
    m.finish()
}

/// From so many lanes on, a digit that is never shifted is added up as those are that are: the compression of what is left would be
/// thousands of lines of Verilog, and the adder is not on the longest path.
const MANY_LANES: u32 = 32;

/// Whether the products of a digit are added up by themselves: where they are shifted by the mode, or held, or many beside others.
pub(super) fn is_gathered(config: &Config, digit: u32) -> bool {
    let (lane, Geometry { depth, element_stages, .. }) = (&config.lane, &config.geometry);
    let is_shifted = |digit: u32| lane.shifts(digit).len() > 1;
    let are_many = *depth >= MANY_LANES && (0..lane.digits).any(is_shifted);
    *depth > 1 && (is_shifted(digit) || *element_stages > 1 || are_many)
}

/// The blocks of a digit that is not gathered, of many lanes.
pub(super) fn blocks(config: &Config, digit: u32) -> Option<DigitBlocks> {
    if is_gathered(config, digit) {
        return None;
    }
    let is_alike =
        |other: &u32| !is_gathered(config, *other) && config.product_bits(*other) == config.product_bits(digit);
    let alike = (0..config.lane.digits).filter(is_alike).count();
    DigitBlocks::new(config, digit, config.geometry.depth, alike as u32)
}

/// The products of a digit in every lane, and the ones that they are short of.
struct Products {
    words: LaneWire,
    owed: LaneWire,
}

/// For each digit.
fn products(m: &ModuleBuilder, config: &Config, ports: &Ports) -> Vec<Products> {
    let (lane, set, depth) = (&config.lane, config.lane.digit_set(), config.geometry.depth);
    let digits = match config.recoding_at_edge {
        true => ports.weights.clone(),
        false => recoded(m, config, ports.control(0), &ports.weights),
    };
    let digit =
        |place: Affine, position: u32| Digit::unpack(set, &digits.lane(place).slice(position * set.bits(), set.bits()));
    let of_digit = |position: u32| {
        let words = m.lanes(&format!("digit{position}_products"), uint(config.product_bits(position)), depth);
        let owed = m.lanes(&format!("digit{position}_owed"), uint(1), depth);
        m.repeat(&format!("digit{position}_lane"), depth, |place| {
            let multiples = multiples(config, &ports.activations.lane(place), position);
            let (name, digit) = (format!("digit{position}"), digit(place.into(), position));
            let Term { word, .. } = digit_product::product(m, &name, &digit, &multiples);
            words.drive(place, &word.as_unsigned());
            owed.drive(place, &digit.negate);
        });
        Products { words, owed }
    };
    (0..lane.digits).map(of_digit).collect()
}

/// For each digit the sum over all lanes; or its products as they are, where they need not be apart, but for those in blocks.
fn gathered(m: &ModuleBuilder, config: &Config, products: &[Products]) -> Vec<Vec<Summand>> {
    let gathered = |(digit, Products { words, owed }): (u32, &Products)| {
        let name = format!("digit{digit}");
        let summand = |lane: u32, word: Value, arrival: u32| Summand {
            name: name.clone(),
            word,
            carry: owed.lane(lane),
            low: 0,
            arrival,
        };
        let depth = config.geometry.depth;
        if is_gathered(config, digit) {
            let sum = DigitSum::new(config, digit);
            return vec![summand(depth - 1, sum.add(m, &name, (words, owed)), sum.arrival())];
        }
        let alone = blocks(config, digit).map_or(0, |blocks| blocks.lanes())..depth;
        alone.map(|lane| summand(lane, words.lane(lane).as_signed(), PRODUCT_ARRIVAL)).collect()
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

/// The lowest column and the number of columns of each row of a plan that has any bits.
pub(super) fn row_ranges(plan: &Plan) -> Vec<(u32, u32)> {
    let range = |number: usize| {
        let holds = |column: &Vec<_>| column.len() > number;
        let low = plan.rows.iter().position(holds)?;
        let high = plan.rows.iter().rposition(holds)?;
        Some((low as u32, (high - low) as u32 + 1))
    };
    (0..2).filter_map(range).collect()
}

/// Registers behind the sum of a digit.
fn held(m: &ModuleBuilder, ports: &Ports, summands: &[Summand]) -> Vec<Summand> {
    let held = |summand: &Summand| {
        let register =
            |what: &str, value: &Value| m.delay(&format!("{}_{what}", summand.name), value, ports.advance.as_ref());
        let (word, carry) = (register("held", &summand.word), register("carry", &summand.carry));
        Summand { word, carry, arrival: 0, ..summand.clone() }
    };
    summands.iter().map(held).collect()
}

/// The sums of each digit, shifted to its place in the weights of the mode.
fn shifted(m: &ModuleBuilder, config: &Config, control: Option<&Value>, gathered: &[Vec<Summand>]) -> Vec<Summand> {
    let mut shifted = Vec::new();
    for (digit, summand) in (0..).zip(gathered).flat_map(|(digit, all)| all.iter().map(move |one| (digit, one))) {
        let shifts = config.lane.shifts(digit);
        let (least, most) = shift_bounds(&shifts);
        let moved = |&(shift, set): &(u32, ModeSet)| (moved_up(m, summand, shift - least, most - least), set);
        let low = summand.low + least;
        shifted.push(match least < most {
            false => Summand { low, ..summand.clone() },
            true => {
                let chosen = config.lines.choose(m, control, &shifts.iter().map(moved).collect::<Vec<_>>());
                let word = m.wire(&format!("{}_shifted", summand.name), &chosen.as_signed());
                Summand { word, low, arrival: summand.arrival + SHIFT_ARRIVAL, ..summand.clone() }
            }
        });
    }
    shifted
}

/// `2^shift` times a word and its carry, but for the carry: in the bits for a shift of `most`, as a pattern.
fn moved_up(m: &ModuleBuilder, summand: &Summand, shift: u32, most: u32) -> Value {
    let word = summand.word.extend(summand.word.width() + most - shift).as_unsigned();
    if shift == 0 { word } else { m.concat(&[&word, &summand.carry.replicate(shift)]) }
}

/// The least and the greatest shift.
pub(super) fn shift_bounds(shifts: &[(u32, ModeSet)]) -> (u32, u32) {
    let all = || shifts.iter().map(|(shift, _)| *shift);
    (all().min().unwrap_or(0), all().max().unwrap_or(0))
}

/// The least shift of a digit, which is the only one where it is not gathered.
pub(super) fn least_shift(config: &Config, digit: u32) -> u32 {
    shift_bounds(&config.lane.shifts(digit)).0
}

/// The sum, and what is added to it in a cycle.
fn accumulate(m: &ModuleBuilder, config: &Config, ports: &Ports, (products, summands): (&[Products], &[Summand])) {
    let width = config.geometry.kept_bits();
    let mut heap = BitHeap::new(width);
    if config.geometry.element_stages == 0 {
        join_blocks(m, config, products, &mut heap);
        summands.iter().for_each(|summand| {
            heap.add_signed(&summand.word, summand.low, summand.arrival);
            heap.add_bit(&summand.carry, summand.low, 0);
        });
    } else {
        m.section("Sum of products");
        add_held_products(m, config, ports, (products, summands), &mut heap);
    }
    m.section("Sum");
    let names: &[&str] = if config.carry_save { &["sum_word", "carry_word"] } else { &["sum"] };
    let words = match &ports.before {
        Before::Addend(addend) => {
            let words = (0..names.len() as u32).map(|word| addend.slice(word * width, width));
            next(m, config, heap, &words.collect::<Vec<_>>())
        }
        Before::Own { first, enable } => {
            let keep = m.wire("keep", &(!first).replicate(width));
            let sums: Vec<_> = names.iter().map(|name| m.register(name, uint(width))).collect();
            let so_far = names.iter().zip(&sums);
            let so_far: Vec<_> =
                so_far.map(|(name, sum)| m.wire(&format!("{name}_so_far"), &(sum.value() & &keep))).collect();
            for (sum, next) in sums.iter().zip(&next(m, config, heap, &so_far)) {
                sum.enable(enable).next(next);
            }
            sums.iter().map(|sum| sum.value().clone()).collect()
        }
    };
    m.output("sum", &m.concat(&words.iter().rev().collect::<Vec<_>>()));
}

/// Adds the products of digits in blocks to a heap; gives by how much it is then too large, if nothing takes it back.
fn join_blocks(m: &ModuleBuilder, config: &Config, products: &[Products], heap: &mut BitHeap) -> i128 {
    let mut bias = 0;
    for (digit, Products { words, owed }) in (0..).zip(products) {
        let Some(blocks) = blocks(config, digit) else { continue };
        let low = least_shift(config, digit);
        blocks.join(m, &format!("digit{digit}"), (words, owed), low, heap);
        bias += blocks.bias() << low;
    }
    bias
}

/// The words of the sum of those before and of what a heap holds.
fn next(m: &ModuleBuilder, config: &Config, mut heap: BitHeap, before: &[Value]) -> Vec<Value> {
    before.iter().for_each(|word| heap.add_unsigned(word, 0, SUM_ARRIVAL));
    let rows = heap.reduce(m, "heap", &config.tree.compression());
    if config.carry_save {
        return vec![rows.0, rows.1];
    }
    let (zero, rows) = (m.uint(0, 1), (&rows.0, &rows.1));
    vec![config.geometry.resolve.add(m, "accumulate", rows, &zero, CarryOut::Dropped)]
}

/// Adds the products of a beat to a heap as two words, behind registers.
///
/// Two words of a signed sum could not be extended: with their signs inverted, products are unsigned numbers that are too
/// large by a constant, which is taken back behind the registers.
fn add_held_products(
    m: &ModuleBuilder,
    config: &Config,
    ports: &Ports,
    (of_digits, summands): (&[Products], &[Summand]),
    heap: &mut BitHeap,
) {
    let compression = config.tree.compression();
    let shapes = summands.iter().map(|summand| (summand.low, summand.word.width())).chain(shapes_in_blocks(config));
    let mut products = BitHeap::new(PartialSum::bits(shapes));
    let bias = join_blocks(m, config, of_digits, &mut products);
    products.add_constant(bias, 0);
    heap.add_constant(-bias, 0);
    for (number, Summand { word, carry, low, arrival, .. }) in summands.iter().enumerate() {
        let sign = word.width() - 1;
        let biased = m.concat(&[&!word.top_bit(), &word.slice(0, sign)]);
        products.add_unsigned(&m.wire(&format!("biased{number}"), &biased), *low, *arrival);
        products.add_bit(carry, *low, 0);
        heap.add_constant(-1, low + sign);
    }
    let rows = products.reduce(m, "products", &compression);
    let ranges = row_ranges(&products.plan(&compression));
    for (number, (row, (low, bits))) in [rows.0, rows.1].into_iter().zip(ranges).enumerate() {
        let held = m.delay(&format!("products_word{number}"), &row.slice(low, bits), ports.advance.as_ref());
        heap.add_unsigned(&held, low, 0);
    }
}

/// By product in a block, its lowest column and its bits.
pub(super) fn shapes_in_blocks(config: &Config) -> impl Iterator<Item = (u32, u32)> {
    let of_digit = |digit: u32| {
        let shape = (least_shift(config, digit), config.product_bits(digit));
        (0..blocks(config, digit).map_or(0, |blocks| blocks.lanes())).map(move |_| shape)
    };
    (0..config.lane.digits).flat_map(of_digit)
}
