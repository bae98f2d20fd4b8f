//! Calls in the terminal, as they are told.

use super::*;
use crate::rehearse::tests::small;

/// What a call with these keys tells; `None`: keys come line by line.
fn told(args: &str, typed: Option<&str>) -> (u8, String) {
    use clap::Parser;
    let line = format!("zeroline call {args}");
    let cli = crate::cli::Cli::try_parse_from(line.split_whitespace()).unwrap();
    let Some(crate::cli::Command::Call(asked)) = cli.command else {
        panic!("{:?}", cli.command);
    };
    let mut out = Vec::new();
    let mut lines = typed.map(|t| Lines(io::Cursor::new(t.to_owned())));
    let mut keys = asked.keys.clone().unwrap_or_default();
    let input: &mut dyn Input = match &mut lines {
        Some(lines) => lines,
        None => &mut keys,
    };
    let tools = Tools {
        input,
        web: &mut |_| Err("failed: nobody there".to_owned()),
        sound: None,
        out: &mut out,
    };
    let code = run(&small(), &asked, Wall::default(), tools).unwrap();
    (code, String::from_utf8(out).unwrap())
}

#[test]
fn keys_are_played_and_the_end_and_the_card_are_told() {
    let (code, told) = told("--keys 2,12345678,1,0", None);
    assert_eq!(code, 0);
    for part in [
        "hears \"Welcome to Northwind. For our opening hours, press 1.",
        "presses 2\n",
        "hears \"You entered: one two three four five six seven eight",
        "-> queue support (asked)",
        "-> talks with agent1",
        "the call ended: agent1 ended the talk",
        "  display   +15550100 · Account",
        "  reason    asked",
        "  path      welcome > account > noted > account-menu",
        "  entry     account = 12345678",
    ] {
        assert!(told.contains(part), "{part} in:\n{told}");
    }
    // Nobody is asked what to press.
    assert!(!told.contains('['), "{told}");
}

#[test]
fn who_types_sees_what_each_key_does() {
    let (_, told) = told("", Some("x\n1\n\n2\n1234\n*\nh\n"));
    for part in [
        "[1 Opening hours | 2 Account number | 3 Sales | 4 Goodbye | 9 hear it again | * back | 0 a person]",
        "keys are 0-9 * #, Enter is silence, h hangs up",
        "(silent at welcome)",
        "[0-9 8 digits | * back | 0 a person]",
        "[0-9 8 digits | * clear and begin anew | *0 a person]",
        "hangs up",
        "the call ended: caller hung up",
    ] {
        assert!(told.contains(part), "{part} in:\n{told}");
    }
}

#[test]
fn silence_and_nobody_there() {
    let (_, told) = told("--keys -,- --nobody", None);
    assert!(told.contains("-> queue support (silence)"), "{told}");
    assert!(told.contains("the call goes on"), "{told}");
    // Typed: Enter speaks, # ends the message.
    let (_, told) = super::tests::told("--nobody", Some("0\n\n#\n1\n"));
    assert!(
        told.contains("[# the message is done | * begin it anew | 0 a person]"),
        "{told}"
    );
    assert!(told.contains("the call ended: message 1 stored"), "{told}");
}

#[test]
fn what_is_not_there_is_told() {
    for (args, what) in [
        ("--line demmo", "no line `demmo`; did you mean `demo`?"),
        ("--at noon", "--at: `noon` is no time"),
        ("--language xx", "demo does not speak `xx`; it speaks en"),
    ] {
        let (code, told) = told(args, None);
        assert_eq!(code, NOT_FOUND);
        assert!(told.contains(what), "{told}");
    }
    assert_eq!(
        wishes("2,x").unwrap_err(),
        "`x` is no keys; write them like 2,12345678,0"
    );
    let (code, told) = told(
        "--keys 4 --line 100 --at 2026-12-24T17:59 --from withheld",
        None,
    );
    assert_eq!(code, OK);
    assert!(
        told.contains("number withheld") && told.contains("goodbye at goodbye"),
        "{told}"
    );
}
