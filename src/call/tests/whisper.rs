//! What an agent hears before the caller is connected. Every word of these is two seconds long, so
//! that two of them are all that there is time for.

use super::check;

/// Up to an agent who has answered for the queue `sales`, which whispers.
fn answered(rest: &str) -> String {
    format!(
        "0.0 > call
         < caller ports
         0.0 > ports
         < caller pcma; caller 200
         0.1 > ack
         < caller hears welcome
         1.0 > key 2
         < caller silence; queue enter sales (routed); caller hears sys-connecting
         1.1 > offer agent1 1
         < p1 ports
         1.1 > ports p1
         < p1 invite sip:agent1@127.0.2.0
         2.0 > p1 answers
         < p1 pcma; queue answered 1
         2.0 > connect
         < p1 hears whisper-demo-sales sys-whisper-routed; caller loops sys-moh
         {rest}"
    )
}

#[test]
fn the_caller_hears_music_until_the_words_are_over() {
    check(&answered(
        "4.0 > p1 has heard
         < bridge caller p1
         9.0 > p1 bye
         < p1 hangup; p1 close; queue over agent1; caller hangup",
    ));
}

#[test]
fn any_key_is_enough() {
    check(&answered(
        "2.7 > p1 key 5
         < bridge caller p1
         4.0 > p1 has heard",
    ));
}

#[test]
fn the_caller_is_not_kept_by_an_end_that_is_never_told() {
    check(&answered(
        "6.5 > wait
         < bridge caller p1",
    ));
}

#[test]
fn an_agent_who_hangs_up_before_they_met_gives_the_caller_back() {
    for how in ["bye", "gone"] {
        check(&answered(&format!(
            "3.0 > p1 {how}
             < unbridge caller; p1 hangup; p1 close; queue return; caller hears sys-agent-lost"
        )));
    }
}

#[test]
fn the_caller_may_leave_meanwhile() {
    check(&answered(
        "3.0 > key 0
         3.1 > caller bye
         < p1 hangup; p1 close; queue over agent1; caller close; done caller_hung_up",
    ));
}

#[test]
fn a_phone_that_holds_meanwhile_gets_its_music_right() {
    check(&answered(
        "3.0 > caller holds
         < caller 200; caller pcma
         4.0 > p1 has heard
         < bridge caller p1; caller silence; p1 loops sys-moh",
    ));
}

#[test]
fn who_hands_the_caller_on_at_once_need_not_hear_the_rest() {
    check(&answered(
        "3.0 > p1 refers sales
         < bridge caller p1; locate sales",
    ));
}

#[test]
fn what_was_not_recorded_is_said_as_it_is_known() {
    check(
        "0.0 > call
         < caller ports
         0.0 > ports
         < caller pcma; caller 200
         0.1 > ack
         < caller hears welcome
         1.0 > key 0
         < caller silence; queue enter support (asked); caller hears sys-connecting
         1.5 > overflow sales
         < queue enter sales (routed); caller hears sys-connecting
         3.5 > played
         < caller loops sys-moh
         130.0 > offer agent1 1
         < p1 ports
         130.0 > ports p1
         < p1 invite sip:agent1@127.0.2.0
         132.0 > p1 answers
         < p1 pcma; queue answered 1
         132.0 > connect
         < p1 hears sys-whisper-routed; caller loops sys-moh",
    );
}
