//! Plays prompts by the programs that desktops have for it.

use std::io::{self, Write};
use std::process::{Child, Command, Stdio};
use std::sync::Arc;
use std::time::Duration;

use super::Input;
use crate::media::prompt::Prompt;
use crate::prompts::PromptLibrary;
use crate::rehearse::house::House;
use crate::sdp::plan::Codec;

/// Programs that play G.711 µ-law from their standard input, and how.
const PLAYERS: [(&str, &[&str]); 2] = [
    (
        "aplay",
        &[
            "-q", "-t", "raw", "-f", "MU_LAW", "-r", "8000", "-c", "1", "-",
        ],
    ),
    (
        "paplay",
        &["--raw", "--format=ulaw", "--rate=8000", "--channels=1"],
    ),
];
/// How often it is looked whether a key cuts a prompt short.
const LOOK: Duration = Duration::from_millis(50);

/// Prompts in G.711, and who plays them.
pub struct Sound {
    /// The first is asked; what can not play is taken out.
    players: Vec<(&'static str, &'static [&'static str])>,
    prompts: PromptLibrary,
}

/// What came of a prompt.
pub enum Played {
    /// It was heard, or has no sound.
    Whole,
    /// A key was pressed meanwhile.
    Cut,
    /// Nobody can play it, and why.
    Silent(String),
}

impl Sound {
    /// The players that are there; the prompts must be encoded in PCMU.
    ///
    /// # Errors
    /// There is none; in words.
    pub fn new(prompts: PromptLibrary) -> Result<Sound, String> {
        let there = |(name, _): &(&str, &[&str])| {
            let asked = Command::new(name)
                .arg("--version")
                .stdin(Stdio::null())
                .stdout(Stdio::null())
                .stderr(Stdio::null())
                .status();
            asked.is_ok_and(|status| status.success())
        };
        let players: Vec<_> = PLAYERS.into_iter().filter(there).collect();
        if players.is_empty() {
            let remedy = "install alsa-utils or pulseaudio-utils";
            return Err(format!(
                "--audio: neither aplay nor paplay is there; {remedy}"
            ));
        }
        Ok(Sound { players, prompts })
    }

    /// Plays one prompt to its end, or until something is typed. What has no sound is passed over.
    pub fn play(&mut self, house: &House, prompt: &Arc<Prompt>, input: &dyn Input) -> Played {
        let language = house.language(prompt);
        let found = language.and_then(|l| self.prompts.get(l, &prompt.name));
        let Some(sound) = found.and_then(|p| p.encoded(Codec::Pcmu)) else {
            return Played::Whole;
        };
        let mut why = String::new();
        while let Some((name, arguments)) = self.players.first().copied() {
            match hand_over(name, arguments, &sound.payloads, input) {
                Ok(true) => return Played::Whole,
                Ok(false) => return Played::Cut,
                Err(e) => {
                    why = format!("{name} can not play: {e}");
                    self.players.remove(0);
                }
            }
        }
        match why.is_empty() {
            // Told before.
            true => Played::Whole,
            false => Played::Silent(why),
        }
    }
}

/// Whether it was heard to its end.
fn hand_over(
    name: &str,
    arguments: &[&str],
    samples: &[u8],
    input: &dyn Input,
) -> io::Result<bool> {
    let mut child = Command::new(name)
        .args(arguments)
        .stdin(Stdio::piped())
        .stdout(Stdio::null())
        .spawn()?;
    let pipe = child.stdin.take();
    // A pipe holds some seconds; the player takes the rest as it plays.
    std::thread::scope(|scope| {
        scope.spawn(move || {
            if let Some(mut pipe) = pipe {
                // It may have ended in the middle: its exit code tells.
                let _ = pipe.write_all(samples);
            }
        });
        heard(&mut child, input)
    })
}

fn heard(child: &mut Child, input: &dyn Input) -> io::Result<bool> {
    loop {
        let status = match input.is_typed_within(LOOK) {
            Some(true) => {
                child.kill()?;
                child.wait()?;
                return Ok(false);
            }
            Some(false) => child.try_wait()?,
            // Nothing can be typed meanwhile.
            None => Some(child.wait()?),
        };
        match status {
            Some(status) if status.success() => return Ok(true),
            Some(status) => return Err(io::Error::other(status.to_string())),
            None => {}
        }
    }
}
