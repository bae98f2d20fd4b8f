//! The fragments of speech and their names. What a fragment says in a language is in that
//! language's file.

use crate::ids::PromptName;

/// A fragment: what one recording holds.
///
/// The `&str` in a number is the form that it takes, as its ending or as a word ("en", "ett"),
/// empty for the form in which one counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) enum Word {
    /// 0–99.
    Cardinal(u8, &'static str),
    /// 1–9 hundred, with the word for hundred.
    Hundreds(u8),
    /// First, second, …
    Ordinal(u8, &'static str),
    /// 1–9 with the "and" of languages that say "one-and-thirty".
    UnitAnd(u8),
    /// A letter, in lower case.
    Letter(char),
    /// Any other, by its name.
    Plain(&'static str),
}

macro_rules! words {
    ($($constant:ident = $name:literal;)*) => {
        $(pub(super) const $constant: Word = Word::Plain($name);)*
        /// All words that have a name of their own.
        #[cfg(test)]
        pub(super) const NAMED: &[Word] = &[$($constant),*];
    };
}

words! {
    // Numbers. A milliard is 10⁹ in every language; only English calls it a billion.
    MINUS = "minus";
    POINT = "point";
    AND = "and";
    HUNDRED = "hundred";
    THOUSAND = "thousand";
    MILLION = "million";
    MILLIONS = "millions";
    MILLIARD = "milliard";
    MILLIARDS = "milliards";
    HUNDREDTH = "hundredth";
    HUNDREDTH_EN = "hundredth-en";
    THOUSANDTH = "thousandth";
    THOUSANDTH_EN = "thousandth-en";
    MILLIONTH = "millionth";
    MILLIONTH_EN = "millionth-en";
    MILLIARDTH = "milliardth";
    MILLIARDTH_EN = "milliardth-en";
    // Dates and times.
    OH = "oh";
    THE = "the";
    THE_ACCUSATIVE = "the-accusative";
    THE_DATIVE = "the-dative";
    OF = "of";
    AT = "at";
    OCLOCK = "oclock";
    AM = "am";
    PM = "pm";
    NOON = "noon";
    MIDNIGHT = "midnight";
    // Durations.
    DAY = "day";
    DAYS = "days";
    DAYS_DATIVE = "days-dative";
    HOUR = "hour";
    HOURS = "hours";
    MINUTE = "minute";
    MINUTES = "minutes";
    SECOND = "second";
    SECONDS = "seconds";
    // Money.
    EURO = "euro";
    EUROS = "euros";
    CENT = "cent";
    CENTS = "cents";
    DOLLAR = "dollar";
    DOLLARS = "dollars";
    POUND = "pound";
    POUNDS = "pounds";
    PENNY = "penny";
    PENCE = "pence";
    KRONE = "krone";
    KRONER = "kroner";
    KRONA = "krona";
    KRONOR = "kronor";
    ORE = "ore";
    FRANC = "franc";
    FRANCS = "francs";
    CENTIME = "centime";
    CENTIMES = "centimes";
    DANISH = "danish";
    DANISH_DATIVE = "danish-dative";
    DANISH_PLURAL = "danish-plural";
    NORWEGIAN = "norwegian";
    NORWEGIAN_DATIVE = "norwegian-dative";
    NORWEGIAN_PLURAL = "norwegian-plural";
    SWEDISH = "swedish";
    SWEDISH_DATIVE = "swedish-dative";
    SWEDISH_PLURAL = "swedish-plural";
    // Signs in codes and telephone numbers.
    PAUSE = "pause";
    PLUS = "plus";
    STAR = "star";
    HASH = "hash";
    DASH = "dash";
    SLASH = "slash";
    DOT = "dot";
    UNDERSCORE = "underscore";
}

/// From January on.
pub(super) const MONTHS: [Word; 12] = [
    Word::Plain("january"),
    Word::Plain("february"),
    Word::Plain("march"),
    Word::Plain("april"),
    Word::Plain("may"),
    Word::Plain("june"),
    Word::Plain("july"),
    Word::Plain("august"),
    Word::Plain("september"),
    Word::Plain("october"),
    Word::Plain("november"),
    Word::Plain("december"),
];

/// From Monday on.
pub(super) const WEEKDAYS: [Word; 7] = [
    Word::Plain("monday"),
    Word::Plain("tuesday"),
    Word::Plain("wednesday"),
    Word::Plain("thursday"),
    Word::Plain("friday"),
    Word::Plain("saturday"),
    Word::Plain("sunday"),
];

/// The letters that have a name in every language, and the name of the recording.
const LETTERS: &[(char, &str)] = &[
    ('æ', "ae-ligature"),
    ('ø', "o-slash"),
    ('å', "a-ring"),
    ('ä', "a-umlaut"),
    ('ö', "o-umlaut"),
    ('ü', "u-umlaut"),
    ('ß', "sharp-s"),
];

/// Every letter that has a name.
pub(super) fn letters() -> impl Iterator<Item = char> {
    ('a'..='z').chain(LETTERS.iter().map(|(c, _)| *c))
}

impl Word {
    /// How a character is called when it is read by itself.
    pub(super) fn of_character(c: char) -> Option<Word> {
        let c = c.to_lowercase().next().unwrap_or(c);
        match c {
            '0'..='9' => Some(Word::Cardinal(c as u8 - b'0', "")),
            '+' => Some(PLUS),
            '*' => Some(STAR),
            '#' => Some(HASH),
            '-' => Some(DASH),
            '/' => Some(SLASH),
            '.' => Some(DOT),
            '_' => Some(UNDERSCORE),
            _ => letters().find(|l| *l == c).map(Word::Letter),
        }
    }

    /// The name of the recording.
    pub(super) fn name(self) -> PromptName {
        PromptName::new(match self {
            Word::Cardinal(n, "") => format!("say-{n}"),
            Word::Cardinal(n, form) => format!("say-{n}-{form}"),
            Word::Hundreds(n) => format!("say-{n}00"),
            Word::Ordinal(n, "") => format!("say-{n}{}", ending(n)),
            Word::Ordinal(n, form) => format!("say-{n}{}-{form}", ending(n)),
            Word::UnitAnd(n) => format!("say-{n}-and"),
            Word::Letter(c) => match LETTERS.iter().find(|(l, _)| *l == c) {
                Some((_, name)) => format!("say-letter-{name}"),
                None => format!("say-letter-{c}"),
            },
            Word::Plain(name) => format!("say-{name}"),
        })
    }
}

/// Ordinals are named in English, like all else: `say-21st`.
fn ending(n: u8) -> &'static str {
    match (n % 10, n / 10) {
        (1, tens) if tens != 1 => "st",
        (2, tens) if tens != 1 => "nd",
        (3, tens) if tens != 1 => "rd",
        _ => "th",
    }
}
