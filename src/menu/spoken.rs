//! Texts of menus that are spoken by an engine: the name under which their sound is found.

use sha2::{Digest, Sha256};

use crate::ids::{Language, PromptName};

/// The name of the prompt that says `text` in `language`: `text-` and 16 hexadecimal digits of
/// a SHA-256. Only words count: line breaks and double spaces make no other prompt.
pub fn text_prompt(language: &Language, text: &str) -> PromptName {
    let mut hash = Sha256::new();
    hash.update(language.as_str());
    hash.update([0]);
    hash.update(words(text));
    let digest = hash.finalize();
    let hex: String = digest.iter().take(8).map(|b| format!("{b:02x}")).collect();
    PromptName::new(format!("text-{hex}"))
}

/// The text on one line: runs of white space and control characters are one space.
pub fn words(text: &str) -> String {
    let gap = |c: char| c.is_whitespace() || c.is_control();
    let words: Vec<&str> = text.split(gap).filter(|w| !w.is_empty()).collect();
    words.join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn name(language: &str, text: &str) -> String {
        text_prompt(&Language::new(language), text)
            .as_str()
            .to_owned()
    }

    #[test]
    fn the_name_of_a_text_never_changes() {
        // Files are kept under it. `printf 'en\0Welcome.' | sha256sum`
        assert_eq!(name("en", "Welcome."), "text-6b28b6213ff7d945");
    }

    #[test]
    fn words_and_language_make_the_name_and_nothing_else_does() {
        assert_eq!(name("en", "a  b\n c\u{7}"), name("en", " a b c"));
        assert_ne!(name("en", "a b"), name("en", "ab"));
        assert_ne!(name("en", "a"), name("de", "a"));
        assert_ne!(name("en", "A"), name("en", "a"));
        assert_ne!(name("e", "na"), name("en", "a"));
    }
}
