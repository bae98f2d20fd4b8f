//! The embedded prompts are whole, and bad files are told.

use std::io::Cursor;

use super::*;
use crate::menu::load::{Known, load_all};
use crate::menu::system;

fn wav(spec: hound::WavSpec, frames: u32) -> Vec<u8> {
    let mut out = Cursor::new(Vec::new());
    let mut writer = hound::WavWriter::new(&mut out, spec).unwrap();
    for i in 0..frames * u32::from(spec.channels) {
        let x = (f64::from(i / u32::from(spec.channels)) * 0.2).sin() * 0.5;
        match spec.sample_format {
            hound::SampleFormat::Float => writer.write_sample(x as f32).unwrap(),
            hound::SampleFormat::Int => {
                let top = f64::from(2f32.powi(i32::from(spec.bits_per_sample) - 1)) - 1.0;
                writer.write_sample((x * top) as i32).unwrap();
            }
        }
    }
    writer.finalize().unwrap();
    out.into_inner()
}

fn spec(channels: u16, sample_rate: u32, bits_per_sample: u16) -> hound::WavSpec {
    let sample_format = hound::SampleFormat::Int;
    hound::WavSpec {
        channels,
        sample_rate,
        bits_per_sample,
        sample_format,
    }
}

#[test]
fn the_embedded_prompts_are_the_files_of_the_folder() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("prompts/en");
    let mut files: Vec<String> = std::fs::read_dir(folder)
        .unwrap()
        .filter_map(|e| {
            Some(
                e.ok()?
                    .file_name()
                    .to_str()?
                    .strip_suffix(".wav")?
                    .to_owned(),
            )
        })
        .collect();
    files.sort();
    let embedded: Vec<&str> = embedded::WAVS.iter().map(|(name, _)| *name).collect();
    assert_eq!(files, embedded);
    let bytes: usize = embedded::WAVS.iter().map(|(_, wav)| wav.len()).sum();
    assert!(bytes < 3_000_000, "{bytes}");
}

#[test]
fn the_embedded_prompts_have_all_that_the_server_says_with_transcripts() {
    let library = PromptLibrary::load(None, "en", &[]).unwrap();
    for name in system::all() {
        assert!(library.get(&PromptName::new(&name)).is_some(), "{name}");
    }
    for (name, facts) in library.facts() {
        let silent = [system::BEEP, system::MUSIC].contains(&name.as_str());
        assert_eq!(facts.transcript.is_none(), silent, "{name}");
        assert!(facts.length > Some(Duration::from_millis(200)), "{name}");
    }
}

#[test]
fn the_demo_line_loads_without_a_warning() {
    let library = PromptLibrary::load(None, "en", &[]).unwrap();
    let known = Known {
        prompts: [(crate::ids::Language::default(), library.facts().clone())].into(),
        queues: [crate::ids::QueueName::new("support")].into(),
        ..Known::default()
    };
    let lines = load_all([embedded::DEMO_LINE], &known).unwrap_or_else(|m| {
        let told: Vec<String> = m.iter().map(ToString::to_string).collect();
        panic!("{}", told.join("\n"))
    });
    assert!(lines.warnings.is_empty(), "{:?}", lines.warnings);
    let line = lines.by_number("100").unwrap();
    assert!(
        line.prompts()
            .into_iter()
            .all(|(_, p)| library.get(p).is_some())
    );
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
    let library = PromptLibrary::load(Some(dir.path()), "xx", &Codec::ALL).unwrap();
    assert_eq!(library.len(), 4);
    for name in ["plain", "wide", "bytes", "float"] {
        let prompt = library.get(&PromptName::new(name)).unwrap();
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
    let library = PromptLibrary::load(Some(dir.path()), "en", &[]).unwrap();
    let facts = &library.facts()[&PromptName::new("sys-zero")];
    assert_eq!(facts.length, Some(Duration::from_millis(100)));
    assert_eq!(facts.transcript.as_deref(), Some("Zero it is"));
    assert!(library.get(&PromptName::new("sys-moh")).is_some());
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
    put("transcripts.toml", b"a = b = c");
    let mistakes = PromptLibrary::load(Some(dir.path()), "xx", &[]).unwrap_err();
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
            "a-text.wav: not a WAV file: Ill-formed WAVE file: no RIFF tag found; convert it: sox \
             old.wav -b 16 -r 16000 -c 1 new.wav",
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
            "h.mp3: prompts are WAV files, not mp3; convert it: sox h.mp3 h.wav",
            "transcripts.toml: not well-formed TOML: TOML parse error at line 1, column 7",
        ]
    );
}

#[test]
fn a_missing_folder_or_language_is_told() {
    let told = |dir: Option<&Path>, language: &str| {
        PromptLibrary::load(dir, language, &[]).unwrap_err()[0].to_string()
    };
    assert_eq!(
        told(None, "de"),
        "prompts: no prompts of the language `de` are built in; set prompts.dir to a folder that \
         has them"
    );
    assert!(told(Some(Path::new("no-such")), "de").starts_with("no-such/de: can not be read"));
}

#[test]
fn no_bytes_make_the_decoder_panic() {
    let good = wav(spec(2, 8000, 24), 40);
    bolero::check!()
        .with_iterations(2000)
        .with_type::<(Vec<u8>, Vec<(u8, u8)>)>()
        .for_each(|(bytes, changes)| {
            let _ = wav::decode(bytes);
            let mut changed = good.clone();
            for (at, value) in changes {
                let at = usize::from(*at) % changed.len();
                changed[at] = *value;
            }
            let _ = wav::decode(&changed);
        });
}
