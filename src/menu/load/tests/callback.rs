//! Callbacks: what loads, and what is told.

use super::*;
use crate::menu::tree::Kind;

const TOP: &str =
    "line: test\nnumbers: [\"100\"]\nhuman: support\nstart: call-me\nnodes:\n  call-me:\n";

#[test]
fn good_callbacks() {
    check(&format!("{TOP}    callback: sales\n"), "");
    let text = format!(
        "{TOP}    callback: {{ queue: sales, say: {{ prompt: hours }}, numbers: [\"+45*\", \"0*\"] }}\n"
    );
    let (line, _) = load("m.yaml", &text, &known()).unwrap();
    let Some(Kind::Callback(callback)) = line.nodes().next().map(|(_, n)| &n.kind) else {
        panic!("no callback");
    };
    for (number, called) in [
        ("+4530901820", Some("+4530901820")),
        ("004530901820", Some("+4530901820")),
        ("030901820", Some("030901820")),
        ("+4930901820", None),
        ("+45", None),
        ("+4512345678901234", None),
        ("+45 30", None),
        ("", None),
    ] {
        assert_eq!(callback.callable(number).as_deref(), called, "{number}");
    }
}

#[test]
fn numbers_that_may_not_be_called_are_none_to_call_back() {
    let mut known = known();
    let only = crate::outside::Beginning::parse("+45").unwrap();
    let outside = crate::outside::Outside::new(Some("45"), Some(&[only]), &[], true);
    known.outside = std::sync::Arc::new(outside);
    let (line, _) = load("m.yaml", &format!("{TOP}    callback: sales\n"), &known).unwrap();
    let Some(Kind::Callback(callback)) = line.nodes().next().map(|(_, n)| &n.kind) else {
        panic!("no callback");
    };
    for number in ["+4530901820", "30901820", "004530901820"] {
        assert!(callback.callable(number).is_some(), "{number}");
    }
    // Abroad, premium, and who answers in need.
    for number in ["+4930901820", "90123456", "004590123456", "112", "911"] {
        assert_eq!(callback.callable(number), None, "{number}");
    }
}

#[test]
fn mistakes() {
    check(
        &format!("{TOP}    callback: {{ quue: sales, numbers: \"45-1\" }}\n"),
        "
m.yaml:7:17: a callback has no key `quue`
    7 |     callback: { quue: sales, numbers: \"45-1\" }
      |                 ^^^^ did you mean `queue`?
m.yaml:7:39: `45-1` does not fit `numbers`
    7 |     callback: { quue: sales, numbers: \"45-1\" }
      |                                       ^^^^^^^ write it like `numbers: \"+45*\"`",
    );
    check(
        &format!("{TOP}    callback: salse\n"),
        "
m.yaml:7:15: `salse` is not a queue
    7 |     callback: salse
      |               ^^^^^ did you mean `sales`?",
    );
}

const SLOTS: &str = "numbers: [\"100\"]\nhuman: support\nstart: call-me\nnodes:\n  call-me:\n    \
                     callback: { queue: sales, slots: SLOTS }\n";
const OFFICE: &str = "calendar: office\nzone: UTC\nhours: { mon-fri: 08:00-17:00 }\n";
const NEVER: &str = "calendar: never\nzone: UTC\nhours: {}\n";

/// Everything told about these slots, on a line whose calendar is `office`.
fn told_of(slots: &str) -> String {
    let line = format!(
        "line: test\ncalendar: office\n{}",
        SLOTS.replace("SLOTS", slots)
    );
    let files = [
        ("m.yaml", line.as_str()),
        ("o.yaml", OFFICE),
        ("n.yaml", NEVER),
    ];
    let all = match load_all(files, &known()) {
        Ok(lines) => lines.warnings,
        Err(mistakes) => mistakes,
    };
    let own = all.iter().filter(|m| m.file == "m.yaml");
    let all: Vec<String> = own.map(|m| format!("{}: {}", m.what, m.remedy)).collect();
    all.join("\n")
}

#[test]
fn slots_and_their_mistakes() {
    for good in [
        "{ hours: yes, each: 3 }",
        "{ hours: office, each: 1000, every: 5m, days: 14 }",
        "{ hours: office, each: 1, every: 4h, days: 1 }",
    ] {
        assert_eq!(told_of(good), "", "{good}");
    }
    for (wrong, expected) in [
        (
            "{ hours: offise, each: 3 }",
            "`offise` is not a calendar: did you mean `office`?",
        ),
        (
            "{ hours: never, each: 3 }",
            "`never` never opens: there is no time to offer: name a calendar with opening hours",
        ),
        (
            "{ hours: yes, each: 0 }",
            "`each` must be from 1 to 1000: write how many calls your people can make in one slot, \
             like `each: 3`",
        ),
        (
            "{ hours: yes, each: 3, every: 4m }",
            "`every` must be from 5m to 4h: write it like `every: 30m`",
        ),
        (
            "{ hours: yes, each: 3, every: 450s }",
            "`every` must be whole minutes: write it like `every: 30m`",
        ),
        (
            "{ hours: yes, each: 3, days: 15 }",
            "`days` must be from 1 to 14: today is the first: `days: 2` is today and tomorrow",
        ),
        ("{ hours: yes }", "slots has no `each`: add `each: 3`"),
        ("{ each: 3 }", "slots has no `hours`: add `hours: office`"),
    ] {
        assert_eq!(told_of(wrong), expected, "{wrong}");
    }
}
