//! Texts of menus to prompts: found among the recordings or in the cache, else spoken by an
//! engine and kept.

use std::collections::{BTreeMap, HashMap, VecDeque};

use tokio::task::JoinSet;

use super::cache::{Cache, Key};
use super::encoded::Encodings;
use super::engine::{self, EngineError};
use super::ingest::{Master, Wrong};
use super::{PromptLibrary, PromptMistake, on_all_cores};
use crate::config::{Prompts, SpeechEngine};
use crate::ids::{Language, PromptName};
use crate::menu::load::PromptFacts;
use crate::menu::spoken::{text_prompt, words};
use crate::net::http::HttpClient;

/// Texts that are spoken at the same time, at most: the machine has other things to do.
const AT_A_TIME: usize = 4;
/// What separates groups of digits.
const PAUSE: std::time::Duration = std::time::Duration::from_millis(300);
/// As often may an engine be too slow before it is not asked any more.
const SLOW: usize = 2;

/// A text that is to be heard in a language.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Text {
    /// The language.
    pub language: Language,
    /// The text.
    pub text: String,
    /// Where it is written, for mistakes: `menus/support.yaml:12:14`.
    pub place: String,
}

impl Text {
    /// The name under which it is heard.
    pub fn name(&self) -> PromptName {
        text_prompt(&self.language, &self.text)
    }
}

/// Who speaks, and where it is kept.
#[derive(Clone, Debug)]
pub struct Speech {
    engines: Vec<SpeechEngine>,
    cache: Cache,
}

impl From<&Prompts> for Speech {
    fn from(settings: &Prompts) -> Speech {
        Speech::new(settings.engines.clone(), Cache::new(&settings.cache))
    }
}

/// Where speech came from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Source {
    /// It had been made before.
    Cache,
    /// It was made now.
    Engine,
}

impl Speech {
    /// These engines and this cache.
    pub fn new(engines: Vec<SpeechEngine>, cache: Cache) -> Speech {
        Speech { engines, cache }
    }

    /// Where it is kept.
    pub fn cache(&self) -> &Cache {
        &self.cache
    }

    /// The key in the cache; `None` when no engine speaks the language.
    pub fn key(&self, language: &Language, text: &str) -> Option<Key> {
        let engine = engine::of(&self.engines, language)?;
        Some(Key::new(
            &engine::identity(engine, language),
            language,
            text,
        ))
    }

    /// What was made of it before, if it was.
    pub fn cached(&self, language: &Language, text: &str) -> Option<Master> {
        self.cache.find(language, &self.key(language, text)?)
    }

    /// Makes all texts, or finds them in the cache; the results are in the order of the texts.
    /// Takes as long as the engines take: for loading only.
    pub fn make(&self, texts: &[(Language, String)]) -> Vec<Result<(Master, Source), Wrong>> {
        let mut results: Vec<Option<Result<(Master, Source), Wrong>>> = Vec::new();
        let mut open = VecDeque::new();
        for (i, (language, text)) in texts.iter().enumerate() {
            results.push(match engine::speakable(text) {
                Err(wrong) => Some(Err(wrong)),
                Ok(text) => match (self.cached(language, &text), self.engine_of(language)) {
                    (Some(master), _) => Some(Ok((master, Source::Cache))),
                    (None, None) => Some(Err(nobody(language))),
                    (None, Some(engine)) => {
                        open.push_back(Job {
                            at: i,
                            engine,
                            language: language.clone(),
                            text,
                        });
                        None
                    }
                },
            });
        }
        if !open.is_empty() {
            for (i, made) in self.ask(open) {
                if let Some(slot) = results.get_mut(i) {
                    *slot = Some(made.map(|master| (master, Source::Engine)));
                }
            }
        }
        let lost = || Err(Wrong::new("the speech engine was not asked", "try again"));
        results
            .into_iter()
            .map(|r| r.unwrap_or_else(lost))
            .collect()
    }

    fn engine_of(&self, language: &Language) -> Option<usize> {
        self.engines
            .iter()
            .position(|e| engine::speaks(e, language))
    }

    /// On a thread of its own, since the caller may be a task that must not wait for another
    /// runtime.
    fn ask(&self, open: VecDeque<Job>) -> Vec<(usize, Result<Master, Wrong>)> {
        let slots: Vec<usize> = open.iter().map(|job| job.at).collect();
        std::thread::scope(|scope| {
            let asking = scope.spawn(move || {
                let runtime = tokio::runtime::Builder::new_current_thread()
                    .enable_all()
                    .build();
                let cause = match (runtime, HttpClient::new()) {
                    (Ok(runtime), Ok(client)) => {
                        return runtime.block_on(self.ask_all(open, client));
                    }
                    (Err(e), _) => e.to_string(),
                    (_, Err(e)) => e.to_string(),
                };
                let wrong = Wrong::new(
                    format!("no speech engine can be asked: {cause}"),
                    "mend this",
                );
                slots
                    .into_iter()
                    .map(|at| (at, Err(wrong.clone())))
                    .collect()
            });
            match asking.join() {
                Ok(made) => made,
                Err(panic) => std::panic::resume_unwind(panic),
            }
        })
    }

