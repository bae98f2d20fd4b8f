//! Whom a call keeps from the queue: everybody who is on it without being offered the caller.

use super::attended::consulting;
use super::check;
use super::people::talking;

#[test]
fn who_is_asked_is_kept_until_the_word_is_over_or_the_caller_is_theirs() {
    check(&consulting(
        "8.1 > engaged
         < agent2
         12.0 > p3 bye
         < p2 hangup; p3 hangup; p3 close; p2 close
         12.1 > engaged
         < nobody",
    ));
    check(&consulting(
        "12.0 > p1 refers agent2 replacing p2
         < p1 notify 200; p2 hangup; p2 close; unbridge caller; p1 hangup; p1 close; queue transferring agent1; queue took agent2; bridge caller p3
         12.1 > engaged
         < nobody",
    ));
}

#[test]
fn both_are_kept_when_the_caller_is_gone_and_they_talk_on() {
    check(&consulting(
        "9.0 > caller bye
         < p1 hangup; p1 close; queue over agent1; caller close
         9.1 > engaged
         < agent1 agent2
         10.0 > p2 bye
         < p3 hangup; p3 close; p2 close; done caller_hung_up
         10.1 > engaged
         < nobody",
    ));
}

#[test]
fn who_joins_is_kept_until_they_leave_or_have_the_caller() {
    let three = |rest: &str| {
        consulting(&format!(
            "12.0 > p2 key *
             12.2 > p2 key 3
             < p1 hangup; p1 close; mix caller(p2 p3) p2(caller p3) p3(caller p2)
             12.3 > engaged
             < agent2
             {rest}"
        ))
    };
    check(&three(
        "20.0 > p3 bye
         < p3 hangup; p3 close; bridge caller p2
         20.1 > engaged
         < nobody",
    ));
    check(&three(
        "20.0 > p2 bye
         < p2 hangup; p2 close; queue transferring agent1; queue took agent2; bridge caller p3
         20.1 > engaged
         < nobody",
    ));
}

#[test]
fn who_is_handed_a_caller_by_name_is_kept_while_it_rings() {
    check(&talking(
        "4.9 > engaged
         < nobody
         5.0 > p1 refers agent2
         < locate agent2
         5.0 > located agent agent2 1
         < caller loops sys-moh; p2 ports
         5.1 > engaged
         < agent2
         5.1 > ports p2
         < p2 invite sip:agent2@127.0.2.0
         6.0 > p2 busy
         < p2 close; p1 notify 486; caller silence
         6.1 > engaged
         < nobody",
    ));
}

#[test]
fn supervisors_are_kept_from_the_first_ring_on() {
    check(&talking(
        "5.0 > order listen boss 1
         < p2 ports; done: with agent agent1, agent boss Listens soon
         5.0 > engaged
         < boss
         5.1 > ports p2
         < p2 invite sip:boss@127.0.2.0
         6.0 > p2 answers
         < p2 pcma; mix caller(p1) p1(caller) p2(caller p1)
         6.1 > engaged
         < boss
         7.0 > p2 bye
         < p2 hangup; p2 close; bridge caller p1
         7.1 > engaged
         < nobody",
    ));
}

#[test]
fn whose_phone_rings_for_a_caller_is_busy() {
    check(&talking(
        "5.0 > p1 refers agent2
         < locate agent2
         5.0 > located busy agent2
         < p1 notify 486; caller silence
         5.1 > engaged
         < nobody",
    ));
}
