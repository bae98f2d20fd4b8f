//! Makes up scenarios. The same number gives the same scenario.

use std::sync::Arc;
use std::time::Duration;

use rand::rngs::SmallRng;
use rand::seq::IndexedRandom;
use rand::{Rng, SeedableRng};

use super::{Act, CallerPlan, Scenario};
use crate::ids::{Key, PhoneNumber};
use crate::menu::tree::Line;
use crate::now::Wall;
use crate::rehearse::house::House;
use crate::rehearse::world::{AgentPlan, Playing, Ring, Service, Storing, Talk, TransferTo, World};

/// 2026-01-01T00:00:00Z; scenarios take place within the two years from then.
const FIRST: i64 = 1_767_225_600_000;
const TWO_YEARS: i64 = 2 * 365 * 86_400_000;

/// The pure world's dice.
struct Dice(SmallRng);

impl Dice {
    /// True in so many of a hundred cases.
    fn percent(&mut self, n: u32) -> bool {
        self.0.random_range(0..100) < n
    }

    fn millis(&mut self, most: u64) -> Duration {
        Duration::from_millis(self.0.random_range(0..=most))
    }

    fn below(&mut self, n: usize) -> usize {
        self.0.random_range(0..n.max(1))
    }

    fn pick<T: Clone>(&mut self, all: &[T]) -> Option<T> {
        all.choose(&mut self.0).cloned()
    }

    fn some<T>(&mut self, most: usize, mut one: impl FnMut(&mut Dice) -> T) -> Vec<T> {
        let n = self.below(most + 1);
        (0..n).map(|_| one(self)).collect()
    }
}

pub(super) fn scenario(house: &House, lines: &[Arc<Line>], seed: u64) -> Scenario {
    let mut dice = Dice(SmallRng::seed_from_u64(seed));
    let callers = match dice.below(10) {
        0 => 3,
        1 | 2 => 2,
        _ => 1,
    };
    let wall = Wall::from_unix_millis(FIRST + dice.0.random_range(0..TWO_YEARS));
    let mut world = world(&mut dice, house);
    world.crowded = seed.is_multiple_of(3);
    world.sent_out = seed % 5 < 2;
    let callers = (0..callers).filter_map(|n| caller(&mut dice, lines, n));
    Scenario {
        wall,
        callers: callers.collect(),
        world,
    }
}

fn caller(dice: &mut Dice, lines: &[Arc<Line>], n: usize) -> Option<CallerPlan> {
    let line = dice.pick(lines)?;
    let from = match dice.below(4) {
        0 => None,
        1 => Some(PhoneNumber::new("+4530901820")),
        2 => Some(PhoneNumber::new("+493090182055")),
        _ => Some(PhoneNumber::new("anonymous-user")),
    };
    let mut acts = Vec::new();
    for _ in 0..dice.below(12) {
        act(dice, &mut acts);
    }
    if dice.percent(20) {
        acts.push((pause(dice), Act::HangUp));
    }
    Some(CallerPlan {
        line,
        from,
        at: if n == 0 {
            Duration::ZERO
        } else {
            dice.millis(20_000)
        },
        speaks: match dice.below(3) {
            0 => Duration::ZERO,
            _ => dice.millis(200_000),
        },
        acts,
    })
}

/// Mostly in the middle of something, at times after all has been said.
fn pause(dice: &mut Dice) -> Duration {
    match dice.below(10) {
        0 => Duration::ZERO,
        1..=4 => dice.millis(1_500),
        5..=7 => dice.millis(9_000),
        8 => dice.millis(40_000),
        _ => dice.millis(400_000),
    }
}

fn act(dice: &mut Dice, acts: &mut Vec<(Duration, Act)>) {
    let pause = pause(dice);
    let press = |key: char| Key::from_char(key).map(Act::Press);
    match dice.below(100) {
        0..=54 => {
            let keys: Vec<char> = "1234567899*#112233".chars().collect();
            let key = dice.pick(&keys).and_then(press);
            acts.extend(key.map(|k| (pause, k)));
        }
        55..=69 => {
            let keys: Vec<char> = "0123456789".chars().collect();
            let first = acts.len();
            for _ in 0..=dice.below(9) {
                let key = dice.pick(&keys).and_then(press);
                let gap = dice.millis(300);
                acts.extend(key.map(|k| (gap, k)));
            }
            if let Some(act) = acts.get_mut(first) {
                act.0 = pause;
            }
            if dice.percent(40) {
                acts.extend(press('#').map(|k| (Duration::from_millis(200), k)));
            }
        }
        70..=81 => acts.push((pause, Act::AskForPerson)),
        82..=85 => acts.extend(press('0').map(|k| (pause, k))),
        86..=88 => acts.extend(press('D').map(|k| (pause, k))),
        89..=91 => acts.push((pause, Act::HangUp)),
        92..=95 => acts.push((pause, Act::Panic)),
        _ => acts.push((pause, Act::BreakPrompt)),
    }
}

