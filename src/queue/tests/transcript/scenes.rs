//! What happens between one caller and the agents, step by step.

use super::*;
use crate::ids::PhoneNumber;

#[test]
fn longest_idle_first_then_wrap_up() {
    let queue = QueueSettings {
        wrap_up: secs(10),
        ..quiet("q")
    };
    check(
        one(queue, &["ann", "bob"]),
        "
        0.0 in ann
        1.0 in bob
        2.0 enter 1 q
        4.0 answer 1
        5.0 enter 2 q
        6.0 answer 2
        9.0 over ann 1
        10.0 enter 3 q
        19.5 wait",
        "
        0.0 in ann < ann ready
        1.0 in bob < bob ready
        2.0 enter 1 q < ann offered, offer 1 caller 1 of q to ann for 20s
        4.0 answer 1 = 1 with ann after 2s < ann talking
        5.0 enter 2 q < bob offered, offer 2 caller 2 of q to bob for 20s
        6.0 answer 2 = 2 with bob after 1s < bob talking
        9.0 over ann 1 < ann wrap-up
        10.0 enter 3 q < -
        19.0 (timer) < ann ready, ann offered, offer 3 caller 3 of q to ann for 20s
        19.5 wait < -",
    );
}

#[test]
fn whose_page_is_loaded_anew_writes_on_and_is_not_rung_meanwhile() {
    let queue = QueueSettings {
        wrap_up: secs(10),
        unstaffed: Unstaffed::Wait,
        ..quiet("q")
    };
    check(
        one(queue, &["ann"]),
        "
        0.0 in ann
        1.0 enter 1 q
        2.0 answer 1
        3.0 enter 2 q
        4.0 over ann 1
        5.0 out ann
        6.0 in ann
        20.0 answer 2
        21.0 out ann
        22.0 over ann 2
        23.0 in ann
        24.0 out ann
        40.0 in ann",
        "
        0.0 in ann < ann ready
        1.0 enter 1 q < ann offered, offer 1 caller 1 of q to ann for 20s
        2.0 answer 1 = 1 with ann after 1s < ann talking
        3.0 enter 2 q < -
        4.0 over ann 1 < ann wrap-up
        5.0 out ann < ann offline
        6.0 in ann < ann wrap-up
        14.0 (timer) < ann ready, ann offered, offer 2 caller 2 of q to ann for 20s
        20.0 answer 2 = 2 with ann after 17s < ann talking
        21.0 out ann < -
        22.0 over ann 2 < ann offline
        23.0 in ann < ann wrap-up
        24.0 out ann < ann offline
        40.0 in ann < ann ready",
    );
}

#[test]
fn who_does_not_answer_is_set_aside_and_the_caller_is_next() {
    check(
        one(quiet("q"), &["ann", "bob"]),
        "
        0.0 in ann
        1.0 enter 1 q
        2.0 enter 2 q
        15.0 in bob
        25.0 answer 2
        25.0 ready ann
        26.0 answer 1",
        "
        0.0 in ann < ann ready
        1.0 enter 1 q < ann offered, offer 1 caller 1 of q to ann for 20s
        2.0 enter 2 q < -
        15.0 in bob < bob ready, bob offered, offer 2 caller 2 of q to bob for 20s
        21.0 (timer) < withdraw 1 caller 1, ann missed
        25.0 answer 2 = 2 with bob after 23s < bob talking
        25.0 ready ann < ann ready, ann offered, offer 3 caller 1 of q to ann for 20s
        26.0 answer 1 = too late < -",
    );
}

