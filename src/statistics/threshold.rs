//! Limits that an operator sets for a queue's figures, and when they are crossed. A figure has to be
//! beyond its limit for a time before anybody is told, and within it as long before that is over: what
//! goes to and fro is told once.

use std::fmt;
use std::time::Duration;

use serde::{Deserialize, Serialize};

use crate::ids::QueueName;
use crate::now::{Mono, Now, Wall};

/// Sooner nothing is over.
const LEAST: Duration = Duration::from_secs(10);

/// A figure of a queue.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Figure {
    /// Callers in line.
    Waiting,
    /// How long the one at the front has waited, in seconds.
    LongestWait,
    /// Agents who are ready.
    Ready,
    /// Agents who are signed in.
    Staffed,
    /// The service level of today, in percent.
    ServiceLevel,
    /// The service level of the last half hour, in percent.
    ServiceLevelNow,
    /// The share that hung up today, in percent.
    AbandonRate,
}

impl Figure {
    /// All, as settings write them.
    pub const ALL: [(&'static str, Figure); 7] = [
        ("waiting", Figure::Waiting),
        ("longest_wait", Figure::LongestWait),
        ("ready", Figure::Ready),
        ("staffed", Figure::Staffed),
        ("service_level", Figure::ServiceLevel),
        ("service_level_now", Figure::ServiceLevelNow),
        ("abandon_rate", Figure::AbandonRate),
    ];

    /// As settings write it.
    pub fn as_str(self) -> &'static str {
        let named = Figure::ALL.iter().find(|(_, f)| *f == self);
        named.map_or("", |(name, _)| *name)
    }
}

/// On which side of the limit it is crossed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Side {
    /// Above it.
    Above,
    /// Below it.
    Below,
}

/// How bad it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Level {
    /// To be looked at.
    Warning,
    /// To be acted on.
    Critical,
}

/// A limit.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Threshold {
    /// Of this figure.
    pub figure: Figure,
    /// On this side.
    pub side: Side,
    /// Of this: agents or callers, seconds, percent.
    pub limit: f64,
    /// For so long.
    pub lasting: Duration,
    /// How bad that is.
    pub level: Level,
}

impl Threshold {
    /// In the unit of metrics: what settings write in percent is a share from 0 to 1.
    pub fn in_units(&self) -> f64 {
        match self.figure {
            Figure::Waiting | Figure::LongestWait | Figure::Ready | Figure::Staffed => self.limit,
            Figure::ServiceLevel | Figure::ServiceLevelNow | Figure::AbandonRate => {
                self.limit / 100.0
            }
        }
    }
}

impl fmt::Display for Threshold {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let side = match self.side {
            Side::Above => '>',
            Side::Below => '<',
        };
        write!(f, "{} {side} {}", self.figure.as_str(), self.limit)
    }
}

/// The figures of a queue at one moment; `None`: there is none.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Values {
    /// [`Figure::Waiting`].
    pub waiting: f64,
    /// [`Figure::LongestWait`].
    pub longest_wait: f64,
    /// [`Figure::Ready`].
    pub ready: f64,
    /// [`Figure::Staffed`].
    pub staffed: f64,
    /// [`Figure::ServiceLevel`].
    pub service_level: Option<f64>,
    /// [`Figure::ServiceLevelNow`].
    pub service_level_now: Option<f64>,
    /// [`Figure::AbandonRate`].
    pub abandon_rate: Option<f64>,
}

impl Values {
    fn of(&self, figure: Figure) -> Option<f64> {
        match figure {
            Figure::Waiting => Some(self.waiting),
            Figure::LongestWait => Some(self.longest_wait),
            Figure::Ready => Some(self.ready),
            Figure::Staffed => Some(self.staffed),
            Figure::ServiceLevel => self.service_level,
            Figure::ServiceLevelNow => self.service_level_now,
            Figure::AbandonRate => self.abandon_rate,
        }
    }
}

/// A limit was crossed, or is not any more.
#[derive(Clone, Debug, PartialEq)]
pub struct Crossing {
    /// Of this queue.
    pub queue: QueueName,
    /// Which.
    pub threshold: Threshold,
    /// Crossed; else it is over.
    pub raised: bool,
    /// The figure.
    pub value: Option<f64>,
    /// Crossed since then.
    pub since: Wall,
}

