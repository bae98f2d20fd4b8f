//! What a report is made of.

use std::time::Duration;

use super::*;
use crate::ids::{LineName, NodeName, QueueName};
use crate::live::stamp;
use crate::record::facts::Containment;
use crate::statistics::spans::Span;
use crate::statistics::{AgentFigures, Judged, LineFigures, QueueFigures, Report, SurveyFigures};
use crate::store::AskedBack;
use crate::task::board::Teams;

/// Nodes that are told of, those first where most callers were not served.
const MOST_NODES: usize = 50;
/// Times that laws and contracts name, in seconds.
const WITHIN: [u64; 5] = [20, 60, 120, 180, 300];

/// What is told of, and of whom.
pub(in crate::api::routes::reports) struct Figures<'a> {
    pub line: Option<&'a LineName>,
    pub queue: Option<&'a QueueName>,
    pub teams: &'a Teams,
    pub zone: String,
    pub by: &'static str,
}

impl Figures<'_> {
    pub fn view(
        self,
        spans: &[Span],
        parts: Vec<Report>,
        sum: Report,
        callbacks: &[AskedBack],
    ) -> ReviewView {
        let parts = spans.iter().zip(parts);
        let parts = parts.map(|(span, report)| self.part(*span, &report));
        let parts: Vec<PartView> = parts.collect();
        let since = spans.first().map(|s| stamp(s.since)).unwrap_or_default();
        let until = spans.last().map(|s| stamp(s.until)).unwrap_or_default();
        let whole = PartView {
            since: since.clone(),
            until: until.clone(),
            people: self.people(&sum),
            menus: line_sums(&self.lines(&sum)),
        };
        ReviewView {
            since,
            until,
            by: self.by,
            whole,
            parts,
            queues: self.by_queue(&sum),
            lines: by_line(&sum),
            nodes: nodes(&sum),
            surveys: surveys(&sum),
            judged: self.judged(&sum),
            callbacks: self.callbacks(callbacks),
            evidence: self.evidence(&sum),
            zone: self.zone,
        }
    }

    fn part(&self, span: Span, report: &Report) -> PartView {
        PartView {
            since: stamp(span.since),
            until: stamp(span.until),
            people: self.people(report),
            menus: line_sums(&self.lines(report)),
        }
    }

    fn wants(&self, queue: &QueueName) -> bool {
        self.queue.is_none_or(|q| q == queue)
    }

    fn queues(&self, report: &Report) -> QueueFigures {
        let mut sum = QueueFigures::default();
        for (name, figures) in &report.queues {
            if self.wants(name) {
                sum += figures;
            }
        }
        sum
    }

    fn lines(&self, report: &Report) -> LineFigures {
        let mut sum = LineFigures::default();
        for figures in report.lines.values() {
            sum += figures;
        }
        sum
    }

    fn people(&self, report: &Report) -> QueueSums {
        queue_sums(&self.queues(report), self.occupancy(report, self.queue))
    }

    /// Of the agents of this queue, or of all.
    fn occupancy(&self, report: &Report, queue: Option<&QueueName>) -> Option<f64> {
        let mut sum = AgentFigures::default();
        for (agent, figures) in &report.agents {
            let mut teams = self.teams.iter().filter(|(a, _)| a == agent);
            let theirs = |q: &QueueName| teams.any(|(_, queues)| queues.contains(q));
            if queue.is_none_or(theirs) {
                sum += figures;
            }
        }
        sum.occupancy()
    }

    fn by_queue(&self, sum: &Report) -> Vec<QueueReview> {
        let queues = sum.queues.iter().filter(|(name, _)| self.wants(name));
        let told = queues.map(|(name, figures)| QueueReview {
            queue: name.to_string(),
            aim: figures.aim.share(),
            aim_ms: whole(figures.aim.within),
            figures: queue_sums(figures, self.occupancy(sum, Some(name))),
        });
        told.collect()
    }

    fn judged(&self, sum: &Report) -> Vec<JudgedReview> {
        let wanted = |j: &&Judged| self.queue.is_none() || j.queue.as_ref() == self.queue;
        let told = sum.judged.iter().filter(wanted).map(|j| JudgedReview {
            agent: j.agent.to_string(),
            queue: j.queue.as_ref().map(|q| q.to_string()),
            answers: answers(&j.survey, &j.question, &j.figures),
        });
        told.collect()
    }

    fn callbacks(&self, asked: &[AskedBack]) -> CallbackSums {
        let mut sums = CallbackSums::default();
        let (mut waited, mut longest) = (Duration::ZERO, Duration::ZERO);
        for a in asked {
            if !self.wants(&a.queue) || self.line.is_some_and(|l| *l != a.line) {
                continue;
            }
            sums.asked += a.count;
            match a.state.as_str() {
                "done" => {
                    sums.done += a.count;
                    waited += a.waited;
                    longest = longest.max(a.longest);
                }
                "unreached" => sums.unreached += a.count,
                "given_up" => sums.given_up += a.count,
                "cancelled" => sums.cancelled += a.count,
                _ => sums.open += a.count,
            }
        }
        sums.kept = share(sums.done, sums.done + sums.unreached + sums.given_up);
        sums.mean_ms = whole(waited).checked_div(sums.done);
        sums.longest_ms = (sums.done > 0).then(|| whole(longest));
        sums
    }

    fn evidence(&self, sum: &Report) -> EvidenceView {
        let (queues, lines) = (self.queues(sum), self.lines(sum));
        let within = WITHIN.map(|seconds| WithinView {
            seconds,
            share: queues.answered_within(Duration::from_secs(seconds)),
        });
        EvidenceView {
            taken: lines.taken,
            offered: lines.offered,
            offered_share: share(lines.offered, lines.taken),
            wanted: queues.wanted(),
            within: within.into(),
            longest_ms: whole(queues.longest),
            served_share: share(queues.answered + queues.promised, queues.wanted()),
        }
    }
}

