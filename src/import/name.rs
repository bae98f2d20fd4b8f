//! Names for what had none, or one that we can not take.

use std::collections::BTreeSet;

/// The longest name; room for a number behind it is left within the loader's 64.
const LONGEST: usize = 40;
/// Words that lead somewhere, or nowhere.
const TAKEN: [&str; 4] = ["human", "back", "repeat", "null"];
/// Words that conditions know.
const ASKED: [&str; 4] = ["open", "closed", "language", "caller"];

/// A label as a name: letters, digits and `-`; empty when nothing is left.
pub fn slug(label: &str) -> String {
    let mut out = String::new();
    for c in label.chars().flat_map(char::to_lowercase) {
        if out.len() >= LONGEST {
            break;
        }
        if c.is_alphanumeric() {
            out.push(c);
        } else if !out.is_empty() && !out.ends_with('-') {
            out.push('-');
        }
    }
    out.trim_end_matches('-').to_owned()
}

/// A label as a name that begins with a letter and is no word of ours.
pub fn word(label: &str, otherwise: &str) -> String {
    let slug = slug(label);
    if slug.is_empty() {
        otherwise.to_owned()
    } else if TAKEN.contains(&slug.as_str()) || !slug.starts_with(char::is_alphabetic) {
        format!("{otherwise}-{slug}")
    } else {
        slug
    }
}

/// The name of a value.
pub fn value(label: &str) -> String {
    let name = word(label, "entry");
    if ASKED.contains(&name.as_str()) {
        format!("entry-{name}")
    } else {
        name
    }
}

/// As [`word`], and not yet there.
pub fn fresh(label: &str, otherwise: &str, there: &mut BTreeSet<String>) -> String {
    let first = word(label, otherwise);
    let mut name = first.clone();
    let mut n = 2;
    while !there.insert(name.clone()) {
        name = format!("{first}-{n}");
        n += 1;
    }
    name
}

/// The last part of a recording's path, without its ending.
pub fn of_recording(path: &str) -> String {
    let path = path.split(['?', '#']).next().unwrap_or(path);
    let last = path.trim_end_matches('/').rsplit('/').next();
    let last = last.unwrap_or(path);
    let stem = match last.rsplit_once('.') {
        Some((stem, ending)) if !stem.is_empty() && ending.len() <= 5 => stem,
        Some(_) | None => last,
    };
    word(stem, "recording")
}

/// The language of a tag like `de-DE`, if the server speaks it by itself.
pub fn language(tag: &str) -> Option<String> {
    let primary = tag.split(['-', '_']).next().unwrap_or(tag).to_lowercase();
    match primary.as_str() {
        "en" | "de" | "da" | "nb" => Some(primary),
        "no" => Some("nb".to_owned()),
        _ => None,
    }
}
