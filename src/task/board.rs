//! Tells those who watch how the queues look, as soon as that may have changed, and whoever wants to
//! know when a limit that an operator has set is crossed.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use jiff::Timestamp;
use jiff::tz::TimeZone;
use serde_json::json;
use tracing::warn;

use super::clock;
use super::outbox::{OutboxHandle, until};
use super::queue::QueueHandle;
use super::settings::InUse;
use crate::config::{Config, Webhook};
use crate::ids::{AgentId, QueueName};
use crate::live::{AgentsNow, Live, QueueNow, Stored, ThresholdNow, TodayNow, stamp};
use crate::now::{Now, Wall};
use crate::observe::limits;
use crate::queue::action::AgentState;
use crate::queue::snapshot::{AcdSnapshot, QueueSnapshot};
use crate::statistics::threshold::{Crossing, Level, Side, Standing, Threshold, Values, Watch};
use crate::statistics::today::{QueueToDate, Today};
use crate::statistics::{QueueFigures, Rules};
use crate::store::{Span, Store};

/// So long a change waits for further ones: each look costs the queue's task a moment.
const GATHER: Duration = Duration::from_millis(100);
/// Callers do not wait longer for the figures of today.
const LONGEST_READ: Duration = Duration::from_secs(5);
/// How often it is looked without a reason.
const LOOK: Duration = Duration::from_secs(1);
/// What a webhook and a live event call a limit that is crossed, or is not any more.
pub const THRESHOLD: &str = "queue.threshold";

/// How it is counted, as the settings say.
pub fn rules(config: &Config) -> Rules {
    let days = u64::try_from(config.statistics.repeat_days).unwrap_or(u64::MAX);
    Rules {
        aims: config
            .queues
            .iter()
            .map(|q| (q.name.clone(), q.service_level))
            .collect(),
        short_abandon: config.statistics.short_abandon,
        repeat_within: Duration::from_secs(days.saturating_mul(86_400)),
    }
}

/// Who answers which queue.
pub type Teams = Vec<(AgentId, Vec<QueueName>)>;

/// Who answers which queue, as the settings say.
pub fn teams(config: &Config) -> Teams {
    let agents = config.agents.iter();
    agents.map(|a| (a.id.clone(), a.queues.clone())).collect()
}

/// Keeps the figures of the queues.
pub struct Board {
    queue: QueueHandle,
    store: Store,
    live: Live,
    rules: Rules,
    teams: Teams,
    watch: Watch,
    hooks: Vec<Webhook>,
    outbox: OutboxHandle,
    settings: InUse,
    /// Those that all of this was made of.
    read: Arc<Config>,
}

impl Board {
    /// Over these parts.
    pub fn new(queue: QueueHandle, store: Store, outbox: OutboxHandle, settings: InUse) -> Board {
        let config = settings.now();
        Board {
            queue,
            live: store.live().clone(),
            rules: rules(&config),
            teams: teams(&config),
            watch: Watch::new(limits_of(&config)),
            hooks: hooks(&config),
            store,
            outbox,
            settings,
            read: config,
        }
    }

    /// Takes over settings that have changed since. Limits that stay are crossed for as long as before.
    fn renew(&mut self) {
        let config = self.settings.now();
        if Arc::ptr_eq(&config, &self.read) {
            return;
        }
        self.rules = rules(&config);
        self.teams = teams(&config);
        self.watch.renew(limits_of(&config));
        self.hooks = hooks(&config);
        self.live.rules(self.rules.clone());
        self.read = config;
    }

