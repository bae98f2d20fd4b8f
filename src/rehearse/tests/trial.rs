//! Operators' tests: they pass and fail as they should, and say so in words that help.

use std::sync::Arc;

use super::{demo, house_of, small};
use crate::cli::test::{TestArgs, run};
use crate::prompts::embedded;
use crate::rehearse::house::House;
use crate::rehearse::trial;

/// What a file of tests tells.
pub(super) fn told(house: &Arc<House>, text: &str) -> Result<(String, u8), String> {
    let files = [("t.yaml".to_owned(), text.to_owned())];
    let outcome = run(house, &files, &TestArgs::default());
    outcome
        .map(|o| (o.told, o.code))
        .map_err(|told| told.join("\n"))
}

#[test]
fn the_demo_line_keeps_to_its_tests_and_they_reach_all_of_it() {
    let house = demo();
    let (file, text) = embedded::DEMO_TESTS;
    let files = [(file.to_owned(), text.to_owned())];
    let asked = TestArgs {
        coverage_at_least: Some(100),
        ..TestArgs::default()
    };
    let outcome = run(&house, &files, &asked).unwrap();
    assert_eq!(outcome.code, 0, "{}", outcome.told);
    assert!(outcome.told.contains("(100 %)"), "{}", outcome.told);
}

