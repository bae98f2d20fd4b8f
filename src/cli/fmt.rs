//! `zeroline fmt`: menu files in one form.

use std::fmt::Write as _;
use std::path::{Path, PathBuf};

use clap::Args;

use crate::menu::load::format::format;
use crate::prompts::atomic;

/// What is to be formatted.
#[derive(Clone, Debug, Default, Args, PartialEq)]
pub struct FmtArgs {
    /// These files; without any: all of the menus folder, its tests included
    pub files: Vec<PathBuf>,
    /// Change nothing: exit code 1 and their names when some would change
    #[arg(long)]
    pub check: bool,
}

/// What came of it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Formatted {
    /// For people: the files that changed, or would.
    pub told: String,
    /// Files that stay as they are, and why.
    pub mistakes: Vec<String>,
    /// How many changed, or would.
    pub changed: usize,
}

/// Puts the files into the one form. `menus`: the folder that is meant without any.
pub fn run(asked: &FmtArgs, menus: Option<&Path>) -> Formatted {
    let mut done = Formatted::default();
    let files = match (asked.files.is_empty(), menus) {
        (false, _) => asked.files.clone(),
        (true, Some(dir)) => [dir.to_owned(), dir.join("tests")]
            .iter()
            .flat_map(|dir| menu_files(dir))
            .collect(),
        (true, None) => {
            let what = "no menus folder is set: name files, or the folder by --menus";
            done.mistakes.push(what.to_owned());
            return done;
        }
    };
    for file in files {
        let shown = file.display().to_string();
        let text = match std::fs::read_to_string(&file) {
            Ok(text) => text,
            Err(e) => {
                done.mistakes.push(format!("{shown}: can not be read: {e}"));
                continue;
            }
        };
        match format(&shown, &text) {
            Ok(formatted) if formatted == text => {}
            Ok(formatted) => {
                let written = match asked.check {
                    true => Ok(()),
                    false => atomic::write(&file, formatted.as_bytes()),
                };
                match written {
                    Ok(()) => {
                        done.changed += 1;
                        let _ = writeln!(done.told, "{shown}");
                    }
                    Err(e) => done
                        .mistakes
                        .push(format!("{shown}: can not be written: {e}")),
                }
            }
            Err(e) => done.mistakes.push(match e {
                crate::menu::load::format::NotFormatted::Mistake(m) => m.to_string(),
                e @ crate::menu::load::format::NotFormatted::Unsafe => format!("{shown}: {e}"),
            }),
        }
    }
    done
}

fn menu_files(dir: &Path) -> Vec<PathBuf> {
    let entries = std::fs::read_dir(dir).into_iter().flatten().flatten();
    let mut files: Vec<PathBuf> = entries
        .map(|e| e.path())
        .filter(|p| p.extension().is_some_and(|e| e == "yaml" || e == "yml"))
        .collect();
    files.sort();
    files
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn files_change_once_and_wrong_ones_stay() {
        let dir = tempfile::tempdir().unwrap();
        let at = |name: &str| dir.path().join(name);
        std::fs::create_dir(at("tests")).unwrap();
        std::fs::write(at("a.yaml"), "line:  a # x\n").unwrap();
        std::fs::write(at("tests/t.yaml"), "line:  a\n").unwrap();
        std::fs::write(at("wrong.yaml"), "a: b: c\n").unwrap();
        let check = FmtArgs {
            check: true,
            ..FmtArgs::default()
        };
        let told = run(&check, Some(dir.path()));
        assert_eq!((told.changed, told.mistakes.len()), (2, 1), "{told:?}");
        assert_eq!(
            std::fs::read_to_string(at("a.yaml")).unwrap(),
            "line:  a # x\n"
        );
        let told = run(&FmtArgs::default(), Some(dir.path()));
        assert_eq!(told.changed, 2);
        assert!(told.mistakes[0].contains("wrong.yaml:1:"), "{told:?}");
        assert_eq!(
            std::fs::read_to_string(at("a.yaml")).unwrap(),
            "line: a # x\n"
        );
        assert_eq!(
            std::fs::read_to_string(at("wrong.yaml")).unwrap(),
            "a: b: c\n"
        );
        assert_eq!(run(&check, Some(dir.path())).changed, 0);
    }
}