    /// Runs until the queue's task ends.
    pub async fn keep(mut self) {
        while let Some(snapshot) = self.queue.snapshot().await {
            self.renew();
            let now = clock::now();
            let figures = self.live.figures(now.wall, midnight(now.wall)).await;
            let mut queues = queues(&snapshot, &self.teams, now);
            let mut crossings = Vec::new();
            for queue in &mut queues {
                let to_date = figures.get(&queue.queue);
                queue.today = today(to_date, &self.rules, &queue.queue);
                let values = values(queue, to_date, now.wall);
                crossings.extend(self.watch.handle(now, &queue.queue, &values));
                let standing = self.watch.standing(&queue.queue);
                measure(queue, &standing);
                queue.thresholds = standing.into_iter().map(ThresholdNow::from).collect();
            }
            self.live.queues(queues);
            for crossing in crossings {
                self.tell(&crossing, now.wall).await;
            }
            // Whether it was stirred or not, it is looked at.
            let _ = tokio::time::timeout(LOOK, self.live.stirred()).await;
            tokio::time::sleep(GATHER).await;
        }
    }

    /// Today began before this start: what it has come to so far. To be done before anything happens
    /// that is to be counted.
    pub async fn begin(&self) {
        let now = clock::now().wall;
        let span = Span {
            since: midnight(now),
            until: now,
        };
        let mut today = Today::new(self.rules.clone(), span.since);
        let reader = self.store.reader();
        let read = reader.statistics(&self.rules, span, now);
        match tokio::time::timeout(LONGEST_READ, read).await {
            Ok(Ok(report)) => today.handle_record(report),
            Ok(Err(e)) => {
                warn!(error = %e, "the figures of today begin now: the record can not be read");
            }
            Err(_) => warn!("the figures of today begin now: the record takes too long to read"),
        }
        self.live.count(today);
    }

    async fn tell(&self, crossing: &Crossing, now: Wall) {
        let threshold = crossing.threshold;
        let data = json!({
            "queue": crossing.queue,
            "figure": threshold.figure,
            "limit": threshold.limit,
            "threshold": threshold.to_string(),
            "level": threshold.level,
            "state": if crossing.raised { "raised" } else { "over" },
            "value": crossing.value,
            "since": stamp(crossing.since),
        });
        self.live.stored(Stored {
            kind: THRESHOLD,
            queue: Some(crossing.queue.clone()),
            only: None,
            data: data.clone(),
        });
        if self.hooks.is_empty() {
            return;
        }
        let hooks = self.hooks.clone();
        let name = crossing.queue.to_string();
        let told = self
            .store
            .tell_webhooks(hooks, THRESHOLD, name, data, now, until(now));
        match told.await {
            Ok(()) => self.outbox.wake(),
            Err(e) => warn!(error = %e, "a webhook is not told that a limit was crossed"),
        }
    }
}

fn limits_of(config: &Config) -> impl Iterator<Item = (QueueName, Threshold)> {
    config.queues.iter().flat_map(|q| {
        let name = q.name.clone();
        q.thresholds.iter().map(move |t| (name.clone(), *t))
    })
}

/// Who wants to know.
fn hooks(config: &Config) -> Vec<Webhook> {
    let wants = |h: &&Webhook| h.events.iter().any(|e| e == THRESHOLD);
    config.webhooks.iter().filter(wants).cloned().collect()
}

/// The metrics of what operators watch it by.
fn measure(queue: &QueueNow, standing: &[Standing]) {
    let shares = limits::Shares {
        today: queue.today.service_level,
        half_hour: queue.today.service_level_now,
        aim: queue.today.service_level_aim,
        abandoned: queue.today.abandon_rate,
    };
    limits::shares(&queue.queue, &shares);
    limits::agents(&queue.queue, &queue.agents.by_state());
    let key = |s: &Standing| (s.threshold.figure, s.threshold.side, s.threshold.level);
    for s in standing {
        // Limits that differ in nothing else are one metric: the one that is met first.
        let alike = || standing.iter().filter(|other| key(other) == key(s));
        let all = alike().map(|other| other.threshold.in_units());
        let (side, limit) = match s.threshold.side {
            Side::Above => ("above", all.fold(f64::INFINITY, f64::min)),
            Side::Below => ("below", all.fold(f64::NEG_INFINITY, f64::max)),
        };
        let limit = limits::Limit {
            figure: s.threshold.figure.as_str(),
            side,
            level: match s.threshold.level {
                Level::Warning => "warning",
                Level::Critical => "critical",
            },
            limit,
            crossed: alike().any(|other| other.since.is_some()),
        };
        limits::limit(&queue.queue, &limit);
    }
}

