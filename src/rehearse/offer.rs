//! What each key would do where a caller is now.

use super::stage::Stage;
use crate::ids::Key;
use crate::menu::tree::{Answers, Kind, Line, Menu, Target};
use crate::menu::walk::Walk;
use crate::menu::walk::situation::Phase;
use crate::record::verdict::Stage as StageName;

/// Keys and what they do, in the order in which they are told. Empty: none does anything, or the
/// caller talks with a person.
pub fn keys(stage: &Stage, n: usize) -> Vec<(String, String)> {
    let told = |all: &[(&str, &str)]| {
        let all = all.iter();
        all.map(|(key, what)| ((*key).to_owned(), (*what).to_owned()))
            .collect()
    };
    match stage.place(n) {
        Some(StageName::Menu) => stage.walk(n).map(in_menu).unwrap_or_default(),
        Some(StageName::Message) if stage.reviews_message(n) => told(&[
            ("1", "keep the message"),
            ("2", "hear it"),
            ("3", "record it anew"),
            ("0", "a person"),
        ]),
        Some(StageName::Message) => told(&[
            ("#", "the message is done"),
            ("*", "begin it anew"),
            ("0", "a person"),
        ]),
        Some(
            StageName::Ringing
            | StageName::Waiting
            | StageName::Offered
            | StageName::Talking
            | StageName::Transferring,
        )
        | None => Vec::new(),
    }
}

fn in_menu(walk: &Walk) -> Vec<(String, String)> {
    let line = walk.line();
    let Some(situation) = walk.situation() else {
        return Vec::new();
    };
    let kind = line.node(situation.node).map(|n| &n.kind);
    let mut all: Vec<(String, String)> = Vec::new();
    let mut add = |key: &str, what: &str| all.push((key.to_owned(), what.to_owned()));
    match (situation.phase, kind) {
        (Phase::Choosing, Some(Kind::Menu(menu) | Kind::Language(menu))) => {
            for (key, what) in options(line, menu) {
                add(&key, &what);
            }
            if Key::from_char('9').is_some_and(|nine| menu.option(nine).is_none()) {
                add("9", "hear it again");
            }
            add("*", "back");
            add("0", "a person");
        }
        (Phase::Entering(_), Some(Kind::Collect(collect))) => {
            let count = if collect.min == collect.max {
                format!("{} digits", collect.min)
            } else {
                format!("{} to {} digits, then # or wait", collect.min, collect.max)
            };
            add("0-9", &count);
            match situation.digits {
                0 => add("*", "back"),
                _ => add("*", "clear and begin anew"),
            }
            match (situation.digits, collect.leading_zero) {
                (0, true) => add("0#", "a person"),
                (0, false) => add("0", "a person"),
                _ => add("*0", "a person"),
            }
        }
        (Phase::Entering(_), Some(Kind::Callback(_))) => {
            add("0-9", "the number, then # or wait");
            match situation.digits {
                0 => add("0#", "a person"),
                _ => add("*0", "a person"),
            }
        }
        (Phase::Resuming, _) => {
            add("1", "go on at the step of the last call");
            add("2", "from the beginning");
            add("9", "hear it again");
            add("*", "back");
            add("0", "a person");
        }
        (Phase::Stepping, Some(Kind::Guide(guide))) => {
            match guide.steps.get(situation.part).map(|s| s.answers) {
                Some(Answers::YesNo { .. }) => {
                    add("1", "yes");
                    add("2", "no");
                }
                Some(Answers::Done(_)) | None => add("1", "done"),
            }
            add("3", "time to do it");
            add("9", "hear it again");
            add("*", "one step back");
            add("0", "a person");
        }
        (Phase::Pausing, _) => {
            add("1", "go on");
            add("*", "one step back");
            add("0", "a person");
        }
        (Phase::Judging, Some(Kind::Survey(survey))) => {
            if let Some(question) = survey.questions.get(situation.part) {
                let scale = question.scale;
                add(&format!("{}-{}", scale.low, scale.high), "the answer");
            }
            add("*", "one question back");
            add("0", "a person");
        }
        (Phase::Offering, _) => {
            add("1", "that number");
            add("2", "another number");
            add("9", "hear it again");
            add("*", "back");
            add("0", "a person");
        }
        (Phase::Picking, _) => {
            add("1", "as soon as somebody is free");
            for n in 0..situation.part {
                add(&(n + 2).to_string(), "that time");
            }
            add("9", "hear it again");
            add("*", "back");
            add("0", "a person");
        }
        (Phase::Storing, _) => add("0", "a person"),
        (Phase::Confirming, _) => {
            add("1", "that is right");
            add("2", "enter it once more");
            add("9", "hear it again");
            add("0", "a person");
        }
        (Phase::Saying, _) => {
            add("#", "skip");
            add("*", "back");
            add("0", "a person");
        }
        (
            Phase::Choosing
            | Phase::Entering(_)
            | Phase::Asking
            | Phase::Dialling
            | Phase::Recalling
            | Phase::Finding
            | Phase::Stepping
            | Phase::Judging
            | Phase::Promising
            | Phase::Parting,
            _,
        ) => {
            add("*", "back");
            add("0", "a person");
        }
    }
    all
}

fn options(line: &Line, menu: &Menu) -> Vec<(String, String)> {
    let given = (1..=9).zip(&menu.options);
    let given = given.filter_map(|(key, option)| Some((key, option.as_ref()?)));
    given
        .map(|(key, option)| {
            let spoken = option.language.and_then(|l| line.language(l));
            let what = match (spoken, option.go) {
                (Some(language), _) => format!("language {language}"),
                (None, Target::Node(id)) => {
                    line.node(id).map_or_else(String::new, |n| n.label.clone())
                }
                (None, Target::Human) => "a person".to_owned(),
                (None, Target::Back) => "back".to_owned(),
                (None, Target::Repeat) => "hear it again".to_owned(),
            };
            (key.to_string(), what)
        })
        .collect()
}
