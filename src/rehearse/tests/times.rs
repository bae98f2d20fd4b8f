//! Callbacks at a chosen time, as operators test them.

use super::house_of;
use super::trial::told;
use crate::rehearse::chance::Tally;

const LINE: &str = "line: office
numbers: [\"1\"]
human: support
calendar: hours
start: welcome
nodes:
  welcome: { menu: { greeting: \"Welcome.\", options: { 1: { say: \"a call back\", go: call-me } } } }
  call-me: { callback: { queue: support, slots: { hours: yes, each: 1 } } }
";
const HOURS: &str = "calendar: hours
zone: Europe/Copenhagen
hours:
  mon-fri: 08:00-17:00
";
const TESTS: &str = "tests:
  the second time:
    at: 2026-12-24T10:05
    from: \"+4530901820\"
    steps:
      - press: 1
      - hear: sys-callback-right
      - press: 1
      - hear: sys-callback-times
      - hear: Thursday
      - hear: eleven
      - press: 3
      - hear: \"call you back at this time\"
      - hear: eleven
    reaches: callback
  on the next day:
    at: 2026-12-24T16:31
    from: \"+4530901820\"
    steps:
      - press: \"11\"
      - hear: Friday
      - hear: eight
      - press: 2
      - hear: sys-callback-at
      - hear: Friday
    reaches: callback
  as soon as possible:
    from: \"+4530901820\"
    steps: [{ press: \"11\" }, { hear: sys-callback-times }, { press: 9 }, { hear: sys-callback-times }, { press: 1 }, { hear: sys-callback-stored }]
    path: [welcome, call-me]
    reaches: callback
  the store is broken:
    store: fails
    from: \"+4530901820\"
    steps: [{ press: \"11\" }]
    reaches: agent
    reason: fault
  nothing is chosen:
    from: \"+4530901820\"
    steps: [{ press: \"11\" }, { hear: sys-callback-times }, silence, { hear: sys-callback-times }, silence]
    reaches: agent
    reason: silence
";

#[test]
fn times_are_chosen_in_tests_and_by_chance() {
    let dir = tempfile::tempdir().unwrap();
    let menus = dir.path().join("menus");
    std::fs::create_dir(&menus).unwrap();
    std::fs::write(menus.join("office.yaml"), LINE).unwrap();
    std::fs::write(menus.join("hours.yaml"), HOURS).unwrap();
    let house = house_of(dir.path(), Some(&menus));
    let (told, code) = told(&house, TESTS).unwrap();
    assert_eq!(code, 0, "{told}");

    let mut tally = Tally::default();
    for seed in 0..3_000 {
        tally.add(&house, house.lines(), seed);
    }
    assert_eq!(tally.dead_ends, 0, "{}", tally.told.join("\n"));
    let stored = tally.ends.get("callback_stored");
    assert!(stored.is_some_and(|n| *n > 3), "{tally:?}");
}
