//! Profiles of laws about telephone services: which of their rules a line meets.
//!
//! This is not legal advice. A profile holds what of a law can be read off a line, by article,
//! with what was looked at; the rules that are about people and not about menus are listed for
//! the operator to see to. To whom a law applies is for the operator (and their lawyer) to know.
//!
//! - `es`: Ley 10/2025, de 26 de diciembre, por la que se regulan los servicios de atención a la
//!   clientela (BOE-A-2025-26698); companies have until 28 December 2026 to adapt.
//! - `pt`: Decreto-Lei n.º 134/2009, de 2 de junho (call centers), article 6.
//! - `br`: Decreto n.º 11.034, de 5 de abril de 2022 (SAC of federally regulated services).
//! - `in`: Telecommunication (Broadcasting and Cable) Services Standards of Quality of Service
//!   and Consumer Protection (Addressable Systems) Regulations, 2017, regulation 25
//!   (distributors of television channels).
//! - `eu`: what the Union has so far: Regulation (EU) 2022/2065, article 12 (intermediary
//!   services), and Directive 2011/83/EU, article 21, and 16d as inserted by Directive (EU)
//!   2023/2673 (financial services at a distance, from 19 June 2026). There is no general right
//!   to a person on the telephone.

use std::collections::BTreeSet;
use std::time::Duration;

use serde::Serialize;

use super::said::Said;
use super::{Overflow, Queue};
use crate::menu::tree::{Kind, Line, Menu, Node, Target};

/// The laws of one country, or of the Union.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Profile {
    /// Spain.
    Es,
    /// Portugal.
    Pt,
    /// Brazil.
    Br,
    /// India.
    In,
    /// The European Union.
    Eu,
}

/// Whether a rule is met.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Verdict {
    /// It is, as far as the line goes.
    Met,
    /// It is not.
    NotMet,
    /// It is about people, contracts or money: for the operator to see to.
    Yours,
}

/// One rule and what was found.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Ruling {
    /// The line.
    pub line: String,
    /// The profile.
    pub profile: Profile,
    /// Law and article.
    pub source: &'static str,
    /// What it asks for, in our words.
    pub rule: &'static str,
    /// Whether it is met.
    pub verdict: Verdict,
    /// What was looked at, and what was found.
    pub why: String,
}

/// Judges a line that has been proven.
pub(super) fn judge(
    profile: Profile,
    line: &Line,
    said: &Said<'_>,
    queues: &[Queue],
) -> Vec<Ruling> {
    let facts = Facts::of(line, said, queues);
    let rules = match profile {
        Profile::Es => spain(&facts),
        Profile::Pt => portugal(&facts),
        Profile::Br => brazil(&facts),
        Profile::In => india(&facts),
        Profile::Eu => union(),
    };
    let rulings = rules
        .into_iter()
        .map(|(source, rule, verdict, why)| Ruling {
            line: line.name.as_str().to_owned(),
            profile,
            source,
            rule,
            verdict,
            why,
        });
    rulings.collect()
}

type Rule = (&'static str, &'static str, Verdict, String);

/// What the rules look at.
struct Facts<'a> {
    /// The first menu that a caller hears (of several the widest), and how many announcements
    /// come before it at most. A choice of language counts for neither.
    first: Option<(&'a Node, &'a Menu, usize)>,
    /// All that is said there, in lower case; `None` where a recording's words are not known.
    first_words: Option<String>,
    languages: Vec<&'a str>,
    /// No menu is heard before a language was offered.
    language_first: bool,
    /// The longest wait in the queue behind 0, and whether a message follows.
    max_wait: Option<Duration>,
    message: bool,
}

