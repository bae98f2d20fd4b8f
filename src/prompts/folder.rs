//! What a folder of one language holds: recordings in whichever form is the best there, and
//! transcripts. An Asterisk sound folder is one, with its sub-folders.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use super::ingest::raw::{self, Raw};
use super::ingest::{self, MAX_FILE, Sound, Wrong};
use super::{PromptMistake, embedded, transcripts};
use crate::ids::Language;

/// More prompts in a folder are refused.
const MAX_PROMPTS: usize = 10_000;
/// Asterisk's folders are two deep.
const MAX_DEPTH: usize = 4;

/// Where a recording is.
#[derive(Clone, Debug)]
pub(super) enum Place {
    /// In the program.
    Embedded(&'static [u8]),
    /// In this file.
    File(PathBuf),
}

/// One recording.
#[derive(Clone, Debug)]
pub(super) struct Recording {
    /// Its name for people.
    pub file: String,
    pub place: Place,
    form: Form,
}

/// In the order in which one is taken before another of the same name.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Form {
    /// Its bytes tell which: WAV, FLAC, Ogg Vorbis, MP3.
    Container(u8),
    Raw(Raw),
}

impl Form {
    fn of(ending: &str) -> Option<Form> {
        Some(match ending {
            "wav" => Form::Container(0),
            "flac" => Form::Container(1),
            "ogg" | "oga" => Form::Container(2),
            "mp3" => Form::Container(3),
            "sln16" => Form::Raw(Raw::Sln16),
            "sln" => Form::Raw(Raw::Sln),
            "alaw" | "al" => Form::Raw(Raw::Alaw),
            "ulaw" | "ul" | "pcm" => Form::Raw(Raw::Ulaw),
            _ => return None,
        })
    }

    fn rank(self) -> u8 {
        match self {
            Form::Container(n) => n,
            Form::Raw(Raw::Sln16) => 4,
            Form::Raw(Raw::Sln) => 5,
            Form::Raw(Raw::Alaw) => 6,
            Form::Raw(Raw::Ulaw) => 7,
        }
    }
}

/// Sound files that are not taken, so that nobody wonders why one is not found.
const NOT_TAKEN: [&str; 13] = [
    "gsm", "g722", "g729", "siren7", "siren14", "m4a", "aac", "opus", "wma", "aif", "aiff",
    "sln48", "wav49",
];

impl Recording {
    /// A file, of the form that its ending says, or that its bytes tell.
    pub fn of_file(path: &Path) -> Recording {
        let ending = path.extension().and_then(|e| e.to_str());
        let form = ending.and_then(|e| Form::of(&e.to_lowercase()));
        Recording {
            file: path.display().to_string(),
            place: Place::File(path.to_owned()),
            form: form.unwrap_or(Form::Container(0)),
        }
    }

    /// Reads and decodes it.
    pub fn sound(&self) -> Result<Sound, Wrong> {
        let read;
        let bytes = match &self.place {
            Place::Embedded(bytes) => bytes,
            Place::File(path) => {
                read = read_file(path)?;
                read.as_slice()
            }
        };
        match self.form {
            Form::Container(_) => ingest::decode(bytes),
            Form::Raw(form) => raw::decode(form, bytes),
        }
    }
}

/// Reads a sound file of a bearable size.
pub(super) fn read_file(path: &Path) -> Result<Vec<u8>, Wrong> {
    use std::io::Read;
    let remedy = "give a readable sound file of at most 64 MiB";
    let told = |e: std::io::Error| Wrong::new(format!("can not be read: {e}"), remedy);
    let large = |size: u64| Wrong::new(format!("{} MiB are too large", size >> 20), remedy);
    let file = std::fs::File::open(path).map_err(told)?;
    let about = file.metadata().map_err(told)?;
    if !about.is_file() {
        return Err(Wrong::new("not a file", remedy));
    }
    if about.len() > MAX_FILE {
        return Err(large(about.len()));
    }
    let mut bytes = Vec::new();
    // It may grow while it is read.
    let read = file.take(MAX_FILE + 1).read_to_end(&mut bytes);
    match read.map_err(told)? as u64 {
        size if size > MAX_FILE => Err(large(size)),
        _ => Ok(bytes),
    }
}

/// All of one language, before anything is decoded.
#[derive(Debug, Default)]
pub(super) struct Folder {
    pub recordings: BTreeMap<String, Recording>,
    pub texts: BTreeMap<String, String>,
    pub mistakes: Vec<PromptMistake>,
    /// Files of forms that are not taken, by the name that they would have.
    not_taken: Vec<(String, PathBuf, String)>,
    files: usize,
}

impl Folder {
    /// What is embedded of the language.
    pub fn embedded(language: &Language) -> Folder {
        let mut folder = Folder::default();
        if let Some(texts) = embedded::transcripts(language.as_str()) {
            folder.transcripts("(embedded)", texts);
        }
        let embedded = embedded::recordings(language.as_str()).map(|found| {
            let recording = Recording {
                file: format!("(embedded) {language}/{}", found.name),
                place: Place::Embedded(found.bytes),
                form: Form::Container(0),
            };
            (found.name.to_owned(), recording)
        });
        folder.recordings.extend(embedded);
        folder
    }

