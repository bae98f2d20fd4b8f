//! What sentences of a menu sound like in each language, and what transcripts tell.

use crate::ids::Language;
use crate::menu::say;

/// How a person is reached where the speech is heard.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ZeroForm {
    /// By 0.
    Plain,
    /// By 0 and then #: an entry may begin with 0.
    ThenHash,
}

/// One option of a menu as a sentence, the meaning before the key; `None`: in this language we
/// know none.
pub(super) fn option(language: &Language, what: &str, digit: usize) -> Option<String> {
    let what = what.trim().trim_end_matches([',', '.', ':']);
    Some(match say::Language::from_tag(language.as_str())? {
        say::Language::En => format!("For {what}, press {digit}."),
        say::Language::De => format!("Für {what} drücken Sie die {digit}."),
        // Engines read the figure as "en", and a key is "et", as in all our own sentences.
        say::Language::Da if digit == 1 => format!("For {what}, tryk et."),
        say::Language::Da => format!("For {what}, tryk {digit}."),
        say::Language::Nb => format!("For {what}, trykk {digit}."),
    })
}

/// What a language calls itself.
pub(super) fn own_name(language: &Language) -> Option<&'static str> {
    Some(match say::Language::from_tag(language.as_str())? {
        say::Language::En => "English",
        say::Language::De => "Deutsch",
        say::Language::Da => "dansk",
        say::Language::Nb => "norsk",
    })
}

/// The words of 1 to 9 in the languages that we know.
const DIGITS: [&[&str]; 9] = [
    &["one", "eins", "én", "ét", "ett"],
    &["two", "zwei", "to"],
    &["three", "drei", "tre"],
    &["four", "vier", "fire"],
    &["five", "fünf", "fem"],
    &["six", "sechs", "seks"],
    &["seven", "sieben", "syv", "sju"],
    &["eight", "acht", "otte", "åtte"],
    &["nine", "neun", "ni"],
];

/// 1 in Danish and Norwegian, and more often an article.
const ONE_OR_A: [&str; 2] = ["en", "et"];
/// What stands behind the number, and never behind the article.
const NOT_BEHIND_A: [&str; 5] = ["er", "til", "og", "eller", "for"];

/// Whether a text speaks of a digit from 1 to 9.
pub(super) fn names_digit(text: &str, digit: usize) -> bool {
    let text = text.to_lowercase();
    let figure = digit.to_string();
    let words = digit.checked_sub(1).and_then(|i| DIGITS.get(i));
    words_of(&text).any(|w| w == figure || words.is_some_and(|all| all.contains(&w)))
        || digit == 1 && text.split(['.', ',', ':', ';', '!', '?']).any(names_one)
}

/// Whether a clause has the number 1 in it that looks like an article: "tryk et", "en er ja".
fn names_one(clause: &str) -> bool {
    let mut words = words_of(clause).peekable();
    while let Some(word) = words.next() {
        let is_number = words.peek().is_none_or(|next| NOT_BEHIND_A.contains(next));
        if ONE_OR_A.contains(&word) && is_number {
            return true;
        }
    }
    false
}

fn words_of(text: &str) -> impl Iterator<Item = &str> {
    text.split(|c: char| !c.is_alphanumeric() && c != '#')
        .filter(|w| !w.is_empty())
}

/// Whether a transcript tells how to reach a person: "press zero", "tast 0", "0 drücken" …
pub fn announces(text: &str, form: ZeroForm) -> bool {
    let text = text.to_lowercase();
    let words: Vec<&str> = words_of(&text).collect();
    let zero = |w: &&str| matches!(*w, "0" | "zero" | "null" | "nul");
    let press = |w: &&str| {
        matches!(
            *w,
            "press" | "drücken" | "wählen" | "tast" | "tryk" | "trykk"
        )
    };
    let hash = |w: &&str| {
        matches!(
            *w,
            "#" | "hash" | "pound" | "raute" | "rautetaste" | "firkant" | "havelåge"
        )
    };
    // "press zero", "press the zero"; "Null drücken"; "drücken Sie jederzeit die Null".
    let told = words.iter().enumerate().any(|(i, w)| {
        let near = words.get(i.saturating_sub(4)..(i + 2).min(words.len()));
        zero(w) && near.is_some_and(|near| near.iter().any(press))
    });
    told && (form == ZeroForm::Plain || words.iter().any(hash))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_way_to_a_person_is_heard_in_each_language() {
        for text in [
            "To speak to a person, press zero.",
            "Für einen Menschen drücken Sie die Null.",
            "Für einen Menschen Null drücken",
            "Um mit einem Menschen zu sprechen, drücken Sie jederzeit die Null.",
            "Tryk nul for at tale med et menneske.",
            "Tast 0 for å snakke med et menneske.",
        ] {
            assert!(announces(text, ZeroForm::Plain), "{text}");
            assert!(!announces(text, ZeroForm::ThenHash), "{text}");
        }
        assert!(announces(
            "Drücken Sie die Null und dann die Raute.",
            ZeroForm::ThenHash
        ));
        assert!(!announces("Your balance is zero.", ZeroForm::Plain));
    }

    #[test]
    fn options_are_sentences() {
        let said = |l: &str| option(&Language::new(l), "billing,", 3).unwrap_or_default();
        assert_eq!(said("en-GB"), "For billing, press 3.");
        assert_eq!(said("de"), "Für billing drücken Sie die 3.");
        assert_eq!(said("fr"), "");
        let first = option(&Language::new("da"), "åbningstider", 1);
        assert_eq!(first.as_deref(), Some("For åbningstider, tryk et."));
    }

    #[test]
    fn a_digit_is_told_from_an_article() {
        for text in [
            "For hours press one",
            "For ja, tryk et. For nej, tryk to.",
            "Tryk på en tast fra et til fem",
            "Ja er en, nej er to.",
            "Trykk én for ja",
            "Drücken Sie die Eins.",
            "1 er meget dårligt",
        ] {
            assert!(names_digit(text, 1), "{text}");
        }
        for text in [
            "The phone",
            "Har du fået et svar? Fem er meget nyttigt.",
            "Tryk nul for at tale med et menneske.",
            "En kollega hjelper deg videre.",
        ] {
            assert!(!names_digit(text, 1), "{text}");
        }
        assert!(names_digit("Fem er meget nyttigt.", 5));
    }
}
