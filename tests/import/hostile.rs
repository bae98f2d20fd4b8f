//! Files that nobody wrote for us: whatever is in them, there is a clear refusal or lines that
//! load.

use proptest::prelude::*;
use zeroline::import::{File, Format, Wishes, import};

use super::{file, prove};

/// The file with pieces taken out, doubled or overwritten.
fn torn(text: &str, cuts: &[(usize, usize, u8)]) -> String {
    let mut text: Vec<char> = text.chars().collect();
    for (at, length, how) in cuts {
        if text.is_empty() {
            break;
        }
        let from = at % text.len();
        let to = (from + length).min(text.len());
        match how % 4 {
            0 => drop(text.drain(from..to)),
            1 => {
                let piece: Vec<char> = text[from..to].to_vec();
                text.splice(from..from, piece);
            }
            2 => {
                let marks = [
                    '\'', '"', '(', ')', '{', '}', '<', '>', ',', ';', '\0', '\u{2028}',
                ];
                let mark = marks.get(length % marks.len()).copied().unwrap_or(' ');
                text.splice(from..(from + 1).min(to), [mark]);
            }
            _ => {
                let digit = char::from(b'0' + (length % 10) as u8);
                for c in text[from..to].iter_mut().filter(|c| c.is_ascii_digit()) {
                    *c = digit;
                }
            }
        }
    }
    text.into_iter().collect()
}

fn survives(format: Format, name: &str, cuts: &[(usize, usize, u8)]) {
    let whole = file(name);
    let torn = File {
        text: torn(&whole.text, cuts),
        ..whole
    };
    if let Ok(imported) = import(format, &[torn], &Wishes::default()) {
        prove(&imported);
    }
}

fn cuts() -> impl Strategy<Value = Vec<(usize, usize, u8)>> {
    prop::collection::vec((any::<usize>(), 0..400usize, any::<u8>()), 0..12)
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 64, ..ProptestConfig::default() })]

    #[test]
    fn torn_tables(cuts in cuts(), ugly in any::<bool>()) {
        survives(Format::FreePbx, if ugly { "ugly.sql" } else { "northwind.sql" }, &cuts);
    }

    #[test]
    fn torn_dialplans(cuts in cuts()) {
        survives(Format::FreePbx, "generated.conf", &cuts);
    }

    #[test]
    fn torn_flows(cuts in cuts(), ugly in any::<bool>()) {
        survives(Format::Studio, if ugly { "ugly-flow.json" } else { "empfang.json" }, &cuts);
    }

    /// Cut text is seldom JSON: here whole names and values change places.
    #[test]
    fn flows_of_other_ways(swaps in prop::collection::vec((any::<usize>(), any::<usize>()), 0..40)) {
        let whole = file("ugly-flow.json");
        let mut words: Vec<&str> = whole.text.split('"').collect();
        let names: Vec<usize> = (1..words.len()).step_by(2).collect();
        for (a, b) in swaps {
            let (a, b) = (names[a % names.len()], names[b % names.len()]);
            words[a] = words[b];
        }
        let text = words.join("\"");
        let torn = File { text, ..whole.clone() };
        if let Ok(imported) = import(Format::Studio, &[torn], &Wishes::default()) {
            prove(&imported);
        }
    }

    #[test]
    fn any_text(text in "\\PC{0,400}") {
        for format in [Format::FreePbx, Format::Studio] {
            let file = File { name: "any".to_owned(), text: text.clone() };
            let _ = import(format, &[file], &Wishes::default());
        }
    }
}
