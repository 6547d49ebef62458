//! Bit heaps: their rows sum to what plain integers do, and their plans promise what the hardware holds.

#![expect(clippy::print_stdout, reason = "a failing test shows its seed")]

mod common;
#[path = "common/digit_multiplier.rs"]
mod digit_multiplier;
#[path = "common/reduced_product.rs"]
mod reduced_product;

use common::heaps::{Sum, compressions};
use common::{alone, paths};
use rand::{Rng, SeedableRng};
use rand_chacha::ChaCha8Rng;
use reduced_product::{Rows, reductions, ways};
use tritloom_datapath::arith::adder::{CarryOut, FinalAdder};
use tritloom_datapath::arith::bit_heap::{
    BitHeap, Blocks, Carries, Compression, Counter, Operands, Order, Origin, PartialSum, Plan, Profile,
};
use tritloom_hdl::{Bits, Census, Design, Evaluator, ModuleBuilder, Primitive, sint, uint};

const ADDERS: [FinalAdder; 6] = [
    FinalAdder::Synthesiser,
    FinalAdder::Ripple,
    FinalAdder::Sklansky,
    FinalAdder::BrentKung,
    FinalAdder::KoggeStone,
    FinalAdder::CarrySelect { block: 3 },
];

/// The compressed heap, its rows and their sum by every final adder.
fn all_sums(sum: &Sum, compression: &Compression) -> Design {
    let m = ModuleBuilder::new("sums", "The rows of a heap and their sums.");
    let (word, carries) = sum.heap(&m).reduce(&m, "heap", compression);
    let rows = match sum.carries {
        Carries::Everywhere | Carries::Below(_) => (word, carries.extend(sum.width)),
        apart @ Carries::Apart { .. } => {
            let instance = m.instance("words", &apart.two_words(sum.width));
            instance.connect("sum", &m.concat(&[&carries, &word]));
            let words = instance.output("words");
            (words.slice(0, sum.width), words.slice(sum.width, sum.width))
        }
    };
    m.output("row0", &rows.0);
    m.output("row1", &rows.1);
    let zero = m.uint(0, 1);
    for (number, adder) in ADDERS.iter().enumerate() {
        let name = format!("adder{number}");
        m.output(&format!("sum{number}"), &adder.add(&m, &name, (&rows.0, &rows.1), &zero, CarryOut::Dropped));
    }
    Design::new(m.finish()).unwrap_or_else(|defects| panic!("{sum:?} {compression:?}\n{defects}"))
}

/// The heap's rows and nothing else.
fn rows(sum: &Sum, compression: &Compression) -> (Design, Plan) {
    let m = ModuleBuilder::new("rows", "The rows of a heap.");
    let heap = sum.heap(&m);
    let rows = heap.reduce(&m, "heap", compression);
    m.output("row0", &rows.0);
    m.output("row1", &rows.1);
    (alone(&m.finish()), heap.plan(compression))
}

/// Sets the terms and gives every sum.
fn check(sum: &Sum, evaluator: &mut Evaluator, patterns: &[Bits], compression: &Compression) {
    for (number, pattern) in patterns.iter().enumerate() {
        evaluator.set(&format!("t{number}"), pattern).expect("a term");
    }
    let expected = sum.value(patterns);
    for (number, adder) in ADDERS.iter().enumerate() {
        let found = evaluator.get(&format!("sum{number}")).expect("a sum");
        assert_eq!(found, expected, "{sum:?}\n{compression:?} {adder:?}\n{patterns:?}");
    }
}

#[test]
fn small_heaps_are_right_for_every_input() {
    let mut random = ChaCha8Rng::seed_from_u64(41);
    for compression in compressions() {
        let drawn = std::iter::repeat_with(|| Sum::random(random.random_range(1..=7), 9, 4, &mut random));
        for sum in drawn.filter(|sum| (6..=10).contains(&sum.input_bits())).take(5) {
            let mut evaluator = Evaluator::new(&all_sums(&sum, &compression));
            (0..1 << sum.input_bits())
                .for_each(|number| check(&sum, &mut evaluator, &sum.patterns(number), &compression));
        }
    }
}

