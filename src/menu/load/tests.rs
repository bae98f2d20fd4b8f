//! What operators get to read about wrong menu files.

mod callback;
mod dial;
mod fragments;
mod guide;
mod language;
mod send;
mod survey;

use std::time::Duration;

use super::*;
use crate::ids::{PromptName, QueueName};
use crate::menu::tree::{LanguageId, Piece};

/// Three prompts of the operator's and all of the server's; two queues.
fn known() -> Known {
    let mut known = Known {
        queues: ["support", "sales"].map(QueueName::new).into(),
        ..Known::default()
    };
    let own = ["welcome", "opt-hours", "hours"].map(str::to_owned);
    for name in own.into_iter().chain(crate::menu::system::all()) {
        let text = match name.as_str() {
            name if name.starts_with("sys-guide") => "Yes 1, no 2. For a person, press zero.",
            "sys-survey-skip" => "Wait to skip. For a person, press zero.",
            "sys-callback-times" => "Soon 1. For a person, press zero. Or a time:",
            "sys-callback-right" => "Right 1, another 2. For a person, press zero.",
            "sys-zero" => "To speak to a person, press zero.",
            "sys-zero-hash" => "For a person press zero and then hash.",
            "sys-last-try" => "Press a key, or zero for a person. Press zero.",
            "sys-moh" => "",
            _ => "Some words.",
        };
        let facts = PromptFacts {
            transcript: Some(text.to_owned()),
            length: Some(Duration::from_secs(2)),
        };
        let prompts = known.prompts.entry(Language::default()).or_default();
        prompts.insert(PromptName::new(name), facts);
    }
    known
}

const HEAD: &str = "line: test\nnumbers: [\"100\"]\nhuman: support\nstart: welcome\nnodes:\n";
const MENU: &str = "  welcome:\n    menu:\n      greeting: { prompt: welcome }\n      options:\n        \
                    1: { say: { prompt: opt-hours }, go: hours }\n";
const HOURS: &str = "  hours:\n    say: { prompt: hours, go: back }\n";

/// Everything told about a file, warnings included.
fn told(text: &str) -> String {
    let all = match load("m.yaml", text, &known()) {
        Ok((_, warnings)) => warnings,
        Err(mistakes) => mistakes,
    };
    let all: Vec<String> = all.iter().map(ToString::to_string).collect();
    all.join("\n")
}

#[track_caller]
fn check(text: &str, expected: &str) {
    let told = told(text);
    let trim = |s: &str| s.lines().map(str::trim_end).collect::<Vec<_>>().join("\n");
    assert!(
        trim(&told) == trim(expected.trim_matches('\n')),
        "told:\n{told}\n\nexpected:\n{expected}"
    );
}

#[test]
fn a_good_file() {
    check(&format!("{HEAD}{MENU}{HOURS}"), "");
}

#[test]
fn go_leads_nowhere() {
    check(
        &format!("{HEAD}{}{HOURS}", MENU.replace("go: hours", "go: huors")),
        "
m.yaml:10:46: `huors` is not a node of this line
   10 |         1: { say: { prompt: opt-hours }, go: huors }
      |                                              ^^^^^ did you mean `hours`?",
    );
}

#[test]
fn zero_star_and_nonsense_keys() {
    let keys = "        0: { go: hours }\n        \"*\": { go: hours }\n        12: { go: hours }\n        \
                \"#\": { go: hours }\n";
    check(
        &format!("{HEAD}{MENU}{keys}{HOURS}"),
        "
m.yaml:11:9: 0 always reaches a person and can not be assigned
   11 |         0: { go: hours }
      |         ^ use 1 to 9; for the person behind 0 set `human` of the line
m.yaml:12:9: * always goes back and can not be assigned
   12 |         \"*\": { go: hours }
      |         ^^^ use 1 to 9
m.yaml:13:9: `12` is not a key
   13 |         12: { go: hours }
      |         ^^ use 1 to 9
m.yaml:14:9: # ends entries and can not be assigned
   14 |         \"#\": { go: hours }
      |         ^^^ use 1 to 9",
    );
}

#[test]
fn an_unquoted_hash_is_a_comment_and_told_as_bad_yaml() {
    let told = told(&format!(
        "{HEAD}{MENU}        #: {{ go: hours }}\n        3:{{\n{HOURS}"
    ));
    assert!(
        told.starts_with("m.yaml:1") && told.contains("not well-formed YAML"),
        "{told}"
    );
}

