//! Loops, wires driven lane by lane, hierarchy, and chains through all of them.

use tritloom_hdl::{Bits, Design, Evaluator, Module, ModuleBuilder, sint, uint};

fn evaluator(m: ModuleBuilder) -> Evaluator {
    Evaluator::new(&Design::new(m.finish()).unwrap_or_else(|defects| panic!("{defects}")))
}

fn joined(lanes: &[u64], width: u32) -> Bits {
    Bits::join(&lanes.iter().map(|&lane| Bits::from_u64(lane, width)).collect::<Vec<_>>())
}

#[test]
fn nested_loops_index_lanes_by_row_and_column() {
    let m = ModuleBuilder::new("outer_product", "Each row times each column, plus the place.");
    let (rows, columns) = (m.input_lanes("rows", uint(8), 5, ""), m.input_lanes("columns", uint(8), 7, ""));
    let products = m.lanes("products", uint(17), 35);
    m.repeat("row", 5, |row| {
        let left = m.wire("left", &rows.lane(row));
        m.repeat("column", 7, |column| {
            let place = m.index(row * 7 + column, 16);
            products.drive(row * 7 + column, &(&(&left * &columns.lane(column)) + &place));
        });
    });
    m.output_lanes("products", &products, "");
    let mut evaluator = evaluator(m);
    let (left, right): (Vec<u64>, Vec<u64>) = ((1..6).map(|x| x * 41).collect(), (1..8).map(|x| x * 35).collect());
    evaluator.set("rows", &joined(&left, 8)).expect("an input");
    evaluator.set("columns", &joined(&right, 8)).expect("an input");
    let places = (0..35).map(|place| left[place / 7] * right[place % 7] + place as u64);
    assert_eq!(evaluator.get("products"), Ok(joined(&places.collect::<Vec<_>>(), 17)));
}

#[test]
fn a_chain_through_one_wire_is_ordered_lane_by_lane() {
    let m = ModuleBuilder::new("horner", "A polynomial by Horner's rule, high coefficients first.");
    let x = m.input("x", uint(32));
    let coefficients = m.input_lanes("coefficients", uint(32), 100, "");
    let partial = m.lanes("partial", uint(32), 101);
    partial.drive(0, &m.uint(0, 32));
    m.repeat("step", 100, |step| {
        let product = (&partial.lane(step) * &x).wrap(32);
        partial.drive(step + 1, &(&product + &coefficients.lane(step)).wrap(32));
    });
    m.output("y", &partial.lane(100));
    let mut evaluator = evaluator(m);
    let values: Vec<u64> = (0..100).map(|step| step * step + 1).collect();
    evaluator.set("x", &Bits::from_u64(12_345, 32)).expect("an input");
    evaluator.set("coefficients", &joined(&values, 32)).expect("an input");
    let expected = values.iter().fold(0u32, |sum, &value| sum.wrapping_mul(12_345).wrapping_add(value as u32));
    assert_eq!(evaluator.get("y"), Ok(Bits::from_u64(expected.into(), 32)));
}

fn full_adder() -> Module {
    let m = ModuleBuilder::new("full_adder", "Three bits become two.");
    let (a, b, carry) = (m.input("a", uint(1)), m.input("b", uint(1)), m.input("carry", uint(1)));
    m.output("sum", &(&(&a ^ &b) ^ &carry));
    m.output(
        "carry_out",
        &m.concat(&[&a, &b, &carry]).table(&[0, 0, 0, 1, 0, 1, 1, 1].map(|bit| Bits::from_u64(bit, 1)), uint(1)),
    );
    m.finish()
}

#[test]
fn a_chain_through_instances_in_a_loop_is_ordered_by_bits() {
    let m = ModuleBuilder::new("ripple_w90", "A ripple-carry adder.");
    let (a, b) = (m.input_lanes("a", uint(1), 90, ""), m.input_lanes("b", uint(1), 90, ""));
    let (carries, sum) = (m.lanes("carries", uint(1), 91), m.lanes("sum", uint(1), 90));
    carries.drive(0, &m.uint(0, 1));
    let cell = full_adder();
    m.repeat("place", 90, |bit| {
        let adder = m.instance("adder", &cell);
        adder.connect("a", &a.lane(bit)).connect("b", &b.lane(bit)).connect("carry", &carries.lane(bit));
        carries.drive(bit + 1, &adder.output("carry_out"));
        sum.drive(bit, &adder.output("sum"));
    });
    m.output("sum", &m.concat(&[&carries.lane(90), sum.flat()]));
    let mut evaluator = evaluator(m);
    for (left, right) in [(3, 5), ((1i128 << 90) - 1, 1), (0x1234_5678_9abc_def0_1234, 0x3ff_ffff_ffff_ffff_ffff_ffff)]
    {
        evaluator.set("a", &Bits::from_i128(left, 90)).expect("an input");
        evaluator.set("b", &Bits::from_i128(right, 90)).expect("an input");
        let expected = Bits::from_i128((left & ((1 << 90) - 1)) + (right & ((1 << 90) - 1)), 91);
        assert_eq!(evaluator.get("sum"), Ok(expected));
    }
}