#[test]
fn columns_of_bits_are_right_for_every_input() {
    for height in 1..=8 {
        let bit = |shift| common::heaps::Term { shape: uint(1), shift, arrival: 0 };
        let sum = Sum { width: 5, terms: vec![bit(1); height], constant: 2, carries: Carries::Everywhere };
        for compression in compressions() {
            let mut evaluator = Evaluator::new(&all_sums(&sum, &compression));
            (0..1 << height).for_each(|number| check(&sum, &mut evaluator, &sum.patterns(number), &compression));
        }
    }
}

#[test]
fn large_heaps_are_right_for_random_inputs() {
    let seed = 42;
    println!("seed {seed}");
    let mut random = ChaCha8Rng::seed_from_u64(seed);
    for compression in compressions() {
        for (width, terms) in [(48, 64), (48, 20), (20, 64), (30, 5)] {
            let sum = Sum::random(random.random_range(width / 2..=width), terms, 24, &mut random);
            let mut evaluator = Evaluator::new(&all_sums(&sum, &compression));
            for _ in 0..20 {
                let patterns = sum.random_patterns(&mut random);
                check(&sum, &mut evaluator, &patterns, &compression);
            }
        }
        let sum = Sum::multiplier(8);
        let mut evaluator = Evaluator::new(&all_sums(&sum, &compression));
        (0..20).for_each(|_| check(&sum, &mut evaluator, &sum.random_patterns(&mut random), &compression));
    }
}

#[test]
fn every_product_of_two_bytes_is_its_reduced_rows() {
    for compression in reductions() {
        for (rows, carries) in ways(8) {
            let mut evaluator = Evaluator::new(&alone(&rows.multiplier(8, &compression, carries)));
            let [w_port, x_port] = ["weight", "activation"].map(|port| evaluator.input(port).expect("an input"));
            let product_port = evaluator.output("product").expect("an output");
            let value = |pattern: u64| match rows {
                Rows::OfBits => pattern as i64,
                Rows::OfDigits => (pattern as i8).into(),
            };
            for w in 0..256 {
                evaluator.write(w_port, &[w]);
                for x in 0..256 {
                    evaluator.write(x_port, &[x]);
                    let expected = (value(w) * value(x)) as u64 & 0xffff;
                    assert_eq!(
                        evaluator.read(product_port),
                        [expected],
                        "{w} * {x}, {rows:?}\n{compression:?} {carries:?}"
                    );
                }
            }
        }
    }
}

/// Far wider than what blocks leave: a carry that they lost would show.
const WIDE: u32 = 40;

/// Words of so many bits and a carry in each lane, in blocks: of all the sum, once for each shift.
fn sums_of_blocks(lanes: u32, bits: u32, shifts: &[u32], compression: &Compression) -> (Design, Census) {
    let blocks = Blocks::of(shifts.len() as u32, lanes, compression.order);
    assert!(blocks.count > 0 && blocks.all_lanes() <= lanes, "{blocks:?} of {lanes} lanes");
    let of_block = ModuleBuilder::new("of_block", "The sum of a block.");
    let words = of_block.input_lanes("words", sint(bits), blocks.lanes, "");
    let carries = of_block.input_lanes("owed", uint(1), blocks.lanes, "");
    let mut heap = BitHeap::new(PartialSum::bits((0..blocks.lanes).map(|_| (0, bits))));
    for lane in 0..blocks.lanes {
        heap.add_biased(&words.lane(lane), 0, 3);
        heap.add_bit(&carries.lane(lane), 0, 0);
    }
    let sum = PartialSum::new(heap.profile(), compression);
    let module = sum.finish(of_block, &heap);

    let m = ModuleBuilder::new("sums", "All blocks, and what is left over.");
    let words = m.input_lanes("words", sint(bits), lanes, "");
    let carries = m.input_lanes("carries", uint(1), lanes, "");
    let [of_words, of_carries] = [&words, &carries].map(|lanes| blocks.shared_out(lanes));
    let mut heap = BitHeap::new(WIDE);
    blocks.join(&m, (&sum, &module), ("shift", shifts), &mut heap, |block, _, number| {
        block.connect("words", &of_words.lane(number)).connect("owed", &of_carries.lane(number));
    });
    let mut census = sum.census();
    (1..blocks.count * shifts.len() as u32).for_each(|_| census.add_census(&sum.census(), 1));
    for lane in blocks.all_lanes()..lanes {
        for &shift in shifts {
            heap.add_signed(&words.lane(lane), shift, 3);
            heap.add_bit(&carries.lane(lane), shift, 0);
        }
    }
    census.add_census(&heap.plan(compression).census(), 1);
    let rows = heap.reduce(&m, "heap", compression);
    m.output("row0", &rows.0);
    m.output("row1", &rows.1);
    (alone(&m.finish()), census)
}

