//! All prompts of all languages, ready to play.

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};
use std::path::Path;
use std::sync::Arc;

use super::encoded::Encodings;
use super::folder::{Folder, Place, Recording, check_name};
use super::ingest::level::{self, FAR, Level};
use super::ingest::{self, Wrong};
use super::{PromptMistake, Text, embedded, languages, on_all_cores};
use crate::ids::{Language, PromptName};
use crate::media::prompt::{Prompt, Said};
use crate::menu::load::PromptFacts;
use crate::menu::spoken::words;
use crate::menu::system;

/// Prompts without words: the same in every language that has none of its own.
pub(super) const WORDLESS: [&str; 3] = [system::BEEP, system::MUSIC, system::RINGBACK];

/// All prompts of all languages, ready to play.
#[derive(Clone, Debug, Default)]
pub struct PromptLibrary {
    languages: BTreeMap<Language, Shelf>,
}

/// The prompts of one language.
#[derive(Clone, Debug, Default)]
struct Shelf {
    prompts: HashMap<PromptName, Arc<Prompt>>,
    facts: BTreeMap<PromptName, PromptFacts>,
    checks: BTreeMap<PromptName, Check>,
    /// What is to be said under a name, by transcripts without a recording.
    unspoken: BTreeMap<String, String>,
    /// Embedded recordings of values and of the demo line, by what is said in them: decoded and
    /// encoded when something needs them ([`PromptLibrary::fetch`]).
    held: HashMap<String, (String, Recording)>,
}

/// Whether an embedded recording waits until it is needed: the words of values, and the texts of
/// the demo line. An operator's own lines may need none of these.
fn waits(name: &str, recording: &Recording) -> bool {
    let by_text = ["say-", "text-"].iter().any(|p| name.starts_with(p));
    by_text && matches!(recording.place, Place::Embedded(_))
}

/// What was found of a recording when it was loaded.
#[derive(Clone, Debug, PartialEq)]
pub struct Check {
    /// Where it is.
    pub file: String,
    /// Part of the program, so not the operator's to mend.
    pub embedded: bool,
    /// How loud it is.
    pub level: Level,
    /// How many times it was louder than its scale.
    pub clipped: usize,
}

impl Check {
    /// What an import would change of its loudness, in dB, if that is worth a word.
    pub fn far(&self) -> Option<f64> {
        Some(self.level.off()).filter(|gain| gain.abs() > FAR)
    }
}

/// One prompt, decoded, measured and encoded.
struct Made {
    prompt: Prompt,
    level: Level,
    clipped: usize,
}

impl Made {
    fn check(&self, recording: &Recording) -> Check {
        Check {
            file: recording.file.clone(),
            embedded: matches!(recording.place, Place::Embedded(_)),
            level: self.level,
            clipped: self.clipped,
        }
    }
}

