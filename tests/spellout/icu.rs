//! Every row of ICU's tables. Where we differ on purpose, ICU's words are rewritten here by a
//! rule with its reason, and the rest must agree to the letter.

use zeroline::menu::say::{Case, Form, Gender, Value, say};

use super::{all_right, file, language};

/// What a table tells, and how we are asked for the same.
fn value(kind: &str, n: i64) -> (Value, Form) {
    let plain = Form::default();
    let place = || Value::Ordinal(u32::try_from(n).expect("ordinals are positive"));
    match kind {
        "cardinal" => (Value::Integer(n), plain),
        "masculine" => bent(n, Gender::Masculine),
        "feminine" => bent(n, Gender::Feminine),
        "neuter" => bent(n, Gender::Neuter),
        "ordinal" => (place(), plain),
        "ordinal-dative" => {
            let case = Case::Dative;
            (place(), Form { case, ..plain })
        }
        // A year is read as part of a date.
        "year" => {
            let year = i16::try_from(n).expect("four digits");
            let weekday = false;
            let day = jiff::civil::date(year, 1, 1);
            (Value::Date(day), Form { weekday, ..plain })
        }
        _ => panic!("no such table: {kind}"),
    }
}

fn bent(n: i64, gender: Gender) -> (Value, Form) {
    let form = Form {
        gender,
        ..Form::default()
    };
    (Value::Integer(n), form)
}

/// Compares every row of a table; gives how many there were.
fn compare(tag: &str, kind: &str, ours: fn(&str, i64, &str) -> String) -> usize {
    let table = file(&format!("icu/{tag}-{kind}.txt"));
    let mut wrong = Vec::new();
    for row in table.lines() {
        let (n, words) = row.split_once('\t').expect("a number, a tab, words");
        let n: i64 = n.parse().expect("a number");
        let (value, form) = value(kind, n);
        let said = say(language(tag), &value, &form).text();
        let expected = ours(kind, n, words);
        let agrees = match kind {
            "year" => said.ends_with(&format!(" {expected}")),
            _ => said == expected,
        };
        if !agrees {
            wrong.push(format!("{n}: {said:?}, ICU: {words:?}, so {expected:?}"));
        }
    }
    all_right(&wrong);
    table.lines().count()
}

#[test]
fn english_agrees_with_icu() {
    let rows: usize = ["cardinal", "ordinal", "year"]
        .map(|kind| compare("en", kind, english))
        .iter()
        .sum();
    assert!(rows > 7000, "{rows}");
}

fn english(kind: &str, n: i64, words: &str) -> String {
    // Commas part the groups of a great number; the fragments are parted as it is.
    let words = words.replace(',', "");
    if kind == "year" {
        // A hyphen as in "oh-five" is a matter of taste; "oh" is a fragment of its own.
        let words = words.replace("oh-", "oh ");
        // ICU's years follow American use: "two thousand five". Ours have the British "and".
        if (1..10).contains(&(n % 1000)) {
            return words.replacen("thousand ", "thousand and ", 1);
        }
        return words;
    }
    words
}

#[test]
fn german_agrees_with_icu() {
    let kinds = [
        "cardinal",
        "masculine",
        "feminine",
        "ordinal",
        "ordinal-dative",
        "year",
    ];
    let rows: usize = kinds.map(|kind| compare("de", kind, german)).iter().sum();
    assert!(rows > 9000, "{rows}");
}

fn german(kind: &str, n: i64, words: &str) -> String {
    // "einhunderteine Millionen": in a number of several words a one behind hundred is not bent.
    let mut words = words.replace("hunderteine Milli", "hundertein Milli");
    // Nor is it at the end: the plural follows, "einhundertein Kronen".
    if kind == "feminine" && n > 1 && words.ends_with("eine") {
        words.pop();
    }
    // ICU's rules stop short of a million: the ordinals are "einmillionste", "zweimillionste".
    if kind == "ordinal" {
        words = words
            .replace("eine Millionste", "einmillionste")
            .replace(" Millionenste", "millionste")
            .replace("eine Milliardeste", "einmilliardste");
    }
    words
}

#[test]
fn danish_agrees_with_icu() {
    let rows: usize = ["cardinal", "masculine", "ordinal", "year"]
        .map(|kind| compare("da", kind, danish))
        .iter()
        .sum();
    assert!(rows > 8000, "{rows}");
}

