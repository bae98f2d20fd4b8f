//! The folder of menu files, as the console reads and writes it.

use std::io::ErrorKind;
use std::path::Path;

use crate::config::Config;
use crate::observe::drafts::MenuFile;
use crate::prompts::{atomic, embedded};

/// The menu files in use, by name, and why they can not be changed from here, if so.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct MenuFiles {
    /// By name.
    pub files: Vec<MenuFile>,
    /// Nobody can change them here.
    pub fixed: Option<Fixed>,
}

/// Why menu files can not be changed from here.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fixed {
    /// They are part of the program: no folder is set.
    BuiltIn,
    /// The server may not write into their folder.
    ReadOnly,
}

/// Whether a file of that name is a menu file in the folder itself.
pub fn is_name(name: &str) -> bool {
    let stem = name
        .strip_suffix(".yaml")
        .or_else(|| name.strip_suffix(".yml"));
    let good = |c: char| c.is_ascii_alphanumeric() || "-_".contains(c);
    stem.is_some_and(|s| (1..=64).contains(&s.len()) && s.chars().all(good))
}

/// Reads them. Blocks.
///
/// # Errors
/// What can not be read.
pub fn read(config: &Config) -> std::io::Result<MenuFiles> {
    let Some(dir) = config.lines.dir.as_deref() else {
        let own = |(file, text): &(&str, &str)| MenuFile {
            file: (*file).rsplit('/').next().unwrap_or(file).to_owned(),
            text: (*text).to_owned(),
        };
        return Ok(MenuFiles {
            files: embedded::DEMO.iter().map(own).collect(),
            fixed: Some(Fixed::BuiltIn),
        });
    };
    let mut files = Vec::new();
    for entry in std::fs::read_dir(dir)? {
        let path = entry?.path();
        let name = path.file_name().and_then(|n| n.to_str());
        let Some(name) = name.filter(|n| is_name(n) && path.is_file()) else {
            continue;
        };
        files.push(MenuFile {
            file: name.to_owned(),
            text: std::fs::read_to_string(&path)?,
        });
    }
    files.sort_by(|a, b| a.file.cmp(&b.file));
    Ok(MenuFiles {
        files,
        fixed: (!may_write(dir)).then_some(Fixed::ReadOnly),
    })
}

/// Whether a file can be made there: what the permissions say is not all that decides.
fn may_write(dir: &Path) -> bool {
    let probe = dir.join(format!(".may-be-written-{}", std::process::id()));
    let made = std::fs::write(&probe, b"").is_ok();
    // That it can not be removed again is no news.
    let _ = std::fs::remove_file(&probe);
    made
}

/// Writes these in place of those that are there, each whole or not at all. Blocks.
///
/// # Errors
/// What can not be written; then those before it are written already.
pub fn write(dir: &Path, before: &[MenuFile], after: &[MenuFile]) -> std::io::Result<()> {
    for new in after.iter().filter(|f| !before.contains(f)) {
        atomic::write(&dir.join(&new.file), new.text.as_bytes())?;
    }
    for old in before {
        if !after.iter().any(|f| f.file == old.file) {
            match std::fs::remove_file(dir.join(&old.file)) {
                Err(e) if e.kind() != ErrorKind::NotFound => return Err(e),
                _ => {}
            }
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn file(name: &str, text: &str) -> MenuFile {
        MenuFile {
            file: name.to_owned(),
            text: text.to_owned(),
        }
    }

    #[test]
    fn only_names_of_files_in_the_folder_itself_are_taken() {
        for good in ["main.yaml", "a-b_C9.yml"] {
            assert!(is_name(good), "{good}");
        }
        for wrong in [
            "",
            ".yaml",
            "../main.yaml",
            "tests/a.yaml",
            "a b.yaml",
            "main.txt",
            "ä.yaml",
        ] {
            assert!(!is_name(wrong), "{wrong}");
        }
    }

    #[test]
    fn a_file_that_is_gone_already_stops_nothing() {
        let dir = tempfile::tempdir().unwrap();
        let before = [file("a.yaml", "1"), file("b.yaml", "2")];
        write(dir.path(), &[], &before).unwrap();
        std::fs::remove_file(dir.path().join("a.yaml")).unwrap();
        write(dir.path(), &before, &[file("c.yaml", "3")]).unwrap();
        assert!(!dir.path().join("b.yaml").exists());
    }

    #[test]
    fn what_changes_is_written_and_what_is_gone_is_removed() {
        let dir = tempfile::tempdir().unwrap();
        let before = [
            file("a.yaml", "1"),
            file("b.yaml", "2"),
            file("c.yaml", "3"),
        ];
        write(dir.path(), &[], &before).unwrap();
        std::fs::write(dir.path().join("notes.txt"), "stay").unwrap();
        let after = [
            file("a.yaml", "1"),
            file("b.yaml", "new"),
            file("d.yaml", "4"),
        ];
        write(dir.path(), &before, &after).unwrap();
        let mut there: Vec<_> = std::fs::read_dir(dir.path())
            .unwrap()
            .map(|e| e.unwrap().file_name().into_string().unwrap())
            .collect();
        there.sort();
        assert_eq!(there, ["a.yaml", "b.yaml", "d.yaml", "notes.txt"]);
        let text = std::fs::read_to_string(dir.path().join("b.yaml")).unwrap();
        assert_eq!(text, "new");
    }
}
