//! Real engines where they are installed, and engines that do whatever they like.

use std::time::Duration;

use super::*;
use crate::prompts::ingest::level::{PEAK, TARGET};
use server::{Answer, Server};

pub mod server;

fn run<T>(work: impl Future<Output = T>) -> T {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build();
    runtime.unwrap().block_on(work)
}

fn ask(engine: &SpeechEngine, language: &str, text: &str) -> Result<Master, EngineError> {
    let language = Language::new(language);
    let text = speakable(text).unwrap();
    run(async { speak(engine, &HttpClient::new().unwrap(), &language, &text).await })
}

#[track_caller]
fn good(engine: &SpeechEngine, language: &str, text: &str) -> Master {
    let master = ask(engine, language, text).unwrap_or_else(|e| panic!("{language}: {e}"));
    let floats: Vec<f32> = master
        .samples
        .iter()
        .map(|&s| f32::from(s) / 32_768.0)
        .collect();
    let level = level::measure(&floats, master.rate);
    assert!(level.peak <= PEAK, "{language}: {level:?}");
    let right = (level.loudness - TARGET).abs() < 0.6 || level.peak > PEAK - 0.1;
    assert!(right, "{language}: {level:?}");
    master
}

/// A program of the test's own in place of espeak-ng: the shell reads the script whose name it
/// is given where espeak-ng takes a voice (`sh -v SCRIPT …`).
fn script(folder: &std::path::Path, text: &str) -> SpeechEngine {
    let file = folder.join("engine.sh");
    std::fs::write(&file, text).unwrap();
    SpeechEngine {
        voices: [("en".into(), file.display().to_string())].into(),
        ..SpeechEngine::of(SpeechEngineKind::Espeak {
            program: "/bin/sh".into(),
            pitch: 42,
        })
    }
}

fn http(server: &Server) -> SpeechEngine {
    SpeechEngine::of(SpeechEngineKind::Http {
        url: server.url("/v1/audio/speech"),
        model: "tts-1".to_owned(),
        key: Some(crate::config::Secret::new("tellnobody")),
    })
}

// Real engines.

#[test]
fn espeak_speaks_four_languages_and_the_same_every_time() {
    let engine = SpeechEngine::espeak();
    let mut all = Vec::new();
    for (language, text) in [
        ("en", "To speak to a person, press zero."),
        ("de", "Für ein Gespräch drücken Sie die Null."),
        ("da", "Tryk nul for at tale med en medarbejder."),
        ("nb", "Trykk null for å snakke med en person."),
    ] {
        let master = good(&engine, language, text);
        assert_eq!(master, good(&engine, language, text), "{language}");
        let seconds = master.duration().as_secs_f64();
        assert!((1.5..5.0).contains(&seconds), "{language}: {seconds}");
        all.push(master.samples);
    }
    all.dedup();
    assert_eq!(all.len(), 4);
}

#[test]
fn speed_and_voice_are_heard() {
    let engine = SpeechEngine::espeak();
    let text = "Our office is open from nine to five.";
    let usual = good(&engine, "en", text);
    let mut slow = engine.clone();
    slow.speed = 70;
    assert!(good(&slow, "en", text).samples.len() > usual.samples.len() * 11 / 10);
    let mut other = engine;
    other.voices.insert("en".into(), "en-us".to_owned());
    assert_ne!(good(&other, "en", text), usual);
    other.voices.insert("en".into(), "qqq".to_owned());
    let told = ask(&other, "en", text).unwrap_err().to_string();
    assert!(
        told.contains("`qqq`") || told.contains("does not exist"),
        "{told}"
    );
}

#[test]
fn flite_speaks_english_only() {
    let engine = SpeechEngine::flite();
    let text = "To speak to a person, press “zero”.";
    let usual = good(&engine, "en", text);
    let mut slow = engine.clone();
    slow.speed = 70;
    assert!(good(&slow, "en", text).samples.len() > usual.samples.len() * 12 / 10);
    assert!(speaks(&engine, &"en-gb".into()) && !speaks(&engine, &"de".into()));
}