fn world(dice: &mut Dice, house: &House) -> World {
    let mut world = World {
        agents: agents(dice, house),
        otherwise: Service::Fits(Duration::from_millis(150), dice.0.random()),
        ..World::default()
    };
    world.outside = dice.some(3, |d| outside(d, house));
    world.replies = dice.some(5, service);
    if dice.percent(35) {
        world.store = dice.some(4, storing);
    }
    if dice.percent(30) {
        world.plays = dice.some(12, playing);
    }
    if dice.percent(8) {
        let names = house.prompt_names();
        world.missing = dice
            .some(3, |d| d.pick(names))
            .into_iter()
            .flatten()
            .collect();
    }
    if dice.percent(8) {
        world.no_ports = u32::try_from(dice.below(4)).unwrap_or(0);
    }
    if dice.percent(12) {
        world.room = Some(dice.below(2));
    }
    if dice.percent(15) {
        world.max_wait = Some(Duration::from_secs(1) + dice.millis(90_000));
    }
    world.chained = dice.percent(20);
    world.ring_all = dice.percent(20);
    world.wait_unstaffed = dice.percent(20);
    world.no_ack = dice.percent(2);
    world
}

fn agents(dice: &mut Dice, house: &House) -> Vec<AgentPlan> {
    if dice.percent(15) {
        return Vec::new();
    }
    let mut plans = Vec::new();
    for agent in &house.acd().agents {
        if dice.percent(25) {
            continue;
        }
        let mut plan = AgentPlan::ready(agent.id.clone());
        if dice.percent(40) {
            plan.from = dice.millis(120_000);
        }
        if dice.percent(20) {
            plan.until = Some(plan.from + dice.millis(180_000));
        }
        if dice.percent(50) {
            plan.rings = dice.some(3, |d| ring(d, house));
        }
        plans.push(plan);
    }
    plans
}

fn ring(dice: &mut Dice, house: &House) -> Ring {
    match dice.below(14) {
        0..=4 => Ring::Answered {
            after: dice.millis(15_000),
            talk: talk(dice, house),
        },
        5 => Ring::Busy,
        6 => Ring::Declined,
        7 => Ring::Dead,
        8 | 9 => Ring::NotAnswered,
        10 => Ring::Silent,
        11 => Ring::Nonsense,
        // At the very moment at which the queue gives up.
        12 => Ring::Answered {
            after: Duration::from_secs(20),
            talk: talk(dice, house),
        },
        _ => Ring::Breaks(dice.millis(10_000)),
    }
}

/// What an outside number does: its phone is not one of ours that could break.
fn outside(dice: &mut Dice, house: &House) -> Ring {
    match ring(dice, house) {
        Ring::Breaks(_) => Ring::Dead,
        other => other,
    }
}

fn talk(dice: &mut Dice, house: &House) -> Talk {
    let after = dice.millis(60_000);
    match dice.below(8) {
        0..=2 => Talk::Ends(after),
        3 | 4 => Talk::Lost(after),
        5 => Talk::FallsSilent(after),
        _ => {
            let acd = house.acd();
            let to = match dice.below(3) {
                0 => dice
                    .pick(&acd.queues)
                    .map(|q| TransferTo::Queue(q.name.clone())),
                1 => dice
                    .pick(&acd.agents)
                    .map(|a| TransferTo::Agent(a.id.clone())),
                _ => None,
            };
            Talk::Transfers(after, to.unwrap_or(TransferTo::Nobody))
        }
    }
}

fn service(dice: &mut Dice) -> Service {
    match dice.below(12) {
        0..=4 => Service::Fits(dice.millis(3_000), dice.0.random()),
        5 => Service::Dead,
        6 => Service::Slow,
        7 => Service::Garbage,
        8 => Service::Endless,
        9 => Service::Late,
        10 => Service::Answers {
            after: dice.millis(2_500),
            status: dice.pick(&[404, 500, 503, 301, 204]).unwrap_or(500),
            body: Vec::new(),
        },
        _ => Service::Answers {
            after: dice.millis(2_500),
            status: 200,
            body: b"{\"a\": [1, {}]}".to_vec(),
        },
    }
}

fn storing(dice: &mut Dice) -> Storing {
    match dice.below(6) {
        0..=2 => Storing::Stored(dice.millis(20_000)),
        3 | 4 => Storing::Fails(dice.millis(10_000)),
        _ => Storing::Silent,
    }
}

fn playing(dice: &mut Dice) -> Playing {
    match dice.below(12) {
        0 => Playing::Unplayable,
        1 => Playing::Truncated,
        2 => Playing::EndUntold,
        _ => Playing::Whole,
    }
}
