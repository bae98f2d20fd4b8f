//! What is wrong with the prompts of each language: for `zeroline prompts`.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write;
use std::time::Duration;

use super::ingest::MAX_SECONDS;
use super::library::WORDLESS;
use super::{PromptLibrary, PromptMistake};
use crate::ids::{Language, PromptName};

/// By language: the prompts that are needed, and by whom.
pub type Needed = BTreeMap<Language, BTreeMap<PromptName, String>>;

/// As many names of one fault that is no harm are shown; the JSON has all.
const SHOWN: usize = 8;

/// What can be said of a prompt.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Fault {
    /// Needed, and not there.
    Missing,
    /// There, and not to be used.
    Unusable,
    /// Longer than any prompt may be.
    TooLong,
    /// It was louder than its scale when it was recorded: that is heard.
    Clipped,
    /// An import would make it much louder.
    TooQuiet,
    /// An import would make it much softer.
    TooLoud,
    /// Nobody wrote down what is said in it, so no check can know.
    NoTranscript,
    /// Nothing plays it.
    Unused,
}

impl Fault {
    /// For people and for machines.
    pub fn word(self) -> &'static str {
        match self {
            Fault::Missing => "missing",
            Fault::Unusable => "unusable",
            Fault::TooLong => "too long",
            Fault::Clipped => "clipped",
            Fault::TooQuiet => "too quiet",
            Fault::TooLoud => "too loud",
            Fault::NoTranscript => "no transcript",
            Fault::Unused => "unused",
        }
    }

    /// For programs: the same in one word.
    pub fn id(self) -> String {
        self.word().replace(' ', "_")
    }

    /// Whether something must be done.
    pub fn is_wrong(self) -> bool {
        match self {
            Fault::Missing
            | Fault::Unusable
            | Fault::TooLong
            | Fault::Clipped
            | Fault::TooQuiet
            | Fault::TooLoud => true,
            Fault::NoTranscript | Fault::Unused => false,
        }
    }
}

/// One thing about one prompt.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Finding {
    /// Of which language; `None` when a whole folder is meant.
    pub language: Option<Language>,
    /// Which prompt, or which file.
    pub prompt: String,
    /// What it is.
    pub fault: Fault,
    /// More of it.
    pub detail: String,
    /// What to do.
    pub remedy: String,
}

/// The prompts of one language in figures.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Summary {
    /// Which.
    pub language: Language,
    /// How many prompts.
    pub prompts: usize,
    /// How long all of them are.
    pub length: Duration,
}

/// All of it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Report {
    /// By language.
    pub languages: Vec<Summary>,
    /// By language, fault and name.
    pub findings: Vec<Finding>,
}

impl Report {
    /// Looks at what was loaded, at what could not be, and at what is needed.
    pub fn new(library: &PromptLibrary, mistakes: &[PromptMistake], needed: &Needed) -> Report {
        let mut findings: Vec<Finding> = mistakes.iter().map(unusable).collect();
        // What can not be used is told once.
        let told: BTreeSet<(Language, String)> =
            mistakes.iter().filter_map(|m| m.prompt.clone()).collect();
        let nothing = BTreeMap::new();
        let languages: BTreeSet<&Language> = library.languages().chain(needed.keys()).collect();
        for language in languages {
            let needed = needed.get(language).unwrap_or(&nothing);
            let mut add = |name: &PromptName, fault, detail: String, remedy: String| {
                findings.push(Finding {
                    language: Some(language.clone()),
                    prompt: name.as_str().to_owned(),
                    fault,
                    detail,
                    remedy,
                });
            };
            for (name, who) in needed {
                let told = told.contains(&(language.clone(), name.as_str().to_owned()));
                // What an engine will say is there.
                if !told && !library.facts(language).contains_key(name) {
                    let remedy = format!("record it as {language}/{name}.wav, or render its text");
                    add(name, Fault::Missing, format!("needed by {who}"), remedy);
                }
            }
            for (name, check) in library.checks(language).filter(|(_, c)| !c.embedded) {
                if check.clipped > 0 {
                    let detail = format!("louder than its scale {} times", check.clipped);
                    let remedy = "record it again at a lower level".to_owned();
                    add(name, Fault::Clipped, detail, remedy);
                }
                if let Some(gain) = check.far() {
                    let (fault, change) = if gain > 0.0 {
                        (Fault::TooQuiet, "louder")
                    } else {
                        (Fault::TooLoud, "softer")
                    };
                    let level = check.level;
                    let detail = format!(
                        "{:.1} LUFS, peak {:.1} dBTP; {:.1} dB {change} would be right",
                        level.loudness,
                        level.peak,
                        gain.abs()
                    );
                    add(name, fault, detail, import_remedy(language, &check.file));
                }
                let wordless = WORDLESS.contains(&name.as_str());
                let facts = library.facts(language).get(name);
                if !wordless && facts.is_none_or(|f| f.transcript.is_none()) {
                    let remedy = format!("write what is said into {language}/transcripts.toml");
                    add(name, Fault::NoTranscript, String::new(), remedy);
                }
                if !needed.contains_key(name) {
                    add(
                        name,
                        Fault::Unused,
                        String::new(),
                        "keep or remove it".to_owned(),
                    );
                }
            }
        }
        findings.sort_by(|a, b| {
            let key = |f: &Finding| (f.language.clone(), f.fault, f.prompt.clone());
            key(a).cmp(&key(b))
        });
        let summary = |language: &Language| {
            let facts = library.facts(language);
            Summary {
                language: language.clone(),
                prompts: facts.len(),
                length: facts.values().filter_map(|f| f.length).sum(),
            }
        };
        Report {
            languages: library.languages().map(summary).collect(),
            findings,
        }
    }

