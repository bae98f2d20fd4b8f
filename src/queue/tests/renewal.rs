//! Settings that change while callers wait and agents talk.

use super::transcript::{at, check_changing, line, one, quiet, secs};
use crate::ids::{ContactId, QueueName};
use crate::queue::Arrival;
use crate::queue::acd::Acd;
use crate::queue::action::OverflowStep;
use crate::queue::settings::{AcdSettings, AgentSettings, QueueSettings, Strategy, Unstaffed};

#[test]
fn who_is_removed_ends_the_talk_and_is_offered_nobody_any_more() {
    let queue = QueueSettings {
        wrap_up: secs(10),
        ..quiet("q")
    };
    check_changing(
        &[one(queue.clone(), &["ann", "bob"]), one(queue, &["bob"])],
        "
        0.0 in ann
        1.0 enter 1 q
        2.0 answer 1
        3.0 settings 1
        4.0 enter 2 q
        5.0 over ann 1
        6.0 in ann
        7.0 in bob",
        "
        0.0 in ann < ann ready
        1.0 enter 1 q < ann offered, offer 1 caller 1 of q to ann for 20s
        2.0 answer 1 = 1 with ann after 1s < ann talking
        3.0 settings 1 < -
        4.0 enter 2 q < -
        5.0 over ann 1 < ann offline
        6.0 in ann < -
        7.0 in bob < bob ready, bob offered, offer 2 caller 2 of q to bob for 20s",
    );
}

#[test]
fn an_offer_to_who_is_removed_goes_to_the_next_at_once() {
    check_changing(
        &[one(quiet("q"), &["ann", "bob"]), one(quiet("q"), &["bob"])],
        "
        0.0 in ann
        0.5 in bob
        1.0 enter 1 q
        2.0 settings 1
        2.5 answer 1",
        "
        0.0 in ann < ann ready
        0.5 in bob < bob ready
        1.0 enter 1 q < ann offered, offer 1 caller 1 of q to ann for 20s
        2.0 settings 1 < withdraw 1 caller 1, ann offline, bob offered, offer 2 caller 1 of q to bob for 20s
        2.5 answer 1 = too late < -",
    );
}

#[test]
fn who_is_new_signs_in_and_who_comes_back_begins_anew() {
    let both = one(quiet("q"), &["ann", "bob"]);
    let ann = one(quiet("q"), &["ann"]);
    check_changing(
        &[ann.clone(), both, ann],
        "
        0.0 in bob
        1.0 settings 1
        2.0 in bob
        2.5 pause bob lunch
        3.0 settings 2
        4.0 settings 1
        5.0 enter 1 q
        6.0 in bob",
        "
        0.0 in bob < -
        1.0 settings 1 < -
        2.0 in bob < bob ready
        2.5 pause bob lunch < bob paused(lunch)
        3.0 settings 2 < bob offline
        4.0 settings 1 < -
        5.0 enter 1 q < -
        6.0 in bob < bob ready, bob offered, offer 1 caller 1 of q to bob for 20s",
    );
}

#[test]
fn more_queues_and_other_skills_bring_callers_and_agents_together_at_once() {
    let two = |skilled: bool| {
        let mut ann = AgentSettings::new("ann", ["q"]);
        let mut bob = AgentSettings::new("bob", ["r"]);
        ann.skills.insert("de".into(), 1);
        bob.skills.insert("de".into(), 5);
        if skilled {
            ann.skills.insert("de".into(), 4);
            bob.queues.push("q".into());
        }
        let patient = |name| QueueSettings {
            relax_every: secs(600),
            ..quiet(name)
        };
        AcdSettings {
            queues: vec![patient("q"), patient("r")],
            agents: vec![ann, bob, AgentSettings::new("eve", ["q"])],
            ..AcdSettings::default()
        }
    };
    let mut first = two(false);
    first.agents[2].skills.insert("de".into(), 5);
    check_changing(
        &[first, two(true)],
        "
        0.0 in eve
        0.0 pause eve lunch
        0.0 in ann
        0.0 in bob
        1.0 enter 1 q de:5
        2.0 enter 2 q
        3.0 settings 1",
        "
        0.0 in eve < eve ready
        0.0 pause eve lunch < eve paused(lunch)
        0.0 in ann < ann ready
        0.0 in bob < bob ready
        1.0 enter 1 q de:5 < -
        2.0 enter 2 q < ann offered, offer 1 caller 2 of q to ann for 20s
        3.0 settings 1 < bob offered, offer 2 caller 1 of q to bob for 20s",
    );
}

