//! Menus of other systems: the files beside this one, and what becomes of them, `NAME.txt`. With
//! `ZEROLINE_RETELL=1` those are written anew, to be read before they are committed.

mod hostile;

use std::path::{Path, PathBuf};
use std::time::Duration;

use zeroline::check::{self, Overflow, Queue};
use zeroline::cli::import::{ImportArgs, System, run};
use zeroline::ids::{Language, PromptName, QueueName};
use zeroline::import::report::{self, Imported};
use zeroline::import::{File, Format, Wishes, import};
use zeroline::menu::load::{Known, PromptFacts, load_all};
use zeroline::menu::system;

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/import")
}

fn file(name: &str) -> File {
    let text = std::fs::read_to_string(folder().join(name)).expect(name);
    File {
        name: name.to_owned(),
        text,
    }
}

/// What the server knows by itself, and what the report told the operator to do; nothing else.
fn known(imported: &Imported) -> Known {
    let mut known = Known {
        voiceless: true,
        ..Known::default()
    };
    for tag in ["en", "de", "da", "nb"] {
        for name in system::all() {
            let text = match name.as_str() {
                "sys-zero" => "To speak to a person, press zero.",
                "sys-zero-hash" => "For a person press zero and then hash.",
                "sys-last-try" => "Press a key, or zero for a person. Press zero.",
                "sys-moh" | "sys-ringback" => "",
                _ => "Some words.",
            };
            let facts = PromptFacts {
                transcript: Some(text.to_owned()),
                length: Some(Duration::from_secs(2)),
            };
            let prompts = known.prompts.entry(Language::new(tag)).or_default();
            prompts.insert(PromptName::new(name), facts);
        }
    }
    known.trunk = imported.lines.iter().any(|l| !l.todo.outside.is_empty());
    for line in &imported.lines {
        known
            .queues
            .extend(line.todo.queues.keys().map(QueueName::new));
        for prompts in known.prompts.values_mut() {
            let told = line.todo.prompts.keys().map(PromptName::new);
            prompts.extend(told.map(|name| (name, PromptFacts::default())));
        }
    }
    known
}

/// Loads and proves everything that was imported.
fn prove(imported: &Imported) {
    let known = known(imported);
    let lines = imported.lines.iter().map(|l| (&*l.file, &*l.text));
    let calendars = imported.calendars.iter().map(|c| (&*c.file, &*c.text));
    let lines = load_all(lines.chain(calendars), &known).unwrap_or_else(|mistakes| {
        let told: Vec<String> = mistakes.iter().map(ToString::to_string).collect();
        let texts: Vec<&str> = imported.lines.iter().map(|l| &*l.text).collect();
        panic!("{}\n{}", told.join("\n"), texts.join("\n"))
    });
    let told: Vec<&String> = lines.warnings.iter().map(|w| &w.what).collect();
    assert!(
        told.iter()
            .all(|w| !w.contains("nothing leads") && !w.contains("no trunk")),
        "{told:?}"
    );
    let queues: Vec<Queue> = known
        .queues
        .iter()
        .map(|name| Queue {
            name: name.clone(),
            max_wait: Duration::from_secs(300),
            overflow: vec![Overflow::Message],
        })
        .collect();
    let checked = check::check(&lines, &known.prompts, &queues);
    let told: Vec<String> = checked.findings.iter().map(ToString::to_string).collect();
    assert!(told.is_empty(), "{}", told.join("\n"));
}

/// Report and files as one text.
fn told(imported: &Imported) -> String {
    let mut out = report::text(imported);
    let lines = imported.lines.iter().map(|l| (&l.file, &l.text));
    let calendars = imported.calendars.iter().map(|c| (&c.file, &c.text));
    for (name, text) in lines.chain(calendars) {
        out.push_str(&format!("\n=== {name}\n{text}"));
    }
    out
}

#[test]
fn each_file_becomes_lines_that_load_and_keep_the_promise() {
    let retell = std::env::var_os("ZEROLINE_RETELL").is_some();
    let mut different = Vec::new();
    for (golden, format, files) in CASES {
        let files: Vec<File> = files.iter().map(|f| file(f)).collect();
        let imported = match import(*format, &files, &Wishes::default()) {
            Ok(imported) => imported,
            Err(e) => panic!("{golden}: {e:?}"),
        };
        prove(&imported);
        let told = told(&imported);
        let path = folder().join(format!("{golden}.txt"));
        if retell {
            std::fs::write(&path, &told).expect("the text");
        }
        if std::fs::read_to_string(&path).unwrap_or_default() != told {
            different.push(format!("{golden}:\n{told}"));
        }
    }
    assert!(different.is_empty(), "{}", different.join("\n"));
}

