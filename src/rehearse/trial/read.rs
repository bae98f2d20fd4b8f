//! From the text of a test file to tests, all mistakes at once.
//!
//! ```yaml
//! line: demo
//! tests:
//!   the hours:
//!     steps:
//!       - hear: "Welcome"
//!       - press: 1
//!       - hear: "Monday to Friday"
//!     path: [welcome, hours, welcome]
//! ```

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use jiff::civil::DateTime;
use jiff::tz::TimeZone;
use serde_json::{Map, Value as Json};

use super::steps;
use super::{Agents, Goal, Spot, Trial};
use crate::ids::{LineName, NodeName, PhoneNumber, QueueName};
use crate::menu::calendar::{Calendar, Moments};
use crate::menu::load::source::{Fields, Source};
use crate::menu::load::yaml::{self, At, Data, Yaml};
use crate::menu::mistake::{Mistake, Severity};
use crate::menu::tree::{Condition, Kind, Line};
use crate::now::Wall;
use crate::rehearse::house::House;
use crate::rehearse::world::Service;
use crate::text::{either, nearest};

/// When a test takes place that does not say: a Wednesday at ten.
const USUAL_TIME: &str = "2026-01-14T10:00";
/// Who calls in a test that does not say.
const USUAL_CALLER: &str = "+15550100";
/// How long a web service takes that answers.
const ANSWERS_AFTER: Duration = Duration::from_millis(200);
/// Why a caller comes to a queue, as the transcript says it.
const REASONS: [&str; 6] = [
    "asked",
    "silence",
    "wrong keys",
    "routed",
    "fault",
    "transferred",
];

/// Reads one file; `file` is what mistakes call it.
///
/// # Errors
/// Everything that is wrong in it.
pub fn read(file: &str, text: &str, house: &House) -> Result<Vec<Trial>, Vec<Mistake>> {
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    let mut src = Source::new(file, text);
    let trials = match yaml::parse(text) {
        Ok(yaml) => whole(&mut src, &yaml, house).unwrap_or_default(),
        Err((at, what)) => {
            src.error(at, what, "mend this first; what follows was not read");
            Vec::new()
        }
    };
    if src.mistakes.is_empty() {
        Ok(trials)
    } else {
        src.mistakes.sort_by_key(|m| (m.line, m.column));
        Err(src.mistakes)
    }
}

fn whole(src: &mut Source<'_>, yaml: &Yaml, house: &House) -> Option<Vec<Trial>> {
    let mut top = Fields::new(src, yaml, "the file", "tests: { … }")?;
    let given = top.take("line");
    let mut usual = given.and_then(|y| named_line(src, y, house));
    if let (None, [only]) = (given, house.lines()) {
        usual = Some((Arc::clone(only), first_number(only)));
    }
    let tests = top.need(src, "tests", "{ the hours: { steps: [ … ] } }");
    top.finish(src);
    let mut tests = Fields::new(src, tests?, "`tests`", "the hours: { steps: [ … ] }")?;
    let mut trials = Vec::new();
    for (name, at, yaml) in tests.take_all() {
        // A line that is not there was told of already.
        let wrong = given.is_some() && usual.is_none();
        trials.extend(test(src, name, at, yaml, house, usual.as_ref(), wrong));
    }
    Some(trials)
}

type Called = (Arc<Line>, PhoneNumber);