/// When today began, by the clock of this machine.
fn midnight(now: Wall) -> Wall {
    let at = Timestamp::from_millisecond(now.unix_millis()).unwrap_or(Timestamp::UNIX_EPOCH);
    let day = at.to_zoned(TimeZone::system()).start_of_day();
    day.map_or(now, |day| {
        Wall::from_unix_millis(day.timestamp().as_millisecond())
    })
}

/// The queues as others see them, without the figures of today.
pub fn queues(snapshot: &AcdSnapshot, teams: &Teams, now: Now) -> Vec<QueueNow> {
    let states: BTreeMap<&AgentId, &AgentState> =
        snapshot.agents.iter().map(|a| (&a.id, &a.state)).collect();
    let queue = |q: &QueueSnapshot| {
        let theirs = teams.iter().filter(|(_, queues)| queues.contains(&q.name));
        let mut agents = AgentsNow::default();
        for (agent, _) in theirs {
            agents.add(states.get(agent).copied().unwrap_or(&AgentState::Offline));
        }
        self::queue(q, agents, now)
    };
    snapshot.queues.iter().map(queue).collect()
}

fn queue(q: &QueueSnapshot, agents: AgentsNow, now: Now) -> QueueNow {
    let waited = i64::try_from(q.longest_wait.as_millis()).unwrap_or(i64::MAX);
    let since = Wall::from_unix_millis(now.wall.unix_millis().saturating_sub(waited));
    QueueNow {
        queue: q.name.clone(),
        waiting: q.waiting,
        waiting_since: (q.waiting > 0).then_some(since),
        front: q.front.map(|c| c.to_string()),
        staffed: q.staffed,
        ready: q.ready,
        agents,
        counts: q.counts.into(),
        today: TodayNow::default(),
        thresholds: Vec::new(),
    }
}

fn today(to_date: Option<&QueueToDate>, rules: &Rules, queue: &QueueName) -> TodayNow {
    let none = QueueFigures::default();
    let figures = to_date.map_or(&none, |q| &q.today);
    let aim = rules.aims.get(queue).copied().unwrap_or_default();
    let whole = |d: Duration| u64::try_from(d.as_millis()).unwrap_or(u64::MAX);
    TodayNow {
        entered: figures.entered,
        answered: figures.answered,
        answered_in_time: figures.in_time,
        in_time_ms: whole(aim.within),
        service_level: figures.service_level(),
        service_level_now: to_date.and_then(|q| q.recent),
        service_level_aim: aim.share(),
        abandoned: figures.abandoned,
        abandoned_short: figures.abandoned_short,
        abandon_rate: figures.abandon_rate(),
        overflowed: figures.overflows(),
        promised: figures.promised,
        mean_wait_ms: figures.waits.mean().map(whole),
        longest_wait_ms: figures.waits.longest().map(whole),
        talks: figures.talks,
        handling_ms: figures.handling().map(whole),
    }
}

fn values(queue: &QueueNow, to_date: Option<&QueueToDate>, now: Wall) -> Values {
    let percent = |share: Option<f64>| share.map(|s| s * 100.0);
    let waited = queue
        .waiting_since
        .map_or(0, |since| now.unix_millis() - since.unix_millis());
    Values {
        waiting: queue.waiting as f64,
        longest_wait: waited.max(0) as f64 / 1000.0,
        ready: queue.ready as f64,
        staffed: queue.staffed as f64,
        service_level: percent(to_date.and_then(|q| q.today.service_level())),
        service_level_now: percent(to_date.and_then(|q| q.recent)),
        abandon_rate: percent(to_date.and_then(|q| q.today.abandon_rate())),
    }
}
