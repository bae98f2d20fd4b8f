//! The demo line outside its opening hours. As a folder of menus it comes without its web service,
//! which nobody asks there.

use zeroline::prompts::embedded;

use super::{Case, End, House};
use crate::support::server::server;

/// Opening hours that are over.
const CLOSED: &str = "calendar: office
label: Northwind office
zone: Europe/Copenhagen
hours:
  mon-sun: 00:00-24:00
closures:
  - { from: 2020-01-01, to: 2199-12-31, label: Closed for good }
";

/// The place itself, and each way on from there.
const NODES: &[Case] = &[
    ("closed", "", End::Person),
    ("call-me", "1", End::Person),
    ("write-down", "2", End::Message),
    ("welcome", "3", End::Person),
];

#[test]
fn who_calls_when_it_is_closed_hears_so_and_reaches_a_person_by_zero_and_by_silence() {
    let mut setup = server()
        .demo()
        .with("[lines]\ndir = \"menus\"\n[messages]\nmax = \"5s\"");
    for (file, text) in embedded::DEMO {
        let text = match file.ends_with("office.yaml") {
            true => CLOSED,
            false => text,
        };
        setup = setup.file(file, text);
    }
    let house = House::new(setup, 8 * NODES.len());
    house.visit_all(NODES, |l| (l + 1).to_string(), &[false, true]);
}
