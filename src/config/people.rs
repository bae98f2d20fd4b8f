//! Agents, the queues that they answer, and the trunks to the outside.

use std::collections::{BTreeMap, HashSet};
use std::time::Duration;

use super::api::code;
use super::deliver::receiver;
use super::overflow;
use super::reader::{Parsed, Table, choice, duration, flag, name, number, text};
use super::sections::network;
use super::thresholds::threshold;
use super::types::*;
use crate::ids::{AgentId, NodeName, PromptName, QueueName, SkillName};
use crate::menu::system;
use crate::outside::Outside;
use crate::queue::action::OverflowStep;
use crate::sip::flow::Transport;
use crate::text::nearest;

/// More agents than that are a mistyped range.
const MAX_AGENTS: usize = 10_000;

/// More tasks at once nobody does.
const MAX_TASKS: usize = 1_000;

const STRATEGIES: &[(&str, Strategy)] = &[
    ("longest-idle", Strategy::LongestIdle),
    ("round-robin", Strategy::RoundRobin),
    ("fewest-contacts", Strategy::FewestContacts),
    ("ring-all", Strategy::RingAll),
];

const UNSTAFFED: &[(&str, Unstaffed)] =
    &[("overflow", Unstaffed::Overflow), ("wait", Unstaffed::Wait)];

const RECORDING: &[(&str, Recording)] = &[
    ("off", Recording::Off),
    ("announced", Recording::Announced),
    ("asked", Recording::Asked),
];

const WAITING_KEYS: &[(&str, WaitingKey)] = &[
    ("callback", WaitingKey::Callback),
    ("message", WaitingKey::Message),
    ("self-service", WaitingKey::SelfService),
];

pub(super) fn queues(tables: Option<Vec<Table<'_>>>, outside: &Outside) -> Vec<Queue> {
    let Some(tables) = tables else {
        return vec![support()];
    };
    let mut queues: Vec<Queue> = Vec::new();
    let mut overflows = Vec::new();
    for mut t in tables {
        let usual = support();
        let named = t.need("name", "\"support\"", name);
        if named
            .as_ref()
            .is_some_and(|n| queues.iter().any(|q| q.name.as_str() == n))
        {
            t.tell(
                "name",
                "another queue has this name",
                "choose one of its own",
            );
        }
        let comfort = t.get("comfort_prompt", PromptName::new(system::COMFORT), prompt);
        let every = t.get("comfort_every", Some(Duration::from_secs(45)), or_never);
        let steps = t.items("overflow", overflow::step);
        let steps = steps.unwrap_or_else(|| usual.overflow.into_iter().map(Some).collect());
        let queue = Queue {
            name: QueueName::new(named.unwrap_or_default()),
            strategy: t.get("strategy", usual.strategy, choice(STRATEGIES)),
            ring_for: t.get("ring_for", usual.ring_for, duration("5s", "2m")),
            wrap_up: t.get("wrap_up", usual.wrap_up, duration("0s", "1h")),
            max_callers: t.get("max_callers", usual.max_callers, number(1, 10_000)),
            max_wait: t.get("max_wait", usual.max_wait, duration("10s", "24h")),
            unstaffed: t.get("unstaffed", usual.unstaffed, choice(UNSTAFFED)),
            music: t.get("music", usual.music, prompt),
            comfort: every.map(|every| Comfort {
                prompt: comfort,
                every,
            }),
            position_every: t.get("position_every", usual.position_every, or_never),
            whisper: t.get("whisper", usual.whisper, flag),
            recording: t.get("recording", usual.recording, choice(RECORDING)),
            waiting_keys: t
                .list("waiting_keys", choice(WAITING_KEYS))
                .unwrap_or(usual.waiting_keys),
            affinity: t.get("affinity", usual.affinity, long_or_never),
            affinity_hold: t.get("affinity_hold", usual.affinity_hold, duration("0s", "10m")),
            language_level: t.get("language_level", usual.language_level, level),
            relax_every: t.get("relax_every", usual.relax_every, duration("1s", "1h")),
            service_level: t.get("service_level", usual.service_level, service_level),
            overflow: steps.iter().flatten().cloned().collect(),
            wrap_up_codes: codes(&mut t),
            messages_to: t.list("messages_to", receiver).unwrap_or_default(),
            thresholds: t.list("thresholds", threshold).unwrap_or_default(),
            monitor_notice: t.get("monitor_notice", usual.monitor_notice, flag),
            survey: t.opt("survey", name).map(|node| after_talk(&t, node)),
        };
        queues.push(queue);
        overflows.push((steps, t));
    }
    let names: Vec<QueueName> = queues.iter().map(|q| q.name.clone()).collect();
    for (queue, (steps, t)) in queues.iter().zip(overflows) {
        overflow::check(queue, &steps, &names, outside, &t);
        t.finish();
    }
    if queues.is_empty() {
        queues.push(support());
    }
    queues
}

