//! flite as a program: English only.

use std::path::Path;

use super::subprocess::{self, Run};
use super::{EngineError, MAX_SOUND};
use crate::config::SpeechEngine;
use crate::ids::Language;

/// The clearest of those that are built in.
const VOICE: &str = "slt";

pub(super) fn voice<'e>(engine: &'e SpeechEngine, language: &Language) -> &'e str {
    engine.voices.get(language).map_or(VOICE, String::as_str)
}

pub(super) async fn speak(
    engine: &SpeechEngine,
    program: &Path,
    language: &Language,
    text: &str,
) -> Result<Vec<u8>, EngineError> {
    // It can not write into a pipe, and takes no text from one while it writes to a file that it
    // does not own: both are files in a folder of ours.
    let folder = Folder::new().map_err(|e| EngineError::Failed(e.to_string()))?;
    let (input, output) = (folder.0.join("text"), folder.0.join("sound.wav"));
    let failed = |e: std::io::Error| EngineError::Failed(e.to_string());
    std::fs::write(&input, plain(text)).map_err(failed)?;
    let stretch = format!(
        "duration_stretch={:.3}",
        100.0 / f64::from(engine.speed.max(1))
    );
    let arguments = [
        "-voice".into(),
        voice(engine, language).into(),
        "--setf".into(),
        stretch.into(),
        "-f".into(),
        input.into(),
        "-o".into(),
        output.clone().into(),
    ];
    subprocess::run(Run {
        program,
        arguments: &arguments,
        input: "",
        limit: engine.timeout,
        writes_file: true,
    })
    .await?;
    let about = std::fs::metadata(&output).map_err(failed)?;
    if about.len() > MAX_SOUND as u64 {
        return Err(EngineError::Large(MAX_SOUND));
    }
    std::fs::read(&output).map_err(failed)
}

/// It knows ASCII only, and spells the rest.
fn plain(text: &str) -> String {
    text.chars()
        .map(|c| match c {
            '’' | '‘' => '\'',
            '“' | '”' | '„' => '"',
            '–' | '—' => '-',
            '…' => '.',
            c if c.is_ascii() => c,
            _ => ' ',
        })
        .collect()
}

/// A folder that is gone afterwards.
struct Folder(std::path::PathBuf);

impl Folder {
    fn new() -> std::io::Result<Folder> {
        use std::os::unix::fs::DirBuilderExt;
        let name = format!("zeroline-speech-{:016x}", rand::random::<u64>());
        let path = std::env::temp_dir().join(name);
        // Fails when somebody else has made it.
        std::fs::DirBuilder::new().mode(0o700).create(&path)?;
        Ok(Folder(path))
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        if let Err(e) = std::fs::remove_dir_all(&self.0) {
            tracing::warn!(folder = %self.0.display(), error = %e, "not removed");
        }
    }
}
