//! Recorded prompts: read from the folder (over the embedded ones), checked, and encoded once
//! per codec, so that playing one costs no codec work.
//!
//! This is edge: it reads files. Nothing in it is on the path of a call.

pub mod embedded;
mod wav;

use std::collections::{BTreeMap, HashMap};
use std::fmt;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use config::{FileFormat, Format};

use crate::ids::PromptName;
use crate::media::codec::encode_prompt;
use crate::media::prompt::Prompt;
use crate::menu::load::PromptFacts;
use crate::sdp::plan::Codec;

/// Larger files are refused before they are read.
const MAX_FILE: u64 = 64 << 20;
/// More prompts in a folder are refused.
const MAX_PROMPTS: usize = 10_000;

/// All prompts of one language, ready to play.
#[derive(Clone, Debug, Default)]
pub struct PromptLibrary {
    prompts: HashMap<PromptName, Arc<Prompt>>,
    facts: BTreeMap<PromptName, PromptFacts>,
}

impl PromptLibrary {
    /// Loads the embedded prompts (if they are of this language) and, over them,
    /// `<dir>/<language>/*.wav` with `transcripts.toml` beside.
    ///
    /// Without codecs nothing is encoded: enough to check menus.
    ///
    /// # Errors
    /// Everything that is wrong with any file, at once.
    pub fn load(
        dir: Option<&Path>,
        language: &str,
        codecs: &[Codec],
    ) -> Result<PromptLibrary, Vec<PromptMistake>> {
        let mut mistakes = Vec::new();
        let mut wavs: BTreeMap<String, Wav> = BTreeMap::new();
        let mut texts: HashMap<String, String> = HashMap::new();
        if language == embedded::LANGUAGE {
            let file = |name| format!("(embedded) {language}/{name}.wav");
            let all = embedded::WAVS.iter();
            wavs.extend(all.map(|(n, bytes)| ((*n).to_owned(), Wav::new(file(n), *bytes))));
            read_transcripts(
                "(embedded)",
                embedded::TRANSCRIPTS,
                &mut texts,
                &mut mistakes,
            );
        }
        if let Some(dir) = dir {
            read_folder(&dir.join(language), &mut wavs, &mut texts, &mut mistakes);
        } else if wavs.is_empty() {
            mistakes.push(PromptMistake::new(
                "prompts",
                format!("no prompts of the language `{language}` are built in"),
                "set prompts.dir to a folder that has them",
            ));
        }
        let (prompts, mut failed) = encode_all(&wavs, codecs);
        mistakes.append(&mut failed);
        if !mistakes.is_empty() {
            return Err(mistakes);
        }
        let facts = prompts.iter().map(|(name, prompt)| {
            let transcript = texts.remove(name.as_str()).filter(|t| !t.is_empty());
            let length = Some(prompt.duration);
            (name.clone(), PromptFacts { transcript, length })
        });
        let facts = facts.collect();
        Ok(PromptLibrary { prompts, facts })
    }

    /// A prompt by name.
    pub fn get(&self, name: &PromptName) -> Option<&Arc<Prompt>> {
        self.prompts.get(name)
    }

    /// The prompts alone, by name.
    pub fn into_prompts(self) -> HashMap<PromptName, Arc<Prompt>> {
        self.prompts
    }

    /// What menus are checked against.
    pub fn facts(&self) -> &BTreeMap<PromptName, PromptFacts> {
        &self.facts
    }

    /// How many there are.
    pub fn len(&self) -> usize {
        self.prompts.len()
    }

    /// None at all.
    pub fn is_empty(&self) -> bool {
        self.prompts.is_empty()
    }
}

/// A prompt file that can not be used.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PromptMistake {
    /// The file or folder.
    pub file: String,
    /// What is wrong.
    pub what: String,
    /// What to do.
    pub remedy: String,
}

impl PromptMistake {
    fn new(
        file: impl Into<String>,
        what: impl Into<String>,
        remedy: impl Into<String>,
    ) -> PromptMistake {
        PromptMistake {
            file: file.into(),
            what: what.into(),
            remedy: remedy.into(),
        }
    }
}

impl fmt::Display for PromptMistake {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}; {}", self.file, self.what, self.remedy)
    }
}

/// A WAV file as it was found.
struct Wav {
    file: String,
    bytes: std::borrow::Cow<'static, [u8]>,
}

impl Wav {
    fn new(file: String, bytes: impl Into<std::borrow::Cow<'static, [u8]>>) -> Wav {
        let bytes = bytes.into();
        Wav { file, bytes }
    }
}

fn read_transcripts(
    file: &str,
    text: &str,
    texts: &mut HashMap<String, String>,
    mistakes: &mut Vec<PromptMistake>,
) {
    match FileFormat::Toml.parse(None, text) {
        Ok(values) => texts.extend(
            values
                .into_iter()
                .filter_map(|(name, value)| Some((name, value.into_string().ok()?))),
        ),
        Err(e) => mistakes.push(PromptMistake::new(
            file,
            format!("not well-formed TOML: {}", e.to_string().trim()),
            "write one `name = \"what is said\"` per line",
        )),
    }
}

