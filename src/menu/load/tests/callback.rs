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
