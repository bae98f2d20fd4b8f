//! What is said: reading it, and composing it so that every menu tells how to reach a person
//! (P2) and every further try is shorter than the one before (P3).

use std::time::Duration;

use super::source::{Fields, Source};
use super::yaml::{At, Data, Yaml};
use super::{Context, nodes::items};
use crate::ids::PromptName;
use crate::menu::system;
use crate::menu::tree::{Again, Choice, Speech};
use crate::text::nearest;

/// One recorded prompt as a node names it.
#[derive(Clone, Debug)]
pub(super) struct Spoken {
    prompt: PromptName,
    /// What is said in it, from the node or from the transcripts.
    text: Option<String>,
}

/// How a person is reached where the speech is heard.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ZeroForm {
    /// By 0.
    Plain,
    /// By 0 and then #: an entry may begin with 0.
    ThenHash,
}

/// `{ prompt: … }`, or a list of such.
pub(super) fn read(src: &mut Source<'_>, cx: &Context<'_>, yaml: &Yaml) -> Option<Vec<Spoken>> {
    let items = items(yaml);
    if items.is_empty() {
        src.error(yaml.at, "nothing is said here", "write `{ prompt: NAME }`");
        return None;
    }
    let mut spoken = Vec::new();
    let mut good = true;
    for item in items {
        if let Data::Scalar { .. } = &item.data {
            let remedy = match item.text() {
                Some(t) if cx.known.prompts.contains_key(&PromptName::new(t)) => {
                    format!("write `{{ prompt: {t} }}`")
                }
                Some(_) | None => "write `{ prompt: NAME }`".to_owned(),
            };
            src.error(item.at, "what is said must name a recorded prompt", remedy);
            good = false;
            continue;
        }
        let Some(mut fields) = Fields::new(src, item, "what is said", "{ prompt: NAME }") else {
            good = false;
            continue;
        };
        match read_fields(src, cx, &mut fields) {
            Some(mut s) => spoken.append(&mut s),
            None => good = false,
        }
        fields.finish(src);
    }
    good.then_some(spoken)
}

/// The keys `prompt` and `text` of a mapping that may have others.
pub(super) fn read_fields(
    src: &mut Source<'_>,
    cx: &Context<'_>,
    fields: &mut Fields<'_>,
) -> Option<Vec<Spoken>> {
    let text = fields.take("text");
    let at = fields.at;
    let text = match text {
        Some(y) => Some((y.at, src.text(y, "text", "\"Welcome.\"")?)),
        None => None,
    };
    let folder = &cx.known.language;
    let Some(prompt) = fields.take("prompt") else {
        match text {
            Some((at, _)) => src.error(
                at,
                "a text without a recording",
                format!(
                    "record it as {folder}/NAME.wav in the prompt folder and add `prompt: NAME`"
                ),
            ),
            None => src.error(at, "nothing is said here", "add `prompt: NAME`"),
        }
        return None;
    };
    let names = items(prompt);
    let mut spoken = Vec::new();
    for y in &names {
        let name = PromptName::new(src.text(y, "prompt", "welcome")?);
        let Some(facts) = cx.known.prompts.get(&name) else {
            let all = cx.known.prompts.keys().map(PromptName::as_str);
            let remedy = match nearest(name.as_str(), all) {
                Some(near) => format!("did you mean `{near}`?"),
                None => format!("record it as {folder}/{name}.wav in the prompt folder"),
            };
            src.error(y.at, format!("there is no prompt `{name}`"), remedy);
            continue;
        };
        let own = text.filter(|_| names.len() == 1).map(|(_, t)| t.to_owned());
        src.texts.extend(own.clone().map(|t| (name.clone(), t)));
        spoken.push(Spoken {
            text: own.or_else(|| facts.transcript.clone()),
            prompt: name,
        });
    }
    (!names.is_empty() && spoken.len() == names.len()).then_some(spoken)
}