fn read_folder(
    folder: &Path,
    wavs: &mut BTreeMap<String, Wav>,
    texts: &mut HashMap<String, String>,
    mistakes: &mut Vec<PromptMistake>,
) {
    let shown = folder.display().to_string();
    let entries = match std::fs::read_dir(folder) {
        Ok(entries) => entries,
        Err(e) => {
            let what = format!("can not be read: {e}");
            let remedy = "make this folder, or set prompts.dir and prompts.language to one there";
            mistakes.push(PromptMistake::new(shown, what, remedy));
            return;
        }
    };
    for entry in entries.take(MAX_PROMPTS).flatten() {
        let path = entry.path();
        let shown = path.display().to_string();
        let (Some(stem), Some(ending)) = (
            path.file_stem().and_then(|s| s.to_str()),
            path.extension().and_then(|s| s.to_str()),
        ) else {
            continue;
        };
        match ending.to_lowercase().as_str() {
            "wav" => match read_file(&path) {
                Ok(bytes) => {
                    wavs.insert(stem.to_owned(), Wav::new(shown, bytes));
                }
                Err(what) => mistakes.push(PromptMistake::new(
                    shown,
                    what,
                    "give a readable WAV file of at most 64 MiB",
                )),
            },
            "mp3" | "flac" | "ogg" | "m4a" | "gsm" | "ulaw" | "alaw" => {
                mistakes.push(PromptMistake::new(
                    shown,
                    format!("prompts are WAV files, not {ending}"),
                    format!("convert it: sox {stem}.{ending} {stem}.wav"),
                ));
            }
            "toml" if stem == "transcripts" => match std::fs::read_to_string(&path) {
                Ok(text) => read_transcripts(&shown, &text, texts, mistakes),
                Err(e) => mistakes.push(PromptMistake::new(
                    shown,
                    format!("can not be read: {e}"),
                    "make it readable UTF-8",
                )),
            },
            _ => {}
        }
    }
}

fn read_file(path: &Path) -> Result<Vec<u8>, String> {
    let told = |e: std::io::Error| format!("can not be read: {e}");
    let size = std::fs::metadata(path).map_err(told)?.len();
    if size > MAX_FILE {
        return Err(format!("{} MiB are too large", size >> 20));
    }
    std::fs::read(path).map_err(told)
}

type Encoded = (HashMap<PromptName, Arc<Prompt>>, Vec<PromptMistake>);

/// Decodes and encodes on all cores: it is the longest part of a start.
fn encode_all(wavs: &BTreeMap<String, Wav>, codecs: &[Codec]) -> Encoded {
    let threads = std::thread::available_parallelism().map_or(1, |n| n.get());
    let all: Vec<(&String, &Wav)> = wavs.iter().collect();
    // Dealt like cards, so that no thread gets all the long ones.
    let results: Vec<Result<Prompt, PromptMistake>> = std::thread::scope(|scope| {
        let work = |first: usize| {
            let mine = all.iter().skip(first).step_by(threads);
            mine.map(|(name, wav)| encode(name, wav, codecs))
                .collect::<Vec<_>>()
        };
        let running: Vec<_> = (0..threads).map(|t| scope.spawn(move || work(t))).collect();
        running
            .into_iter()
            .flat_map(|thread| match thread.join() {
                Ok(done) => done,
                Err(panic) => std::panic::resume_unwind(panic),
            })
            .collect()
    });
    let mut prompts = HashMap::new();
    let mut mistakes = Vec::new();
    for result in results {
        match result {
            Ok(prompt) => {
                prompts.insert(prompt.name.clone(), Arc::new(prompt));
            }
            Err(mistake) => mistakes.push(mistake),
        }
    }
    mistakes.sort_by(|a, b| a.file.cmp(&b.file));
    (prompts, mistakes)
}

fn encode(name: &str, wav: &Wav, codecs: &[Codec]) -> Result<Prompt, PromptMistake> {
    let told = |(what, remedy): (String, &str)| PromptMistake::new(&wav.file, what, remedy);
    let good = name.len() <= 64
        && name
            .chars()
            .all(|c| c.is_ascii_alphanumeric() || "-_.".contains(c));
    if !good {
        let what = "menus could not name this prompt".to_owned();
        return Err(told((what, "call the file by letters, digits, - and _")));
    }
    let sound = wav::decode(&wav.bytes).map_err(told)?;
    let encodings = encode_prompt(&sound.samples, sound.rate, codecs)
        .map_err(|e| told((e.to_string(), "convert it: sox old.wav -r 16000 new.wav")))?;
    let micros = sound.samples.len() as u64 * 1_000_000 / u64::from(sound.rate.max(1));
    let duration = Duration::from_micros(micros);
    Ok(Prompt::new(PromptName::new(name), duration, encodings))
}

#[cfg(test)]
mod tests;
