//! The demo line outside its opening hours. As a folder of menus it comes without its web service;
//! the one in its place takes every call and never answers.

use std::net::TcpListener;

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

/// The place itself, and each way on from there; and where the service is waited for.
pub const NODES: &[Case] = &[
    ("closed", "", End::Person),
    ("call-me", "1", End::Person),
    ("write-down", "2", End::Message),
    ("welcome", "3", End::Person),
    ("find-invoice", "31204515 1", End::Fault),
    ("order.find", "32131415 1", End::Fault),
];

#[test]
fn who_calls_when_it_is_closed_hears_so_and_reaches_a_person_by_zero_and_by_silence() {
    let web = TcpListener::bind("127.0.0.1:0").expect("a port");
    let at = web.local_addr().expect("bound").to_string();
    let mut setup = server()
        .demo()
        .with("[lines]\ndir = \"menus\"\n[messages]\nmax = \"5s\"");
    for (file, text) in embedded::DEMO {
        let text = match file.ends_with("office.yaml") {
            true => CLOSED,
            false => text,
        };
        setup = setup.file(file, text.replace(embedded::DEMO_SERVICE, &at));
    }
    let house = House::new(setup, 8 * NODES.len());
    house.visit_all(NODES, |l| (l + 1).to_string(), &[false, true]);
}