    async fn ask_all(
        &self,
        mut open: VecDeque<Job>,
        client: HttpClient,
    ) -> Vec<(usize, Result<Master, Wrong>)> {
        let at_a_time = std::thread::available_parallelism().map_or(1, |n| n.get().min(AT_A_TIME));
        let mut running = JoinSet::new();
        let mut done = Vec::new();
        let mut slow = HashMap::new();
        let mut given_up: HashMap<usize, Wrong> = HashMap::new();
        loop {
            while running.len() < at_a_time
                && let Some(job) = open.pop_front()
            {
                if let Some(wrong) = given_up.get(&job.engine) {
                    done.push((job.at, Err(wrong.clone())));
                    continue;
                }
                let Some(engine) = self.engines.get(job.engine).cloned() else {
                    continue;
                };
                let client = client.clone();
                running.spawn(async move {
                    let made = engine::speak(&engine, &client, &job.language, &job.text).await;
                    (job, made)
                });
            }
            let Some(ended) = running.join_next().await else {
                return done;
            };
            let Ok((job, made)) = ended else {
                continue; // It panicked, which its slot will tell.
            };
            let made = made.map_err(|e| {
                let wrong = Wrong::new(e.to_string(), e.remedy());
                let times: &mut usize = slow.entry(job.engine).or_default();
                *times += usize::from(matches!(e, EngineError::Slow(_)));
                if e.is_lasting() && (*times == 0 || *times >= SLOW) {
                    given_up.insert(job.engine, wrong.clone());
                }
                wrong
            });
            if let Ok(master) = &made {
                self.keep(&job, master);
            }
            done.push((job.at, made));
        }
    }

    fn keep(&self, job: &Job, master: &Master) {
        let Some(engine) = self.engines.get(job.engine) else {
            return;
        };
        let identity = engine::identity(engine, &job.language);
        let key = Key::new(&identity, &job.language, &job.text);
        let kept = self
            .cache
            .keep(&job.language, &key, &identity, &job.text, master);
        if let Err(e) = kept {
            // It plays all the same, and is made again the next time.
            tracing::warn!(error = %e, "speech can not be kept in prompts.cache");
        }
    }
}

struct Job {
    at: usize,
    engine: usize,
    language: Language,
    text: String,
}

fn nobody(language: &Language) -> Wrong {
    Wrong::new(
        format!("no speech engine speaks {language}"),
        "set one in [[prompts.engines]], or record the text",
    )
}

impl PromptLibrary {
    /// Offers each of these under its own name, unless a recording of that name is there: what
    /// the server says by itself. An empty text is a short silence. With `made` the sound is
    /// made; without it is only known that it can be.
    ///
    /// # Errors
    /// In a word what can not be had: why, and how many.
    pub fn speak_named(
        &mut self,
        language: &Language,
        named: impl IntoIterator<Item = (PromptName, String)>,
        speech: &Speech,
        made: Option<Encodings<'_>>,
    ) -> Result<(), PromptMistake> {
        let missing = named.into_iter().filter(|(name, _)| match made {
            Some(_) => self.get(language, name).is_none(),
            None => !self.facts(language).contains_key(name),
        });
        let (silent, spoken): (Vec<_>, Vec<_>) = missing.partition(|(_, text)| text.is_empty());
        let text = |(_, text): &(PromptName, String)| Text {
            language: language.clone(),
            text: text.clone(),
            place: "(built in)".to_owned(),
        };
        let texts: Vec<Text> = spoken.iter().map(text).collect();
        let result = match made {
            Some(codecs) => self.speak(&texts, speech, codecs),
            None => self.promise(&texts, speech),
        };
        for ((name, _), text) in spoken.into_iter().zip(&texts) {
            self.offer_as(language, &text.name(), name);
        }
        for (name, _) in silent {
            let pause = Master::silence(PAUSE);
            if let Ok(prompt) = made.unwrap_or_default().make(name, &pause) {
                self.put(language, prompt, None, None);
            }
        }
        result.map_err(|mistakes| {
            let first = mistakes.first();
            let (what, remedy) = first.map_or(("", ""), |m| (m.what.as_str(), m.remedy.as_str()));
            let n = mistakes.len();
            PromptMistake::new(
                format!("prompts in `{language}`"),
                format!("{n} of what the server itself says can not be said: {what}"),
                remedy,
            )
        })
    }

