//! What `zeroline prompts` does to files: render, import, prune. What it tells is given back as
//! text.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use super::folder::{Recording, check_name};
use super::ingest::{self, Master, Sound, Wrong, level, wav};
use super::speak::{Source, Speech};
use super::{PromptMistake, atomic, transcripts};
use crate::ids::{Language, PromptName};

/// What came of a command.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Done {
    /// What was done, a line each.
    pub told: Vec<String>,
    /// What could not be done.
    pub mistakes: Vec<PromptMistake>,
}

/// Where and how files are written.
#[derive(Clone, Copy, Debug)]
pub struct Into<'a> {
    /// The folder of one language.
    pub folder: &'a Path,
    /// The highest rate, 8000 or 16000.
    pub rate: u32,
    /// Replace recordings as well.
    pub force: bool,
}

/// What is to be rendered: a name of a prompt and its text.
pub type Named = (PromptName, String);

/// Name and text of a transcripts file; prompts without words are left out.
///
/// # Errors
/// Everything that is wrong with it.
pub fn read_transcripts(file: &Path) -> Result<Vec<Named>, Vec<PromptMistake>> {
    let shown = file.display().to_string();
    let text = std::fs::read_to_string(file).map_err(|e| {
        let what = format!("can not be read: {e}");
        vec![PromptMistake::new(
            &shown,
            what,
            "name a readable UTF-8 file",
        )]
    })?;
    let entries = transcripts::read_toml(&text).map_err(|what| {
        let remedy = "write one `name = \"what is said\"` per line";
        vec![PromptMistake::new(&shown, what, remedy)]
    })?;
    let mut mistakes = Vec::new();
    let mut named = Vec::new();
    for (name, text) in entries.into_iter().filter(|(_, t)| !t.trim().is_empty()) {
        match check_name(&name) {
            Ok(()) => named.push((PromptName::new(name), text)),
            Err(wrong) => mistakes.push(PromptMistake::new(
                format!("{shown}: {name}"),
                wrong.what,
                "use letters, digits, - and _",
            )),
        }
    }
    named.sort();
    if mistakes.is_empty() {
        Ok(named)
    } else {
        Err(mistakes)
    }
}

/// Speaks texts into the cache and, with `into`, writes each as `<name>.wav` there and what is
/// said into its `transcripts.toml`. Recordings are not replaced, unless forced; what was
/// rendered before is.
pub fn render(
    speech: &Speech,
    language: &Language,
    texts: &[Named],
    into: Option<Into<'_>>,
) -> Done {
    let mut done = Done::default();
    let asked: Vec<(Language, String)> = texts
        .iter()
        .map(|(_, text)| (language.clone(), text.clone()))
        .collect();
    let (mut made_now, mut there) = (0, 0);
    let (mut written, mut same) = (0, 0);
    let mut said = Vec::new();
    for ((name, text), made) in texts.iter().zip(speech.make(&asked)) {
        let told = |wrong: Wrong| {
            PromptMistake::of(format!("{language}/{name}"), wrong).about(language, name.as_str())
        };
        let master = match made {
            Err(wrong) => {
                done.mistakes.push(told(wrong));
                continue;
            }
            Ok((master, Source::Cache)) => {
                there += 1;
                master
            }
            Ok((master, Source::Engine)) => {
                made_now += 1;
                master
            }
        };
        let Some(into) = into else { continue };
        match write_rendered(into, name, master) {
            Ok(outcome) => {
                match outcome {
                    Outcome::Written => written += 1,
                    Outcome::Same => same += 1,
                    Outcome::Kept(file) => {
                        done.told.push(format!(
                            "kept {}: it was not rendered here (--force replaces it)",
                            file.display()
                        ));
                        continue;
                    }
                }
                said.push((name.as_str().to_owned(), text.clone()));
            }
            Err(wrong) => done.mistakes.push(told(wrong)),
        }
    }
    if let Some(into) = into {
        done.mistakes
            .extend(write_transcripts(into.folder, &said).err());
    }
    let spoken = format!("{language}: {made_now} spoken, {there} were in the cache");
    done.told.push(match into {
        None => spoken,
        Some(into) => {
            let folder = into.folder.display();
            format!("{spoken}; {written} written to {folder}, {same} as they were")
        }
    });
    done
}

enum Outcome {
    Written,
    Same,
    Kept(PathBuf),
}

fn write_rendered(into: Into<'_>, name: &PromptName, master: Master) -> Result<Outcome, Wrong> {
    let master = if master.rate > into.rate {
        let samples = master.samples.iter().map(|&s| f32::from(s) / 32_768.0);
        let sound = Sound {
            samples: samples.collect(),
            rate: master.rate,
        };
        ingest::finish(&sound, into.rate)?
    } else {
        master
    };
    let bytes = wav::encode_rendered(&master);
    let file = into.folder.join(format!("{name}.wav"));
    for ending in ["flac", "ogg", "mp3"] {
        let other = into.folder.join(format!("{name}.{ending}"));
        if other.exists() && !into.force {
            return Ok(Outcome::Kept(other));
        }
    }
    match std::fs::read(&file) {
        Ok(there) if there == bytes => return Ok(Outcome::Same),
        Ok(there) if !wav::is_rendered(&there) && !into.force => return Ok(Outcome::Kept(file)),
        Ok(_) | Err(_) => {}
    }
    write(&file, &bytes)?;
    Ok(Outcome::Written)
}

