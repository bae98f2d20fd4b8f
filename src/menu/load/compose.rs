//! Composing what is said so that every menu tells how to reach a person (P2) and every further
//! try is shorter than the one before (P3).

use super::line::Context;
use super::source::Source;
use super::words::{self, Words, system};
use super::yaml::{At, Yaml};
use super::{announce, nodes::items};
use crate::menu::system;
use crate::menu::tree::{Again, Choice, LanguageId, Speech, Utterance};

pub(super) use super::announce::ZeroForm;

/// With the way to a person told at the end, in each language in which it is not told already.
pub(super) fn with_zero(
    src: &mut Source<'_>,
    cx: &Context<'_>,
    at: At,
    mut words: Words,
    form: ZeroForm,
) -> Option<Speech> {
    let untold = |items: &Vec<words::Item>| {
        let mut told = items.iter().filter_map(|i| i.text.as_deref());
        !told.any(|t| announce::announces(t, form))
    };
    if words.per.iter().any(untold) {
        let zero = match form {
            ZeroForm::Plain => system(src, cx, at, system::ZERO)?,
            ZeroForm::ThenHash => system(src, cx, at, system::ZERO_HASH)?,
        };
        for (items, mut zero) in words.per.iter_mut().zip(zero.per) {
            if untold(items) {
                items.append(&mut zero);
            }
        }
    }
    Some(words.speech())
}

/// What one option of a menu says, with its key: "press N" behind what is no sentence yet.
pub(super) fn option(
    src: &mut Source<'_>,
    cx: &Context<'_>,
    at: At,
    digit: usize,
    mut said: Words,
) -> Option<Words> {
    let press = system(src, cx, at, &system::press(digit))?;
    for (items, mut press) in said.per.iter_mut().zip(press.per) {
        if !items.iter().any(|i| i.tells_key) {
            items.append(&mut press);
        }
    }
    Some(said)
}

/// The first prompt of a menu and the one of later visits.
pub(super) fn menu(
    src: &mut Source<'_>,
    cx: &Context<'_>,
    at: At,
    greeting: Option<Words>,
    said: [Option<Words>; 9],
    options: &[Option<Choice>; 9],
) -> Option<(Speech, Speech)> {
    for (i, (option, said)) in options.iter().zip(&said).enumerate() {
        if option.is_some() && said.is_none() && !tells(greeting.as_ref(), i + 1) {
            src.warn(
                at,
                format!("no prompt of this menu tells about key {}", i + 1),
                "add `say` to the option, or tell it in the greeting",
            );
        }
    }
    let body = said.into_iter().flatten().reduce(Words::then);
    let first = match (greeting, body.clone()) {
        (Some(greeting), Some(body)) => greeting.then(body),
        (Some(one), None) | (None, Some(one)) => one,
        (None, None) => {
            src.error(
                at,
                "this menu says nothing",
                "add `say` to its options, or a `greeting` that tells them",
            );
            return None;
        }
    };
    let first = with_zero(src, cx, at, first, ZeroForm::Plain)?;
    let body = match body {
        Some(body) => with_zero(src, cx, at, body, ZeroForm::Plain)?,
        None => first.clone(),
    };
    Some((first, body))
}

/// Whether a greeting tells about a key. A prompt without transcript may tell anything.
fn tells(greeting: Option<&Words>, digit: usize) -> bool {
    let Some(greeting) = greeting else {
        return false;
    };
    greeting.per.iter().all(|items| {
        let all: Option<Vec<&str>> = items.iter().map(|i| i.text.as_deref()).collect();
        all.is_none_or(|all| all.iter().any(|t| announce::names_digit(t, digit)))
    })
}

/// What a menu says after failed tries: the operator's `again`, or composed.
pub(super) fn again(
    src: &mut Source<'_>,
    cx: &Context<'_>,
    at: At,
    yaml: Option<&Yaml>,
    tries: usize,
    first: &Speech,
    body: &Speech,
) -> Option<Vec<Again>> {
    if let Some(yaml) = yaml {
        return own_again(src, cx, yaml, tries, first, ZeroForm::Plain);
    }
    let last = system(src, cx, at, system::LAST_TRY)?.speech();
    compose(src, cx, at, tries, first, system::WRONG, &[body, &last])
}

/// The same for a collect.
pub(super) fn again_entry(
    src: &mut Source<'_>,
    cx: &Context<'_>,
    at: At,
    yaml: Option<&Yaml>,
    tries: usize,
    first: &Speech,
    form: ZeroForm,
) -> Option<Vec<Again>> {
    if let Some(yaml) = yaml {
        return own_again(src, cx, yaml, tries, first, form);
    }
    let now = system(src, cx, at, system::ENTER_NOW)?;
    let now = with_zero(src, cx, at, now, form)?;
    compose(src, cx, at, tries, first, system::TOO_SHORT, &[&now])
}

