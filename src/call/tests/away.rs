//! The agent's phone is a page, and the page is gone.

use super::desk::check;
use super::people::WAITING;

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
         < unbridge caller; p1 hangup; p1 close; queue transferring agent1; queue return; caller hears sys-agent-lost",
    ));
    // Nor does the caller have to wait for it.
    check(&in_a_page(
        "10.0 > p1 silent
         < unbridge caller; caller loops sys-moh; p1 silence
         12.0 > key 0
         < unbridge caller; p1 hangup; p1 close; queue transferring agent1; queue return; caller hears sys-agent-lost",
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
