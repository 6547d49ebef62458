//! Every operator against integers of any size: exhaustively where widths are small, at random where not.

use num_bigint::{BigInt, BigUint, Sign};
use proptest::prelude::*;
use tritloom_hdl::{Bits, Design, Evaluator, ModuleBuilder, Shape, Value, sint, uint};

/// What a pattern stands for.
fn number(bits: &Bits, signed: bool) -> BigInt {
    let bytes: Vec<u8> = bits.limbs().iter().flat_map(|limb| limb.to_le_bytes()).collect();
    let pattern = BigInt::from_biguint(Sign::Plus, BigUint::from_bytes_le(&bytes));
    if signed && bits.bit(bits.width() - 1) { pattern - (BigInt::from(1) << bits.width()) } else { pattern }
}

/// The low `width` bits of a number's two's complement.
fn pattern(number: &BigInt, width: u32) -> Bits {
    let modulus = BigInt::from(1) << width;
    let rest = ((number % &modulus) + &modulus) % &modulus;
    Bits::from_limbs(&rest.to_biguint().expect("not negative").to_u64_digits(), width)
}

/// The stimulus: two values of shape `a`, one of shape `b`, two single bits, an index of two bits.
struct Case {
    a: BigInt,
    c: BigInt,
    b: BigInt,
    bits: [bool; 2],
    index: usize,
    /// Of `a` and `c`.
    shape: Shape,
}

struct Operands {
    a: Value,
    c: Value,
    b: Value,
    bits: [Value; 2],
    index: Value,
}

type Hardware = fn(&ModuleBuilder, &Operands) -> Value;
type Model = fn(&Case) -> BigInt;

fn ones(width: u32) -> BigInt {
    (BigInt::from(1) << width) - 1
}

fn raw(number: &BigInt, shape: Shape) -> BigInt {
    self::number(&pattern(number, shape.width), false)
}

fn reread(number: BigInt, shape: Shape) -> BigInt {
    self::number(&pattern(&number, shape.width), shape.signed)
}

fn ones_in(number: &BigInt, shape: Shape) -> u64 {
    pattern(number, shape.width).limbs().iter().map(|limb| u64::from(limb.count_ones())).sum()
}

/// Half of the width, rounded up: what narrowing operators narrow to.
fn half(width: u32) -> u32 {
    width.div_ceil(2)
}

fn entries() -> Vec<Bits> {
    [5, 9, 0x8000_0000_0000_0001].iter().map(|&low| Bits::from_limbs(&[low, 3], 66)).collect()
}

const ARITHMETIC: &[(&str, Hardware, Model)] = &[
    ("add", |_, o| &o.a + &o.b, |x| &x.a + &x.b),
    ("add_carry", |_, o| o.a.add_with_carry(&o.b, &o.bits[0]), |x| &x.a + &x.b + u8::from(x.bits[0])),
    ("subtract", |_, o| &o.a - &o.b, |x| &x.a - &x.b),
    ("multiply", |_, o| &o.a * &o.b, |x| &x.a * &x.b),
    ("square", |_, o| &o.a * &o.a, |x| &x.a * &x.a),
    ("negate", |_, o| -&o.a, |x| -&x.a),
    ("equal", |_, o| o.a.equals(&o.b), |x| (x.a == x.b).into()),
    ("differs", |_, o| o.a.differs(&o.b), |x| (x.a != x.b).into()),
    ("less", |_, o| o.a.less(&o.b), |x| (x.a < x.b).into()),
    ("less_equal", |_, o| o.a.less_equal(&o.b), |x| (x.a <= x.b).into()),
    ("less_same", |_, o| o.c.less(&o.a), |x| (x.c < x.a).into()),
    ("extend", |_, o| o.a.extend(o.a.width() + 70), |x| x.a.clone()),
    ("to_signed", |_, o| o.a.to_signed(), |x| x.a.clone()),
    ("shift_left", |_, o| o.a.shift_left(3), |x| &x.a << 3u32),
];

