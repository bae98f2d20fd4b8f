//! `zeroline test`: the operator's own tests, and what they reach.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::sync::Arc;

use clap::Args;
use serde_json::json;

use super::{FAILED, OK};
use crate::ids::LineName;
use crate::rehearse::coverage::Coverage;
use crate::rehearse::house::House;
use crate::rehearse::trial::{self, Run, Trial};

/// What is asked of the tests.
#[derive(Clone, Debug, Default, Args, PartialEq)]
pub struct TestArgs {
    /// Run only the tests whose name contains this
    pub name: Option<String>,
    /// Fail when less than this of a line's nodes and outcomes is reached, in percent
    #[arg(long, value_name = "PERCENT", value_parser = clap::value_parser!(u8).range(..=100))]
    pub coverage_at_least: Option<u8>,
    /// As JSON, one object
    #[arg(long)]
    pub json: bool,
}

/// What the tests came to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Outcome {
    /// For standard output, whole lines.
    pub told: String,
    /// The exit code.
    pub code: u8,
}

/// Runs the tests in these files: pairs of name and text.
///
/// # Errors
/// Every mistake in the files, ready to print; nothing was run.
pub fn run(
    house: &Arc<House>,
    files: &[(String, String)],
    asked: &TestArgs,
) -> Result<Outcome, Vec<String>> {
    let mut trials = Vec::new();
    let mut mistakes = Vec::new();
    for (file, text) in files {
        match trial::read(file, text, house) {
            Ok(mut read) => trials.append(&mut read),
            Err(told) => mistakes.extend(told.iter().map(ToString::to_string)),
        }
    }
    if !mistakes.is_empty() {
        return Err(mistakes);
    }
    if let Some(part) = &asked.name {
        trials.retain(|t| t.name.contains(part.as_str()));
        if trials.is_empty() {
            return Err(vec![format!("no test has `{part}` in its name")]);
        }
    }
    let runs: Vec<(Trial, Run)> = trials
        .into_iter()
        .map(|t| {
            let run = trial::run(house, &t);
            (t, run)
        })
        .collect();
    Ok(tell(house, &runs, asked))
}

fn tell(house: &House, runs: &[(Trial, Run)], asked: &TestArgs) -> Outcome {
    let mut coverage: BTreeMap<LineName, Coverage> = BTreeMap::new();
    for line in house.lines() {
        coverage.insert(line.name.clone(), Coverage::new(line));
    }
    for (trial, run) in runs {
        if let Some(coverage) = coverage.get_mut(&trial.line.name) {
            coverage.add(&run.moments);
        }
    }
    let failed = runs.iter().filter(|(_, r)| !r.failures.is_empty()).count();
    let least = usize::from(asked.coverage_at_least.unwrap_or(0));
    let thin = coverage.values().filter(|c| c.percent() < least).count();
    let told = if asked.json {
        as_json(runs, &coverage)
    } else {
        as_text(runs, &coverage, least)
    };
    let good = failed == 0 && thin == 0;
    Outcome {
        told,
        code: if good { OK } else { FAILED },
    }
}

fn as_text(runs: &[(Trial, Run)], coverage: &BTreeMap<LineName, Coverage>, least: usize) -> String {
    let mut told = String::new();
    let mut failed = 0;
    for (trial, run) in runs {
        for failure in &run.failures {
            let _ = writeln!(told, "{failure}");
        }
        let word = if run.failures.is_empty() {
            "ok    "
        } else {
            failed += 1;
            "FAILED"
        };
        let _ = writeln!(
            told,
            "{word} {}:{} {}",
            trial.file(),
            trial.row(),
            trial.name
        );
    }
    let _ = writeln!(told, "\n{} passed, {failed} failed", runs.len() - failed);
    for (name, coverage) in coverage {
        let (all, reached) = coverage.count();
        let percent = coverage.percent();
        let _ = writeln!(
            told,
            "{name}: {reached} of {all} nodes and outcomes reached ({percent} %)"
        );
        for (node, missing) in coverage.missing() {
            let _ = writeln!(told, "  not reached: {node}: {}", missing.join(", "));
        }
        if percent < least {
            let _ = writeln!(told, "  less than the {least} % that are asked for");
        }
    }
    told
}

fn as_json(runs: &[(Trial, Run)], coverage: &BTreeMap<LineName, Coverage>) -> String {
    let tests: Vec<_> = runs
        .iter()
        .map(|(trial, run)| {
            let failures: Vec<_> = run
                .failures
                .iter()
                .map(|f| {
                    json!({
                        "line": f.what.line,
                        "column": f.what.column,
                        "what": f.what.what,
                        "instead": f.what.remedy,
                        "so_far": f.so_far,
                    })
                })
                .collect();
            json!({
                "name": trial.name,
                "file": trial.file(),
                "line": trial.row(),
                "passed": run.failures.is_empty(),
                "failures": failures,
            })
        })
        .collect();
    let lines: serde_json::Map<_, _> = coverage
        .iter()
        .map(|(name, coverage)| {
            let (all, reached) = coverage.count();
            let missing: serde_json::Map<_, _> = coverage
                .missing()
                .map(|(node, missing)| (node.as_str().to_owned(), json!(missing)))
                .collect();
            let of = json!({
                "all": all,
                "reached": reached,
                "percent": coverage.percent(),
                "missing": missing,
            });
            (name.as_str().to_owned(), of)
        })
        .collect();
    let whole = json!({ "tests": tests, "coverage": lines });
    format!("{whole}\n")
}
