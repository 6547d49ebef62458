//! What cannot be evaluated is told, and is no reason to find anything else.

#![allow(missing_docs)]

mod common;

use common::frail::Frail;
use common::{by_definition, expression, integers, region, space, words};
use std::collections::{BTreeMap, BTreeSet};
use std::convert::Infallible;
use std::sync::atomic::{AtomicUsize, Ordering};
use tritloom_datapath::parameter::{ParameterValue, Parameters};
use tritloom_search::{Found, Member, Mode, Objective, Search, Shard, Space, Verdict};

type Axes = Vec<(&'static str, Vec<ParameterValue>)>;

fn frail(census_fails: fn(&Parameters) -> bool, axes: &Axes, constraints: &[&str]) -> Space {
    let family = Box::leak(Box::new(Frail { census_fails, ..Frail::SOUND }));
    let mut region = region("sign_flip", axes);
    region.family = family;
    space(vec![region], constraints, &["area", "throughput"])
}

/// What a search comes to.
#[derive(Debug, PartialEq)]
struct Settled {
    front: Vec<Member>,
    /// Met on a front.
    failed: BTreeSet<u64>,
    /// What is told of failures.
    told: Vec<(Vec<usize>, String)>,
}

/// Searches, anew without what has failed on the front, until nothing of it fails.
fn settled(space: &Space, mode: Mode, threads: usize) -> Settled {
    let mut failed = BTreeMap::new();
    loop {
        let search = Search::knowing(space, mode, &failed, &|_| ()).expect("sound expressions");
        let keep = |_: usize, _: &Found| Ok::<(), Infallible>(());
        let front = search.run(threads, Shard::WHOLE, &BTreeMap::new(), &keep).expect("kept").front;
        let verdicts: Vec<Verdict> = front.iter().map(|member| search.verdict(member)).collect();
        if verdicts.iter().all(|verdict| *verdict == Verdict::Confirmed) {
            let told = search.failures().into_iter().map(|(_, failure)| (failure.axes, failure.reason));
            return Settled { front, failed: failed.into_keys().collect(), told: told.collect() };
        }
        for (member, verdict) in front.iter().zip(verdicts) {
            match verdict {
                Verdict::Confirmed => {}
                Verdict::Failed(reason) => _ = failed.insert(member.number, reason),
                Verdict::Contradicted => panic!("{member:?}"),
            }
        }
    }
}

fn small() -> Axes {
    vec![
        ("lanes", integers(1..=40)),
        ("ports", integers(1..=9)),
        ("activation", words(&["int4", "int8"])),
        ("max_inputs", integers([32, 64])),
    ]
}

#[test]
fn the_front_is_that_of_what_can_be_evaluated_in_both_modes_on_any_number_of_threads() {
    type Case = (&'static str, fn(&Parameters) -> bool);
    let cases: [Case; 6] = [
        ("one value of one axis", |parameters| parameters.integer("lanes") == 7),
        ("a product", |parameters| parameters.integer("lanes") * parameters.integer("ports") > 100),
        ("either of two", |parameters| parameters.integer("lanes") > 20 || parameters.integer("ports") > 3),
        ("scattered", |parameters| (parameters.integer("lanes") * 7 + parameters.integer("ports") * 5) % 11 == 0),
        ("one configuration", |parameters| {
            (parameters.integer("lanes"), parameters.integer("ports"), parameters.integer("max_inputs")) == (32, 9, 32)
                && parameters.choice("activation") == "int4"
        }),
        ("all", |_| true),
    ];
    for (name, fails) in cases {
        let space = frail(fails, &small(), &["lanes <= 36"]);
        let expected = by_definition(&space);
        assert_eq!(expected.is_empty(), name == "all", "{name}");
        let exhaustive = settled(&space, Mode::Exhaustive, 1);
        assert_eq!(exhaustive.front, expected, "{name}, exhaustive");
        assert_eq!(settled(&space, Mode::Exhaustive, 3), exhaustive, "{name}");
        let pruned = settled(&space, Mode::Pruned, 1);
        assert_eq!(pruned.front, expected, "{name}, pruned");
        assert_eq!(settled(&space, Mode::Pruned, 3), pruned, "{name}");
        for (_, reason) in &exhaustive.told {
            assert_eq!(reason, "a defect of tritloom, please report it: no census, \"alas\"", "{name}");
        }
        assert!(!exhaustive.told.is_empty(), "{name}");
    }
}

/// What fails is told by the parameters that matter: one value of `lanes` is one failure, not forty.
#[test]
fn a_failure_is_told_by_the_parameters_that_it_follows_from() {
    let space = frail(|parameters| parameters.integer("lanes") == 7, &small(), &[]);
    let search = Search::new(&space, Mode::Pruned).expect("sound expressions");
    let told = search.failures();
    let [(region, failure)] = &told[..] else { panic!("{} failures", told.len()) };
    assert_eq!(failure.axes.iter().map(|axis| region.axes[*axis].parameter.name).collect::<Vec<_>>(), ["lanes"]);
    assert_eq!(region.axes[0].values[failure.digits[0]], ParameterValue::Integer(7));
}

/// A failure that follows from more than can be tabulated is met on the front, and the front is found without it.
#[test]
fn a_failure_that_nothing_has_foreseen_is_met_on_the_front() {
    let mut axes = small();
    axes[0].1 = integers(1..=200);
    axes[1].1 = integers(1..=60);
    axes[3].1 = integers([256, 300]);
    axes.push(("max_outputs", integers([64, 100])));
    let best = |parameters: &Parameters| {
        let size = (parameters.integer("lanes"), parameters.integer("ports"));
        size == (137, 41)
            && parameters.choice("activation") == "int4"
            && parameters.integer("max_inputs") == 256
            && parameters.integer("max_outputs") == 64
    };
    let constraints = ["lanes <= 137", "ports <= 41"];
    let sound = settled(&frail(|_| false, &axes, &constraints), Mode::Pruned, 1);
    let space = frail(best, &axes, &constraints);
    let [pruned, exhaustive] = [Mode::Pruned, Mode::Exhaustive].map(|mode| settled(&space, mode, 2));
    assert_eq!(pruned.front, exhaustive.front);
    assert_eq!((pruned.failed.len(), pruned.told.len()), (1, 1), "{pruned:?}");
    let failed = pruned.failed.first().expect("one");
    let without: Vec<&Member> = sound.front.iter().filter(|member| member.number != *failed).collect();
    assert_eq!(without.len() + 1, sound.front.len());
    assert!(without.iter().all(|member| pruned.front.contains(member)));
}

/// Where no step along one axis is legal, the axes in which combinations that fail and others differ decide.
#[test]
fn a_failure_in_a_part_of_the_region_that_no_single_step_leaves_is_learnt() {
    let axes = vec![("lanes", integers([1, 8])), ("ports", integers([1, 9])), ("activation", words(&["int4", "int8"]))];
    let mut space = frail(|_| false, &axes, &[]);
    space.regions[0].family = Box::leak(Box::new(Frail {
        census_fails: |parameters| parameters.integer("lanes") == 8,
        refused: |parameters| (parameters.integer("lanes") == 8) != (parameters.integer("ports") == 9),
        ..Frail::SOUND
    }));
    let expected = by_definition(&space);
    assert_eq!(expected.len(), 1);
    for mode in [Mode::Exhaustive, Mode::Pruned] {
        assert_eq!(settled(&space, mode, 1).front, expected);
    }
}

#[test]
fn without_hardware_there_is_no_delay_and_the_explanation_says_so() {
    let axes = vec![("lanes", integers(1..=4)), ("max_inputs", integers([64, 65]))];
    let mut space = frail(|_| false, &axes, &[]);
    space.regions[0].family =
        Box::leak(Box::new(Frail { hardware_fails: |parameters| parameters.integer("lanes") == 3, ..Frail::SOUND }));
    space.objectives.push(Objective { expression: expression("delay"), more_is_better: false });
    let search = Search::new(&space, Mode::Pruned).expect("sound expressions");
    let failure = |lanes: usize| {
        let parameters = space.regions[0].parameters(&[lanes - 1, 0]);
        search.explain("frail", &parameters, &[]).expect("of the space").failure
    };
    assert_eq!(failure(3).as_deref(), Some("a defect of tritloom, please report it: no hardware of 3 lanes"));
    assert_eq!(failure(4), None);
}

/// A census takes longer than a schedule: as many as the looks around take, and none for the points of the table.
#[test]
fn the_tables_of_a_token_need_no_census() {
    static CENSUSES: AtomicUsize = AtomicUsize::new(0);
    let counted = |_: &Parameters| {
        CENSUSES.fetch_add(1, Ordering::Relaxed);
        false
    };
    let sizes = || integers(1..=250);
    let axes = vec![("lanes", sizes()), ("ports", sizes())];
    let space = Space { objectives: vec![], ..frail(counted, &axes, &["tokens_per_s > 0"]) };
    Search::new(&space, Mode::Exhaustive).expect("sound expressions");
    let censuses = CENSUSES.load(Ordering::Relaxed);
    assert!(censuses > 0 && censuses < 250 * 250 / 3, "{censuses}");
}
