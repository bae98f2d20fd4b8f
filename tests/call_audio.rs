//! `zeroline call --audio`: what the player is given are the samples of the prompts. The player
//! is a script that keeps them; whether a loudspeaker sounds no test can tell.

use std::f64::consts::TAU;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::process::Command;

const MENU: &str = "line: tones
numbers: [\"100\"]
human: support
start: welcome
nodes:
  welcome:
    menu:
      greeting: { prompt: hello }
      options: { 1: { say: { prompt: leave }, go: bye } }
  bye: { goodbye: { prompt: bye } }
";
const SETTINGS: &str = "[lines]\ndir = \"menus\"\n[prompts]\ndir = \"prompts\"\n\
                        [[queues]]\nname = \"support\"\n";
/// Each prompt is a tone of its own.
const TONES: [(&str, f64); 3] = [("hello", 440.0), ("leave", 700.0), ("bye", 1_200.0)];

fn samples(hertz: f64) -> Vec<i16> {
    let wave = |n: u32| (TAU * hertz * f64::from(n) / 8_000.0).sin();
    (0..4_000).map(|n| (8_000.0 * wave(n)) as i16).collect()
}

/// ITU-T G.711, table 2a.
fn linear(octet: u8) -> i16 {
    let octet = !octet;
    let magnitude = ((i16::from(octet & 0x0f) << 3) + 0x84) << ((octet & 0x70) >> 4);
    if octet & 0x80 == 0 {
        magnitude - 0x84
    } else {
        0x84 - magnitude
    }
}

/// A folder with a line, its recordings and, in `bin`, a player of this script.
fn folder(player: &str) -> tempfile::TempDir {
    let dir = tempfile::tempdir().expect("a scratch folder");
    let at = |name: &str| dir.path().join(name);
    for name in ["menus", "prompts/en", "bin", "played"] {
        std::fs::create_dir_all(at(name)).expect(name);
    }
    std::fs::write(at("menus/tones.yaml"), MENU).expect("the line");
    std::fs::write(at("zeroline.toml"), SETTINGS).expect("the settings");
    for (name, hertz) in TONES {
        let spec = hound::WavSpec {
            channels: 1,
            sample_rate: 8_000,
            bits_per_sample: 16,
            sample_format: hound::SampleFormat::Int,
        };
        let file = at(&format!("prompts/en/{name}.wav"));
        let mut wav = hound::WavWriter::create(file, spec).expect("a recording");
        for sample in samples(hertz) {
            wav.write_sample(sample).expect("a sample");
        }
        wav.finalize().expect("the recording");
    }
    std::fs::write(
        at("prompts/en/transcripts.toml"),
        "hello = \"Hello.\"\nleave = \"To leave,\"\nbye = \"Good-bye.\"\n",
    )
    .expect("transcripts");
    for name in ["aplay", "paplay"] {
        std::fs::write(at("bin").join(name), player).expect("the player");
        let runs = std::fs::Permissions::from_mode(0o755);
        std::fs::set_permissions(at("bin").join(name), runs).expect("the player");
    }
    dir
}

/// What a call with `--audio` tells, with this folder's players before all others.
fn call(dir: &Path) -> (String, String, bool) {
    let path = format!("{}:/usr/bin:/bin", dir.join("bin").display());
    let done = Command::new(env!("CARGO_BIN_EXE_zeroline"))
        .args(["call", "--audio", "--keys", "1"])
        .current_dir(dir)
        .env("PATH", path)
        .output()
        .expect("the program");
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    (
        text(&done.stdout),
        text(&done.stderr),
        done.status.success(),
    )
}

#[test]
fn the_player_gets_the_samples_of_each_prompt_in_the_order_of_the_call() {
    let dir = folder(
        "#!/bin/sh
[ \"$1\" = --version ] && exit 0
cd played
echo \"$0 $*\" >> asked
n=$(ls | wc -l)
cat > \"$n.ulaw\"
",
    );
    let (told, wrong, good) = call(dir.path());
    assert!(good, "{told}{wrong}");
    assert!(!told.contains("no sound"), "{told}");
    let asked = std::fs::read_to_string(dir.path().join("played/asked")).expect("asked");
    assert!(
        asked
            .lines()
            .all(|l| l.ends_with("aplay -q -t raw -f MU_LAW -r 8000 -c 1 -")),
        "{asked}"
    );
    let played = |n: usize| {
        let file = dir.path().join(format!("played/{n}.ulaw"));
        std::fs::read(file).unwrap_or_default()
    };
    // Greeting and option; then built in: its key, and 0 for a person; then the good-bye.
    for (n, tone) in [(1, 0), (2, 1), (5, 2)] {
        let (name, hertz) = TONES[tone];
        let heard = played(n);
        let meant = samples(hertz);
        // The end may be filled up to a whole packet.
        assert!(
            (4_000..4_000 + 160).contains(&heard.len()),
            "{name}: {}",
            heard.len()
        );
        for (i, (octet, sample)) in heard.iter().zip(&meant).enumerate() {
            let off = i32::from(linear(*octet)) - i32::from(*sample);
            // Half a step of the loudest segment that occurs.
            assert!(off.abs() <= 160, "{name}: {off} off at {i}");
        }
    }
    assert!(played(3).len() > 1_000 && played(4).len() > 4_000);
    assert_eq!(played(6), Vec::<u8>::new());
}

#[test]
fn a_player_that_can_not_play_is_told_once_and_the_call_goes_on() {
    let dir = folder("#!/bin/sh\n[ \"$1\" = --version ] || exit 1\n");
    let (told, wrong, good) = call(dir.path());
    assert!(good, "{told}{wrong}");
    assert_eq!(
        told.matches("no sound: paplay can not play").count(),
        1,
        "{told}"
    );
    assert!(told.contains("goodbye at bye"), "{told}");
}

#[test]
fn without_a_player_nothing_is_begun() {
    let dir = folder("#!/bin/sh\nexit 1\n");
    let (told, wrong, good) = call(dir.path());
    assert!(!good && told.is_empty(), "{told}");
    assert!(
        wrong.contains("neither aplay nor paplay is there"),
        "{wrong}"
    );
}
