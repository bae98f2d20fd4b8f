//! What each kind of widget does.

use super::super::flow::{After, Condition, Digits, Menu, Said, What};
use super::super::name;
use super::Builder;
use super::liquid::{self, Value};
use super::states::{self, State, text};

/// An entry whose length is not told.
const USUAL_DIGITS: usize = 20;

/// The step of a state, and what of it has no counterpart.
pub fn what<'d>(b: &mut Builder<'d>, state: &'d State) -> (What, Vec<String>) {
    let mut lost = Vec::new();
    let p = &state.properties;
    let what = match state.kind.as_str() {
        "gather-input-on-call" => gather(b, state, &mut lost),
        "say-play" => What::Say {
            said: said(state, &mut lost),
            go: b.next(state.next("audioComplete")),
        },
        "split-based-on" => split(b, state),
        "connect-call-to" => connect(b, state),
        "enqueue-call" => What::People {
            queue: name::word(
                &[text(p, "queue_name"), state.name.clone()]
                    .into_iter()
                    .find(|n| !n.is_empty())
                    .unwrap_or_default(),
                "queue",
            ),
            unanswered: None,
        },
        "send-to-flex" => What::People {
            queue: name::word(&state.name, "queue"),
            unanswered: None,
        },
        "record-voicemail" => What::Voicemail {
            of: state.label(),
            go: b.next(state.next("recordingComplete")),
        },
        "make-http-request" => http(b, state, &mut lost),
        kind => {
            let preferred = ["success", "sent", "completed", "complete", "return", "next"];
            let next = preferred.iter().find_map(|e| state.next(e));
            let any = || state.transitions.iter().find_map(|t| t.next.as_deref());
            What::Other {
                what: if kind.is_empty() { "a widget" } else { kind }.to_owned(),
                go: Some(b.next(next.or_else(any))),
            }
        }
    };
    (what, lost)
}

fn said(state: &State, lost: &mut Vec<String>) -> Vec<Said> {
    let p = &state.properties;
    let play = text(p, "play");
    let mut all = liquid::said(&text(p, "say"), lost);
    match liquid::address(&play) {
        Some(play) if !play.is_empty() && !play.contains('{') => {
            all.push(Said::Recording(play, None));
        }
        Some(play) if play.is_empty() => {}
        Some(_) | None => lost.push(format!("what is played: {play}")),
    }
    if !text(p, "digits").is_empty() {
        lost.push("tones that are sent".to_owned());
    }
    all
}

fn gather<'d>(b: &mut Builder<'d>, state: &'d State, lost: &mut Vec<String>) -> What {
    let p = &state.properties;
    if state.next("speech").is_some() {
        lost.push("what callers say: keys only".to_owned());
    }
    let silence = After::tries(1, b.next(state.next("timeout")));
    let said = said(state, lost);
    let wait = text(p, "timeout").parse().ok();
    let digits: Option<usize> = text(p, "number_of_digits").parse().ok();
    let split = state.next("keypress").and_then(|n| b.definition.state(n));
    let split = split.filter(|s| s.kind == "split-based-on" && asks(s, state));
    if let Some(split) = split
        && let Some(keys) = keys(split, digits)
    {
        b.merged.insert(&split.name);
        let keys = keys.into_iter();
        return What::Menu(Menu {
            said,
            keys: keys.map(|(key, next)| (key, b.next(next))).collect(),
            silence,
            wrong: After::tries(1, b.next(split.next("noMatch"))),
            wait,
        });
    }
    What::Entry(Digits {
        said,
        min: 1,
        max: digits.unwrap_or(USUAL_DIGITS),
        into: state.name.clone(),
        // There is no entry that is wrong by itself.
        wrong: silence.clone(),
        silence,
        go: b.next(state.next("keypress")),
    })
}

/// Whether a split asks about what was entered in a widget, and nothing else.
fn asks(split: &State, gather: &State) -> bool {
    let entry = Value::Entry(name::value(&gather.name));
    let mut conditions = split.transitions.iter().flat_map(|t| &t.conditions);
    conditions.all(|c| liquid::value(&c.argument) == entry)
}

