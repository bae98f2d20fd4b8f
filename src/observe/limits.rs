//! Metrics of what operators watch a queue by: its service level and the limits that they have set.
//! Shares are from 0 to 1; `NaN` where nobody came of whom one could be told.
//!
//! | name | kind, labels | meaning |
//! |---|---|---|
//! | `zeroline_queue_service_level_ratio` | gauge, `queue`, `span` | callers with a person as soon as the queue aims at, of those who wanted one: `today`, and of the last `half_hour` |
//! | `zeroline_queue_service_level_aim_ratio` | gauge, `queue` | what the queue aims at |
//! | `zeroline_queue_abandoned_ratio` | gauge, `queue` | who hung up today, of those who wanted a person |
//! | `zeroline_queue_agents_state` | gauge, `queue`, `state` | its agents by what they do: `ready offered talking engaged wrap_up paused missed offline` |
//! | `zeroline_queue_threshold` | gauge, `queue`, `figure`, `side`, `level` | a limit: callers, agents, seconds, or a share from 0 to 1; `side` is where it is crossed, `above` or `below` |
//! | `zeroline_queue_threshold_crossed` | gauge, the same | 1: it is crossed, for as long as the settings ask for |
//!
//! The figures that limits are about are these, `zeroline_queue_waiting`,
//! `zeroline_queue_longest_wait_seconds` and `zeroline_queue_agents`.

use metrics::{describe_gauge, gauge};

use crate::ids::QueueName;

/// Callers with a person in time.
pub const SERVICE_LEVEL: &str = "zeroline_queue_service_level_ratio";
/// What is aimed at.
pub const SERVICE_LEVEL_AIM: &str = "zeroline_queue_service_level_aim_ratio";
/// Who hung up.
pub const ABANDONED: &str = "zeroline_queue_abandoned_ratio";
/// Agents by what they do.
pub const AGENTS: &str = "zeroline_queue_agents_state";
/// Limits.
pub const THRESHOLD: &str = "zeroline_queue_threshold";
/// Whether they are crossed.
pub const THRESHOLD_CROSSED: &str = "zeroline_queue_threshold_crossed";

/// Gives Prometheus the help texts.
pub(super) fn describe() {
    describe_gauge!(
        SERVICE_LEVEL,
        "Share of callers with a person as soon as the queue aims at, from 0 to 1"
    );
    describe_gauge!(
        SERVICE_LEVEL_AIM,
        "Share of callers that the queue aims at, from 0 to 1"
    );
    describe_gauge!(
        ABANDONED,
        "Share of callers who hung up today while they waited, from 0 to 1"
    );
    describe_gauge!(AGENTS, "Agents of the queue by what they do");
    describe_gauge!(
        THRESHOLD,
        "Limits of a queue's figures: callers, agents, seconds, or a share from 0 to 1"
    );
    describe_gauge!(THRESHOLD_CROSSED, "1: the limit is crossed");
}

/// Shares of a queue; `None`: there are none.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Shares {
    /// With a person in time today.
    pub today: Option<f64>,
    /// The same of the last half hour.
    pub half_hour: Option<f64>,
    /// What is aimed at.
    pub aim: f64,
    /// Hung up today.
    pub abandoned: Option<f64>,
}

/// The shares of a queue as they are now.
pub fn shares(queue: &QueueName, shares: &Shares) {
    let name = || queue.to_string();
    let value = |share: Option<f64>| share.unwrap_or(f64::NAN);
    gauge!(SERVICE_LEVEL, "queue" => name(), "span" => "today").set(value(shares.today));
    gauge!(SERVICE_LEVEL, "queue" => name(), "span" => "half_hour").set(value(shares.half_hour));
    gauge!(SERVICE_LEVEL_AIM, "queue" => name()).set(shares.aim);
    gauge!(ABANDONED, "queue" => name()).set(value(shares.abandoned));
}

/// The agents of a queue by what they do now.
pub fn agents(queue: &QueueName, states: &[(&'static str, usize)]) {
    for &(state, n) in states {
        gauge!(AGENTS, "queue" => queue.to_string(), "state" => state).set(n as f64);
    }
}

/// A limit of a queue's figure.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Limit {
    /// Of which figure, as the settings write it.
    pub figure: &'static str,
    /// `above` or `below`.
    pub side: &'static str,
    /// `warning` or `critical`.
    pub level: &'static str,
    /// In the figure's own unit.
    pub limit: f64,
    /// It is crossed.
    pub crossed: bool,
}

/// How a limit stands now.
pub fn limit(queue: &QueueName, limit: &Limit) {
    let labels = [
        ("queue", queue.to_string()),
        ("figure", limit.figure.to_owned()),
        ("side", limit.side.to_owned()),
        ("level", limit.level.to_owned()),
    ];
    gauge!(THRESHOLD, &labels).set(limit.limit);
    gauge!(THRESHOLD_CROSSED, &labels).set(f64::from(u8::from(limit.crossed)));
}