fn danish(kind: &str, n: i64, words: &str) -> String {
    let words = match kind {
        "ordinal" => danish_ordinal(words),
        _ => words.to_owned(),
    };
    // ICU writes "tohundrede" and in ordinals "to hundrede"; both are in use, we write the latter.
    let words: Vec<String> = words
        .split(' ')
        .map(|w| match w.strip_suffix("hundrede") {
            Some(count) if !count.is_empty() => format!("{count} hundrede"),
            _ => w.to_owned(),
        })
        .collect();
    let words = words.join(" ");
    match kind {
        "ordinal" => named_one(&words, "et", &["hundrede"], &["tusind"]),
        // Only the cardinals of a year have a thousand: "nitten hundrede" has its number.
        "year" => named_one(&words, "et", &["tusind"], &[]),
        "masculine" => {
            // "tusinde" is the old form, which stands beside "tusind".
            let words = words.replace("tusinde", "tusind");
            let words = named_million(&words, "en");
            let words = named_one(&words, "et", &["hundrede", "tusind"], &[]);
            last_joined(&words, n, "og")
        }
        _ => last_joined(
            &named_one(&words, "et", &["hundrede", "tusind"], &[]),
            n,
            "og",
        ),
    }
}

fn danish_ordinal(words: &str) -> String {
    words
        // The ordinals of the dictionaries are "enogtyvende", "fyrretyvende" and "hundrede".
        .replace("etog", "enog")
        .replace("fyrrende", "fyrretyvende")
        .replace("hundredede", "hundrede")
}

#[test]
fn norwegian_agrees_with_icu() {
    let rows: usize = ["cardinal", "neuter", "ordinal"]
        .map(|kind| compare("nb", kind, norwegian))
        .iter()
        .sum();
    assert!(rows > 7000, "{rows}");
}

fn norwegian(kind: &str, n: i64, words: &str) -> String {
    if kind != "ordinal" {
        let words = named_one(words, "ett", &["hundre", "tusen"], &[]);
        return last_joined(&words, n, "og");
    }
    let mut words = format!("{words} ")
        // The ordinal of "tjue" is "tjuende".
        .replace("tjueende ", "tjuende ")
        // One, hundred and thousand are one word here only in ICU; and it is "ett tusen".
        .replace("tjueéntusen", "tjueett tusen")
        .replace("hundretusen", "hundre tusen")
        .replace("énhundre", "hundre")
        .replace("éntusen", "tusen")
        .replace("én million", "million")
        .replace("én milliard", "milliard");
    for count in [
        "to", "tre", "fire", "fem", "seks", "sju", "åtte", "ni", "ti",
    ] {
        words = words
            .replace(&format!("{count}hundre"), &format!("{count} hundre"))
            .replace(&format!("{count}tusen"), &format!("{count} tusen"));
    }
    let mut words = named_one(words.trim(), "ett", &["hundre", "hundrede"], &["tusen"]);
    // The last two digits are joined by "og" in ordinals as in cardinals.
    if n > 100 && n % 100 > 0 && !words.contains(" og ") {
        words = before_last(&words, "og");
    }
    words
}

/// Danish and Norwegian may say "hundred" for "one hundred". On a line on which a first word is
/// easily lost the number is named, and ICU's bare word gets it. With `behind`, only where one
/// of those words is right before it: ordinals begin bare, "hundrede og første".
fn named_one(words: &str, one: &str, bare: &[&str], behind: &[&str]) -> String {
    const GREATER: [&str; 7] = [
        "minus",
        "million",
        "millioner",
        "milliard",
        "milliarder",
        "tusind",
        "tusen",
    ];
    let mut out: Vec<&str> = Vec::new();
    for word in words.split(' ') {
        let free = match (out.last(), behind) {
            (None, []) => true,
            (None, _) => false,
            (Some(before), []) => GREATER.contains(before),
            (Some(before), _) => behind.contains(before),
        };
        if free && bare.contains(&word) {
            out.push(one);
        }
        out.push(word);
    }
    out.join(" ")
}

/// ICU's common gender has "million" for "en million", but not for "to millioner".
fn named_million(words: &str, one: &str) -> String {
    let begins_bare = words.starts_with("million ") || words == "million";
    let begins_bare = begins_bare || words.starts_with("milliard ") || words == "milliard";
    let words = words
        .replace("milliard million ", &format!("milliard {one} million "))
        .replace("milliarder million ", &format!("milliarder {one} million "));
    match begins_bare {
        true => format!("{one} {words}"),
        false => words,
    }
}

/// ICU joins the last two digits by "and" behind hundreds and thousands, but not behind millions;
/// one says it there too.
fn last_joined(words: &str, n: i64, and: &str) -> String {
    let (n, rest) = (n.unsigned_abs(), n.unsigned_abs() % 1_000_000);
    if n >= 1_000_000 && (1..100).contains(&rest) {
        return before_last(words, and);
    }
    words.to_owned()
}

fn before_last(words: &str, word: &str) -> String {
    match words.rsplit_once(' ') {
        Some((before, last)) => format!("{before} {word} {last}"),
        None => words.to_owned(),
    }
}