#[test]
fn unknown_and_double_keys() {
    check(
        &format!(
            "{}colour: red\n{}{HOURS}",
            HEAD.replace("nodes:\n", "tires: 2\nhuman: sales\n"),
            format!("nodes:\n{MENU}").replace("greeting", "greting")
        ),
        "
m.yaml:5:1: the file has no key `tires`
    5 | tires: 2
      | ^^^^^ did you mean `tries`?
m.yaml:6:1: `human` is there twice
    6 | human: sales
      | ^^^^^ the first is in line 3; remove one
m.yaml:7:1: the file has no key `colour`
    7 | colour: red
      | ^^^^^^ known here: line, label, languages, numbers, human, calendar, wait, tries, use, start or nodes
m.yaml:11:7: a menu has no key `greting`
   11 |       greting: { prompt: welcome }
      |       ^^^^^^^ did you mean `greeting`?",
    );
}

#[test]
fn what_is_missing_at_the_top() {
    check(
        "label: Test\nnumbers: []\n",
        "
m.yaml:1:1: the file has no `line`
    1 | label: Test
      | ^ add `line: support`
m.yaml:1:1: the file has no `human`
    1 | label: Test
      | ^ add `human: support`
m.yaml:1:1: the file has no `start`
    1 | label: Test
      | ^ add `start: welcome`
m.yaml:1:1: the file has no `nodes`
    1 | label: Test
      | ^ add `nodes: …`
m.yaml:2:10: nothing can be dialled to reach this line
    2 | numbers: []
      |          ^ add a number",
    );
}

#[test]
fn wrong_start_and_wrong_queue() {
    let head = HEAD
        .replace("start: welcome", "start: welcom")
        .replace("human: support", "human: suport");
    check(
        &format!("{head}{MENU}{HOURS}"),
        "
m.yaml:3:8: `suport` is not a queue
    3 | human: suport
      |        ^^^^^^ did you mean `support`?
m.yaml:4:8: `welcom` is not a node of this line
    4 | start: welcom
      |        ^^^^^^ did you mean `welcome`?",
    );
}

#[test]
fn text_without_recording_and_unknown_prompts() {
    let say = "  hours:\n    say:\n      text: \"We are here all day.\"\n      go: back\n";
    let menu = MENU.replace("opt-hours", "opt-huors");
    check(
        &format!("{HEAD}{menu}{say}"),
        "
m.yaml:10:29: there is no prompt `opt-huors`
   10 |         1: { say: { prompt: opt-huors }, go: hours }
      |                             ^^^^^^^^^ did you mean `opt-hours`?
m.yaml:13:13: nobody can say this text in `en`
   13 |       text: \"We are here all day.\"
      |             ^^^^^^^^^^^^^^^^^^^^^^ name a speech engine by prompts.engine, or record it and write `{ prompt: NAME }`",
    );
}

#[test]
fn a_prompt_named_without_its_key() {
    check(
        &format!(
            "{HEAD}{}{HOURS}",
            MENU.replace("{ prompt: welcome }", "welcome")
        ),
        "
m.yaml:8:17: these are no words but the name of a prompt
    8 |       greeting: welcome
      |                 ^^^^^^^ write `{ prompt: welcome }`",
    );
}

#[test]
fn an_entry_of_one_digit_that_may_be_zero() {
    let collect = "  hours:\n    collect: { say: { prompt: hours }, digits: 1-4, into: x, leading_zero: true }\n";
    check(
        &format!("{HEAD}{MENU}{collect}"),
        "
m.yaml:12:48: an entry of one digit that may be 0 leaves no way to tell it from the person
   12 |     collect: { say: { prompt: hours }, digits: 1-4, into: x, leading_zero: true }
      |                                                ^^^ ask for at least 2 digits, or leave `leading_zero` out",
    );
}

