//! What operators write to be said: recorded prompts and text, for each language of the line.

use std::time::Duration;

use super::known::PromptFacts;
use super::line::Context;
use super::source::{Fields, Source};
use super::template::{self, Part};
use super::yaml::{At, Data, Yaml};
use super::{announce, nodes::items};
use crate::ids::{Language, PromptName};
use crate::menu::spoken::text_prompt;
use crate::menu::tree::{Piece, Speech, Utterance};
use crate::text::nearest;

/// What is said in one place, by language in the order of the line's. No language is without.
#[derive(Clone, Debug)]
pub(super) struct Words {
    pub per: Vec<Vec<Item>>,
}

/// One piece of it.
#[derive(Clone, Debug)]
pub(super) struct Item {
    pub piece: Piece,
    /// What is said in it, where that is known.
    pub text: Option<String>,
    pub length: Option<Duration>,
    /// A sentence that ends with the key of its option.
    pub tells_key: bool,
}

impl Words {
    /// Says `more` after it.
    pub fn then(mut self, more: Words) -> Words {
        for (mine, mut more) in self.per.iter_mut().zip(more.per) {
            mine.append(&mut more);
        }
        self
    }

    /// As it is.
    pub fn speech(self) -> Speech {
        let said = self.per.into_iter().map(|items| Utterance {
            length: items.iter().map(|i| i.length).sum(),
            pieces: items.into_iter().map(|i| i.piece).collect(),
        });
        Speech {
            said: said.collect(),
        }
    }
}

/// Text, `{ prompt: … }`, `{ en: …, de: … }`, or a list of such.
pub(super) fn read(src: &mut Source<'_>, cx: &Context<'_>, yaml: &Yaml) -> Option<Words> {
    read_for(src, cx, yaml, None)
}

/// The same, for the option behind a key: text becomes one sentence with its key, so that it
/// sounds like one.
pub(super) fn read_for(
    src: &mut Source<'_>,
    cx: &Context<'_>,
    yaml: &Yaml,
    key: Option<usize>,
) -> Option<Words> {
    let items = items(yaml);
    if items.is_empty() {
        src.error(yaml.at, "nothing is said here", "write the words");
        return None;
    }
    let mut words: Option<Words> = None;
    let mut good = true;
    for item in items {
        let read = match &item.data {
            Data::Scalar { .. } => in_every_language(src, cx, item, key),
            Data::Map(_) => mapping(src, cx, item, key),
            Data::List(_) => {
                src.error(item.at, "a list within a list", "write one list");
                None
            }
        };
        match (read, &mut words) {
            (Some(read), None) => words = Some(read),
            (Some(read), Some(before)) => *before = before.clone().then(read),
            (None, _) => good = false,
        }
    }
    words.filter(|_| good)
}

fn mapping(
    src: &mut Source<'_>,
    cx: &Context<'_>,
    yaml: &Yaml,
    key: Option<usize>,
) -> Option<Words> {
    let mut fields = Fields::new(src, yaml, "what is said", "\"Welcome.\"")?;
    let words = read_fields(src, cx, &mut fields, key);
    fields.finish(src);
    words
}

/// The keys `prompt`, `text` and languages of a mapping that may have others.
pub(super) fn read_fields(
    src: &mut Source<'_>,
    cx: &Context<'_>,
    fields: &mut Fields<'_>,
    key: Option<usize>,
) -> Option<Words> {
    let at = fields.at;
    let text = fields.take("text");
    let prompt = fields.take("prompt");
    let by_language: Vec<_> = cx
        .languages
        .iter()
        .map(|l| fields.take_named(l.as_str()))
        .collect();
    match (prompt, by_language.iter().any(Option::is_some), text) {
        (Some(prompt), false, text) => recorded(src, cx, prompt, text),
        (None, true, None) => translated(src, cx, at, &by_language, key),
        (None, false, Some(text)) => read_for(src, cx, text, key),
        (None, false, None) => {
            src.error(
                at,
                "nothing is said here",
                "add `text: \"Welcome.\"` or `prompt: NAME`",
            );
            None
        }
        (_, true, _) => {
            src.error(
                at,
                "words by language, and a `prompt` or `text` beside them",
                "give a recording by language as `en: { prompt: NAME }`",
            );
            None
        }
    }
}

