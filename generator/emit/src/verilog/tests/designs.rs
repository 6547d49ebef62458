//! Small designs, one for each topic; together they use every kind of node and item.

use tritloom_hdl::{Bits, Design, MAXIMUM_WIDTH, Module, ModuleBuilder, sint, uint};

/// A checked design, or the test ends with its defects.
pub fn checked(module: Module) -> Design {
    match Design::new(module) {
        Ok(design) => design,
        Err(defects) => panic!("{defects}"),
    }
}

pub fn ports() -> Module {
    let m = ModuleBuilder::new(
        "ports_w8",
        "Ports of every form, passed on.\n\nThe second paragraph is long enough that it must be wrapped to stay \
         within the hundred columns of a line of text.",
    );
    m.parameter("width", 8);
    m.parameter("number_of_lanes", 4);
    let flag = m.documented_input("flag", uint(1), "One bit");
    let small = m.documented_input("one_signed", sint(1), "One signed bit");
    let byte = m.input("byte_value", sint(8));
    let lanes = m.input_lanes(
        "lanes",
        uint(8),
        4,
        "Four lanes with a remark that is so long that it cannot stand behind the declaration of the port",
    );
    m.documented_output("flag_too", &flag, "");
    m.documented_output("one_signed_too", &small, "The signed bit");
    m.output("byte_too", &byte);
    m.output_lanes("lanes_too", &lanes, "The lanes");
    m.finish()
}

pub fn arithmetic() -> Module {
    let m = ModuleBuilder::new("arithmetic", "Every arithmetic operator, signed and not, and how they nest.");
    let (a, b, c) = (m.input("a", uint(8)), m.input("b", uint(6)), m.input("carry", uint(1)));
    let (s, t) = (m.input("s", sint(8)), m.input("t", sint(6)));
    m.section("Growing");
    m.comment("Named by the design.");
    let sum = m.wire("sum", &(&a + &b));
    let difference = m.wire("difference", &(&s - &t));
    m.wire("unsigned_difference", &(&a - &b));
    let product = m.wire("product", &(&s * &t));
    m.wire("carried", &a.add_with_carry(&b, &c));
    m.wire("signed_carried", &s.add_with_carry(&t, &c));
    m.section("Nested");
    m.output("nested", &((&sum + &a) - (&b + &b)));
    m.output("negated", &-&s);
    m.output("mixed", &((&difference + &m.sint(-3, 4)) * &product));
    m.output("least", &(&s - &m.sint(-128, 8)));
    m.output("wrapped", &(&a + &m.uint(1, 1)).wrap(8));
    m.output("chosen", &c.mux(&(&a + &m.uint(1, 8)).wrap(8), &m.uint(0, 8)));
    m.output("saturated", &(&s + &t).saturate(8));
    m.output("truncated", &(&s * &t).truncate(5));
    m.output("few_ones", &(&a ^ &b.extend(8)).slice(1, 5).popcount());
    m.output("many_ones", &m.concat(&[&a, &b, &s]).popcount());
    m.output("conditional_negative", &m.flip(&s, &c).add_with_carry(&m.sint(0, 1), &c));
    m.finish()
}

trait Flip {
    fn flip(&self, value: &tritloom_hdl::Value, by: &tritloom_hdl::Value) -> tritloom_hdl::Value;
}

impl Flip for ModuleBuilder {
    fn flip(&self, value: &tritloom_hdl::Value, by: &tritloom_hdl::Value) -> tritloom_hdl::Value {
        let copies: Vec<_> = (0..value.width()).map(|_| by).collect();
        value ^ self.concat(&copies).as_signed()
    }
}

