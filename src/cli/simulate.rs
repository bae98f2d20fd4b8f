//! `zeroline simulate`: calls and faults made up by chance, in search of a dead end.

use std::fmt::Write as _;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use clap::Args;
use serde_json::json;

use super::{FAILED, NOT_FOUND, OK};
use crate::ids::LineName;
use crate::menu::tree::Line;
use crate::rehearse::chance::Tally;
use crate::rehearse::house::House;
use crate::text::nearest;

/// What is to be simulated.
#[derive(Clone, Debug, Args, PartialEq)]
pub struct SimulateArgs {
    /// How many calls
    #[arg(long, default_value_t = 1_000_000, value_name = "NUMBER")]
    pub calls: u64,
    /// Where to begin: the same number gives the same calls, and a dead end tells its own
    #[arg(long, default_value_t = 1, value_name = "NUMBER")]
    pub seed: u64,
    /// Only calls of this line; all without it
    #[arg(long, value_name = "LINE")]
    pub line: Option<String>,
    /// On so many threads; without it: on all cores
    #[arg(long, value_name = "NUMBER", value_parser = clap::value_parser!(u16).range(1..=256))]
    pub threads: Option<u16>,
    /// As JSON, one object
    #[arg(long)]
    pub json: bool,
}

/// What the simulation came to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Outcome {
    /// For standard output, whole lines.
    pub told: String,
    /// The exit code.
    pub code: u8,
}

/// Scenarios are handed to the threads in portions of this size.
const PORTION: u64 = 256;

/// Simulates. The outcome depends on nothing but the house and what is asked for.
pub fn run(house: &Arc<House>, asked: &SimulateArgs) -> Outcome {
    let lines = match chosen(house, asked.line.as_deref()) {
        Ok(lines) => lines,
        Err(told) => {
            return Outcome {
                told: format!("{told}\n"),
                code: NOT_FOUND,
            };
        }
    };
    let threads = asked.threads.map(usize::from);
    let cores = || std::thread::available_parallelism().map_or(1, std::num::NonZero::get);
    let tally = on_threads(house, &lines, asked, threads.unwrap_or_else(cores));
    let told = if asked.json {
        let ends: serde_json::Map<_, _> = tally
            .ends
            .iter()
            .map(|(end, n)| ((*end).to_owned(), json!(n)))
            .collect();
        let whole = json!({
            "calls": tally.calls,
            "ends": ends,
            "asked_for_a_person": tally.asked,
            "with_faults": tally.troubled,
            "dead_ends": tally.dead_ends,
            "told": tally.told,
        });
        format!("{whole}\n")
    } else {
        as_text(&tally)
    };
    Outcome {
        told,
        code: if tally.dead_ends == 0 { OK } else { FAILED },
    }
}

/// Portions of numbers until there are enough calls. Every portion that is begun is finished,
/// and they are put together in order: the number of threads makes no difference.
fn on_threads(
    house: &Arc<House>,
    lines: &[Arc<Line>],
    asked: &SimulateArgs,
    threads: usize,
) -> Tally {
    let next = AtomicU64::new(0);
    let calls = AtomicU64::new(0);
    let work = || {
        let mut done: Vec<(u64, Tally)> = Vec::new();
        while calls.load(Ordering::Relaxed) < asked.calls {
            let portion = next.fetch_add(1, Ordering::Relaxed);
            let mut tally = Tally::default();
            let first = asked.seed.wrapping_add(portion.wrapping_mul(PORTION));
            for i in 0..PORTION.min(asked.calls) {
                tally.add(house, lines, first.wrapping_add(i));
            }
            calls.fetch_add(tally.calls, Ordering::Relaxed);
            done.push((portion, tally));
        }
        done
    };
    let mut all: Vec<(u64, Tally)> = std::thread::scope(|scope| {
        let workers: Vec<_> = (0..threads.max(1)).map(|_| scope.spawn(work)).collect();
        workers
            .into_iter()
            .flat_map(|w| w.join().unwrap_or_default())
            .collect()
    });
    all.sort_by_key(|(portion, _)| *portion);
    let mut whole = Tally::default();
    for (_, tally) in all {
        if whole.calls < asked.calls {
            whole.merge(tally);
        }
    }
    whole
}

fn as_text(tally: &Tally) -> String {
    let mut told = String::new();
    for dead_end in &tally.told {
        let _ = writeln!(told, "{dead_end}");
    }
    let _ = writeln!(
        told,
        "{} calls, {} of them with a fault of ours; a person was asked for {} times",
        tally.calls, tally.troubled, tally.asked
    );
    for (end, n) in &tally.ends {
        let _ = writeln!(told, "{n:>10}  {}", end.replace('_', " "));
    }
    let _ = match tally.dead_ends {
        0 => writeln!(told, "no dead end"),
        1 => writeln!(told, "1 DEAD END"),
        n => writeln!(told, "{n} DEAD ENDS"),
    };
    told
}

/// The lines that are meant, or what to say when there is none of that name.
pub(super) fn chosen(house: &House, name: Option<&str>) -> Result<Vec<Arc<Line>>, String> {
    let Some(name) = name else {
        let all = house.lines().to_vec();
        return if all.is_empty() {
            Err("there is no line".to_owned())
        } else {
            Ok(all)
        };
    };
    if let Some(line) = house.line(&LineName::new(name)).or(house.by_number(name)) {
        return Ok(vec![Arc::clone(line)]);
    }
    let names = house.lines().iter().map(|l| l.name.as_str());
    let hint = match nearest(name, names.clone()) {
        Some(near) => format!("did you mean `{near}`?"),
        None => format!("there are: {}", names.collect::<Vec<_>>().join(", ")),
    };
    Err(format!("no line `{name}`; {hint}"))
}