/// How a limit stands.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Standing {
    /// Which.
    pub threshold: Threshold,
    /// Crossed since then; `None`: it is not.
    pub since: Option<Wall>,
}

/// Watches over the limits of all queues.
#[derive(Debug, Default)]
pub struct Watch {
    limits: Vec<Limit>,
}

#[derive(Debug)]
struct Limit {
    queue: QueueName,
    threshold: Threshold,
    state: State,
}

#[derive(Clone, Copy, Debug)]
enum State {
    /// Within the limit.
    Within,
    /// Beyond it, not long enough yet.
    Beyond(Mono, Wall),
    /// Crossed. Within the limit again since the last time, if it is.
    Raised(Wall, Option<Mono>),
}

impl Watch {
    /// Nothing is crossed yet.
    pub fn new(limits: impl IntoIterator<Item = (QueueName, Threshold)>) -> Watch {
        let limit = |(queue, threshold)| Limit {
            queue,
            threshold,
            state: State::Within,
        };
        Watch {
            limits: limits.into_iter().map(limit).collect(),
        }
    }

    /// These are the limits from now on. How those stand that were there before is kept.
    pub fn renew(&mut self, limits: impl IntoIterator<Item = (QueueName, Threshold)>) {
        let mut before = std::mem::replace(self, Watch::new(limits)).limits;
        for limit in &mut self.limits {
            let same = |l: &Limit| l.queue == limit.queue && l.threshold == limit.threshold;
            if let Some(at) = before.iter().position(same) {
                limit.state = before.swap_remove(at).state;
            }
        }
    }

    /// The figures of a queue now: what has been crossed by that, and what is over.
    pub fn handle(&mut self, now: Now, queue: &QueueName, values: &Values) -> Vec<Crossing> {
        let limits = self.limits.iter_mut().filter(|l| l.queue == *queue);
        limits.filter_map(|l| l.handle(now, values)).collect()
    }

    /// How the limits of a queue stand.
    pub fn standing(&self, queue: &QueueName) -> Vec<Standing> {
        let limits = self.limits.iter().filter(|l| l.queue == *queue);
        let standing = |l: &Limit| Standing {
            threshold: l.threshold,
            since: match l.state {
                State::Raised(since, _) => Some(since),
                State::Within | State::Beyond(..) => None,
            },
        };
        limits.map(standing).collect()
    }
}