pub fn logic() -> Module {
    let m = ModuleBuilder::new("logic_forms", "Bitwise operators, comparisons, reductions and choices.");
    let (a, b, s) = (m.input("a", uint(8)), m.input("b", uint(8)), m.input("s", sint(5)));
    let (x, y, z) = (m.input("x", uint(1)), m.input("y", uint(1)), m.input("z", uint(1)));
    m.output("masked", &(&(&a & &b) | (&a ^ !&b)));
    m.output("differ", &!(!&x ^ &y));
    m.output("agree", &!(!&x ^ !(&y ^ &z)));
    m.output("all_of", &(a.all() & b.any() & !s.parity()));
    m.output("order", &(a.less(&b.slice(0, 4)) | s.less_equal(&m.sint(-7, 4)) & x.differs(&y)));
    m.output("is_large", &m.sint(12, 6).less(&s));
    m.output("is_false", &b.slice(0, 4).equals(&m.uint(200, 8)));
    m.output("is_true", &m.sint(-16, 5).less_equal(&s));
    m.output("chain", &x.mux(&a, &y.mux(&b, &z.mux(&(&a & &b), &(&a | &b)))));
    m.output("hot", &m.one_hot(&[(&x, &a), (&y, &b), (&(&x & &z), &!&a)]));
    m.output("hot_bit", &m.one_hot(&[(&x, &y), (&z, &a.bit(3))]));
    let shared = &a.equals(&m.uint(3, 8)) & &z;
    m.output("first", &shared);
    m.output("second", &(&shared ^ &x));
    m.output("shifted", &s.shift_left(3));
    m.output("joined", &m.concat(&[&a.slice(2, 3), &s.top_bit(), &m.uint(2, 2), &b]));
    m.output("widened", &(s.extend(9) & s.slice(1, 3).as_signed().extend(9)));
    m.finish()
}

pub fn selects() -> Module {
    let m = ModuleBuilder::new("selects", "Selects among values, tables, and a single bit by index.");
    let (k, wide) = (m.input("k", uint(2)), m.input("wide", uint(8)));
    let values = m.input_lanes("values", sint(8), 4, "").iter();
    let picked = m.wire("picked", &k.select(&values));
    m.output("picked", &picked);
    m.output("three", &wide.select(&values[..3]));
    m.output("sum", &(k.select(&values[1..]) + &picked));
    m.output("one_bit", &wide.slice(0, 3).select(&(0..8).map(|at| wide.bit(at)).collect::<Vec<_>>()));
    let entries: Vec<Bits> = [0, 1, -1, -128, 127].into_iter().map(|value| Bits::from_i128(value, 8)).collect();
    m.output("entry", &wide.slice(2, 3).table(&entries, sint(8)));
    m.output(
        "squares",
        &(&k + &k).table(&(0..7).map(|value| Bits::from_u64(value * value, 6)).collect::<Vec<_>>(), uint(6)),
    );
    m.finish()
}

pub fn registers() -> Module {
    let m = ModuleBuilder::new("registers", "Registers with and without enable and reset, and a pipeline.");
    let (x, go, clear) = (m.input("x", sint(8)), m.input("go", uint(1)), m.input("clear", uint(1)));
    m.section("Control");
    let count = m.register("count", uint(4));
    let busy = m.register("busy", uint(1));
    count.reset(0).enable(&go);
    count.next(&(&*count + &m.uint(1, 4)).wrap(4));
    busy.reset(1);
    busy.next(&(&go | &*busy & !&count.equals(&m.uint(9, 4))));
    m.section("Datapath");
    let first = m.delay("first", &x, Some(&go));
    let second = m.delay("second", &first, Some(&go));
    let third = m.delay("third", &second, None);
    let accumulator = m.register("accumulator", sint(12));
    let sum = (&*accumulator + &third).wrap(12);
    accumulator.next(&clear.mux(&m.sint(0, 12), &sum));
    accumulator.enable(&busy);
    let pipeline = m.pipeline("delays", Some(&go));
    let staged = pipeline.stage(0, "staged", &(&x * &x));
    m.output("late", &staged.at(3));
    m.output("count", &count);
    m.output("accumulator", &accumulator);
    m.finish()
}

