//! Places that are kept for callers who do not listen: in self-service, or to be called back.

use super::transcript::{check, one, quiet, secs};
use crate::queue::settings::{QueueSettings, Unstaffed};

#[test]
fn who_looks_back_is_offered_from_there_and_overtaken_by_nobody() {
    check(
        one(quiet("q"), &["ann"]),
        "
        0.0 in ann
        0.0 enter 1 q
        0.0 answer 1
        1.0 enter 2 q
        2.0 enter 3 q
        3.0 away 2
        4.0 back 2
        4.5 away 2
        5.0 over ann 1
        6.0 away 2
        7.0 back 2
        7.5 away 2
        8.0 answer 2
        8.1 back 2
        9.0 over ann 2",
        "
        0.0 in ann < ann ready
        0.0 enter 1 q < ann offered, offer 1 caller 1 of q to ann for 20s
        0.0 answer 1 = 1 with ann after 0ns < ann talking
        1.0 enter 2 q < -
        2.0 enter 3 q < -
        3.0 away 2 < -
        4.0 back 2 < -
        4.5 away 2 < -
        5.0 over ann 1 < ann ready, ann offered, offer 2 caller 2 of q to ann for 20s
        6.0 away 2 < -
        7.0 back 2 < -
        7.5 away 2 < -
        8.0 answer 2 = 2 with ann after 7s < ann talking
        8.1 back 2 < -
        9.0 over ann 2 < ann ready, ann offered, offer 3 caller 3 of q to ann for 20s",
    );
}

#[test]
fn nothing_is_told_to_who_looks_back_and_nobody_is_sent_on() {
    let queue = QueueSettings {
        max_wait: Some(secs(30)),
        unstaffed_after: secs(5),
        comfort_every: Some(secs(10)),
        position_every: Some(secs(20)),
        ..quiet("q")
    };
    check(
        one(queue, &["ann"]),
        "
        0.0 in ann
        0.0 pause ann lunch
        1.0 enter 1 q
        2.0 away 1
        25.0 place 1
        40.0 wait
        50.0 out ann
        60.0 wait
        61.0 back 1",
        "
        0.0 in ann < ann ready
        0.0 pause ann lunch < ann paused(lunch)
        1.0 enter 1 q < -
        1.0 (timer) < position 1 is 1
        2.0 away 1 < -
        25.0 place 1 < position 1 is 1
        40.0 wait < -
        50.0 out ann < ann offline
        55.0 (timer) < -
        60.0 wait < -
        61.0 back 1 < overflow 1 Unstaffed to message",
    );
}

#[test]
fn who_waited_too_long_in_the_menus_is_sent_on_when_they_come_back() {
    let queue = QueueSettings {
        max_wait: Some(secs(30)),
        ..quiet("q")
    };
    check(
        one(queue, &["ann"]),
        "
        0.0 in ann
        0.0 pause ann lunch
        1.0 enter 1 q
        2.0 away 1
        40.0 back 1
        40.0 wait",
        "
        0.0 in ann < ann ready
        0.0 pause ann lunch < ann paused(lunch)
        1.0 enter 1 q < -
        2.0 away 1 < -
        40.0 back 1 < -
        40.0 (timer) < overflow 1 WaitedTooLong to message
        40.0 wait < -",
    );
}

#[test]
fn a_callback_has_its_place_as_of_then_takes_no_room_and_waits_for_people() {
    let queue = QueueSettings {
        max_callers: 1,
        max_wait: Some(secs(60)),
        unstaffed_after: secs(5),
        ..quiet("q")
    };
    check(
        one(queue, &["ann"]),
        "
        1.0 enter 7 q to-be-called-back
        2.0 in ann
        3.0 answer 1
        4.0 enter 2 q
        5.0 enter 8 q since=2 to-be-called-back
        6.0 return 7
        7.0 no-answer 9
        8.0 out ann
        80.0 wait
        81.0 in ann
        82.0 answer 2
        83.0 reached 7
        84.0 return 7
        90.0 stop",
        "
        1.0 enter 7 q to-be-called-back < -
        2.0 in ann < ann ready, ann offered, offer 1 caller 7 of q to ann for 20s
        3.0 answer 1 = 7 with ann after 2s < ann talking
        4.0 enter 2 q < -
        5.0 enter 8 q since=2 to-be-called-back < -
        6.0 return 7 < ann ready, ann offered, offer 2 caller 7 of q to ann for 20s
        7.0 no-answer 9 < -
        8.0 out ann < withdraw 2 caller 7, ann offline
        13.0 (timer) < overflow 2 Unstaffed to message
        80.0 wait < -
        81.0 in ann < ann ready, ann offered, offer 3 caller 7 of q to ann for 20s
        82.0 answer 2 = too late < -
        83.0 reached 7 < -
        84.0 return 7 < -
        90.0 stop < withdraw 3 caller 7, ann ready, overflow 7 Stopping to message, overflow 8 Stopping to message",
    );
}

#[test]
fn who_was_called_back_and_lost_their_agent_waits_like_all_others() {
    let queue = QueueSettings {
        max_wait: Some(secs(20)),
        unstaffed: Unstaffed::Wait,
        ..quiet("q")
    };
    check(
        one(queue, &["ann"]),
        "
        0.0 in ann
        1.0 enter 7 q to-be-called-back
        2.0 answer 1
        3.0 reached 7
        4.0 out ann
        5.0 return 7
        26.0 wait",
        "
        0.0 in ann < ann ready
        1.0 enter 7 q to-be-called-back < ann offered, offer 1 caller 7 of q to ann for 20s
        2.0 answer 1 = 7 with ann after 1s < ann talking
        3.0 reached 7 < -
        4.0 out ann < -
        5.0 return 7 < ann offline
        25.0 (timer) < overflow 7 WaitedTooLong to message
        26.0 wait < -",
    );
}