#[test]
fn values_that_do_not_fit() {
    let collect = "  hours:\n    collect:\n      say: { prompt: hours }\n      digits: 9-4\n      into: my account\n      \
                   wait: 2 weeks\n      between: 100ms\n      tries: 7\n      confirm: maybe\n";
    check(
        &format!("{HEAD}{MENU}{collect}"),
        "
m.yaml:14:15: `9-4` does not fit `digits`
   14 |       digits: 9-4
      |               ^^^ write it like `digits: 8` or `digits: 4-8`
m.yaml:15:13: `my account` does not fit `into`
   15 |       into: my account
      |             ^^^^^^^^^^ write it like `into: account`
m.yaml:16:13: `2 weeks` does not fit `wait`
   16 |       wait: 2 weeks
      |             ^^^^^^^ write it like `wait: 5s`
m.yaml:17:16: `between` must be from 1s to 60s
   17 |       between: 100ms
      |                ^^^^^ write it like `5s`
m.yaml:18:14: `7` does not fit `tries`
   18 |       tries: 7
      |              ^ write it like `tries: 2`, from `1` to `3`
m.yaml:19:16: `maybe` does not fit `confirm`
   19 |       confirm: maybe
      |                ^^^^^ write it like `confirm: true`",
    );
}

#[test]
fn nodes_of_no_kind_and_of_two() {
    let more = "  human:\n    label: x\n  twice:\n    queue: sales\n    goodbye: { prompt: hours }\n  other: 5\n";
    check(
        &format!("{HEAD}{MENU}{HOURS}{more}"),
        "
m.yaml:13:3: a node can not be called `human`
   13 |   human:
      |   ^^^^^ use letters, digits, - and _; not human, back or repeat
m.yaml:13:3: node `human` does nothing
   13 |   human:
      |   ^^^^^ give it one of: menu, language, say, collect, choose, ask, guide, survey, send, dial, queue, callback, message, goodbye
m.yaml:17:5: node `twice` is a `goodbye` and something else as well
   17 |     goodbye: { prompt: hours }
      |     ^^^^^^^ a node is of one kind; make two nodes and join them by `go`
m.yaml:18:10: node `other` must be a mapping, not text
   18 |   other: 5
      |          ^ write it like `say: { prompt: … }`",
    );
}

#[test]
fn a_circle_of_says_is_refused() {
    let more = "  hours: { say: { prompt: hours, go: more } }\n  more: { say: { prompt: hours, go: hours } }\n";
    check(
        &format!("{HEAD}{MENU}{more}"),
        "
m.yaml:11:3: who presses nothing would listen for ever: hours → more → hours
   11 |   hours: { say: { prompt: hours, go: more } }
      |   ^^^^^ let one of them go to a menu, `back` or `human`",
    );
}

#[test]
fn silent_menus_and_untold_keys() {
    let menu = "  welcome:\n    menu:\n      options:\n        1: { go: hours }\n";
    check(
        &format!("{HEAD}{menu}{HOURS}"),
        "
m.yaml:8:7: warning: no prompt of this menu tells about key 1
    8 |       options:
      |       ^ add `say` to the option, or tell it in the greeting
m.yaml:8:7: this menu says nothing
    8 |       options:
      |       ^ add `say` to its options, or a `greeting` that tells them",
    );
}

#[test]
fn further_tries_must_be_shorter_and_as_many_as_there_are() {
    let long = MENU.replace(
        "      options",
        "      again: { prompt: [welcome, hours, hours] }\n      options",
    );
    check(
        &format!("{HEAD}{long}{HOURS}"),
        "
m.yaml:9:14: the prompt of a further try must be shorter than the one before
    9 |       again: { prompt: [welcome, hours, hours] }
      |              ^ say less; who did not react to the long one will not to a longer one",
    );
    let many = MENU.replace(
        "      options",
        "      again: [{ prompt: hours }, { prompt: hours }]\n      options",
    );
    check(
        &format!("{HEAD}{many}{HOURS}"),
        "
m.yaml:9:14: 2 prompts are given for further tries, of which there is 1
    9 |       again: [{ prompt: hours }, { prompt: hours }]
      |              ^ give one per try after the first, or change `tries`",
    );
}