#[test]
fn sums_of_blocks_are_exact_at_their_extremes_and_between() {
    let seed = 47;
    println!("seed {seed}");
    let mut random = ChaCha8Rng::seed_from_u64(seed);
    for compression in compressions() {
        for (lanes, bits, shifts) in
            [(32, 5, vec![0, 2, 4]), (37, 9, vec![0, 3]), (64, 1, vec![0, 1]), (131, 4, vec![2]), (65, 9, vec![0, 2])]
        {
            let (design, census) = sums_of_blocks(lanes, bits, &shifts, &compression);
            let (counted, formula) = (design.census().bits(), census.bits());
            // Equal bits of two sums can meet in equal gates.
            let agree = if shifts.len() > 1 { counted <= formula } else { counted == formula };
            assert!(agree, "{lanes} lanes, {compression:?}: {counted} bits of {formula}");
            let mut evaluator = Evaluator::new(&design);
            let (least, most) = (-(1_i64 << (bits - 1)), (1_i64 << (bits - 1)) - 1);
            let mut cases = vec![vec![(least, 0); lanes as usize], vec![(most, 1); lanes as usize]];
            cases.extend((0..10).map(|_| {
                (0..lanes).map(|_| (random.random_range(least..=most), random.random_range(0..=1))).collect()
            }));
            for case in cases {
                let word = |value: i64| Bits::from_u64(value as u64 & ((1 << bits) - 1), bits);
                let words: Vec<Bits> = case.iter().map(|&(value, _)| word(value)).collect();
                let carries: Vec<Bits> = case.iter().map(|&(_, carry)| Bits::from_u64(carry as u64, 1)).collect();
                evaluator.set("words", &Bits::join(&words)).expect("words");
                evaluator.set("carries", &Bits::join(&carries)).expect("carries");
                let total: i64 = case.iter().map(|&(value, carry)| value + carry).sum();
                let expected: i64 = shifts.iter().map(|shift| total << shift).sum();
                let mut row = |name: &str| evaluator.get(name).expect("a row").to_u64().expect("64 bits") as i64;
                let found = row("row0") + row("row1");
                assert_eq!(
                    (found - expected) % (1 << WIDE),
                    0,
                    "{lanes} lanes of {bits} bits, {shifts:?}, {compression:?}"
                );
            }
        }
    }
}

/// Random sums with every compression, and the hardware and plan of each.
fn each_random(seed: u64, count: usize, mut test: impl FnMut(&Sum, &Compression, &Design, &Plan)) {
    println!("seed {seed}");
    let mut random = ChaCha8Rng::seed_from_u64(seed);
    for _ in 0..count {
        let (width, terms) = (random.random_range(1..=32), random.random_range(1..=24));
        let sum = Sum::random(width, terms, 16, &mut random);
        for compression in compressions() {
            let (design, plan) = rows(&sum, &compression);
            test(&sum, &compression, &design, &plan);
        }
    }
}

#[test]
fn the_census_of_a_plan_is_what_its_hardware_holds() {
    each_random(43, 60, |sum, compression, design, plan| {
        assert_eq!(plan.census(), design.census(), "{sum:?}\n{compression:?}");
    });
}

#[test]
fn the_arrival_of_a_plan_is_the_longest_way_through_its_gates() {
    each_random(44, 60, |sum, compression, design, plan| {
        let arrivals: Vec<u32> = sum.terms.iter().map(|term| term.arrival).collect();
        let variable = |id: &_| plan.bit(*id).origin != Origin::One;
        let has_bits = plan.rows.iter().flatten().any(variable);
        let expected = has_bits.then(|| plan.arrival());
        assert_eq!(paths::arrival(design.top(), &arrivals), expected, "{sum:?}\n{compression:?}");
    });
}

#[test]
fn no_more_is_left_in_a_column_than_its_sum_and_its_carries() {
    each_random(45, 40, |sum, compression, _, plan| {
        let fits = |(column, bits): (u32, &Vec<_>)| bits.len() as u32 <= 1 + sum.carries.of_column(column);
        assert!((0..).zip(&plan.rows).all(fits), "{sum:?}\n{compression:?}");
    });
}

