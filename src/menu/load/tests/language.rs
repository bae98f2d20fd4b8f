//! Lines of several languages, values, hours and web services: what loads, and what is told.

use super::*;
use crate::menu::load::{load_all, texts};
use crate::menu::say;
use crate::menu::spoken::text_prompt;

/// English and German, with every number of both; what the text asks for has a voice.
fn bilingual(text: &str) -> Known {
    let mut known = known();
    known.mail = true;
    known.trunk = true;
    let english = known.prompts[&Language::new("en")].clone();
    known.prompts.insert(Language::new("de"), english);
    for (tag, language) in [("en", say::Language::En), ("de", say::Language::De)] {
        let prompts = known.prompts.get_mut(&Language::new(tag)).unwrap();
        for fragment in say::vocabulary(language) {
            prompts.insert(fragment.name, PromptFacts::default());
        }
    }
    let (wanted, _) = texts([("m.yaml", text)], &known);
    for t in wanted {
        let name = text_prompt(&t.language, &t.text);
        let facts = PromptFacts {
            transcript: Some(t.text),
            length: Some(Duration::from_secs(1)),
        };
        known
            .prompts
            .get_mut(&t.language)
            .unwrap()
            .insert(name, facts);
    }
    known
}

#[track_caller]
fn checked(text: &str, expected: &str) {
    let office = "calendar: office\nzone: Europe/Berlin\nhours: { mon-fri: 08:00-17:00 }\n";
    let files = [("office.yaml", office), ("m.yaml", text)];
    let told = match load_all(files, &bilingual(text)) {
        Ok(lines) => lines.warnings,
        Err(mistakes) => mistakes,
    };
    let told: Vec<String> = told.iter().map(ToString::to_string).collect();
    let trim = |s: &str| s.lines().map(str::trim_end).collect::<Vec<_>>().join("\n");
    let told = told.join("\n");
    assert!(
        trim(&told) == trim(expected.trim_matches('\n')),
        "told:\n{told}\n\nexpected:\n{expected}"
    );
}

const TOP: &str = "line: test\nnumbers: [\"100\"]\nlanguages: [en, de]\nhuman: support\n\
                   calendar: office\nstart: root\nnodes:\n";

/// A line that uses everything.
const ALL: &str = r#"  root:
    language:
      options: { 1: en, 2: { language: de, say: { prompt: opt-hours } } }
      go: hours
  hours:
    choose:
      - { when: { closed: yes }, go: night }
      - { when: { caller: ["+45*", "112"], language: de }, go: account }
      - { when: { open: office }, go: account }
      - { go: human }
  night: { message: support }
  account:
    collect:
      say: { en: "Please enter your account.", de: "Bitte geben Sie Ihr Konto ein." }
      digits: 6-8
      into: account
      go: lookup
  lookup:
    ask:
      get: "https://crm.example/accounts/{account}?from={caller}"
      timeout: 1500ms
      say: { en: "One moment.", de: "Einen Moment." }
      take:
        balance: { from: account.balance, as: money EUR }
        due: { as: date, optional: yes }
      go: rich
      missing: account
  rich:
    choose:
      - { when: { due: { known: yes }, balance: { over: 0 } }, go: tell }
      - { go: human }
  tell:
    say:
      en: "You owe {balance}, due on {due|no-year}."
      de: ["Sie schulden {balance|accusative}", "bis zum {due|dative no-year}."]
      go: end
  end: { goodbye: { en: "Bye.", de: "Tschüss." } }
"#;

#[test]
fn all_of_it_loads() {
    checked(&format!("{TOP}{ALL}"), "");
}

#[test]
fn the_texts_that_need_a_voice_are_known_before() {
    let text = format!("{TOP}{ALL}");
    let (wanted, read) = texts([("m.yaml", text.as_str())], &known());
    // The languages are not there yet: only the first one can be asked for.
    assert!(
        wanted.iter().all(|t| t.language.as_str() == "en"),
        "{wanted:?}"
    );
    let (wanted, _) = texts([("m.yaml", text.as_str())], &bilingual(&text));
    let of = |l: &str| -> Vec<&str> {
        let of = wanted.iter().filter(|t| t.language.as_str() == l);
        of.map(|t| t.text.as_str()).collect()
    };
    assert_eq!(
        of("en"),
        [
            "For English, press 1.",
            "Please enter your account.",
            "One moment.",
            "You owe",
            ", due on",
            "Bye."
        ]
    );
    assert_eq!(
        of("de"),
        [
            "Bitte geben Sie Ihr Konto ein.",
            "Einen Moment.",
            "Sie schulden",
            "bis zum",
            "Tschüss."
        ]
    );
    assert_eq!(read, [Language::new("en")].into());
}

