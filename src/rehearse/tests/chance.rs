//! Chance: no dead end on the demo line and on random lines; one that is made is found.

use std::sync::Arc;

use proptest::prelude::*;

use super::{demo, house};
use crate::menu::walk::tests::{line, property};
use crate::rehearse::chance::{Scenario, Tally, play};

#[test]
fn no_dead_end_on_the_demo_line() {
    let house = demo();
    let mut tally = Tally::default();
    for seed in 0..3_000 {
        tally.add(&house, house.lines(), seed);
    }
    assert_eq!(tally.dead_ends, 0, "{}", tally.told.join("\n"));
    // Chance reaches everything that can happen.
    for end in [
        "agent_ended",
        "goodbye",
        "message_stored",
        "caller_hung_up",
        "caller_gone",
    ] {
        assert!(
            tally.ends.get(end).is_some_and(|n| *n > 10),
            "{end}: {tally:?}"
        );
    }
    assert!(tally.asked > 500 && tally.troubled > 500, "{tally:?}");
}

#[test]
fn the_same_number_gives_the_same_call() {
    let house = demo();
    for seed in 0..50 {
        let told = || {
            let scenario = Scenario::of(&house, house.lines(), seed);
            format!("{:?}", play(&house, &scenario).moments)
        };
        assert_eq!(told(), told(), "seed {seed}");
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 64, ..ProptestConfig::default() })]

    #[test]
    fn no_dead_end_on_random_lines(tree in property::tree(), seed in any::<u64>()) {
        let lines = vec![line(&tree)];
        let house = house(lines, &tree);
        let mut tally = Tally::default();
        for i in 0..30 {
            tally.add(&house, house.lines(), seed.wrapping_add(i));
        }
        prop_assert_eq!(tally.dead_ends, 0, "{}\n{}", tree, tally.told.join("\n"));
    }
}

#[test]
fn lines_are_shared_by_the_houses_of_a_test() {
    let tree = "  root: { menu: { options: { 1: { say: { prompt: p-a }, go: human } } } }\n";
    let line = line(tree);
    let house = house(vec![Arc::clone(&line)], tree);
    assert!(Arc::ptr_eq(&house.lines()[0], &line));
}