/// The same for a telephone number.
pub(super) fn again_number(
    src: &mut Source<'_>,
    cx: &Context<'_>,
    at: At,
    tries: usize,
    first: &Speech,
    form: ZeroForm,
) -> Option<Vec<Again>> {
    let now = system(src, cx, at, system::ENTER_NOW)?;
    let now = with_zero(src, cx, at, now, form)?;
    compose(src, cx, at, tries, first, system::CALLBACK_NEVER, &[&now])
}

/// The same for questions whose keys can be told in short.
pub(super) fn again_short(
    src: &mut Source<'_>,
    cx: &Context<'_>,
    at: At,
    tries: usize,
    first: &Speech,
    keys: &Speech,
) -> Option<Vec<Again>> {
    let last = system(src, cx, at, system::LAST_TRY)?.speech();
    compose(src, cx, at, tries, first, system::WRONG, &[keys, &last])
}

/// For each further try: what went wrong and one of the `bodies`, or a body alone; the first
/// that is shorter than what was said before, in each language by itself.
fn compose(
    src: &mut Source<'_>,
    cx: &Context<'_>,
    at: At,
    tries: usize,
    first: &Speech,
    wrong: &str,
    bodies: &[&Speech],
) -> Option<Vec<Again>> {
    let silence = system(src, cx, at, system::SILENCE)?.speech();
    let wrong = system(src, cx, at, wrong)?.speech();
    let mut agains: Vec<Again> = Vec::new();
    for _ in 1..tries {
        let (before_silent, before_wrong) = match agains.last() {
            Some(a) => (&a.silent, &a.wrong),
            None => (first, first),
        };
        let silent = shorter(&silence, before_silent, bodies);
        let wrong = shorter(&wrong, before_wrong, bodies);
        agains.push(Again { silent, wrong });
    }
    Some(agains)
}

fn shorter(remark: &Speech, before: &Speech, bodies: &[&Speech]) -> Speech {
    let in_language = |(id, remark): (LanguageId, &Utterance)| -> Utterance {
        let bodies: Vec<&Utterance> = bodies.iter().filter_map(|b| b.of(id)).collect();
        let remarked = bodies.iter().map(|b| join(remark, b));
        let bare = bodies.iter().map(|b| (*b).clone());
        let fits = |u: &Utterance| before.of(id).is_some_and(|b| is_shorter(u, b));
        let last = bodies
            .last()
            .map_or_else(|| remark.clone(), |b| (*b).clone());
        remarked.chain(bare).find(fits).unwrap_or(last)
    };
    Speech {
        said: remark.all().map(in_language).collect(),
    }
}

fn join(a: &Utterance, b: &Utterance) -> Utterance {
    Utterance {
        pieces: a.pieces.iter().chain(&b.pieces).cloned().collect(),
        length: a.length.zip(b.length).map(|(a, b)| a + b),
    }
}

/// Shorter in time, where both are known; else in prompts.
fn is_shorter(a: &Utterance, b: &Utterance) -> bool {
    match (a.length, b.length) {
        (Some(a), Some(b)) => a < b,
        (_, _) => a.pieces.len() < b.pieces.len(),
    }
}

fn own_again(
    src: &mut Source<'_>,
    cx: &Context<'_>,
    yaml: &Yaml,
    tries: usize,
    first: &Speech,
    form: ZeroForm,
) -> Option<Vec<Again>> {
    let items = items(yaml);
    if items.len() != tries - 1 {
        src.error(
            yaml.at,
            format!(
                "{} given for further tries, of which there {}",
                match items.len() {
                    1 => "1 prompt is".to_owned(),
                    n => format!("{n} prompts are"),
                },
                match tries - 1 {
                    1 => "is 1".to_owned(),
                    n => format!("are {n}"),
                }
            ),
            "give one per try after the first, or change `tries`",
        );
        return None;
    }
    let mut before = first.clone();
    let mut agains = Vec::new();
    for y in items {
        let words = words::read(src, cx, y)?;
        let speech = with_zero(src, cx, y.at, words, form)?;
        let longer = speech.all().find(|(id, said)| {
            let before = before.of(*id);
            said.length.is_some() && before.is_some_and(|before| !is_shorter(said, before))
        });
        if let Some((id, _)) = longer {
            let of = match (cx.languages.len(), cx.languages.get(usize::from(id.0))) {
                (2.., Some(language)) => format!(" in `{language}`"),
                (_, _) => String::new(),
            };
            src.error(
                y.at,
                format!("the prompt of a further try must be shorter than the one before{of}"),
                "say less; who did not react to the long one will not to a longer one",
            );
        }
        before = speech.clone();
        agains.push(Again {
            silent: speech.clone(),
            wrong: speech,
        });
    }
    Some(agains)
}
