//! What happens in the weeks, made up from a seed before they begin, so that it can be cut down.

mod settings;

use settings::settings;

use crate::queue::settings::AcdSettings;

pub(super) const QUEUES: [&str; 3] = ["support", "sales", "night"];
pub(super) const SECOND: u64 = 1_000;
pub(super) const MINUTE: u64 = 60 * SECOND;
pub(super) const HOUR: u64 = 60 * MINUTE;
pub(super) const DAY: u64 = 24 * HOUR;

/// xorshift64*: the same everywhere, and no crate's next release changes a seed's weeks.
#[derive(Clone, Debug)]
pub(super) struct Chance(u64);

impl Chance {
    pub(super) fn new(seed: u64) -> Chance {
        // Seeds that are near each other must not begin alike; zero would stay zero.
        Chance(seed.wrapping_add(1).wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1)
    }

    fn next(&mut self) -> u64 {
        self.0 ^= self.0 >> 12;
        self.0 ^= self.0 << 25;
        self.0 ^= self.0 >> 27;
        self.0.wrapping_mul(0x2545_f491_4f6c_dd1d) >> 16
    }

    /// From `low` to before `high`.
    pub(super) fn of(&mut self, low: u64, high: u64) -> u64 {
        low + self.next() % (high - low).max(1)
    }

    pub(super) fn one_in(&mut self, n: u64) -> bool {
        self.of(0, n) == 0
    }
}

/// What a caller does who waits, besides hanging up.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Intent {
    Waits,
    /// Asks to be called back.
    Callback,
    /// Looks back into self-service, and comes again.
    LooksBack,
    Message,
    /// The network loses them.
    Drops,
}

/// A caller, from when they come to a queue.
#[derive(Clone, Debug)]
pub(super) struct Visit {
    pub at: u64,
    pub queue: usize,
    /// Who: people call again.
    pub person: usize,
    pub intent: Intent,
    /// How long after they came.
    pub after: u64,
    pub priority: u8,
    pub patience: u64,
    /// Decides how phones that ring for them behave, and how their talks go.
    pub fate: u64,
}

/// An agent is there.
#[derive(Clone, Debug)]
pub(super) struct Shift {
    pub agent: usize,
    pub from: u64,
    pub to: u64,
    /// A break within it.
    pub pause: Option<(u64, u64)>,
}

/// Somebody calls an agent beside the queue, or the agent calls somebody.
#[derive(Clone, Debug)]
pub(super) struct Aside {
    pub agent: usize,
    pub from: u64,
    pub to: u64,
}

/// How the store does for a while.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum How {
    /// What is to be kept is kept, some seconds late.
    Slow,
    /// It says that it can not.
    Refuses,
    /// It says nothing; some of it is kept all the same.
    Silent,
}

#[derive(Clone, Debug)]
pub(super) struct Trouble {
    pub from: u64,
    pub to: u64,
    pub how: How,
}

/// Affinity and callbacks.
#[derive(Clone, Debug)]
pub(super) struct Habits {
    /// How long callers are kept for the agent who knows them; `None`: for nobody.
    pub hold: Option<u64>,
    /// How long ago the last talk may be.
    pub within: u64,
    pub retry_every: u64,
    pub attempts: u32,
}

#[derive(Clone, Debug)]
pub(super) struct Plan {
    pub settings: AcdSettings,
    pub habits: Habits,
    pub store: Vec<Trouble>,
    pub visits: Vec<Visit>,
    pub shifts: Vec<Shift>,
    pub asides: Vec<Aside>,
    /// The process dies, and is back a moment later.
    pub restarts: Vec<u64>,
    /// The wall clock jumps.
    pub jumps: Vec<u64>,
    pub days: u64,
}