fn by_line(sum: &Report) -> Vec<LineReview> {
    let told = sum.lines.iter().map(|(name, figures)| LineReview {
        line: name.to_string(),
        figures: line_sums(figures),
    });
    told.collect()
}

fn nodes(sum: &Report) -> Vec<NodeReview> {
    let all = sum.lines.iter();
    let all = all.flat_map(|(line, f)| f.nodes.iter().map(move |(node, n)| (line, node, n)));
    let mut all: Vec<_> = all.collect();
    all.sort_by_key(|(_, _, n)| std::cmp::Reverse((n.unserved(), n.entered)));
    all.truncate(MOST_NODES);
    let told = all.into_iter().map(|(line, node, n)| NodeReview {
        line: line.to_string(),
        node: node.to_string(),
        entered: n.entered,
        again: n.again,
        asked: n.asked,
        gave_up: n.gave_up,
        forced: n.forced,
        silences: n.silences,
        wrong_keys: n.wrong_keys,
        faults: n.faults,
    });
    told.collect()
}

fn surveys(sum: &Report) -> Vec<SurveyReview> {
    let all = sum.surveys.iter();
    let all =
        all.flat_map(|(survey, of)| of.iter().map(move |(question, f)| (survey, question, f)));
    all.map(|(survey, question, f)| answers(survey, question, f))
        .collect()
}

fn answers(survey: &NodeName, question: &str, f: &SurveyFigures) -> SurveyReview {
    let answers = (f.low..=f.high).map(|a| f.answers.get(&a).copied().unwrap_or_default());
    SurveyReview {
        survey: survey.to_string(),
        question: question.to_owned(),
        count: f.count(),
        mean: f.mean(),
        low: f.low,
        high: f.high,
        answers: answers.collect(),
    }
}

fn queue_sums(q: &QueueFigures, occupancy: Option<f64>) -> QueueSums {
    QueueSums {
        entered: q.entered,
        answered: q.answered,
        in_time: q.in_time,
        abandoned: q.abandoned,
        abandoned_short: q.abandoned_short,
        overflowed: q.overflows(),
        promised: q.promised,
        left: q.left,
        cut_off: q.cut_off,
        waiting: q.waiting,
        service_level: q.service_level(),
        abandon_rate: q.abandon_rate(),
        wait_mean_ms: q.waits.mean().map(whole),
        wait_p90_ms: q.waits.quantile(0.9).map(whole),
        wait_longest_ms: whole(q.longest),
        talks: q.talks,
        handling_ms: q.handling().map(whole),
        occupancy,
    }
}

fn line_sums(l: &LineFigures) -> LineSums {
    let end = |end: Containment| l.ends.get(&end).copied().unwrap_or_default();
    LineSums {
        contacts: l.contacts,
        solved: end(Containment::Solved),
        gave_up: end(Containment::GaveUp),
        to_person: end(Containment::ToPerson),
        promised: end(Containment::Promised),
        hung_up: end(Containment::Abandoned),
        cut_off: end(Containment::CutOff) + end(Containment::NotTaken),
        asked: l.asked,
        routed: l.routed,
        forced: l.forced,
        keys: l.effort.mean_keys(),
        before_ms: l.effort.mean_ms(),
        resolved: l.resolution.resolved,
        repeated: l.resolution.repeated,
        unresolved: l.resolution.open,
        resolution: l.resolution.rate(),
    }
}

fn share(part: u64, whole: u64) -> Option<f64> {
    (whole > 0).then(|| part as f64 / whole as f64)
}

fn whole(d: Duration) -> u64 {
    u64::try_from(d.as_millis()).unwrap_or(u64::MAX)
}
