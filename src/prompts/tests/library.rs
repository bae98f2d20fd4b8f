//! The embedded prompts are whole, and bad files are told.

use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::Duration;

use super::super::cache::Cache;
use super::super::*;
use super::*;
use crate::menu::load::{self, Known, load_all};
use crate::menu::say;
use crate::menu::system;
use crate::sdp::plan::Codec;

const ALL: [&str; 4] = ["en", "de", "da", "nb"];

#[test]
fn the_embedded_recordings_are_those_that_have_transcripts_and_small_together() {
    for language in ALL {
        let texts = embedded::transcripts(language).unwrap();
        let texts = transcripts::read_toml(texts).unwrap();
        let told: BTreeSet<&str> = texts.iter().map(|(name, _)| name.as_str()).collect();
        let there: BTreeSet<&str> = embedded::recordings(language).map(|r| r.name).collect();
        assert_eq!(there.len(), embedded::recordings(language).count());
        let odd: Vec<_> = told.symmetric_difference(&there).collect();
        assert_eq!(odd, Vec::<&&str>::new(), "{language}: prompts/speech.sh");
    }
    let bytes: usize = embedded::RECORDINGS.iter().map(|r| r.bytes.len()).sum();
    assert!(bytes < 25_000_000, "{bytes}");
}

/// No program and no server.
fn nobody() -> Speech {
    Speech::new(Vec::new(), Cache::new(Path::new("no-such-cache")))
}

/// Brings the words of values.
fn read_values(library: &mut PromptLibrary, language: &Language) {
    let known = say::Language::from_tag(language.as_str()).unwrap();
    let values = say::vocabulary(known).into_iter();
    let values: Vec<_> = values.map(|f| (f.name, f.text)).collect();
    // What no line reads waits.
    assert!(library.get(language, &prompt("say-thousand")).is_none());
    let told = library.speak_named(language, values, &nobody(), None);
    assert_eq!(told, Ok(()), "{language}");
}

#[test]
fn no_engine_is_needed_for_the_server_the_values_and_the_demo_line() {
    let (mut library, mistakes) = PromptLibrary::read(None, &names(&ALL), &[]);
    assert_eq!(mistakes, Vec::new());
    for language in names(&ALL) {
        read_values(&mut library, &language);
        let known = say::Language::from_tag(language.as_str()).unwrap();
        let values = say::vocabulary(known).into_iter().map(|f| f.name);
        let own = system::all().into_iter().map(PromptName::new);
        for name in own.chain(values) {
            assert!(library.get(&language, &name).is_some(), "{language} {name}");
        }
        for (name, facts) in library.facts(&language) {
            let tones = [system::BEEP, system::MUSIC, system::RINGBACK, "say-pause"];
            let silent = tones.contains(&name.as_str());
            assert_eq!(facts.transcript.is_none(), silent, "{language} {name}");
            assert!(
                facts.length > Some(Duration::from_millis(80)),
                "{language} {name}"
            );
        }
    }
}

#[test]
fn the_demo_line_loads_without_a_warning_and_without_an_engine() {
    let (mut library, _) = PromptLibrary::read(None, &names(&ALL), &[]);
    for language in names(&ALL) {
        read_values(&mut library, &language);
    }
    let known = |library: &PromptLibrary| Known {
        language: "en".into(),
        prompts: names(&ALL)
            .into_iter()
            .map(|l| (l.clone(), library.facts(&l).clone()))
            .collect(),
        queues: [crate::ids::QueueName::new("support")].into(),
        trunk: true,
        ..Known::default()
    };
    let (texts, reads) = load::texts(embedded::DEMO.iter().copied(), &known(&library));
    assert_eq!(reads.len(), ALL.len(), "values are read in {reads:?}");
    let texts: Vec<Text> = texts
        .into_iter()
        .map(|t| Text {
            place: format!("{}:{}", t.file, t.line),
            language: t.language,
            text: t.text,
        })
        .collect();
    let missing = library.promise(&texts, &nobody());
    assert_eq!(missing, Ok(()), "prompts/speech.sh speaks them");
    // Nothing is spoken in vain either.
    let said: BTreeSet<PromptName> = texts.iter().map(Text::name).collect();
    let spoken = embedded::RECORDINGS.iter().map(|r| r.name);
    for name in spoken.filter(|name| name.starts_with("text-")) {
        assert!(said.contains(&PromptName::new(name)), "{name} is not said");
    }
    let known = known(&library);
    let lines = load_all(embedded::DEMO.iter().copied(), &known).unwrap_or_else(|m| {
        let told: Vec<String> = m.iter().map(ToString::to_string).collect();
        panic!("{}", told.join("\n"))
    });
    assert!(lines.warnings.is_empty(), "{:?}", lines.warnings);
    let line = lines.by_number("100").unwrap();
    for (language, name) in line.prompts() {
        let language = line.language(language).unwrap();
        assert!(library.get(language, name).is_some(), "{language} {name}");
    }
}

