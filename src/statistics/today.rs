//! What queues have come to today, as it happens: the same figures as in a report, and those of the
//! last half hour.

use std::collections::{BTreeMap, HashMap, VecDeque};
use std::time::Duration;

use super::path::{Stay, StayEnd, Walker};
use super::{QueueFigures, Report, Rules, share};
use crate::ids::{AgentId, ContactId, QueueName};
use crate::now::Wall;
use crate::queue::action::AgentState;
use crate::record::timeline::Event;

/// What counts as just now.
const RECENT: Duration = Duration::from_secs(1800);
/// Contacts that are followed. Beyond it further ones are not counted until some end.
const CONTACTS: usize = 20_000;

/// The figures of today. Feed it everything that happens, in order.
#[derive(Debug)]
pub struct Today {
    rules: Rules,
    /// Since when today is.
    day: Wall,
    contacts: HashMap<ContactId, Way>,
    queues: BTreeMap<QueueName, QueueToday>,
    /// For which queue each agent talked last, and since when they write it up.
    agents: HashMap<AgentId, (QueueName, Option<Wall>)>,
}

/// A contact that goes on.
#[derive(Debug, Default)]
struct Way {
    walker: Walker,
    /// So many of its stays and talks are counted.
    stays: usize,
    talks: usize,
}

#[derive(Debug, Default)]
struct QueueToday {
    figures: QueueFigures,
    recent: VecDeque<Recent>,
}

/// A stay that ended not long ago, of somebody who wanted a person.
#[derive(Clone, Copy, Debug)]
struct Recent {
    at: Wall,
    in_time: bool,
}

/// What a queue has come to.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct QueueToDate {
    /// Since the day began.
    pub today: QueueFigures,
    /// The service level of the last half hour; `None`: nobody wanted a person.
    pub recent: Option<f64>,
}

impl Today {
    /// Nothing has happened yet. `day`: when today began.
    pub fn new(rules: Rules, day: Wall) -> Today {
        Today {
            rules,
            day,
            contacts: HashMap::new(),
            queues: BTreeMap::new(),
            agents: HashMap::new(),
        }
    }

    /// What the record says of today, from before this was begun.
    pub fn handle_record(&mut self, report: Report) {
        for (name, figures) in report.queues {
            let waiting = 0;
            let queue = self.queues.entry(name).or_default();
            queue.figures = QueueFigures { waiting, ..figures };
        }
    }

    /// Today began then: what was before is yesterday's.
    pub fn handle_day(&mut self, day: Wall) {
        if day > self.day {
            self.day = day;
            for queue in self.queues.values_mut() {
                queue.figures = QueueFigures::default();
            }
        }
    }

    /// It is counted by these from now on; what is counted already stays.
    pub fn handle_rules(&mut self, rules: Rules) {
        self.rules = rules;
    }

    /// Something happened to a contact, `at` this time since its start.
    pub fn handle_event(&mut self, contact: ContactId, at: Duration, event: &Event) {
        if self.contacts.len() >= CONTACTS && !self.contacts.contains_key(&contact) {
            return;
        }
        let over = matches!(event, Event::Ended { .. });
        let way = self.contacts.entry(contact).or_default();
        way.walker.add(at, event);
        let path = way.walker.path();
        let stays: Vec<Stay> = path.stays.iter().skip(way.stays).cloned().collect();
        let talks: Vec<_> = path.talks.iter().skip(way.talks).cloned().collect();
        (way.stays, way.talks) = (path.stays.len(), path.talks.len());
        for stay in &stays {
            let ended = moment(contact, stay.began + stay.waited);
            self.stay(stay, ended);
        }
        for talk in talks {
            if let Some(queue) = talk.queue.clone() {
                let today = self.queues.entry(queue.clone()).or_default();
                today.figures.talk(&talk);
                self.agents.insert(talk.agent, (queue, None));
            }
        }
        if over {
            self.contacts.remove(&contact);
        }
    }

    fn stay(&mut self, stay: &Stay, ended: Wall) {
        let aim = self.rules.aim(&stay.queue);
        let queue = self.queues.entry(stay.queue.clone()).or_default();
        queue.figures.stay(stay, aim, self.rules.short_abandon);
        let wanted = match &stay.end {
            StayEnd::Answered(_) | StayEnd::Overflowed(..) | StayEnd::Promised => true,
            StayEnd::Abandoned => stay.waited >= self.rules.short_abandon,
            StayEnd::Left | StayEnd::CutOff | StayEnd::Waiting => false,
        };
        if wanted {
            let answered = matches!(stay.end, StayEnd::Answered(_));
            queue.recent.push_back(Recent {
                at: ended,
                in_time: answered && stay.waited <= aim.within,
            });
        }
    }

    /// An agent does something else.
    pub fn handle_agent(&mut self, agent: &AgentId, state: &AgentState, at: Wall) {
        let Some((queue, wraps)) = self.agents.get_mut(agent) else {
            return;
        };
        if let Some(since) = wraps.take()
            && let Ok(ms) = u64::try_from(at.unix_millis() - since.unix_millis())
            && let Some(today) = self.queues.get_mut(queue)
        {
            today.figures.wrapped += Duration::from_millis(ms);
        }
        if *state == AgentState::WrapUp {
            *wraps = Some(at);
        }
    }

