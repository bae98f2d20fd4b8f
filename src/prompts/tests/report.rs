//! What operators get to read.

use super::super::report::{Needed, Report};
use super::super::*;
use super::*;

fn folder() -> tempfile::TempDir {
    let dir = tempfile::tempdir().unwrap();
    let d = dir.path();
    put(d, "cs/welcome.wav", tone(RIGHT));
    put(d, "cs/soft.wav", tone(0.02));
    put(d, "cs/loud.wav", tone(0.5));
    put(d, "cs/over.wav", tone(3.0));
    put(d, "cs/broken.wav", "no sound");
    put(d, "cs/long.ulaw", vec![0; 8000 * 601]);
    let all = "welcome = \"Willkommen\"\nsoft = \"leise\"\nloud = \"laut\"\nover = \"zu laut\"\n";
    put(d, "cs/transcripts.toml", all);
    for i in 0..10 {
        put(d, &format!("fi/extra-{i}.wav"), tone(RIGHT));
    }
    dir
}

fn report(dir: &Path) -> Report {
    let (library, mistakes) = PromptLibrary::read(Some(dir), &names(&["cs", "fi"]), &[]);
    let mut needed = Needed::new();
    let mut need = |language: &str, name: &str, who: &str| {
        let prompts = needed.entry(language.into()).or_default();
        prompts.insert(prompt(name), who.to_owned());
    };
    for name in ["welcome", "soft", "loud", "over", "broken"] {
        need("cs", name, "the line support");
    }
    need("cs", "sys-zero", "the server");
    need("cs", "sys-moh", "the server");
    need("fi", "sys-moh", "the server");
    Report::new(&library, &mistakes, &needed)
}

#[test]
fn as_a_table() {
    let dir = folder();
    let told = report(dir.path()).text();
    let told = told.replace(&format!("{}/", dir.path().display()), "");
    assert_eq!(
        told,
        "\
cs: 7 prompts, 0:45 minutes
fi: 13 prompts, 0:51 minutes
cs  sys-zero  missing    needed by the server; record it as cs/sys-zero.wav, or render its text
cs  broken    unusable   not a sound file of a form that is known here; give WAV, MP3, FLAC or Ogg Vorbis
cs  long      too long   it is longer than 600 seconds; cut it into parts
cs  over      clipped    louder than its scale 1528 times; record it again at a lower level
cs  soft      too quiet  -37.3 LUFS, peak -34.0 dBTP; 15.3 dB louder would be right; zeroline prompts import cs/soft.wav --language cs --into cs
cs  loud      too loud   -9.4 LUFS, peak -6.0 dBTP; 12.6 dB softer would be right; zeroline prompts import cs/loud.wav --language cs --into cs
cs  over      too loud   -0.6 LUFS, peak 1.0 dBTP; 21.4 dB softer would be right; zeroline prompts import cs/over.wav --language cs --into cs
fi  no transcript: extra-0, extra-1, extra-2, extra-3, extra-4, extra-5, extra-6, extra-7 and 2 more
fi  unused: extra-0, extra-1, extra-2, extra-3, extra-4, extra-5, extra-6, extra-7 and 2 more
7 prompts are wrong
"
    );
}

#[test]
fn as_json() {
    let dir = folder();
    let json: serde_json::Value = serde_json::from_str(&report(dir.path()).json()).unwrap();
    assert_eq!(json["wrong"], 7);
    assert_eq!(json["languages"][0]["language"], "cs");
    assert_eq!(json["languages"][0]["prompts"], 7);
    let findings = json["findings"].as_array().unwrap();
    let of = |fault: &str| findings.iter().filter(|f| f["fault"] == fault).count();
    assert_eq!(of("no transcript"), 10);
    assert_eq!(of("unused"), 10);
    let first = &findings[0];
    assert_eq!(first["prompt"], "sys-zero");
    assert_eq!(first["fault"], "missing");
    assert_eq!(first["wrong"], true);
    assert_eq!(first["detail"], "needed by the server");
}

#[test]
fn the_embedded_prompts_are_not_the_operators_to_mend() {
    let (library, mistakes) = PromptLibrary::read(None, &names(&["en"]), &[]);
    let report = Report::new(&library, &mistakes, &Needed::new());
    assert_eq!((report.wrong(), report.findings.len()), (0, 0));
    assert!(report.text().ends_with(" minutes\nnothing is wrong\n"));
}
