//! Values read aloud, held against ICU's spelled-out numbers (`icu/`, made by `make.py`) and
//! against transcripts written by hand (`en.txt` and its neighbours).

mod icu;
mod transcript;

use std::path::PathBuf;

use zeroline::menu::say::Language;

fn file(name: &str) -> String {
    let path = PathBuf::from(env!("CARGO_MANIFEST_DIR"))
        .join("tests/spellout")
        .join(name);
    std::fs::read_to_string(&path).unwrap_or_else(|e| panic!("{}: {e}", path.display()))
}

fn language(tag: &str) -> Language {
    Language::from_tag(tag).expect("a language of ours")
}

/// Fails with what differs, but not with all of thousands of rows.
fn all_right(wrong: &[String]) {
    let shown = wrong.iter().take(25).cloned().collect::<Vec<_>>();
    assert!(
        wrong.is_empty(),
        "{} rows differ:\n{}",
        wrong.len(),
        shown.join("\n")
    );
}