impl<'a> Facts<'a> {
    fn of(line: &'a Line, said: &'a Said<'_>, queues: &[Queue]) -> Facts<'a> {
        let mut first: Option<(&Node, &Menu, usize)> = None;
        let mut language_first = true;
        let mut seen = BTreeSet::new();
        let mut open = vec![(line.start, 0, false)];
        while let Some((id, before, asked)) = open.pop() {
            let Some(node) = line.node(id).filter(|_| seen.insert(id)) else {
                continue;
            };
            let (before, asked) = match &node.kind {
                Kind::Menu(menu) => {
                    language_first &= asked;
                    let worse = |(_, other, _): &(&Node, &Menu, usize)| {
                        other.options.iter().flatten().count()
                            < menu.options.iter().flatten().count()
                    };
                    let most = first.map_or(0, |(_, _, n)| n).max(before);
                    let worst = first.filter(|f| !worse(f)).unwrap_or((node, menu, before));
                    first = Some((worst.0, worst.1, most));
                    continue;
                }
                Kind::Say(_) => (before + 1, asked),
                Kind::Language(_) => (before, true),
                Kind::Choose(_) | Kind::Ask(_) | Kind::Send(_) => (before, asked),
                Kind::Collect(_)
                | Kind::Guide(_)
                | Kind::Survey(_)
                | Kind::Dial(_)
                | Kind::Queue(_)
                | Kind::Callback(_)
                | Kind::Message(_)
                | Kind::Goodbye(_) => continue,
            };
            open.extend(node.kind.targets().into_iter().filter_map(|go| match go {
                Target::Node(next) => Some((next, before, asked)),
                Target::Human | Target::Back | Target::Repeat => None,
            }));
        }
        language_first &= first.is_some();
        let first_words = first.and_then(|(_, menu, _)| {
            let texts: Option<Vec<&str>> = said.parts(&menu.first, 0).map(|p| p.text()).collect();
            texts.map(|t| t.join(" ").to_lowercase())
        });
        let human = queues.iter().find(|q| q.name == line.human);
        Facts {
            first,
            first_words,
            language_first,
            languages: (0..said.languages()).map(|l| said.language(l)).collect(),
            max_wait: human.map(|q| q.max_wait),
            message: human.is_some_and(|q| {
                matches!(
                    q.overflow.last(),
                    Some(Overflow::Callback | Overflow::Message)
                )
            }),
        }
    }

    fn waits(&self) -> String {
        let wait = self.max_wait.unwrap_or_default();
        format!(
            "the queue behind 0 keeps callers for up to {} s",
            wait.as_secs()
        )
    }
}

fn proven(what: &str) -> (Verdict, String) {
    (Verdict::Met, what.to_owned())
}

fn yours(what: &str) -> (Verdict, String) {
    (Verdict::Yours, what.to_owned())
}

fn rule(source: &'static str, rule: &'static str, (verdict, why): (Verdict, String)) -> Rule {
    (source, rule, verdict, why)
}

fn spain(facts: &Facts<'_>) -> Vec<Rule> {
    let main_menu = match facts.first {
        Some((node, _, _)) => proven(&format!(
            "the first menu, `{}`, tells that 0 reaches a person (P2)",
            node.name
        )),
        None => (
            Verdict::Yours,
            "the line has no menu; 0 reaches a person all the same (P1)".to_owned(),
        ),
    };
    vec![
        rule(
            "Ley 10/2025, art. 8.1",
            "an answering machine is not the only service",
            proven("every way through the line can end at a person (P1, P3)"),
        ),
        rule(
            "Ley 10/2025, art. 8.2",
            "a person is offered in the main menu",
            main_menu,
        ),
        rule(
            "Ley 10/2025, art. 8.2",
            "a person can be asked for at any moment, from the beginning",
            proven("0 is taken in every state (P1)"),
        ),
        rule(
            "Ley 10/2025, art. 8.2 and 10.3",
            "95 % of those who ask for a person have one within three minutes on average",
            yours(&format!("staff the queue for it; {}", facts.waits())),
        ),
        rule(
            "Ley 10/2025, art. 8.3",
            "who is not content can be transferred to a supervisor",
            yours("give your agents somebody to transfer to"),
        ),
        rule(
            "Ley 10/2025, art. 8.4",
            "nobody is cut off because they have waited long",
            yours(&format!(
                "{}, then asks for a message; 0 leads back into the queue, but who leaves a \
                 message is hung up on after it: see that `max_wait` is long enough",
                facts.waits()
            )),
        ),
    ]
}

fn portugal(facts: &Facts<'_>) -> Vec<Rule> {
    let at_once = match facts.first {
        Some((node, _, 0)) => proven(&format!("the line begins with the menu `{}`", node.name)),
        Some((node, _, n)) => (
            Verdict::NotMet,
            format!("{n} announcements come before the menu `{}`", node.name),
        ),
        None => yours("the line has no menu"),
    };
    let five = match facts.first {
        Some((node, menu, _)) => {
            let options = menu.options.iter().flatten().count() + 1;
            let what = format!(
                "`{}` has {options} options, 0 for a person among them",
                node.name
            );
            match options <= 5 {
                true => (Verdict::Met, what),
                false => (Verdict::NotMet, what),
            }
        }
        None => yours("the line has no menu"),
    };
    let minute = match facts.max_wait {
        Some(wait) if wait <= Duration::from_secs(60) && facts.message => (
            Verdict::Met,
            format!("{}, then takes a message", facts.waits()),
        ),
        Some(_) | None => (
            Verdict::NotMet,
            format!("{}: set its `max_wait` to 60s", facts.waits()),
        ),
    };
    vec![
        rule(
            "Decreto-Lei 134/2009, art. 6.º, n.º 3",
            "a menu is offered immediately after the answer",
            at_once,
        ),
        rule(
            "Decreto-Lei 134/2009, art. 6.º, n.º 5",
            "the first menu has at most five options, a person among them",
            five,
        ),
        rule(
            "Decreto-Lei 134/2009, art. 6.º, n.os 2 and 4",
            "who asks for a person waits for at most 60 s, or can leave number and matter",
            minute,
        ),
        rule(
            "Decreto-Lei 134/2009, art. 6.º, n.º 4",
            "who left a message is answered within two working days",
            yours("`zeroline messages` lists them"),
        ),
    ]
}

fn brazil(facts: &Facts<'_>) -> Vec<Rule> {
    let first_menu = match (&facts.first_words, facts.first) {
        (Some(words), Some((node, _, _))) => {
            let missing: Vec<&str> = [("reclama", "complaints"), ("cancel", "cancellation")]
                .into_iter()
                .filter(|(word, _)| !words.contains(word))
                .map(|(_, what)| what)
                .collect();
            match missing.is_empty() {
                true => proven(&format!("`{}` tells of both", node.name)),
                false => (
                    Verdict::NotMet,
                    format!("`{}` does not tell of {}", node.name, missing.join(" and ")),
                ),
            }
        }
        (_, _) => yours("the words of the first menu are not known: write transcripts"),
    };
    vec![
        rule(
            "Decreto 11.034/2022, art. 4.º, § 4.º",
            "a person can be reached without giving any data first",
            proven("0 is taken before and within every entry (P1)"),
        ),
        rule(
            "Decreto 11.034/2022, art. 5.º, II",
            "the first menu offers complaints and cancellation",
            first_menu,
        ),
        rule(
            "Decreto 11.034/2022, art. 5.º, I",
            "people answer for at least eight hours a day",
            yours("see to the hours of your agents"),
        ),
        rule(
            "Decreto 11.034/2022, art. 4.º, § 5.º",
            "no advertising while callers wait, unless they agreed",
            yours("see to `music` and `comfort_prompt` of your queues"),
        ),
    ]
}

fn india(facts: &Facts<'_>) -> Vec<Rule> {
    let missing: Vec<&str> = ["hi", "en"]
        .into_iter()
        .filter(|l| !facts.languages.contains(l))
        .collect();
    let languages = match missing.is_empty() {
        true => (
            Verdict::Yours,
            "Hindi and English are spoken; add the language of your region".to_owned(),
        ),
        false => (
            Verdict::NotMet,
            format!("the line does not speak: {}", missing.join(", ")),
        ),
    };
    let choice = match facts.languages.len() {
        0 | 1 => (
            Verdict::NotMet,
            "the line speaks one language, so that none can be chosen".to_owned(),
        ),
        _ if facts.language_first => proven("the line begins with a choice of language"),
        _ => (
            Verdict::NotMet,
            "let the line begin with a `language` node".to_owned(),
        ),
    };
    vec![
        rule(
            "TRAI Addressable Systems Regulations 2017, reg. 25(1)(c)",
            "the service speaks the language of the region, Hindi and English",
            languages,
        ),
        rule(
            "TRAI Addressable Systems Regulations 2017, reg. 25(3)(a)",
            "the first level offers the choice of language",
            choice,
        ),
        rule(
            "TRAI Addressable Systems Regulations 2017, reg. 25(3)(b)",
            "the second level offers the kinds of complaints and requests",
            yours("see to the options of your main menu"),
        ),
    ]
}

fn union() -> Vec<Rule> {
    vec![
        rule(
            "Regulation (EU) 2022/2065, art. 12(1)",
            "users of intermediary services can choose a way that is not solely automated",
            proven("0 reaches a person from every state (P1)"),
        ),
        rule(
            "Directive 2011/83/EU, art. 16d (by Directive (EU) 2023/2673)",
            "who is offered a financial service by an automated tool can ask for a person",
            proven("0 reaches a person from every state (P1)"),
        ),
        rule(
            "Directive 2011/83/EU, art. 21",
            "calls about a contract cost no more than the basic rate",
            yours("see to the numbers that you publish"),
        ),
    ]
}

/// As text: one rule after the other.
pub fn text(rulings: &[Ruling]) -> String {
    let mut text = String::from("This is no legal advice: it tells what was read off the menus.\n");
    for r in rulings {
        let word = match r.verdict {
            Verdict::Met => "met",
            Verdict::NotMet => "NOT MET",
            Verdict::Yours => "for you to see to",
        };
        text.push_str(&format!(
            "  {} · {}: {}\n      {word}: {}\n",
            r.line, r.source, r.rule, r.why
        ));
    }
    text
}
