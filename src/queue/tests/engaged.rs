//! Agents who are on calls that the queue did not give.

use super::transcript::{check, one, quiet, run, secs};
use crate::queue::settings::{QueueSettings, Unstaffed};

#[test]
fn who_is_asked_by_a_colleague_is_offered_nobody_until_that_is_over() {
    check(
        one(quiet("q"), &["ann", "bob"]),
        "
        0.0 in ann
        0.0 in bob
        1.0 enter 1 q
        2.0 answer 1
        3.0 engaged bob 90
        3.5 engaged bob 90
        4.0 enter 2 q
        5.0 free bob 90
        6.0 answer 2",
        "
        0.0 in ann < ann ready
        0.0 in bob < bob ready
        1.0 enter 1 q < ann offered, offer 1 caller 1 of q to ann for 20s
        2.0 answer 1 = 1 with ann after 1s < ann talking
        3.0 engaged bob 90 < bob engaged
        3.5 engaged bob 90 < -
        4.0 enter 2 q < -
        5.0 free bob 90 < bob ready, bob offered, offer 2 caller 2 of q to bob for 20s
        6.0 answer 2 = 2 with bob after 2s < bob talking",
    );
}

#[test]
fn who_takes_the_caller_over_talks_and_writes_up() {
    let queue = QueueSettings {
        wrap_up: secs(10),
        ..quiet("q")
    };
    check(
        one(queue, &["ann", "bob"]),
        "
        0.0 in ann
        0.0 in bob
        1.0 enter 1 q
        2.0 answer 1
        3.0 engaged bob 90
        4.0 transfer ann 1
        4.0 took bob 1
        4.0 free bob 90
        9.0 over bob 1",
        "
        0.0 in ann < ann ready
        0.0 in bob < bob ready
        1.0 enter 1 q < ann offered, offer 1 caller 1 of q to ann for 20s
        2.0 answer 1 = 1 with ann after 1s < ann talking
        3.0 engaged bob 90 < bob engaged
        4.0 transfer ann 1 < ann wrap-up
        4.0 took bob 1 < bob talking
        4.0 free bob 90 < -
        9.0 over bob 1 < bob wrap-up",
    );
}

#[test]
fn of_two_calls_the_last_one_frees_and_what_crosses_does_no_harm() {
    check(
        one(quiet("q"), &["ann"]),
        "
        0.0 in ann
        1.0 engaged ann 90
        2.0 engaged ann 91
        3.0 enter 1 q
        4.0 free ann 91
        4.5 free ann 91
        5.0 out ann
        6.0 in ann
        7.0 free ann 90
        8.0 free ann 92",
        "
        0.0 in ann < ann ready
        1.0 engaged ann 90 < ann engaged
        2.0 engaged ann 91 < -
        3.0 enter 1 q < -
        4.0 free ann 91 < -
        4.5 free ann 91 < -
        5.0 out ann < ann offline
        6.0 in ann < ann engaged
        7.0 free ann 90 < ann ready, ann offered, offer 1 caller 1 of q to ann for 20s
        8.0 free ann 92 < -",
    );
}

#[test]
fn an_offer_that_rings_already_stands_and_nobody_is_set_aside_for_it() {
    check(
        one(quiet("q"), &["ann", "bob"]),
        "
        0.0 in ann
        1.0 enter 1 q
        2.0 engaged ann 90
        3.0 in bob
        4.0 busy 1
        5.0 free ann 90",
        "
        0.0 in ann < ann ready
        1.0 enter 1 q < ann offered, offer 1 caller 1 of q to ann for 20s
        2.0 engaged ann 90 < -
        3.0 in bob < bob ready
        4.0 busy 1 < ann engaged, bob offered, offer 2 caller 1 of q to bob for 20s
        5.0 free ann 90 < ann ready",
    );
}

#[test]
fn a_pause_and_writing_up_hold_and_the_end_of_them_is_no_readiness() {
    let queue = QueueSettings {
        wrap_up: secs(10),
        ..quiet("q")
    };
    check(
        one(queue, &["ann"]),
        "
        0.0 in ann
        1.0 enter 1 q
        2.0 answer 1
        3.0 over ann 1
        4.0 engaged ann 90
        14.0 pause ann lunch
        15.0 ready ann
        16.0 free ann 90",
        "
        0.0 in ann < ann ready
        1.0 enter 1 q < ann offered, offer 1 caller 1 of q to ann for 20s
        2.0 answer 1 = 1 with ann after 1s < ann talking
        3.0 over ann 1 < ann wrap-up
        4.0 engaged ann 90 < -
        13.0 (timer) < ann engaged
        14.0 pause ann lunch < ann paused(lunch)
        15.0 ready ann < ann engaged
        16.0 free ann 90 < ann ready",
    );
}

#[test]
fn callers_are_kept_for_an_agent_who_is_on_another_call_and_the_queue_is_staffed() {
    let queue = QueueSettings {
        unstaffed: Unstaffed::Overflow,
        ..quiet("q")
    };
    check(
        one(queue, &["ann", "bob"]),
        "
        0.0 in ann
        0.0 in bob
        1.0 engaged ann 90
        2.0 enter 1 q @ann:10
        3.0 free ann 90",
        "
        0.0 in ann < ann ready
        0.0 in bob < bob ready
        1.0 engaged ann 90 < ann engaged
        2.0 enter 1 q @ann:10 < -
        3.0 free ann 90 < ann ready, ann offered, offer 1 caller 1 of q to ann for 20s",
    );
}

#[test]
fn the_wait_is_reckoned_with_those_who_serve_the_queue() {
    let queue = QueueSettings {
        position_every: Some(secs(6_000)),
        ..quiet("q")
    };
    let mut script = String::from("0.0 in ann\n");
    for n in 1..=12 {
        script.push_str(&format!("1.0 enter {n} q\n"));
    }
    // Enough to know that one agent takes a caller each minute.
    for n in 1..=10 {
        script.push_str(&format!("{}.0 answer {n}\n", 60 * n - 50));
        script.push_str(&format!("{}.0 over ann {n}\n", 60 * n - 5));
    }
    script.push_str("610.0 answer 11\n611.0 engaged bob 90\n611.0 in bob\n612.0 place 12\n");
    let told = run(&[one(queue, &["ann", "bob"])], &script);
    let last = told.lines().last().unwrap_or_default();
    assert!(last.contains("position 12 is 1 in 5"), "{last}");
}