#[test]
fn no_text_is_an_option_a_phoneme_or_a_command() {
    let dir = tempfile::tempdir().unwrap();
    let target = dir.path().join("stolen.wav");
    for engine in [SpeechEngine::espeak(), SpeechEngine::flite()] {
        for text in [
            format!("-w {0} -o {0} hello", target.display()),
            "--version".to_owned(),
            "-f /etc/hostname please".to_owned(),
            "$(touch stolen) `touch stolen` ; touch stolen".to_owned(),
        ] {
            good(&engine, "en", &text);
            assert!(!target.exists() && !std::path::Path::new("stolen").exists());
        }
    }
    let espeak = SpeechEngine::espeak();
    // As phonemes it would be "hello"; as letters it is much longer.
    let phonemes = good(&espeak, "en", "[[h@l'oU]]").samples;
    assert_ne!(phonemes, good(&espeak, "en", "hello").samples);
    assert_eq!(phonemes, good(&espeak, "en", "((h@l'oU))").samples);
    // A control character begins a command of espeak's: this one would make it fast.
    let commanded = good(&espeak, "en", "\u{1}450S one two three four five");
    assert_eq!(
        commanded,
        good(&espeak, "en", "450S one two three four five")
    );
    assert!(speakable("<speak>hello</speak>").is_ok());
    good(&espeak, "en", "<voice name=\"de\">hello</voice> & more");
}

// Engines that do whatever they like.

#[test]
fn an_engine_that_is_not_there_is_told_with_the_remedy() {
    let mut engine = SpeechEngine::of(SpeechEngineKind::Espeak {
        program: "no-such-engine".into(),
        pitch: 0,
    });
    engine.voices.insert("en".into(), "en".to_owned());
    let e = ask(&engine, "en", "hello").unwrap_err();
    assert_eq!(
        format!("{e}; {}", e.remedy()),
        "the speech engine `no-such-engine` is not installed; install it (apt install \
         no-such-engine), name another in [[prompts.engines]], or record the text"
    );
    assert!(e.is_lasting());
}

#[test]
fn an_engine_over_its_time_is_ended_with_all_that_it_started() {
    let dir = tempfile::tempdir().unwrap();
    let pids = dir.path().join("pids");
    let text = format!("sleep 600 &\necho $$ $! > '{}'\nwait\n", pids.display());
    let mut engine = script(dir.path(), &text);
    // Long enough for a shell to start on a busy machine.
    engine.timeout = Duration::from_secs(3);
    let e = ask(&engine, "en", "hello").unwrap_err();
    assert!(matches!(e, EngineError::Slow(_)), "{e}");
    let pids = std::fs::read_to_string(pids).unwrap();
    assert_eq!(pids.split_whitespace().count(), 2, "{pids}");
    for pid in pids.split_whitespace() {
        // Ended ones may still be counted as zombies until somebody asks for them.
        let stat = format!("/proc/{pid}/stat");
        let gone = || match std::fs::read_to_string(&stat) {
            Ok(stat) => stat.rsplit(") ").next().is_some_and(|s| s.starts_with('Z')),
            Err(_) => true,
        };
        let mut tries = 0;
        while !gone() {
            tries += 1;
            assert!(tries < 500, "{pid} runs on");
            std::thread::sleep(Duration::from_millis(10));
        }
    }
}

#[test]
fn an_engine_that_writes_without_end_is_stopped() {
    let dir = tempfile::tempdir().unwrap();
    let engine = script(dir.path(), "exec cat /dev/zero\n");
    let e = ask(&engine, "en", "hello").unwrap_err();
    assert!(matches!(e, EngineError::Large(MAX_SOUND)), "{e}");
}

#[test]
fn what_an_engine_complains_is_told_shortly() {
    let dir = tempfile::tempdir().unwrap();
    let engine = script(
        dir.path(),
        "i=0; while [ $i -lt 3000 ]; do echo 'no voice data here' >&2; i=$((i+1)); done; exit 3\n",
    );
    let told = ask(&engine, "en", "hello").unwrap_err().to_string();
    assert!(
        told.starts_with("the speech engine failed: /bin/sh: exit status: 3: "),
        "{told}"
    );
    assert!(told.len() < 400, "{}", told.len());
}

#[test]
fn what_is_no_speech_is_told() {
    let dir = tempfile::tempdir().unwrap();
    for (text, expect) in [
        ("echo garbage\n", "no usable sound"),
        ("exit 0\n", "gave nothing"),
        ("printf 'RIFF____WAVEfmt '\n", "no usable sound"),
    ] {
        let told = ask(&script(dir.path(), text), "en", "hello")
            .unwrap_err()
            .to_string();
        assert!(told.contains(expect), "{told}");
    }
    let silent = wav::encode(&Master {
        samples: vec![0; 8000],
        rate: 8000,
    });
    let file = dir.path().join("silent.wav");
    std::fs::write(&file, silent).unwrap();
    let engine = script(dir.path(), &format!("cat '{}'\n", file.display()));
    let told = ask(&engine, "en", "hello").unwrap_err().to_string();
    assert_eq!(
        told,
        "the speech engine gave no usable sound: it is silent; choose another voice"
    );
}

