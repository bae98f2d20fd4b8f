//! Speech that was made from text, kept by what it was made of: the same text, language and
//! engine settings are spoken once only.
//!
//! `<cache>/<language>/<key>.wav`, and beside them `index.txt`, which says for people what is in
//! each: a line per file, appended when it is made.

use std::collections::BTreeSet;
use std::io::Write;
use std::path::{Path, PathBuf};

use sha2::{Digest, Sha256};

use super::atomic;
use super::ingest::{Master, wav};
use crate::ids::Language;
use crate::menu::spoken::words;

/// Changes when the way from an engine's sound to a master does.
const VERSION: &str = "zeroline speech 1";

/// What a file of the cache is called, without its ending: 32 hexadecimal digits.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Key(String);

impl Key {
    /// Of a text, in a language, by an engine with these settings
    /// ([`identity`](super::engine::identity)).
    pub fn new(identity: &str, language: &Language, text: &str) -> Key {
        let mut hash = Sha256::new();
        for part in [VERSION, identity, language.as_str(), &words(text)] {
            hash.update(part);
            hash.update([0]);
        }
        let digest = hash.finalize();
        Key(digest.iter().take(16).map(|b| format!("{b:02x}")).collect())
    }

    /// The digits.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// The folder.
#[derive(Clone, Debug)]
pub struct Cache {
    dir: PathBuf,
}

impl Cache {
    /// Nothing is made before something is kept.
    pub fn new(dir: impl Into<PathBuf>) -> Cache {
        Cache { dir: dir.into() }
    }

    fn file(&self, language: &Language, key: &Key) -> PathBuf {
        self.dir
            .join(language.as_str())
            .join(format!("{}.wav", key.as_str()))
    }

    /// What was kept. A file that is damaged is not there.
    pub fn find(&self, language: &Language, key: &Key) -> Option<Master> {
        let bytes = super::folder::read_file(&self.file(language, key)).ok()?;
        super::ingest::master(&wav::decode(&bytes).ok()?).ok()
    }

    /// Keeps what was made, and notes in the index what it is.
    ///
    /// # Errors
    /// As the file system says.
    pub fn keep(
        &self,
        language: &Language,
        key: &Key,
        identity: &str,
        text: &str,
        master: &Master,
    ) -> std::io::Result<()> {
        let file = self.file(language, key);
        atomic::write(&file, &wav::encode(master))?;
        // One short write at the end: two processes do not mix their lines.
        let line = format!("{}.wav  {identity}  {}\n", key.as_str(), words(text));
        std::fs::OpenOptions::new()
            .create(true)
            .append(true)
            .open(self.index(language))?
            .write_all(line.as_bytes())
    }

    fn index(&self, language: &Language) -> PathBuf {
        self.dir.join(language.as_str()).join("index.txt")
    }

    /// The files that none of these keys needs.
    pub fn unused(&self, used: &BTreeSet<(Language, Key)>) -> Vec<PathBuf> {
        let mut unused = Vec::new();
        for language in super::folder::languages(&self.dir) {
            let folder = self.dir.join(language.as_str());
            for entry in std::fs::read_dir(folder).into_iter().flatten().flatten() {
                let path = entry.path();
                let stem = path.file_stem().and_then(|s| s.to_str());
                let Some(stem) = stem.filter(|_| path.extension().is_some_and(|e| e == "wav"))
                else {
                    continue;
                };
                // Nothing that we did not make is ever removed.
                let ours = stem.len() == 32 && stem.chars().all(|c| c.is_ascii_hexdigit());
                if ours && !used.contains(&(language.clone(), Key(stem.to_owned()))) {
                    unused.push(path);
                }
            }
        }
        unused.sort();
        unused
    }

    /// What the index says of a file: engine and text.
    pub fn described(&self, file: &Path) -> Option<String> {
        let index = std::fs::read_to_string(file.with_file_name("index.txt")).ok()?;
        let name = file.file_name()?.to_str()?;
        let line = index.lines().find_map(|l| l.strip_prefix(name))?;
        Some(line.trim().to_owned())
    }

    /// Removes files, and their lines from the index.
    ///
    /// # Errors
    /// As the file system says; what was removed until then is gone.
    pub fn remove(&self, files: &[PathBuf]) -> std::io::Result<()> {
        for file in files {
            std::fs::remove_file(file)?;
        }
        let folders: BTreeSet<&Path> = files.iter().filter_map(|f| f.parent()).collect();
        for folder in folders {
            let index = folder.join("index.txt");
            let Ok(text) = std::fs::read_to_string(&index) else {
                continue;
            };
            let there = |line: &&str| {
                let name = line.split_whitespace().next();
                name.is_some_and(|n| folder.join(n).is_file())
            };
            let kept: String = text
                .lines()
                .filter(there)
                .map(|l| format!("{l}\n"))
                .collect();
            atomic::write(&index, kept.as_bytes())?;
        }
        Ok(())
    }
}