#[test]
fn a_systolic_row_holds_state_in_every_instance_of_every_iteration() {
    let m = ModuleBuilder::new("element", "Adds what passes through.");
    let x = m.input("x", sint(8));
    let total = m.register("total", sint(16));
    total.next(&(&*total + &x).wrap(16));
    m.output("x_out", &m.delay("passed", &x, None));
    m.output("total", &total);
    let cell = m.finish();
    let m = ModuleBuilder::new("rows", "Two rows of three cells.");
    let x = m.input_lanes("x", sint(8), 2, "");
    let totals = m.lanes("totals", sint(16), 6);
    m.repeat("row", 2, |row| {
        let passing = m.lanes("passing", sint(8), 4);
        passing.drive(0, &x.lane(row));
        m.repeat("column", 3, |column| {
            let instance = m.instance("element", &cell);
            instance.connect("x", &passing.lane(column));
            passing.drive(column + 1, &instance.output("x_out"));
            totals.drive(row * 3 + column, &instance.output("total"));
        });
    });
    m.output_lanes("totals", &totals, "");
    let mut evaluator = evaluator(m);
    for cycle in 1..=5 {
        evaluator.set("x", &joined(&[cycle, 10 * cycle], 8)).expect("an input");
        evaluator.clock();
    }
    let expected = [15, 10, 6, 150, 100, 60];
    assert_eq!(evaluator.get("totals"), Ok(joined(&expected, 16)));
    let peeked = evaluator.register("row[1].column[2].element.total");
    assert_eq!(peeked.and_then(|bits| bits.to_u64()), Some(60));
    assert_eq!(evaluator.state().count(), 12);
}

#[test]
fn lanes_of_one_port_may_feed_each_other_from_outside() {
    let m = ModuleBuilder::new("inverter_pair", "Two independent inverters behind shared ports.");
    let x = m.input_lanes("x", uint(4), 2, "");
    m.output("low", &!&x.lane(0));
    m.output("high", &!&x.lane(1));
    let pair = m.finish();
    let m = ModuleBuilder::new("turned_back", "The second inverter inverts what the first gives, one cycle later.");
    let x = m.input("x", uint(4));
    let instance = m.instance("pair", &pair);
    let kept = m.register("kept", uint(4));
    instance.connect("x", &m.concat(&[&kept, &x]));
    kept.next(&instance.output("low"));
    m.output("y", &instance.output("high"));
    let mut evaluator = evaluator(m);
    evaluator.set("x", &Bits::from_u64(6, 4)).expect("an input");
    evaluator.clock();
    assert_eq!(evaluator.get("y"), Ok(Bits::from_u64(6, 4)));
}

#[test]
fn forward_wires_and_slices_across_lanes_resolve_to_their_bits() {
    let m = ModuleBuilder::new("mixed", "A wire read before it is driven, and cut across its lanes.");
    let x = m.input("x", uint(120));
    let ahead = m.forward("ahead", uint(121));
    let lanes = m.lanes("lanes", uint(40), 3);
    m.output("cut", &m.concat(&[&ahead.slice(30, 70), &lanes.flat().slice(35, 50)]));
    m.repeat("lane", 3, |lane| {
        let turned = x.lanes(uint(40), 3).lane(reversed(lane));
        lanes.drive(lane, &!&turned);
    });
    ahead.drive(&(&x + &m.uint(1, 1)));
    let mut evaluator = evaluator(m);
    let value = 0x00ab_cdef_0123_4567_89ab_cdef_0011_2233i128;
    let x = Bits::from_i128(value, 120);
    evaluator.set("x", &x).expect("an input");
    let inverted = Bits::from_i128(!value, 120);
    let turned = Bits::join(&[inverted.slice(80, 40), inverted.slice(40, 40), inverted.slice(0, 40)]);
    let sum = Bits::from_i128(x.to_i128().expect("fits") + 1, 121);
    assert_eq!(evaluator.get("cut"), Ok(Bits::join(&[turned.slice(35, 50), sum.slice(30, 70)])));
}

fn reversed(lane: tritloom_hdl::Index) -> tritloom_hdl::Affine {
    tritloom_hdl::Affine::from(2) - lane
}

#[test]
fn what_depends_on_constants_alone_costs_nothing() {
    let m = ModuleBuilder::new("constants", "A square of the index, computed once.");
    let x = m.input("x", uint(16));
    let sums = m.lanes("sums", uint(17), 64);
    m.repeat("lane", 64, |lane| {
        let square = (&m.index(lane, 6) * &m.index(lane, 6)).extend(16);
        sums.drive(lane, &(&x + &square));
    });
    m.output_lanes("sums", &sums, "");
    let mut evaluator = evaluator(m);
    assert_eq!(evaluator.operations(), 64 + 1, "the additions, and the gathering of the output");
    evaluator.set("x", &Bits::from_u64(1000, 16)).expect("an input");
    let sums: Vec<u64> = (0..64).map(|lane| 1000 + lane * lane).collect();
    assert_eq!(evaluator.get("sums"), Ok(joined(&sums, 17)));
}

#[test]
fn deep_logic_does_not_overflow_the_stack() {
    let m = ModuleBuilder::new("deep", "A hundred thousand additions, one after the other.");
    let x = m.input("x", uint(8));
    let sum = (0..100_000).fold(x.clone(), |sum, _| (&sum + &x).wrap(8));
    m.output("y", &sum);
    let mut evaluator = evaluator(m);
    evaluator.set("x", &Bits::from_u64(3, 8)).expect("an input");
    assert_eq!(evaluator.get("y"), Ok(Bits::from_u64(300_003 % 256, 8)));
}
