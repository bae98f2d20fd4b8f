//! What agents dial and press: section `[features]`.

use super::reader::{Parsed, Table, text};

/// Codes for agents. `None`: turned off.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Features {
    /// Dialled: ready for callers.
    pub ready: Option<String>,
    /// Dialled: a pause; one more digit is its reason.
    pub pause: Option<String>,
    /// Dialled: the last call is written up.
    pub done: Option<String>,
    /// Dialled: what is my state?
    pub state: Option<String>,
    /// Dialled: hear the messages of my queues.
    pub messages: Option<String>,
    /// Reasons of a pause, in the order of their digits from 1 on.
    pub reasons: Vec<String>,
    /// Dialled by a supervisor, and the agent behind it: hear their talk.
    pub listen: Option<String>,
    /// The same, and the agent hears the supervisor.
    pub whisper: Option<String>,
    /// The same, and caller and agent hear the supervisor.
    pub barge: Option<String>,
    /// Pressed while they ask a colleague: all three talk together.
    pub conference: Option<String>,
    /// Pressed in a talk: the recording pauses, or goes on.
    pub recording: Option<String>,
}

impl Default for Features {
    fn default() -> Features {
        let code = |c: &str| Some(c.to_owned());
        Features {
            ready: code("*60"),
            pause: code("*61"),
            done: code("*62"),
            state: code("*63"),
            messages: code("*98"),
            reasons: Vec::new(),
            listen: code("*64"),
            whisper: code("*65"),
            barge: code("*66"),
            conference: code("*3"),
            recording: code("*7"),
        }
    }
}

/// No more reasons than there are digits.
const MOST_REASONS: usize = 9;

pub(super) fn read(mut t: Table<'_>) -> Features {
    let usual = Features::default();
    let features = Features {
        ready: t.get("ready", usual.ready, code),
        pause: t.get("pause", usual.pause, code),
        done: t.get("done", usual.done, code),
        state: t.get("state", usual.state, code),
        messages: t.get("messages", usual.messages, code),
        reasons: t.list("reasons", text).unwrap_or_default(),
        listen: t.get("listen", usual.listen, code),
        whisper: t.get("whisper", usual.whisper, code),
        barge: t.get("barge", usual.barge, code),
        conference: t.get("conference", usual.conference, code),
        recording: t.get("recording", usual.recording, code),
    };
    if features.reasons.len() > MOST_REASONS {
        let what = format!("more than {MOST_REASONS} reasons have no digit");
        t.tell("reasons", what, "keep the most frequent");
    }
    let dialled = [
        ("ready", &features.ready),
        ("pause", &features.pause),
        ("done", &features.done),
        ("state", &features.state),
        ("messages", &features.messages),
        ("listen", &features.listen),
        ("whisper", &features.whisper),
        ("barge", &features.barge),
    ];
    for (i, (name, code)) in dialled.iter().enumerate() {
        let Some(code) = code else { continue };
        let mut others = dialled.iter().enumerate().filter(|(j, _)| *j != i);
        let clash = others.find_map(|(_, (other, with))| {
            let with = with.as_ref()?;
            code.starts_with(with.as_str()).then_some(other)
        });
        if let Some(other) = clash {
            let what = format!("`{code}` begins like the code of `{other}`");
            t.tell(name, what, "choose codes of which none begins another");
        }
    }
    if let (Some(conference), Some(recording)) = (&features.conference, &features.recording)
        && (conference.starts_with(recording.as_str())
            || recording.starts_with(conference.as_str()))
    {
        let what = format!("`{recording}` and `{conference}` of `conference` are pressed alike");
        t.tell(
            "recording",
            what,
            "choose codes of which none begins the other",
        );
    }
    t.finish();
    features
}

fn code(t: &str) -> Parsed<Option<String>> {
    if matches!(t, "off" | "false" | "never") {
        return Ok(None);
    }
    let digits = t.strip_prefix('*').unwrap_or("");
    let good = (1..=4).contains(&digits.len()) && digits.bytes().all(|b| b.is_ascii_digit());
    match good {
        true => Ok(Some(t.to_owned())),
        false => Err("write a star and one to four digits, like `*60`, or `off`".to_owned()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::{Layers, Secret, load};

    fn told(toml: &str) -> Result<Features, String> {
        let layers = Layers {
            file: Some(("zeroline.toml".to_owned(), toml.to_owned())),
            ..Layers::default()
        };
        let read = load(&layers, Secret::new("x"));
        read.map(|config| config.features)
            .map_err(|told| told.iter().map(|m| format!("{m}\n")).collect())
    }

    #[test]
    fn codes_are_changed_and_turned_off() {
        let features =
            told("[features]\nready = \"*1\"\npause = \"off\"\nreasons = [\"lunch\", \"meeting\"]");
        let features = features.unwrap();
        assert_eq!(features.ready.as_deref(), Some("*1"));
        assert_eq!(features.pause, None);
        assert_eq!(features.reasons, ["lunch", "meeting"]);
        assert_eq!(features.state.as_deref(), Some("*63"));
        assert_eq!(told(""), Ok(Features::default()));
    }

    #[test]
    fn every_mistake_is_told() {
        let ten = "\"a\",".repeat(10);
        let told = told(&format!(
            "[features]\nready = \"60\"\ndone = \"*6\"\nlisten = \"*12345\"\nreasons = [{ten}]\nredy = 1"
        ));
        let told = told.unwrap_err();
        for expected in [
            "zeroline.toml:2: features.ready",
            "write a star and one to four digits",
            "zeroline.toml:4: features.listen",
            "more than 9 reasons have no digit",
            "`*61` begins like the code of `done`",
            "did you mean `ready`?",
        ] {
            assert!(told.contains(expected), "{expected} in:\n{told}");
        }
    }
}