#[test]
fn what_fails_tells_the_place_what_was_heard_and_how_it_came_to_that() {
    let house = small();
    let (told, code) = told(
        &house,
        "tests:
  hours:
    steps:
      - press: 1
      - hear: \"nine to five\"
      - press: 2
  where:
    steps: [{ at-node: account }]
  sales:
    steps: [{ press: 3 }]
    reaches: message
    reason: asked
    path: [welcome, hours]
    says: [\"Welcome\", \"never said\"]
    entries: { account: \"1\" }
",
    )
    .unwrap();
    assert_eq!(code, 1);
    for part in [
        "t.yaml:5:15: `hours`: should be heard: \"nine to five\"\n    5 |       - hear: \"nine to five\"\n      |               ^^^^^^^^^^^^^^ heard instead: \"Welcome to Northwind.",
        "then \"Our team is here Monday to Friday",
        "  so far:\n       0.0  calls demo from …00\n",
        "presses 1\n",
        "t.yaml:8:24: `where`: the caller should be at `account`",
        "the caller is at `welcome`",
        "`sales`: the call should reach a message",
        "it ended: agent1 ended the talk",
        "the reason should be `asked`",
        "it is `routed`",
        "the path should be [welcome, hours]",
        "it is [welcome, sales]",
        "should be said, in this order: \"never said\"",
        "the agent should see `1` as `account`",
        "the agent sees nothing",
        "FAILED t.yaml:2 hours",
        "\n0 passed, 3 failed\n",
        "not reached: account: ",
    ] {
        assert!(told.contains(part), "{part} in:\n{told}");
    }
}

#[test]
fn machines_can_read_it_and_thin_tests_fail() {
    let house = small();
    let files = [(
        "t.yaml".to_owned(),
        "tests:\n  a: { steps: [{ press: 3 }], reaches: agent }\n  b: { reaches: goodbye }\n"
            .to_owned(),
    )];
    let asked = |name: Option<&str>, json| TestArgs {
        name: name.map(str::to_owned),
        coverage_at_least: Some(20),
        json,
    };
    let outcome = run(&house, &files, &asked(None, true)).unwrap();
    assert_eq!(outcome.code, 1);
    let json: serde_json::Value = serde_json::from_str(&outcome.told).unwrap();
    assert_eq!(json["tests"][0]["passed"], true);
    assert_eq!(json["tests"][1]["failures"][0]["line"], 3);
    assert_eq!(json["coverage"]["demo"]["all"], 22);
    // Only what is asked for is run; too little is reached by it.
    let outcome = run(&house, &files, &asked(Some("a"), false)).unwrap();
    assert_eq!(outcome.code, 1);
    assert!(
        outcome.told.contains("1 passed, 0 failed"),
        "{}",
        outcome.told
    );
    assert!(
        outcome
            .told
            .contains("less than the 20 % that are asked for")
    );
    let none = run(&house, &files, &asked(Some("zzz"), false)).unwrap_err();
    assert_eq!(none, ["no test has `zzz` in its name"]);
}

#[test]
fn a_prompt_by_name_is_heard_once_for_each_time_it_plays() {
    let house = small();
    let (told, code) = told(
        &house,
        "tests:
  once:
    agents: none
    steps: [{ press: 0 }, { hear: sys-message-intro }, { hear: sys-message-intro }]
  in their order:
    steps: [{ hear: \"Welcome\" }, { hear: sys-zero }, { press: 9 }, { hear: sys-zero }]
",
    )
    .unwrap();
    assert_eq!(code, 1, "{told}");
    for part in ["FAILED t.yaml:2 once", "ok     t.yaml:5 in their order"] {
        assert!(told.contains(part), "{part} in:\n{told}");
    }
}

#[test]
fn wrong_files_tell_all_mistakes_at_once() {
    let house = small();
    let told = told(
        &house,
        "line: demmo
tests:
  one:
    line: demo
    at: tomorrow
    agents: some
    ask: { hours: dead, nowhere: dead }
    stepps: []
    reaches: queue suport
    reason: because
    path: [welcome, hous]
    steps:
      - hear: \"x\"
        press: 1
      - pres: 1
      - press: x
      - silence: 3s
      - at-node: nowhere
  two: {}
",
    )
    .unwrap_err();
    for part in [
        "t.yaml:1:7: there is no line `demmo`",
        "did you mean `demo`?",
        "t.yaml:5:9: `tomorrow` does not fit `at`",
        "`some` does not fit `agents`",
        "t.yaml:7:12: `hours` asks no web service",
        "there is no node `nowhere`",
        "a test has no key `stepps`",
        "there is no queue `suport`",
        "did you mean `support`?",
        "`because` does not fit `reason`",
        "asked, silence, wrong keys, routed, fault or transferred",
        "there is no node `hous`",
        "a step does one thing",
        "`pres` is no step",
        "did you mean `press`?",
        "`x` does not fit `press`",
        "write `silence` alone, without a value",
    ] {
        assert!(told.contains(part), "{part} in:\n{told}");
    }
}

const SHOP: &str = "line: shop
numbers: [\"1\"]
languages: [en, de]
human: support
calendar: office
start: speak
nodes:
  speak: { language: { options: { 1: en, 2: de }, go: open } }
  open: { choose: [{ when: { closed: yes }, go: night }, { go: account }] }
  night: { message: support }
  account:
    collect: { say: { en: \"Your account.\", de: \"Ihr Konto.\" }, digits: 4, into: account, sensitive: yes, go: balance }
  balance:
    ask:
      get: \"http://crm.local/{account}\"
      take: { due: { as: money EUR } }
      go: tell
      missing: unknown
  tell: { say: { text: { en: \"You owe {due}.\", de: \"Sie schulden {due}.\" }, go: human } }
  unknown: { say: { text: { en: \"We do not know it.\", de: \"Das kennen wir nicht.\" }, go: bye } }
  bye: { goodbye: { en: \"Good-bye.\", de: \"Auf Wiederhören.\" } }
";

const OFFICE: &str = "calendar: office\nzone: Europe/Berlin\nhours: { mon-fri: 09:00-17:00 }\n";

const SHOP_TESTS: &str = "tests:
  in German, with the sum:
    ask: { balance: { due: 12.50 } }
    steps: [{ press: 2 }, { hear: \"Ihr Konto\" }, { press: 1234 }, { hear: \"schulden zwölf Euro\" }]
    reaches: queue support
    language: de
    entries: { account: \"••••\", due: \"12.50 EUR\" }
  by night:
    at: 2026-01-14T17:00
    steps: [{ press: 1 }]
    reaches: message
  until the last minute:
    at: 2026-01-14T16:59
    steps: [{ press: 1 }, { at-node: account }]
  not known:
    ask: { balance: unknown }
    steps: [{ press: 1 }, { press: 1234 }, { hear: \"We do not know it\" }]
    reaches: goodbye
    path: [speak, open, account, balance, unknown, bye]
  garbage:
    ask: { balance: garbage }
    steps: [{ press: 1 }, { press: 1234 }]
    reaches: agent
    reason: fault
  slow:
    ask: { balance: slow }
    steps: [{ press: 1 }, { press: 1234 }]
    reaches: agent
    reason: fault
  silence and wrong keys:
    steps: [silence, { press: 5 }]
    reason: wrong keys
  nothing entered:
    steps: [{ press: 1 }, { press: \"1#\" }, silence]
    reason: silence
  zero:
    steps: [{ press: 1 }, { press: 12 }, { press: \"*0\" }]
    reason: asked
";

#[test]
fn hours_languages_values_and_web_services_are_rehearsed() {
    let dir = tempfile::tempdir().unwrap();
    let menus = dir.path().join("menus");
    std::fs::create_dir(&menus).unwrap();
    std::fs::write(menus.join("shop.yaml"), SHOP).unwrap();
    std::fs::write(menus.join("office.yaml"), OFFICE).unwrap();
    let house = house_of(dir.path(), Some(&menus));
    let (told, code) = told(&house, SHOP_TESTS).unwrap();
    assert_eq!(code, 0, "{told}");
    assert!(told.contains("(100 %)"), "{told}");
    // Digits of a sensitive entry are not shown.
    let broken = SHOP_TESTS
        .replace("Sie schulden", "x")
        .replace("zwölf", "elf");
    let trials = trial::read("t.yaml", &broken, &house).unwrap();
    let failures = trial::run(&house, &trials[0]).failures;
    let so_far = &failures[0].so_far;
    assert!(
        so_far.contains("presses •") && !so_far.contains("presses 3"),
        "{so_far}"
    );
}

#[test]
fn what_the_guide_shows_can_be_run() {
    let page = include_str!("../../../docs/testing-menus.md");
    let house = demo();
    let blocks: Vec<&str> = page.split("```yaml\n").skip(1).collect();
    assert_eq!(blocks.len(), 3);
    for block in blocks {
        let text = block.split("```").next().unwrap_or_default();
        let (told, code) = told(&house, text).unwrap();
        assert_eq!(code, 0, "{told}");
    }
}
