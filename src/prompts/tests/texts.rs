//! Texts of menus: found, spoken, kept, or told.

use std::collections::BTreeSet;
use std::sync::Arc;

use super::super::cache::Cache;
use super::super::*;
use super::engine::tests::server::{Answer, Server};
use super::*;
use crate::config::{SpeechEngine, SpeechEngineKind};
use crate::menu::spoken::text_prompt;
use crate::sdp::plan::Codec;

fn text(language: &str, text: &str, line: usize) -> Text {
    Text {
        language: language.into(),
        text: text.to_owned(),
        place: format!("menus/a.yaml:{line}:5"),
    }
}

fn server_engine(server: &Server) -> SpeechEngine {
    SpeechEngine::of(SpeechEngineKind::Http {
        url: server.url("/"),
        model: "m".to_owned(),
        key: None,
    })
}

fn empty(dir: &Path, language: &str) -> PromptLibrary {
    std::fs::create_dir_all(dir.join(language)).unwrap();
    PromptLibrary::load(Some(dir), &names(&[language]), &[]).unwrap()
}

#[test]
fn a_text_is_spoken_once_and_kept() {
    let dir = tempfile::tempdir().unwrap();
    let server = Server::new(Answer::Whole(tone(0.3)));
    let cache = Cache::new(dir.path().join("cache"));
    let speech = Speech::new(vec![server_engine(&server)], cache.clone());
    let texts = [
        text("de", "Guten Tag.", 1),
        text("de", "  Guten\n Tag. ", 2),
        text("de", "Auf Wiederhören.", 3),
    ];
    let mut first = empty(dir.path(), "de");
    first.speak(&texts, &speech, &[Codec::Pcmu]).unwrap();
    assert_eq!(server.times(), 2);
    let de = Language::new("de");
    let name = text_prompt(&de, "Guten Tag.");
    assert_eq!(texts[1].name(), name);
    assert!(
        first
            .get(&de, &name)
            .unwrap()
            .encoded(Codec::Pcmu)
            .is_some()
    );
    let facts = first.facts(&de)[&name].clone();
    assert_eq!(facts.transcript.as_deref(), Some("Guten Tag."));
    let index = std::fs::read_to_string(dir.path().join("cache/de/index.txt")).unwrap();
    let mut lines: Vec<&str> = index
        .lines()
        .map(|l| l.split_once("  ").unwrap().1)
        .collect();
    lines.sort_unstable();
    let of = "http model=m voice=alloy speed=100";
    assert_eq!(
        lines,
        [
            format!("{of}  Auf Wiederhören."),
            format!("{of}  Guten Tag.")
        ]
    );

    // With the server gone, all is there, and without an engine it is not: whose would it be?
    drop(server);
    let mut again = empty(dir.path(), "de");
    again.speak(&texts, &speech, &[Codec::Pcmu]).unwrap();
    assert_eq!(again.facts(&de)[&name], facts);
    // Damaged ones are made again, or told.
    let key = speech.key(&de, "Guten Tag.").unwrap();
    put(
        dir.path(),
        &format!("cache/de/{}.wav", key.as_str()),
        "damaged",
    );
    assert_eq!(cache.find(&de, &key), None);
    let mistakes = empty(dir.path(), "de")
        .speak(&texts, &speech, &[])
        .unwrap_err();
    assert_eq!(mistakes.len(), 2, "{mistakes:?}");
}

