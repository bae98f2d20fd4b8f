//! The prompts and the demo line that are part of the program, so that it runs anywhere.

/// The language of the embedded prompts.
pub const LANGUAGE: &str = "en";

/// The demo line: name for messages, and text.
pub const DEMO_LINE: (&str, &str) = (
    "menus/demo.yaml",
    include_str!(concat!(env!("CARGO_MANIFEST_DIR"), "/menus/demo.yaml")),
);

/// The tests of the demo line: name for messages, and text.
pub const DEMO_TESTS: (&str, &str) = (
    "menus/tests/demo.yaml",
    include_str!(concat!(
        env!("CARGO_MANIFEST_DIR"),
        "/menus/tests/demo.yaml"
    )),
);

macro_rules! transcripts {
    ($language:literal) => {
        include_str!(concat!(
            env!("CARGO_MANIFEST_DIR"),
            "/prompts/",
            $language,
            "/transcripts.toml"
        ))
    };
}

/// What is said in the prompts of the server, by language. Those of [`LANGUAGE`] are recorded,
/// and those of the demo line with them; the others a speech engine says.
pub const TRANSCRIPTS: &[(&str, &str)] = &[
    (LANGUAGE, transcripts!("en")),
    ("de", transcripts!("de")),
    ("da", transcripts!("da")),
    ("nb", transcripts!("nb")),
];

/// What the server says by itself in a language, if it knows.
pub fn transcripts(language: &str) -> Option<&'static str> {
    let found = TRANSCRIPTS.iter().find(|(l, _)| *l == language);
    found.map(|(_, text)| *text)
}

macro_rules! embedded {
    ($($name:literal,)*) => {
        /// Name and WAV file of each embedded prompt.
        pub const WAVS: &[(&str, &[u8])] = &[$((
            $name,
            include_bytes!(concat!(env!("CARGO_MANIFEST_DIR"), "/prompts/en/", $name, ".wav")),
        ),)*];
    };
}

embedded![
    "northwind-account-menu",
    "northwind-account-thanks",
    "northwind-ask-account",
    "northwind-goodbye",
    "northwind-hours",
    "northwind-opt-account",
    "northwind-opt-end",
    "northwind-opt-hours",
    "northwind-opt-main",
    "northwind-opt-person",
    "northwind-opt-sales",
    "northwind-welcome",
    "sys-agent-lost",
    "sys-beep",
    "sys-callback-kept",
    "sys-callback-never",
    "sys-callback-number",
    "sys-callback-offer",
    "sys-callback-right",
    "sys-callback-since",
    "sys-callback-stored",
    "sys-comfort",
    "sys-confirm",
    "sys-connecting",
    "sys-digit-0",
    "sys-digit-1",
    "sys-digit-2",
    "sys-digit-3",
    "sys-digit-4",
    "sys-digit-5",
    "sys-digit-6",
    "sys-digit-7",
    "sys-digit-8",
    "sys-digit-9",
    "sys-enter-now",
    "sys-fault",
    "sys-goodbye",
    "sys-guide-done",
    "sys-guide-done-short",
    "sys-guide-keys",
    "sys-guide-keys-short",
    "sys-guide-reminder",
    "sys-guide-resume",
    "sys-guide-time",
    "sys-last-try",
    "sys-message-intro",
    "sys-message-saved",
    "sys-message-short",
    "sys-moh",
    "sys-position-1",
    "sys-position-10",
    "sys-position-2",
    "sys-position-3",
    "sys-position-4",
    "sys-position-5",
    "sys-position-6",
    "sys-position-7",
    "sys-position-8",
    "sys-position-9",
    "sys-position-many",
    "sys-press-1",
    "sys-press-2",
    "sys-press-3",
    "sys-press-4",
    "sys-press-5",
    "sys-press-6",
    "sys-press-7",
    "sys-press-8",
    "sys-press-9",
    "sys-silence",
    "sys-survey-from",
    "sys-survey-skip",
    "sys-survey-to",
    "sys-too-short",
    "sys-wrong",
    "sys-you-entered",
    "sys-zero",
    "sys-zero-hash",
];