    /// Lays the files of a folder over what is there.
    pub fn lay_over(&mut self, path: &Path, language: &Language) {
        let mut found = Folder::default();
        found.walk(path, "", 0);
        for (name, file, ending) in std::mem::take(&mut found.not_taken) {
            if !found.recordings.contains_key(&name) {
                let shown = file.display().to_string();
                let what = format!("{ending} is not taken");
                let remedy = format!("convert it to WAV: sox {name}.{ending} -r 16000 {name}.wav");
                found
                    .mistakes
                    .push(PromptMistake::new(shown, what, remedy).about(language, &name));
            }
        }
        if found.files > MAX_PROMPTS {
            let what = format!("more than {MAX_PROMPTS} sound files");
            let remedy = "keep in it what callers are to hear";
            let shown = path.display().to_string();
            found.mistakes.push(PromptMistake::new(shown, what, remedy));
        }
        self.recordings.append(&mut found.recordings);
        self.texts.append(&mut found.texts);
        self.mistakes.append(&mut found.mistakes);
    }

    fn walk(&mut self, folder: &Path, prefix: &str, depth: usize) {
        let entries = match std::fs::read_dir(folder) {
            Ok(entries) => entries,
            Err(e) => {
                let what = format!("can not be read: {e}");
                let remedy =
                    "make this folder, or set prompts.dir and prompts.language to one there";
                let shown = folder.display().to_string();
                self.mistakes.push(PromptMistake::new(shown, what, remedy));
                return;
            }
        };
        let mut paths: Vec<PathBuf> = entries.flatten().map(|e| e.path()).collect();
        paths.sort();
        for path in paths {
            let Some(file_name) = path.file_name().and_then(|n| n.to_str()) else {
                continue;
            };
            // Hidden ones are no prompts: what an editor or a write of ours left behind.
            if file_name.starts_with('.') {
                continue;
            }
            if path.is_dir() {
                if depth < MAX_DEPTH {
                    self.walk(&path, &format!("{prefix}{file_name}/"), depth + 1);
                }
                continue;
            }
            let Some((stem, ending)) = file_name.rsplit_once('.') else {
                continue;
            };
            let name = format!("{prefix}{stem}");
            let ending = ending.to_lowercase();
            if let Some(form) = Form::of(&ending) {
                self.files += 1;
                if self.files <= MAX_PROMPTS {
                    self.offer(name, path, form);
                }
            } else if NOT_TAKEN.contains(&ending.as_str()) {
                self.not_taken.push((name, path, ending));
            } else if depth == 0 {
                self.texts_of(&path, stem, &ending);
            }
        }
    }

    fn offer(&mut self, name: String, path: PathBuf, form: Form) {
        let better = |there: &Recording| there.form.rank() <= form.rank();
        if !self.recordings.get(&name).is_some_and(better) {
            let recording = Recording {
                file: path.display().to_string(),
                place: Place::File(path),
                form,
            };
            self.recordings.insert(name, recording);
        }
    }

    fn texts_of(&mut self, path: &Path, stem: &str, ending: &str) {
        let list = stem.starts_with("core-sounds-") || stem.starts_with("extra-sounds-");
        let of_asterisk = list && ending == "txt";
        let ours = stem == "transcripts" && ending == "toml";
        if !ours && !of_asterisk {
            return;
        }
        let shown = path.display().to_string();
        match std::fs::read(path) {
            Ok(bytes) if ours => match String::from_utf8(bytes) {
                Ok(text) => self.transcripts(&shown, &text),
                Err(_) => self.mistakes.push(PromptMistake::new(
                    shown,
                    "is not UTF-8",
                    "save it as UTF-8",
                )),
            },
            Ok(bytes) => {
                for (name, text) in transcripts::read_asterisk(&bytes) {
                    self.texts.entry(name).or_insert(text);
                }
            }
            Err(e) => {
                let what = format!("can not be read: {e}");
                let remedy = "make it readable UTF-8";
                self.mistakes.push(PromptMistake::new(shown, what, remedy));
            }
        }
    }

    fn transcripts(&mut self, file: &str, text: &str) {
        match transcripts::read_toml(text) {
            Ok(read) => self.texts.extend(read),
            Err(what) => {
                let remedy = "write one `name = \"what is said\"` per line";
                self.mistakes.push(PromptMistake::new(file, what, remedy));
            }
        }
    }
}

/// Names that menus can use: like file names without surprises, `/` between folders.
pub(super) fn check_name(name: &str) -> Result<(), Wrong> {
    let fine = |part: &str| {
        !part.is_empty()
            && !part.starts_with('.')
            && part
                .chars()
                .all(|c| c.is_ascii_alphanumeric() || "-_.".contains(c))
    };
    if name.len() <= 64 && name.split('/').all(fine) {
        Ok(())
    } else {
        Err(Wrong::new(
            "menus could not name this prompt",
            "call the file by letters, digits, - and _",
        ))
    }
}

/// The languages that a prompt folder has folders for.
pub fn languages(dir: &Path) -> Vec<Language> {
    let entries = std::fs::read_dir(dir).into_iter().flatten().flatten();
    let mut found: Vec<Language> = entries
        .filter(|e| e.path().is_dir())
        .filter_map(|e| Some(Language::new(e.file_name().to_str()?)))
        .filter(|l| check_name(l.as_str()).is_ok())
        .collect();
    found.sort();
    found
}