/// Golden text, format, files.
const CASES: &[(&str, Format, &[&str])] = &[
    ("northwind-tables", Format::FreePbx, &["northwind.sql"]),
    ("generated", Format::FreePbx, &["generated.conf"]),
    ("ugly-tables", Format::FreePbx, &["ugly.sql"]),
    ("support-flow", Format::Studio, &["support-flow.json"]),
    ("empfang", Format::Studio, &["empfang.json"]),
    ("ugly-flow", Format::Studio, &["ugly-flow.json"]),
    (
        "switchboard",
        Format::VoiceXml,
        &["welcome.vxml", "account.vxml"],
    ),
    ("ansage", Format::VoiceXml, &["ansage.vxml"]),
    ("ugly-document", Format::VoiceXml, &["ugly.vxml"]),
];

fn asked(system: System, files: &[PathBuf], into: Option<PathBuf>) -> ImportArgs {
    ImportArgs {
        format: system,
        files: files.to_vec(),
        into,
        force: false,
        human: None,
        language: None,
        json: false,
    }
}

#[test]
fn nothing_is_written_over_unless_that_is_asked_for() {
    let dir = tempfile::tempdir().expect("a scratch folder");
    let files = [folder().join("generated.conf")];
    let mut asked = asked(System::Freepbx, &files, Some(dir.path().to_owned()));
    run(&asked).expect("first");
    let own: Vec<PathBuf> = std::fs::read_dir(dir.path())
        .expect("the folder")
        .map(|e| e.expect("an entry").path())
        .collect();
    assert!(own.len() > 1, "{own:?}");
    let first = own.first().expect("a file");
    std::fs::write(first, "mine").expect("scratch");
    let wrong = run(&asked).expect_err("they are there");
    assert_eq!(wrong.len(), own.len(), "{wrong:?}");
    assert!(wrong.iter().all(|w| w.contains("--force")), "{wrong:?}");
    assert_eq!(std::fs::read_to_string(first).expect("it"), "mine");
    asked.force = true;
    run(&asked).expect("by force");
    assert_ne!(std::fs::read_to_string(first).expect("it"), "mine");
}

#[test]
fn all_files_that_can_not_be_read_are_told_at_once() {
    let dir = tempfile::tempdir().expect("a scratch folder");
    let cut = dir.path().join("cut.sql");
    std::fs::write(&cut, "INSERT INTO ivr_details (id) VALUES ('1").expect("scratch");
    let bare = dir.path().join("bare.sql");
    std::fs::write(&bare, "INSERT INTO ivr_details VALUES (1,2)").expect("scratch");
    let wrong = run(&asked(System::Freepbx, &[cut, bare], None)).expect_err("both are wrong");
    assert_eq!(wrong.len(), 2, "{wrong:?}");
    let told = wrong.join("\n");
    assert!(
        told.contains("cut.sql:1: a text that does not end"),
        "{told}"
    );
    assert!(told.contains("--complete-insert"), "{told}");
    // Of a device nobody knows the size beforehand.
    let endless = [PathBuf::from("/dev/zero")];
    let wrong = run(&asked(System::Freepbx, &endless, None)).expect_err("it does not end");
    assert!(wrong.join("").contains("larger than 64 MiB"), "{wrong:?}");
    let gone = [dir.path().join("gone.sql"), dir.path().join("gone.conf")];
    let wrong = run(&asked(System::Freepbx, &gone, None)).expect_err("neither is there");
    assert_eq!(wrong.len(), 2, "{wrong:?}");
}

#[test]
fn the_report_is_json_as_well() {
    let files = [folder().join("northwind.sql")];
    let json = run(&ImportArgs {
        json: true,
        human: Some("reception".to_owned()),
        ..asked(System::Freepbx, &files, None)
    });
    let json: serde_json::Value = serde_json::from_str(&json.expect("a report")).expect("JSON");
    let line = &json["lines"][0];
    assert_eq!(line["human"], "reception");
    assert!(line["todo"]["queues"]["reception"].is_array(), "{line}");
    let found = line["findings"].as_array().expect("findings");
    let silence = found.iter().find(|f| f["fault"] == "silence-hangs-up");
    let silence = silence.expect("silence ended calls");
    assert_eq!(silence["call"], "answer → silence ×3 → hang-up");
    assert!(silence["at"]["line"].as_u64() > Some(1), "{silence}");
}
