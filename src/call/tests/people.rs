//! Callers, agents, holds and transfers.

use super::check;

/// Up to the queue.
pub(super) const WAITING: &str = "0.0 > call
    < caller ports
    0.0 > ports
    < caller pcma; caller 200
    0.1 > ack
    < caller hears welcome
    1.0 > key 0
    < caller silence; queue enter support (asked); caller hears sys-connecting
    ";

/// Up to an agent with one phone who talks.
pub(super) fn talking(rest: &str) -> String {
    format!(
        "{WAITING}         1.1 > offer agent1 1
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
fn zero_reaches_an_agent_and_the_agent_ends_the_call() {
    check(&talking(
        "9.0 > p1 bye
         < p1 hangup; p1 close; queue over agent1; caller hangup
         9.1 > caller over
         < caller close; done agent_ended",
    ));
}

#[test]
fn the_caller_ends_the_talk() {
    check(&talking(
        "9.0 > caller bye
         < p1 hangup; p1 close; queue over agent1; caller close; done caller_hung_up",
    ));
}

#[test]
fn a_phone_is_asked_to_answer_by_itself_for_the_queue_alone() {
    check(&format!(
        "{WAITING}1.1 > offer agent9 1
         < p1 ports
         1.1 > ports p1
         < p1 invite sip:agent9@127.0.2.0 to answer by itself"
    ));
    check(&talking(
        "5.0 > p1 refers agent9
         < locate agent9
         5.0 > located agent agent9 1
         < caller loops sys-moh; p2 ports
         5.0 > ports p2
         < p2 invite sip:agent9@127.0.2.0",
    ));
}

#[test]
fn several_phones_of_one_agent_ring_and_the_first_answer_wins() {
    check(&format!(
        "{WAITING}         1.1 > offer agent1 2
         < p1 ports; p2 ports
         1.1 > ports p1
         < p1 invite sip:agent1@127.0.2.0
         1.1 > ports p2
         < p2 invite sip:agent1@127.0.2.1
         1.5 > p1 dead
         < p1 close
         2.0 > p2 answers
         < p2 pcma; queue answered 1
         2.0 > connect
         < bridge caller p2"
    ));
}

#[test]
fn ring_all_gives_the_caller_to_the_one_whom_the_queue_names() {
    check(&format!(
        "{WAITING}         1.1 > offer agent1 1
         < p1 ports
         1.1 > offer agent2 1
         < p2 ports
         1.1 > ports p1
         < p1 invite sip:agent1@127.0.2.0
         1.1 > ports p2
         < p2 invite sip:agent2@127.0.2.0
         2.0 > p1 answers
         < p1 pcma; queue answered 1
         2.0 > p2 answers
         < p2 pcma; queue answered 2
         2.0 > connect 1
         < p2 hangup cause=200; p2 close; bridge caller p1
         2.0 > too-late
         2.0 > withdraw 2 elsewhere"
    ));
}

#[test]
fn an_answer_that_comes_too_late_is_let_go() {
    check(&format!(
        "{WAITING}         1.1 > offer agent1 1
         < p1 ports
         1.1 > ports p1
         < p1 invite sip:agent1@127.0.2.0
         2.0 > p1 answers
         < p1 pcma; queue answered 1
         2.0 > too-late
         < p1 hangup; p1 close
         5.0 > played
         < caller loops sys-moh"
    ));
}

#[test]
fn an_agent_who_does_not_answer_costs_the_caller_nothing() {
    for (how, why) in [
        ("p1 no-answer", "NoAnswer"),
        ("p1 busy", "Busy"),
        ("p1 declines", "Refused"),
        ("p1 dead", "Unreachable"),
    ] {
        check(&format!(
            "{WAITING}             1.1 > offer agent1 1
             < p1 ports
             1.1 > ports p1
             < p1 invite sip:agent1@127.0.2.0
             9.0 > {how}
             < p1 close; queue not-answered 1 {why}
             9.1 > played
             < caller loops sys-moh"
        ));
    }
}

#[test]
fn a_phone_that_answers_with_nonsense_is_no_phone_for_this_call() {
    check(&format!(
        "{WAITING}         1.1 > offer agent1 1
         < p1 ports
         1.1 > ports p1
         < p1 invite sip:agent1@127.0.2.0
         2.0 > p1 answers nonsense
         < p1 hangup cause=488; p1 close; queue not-answered 1 Unreachable"
    ));
}

#[test]
fn an_agent_without_phones_is_told_to_the_queue() {
    check(&format!(
        "{WAITING}         1.1 > offer agent1 0
         < queue not-answered 1 Unreachable"
    ));
}

#[test]
fn a_lost_phone_puts_the_caller_back_at_the_head() {
    check(&talking(
        "9.0 > p1 gone
         < unbridge caller; p1 hangup; p1 close; queue return; caller hears sys-agent-lost
         9.5 > played
         < caller loops sys-moh",
    ));
}

#[test]
fn zero_leads_back_from_a_phone_that_fell_silent_and_only_from_such_a_one() {
    check(&talking(
        "8.0 > key 0
         9.0 > p1 silent
         9.5 > key 0
         < unbridge caller; p1 hangup; p1 close; queue return; caller hears sys-agent-lost",
    ));
}

#[test]
fn whom_one_side_holds_hears_music() {
    check(&talking(
        "5.0 > p1 holds
         < p1 200; p1 pcma; caller loops sys-moh; p1 silence
         6.0 > p1 resumes
         < p1 200; p1 pcma; caller silence; p1 silence
         7.0 > caller holds
         < caller 200; caller pcma; caller silence; p1 loops sys-moh
         8.0 > caller resumes
         < caller 200; caller pcma; caller silence; p1 silence",
    ));
}

#[test]
fn a_transfer_to_a_queue_frees_the_agent() {
    check(&talking(
        "5.0 > p1 refers sales
         < locate sales
         5.0 > located queue sales
         < p1 notify 200; unbridge caller; p1 hangup; p1 close; queue transferring agent1; queue enter sales (transferred); caller hears sys-connecting",
    ));
}

#[test]
fn a_transfer_to_an_agent_who_answers() {
    check(&talking(
        "5.0 > p1 refers agent2
         < locate agent2
         5.0 > located agent agent2 1
         < caller loops sys-moh; p2 ports
         5.0 > ports p2
         < p2 invite sip:agent2@127.0.2.0
         5.5 > p2 rings
         < p1 notify 180
         7.0 > p2 answers
         < p2 pcma; p1 notify 200; unbridge caller; p1 hangup; p1 close; queue transferring agent1; queue took agent2; bridge caller p2
         9.0 > p2 bye
         < p2 hangup; p2 close; queue over agent2; caller hangup",
    ));
}

#[test]
fn a_transfer_that_fails_leaves_the_two_as_they_were() {
    check(&talking(
        "5.0 > p1 refers agent2
         < locate agent2
         5.0 > located agent agent2 1
         < caller loops sys-moh; p2 ports
         5.0 > ports p2
         < p2 invite sip:agent2@127.0.2.0
         7.0 > p2 busy
         < p2 close; p1 notify 486; caller silence
         8.0 > p1 refers nowhere
         < locate nowhere
         8.0 > located nothing
         < p1 notify 404; caller silence
         9.0 > p1 refers +4590123456
         < locate +4590123456
         9.0 > located forbidden +4590123456
         < p1 notify 403; caller silence",
    ));
}

#[test]
fn a_transfer_that_nobody_tells_about_has_failed() {
    check(&talking(
        "5.0 > p1 refers agent2
         < locate agent2
         5.0 > located agent agent2 1
         < caller loops sys-moh; p2 ports
         5.0 > ports p2
         < p2 invite sip:agent2@127.0.2.0
         33.0 > wait
         < p2 hangup; p2 close; p1 notify 408; caller silence",
    ));
    check(&talking(
        "5.0 > p1 refers agent2
         < locate agent2
         6.0 > p1 bye
         < unbridge caller; p1 hangup; p1 close; queue transferring agent1; caller loops sys-moh
         33.0 > wait
         < queue return; caller hears sys-agent-lost",
    ));
}

#[test]
fn a_transfer_that_fails_after_the_agent_left_goes_back_to_the_queue() {
    check(&talking(
        "5.0 > p1 refers agent2
         < locate agent2
         5.0 > located agent agent2 1
         < caller loops sys-moh; p2 ports
         5.0 > ports p2
         < p2 invite sip:agent2@127.0.2.0
         6.0 > p1 bye
         < unbridge caller; p1 hangup; p1 close; queue transferring agent1; caller loops sys-moh
         7.0 > p2 no-answer
         < p2 close; queue return; caller hears sys-agent-lost",
    ));
}

#[test]
fn a_trunk_that_is_called_by_tls_is_offered_keys() {
    check(&talking(
        "5.0 > p1 refers +4511223344
         < locate +4511223344
         5.0 > located outside +4511223344 by encrypted
         < caller loops sys-moh; p2 ports
         5.0 > ports p2
         < p2 invite +4511223344 by trunk with keys",
    ));
}

#[test]
fn a_transfer_to_an_outside_number_leaves_the_queue() {
    check(&talking(
        "5.0 > p1 refers +4511223344
         < locate +4511223344
         5.0 > located outside +4511223344
         < caller loops sys-moh; p2 ports
         5.0 > ports p2
         < p2 invite +4511223344 by trunk
         7.0 > p2 answers
         < p2 pcma; p1 notify 200; unbridge caller; p1 hangup; p1 close; queue transferring agent1; queue leave; bridge caller p2",
    ));
}

#[test]
fn the_caller_hangs_up_while_phones_ring() {
    check(&format!(
        "{WAITING}         1.1 > offer agent1 1
         < p1 ports
         1.1 > ports p1
         < p1 invite sip:agent1@127.0.2.0
         2.0 > caller bye
         < p1 hangup; p1 close; queue leave; caller close; done caller_hung_up
         2.1 > p1 answers"
    ));
}