#[test]
fn what_is_encoded_is_as_long_as_the_recording() {
    let dir = tempfile::tempdir().unwrap();
    std::fs::create_dir(dir.path().join("xx")).unwrap();
    let float = hound::WavSpec {
        sample_format: hound::SampleFormat::Float,
        ..spec(2, 48_000, 32)
    };
    for (name, spec) in [
        ("plain", spec(1, 8000, 16)),
        ("wide", spec(2, 44_100, 24)),
        ("bytes", spec(1, 16_000, 8)),
        ("float", float),
    ] {
        let bytes = wav(spec, spec.sample_rate);
        std::fs::write(dir.path().join(format!("xx/{name}.wav")), bytes).unwrap();
    }
    let library = PromptLibrary::load(Some(dir.path()), &names(&["xx"]), &Codec::ALL).unwrap();
    // And the three without words.
    assert_eq!(library.len(), 7);
    for name in ["plain", "wide", "bytes", "float"] {
        let prompt = library.get(&"xx".into(), &PromptName::new(name)).unwrap();
        assert_eq!(prompt.duration, Duration::from_secs(1), "{name}");
        for codec in Codec::ALL {
            assert_eq!(prompt.encoded(codec).unwrap().len(), 50, "{name} {codec:?}");
        }
    }
}

#[test]
fn a_folder_lies_over_the_embedded_prompts() {
    let dir = tempfile::tempdir().unwrap();
    std::fs::create_dir(dir.path().join("en")).unwrap();
    std::fs::write(
        dir.path().join("en/sys-zero.wav"),
        wav(spec(1, 8000, 16), 800),
    )
    .unwrap();
    let text = "sys-zero = \"Zero it is\"\n";
    std::fs::write(dir.path().join("en/transcripts.toml"), text).unwrap();
    let library = PromptLibrary::load(Some(dir.path()), &names(&["en"]), &[]).unwrap();
    let facts = &library.facts(&"en".into())[&PromptName::new("sys-zero")];
    assert_eq!(facts.length, Some(Duration::from_millis(100)));
    assert_eq!(facts.transcript.as_deref(), Some("Zero it is"));
    assert!(
        library
            .get(&"en".into(), &PromptName::new("sys-moh"))
            .is_some()
    );
}

