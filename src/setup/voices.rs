//! Who says what: the prompts of every language that lines speak, recorded or made.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use super::pairs;
use crate::config::{self, Config};
use crate::ids::{Language, NodeName, PromptName, QueueName};
use crate::menu::load::{self, Known};
use crate::menu::say;
use crate::prompts::{Encodings, PromptLibrary, PromptMistake, Speech, Text};

/// What is to be said.
pub(super) struct Needs {
    /// The recordings of all languages that are spoken.
    pub library: PromptLibrary,
    languages: Vec<Language>,
    /// What the server says by itself, under its own names.
    named: Vec<(Language, Vec<(PromptName, String)>)>,
    /// What menus say.
    texts: Vec<Text>,
}

impl Needs {
    /// Of these menu files. Mistakes in recordings are given back; those in menus are not.
    pub fn of(
        config: &Config,
        files: &[(String, String)],
        codecs: Encodings<'_>,
        wrong: &mut Vec<PromptMistake>,
    ) -> Needs {
        let speech = Speech::from(&config.prompts);
        let mut all = BTreeSet::from([config.prompts.language.clone()]);
        let dir = config.prompts.dir.as_deref();
        // Of other languages the menus are told at their place.
        let named = load::languages(pairs(files)).into_iter();
        let agents = config.agents.iter().filter_map(|a| a.language.clone());
        all.extend(
            named
                .chain(agents)
                .filter(|l| PromptLibrary::speaks(dir, l)),
        );
        let languages: Vec<Language> = all.into_iter().collect();
        let (mut library, mistakes) = PromptLibrary::read(dir, &languages, codecs);
        wrong.extend(mistakes);
        let mut named: Vec<_> = languages
            .iter()
            .map(|l| (l.clone(), library.unspoken(l)))
            .collect();
        for (language, named) in &named {
            // Only so that menus find the names; whether it can be said is told later.
            let _ = library.speak_named(language, named.clone(), &speech, None);
        }
        let known = known(config, &library, &languages);
        let (texts, reads) = load::texts(pairs(files), &known);
        let mut reads: BTreeSet<Language> = reads.into_iter().collect();
        reads.extend(of_agents(config));
        named.extend(reads.into_iter().map(|l| {
            let words = vocabulary(&l);
            (l, words)
        }));
        let texts = texts.into_iter().map(|t| Text {
            place: format!("{}:{}", t.file, t.line),
            language: t.language,
            text: t.text,
        });
        Needs {
            library,
            languages,
            named,
            texts: texts.collect(),
        }
    }

    /// All that a speech engine may be asked for, each under the name that a recording of it has.
    pub fn into_texts(self) -> Vec<(PromptName, Text)> {
        let named = self.named.into_iter().flat_map(|(language, named)| {
            let spoken = named.into_iter().filter(|(_, text)| !text.is_empty());
            spoken.map(move |(name, text)| {
                let place = format!("(built in) {name}");
                let language = language.clone();
                (
                    name,
                    Text {
                        language,
                        text,
                        place,
                    },
                )
            })
        });
        let texts = self.texts.into_iter().map(|text| (text.name(), text));
        named.chain(texts).collect()
    }
}

/// The prompts that the lines and the server itself need, and what menus are checked against.
///
/// With `made` all sound is there afterwards, in these codecs: a speech engine may be asked, and
/// what it says is kept. Without, nothing is written, and what an engine would say is taken as
/// there.
pub(super) fn find(
    config: &Config,
    files: &[(String, String)],
    made: Option<Encodings<'_>>,
    told: &mut Vec<String>,
) -> (PromptLibrary, Known) {
    let mut wrong = Vec::new();
    let found = gather(config, files, made, &mut wrong);
    told.extend(wrong.iter().map(ToString::to_string));
    found
}

/// The same, with the mistakes as they are.
pub(super) fn gather(
    config: &Config,
    files: &[(String, String)],
    made: Option<Encodings<'_>>,
    wrong: &mut Vec<PromptMistake>,
) -> (PromptLibrary, Known) {
    let speech = Speech::from(&config.prompts);
    let needs = Needs::of(config, files, made.unwrap_or_default(), wrong);
    let mut library = needs.library;
    for (language, named) in needs.named {
        let said = library.speak_named(&language, named, &speech, made);
        wrong.extend(said.err());
    }
    let spoken = match made {
        Some(codecs) => library.speak(&needs.texts, &speech, codecs),
        None => library.promise(&needs.texts, &speech),
    };
    let mut known = known(config, &library, &needs.languages);
    if let Err(mistakes) = spoken {
        wrong.extend(mistakes);
        // Told here with the reason: the menus are checked as if it could be said.
        known.voiceless = true;
    }
    (library, known)
}

fn known(config: &Config, library: &PromptLibrary, all: &[Language]) -> Known {
    let facts = |l: &Language| (l.clone(), library.facts(l).clone());
    Known {
        language: config.prompts.language.clone(),
        languages: PromptLibrary::spoken(config.prompts.dir.as_deref()),
        prompts: all
            .iter()
            .map(facts)
            .filter(|(_, facts)| !facts.is_empty())
            .collect(),
        queues: config.queues.iter().map(|q| q.name.clone()).collect(),
        surveys: surveys(config),
        // The demo line tells its callers by itself what they meet without one.
        trunk: config.lines.dir.is_none() || !config.trunks.is_empty(),
        outside: Arc::clone(&config.outside),
        mail: config.mail.is_some(),
        ..Known::default()
    }
}

fn surveys(config: &Config) -> BTreeMap<QueueName, NodeName> {
    let asked = |q: &config::Queue| Some((q.name.clone(), q.survey.as_ref()?.node.clone()));
    config.queues.iter().filter_map(asked).collect()
}

/// In which languages agents are told by phone when a message was left.
fn of_agents(config: &Config) -> impl Iterator<Item = Language> {
    let told = config.features.messages.is_some();
    let language = |a: &config::Agent| a.language.clone();
    let usual = config.prompts.language.clone();
    let agents = config.agents.iter().filter(move |_| told);
    agents.map(move |a| language(a).unwrap_or_else(|| usual.clone()))
}

/// What numbers, dates and sums are made of.
pub(super) fn vocabulary(language: &Language) -> Vec<(PromptName, String)> {
    let known = say::Language::from_tag(language.as_str());
    let fragments = known.map(say::vocabulary).unwrap_or_default();
    fragments.into_iter().map(|f| (f.name, f.text)).collect()
}
