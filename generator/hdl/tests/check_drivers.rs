//! Every lane of every wire has exactly one driver: which arrangements of drivers say so.

use proptest::prelude::*;
use tritloom_hdl::{Affine, Code, Design, LaneWire, ModuleBuilder, Value, uint};

/// A wire of so many lanes, driven as the caller likes; the defects by code and message.
fn defects(lanes: u32, drive: impl FnOnce(&ModuleBuilder, &LaneWire, &Value)) -> Vec<(Code, String)> {
    let m = ModuleBuilder::new("top", "One wire.");
    let wire = m.lanes("wire_lanes", uint(3), lanes);
    drive(&m, &wire, &m.input("x", uint(3)));
    m.output("y", wire.flat());
    match Design::new(m.finish()) {
        Ok(_) => Vec::new(),
        Err(defects) => defects.0.into_iter().map(|defect| (defect.code, defect.message)).collect(),
    }
}

fn part_of(message: &str) -> &str {
    message.split(" of wire").next().unwrap_or_default()
}

#[test]
fn each_lane_once_is_accepted_however_it_is_dealt_out() {
    let cases: [fn(&ModuleBuilder, &LaneWire, &Value); 8] = [
        |m, wire, x| m.repeat("lane", 24, |lane| wire.drive(lane, x)),
        |m, wire, x| m.repeat("lane", 24, |lane| wire.drive(Affine::from(23) - lane, x)),
        // An edge and the rest.
        |m, wire, x| {
            wire.drive(0, x);
            m.repeat("lane", 23, |lane| wire.drive(lane + 1, x));
        },
        // Rows by columns, in both orders.
        |m, wire, x| m.repeat("row", 4, |row| m.repeat("column", 6, |column| wire.drive(row * 6 + column, x))),
        |m, wire, x| m.repeat("row", 4, |row| m.repeat("column", 6, |column| wire.drive(row + column * 4, x))),
        // An edge of each row, and the rest of it.
        |m, wire, x| {
            m.repeat("row", 4, |row| {
                wire.drive(row * 6, x);
                m.repeat("column", 5, |column| wire.drive(row * 6 + column + 1, x));
            });
        },
        // Even and odd ones, the odd ones downwards.
        |m, wire, x| {
            m.repeat("pair", 12, |pair| {
                wire.drive(pair * 2, x);
                wire.drive(Affine::from(23) - pair * 2, x);
            });
        },
        // Dealt out with a stride that has no common multiple with the rest: 0, 5, 10, 15 and all between.
        |m, wire, x| {
            m.repeat("fifth", 5, |fifth| wire.drive(fifth * 5, x));
            m.repeat("gap", 4, |gap| m.repeat("place", 4, |place| wire.drive(gap * 5 + place + 1, x)));
            (21..24).for_each(|lane| wire.drive(lane, x));
        },
    ];
    for (number, case) in cases.into_iter().enumerate() {
        assert_eq!(defects(24, case), [], "case {number}");
    }
}

#[test]
fn a_gap_is_found_with_the_lane() {
    let found = defects(24, |m, wire, x| m.repeat("lane", 23, |lane| wire.drive(lane, x)));
    assert_eq!(
        found.iter().map(|(code, text)| (*code, part_of(text))).collect::<Vec<_>>(),
        [(Code::Undriven, "lane 23")]
    );
    let found = defects(24, |m, wire, x| {
        m.repeat("row", 4, |row| m.repeat("column", 5, |column| wire.drive(row * 6 + column + 1, x)));
    });
    assert_eq!(
        found.iter().map(|(code, text)| (*code, part_of(text))).collect::<Vec<_>>(),
        [(Code::Undriven, "lane 0")]
    );
}

#[test]
fn an_overlap_is_found_with_the_lane() {
    let found = defects(24, |m, wire, x| {
        m.repeat("row", 4, |row| m.repeat("column", 6, |column| wire.drive(row * 6 + column, x)));
        wire.drive(17, x);
    });
    assert_eq!(found.len(), 1);
    assert_eq!((found[0].0, part_of(&found[0].1)), (Code::DrivenTwice, "lane 17"));
}

#[test]
fn as_many_drivers_as_lanes_are_not_enough() {
    // A row is three lanes wide, the next begins two lanes further: 0 1 2, 2 3 4.
    let found = defects(6, |m, wire, x| {
        m.repeat("row", 2, |row| m.repeat("column", 3, |column| wire.drive(row * 2 + column, x)));
    });
    let codes: Vec<_> = found.iter().map(|(code, text)| (*code, part_of(text))).collect();
    assert_eq!(codes, [(Code::Undriven, "lane 5"), (Code::DrivenTwice, "lane 2")]);
    // A loop that drives one lane over and over.
    let found = defects(6, |m, wire, x| m.repeat("lane", 6, |_| wire.drive(3, x)));
    let codes: Vec<_> = found.iter().map(|(code, text)| (*code, part_of(text))).collect();
    assert_eq!(codes, [(Code::Undriven, "lane 0"), (Code::DrivenTwice, "lane 3")]);
}

