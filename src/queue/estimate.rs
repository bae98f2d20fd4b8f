//! How long a caller will probably wait: an interval, drawn from how fast the line moved lately.
//!
//! What is measured is the work between two answers while somebody waits, in agent-seconds: it
//! stays true when agents come and go. Sums of so many of them as stand before the caller are
//! compared with each other; the middle four fifths of those sums are the interval. An average
//! would be wrong for half of all callers; whether the truth falls into the interval is counted.

use std::collections::VecDeque;
use std::time::Duration;

use crate::now::Mono;

/// Answers that are remembered.
const KEPT: usize = 120;
/// With fewer nothing is said.
const ENOUGH: usize = 8;
/// Runs of answers are compared that are this many times shorter than what is remembered.
const ALIKE: usize = 8;
/// What may lie below the interval, and above it.
const OUTSIDE: f64 = 0.1;

/// A wait that lies between two times in four of five cases.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Interval {
    /// Hardly ever shorter.
    pub low: Duration,
    /// Hardly ever longer.
    pub high: Duration,
}

impl Interval {
    /// Whether a wait was as long as said.
    pub fn holds(self, wait: Duration) -> bool {
        (self.low..=self.high).contains(&wait)
    }
}

/// How fast the line of one queue moved.
#[derive(Clone, Debug, Default)]
pub struct Pace {
    /// Agent-seconds between answers, the latest last.
    work: VecDeque<f64>,
    /// The last answer, if somebody has waited ever since.
    since: Option<Mono>,
}

impl Pace {
    /// A caller of the line was answered while so many agents worked; `waiting`: others still
    /// stand in line.
    pub fn handle_answered(&mut self, now: Mono, agents: usize, waiting: bool) {
        if let Some(since) = self.since {
            if self.work.len() == KEPT {
                self.work.pop_front();
            }
            let gap = now.since(since).as_secs_f64();
            self.work.push_back(gap * agents.max(1) as f64);
        }
        self.since = waiting.then_some(now);
    }

    /// Nobody waits any more: what comes next says nothing about the agents' pace.
    pub fn handle_empty(&mut self) {
        self.since = None;
    }

    /// How long the caller at this position (1 is next) will probably wait, with so many agents
    /// at work. `None`: too few answers to tell, or nobody works.
    pub fn estimate(&self, now: Mono, position: usize, agents: usize) -> Option<Interval> {
        if self.work.len() < ENOUGH || agents == 0 || position == 0 {
            return None;
        }
        let work: Vec<f64> = self.work.iter().copied().collect();
        // Long runs overlap so much that they would all seem alike.
        let run = position.min((work.len() / ALIKE).max(1));
        let mut sums: Vec<f64> = work.windows(run).map(|w| w.iter().sum()).collect();
        sums.sort_by(f64::total_cmp);
        let (low, high) = (quantile(&sums, OUTSIDE), quantile(&sums, 1.0 - OUTSIDE));
        let mean = work.iter().sum::<f64>() / work.len() as f64;
        let (run, position, known) = (run as f64, position as f64, work.len() as f64);
        // The sum of more spreads by the root, and the mean itself is only known so well.
        let spread = (position / run * (1.0 + position / known)).sqrt();
        let middle = mean * position;
        let at = |sum: f64| middle + (sum - mean * run) * spread;
        let passed = self
            .since
            .map_or(0.0, |since| now.since(since).as_secs_f64());
        let seconds = |work: f64| {
            let left = (work / agents as f64 - passed).max(0.0);
            Duration::try_from_secs_f64(left).unwrap_or(Duration::MAX)
        };
        Some(Interval {
            low: seconds(at(low)),
            high: seconds(at(high)),
        })
    }
}

fn quantile(sorted: &[f64], share: f64) -> f64 {
    let last = sorted.len().saturating_sub(1) as f64;
    let at = last * share;
    let (below, above) = (at.floor(), at.ceil());
    let value = |i: f64| sorted.get(i as usize).copied().unwrap_or_default();
    value(below) + (value(above) - value(below)) * (at - below)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(ms: u64) -> Mono {
        Mono::from_millis(ms)
    }

    /// Numbers between 0 and 1 that look drawn, the same ones each time.
    struct Draw(u64);

    impl Draw {
        fn next(&mut self) -> f64 {
            self.0 = self
                .0
                .wrapping_mul(6_364_136_223_846_793_005)
                .wrapping_add(1);
            (self.0 >> 11) as f64 / (1u64 << 53) as f64
        }

        fn service_ms(&mut self, mean: f64) -> u64 {
            (-(1.0 - self.next()).ln() * mean) as u64
        }
    }

    #[test]
    fn nothing_is_said_of_what_is_not_known() {
        let mut pace = Pace::default();
        for n in 0..8 {
            pace.handle_answered(at(n * 60_000), 2, true);
        }
        assert_eq!(pace.estimate(at(480_000), 1, 2), None, "seven gaps");
        pace.handle_answered(at(480_000), 2, true);
        assert!(pace.estimate(at(480_000), 1, 2).is_some());
        assert_eq!(pace.estimate(at(480_000), 1, 0), None, "nobody works");
        // A line that ran empty says nothing about the pace.
        let mut pace = Pace::default();
        for n in 0..20 {
            pace.handle_answered(at(n * 60_000), 2, false);
        }
        assert_eq!(pace.estimate(at(1_200_000), 1, 2), None);
    }

    #[test]
    fn a_steady_pace_gives_a_narrow_interval_that_follows_the_agents() {
        let mut pace = Pace::default();
        for n in 0..30 {
            pace.handle_answered(at(n * 60_000), 2, true);
        }
        let now = at(29 * 60_000);
        let secs = |i: Option<Interval>| i.map(|i| (i.low.as_secs(), i.high.as_secs()));
        assert_eq!(secs(pace.estimate(now, 1, 2)), Some((60, 60)));
        assert_eq!(secs(pace.estimate(now, 5, 2)), Some((300, 300)));
        assert_eq!(secs(pace.estimate(now, 50, 2)), Some((3000, 3000)));
        assert_eq!(secs(pace.estimate(now, 5, 4)), Some((150, 150)));
        let later = at(29 * 60_000 + 45_000);
        assert_eq!(secs(pace.estimate(later, 1, 2)), Some((15, 15)));
    }

    /// Four agents who talk for three minutes on average, exponentially distributed: the hardest
    /// case. Four of five waits shall lie in what was told.
    #[test]
    fn four_of_five_waits_are_as_told() {
        let mut draw = Draw(7);
        let mut free: Vec<u64> = (0..4).map(|_| draw.service_ms(180_000.0)).collect();
        let mut answers = Vec::new();
        for _ in 0..3_000 {
            let i = (0..4).min_by_key(|&i| free[i]).unwrap_or_default();
            answers.push(free[i]);
            free[i] += draw.service_ms(180_000.0);
        }
        for position in [1, 3, 10, 40, 100] {
            let (mut told, mut right) = (0, 0);
            for (n, &t) in answers.iter().enumerate() {
                let mut pace = Pace::default();
                for &t in &answers[n.saturating_sub(KEPT)..=n] {
                    pace.handle_answered(at(t), 4, true);
                }
                if let Some(interval) = pace.estimate(at(t), position, 4)
                    && let Some(&then) = answers.get(n + position)
                {
                    told += 1;
                    right += u64::from(interval.holds(Duration::from_millis(then - t)));
                }
            }
            let share = right as f64 / f64::from(told);
            assert!((0.68..0.92).contains(&share), "{position}: {share:.2}");
        }
    }
}