#[test]
fn times_of_waiting_count_from_when_the_wait_began() {
    let queue = |wait, position| QueueSettings {
        max_wait: Some(secs(wait)),
        position_every: position,
        ..quiet("q")
    };
    let of = |q| {
        let mut settings = one(q, &["ann"]);
        settings.queues[0].unstaffed = Unstaffed::Wait;
        settings
    };
    check_changing(
        &[of(queue(600, None)), of(queue(30, Some(secs(15))))],
        "
        0.0 enter 1 q
        10.0 enter 2 q
        20.0 settings 1
        45.0 wait",
        "
        0.0 enter 1 q < -
        10.0 enter 2 q < -
        20.0 settings 1 < -
        20.0 (timer) < position 1 is 1
        25.0 (timer) < position 2 is 2
        30.0 (timer) < overflow 1 WaitedTooLong to message
        35.0 (timer) < position 2 is 1
        40.0 (timer) < overflow 2 WaitedTooLong to message
        45.0 wait < -",
    );
}

#[test]
fn a_queue_that_lost_its_last_agent_has_the_usual_time_before_it_counts_as_unstaffed() {
    let mut without = one(quiet("q"), &["ann"]);
    without.agents[0].queues.clear();
    check_changing(
        &[one(quiet("q"), &["ann"]), without],
        "
        0.0 in ann
        0.0 pause ann lunch
        1.0 enter 1 q
        5.0 settings 1
        24.0 enter 2 q
        26.0 wait",
        "
        0.0 in ann < ann ready
        0.0 pause ann lunch < ann paused(lunch)
        1.0 enter 1 q < -
        5.0 settings 1 < -
        24.0 enter 2 q < -
        25.0 (timer) < overflow 1 Unstaffed to message, overflow 2 Unstaffed to message
        26.0 wait < -",
    );
}

#[test]
fn with_another_strategy_more_phones_ring_and_what_rings_goes_on() {
    let all = QueueSettings {
        strategy: Strategy::RingAll,
        ..quiet("q")
    };
    let people = ["ann", "bob", "eve"];
    check_changing(
        &[one(quiet("q"), &people), one(all, &people)],
        "
        0.0 in ann
        0.0 in bob
        1.0 enter 1 q
        2.0 settings 1
        3.0 settings 0
        4.0 in eve
        5.0 busy 1",
        "
        0.0 in ann < ann ready
        0.0 in bob < bob ready
        1.0 enter 1 q < ann offered, offer 1 caller 1 of q to ann for 20s
        2.0 settings 1 < bob offered, offer 2 caller 1 of q to bob for 20s
        3.0 settings 0 < -
        4.0 in eve < eve ready
        5.0 busy 1 < ann missed",
    );
}

/// A call keeps the menus that it began with: where they lead people still answer.
#[test]
fn a_removed_queue_still_serves_the_calls_whose_menus_lead_there() {
    let two = AcdSettings {
        queues: vec![quiet("q"), quiet("old")],
        agents: vec![AgentSettings::new("ann", ["q", "old"])],
        ..AcdSettings::default()
    };
    let mut acd = Acd::new(two.clone());
    acd.handle_agent_signed_in(at(0), &"ann".into());
    acd.handle_settings(at(10), one(quiet("q"), &["ann"]));
    let old = QueueName::new("old");
    assert!(!acd.queue_names().any(|q| *q == old));
    assert!(!acd.is_occupied(&old));
    assert_eq!(acd.snapshot(at(10)).queues.len(), 1);
    acd.handle_enter(at(20), Arrival::new(ContactId::from_u64(1), "old"));
    assert!(acd.is_occupied(&old));
    assert_eq!(acd.snapshot(at(20)).queues.len(), 2, "somebody waits there");
    let told: Vec<String> = std::iter::from_fn(|| acd.poll_action())
        .map(|a| line(&a))
        .collect();
    let offer = "offer 1 caller 1 of old to ann for 20s";
    assert!(told.iter().any(|t| t == offer), "{told:?}");
    // It comes back with other people.
    let mut back = two;
    back.agents[0].queues = vec!["q".into()];
    back.queues[1].overflow = vec![OverflowStep::Queue("q".into())];
    acd.handle_settings(at(30), back);
    acd.handle_enter(at(40), Arrival::new(ContactId::from_u64(2), "old"));
    let told: Vec<String> = std::iter::from_fn(|| acd.poll_action())
        .map(|a| line(&a))
        .collect();
    assert_eq!(told, [""; 0], "it has just lost its people");
}
