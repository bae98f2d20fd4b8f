//! Files that `zeroline prompts` writes.

use std::path::PathBuf;

use super::super::cache::Cache;
use super::super::commands::{Done, Into, import, prune, read_transcripts, render};
use super::super::ingest::{self, NARROW, level};
use super::super::*;
use super::engine::tests::server::{Answer, Server};
use super::*;
use crate::config::{SpeechEngine, SpeechEngineKind};

struct Desk {
    dir: tempfile::TempDir,
    _server: Server,
    speech: Speech,
}

fn desk() -> Desk {
    let dir = tempfile::tempdir().unwrap();
    let server = Server::new(Answer::Whole(tone(0.3)));
    let engine = SpeechEngine::of(SpeechEngineKind::Http {
        url: server.url("/"),
        model: "m".to_owned(),
        key: None,
    });
    let speech = Speech::new(vec![engine], Cache::new(dir.path().join("cache")));
    Desk {
        dir,
        _server: server,
        speech,
    }
}

impl Desk {
    fn at(&self, name: &str) -> PathBuf {
        self.dir.path().join(name)
    }

    fn render(&self, texts: &str, rate: u32, force: bool) -> Done {
        put(self.dir.path(), "texts.toml", texts);
        let named = read_transcripts(&self.at("texts.toml")).unwrap();
        let folder = self.at("de");
        let into = Into {
            folder: &folder,
            rate,
            force,
        };
        render(&self.speech, &"de".into(), &named, Some(into))
    }

    fn told(&self, done: &Done) -> Vec<String> {
        told(self.dir.path(), &[done.told.as_slice()].concat())
    }
}

#[test]
fn rendered_files_are_as_recorded_ones_and_recordings_are_kept() {
    let desk = desk();
    put(desk.dir.path(), "de/hello.wav", tone(RIGHT));
    let texts =
        "hello = \"Hallo\"\nbye = \"Auf Wiedersehen\"\n\"digits/1\" = \"eins\"\nsys-beep = \"\"\n";
    let done = desk.render(texts, WIDE, false);
    assert_eq!(done.mistakes, []);
    assert_eq!(
        desk.told(&done),
        [
            "kept de/hello.wav: it was not rendered here (--force replaces it)",
            "de: 3 spoken, 0 were in the cache; 2 written to de, 0 as they were",
        ]
    );
    let said = std::fs::read_to_string(desk.at("de/transcripts.toml")).unwrap();
    assert_eq!(said, "bye = \"Auf Wiedersehen\"\n\"digits/1\" = \"eins\"\n");
    let library = PromptLibrary::load(Some(desk.dir.path()), &names(&["de"]), &[]).unwrap();
    let facts = &library.facts(&"de".into())[&prompt("digits/1")];
    assert_eq!(facts.transcript.as_deref(), Some("eins"));
    assert!(library.doubts().is_empty(), "{:?}", library.doubts());

    // Nothing changes without a reason; what we rendered may change, and force is force.
    let again = desk.render(texts, WIDE, false).told.pop().unwrap();
    assert!(
        again.contains("0 spoken, 3 were in the cache; 0 written"),
        "{again}"
    );
    let done = desk
        .render("bye = \"Tschüss\"\n", WIDE, false)
        .told
        .pop()
        .unwrap();
    assert!(done.contains("1 spoken, 0 were in the cache"), "{done}");
    let said = std::fs::read_to_string(desk.at("de/transcripts.toml")).unwrap();
    assert!(said.starts_with("bye = \"Tschüss\"\n"), "{said}");
    let forced = desk
        .render("hello = \"Hallo\"\n", WIDE, true)
        .told
        .pop()
        .unwrap();
    assert!(forced.contains("1 written"), "{forced}");
}

#[test]
fn rendered_files_can_be_narrow() {
    let desk = desk();
    let done = desk.render("hello = \"Hallo\"\n", NARROW, false);
    assert_eq!(done.mistakes, []);
    let bytes = std::fs::read(desk.at("de/hello.wav")).unwrap();
    let sound = ingest::decode(&bytes).unwrap();
    assert_eq!((sound.rate, sound.samples.len() / 800), (8000, 10));
    let measured = level::measure(&sound.samples, sound.rate);
    assert!(
        (measured.loudness - level::TARGET).abs() < 0.6,
        "{measured:?}"
    );
    let again = desk
        .render("hello = \"Hallo\"\n", NARROW, false)
        .told
        .pop()
        .unwrap();
    assert!(again.contains("1 as they were"), "{again}");
}

