//! The agent's phone is a page, or the caller's, and the page is gone.

use super::desk::check;
use super::people::{WAITING, talking};

/// Up to an agent who talks in a page.
fn in_a_page(rest: &str) -> String {
    format!(
        "{WAITING}         1.1 > offer agent1 page
         < p1 ports
         1.1 > ports p1
         < p1 invite sip:agent1@127.0.2.0
         2.0 > p1 answers
         < p1 pcma; queue answered 1
         2.0 > connect
         < bridge caller p1
         {rest}"
    )
}

#[test]
fn a_page_that_comes_back_has_its_caller_again() {
    // Its network was gone: the same voice again.
    check(&in_a_page(
        "10.0 > p1 silent
         < unbridge caller; caller loops sys-moh; p1 silence
         15.0 > p1 heard
         < bridge caller p1
         60.0 > wait
         61.0 > p1 bye
         < p1 hangup; p1 close; queue over agent1; caller hangup",
    ));
    // It was loaded anew: another dialog in place of the one before.
    check(&in_a_page(
        "10.0 > p1 silent
         < unbridge caller; caller loops sys-moh; p1 silence
         14.0 > agent1 takes over p1
         < p2 ports
         14.0 > ports p2
         < p2 pcma; p2 200; p1 hangup; p1 close; bridge caller p2
         60.0 > wait
         61.0 > p2 bye
         < p2 hangup; p2 close; queue over agent1; caller hangup",
    ));
}

#[test]
fn whose_page_does_not_come_back_goes_to_the_head_of_the_queue() {
    check(&in_a_page(
        "10.0 > p1 silent
         < unbridge caller; caller loops sys-moh; p1 silence
         29.9 > wait
         30.0 > wait
         < unbridge caller; p1 hangup; p1 close; queue return; caller hears sys-agent-lost",
    ));
    // Nor does the caller have to wait for it.
    check(&in_a_page(
        "10.0 > p1 silent
         < unbridge caller; caller loops sys-moh; p1 silence
         12.0 > key 0
         < unbridge caller; p1 hangup; p1 close; queue return; caller hears sys-agent-lost",
    ));
}

#[test]
fn who_holds_before_the_page_is_gone_holds_after_it_is_back() {
    check(&in_a_page(
        "9.0 > order hold
         < unbridge caller; caller loops sys-moh; p1 silence; done: with agent agent1 on hold
         10.0 > p1 silent
         < unbridge caller; caller loops sys-moh; p1 silence
         12.0 > p1 heard
         < unbridge caller; caller loops sys-moh; p1 silence",
    ));
}

#[test]
fn whom_the_agent_asks_is_let_go_when_they_go_on_elsewhere() {
    check(&in_a_page(
        "5.0 > order consult agent agent2 1
         < unbridge caller; caller loops sys-moh; p1 silence; p1 loops sys-ringback; p2 ports; done: with agent agent1 on hold rings agent agent2
         5.0 > ports p2
         < p2 invite sip:agent2@127.0.2.0
         7.0 > p2 answers
         < p2 pcma; bridge p1 p2
         10.0 > agent1 takes over p1
         < p3 ports
         10.0 > ports p3
         < p3 pcma; p3 200; p2 hangup; p2 close; p1 hangup; p1 close; bridge caller p3",
    ));
}

/// Up to an agent who talks with a caller in a page.
fn caller_in_a_page(rest: &str) -> String {
    let from = talking(rest);
    from.replacen("0.0 > call", "0.0 > call from page", 1)
}

#[test]
fn a_callers_page_that_is_silent_is_asked_and_its_call_ends_when_nobody_is_there() {
    check(&caller_in_a_page(
        "10.0 > caller silent
         19.9 > wait
         20.0 > wait
         < caller probe
         20.1 > caller gone
         < p1 hangup; p1 close; queue over agent1; caller close; done caller_gone",
    ));
    // It answers, and is asked again for as long as nothing is heard of it.
    check(&caller_in_a_page(
        "10.0 > caller silent
         20.0 > wait
         < caller probe
         30.0 > wait
         < caller probe
         31.0 > caller heard
         60.0 > wait
         61.0 > p1 bye
         < p1 hangup; p1 close; queue over agent1; caller hangup",
    ));
    // Back before it is asked.
    check(&caller_in_a_page(
        "10.0 > caller silent
         15.0 > caller heard
         60.0 > wait",
    ));
}

#[test]
fn a_callers_page_that_is_gone_leaves_its_place_in_line() {
    let waiting = WAITING.replacen("0.0 > call", "0.0 > call from page", 1);
    check(&format!(
        "{waiting}10.0 > caller silent
         20.0 > wait
         < caller loops sys-moh; caller probe
         20.0 > caller gone
         < call back +4930901820 by support; queue leave
         20.1 > kept 7 now
         < caller close; done callback_stored"
    ));
}

#[test]
fn a_silent_desk_phone_of_a_caller_is_left_alone() {
    check(&talking(
        "10.0 > caller silent
         60.0 > wait",
    ));
}

#[test]
fn who_shows_another_certificate_than_announced_is_not_talked_with() {
    check(
        "0.0 > call
         < caller ports
         0.0 > ports
         < caller pcma; caller 200
         0.1 > ack
         < caller hears welcome
         0.2 > caller without keys
         < caller hangup cause=488; caller close; done setup_failed",
    );
    // In an agent's place: the caller is the next in line, as with a phone that is lost.
    check(&in_a_page(
        "2.5 > p1 without keys
         < unbridge caller; p1 hangup; p1 close; queue return; caller hears sys-agent-lost",
    ));
}
