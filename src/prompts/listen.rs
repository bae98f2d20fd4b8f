//! One prompt as a file again, for who wants to hear it outside of a call.

use std::path::Path;

use super::folder::{Folder, Recording};
use super::ingest::{self, Wrong, wav};
use super::library::WORDLESS;
use super::{PromptLibrary, Speech, embedded};
use crate::ids::{Language, PromptName};

impl PromptLibrary {
    /// The sound of a prompt as a WAV file, in the rate in which it is encoded; `None`: there is
    /// none, or it is not made yet.
    ///
    /// # Errors
    /// The recording is there and can not be read any more.
    pub fn wav(
        &self,
        language: &Language,
        name: &PromptName,
        speech: &Speech,
    ) -> Result<Option<Vec<u8>>, Wrong> {
        if let Some(recording) = self.recording(language, name) {
            let master = ingest::master(&recording.sound()?)?;
            return Ok(Some(wav::encode(&master)));
        }
        let facts = self.facts(language).get(name);
        let text = facts.and_then(|f| f.transcript.as_deref());
        let spoken = text.and_then(|text| speech.cached(language, text));
        Ok(spoken.map(|master| wav::encode(&master)))
    }

    fn recording(&self, language: &Language, name: &PromptName) -> Option<Recording> {
        let embedded = |language: &Language| {
            let mut folder = Folder::embedded(language);
            folder.recordings.remove(name.as_str())
        };
        match self.check(language, name) {
            // The name of the file is our own, from looking into the folder.
            Some(check) if !check.embedded => Some(Recording::of_file(Path::new(&check.file))),
            Some(_) => embedded(language),
            None if WORDLESS.contains(&name.as_str()) => {
                embedded(&Language::new(embedded::LANGUAGE))
            }
            None => None,
        }
    }
}
