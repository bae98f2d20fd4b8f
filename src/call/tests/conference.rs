//! More than two in a talk.

use super::attended::consulting;
use super::check;
use super::people::talking;

/// Caller, agent1 (on p2 now) and agent2 (p3) talk together.
fn three(rest: &str) -> String {
    consulting(&format!(
        "12.0 > p2 key *
         12.2 > p2 key 3
         < p1 hangup; p1 close; mix caller(p2 p3) p2(caller p3) p3(caller p2)
         {rest}"
    ))
}

#[test]
fn a_key_has_all_three_talk_and_the_last_agent_ends_it() {
    check(&three(
        "13.0 > p1 bye
         20.0 > p3 bye
         < p3 hangup; p3 close; bridge caller p2
         30.0 > p2 bye
         < p2 hangup; p2 close; queue over agent1; caller hangup
         30.1 > caller over
         < caller close; done agent_ended",
    ));
}

#[test]
fn when_the_first_agent_leaves_the_talk_is_the_others() {
    check(&three(
        "20.0 > p2 bye
         < p2 hangup; p2 close; queue transferring agent1; queue took agent2; bridge caller p3
         30.0 > p3 bye
         < p3 hangup; p3 close; queue over agent2; caller hangup",
    ));
    // A phone that dies is no end either.
    check(&three(
        "20.0 > p2 gone
         < p2 hangup; p2 close; queue transferring agent1; queue took agent2; bridge caller p3
         30.0 > p3 gone
         < unbridge caller; p3 hangup; p3 close; queue return; caller hears sys-agent-lost",
    ));
}

#[test]
fn the_callers_end_is_everybodys() {
    check(&three(
        "20.0 > caller bye
         < p2 hangup; p2 close; queue over agent1; p3 hangup; p3 close; caller close; done caller_hung_up",
    ));
}

#[test]
fn nobody_is_handed_on_from_a_conference() {
    check(&three(
        "20.0 > p2 refers sales
         < p2 notify 491
         20.0 > p3 refers sales
         < p3 notify 403
         21.0 > agent1 dials agent agent3 1
         < p4 486",
    ));
}

#[test]
fn who_holds_in_a_conference_plays_no_music_to_the_others() {
    check(&three(
        "20.0 > p2 holds
         < p2 200; p2 pcma
         21.0 > p3 holds
         < p3 200; p3 pcma
         22.0 > caller holds
         < caller 200; caller pcma",
    ));
}

#[test]
fn zero_leaves_phones_that_are_dead() {
    check(&three(
        "20.0 > key 0
         21.0 > p2 silent
         21.5 > key 0
         < p2 hangup; p2 close; queue transferring agent1; queue took agent2; bridge caller p3
         22.0 > p3 silent
         22.5 > key 0
         < unbridge caller; p3 hangup; p3 close; queue return; caller hears sys-agent-lost",
    ));
}

#[test]
fn only_the_agents_keys_count_and_only_while_they_ask_somebody() {
    // By either of their phones' calls; the caller's and the colleague's mean nothing.
    check(&consulting(
        "12.0 > key *
         12.2 > key 3
         12.4 > p3 key *
         12.6 > p3 key 3
         12.8 > p2 key *
         16.2 > p2 key 3
         17.0 > p1 key *
         17.2 > p1 key 3
         < p2 hangup; p2 close; mix caller(p1 p3) p1(caller p3) p3(caller p1)",
    ));
    check(&talking(
        "5.0 > p1 key *
         5.2 > p1 key 3
         6.0 > agent1 dials agent agent2 1
         < p2 ports
         6.0 > ports p2
         < p2 180; p3 ports
         7.0 > p1 key *
         7.2 > p1 key 3",
    ));
}

#[test]
fn a_colleague_by_the_queue_is_free_when_they_leave() {
    let joined = "6.0 > agent1 dials queue sales
         < p2 ports
         6.0 > ports p2
         < p2 180; side enter sales priority 9
         7.0 > side offer agent3 1
         < p3 ports
         7.0 > ports p3
         < p3 invite sip:agent3@127.0.2.0
         8.0 > p3 answers
         < p3 pcma; side answered 2
         8.0 > side connect
         < p2 200; p2 pcma; bridge p2 p3
         9.0 > p2 key *
         9.1 > p2 key 3
         < p1 hangup; p1 close; mix caller(p2 p3) p2(caller p3) p3(caller p2)";
    check(&talking(&format!(
        "{joined}
         20.0 > p3 bye
         < p3 hangup; p3 close; side over agent3; bridge caller p2"
    )));
    check(&talking(&format!(
        "{joined}
         20.0 > p2 bye
         < p2 hangup; p2 close; queue transferring agent1; queue took agent3; side over agent3; bridge caller p3"
    )));
}

