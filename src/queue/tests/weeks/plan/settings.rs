//! How the queues and the agents of the weeks are set up.

use std::time::Duration;

use super::{Chance, QUEUES};
use crate::ids::SkillName;
use crate::queue::action::OverflowStep;
use crate::queue::settings::{
    AcdSettings, AgentSettings, QueueSettings, SetAside, Strategy, Unstaffed,
};

pub(super) fn settings(c: &mut Chance, agents: usize) -> AcdSettings {
    let secs = Duration::from_secs;
    let queues = QUEUES.map(|name| QueueSettings {
        strategy: match c.of(0, 4) {
            0 => Strategy::LongestIdle,
            1 => Strategy::RoundRobin,
            2 => Strategy::FewestContacts,
            _ => Strategy::RingAll,
        },
        ring_for: secs(c.of(5, 30)),
        wrap_up: secs(c.of(0, 30)),
        max_callers: c.of(1, 40) as usize,
        max_wait: c.one_in(2).then(|| secs(c.of(60, 3_600))),
        unstaffed: if c.one_in(2) {
            Unstaffed::Overflow
        } else {
            Unstaffed::Wait
        },
        unstaffed_after: secs(c.of(0, 60)),
        overflow: (0..c.of(0, 3))
            .map(|_| match c.one_in(2) {
                true => OverflowStep::Callback,
                false => OverflowStep::Queue(QUEUES[c.of(0, 3) as usize].into()),
            })
            .chain([OverflowStep::Message])
            .collect(),
        ..QueueSettings::new(name)
    });
    let agents: Vec<AgentSettings> = (0..agents)
        .map(|n| {
            let mut queues: Vec<&str> = QUEUES.into_iter().filter(|_| c.one_in(2)).collect();
            if queues.is_empty() {
                queues.push(QUEUES[n % 3]);
            }
            let mut agent = AgentSettings::new(format!("agent{n}").as_str(), queues);
            agent.ring_for = c.one_in(3).then(|| secs(c.of(5, 60)));
            agent.skills.insert(SkillName::from("en"), 5);
            agent
        })
        .collect();
    let mut aside = |n: u64| (!c.one_in(3)).then(|| secs(1 + n * 7));
    let set_aside = SetAside {
        no_answer: aside(9),
        busy: aside(1),
        refused: aside(4),
        unreachable: aside(9),
    };
    AcdSettings {
        agents,
        queues: queues.into(),
        set_aside,
        priority_worth: Duration::from_secs(120),
    }
}
