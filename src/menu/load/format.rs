//! One form for menu files. What a file says and its comments stay as they are.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::panic::catch_unwind;

use pretty_yaml::config::{FormatOptions, LanguageOptions, LayoutOptions};

use super::source::Source;
use super::yaml::{self, Data, Yaml};
use crate::menu::mistake::Mistake;

/// Longer lines are parted where YAML allows it.
const WIDTH: usize = 100;

/// Why a file stays as it is.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NotFormatted {
    /// It is no YAML that we read.
    #[error("{0}")]
    Mistake(Box<Mistake>),
    /// Another form would say something else, or lose a comment.
    #[error("it can not be put into another form without losing something; it stays as it is")]
    Unsafe,
}

/// The file in the one form; the same text when it has it already.
///
/// # Errors
/// [`NotFormatted`]: then the file should stay as it is.
pub fn format(file: &str, text: &str) -> Result<String, NotFormatted> {
    let before = yaml::parse(text).map_err(|(at, what)| {
        let mut src = Source::new(file, text);
        src.error(at, &what, yaml::hint(&what, text, at));
        match src.mistakes.pop() {
            Some(mistake) => NotFormatted::Mistake(Box::new(mistake)),
            None => NotFormatted::Unsafe,
        }
    })?;
    let formatted = formatted(text)?;
    // The formatter is not ours: what it makes must say the same, with every comment, and be
    // its own form.
    let after = yaml::parse(&formatted).map_err(|_| NotFormatted::Unsafe)?;
    let hashes = |text: &str| text.matches('#').count();
    if same(&before, &after)
        && hashes(text) == hashes(&formatted)
        && self::formatted(&formatted)? == formatted
    {
        Ok(formatted)
    } else {
        Err(NotFormatted::Unsafe)
    }
}

fn formatted(text: &str) -> Result<String, NotFormatted> {
    let once = pretty(text)?;
    match yaml::parse(&once) {
        Ok(_) => Ok(once),
        Err(_) => pretty(&hung(&once)),
    }
}

/// Lists whose bracket closes below their key, where our parser takes it for the end of the mapping
/// (as YAML 1.2 does), begin on a line of their own.
fn hung(text: &str) -> String {
    let lines: Vec<&str> = text.lines().collect();
    let indent = |line: &str| line.len() - line.trim_start_matches(' ').len();
    // By indentation: the line that opened a list last. By line: whether one opens here, and how
    // many are entered or left behind it.
    let mut open = BTreeMap::new();
    let mut opens = vec![false; lines.len()];
    let mut deeper = vec![(0_usize, 0_usize); lines.len()];
    for (i, line) in lines.iter().enumerate() {
        if line.ends_with(": [") {
            open.insert(indent(line), i);
        } else if line.trim_start().starts_with(']')
            && let Some(from) = open.remove(&indent(line))
        {
            opens[from] = true;
            deeper[from].0 += 1;
            deeper[i].1 += 1;
        }
    }
    let mut out = String::new();
    let mut depth = 0;
    for (i, line) in lines.iter().enumerate() {
        let pad = 2 * depth;
        depth = depth + deeper[i].0 - deeper[i].1;
        let _ = match line.strip_suffix(" [").filter(|_| opens[i]) {
            Some(key) => writeln!(out, "{:pad$}{key}\n{:2$}[", "", "", pad + indent(line) + 2),
            None if line.is_empty() => writeln!(out),
            None => writeln!(out, "{:pad$}{line}", ""),
        };
    }
    out
}

fn pretty(text: &str) -> Result<String, NotFormatted> {
    let options = FormatOptions {
        layout: LayoutOptions {
            print_width: WIDTH,
            ..LayoutOptions::default()
        },
        language: LanguageOptions {
            format_comments: true,
            ..LanguageOptions::default()
        },
    };
    // A panic in it is no reason to end.
    let done = catch_unwind(|| pretty_yaml::format_text(text, &options));
    done.map_err(|_| NotFormatted::Unsafe)?
        .map_err(|_| NotFormatted::Unsafe)
}

