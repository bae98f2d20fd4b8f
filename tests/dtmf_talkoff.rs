//! No key is heard in an hour of speech and music (talk-off).
//!
//! The audio is made here: espeak-ng reads in many voices, sox plays made-up music. It is
//! kept in the target folder, since making it takes longer than listening to it.

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use zeroline::media::dtmf_tone::ToneDetector;

/// What is read out, by language.
const TEXTS: [(&str, &str); 4] = [
    (
        "en",
        "Thank you for calling. For questions about your bill, press one. If the light on \
         your router is red, unplug it, wait for thirty seconds, and plug it in again. Our \
         office is open from eight in the morning until six in the evening. Who knows whether \
         you will move home soon? We do, if you tell us. Ooh, I see, really? Eighteen, \
         nineteen, eleven, seven hundred and seventy. Do you have any idea who moved the \
         blue moon? Yes, yes, no, aha, hello, hello?",
    ),
    (
        "de",
        "Guten Tag und vielen Dank für Ihren Anruf. Wenn Sie Fragen zu Ihrer Rechnung haben, \
         drücken Sie bitte die Eins. Für eine Störung an Ihrem Anschluss die Zwei. Unsere \
         Öffnungszeiten sind von acht bis achtzehn Uhr. Übrigens wissen viele nicht, dass man \
         früher lüften sollte. Zwölf Boxkämpfer jagen Viktor quer über den großen Sylter Deich.",
    ),
    (
        "da",
        "Velkommen til. Tryk et for spørgsmål om din regning, tryk to for hjælp til din router. \
         Vi har åbent fra otte til seksten. Rødgrød med fløde er svært at sige, men let at spise.",
    ),
    (
        "nb",
        "Velkommen til oss. Trykk en for spørsmål om regningen, trykk to for hjelp med ruteren. \
         Vi har åpent fra åtte til seksten. Vår sære Zulu fra badeøya spilte jo whist og \
         quickstep i min taxi.",
    ),
];
const VARIANTS: [&str; 9] = [
    "", "+f2", "+f3", "+f5", "+m3", "+m7", "+klatt4", "+whisper", "+croak",
];
const PITCHES: [u32; 3] = [20, 55, 95];

/// Seconds of audio that must have been listened to.
const AN_HOUR: usize = 3600;

#[test]
fn an_hour_of_speech_and_music_holds_no_key() {
    let cache = Path::new(env!("CARGO_TARGET_TMPDIR")).join("talkoff-1");
    std::fs::create_dir_all(&cache).expect("a folder below target");
    let jobs: Vec<Job> = speech().chain(music()).collect();
    let (first, second) = jobs.split_at(jobs.len() / 2);
    let samples: usize = std::thread::scope(|s| {
        [first, second]
            .map(|half| s.spawn(|| half.iter().map(|j| listen(j, &cache)).sum::<usize>()))
            .into_iter()
            .map(|t| t.join().unwrap_or_else(|e| std::panic::resume_unwind(e)))
            .sum()
    });
    let seconds = samples / 8000;
    assert!(seconds >= AN_HOUR, "only {seconds} s of audio were made");
}

/// One file of audio: its name in the cache and how to make it.
struct Job {
    name: String,
    make: Box<dyn Fn(&Path) -> Command + Sync + Send>,
}

fn speech() -> impl Iterator<Item = Job> {
    TEXTS.iter().flat_map(|(language, text)| {
        VARIANTS.iter().flat_map(move |variant| {
            PITCHES.iter().map(move |pitch| Job {
                name: format!("{language}{variant}-{pitch}"),
                make: Box::new(move |wav| {
                    let mut c = Command::new("espeak-ng");
                    c.args([
                        "-v",
                        &format!("{language}{variant}"),
                        "-p",
                        &pitch.to_string(),
                    ])
                    .args(["-s", &(120 + pitch).to_string(), "-w"])
                    .arg(wav)
                    .arg(text);
                    c
                }),
            })
        })
    })
}

/// Chords, arpeggios and plucked strings over four octaves, one minute each.
fn music() -> impl Iterator<Item = Job> {
    [
        "sine",
        "square",
        "sawtooth",
        "triangle",
        "pluck",
        "trapezium",
    ]
    .into_iter()
    .flat_map(|wave| {
        (0..5).map(move |part| Job {
            name: format!("music-{wave}-{part}"),
            make: Box::new(move |wav| {
                let mut c = Command::new("sox");
                c.args(["-n", "-r", "8000", "-b", "16", "-c", "1"]).arg(wav);
                for note in 0..120u32 {
                    if note > 0 {
                        c.arg(":");
                    }
                    // A walk over a scale with a third and a fifth above, never twice the same.
                    let root = (note * 7 + part * 11 + note * note / 5) % 48;
                    c.args(["synth", "0.5"]);
                    for above in [0, 4, 7] {
                        c.args([wave, &format!("%{}", root as i32 + above - 24)]);
                    }
                    c.args([
                        "remix", "-", "norm", "-9", "fade", "t", "0.01", "0.5", "0.05",
                    ]);
                }
                c
            }),
        })
    })
}

/// Makes the file unless it is there; the number of samples in it that held no key.
fn listen(job: &Job, cache: &Path) -> usize {
    let raw: PathBuf = cache.join(format!("{}.raw", job.name));
    if !raw.exists() {
        let wav = cache.join(format!("{}.wav", job.name));
        run((job.make)(&wav));
        let mut to_raw = Command::new("sox");
        let half_done = cache.join(format!("{}.part", job.name));
        to_raw
            .arg(&wav)
            .args([
                "-t", "raw", "-r", "8000", "-c", "1", "-b", "16", "-e", "signed", "-L",
            ])
            .arg(&half_done)
            .args(["norm", "-3"]);
        run(to_raw);
        std::fs::remove_file(&wav).expect("the file was just made");
        std::fs::rename(&half_done, &raw).expect("the file was just made");
    }
    let pcm: Vec<i16> = std::fs::read(&raw)
        .expect("made above")
        .chunks_exact(2)
        .map(|b| i16::from_le_bytes([b[0], b[1]]))
        .collect();
    let mut heard = Vec::new();
    let mut total = 0;
    // Each file at three levels: as loud as it gets, and as callers sound.
    for shift in [0, 2, 4] {
        let mut detector = ToneDetector::new(8000);
        for (i, packet) in pcm.chunks(160).enumerate() {
            let packet: Vec<i16> = packet.iter().map(|s| s >> shift).collect();
            detector.push(&packet, |k| heard.push((k, i * 20)));
        }
        total += if shift == 0 { pcm.len() } else { 0 };
    }
    assert!(heard.is_empty(), "{}: keys at ms {heard:?}", job.name);
    total
}

fn run(mut c: Command) {
    let out = c
        .stdin(Stdio::null())
        .output()
        .unwrap_or_else(|e| panic!("{c:?}: {e}; is it installed? `.ci/test` does that"));
    assert!(
        out.status.success(),
        "{c:?}: {}",
        String::from_utf8_lossy(&out.stderr)
    );
}