#[test]
fn transcripts_that_can_not_be_used_are_told() {
    let dir = tempfile::tempdir().unwrap();
    let of = |text: &str| {
        put(dir.path(), "t.toml", text);
        told(
            dir.path(),
            &read_transcripts(&dir.path().join("t.toml")).unwrap_err(),
        )
    };
    assert_eq!(
        of("\"../x\" = \"a\"\n\"b c\" = \"d\"\n\"/etc/e\" = \"f\"\n").len(),
        3
    );
    assert!(of("a = b = c\n")[0].starts_with("t.toml: not well-formed TOML"));
    let missing = read_transcripts(&dir.path().join("none")).unwrap_err();
    assert!(told(dir.path(), &missing)[0].starts_with("none: can not be read"));
}

#[test]
fn imported_recordings_are_in_bounds_and_nothing_is_lost() {
    let dir = tempfile::tempdir().unwrap();
    let d = dir.path();
    put(d, "raw/soft.wav", wav(spec(2, 44_100, 24), 44_100));
    put(
        d,
        "raw/voice.ogg",
        include_bytes!("../ingest/fixtures/voice.ogg"),
    );
    put(d, "raw/over.wav", tone(3.0));
    put(d, "raw/a b.wav", tone(0.1));
    put(d, "raw/text.mp3", "no sound");
    put(
        d,
        "other/soft.flac",
        include_bytes!("../ingest/fixtures/voice.flac"),
    );
    put(d, "en/voice.wav", tone(RIGHT));
    let names = [
        "raw/soft.wav",
        "raw/voice.ogg",
        "raw/over.wav",
        "raw/a b.wav",
        "raw/text.mp3",
    ];
    let mut files: Vec<PathBuf> = names.map(|n| d.join(n)).into();
    files.push(d.join("other/soft.flac"));
    let folder = d.join("en");
    let into = |force| Into {
        folder: &folder,
        rate: WIDE,
        force,
    };
    let done = import(&files, into(false));
    assert_eq!(
        told(d, &done.told),
        [
            "en/soft.wav: 16000 Hz, -22.0 LUFS, was -7.9 LUFS",
            "en/over.wav: 16000 Hz, -22.0 LUFS, was -0.6 LUFS; it was clipped 1528 times: record \
             it again at a lower level",
        ]
    );
    let mistakes = told(d, &done.mistakes);
    assert_eq!(mistakes.len(), 4, "{mistakes:#?}");
    assert_eq!(
        mistakes[0],
        "raw/voice.ogg: en/voice.wav is there already; remove it, or replace it by --force"
    );
    assert!(mistakes[1].starts_with("raw/a b.wav: menus could not name this prompt"));
    assert!(
        mistakes[2].starts_with("raw/text.mp3: not a sound file"),
        "{}",
        mistakes[2]
    );
    assert!(mistakes[3].starts_with("other/soft.flac: another of these files is called soft"));
    assert_eq!(std::fs::read(d.join("en/voice.wav")).unwrap(), tone(RIGHT));
    assert_eq!(import(&files[1..2], into(true)).mistakes, []);
    // In place, and again: nothing more to do.
    let there = [d.join("en/soft.wav"), d.join("en/voice.wav")];
    let before = there.clone().map(|f| std::fs::read(f).unwrap());
    let done = import(&there, into(false));
    assert!(
        done.told.iter().all(|t| t.ends_with(": as it should be")),
        "{done:?}"
    );
    assert_eq!(there.map(|f| std::fs::read(f).unwrap()), before);
}

#[test]
fn the_cache_is_pruned_when_asked_only() {
    let desk = desk();
    put(desk.dir.path(), "cache/de/notes.txt", "mine");
    put(desk.dir.path(), "cache/de/mine.wav", "mine");
    let texts: Vec<(Language, String)> = ["Eins", "Zwei", "Drei"]
        .map(|t| ("de".into(), t.to_owned()))
        .into();
    assert!(desk.speech.make(&texts).iter().all(Result::is_ok));
    let listed = prune(&desk.speech, &texts[..1], false);
    let lines = desk.told(&listed);
    assert_eq!(lines.len(), 3, "{lines:?}");
    assert!(
        lines[..2]
            .iter()
            .all(|l| l.starts_with("cache/de/") && l.contains("http model=m"))
    );
    assert_eq!(lines[2], "2 unused; --remove removes them");
    assert_eq!(std::fs::read_dir(desk.at("cache/de")).unwrap().count(), 6);
    let removed = prune(&desk.speech, &texts[..1], true);
    assert_eq!(removed.told.last().map(String::as_str), Some("2 removed"));
    let index = std::fs::read_to_string(desk.at("cache/de/index.txt")).unwrap();
    assert_eq!((index.lines().count(), index.contains("Eins")), (1, true));
    let mut left: Vec<String> = std::fs::read_dir(desk.at("cache/de"))
        .unwrap()
        .map(|e| e.unwrap().file_name().into_string().unwrap())
        .collect();
    left.sort();
    assert_eq!(left.len(), 4);
    assert_eq!(left[1..], ["index.txt", "mine.wav", "notes.txt"]);
}