#[test]
fn words_in_one_language_of_two() {
    let nodes = "  root:\n    say: { text: \"Hello.\", go: next }\n  next:\n    say: { en: \"Hello.\", go: human }\n";
    checked(
        &format!("{TOP}{nodes}"),
        "
m.yaml:9:18: in which language is this?
    9 |     say: { text: \"Hello.\", go: next }
      |                  ^^^^^^^^ write `{ en: \"…\", de: \"…\" }`
m.yaml:11:10: nothing is said in `de`
   11 |     say: { en: \"Hello.\", go: human }
      |          ^ add `de: …`, or take it out of `languages`",
    );
}

#[test]
fn values_that_may_not_be_known() {
    let change = |from: &str, to: &str| format!("{TOP}{ALL}").replace(from, to);
    checked(
        &change("missing: account", "missing: tell"),
        "
m.yaml:41:11: `balance` may not be known at `tell`
   41 |       en: \"You owe {balance}, due on {due|no-year}.\"
      |           ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ some way leads here without it: bring it on each, or part the ways by `choose` with `when: { balance: { known: yes } }`
m.yaml:41:11: `due` may not be known at `tell`
   41 |       en: \"You owe {balance}, due on {due|no-year}.\"
      |           ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ some way leads here without it: bring it on each, or part the ways by `choose` with `when: { due: { known: yes } }`
m.yaml:42:12: `balance` may not be known at `tell`
   42 |       de: [\"Sie schulden {balance|accusative}\", \"bis zum {due|dative no-year}.\"]
      |            ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ some way leads here without it: bring it on each, or part the ways by `choose` with `when: { balance: { known: yes } }`
m.yaml:42:49: `due` may not be known at `tell`
   42 |       de: [\"Sie schulden {balance|accusative}\", \"bis zum {due|dative no-year}.\"]
      |                                                 ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ some way leads here without it: bring it on each, or part the ways by `choose` with `when: { due: { known: yes } }`",
    );
}

#[test]
fn names_and_forms_that_are_not_there() {
    let change = |from: &str, to: &str| format!("{TOP}{ALL}").replace(from, to);
    checked(
        &change("{balance|accusative}", "{balence}"),
        "
m.yaml:42:12: nothing on this line is called `balence`
   42 |       de: [\"Sie schulden {balence}\", \"bis zum {due|dative no-year}.\"]
      |            ^^^^^^^^^^^^^^^^^^^^^^^^ did you mean `balance`?",
    );
    checked(
        &change("{balance|accusative}", "{balance|acusative}"),
        "
m.yaml:42:12: a value can not be read `acusative`
   42 |       de: [\"Sie schulden {balance|acusative}\", \"bis zum {due|dative no-year}.\"]
      |            ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ did you mean `accusative`?",
    );
    checked(
        &change("{balance|accusative}", "{balance"),
        "
m.yaml:42:12: a brace without its other half
   42 |       de: [\"Sie schulden {balance\", \"bis zum {due|dative no-year}.\"]
      |            ^^^^^^^^^^^^^^^^^^^^^^^ write `{NAME}`; a brace itself is `{{`",
    );
    checked(
        &change("open: office", "open: offiec"),
        "
m.yaml:16:25: `offiec` is not a calendar
   16 |       - { when: { open: offiec }, go: account }
      |                         ^^^^^^ did you mean `office`?",
    );
    checked(
        &change("language: de }, go: account", "language: fr }, go: account"),
        "
m.yaml:15:54: this line does not speak `fr`
   15 |       - { when: { caller: [\"+45*\", \"112\"], language: fr }, go: account }
      |                                                      ^^ it speaks: en, de",
    );
}

#[test]
fn web_services_that_could_be_anybodys() {
    let change = |to: &str| {
        format!("{TOP}{ALL}").replace("https://crm.example/accounts/{account}?from={caller}", to)
    };
    let remedy = "write it like `http://crm.local/accounts/{account}`: http or https, a host \
                  without values, and a path";
    for bad in [
        "https://{account}.example/x",
        "ftp://crm.example/x",
        "https://crm.example",
        "file:///etc/passwd",
    ] {
        let text = change(bad);
        let mistakes = load_all([("m.yaml", text.as_str())], &bilingual(&text)).unwrap_err();
        assert!(
            mistakes.iter().any(|m| m.remedy == remedy),
            "{bad}: {mistakes:?}"
        );
    }
}

#[test]
fn circles_that_wait_for_no_key() {
    let text = format!("{TOP}{ALL}")
        .replace("missing: account", "missing: hours")
        .replace(
            "- { when: { open: office }, go: account }",
            "- { when: { open: office }, go: lookup }",
        )
        .replace("{account}?from={caller}", "x");
    checked(
        &text,
        "
m.yaml:12:3: who presses nothing would listen for ever: hours → lookup → hours
   12 |   hours:
      |   ^^^^^ let one of them go to a menu, `back` or `human`",
    );
}

/// The guide's first line, and its kinds of nodes put together.
#[test]
fn what_the_guide_shows_is_true() {
    let page = include_str!("../../../../docs/menus.md");
    let mut blocks = Vec::new();
    let mut rest = page;
    while let Some((_, after)) = rest.split_once("```yaml\n") {
        let (block, after) = after.split_once("```").expect("the end of a block");
        blocks.push(block);
        rest = after;
    }
    // Files of their own, which say their name first.
    let (files, blocks): (Vec<&str>, Vec<&str>) =
        blocks.into_iter().partition(|b| b.starts_with("# "));
    let files: Vec<(&str, &str)> = files
        .into_iter()
        .map(|text| (text.lines().next().unwrap_or_default(), text))
        .collect();
    let mut known = known();
    for (wanted, n) in texts(files.iter().copied(), &known).0.iter().zip(0..) {
        assert!(n < 9, "as few as that");
        let name = text_prompt(&wanted.language, &wanted.text);
        let prompts = known.prompts.get_mut(&wanted.language).expect("English");
        prompts.insert(name, PromptFacts::default());
    }
    let lines = load_all(files.iter().copied(), &known);
    assert!(lines.is_ok_and(|l| l.warnings.is_empty() && l.by_number("101").is_some()));
    let (first, kinds) = blocks.split_first().expect("a first line");
    let first: Vec<&str> = first
        .lines()
        .map(|l| l.strip_prefix("   ").unwrap_or(l))
        .collect();
    let first = first.join("\n");
    assert!(load("support.yaml", &first, &bilingual(&first)).is_ok_and(|(_, w)| w.is_empty()));

    let mut nodes = String::new();
    for line in kinds.iter().flat_map(|block| block.lines()) {
        nodes.push_str(&format!("  {line}\n"));
    }
    let more = "  billing: { say: { text: \"Billing.\", go: account } }\n  tell: { say: { text: \"You owe \
                {balance}.\", go: kind } }\n  unknown: { queue: support }\n  danes: { queue: support }\n  \
                owing: { queue: support }\n  vip: { queue: support }\n";
    let top = "line: test\nnumbers: [\"100\"]\nlanguages: [en, de]\nhuman: support\nstart: speak\nnodes:\n";
    let office = "calendar: office\nzone: Europe/Berlin\nhours: { mon-fri: 08:00-17:00 }\n";
    // In two languages for `speak`; what is said in one only is told, and nothing else is.
    let text = format!("{top}{nodes}{more}");
    let mistakes = load_all(
        [("office.yaml", office), ("m.yaml", text.as_str())],
        &bilingual(&text),
    );
    let mistakes = mistakes.expect_err("words in one language");
    let others: Vec<String> = mistakes
        .iter()
        .filter(|m| m.what != "in which language is this?")
        .map(ToString::to_string)
        .collect();
    assert!(others.is_empty(), "{}", others.join("\n"));
}