#[test]
fn carries_apart_cost_no_time_where_products_are_longer_than_the_way_between() {
    let add = |carries: Carries| {
        let mut profile = Profile::new(32);
        (0..4).for_each(|digit| profile.add_signed(9, 2 * digit, 3));
        profile.add_unsigned(32, 0, 1);
        carries.columns(32).for_each(|column| profile.add_bit(column, 1));
        profile.leave(carries);
        Plan::new(&profile, &Compression::full_and_half_adders(Order::Arrival))
    };
    let (everywhere, apart) = (add(Carries::Everywhere), Carries::Apart { from: 15, spacing: 8 });
    let gates = |plan: &Plan| plan.census().get(Primitive::AndOr).count + plan.census().get(Primitive::Xor).count;
    assert_eq!(apart.count(32), 21);
    assert!(add(apart).arrival() <= everywhere.arrival());
    assert!(gates(&add(apart)) < gates(&everywhere));
}

#[test]
fn stages_of_full_and_half_adders_are_no_more_than_dadda_promises() {
    let mut random = ChaCha8Rng::seed_from_u64(46);
    for _ in 0..300 {
        let width = random.random_range(1..=40);
        let sum = Sum::random(width, 64, 20, &mut random).in_two_rows();
        let m = ModuleBuilder::new("heights", "Never finished.");
        let heap = sum.heap(&m);
        let profile = heap.profile();
        let heights =
            profile.columns().iter().zip(profile.constant()).map(|(bits, &one)| bits.len() + usize::from(one));
        let (mut target, mut promised) = (2, 0);
        let height = heights.max().unwrap_or(0);
        while target < height {
            target = target * 3 / 2;
            promised += 1;
        }
        for order in [Order::Dadda, Order::Wallace] {
            let plan = heap.plan(&Compression::full_and_half_adders(order));
            assert!(plan.stages() <= promised, "{sum:?} {order:?}: {} stages, height {height}", plan.stages());
        }
    }
}

/// How many bits a column holds when a stage is over.
fn height(plan: &Plan, column: u32, stage: u32) -> usize {
    let made = plan.bits.iter().filter(|bit| bit.column == column && bit.stage <= stage).count();
    let added = plan.adders.iter().filter(|adder| adder.column == column && adder.stage <= stage);
    let taken = added.map(|adder| match adder.operands {
        Operands::Three(_) | Operands::TwoAndOne(_) => 3,
        Operands::Two(_) | Operands::BitAndOne(_) => 2,
    });
    made - taken.sum::<usize>()
}

#[test]
fn dadda_takes_no_more_off_a_column_than_its_target_asks() {
    let mut random = ChaCha8Rng::seed_from_u64(48);
    for _ in 0..100 {
        let sum = Sum::random(24, 40, 16, &mut random).in_two_rows();
        let heap = sum.heap(&ModuleBuilder::new("heights", "Never finished."));
        for (larger, targets) in
            [(Counter::FullAdder, &[2, 3, 4, 6, 9, 13, 19, 28][..]), (Counter::FourTwo, &[2, 4, 8, 16, 32])]
        {
            let counters = vec![Counter::HalfAdder, larger];
            let plan = heap.plan(&Compression { counters, order: Order::Dadda });
            for stage in 1..=plan.stages() {
                let before = (0..24).map(|column| height(&plan, column, stage - 1)).max().expect("columns");
                let target = *targets.iter().rfind(|&&target| target < before).expect("more than two rows");
                for adder in plan.adders.iter().filter(|adder| adder.stage == stage) {
                    let after = height(&plan, adder.column, stage);
                    // The sideways carries of a 4:2 may find no neighbour to take them.
                    let left_over = larger == Counter::FourTwo && after > target;
                    assert!(after == target || left_over, "{sum:?} {larger:?} {adder:?}: {after}, not {target}");
                }
            }
        }
    }
}

#[test]
fn four_two_counters_halve_the_rows_of_equal_words() {
    for (words, stages) in [(4, 1), (8, 2), (16, 3), (32, 4)] {
        let terms = vec![common::heaps::Term { shape: uint(16), shift: 0, arrival: 0 }; words];
        let heap = Sum { width: 20, terms, constant: 0, carries: Carries::Everywhere }
            .heap(&ModuleBuilder::new("words", "Never finished."));
        let counters = vec![Counter::FourTwo, Counter::HalfAdder];
        assert_eq!(heap.plan(&Compression { counters, order: Order::Dadda }).stages(), stages, "{words} words");
    }
}