#[test]
fn a_supervisor_hears_speaks_to_the_agent_or_to_both() {
    for (what, seats) in [
        ("listen", "caller(p1) p1(caller) p2(caller p1)"),
        ("whisper", "caller(p1) p1(caller p2) p2(caller p1)"),
        ("barge", "caller(p1 p2) p1(caller p2) p2(caller p1)"),
    ] {
        check(&talking(&format!(
            "5.0 > boss asks to {what}
             < p2 ports
             5.0 > ports p2
             < p2 pcma; p2 200; mix {seats}
             9.0 > p2 bye
             < p2 hangup; p2 close; bridge caller p1
             10.0 > p1 bye
             < p1 hangup; p1 close; queue over agent1; caller hangup"
        )));
    }
}

#[test]
fn who_only_listens_does_not_keep_a_talk_that_is_over() {
    check(&talking(
        "5.0 > boss asks to listen
         < p2 ports
         5.0 > ports p2
         < p2 pcma; p2 200; mix caller(p1) p1(caller) p2(caller p1)
         9.0 > p1 bye
         < p1 hangup; p1 close; queue over agent1; p2 hangup; p2 close; caller hangup",
    ));
    // Who barged in takes over.
    check(&talking(
        "5.0 > boss asks to barge
         < p2 ports
         5.0 > ports p2
         < p2 pcma; p2 200; mix caller(p1 p2) p1(caller p2) p2(caller p1)
         9.0 > p1 bye
         < p1 hangup; p1 close; queue transferring agent1; queue took boss; bridge caller p2",
    ));
}

#[test]
fn a_supervisor_finds_the_talk_over_or_full() {
    check(&talking(
        "5.0 > boss asks to listen
         < p2 ports
         5.5 > p1 gone
         < unbridge caller; p1 hangup; p1 close; queue return; caller hears sys-agent-lost
         5.6 > ports p2
         < p2 close; p2 480
         6.0 > boss asks to listen
         < p3 480",
    ));
    check(&talking(
        "5.0 > agent1 asks to listen
         < p2 480
         5.0 > boss asks to listen
         < p3 ports
         5.0 > p3 no ports
         < p3 503
         6.0 > boss asks to listen
         < p4 ports
         6.0 > p4 cancels
         7.0 > boss asks to listen
         < p5 ports
         8.0 > caller bye
         < p1 hangup; p1 close; queue over agent1; caller close; p5 480; done caller_hung_up",
    ));
}

#[test]
fn an_agent_goes_on_at_another_phone_of_theirs_and_nobody_elses() {
    check(&talking(
        "5.0 > p1 holds
         < p1 200; p1 pcma; caller loops sys-moh; p1 silence
         5.0 > agent2 takes over p1
         < p2 603
         6.0 > agent1 takes over p1
         < p3 ports
         6.0 > ports p3
         < p3 pcma; p3 200; p1 hangup; p1 close; bridge caller p3
         7.0 > p1 bye
         8.0 > agent1 takes over p1
         < p4 603
         9.0 > p3 bye
         < p3 hangup; p3 close; queue over agent1; caller hangup",
    ));
    // Gone meanwhile.
    check(&talking(
        "6.0 > agent1 takes over p1
         < p2 ports
         6.1 > p1 gone
         < unbridge caller; p1 hangup; p1 close; queue return; caller hears sys-agent-lost
         6.2 > ports p2
         < p2 close; p2 481",
    ));
}

#[test]
fn no_talk_is_listened_to_by_a_crowd() {
    check(&talking(
        "6.0 > boss1 asks to listen
         < p2 ports
         6.0 > boss2 asks to whisper
         < p3 ports
         6.0 > boss3 asks to barge
         < p4 ports
         6.0 > boss4 asks to listen
         < p5 ports
         6.0 > boss5 asks to listen
         < p6 486",
    ));
}
