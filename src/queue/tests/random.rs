//! The machine against the model: the same random events, the same state after each.

mod events;
mod pair;

use proptest::prelude::*;

use self::events::{Event, event, settings};
use self::pair::Pair;
use super::model::Comes;
use super::transcript::secs;
use crate::ids::{AgentId, ContactId};
use crate::now::{Mono, Now};
use crate::queue::Arrival;
use crate::queue::acd::Acd;
use crate::queue::action::QueueAction;
use crate::queue::settings::{AcdSettings, QueueSettings, Unstaffed};

const QUEUES: [&str; 3] = ["a", "b", "c"];
const SKILLS: [&str; 3] = ["en", "de", "cards"];
const AGENTS: usize = 5;
const CALLERS: u64 = 9;

fn name(agent: usize) -> AgentId {
    AgentId::new(format!("agent{agent}"))
}

fn contact(n: u64) -> ContactId {
    ContactId::from_u64(n)
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]
    #[test]
    fn the_machine_does_what_the_model_does(
        settings in settings(),
        events in prop::collection::vec(event(), 1..120),
        stop in any::<bool>(),
    ) {
        let mut pair = Pair::new(settings);
        for event in &events {
            pair.step(event);
        }
        if stop {
            pair.step(&Event::Stop);
            pair.step(&Event::Wait(60_000));
            pair.step(&Event::Enter(0, 0, Comes::default()));
        }
        // Who is left hangs up: nothing may stay behind.
        for c in 0..CALLERS {
            pair.step(&Event::Gone(c));
        }
        prop_assert!(pair.ringing.is_empty());
        prop_assert!(pair.acd.snapshot(pair.now).queues.iter().all(|q| q.waiting == 0));
    }
}

#[test]
fn deadlines_far_apart_are_served_even_when_the_clock_jumps() {
    let mut acd = Acd::new(AcdSettings {
        queues: vec![QueueSettings {
            unstaffed: Unstaffed::Wait,
            max_wait: Some(secs(10)),
            ..QueueSettings::new("a")
        }],
        ..AcdSettings::default()
    });
    acd.handle_enter(Now::default(), Arrival::new(contact(1), "a"));
    let late = Now {
        mono: Mono::from_millis(86_400_000),
        ..Now::default()
    };
    acd.handle_timeout(late);
    let last = std::iter::from_fn(|| acd.poll_action()).last();
    assert!(
        matches!(last, Some(QueueAction::Overflow { .. })),
        "{last:?}"
    );
    assert_eq!(acd.poll_timeout(), None);
}