fn test(
    src: &mut Source<'_>,
    name: &str,
    at: At,
    yaml: &Yaml,
    house: &House,
    usual: Option<&Called>,
    wrong: bool,
) -> Option<Trial> {
    let mut f = Fields::new(src, yaml, "a test", "{ steps: [ … ] }")?;
    let line = f.take("line").map(|y| named_line(src, y, house));
    let number = f.take("number").map(|y| numbered_line(src, y, house));
    let called = match (line.or(number), usual) {
        (Some(called), _) => called,
        (None, Some(usual)) => Some(usual.clone()),
        (None, None) => {
            if !wrong {
                let remedy = "write `line: NAME` at the top of the file, or in the test";
                src.error(at, format!("which line does `{name}` call?"), remedy);
            }
            None
        }
    };
    let when = f.take("at");
    let from = f.take("from");
    let agents = f.take("agents");
    let store = f.take("store");
    let ask = f.take("ask");
    let listed = f.take("steps");
    let reaches = f.take("reaches");
    let reason = f.take("reason");
    let path = f.take("path");
    let says = f.take("says");
    let entries = f.take("entries");
    let language = f.take("language");
    f.finish(src);

    let (line, dialled) = called?;
    let when = when.and_then(|y| src.value(y, "at", "2026-12-24T17:59", |t| local(&line, t)));
    let from = from.map(|y| src.text(y, "from", "\"+4530901820\" (or `withheld`)"));
    let agents = agents.and_then(|y| src.value(y, "agents", "none", agents_word));
    let stored = |t: &str| (t == "fails").then_some(true);
    let store = store.and_then(|y| src.value(y, "store", "fails", stored));
    let services = ask.map(|y| services(src, y, &line)).unwrap_or_default();
    let steps = listed.map(|y| steps::read(src, y, &line));
    let reaches = reaches.and_then(|y| goal(src, y, house));
    let reason = reason.and_then(|y| {
        let known = |t: &str| REASONS.contains(&t).then(|| t.to_owned());
        let reason = src.value(y, "reason", &either(&REASONS), known)?;
        Some((reason, spot(src, y.at)))
    });
    let path = path.and_then(|y| {
        let nodes = list(src, y, "path", "[welcome, hours]")?;
        for (node, at) in &nodes {
            node_named(src, node, *at, &line);
        }
        let names = nodes.into_iter().map(|(node, _)| node).collect();
        Some((names, spot(src, y.at)))
    });
    let says = says.and_then(|y| list(src, y, "says", "[\"Welcome\"]"));
    let says = says.into_iter().flatten();
    let says = says.map(|(t, at)| (t, spot(src, at))).collect();
    let entries = entries.map(|y| entered(src, y)).unwrap_or_default();
    let language = language.and_then(|y| {
        let word = src.text(y, "language", "de")?;
        Some((word.to_owned(), spot(src, y.at)))
    });
    Some(Trial {
        name: name.to_owned(),
        spot: spot(src, at),
        at: when
            .or_else(|| local(&line, USUAL_TIME))
            .unwrap_or_default(),
        from: match from {
            None => Some(PhoneNumber::new(USUAL_CALLER)),
            Some(Some("withheld")) | Some(None) => None,
            Some(Some(number)) => Some(PhoneNumber::new(number)),
        },
        agents: agents.unwrap_or(Agents::Ready),
        store_fails: store.unwrap_or(false),
        services,
        steps: steps.unwrap_or_default(),
        reaches,
        reason,
        path,
        says,
        entries,
        language,
        dialled,
        line,
    })
}

pub(super) fn spot(src: &Source<'_>, at: At) -> Spot {
    src.mistake(Severity::Error, at, String::new(), String::new())
}

fn first_number(line: &Line) -> PhoneNumber {
    PhoneNumber::new(line.numbers.first().map_or("", String::as_str))
}

fn named_line(src: &mut Source<'_>, yaml: &Yaml, house: &House) -> Option<Called> {
    let name = src.text(yaml, "line", "support")?;
    if let Some(line) = house.line(&LineName::new(name)) {
        return Some((Arc::clone(line), first_number(line)));
    }
    let names = house.lines().iter().map(|l| l.name.as_str()).collect();
    unknown(src, yaml.at, "line", name, names);
    None
}

fn numbered_line(src: &mut Source<'_>, yaml: &Yaml, house: &House) -> Option<Called> {
    let number = src.text(yaml, "number", "\"100\"")?;
    if let Some(line) = house.by_number(number) {
        return Some((Arc::clone(line), PhoneNumber::new(number)));
    }
    let all = house.lines().iter().flat_map(|l| &l.numbers);
    unknown(
        src,
        yaml.at,
        "number",
        number,
        all.map(String::as_str).collect(),
    );
    None
}

