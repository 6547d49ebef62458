//! The next digit that is worth a cycle, and the leading one.

use super::{Bench, SETS, digit_value, packed_digits};
use tritloom_datapath::arith::recode::leading_one::leading_one;
use tritloom_datapath::arith::recode::pending::{Order, next_pending, selected};
use tritloom_datapath::arith::recode::{Digit, DigitSet};
use tritloom_hdl::{Bits, Module, ModuleBuilder, Random, uint};

#[test]
fn every_set_of_pending_digits_gives_its_next_one() {
    for (count, order) in (2..=8).flat_map(|count| [Order::LowestFirst, Order::HighestFirst].map(|it| (count, it))) {
        let mut bench = Bench::new(next_pending(order, count));
        for pending in 0..1u64 << count {
            bench.set("pending", pending as i64);
            let mut ones = (0..count).filter(|place| pending >> place & 1 == 1);
            let next = if order == Order::LowestFirst { ones.next() } else { ones.next_back() };
            let select = next.map_or(0, |place| 1 << place);
            let expected = [select, next.unwrap_or(0).into(), pending - select, u64::from(pending != 0)];
            let found = ["select", "index", "remaining", "any"].map(|port| bench.number(port));
            assert_eq!(found, expected, "{pending:b} of {count}, {order:?}");
        }
    }
}

/// A group of packed digits, of which those that are not zero are reported and one is picked.
fn group(set: DigitSet, count: u32) -> Module {
    let m = ModuleBuilder::new("digit_group", "Which digits of a group are not zero, and one of them.");
    let digits = m.input_lanes("digits", uint(set.bits()), count, "");
    let select = m.input("select", uint(count));
    let non_zero = m.lanes("non_zero", uint(1), count);
    m.repeat("digit", count, |place| {
        non_zero.drive(place, &Digit::unpack(set, &digits.lane(place)).non_zero(&m));
    });
    m.output_lanes("non_zero", &non_zero, "");
    m.output("digit", &selected(&m, set, &select, &digits).pack(&m));
    m.finish()
}

#[test]
fn passing_the_pending_digits_passes_all_but_the_zeros() {
    let seed = 5404;
    println!("seed {seed}");
    let mut random = Random::new(seed);
    for (set, order) in SETS.into_iter().flat_map(|set| [Order::LowestFirst, Order::HighestFirst].map(|it| (set, it))) {
        let (mut digits, mut next) = (Bench::new(group(set, 4)), Bench::new(next_pending(order, 4)));
        let all = packed_digits(set);
        for _ in 0..200 {
            let group: Vec<Bits> = (0..4).map(|_| all[random.below(all.len() as u32) as usize].clone()).collect();
            let values: Vec<i64> = group.iter().map(|packed| digit_value(set, packed)).collect();
            digits.evaluator.set("digits", &Bits::join(&group)).expect("as wide as the port");
            next.set("pending", digits.number("non_zero") as i64);
            let mut passed = vec![];
            while next.number("any") == 1 {
                digits.set("select", next.number("select") as i64);
                let digit = digit_value(set, &digits.get("digit"));
                assert_eq!(digit, values[next.number("index") as usize]);
                passed.push(digit);
                let remaining = next.number("remaining");
                next.set("pending", remaining as i64);
            }
            let mut expected: Vec<i64> = values.into_iter().filter(|&digit| digit != 0).collect();
            if order == Order::HighestFirst {
                expected.reverse();
            }
            assert_eq!(passed, expected, "{group:?}");
            digits.set("select", 0);
            assert_eq!(digit_value(set, &digits.get("digit")), 0);
        }
    }
}

#[test]
fn the_leading_one_is_found_at_every_width() {
    let seed = 5505;
    println!("seed {seed}");
    let mut random = Random::new(seed);
    for width in 2..=64 {
        let mut bench = Bench::new(leading_one(width));
        let mut check = |value: u64| {
            bench.set("value", value as i64);
            let position = value.checked_ilog2();
            let found = [bench.number("position"), bench.number("found")];
            assert_eq!(found, [position.unwrap_or(0).into(), position.is_some().into()], "{value:x} of {width} bits");
        };
        if width <= 10 {
            (0..1 << width).for_each(check);
            continue;
        }
        check(0);
        for position in 0..width {
            let top = 1u64 << position;
            [top, top | (top - 1), top | random.limb() & (top - 1)].into_iter().for_each(&mut check);
        }
    }
}