impl PromptLibrary {
    /// Loads, for each language, the embedded prompts (if they are of it) and over them
    /// `<dir>/<language>/**` in any of the forms that [`ingest`] knows, with `transcripts.toml`
    /// beside.
    ///
    /// Recordings are played as they are: only their rate is converted. Those that are too soft,
    /// too loud or clipped are told by [`PromptLibrary::doubts`].
    ///
    /// Without codecs nothing is encoded: enough to check menus.
    ///
    /// # Errors
    /// Everything that is wrong with any file, at once.
    pub fn load<'a>(
        dir: Option<&Path>,
        languages: &[Language],
        codecs: impl Into<Encodings<'a>>,
    ) -> Result<PromptLibrary, Vec<PromptMistake>> {
        let (library, mistakes) = PromptLibrary::read(dir, languages, codecs);
        if mistakes.is_empty() {
            Ok(library)
        } else {
            Err(mistakes)
        }
    }

    /// Whether there are prompts of a language, built in or in the folder.
    pub fn speaks(dir: Option<&Path>, language: &Language) -> bool {
        !Folder::embedded(language).texts.is_empty()
            || dir.is_some_and(|dir| dir.join(language.as_str()).is_dir())
    }

    /// The languages that there are prompts of.
    pub fn spoken(dir: Option<&Path>) -> BTreeSet<Language> {
        let built_in = embedded::TRANSCRIPTS.iter().map(|(tag, _)| *tag);
        let own = dir.map(languages).unwrap_or_default();
        built_in.map(Language::new).chain(own).collect()
    }

    /// As [`PromptLibrary::load`], but what could be loaded is given beside the mistakes.
    pub fn read<'a>(
        dir: Option<&Path>,
        languages: &[Language],
        codecs: impl Into<Encodings<'a>>,
    ) -> (PromptLibrary, Vec<PromptMistake>) {
        let how = codecs.into();
        let mut library = PromptLibrary::default();
        let mut mistakes = Vec::new();
        let mut texts = BTreeMap::new();
        let mut work: Vec<(Language, String, Recording)> = Vec::new();
        let is_there = dir.is_some_and(Path::is_dir);
        for language in languages {
            if library.languages.contains_key(language) {
                continue;
            }
            library.languages.insert(language.clone(), Shelf::default());
            let mut folder = Folder::embedded(language);
            match dir.map(|dir| dir.join(language.as_str())) {
                // Of a language whose words are built in there need be no folder.
                Some(own) if own.exists() || folder.texts.is_empty() || !is_there => {
                    folder.lay_over(&own, language);
                }
                None if folder.texts.is_empty() => mistakes.push(PromptMistake::new(
                    "prompts",
                    format!("no prompts of the language `{language}` are built in"),
                    "set prompts.dir to a folder that has them",
                )),
                Some(_) | None => {}
            }
            mistakes.append(&mut folder.mistakes);
            for (name, recording) in folder.recordings {
                if !waits(&name, &recording) {
                    work.push((language.clone(), name, recording));
                } else if let Some(text) = folder.texts.remove(&name)
                    && let Some(shelf) = library.languages.get_mut(language)
                {
                    shelf.held.insert(words(&text), (name, recording));
                }
            }
            texts.insert(language.clone(), folder.texts);
        }
        let made = on_all_cores(&work, |(_, name, recording)| load(name, recording, how));
        for ((language, name, recording), made) in work.iter().zip(made) {
            match made {
                Ok(made) => {
                    let text = texts.get_mut(language).and_then(|t| t.remove(name));
                    let check = made.check(recording);
                    library.put(language, made.prompt, text, Some(check));
                }
                Err(wrong) => {
                    mistakes.push(PromptMistake::of(&recording.file, wrong).about(language, name))
                }
            }
        }
        library.share_wordless(how);
        for (language, texts) in texts {
            if let Some(shelf) = library.languages.get_mut(&language) {
                shelf.unspoken = texts;
            }
        }
        mistakes.sort_by(|a, b| a.file.cmp(&b.file));
        (library, mistakes)
    }

    /// Makes the embedded recordings of these texts, unless another says the same: one of an
    /// operator's own goes before. Gives back what is wrong with them.
    pub(super) fn fetch(&mut self, texts: &[Text], how: Encodings<'_>) -> Vec<PromptMistake> {
        let mut work = Vec::new();
        for (language, shelf) in &mut self.languages {
            let there = shelf.facts.iter().filter_map(|(name, facts)| {
                let is_made = shelf.prompts.contains_key(name);
                facts.transcript.as_deref().map(words).filter(|_| is_made)
            });
            let there: HashSet<String> = there.collect();
            for text in texts.iter().filter(|t| t.language == *language) {
                let said = words(&text.text);
                if !there.contains(&said)
                    && let Some((name, recording)) = shelf.held.remove(&said)
                {
                    work.push((text, name, recording));
                }
            }
        }
        let made = on_all_cores(&work, |(_, name, recording)| load(name, recording, how));
        let mut mistakes = Vec::new();
        for ((text, name, recording), made) in work.into_iter().zip(made) {
            let said = Some(text.text.clone());
            match made {
                Ok(made) => {
                    let check = made.check(&recording);
                    self.put(&text.language, made.prompt, said, Some(check));
                }
                Err(wrong) => mistakes
                    .push(PromptMistake::of(&recording.file, wrong).about(&text.language, &name)),
            }
        }
        mistakes
    }

    /// Music and tones, where a language has none of its own.
    fn share_wordless(&mut self, how: Encodings<'_>) {
        let without =
            |shelf: &Shelf, name: &str| !shelf.prompts.contains_key(&PromptName::new(name));
        for name in WORDLESS {
            if !self.languages.values().any(|shelf| without(shelf, name)) {
                continue;
            }
            let Some(prompt) = self.wordless(name, how) else {
                continue;
            };
            for shelf in self.languages.values_mut().filter(|s| without(s, name)) {
                let facts = PromptFacts {
                    transcript: None,
                    length: Some(prompt.duration),
                };
                shelf.facts.insert(prompt.name.clone(), facts);
                shelf
                    .prompts
                    .insert(prompt.name.clone(), Arc::clone(&prompt));
            }
        }
    }

    /// The embedded one: where it is loaded already, or loaded now.
    fn wordless(&self, name: &str, how: Encodings<'_>) -> Option<Arc<Prompt>> {
        let prompt = PromptName::new(name);
        let english = Language::new(embedded::LANGUAGE);
        if let Some(shelf) = self.languages.get(&english)
            && shelf.checks.get(&prompt).is_some_and(|c| c.embedded)
        {
            return shelf.prompts.get(&prompt).cloned();
        }
        let folder = Folder::embedded(&english);
        let made = load(name, folder.recordings.get(name)?, how).ok()?;
        Some(Arc::new(made.prompt))
    }

    pub(super) fn put(
        &mut self,
        language: &Language,
        mut prompt: Prompt,
        text: Option<String>,
        check: Option<Check>,
    ) {
        let shelf = self.languages.entry(language.clone()).or_default();
        let name = prompt.name.clone();
        let facts = PromptFacts {
            transcript: text.filter(|t| !t.is_empty()),
            length: Some(prompt.duration),
        };
        prompt.said = facts.transcript.clone().map(|words| Said {
            language: language.clone(),
            words,
        });
        shelf.facts.insert(name.clone(), facts);
        shelf.checks.extend(check.map(|c| (name.clone(), c)));
        shelf.prompts.insert(name, Arc::new(prompt));
    }

    /// What a menu file says is said in a recording, where nothing else does.
    pub fn say(&mut self, language: &Language, name: &PromptName, words: &str) {
        let shelf = self.languages.get_mut(language);
        let prompt = shelf.and_then(|s| s.prompts.get_mut(name));
        // Shared ones have their words by the name that they were made under.
        if let Some(prompt) = prompt.and_then(Arc::get_mut)
            && prompt.said.is_none()
        {
            prompt.said = Some(Said {
                language: language.clone(),
                words: words.to_owned(),
            });
        }
    }

    /// Offers a prompt under a further name.
    pub(super) fn offer_as(&mut self, language: &Language, old: &PromptName, new: PromptName) {
        let Some(shelf) = self.languages.get_mut(language) else {
            return;
        };
        if let Some(prompt) = shelf.prompts.get(old).cloned() {
            shelf.prompts.insert(new.clone(), prompt);
        }
        if let Some(facts) = shelf.facts.get(old).cloned() {
            shelf.facts.insert(new, facts);
        }
    }

    /// Says what is said in a prompt, and how long it is: also of one whose sound is not made.
    pub(super) fn tell(&mut self, language: &Language, name: PromptName, facts: PromptFacts) {
        let shelf = self.languages.entry(language.clone()).or_default();
        shelf.facts.insert(name, facts);
    }

    /// Names of transcripts that have no recording, with what is to be said.
    pub fn unspoken(&self, language: &Language) -> Vec<(PromptName, String)> {
        let shelf = self.languages.get(language).into_iter();
        let texts = shelf
            .flat_map(|s| &s.unspoken)
            .filter(|(_, text)| !text.is_empty());
        texts
            .map(|(name, text)| (PromptName::new(name), text.clone()))
            .collect()
    }

    /// A prompt by language and name.
    pub fn get(&self, language: &Language, name: &PromptName) -> Option<&Arc<Prompt>> {
        self.languages.get(language)?.prompts.get(name)
    }

    /// The languages, in the order of their names.
    pub fn languages(&self) -> impl Iterator<Item = &Language> {
        self.languages.keys()
    }

    /// What menus of a language are checked against.
    pub fn facts(&self, language: &Language) -> &BTreeMap<PromptName, PromptFacts> {
        const NONE: &BTreeMap<PromptName, PromptFacts> = &BTreeMap::new();
        self.languages
            .get(language)
            .map_or(NONE, |shelf| &shelf.facts)
    }

    /// What was found of the recordings of a language.
    pub fn checks(&self, language: &Language) -> impl Iterator<Item = (&PromptName, &Check)> {
        self.languages
            .get(language)
            .into_iter()
            .flat_map(|s| &s.checks)
    }

    /// What was found of one recording.
    pub fn check(&self, language: &Language, name: &PromptName) -> Option<&Check> {
        self.languages.get(language)?.checks.get(name)
    }

    /// The prompts alone, by language and name.
    pub fn into_prompts(self) -> BTreeMap<Language, HashMap<PromptName, Arc<Prompt>>> {
        let shelves = self.languages.into_iter();
        shelves.map(|(language, s)| (language, s.prompts)).collect()
    }

    /// The prompts of one language alone.
    pub fn into_prompts_of(mut self, language: &Language) -> HashMap<PromptName, Arc<Prompt>> {
        let shelf = self.languages.remove(language);
        shelf.map_or_else(HashMap::new, |s| s.prompts)
    }

    /// How many there are, of all languages.
    pub fn len(&self) -> usize {
        self.languages.values().map(|s| s.prompts.len()).sum()
    }

    /// None at all.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// One line per language whose recordings do not sound as they should, ready to print.
    pub fn doubts(&self) -> Vec<String> {
        let of = |(language, shelf): (&Language, &Shelf)| {
            let of_operator = shelf.checks.iter().filter(|(_, check)| !check.embedded);
            let odd: Vec<&str> = of_operator
                .filter(|(_, check)| check.clipped > 0 || check.far().is_some())
                .map(|(name, _)| name.as_str())
                .collect();
            let shown = odd.get(..odd.len().min(3))?.join("`, `");
            let more = match odd.len() {
                0 => return None,
                n @ 1..=3 => format!("{n} of {language}"),
                n => format!("{n} of {language}, also"),
            };
            Some(format!(
                "warning: prompts too soft, too loud or clipped: {more} `{shown}`; see `zeroline \
                 prompts`"
            ))
        };
        self.languages.iter().filter_map(of).collect()
    }
}

fn load(name: &str, recording: &Recording, how: Encodings<'_>) -> Result<Made, Wrong> {
    check_name(name)?;
    let sound = recording.sound()?;
    let clipped = level::clipped(&sound.samples);
    let level = level::measure(&sound.samples, sound.rate);
    let prompt = how.make(PromptName::new(name), &ingest::master(&sound)?)?;
    Ok(Made {
        prompt,
        level,
        clipped,
    })
}
