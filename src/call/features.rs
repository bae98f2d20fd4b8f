//! What agents dial to say what they do, and what they hear in answer.

use super::event::NotWritten;
use crate::config::Features;
use crate::ids::{AgentId, PromptName};
use crate::menu::system::{self as sys, people};
use crate::queue::action::{AgentState, AgentWish};
use crate::record::timeline::Presence;

/// What an agent dialled.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Code {
    /// Ready for callers.
    Ready,
    /// A pause.
    Pause {
        /// The digit of its reason.
        reason: Option<u8>,
    },
    /// The last call is written up.
    Done,
    /// The same, with a code.
    WriteUp {
        /// Which of its queue's codes, from 1 on.
        nth: u8,
    },
    /// What is my state?
    State,
    /// Which messages have callers left for me?
    Messages,
    /// None of these: they hear which there are.
    Unknown,
}

impl Code {
    /// What was dialled, if it is a code: all of them begin with a star.
    pub fn dialled(number: &str, features: &Features) -> Option<Code> {
        if !number.starts_with('*') {
            return None;
        }
        let is = |code: &Option<String>| code.as_deref() == Some(number);
        let reason = |digit: &str| match digit.parse::<u8>() {
            Ok(0) | Err(_) => None,
            Ok(n) => (features.reasons.is_empty() || usize::from(n) <= features.reasons.len())
                .then_some(n),
        };
        let behind = |code: &Option<String>| number.strip_prefix(code.as_deref()?);
        if let Some(nth) = behind(&features.done).and_then(place) {
            return Some(Code::WriteUp { nth });
        }
        Some(match behind(&features.pause) {
            _ if is(&features.ready) => Code::Ready,
            _ if is(&features.done) => Code::Done,
            _ if is(&features.state) => Code::State,
            _ if is(&features.messages) => Code::Messages,
            Some("") => Code::Pause { reason: None },
            Some(digit) if digit.len() == 1 => {
                reason(digit).map_or(Code::Unknown, |n| Code::Pause { reason: Some(n) })
            }
            Some(_) | None => Code::Unknown,
        })
    }

    /// What the queue is told; `None`: nothing, only asked.
    pub fn wish(&self, features: &Features) -> Option<AgentWish> {
        match self {
            Code::Ready => Some(AgentWish::Ready),
            Code::Pause { reason } => Some(AgentWish::Pause {
                reason: reason.map_or_else(String::new, |n| reason_of(n, features)),
            }),
            Code::Done => Some(AgentWish::WrapUpDone),
            Code::WriteUp { .. } | Code::State | Code::Messages | Code::Unknown => None,
        }
    }

    /// What the agent hears: their state as it is now, or all codes.
    pub fn answer(&self, state: &AgentState, features: &Features) -> Vec<PromptName> {
        let mut words = match (self, state) {
            (Code::Unknown, _) => vec![people::UNKNOWN_CODE.to_owned()],
            // The next caller is on the way already.
            (Code::Ready, AgentState::Offered) => state_words(&AgentState::Ready, features),
            (
                Code::Ready
                | Code::Pause { .. }
                | Code::Done
                | Code::WriteUp { .. }
                | Code::State
                | Code::Messages,
                state,
            ) => state_words(state, features),
        };
        match (self, state) {
            (Code::Unknown, _) => words.extend(all(features)),
            // It could not be done at once.
            (Code::Ready, AgentState::Talking)
            | (
                Code::Pause { .. },
                AgentState::Offered | AgentState::Talking | AgentState::WrapUp,
            )
            | (Code::Ready, AgentState::Engaged) => {
                words.push(people::LATER.to_owned());
            }
            (
                Code::Ready
                | Code::Pause { .. }
                | Code::Done
                | Code::WriteUp { .. }
                | Code::State
                | Code::Messages,
                _,
            ) => {}
        }
        words.into_iter().map(PromptName::new).collect()
    }
}