#[test]
fn a_wire_of_an_iteration_is_driven_in_each() {
    let found = defects(4, |m, wire, x| {
        m.repeat("row", 4, |row| {
            let inner = m.lanes("inner", uint(3), 6);
            m.repeat("column", 6, |column| inner.drive(column, x));
            wire.drive(row, &inner.lane(row));
        });
    });
    assert_eq!(found, []);
    // Both lanes in the first iteration, but one of them twice in the second.
    let found = defects(2, |m, wire, x| {
        m.repeat("row", 2, |row| {
            let inner = m.lanes("inner", uint(3), 2);
            inner.drive(0, x);
            inner.drive(Affine::from(1) - row, x);
            wire.drive(row, &inner.lane(0));
        });
    });
    assert_eq!(found.iter().map(|found| found.0).collect::<Vec<_>>(), [Code::EscapedLoop]);
}

/// Whatever the intervals, the answer that runs through no iteration is the one that counts them all.
#[test]
fn the_short_answer_is_the_long_one() {
    for (stride, inner, offset) in (1..7).flat_map(|a| (1..7).flat_map(move |b| (0..3).map(move |c| (a, b, c)))) {
        let mut counts = [0; 64];
        let mut note = |lane: u32| counts[lane as usize] += 1;
        (0..offset).for_each(&mut note);
        (0..4).for_each(|row| (0..inner).for_each(|place| note(row * stride + place + offset)));
        let lanes = counts.iter().rposition(|&count| count > 0).map_or(1, |last| last as u32 + 1);
        let expected = counts[..lanes as usize].iter().all(|&count| count == 1);
        let found = defects(lanes, |m, wire, x| {
            (0..offset).for_each(|lane| wire.drive(lane, x));
            m.repeat("row", 4, |row| {
                m.repeat("place", inner, |place| wire.drive(row * stride + place + offset, x));
            });
        });
        assert_eq!(found.is_empty(), expected, "stride {stride}, {inner} places from {offset} on");
    }
}

/// One driver: `constant + row_factor * row + column_factor * column`, inside or outside the loop of columns.
type Driver = (bool, i64, i64, i64);

/// Drivers of each lane in each row of three, counted one by one; `None` where a lane does not exist.
fn counted(lanes: usize, columns: i64, drivers: &[Driver]) -> Option<Vec<Vec<u32>>> {
    let mut rows = vec![vec![0; lanes]; 3];
    for &(inside, constant, row_factor, column_factor) in drivers {
        for (number, row) in rows.iter_mut().enumerate() {
            for column in 0..if inside { columns } else { 1 } {
                let lane = constant + row_factor * number as i64 + if inside { column_factor * column } else { 0 };
                *row.get_mut(usize::try_from(lane).ok()?)? += 1;
            }
        }
    }
    Some(rows)
}

fn affine(constant: i64, terms: [(tritloom_hdl::Index, i64); 2]) -> Affine {
    let scaled = |(index, factor): (tritloom_hdl::Index, i64)| index * factor.unsigned_abs() as u32;
    let mut sum = Affine::from(constant as u32);
    for (index, factor) in terms {
        sum = if factor < 0 { sum - scaled((index, factor)) } else { sum + scaled((index, factor)) };
    }
    sum
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 4_000, failure_persistence: None, ..ProptestConfig::default() })]
    #[test]
    fn a_wire_is_accepted_when_each_lane_is_driven_once(
        lanes in 1u32..9,
        columns in 2u32..5,
        in_row in any::<bool>(),
        drivers in prop::collection::vec((any::<bool>(), 0i64..6, -1i64..4, -1i64..4), 1..4),
    ) {
        let m = ModuleBuilder::new("top", "Random drivers.");
        let x = m.input("x", uint(3));
        let outer = (!in_row).then(|| m.lanes("outer", uint(3), lanes));
        m.repeat("row", 3, |row| {
            let inner = in_row.then(|| m.lanes("inner", uint(3), lanes));
            let Some(wire) = inner.as_ref().or(outer.as_ref()) else { return };
            for (number, &(inside, constant, row_factor, column_factor)) in drivers.iter().enumerate() {
                let zero = if inside { column_factor } else { 0 };
                let count = if inside { columns } else { 1 };
                m.repeat(&format!("column{number}"), count, |column| {
                    wire.drive(affine(constant, [(row, row_factor), (column, zero)]), &x);
                });
            }
        });
        let design = Design::new(m.finish());
        let depends = in_row && drivers.iter().any(|driver| driver.2 != 0);
        let expected = counted(lanes as usize, i64::from(columns), &drivers).is_some_and(|rows| {
            let together = |lane: usize| rows.iter().map(|row| row[lane]).sum::<u32>();
            match in_row {
                true => !depends && rows.iter().flatten().all(|&count| count == 1),
                false => (0..lanes as usize).all(|lane| together(lane) == 1),
            }
        });
        prop_assert_eq!(design.is_ok(), expected, "{:?}", design.err());
    }
}
