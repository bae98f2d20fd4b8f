//! Supervisors' orders: their own phone rings, and has its part when it is answered.

use super::check;
use super::people::talking;

/// The supervisor (p2) listens.
fn listening(rest: &str) -> String {
    talking(&format!(
        "5.0 > order listen boss 1
         < p2 ports; done: with agent agent1, agent boss Listens soon
         5.1 > ports p2
         < p2 invite sip:boss@127.0.2.0
         6.0 > p2 answers
         < p2 pcma; mix caller(p1) p1(caller) p2(caller p1)
         {rest}"
    ))
}

#[test]
fn a_supervisor_listens_whispers_and_joins_without_another_ring() {
    check(&listening(
        "7.0 > order whisper boss 1
         < mix caller(p1) p1(caller p2) p2(caller p1); done: with agent agent1, agent boss Whispers
         8.0 > order whisper boss 1
         < refused: boss has this part already
         9.0 > order barge boss 1
         < mix caller(p1 p2) p1(caller p2) p2(caller p1); done: with agent agent1, agent boss Talks
         10.0 > order leave boss
         < p2 hangup; p2 close; bridge caller p1; done: with agent agent1
         11.0 > order leave boss
         < refused: boss has no part in this talk",
    ));
}

#[test]
fn a_supervisor_hears_the_agent_only_while_the_caller_is_on_hold() {
    check(&listening(
        "7.0 > order hold
         < mix caller() p1() p2(p1); caller loops sys-moh; p1 silence; done: with agent agent1 on hold, agent boss Listens
         8.0 > p2 bye
         < p2 hangup; p2 close; unbridge caller; caller loops sys-moh; p1 silence
         9.0 > order resume
         < bridge caller p1; done: with agent agent1",
    ));
}

#[test]
fn a_supervisor_hears_whom_the_agent_asks() {
    check(&listening(
        "7.0 > order consult agent agent2 1
         < mix caller() p1() p2(p1); caller loops sys-moh; p1 silence; p1 loops sys-ringback; p3 ports; done: with agent agent1 on hold rings agent agent2, agent boss Listens
         7.1 > ports p3
         < p3 invite sip:agent2@127.0.2.0
         8.0 > p3 answers
         < p3 pcma; bridge p1 p3; mix caller() p1(p3) p3(p1) p2(p1 p3); caller loops sys-moh
         9.0 > order cancel
         < p3 hangup; p3 close; mix caller(p1) p1(caller) p2(caller p1); done: with agent agent1, agent boss Listens",
    ));
}

#[test]
fn the_supervisor_takes_over_from_the_talk_or_from_outside_it() {
    let over = "queue transferring agent1; queue took boss; bridge caller p2";
    check(&listening(&format!(
        "7.0 > order take-over boss 1
         < p1 hangup; p1 close; {over}; done: with agent boss
         20.0 > p2 bye
         < p2 hangup; p2 close; queue over boss; caller hangup"
    )));
    check(&talking(&format!(
        "5.0 > order take-over boss 1
         < p2 ports; done: with agent agent1, agent boss takes over soon
         5.1 > ports p2
         < p2 invite sip:boss@127.0.2.0
         5.2 > order take-over chief 1
         < refused: boss is taking the caller over
         6.0 > p2 answers
         < p2 pcma; p1 hangup; p1 close; {over}"
    )));
}

#[test]
fn the_caller_comes_off_hold_when_somebody_takes_over() {
    check(&listening(
        "7.0 > order hold
         < mix caller() p1() p2(p1); caller loops sys-moh; p1 silence; done: with agent agent1 on hold, agent boss Listens
         8.0 > order take-over boss 1
         < p1 hangup; p1 close; queue transferring agent1; queue took boss; bridge caller p2; done: with agent boss
         9.0 > order resume
         < refused: the caller is not on hold",
    ));
}

#[test]
fn whose_phone_does_not_answer_has_no_part_and_may_try_again() {
    check(&talking(
        "5.0 > order listen boss 2
         < p2 ports; p3 ports; done: with agent agent1, agent boss Listens soon
         5.1 > ports p2
         < p2 invite sip:boss@127.0.2.0
         5.1 > ports p3
         < p3 invite sip:boss@127.0.2.1
         5.2 > order whisper boss 2
         < refused: your phone rings for this talk already
         6.0 > p2 busy
         < p2 close
         6.1 > p3 no-answer
         < p3 close
         6.2 > order listen boss 0
         < refused: no phone of boss is registered
         6.3 > order listen agent1 1
         < refused: this is your own talk
         7.0 > order barge boss 1
         < p4 ports; done: with agent agent1, agent boss Talks soon
         8.0 > order leave boss
         < done: with agent agent1",
    ));
}

#[test]
fn who_comes_too_late_is_let_go() {
    check(&talking(
        "5.0 > order listen boss 1
         < p2 ports; done: with agent agent1, agent boss Listens soon
         5.1 > ports p2
         < p2 invite sip:boss@127.0.2.0
         6.0 > p1 bye
         < p1 hangup; p1 close; queue over agent1; p2 hangup; p2 close; caller hangup",
    ));
    check(&talking(
        "5.0 > order listen boss 1
         < p2 ports; done: with agent agent1, agent boss Listens soon
         5.1 > ports p2
         < p2 invite sip:boss@127.0.2.0
         6.0 > order transfer agent agent2 1
         < caller loops sys-moh; p3 ports; done: with agent agent1 transferring, agent boss Listens soon
         6.1 > p2 answers
         < p2 pcma; p2 hangup; p2 close",
    ));
}

#[test]
fn there_is_room_for_so_many_only() {
    check(&talking(
        "5.0 > order listen a 1
         < p2 ports; done: with agent agent1, agent a Listens soon
         5.1 > order listen b 1
         < p3 ports; done: with agent agent1, agent a Listens soon, agent b Listens soon
         5.2 > order listen c 2
         < p4 ports; p5 ports; done: with agent agent1, agent a Listens soon, agent b Listens soon, agent c Listens soon
         5.3 > order listen d 1
         < refused: 4 have a part in this talk already",
    ));
}