/// One of the server's own prompts.
pub(super) fn system(src: &mut Source<'_>, cx: &Context<'_>, at: At, name: &str) -> Option<Spoken> {
    let prompt = PromptName::new(name);
    let Some(facts) = cx.known.prompts.get(&prompt) else {
        let folder = &cx.known.language;
        src.error(
            at,
            format!("the prompt `{name}`, which is needed here, is missing"),
            format!("record it as {folder}/{name}.wav in the prompt folder"),
        );
        return None;
    };
    Some(Spoken {
        text: facts.transcript.clone(),
        prompt,
    })
}

/// As it is.
pub(super) fn plain(cx: &Context<'_>, spoken: Vec<Spoken>) -> Speech {
    let lengths = spoken
        .iter()
        .map(|s| cx.known.prompts.get(&s.prompt)?.length);
    Speech {
        length: lengths.sum::<Option<Duration>>(),
        prompts: spoken.into_iter().map(|s| s.prompt).collect(),
    }
}

/// With the way to a person told at the end, unless it is told already.
pub(super) fn with_zero(
    src: &mut Source<'_>,
    cx: &Context<'_>,
    at: At,
    mut spoken: Vec<Spoken>,
    form: ZeroForm,
) -> Option<Speech> {
    let told = spoken.iter().filter_map(|s| s.text.as_deref());
    if !told.into_iter().any(|t| announces(t, form)) {
        spoken.push(match form {
            ZeroForm::Plain => system(src, cx, at, system::ZERO)?,
            ZeroForm::ThenHash => system(src, cx, at, system::ZERO_HASH)?,
        });
    }
    Some(plain(cx, spoken))
}

/// Whether a transcript tells how to reach a person: "press zero", "tast 0", "0 drücken" …
pub fn announces(text: &str, form: ZeroForm) -> bool {
    let text = text.to_lowercase();
    let words: Vec<&str> = text
        .split(|c: char| !c.is_alphanumeric() && c != '#')
        .filter(|w| !w.is_empty())
        .collect();
    let zero = |w: &&str| matches!(*w, "0" | "zero" | "null" | "nul");
    let press = |w: &&str| {
        matches!(
            *w,
            "press" | "drücken" | "wählen" | "tast" | "tryk" | "trykk"
        )
    };
    let hash = |w: &&str| {
        matches!(
            *w,
            "#" | "hash" | "pound" | "raute" | "firkant" | "havelåge"
        )
    };
    // "press zero", "press the zero"; "Null drücken".
    let told = words.iter().enumerate().any(|(i, w)| {
        let near = words.get(i.saturating_sub(2)..(i + 2).min(words.len()));
        zero(w) && near.is_some_and(|near| near.iter().any(press))
    });
    told && (form == ZeroForm::Plain || words.iter().any(hash))
}

/// The first prompt of a menu and the one of later visits.
pub(super) fn menu(
    src: &mut Source<'_>,
    cx: &Context<'_>,
    at: At,
    greeting: Option<Vec<Spoken>>,
    said: [Option<Vec<Spoken>>; 9],
    options: &[Option<Choice>; 9],
) -> Option<(Speech, Speech)> {
    let told = |digit: usize| {
        let words = [
            "one", "two", "three", "four", "five", "six", "seven", "eight", "nine",
        ];
        let texts = greeting.iter().flatten();
        let all: Option<Vec<&str>> = texts.map(|s| s.text.as_deref()).collect();
        // A prompt without transcript may tell anything.
        all.is_none_or(|all| {
            all.iter().any(|t| {
                t.contains(&digit.to_string())
                    || words
                        .get(digit - 1)
                        .is_some_and(|w| t.to_lowercase().contains(w))
            })
        })
    };
    for (i, (option, said)) in options.iter().zip(&said).enumerate() {
        if option.is_some() && said.is_none() && !told(i + 1) {
            src.warn(
                at,
                format!("no prompt of this menu tells about key {}", i + 1),
                "add `say` to the option, or tell it in the greeting",
            );
        }
    }
    let mut body = Vec::new();
    for (i, said) in said.into_iter().enumerate() {
        if let Some(mut said) = said {
            body.append(&mut said);
            body.push(system(src, cx, at, &system::press(i + 1))?);
        }
    }
    let first: Vec<Spoken> = greeting
        .into_iter()
        .flatten()
        .chain(body.iter().cloned())
        .collect();
    if first.is_empty() {
        src.error(
            at,
            "this menu says nothing",
            "add `say` to its options, or a `greeting` that tells them",
        );
        return None;
    }
    let first_speech = with_zero(src, cx, at, first, ZeroForm::Plain)?;
    let body = match body.is_empty() {
        true => first_speech.clone(),
        false => with_zero(src, cx, at, body, ZeroForm::Plain)?,
    };
    Some((first_speech, body))
}