#[test]
fn texts_have_a_length_and_a_sound() {
    let told = |text: &str| speakable(text).unwrap_err().to_string();
    assert!(speakable(&"ä ".repeat(1000)).is_ok());
    assert!(told(&"ä".repeat(2001)).starts_with("the text has 2001 characters; at most 2000"));
    assert!(told(" … - \u{7}").starts_with("there is nothing in the text that can be spoken"));
}

// Servers.

fn spoken() -> Vec<u8> {
    let hum = (0..16_000u32).map(|i| (f64::from(i) * 0.1).sin() * 3000.0);
    wav::encode(&Master {
        samples: hum.map(|s| s as i16).collect(),
        rate: WIDE,
    })
}

#[test]
fn a_server_is_asked_as_openai_is() {
    let server = Server::new(Answer::Whole(spoken()));
    let mut engine = http(&server);
    engine.speed = 110;
    engine.voices.insert("de".into(), "thorsten".to_owned());
    let master = good(&engine, "de", "Guten\n Tag, „Welt“!");
    assert_eq!(master.rate, WIDE);
    let asked = server.asked();
    assert!(
        asked.head.starts_with("POST /v1/audio/speech HTTP/1.1\r\n"),
        "{}",
        asked.head
    );
    let head = asked.head.to_lowercase();
    assert!(
        head.contains("authorization: bearer tellnobody\r\n"),
        "{head}"
    );
    assert!(
        head.contains("content-type: application/json\r\n"),
        "{head}"
    );
    let body: serde_json::Value = serde_json::from_slice(&asked.body).unwrap();
    let expect = serde_json::json!({
        "model": "tts-1",
        "input": "Guten Tag, „Welt“!",
        "voice": "thorsten",
        "response_format": "wav",
        "speed": 1.1,
    });
    assert_eq!(body, expect);
}

#[test]
fn a_server_may_answer_in_other_forms_and_in_chunks() {
    let mp3 = include_bytes!("../ingest/fixtures/voice.mp3");
    let flac = include_bytes!("../ingest/fixtures/voice.flac");
    let mut piped = spoken();
    piped[40..44].copy_from_slice(&u32::MAX.to_le_bytes());
    for answer in [
        Answer::Whole(mp3.to_vec()),
        Answer::Whole(flac.to_vec()),
        Answer::Whole(piped),
        Answer::Chunked(spoken()),
    ] {
        let server = Server::new(answer);
        good(&http(&server), "en", "hello");
    }
}

#[test]
fn a_server_can_fail_in_many_ways() {
    let of = |answer: Answer, time: Duration| {
        let server = Server::new(answer);
        let mut engine = http(&server);
        engine.timeout = time;
        let e = ask(&engine, "en", "hello").unwrap_err();
        assert!(!format!("{e:?} {e}").contains("tellnobody"));
        (e.to_string().replace(&server.url(""), "URL"), e)
    };
    let long = Duration::from_secs(20);
    let (_, e) = of(Answer::Never, Duration::from_millis(300));
    assert!(matches!(e, EngineError::Slow(_)), "{e}");
    let (_, e) = of(Answer::Drip, Duration::from_millis(500));
    assert!(matches!(e, EngineError::Slow(_)), "{e}");
    let (_, e) = of(Answer::Endless, Duration::from_secs(60));
    assert!(matches!(e, EngineError::Large(MAX_SOUND)), "{e}");
    let (told, _) = of(Answer::Whole(b"{\"audio\": 1}".to_vec()), long);
    assert!(told.contains("no usable sound"), "{told}");
    let (told, _) = of(Answer::Garbage, long);
    assert!(told.contains("no usable answer"), "{told}");
    let (told, _) = of(Answer::Close, long);
    assert!(told.contains("no usable answer"), "{told}");
    let (told, _) = of(
        Answer::Status(401, "{\"error\":\n \"wrong key\"}".to_owned()),
        long,
    );
    let expect = "the speech engine failed: URL/v1/audio/speech says 401 Unauthorized: {\"error\": \
                  \"wrong key\"}";
    assert_eq!(told, expect);
    let (told, _) = of(Answer::Status(302, String::new()), long);
    assert!(told.contains("says 302 Found"), "{told}");
    let gone = Server::new(Answer::Close);
    let mut engine = http(&gone);
    drop(gone);
    engine.timeout = long;
    let e = ask(&engine, "en", "hello").unwrap_err();
    assert!(matches!(e, EngineError::NotThere { .. }), "{e}");
}