    /// Offers every text as a prompt under its name ([`text_prompt`]): a recording of that name,
    /// or one in whose transcript is exactly that text, else what the cache or an engine gives.
    ///
    /// # Errors
    /// Each text that can not be had, at once; the others are there.
    pub fn speak<'a>(
        &mut self,
        texts: &[Text],
        speech: &Speech,
        codecs: impl Into<Encodings<'a>>,
    ) -> Result<(), Vec<PromptMistake>> {
        let how = codecs.into();
        let mut mistakes = self.fetch(texts, how);
        let open = self.find_recorded(texts);
        let asked: Vec<(Language, String)> = open
            .values()
            .map(|texts| (texts[0].language.clone(), texts[0].text.clone()))
            .collect();
        let made: Vec<_> = open.iter().zip(speech.make(&asked)).collect();
        let encoded = on_all_cores(&made, |(((_, name), _), made)| match made {
            Ok((master, _)) => how.make(name.clone(), master),
            Err(wrong) => Err(wrong.clone()),
        });
        for (((language, name), texts), prompt) in open.iter().zip(encoded) {
            match prompt {
                Ok(prompt) => self.put(language, prompt, Some(words(&texts[0].text)), None),
                Err(wrong) => mistakes.extend(texts.iter().map(|t| mistake(t, name, &wrong))),
            }
        }
        told(mistakes)
    }

    /// As [`PromptLibrary::speak`], but no engine is asked and nothing is written: what an engine
    /// would have to speak is known by its text alone. Enough to check menus.
    ///
    /// # Errors
    /// Each text that can not be had, as far as that is known without asking.
    pub fn promise(&mut self, texts: &[Text], speech: &Speech) -> Result<(), Vec<PromptMistake>> {
        let mut mistakes = self.fetch(texts, Encodings::default());
        for ((language, name), texts) in self.find_recorded(texts) {
            let wrong = match engine::speakable(&texts[0].text) {
                Err(wrong) => Some(wrong),
                Ok(_) if speech.engine_of(&language).is_none() => Some(nobody(&language)),
                Ok(_) => None,
            };
            if let Some(wrong) = wrong {
                mistakes.extend(texts.iter().map(|t| mistake(t, &name, &wrong)));
                continue;
            }
            let cached = speech.cached(&language, &texts[0].text);
            let facts = PromptFacts {
                transcript: Some(words(&texts[0].text)),
                length: cached.map(|m| m.duration()),
            };
            self.tell(&language, name, facts);
        }
        told(mistakes)
    }

    /// Offers what is recorded, and gives back the rest, each text once with all its places.
    fn find_recorded<'t>(
        &mut self,
        texts: &'t [Text],
    ) -> BTreeMap<(Language, PromptName), Vec<&'t Text>> {
        let mut by_transcript: HashMap<&Language, HashMap<String, PromptName>> = HashMap::new();
        let mut open: BTreeMap<(Language, PromptName), Vec<&Text>> = BTreeMap::new();
        for text in texts {
            let (language, name) = (&text.language, text.name());
            let recorded = match self.get(language, &name) {
                Some(_) => Some(name.clone()),
                None => {
                    let known = by_transcript
                        .entry(language)
                        .or_insert_with(|| transcripts(self, language));
                    known.get(&words(&text.text)).cloned()
                }
            };
            let Some(recorded) = recorded else {
                open.entry((language.clone(), name)).or_default().push(text);
                continue;
            };
            let length = self.facts(language).get(&recorded).and_then(|f| f.length);
            self.offer_as(language, &recorded, name.clone());
            let transcript = Some(words(&text.text));
            self.tell(language, name, PromptFacts { transcript, length });
        }
        open
    }
}

fn transcripts(library: &PromptLibrary, language: &Language) -> HashMap<String, PromptName> {
    let mut known = HashMap::new();
    for (name, facts) in library.facts(language) {
        let text = facts.transcript.as_deref().map(words);
        if let Some(text) = text.filter(|_| library.get(language, name).is_some()) {
            known.entry(text).or_insert_with(|| name.clone());
        }
    }
    known
}

fn mistake(text: &Text, name: &PromptName, wrong: &Wrong) -> PromptMistake {
    let said = words(&text.text);
    let short: String = said.chars().take(40).collect();
    let dots = if short == said { "" } else { "…" };
    let language = &text.language;
    let what = format!("“{short}{dots}” can not be spoken: {}", wrong.what);
    let remedy = match wrong.remedy.as_str() {
        remedy if remedy.ends_with("record the text") => {
            format!("{remedy} as {language}/{name}.wav in the prompt folder")
        }
        remedy => remedy.to_owned(),
    };
    PromptMistake::new(&text.place, what, remedy).about(language, name.as_str())
}

fn told(mistakes: Vec<PromptMistake>) -> Result<(), Vec<PromptMistake>> {
    if mistakes.is_empty() {
        Ok(())
    } else {
        Err(mistakes)
    }
}
