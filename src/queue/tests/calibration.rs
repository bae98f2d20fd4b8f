//! How often the wait was as callers had been told: it is counted, and it is what was said.

use rand::rngs::SmallRng;
use rand::{Rng, SeedableRng};

use super::transcript::{at, one, quiet};
use crate::ids::{AgentId, ContactId};
use crate::queue::Arrival;
use crate::queue::acd::{Acd, Answer};
use crate::queue::action::QueueAction;
use crate::queue::snapshot::QueueCounts;

/// One agent, whose talks last so many tenths of a second, and four who wait all the time and ask when
/// it will be their turn.
fn busy(talks: impl Iterator<Item = u64>) -> QueueCounts {
    let mut acd = Acd::new(one(quiet("q"), &["ann"]));
    let ann = AgentId::new("ann");
    let mut now = 0;
    acd.handle_agent_signed_in(at(now), &ann);
    let mut come = (1..).map(ContactId::from_u64);
    let mut enter = |acd: &mut Acd, now| {
        let contact = come.next().unwrap();
        acd.handle_enter(at(now), Arrival::new(contact, "q"));
        acd.handle_position_asked(at(now), contact);
    };
    for _ in 0..4 {
        enter(&mut acd, now);
    }
    for talk in talks {
        let offered = std::iter::from_fn(|| acd.poll_action()).find_map(|a| match a {
            QueueAction::Offer { offer, .. } => Some(offer),
            _ => None,
        });
        let Answer::Connect { contact, .. } = acd.handle_answered(at(now), offered.unwrap()) else {
            panic!("nobody is there");
        };
        enter(&mut acd, now);
        now += talk;
        acd.handle_contact_over(at(now), &ann, contact);
        acd.handle_wrap_up_done(at(now), &ann);
    }
    acd.snapshot(at(now)).queues[0].counts
}

#[test]
fn four_of_five_wait_as_long_as_they_were_told() {
    let mut random = SmallRng::seed_from_u64(7);
    let counts = busy((0..2_000).map(|_| random.random_range(300..3_000)));
    assert!(counts.estimated > 1_900, "{counts:?}");
    let share = counts.estimated_rightly as f64 / counts.estimated as f64;
    assert!((0.7..0.9).contains(&share), "{share:.2}");
}

#[test]
fn a_wait_of_another_length_than_told_counts_as_wrong() {
    // All at once talks last ten times as long.
    let even = busy([600; 30].into_iter());
    assert_eq!(even.estimated, even.estimated_rightly);
    let slow = busy([600; 30].into_iter().chain([6_000; 4]));
    let new = slow.estimated - even.estimated;
    assert_eq!(new, 4, "{slow:?}");
    assert!(
        slow.estimated_rightly - even.estimated_rightly <= 1,
        "{slow:?}"
    );
}