    /// All queues to which anybody came.
    pub fn figures(&mut self, now: Wall) -> BTreeMap<QueueName, QueueToDate> {
        let recent = i64::try_from(RECENT.as_millis()).unwrap_or(i64::MAX);
        let from = now.unix_millis() - recent;
        let to_date = |queue: &mut QueueToday| {
            queue.recent.retain(|r| r.at.unix_millis() >= from);
            let in_time = queue.recent.iter().filter(|r| r.in_time).count();
            QueueToDate {
                today: queue.figures.clone(),
                recent: share(in_time as u64, queue.recent.len() as u64),
            }
        };
        let queues = self.queues.iter_mut();
        queues.map(|(name, q)| (name.clone(), to_date(q))).collect()
    }
}

fn moment(contact: ContactId, at: Duration) -> Wall {
    let at = i64::try_from(at.as_millis()).unwrap_or(i64::MAX);
    Wall::from_unix_millis(contact.started().unix_millis().saturating_add(at))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::menu::outcome::Reason;
    use crate::record::verdict::{Stage, Verdict};

    const DAY: i64 = 1_795_000_000_000;

    fn at(s: i64) -> Wall {
        Wall::from_unix_millis(DAY + 1000 * s)
    }

    fn today() -> Today {
        let rules = Rules {
            aims: BTreeMap::new(),
            short_abandon: Duration::from_secs(5),
            repeat_within: Duration::from_secs(86_400),
        };
        Today::new(rules, at(0))
    }

    /// A caller who comes at this second, waits so long, and talks so long; 0: hangs up.
    fn call(today: &mut Today, n: u32, came: i64, waits: u64, talks: u64) {
        let contact = ContactId::new(at(came), n);
        let mut tell = |s: u64, event: Event| {
            today.handle_event(contact, Duration::from_secs(s), &event);
        };
        tell(
            0,
            Event::Queued {
                queue: "support".into(),
                reason: Reason::Asked,
                language: None,
            },
        );
        let anna = AgentId::new("anna");
        if talks > 0 {
            tell(
                waits,
                Event::Connected {
                    agent: anna.clone(),
                },
            );
            let verdict = Verdict::AgentEnded { agent: anna };
            tell(waits + talks, Event::Ended { verdict });
        } else {
            let stage = Stage::Waiting;
            let verdict = Verdict::CallerHungUp { stage };
            tell(waits, Event::Ended { verdict });
        }
    }

    fn support(today: &mut Today, now: i64) -> QueueToDate {
        today.figures(at(now)).remove(&"support".into()).unwrap()
    }

    #[test]
    fn figures_of_the_day_and_of_the_last_half_hour() {
        let mut today = today();
        call(&mut today, 1, 0, 10, 60); // in time
        call(&mut today, 2, 100, 50, 30); // late
        call(&mut today, 3, 200, 2, 0); // at once
        call(&mut today, 4, 300, 40, 0); // hung up
        let now = support(&mut today, 400);
        assert_eq!((now.today.entered, now.today.answered), (4, 2));
        assert_eq!((now.today.abandoned, now.today.abandoned_short), (1, 1));
        assert_eq!(now.today.service_level(), Some(1.0 / 3.0));
        assert_eq!(now.recent, Some(1.0 / 3.0));
        // The first has left the half hour, the day has all.
        let later = support(&mut today, 1_900);
        assert_eq!(later.recent, Some(0.0));
        assert_eq!(later.today.answered, 2);
        assert_eq!(support(&mut today, 9_000).recent, None);
    }

    #[test]
    fn writing_up_counts_for_the_queue_of_the_talk() {
        let mut today = today();
        call(&mut today, 1, 0, 10, 60);
        let anna = AgentId::new("anna");
        today.handle_agent(&anna, &AgentState::WrapUp, at(70));
        today.handle_agent(&anna, &AgentState::Ready, at(90));
        today.handle_agent(&anna, &AgentState::Ready, at(99));
        let handling = support(&mut today, 100).today.handling();
        assert_eq!(handling, Some(Duration::from_secs(80)));
    }

    #[test]
    fn a_new_day_begins_with_nothing_and_who_waits_over_midnight_is_of_the_new_one() {
        let mut today = today();
        call(&mut today, 1, 0, 10, 60);
        today.handle_day(at(1_000));
        today.handle_day(at(500)); // no way back
        assert_eq!(support(&mut today, 1_000).today, QueueFigures::default());
        call(&mut today, 2, 990, 20, 10);
        assert_eq!(support(&mut today, 1_100).today.answered, 1);
    }

    #[test]
    fn what_the_record_says_of_today_is_where_it_begins() {
        let mut today = today();
        let mut report = Report::default();
        let before = QueueFigures {
            entered: 7,
            answered: 6,
            waiting: 1,
            ..QueueFigures::default()
        };
        report.queues.insert("support".into(), before);
        today.handle_record(report);
        call(&mut today, 1, 0, 10, 60);
        let now = support(&mut today, 100).today;
        assert_eq!((now.entered, now.answered, now.waiting), (8, 7, 0));
    }
}