#[test]
fn numbers_are_unique_over_all_lines() {
    let good = format!("{HEAD}{MENU}{HOURS}");
    let files = [("a.yaml", good.as_str()), ("b.yaml", good.as_str())];
    let told = load_all(files, &known()).unwrap_err();
    let told: Vec<String> = told.iter().map(ToString::to_string).collect();
    assert_eq!(
        told,
        [
            "b.yaml:2:11: `100` already reaches the line of a.yaml:2\n    2 | numbers: [\"100\"]\n      \
             |           ^^^^^ each number reaches one line; remove it here or there",
            "b.yaml:1:7: the line `test` is also in a.yaml\n    1 | line: test\n      |       ^^^^ give \
             each line a name of its own",
        ]
    );
    let other = good.replace("test", "other").replace("100", "200");
    let lines = load_all([("a", good.as_str()), ("b", other.as_str())], &known()).unwrap();
    let name = |n: &str| lines.by_number(n).map(|l| l.name.as_str().to_owned());
    assert_eq!(name("100").as_deref(), Some("test"));
    assert_eq!(name("200").as_deref(), Some("other"));
    assert_eq!(name("300"), None);
}

#[test]
fn every_menu_tells_how_to_reach_a_person() {
    let text = format!("{HEAD}{MENU}{HOURS}");
    let first = |known: &Known| -> Vec<String> {
        let (line, _) = load("m.yaml", &text, known).unwrap();
        let node = line.node(line.start).unwrap();
        let speech = node.kind.speeches()[0].clone();
        let said = speech.of(LanguageId::default()).unwrap();
        let names = said.pieces.iter().map(|p| match p {
            Piece::Prompt(name) => name.as_str().to_owned(),
            other => panic!("{other:?}"),
        });
        names.collect()
    };
    let composed = ["welcome", "opt-hours", "sys-press-1", "sys-zero"];
    assert_eq!(first(&known()), composed);
    // Told by the recording: nothing is added.
    let mut told = known();
    let prompts = told.prompts.get_mut(&Language::default()).unwrap();
    let welcome = prompts.get_mut(&PromptName::new("welcome")).unwrap();
    welcome.transcript = Some("Welcome. Press 0 at any time for a person.".to_owned());
    assert_eq!(first(&told), composed[..3]);
    // A zero that is no key does not count.
    let prompts = told.prompts.get_mut(&Language::default()).unwrap();
    let welcome = prompts.get_mut(&PromptName::new("welcome")).unwrap();
    welcome.transcript = Some("Welcome to Zero Limited. We press fruit.".to_owned());
    assert_eq!(first(&told), composed);
    // Without the server's own sentence it does not load.
    let prompts = told.prompts.get_mut(&Language::default()).unwrap();
    prompts.remove(&PromptName::new("sys-zero"));
    let mistakes = load("m.yaml", &text, &told).unwrap_err();
    assert!(mistakes[0].what.contains("`sys-zero`"), "{mistakes:?}");
}

#[test]
fn things_that_yaml_has_and_menus_do_not() {
    for (text, what) in [
        ("", "the file is empty"),
        ("a: &x 1\n", "anchors"),
        ("a: !tag 1\n", "anchors"),
        ("a: 1\n---\nb: 2\n", "a second document"),
        ("- 1\n", "the file must be a mapping, not a list"),
        ("a: [\n", "not well-formed YAML"),
    ] {
        let told = told(text);
        assert!(told.contains(what), "{text:?} gave:\n{told}");
    }
    for deep in [100, 5000] {
        // Refused by us, or by the parser before.
        let told = told(&format!("{}{}", "[".repeat(deep), "]".repeat(deep)));
        let refused = ["nested too deeply", "not well-formed YAML"];
        assert!(refused.iter().any(|r| told.contains(r)), "{told}");
    }
}

#[test]
fn no_text_makes_the_loader_panic() {
    let good = format!("{HEAD}{MENU}{HOURS}");
    let known = known();
    bolero::check!()
        .with_iterations(300)
        .with_type::<(Vec<u8>, Vec<(u16, u8)>)>()
        .for_each(|(bytes, changes)| {
            let _ = load("m.yaml", &String::from_utf8_lossy(bytes), &known);
            let mut changed = good.clone().into_bytes();
            for (at, value) in changes {
                let at = usize::from(*at) % changed.len();
                changed[at] = *value;
            }
            let text = String::from_utf8_lossy(&changed).into_owned();
            if let Err(mistakes) = load("m.yaml", &text, &known) {
                mistakes
                    .iter()
                    .for_each(|m| assert!(!m.to_string().is_empty()));
            }
        });
}
