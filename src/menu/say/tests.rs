//! What holds for every value in every language.

use std::collections::{BTreeMap, BTreeSet};
use std::num::NonZeroU8;
use std::time::Duration;

use jiff::civil;
use proptest::prelude::*;
use proptest::test_runner::FileFailurePersistence;

use super::word::{self, Word};
use super::*;
use crate::ids::PromptName;

fn names(language: Language) -> BTreeMap<PromptName, String> {
    let fragments = vocabulary(language);
    let count = fragments.len();
    let named: BTreeMap<_, _> = fragments.into_iter().map(|f| (f.name, f.text)).collect();
    assert_eq!(named.len(), count, "{language:?} has a name twice");
    named
}

fn form() -> impl Strategy<Value = Form> {
    let gender = prop_oneof![
        Just(Gender::Counting),
        Just(Gender::Masculine),
        Just(Gender::Feminine),
        Just(Gender::Neuter)
    ];
    let case = prop_oneof![
        Just(Case::Nominative),
        Just(Case::Accusative),
        Just(Case::Dative)
    ];
    let size = (1_u8..).prop_filter_map("not 0", NonZeroU8::new);
    let grouping = prop_oneof![
        Just(Grouping::Unbroken),
        Just(Grouping::Written),
        size.prop_map(Grouping::Every)
    ];
    (gender, case, any::<bool>(), any::<bool>(), grouping).prop_map(
        |(gender, case, weekday, year, grouping)| Form {
            gender,
            case,
            weekday,
            year,
            grouping,
        },
    )
}

/// Numbers of every length are equally likely.
fn integer() -> impl Strategy<Value = i64> {
    prop_oneof![
        any::<i64>(),
        (any::<i64>(), 0_u32..63).prop_map(|(n, shift)| n >> shift)
    ]
}

fn date() -> impl Strategy<Value = civil::Date> {
    let year = prop_oneof![-9999_i16..=9999, 1900_i16..2100];
    (year, 1_i8..=12, 1_i8..=31).prop_filter_map("no such day", |(year, month, day)| {
        civil::Date::new(year, month, day).ok()
    })
}

fn time() -> impl Strategy<Value = civil::Time> {
    (0_i8..24, 0_i8..60).prop_map(|(hour, minute)| civil::time(hour, minute, 59, 999_999_999))
}

fn value() -> impl Strategy<Value = Value> {
    let currency = proptest::sample::select(&Currency::ALL[..]);
    prop_oneof![
        integer().prop_map(Value::Integer),
        (integer(), any::<u8>()).prop_map(|(unscaled, places)| Value::Decimal { unscaled, places }),
        integer().prop_map(|n| Value::Ordinal(n as u32)),
        (integer(), currency).prop_map(|(minor, currency)| Value::Money { minor, currency }),
        date().prop_map(Value::Date),
        date().prop_map(|d| Value::Weekday(d.weekday())),
        time().prop_map(Value::Time),
        (date(), time()).prop_map(|(d, t)| Value::DateTime(d.to_datetime(t))),
        (any::<u64>(), 0_u32..63)
            .prop_map(|(s, shift)| Value::Duration(Duration::from_secs(s >> shift))),
        "[-0-9 +*#./()]{0,20}".prop_map(Value::Digits),
        any::<String>().prop_map(Value::Digits),
        "[-0-9a-zA-Z +*#./_æøåäöüßÆØÅÄÖÜẞ]{0,20}".prop_map(Value::Spelled),
        any::<String>().prop_map(Value::Spelled),
    ]
}

proptest! {
    // Cases that once failed are kept beside this file.
    #![proptest_config(ProptestConfig {
        failure_persistence: Some(Box::new(FileFailurePersistence::WithSource("regressions"))),
        ..ProptestConfig::default()
    })]

    #[test]
    fn every_phrase_is_of_the_vocabulary(value in value(), form in form()) {
        for language in Language::ALL {
            let known = names(language);
            let phrase = say(language, &value, &form);
            for fragment in phrase.words() {
                prop_assert_eq!(known.get(&fragment.name), Some(&fragment.text));
            }
            let said: Vec<_> = phrase.words().into_iter().map(|f| f.name).collect();
            prop_assert_eq!(said, phrase.prompts());
            let text = phrase.text();
            prop_assert!(!text.contains("  ") && !text.contains(" ,") && !text.contains(",,"));
            prop_assert_eq!(text.trim_matches([' ', ',', '-']), &text);
        }
    }

    /// Whatever a code holds is heard, counted as left out, or a mark between groups.
    #[test]
    fn nothing_of_a_code_is_lost(text in any::<String>()) {
        let form = Form { grouping: Grouping::Unbroken, ..Form::default() };
        for language in Language::ALL {
            let phrase = say(language, &Value::Spelled(text.clone()), &form);
            let marks = text.chars().filter(|c| [' ', '\u{a0}'].contains(c)).count();
            prop_assert_eq!(phrase.prompts().len() + phrase.left_out() + marks, text.chars().count());
        }
    }
}

