//! What is read out by the demo line: numbers read back, sums, days and times, each compared with
//! the recordings that it is made of.

use jiff::civil::{Date, Time};
use serde_json::Value as Json;
use zeroline::menu::say::{Currency, Value};
use zeroline::menu::tree::{Callback, Confirm, Kind, Speech};

use super::line::{Group, Values, words};
use super::places::confirm;
use super::{House, SAID, SOON, ended, press};
use crate::support::server::get;

/// A number that is looked up: the keys that lead to its entry, the number, and the node that
/// tells what is found.
type LookUp = (&'static str, &'static str, &'static str);

const LOOK_UPS: &[LookUp] = &[
    ("1", "204510", "invoice-paid"),
    ("1", "204515", "invoice-open"),
    ("1", "204517", "invoice-overdue"),
    ("1", "204519", "no-invoice"),
    ("21", "31415", "order.on-its-way"),
    ("21", "31417", "order.delivered"),
    ("21", "31419", "no-order"),
];

/// Invoice 204515 and what it comes to, written by hand.
const IN_WORDS: [[&str; 2]; 4] = [
    [
        "two zero four five one five",
        "one hundred and eighty-nine euros and fifteen cents",
    ],
    [
        "zwei null vier fünf eins fünf",
        "einhundert neunundachtzig Euro und fünfzehn Cent",
    ],
    [
        "to nul fire fem et fem",
        "et hundrede og niogfirs euro og femten cent",
    ],
    [
        "to null fire fem én fem",
        "ett hundre og åttini euro og femten cent",
    ],
];

impl House {
    /// What the service says of a number, as values of the line.
    fn found(&self, number: &str) -> Values {
        let (kind, name) = match number.len() {
            6 => ("invoices", "invoice"),
            _ => ("orders", "order"),
        };
        let mut values = Values::new();
        values.insert(name, Value::Digits(number.to_owned()));
        let at = self.server.service.expect("the demo's service");
        let (status, body) = get(at, &format!("/{kind}/{number}")).expect("an answer");
        if status == 404 {
            return values;
        }
        let body: Json = serde_json::from_str(&body).expect("JSON");
        let text = |at: &str| body.pointer(at).and_then(Json::as_str);
        if let Some(amount) = text("/amount") {
            let minor = amount.replace('.', "").parse().expect("a sum");
            let currency = Currency::Eur;
            values.insert("amount", Value::Money { minor, currency });
        }
        for (name, at) in [("due", "/due"), ("day", "/day")] {
            let date = text(at).map(|d| d.parse::<Date>().expect("a date"));
            values.extend(date.map(|d| (name, Value::Date(d))));
        }
        for (name, at) in [("earliest", "/window/from"), ("latest", "/window/until")] {
            let time = text(at).map(|t| format!("{t}:00").parse::<Time>().expect("a time"));
            values.extend(time.map(|t| (name, Value::Time(t))));
        }
        values
    }

    /// Digits with the words around them.
    fn read_back(&self, confirm: &Confirm, digits: &str, language: usize) -> Group {
        let speech = |s: &Speech| self.demo.speech(s, language, &Values::new());
        let digit = |c: char| {
            let digit = c.to_digit(10).expect("a digit") as usize;
            self.demo.own(confirm.digits[digit].clone(), language)
        };
        let mut all = speech(&confirm.before);
        all.extend(digits.chars().map(digit));
        all.extend(speech(&confirm.after));
        all
    }

    fn looks_up(&self, look_up: LookUp, language: usize) -> Result<(), String> {
        let (keys, number, node) = look_up;
        let asks = match number.len() {
            6 => self.demo.node("invoice"),
            _ => self.demo.node("order.number"),
        };
        let (Kind::Collect(asks), Kind::Say(told)) = (&asks.kind, &self.demo.node(node).kind)
        else {
            panic!("one asks, and one tells");
        };
        let read_back = self.read_back(confirm(asks), number, language);
        let values = self.found(number);
        let told = self.demo.speech(&told.speech, language, &values);
        if node == "invoice-open" {
            let said = words(&read_back) + " " + &words(&told);
            for expected in IN_WORDS[language] {
                assert!(said.contains(expected), "{expected}: {said}");
            }
        }
        let mut caller = self.goes(language, &format!("{keys}{number}"));
        self.hears(&mut caller, std::slice::from_ref(&read_back))?;
        press(&mut caller, "1");
        self.hears(&mut caller, &[read_back, told])?;
        press(&mut caller, "0");
        self.reaches_a_person(&mut caller, SOON)?;
        caller.hang_up();
        Ok(())
    }

    /// The words before, and the number that the caller calls from.
    fn offered(&self, callback: &Callback, number: &str, language: usize) -> Group {
        let intro = callback.intro.as_ref().expect("words");
        let mut offer = self.demo.speech(intro, language, &Values::new());
        offer.extend(self.read_back(&callback.offer, number, language));
        offer
    }

    /// The number that the caller calls from is read out, and is right.
    fn is_called_back_there(&self, node: &str, keys: &str, language: usize) -> Result<(), String> {
        let callback = self.demo.callback(node);
        let mut caller = self.goes(language, keys);
        let mut said = vec![self.offered(callback, &caller.user, language)];
        self.hears(&mut caller, &said)?;
        press(&mut caller, "1");
        said.push(self.demo.speech(&callback.stored, language, &Values::new()));
        ended(&mut caller, SAID)?;
        self.hears(&mut caller, &said)
    }

    /// The number that the caller calls from is read out, and then another one that they type.
    fn is_called_back(&self, language: usize) -> Result<(), String> {
        let callback = self.demo.callback("call-me");
        let speech = |s: &Speech| self.demo.speech(s, language, &Values::new());
        let mut caller = self.goes(language, "51");
        let mut said = vec![self.offered(callback, &caller.user, language)];
        self.hears(&mut caller, &said)?;
        press(&mut caller, "2");
        said.push(speech(&callback.number.speech));
        self.hears(&mut caller, &said)?;
        press(&mut caller, "030901821#");
        said.push(self.read_back(confirm(&callback.number), "030901821", language));
        self.hears(&mut caller, &said)?;
        press(&mut caller, "1");
        said.push(speech(&callback.stored));
        ended(&mut caller, SAID)?;
        self.hears(&mut caller, &said)
    }
}

pub fn numbers_sums_days_and_times_are_read_out(house: &House) {
    let languages = 0..house.demo.languages();
    let all = languages.flat_map(|l| LOOK_UPS.iter().map(move |look_up| (*look_up, l)));
    house.at_the_same_time(all, |&(look_up, language)| {
        let told = house.looks_up(look_up, language);
        told.map_err(|e| format!("{}, language {language}: {e}", look_up.2))
    });
}

pub fn telephone_numbers_are_read_out(house: &House) {
    house.at_the_same_time(0..house.demo.languages(), |&language| {
        let told = house.is_called_back(language);
        told.map_err(|e| format!("language {language}: {e}"))
    });
}

pub fn who_is_called_back_where_they_are_hears_that_it_is_stored(house: &House) {
    let nodes = [("call-me", "51"), ("pay-later", "1204515 1  1")];
    let languages = 0..house.demo.languages();
    let all = languages.flat_map(|language| nodes.map(|node| (node, language)));
    house.at_the_same_time(all, |&((node, keys), language)| {
        let told = house.is_called_back_there(node, keys, language);
        told.map_err(|e| format!("{node}, language {language}: {e}"))
    });
}