#[test]
fn the_key_is_all_that_makes_the_sound() {
    let engine = SpeechEngine::espeak();
    let mut keys = BTreeSet::new();
    let mut add = |engine: &SpeechEngine, language: &str, text: &str| {
        let speech = Speech::new(vec![engine.clone()], Cache::new("unused"));
        keys.insert(speech.key(&language.into(), text).unwrap());
        keys.len()
    };
    assert_eq!(add(&engine, "en", "a"), 1);
    assert_eq!(add(&engine, "en", " a\n"), 1);
    assert_eq!(add(&engine, "en", "b"), 2);
    assert_eq!(add(&engine, "de", "a"), 3);
    let mut other = engine.clone();
    other.speed = 90;
    assert_eq!(add(&other, "en", "a"), 4);
    other = engine.clone();
    other.voices.insert("en".into(), "en-us".to_owned());
    assert_eq!(add(&other, "en", "a"), 5);
    // Another language's voice has no part in it.
    other = engine.clone();
    other.voices.insert("de".into(), "mb-de1".to_owned());
    assert_eq!(add(&other, "en", "a"), 5);
    other.kind = SpeechEngineKind::Espeak {
        program: "/opt/espeak-ng".into(),
        pitch: 42,
    };
    assert_eq!(add(&other, "en", "a"), 5);
    assert_eq!(add(&SpeechEngine::flite(), "en", "a"), 6);
}

#[test]
fn what_is_recorded_is_never_spoken() {
    let dir = tempfile::tempdir().unwrap();
    let en = Language::new("en");
    let named = text_prompt(&en, "By name.");
    put(dir.path(), &format!("en/{named}.wav"), tone(RIGHT));
    put(dir.path(), "en/hello.wav", tone(RIGHT));
    put(
        dir.path(),
        "en/transcripts.toml",
        "hello = \"Hello,  caller.\"\n",
    );
    let mut library = PromptLibrary::load(Some(dir.path()), &names(&["en"]), &[]).unwrap();
    let nobody = Speech::new(Vec::new(), Cache::new(dir.path().join("cache")));
    let texts = [text("en", "By name.", 1), text("en", "Hello, caller.", 2)];
    library.speak(&texts, &nobody, &[]).unwrap();
    let hello = library.get(&en, &texts[1].name()).unwrap();
    assert!(Arc::ptr_eq(
        hello,
        library.get(&en, &prompt("hello")).unwrap()
    ));
    let said = |name: &PromptName| library.facts(&en)[name].transcript.clone();
    assert_eq!(said(&named).as_deref(), Some("By name."));
    assert_eq!(said(&texts[1].name()).as_deref(), Some("Hello, caller."));
    assert!(!dir.path().join("cache").exists());
}

#[test]
fn each_text_that_can_not_be_had_is_told_with_its_place_and_the_remedy() {
    let dir = tempfile::tempdir().unwrap();
    let gone = SpeechEngine {
        languages: names(&["de"]),
        ..SpeechEngine::of(SpeechEngineKind::Espeak {
            program: "no-such-engine".into(),
            pitch: 42,
        })
    };
    let speech = Speech::new(vec![gone], Cache::new(dir.path().join("cache")));
    let texts = [
        text("de", "Willkommen.", 3),
        text("da", "Velkommen til vores meget lange hovedmenu.", 4),
        text("de", "Willkommen.", 9),
        text("de", "…", 10),
    ];
    let mut library = empty(dir.path(), "de");
    let mut mistakes = library.speak(&texts, &speech, &[]).unwrap_err();
    mistakes.sort_by(|a, b| a.file.cmp(&b.file));
    let de = texts[0].name();
    let da = texts[1].name();
    let missing = "“Willkommen.” can not be spoken: the speech engine `no-such-engine` is not \
                   installed; install it (apt install no-such-engine), name another in \
                   [[prompts.engines]], or record the text as";
    assert_eq!(
        told(dir.path(), &mistakes),
        [
            "menus/a.yaml:10:5: “…” can not be spoken: there is nothing in the text that can be \
             spoken; write words"
                .to_owned(),
            format!("menus/a.yaml:3:5: {missing} de/{de}.wav in the prompt folder"),
            format!(
                "menus/a.yaml:4:5: “Velkommen til vores meget lange hovedmen…” can not be spoken: \
                 no speech engine speaks da; set one in [[prompts.engines]], or record the text \
                 as da/{da}.wav in the prompt folder"
            ),
            format!("menus/a.yaml:9:5: {missing} de/{de}.wav in the prompt folder"),
        ]
    );
    // Without asking, the engine may be believed; a language that nobody speaks may not.
    let mistakes = empty(dir.path(), "de")
        .promise(&texts, &speech)
        .unwrap_err();
    let places: Vec<&str> = mistakes.iter().map(|m| m.file.as_str()).collect();
    assert_eq!(places, ["menus/a.yaml:4:5", "menus/a.yaml:10:5"]);
}

