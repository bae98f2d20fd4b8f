//! What an event costs the queue machine with a thousand agents and a thousand in line.

use std::hint::black_box;
use std::time::Duration;

use criterion::{BatchSize, Criterion, criterion_group, criterion_main};
use zeroline::ids::{AgentId, ContactId};
use zeroline::now::Now;
use zeroline::queue::Arrival;
use zeroline::queue::acd::{Acd, Answer, Leaving};
use zeroline::queue::action::{OfferId, QueueAction};
use zeroline::queue::settings::{AcdSettings, AgentSettings, QueueSettings, Strategy};

const AGENTS: u64 = 1_000;
const CALLERS: u64 = 1_000;

fn agent(n: u64) -> AgentId {
    AgentId::new(format!("agent{n:04}"))
}

/// All agents talk, a thousand wait; each agent serves two of four queues.
fn busy(strategy: Strategy) -> (Acd, Now) {
    let names = ["q0", "q1", "q2", "q3"];
    let mut acd = Acd::new(AcdSettings {
        queues: names
            .iter()
            .map(|q| QueueSettings {
                strategy,
                max_callers: 10_000,
                ..QueueSettings::new(*q)
            })
            .collect(),
        agents: (0..AGENTS)
            .map(|n| {
                let i = n as usize;
                AgentSettings::new(agent(n), [names[i % 4], names[(i + 1) % 4]])
            })
            .collect(),
        ..AcdSettings::default()
    });
    let now = Now::default();
    for n in 0..AGENTS {
        acd.handle_agent_signed_in(now, &agent(n));
    }
    for n in 0..AGENTS + CALLERS {
        let queue = names[n as usize % 4];
        acd.handle_enter(now, Arrival::new(ContactId::from_u64(n), queue));
        while let Some(offer) = offered(&mut acd) {
            let _ = acd.handle_answered(now, offer);
        }
    }
    (acd, now)
}

fn offered(acd: &mut Acd) -> Option<OfferId> {
    let mut found = None;
    while let Some(action) = acd.poll_action() {
        if let QueueAction::Offer { offer, .. } = action {
            found = Some(offer);
        }
    }
    found
}

fn steps(c: &mut Criterion) {
    for (name, strategy) in [
        ("longest idle", Strategy::LongestIdle),
        ("ring all", Strategy::RingAll),
    ] {
        // A talk ends, the next caller is offered and answered, a new one comes: 3 events.
        let (mut acd, mut now) = busy(strategy);
        let mut talks: std::collections::VecDeque<(AgentId, ContactId)> = (0..AGENTS + CALLERS)
            .filter_map(|n| {
                let contact = ContactId::from_u64(n);
                match acd.caller(contact)?.place {
                    zeroline::queue::snapshot::CallerPlace::Talking(a) => Some((a, contact)),
                    _ => None,
                }
            })
            .collect();
        let mut next = AGENTS + CALLERS;
        c.bench_function(
            &format!("queue: talk over, offer, answer, enter ({name})"),
            |b| {
                b.iter(|| {
                    now = now.after(Duration::from_millis(1));
                    let Some((agent, contact)) = talks.pop_front() else {
                        return;
                    };
                    acd.handle_contact_over(now, &agent, contact);
                    if let Some(offer) = offered(&mut acd)
                        && let Answer::Connect { contact, agent, .. } =
                            acd.handle_answered(now, offer)
                    {
                        talks.push_back((agent, contact));
                    }
                    let queue = ["q0", "q1", "q2", "q3"][next as usize % 4];
                    acd.handle_enter(now, Arrival::new(ContactId::from_u64(next), queue));
                    next += 1;
                    black_box(offered(&mut acd));
                });
            },
        );
        assert!(!talks.is_empty(), "somebody was talking all the time");
    }

    c.bench_function("queue: look back from the middle and return", |b| {
        let (mut acd, now) = busy(Strategy::LongestIdle);
        let contact = ContactId::from_u64(AGENTS + CALLERS / 2);
        b.iter(|| {
            acd.handle_left(now, contact, Leaving::KeepsPlace);
            acd.handle_back_in_line(now, contact);
            black_box(acd.poll_action());
        });
    });

    c.bench_function(
        "queue: tell a thousand their position and play comfort",
        |b| {
            b.iter_batched_ref(
                || busy(Strategy::LongestIdle),
                |(acd, now)| {
                    acd.handle_timeout(now.after(Duration::from_secs(60)));
                    while let Some(action) = acd.poll_action() {
                        black_box(action);
                    }
                },
                BatchSize::LargeInput,
            );
        },
    );
}

criterion_group! {
    name = benches;
    config = Criterion::default()
        .sample_size(20)
        .warm_up_time(Duration::from_millis(300))
        .measurement_time(Duration::from_secs(1));
    targets = steps
}
criterion_main!(benches);