    /// How many findings need something done.
    pub fn wrong(&self) -> usize {
        self.findings.iter().filter(|f| f.fault.is_wrong()).count()
    }

    /// For people.
    pub fn text(&self) -> String {
        let mut out = String::new();
        for s in &self.languages {
            let seconds = s.length.as_secs_f64().round() as u64;
            let (m, s, language, n) = (seconds / 60, seconds % 60, &s.language, s.prompts);
            let _ = writeln!(out, "{language}: {n} prompts, {m}:{s:02} minutes");
        }
        let of = |f: &Finding| f.language.as_ref().map_or("", Language::as_str).to_owned();
        let bad: Vec<&Finding> = self
            .findings
            .iter()
            .filter(|f| f.fault.is_wrong())
            .collect();
        let width =
            |text: &dyn Fn(&Finding) -> usize| bad.iter().map(|f| text(f)).max().unwrap_or(0);
        let language = width(&|f| of(f).len());
        let prompt = width(&|f| f.prompt.chars().count());
        for f in &bad {
            let _ = writeln!(
                out,
                "{:language$}  {:prompt$}  {:9}  {}; {}",
                of(f),
                f.prompt,
                f.fault.word(),
                f.detail,
                f.remedy
            );
        }
        self.harmless(&mut out);
        let _ = match bad.len() {
            0 => writeln!(out, "nothing is wrong"),
            1 => writeln!(out, "1 prompt is wrong"),
            n => writeln!(out, "{n} prompts are wrong"),
        };
        out
    }

    fn harmless(&self, out: &mut String) {
        let mut groups: BTreeMap<(String, Fault), Vec<&str>> = BTreeMap::new();
        for f in self.findings.iter().filter(|f| !f.fault.is_wrong()) {
            let language = f.language.as_ref().map_or("", Language::as_str);
            let group = groups.entry((language.to_owned(), f.fault)).or_default();
            group.push(&f.prompt);
        }
        for ((language, fault), names) in groups {
            let more = match names.len().saturating_sub(SHOWN) {
                0 => String::new(),
                n => format!(" and {n} more"),
            };
            let shown = names.get(..SHOWN).unwrap_or(&names).join(", ");
            let _ = writeln!(out, "{language}  {}: {shown}{more}", fault.word());
        }
    }

    /// For machines: one object.
    pub fn json(&self) -> String {
        let languages: Vec<_> = self
            .languages
            .iter()
            .map(|s| {
                serde_json::json!({
                    "language": s.language.as_str(),
                    "prompts": s.prompts,
                    "seconds": (s.length.as_secs_f64() * 1000.0).round() / 1000.0,
                })
            })
            .collect();
        let findings: Vec<_> = self
            .findings
            .iter()
            .map(|f| {
                serde_json::json!({
                    "language": f.language.as_ref().map(Language::as_str),
                    "prompt": f.prompt,
                    "fault": f.fault.word(),
                    "wrong": f.fault.is_wrong(),
                    "detail": f.detail,
                    "remedy": f.remedy,
                })
            })
            .collect();
        let wrong = self.wrong();
        serde_json::json!({ "languages": languages, "findings": findings, "wrong": wrong })
            .to_string()
    }
}

/// The command that mends it where it is.
fn import_remedy(language: &Language, file: &str) -> String {
    let folder = std::path::Path::new(file)
        .parent()
        .map(|p| p.display().to_string());
    let folder = folder.unwrap_or_default();
    format!("zeroline prompts import {file} --language {language} --into {folder}")
}

fn unusable(mistake: &PromptMistake) -> Finding {
    let long = mistake
        .what
        .contains(&format!("than {MAX_SECONDS} seconds"));
    let (language, prompt) = match &mistake.prompt {
        Some((language, name)) => (Some(language.clone()), name.clone()),
        None => (None, mistake.file.clone()),
    };
    Finding {
        language,
        prompt,
        fault: if long {
            Fault::TooLong
        } else {
            Fault::Unusable
        },
        detail: mistake.what.clone(),
        remedy: mistake.remedy.clone(),
    }
}
