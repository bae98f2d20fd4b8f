//! Names for what is written as text in menu files.

use sha2::{Digest, Sha256};

use crate::ids::PromptName;

/// The prompt that holds this text in this language: `text-` and 16 hexadecimal digits.
pub fn text_prompt(language: &str, text: &str) -> PromptName {
    let mut hash = Sha256::new();
    hash.update(language.as_bytes());
    hash.update([0]);
    hash.update(text.as_bytes());
    let digest = hash.finalize();
    let hex: String = digest.iter().take(8).map(|b| format!("{b:02x}")).collect();
    PromptName::new(format!("text-{hex}"))
}