impl Limit {
    fn handle(&mut self, now: Now, values: &Values) -> Option<Crossing> {
        let value = values.of(self.threshold.figure);
        let beyond = value.is_some_and(|v| match self.threshold.side {
            Side::Above => v > self.threshold.limit,
            Side::Below => v < self.threshold.limit,
        });
        let lasting = self.threshold.lasting;
        let (state, told) = match (self.state, beyond) {
            (State::Within, false) | (State::Beyond(..), false) => (State::Within, None),
            (State::Within, true) if lasting.is_zero() => {
                (State::Raised(now.wall, None), Some((true, now.wall)))
            }
            (State::Within, true) => (State::Beyond(now.mono, now.wall), None),
            (State::Beyond(since, wall), true) if now.mono.since(since) >= lasting => {
                (State::Raised(wall, None), Some((true, wall)))
            }
            (state @ State::Beyond(..), true) => (state, None),
            (State::Raised(wall, _), true) => (State::Raised(wall, None), None),
            (State::Raised(wall, None), false) => (State::Raised(wall, Some(now.mono)), None),
            (State::Raised(wall, Some(since)), false)
                if now.mono.since(since) >= lasting.max(LEAST) =>
            {
                (State::Within, Some((false, wall)))
            }
            (state @ State::Raised(_, Some(_)), false) => (state, None),
        };
        self.state = state;
        told.map(|(raised, since)| Crossing {
            queue: self.queue.clone(),
            threshold: self.threshold,
            raised,
            value,
            since,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The figure over time, one value a second from 0 on: what is told when.
    fn told(side: Side, limit: f64, lasting: u64, waiting: &[(u64, f64)]) -> Vec<String> {
        let threshold = Threshold {
            figure: Figure::Waiting,
            side,
            limit,
            lasting: Duration::from_secs(lasting),
            level: Level::Warning,
        };
        let queue = QueueName::new("support");
        let mut watch = Watch::new([(queue.clone(), threshold)]);
        let mut out = Vec::new();
        let mut second = 0;
        for (seconds, waiting) in waiting {
            for _ in 0..*seconds {
                let start = Now {
                    mono: Mono::ZERO,
                    wall: Wall::default(),
                };
                let values = Values {
                    waiting: *waiting,
                    ..Values::default()
                };
                let now = start.after(Duration::from_secs(second));
                for c in watch.handle(now, &queue, &values) {
                    let word = if c.raised { "raised" } else { "over" };
                    let since = c.since.unix_millis() / 1000;
                    out.push(format!("{second} {word} since {since}"));
                }
                let crossed = watch.standing(&queue)[0].since.is_some();
                let last = out.last().is_some_and(|l| l.contains("raised"));
                assert_eq!(crossed, last, "at {second}");
                second += 1;
            }
        }
        out
    }

    #[test]
    fn a_limit_counts_once_it_is_crossed_for_long_enough() {
        assert_eq!(
            told(Side::Above, 5.0, 30, &[(10, 5.0), (29, 6.0), (60, 5.0)]),
            [""; 0]
        );
        assert_eq!(
            told(Side::Above, 5.0, 30, &[(10, 5.0), (60, 6.0), (60, 5.0)]),
            ["40 raised since 10", "100 over since 10"]
        );
    }

    #[test]
    fn what_goes_to_and_fro_is_told_once() {
        let mut waiting = vec![(40, 6.0)];
        for _ in 0..20 {
            waiting.extend([(20, 4.0), (5, 6.0)]);
        }
        waiting.push((60, 4.0));
        assert_eq!(
            told(Side::Above, 5.0, 30, &waiting),
            ["30 raised since 0", "570 over since 0"]
        );
    }

    #[test]
    fn at_once_means_at_once_and_over_still_takes_a_moment() {
        assert_eq!(
            told(Side::Below, 1.0, 0, &[(3, 1.0), (5, 0.0), (30, 1.0)]),
            ["3 raised since 3", "18 over since 3"]
        );
    }

    #[test]
    fn limits_that_stay_are_crossed_for_as_long_as_before() {
        let of = |limit: f64| Threshold {
            figure: Figure::Waiting,
            side: Side::Above,
            limit,
            lasting: Duration::ZERO,
            level: Level::Warning,
        };
        let queue = QueueName::new("support");
        let mut watch = Watch::new([(queue.clone(), of(1.0)), (queue.clone(), of(2.0))]);
        let now = Now {
            mono: Mono::ZERO,
            wall: Wall::default(),
        };
        let values = Values {
            waiting: 3.0,
            ..Values::default()
        };
        assert_eq!(watch.handle(now, &queue, &values).len(), 2);
        watch.renew([(queue.clone(), of(2.0)), (queue.clone(), of(2.5))]);
        let since = watch.standing(&queue);
        assert!(since[0].since.is_some() && since[1].since.is_none());
        assert_eq!(
            watch.handle(now, &queue, &values).len(),
            1,
            "the new one only"
        );
    }

    #[test]
    fn a_figure_that_is_not_there_crosses_nothing() {
        let threshold = Threshold {
            figure: Figure::ServiceLevel,
            side: Side::Below,
            limit: 80.0,
            lasting: Duration::ZERO,
            level: Level::Critical,
        };
        let queue = QueueName::new("support");
        let mut watch = Watch::new([(queue.clone(), threshold)]);
        let now = Now {
            mono: Mono::ZERO,
            wall: Wall::default(),
        };
        assert_eq!(watch.handle(now, &queue, &Values::default()), []);
        let low = Values {
            service_level: Some(79.0),
            ..Values::default()
        };
        assert_eq!(watch.handle(now, &"sales".into(), &low), []);
        assert_eq!(watch.handle(now, &queue, &low).len(), 1);
    }
}