/// A recording that is never played is work for nothing, and one that is missing is a fault in
/// a call: the values below use every one.
#[test]
fn every_fragment_is_used_and_no_other() {
    for language in Language::ALL {
        let mut used = BTreeSet::new();
        for value in all_kinds() {
            for gender in [
                Gender::Counting,
                Gender::Masculine,
                Gender::Feminine,
                Gender::Neuter,
            ] {
                for case in [Case::Nominative, Case::Accusative, Case::Dative] {
                    let form = Form {
                        gender,
                        case,
                        ..Form::default()
                    };
                    used.extend(say(language, &value, &form).prompts());
                }
            }
        }
        let known: BTreeSet<_> = names(language).into_keys().collect();
        let unused: Vec<_> = known.difference(&used).collect();
        let missing: Vec<_> = used.difference(&known).collect();
        assert!(
            unused.is_empty() && missing.is_empty(),
            "{language:?}: unused {unused:?}, missing {missing:?}"
        );
        assert!((150..=350).contains(&known.len()), "{}", known.len());
    }
}

fn all_kinds() -> Vec<Value> {
    let mut values = vec![
        Value::Integer(-1),
        Value::Integer(1_001_001_001),
        Value::Integer(2_002_002_002),
        Value::Integer(21_121_999),
        Value::Decimal {
            unscaled: 1,
            places: 1,
        },
        Value::Spelled("AB cdefghijklmnopqrstuvwxyzæøåäöüß+*#-/._".into()),
        Value::DateTime(civil::datetime(1905, 1, 1, 0, 0, 0, 0)),
        Value::Time(civil::time(12, 0, 0, 0)),
        Value::Time(civil::time(1, 0, 0, 0)),
        Value::Time(civil::time(13, 0, 0, 0)),
        Value::Duration(Duration::from_secs(90_061)),
        Value::Duration(Duration::from_secs(180_122)),
    ];
    values.extend((0..1000).map(Value::Integer));
    values.extend((0..1000).map(Value::Ordinal));
    values.extend([1000, 2000, 1_000_000, 1_000_000_000].map(Value::Ordinal));
    for currency in Currency::ALL {
        values.extend([101, 202].map(|minor| Value::Money { minor, currency }));
    }
    let start = civil::date(1900, 1, 1);
    values.extend((0..400).map(|day| Value::Date(start + jiff::Span::new().days(day))));
    values
}

#[test]
fn names_are_for_files_and_texts_for_people() {
    for language in Language::ALL {
        for (name, text) in names(language) {
            let name = name.as_str();
            assert!(name.starts_with("say-"), "{name}");
            assert!(
                name.bytes()
                    .all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-'),
                "{name}"
            );
            assert_eq!(text.is_empty(), name == "say-pause", "{language:?} {name}");
            // No figure is left to a speech engine.
            assert!(!text.contains(|c: char| c.is_ascii_digit()), "{text}");
        }
    }
}

#[test]
fn every_named_word_is_spoken_somewhere() {
    for word in word::NAMED {
        let spoken = Language::ALL
            .iter()
            .any(|l| l.grammar().text(*word).is_some());
        assert!(spoken, "{word:?}");
    }
}

/// Two numbers that sound alike would be one too many.
#[test]
fn numbers_differ_in_words_and_fragments() {
    let form = Form::default();
    for language in Language::ALL {
        let mut texts = BTreeSet::new();
        for n in (0..20_000).chain((2..2000).map(|n| n * 10_007)) {
            let text = say(language, &Value::Integer(n), &form).text();
            assert!(texts.insert(text.clone()), "{language:?}: {n} is {text:?}");
        }
        let mut texts = BTreeSet::new();
        for n in 0..10_000 {
            let text = say(language, &Value::Ordinal(n), &form).text();
            assert!(texts.insert(text.clone()), "{language:?}: {n} is {text:?}");
        }
    }
}

#[test]
fn names_of_recordings() {
    let form = Form::default();
    let said = |value| -> Vec<String> {
        let prompts = say(Language::De, &value, &form).prompts();
        prompts.iter().map(|p| p.as_str().to_owned()).collect()
    };
    let money = Value::Money {
        minor: 12_150,
        currency: Currency::Eur,
    };
    let names = [
        "say-100", "say-21", "say-euro", "say-and", "say-50", "say-cent",
    ];
    assert_eq!(said(money), names);
    let names = ["say-2-and", "say-40th"];
    assert_eq!(said(Value::Ordinal(42)), names);
    let names = ["say-letter-a-umlaut", "say-pause", "say-letter-z"];
    assert_eq!(said(Value::Spelled("Ä z".into())), names);
    assert_eq!(Word::Ordinal(11, "en").name().as_str(), "say-11th-en");
    assert_eq!(Word::Ordinal(22, "").name().as_str(), "say-22nd");
}

#[test]
fn what_has_no_name_is_counted() {
    let code = Value::Spelled("A€1é".into());
    let phrase = say(Language::En, &code, &Form::default());
    assert_eq!(phrase.text(), "A one");
    assert_eq!(phrase.left_out(), 2);
}

#[test]
fn codes_are_not_shown_in_logs() {
    let code = Value::Digits("4711".into());
    assert_eq!(format!("{code:?}"), "Digits(<4>)");
    let phrase = say(Language::En, &code, &Form::default());
    assert_eq!(format!("{phrase:?}"), "<4 En fragments>");
}

#[test]
fn languages_by_tag() {
    for (tag, language) in [
        ("en", Some(Language::En)),
        ("en-GB", Some(Language::En)),
        ("DE", Some(Language::De)),
        ("de_AT", Some(Language::De)),
        ("da-DK", Some(Language::Da)),
        ("nb-NO", Some(Language::Nb)),
        ("no", Some(Language::Nb)),
        ("nn", None),
        ("deutsch", None),
        ("", None),
    ] {
        assert_eq!(Language::from_tag(tag), language, "{tag}");
    }
    for language in Language::ALL {
        assert_eq!(Language::from_tag(language.tag()), Some(language));
    }
}