pub(super) fn meant(word: &str, names: &[QueueName]) -> String {
    let all: Vec<&str> = names.iter().map(QueueName::as_str).collect();
    match nearest(word, all.iter().copied()) {
        Some(near) => format!("did you mean `{near}`?"),
        None => format!("there are: {}", all.join(", ")),
    }
}

/// The one queue when none is configured, and the defaults of all others.
fn support() -> Queue {
    Queue {
        name: QueueName::new("support"),
        strategy: Strategy::LongestIdle,
        ring_for: Duration::from_secs(15),
        wrap_up: Duration::from_secs(5),
        max_callers: 100,
        max_wait: Duration::from_secs(1800),
        unstaffed: Unstaffed::Overflow,
        music: PromptName::new(system::MUSIC),
        comfort: Some(Comfort {
            prompt: PromptName::new(system::COMFORT),
            every: Duration::from_secs(45),
        }),
        position_every: Some(Duration::from_secs(60)),
        whisper: false,
        recording: Recording::Off,
        waiting_keys: WAITING_KEYS.iter().map(|(_, key)| *key).collect(),
        affinity: None,
        affinity_hold: Duration::from_secs(20),
        language_level: 3,
        relax_every: Duration::from_secs(20),
        service_level: ServiceLevel::default(),
        overflow: vec![OverflowStep::Message],
        wrap_up_codes: Vec::new(),
        messages_to: Vec::new(),
        thresholds: Vec::new(),
        monitor_notice: true,
        survey: None,
    }
}

/// Whether a line has it is seen when the menus are read.
fn after_talk(t: &Table<'_>, node: String) -> AfterTalk {
    let what = format!("no line has a survey `{node}`");
    let remedy = "name a node of the kind `survey` in the menus of those who are to be asked";
    AfterTalk {
        missing: t.mistake("survey", what, remedy),
        node: NodeName::new(node),
    }
}

/// What agents choose from; each once.
fn codes(t: &mut Table<'_>) -> Vec<String> {
    let codes = t.list("wrap_up_codes", code).unwrap_or_default();
    let mut seen = HashSet::new();
    if let Some(twice) = codes.iter().find(|c| !seen.insert(c.as_str())) {
        let what = format!("`{twice}` is there twice");
        t.tell("wrap_up_codes", what, "keep one of them");
    }
    codes
}

fn prompt(t: &str) -> Parsed<PromptName> {
    name(t).map(PromptName::new)
}

fn or_never(t: &str) -> Parsed<Option<Duration>> {
    match t {
        "never" | "false" | "0" => Ok(None),
        t => duration("10s", "1h")(t)
            .map(Some)
            .map_err(|e| format!("{e}, or `never`")),
    }
}

/// `80% in 20s`.
fn service_level(t: &str) -> Parsed<ServiceLevel> {
    let wrong = || "write a share and a time, like `80% in 20s`".to_owned();
    let (percent, within) = t.split_once("% in ").ok_or_else(wrong)?;
    let percent = percent
        .trim()
        .parse()
        .ok()
        .filter(|p| (1..=100).contains(p));
    Ok(ServiceLevel {
        percent: percent.ok_or("the share goes from 1% to 100%, like `80% in 20s`")?,
        within: duration("1s", "1h")(within.trim())?,
    })
}

/// Days, or a shorter time.
fn long_or_never(t: &str) -> Parsed<Option<Duration>> {
    const DAY: Duration = Duration::from_secs(86_400);
    if matches!(t, "never" | "false" | "0") {
        return Ok(None);
    }
    let days = t
        .strip_suffix('d')
        .and_then(|n| n.trim().parse::<u32>().ok());
    let time = match days {
        Some(days) => (1..=365).contains(&days).then(|| DAY.saturating_mul(days)),
        None => duration("1m", "24h")(t).ok(),
    };
    time.map(Some).ok_or_else(|| {
        "write days, like `30d`, or a shorter time, like `8h`, or `never`".to_owned()
    })
}

