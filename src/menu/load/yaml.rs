//! YAML as a tree that knows where everything stands. No anchors, no tags, one document.

use saphyr_parser::{Event, Parser, ScalarStyle, Span};

/// Deeper nesting is refused.
const MAX_DEPTH: usize = 32;
/// Larger files are refused.
const MAX_BYTES: usize = 4 << 20;

/// A place in the file.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct At {
    /// From 1.
    pub line: usize,
    /// From 1, in characters.
    pub column: usize,
    /// Characters.
    pub width: usize,
    /// In the file of a fragment, counted from 1; 0: in the file that is being read.
    pub file: u16,
}

/// One value and its place.
#[derive(Debug)]
pub(crate) struct Yaml {
    pub at: At,
    pub data: Data,
}

#[derive(Debug)]
pub(crate) enum Data {
    /// Text; `plain`: written without quotes.
    Scalar { text: String, plain: bool },
    /// Keys and values in the order of the file, duplicates included.
    Map(Vec<(Yaml, Yaml)>),
    /// A list.
    List(Vec<Yaml>),
}

impl Yaml {
    /// Says of everything here that it stands in the file of a fragment.
    pub fn stamp(&mut self, file: u16) {
        self.at.file = file;
        match &mut self.data {
            Data::Scalar { .. } => {}
            Data::Map(pairs) => {
                for (key, value) in pairs {
                    key.stamp(file);
                    value.stamp(file);
                }
            }
            Data::List(items) => items.iter_mut().for_each(|y| y.stamp(file)),
        }
    }

    /// What it is, for messages.
    pub fn kind(&self) -> &'static str {
        match &self.data {
            Data::Scalar { text, plain: true } if is_null(text) => "nothing",
            Data::Scalar { .. } => "text",
            Data::Map(_) => "a mapping",
            Data::List(_) => "a list",
        }
    }

    /// The text of a scalar that is not empty.
    pub fn text(&self) -> Option<&str> {
        match &self.data {
            Data::Scalar { text, plain: true } if is_null(text) => None,
            Data::Scalar { text, .. } => Some(text),
            Data::Map(_) | Data::List(_) => None,
        }
    }
}

fn is_null(text: &str) -> bool {
    matches!(text, "" | "~" | "null")
}

fn at(span: Span) -> At {
    let (start, end) = (span.start, span.end);
    let same_line = start.line() == end.line();
    At {
        line: start.line(),
        column: start.col() + 1,
        width: if same_line {
            end.col().saturating_sub(start.col()).max(1)
        } else {
            1
        },
        file: 0,
    }
}

enum Open {
    Map(At, Vec<(Yaml, Yaml)>, Option<Yaml>),
    List(At, Vec<Yaml>),
}

/// The file's one document; the first mistake ends it, since what follows can not be trusted.
pub(crate) fn parse(text: &str) -> Result<Yaml, (At, String)> {
    let start = At {
        line: 1,
        column: 1,
        width: 1,
        file: 0,
    };
    if text.len() > MAX_BYTES {
        return Err((start, "the file is larger than 4 MiB".to_owned()));
    }
    let mut open: Vec<Open> = Vec::new();
    let mut whole: Option<Yaml> = None;
    for event in Parser::new_from_str(text) {
        let (event, span) = event.map_err(|e| {
            let mark = e.marker();
            let at = At {
                line: mark.line(),
                column: mark.col() + 1,
                width: 1,
                file: 0,
            };
            (at, format!("not well-formed YAML: {}", e.info()))
        })?;
        let at = at(span);
        let done = match event {
            Event::Scalar(text, style, anchor, tag) => {
                if anchor != 0 || tag.is_some() {
                    return Err((at, "anchors (&) and tags (!) are not taken here".to_owned()));
                }
                Yaml {
                    at,
                    data: Data::Scalar {
                        text: text.into_owned(),
                        plain: matches!(style, ScalarStyle::Plain),
                    },
                }
            }
            Event::Alias(_) => {
                return Err((
                    at,
                    "aliases (*) are not taken here; write it out".to_owned(),
                ));
            }
            Event::MappingStart(..) | Event::SequenceStart(..) if open.len() >= MAX_DEPTH => {
                return Err((at, "nested too deeply".to_owned()));
            }
            Event::MappingStart(..) => {
                open.push(Open::Map(At { width: 1, ..at }, Vec::new(), None));
                continue;
            }
            Event::SequenceStart(..) => {
                open.push(Open::List(At { width: 1, ..at }, Vec::new()));
                continue;
            }
            Event::MappingEnd | Event::SequenceEnd => match open.pop() {
                Some(Open::Map(at, pairs, _)) => Yaml {
                    at,
                    data: Data::Map(pairs),
                },
                Some(Open::List(at, items)) => Yaml {
                    at,
                    data: Data::List(items),
                },
                None => continue,
            },
            Event::DocumentStart(_) if whole.is_some() => {
                return Err((at, "a second document; write one line per file".to_owned()));
            }
            Event::Nothing
            | Event::StreamStart
            | Event::StreamEnd
            | Event::DocumentStart(_)
            | Event::DocumentEnd => continue,
        };
        match open.last_mut() {
            None => whole = Some(done),
            Some(Open::List(_, items)) => items.push(done),
            Some(Open::Map(_, pairs, key)) => match key.take() {
                None => *key = Some(done),
                Some(key) => pairs.push((key, done)),
            },
        }
    }
    whole.ok_or((start, "the file is empty".to_owned()))
}
/// What to do about a text that is no YAML: what the parser stumbles over is often the line after
/// the mistake.
pub(super) fn hint(what: &str, text: &str, at: At) -> String {
    let before = |n: usize| {
        let line = at.line.checked_sub(n + 1).and_then(|i| text.lines().nth(i));
        line.unwrap_or_default()
    };
    // A comment where a key is meant: `#: { … }`, `{ #: … }`.
    let hash = |line: &str| line.contains("#:") || line.contains("# :");
    let cause = if what.contains("tabs") || before(0).starts_with('\t') {
        "indent by spaces".to_owned()
    } else if let Some(n) = (0..3).find(|n| hash(before(*n))) {
        let line = at.line - n;
        format!("an unquoted # begins a comment (line {line}): write \"#\"")
    } else if what.contains("mapping values are not allowed") {
        "a `:` may be missing at the end of a line before, or text with a `:` needs quotes"
            .to_owned()
    } else if what.contains("did not find expected") {
        "look for a bracket, quote or indent that is not closed here or above".to_owned()
    } else {
        "mend this first".to_owned()
    };
    format!("{cause}; what follows was not read")
}
