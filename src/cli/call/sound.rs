//! Plays prompts by the programs that desktops have for it.

use std::io::{self, Write};
use std::process::{Command, Stdio};
use std::sync::Arc;

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

/// Prompts in G.711, and who plays them.
pub struct Sound {
    player: (&'static str, &'static [&'static str]),
    prompts: PromptLibrary,
}

impl Sound {
    /// The first player that is there; the prompts must be encoded in PCMU.
    ///
    /// # Errors
    /// There is none; in words.
    pub fn new(prompts: PromptLibrary) -> Result<Sound, String> {
        let player = PLAYERS.into_iter().find(|(name, _)| {
            let asked = Command::new(name)
                .arg("--version")
                .stdin(Stdio::null())
                .stdout(Stdio::null())
                .stderr(Stdio::null())
                .status();
            asked.is_ok_and(|status| status.success())
        });
        match player {
            Some(player) => Ok(Sound { player, prompts }),
            None => Err("--audio: neither aplay nor paplay is there; install alsa-utils".into()),
        }
    }

    /// Plays one prompt to its end. What has no sound is passed over.
    ///
    /// # Errors
    /// The player can not be started.
    pub fn play(&mut self, house: &House, prompt: &Arc<Prompt>) -> io::Result<()> {
        let language = house.language(prompt);
        let found = language.and_then(|l| self.prompts.get(l, &prompt.name));
        let Some(sound) = found.and_then(|p| p.encoded(Codec::Pcmu)) else {
            return Ok(());
        };
        let (name, arguments) = self.player;
        let mut child = Command::new(name)
            .args(arguments)
            .stdin(Stdio::piped())
            .spawn()?;
        if let Some(mut stdin) = child.stdin.take() {
            // It may have been ended in the middle.
            let _ = stdin.write_all(&sound.payloads);
        }
        child.wait().map(drop)
    }
}