/// Keys and where they lead; nothing when entries are longer, or asked for in another way.
fn keys(split: &State, digits: Option<usize>) -> Option<Vec<(String, Option<&str>)>> {
    if digits.is_some_and(|n| n > 1) {
        return None;
    }
    let mut all = Vec::new();
    for t in split.transitions.iter().filter(|t| t.event == "match") {
        let [condition] = t.conditions.as_slice() else {
            return None;
        };
        for value in values(condition)? {
            let mut marks = value.chars();
            let key = marks.next().filter(|c| "0123456789*#".contains(*c))?;
            if marks.next().is_some() {
                return None;
            }
            all.push((key.to_string(), t.next.as_deref()));
        }
    }
    Some(all)
}

/// The values that a condition takes.
fn values(condition: &states::Condition) -> Option<Vec<String>> {
    let value = condition.value.trim();
    match condition.kind.as_str() {
        "equal_to" => Some(vec![value.to_owned()]),
        "matches_any_of" => Some(value.split(',').map(|v| v.trim().to_owned()).collect()),
        _ => None,
    }
}

fn split<'d>(b: &mut Builder<'d>, state: &'d State) -> What {
    let mut cases = Vec::new();
    for t in state.transitions.iter().filter(|t| t.event == "match") {
        for when in conditions(t) {
            let way = b.next(t.next.as_deref());
            cases.push((when, way));
        }
    }
    What::Choose {
        cases,
        otherwise: b.next(state.next("noMatch")),
    }
}

/// What a transition asks, one condition for each value.
fn conditions(t: &states::Transition) -> Vec<Condition> {
    let labels: Vec<&str> = t.conditions.iter().map(|c| c.label.as_str()).collect();
    let other = || vec![Condition::Other(labels.join(" and "))];
    let [one] = t.conditions.as_slice() else {
        return other();
    };
    match liquid::value(&one.argument) {
        Value::Entry(name) => match values(one) {
            Some(all) => {
                let all = all.into_iter();
                all.map(|v| Condition::Is(name.clone(), v)).collect()
            }
            None => other(),
        },
        Value::Caller if one.kind == "starts_with" => {
            vec![Condition::Caller(format!("{}*", one.value.trim()))]
        }
        Value::Caller => match values(one) {
            Some(all) => all.into_iter().map(Condition::Caller).collect(),
            None => other(),
        },
        Value::Other(_) => other(),
    }
}

fn connect<'d>(b: &mut Builder<'d>, state: &'d State) -> What {
    let p = &state.properties;
    let to = text(p, "to");
    let after = b.next(state.next("callCompleted"));
    match text(p, "noun").as_str() {
        "client" | "conference" => What::People {
            queue: name::word(&to, "queue"),
            unanswered: Some(after),
        },
        _ => {
            let names = [to, text(p, "sip_endpoint"), state.label()];
            What::Outside {
                number: names
                    .into_iter()
                    .find(|n| !n.is_empty())
                    .unwrap_or_default(),
                ring: text(p, "timeout").parse().ok(),
                busy: after.clone(),
                unanswered: after,
            }
        }
    }
}

fn http<'d>(b: &mut Builder<'d>, state: &'d State, lost: &mut Vec<String>) -> What {
    let p = &state.properties;
    let mut body = Vec::new();
    let parameters = p.get("parameters").and_then(serde_json::Value::as_array);
    let parameters = parameters.map(Vec::as_slice).unwrap_or_default();
    let sent = parameters.iter().map(|p| text(p, "value"));
    let mut others = false;
    for sent in sent.chain([text(p, "body")]) {
        for part in liquid::parts(&sent) {
            match part {
                Err(Value::Entry(name)) if !body.contains(&name) => body.push(name),
                Err(Value::Entry(_)) => {}
                Err(Value::Caller) => body.push("caller".to_owned()),
                Err(Value::Other(_)) => others = true,
                Ok(words) => others |= words.chars().any(char::is_alphanumeric),
            }
        }
    }
    let post = !text(p, "method").eq_ignore_ascii_case("GET");
    if others {
        lost.push("what else is sent to the web service".to_owned());
    }
    body.sort();
    body.dedup();
    What::Ask {
        url: liquid::address(&text(p, "url")).unwrap_or_default(),
        post,
        body,
        go: b.next(state.next("success")),
        failed: b.next(state.next("failed")),
    }
}
