//! One number, however it is written.
//!
//! Marks between the digits do not count, and `00` before them is `+`. A number with its country,
//! `+49 30 901820`, is the same as one that a trunk gives without: the country's code of one to three
//! digits is left out, and perhaps a 0 stands in its place. What is left must be six digits or more.

use std::collections::BTreeSet;

use crate::ids::PhoneNumber;

/// What may stand between digits.
const MARKS: &[char] = &[' ', '\u{a0}', '-', '.', '/', '(', ')'];
/// The longest code of a country.
const COUNTRY: usize = 3;
/// Fewer digits than that are the end of too many numbers.
const FEWEST: usize = 6;

/// A number as far as it tells where it is.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Number {
    /// With its country; the digits without the `+`.
    World(String),
    /// Without; the digits without a 0 before them.
    Country(String),
    /// No number at all: a name.
    Name(String),
}

impl Number {
    fn of(text: &str) -> Number {
        let bare: String = text.chars().filter(|c| !MARKS.contains(c)).collect();
        let digits = bare.strip_prefix('+').unwrap_or(&bare);
        if digits.is_empty() || !digits.bytes().all(|b| b.is_ascii_digit()) {
            return Number::Name(text.to_owned());
        }
        let world = bare.strip_prefix('+').or_else(|| bare.strip_prefix("00"));
        match world {
            Some(digits) => Number::World(digits.to_owned()),
            None => Number::Country(digits.strip_prefix('0').unwrap_or(digits).to_owned()),
        }
    }

    fn is(&self, other: &Number) -> bool {
        match (self, other) {
            (Number::World(world), Number::Country(digits))
            | (Number::Country(digits), Number::World(world)) => {
                let code = world.strip_suffix(digits.as_str());
                world == digits
                    || (digits.len() >= FEWEST
                        && code.is_some_and(|c| (1..=COUNTRY).contains(&c.len())))
            }
            (Number::World(_) | Number::Country(_) | Number::Name(_), _) => self == other,
        }
    }
}

/// Those of `kept` that are this number. `Err`: they are numbers of several countries, and whose is
/// meant is not known.
pub(super) fn of(
    asked: &PhoneNumber,
    kept: impl IntoIterator<Item = PhoneNumber>,
) -> Result<Vec<PhoneNumber>, Vec<PhoneNumber>> {
    let wanted = Number::of(asked.reveal());
    let read = kept.into_iter().map(|n| (Number::of(n.reveal()), n));
    let found: Vec<(Number, PhoneNumber)> = read.filter(|(n, _)| n.is(&wanted)).collect();
    let worlds = found.iter().filter_map(|(n, _)| match n {
        Number::World(digits) => Some(digits),
        Number::Country(_) | Number::Name(_) => None,
    });
    let several = worlds.collect::<BTreeSet<_>>().len() > 1;
    let numbers = found.into_iter().map(|(_, number)| number).collect();
    match several {
        true => Err(numbers),
        false => Ok(numbers),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(asked: &str, kept: &[&str], expected: Result<&[&str], usize>) {
        let found = of(&PhoneNumber::new(asked), kept.iter().map(PhoneNumber::new));
        match (found, expected) {
            (Ok(found), Ok(expected)) => {
                let found: Vec<&str> = found.iter().map(PhoneNumber::reveal).collect();
                assert_eq!(found, expected, "{asked}");
            }
            (Err(found), Err(count)) => assert_eq!(found.len(), count, "{asked}"),
            (found, expected) => panic!("{asked}: {found:?}, not {expected:?}"),
        }
    }

    #[test]
    fn a_number_is_found_however_it_is_written() {
        let berlin: &[&str] = &["+4930901820", "004930901820", "4930901820", "030901820"];
        for asked in ["+4930901820", "0049 (30) 90 18-20", "+49/30.901820"] {
            check(asked, berlin, Ok(berlin));
        }
        check(
            "030 901820",
            &["+4930901820", "30901820"],
            Ok(&["+4930901820", "30901820"]),
        );
        check(
            "4930901820",
            berlin,
            Ok(&["+4930901820", "004930901820", "4930901820"]),
        );
        // Countries without a 0 before the number.
        let danish: &[&str] = &["+4530901820", "30901820"];
        check("30901820", danish, Ok(danish));
        check("+45 30 90 18 20", danish, Ok(danish));
    }

    #[test]
    fn other_numbers_are_not_taken_for_it() {
        let others = [
            "+4530901821",
            "+453090182",
            "901820",
            "20",
            "+14530901820",
            "anna",
            "",
        ];
        check("+4530901820", &others, Ok(&[]));
        // Too little is left of it.
        check("901820", &["+4530901820"], Ok(&[]));
        check("1820", &["+451820"], Ok(&[]));
        check("anna", &["anna", "+4530901820", "Anna"], Ok(&["anna"]));
        // Whose number is it?
        check(
            "30901820",
            &["+4530901820", "+4730901820", "30901820"],
            Err(3),
        );
        check(
            "+4530901820",
            &["+4530901820", "+4730901820"],
            Ok(&["+4530901820"]),
        );
    }
}
