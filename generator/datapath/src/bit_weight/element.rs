//! One element of the array, at each step.

use super::parameters::{Config, Recoding};
use super::products::{Factors, add_product_bits, add_products, by_position};
use crate::arith::bit_heap::{BitHeap, Carries, Profile};
use crate::arith::recode::booth::{self, Radix};
use crate::arith::recode::ent;
use crate::arith::reduction::Term;
use crate::array::{Below, Geometry, Positions, SO_FAR, SumForm};
use crate::words::counted;
use tritloom_hdl::{Lanes, Module, ModuleBuilder, Shape, Value, sint, uint};

/// Digits from -2 to 2: every multiple is a shift.
pub(super) const RADIX: Radix = Radix::Four;

/// Gate delays of a digit product behind the operand registers: AND, OR, exclusive OR.
pub(super) const PRODUCT_ARRIVAL: u32 = 3;
/// Gate delays of the sum so far, behind its gate.
const SUM_ARRIVAL: u32 = 1;

/// Bits of one weight as Booth digits.
pub(super) fn digit_bits(geometry: &Geometry) -> u32 {
    RADIX.digits(geometry.weight()) * RADIX.digit_set().bits()
}

/// Bits of one weight as EN-T digits and a sign.
fn ent_bits(geometry: &Geometry) -> u32 {
    ent::digits(geometry.weight()) * ent::CODE_BITS + 1
}

/// Bits of one weight as it leaves the edge of an array.
pub(super) fn edge_bits(config: &Config) -> u32 {
    if config.recoding == Recoding::Ent { ent_bits(&config.geometry) } else { digit_bits(&config.geometry) }
}

/// The digit positions of a weight.
pub(super) fn positions(weight: Shape) -> Positions {
    Positions { count: RADIX.digits(weight), step: RADIX.step(), reach: RADIX.digit_set().reach() }
}

/// Bits of a word of the sum of one position.
fn position_bits(geometry: &Geometry) -> u32 {
    geometry.position_bits(&positions(geometry.weight()))
}

/// From the weights of a column to their digits.
pub(super) fn edge(config: &Config) -> Module {
    let Geometry { depth, weight_bits, .. } = config.geometry;
    let prefix = if config.recoding == Recoding::Ent { "ent" } else { "booth" };
    let m = ModuleBuilder::new(
        format!("{prefix}_edge_w{weight_bits}_d{depth}"),
        format!("The {} digits of {} of {weight_bits} bits.", config.digits_word(), counted(depth, "weight")),
    );
    m.parameter("weight bits", weight_bits);
    m.parameter("places", depth);
    let weights = m.input_lanes("weights", uint(weight_bits), depth, "first place lowest");
    match config.recoding {
        Recoding::Ent => m.output_lanes("prepared", &ent_recoded(&m, &config.geometry, &weights), ENT_LAYOUT),
        Recoding::Edge | Recoding::Element => {
            m.output_lanes("prepared", &recoded(&m, &config.geometry, &weights), BOOTH_LAYOUT)
        }
    }
    m.finish()
}

/// What the lanes of recoded weights hold.
const BOOTH_LAYOUT: &str = "digits of each weight, the lowest first";
/// The same of EN-T digits.
const ENT_LAYOUT: &str = "digits of each weight, the lowest first, and its sign above";

fn recoded(m: &ModuleBuilder, geometry: &Geometry, weights: &Lanes) -> Lanes {
    let recoder = booth::recoder(RADIX, geometry.weight());
    let prepared = m.lanes("recoded", uint(digit_bits(geometry)), geometry.depth);
    m.repeat("recoded_place", geometry.depth, |place| {
        let instance = m.instance("recoder", &recoder);
        instance.connect("weight", &weights.lane(place).as_signed());
        prepared.drive(place, &instance.output("digits").as_unsigned());
    });
    (*prepared).clone()
}

fn ent_recoded(m: &ModuleBuilder, geometry: &Geometry, weights: &Lanes) -> Lanes {
    let recoder = ent::recoder(geometry.weight());
    let prepared = m.lanes("recoded", uint(ent_bits(geometry)), geometry.depth);
    m.repeat("recoded_place", geometry.depth, |place| {
        let instance = m.instance("recoder", &recoder);
        instance.connect("weight", &weights.lane(place).as_signed());
        prepared.drive(place, &m.concat(&[&instance.output("sign"), &instance.output("codes").as_unsigned()]));
    });
    (*prepared).clone()
}