/// Of lengths that depend on no loop, one or two, with and without enable, read whole and in parts, around a loop.
pub fn delay_lines() -> Module {
    let m = ModuleBuilder::new("delay_lines", "Registers one behind the other.");
    let (x, s, go) = (m.input("x", uint(1)), m.input("s", sint(8)), m.input("go", uint(1)));
    let vector = m.input_lanes("vector", sint(8), 4, "");
    m.section("Of so many cycles");
    m.output("single", &m.delay_line("single", &s, 1, None));
    m.output("bit_of_three", &m.delay_line("three", &x, 3, Some(&go)));
    let five = m.delay_line("five", &(&s & &vector.lane(2)), 5, None);
    m.output("sum", &(&five + &s));
    m.output("picked", &five.slice(0, 3).select(&(0..8).map(|at| five.bit(at)).collect::<Vec<_>>()));
    m.delay_line("only_high", &s, 2, None).slice(5, 3);
    m.output("high", &m.delay_line("high", &(&s * &s), 2, Some(&(&x | &go))).slice(9, 7));
    m.section("Round");
    let round = m.forward("round", uint(4));
    let later = m.delay_line("later", &round, 2, Some(&go));
    round.drive(&(&later ^ &s.slice(0, 4)));
    m.output("later", &later);
    m.section("Of as many as the place in a loop");
    let (skewed, bits) = (m.lanes("skewed", sint(8), 4), m.lanes("bits", uint(1), 12));
    skewed.drive(0, &vector.lane(0));
    m.repeat("lane", 3, |lane| {
        let late = m.delay_line("late", &vector.lane(lane + 1), lane + 1, Some(&go));
        skewed.drive(lane + 1, &late);
        m.repeat("step", 4, |step| {
            let early =
                m.delay_line("early", &vector.lane(step).bit(3), tritloom_hdl::Affine::from(9) - lane * 2 - step, None);
            bits.drive(lane * 4 + step, &(&early & &late.less(&s)));
        });
    });
    m.output_lanes("skewed", &skewed, "");
    m.output_lanes("bits", &bits, "");
    m.finish()
}

pub fn memories() -> Module {
    let m = ModuleBuilder::new("memories_d12", "A RAM with two read ports, and a ROM.");
    let (write, read) = (m.input("write", uint(1)), m.input("read", uint(1)));
    let (address, data) = (m.input("address", uint(4)), m.input("data", sint(8)));
    let ram = m.memory("buffer", sint(8), 12);
    ram.write(&(&write & !&read), &address, &data);
    m.output("first", &ram.read("first", &read, &address));
    m.output("second", &ram.read("second", &m.uint(1, 1), &(&address ^ &m.uint(3, 4))));
    let words: Vec<Bits> = (0..5).map(|word| Bits::from_u64(word * 0x1234_5678_9abc, 70)).collect();
    let rom = m.rom("constants", uint(70), &words);
    m.output("constant", &rom.read("word", &read, &address.slice(0, 3)));
    let single = m.memory("single", uint(1), 1);
    single.write(&m.uint(1, 1), &write, &data.bit(0));
    m.output("single", &single.read("port", &read, &write));
    let lone = m.rom("lone", sint(4), &[Bits::from_i128(-8, 4)]);
    m.output("lone", &lone.read("word", &m.uint(1, 1), &write));
    m.finish()
}

pub fn multiply_add() -> Module {
    let m = ModuleBuilder::new("multiply_add_w4", "Adds a product to what comes in.");
    let (x, y) = (m.input("x", sint(4)), m.input("y", sint(4)));
    let sum = m.input("sum", sint(12));
    let total = m.wire("total", &(&x * &y).extend(12));
    m.output("total", &m.delay("sum", &(&sum + &total).wrap(12), None));
    m.output("is_zero", &!sum.any());
    m.finish()
}