impl Plan {
    /// Up to so many days.
    pub(super) fn of(seed: u64, days: u64) -> Plan {
        let mut c = Chance::new(seed);
        let days = c.of(1, days + 1);
        let agents = c.of(1, 13) as usize;
        // From a line where hardly anybody calls to one where most must wait.
        let each_day = c.of(20, 60 + 20 * agents as u64);
        let settings = settings(&mut c, agents);
        let habits = Habits {
            hold: (!c.one_in(3)).then(|| c.of(SECOND, 2 * MINUTE)),
            within: c.of(HOUR, 5 * DAY),
            retry_every: c.of(MINUTE, 2 * HOUR),
            attempts: c.of(1, 5) as u32,
        };
        let people = c.of(1, 3 * each_day);
        let mut visits = Vec::new();
        for day in 0..days {
            for _ in 0..each_day {
                // Most in office hours, some at night.
                let time = match c.one_in(8) {
                    true => c.of(0, DAY),
                    false => c.of(8 * HOUR, 18 * HOUR),
                };
                visits.push(Visit {
                    at: day * DAY + time,
                    queue: c.of(0, 3) as usize,
                    person: c.of(0, people) as usize,
                    intent: match c.of(0, 12) {
                        0 | 1 => Intent::Callback,
                        2 => Intent::LooksBack,
                        3 => Intent::Message,
                        4 => Intent::Drops,
                        _ => Intent::Waits,
                    },
                    after: c.of(SECOND, 2 * MINUTE),
                    priority: if c.one_in(6) { c.of(1, 4) as u8 } else { 0 },
                    patience: if c.one_in(5) {
                        c.of(SECOND, 3 * MINUTE)
                    } else {
                        2 * HOUR
                    },
                    fate: c.next(),
                });
            }
        }
        visits.sort_by_key(|v| v.at);
        let mut shifts = Vec::new();
        for day in 0..days {
            for agent in 0..agents {
                if c.one_in(7) {
                    continue;
                }
                let from = day * DAY + c.of(7 * HOUR, 10 * HOUR);
                let to = from + c.of(2 * HOUR, 9 * HOUR);
                let pause = c.of(from, to);
                shifts.push(Shift {
                    agent,
                    from,
                    to,
                    pause: (!c.one_in(3)).then(|| (pause, pause + c.of(MINUTE, HOUR))),
                });
            }
        }
        let some = |c: &mut Chance, most: u64| -> Vec<u64> {
            (0..c.of(0, most)).map(|_| c.of(0, days * DAY)).collect()
        };
        let (restarts, jumps) = (some(&mut c, 4), some(&mut c, 4));
        let mut asides = Vec::new();
        for _ in 0..days * agents as u64 * 6 {
            let from = c.of(0, days) * DAY + c.of(7 * HOUR, 19 * HOUR);
            asides.push(Aside {
                agent: c.of(0, agents as u64) as usize,
                from,
                to: from + c.of(SECOND, 8 * MINUTE),
            });
        }
        let mut store = Vec::new();
        for _ in 0..c.of(0, 2 * days) {
            let from = c.of(0, days) * DAY + c.of(7 * HOUR, 19 * HOUR);
            store.push(Trouble {
                from,
                to: from + c.of(MINUTE, 3 * HOUR),
                how: match c.of(0, 3) {
                    0 => How::Slow,
                    1 => How::Refuses,
                    _ => How::Silent,
                },
            });
        }
        Plan {
            settings,
            habits,
            store,
            visits,
            shifts,
            asides,
            restarts,
            jumps,
            days,
        }
    }

    /// The same with less in it, as small as a few tries get it while it still fails.
    pub(super) fn shrunk(mut self, fails: impl Fn(&Plan) -> bool) -> Plan {
        let mut tries = 400;
        let mut parts = 2;
        while tries > 0 {
            let mut smaller = None;
            'search: for part in 0..parts {
                for what in 0..7 {
                    if tries == 0 {
                        break 'search;
                    }
                    let mut less = self.clone();
                    let removed = match what {
                        0 => cut(&mut less.visits, part, parts),
                        1 => cut(&mut less.shifts, part, parts),
                        2 => cut(&mut less.restarts, part, parts),
                        3 => cut(&mut less.asides, part, parts),
                        4 => cut(&mut less.store, part, parts),
                        5 => calm(&mut less.visits, part, parts),
                        _ => cut(&mut less.jumps, part, parts),
                    };
                    tries = usize::saturating_sub(tries, removed.into());
                    if removed && fails(&less) {
                        smaller = Some(less);
                        break 'search;
                    }
                }
            }
            match smaller {
                Some(less) => self = less,
                None if parts >= self.visits.len().max(self.shifts.len()) => break,
                None => parts *= 2,
            }
        }
        self
    }
}

/// Takes away one of so many parts; whether there was anything in it.
fn cut<T>(all: &mut Vec<T>, part: usize, parts: usize) -> bool {
    let size = all.len().div_ceil(parts);
    let from = (part * size).min(all.len());
    let to = (from + size).min(all.len());
    all.drain(from..to);
    to > from
}

/// One of so many parts of the callers only waits; whether one did more.
fn calm(visits: &mut [Visit], part: usize, parts: usize) -> bool {
    let size = visits.len().div_ceil(parts);
    let some = visits.iter_mut().skip(part * size).take(size);
    let mut changed = false;
    for visit in some {
        changed |= std::mem::replace(&mut visit.intent, Intent::Waits) != Intent::Waits;
    }
    changed
}
