//! A prompt in memory, ready to be sent: one sequence of 20 ms payloads per codec.

use std::sync::Arc;
use std::time::Duration;

use crate::ids::{Language, PromptName};
use crate::sdp::plan::Codec;

/// One prompt, encoded once per codec when it was loaded.
pub struct Prompt {
    /// Its name.
    pub name: PromptName,
    /// How long it plays.
    pub duration: Duration,
    /// What is said in it, where that is known.
    pub said: Option<Said>,
    encoded: [Option<Encoded>; Codec::ALL.len()],
}

/// The words of a prompt.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Said {
    /// In which language.
    pub language: Language,
    /// What.
    pub words: String,
}

/// The 20 ms payloads of a prompt in one codec.
#[derive(Clone)]
pub struct Encoded {
    /// All payloads, one after the other.
    pub payloads: Arc<[u8]>,
    /// Where each payload ends; `ends.len()` is the number of packets.
    pub ends: Arc<[u32]>,
}

impl Encoded {
    /// Payload number `i`.
    pub fn packet(&self, i: usize) -> Option<&[u8]> {
        let end = *self.ends.get(i)? as usize;
        let start = if i == 0 {
            0
        } else {
            *self.ends.get(i - 1)? as usize
        };
        self.payloads.get(start..end)
    }

    /// Number of packets of 20 ms.
    pub fn len(&self) -> usize {
        self.ends.len()
    }

    /// No packet at all.
    pub fn is_empty(&self) -> bool {
        self.ends.is_empty()
    }
}

impl Prompt {
    /// A prompt from its encodings.
    pub fn new(
        name: PromptName,
        duration: Duration,
        encodings: impl IntoIterator<Item = (Codec, Encoded)>,
    ) -> Prompt {
        let mut encoded = [const { None }; Codec::ALL.len()];
        for (codec, e) in encodings {
            encoded[codec as usize] = Some(e);
        }
        Prompt {
            name,
            duration,
            said: None,
            encoded,
        }
    }

    /// The payloads for a codec.
    pub fn encoded(&self, codec: Codec) -> Option<&Encoded> {
        self.encoded[codec as usize].as_ref()
    }
}

impl std::fmt::Debug for Prompt {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Prompt")
            .field("name", &self.name)
            .field("duration", &self.duration)
            .finish_non_exhaustive()
    }
}