/// What the agent hears whose talk was to get the code at this place.
pub fn written_up(
    nth: u8,
    told: &Result<AgentState, NotWritten>,
    features: &Features,
) -> Vec<PromptName> {
    let (first, state) = match told {
        // The next caller is on the way already.
        Ok(AgentState::Offered) => (spoken(nth), AgentState::Ready),
        Ok(state) => (spoken(nth), state.clone()),
        Err(NotWritten::NotNow(state)) => (failed(), state.clone()),
        Err(NotWritten::NoSuchCode) => {
            let unknown = vec![people::UNKNOWN_CODE.to_owned()];
            (unknown, AgentState::WrapUp)
        }
        Err(NotWritten::Failed) => (failed(), AgentState::WrapUp),
    };
    let words = first.into_iter().chain(state_words(&state, features));
    words.map(PromptName::new).collect()
}

fn failed() -> Vec<String> {
    vec![people::MESSAGES_FAILED.to_owned()]
}

fn spoken(nth: u8) -> Vec<String> {
    let digits = nth.to_string();
    let digits = digits.bytes().map(|d| sys::digit(usize::from(d - b'0')));
    digits.collect()
}

/// A place in a list, from 1 on, as it is dialled: one digit, or two.
fn place(dialled: &str) -> Option<u8> {
    let digits = (1..=2).contains(&dialled.len()) && dialled.bytes().all(|b| b.is_ascii_digit());
    let place = dialled.parse().ok().filter(|_| digits)?;
    (place > 0 && !dialled.starts_with('0')).then_some(place)
}

/// Which part in whose talk a supervisor asks for by this number.
pub fn monitoring(number: &str, features: &Features) -> Option<(Presence, AgentId)> {
    let parts = [
        (&features.listen, Presence::Listens),
        (&features.whisper, Presence::Whispers),
        (&features.barge, Presence::Talks),
    ];
    parts.into_iter().find_map(|(code, presence)| {
        let agent = number.strip_prefix(code.as_deref()?)?;
        (!agent.is_empty()).then(|| (presence, AgentId::new(agent)))
    })
}

fn reason_of(digit: u8, features: &Features) -> String {
    let named = features.reasons.get(usize::from(digit) - 1);
    named.cloned().unwrap_or_else(|| digit.to_string())
}

fn state_words(state: &AgentState, features: &Features) -> Vec<String> {
    let word = match state {
        AgentState::Offline => people::OFFLINE,
        AgentState::Ready => people::READY,
        AgentState::Paused { .. } => people::PAUSED,
        AgentState::Offered | AgentState::Talking | AgentState::Engaged => people::BUSY,
        AgentState::WrapUp => people::WRAP_UP,
        AgentState::Missed => people::MISSED,
    };
    let mut words = vec![word.to_owned()];
    if let AgentState::Paused { reason } = state {
        let digit = (1..=9).find(|&n| reason_of(n, features) == *reason);
        if let Some(digit) = digit {
            words.push(people::REASON.to_owned());
            words.push(sys::digit(usize::from(digit)));
        }
    }
    words
}

/// All codes that there are.
fn all(features: &Features) -> Vec<String> {
    let codes = [
        (people::CODE_READY, &features.ready),
        (people::CODE_PAUSE, &features.pause),
        (people::CODE_DONE, &features.done),
        (people::CODE_STATE, &features.state),
        (people::CODE_MESSAGES, &features.messages),
    ];
    let mut words = Vec::new();
    for (what, code) in codes {
        let Some(code) = code else { continue };
        words.push(what.to_owned());
        words.extend(code.chars().map(|c| match c.to_digit(10) {
            Some(digit) => sys::digit(digit as usize),
            None => people::STAR.to_owned(),
        }));
    }
    words
}

#[cfg(test)]
mod tests {
    use super::*;

    fn answer(number: &str, state: AgentState, features: &Features) -> String {
        let code = Code::dialled(number, features).unwrap_or_else(|| panic!("no code: {number}"));
        let wish = match code.wish(features) {
            None => String::new(),
            Some(AgentWish::Pause { reason }) => format!("pause({reason}) "),
            Some(wish) => format!("{wish:?} "),
        };
        let words = code.answer(&state, features);
        let words: Vec<&str> = words.iter().map(PromptName::as_str).collect();
        format!("{wish}{}", words.join(" ").replace("sys-", ""))
    }