#[test]
fn ring_all_the_first_answer_wins() {
    let queue = QueueSettings {
        strategy: Strategy::RingAll,
        ..quiet("q")
    };
    check(
        one(queue, &["ann", "bob", "eve"]),
        "
        0.0 in ann
        0.0 in bob
        1.0 enter 1 q
        1.5 enter 2 q
        2.0 in eve
        3.0 answer 2
        3.0 answer 1
        4.0 busy 4",
        "
        0.0 in ann < ann ready
        0.0 in bob < bob ready
        1.0 enter 1 q < ann offered, offer 1 caller 1 of q to ann for 20s, bob offered, offer 2 caller 1 of q to bob for 20s
        1.5 enter 2 q < -
        2.0 in eve < eve ready, eve offered, offer 3 caller 1 of q to eve for 20s
        3.0 answer 2 = 1 with bob after 2s < withdraw 1 caller 1 answered, ann ready, withdraw 3 caller 1 answered, eve ready, bob talking, ann offered, offer 4 caller 2 of q to ann for 20s, eve offered, offer 5 caller 2 of q to eve for 20s
        3.0 answer 1 = too late < -
        4.0 busy 4 < ann missed",
    );
}

#[test]
fn a_caller_who_leaves_takes_the_offer_along_and_the_agent_is_idle_as_before() {
    check(
        one(quiet("q"), &["ann", "bob"]),
        "
        0.0 in ann
        1.0 in bob
        2.0 enter 1 q
        3.0 gone 1
        3.0 answer 1
        4.0 enter 2 q",
        "
        0.0 in ann < ann ready
        1.0 in bob < bob ready
        2.0 enter 1 q < ann offered, offer 1 caller 1 of q to ann for 20s
        3.0 gone 1 < withdraw 1 caller 1, ann ready
        3.0 answer 1 = too late < -
        4.0 enter 2 q < ann offered, offer 2 caller 2 of q to ann for 20s",
    );
}

#[test]
fn an_agent_who_takes_a_transfer_is_offered_nobody_else() {
    check(
        one(quiet("q"), &["ann", "bob"]),
        "
        0.0 in ann
        1.0 enter 1 q
        2.0 answer 1
        3.0 in bob
        4.0 enter 2 q
        5.0 transfer ann 1
        5.5 took bob 1
        6.0 took bob 9
        7.0 over bob 1",
        "
        0.0 in ann < ann ready
        1.0 enter 1 q < ann offered, offer 1 caller 1 of q to ann for 20s
        2.0 answer 1 = 1 with ann after 1s < ann talking
        3.0 in bob < bob ready
        4.0 enter 2 q < bob offered, offer 2 caller 2 of q to bob for 20s
        5.0 transfer ann 1 < ann ready
        5.5 took bob 1 < withdraw 2 caller 2, bob talking, ann offered, offer 3 caller 2 of q to ann for 20s
        6.0 took bob 9 < -
        7.0 over bob 1 < bob ready",
    );
}

#[test]
fn a_lost_agent_and_a_failed_transfer_bring_the_caller_back_to_the_head() {
    check(
        one(quiet("q"), &["ann", "bob"]),
        "
        0.0 in ann
        1.0 enter 1 q
        2.0 answer 1
        3.0 enter 2 q
        4.0 enter 3 q
        5.0 out ann
        6.0 return 1
        7.0 in bob
        8.0 answer 2
        9.0 transfer bob 1
        9.5 answer 3
        10.0 return 1
        12.0 over bob 2",
        "
        0.0 in ann < ann ready
        1.0 enter 1 q < ann offered, offer 1 caller 1 of q to ann for 20s
        2.0 answer 1 = 1 with ann after 1s < ann talking
        3.0 enter 2 q < -
        4.0 enter 3 q < -
        5.0 out ann < -
        6.0 return 1 < ann offline
        7.0 in bob < bob ready, bob offered, offer 2 caller 1 of q to bob for 20s
        8.0 answer 2 = 1 with bob after 2s < bob talking
        9.0 transfer bob 1 < bob ready, bob offered, offer 3 caller 2 of q to bob for 20s
        9.5 answer 3 = 2 with bob after 6.5s < bob talking
        10.0 return 1 < -
        12.0 over bob 2 < bob ready, bob offered, offer 4 caller 1 of q to bob for 20s",
    );
}