/// One entry per language; all languages of the line must be there.
fn translated(
    src: &mut Source<'_>,
    cx: &Context<'_>,
    at: At,
    by_language: &[Option<&Yaml>],
    key: Option<usize>,
) -> Option<Words> {
    let mut per = Vec::new();
    for (language, yaml) in cx.languages.iter().zip(by_language) {
        let Some(yaml) = yaml else {
            src.error(
                at,
                format!("nothing is said in `{language}`"),
                format!("add `{language}: …`, or take it out of `languages`"),
            );
            continue;
        };
        per.extend(in_language(src, cx, language, yaml, key));
    }
    (per.len() == cx.languages.len()).then_some(Words { per })
}

/// Text, `{ prompt: NAME }` or a list of such, in one language.
pub(super) fn in_language(
    src: &mut Source<'_>,
    cx: &Context<'_>,
    language: &Language,
    yaml: &Yaml,
    key: Option<usize>,
) -> Option<Vec<Item>> {
    let mut said = Vec::new();
    let mut good = true;
    for item in items(yaml) {
        match one(src, cx, language, item, key) {
            Some(mut items) => said.append(&mut items),
            None => good = false,
        }
    }
    if good && said.is_empty() {
        src.error(yaml.at, "nothing is said here", "write the words");
        return None;
    }
    good.then_some(said)
}

/// Text or `{ prompt: NAME }` in one language.
fn one(
    src: &mut Source<'_>,
    cx: &Context<'_>,
    language: &Language,
    yaml: &Yaml,
    key: Option<usize>,
) -> Option<Vec<Item>> {
    if let Data::Scalar { .. } = &yaml.data {
        return spoken(src, cx, language, yaml, key);
    }
    let mut fields = Fields::new(src, yaml, "what is said", "\"Welcome.\"")?;
    let own = fields
        .take("text")
        .and_then(|y| src.text(y, "text", "\"Welcome.\""));
    let prompt = fields.need(src, "prompt", "NAME");
    fields.finish(src);
    let mut all = Vec::new();
    let names = items(prompt?);
    for y in &names {
        let name = PromptName::new(src.text(y, "prompt", "welcome")?);
        let mut item = recording(src, cx, language, y.at, name)?;
        if let Some(own) = own.filter(|_| names.len() == 1) {
            src.says(language, &item.piece, own);
            item.text = Some(own.to_owned());
        }
        all.push(item);
    }
    Some(all)
}

/// The same recordings by name in every language.
fn recorded(
    src: &mut Source<'_>,
    cx: &Context<'_>,
    prompt: &Yaml,
    text: Option<&Yaml>,
) -> Option<Words> {
    let text = match text {
        Some(y) => Some(src.text(y, "text", "\"Welcome.\"")?),
        None => None,
    };
    let names = items(prompt);
    let mut per: Vec<Vec<Item>> = vec![Vec::new(); cx.languages.len()];
    let mut good = !names.is_empty();
    for y in &names {
        let name = PromptName::new(src.text(y, "prompt", "welcome")?);
        for (language, said) in cx.languages.iter().zip(&mut per) {
            match recording(src, cx, language, y.at, name.clone()) {
                Some(mut item) => {
                    if let Some(own) = text.filter(|_| names.len() == 1) {
                        src.says(language, &item.piece, own);
                        item.text = Some(own.to_owned());
                    }
                    said.push(item);
                }
                None => good = false,
            }
        }
    }
    if names.is_empty() {
        src.error(prompt.at, "nothing is said here", "add `prompt: NAME`");
    }
    good.then_some(Words { per })
}

fn recording(
    src: &mut Source<'_>,
    cx: &Context<'_>,
    language: &Language,
    at: At,
    name: PromptName,
) -> Option<Item> {
    let Some(facts) = cx.known.facts(language, &name) else {
        if cx.known.unrecorded {
            return Some(item(Piece::Prompt(name), &PromptFacts::default()));
        }
        let all = cx.known.prompts.get(language).into_iter();
        let all = all.flat_map(|p| p.keys()).map(PromptName::as_str);
        let remedy = match nearest(name.as_str(), all) {
            Some(near) => format!("did you mean `{near}`?"),
            None => format!("record it as {language}/{name}.wav in the prompt folder"),
        };
        let of = if cx.languages.len() > 1 {
            format!(" in `{language}`")
        } else {
            String::new()
        };
        src.error(at, format!("there is no prompt `{name}`{of}"), remedy);
        return None;
    };
    Some(item(Piece::Prompt(name), facts))
}

