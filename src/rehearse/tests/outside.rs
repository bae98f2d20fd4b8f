//! Operators' tests of outside numbers: what becomes of them is a step.

use super::trial::told;
use super::{house_of, small};

const PLUMBER: &str = "line: plumber
numbers: [\"1\"]
human: support
start: welcome
nodes:
  welcome: { menu: { greeting: \"Welcome.\", options: { 1: { say: \"the plumber\", go: plumber }, 2: { say: \"the other\", go: other } } } }
  plumber: { dial: { number: \"+4930901820\", say: \"We connect you.\", ring: 30s, missing: night } }
  other: { dial: { number: \"+4930901821\", missing: back } }
  night: { say: { text: \"Nobody is there.\", go: back } }
";

const PLUMBER_TESTS: &str = "tests:
  answered without a step:
    steps: [{ press: 1 }, { hear: \"We connect you\" }]
    reaches: outside
    path: [welcome, plumber]
  answered:
    steps: [{ press: 1 }, { wait: 20s }, { at-node: plumber }, { dial: answered }]
    reaches: outside
  busy and then not there:
    steps:
      - press: 1
      - dial: busy
      - at-node: night
      - hear: \"Nobody is there\"
      - press: 2
      - dial: no-answer
      - at-node: welcome
  refused:
    steps: [{ press: 1 }, { dial: refused }, { hear: \"Nobody is there\" }]
  unreachable:
    steps: [{ press: 2 }, { dial: unreachable }, { hear: \"Press 1\" }]
  0 while it rings:
    steps: [{ press: 1 }, { wait: 2s }, { press: 0 }]
    reaches: agent
    reason: asked
  left while it rings:
    steps:
      - press: 2
      - wait: 10s
      - press: \"*\"
      - at-node: welcome
      - press: 1
      - dial: busy
      - hear: \"Nobody is there\"
      - press: 2
    reaches: outside
  the other answers:
    steps: [{ press: 2 }, silence]
    reaches: outside
  silent and wrong:
    steps: [silence, { press: 7 }]
    reason: wrong keys
";

#[test]
fn what_becomes_of_outside_numbers_is_told_by_a_step() {
    let dir = tempfile::tempdir().unwrap();
    let menus = dir.path().join("menus");
    std::fs::create_dir(&menus).unwrap();
    std::fs::write(menus.join("plumber.yaml"), PLUMBER).unwrap();
    let house = house_of(dir.path(), Some(&menus));
    let (all, code) = told(&house, PLUMBER_TESTS).unwrap();
    assert_eq!(code, 0, "{all}");
    assert!(all.contains("(100 %)"), "{all}");
    let (all, code) = told(
        &house,
        "tests:
  none is called:
    steps: [{ dial: busy }]
  not there:
    steps: [{ press: 1 }, { dial: busy }]
    reaches: outside
",
    )
    .unwrap();
    assert_eq!(code, 1);
    for part in [
        "t.yaml:3:21: `none is called`: an outside number should be called",
        "it waits for a key at `welcome`",
        "`not there`: the call should reach an outside number",
        "(an outside number is called)",
        "! at plumber: the outside number was busy",
        "not reached: welcome: ",
        "not reached: plumber: answered\n",
        "not reached: other: reached, answered, missing",
    ] {
        assert!(all.contains(part), "{part} in:\n{all}");
    }
    let all = told(&house, "tests: { a: { steps: [{ dial: engaged }] } }").unwrap_err();
    assert!(
        all.contains("answered, busy, refused, no-answer or unreachable"),
        "{all}"
    );
    let text = "tests: { a: { line: demo, steps: [{ dial: busy }] } }";
    let all = told(&small(), text).unwrap_err();
    assert!(
        all.contains("the line `demo` calls no outside number"),
        "{all}"
    );
}