#[test]
fn full_unstaffed_and_too_long_overflow_in_declared_order() {
    let first = QueueSettings {
        max_callers: 1,
        max_wait: Some(secs(30)),
        unstaffed_after: secs(5),
        overflow: vec![
            OverflowStep::Queue("nobody".into()),
            OverflowStep::Queue("second".into()),
        ],
        ..quiet("first")
    };
    let second = QueueSettings {
        unstaffed: Unstaffed::Wait,
        max_wait: Some(secs(10)),
        overflow: vec![OverflowStep::Queue("first".into()), OverflowStep::Message],
        ..quiet("second")
    };
    let settings = AcdSettings {
        queues: vec![first, second, quiet("nobody")],
        agents: vec![AgentSettings::new("ann", ["first"])],
        ..AcdSettings::default()
    };
    check(
        settings,
        "
        0.0 enter 1 nobody
        0.0 enter 2 nowhere
        1.0 in ann
        2.0 enter 3 first
        3.0 answer 1
        4.0 enter 4 first
        5.0 enter 5 first
        20.0 wait
        35.0 wait
        50.0 enter 6 first
        51.0 out ann
        52.0 over ann 3
        60.0 wait
        60.0 asks 6",
        "
        0.0 enter 1 nobody < overflow 1 Unstaffed to message
        0.0 enter 2 nowhere < overflow 2 Unstaffed to message
        1.0 in ann < ann ready
        2.0 enter 3 first < ann offered, offer 1 caller 3 of first to ann for 20s
        3.0 answer 1 = 3 with ann after 1s < ann talking
        4.0 enter 4 first < -
        5.0 enter 5 first < overflow 5 Full to second
        15.0 (timer) < overflow 5 WaitedTooLong to message
        20.0 wait < -
        34.0 (timer) < overflow 4 WaitedTooLong to second
        35.0 wait < -
        44.0 (timer) < overflow 4 WaitedTooLong to message
        50.0 enter 6 first < -
        51.0 out ann < -
        52.0 over ann 3 < ann offline
        57.0 (timer) < overflow 6 Unstaffed to second
        60.0 wait < -
        60.0 asks 6 < overflow 6 Asked to message",
    );
}

#[test]
fn position_and_comfort_come_at_intervals_and_the_next_one_hears_soon() {
    let queue = QueueSettings {
        position_every: Some(secs(60)),
        comfort_every: Some(secs(45)),
        unstaffed: Unstaffed::Wait,
        ..quiet("q")
    };
    check(
        one(queue, &[]),
        "
        0.0 enter 1 q
        5.0 enter 2 q
        5.0 enter 3 q 7
        8.0 gone 3
        9.0 gone 1
        52.0 wait",
        "
        0.0 enter 1 q < -
        0.0 (timer) < position 1 is 1
        5.0 enter 2 q < -
        5.0 (timer) < position 2 is 2
        5.0 enter 3 q 7 < -
        5.0 (timer) < position 3 is 1
        8.0 gone 3 < -
        9.0 gone 1 < -
        15.0 (timer) < position 2 is 1
        50.0 (timer) < comfort 2
        52.0 wait < -",
    );
}

#[test]
fn a_pause_waits_for_the_end_of_what_the_agent_does_and_outlives_the_registration() {
    check(
        one(quiet("q"), &["ann"]),
        "
        0.0 in ann
        0.0 enter 1 q
        1.0 pause ann lunch
        2.0 no-answer 1
        3.0 out ann
        4.0 in ann
        5.0 ready ann",
        "
        0.0 in ann < ann ready
        0.0 enter 1 q < ann offered, offer 1 caller 1 of q to ann for 20s
        1.0 pause ann lunch < -
        2.0 no-answer 1 < ann paused(lunch)
        3.0 out ann < ann offline
        4.0 in ann < ann paused(lunch)
        5.0 ready ann < ann ready, ann offered, offer 2 caller 1 of q to ann for 20s",
    );
}