fn item(piece: Piece, facts: &PromptFacts) -> Item {
    Item {
        piece,
        text: facts.transcript.clone(),
        length: facts.length,
        tells_key: false,
    }
}

/// Text that is the same in every language of the line: there must be but one.
fn in_every_language(
    src: &mut Source<'_>,
    cx: &Context<'_>,
    yaml: &Yaml,
    key: Option<usize>,
) -> Option<Words> {
    let text = yaml.text();
    if let ([_, second, ..], Some(text)) = (cx.languages.as_slice(), text) {
        let first = cx.languages.first().map_or("en", Language::as_str);
        let remedy = if cx.known.has_prompt(text) {
            format!("write `{{ prompt: {text} }}`")
        } else {
            format!("write `{{ {first}: \"…\", {second}: \"…\" }}`")
        };
        src.error(yaml.at, "in which language is this?", remedy);
        return None;
    }
    let language = cx.languages.first()?;
    Some(Words {
        per: vec![spoken(src, cx, language, yaml, key)?],
    })
}

/// Text with `{values}` in it, in one language.
fn spoken(
    src: &mut Source<'_>,
    cx: &Context<'_>,
    language: &Language,
    yaml: &Yaml,
    key: Option<usize>,
) -> Option<Vec<Item>> {
    let text = src.text(yaml, "what is said", "\"Welcome.\"")?;
    if cx.known.has_prompt(text) {
        src.error(
            yaml.at,
            "these are no words but the name of a prompt",
            format!("write `{{ prompt: {text} }}`"),
        );
        return None;
    }
    let parts = template::parts(src, cx, yaml.at, text)?;
    if let ([Part::Text(what)], Some(key)) = (parts.as_slice(), key)
        && let Some(sentence) = announce::option(language, what, key)
    {
        let mut said = voiced(src, cx, language, yaml.at, &sentence)?;
        said.tells_key = true;
        return Some(vec![said]);
    }
    let mut all = Vec::new();
    for part in parts {
        match part {
            Part::Text(text) => all.push(voiced(src, cx, language, yaml.at, &text)?),
            Part::Value(variable, form) => {
                template::can_be_read(src, cx, language, yaml.at)?;
                src.uses.push((variable, yaml.at));
                all.push(Item {
                    piece: Piece::Value { variable, form },
                    text: Some(String::new()),
                    length: None,
                    tells_key: false,
                });
            }
        }
    }
    if all.is_empty() {
        src.error(yaml.at, "nothing is said here", "write the words");
        return None;
    }
    Some(all)
}

/// Text in one language as the prompt that a speech engine makes of it.
pub(super) fn voiced(
    src: &mut Source<'_>,
    cx: &Context<'_>,
    language: &Language,
    at: At,
    text: &str,
) -> Option<Item> {
    let name = text_prompt(language, text);
    src.wants_voice(language, text, at);
    let facts = match cx.known.facts(language, &name) {
        Some(facts) => facts.clone(),
        None if cx.known.voiceless => PromptFacts::default(),
        None => {
            src.error(
                at,
                format!("nobody can say this text in `{language}`"),
                "name a speech engine by prompts.engine, or record it and write `{ prompt: NAME }`",
            );
            return None;
        }
    };
    let piece = Piece::Prompt(name);
    src.says(language, &piece, text);
    Some(Item {
        piece,
        text: Some(text.to_owned()),
        length: facts.length,
        tells_key: false,
    })
}

/// One of the server's own prompts, in every language of the line.
pub(super) fn system(src: &mut Source<'_>, cx: &Context<'_>, at: At, name: &str) -> Option<Words> {
    let prompt = PromptName::new(name);
    let mut per = Vec::new();
    for language in &cx.languages {
        match cx.known.facts(language, &prompt) {
            Some(facts) => per.push(vec![item(Piece::Prompt(prompt.clone()), facts)]),
            None if cx.known.unrecorded => {
                per.push(vec![item(
                    Piece::Prompt(prompt.clone()),
                    &PromptFacts::default(),
                )]);
            }
            None => src.error(
                at,
                format!("the prompt `{name}`, which is needed here, is missing in `{language}`"),
                format!("record it as {language}/{name}.wav in the prompt folder"),
            ),
        }
    }
    (per.len() == cx.languages.len()).then_some(Words { per })
}