    #[test]
    fn what_is_dialled_and_what_is_heard() {
        let usual = Features::default();
        let paused = |reason: &str| AgentState::Paused {
            reason: reason.to_owned(),
        };
        for (number, state, heard) in [
            ("*60", AgentState::Ready, "Ready agent-ready"),
            ("*60", AgentState::Offered, "Ready agent-ready"),
            ("*60", AgentState::Talking, "Ready agent-busy agent-later"),
            ("*61", paused(""), "pause() agent-paused"),
            (
                "*612",
                paused("2"),
                "pause(2) agent-paused agent-reason digit-2",
            ),
            (
                "*61",
                AgentState::WrapUp,
                "pause() agent-wrap-up agent-later",
            ),
            ("*62", AgentState::Ready, "WrapUpDone agent-ready"),
            ("*63", AgentState::Missed, "agent-missed"),
            ("*63", AgentState::Offline, "agent-offline"),
            ("*63", paused("fire drill"), "agent-paused"),
        ] {
            assert_eq!(answer(number, state, &usual), heard, "{number}");
        }
    }

    #[test]
    fn reasons_have_names_and_digits_without_one_are_no_code() {
        let features = Features {
            reasons: vec!["lunch".into(), "meeting".into()],
            state: None,
            ..Features::default()
        };
        let paused = AgentState::Paused {
            reason: "meeting".into(),
        };
        let heard = "pause(meeting) agent-paused agent-reason digit-2";
        assert_eq!(answer("*612", paused, &features), heard);
        let list = "agent-unknown agent-code-ready agent-star digit-6 digit-0 agent-code-pause \
                    agent-star digit-6 digit-1 agent-code-done agent-star digit-6 digit-2 \
                    agent-code-messages agent-star digit-9 digit-8";
        for wrong in ["*613", "*610", "*6122", "*63", "*", "*600", "*61x"] {
            assert_eq!(answer(wrong, AgentState::Ready, &features), list, "{wrong}");
        }
        assert_eq!(Code::dialled("60", &features), None);
    }

    #[test]
    fn a_code_of_the_queue_is_behind_the_end_of_wrap_up() {
        let usual = Features::default();
        let dialled = |number| Code::dialled(number, &usual);
        let nth = |nth| Some(Code::WriteUp { nth });
        assert_eq!((dialled("*621"), dialled("*6212")), (nth(1), nth(12)));
        assert_eq!(dialled("*62"), Some(Code::Done));
        for wrong in ["*620", "*6201", "*62123", "*62x", "*62+"] {
            assert_eq!(dialled(wrong), Some(Code::Unknown), "{wrong}");
        }
        let heard = |nth, told| {
            let words = written_up(nth, &told, &usual);
            let words: Vec<&str> = words.iter().map(PromptName::as_str).collect();
            words.join(" ").replace("sys-", "")
        };
        assert_eq!(
            heard(12, Ok(AgentState::Ready)),
            "digit-1 digit-2 agent-ready"
        );
        assert_eq!(heard(3, Ok(AgentState::Offered)), "digit-3 agent-ready");
        let not_now = Err(NotWritten::NotNow(AgentState::Talking));
        assert_eq!(heard(3, not_now), "agent-messages-failed agent-busy");
        assert_eq!(
            heard(9, Err(NotWritten::NoSuchCode)),
            "agent-unknown agent-wrap-up"
        );
        let failed = heard(3, Err(NotWritten::Failed));
        assert_eq!(failed, "agent-messages-failed agent-wrap-up");
    }

    #[test]
    fn a_supervisor_names_the_agent_behind_the_code() {
        let usual = Features::default();
        let asked = |number| monitoring(number, &usual).map(|(p, a)| (p, a.to_string()));
        assert_eq!(asked("*64201"), Some((Presence::Listens, "201".to_owned())));
        assert_eq!(
            asked("*65anna"),
            Some((Presence::Whispers, "anna".to_owned()))
        );
        assert_eq!(asked("*66201"), Some((Presence::Talks, "201".to_owned())));
        assert_eq!(
            (asked("*64"), asked("*63201"), asked("201")),
            (None, None, None)
        );
    }
}