const PATTERNS: &[(&str, Hardware, Model)] = &[
    ("not", |_, o| !&o.a, |x| reread(ones(x.shape.width) - raw(&x.a, x.shape), x.shape)),
    ("and", |_, o| &o.a & &o.c, |x| &x.a & &x.c),
    ("or", |_, o| &o.a | &o.c, |x| &x.a | &x.c),
    ("xor", |_, o| &o.a ^ &o.c, |x| &x.a ^ &x.c),
    ("all", |_, o| o.a.all(), |x| (raw(&x.a, x.shape) == ones(x.shape.width)).into()),
    ("any", |_, o| o.a.any(), |x| (x.a != BigInt::ZERO).into()),
    ("parity", |_, o| o.a.parity(), |x| (ones_in(&x.a, x.shape) % 2).into()),
    ("popcount", |_, o| o.a.popcount(), |x| ones_in(&x.a, x.shape).into()),
    ("all_of_padded", |m, o| m.concat(&[&m.uint(0, 3), &o.a]).all(), |_| BigInt::ZERO),
    ("top_bit", |_, o| o.a.top_bit(), |x| raw(&x.a, x.shape) >> (x.shape.width - 1)),
    ("as_unsigned", |_, o| o.a.as_unsigned(), |x| raw(&x.a, x.shape)),
    ("as_signed", |_, o| o.a.as_signed(), |x| reread(x.a.clone(), sint(x.shape.width))),
    (
        "wrap",
        |_, o| o.a.wrap(half(o.a.width())),
        |x| reread(x.a.clone(), Shape { width: half(x.shape.width), ..x.shape }),
    ),
    (
        "truncate",
        |_, o| o.a.truncate(o.a.width() - half(o.a.width())),
        |x| &x.a >> (x.shape.width - half(x.shape.width)),
    ),
    (
        "saturate",
        |_, o| o.a.saturate(half(o.a.width())),
        |x| {
            let width = half(x.shape.width);
            let (low, high) = if x.shape.signed {
                (-(BigInt::from(1) << (width - 1)), ones(width - 1))
            } else {
                (BigInt::ZERO, ones(width))
            };
            x.a.clone().clamp(low, high)
        },
    ),
    (
        "concat",
        |m, o| m.concat(&[&o.a, &o.bits[0], &o.c]),
        |x| {
            let high = (raw(&x.a, x.shape) << 1u32) + u8::from(x.bits[0]);
            (high << x.shape.width) + raw(&x.c, x.shape)
        },
    ),
    (
        "slice_across",
        |m, o| {
            let width = o.a.width();
            m.concat(&[&o.a, &o.c]).slice(width - half(width), width)
        },
        |x| {
            let (width, whole) = (x.shape.width, (raw(&x.a, x.shape) << x.shape.width) + raw(&x.c, x.shape));
            (whole >> (width - half(width))) & ones(width)
        },
    ),
];

const CHOICES: &[(&str, Hardware, Model)] = &[
    ("mux", |_, o| o.bits[0].mux(&o.a, &o.c), |x| if x.bits[0] { x.a.clone() } else { x.c.clone() }),
    (
        "one_hot",
        |m, o| m.one_hot(&[(&o.bits[0], &o.a), (&o.bits[1], &o.c)]),
        |x| {
            let chosen = |bit: bool, value: &BigInt| if bit { value.clone() } else { BigInt::ZERO };
            chosen(x.bits[0], &x.a) | chosen(x.bits[1], &x.c)
        },
    ),
    (
        "select",
        |_, o| o.index.select(&[o.a.clone(), o.c.clone(), &o.a ^ &o.c]),
        |x| [x.a.clone(), x.c.clone(), &x.a ^ &x.c][x.index.min(2)].clone(),
    ),
    (
        "select_far",
        |_, o| o.a.as_unsigned().select(&[o.b.clone(), !&o.b]),
        |x| {
            if raw(&x.a, x.shape) == BigInt::ZERO { x.b.clone() } else { -&x.b - 1 }
        },
    ),
    (
        "table",
        |_, o| o.index.table(&entries(), uint(66)),
        |x| entries().get(x.index).map_or(BigInt::ZERO, |entry| number(entry, false)),
    ),
];

fn designed(a: Shape, b: Shape) -> Design {
    let m = ModuleBuilder::new("operators", "Every operator.");
    let operands = Operands {
        a: m.input("a", a),
        c: m.input("c", a),
        b: m.input("b", b),
        bits: [m.input("first", uint(1)), m.input("second", uint(1))],
        index: m.input("index", uint(2)),
    };
    for (name, hardware, _) in operators(b) {
        m.output(&format!("{name}_result"), &hardware(&m, &operands));
    }
    Design::new(m.finish()).expect("a legal design")
}

/// `select_far` inverts a number of shape `b`, which is minus one minus it only where it is signed.
fn operators(b: Shape) -> impl Iterator<Item = &'static (&'static str, Hardware, Model)> {
    let all = ARITHMETIC.iter().chain(PATTERNS).chain(CHOICES);
    all.filter(move |operator| b.signed || operator.0 != "select_far")
}