pub fn lanes(lanes: u32) -> Module {
    let m = ModuleBuilder::new(format!("lanes_{lanes}"), "Lanes that do the same, and their chain.");
    let x = m.input_lanes("x", sint(8), lanes, "");
    let enables = m.input_lanes("enables", uint(1), lanes, "");
    let common = m.input("common", uint(6));
    let sums = m.lanes("sums", sint(9), lanes);
    let chain = m.lanes("chain", uint(1), lanes + 1);
    chain.drive(0, &common.bit(0));
    m.repeat("lane", lanes, |lane| {
        let index = m.index(lane, 10);
        let own = m.wire("own", &(index.wrap(6) ^ &common));
        let kept = m.register("kept", sint(8));
        kept.enable(&enables.lane(lane));
        kept.next(&x.lane(lane));
        sums.drive(lane, &(&*kept + &x.lane(lane)));
        chain.drive(lane + 1, &(chain.lane(lane) & own.any() | index.equals(&m.uint(2, 10))));
    });
    m.output_lanes("sums", &sums, "");
    m.output("last", &chain.lane(lanes));
    m.finish()
}

pub fn loops() -> Module {
    lanes(4)
}

pub fn nested_loops() -> Module {
    array(2, 3)
}

pub fn array(rows: u32, columns: u32) -> Module {
    let element = multiply_add();
    let m = ModuleBuilder::new(format!("array_{rows}x{columns}"), "A systolic array.");
    m.parameter("rows", rows);
    m.parameter("columns", columns);
    let x = m.input_lanes("x", sint(4), rows, "One value for each row");
    let y = m.input_lanes("y", sint(4), columns, "One value for each column");
    let sums = m.lanes("sums", sint(12), (rows + 1) * columns);
    let zeros = m.lanes("zeros", uint(1), rows * columns);
    m.repeat("top", columns, |top| sums.drive(top, &m.sint(0, 12)));
    m.repeat("row", rows, |row| {
        m.repeat("column", columns, |column| {
            let at = row * columns + column;
            let cell = m.instance("element", &element);
            cell.connect("x", &x.lane(row));
            cell.connect("y", &y.lane(column));
            cell.connect("sum", &sums.lane(at.clone()));
            sums.drive(at.clone() + columns, &cell.output("total"));
            zeros.drive(at, &cell.output("is_zero"));
        });
    });
    m.output("sums", &sums.flat().slice(12 * rows * columns, 12 * columns));
    m.output("any_zero", &zeros.flat().any());
    m.finish()
}

pub fn instances() -> Module {
    let (element, plain) = (multiply_add(), logic());
    let m = ModuleBuilder::new("instances", "Instances with open outputs, feedback and expressions at inputs.");
    let (a, b) = (m.input("a", sint(8)), m.input("b", uint(8)));
    let first = m.instance("first", &element);
    let second = m.instance("second", &element);
    first
        .connect("x", &a.slice(2, 4).as_signed())
        .connect("y", &b.slice(4, 4).as_signed())
        .connect("sum", &second.output("total"));
    second.connect("x", &(&a + &a).wrap(4)).connect("y", &m.sint(-3, 4)).connect("sum", &first.output("total"));
    let forms = m.instance("forms", &plain);
    for name in ["a", "b"] {
        forms.connect(name, &(!&b & &first.output("total").slice(3, 8)));
    }
    forms.connect("s", &a.truncate(3));
    for name in ["x", "y", "z"] {
        forms.connect(name, &first.output("is_zero"));
    }
    m.output("hot", &forms.output("hot"));
    m.finish()
}

pub fn not_all_read() -> Module {
    let m = ModuleBuilder::new("not_all_read", "What nothing reads, in every place.");
    let (x, y) = (m.input("x", uint(16)), m.input("nothing", sint(4)));
    let lanes = m.input_lanes("lanes", uint(4), 8, "");
    m.wire("doubled", &(&y + &y));
    m.delay("ignored", &x, None);
    let some = m.lanes("some", uint(4), 4);
    m.repeat("lane", 4, |lane| {
        let inner = m.wire("inner", &(lanes.lane(lane * 2) + lanes.lane(lane * 2)));
        some.drive(lane, &inner.slice(1, 4));
    });
    m.output("few", &m.concat(&[&x.slice(3, 2), &x.bit(9), &some.lane(2)]));
    m.finish()
}