/// Whether the loader reads the same.
fn same(a: &Yaml, b: &Yaml) -> bool {
    match (&a.data, &b.data) {
        (Data::Scalar { text: a, plain: p }, Data::Scalar { text: b, plain: q }) => {
            a == b && p == q
        }
        (Data::List(a), Data::List(b)) => {
            a.len() == b.len() && a.iter().zip(b).all(|(a, b)| same(a, b))
        }
        (Data::Map(a), Data::Map(b)) => {
            let pair =
                |((ka, va), (kb, vb)): (&(Yaml, Yaml), &(Yaml, Yaml))| same(ka, kb) && same(va, vb);
            a.len() == b.len() && a.iter().zip(b).all(pair)
        }
        (Data::Scalar { .. } | Data::List(_) | Data::Map(_), _) => false,
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn comments_stay_and_the_form_is_its_own() {
        let text = "# The line.\nline:   support\nnumbers: [ \"100\",\"101\" ]   # both\nnodes:\n    \
                    # the first\n    welcome:\n        menu: {options: {1: {say: \"hours\",go: hours}}}\n";
        let formatted = format("m.yaml", text).unwrap();
        assert_eq!(
            formatted,
            "# The line.\nline: support\nnumbers: [\"100\", \"101\"] # both\nnodes:\n  # the first\n  \
             welcome:\n    menu: { options: { 1: { say: \"hours\", go: hours } } }\n"
        );
        assert_eq!(format("m.yaml", &formatted).unwrap(), formatted);
    }

    #[test]
    fn long_lists_are_hung_below_their_key() {
        let long = "word ".repeat(12);
        let text = format!(
            "a:\n  en: [\"{long}\", \"{long}\"] # both\n  de: [b, [\"{long}\", {{ c: [\"{long}\", d] }}]]\n  \
             da: [\"é\"]\n"
        );
        let formatted = format("m.yaml", &text).unwrap();
        assert_eq!(
            formatted,
            format!(
                "a:\n  en:\n    [\n      \"{long}\",\n      \"{long}\",\n    ] # both\n  de:\n    [\n      b,\n      \
                 [\n        \"{long}\",\n        {{ c: [\"{long}\", d] }},\n      ],\n    ]\n  da: [\"é\"]\n"
            )
        );
        assert_eq!(format("m.yaml", &formatted).unwrap(), formatted);
    }

    #[test]
    fn every_file_that_is_shipped_can_be_formatted() {
        let mut files = Vec::new();
        for dir in ["menus", "menus/tests"] {
            let dir = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join(dir);
            files.extend(std::fs::read_dir(dir).unwrap().map(|e| e.unwrap().path()));
        }
        files.retain(|f| f.extension().is_some_and(|e| e == "yaml"));
        assert!(files.len() > 3, "{files:?}");
        for file in files {
            let name = file.display().to_string();
            let text = std::fs::read_to_string(&file).unwrap();
            let formatted = format(&name, &text).unwrap_or_else(|e| panic!("{name}: {e}"));
            assert_eq!(format(&name, &formatted).unwrap(), formatted, "{name}");
        }
    }

    #[test]
    fn what_is_no_yaml_is_told_at_its_place() {
        let told = format("m.yaml", "line: support\n  x\ny: z: w\n").unwrap_err();
        assert!(told.to_string().starts_with("m.yaml:"), "{told}");
    }

    proptest! {
        /// Whatever comes in, nothing is lost and nothing panics.
        #[test]
        fn nothing_is_lost(text in "[a-c:#\\-\\[\\]{}\"', \n]{0,60}") {
            if let (Ok(formatted), Ok(before)) = (format("m.yaml", &text), yaml::parse(&text)) {
                prop_assert!(same(&before, &yaml::parse(&formatted).unwrap()));
            }
        }
    }
}
