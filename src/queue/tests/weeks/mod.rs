//! Simulated weeks in a call centre: hundreds to thousands of callers, agents with shifts and breaks,
//! phones that refuse, ring out or die, talks that are lost or handed on, a process that restarts.
//!
//! What the queue promises is checked after every event, from outside: by what the machine was told
//! and what it said, not by what it holds. A few hundred seeds in the usual run; as many as one likes
//! by
//!
//! ```console
//! $ ZEROLINE_SEEDS=10000 cargo test --release --lib queue::tests::weeks -- --nocapture
//! ```
//!
//! A failure prints its seed, and what still fails of its weeks when most is taken away.

mod plan;
mod world;

use self::plan::Plan;
use self::world::World;

/// How many seeds there are in the usual run, and how many days at most.
const SEEDS: u64 = 200;
const DAYS: u64 = 5;
/// When more is asked for.
const MORE_DAYS: u64 = 28;

#[test]
fn weeks_with_faults_break_no_promise() {
    let asked = std::env::var("ZEROLINE_SEEDS").ok();
    let asked = asked.and_then(|n| n.parse().ok());
    let (seeds, days) = asked.map_or((SEEDS, DAYS), |seeds| (seeds, MORE_DAYS));
    let mut callers = 0;
    for seed in 0..seeds {
        let plan = Plan::of(seed, days);
        callers += plan.visits.len();
        if let Err(wrong) = World::run(&plan) {
            let small = plan.shrunk(|less| World::run(less).is_err());
            let told = World::run(&small).err().unwrap_or_default();
            panic!("seed {seed}: {wrong}\n\ncut down to {small:#?}\n\n{told}");
        }
    }
    println!("{seeds} seeds, {callers} callers");
}

#[test]
fn what_fails_is_cut_down() {
    // Pretend that the seventh caller of a queue is wrong.
    let of_sales = |plan: &Plan| plan.visits.iter().filter(|v| v.queue == 1).count() >= 7;
    let plan = (0..).map(|seed| Plan::of(seed, DAYS)).find(of_sales);
    let small = plan.map(|plan| plan.shrunk(of_sales)).expect("a plan");
    assert!(small.visits.len() < 12, "{}", small.visits.len());
    assert!(small.shifts.len() < 3, "{}", small.shifts.len());
}