pub fn long_lines() -> Module {
    let m = ModuleBuilder::new("long_lines", "Everything that does not fit a line.");
    let names: Vec<String> = (0..12).map(|n| format!("a_rather_long_name_for_input_number_{n}")).collect();
    let inputs: Vec<_> = names.iter().map(|name| m.input(name, uint(12))).collect();
    let references: Vec<_> = inputs.iter().collect();
    m.comment(&"A remark that goes on and on. ".repeat(8));
    m.output("all", &m.concat(&references));
    m.output("either", &inputs[1..].iter().fold(inputs[0].clone(), |sum, input| sum | input));
    let choice = inputs[2..6]
        .iter()
        .enumerate()
        .fold(inputs[0].clone(), |otherwise, (position, input)| inputs[1].bit(position as u32).mux(input, &otherwise));
    m.output("choice", &choice);
    m.output("compared", &m.concat(&references[..6]).less(&m.concat(&references[6..])));
    m.output("sum", &(&inputs[0] + &inputs[1]));
    m.output("an_input_that_is_repeated_in_an_output_of_a_long_name", &inputs[1].replicate(4));
    m.output("constant", &m.constant(Bits::from_limbs(&[0x0123_4567_89ab_cdef; 12], 700), false));
    m.output("ones", &m.constant(Bits::from_limbs(&[u64::MAX; 12], 700), false));
    m.finish()
}

/// Every operator at one width, and at two widths that differ.
pub fn widths(width: u32) -> Module {
    let m = ModuleBuilder::new(format!("widths_{width}"), "Every operator at one width.");
    let (a, b, s, t) =
        (m.input("a", uint(width)), m.input("b", uint(width)), m.input("s", sint(width)), m.input("t", sint(width)));
    let (bit, index) = (m.input("one", uint(1)), m.input("index", uint(2)));
    let narrow = m.input("narrow", sint(width.div_ceil(2)));
    m.output("sum", &(&a + &b));
    m.output("signed_sum", &(&s + &narrow));
    m.output("carried", &s.add_with_carry(&t, &bit));
    m.output("difference", &(&a - &b));
    m.output("negative", &-&s);
    m.output("count", &a.popcount());
    m.output("bits", &(&(&a & &b) ^ &!(&a | &b)));
    m.output("reduced", &(&a.all() | &s.any() | b.parity()));
    m.output("order", &(s.less(&narrow) ^ a.less_equal(&b) ^ narrow.equals(&t) ^ a.differs(&b)));
    m.output("order_of_constants", &(s.less(&m.sint(-1, 2)) ^ b.less_equal(&m.uint(1, 1)) ^ m.sint(0, 1).less(&t)));
    m.output("chosen", &bit.mux(&s, &narrow.extend(width)));
    m.output("selected", &index.select(&[s.clone(), t.clone(), &s ^ &t]));
    m.output("hot", &m.one_hot(&[(&bit, &a), (&index.bit(0), &b)]));
    m.output("wrapped", &(&s - &narrow).wrap(width));
    m.output("stored", &m.delay("stored", &t, Some(&bit)));
    let entries: Vec<Bits> = [0, 1, -1, i128::MAX].map(|value| Bits::from_i128(value, width)).to_vec();
    m.output("entry", &index.table(&entries, sint(width)));
    if width <= MAXIMUM_WIDTH / 2 {
        m.output("product", &(&s * &narrow));
        m.output("shifted", &t.shift_left(width));
    }
    m.finish()
}

/// Values that tools find to be constant, in comparisons and as indices, and bits that depend on constants alone.
pub fn constants() -> Module {
    let m = ModuleBuilder::new("constants", "Constants that only elaboration knows.");
    let (x, y) = (m.input("x", uint(3)), m.input("y", sint(4)));
    let zero = m.wire("zero", &m.uint(0, 3));
    let all = m.lanes("all", uint(6), 8);
    m.repeat("lane", 8, |lane| {
        let index = m.index(lane, 3);
        let masked = &(&x & &index) + &zero;
        let entries: Vec<Bits> = (0..8).map(|value| Bits::from_u64(value * 3, 5)).collect();
        let bits = [
            x.less(&index),
            index.less_equal(&x),
            masked.less_equal(&x),
            index.to_signed().less(&y),
            x.less(&zero),
            index.table(&entries, uint(5)).bit(2) ^ m.concat(&[&index.bit(0), &x]).slice(0, 2).any(),
        ];
        all.drive(lane, &m.concat(&bits.each_ref()));
    });
    m.output_lanes("all", &all, "");
    m.finish()
}