#[test]
fn arrival_order_is_no_later_than_dadda_and_mostly_earlier() {
    let mut random = ChaCha8Rng::seed_from_u64(47);
    let (mut earlier, count) = (0, 200);
    for _ in 0..count {
        let mut sum = Sum::random(32, 40, 20, &mut random).in_two_rows();
        sum.terms.iter_mut().for_each(|term| term.arrival = random.random_range(0..24));
        let m = ModuleBuilder::new("arrivals", "Never finished.");
        let heap = sum.heap(&m);
        for counters in common::heaps::COUNTERS {
            let plan = |order| heap.plan(&Compression { counters: counters.to_vec(), order });
            let (greedy, dadda) = (plan(Order::Arrival).arrival(), plan(Order::Dadda).arrival());
            assert!(greedy <= dadda, "{sum:?} {counters:?}: {greedy} against {dadda}");
            earlier += usize::from(greedy < dadda);
        }
    }
    let all = count * common::heaps::COUNTERS.len();
    println!("{earlier} of {all} earlier than Dadda's");
    assert!(2 * earlier > all, "{earlier} of {all}");
}

#[test]
fn dadda_multipliers_have_the_adders_of_the_paper() {
    for bits in 3..=32 {
        let m = ModuleBuilder::new("multiplier", "Never finished.");
        let heap = Sum::multiplier(bits).heap(&m);
        let plan = heap.plan(&Compression::full_and_half_adders(Order::Dadda));
        let full = plan.adders.iter().filter(|adder| matches!(adder.operands, Operands::Three(_))).count() as u32;
        let half = plan.adders.len() as u32 - full;
        assert_eq!((full, half), (bits * bits + 3 - 4 * bits, bits - 1), "{bits} x {bits}");
    }
}

#[test]
fn counters_are_made_of_the_adders_that_they_promise() {
    for (counter, full, half) in
        [(Counter::FullAdder, 1, 0), (Counter::FourTwo, 1, 1), (Counter::SixThree, 3, 1), (Counter::SevenThree, 4, 0)]
    {
        let m = ModuleBuilder::new("column", "Never finished.");
        let mut heap = BitHeap::new(4);
        (0..counter.inputs()).for_each(|number| heap.add_bit(&m.input(&format!("t{number}"), uint(1)), 0, 0));
        let plan = heap.plan(&Compression { counters: vec![counter], order: Order::Wallace });
        let found = plan.adders.iter().filter(|adder| matches!(adder.operands, Operands::Three(_))).count();
        assert_eq!((found, plan.adders.len() - found, plan.stages()), (full, half, 1), "{counter:?}");
    }
}

#[test]
fn a_constant_costs_inverters_only() {
    let m = ModuleBuilder::new("constant", "Never finished.");
    let mut heap = BitHeap::new(12);
    ["a", "b"].into_iter().for_each(|name| heap.add_unsigned(&m.input(name, uint(12)), 0, 0));
    heap.add_constant(-1, 0);
    let census = heap.plan(&Compression::full_and_half_adders(Order::Dadda)).census();
    assert!(census.get(Primitive::Xor).count <= 12 && census.get(Primitive::AndOr).count <= 12, "{census:?}");
}

#[test]
fn a_sign_in_the_top_column_costs_nothing() {
    let m = ModuleBuilder::new("top_sign", "Never finished.");
    let mut heap = BitHeap::new(12);
    heap.add_signed(&m.input("a", sint(8)), 4, 0);
    assert_eq!(heap.plan(&Compression::full_and_half_adders(Order::Dadda)).census(), Census::default());
    assert!(heap.profile().constant().iter().all(|one| !one));
}

#[test]
fn a_bit_that_is_a_word_is_refused() {
    let m = ModuleBuilder::new("wide_bit", "Adds a word as if it were a bit.");
    let mut heap = BitHeap::new(4);
    heap.add_bit(&m.input("a", uint(3)), 0, 0);
    let rows = heap.reduce(&m, "heap", &Compression::full_and_half_adders(Order::Dadda));
    m.output("row0", &rows.0);
    m.output("row1", &rows.1);
    let defects = Design::new(m.finish()).expect_err("three bits are no bit");
    assert!(defects.to_string().contains("1 lanes of"), "{defects}");
}
