//! Who is heard where: everybody has a tone of their own.

use std::path::PathBuf;
use std::time::Duration;

use crate::support::audio::{rms, share, silent, sine};
use crate::support::baresip::Baresip;
use crate::support::media::Source;
use crate::support::phone::Phone;
use crate::support::server::{Server, Setup, server, write_wav};
use crate::zero;

pub const CALLER: f64 = 600.0;
pub const AGENT: f64 = 900.0;
pub const SECOND: f64 = 1250.0;
pub const GUEST: f64 = 450.0;
pub const MUSIC: f64 = 1700.0;

/// The music is a tone, and so is what is said into the browser's microphone.
pub fn scene() -> Setup {
    server()
        .prompt("en/sys-moh", &sine(MUSIC, 6000.0, 2.0))
        .queue("ring_for = \"30s\"\nwrap_up = \"60s\"")
}

/// What a browser has in place of a microphone.
pub struct Microphone(PathBuf);

impl Microphone {
    /// Somebody who says the agent's tone.
    pub fn new(server: &Server) -> Microphone {
        Microphone::of(server, AGENT)
    }

    /// Somebody who says this tone, and takes breath as people do: what never ends a browser takes for noise.
    pub fn of(server: &Server, hz: f64) -> Microphone {
        let path = server.data().join(format!("microphone-{hz}.wav"));
        let mut said = sine(hz, 12_000.0, 4.0);
        for (n, sample) in said.iter_mut().enumerate() {
            if n % 3_200 >= 2_800 {
                *sample = 0;
            }
        }
        write_wav(&path, &said);
        Microphone(path)
    }

    pub fn path(&self) -> &str {
        self.0.to_str().expect("a scratch path")
    }
}

/// A caller who says their tone.
pub fn caller(server: &Server, number: &str) -> Phone {
    let caller = zero(server, number);
    caller.media.say(Source::Tone(CALLER));
    caller
}

/// Whether that tone is more than all others.
fn is(heard: &[i16], hz: f64) -> Result<(), String> {
    let of = |hz| share(heard, hz);
    let others = [CALLER, AGENT, SECOND, GUEST, MUSIC].into_iter();
    let others = others.filter(|o| *o != hz).map(of).fold(0.0, f64::max);
    // A browser makes a voice of what its microphone hears.
    if of(hz) > 0.5 && others < 0.1 {
        return Ok(());
    }
    let loud = rms(heard);
    Err(format!(
        "{hz} Hz: {:.2}, others {others:.2} of {loud:.0}",
        of(hz)
    ))
}

/// Soon this phone hears that tone more than all others.
#[track_caller]
pub fn hears(phone: &Phone, hz: f64) {
    let mut told = String::new();
    for _ in 0..12 {
        match is(&phone.media.listen(Duration::from_millis(400)), hz) {
            Ok(()) => return,
            Err(heard) => told = heard,
        }
    }
    panic!("{told}\n{}", phone.transcript());
}

/// Soon this phone hears all of these tones, and none of the others.
#[track_caller]
pub fn hears_all(phone: &Phone, wanted: &[f64]) {
    let mut told = String::new();
    for _ in 0..15 {
        let heard = phone.media.listen(Duration::from_millis(400));
        let shares = [CALLER, AGENT, SECOND, MUSIC].map(|hz| (hz, share(&heard, hz)));
        let right = |(hz, share): &(f64, f64)| match wanted.contains(hz) {
            true => *share > 0.1,
            false => *share < 0.02,
        };
        let all: f64 = shares.iter().map(|(_, share)| share).sum();
        if shares.iter().all(right) && all > 0.5 {
            return;
        }
        told = format!("{shares:.2?}");
    }
    panic!("wanted {wanted:?}: {told}\n{}", phone.transcript());
}

/// Soon this softphone hears that tone more than all others.
#[track_caller]
pub fn softphone_hears(phone: &Baresip, hz: f64) {
    let mut told = String::new();
    for _ in 0..20 {
        std::thread::sleep(Duration::from_millis(400));
        match is(&phone.lately(Duration::from_millis(400)), hz) {
            Ok(()) => return,
            Err(heard) => told = heard,
        }
    }
    panic!("{told}\n{}", phone.output());
}

#[track_caller]
pub fn hears_nothing(phone: &Phone) {
    let quiet = (0..10).any(|_| silent(&phone.media.listen(Duration::from_millis(400))));
    assert!(quiet, "somebody is heard");
}
