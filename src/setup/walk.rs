//! Calls that nobody makes, for the page: by the same machines as `zeroline call` and `zeroline test`.

use std::sync::Arc;
use std::time::Duration;

use serde_json::{Value, json};

use super::{Menus, rehearse};
use crate::cli::test::{self, TestArgs};
use crate::config::Config;
use crate::ids::{Language, PhoneNumber};
use crate::live;
use crate::menu::outcome::WebReply;
use crate::menu::tree::Method;
use crate::now::Wall;
use crate::observe::walks::{AskView, KeyView, Move, TestsView, WalkAsked, WalkEvent, WalkView};
use crate::record::verdict::Stage as StageName;
use crate::rehearse::house::House;
use crate::rehearse::moment::{Happening, Moment};
use crate::rehearse::offer;
use crate::rehearse::stage::{Incoming, Stage};
use crate::rehearse::trial;
use crate::rehearse::world::{AgentPlan, Service, World};
use crate::task::call::followed;

/// Between two keys of a move.
const BETWEEN_KEYS: Duration = Duration::from_millis(200);
/// For how long a caller speaks who leaves a message.
const SPEAKS: Duration = Duration::from_secs(5);
/// More than any call needs between two moves.
const MOST_STEPS: usize = 100_000;
/// More moments are not told.
const MOST_MOMENTS: usize = 2_000;

/// Walks through a call. `now`: when no time is asked for.
///
/// # Errors
/// What of it can not be asked for: the field, and what is wrong.
pub fn walk(
    house: &Arc<House>,
    asked: &WalkAsked,
    now: Wall,
) -> Result<WalkView, (&'static str, String)> {
    let line = match &asked.line {
        None => house.lines().first(),
        Some(name) => house.lines().iter().find(|l| l.name.as_str() == name),
    };
    let line = line.ok_or_else(|| ("line", "there is no such line".to_owned()))?;
    let at = match &asked.at {
        None => now,
        Some(text) => trial::local(line, text)
            .ok_or_else(|| ("at", format!("`{text}` is no time; write 2026-12-24T17:59")))?,
    };
    let language = asked.language.as_deref().map(Language::new);
    if let Some(language) = &language
        && !line.languages.contains(language)
    {
        let all: Vec<&str> = line.languages.iter().map(Language::as_str).collect();
        let what = format!("{} speaks {}", line.name, all.join(", "));
        return Err(("language", what));
    }
    let agents = house.acd().agents.iter();
    let agents = agents.map(|a| AgentPlan::ready(a.id.clone()));
    let world = World {
        agents: match asked.nobody {
            true => Vec::new(),
            false => agents.collect(),
        },
        otherwise: Service::Outside,
        ..World::default()
    };
    let mut stage = Stage::new(Arc::clone(house), world, at);
    let dialled = line.numbers.first().map_or("", String::as_str);
    let n = stage.call(Incoming {
        line: Arc::clone(line),
        dialled: PhoneNumber::new(dialled),
        from: None,
        speaks: Duration::ZERO,
    });
    if let Some(language) = language {
        stage.speaks(n, language);
    }
    go_on(&mut stage, n);
    let mut made = 0;
    for what in &asked.moves {
        if !make(&mut stage, n, what) {
            break;
        }
        made += 1;
        go_on(&mut stage, n);
    }
    Ok(view(house, &stage, n, made))
}

/// Until the line waits for the caller or a web service, or the call is over.
fn go_on(stage: &mut Stage, n: usize) {
    for _ in 0..MOST_STEPS {
        let over = stage.verdict(n).is_some();
        let waits = stage.waits_for_caller(n) || stage.asked_outside(n).is_some();
        if over || waits || !stage.step() {
            return;
        }
    }
}

/// False: the call is over, or something else is waited for.
fn make(stage: &mut Stage, n: usize, what: &Move) -> bool {
    let reply = |status: u16, body: &str| {
        let body = body.as_bytes().to_vec();
        Ok(WebReply { status, body })
    };
    if stage.verdict(n).is_some() {
        return false;
    }
    if stage.asked_outside(n).is_some() {
        match what {
            Move::Found(json) => stage.answer_outside(n, reply(200, json)),
            Move::Missing => stage.answer_outside(n, reply(404, "")),
            Move::Fails => stage.answer_outside(n, Err("failed: nobody is there".to_owned())),
            Move::HangUp => stage.hang_up(n),
            // A key reaches the line while the service is asked.
            Move::Keys(keys) => press(stage, n, keys),
            Move::Silence => return false,
        }
        return true;
    }
    match what {
        Move::Keys(keys) => press(stage, n, keys),
        Move::HangUp => stage.hang_up(n),
        Move::Silence if stage.place(n) == Some(StageName::Message) => stage.speak(n, SPEAKS),
        Move::Silence => {
            stage.step();
        }
        Move::Found(_) | Move::Missing | Move::Fails => return false,
    }
    true
}