fn unknown(src: &mut Source<'_>, at: At, what: &str, name: &str, known: Vec<&str>) {
    let remedy = match nearest(name, known.iter().copied()) {
        Some(near) => format!("did you mean `{near}`?"),
        None => {
            let shown: Vec<&str> = known.into_iter().take(12).collect();
            format!("there is {}", either(&shown))
        }
    };
    src.error(at, format!("there is no {what} `{name}`"), remedy);
}

pub(super) fn node_named(
    src: &mut Source<'_>,
    name: &str,
    at: At,
    line: &Line,
) -> Option<NodeName> {
    let mut nodes = line.nodes();
    if let Some((_, node)) = nodes.find(|(_, n)| n.name.as_str() == name) {
        return Some(node.name.clone());
    }
    let names = line.nodes().map(|(_, n)| n.name.as_str()).collect();
    unknown(src, at, "node", name, names);
    None
}

/// Texts and their places.
fn list(src: &mut Source<'_>, yaml: &Yaml, key: &str, like: &str) -> Option<Vec<(String, At)>> {
    let Data::List(items) = &yaml.data else {
        let what = format!("`{key}` must be a list, not {}", yaml.kind());
        src.error(yaml.at, what, format!("write it like `{key}: {like}`"));
        return None;
    };
    let items = items.iter();
    let texts = items.filter_map(|y| Some((src.text(y, key, like)?.to_owned(), y.at)));
    Some(texts.collect())
}

fn entered(src: &mut Source<'_>, yaml: &Yaml) -> Vec<(String, String, Spot)> {
    let fields = Fields::new(src, yaml, "`entries`", "entries: { account: \"12345678\" }");
    let all = fields.map(|mut f| f.take_all()).unwrap_or_default();
    let mut entries = Vec::new();
    for (name, at, value) in all {
        if let Some(text) = src.text(value, name, "\"12345678\"") {
            entries.push((name.to_owned(), text.to_owned(), spot(src, at)));
        }
    }
    entries
}

fn agents_word(text: &str) -> Option<Agents> {
    match text {
        "ready" => Some(Agents::Ready),
        "none" => Some(Agents::None),
        "silent" => Some(Agents::Silent),
        "busy" => Some(Agents::Busy),
        _ => None,
    }
}

fn goal(src: &mut Source<'_>, yaml: &Yaml, house: &House) -> Option<(Goal, Spot)> {
    let like = "queue support (or agent, outside, message, callback, goodbye)";
    let text = src.text(yaml, "reaches", like)?;
    let goal = match text.split_once(' ').unwrap_or((text, "")) {
        ("agent", "") => Goal::Agent,
        ("outside", "") => Goal::Outside,
        ("message", "") => Goal::Message,
        ("callback", "") => Goal::Callback,
        ("goodbye", "") => Goal::Goodbye,
        ("queue", name) if !name.is_empty() => {
            let names: Vec<&str> = house.acd().queues.iter().map(|q| q.name.as_str()).collect();
            if !names.contains(&name) {
                unknown(src, yaml.at, "queue", name, names);
                return None;
            }
            Goal::Queue(QueueName::new(name))
        }
        (_, _) => {
            let what = format!("`{text}` does not fit `reaches`");
            src.error(yaml.at, what, format!("write it like `reaches: {like}`"));
            return None;
        }
    };
    Some((goal, spot(src, yaml.at)))
}