pub(super) fn demo_agents(queues: &[Queue], password: Secret) -> Vec<Agent> {
    let agent = |n| Agent {
        id: AgentId::new(format!("agent{n}")),
        name: format!("Agent {n}"),
        secret: Some(AgentSecret::Password(password.clone())),
        contact: None,
        queues: queues.iter().map(|q| q.name.clone()).collect(),
        skills: BTreeMap::new(),
        ring_for: None,
        wrap_up: None,
        max_tasks: None,
        supervisor: false,
        auto_answer: false,
        language: None,
    };
    (1..=2).map(agent).collect()
}

pub(super) fn agents(tables: Vec<Table<'_>>, queues: &[Queue]) -> Vec<Agent> {
    let mut agents = Vec::new();
    let mut ids: HashSet<String> = HashSet::new();
    let names: Vec<QueueName> = queues.iter().map(|q| q.name.clone()).collect();
    for mut t in tables {
        let range = t.need("id", "\"agent1\"", range).unwrap_or_default();
        let display = t.opt("name", text);
        let proof = ["password", "ha1_md5", "ha1_sha256"]
            .iter()
            .any(|k| t.has(k));
        let secret = secret(&mut t, range.len() > 1);
        let fixed = t.has("contact");
        let contact = t.opt("contact", |s| {
            match SipUri::parse(&s.replace("{id}", "x")) {
                Some(_) => Ok(s.to_owned()),
                None => Err("write a SIP address, like `sip:{id}@192.0.2.7:5060`".to_owned()),
            }
        });
        let answers = t.list("queues", |s| match names.iter().find(|n| n.as_str() == s) {
            Some(name) => Ok(name.clone()),
            None => Err(format!("no such queue; {}", meant(s, &names))),
        });
        let skills = skills(&mut t);
        let ring_for = t.opt("ring_for", duration("5s", "2m"));
        let wrap_up = t.opt("wrap_up", duration("0s", "1h"));
        let max_tasks = t.opt("max_tasks", number(1, MAX_TASKS));
        let supervisor = t.get("supervisor", false, flag);
        let auto_answer = t.get("auto_answer", false, flag);
        let language = t.opt("language", super::language);
        if !proof && !fixed {
            let remedy = "add `password`, or `contact` for a phone that does not register";
            t.tell("password", "this agent could not be reached", remedy);
        }
        for id in range {
            if !ids.insert(id.clone()) {
                t.tell(
                    "id",
                    format!("the agent `{id}` is there twice"),
                    "remove one",
                );
                break;
            }
            if agents.len() >= MAX_AGENTS {
                t.tell(
                    "id",
                    format!("more than {MAX_AGENTS} agents"),
                    "use a smaller range",
                );
                break;
            }
            let contact = contact.as_ref().map(|c| c.replace("{id}", &id));
            let name = display.as_ref().map(|n| n.replace("{id}", &id));
            agents.push(Agent {
                contact: contact.and_then(|c| SipUri::parse(&c)),
                name: name.unwrap_or_else(|| id.clone()),
                id: AgentId::new(id),
                secret: secret.clone(),
                queues: answers.clone().unwrap_or_else(|| names.clone()),
                skills: skills.clone(),
                ring_for,
                wrap_up,
                max_tasks,
                supervisor,
                auto_answer,
                language: language.clone(),
            });
        }
        t.finish();
    }
    agents
}

fn level(t: &str) -> Parsed<u8> {
    let level = number(0, usize::from(SkillName::MAX_LEVEL))(t)?;
    u8::try_from(level).map_err(|e| e.to_string())
}

/// `de`, or with a level `de:3`; each once.
fn skills(t: &mut Table<'_>) -> BTreeMap<SkillName, u8> {
    let most = SkillName::MAX_LEVEL;
    let one = |s: &str| {
        let like = || format!("write a skill, or one with a level from 1 to {most}, like `de:3`");
        SkillName::with_level(s, 1, most).ok_or_else(like)
    };
    let mut skills = BTreeMap::new();
    for (skill, level) in t.list("skills", one).unwrap_or_default() {
        if skills.insert(skill.clone(), level).is_some() {
            let what = format!("`{skill}` is there twice");
            t.tell("skills", what, "keep one of them");
        }
    }
    skills
}