fn press(stage: &mut Stage, n: usize, keys: &str) {
    for (i, key) in trial::keys(keys).into_iter().flatten().enumerate() {
        if i > 0 {
            let next = stage.now().mono + BETWEEN_KEYS;
            stage.run_until(next);
        }
        stage.press(n, key);
    }
}

fn view(house: &House, stage: &Stage, n: usize, made: usize) -> WalkView {
    let moments = stage.moments().iter().take(MOST_MOMENTS);
    let keys = offer::keys(stage, n).into_iter();
    let asks = stage.asked_outside(n).map(|request| AskView {
        method: match request.method {
            Method::Get => "GET".to_owned(),
            Method::Post => "POST".to_owned(),
        },
        url: request.url.clone(),
    });
    let line = stage.card(n).map(|c| c.line.to_string());
    WalkView {
        line: line.unwrap_or_default(),
        events: moments.filter_map(|m| event(house, m)).collect(),
        keys: keys.map(|(key, what)| KeyView { key, what }).collect(),
        waits: stage.waits_for_caller(n),
        asks,
        verdict: stage.verdict(n).map(|v| v.as_str().to_owned()),
        made,
    }
}

/// As the stream tells it to whoever calls; `None`: not worth a line.
fn event(house: &House, moment: &Moment) -> Option<WalkEvent> {
    let (kind, data): (&str, Value) = match &moment.what {
        Happening::Hears { prompts, repeat } => {
            let heard: Vec<Value> = prompts
                .iter()
                .map(|prompt| {
                    let mut heard = json!(followed::heard(prompt));
                    // Here prompts are without sound: the house knows their words.
                    let words = house.words(prompt);
                    let known = !words.starts_with('<');
                    heard["words"] = if known { json!(words) } else { Value::Null };
                    heard["language"] = json!(house.language(prompt));
                    heard
                })
                .collect();
            ("playing", json!({ "prompts": heard, "repeat": repeat }))
        }
        Happening::Hush => ("stopped", json!({})),
        Happening::Presses { key, secret } => {
            let key = match secret {
                true => '•',
                false => key.as_char(),
            };
            ("pressed", json!({ "key": key }))
        }
        Happening::Asks { node } => ("asked", json!({ "node": node })),
        Happening::Record(event) => {
            let told = live::told_to_caller(event, ToString::to_string)?;
            (told.kind, told.data)
        }
        Happening::Calls { .. }
        | Happening::Speaks(_)
        | Happening::HangsUp
        | Happening::Dials
        | Happening::Sends { .. }
        | Happening::Reply(_)
        | Happening::Records
        | Happening::Trouble(_)
        | Happening::Fails { .. }
        | Happening::SignsIn(_)
        | Happening::SignsOut(_) => return None,
    };
    Some(WalkEvent {
        at_ms: u64::try_from(moment.at.as_millis()).unwrap_or(u64::MAX),
        kind: kind.to_owned(),
        data,
    })
}

/// Runs the tests beside the menus on these menus.
pub fn run_tests(config: &Config, menus: &Menus) -> TestsView {
    let wrong = |mistakes: Vec<String>| TestsView {
        mistakes,
        ..TestsView::default()
    };
    let files = match rehearse::tests(config) {
        Ok(files) => files,
        Err(told) => return wrong(told),
    };
    let asked = TestArgs {
        json: true,
        ..TestArgs::default()
    };
    match test::run(&rehearse::house_of(config, menus), &files, &asked) {
        Ok(outcome) => serde_json::from_str(&outcome.told)
            .unwrap_or_else(|e| wrong(vec![format!("the tests told nothing that reads: {e}")])),
        Err(told) => wrong(told),
    }
}

#[cfg(test)]
mod tests {
    use std::sync::LazyLock;

    use super::*;
    use crate::cli::Options;
    use crate::setup::{self, Purpose};

