//! What is said in a menu whose keys changed.

use super::super::flow::Said;

/// The words for nought in the languages that we know.
const ZERO: [&str; 4] = ["0", "zero", "null", "nul"];
/// 1 to 9 in English, German, Danish and Norwegian.
const DIGITS: [[&str; 4]; 9] = [
    ["one", "eins", "en", "én"],
    ["two", "zwei", "to", "to"],
    ["three", "drei", "tre", "tre"],
    ["four", "vier", "fire", "fire"],
    ["five", "fünf", "fem", "fem"],
    ["six", "sechs", "seks", "seks"],
    ["seven", "sieben", "syv", "sju"],
    ["eight", "acht", "otte", "åtte"],
    ["nine", "neun", "ni", "ni"],
];

fn speaks_of(text: &str, words: &[&str]) -> bool {
    let text = text.to_lowercase();
    let mut all = text.split(|c: char| !c.is_alphanumeric());
    all.any(|w| words.contains(&w))
}

/// Without what is said about 0, and what that was. A transcript that speaks of it is left out: the
/// recording must be made anew.
pub fn without_zero(said: &[Said]) -> (Vec<Said>, Vec<String>) {
    let mut kept = Vec::new();
    let mut removed = Vec::new();
    for one in said {
        match one {
            Said::Text(text) => {
                let (stays, gone) = unsay(text);
                removed.extend(gone);
                if stays.chars().any(char::is_alphanumeric) {
                    kept.push(Said::Text(stays));
                }
            }
            Said::Recording(path, Some(text)) if speaks_of(text, &ZERO) => {
                removed.push(format!("(record {path} anew) {text}"));
                kept.push(Said::Recording(path.clone(), None));
            }
            Said::Recording(..) | Said::Value(_) => kept.push(one.clone()),
        }
    }
    (kept, removed)
}

/// Text without the sentences that speak of 0; of one that speaks of other keys as well, only the
/// part about 0 goes.
fn unsay(text: &str) -> (String, Vec<String>) {
    let mut stays = String::new();
    let mut gone = Vec::new();
    for sentence in text.split_inclusive(['.', '!', '?', '\n']) {
        let others = (1..10).any(|n| !silent_about(sentence, n));
        if !speaks_of(sentence, &ZERO) {
            stays.push_str(sentence);
        } else if others {
            let parts = sentence.split_inclusive([',', ';']);
            let (zero, rest): (Vec<&str>, Vec<&str>) = parts.partition(|p| speaks_of(p, &ZERO));
            gone.extend(zero.iter().map(|z| z.trim().to_owned()));
            let rest = rest.concat();
            let cut = rest.trim_end().trim_end_matches([',', ';']);
            let open = cut.len() < rest.trim_end().len();
            stays.push_str(cut);
            stays.push_str(if open { "." } else { "" });
        } else {
            gone.push(sentence.trim().to_owned());
        }
    }
    (stays.trim().to_owned(), gone)
}

fn silent_about(text: &str, digit: usize) -> bool {
    let names = digit.checked_sub(1).and_then(|i| DIGITS.get(i));
    let names = names.map(|n| n.as_slice()).unwrap_or_default();
    !speaks_of(text, &[digit.to_string().as_str()]) && !speaks_of(text, names)
}

/// Whether the words are known and none of them speaks of a digit from 1 to 9.
pub fn digit_untold(said: &[Said], digit: usize) -> bool {
    said.iter().all(|one| match one {
        Said::Text(text) | Said::Recording(_, Some(text)) => silent_about(text, digit),
        Said::Recording(_, None) => false,
        Said::Value(_) => true,
    })
}

/// The sentence of an option that got another key.
pub fn sentence(language: Option<&str>, what: &str, digit: usize) -> String {
    match language {
        Some("de") => format!("Für {what} drücken Sie die {digit}."),
        Some("da") => format!("For {what}, tryk {digit}."),
        Some("nb") => format!("For {what}, trykk {digit}."),
        Some(_) | None => format!("For {what}, press {digit}."),
    }
}

/// The sentence of 9, which says a menu again.
pub fn again(language: Option<&str>) -> String {
    match language {
        Some("de") => "Um das noch einmal zu hören, drücken Sie die 9.",
        Some("da") => "For at høre det igen, tryk 9.",
        Some("nb") => "For å høre det igjen, trykk 9.",
        Some(_) | None => "To hear this again, press 9.",
    }
    .to_owned()
}
