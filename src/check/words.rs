//! Keys in what is said: "for billing, press one", "Für die Rechnung drücken Sie die Eins",
//! "tryk 1 for faktura", in the languages of the server's own prompts.

/// A key that a text tells to press.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Told {
    /// 1–9.
    pub key: usize,
    /// The place of its word.
    pub at: usize,
    /// The key comes before what it is for: "press 1 for billing".
    pub key_first: bool,
}

/// How one language tells to press a key.
struct Speak {
    press: &'static [&'static str],
    digits: [&'static [&'static str]; 9],
    /// What begins the purpose, where the key comes first.
    purpose: &'static [&'static str],
}

const LANGUAGES: [Speak; 3] = [
    Speak {
        press: &["press", "dial"],
        digits: [
            &["1", "one"],
            &["2", "two"],
            &["3", "three"],
            &["4", "four"],
            &["5", "five"],
            &["6", "six"],
            &["7", "seven"],
            &["8", "eight"],
            &["9", "nine"],
        ],
        purpose: &["for", "to", "if"],
    },
    Speak {
        press: &["drücken", "drücke", "wählen"],
        digits: [
            &["1", "eins"],
            &["2", "zwei"],
            &["3", "drei"],
            &["4", "vier"],
            &["5", "fünf"],
            &["6", "sechs"],
            &["7", "sieben"],
            &["8", "acht"],
            &["9", "neun"],
        ],
        purpose: &["für", "um", "wenn"],
    },
    // Danish and Norwegian.
    Speak {
        press: &["tast", "tryk", "trykk"],
        digits: [
            &["1", "et", "én", "en"],
            &["2", "to"],
            &["3", "tre"],
            &["4", "fire"],
            &["5", "fem"],
            &["6", "seks"],
            &["7", "syv", "sju"],
            &["8", "otte", "åtte"],
            &["9", "ni"],
        ],
        purpose: &["for", "hvis"],
    },
];
/// Words between "press" and the key: "drücken Sie die 1", "press the one".
const BETWEEN: usize = 3;

/// A word in lower case.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Word {
    text: String,
    /// A comma or the end of a sentence follows.
    stop: bool,
}

/// The words of a text.
pub(super) fn words(text: &str) -> Vec<Word> {
    let mut words: Vec<Word> = Vec::new();
    let mut within = false;
    for c in text.chars() {
        let letter = c.is_alphanumeric() || c == '#';
        match (letter, within, words.last_mut()) {
            (true, true, Some(word)) => word.text.extend(c.to_lowercase()),
            (true, _, _) => words.push(Word {
                text: c.to_lowercase().collect(),
                stop: false,
            }),
            (false, _, Some(word)) => word.stop |= ".,;:!?".contains(c),
            (false, _, None) => {}
        }
        within = letter;
    }
    words
}

/// The keys that are told, in order.
pub(super) fn told(words: &[Word]) -> impl Iterator<Item = Told> + '_ {
    (0..words.len()).filter_map(|press| {
        let speak = LANGUAGES.iter().find(|l| is(words, press, l.press))?;
        let key_at = |at: usize| speak.digits.iter().position(|d| is(words, at, d));
        let after = (press + 1..=press + BETWEEN).find_map(|at| Some((at, key_at(at)?)));
        // "Für die Rechnung die 1 drücken."
        let before = press.checked_sub(1).and_then(|at| Some((at, key_at(at)?)));
        let (at, digit) = after.or(before)?;
        Some(Told {
            key: digit + 1,
            at,
            key_first: at > press
                && words.get(at).is_some_and(|w| !w.stop)
                && is(words, at + 1, speak.purpose),
        })
    })
}

fn is(words: &[Word], at: usize, among: &[&str]) -> bool {
    words
        .get(at)
        .is_some_and(|w| among.contains(&w.text.as_str()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_are_found_and_what_comes_first_is_told() {
        let check = |text: &str, expected: &[(usize, bool)]| {
            let words = words(text);
            let found: Vec<(usize, bool)> = told(&words).map(|t| (t.key, t.key_first)).collect();
            assert_eq!(found, expected, "{text}");
        };
        check(
            "For billing, press one. For help, press 2.",
            &[(1, false), (2, false)],
        );
        check(
            "Press 1 for billing, press two for help.",
            &[(1, true), (2, true)],
        );
        check("Für Rechnungen drücken Sie die Eins.", &[(1, false)]);
        check("Wählen Sie die 3 für den Versand.", &[(3, true)]);
        check(
            "For faktura, tryk 1. Til support, tryk to.",
            &[(1, false), (2, false)],
        );
        check("Trykk fire for å snakke med salg.", &[(4, true)]);
        check("To speak to a person, press zero at any time.", &[]);
        check("We have one office.", &[]);
    }
}