/// From EN-T digits and a sign to digits with a sign each, as Booth's are.
fn ent_decoded(m: &ModuleBuilder, geometry: &Geometry, weights: &Lanes) -> Lanes {
    let (count, bits) = (ent::digits(geometry.weight()), RADIX.digit_set().bits());
    let digits = m.lanes("signed_digits", uint(count * bits), geometry.depth);
    m.repeat("decoded_place", geometry.depth, |place| {
        let weight = weights.lane(place);
        let codes = weight.slice(0, count * ent::CODE_BITS).lanes(uint(ent::CODE_BITS), count);
        let decoded = m.lanes("decoded", uint(bits), count);
        m.repeat("digit", count, |position| {
            let digit = ent::digit(m, "digit", &codes.lane(position), Some(&weight.top_bit()));
            decoded.drive(position, &digit.pack(m));
        });
        digits.drive(place, decoded.flat());
    });
    (*digits).clone()
}

/// The ports of every element.
struct Ports {
    activations: Lanes,
    weights: Lanes,
}

impl Ports {
    fn declare(m: &ModuleBuilder, geometry: &Geometry, weight_bits: u32, weights: &str) -> Ports {
        let Geometry { depth, activation_bits, .. } = *geometry;
        m.parameter("activation bits", activation_bits);
        m.parameter("weight bits", geometry.weight_bits);
        m.parameter("products a cycle", depth);
        Ports {
            activations: m.input_lanes("activations", uint(activation_bits), depth, "first place lowest"),
            weights: m.input_lanes("weights", uint(weight_bits), depth, weights),
        }
    }
}

/// A multiplier a place, a tree of adders, and the sum.
pub(super) fn baseline(config: &Config) -> Module {
    let geometry = &config.geometry;
    let Geometry { depth, activation_bits, weight_bits, .. } = *geometry;
    let width = geometry.kept_bits();
    let m = ModuleBuilder::new(
        format!("mac_element_a{activation_bits}_w{weight_bits}_d{depth}_s{width}_{}", config.element_name()),
        format!("Adds {} to a sum in each cycle.", counted(depth, "product")),
    );
    m.parameter("sum bits", width);
    let ports = Ports::declare(&m, geometry, weight_bits, "first place lowest");
    let product_bits = activation_bits + weight_bits;
    let products = m.lanes("products", sint(product_bits), depth);
    m.repeat("place", depth, |place| {
        let (x, w) = (ports.activations.lane(place).as_signed(), ports.weights.lane(place).as_signed());
        products.drive(place, &m.wire("product", &(x * w)));
    });
    let terms: Vec<Term> = products.iter().into_iter().map(|word| Term { word, carry: None }).collect();
    let partial = config.adders.tree(&m, "sum", &terms, geometry.product_magnitude());
    if config.passes_sums() {
        let addend = m.input("addend", uint(width)).as_signed();
        m.output("sum", &m.wire("total", &(addend + &partial.word)).wrap(width).as_unsigned());
        return m.finish();
    }
    let first = m.documented_input("first", uint(1), "the sum begins anew");
    let enable = m.documented_input("enable", uint(1), "a beat is added");
    let sum = m.register("sum", sint(width));
    let base = m.wire("base", &(sum.value().as_unsigned() & (!first).replicate(width)).as_signed());
    let total = m.wire("total", &(&base + &partial.word)).wrap(width);
    match config.drains() {
        true => {
            let drain = m.documented_input("drain", uint(1), "the sum is that of the element below");
            let below = m.input("below", uint(width)).as_signed();
            sum.enable(&m.wire("change", &(&enable | &drain))).next(&drain.mux(&below, &total));
        }
        false => sum.enable(&enable).next(&total),
    }
    m.output("sum", &sum.value().as_unsigned());
    m.finish()
}

/// The digits of all weights, position by position in each place.
fn digits(m: &ModuleBuilder, config: &Config, ports: &Ports) -> Lanes {
    match config.recoding {
        Recoding::Edge => ports.weights.clone(),
        Recoding::Ent => ent_decoded(m, &config.geometry, &ports.weights),
        Recoding::Element => recoded(m, &config.geometry, &ports.weights),
    }
}