/// Wires that depend on their own lower lanes, in a loop and through an instance, wide lanes and narrow ones.
pub fn chains() -> Module {
    let step = {
        let m = ModuleBuilder::new("step_w8", "One step.");
        let (x, y) = (m.input("x", uint(8)), m.input("y", uint(8)));
        m.output("next", &(&x ^ &(&y + &x).wrap(8)));
        m.finish()
    };
    let m = ModuleBuilder::new("chains", "Chains of combinational logic through lanes.");
    let (x, seed) = (m.input_lanes("x", uint(8), 8, ""), m.input("seed", uint(8)));
    let ends = m.lanes("ends", uint(8), 2);
    m.repeat("row", 2, |row| {
        let chain = m.lanes("chain", uint(8), 5);
        chain.drive(0, &seed);
        m.repeat("step", 4, |step_index| {
            let one = m.instance("one", &step);
            one.connect("x", &chain.lane(step_index)).connect("y", &x.lane(row * 4 + step_index));
            chain.drive(step_index + 1, &one.output("next"));
        });
        ends.drive(row, &chain.lane(4));
    });
    let halves = m.lanes("halves", uint(4), 6);
    halves.drive(0, &seed.slice(0, 4));
    m.repeat("half", 5, |half| {
        let lower = halves.flat().lanes(uint(2), 12).lane(half * 2);
        halves.drive(half + 1, &m.concat(&[&lower, &halves.lane(half).slice(1, 2)]));
    });
    m.output_lanes("ends", &ends, "");
    m.output("halves", halves.flat());
    m.finish()
}

/// Names that the text would make of expressions and places, but that the design has given to something else.
pub fn collisions() -> Module {
    let acceptor = {
        let m = ModuleBuilder::new("acceptor", "Its output makes a keyword of its instance's name.");
        m.output("on", &!m.input("x", uint(1)));
        m.finish()
    };
    let m = ModuleBuilder::new("collisions", "Names that meet.");
    let (a, b) = (m.input("a", uint(16)), m.input("b", uint(16)));
    m.wire("a_plus_b", &(&a ^ &b));
    m.wire("position", &a.bit(0));
    m.wire("value", &b.bit(0));
    let a_wire = m.wire("a", &(&a & &b));
    let chain = m.lanes("chain", uint(1), 4);
    chain.drive(0, &a.bit(3));
    m.repeat("unit", 3, |unit| chain.drive(unit + 1, &!chain.lane(unit)));
    let accept = m.instance("accept", &acceptor);
    accept.connect("x", &chain.lane(3));
    m.output("twice", &(&(&a + &b) + &(&a + &b)));
    m.output("alike", &((&a_wire + &b).popcount() + (&a.extend(17) + &b.extend(17)).popcount()));
    m.output("on", &(accept.output("on") & a.any()));
    m.finish()
}

/// Every topic, by name.
pub fn all() -> Vec<(&'static str, Module)> {
    vec![
        ("ports", ports()),
        ("arithmetic", arithmetic()),
        ("logic", logic()),
        ("selects", selects()),
        ("registers", registers()),
        ("delay_lines", delay_lines()),
        ("memories", memories()),
        ("loops", loops()),
        ("nested_loops", nested_loops()),
        ("instances", instances()),
        ("not_all_read", not_all_read()),
        ("long_lines", long_lines()),
        ("widths", widths(65)),
        ("constants", constants()),
        ("chains", chains()),
        ("collisions", collisions()),
    ]
}