fn write(file: &Path, bytes: &[u8]) -> Result<(), Wrong> {
    atomic::write(file, bytes).map_err(|e| {
        let what = format!("{} can not be written: {e}", file.display());
        Wrong::new(what, "make the folder writable, or name another")
    })
}

fn write_transcripts(folder: &Path, said: &[(String, String)]) -> Result<(), PromptMistake> {
    let file = folder.join("transcripts.toml");
    let shown = || file.display().to_string();
    let old = match std::fs::read_to_string(&file) {
        Ok(text) => text,
        Err(e) if e.kind() == std::io::ErrorKind::NotFound => String::new(),
        // What is there, though not to be read, must not be lost.
        Err(e) => {
            let what = format!("can not be read: {e}");
            return Err(PromptMistake::new(shown(), what, "make it readable UTF-8"));
        }
    };
    let new = transcripts::merge(&old, said);
    if new == old || said.is_empty() {
        return Ok(());
    }
    write(&file, new.as_bytes()).map_err(|wrong| PromptMistake::of(shown(), wrong))
}

/// Brings recordings of any form to masters: `<stem>.wav` in the folder.
pub fn import(files: &[PathBuf], into: Into<'_>) -> Done {
    let mut done = Done::default();
    let mut names = BTreeSet::new();
    for file in files {
        match import_one(file, into, &mut names) {
            Ok(told) => done.told.push(told),
            Err(wrong) => {
                let shown = file.display().to_string();
                done.mistakes.push(PromptMistake::of(shown, wrong));
            }
        }
    }
    done
}

fn import_one(file: &Path, into: Into<'_>, names: &mut BTreeSet<String>) -> Result<String, Wrong> {
    let stem = file
        .file_stem()
        .and_then(|s| s.to_str())
        .unwrap_or_default();
    check_name(stem)?;
    if !names.insert(stem.to_owned()) {
        let what = format!("another of these files is called {stem} as well");
        return Err(Wrong::new(what, "call one of them otherwise"));
    }
    let sound = Recording::of_file(file).sound()?;
    let before = level::measure(&sound.samples, sound.rate);
    let clipped = level::clipped(&sound.samples);
    let master = ingest::finish(&sound, into.rate)?;
    let bytes = wav::encode(&master);
    let to = into.folder.join(format!("{stem}.wav"));
    let in_place = || same_file(file, &to);
    match std::fs::read(&to) {
        Ok(there) if there == bytes => return Ok(format!("{}: as it should be", to.display())),
        Ok(there) if !into.force && !wav::is_rendered(&there) && !in_place() => {
            let what = format!("{} is there already", to.display());
            return Err(Wrong::new(what, "remove it, or replace it by --force"));
        }
        Ok(_) | Err(_) => {}
    }
    write(&to, &bytes)?;
    let samples = master.samples.iter().map(|&s| f32::from(s) / 32_768.0);
    let after = level::measure(&samples.collect::<Vec<f32>>(), master.rate);
    let mut told = format!(
        "{}: {} Hz, {}, was {}",
        to.display(),
        master.rate,
        loudness(after.loudness),
        loudness(before.loudness)
    );
    if after.loudness < level::TARGET - level::FAR {
        told.push_str("; its peaks are high for its loudness: record it nearer to the microphone");
    }
    if clipped > 0 {
        let times = format!("; it was clipped {clipped} times: record it again at a lower level");
        told.push_str(&times);
    }
    Ok(told)
}

fn loudness(lufs: f64) -> String {
    if lufs.is_finite() {
        format!("{lufs:.1} LUFS")
    } else {
        "silent".to_owned()
    }
}

fn same_file(a: &Path, b: &Path) -> bool {
    match (a.canonicalize(), b.canonicalize()) {
        (Ok(a), Ok(b)) => a == b,
        (Ok(_) | Err(_), _) => false,
    }
}

/// Lists what is in the cache and not among the texts, and removes it if asked to.
pub fn prune(speech: &Speech, texts: &[(Language, String)], remove: bool) -> Done {
    let used = texts
        .iter()
        .filter_map(|(language, text)| Some((language.clone(), speech.key(language, text)?)))
        .collect();
    let cache = speech.cache();
    let unused = cache.unused(&used);
    let mut done = Done::default();
    for file in &unused {
        let what = cache.described(file).unwrap_or_default();
        done.told.push(format!("{}  {what}", file.display()));
    }
    let n = unused.len();
    if !remove {
        done.told.push(format!("{n} unused; --remove removes them"));
        return done;
    }
    match cache.remove(&unused) {
        Ok(()) => done.told.push(format!("{n} removed")),
        Err(e) => {
            let what = format!("can not be removed: {e}");
            let remedy = "make the folder of prompts.cache writable";
            done.mistakes
                .push(PromptMistake::new("prompts.cache", what, remedy));
        }
    }
    done
}