fn declare_ports(m: &ModuleBuilder, config: &Config) -> Ports {
    let geometry = &config.geometry;
    match config.recoding {
        Recoding::Edge => Ports::declare(m, geometry, digit_bits(geometry), BOOTH_LAYOUT),
        Recoding::Ent => Ports::declare(m, geometry, ent_bits(geometry), ENT_LAYOUT),
        Recoding::Element => Ports::declare(m, geometry, geometry.weight_bits, "first place lowest"),
    }
}

/// The products of all digits and the two words of the sum, through one compressor tree: no carry propagates.
pub(super) fn carry_save(config: &Config) -> Module {
    let geometry = &config.geometry;
    let Geometry { depth, activation_bits, weight_bits, .. } = *geometry;
    let width = geometry.kept_bits();
    let m = ModuleBuilder::new(
        format!("carry_save_element_a{activation_bits}_w{weight_bits}_d{depth}_s{width}_{}", config.element_name()),
        format!("Adds {} to a carry-save sum in each cycle, digit by digit.", counted(depth, "product")),
    );
    m.parameter("bits of a word of the sum", width);
    carries(config).note(&m, width);
    let ports = declare_ports(&m, config);
    let digits = digits(&m, config, &ports);
    let mut heap = BitHeap::new(width);
    m.section("Digit products");
    add_products(&m, config, &Factors { activations: ports.activations, digits }, &mut heap);
    accumulate(&m, heap, carries(config), config);
    m.finish()
}

/// The products of the digits of one weight position, and the sum of that position alone: no shift, and no wider than
/// `max_inner` such products need.
fn digit_sum(config: &Config) -> Module {
    let geometry = &config.geometry;
    let Geometry { depth, activation_bits, .. } = *geometry;
    let width = position_bits(geometry);
    let m = ModuleBuilder::new(
        format!("digit_sum_a{activation_bits}_d{depth}_s{width}_{}", config.element_name()),
        format!("Adds the products of {} to a carry-save sum in each cycle.", counted(depth, "digit")),
    );
    m.parameter("activation bits", activation_bits);
    m.parameter("products a cycle", depth);
    m.parameter("bits of a word of the sum", width);
    let activations = m.input_lanes("activations", uint(activation_bits), depth, "first place lowest");
    let digits = m.input_lanes("digits", uint(RADIX.digit_set().bits()), depth, "one of each place, of equal weight");
    let mut heap = BitHeap::new(width);
    m.section("Digit products");
    add_products(&m, config, &Factors { activations, digits }, &mut heap);
    accumulate(&m, heap, Carries::Everywhere, config);
    m.finish()
}

/// What products are added to.
enum Before {
    /// Sums that come in.
    Addends(Lanes),
    /// Sums of the element's own, unless they begin anew, or are those of the element below.
    Own { first: Value, below: Option<(Value, Lanes)> },
}

/// A sum for each digit position of the weights; they meet behind the array.
pub(super) fn by_weight(config: &Config) -> Module {
    let geometry = &config.geometry;
    let Geometry { depth, activation_bits, weight_bits, .. } = *geometry;
    let positions = RADIX.digits(geometry.weight());
    let m = ModuleBuilder::new(
        format!(
            "by_weight_element_a{activation_bits}_w{weight_bits}_d{depth}_s{}_{}",
            position_bits(geometry),
            config.element_name()
        ),
        format!(
            "Adds {} in each cycle, digits of equal weight to a carry-save sum of their own.",
            counted(depth, "product")
        ),
    );
    m.parameter("bits of a word of a sum", position_bits(geometry));
    let ports = declare_ports(&m, config);
    let by_position = by_position(&m, &digits(&m, config, &ports), depth);
    let by_position = by_position.flat().lanes(uint(RADIX.digit_set().bits() * depth), positions);
    let sum = digit_sum(config);
    let pair = uint(2 * position_bits(geometry));
    let before = match config.passes_sums() {
        true => {
            Before::Addends(m.input_lanes("addend", pair, positions, "two words of each position, the lowest first"))
        }
        false => Before::Own {
            first: m.documented_input("first", uint(1), "the sums begin anew"),
            below: config.drains().then(|| {
                let drain = m.documented_input("drain", uint(1), "the sums are those of the element below");
                (drain, m.input_lanes("below", pair, positions, "two words of each position, the lowest first"))
            }),
        },
    };
    let sums = m.lanes("sums", pair, positions);
    m.repeat("position", positions, |position| {
        let instance = m.instance("digit_sum", &sum);
        instance.connect("activations", ports.activations.flat()).connect("digits", &by_position.lane(position));
        match &before {
            Before::Addends(addends) => {
                instance.connect("addend", &addends.lane(position));
            }
            Before::Own { first, below } => {
                instance.connect("first", first);
                if let Some((drain, below)) = below {
                    instance.connect("drain", drain).connect("below", &below.lane(position));
                }
            }
        }
        sums.drive(position, &instance.output("sum"));
    });
    m.output_lanes("sum", &sums, "two words of each position, the lowest first");
    m.finish()
}

