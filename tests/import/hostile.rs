//! Files that nobody wrote for us: whatever is in them, there is a clear refusal or lines that
//! load.

use proptest::prelude::*;
use zeroline::import::report;
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
    #![proptest_config(ProptestConfig { cases: 64, failure_persistence: None, ..ProptestConfig::default() })]

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
    fn torn_documents(cuts in cuts(), ugly in any::<bool>()) {
        survives(Format::VoiceXml, if ugly { "ugly.vxml" } else { "account.vxml" }, &cuts);
    }

    /// Elements that change places: well-formed as often as not.
    #[test]
    fn documents_of_other_ways(swaps in prop::collection::vec((any::<usize>(), any::<usize>()), 0..30)) {
        let whole = file("ugly.vxml");
        let mut lines: Vec<&str> = whole.text.lines().collect();
        let inner = lines.len() - 2;
        for (a, b) in swaps {
            lines.swap(1 + a % inner, 1 + b % inner);
        }
        let torn = File { text: lines.join("\n"), ..whole.clone() };
        if let Ok(imported) = import(Format::VoiceXml, &[torn], &Wishes::default()) {
            prove(&imported);
        }
    }

    #[test]
    fn any_text(text in "\\PC{0,400}") {
        for format in [Format::FreePbx, Format::Studio, Format::VoiceXml] {
            let file = File { name: "any".to_owned(), text: text.clone() };
            let _ = import(format, &[file], &Wishes::default());
        }
    }
}

/// Small files that would become large, or deep.
#[test]
fn bombs_do_not_go_off() {
    let refused = |format: Format, text: String| {
        let file = File {
            name: "bomb".to_owned(),
            text,
        };
        let told = import(format, &[file], &Wishes::default()).expect_err("refused");
        told.iter().map(ToString::to_string).collect::<String>()
    };
    let entities =
        "<!DOCTYPE vxml [<!ENTITY a \"aaaa\"><!ENTITY b \"&a;&a;&a;\">]>\n<vxml>&b;</vxml>";
    let told = refused(Format::VoiceXml, entities.to_owned());
    assert!(told.contains("definitions of its own"), "{told}");
    for open in ["<a>", "<a b='/>'>"] {
        refused(Format::VoiceXml, format!("<vxml>{}", open.repeat(200_000)));
    }
    refused(Format::VoiceXml, "<".repeat(1 << 20));
    refused(Format::Studio, "[".repeat(1 << 20));
    refused(Format::FreePbx, "(".repeat(1 << 20));
    let rows = "(1),".repeat(30_000);
    let told = refused(
        Format::FreePbx,
        format!("INSERT INTO ivr_details (id) VALUES {rows}(2);"),
    );
    assert!(told.contains("more than"), "{told}");
    let words = |n: usize| {
        let next = n + 1;
        format!(
            "{{\"name\":\"s{n}\",\"type\":\"say-play\",\"transitions\":\
             [{{\"event\":\"audioComplete\",\"next\":\"s{next}\"}}],\"properties\":{{\"say\":\"x\"}}}}"
        )
    };
    let states: Vec<String> = (0..100_000).map(words).collect();
    let told = refused(
        Format::Studio,
        format!(
            "{{\"initial_state\":\"t\",\"states\":[{{\"name\":\"t\",\"type\":\"trigger\",\
             \"transitions\":[{{\"event\":\"incomingCall\",\"next\":\"s0\"}}]}},{}]}}",
            states.join(",")
        ),
    );
    assert!(told.contains("more than 5000 steps"), "{told}");
    let options = "<option dtmf='1'>a</option>".repeat(50_000);
    let unknown: String = (0..50_000).map(|n| format!("<a{n}/>")).collect();
    let many = File {
        name: "options".to_owned(),
        text: format!(
            "<vxml><form><field name='f'>{options}<filled>{unknown}</filled></field></form></vxml>"
        ),
    };
    import(Format::VoiceXml, &[many], &Wishes::default()).expect("one menu");
    let menus = "<menu id='m'><choice dtmf='1' next='#m'/></menu>".repeat(6_000);
    let many = File {
        name: "many".to_owned(),
        text: format!("<vxml>{menus}</vxml>"),
    };
    // All have the same name, so one is a line and the others are listed.
    let told = import(Format::VoiceXml, &[many], &Wishes::default()).expect("one menu");
    assert_eq!((told.lines.len(), told.unmapped.len()), (1, 5_999));
}

/// What the report shows goes to a terminal, which is not to be steered by a file.
#[test]
fn the_report_holds_no_control_characters() {
    let named = file("support-flow.json");
    let text = named.text.replace("menu", "me\\u001b[2Jn\\nu");
    let named = File { text, ..named };
    let imported = import(Format::Studio, &[named], &Wishes::default()).expect("lines");
    let told = report::text(&imported);
    assert!(told.contains("me [2Jn u"), "{told}");
    let control = told.chars().find(|c| c.is_control() && *c != '\n');
    assert_eq!(control, None);
    prove(&imported);
}
