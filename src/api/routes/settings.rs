//! What the settings file and the menus say. Agents, queues and webhooks can be changed here, all else
//! where it is written.

mod apply;
pub(super) mod change;

use std::collections::BTreeMap;

use axum::Json;
use axum::extract::State;
use axum::response::Response;
use jiff::civil::Date;
use serde::Serialize;
use utoipa::{IntoParams, ToSchema};

use super::tagged;
use crate::api::Api;
use crate::api::fields::{Query, parsed};
use crate::api::problem::{Answer, Problem};
use crate::api::who::{Right, Who};
use crate::config::edit::{self, Section};
use crate::config::{
    Agent, MessagesTo, Queue, Recording, Strategy, Unstaffed, WaitingKey, Webhook,
};
use crate::observe::calendars::CalendarView;
use crate::queue::action::OverflowStep;
use crate::task::clock;

/// What files say.
#[derive(Debug, Serialize, ToSchema)]
pub struct SettingsView {
    /// The settings file, as it was named at the start; none: there is none.
    file: Option<String>,
    /// Agents, queues and webhooks that can not be changed here, as `agents/NAME`, and why; `agents`
    /// alone: none of them can.
    fixed: BTreeMap<String, String>,
    /// The folder of menus and calendars; none: those of the demo.
    menus: Option<String>,
    /// No agent is configured: those of the demo are used.
    demo: bool,
    /// Those who answer: `[[agents]]`.
    agents: Vec<AgentSetting>,
    /// Where callers wait: `[[queues]]`.
    queues: Vec<QueueSetting>,
    /// Who is told of what happens: `[[webhooks]]`.
    webhooks: Vec<WebhookSetting>,
}

/// An agent.
#[derive(Debug, Serialize, ToSchema)]
pub struct AgentSetting {
    /// Their name at the phone.
    agent: String,
    /// Their name.
    name: String,
    /// The queues that they answer.
    queues: Vec<String>,
    /// What they can do, and at which level; languages among it.
    skills: BTreeMap<String, u8>,
    /// May listen to other agents' talks, and speak in them.
    supervisor: bool,
    /// Their phone registers; else it is always there.
    registers: bool,
    /// How long their phone rings, in place of the queue's.
    ring_for_ms: Option<u64>,
    /// Time after a call, in place of the queue's.
    wrap_up_ms: Option<u64>,
    /// So many tasks they may have taken at once; none: any number.
    max_tasks: Option<usize>,
    /// In which the server speaks to them, if not in that of the prompts.
    language: Option<String>,
    /// Their desk phone answers by itself what the queue offers.
    auto_answer: bool,
}

/// A queue.
#[derive(Debug, Serialize, ToSchema)]
pub struct QueueSetting {
    /// Its name.
    queue: String,
    /// Who is offered the next caller: `longest-idle`, `round-robin`, `fewest-contacts` or `ring-all`.
    strategy: &'static str,
    /// How long a phone rings.
    ring_for_ms: u64,
    /// Time after each call.
    wrap_up_ms: u64,
    /// So many may wait.
    max_callers: usize,
    /// And so long.
    max_wait_ms: u64,
    /// Callers wait although nobody is signed in; else they go on at once.
    waits_unstaffed: bool,
    /// Where those go whom it can not keep; the name of a queue, `outside:NUMBER`, `callback` or
    /// `message`.
    overflow: Vec<String>,
    /// How many of a hundred should talk to a person …
    service_percent: u8,
    /// … within this time.
    service_within_ms: u64,
    /// `off`, `announced` or `asked`.
    recording: &'static str,
    /// What waiting callers can ask for by a key: `callback`, `message`, `self-service`.
    waiting_keys: Vec<&'static str>,
    /// The level at which agents should speak a caller's language; 0: it does not matter.
    language_level: u8,
    /// The levels that are needed fall by one each time this has passed.
    relax_every_ms: u64,
    /// What agents may say of a talk.
    wrap_up_codes: Vec<String>,
    /// Limits for its figures: `waiting > 5`.
    thresholds: Vec<String>,
    /// Messages go there as well: a mail address, or `webhook:NAME`.
    messages_to: Vec<String>,
    /// Agents are told when a supervisor only listens.
    monitor_notice: bool,
    /// What callers are asked when an agent has ended the talk: a survey of their line.
    survey: Option<String>,
}

/// A webhook.
#[derive(Debug, Serialize, ToSchema)]
pub struct WebhookSetting {
    /// Its name, as in the outbox.
    name: String,
    /// Where to, without what follows a `?`.
    url: String,
    /// Of what.
    events: Vec<String>,
    /// With callers' numbers in the clear.
    numbers: bool,
}

fn whole(d: std::time::Duration) -> u64 {
    u64::try_from(d.as_millis()).unwrap_or(u64::MAX)
}

impl From<&Agent> for AgentSetting {
    fn from(a: &Agent) -> AgentSetting {
        let skills = a.skills.iter().map(|(s, level)| (s.to_string(), *level));
        AgentSetting {
            agent: a.id.to_string(),
            name: a.name.clone(),
            queues: a.queues.iter().map(ToString::to_string).collect(),
            skills: skills.collect(),
            supervisor: a.supervisor,
            registers: a.contact.is_none(),
            ring_for_ms: a.ring_for.map(whole),
            wrap_up_ms: a.wrap_up.map(whole),
            max_tasks: a.max_tasks,
            language: a.language.as_ref().map(ToString::to_string),
            auto_answer: a.auto_answer,
        }
    }
}

