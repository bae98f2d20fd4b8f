//! What is known of the numbers of countries: their codes (ITU-T E.164), how they are dialled within
//! (E.164 Supplement 2, national numbering plans), and what costs more than a call.

/// Numbers for help in need that are dialled alone. Agents may always call them, unless the
/// operator forbids them by name.
pub const EMERGENCY: &[&str] = &["000", "110", "112", "113", "911", "999"];

/// Numbers at which somebody earns when they are called, and networks of satellites, by which calls
/// cost several times more than to any country. From the numbering plans of the countries.
pub(super) const PREMIUM: &[&str] = &[
    // Of no country: satellites, networks, and the international premium rate service.
    "+870", "+881", "+882", "+883", "+979",
    // North America, Netherlands, Belgium, France, Spain, Ireland, Finland.
    "+1 900", "+31 900", "+31 906", "+31 909", "+32 90", "+33 89", "+34 803", "+34 806", "+34 807",
    "+34 905", "+353 15", "+358 600", "+358 700",
    // Italy, Switzerland, Austria, United Kingdom, Denmark, Sweden, Norway, Poland, Germany.
    "+39 89", "+41 90", "+43 90", "+43 93", "+44 9", "+45 90", "+46 900", "+46 939", "+46 944",
    "+47 820", "+47 829", "+48 70", "+49 900", "+49 137", // Australia.
    "+61 190",
    // Where the country is not known: so they begin in most of those that dial a 0.
    "0900",
];

/// How numbers are dialled within a country.
#[derive(Clone, Copy, Debug)]
pub(super) struct Own {
    /// What stands before a number within the country; `None`: nothing.
    pub within: Option<&'static str>,
    /// How many digits a number has, where nothing stands before it.
    lengths: &'static [usize],
}

impl Own {
    /// The digits behind the country's, of a number that is dialled within it. `None`: it is a short
    /// number, one of the own town, or none of the country.
    pub fn digits(self, number: &str) -> Option<&str> {
        match self.within {
            Some(within) => number.strip_prefix(within).filter(|n| !n.is_empty()),
            None => self.lengths.contains(&number.len()).then_some(number),
        }
    }
}

/// By the digits of its code.
pub(super) fn own(country: &str) -> Own {
    let alone = |lengths| Own {
        within: None,
        lengths,
    };
    match country {
        // A 1 before them may be dialled: it is the country's, and 11 digits are read as with it.
        "1" | "30" => alone(&[10]),
        "34" | "48" | "351" | "420" => alone(&[9]),
        // The zero in front belongs to the number.
        "39" => alone(&[6, 7, 8, 9, 10, 11]),
        "45" | "352" | "356" | "371" => alone(&[8]),
        // 02000 to 09999 are numbers as well.
        "47" => alone(&[5, 8]),
        "354" => alone(&[7]),
        "372" => alone(&[7, 8]),
        "36" => Own {
            within: Some("06"),
            lengths: &[],
        },
        "7" => Own {
            within: Some("8"),
            lengths: &[],
        },
        _ => Own {
            within: Some("0"),
            lengths: &[],
        },
    }
}

/// Codes of one and of two digits; all others have three.
const ONE: &[&str] = &["1", "7"];
const TWO: &[&str] = &[
    "20", "27", "30", "31", "32", "33", "34", "36", "39", "40", "41", "43", "44", "45", "46", "47",
    "48", "49", "51", "52", "53", "54", "55", "56", "57", "58", "60", "61", "62", "63", "64", "65",
    "66", "81", "82", "84", "86", "90", "91", "92", "93", "94", "95", "98",
];

/// The code of the country that a number names, without `+`.
pub fn country_of(number: &str) -> Option<&str> {
    let digits = number
        .strip_prefix('+')
        .or_else(|| number.strip_prefix("00"))?;
    let begins = |n: usize| {
        digits
            .get(..n)
            .filter(|d| d.bytes().all(|b| b.is_ascii_digit()))
    };
    let one = begins(1).filter(|code| ONE.contains(code));
    let two = begins(2).filter(|code| TWO.contains(code));
    one.or(two)
        .or_else(|| begins(3))
        .filter(|code| !code.starts_with('0'))
}