fn services(src: &mut Source<'_>, yaml: &Yaml, line: &Line) -> BTreeMap<NodeName, Service> {
    let fields = Fields::new(src, yaml, "`ask`", "ask: { balance: { amount: 12.50 } }");
    let all = fields.map(|mut f| f.take_all()).unwrap_or_default();
    let mut services = BTreeMap::new();
    for (name, at, yaml) in all {
        let Some(node) = node_named(src, name, at, line) else {
            continue;
        };
        let asks = line
            .nodes()
            .any(|(_, n)| n.name == node && matches!(n.kind, Kind::Ask(_)));
        if !asks {
            let remedy = "name a node of the kind `ask`";
            src.error(at, format!("`{name}` asks no web service"), remedy);
        } else if let Some(service) = service(src, yaml) {
            services.insert(node, service);
        }
    }
    services
}

fn service(src: &mut Source<'_>, yaml: &Yaml) -> Option<Service> {
    let answers = |status, body| Service::Answers {
        after: ANSWERS_AFTER,
        status,
        body,
    };
    let word = match (&yaml.data, yaml.text()) {
        (Data::Map(_) | Data::List(_), _) => {
            let body = serde_json::to_vec(&json(yaml)).unwrap_or_default();
            return Some(answers(200, body));
        }
        (Data::Scalar { .. }, word) => word.unwrap_or_default(),
    };
    Some(match word {
        "unknown" => answers(404, Vec::new()),
        "dead" => Service::Dead,
        "slow" => Service::Slow,
        "garbage" => Service::Garbage,
        "endless" => Service::Endless,
        _ => {
            src.error(
                yaml.at,
                format!("`{word}` is no answer of a web service"),
                "write its JSON like `{ amount: 12.50 }`, or unknown, dead, slow, garbage or endless",
            );
            return None;
        }
    })
}

/// The same as JSON; what is not quoted may be a number or a flag.
fn json(yaml: &Yaml) -> Json {
    match &yaml.data {
        Data::Map(pairs) => {
            let named = pairs.iter().filter_map(|(key, value)| {
                let name = key.text()?.to_owned();
                Some((name, json(value)))
            });
            Json::Object(named.collect::<Map<String, Json>>())
        }
        Data::List(items) => Json::Array(items.iter().map(json).collect()),
        Data::Scalar { text, plain: false } => Json::String(text.clone()),
        Data::Scalar { text, plain: true } => match text.as_str() {
            "" | "~" => Json::Null,
            "yes" => Json::Bool(true),
            "no" => Json::Bool(false),
            plain => serde_json::from_str(plain)
                .ok()
                .filter(|json: &Json| !json.is_array() && !json.is_object())
                .unwrap_or_else(|| Json::String(plain.to_owned())),
        },
    }
}

/// A time by the clock of the line's opening hours, where it has any; else by UTC.
pub fn local(line: &Line, text: &str) -> Option<Wall> {
    let (date, time) = text.trim().split_once(['T', 't', ' '])?;
    let digits = |t: &str| t.bytes().all(|b| b.is_ascii_digit() || b == b':');
    if !digits(time) {
        return None;
    }
    let at: DateTime = format!("{date}T{time}").parse().ok()?;
    if let Some(calendar) = calendar(line) {
        return Some(match calendar.moments(at) {
            Moments::Once(at) | Moments::Skipped(at) | Moments::Twice(at, _) => at,
        });
    }
    let zoned = at.to_zoned(TimeZone::UTC).ok()?;
    Some(Wall::from_unix_millis(zoned.timestamp().as_millisecond()))
}

fn calendar(line: &Line) -> Option<&Calendar> {
    let times = line.nodes().find_map(|(_, node)| match &node.kind {
        Kind::Callback(callback) => callback.slots.as_ref().map(|slots| slots.hours.as_ref()),
        _ => None,
    });
    let chosen = line.nodes().find_map(|(_, node)| {
        let Kind::Choose(choose) = &node.kind else {
            return None;
        };
        let mut conditions = choose.cases.iter().flat_map(|c| &c.when);
        conditions.find_map(|c| match c {
            Condition::Open(calendar, _) => Some(calendar.as_ref()),
            Condition::Language(_) | Condition::Caller(_) | Condition::Value(..) => None,
        })
    });
    chosen.or(times)
}
