//! `zeroline import`: menus of other systems.

use std::fs::{self, File};
use std::io::Read;
use std::path::{Path, PathBuf};

use clap::{Args, ValueEnum};

use crate::import::report::{self, Imported};
use crate::import::{self, Format, MAX_BYTES, Wishes, import};
use crate::prompts::atomic;

/// What is to be imported.
#[derive(Clone, Debug, Args, PartialEq)]
pub struct ImportArgs {
    /// Whose files they are
    pub format: System,
    /// Files that belong together: they may refer to each other
    #[arg(required = true, value_name = "FILE")]
    pub files: Vec<PathBuf>,
    /// Write the menu files into this folder; without it nothing is written, only told
    #[arg(long, value_name = "FOLDER")]
    pub into: Option<PathBuf>,
    /// Write over files that are there
    #[arg(long, requires = "into")]
    pub force: bool,
    /// The queue behind 0 [default: the one that the original led to by 0, else the first]
    #[arg(long, value_name = "QUEUE", value_parser = name)]
    pub human: Option<String>,
    /// The language that is spoken [default: the one that the files name, else the settings']
    #[arg(long, value_name = "LANGUAGE", value_parser = name)]
    pub language: Option<String>,
    /// The report as JSON, one object
    #[arg(long)]
    pub json: bool,
}

/// A telephone system.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum System {
    /// A dump of FreePBX's database, or its extensions_additional.conf
    Freepbx,
    /// The JSON of flows of Twilio Studio
    Studio,
    /// VoiceXML documents
    Voicexml,
}

impl From<System> for Format {
    fn from(system: System) -> Format {
        match system {
            System::Freepbx => Format::FreePbx,
            System::Studio => Format::Studio,
            System::Voicexml => Format::VoiceXml,
        }
    }
}

fn name(text: &str) -> Result<String, String> {
    let good = (1..=64).contains(&text.len())
        && text
            .chars()
            .all(|c| c.is_ascii_alphanumeric() || "-_".contains(c));
    good.then(|| text.to_owned())
        .ok_or_else(|| "use letters, digits, - and _".to_owned())
}

/// Reads, writes, and gives the report, ready to print.
///
/// # Errors
/// Every file that can not be read or would be written over; then nothing is written.
pub fn run(asked: &ImportArgs) -> Result<String, Vec<String>> {
    let mut wrong = Vec::new();
    let mut files = Vec::new();
    let mut notes = Vec::new();
    for path in &asked.files {
        match read(path) {
            Ok((file, note)) => {
                files.push(file);
                notes.extend(note);
            }
            Err(e) => wrong.push(e),
        }
    }
    if !wrong.is_empty() {
        return Err(wrong);
    }
    let wishes = Wishes {
        human: asked.human.clone(),
        language: asked.language.clone(),
    };
    let imported = import(asked.format.into(), &files, &wishes);
    let imported =
        imported.map_err(|all| all.iter().map(ToString::to_string).collect::<Vec<_>>())?;
    if let Some(folder) = &asked.into {
        write(folder, &imported, asked.force)?;
    }
    if asked.json {
        return Ok(format!("{}\n", report::json(&imported)));
    }
    let mut told: String = notes.iter().map(|n| format!("{n}\n")).collect();
    told.push_str(&report::text(&imported));
    told.push_str(&match &asked.into {
        Some(folder) => format!(
            "{} written into {}; then: `zeroline check --menus {}`\n",
            count(&imported),
            folder.display(),
            folder.display()
        ),
        None => format!(
            "{} would be written; name a folder by --into\n",
            count(&imported)
        ),
    });
    Ok(told)
}

fn count(imported: &Imported) -> String {
    match imported.lines.len() + imported.calendars.len() {
        1 => "1 file".to_owned(),
        n => format!("{n} files"),
    }
}

fn read(path: &Path) -> Result<(import::File, Option<String>), String> {
    let name = path.display().to_string();
    let file = File::open(path).map_err(|e| format!("{name}: {e}; name a file that is there"))?;
    let mut bytes = Vec::new();
    // Of a device or a pipe nobody knows the size beforehand.
    file.take(MAX_BYTES as u64 + 1)
        .read_to_end(&mut bytes)
        .map_err(|e| format!("{name}: {e}; name a file that can be read"))?;
    if bytes.len() > MAX_BYTES {
        return Err(format!(
            "{name}: larger than {} MiB; give the tables of the menus only",
            MAX_BYTES >> 20
        ));
    }
    let (text, note) = match String::from_utf8(bytes) {
        Ok(text) => (text, None),
        Err(e) => {
            // Old dumps are in Latin-1, whose bytes are the first characters of Unicode.
            let text = e.into_bytes().into_iter().map(char::from).collect();
            let note = format!("{name}: not UTF-8, read as Latin-1; look at special characters");
            (text, Some(note))
        }
    };
    let text = match text.strip_prefix('\u{feff}') {
        Some(rest) => rest.to_owned(),
        None => text,
    };
    Ok((import::File { name, text }, note))
}

fn write(folder: &Path, imported: &Imported, force: bool) -> Result<(), Vec<String>> {
    let lines = imported.lines.iter().map(|l| (&l.file, &l.text));
    let calendars = imported.calendars.iter().map(|c| (&c.file, &c.text));
    let all: Vec<(PathBuf, &String)> = lines
        .chain(calendars)
        .map(|(file, text)| (folder.join(file), text))
        .collect();
    let there: Vec<String> = all
        .iter()
        .filter(|(path, _)| !force && path.exists())
        .map(|(path, _)| {
            format!(
                "{}: is there already; name another folder, or add --force to write over it",
                path.display()
            )
        })
        .collect();
    if !there.is_empty() {
        return Err(there);
    }
    let failed = |path: &Path, e: std::io::Error| vec![format!("{}: {e}", path.display())];
    fs::create_dir_all(folder).map_err(|e| failed(folder, e))?;
    for (path, text) in &all {
        atomic::write(path, text.as_bytes()).map_err(|e| failed(path, e))?;
    }
    Ok(())
}
