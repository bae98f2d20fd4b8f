//! Numbers, as they are typed, against rules, as they are written.

use super::*;

fn beginnings(all: &[&str]) -> Vec<Beginning> {
    let all = all.iter().map(|text| Beginning::parse(text).unwrap());
    all.collect()
}

fn rule(country: &str, allow: Option<&[&str]>, forbid: &[&str]) -> Outside {
    let country = Some(country).filter(|c| !c.is_empty());
    let allow = allow.map(beginnings);
    let premium = forbid.contains(&"premium");
    let forbid: Vec<&str> = forbid.iter().copied().filter(|f| *f != "premium").collect();
    Outside::new(country, allow.as_deref(), &beginnings(&forbid), premium)
}

#[track_caller]
fn may(outside: &Outside, numbers: &[&str]) {
    for number in numbers {
        assert!(outside.allows(&PhoneNumber::new(number)), "{number}");
    }
}

#[track_caller]
fn may_not(outside: &Outside, numbers: &[&str]) {
    for number in numbers {
        assert!(!outside.allows(&PhoneNumber::new(number)), "{number}");
    }
}

#[test]
fn without_a_rule_the_world_may_be_called_but_for_what_costs_more() {
    let outside = Outside::default();
    may(
        &outside,
        &["+4530901820", "004930901820", "030901820", "1881", "112"],
    );
    may_not(
        &outside,
        &["+4590123456", "+8821234567", "00979123456789", "0900123456"],
    );
    // A number with its country, but without a sign of it.
    may_not(&outside, &["4590123456", "881612345678"]);
}

#[test]
fn numbers_without_their_country_are_those_of_our_own() {
    let danish = rule("45", None, &["premium"]);
    may(
        &danish,
        &["30901820", "+4530901820", "1881", "112", "70101155"],
    );
    may_not(
        &danish,
        &["90123456", "+4590123456", "004590123456", "4590123456"],
    );
    let german = rule("49", None, &["premium"]);
    may(&german, &["030901820", "901820", "116117", "08001234567"]);
    may_not(&german, &["0900123456", "0137123456", "+49900123456"]);
    let american = rule("1", None, &["premium"]);
    may(
        &american,
        &["8705551234", "18705551234", "911", "2025550123"],
    );
    may_not(&american, &["9005551234", "19005551234", "+19005551234"]);
    // Without the country 0900 alone is known; with it, only what the country's own plan says.
    may(&rule("39", None, &["premium"]), &["0900123456"]);
}

#[test]
fn only_what_is_allowed() {
    let danish = rule("45", Some(&["+45", "+49 30", "1881"]), &["premium"]);
    may(
        &danish,
        &["30901820", "004530901820", "+4930901820", "1881", "112"],
    );
    may_not(
        &danish,
        &[
            "+4989123456",
            "+46812345678",
            "90123456",
            "1850",
            "25212345678",
        ],
    );
    let german = rule("49", Some(&["0"]), &[]);
    may(&german, &["030901820", "+4930901820", "0900123456", "110"]);
    may_not(
        &german,
        &["901820", "+4530901820", "004530901820", "118118"],
    );
    may_not(&rule("45", None, &["00"]), &["+4930901820"]);
    may_not(&rule("45", Some(&[]), &[]), &["30901820", "+4530901820"]);
    may(&rule("45", Some(&[]), &[]), &["112"]);
}

#[test]
fn the_longest_beginning_decides() {
    let outside = rule(
        "45",
        Some(&["+45", "+45 90 11 22 33"]),
        &["premium", "+45 70", "70 10", "112"],
    );
    may(&outside, &["+4530901820", "90112233"]);
    may_not(&outside, &["90112234", "70201155", "70101155", "112"]);
    // As long: the one that forbids.
    may_not(&rule("", Some(&["+45"]), &["+45"]), &["+4530901820"]);
}

#[test]
fn nobody_is_called_back_who_answers_in_need() {
    let outside = Outside::default();
    for number in EMERGENCY {
        let number = PhoneNumber::new(number);
        assert!(outside.allows(&number) && !outside.calls_back(&number));
    }
    assert!(outside.calls_back(&PhoneNumber::new("+4530901820")));
    assert!(!outside.calls_back(&PhoneNumber::new("+4590123456")));
}

#[test]
fn beginnings_as_people_write_them() {
    let read = |text| Beginning::parse(text).map(|b| b.0);
    for (text, begins) in [
        ("+45", Some("+45")),
        ("0045 90", Some("+4590")),
        (" +49 (0) 30/90-18… ", Some("+49309018")),
        ("0900*", Some("0900")),
        ("000", Some("000")),
        ("00", Some("+")),
        ("+…", Some("+")),
        ("112", Some("112")),
        ("…", None),
        ("", None),
        ("+0900", None),
        ("sip:x", None),
        ("+45 9O", None),
        ("+45+45", None),
    ] {
        assert_eq!(read(text).as_deref(), begins, "{text}");
    }
}

#[test]
fn countries_by_their_codes() {
    for (number, country) in [
        ("+4530901820", Some("45")),
        ("004930901820", Some("49")),
        ("+12025550123", Some("1")),
        ("+79161234567", Some("7")),
        ("+358600123", Some("358")),
        ("030901820", None),
        ("+", None),
        ("+0", None),
        ("+4", None),
    ] {
        assert_eq!(country_of(number), country, "{number}");
    }
}