/// Adds a heap to the two words of a sum, the carries above, which are the output `sum`: of the element's own, in every cycle,
/// since to hold them would take a multiplexer in front of each bit; or of the sum that comes in.
fn accumulate(m: &ModuleBuilder, mut heap: BitHeap, carries: Carries, config: &Config) {
    let width = heap.profile().width();
    let count = carries.count(width);
    heap.leave(carries);
    m.section("Sum");
    if config.passes_sums() {
        let addend = m.documented_input("addend", uint(width + count), carries.layout());
        add_words(&mut heap, [&addend.slice(0, width), &addend.slice(width, count)]);
        let rows = heap.reduce(m, "heap", &config.tree.compression());
        return m.documented_output("sum", &m.concat(&[&rows.1, &rows.0]), carries.layout());
    }
    let first = m.documented_input("first", uint(1), "the sum begins anew");
    let words = [m.register("sum_word", uint(width)), m.register("carry_word", uint(count))];
    let below = config.drains().then(|| Below::declare(m, width, carries));
    let keep = match &below {
        Some(Below { drain, .. }) => m.wire("keep", &!(first | drain)),
        None => m.wire("keep", &!first),
    };
    let so_far = [0, 1].map(|number: usize| {
        let mut choices = vec![(&keep, words[number].value())];
        choices.extend(below.iter().map(|below| (&below.drain, &below.words[number])));
        m.wire(SO_FAR[number], &m.one_hot(&choices))
    });
    add_words(&mut heap, [&so_far[0], &so_far[1]]);
    let rows = heap.reduce(m, "heap", &config.tree.compression());
    words[0].next(&rows.0);
    words[1].next(&rows.1);
    m.documented_output("sum", &m.concat(&[words[1].value(), words[0].value()]), carries.layout());
}

/// Adds a word, and the carries that belong to it.
fn add_words(heap: &mut BitHeap, [sum, packed]: [&Value; 2]) {
    heap.add_unsigned(sum, 0, SUM_ARRIVAL);
    let columns: Vec<u32> = heap.profile().carries().columns(sum.width()).collect();
    heap.add_bits(packed, &columns, SUM_ARRIVAL);
}

/// The carries of a sum of [`carry_save`].
fn carries(config: &Config) -> Carries {
    match config.geometry.sum_form {
        SumForm::CarrySave(carries) => carries,
        SumForm::Resolved | SumForm::ByPosition(_) => Carries::Everywhere,
    }
}

/// What the heap of [`carry_save`] holds, for its closed form.
pub(super) fn profile(config: &Config) -> Profile {
    let geometry = &config.geometry;
    let mut profile = Profile::new(geometry.kept_bits());
    profile.leave(carries(config));
    add_product_bits(&mut profile, config, RADIX.digits(geometry.weight()));
    add_sum_bits(&mut profile);
    profile
}

/// What the heap of [`digit_sum`] holds.
pub(super) fn digit_sum_profile(config: &Config) -> Profile {
    let mut profile = Profile::new(position_bits(&config.geometry));
    add_product_bits(&mut profile, config, 1);
    add_sum_bits(&mut profile);
    profile
}

fn add_sum_bits(profile: &mut Profile) {
    profile.add_unsigned(profile.width(), 0, SUM_ARRIVAL);
    profile.add_bits(profile.carries().columns(profile.width()), SUM_ARRIVAL);
}