#[test]
fn bad_files_are_told_all_at_once() {
    let dir = tempfile::tempdir().unwrap();
    let put = |name: &str, bytes: &[u8]| {
        std::fs::create_dir_all(dir.path().join("xx")).unwrap();
        std::fs::write(dir.path().join("xx").join(name), bytes).unwrap();
    };
    let good = wav(spec(1, 8000, 16), 8000);
    put("a-text.wav", b"hello");
    put("b-cut.wav", &good[..4000]);
    put("c-six.wav", &wav(spec(6, 8000, 16), 80));
    put("d-slow.wav", &wav(spec(1, 4000, 16), 80));
    put("e-empty.wav", &wav(spec(1, 8000, 16), 0));
    let mut endless = good.clone();
    endless[40..44].copy_from_slice(&0x7fff_fff0_u32.to_le_bytes());
    put("f-endless.wav", &endless);
    put("g name.wav", &good);
    put("h.mp3", b"ID3");
    put("i.gsm", b"x");
    put("transcripts.toml", b"a = b = c");
    let mistakes = PromptLibrary::load(Some(dir.path()), &names(&["xx"]), &[]).unwrap_err();
    let folder = dir.path().join("xx/").display().to_string();
    let mut told: Vec<String> = mistakes
        .iter()
        .map(|m| {
            m.to_string()
                .replace(&folder, "")
                .lines()
                .next()
                .unwrap()
                .to_owned()
        })
        .collect();
    told.sort();
    assert_eq!(
        told,
        [
            "a-text.wav: not a sound file of a form that is known here; give WAV, MP3, FLAC or Ogg \
             Vorbis",
            "b-cut.wav: the file ends before its header says: Failed to read enough bytes.; copy \
             or export it again",
            "c-six.wav: 6 channels; prompts are mono; convert it: sox old.wav -b 16 -r 16000 -c 1 \
             new.wav",
            "d-slow.wav: 4000 samples per second; convert it: sox old.wav -b 16 -r 16000 -c 1 \
             new.wav",
            "e-empty.wav: there is no sound in it; record it again",
            "f-endless.wav: its header promises more than 600 seconds; cut it, or if it is short, \
             write its header anew: sox old.wav new.wav",
            "g name.wav: menus could not name this prompt; call the file by letters, digits, - \
             and _",
            "h.mp3: not a sound file of a form that is known here; give WAV, MP3, FLAC or Ogg Vorbis",
            "i.gsm: gsm is not taken; convert it to WAV: sox i.gsm -r 16000 i.wav",
            "transcripts.toml: not well-formed TOML: TOML parse error at line 1, column 7",
        ]
    );
}

#[test]
fn a_missing_folder_or_language_is_told() {
    let told = |dir: Option<&Path>, language: &str| {
        PromptLibrary::load(dir, &names(&[language]), &[]).unwrap_err()[0].to_string()
    };
    assert_eq!(
        told(None, "fr"),
        "prompts: no prompts of the language `fr` are built in; set prompts.dir to a folder that \
         has them"
    );
    assert!(told(Some(Path::new("no-such")), "de").starts_with("no-such/de: can not be read"));
    // German is built in, so that a folder of other languages is enough.
    let dir = tempfile::tempdir().unwrap();
    let german = PromptLibrary::load(Some(dir.path()), &names(&["de"]), &[]).unwrap();
    assert!(german.get(&"de".into(), &prompt("sys-zero")).is_some());
    assert!(german.unspoken(&"de".into()).is_empty());
    assert!(told(Some(dir.path()), "fr").contains("/fr: can not be read"));
}

#[test]
fn languages_do_not_mix() {
    let dir = tempfile::tempdir().unwrap();
    put(dir.path(), "cs/welcome.wav", tone(RIGHT));
    put(dir.path(), "cs/transcripts.toml", "welcome = \"Vítejte\"\n");
    put(
        dir.path(),
        "da/welcome.mp3",
        include_bytes!("../ingest/fixtures/voice.mp3"),
    );
    put(dir.path(), "da/sys-moh.wav", tone(RIGHT));
    put(dir.path(), "README", "no language");
    assert_eq!(languages(dir.path()), names(&["cs", "da"]));
    let all = names(&["cs", "en", "da", "cs"]);
    put(
        dir.path(),
        "en/own.flac",
        include_bytes!("../ingest/fixtures/voice.flac"),
    );
    let library = PromptLibrary::load(Some(dir.path()), &all, &[Codec::Pcmu]).unwrap();
    let known: Vec<&str> = library.languages().map(Language::as_str).collect();
    assert_eq!(known, ["cs", "da", "en"]);
    let [cs, en, da, _] = all.as_slice() else {
        unreachable!()
    };
    let ms = |language: &Language, name: &str| {
        library
            .get(language, &prompt(name))
            .map(|p| p.duration.as_millis())
    };
    assert_eq!(ms(cs, "welcome"), Some(1000));
    assert!(ms(da, "welcome").is_some_and(|ms| (1780..1830).contains(&ms)));
    assert_eq!((ms(en, "welcome"), ms(cs, "own")), (None, None));
    assert!(ms(en, "sys-zero").is_some() && ms(cs, "sys-zero").is_none());
    let text = library.facts(cs)[&prompt("welcome")].transcript.as_deref();
    assert_eq!(text, Some("Vítejte"));
    // Music and tone have no words: they are there in every language, but one's own come first.
    let music = |l: &Language| Arc::clone(library.get(l, &prompt("sys-moh")).unwrap());
    assert!(Arc::ptr_eq(&music(cs), &music(en)) && music(cs).encoded(Codec::Pcmu).is_some());
    assert_eq!(ms(da, "sys-moh"), Some(1000));
    assert!(library.facts(&"fr".into()).is_empty());
    let by_language = library.into_prompts();
    assert!(by_language[cs].contains_key(&prompt("sys-beep")));
}

