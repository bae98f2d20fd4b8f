//! What a line, its queues and its people came to in a span of time: service level, waits, handling
//! times, how often self-service was enough.
//!
//! Drawn from the timelines of contacts and the journal of what agents did, and from nothing else:
//! whoever doubts a figure can look at the contacts behind it. A contact counts where it began.

mod agent;
mod line;
mod path;
mod queue;
pub mod spans;
mod sum;
mod survey;
pub mod threshold;
pub mod today;

use std::collections::BTreeMap;
use std::time::Duration;

use serde::Serialize;

pub use self::agent::{AgentFigures, Change};
pub use self::line::{Effort, LineFigures, NodeFigures, Resolution};
pub use self::path::{CalledBack, Path, Stay, StayEnd, Talk};
pub use self::queue::{QueueFigures, Waits};
use self::survey::Answers;
pub use self::survey::{Judged, SurveyFigures, Surveys};
use crate::ids::{AgentId, LineName, QueueName};
use crate::now::Wall;
use crate::queue::settings::ServiceLevel;
use crate::record::timeline::Timeline;

/// How it is counted.
#[derive(Clone, Debug, PartialEq)]
pub struct Rules {
    /// What each queue aims at.
    pub aims: BTreeMap<QueueName, ServiceLevel>,
    /// Who leaves a queue sooner than this had not begun to wait.
    pub short_abandon: Duration,
    /// Who calls again within this time was not helped.
    pub repeat_within: Duration,
}

impl Rules {
    fn aim(&self, queue: &QueueName) -> ServiceLevel {
        self.aims.get(queue).copied().unwrap_or_default()
    }
}

/// A contact, as it counts.
#[derive(Clone, Debug)]
pub struct Contact<'a> {
    /// The line called.
    pub line: &'a LineName,
    /// Everything that happened.
    pub timeline: &'a Timeline,
    /// Whether the number is known: else nobody can say whether they called again.
    pub known: bool,
    /// When the same caller called the same line next.
    pub next: Option<Wall>,
}

/// What it all came to.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct Report {
    /// By line.
    pub lines: BTreeMap<LineName, LineFigures>,
    /// By queue.
    pub queues: BTreeMap<QueueName, QueueFigures>,
    /// By agent.
    pub agents: BTreeMap<AgentId, AgentFigures>,
    /// By survey, and question of it.
    pub surveys: Surveys,
    /// What callers said after their talks, by agent, queue and question.
    pub judged: Vec<Judged>,
}

/// Adds it up, contact by contact, and then the agents.
#[derive(Debug)]
pub struct Tally {
    rules: Rules,
    /// Up to when is known what happened.
    now: Wall,
    report: Report,
    answers: Answers,
    /// Whose call each agent ended when: what was written up afterwards.
    ended: BTreeMap<AgentId, Vec<(Wall, QueueName)>>,
}

impl Tally {
    /// Nothing counted yet.
    pub fn new(rules: Rules, now: Wall) -> Tally {
        Tally {
            rules,
            now,
            report: Report::default(),
            answers: Answers::default(),
            ended: BTreeMap::new(),
        }
    }

    /// One more contact.
    pub fn contact(&mut self, contact: &Contact<'_>) {
        let path = Path::of(contact.timeline);
        self.answers.add(contact.timeline, &path);
        match &path.called_back {
            None => {
                let line = self.report.lines.entry(contact.line.clone());
                line.or_default()
                    .add(contact, &path, self.rules.repeat_within, self.now);
            }
            // Nobody called the line.
            Some(called) => {
                let queue = self.report.queues.entry(called.queue.clone()).or_default();
                queue.called(called);
                self.missed(&called.missed);
            }
        }
        for stay in &path.stays {
            let aim = self.rules.aim(&stay.queue);
            let queue = self.report.queues.entry(stay.queue.clone()).or_default();
            queue.stay(stay, aim, self.rules.short_abandon);
            self.missed(&stay.missed);
        }
        for talk in &path.talks {
            let agent = self.report.agents.entry(talk.agent.clone()).or_default();
            agent.talk(talk);
            let Some(name) = &talk.queue else {
                continue;
            };
            let queue = self.report.queues.entry(name.clone()).or_default();
            queue.talk(talk);
            let end = later(contact.timeline.started, talk.began + talk.lasted);
            let ended = self.ended.entry(talk.agent.clone()).or_default();
            ended.push((end, name.clone()));
        }
    }

    fn missed(&mut self, by: &[AgentId]) {
        for agent in by {
            self.report.agents.entry(agent.clone()).or_default().missed += 1;
        }
    }

    /// What one agent did from `since` to `until`: every change of their state, oldest first, and
    /// the last one before.
    pub fn agent(&mut self, agent: &AgentId, changes: &[Change], since: Wall, until: Wall) {
        let until = until.min(self.now);
        let figures = self.report.agents.entry(agent.clone()).or_default();
        let ended = self.ended.entry(agent.clone()).or_default();
        ended.sort();
        for (from, lasted) in figures.states(changes, since, until) {
            let talks = ended.partition_point(|(at, _)| *at <= later(from, agent::CLOSE));
            if let Some((_, queue)) = talks.checked_sub(1).and_then(|last| ended.get(last)) {
                let queue = self.report.queues.entry(queue.clone()).or_default();
                queue.wrapped += lasted;
            }
        }
    }

    /// What it came to.
    pub fn report(self) -> Report {
        let (surveys, judged) = self.answers.told();
        Report {
            surveys,
            judged,
            ..self.report
        }
    }
}

fn later(at: Wall, by: Duration) -> Wall {
    let by = i64::try_from(by.as_millis()).unwrap_or(i64::MAX);
    Wall::from_unix_millis(at.unix_millis().saturating_add(by))
}

/// `part` of `whole`, from 0 to 1.
fn share(part: u64, whole: u64) -> Option<f64> {
    (whole > 0).then(|| part as f64 / whole as f64)
}

fn mean(total: Duration, of: u64) -> Option<Duration> {
    let of = u32::try_from(of).ok()?;
    total.checked_div(of)
}

#[cfg(test)]
mod tests;