fn compare(evaluator: &mut Evaluator, shapes: (Shape, Shape), case: &Case) {
    let (a, b) = shapes;
    let mut set = |port: &str, value: Bits| evaluator.set(port, &value).expect("a port");
    set("a", pattern(&case.a, a.width));
    set("c", pattern(&case.c, a.width));
    set("b", pattern(&case.b, b.width));
    set("first", Bits::from_u64(case.bits[0].into(), 1));
    set("second", Bits::from_u64(case.bits[1].into(), 1));
    set("index", Bits::from_u64(case.index as u64, 2));
    let results: Vec<(String, Shape)> = evaluator.outputs().map(|(name, shape)| (name.to_string(), shape)).collect();
    for ((name, _, model), (port, shape)) in operators(b).zip(results) {
        let found = evaluator.get(&port).expect("a port");
        let (found, expected) = (number(&found, shape.signed), model(case));
        assert_eq!(found, expected, "{name} of a = {}, c = {}, b = {} ({a}, {b})", case.a, case.c, case.b);
    }
}

#[test]
fn operators_agree_exhaustively_on_small_widths() {
    for signed in [false, true] {
        for (a, b) in (1..=4).flat_map(|a| (1..=4).map(move |b| (a, b))) {
            let shapes = (Shape { width: a, signed }, Shape { width: b, signed });
            let mut evaluator = Evaluator::new(&designed(shapes.0, shapes.1));
            for word in 0..1u64 << (a + b) {
                let value = |bits: u64, shape: Shape| number(&Bits::from_u64(bits, shape.width), shape.signed);
                let case = Case {
                    a: value(word, shapes.0),
                    c: value((word * 7) >> 2, shapes.0),
                    b: value(word >> a, shapes.1),
                    bits: [word & 1 == 1, word >> 2 & 1 == 1],
                    index: word as usize % 4,
                    shape: shapes.0,
                };
                compare(&mut evaluator, shapes, &case);
            }
        }
    }
}

/// Random bits, or a corner: all zeros, all ones, or the top bit alone.
fn value_of(width: u32) -> impl Strategy<Value = Bits> {
    prop_oneof![
        4 => prop::collection::vec(any::<u64>(), width.div_ceil(64) as usize).prop_map(move |limbs| Bits::from_limbs(&limbs, width)),
        1 => Just(Bits::zero(width)),
        1 => Just(Bits::from_i128(-1, width)),
        1 => Just(Bits::from_u64(1, 1)).prop_map(move |one| {
            let mut top = Bits::zero(width);
            top.splice(width - 1, &one);
            top
        }),
    ]
}

fn width() -> impl Strategy<Value = u32> {
    prop_oneof![3 => 1..300u32, 1 => 60..70u32, 1 => 124..132u32]
}

fn stimulus() -> impl Strategy<Value = (bool, Bits, Bits, Bits, [bool; 2], usize)> {
    (any::<bool>(), width(), width()).prop_flat_map(|(signed, a, b)| {
        (Just(signed), value_of(a), value_of(a), value_of(b), any::<[bool; 2]>(), 0..4usize)
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(400))]
    #[test]
    fn operators_agree_on_any_width((signed, a, c, b, bits, index) in stimulus()) {
        let shape = |value: &Bits| Shape { width: value.width(), signed };
        let shapes = (shape(&a), shape(&b));
        let case = Case {
            a: number(&a, signed), c: number(&c, signed), b: number(&b, signed), bits, index, shape: shapes.0,
        };
        compare(&mut Evaluator::new(&designed(shapes.0, shapes.1)), shapes, &case);
    }
}

#[test]
fn the_widest_product_is_exact() {
    let m = ModuleBuilder::new("product", "As wide as values may be.");
    let (a, b) = (m.input("a", sint(32_768)), m.input("b", sint(32_768)));
    m.output("product", &(&a * &b));
    let mut evaluator = Evaluator::new(&Design::new(m.finish()).expect("a legal design"));
    let (mut lowest, minus_one) = (Bits::zero(32_768), Bits::from_i128(-1, 32_768));
    lowest.set_bit(32_767, true);
    for (left, right) in [(&lowest, &lowest), (&lowest, &minus_one), (&minus_one, &minus_one)] {
        evaluator.set("a", left).expect("a port");
        evaluator.set("b", right).expect("a port");
        let product = evaluator.get("product").expect("a port");
        assert_eq!(number(&product, true), number(left, true) * number(right, true));
    }
}
