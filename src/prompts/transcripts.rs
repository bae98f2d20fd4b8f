//! What is said in each prompt: `transcripts.toml`, and the lists that come with Asterisk's
//! sounds.

use config::{FileFormat, Format};

/// Name and text, in no particular order.
///
/// # Errors
/// What is wrong with the TOML.
pub fn read_toml(text: &str) -> Result<Vec<(String, String)>, String> {
    match FileFormat::Toml.parse(None, text) {
        Ok(values) => Ok(values
            .into_iter()
            .filter_map(|(name, value)| Some((name, value.into_string().ok()?)))
            .collect()),
        Err(e) => Err(format!("not well-formed TOML: {}", e.to_string().trim())),
    }
}

/// `name: text` by line, `;` before comments. A text all in brackets describes a sound without
/// words and is left out.
pub fn read_asterisk(bytes: &[u8]) -> Vec<(String, String)> {
    // Lists of some languages are in Latin-1, whose bytes are the characters of that number.
    let text = match std::str::from_utf8(bytes) {
        Ok(text) => text.to_owned(),
        Err(_) => bytes.iter().map(|&b| char::from(b)).collect(),
    };
    text.trim_start_matches('\u{feff}')
        .lines()
        .filter(|line| !line.trim_start().starts_with(';'))
        .filter_map(|line| line.split_once(':'))
        .map(|(name, text)| (name.trim().to_owned(), text.trim().to_owned()))
        .filter(|(_, text)| !text.starts_with(['[', '(', '<']) || !text.ends_with([']', ')', '>']))
        .filter(|(name, text)| !name.is_empty() && !text.is_empty())
        .collect()
}

/// A transcripts file with these texts in it: lines that are there and true stay, those of other
/// texts are replaced, the rest is added at the end. Comments stay.
pub fn merge(old: &str, entries: &[(String, String)]) -> String {
    let mut lines: Vec<String> = old.lines().map(str::to_owned).collect();
    for (name, text) in entries {
        let new = line(name, text);
        let of_name = |l: &&mut String| key_of(l).as_deref() == Some(name.as_str());
        match lines.iter_mut().find(of_name) {
            Some(there) => {
                let same = read_toml(there).is_ok_and(|e| e.first().is_some_and(|e| e.1 == *text));
                if !same {
                    *there = new;
                }
            }
            None => lines.push(new),
        }
    }
    lines.iter().map(|l| format!("{l}\n")).collect()
}

fn key_of(line: &str) -> Option<String> {
    let (key, _) = line.split_once('=')?;
    Some(key.trim().trim_matches(['"', '\'']).to_owned())
}

fn line(name: &str, text: &str) -> String {
    let bare = |c: char| c.is_ascii_alphanumeric() || "-_".contains(c);
    if !name.is_empty() && name.chars().all(bare) {
        format!("{name} = {}", quoted(text))
    } else {
        format!("{} = {}", quoted(name), quoted(text))
    }
}

/// A basic string of TOML: what JSON escapes is escaped alike there, and `DEL` by us.
fn quoted(text: &str) -> String {
    let json = serde_json::Value::from(text).to_string();
    json.replace('\u{7f}', "\\u007F")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn own(entries: &[(&str, &str)]) -> Vec<(String, String)> {
        let own = |(a, b): &(&str, &str)| ((*a).to_owned(), (*b).to_owned());
        entries.iter().map(own).collect()
    }

    #[test]
    fn what_is_merged_is_read_again_and_comments_stay() {
        let old = "# Ours\na = \"one\"   # said slowly\n\nb = \"two\"\n";
        let new = own(&[
            ("a", "one"),
            ("b", "a \"quoted\" \\ text\u{7f} – ü"),
            ("digits/1", "eins"),
            ("v1.2", "x"),
        ]);
        let merged = merge(old, &new);
        assert!(merged.starts_with("# Ours\na = \"one\"   # said slowly\n\nb = \"a \\\"quoted"));
        let mut read = read_toml(&merged).unwrap();
        read.sort();
        assert_eq!(read, new);
        assert_eq!(merge(&merged, &new), merged);
    }

    #[test]
    fn lists_of_asterisk() {
        let list = b"; a comment\nactivated: activated\ndigits/1:  one \nbeep: [a tone]\n\
                     vm: press 1: new\nbroken line\n: x\ny:\n";
        let expect = own(&[
            ("activated", "activated"),
            ("digits/1", "one"),
            ("vm", "press 1: new"),
        ]);
        assert_eq!(read_asterisk(list), expect);
        let latin = read_asterisk(b"hei: p\xe5 gjensyn\n");
        assert_eq!(latin, own(&[("hei", "på gjensyn")]));
    }
}