#[test]
fn an_asterisk_folder_is_a_prompt_folder() {
    let dir = tempfile::tempdir().unwrap();
    let d = dir.path();
    put(d, "en/digits/1.ulaw", [0x80; 800]);
    put(d, "en/digits/1.alaw", [0x80; 1600]);
    put(d, "en/digits/1.gsm", [0; 33]);
    put(d, "en/hello.sln", [1, 2].repeat(4000));
    put(d, "en/hello.sln16", [1, 2].repeat(32_000));
    put(d, "en/only.gsm", [0; 33]);
    put(d, "en/letters/a.WAV", tone(RIGHT));
    put(d, "en/.being-written-1-1", "x");
    put(
        d,
        "en/core-sounds-en.txt",
        "; list\nhello: Hello there\ndigits/1: one\n",
    );
    let (library, mistakes) = PromptLibrary::read(Some(d), &names(&["en"]), &[]);
    assert_eq!(
        told(d, &mistakes),
        ["en/only.gsm: gsm is not taken; convert it to WAV: sox only.gsm -r 16000 only.wav"]
    );
    let en = Language::new("en");
    let ms = |name: &str| {
        library
            .get(&en, &prompt(name))
            .map(|p| p.duration.as_millis())
    };
    assert_eq!(ms("digits/1"), Some(200), "A-law before µ-law");
    assert_eq!(ms("hello"), Some(2000), "the wider one");
    assert_eq!(ms("letters/a"), Some(1000));
    let facts = library.facts(&en);
    assert_eq!(
        facts[&prompt("digits/1")].transcript.as_deref(),
        Some("one")
    );
    assert_eq!(
        facts[&prompt("hello")].transcript.as_deref(),
        Some("Hello there")
    );
}

#[test]
fn recordings_that_sound_wrong_are_doubted_and_played_as_they_are() {
    let dir = tempfile::tempdir().unwrap();
    put(dir.path(), "xx/right.wav", tone(RIGHT));
    put(dir.path(), "xx/soft.wav", tone(0.02));
    put(dir.path(), "xx/loud.wav", tone(0.6));
    let silent = master_wav::encode(&Master {
        samples: vec![0; 8000],
        rate: 8000,
    });
    put(dir.path(), "xx/silence.wav", silent);
    let library = PromptLibrary::load(Some(dir.path()), &names(&["xx"]), &[Codec::Pcmu]).unwrap();
    assert_eq!(
        library.doubts(),
        [
            "warning: prompts too soft, too loud or clipped: 2 of xx `loud`, `soft`; see `zeroline \
          prompts`"
        ]
    );
    let loudest = |name: &str| {
        let prompt = library.get(&"xx".into(), &prompt(name)).unwrap().clone();
        let payloads = Arc::clone(&prompt.encoded(Codec::Pcmu).unwrap().payloads);
        let samples = payloads
            .iter()
            .map(|&b| crate::media::codec::ulaw_decode(b));
        f64::from(samples.max().unwrap()) / 32_768.0
    };
    assert!((loudest("loud") - 0.6).abs() < 0.03 && (loudest("soft") - 0.02).abs() < 0.002);
    assert!(
        PromptLibrary::load(None, &names(&ALL), &[])
            .unwrap()
            .doubts()
            .is_empty()
    );
}