/// What a menu says after failed tries: the operator's `again`, or composed.
#[expect(clippy::too_many_arguments, reason = "all of it shapes the prompt")]
pub(super) fn again(
    src: &mut Source<'_>,
    cx: &Context<'_>,
    at: At,
    yaml: Option<&Yaml>,
    tries: usize,
    first: &Speech,
    body: &Speech,
    form: ZeroForm,
) -> Option<Vec<Again>> {
    if let Some(yaml) = yaml {
        return own_again(src, cx, yaml, tries, first, form);
    }
    let last = plain(cx, vec![system(src, cx, at, system::LAST_TRY)?]);
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
    let now = vec![system(src, cx, at, system::ENTER_NOW)?];
    let now = with_zero(src, cx, at, now, form)?;
    compose(src, cx, at, tries, first, system::TOO_SHORT, &[&now])
}

/// For each further try: what went wrong and one of the `bodies`, or a body alone, or the bare
/// remark; the first that is shorter than what was said before.
fn compose(
    src: &mut Source<'_>,
    cx: &Context<'_>,
    at: At,
    tries: usize,
    first: &Speech,
    wrong: &str,
    bodies: &[&Speech],
) -> Option<Vec<Again>> {
    let silence = plain(cx, vec![system(src, cx, at, system::SILENCE)?]);
    let wrong = plain(cx, vec![system(src, cx, at, wrong)?]);
    let mut agains: Vec<Again> = Vec::new();
    for _ in 1..tries {
        let shorter = |remark: &Speech, before: &Speech| -> Speech {
            let remarked = bodies.iter().map(|b| join(remark, b));
            let bare = bodies.iter().map(|b| (*b).clone());
            let mut all = remarked.chain(bare);
            all.find(|s| is_shorter(s, before)).unwrap_or_else(|| {
                bodies
                    .last()
                    .map_or_else(|| remark.clone(), |b| (*b).clone())
            })
        };
        let (before_silent, before_wrong) = match agains.last() {
            Some(a) => (&a.silent, &a.wrong),
            None => (first, first),
        };
        agains.push(Again {
            silent: shorter(&silence, before_silent),
            wrong: shorter(&wrong, before_wrong),
        });
    }
    Some(agains)
}

fn join(a: &Speech, b: &Speech) -> Speech {
    Speech {
        prompts: a.prompts.iter().chain(&b.prompts).cloned().collect(),
        length: a.length.zip(b.length).map(|(a, b)| a + b),
    }
}

/// By length, or by the number of prompts where lengths are not known.
fn is_shorter(a: &Speech, b: &Speech) -> bool {
    match (a.length, b.length) {
        (Some(a), Some(b)) => a < b,
        (Some(_) | None, _) => a.prompts.len() < b.prompts.len(),
    }
}

/// The operator's own: one per further try.
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
                "{} prompts for further tries, but {} further tries",
                items.len(),
                tries - 1
            ),
            "give one per try after the first, or change `tries`",
        );
        return None;
    }
    let mut before = first.clone();
    let mut agains = Vec::new();
    for y in items {
        let spoken = read(src, cx, y)?;
        let speech = with_zero(src, cx, y.at, spoken, form)?;
        if speech.length.is_some() && !is_shorter(&speech, &before) {
            src.error(
                y.at,
                "the prompt of a further try must be shorter than the one before",
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