fn secret(t: &mut Table<'_>, many: bool) -> Option<AgentSecret> {
    let password = t.secret("password", |s| text(s).map(Secret::new));
    let hex = |length: usize| {
        move |s: &str| match s.len() == length && s.bytes().all(|b| b.is_ascii_hexdigit()) {
            true => Ok(Secret::new(s.to_lowercase())),
            false => Err(format!(
                "write H(id:realm:password) as {length} hexadecimal characters"
            )),
        }
    };
    let md5 = t.secret("ha1_md5", hex(32));
    let sha256 = t.secret("ha1_sha256", hex(64));
    let hashed = md5.is_some() || sha256.is_some();
    if hashed && password.is_some() {
        t.tell(
            "password",
            "password and HA1 are both there",
            "keep one of them",
        );
    }
    if hashed && many {
        t.tell(
            "id",
            "an HA1 fits one agent, not a range",
            "write them one by one",
        );
    }
    match password {
        Some(password) => Some(AgentSecret::Password(password)),
        None => hashed.then_some(AgentSecret::Ha1 { md5, sha256 }),
    }
}

/// `agent1`, or `agent001..agent999`: the same prefix, the numbers between.
fn range(t: &str) -> Parsed<Vec<String>> {
    let like = || "write one name, or a range like `agent001..agent999`".to_owned();
    let user = |t: &str| name(t).map_err(|_| like());
    let Some((first, last)) = t.split_once("..") else {
        return Ok(vec![user(t)?]);
    };
    let (first, last) = (user(first)?, user(last)?);
    let prefix = first.trim_end_matches(|c: char| c.is_ascii_digit());
    let digits = first.len() - prefix.len();
    let low: Option<usize> = first.strip_prefix(prefix).and_then(|n| n.parse().ok());
    let high: Option<usize> = last.strip_prefix(prefix).and_then(|n| n.parse().ok());
    match (low, high) {
        (Some(low), Some(high)) if low <= high && high - low < MAX_AGENTS => Ok((low..=high)
            .map(|n| format!("{prefix}{n:0digits$}"))
            .collect()),
        (Some(_) | None, _) => Err(like()),
    }
}

pub(super) fn trunks(tables: Option<Vec<Table<'_>>>, listen: &[Listen]) -> Vec<Trunk> {
    let mut trunks: Vec<Trunk> = Vec::new();
    let mut names = HashSet::new();
    for mut t in tables.unwrap_or_default() {
        let named = t.need("name", "\"provider\"", name).unwrap_or_default();
        if !named.is_empty() && !names.insert(named.clone()) {
            t.tell(
                "name",
                "another trunk has this name",
                "choose one of its own",
            );
        }
        let uri = t.need("uri", "\"sip:sip.example.net\"", |s| {
            let like = "write a SIP address, like `sip:sip.example.net` or `sips:192.0.2.1:5061`";
            SipUri::parse(s).ok_or_else(|| like.to_owned())
        });
        let user = t.opt("user", text);
        let password = t.secret("password", |s| text(s).map(Secret::new));
        let register = t.get("register", user.is_some(), flag);
        if register && user.is_none() {
            t.tell(
                "user",
                "is missing",
                "registering needs `user`, or write `register = false`",
            );
        }
        let expires = t.get("expires", Duration::from_secs(600), duration("60s", "24h"));
        let numbers = t.list("numbers", text).unwrap_or_default();
        let peers = t.list("peers", network).unwrap_or_default();
        let verify = t.get("verify", true, flag);
        let secure = uri.as_ref().is_some_and(speaks_tls);
        if secure && listen.iter().all(|l| l.transport != Transport::Tls) {
            t.tell(
                "uri",
                "asks for TLS, and nothing here listens for it",
                "add `tls:0.0.0.0:5061` to sip.listen, with a section [sip.tls]",
            );
        }
        t.finish();
        if let Some(uri) = uri {
            trunks.push(Trunk {
                name: named,
                uri,
                user,
                password,
                register,
                expires,
                numbers,
                peers,
                verify,
            });
        }
    }
    trunks
}

/// Whether requests to this address go by TLS and nothing else.
fn speaks_tls(uri: &SipUri) -> bool {
    let text = uri.as_str().to_ascii_lowercase();
    text.starts_with("sips:") || text.split(';').skip(1).any(|p| p == "transport=tls")
}