#[test]
fn a_check_asks_nobody_and_writes_nothing() {
    let dir = tempfile::tempdir().unwrap();
    let server = Server::new(Answer::Whole(tone(0.3)));
    let cache = Cache::new(dir.path().join("cache"));
    let speech = Speech::new(vec![server_engine(&server)], cache);
    let texts = [text("de", "Eins.", 1), text("de", "Zwei.", 2)];
    empty(dir.path(), "de")
        .speak(&texts[..1], &speech, &[])
        .unwrap();
    assert_eq!(server.times(), 1);
    let mut library = empty(dir.path(), "de");
    library.promise(&texts, &speech).unwrap();
    let facts = library.facts(&"de".into());
    assert!(facts[&texts[0].name()].length.is_some());
    let second = &facts[&texts[1].name()];
    assert_eq!(
        (second.transcript.as_deref(), second.length),
        (Some("Zwei."), None)
    );
    assert_eq!(server.times(), 1);
}

#[test]
fn an_engine_that_is_gone_is_not_asked_for_every_text() {
    let dir = tempfile::tempdir().unwrap();
    let server = Server::new(Answer::Never);
    let mut engine = server_engine(&server);
    engine.timeout = std::time::Duration::from_millis(200);
    let speech = Speech::new(vec![engine], Cache::new(dir.path().join("cache")));
    let texts: Vec<Text> = (0..60)
        .map(|i| text("de", &format!("Text {i}"), i))
        .collect();
    let mistakes = empty(dir.path(), "de")
        .speak(&texts, &speech, &[])
        .unwrap_err();
    assert_eq!(mistakes.len(), 60);
    assert!(
        mistakes
            .iter()
            .all(|m| m.what.contains("nothing whole within 200ms"))
    );
    assert!(server.times() <= 12, "{}", server.times());
}

/// The call's tasks may reload prompts while they run.
#[tokio::test]
async fn texts_are_spoken_from_within_a_runtime_too() {
    let dir = tempfile::tempdir().unwrap();
    let server = Server::new(Answer::Whole(tone(0.3)));
    let cache = Cache::new(dir.path().join("cache"));
    let speech = Speech::new(vec![server_engine(&server)], cache);
    let texts = [text("de", "Eins.", 1)];
    empty(dir.path(), "de").speak(&texts, &speech, &[]).unwrap();
}

#[test]
fn several_writers_leave_whole_files() {
    let dir = tempfile::tempdir().unwrap();
    let cache = Cache::new(dir.path());
    let de = Language::new("de");
    std::thread::scope(|scope| {
        for t in 0..4 {
            let (cache, de) = (&cache, &de);
            scope.spawn(move || {
                for i in 0..25 {
                    let text = format!("Text {i}");
                    let key = cache::Key::new("x", de, &text);
                    let master = Master {
                        samples: vec![i as i16 + 1; 3000 + t],
                        rate: WIDE,
                    };
                    cache.keep(de, &key, "x", &text, &master).unwrap();
                    let found = cache.find(de, &key).expect("whole");
                    assert!(found.samples.iter().all(|&s| s == i as i16 + 1));
                }
            });
        }
    });
    let index = std::fs::read_to_string(dir.path().join("de/index.txt")).unwrap();
    assert_eq!(index.lines().count(), 100);
    assert!(
        index.lines().all(|l| l.contains(".wav  x  Text ")),
        "{index}"
    );
    assert_eq!(
        std::fs::read_dir(dir.path().join("de")).unwrap().count(),
        26
    );
}
