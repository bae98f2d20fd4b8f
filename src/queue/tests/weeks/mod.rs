//! Simulated weeks in a call centre: hundreds to thousands of callers, agents with shifts and breaks,
//! phones that refuse, ring out or die, talks that are lost or handed on, a process that restarts.
//!
//! People call again, and are kept for the agent who knows them. They ask to be called back, are lost by
//! the network, look back into self-service, are sent on by full queues. The store is slow at times, or
//! refuses, or says nothing.
//!
//! What the queue promises is checked after every event, from outside: by what the machines were told
//! and what they said, not by what they hold. A few hundred seeds in the usual run; as many as one likes
//! by
//!
//! ```console
//! $ ZEROLINE_SEEDS=10000 cargo test --release --lib queue::tests::weeks -- --nocapture
//! ```
//!
//! `ZEROLINE_SEEDS=500..1000` lives through these. A failure prints its seed, and what still fails of its
//! weeks when most is taken away.

mod plan;
mod world;

use std::ops::Range;

use self::plan::{Intent, Plan};
use self::world::{Tally, World};

/// How many seeds there are in the usual run, and how many days at most.
const SEEDS: u64 = 200;
const DAYS: u64 = 5;
/// When more is asked for.
const MORE_DAYS: u64 = 28;

#[test]
fn weeks_with_faults_break_no_promise() {
    let asked = std::env::var("ZEROLINE_SEEDS").ok();
    let asked = asked.and_then(|text| seeds(&text));
    let (seeds, days) = asked.map_or((0..SEEDS, DAYS), |seeds| (seeds, MORE_DAYS));
    let mut tally = Tally::default();
    for seed in seeds.clone() {
        let plan = Plan::of(seed, days);
        match World::run(&plan) {
            Ok(one) => tally.add(&one),
            Err(wrong) => {
                println!("seed {seed}: {wrong}\n\ncutting down");
                let small = plan.shrunk(|less| World::run(less).is_err());
                let told = World::run(&small).err().unwrap_or_default();
                panic!("seed {seed}: {wrong}\n\ncut down to {small:#?}\n\n{told}");
            }
        }
    }
    println!("seeds {seeds:?}: {tally:?}");
    // What does not happen is not tested.
    if seeds.end - seeds.start >= SEEDS {
        assert!(tally.has_all(), "{tally:?}");
    }
}

/// How many, or from where to where.
fn seeds(text: &str) -> Option<Range<u64>> {
    match text.split_once("..") {
        Some((from, to)) => Some(from.parse().ok()?..to.parse().ok()?),
        None => Some(0..text.parse().ok()?),
    }
}

#[test]
fn what_fails_is_cut_down() {
    // Pretend that the seventh caller of a queue is wrong, if somebody asks to be called back.
    let of_sales = |plan: &Plan| {
        let asks = plan.visits.iter().any(|v| v.intent == Intent::Callback);
        asks && plan.visits.iter().filter(|v| v.queue == 1).count() >= 7
    };
    let plan = (0..).map(|seed| Plan::of(seed, DAYS)).find(of_sales);
    let small = plan.map(|plan| plan.shrunk(of_sales)).expect("a plan");
    assert!(small.visits.len() < 12, "{}", small.visits.len());
    assert!(small.shifts.len() < 3, "{}", small.shifts.len());
    assert!(small.store.len() < 3, "{}", small.store.len());
    let busy = small.visits.iter().filter(|v| v.intent != Intent::Waits);
    assert!(busy.count() < 4);
}