#[test]
fn a_phone_that_dies_while_it_rings_gives_the_caller_back() {
    check(
        one(quiet("q"), &["ann", "bob"]),
        "
        0.0 in ann
        0.0 in bob
        1.0 enter 1 q
        2.0 out ann
        2.0 answer 1
        3.0 answer 2
        4.0 stop
        5.0 enter 2 q",
        "
        0.0 in ann < ann ready
        0.0 in bob < bob ready
        1.0 enter 1 q < ann offered, offer 1 caller 1 of q to ann for 20s
        2.0 out ann < withdraw 1 caller 1, ann offline, bob offered, offer 2 caller 1 of q to bob for 20s
        2.0 answer 1 = too late < -
        3.0 answer 2 = 1 with bob after 2s < bob talking
        4.0 stop < -
        5.0 enter 2 q < overflow 2 Stopping to message",
    );
}

fn outside(number: &str) -> OverflowStep {
    OverflowStep::Outside(PhoneNumber::new(number))
}

#[test]
fn steps_that_come_to_nothing_are_followed_by_the_next() {
    let queues = vec![
        QueueSettings {
            overflow: vec![
                outside("1"),
                OverflowStep::Callback,
                OverflowStep::Queue("second".into()),
                OverflowStep::Message,
            ],
            ..quiet("first")
        },
        QueueSettings {
            overflow: vec![
                OverflowStep::Queue("first".into()),
                outside("2"),
                OverflowStep::Callback,
            ],
            max_wait: Some(secs(30)),
            unstaffed: Unstaffed::Wait,
            ..quiet("second")
        },
    ];
    let settings = AcdSettings {
        queues,
        ..AcdSettings::default()
    };
    // No queue twice; after a callback that is not to be, a message.
    check(
        settings,
        "
        1.0 enter 1 first
        2.0 place 1
        20.0 next 1
        30.0 next 1
        60.0 wait
        61.0 next 1
        62.0 next 1
        63.0 next 1",
        "
        1.0 enter 1 first < overflow 1 Unstaffed to outside 1
        2.0 place 1 < -
        20.0 next 1 < overflow 1 Unstaffed to callback
        30.0 next 1 < overflow 1 Unstaffed to second
        60.0 (timer) < overflow 1 WaitedTooLong to outside 2
        60.0 wait < -
        61.0 next 1 < overflow 1 WaitedTooLong to callback
        62.0 next 1 < overflow 1 WaitedTooLong to message
        63.0 next 1 < overflow 1 Unstaffed to message",
    );
}

#[test]
fn who_asks_for_a_person_all_the_same_is_asked_for_in_the_queue_once_more() {
    let queue = QueueSettings {
        overflow: vec![outside("1"), OverflowStep::Callback],
        unstaffed_after: secs(0),
        ..quiet("q")
    };
    check(
        one(queue, &["ann"]),
        "
        1.0 enter 1 q
        2.0 again 1
        3.0 in ann
        4.0 again 1
        5.0 next 1
        6.0 gone 1
        7.0 out ann
        8.0 enter 2 q
        9.0 asks 2
        10.0 enter 3 q
        11.0 stop
        12.0 next 3",
        "
        1.0 enter 1 q < overflow 1 Unstaffed to outside 1
        2.0 again 1 < overflow 1 Unstaffed to callback
        3.0 in ann < ann ready
        4.0 again 1 < ann offered, offer 1 caller 1 of q to ann for 20s
        5.0 next 1 < -
        6.0 gone 1 < withdraw 1 caller 1, ann ready
        7.0 out ann < ann offline
        7.0 (timer) < -
        8.0 enter 2 q < overflow 2 Unstaffed to outside 1
        9.0 asks 2 < overflow 2 Asked to message
        10.0 enter 3 q < overflow 3 Unstaffed to outside 1
        11.0 stop < -
        12.0 next 3 < overflow 3 Unstaffed to message",
    );
}