impl From<&Queue> for QueueSetting {
    fn from(q: &Queue) -> QueueSetting {
        let overflow = q.overflow.iter().map(|step| match step {
            OverflowStep::Queue(name) => name.to_string(),
            OverflowStep::Outside(number) => format!("outside:{}", number.reveal()),
            OverflowStep::Callback => "callback".to_owned(),
            OverflowStep::Message => "message".to_owned(),
        });
        let keys = q.waiting_keys.iter().map(|key| match key {
            WaitingKey::Callback => "callback",
            WaitingKey::Message => "message",
            WaitingKey::SelfService => "self-service",
        });
        let messages = q.messages_to.iter().map(|to| match to {
            MessagesTo::Mail(address) => address.clone(),
            MessagesTo::Webhook(name) => format!("webhook:{name}"),
        });
        QueueSetting {
            queue: q.name.to_string(),
            strategy: match q.strategy {
                Strategy::LongestIdle => "longest-idle",
                Strategy::RoundRobin => "round-robin",
                Strategy::FewestContacts => "fewest-contacts",
                Strategy::RingAll => "ring-all",
            },
            ring_for_ms: whole(q.ring_for),
            wrap_up_ms: whole(q.wrap_up),
            max_callers: q.max_callers,
            max_wait_ms: whole(q.max_wait),
            waits_unstaffed: q.unstaffed == Unstaffed::Wait,
            overflow: overflow.collect(),
            service_percent: q.service_level.percent,
            service_within_ms: whole(q.service_level.within),
            recording: match q.recording {
                Recording::Off => "off",
                Recording::Announced => "announced",
                Recording::Asked => "asked",
            },
            waiting_keys: keys.collect(),
            language_level: q.language_level,
            relax_every_ms: whole(q.relax_every),
            wrap_up_codes: q.wrap_up_codes.clone(),
            thresholds: q.thresholds.iter().map(ToString::to_string).collect(),
            messages_to: messages.collect(),
            monitor_notice: q.monitor_notice,
            survey: q.survey.as_ref().map(|s| s.node.as_str().to_owned()),
        }
    }
}

impl From<&Webhook> for WebhookSetting {
    fn from(w: &Webhook) -> WebhookSetting {
        // What opens a door may stand in an address: before an `@`, or after a `?`.
        let url = w.url.split(['?', '#']).next().unwrap_or_default();
        let url = match url.split_once("://") {
            Some((scheme, rest)) => {
                let (place, path) = rest.split_once('/').unwrap_or((rest, ""));
                let host = place.rsplit('@').next().unwrap_or_default();
                format!("{scheme}://{host}/{path}")
            }
            None => url.to_owned(),
        };
        WebhookSetting {
            name: w.name.clone(),
            url,
            events: w.events.clone(),
            numbers: w.numbers,
        }
    }
}

impl SettingsView {
    /// As they are in use, with the ETag of the file.
    async fn of(api: &Api) -> Answer<(String, SettingsView)> {
        let text = apply::read(api.file.0.path()).await?;
        let config = api.config();
        let mut fixed = BTreeMap::new();
        let sections = [Section::Agents, Section::Queues, Section::Webhooks];
        for section in sections {
            if let Some(place) = api.file.0.elsewhere(section.as_str()) {
                fixed.insert(section.as_str().to_owned(), format!("set by {place}"));
            }
        }
        let text_now = text.as_deref().unwrap_or_default();
        let agents = config.agents.iter().map(|a| a.id.as_str());
        for (agent, why) in edit::fixed(text_now, Section::Agents, agents) {
            fixed.insert(format!("agents/{agent}"), why.to_string());
        }
        let menus = config.lines.dir.as_ref();
        let view = SettingsView {
            file: config.source.clone(),
            fixed,
            menus: menus.map(|dir| dir.display().to_string()),
            demo: config.demo,
            agents: config.agents.iter().map(Into::into).collect(),
            queues: config.queues.iter().map(Into::into).collect(),
            webhooks: config.webhooks.iter().map(Into::into).collect(),
        };
        Ok((apply::tag(text.as_deref()), view))
    }
}

/// What files say of agents, queues and webhooks
///
/// As they are in use. The ETag stands for all that is in the settings file. No password is among them.
#[utoipa::path(get, path = "/settings", tag = "settings",
    responses((status = 200, body = SettingsView), (status = 403, body = Problem)))]
pub async fn show(State(api): State<Api>, who: Who) -> Answer<Response> {
    who.need(Right::SeeAll)?;
    let (tag, view) = SettingsView::of(&api).await?;
    Ok(tagged(&tag, Json(view)))
}

/// Which day.
#[derive(Debug, IntoParams)]
#[into_params(parameter_in = Query)]
#[allow(dead_code, reason = "it is read field by field; this is its schema")]
pub struct Day {
    /// The day that is asked about: `2026-12-24`; without it today, by each calendar's own clock.
    date: Option<String>,
}

/// The calendars in use, and what a caller meets on a day
///
/// As `zeroline calendar` tells it. They are files beside the menus.
#[utoipa::path(get, path = "/calendars", tag = "settings", params(Day),
    responses((status = 200, body = Vec<CalendarView>), (status = 403, body = Problem),
        (status = 422, body = Problem)))]
pub async fn calendars(
    State(api): State<Api>,
    who: Who,
    Query(mut asked): Query,
) -> Answer<Json<Vec<CalendarView>>> {
    who.need(Right::SeeAll)?;
    let date = asked.opt("date", parsed::<Date>("a day like `2026-12-24`"));
    asked.finish(Some(()))?;
    Ok(Json(api.menus.calendars().told(date, clock::now().wall)))
}
