use proptest::prelude::*;

use super::*;
use crate::ids::{Digits, Key, NodeName};
use crate::menu::value::Value;

fn card() -> ContextCard {
    let mut card = ContextCard::new(
        ContactId::from_u64(1 << 40),
        "support".into(),
        PhoneNumber::new("+4930901820"),
        Wall::from_unix_millis(1_795_000_000_000),
    );
    card.reason = Some(Reason::Asked);
    card.waited = Duration::from_secs(42);
    card.step(step("welcome", entered("Welcome")));
    let key = Key::from_char('2').unwrap();
    card.step(step("welcome", StepKind::Pressed { key }));
    card.step(step("billing", entered("billing")));
    card.step(step("billing", StepKind::Pressed { key: Key::ZERO }));
    card
}

fn entered(label: &str) -> StepKind {
    StepKind::Entered {
        label: label.into(),
    }
}

fn step(node: &str, what: StepKind) -> Step {
    Step {
        at: Duration::from_secs(1),
        node: NodeName::new(node),
        what,
    }
}

fn decode(uui: &str) -> serde_json::Value {
    let hex = uui.strip_suffix(";encoding=hex;purpose=zeroline").unwrap();
    assert!(hex.len() <= 2 * MAX_UUI);
    let bytes: Vec<u8> = (0..hex.len() / 2)
        .map(|i| u8::from_str_radix(&hex[2 * i..2 * i + 2], 16).unwrap())
        .collect();
    serde_json::from_slice(&bytes).unwrap()
}

#[test]
fn the_phone_s_display_says_who_what_why_and_how_long() {
    assert_eq!(card().short(), "+4930901820 · billing · asked · 0:42");
    assert_eq!(card().short_ascii(), "+4930901820 - billing - asked - 0:42");
    let mut long = card();
    long.step(step("x", entered("Fragen zu Verträgen und Rechnungen")));
    long.waited = Duration::from_secs(3_661);
    assert_eq!(long.short(), "+4930901820 · Fragen zu… · asked · 61:01");
    assert_eq!(long.short().chars().count(), MAX_SHORT);
}

#[test]
fn user_to_user_carries_contact_subject_reason_and_keys() {
    let json = decode(&card().user_to_user());
    assert_eq!(json["c"], card().contact.to_string());
    assert_eq!(json["s"], "billing");
    assert_eq!(json["r"], "asked");
    assert_eq!(json["w"], 42);
    assert_eq!(json["p"], "20");
}

#[test]
fn sensitive_entries_are_dots_and_debug_shows_nothing() {
    let mut card = card();
    let mut pin = Digits::new();
    for c in "471199".chars() {
        pin.push(Key::from_char(c).unwrap());
    }
    card.entry(
        "account",
        EntryValue::of(&Value::Digits(pin.clone()), false),
    );
    card.entry("pin", EntryValue::of(&Value::Digits(pin), true));
    let json = card.to_json();
    assert_eq!(json["entries"]["pin"], "••••••");
    assert_eq!(json["entries"]["account"], "471199");
    let debug = format!("{card:?}");
    assert!(
        !debug.contains("471199") && !debug.contains("30901820"),
        "{debug}"
    );
}

#[test]
fn the_path_is_bounded_and_remembers_that_it_forgot() {
    let mut card = card();
    for i in 0..100 {
        card.step(step(&i.to_string(), StepKind::Silent));
    }
    assert_eq!(card.path().count(), MAX_STEPS);
    assert_eq!(card.to_json()["steps_forgotten"], 104 - MAX_STEPS);
}

proptest! {
    #[test]
    fn whatever_the_caller_and_the_labels_are_it_fits_and_needs_no_quoting(
        number in ".{0,60}", label in ".{0,200}", line in ".{0,200}", waited in any::<u32>(),
    ) {
        let mut card = card();
        card.caller = PhoneNumber::new(number);
        card.line = LineName::new(line);
        card.step(step("x", entered(&label)));
        card.waited = Duration::from_secs(waited.into());
        let short = card.short();
        prop_assert!(short.chars().count() <= MAX_SHORT, "{}", short);
        prop_assert!(!short.contains(['"', '\\', '\r', '\n']));
        let ascii = card.short_ascii();
        prop_assert!(ascii.len() <= MAX_SHORT && ascii.is_ascii(), "{}", ascii);
        let json = decode(&card.user_to_user());
        prop_assert_eq!(json["w"].as_u64(), Some(waited.into()));
    }
}
