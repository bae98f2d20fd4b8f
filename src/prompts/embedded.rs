//! The prompts and the demo line that are part of the program, so that it runs anywhere.

/// The language of callers when nothing is configured, and of the prompts without words.
pub const LANGUAGE: &str = "en";

macro_rules! menu {
    ($name:literal) => {
        (
            concat!("menus/", $name),
            include_str!(concat!(env!("CARGO_MANIFEST_DIR"), "/menus/", $name)),
        )
    };
}

/// The demo line and what it uses, as the files of a menus folder: name for messages, and text.
pub const DEMO: &[(&str, &str)] = &[
    menu!("demo.yaml"),
    menu!("office.yaml"),
    menu!("order.yaml"),
];

/// Where the demo line is written to look up invoices and orders.
pub const DEMO_SERVICE: &str = "127.0.0.1:9061";

/// The tests of the demo line: name for messages, and text.
pub const DEMO_TESTS: (&str, &str) = menu!("tests/demo.yaml");

macro_rules! transcripts {
    ($language:literal) => {
        (
            $language,
            include_str!(concat!(
                env!("CARGO_MANIFEST_DIR"),
                "/prompts/",
                $language,
                "/transcripts.toml"
            )),
        )
    };
}

/// What is said in the prompts, by language: what the server says by itself, values, and the demo
/// line.
pub const TRANSCRIPTS: &[(&str, &str)] = &[
    transcripts!("en"),
    transcripts!("de"),
    transcripts!("da"),
    transcripts!("nb"),
];

/// What is said in the prompts of a language, if any are part of the program.
pub fn transcripts(language: &str) -> Option<&'static str> {
    let found = TRANSCRIPTS.iter().find(|(l, _)| *l == language);
    found.map(|(_, text)| *text)
}

/// A recording that is part of the program.
#[derive(Clone, Copy)]
pub struct Recording {
    /// Of which language.
    pub language: &'static str,
    /// The name of the prompt.
    pub name: &'static str,
    /// The whole file, WAV or FLAC.
    pub bytes: &'static [u8],
}

/// Every file of `prompts/<language>/`, in the order of their names.
pub const RECORDINGS: &[Recording] = include!(concat!(env!("OUT_DIR"), "/recordings.rs"));

/// The recordings of a language.
pub fn recordings(language: &str) -> impl Iterator<Item = &'static Recording> {
    RECORDINGS.iter().filter(move |r| r.language == language)
}