    /// The demo: read once, for that takes its time.
    static DEMO: LazyLock<setup::Setup> = LazyLock::new(|| {
        let dir = tempfile::tempdir().unwrap();
        let options = Options {
            data: Some(dir.path().join("data")),
            ..Options::default()
        };
        setup::load(&options, Purpose::Check).unwrap_or_else(|m| panic!("{m:?}"))
    });
    static HOUSE: LazyLock<Arc<House>> = LazyLock::new(|| rehearse::house(&DEMO));

    fn walked(moves: &[Move], nobody: bool) -> WalkView {
        let asked = WalkAsked {
            // A Tuesday morning: the office is open.
            at: Some("2026-12-01T10:00".to_owned()),
            moves: moves.to_vec(),
            nobody,
            ..WalkAsked::default()
        };
        let now = Wall::from_unix_millis(0);
        walk(&HOUSE, &asked, now).unwrap()
    }

    fn keys(text: &str) -> Move {
        Move::Keys(text.to_owned())
    }

    fn said(view: &WalkView) -> String {
        let words = view.events.iter().filter(|e| e.kind == "playing");
        let words = words.flat_map(|e| e.data["prompts"].as_array().cloned().unwrap_or_default());
        let words = words.map(|p| p["words"].as_str().unwrap_or("♪").to_owned());
        words.collect::<Vec<_>>().join(" ")
    }

    #[test]
    fn a_call_is_walked_through_move_by_move() {
        let first = walked(&[], false);
        assert!(first.waits && said(&first).contains("Welcome to Northwind."));
        assert!(
            first
                .keys
                .iter()
                .any(|k| k.key == "0" && k.what == "a person")
        );
        let menu = walked(&[keys("1")], false);
        assert!(menu.keys.iter().any(|k| k.key == "1"), "{:?}", menu.keys);
        let person = walked(&[keys("1"), keys("0")], false);
        let kinds: Vec<&str> = person.events.iter().map(|e| e.kind.as_str()).collect();
        assert!(
            kinds.contains(&"queued") && kinds.contains(&"connected"),
            "{kinds:?}"
        );
        assert_eq!((person.made, person.verdict.is_some()), (2, true));
        // What comes after the end is not made.
        assert_eq!(walked(&[Move::HangUp, keys("1")], false).made, 1);
    }

    #[test]
    fn a_web_service_is_answered_for_and_silence_ends_with_a_person() {
        let invoice = [keys("1"), keys("1"), keys("123456"), keys("1")];
        let asks = walked(&invoice, false);
        let ask = asks.asks.as_ref().expect("the invoices are asked for");
        assert!(ask.url.ends_with("/invoices/123456"), "{}", ask.url);
        let mut known = invoice.to_vec();
        let found = r#"{"state": "paid", "amount": 12.5, "due": "2026-12-24"}"#;
        known.push(Move::Found(found.to_owned()));
        let told = said(&walked(&known, false));
        assert!(told.contains("is paid"), "{told}");
        let mut fails = invoice.to_vec();
        fails.push(Move::Fails);
        let kinds: Vec<String> = walked(&fails, false)
            .events
            .into_iter()
            .map(|e| e.kind)
            .collect();
        assert!(kinds.iter().any(|k| k == "queued"), "{kinds:?}");
        let silent = walked(&vec![Move::Silence; 6], false);
        assert!(silent.events.iter().any(|e| e.kind == "queued"));
    }

    #[test]
    fn what_can_not_be_asked_for_is_told() {
        let ask = |asked: WalkAsked| {
            let told = walk(&HOUSE, &asked, Wall::from_unix_millis(0));
            told.map(|_| ()).map_err(|(field, _)| field)
        };
        let wrong = |change: fn(&mut WalkAsked)| {
            let mut asked = WalkAsked::default();
            change(&mut asked);
            ask(asked)
        };
        assert_eq!(wrong(|a| a.line = Some("nowhere".to_owned())), Err("line"));
        assert_eq!(wrong(|a| a.at = Some("noon".to_owned())), Err("at"));
        assert_eq!(
            wrong(|a| a.language = Some("fi".to_owned())),
            Err("language")
        );
    }

    #[test]
    fn the_demos_tests_pass_and_tell_what_they_reach() {
        let view = run_tests(&DEMO.config, &DEMO.menus);
        assert_eq!(view.mistakes, Vec::<String>::new());
        assert!(!view.tests.is_empty() && view.tests.iter().all(|t| t.passed));
        assert!(view.coverage["demo"].percent > 50);
    }
}
