//! The agent asks somebody, and hands the caller on or does not.

use super::check;
use super::people::talking;

/// The agent holds the caller, and asks a colleague who answers: p2 is the agent's second leg,
/// p3 the colleague's phone.
pub(super) fn consulting(rest: &str) -> String {
    talking(&format!(
        "5.0 > p1 holds
         < p1 200; p1 pcma; caller loops sys-moh; p1 silence
         6.0 > agent1 dials agent agent2 1
         < p2 ports
         6.0 > ports p2
         < p2 180; p3 ports
         6.0 > ports p3
         < p3 invite sip:agent2@127.0.2.0
         8.0 > p3 answers
         < p3 pcma; p2 200; p2 pcma; bridge p2 p3
         {rest}"
    ))
}

const TAKEN: &str = "p2 hangup; p2 close; unbridge caller; p1 hangup; p1 close; \
                     queue transferring agent1; queue took agent2; bridge caller p3";

#[test]
fn the_caller_is_handed_to_whom_the_agent_asked() {
    check(&consulting(&format!(
        "12.0 > p1 refers agent2 replacing p2
         < p1 notify 200; {TAKEN}
         20.0 > p3 bye
         < p3 hangup; p3 close; queue over agent2; caller hangup
         20.1 > caller over
         < caller close; done agent_ended"
    )));
}

#[test]
fn it_is_the_same_from_the_other_leg() {
    check(&consulting(&format!(
        "12.0 > p2 refers 100 replacing p1
         < p2 notify 200; {TAKEN}
         13.0 > p2 bye
         13.0 > p1 bye"
    )));
}

#[test]
fn an_outside_number_takes_the_caller_out_of_the_queue() {
    check(&talking(
        "6.0 > agent1 dials outside +4511223344
         < p2 ports
         6.0 > ports p2
         < p2 180; p3 ports
         6.0 > ports p3
         < p3 invite +4511223344 by trunk
         8.0 > p3 answers
         < p3 pcma; p2 200; p2 pcma; bridge p2 p3
         12.0 > p1 refers +4511223344 replacing p2
         < p1 notify 200; p2 hangup; p2 close; unbridge caller; p1 hangup; p1 close; queue transferring agent1; queue leave; bridge caller p3
         20.0 > p3 bye
         < p3 hangup; p3 close; caller hangup",
    ));
}

#[test]
fn a_number_that_may_not_be_called_is_refused_and_the_talk_goes_on() {
    check(&talking(
        "6.0 > agent1 dials forbidden +4590123456
         < p2 ports
         6.0 > ports p2
         < p2 180; p2 403; p2 close
         9.0 > p1 bye
         < p1 hangup; p1 close; queue over agent1; caller hangup",
    ));
}

#[test]
fn a_colleague_by_the_queue_talks_with_the_caller_then() {
    check(&talking(
        "6.0 > agent1 dials queue sales
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
         12.0 > p1 refers zeroline replacing p2
         < p1 notify 200; p2 hangup; p2 close; unbridge caller; p1 hangup; p1 close; queue transferring agent1; queue took agent3; bridge caller p3; side over agent3",
    ));
}

#[test]
fn a_consultation_that_ends_leaves_the_caller_with_the_agent() {
    // Whoever ends it.
    check(&consulting(
        "12.0 > p2 bye
         < p3 hangup; p3 close; p2 close
         13.0 > p1 resumes
         < p1 200; p1 pcma; caller silence; p1 silence
         14.0 > p1 bye
         < p1 hangup; p1 close; queue over agent1; caller hangup",
    ));
    check(&consulting(
        "12.0 > p3 bye
         < p2 hangup; p3 hangup; p3 close; p2 close
         13.0 > p1 resumes
         < p1 200; p1 pcma; caller silence; p1 silence",
    ));
    check(&consulting(
        "12.0 > p3 gone
         < p2 hangup; p3 hangup; p3 close; p2 close",
    ));
}

#[test]
fn who_does_not_answer_is_told_to_the_agent_as_it_is() {
    for (how, status) in [
        ("busy", 486),
        ("declines", 603),
        ("no-answer", 408),
        ("dead", 480),
    ] {
        check(&talking(&format!(
            "6.0 > agent1 dials agent agent2 1
             < p2 ports
             6.0 > ports p2
             < p2 180; p3 ports
             6.0 > ports p3
             < p3 invite sip:agent2@127.0.2.0
             8.0 > p3 {how}
             < p3 close; p2 {status}; p2 close
             9.0 > p1 bye
             < p1 hangup; p1 close; queue over agent1; caller hangup"
        )));
    }
    for (to, status) in [("agent agent2 0", 480), ("queue sales", 0)] {
        let rest = match status {
            0 => "< p2 180; side enter sales priority 9
                  7.0 > side overflow
                  < p2 480; side leave; p2 close"
                .to_owned(),
            status => format!("< p2 180; p2 {status}; p2 close"),
        };
        check(&talking(&format!(
            "6.0 > agent1 dials {to}
             < p2 ports
             6.0 > ports p2
             {rest}"
        )));
    }
}

#[test]
fn nobody_waits_for_ever() {
    check(&talking(
        "6.0 > agent1 dials queue sales
         < p2 ports
         6.0 > ports p2
         < p2 180; side enter sales priority 9
         176.0 > wait
         < p2 480; side leave; p2 close",
    ));
    check(&talking(
        "6.0 > agent1 dials agent agent2 1
         < p2 ports
         6.0 > ports p2
         < p2 180; p3 ports
         6.0 > ports p3
         < p3 invite sip:agent2@127.0.2.0
         34.0 > wait
         < p3 hangup; p3 close; p2 480; p2 close",
    ));
}

#[test]
fn a_transfer_to_whom_still_rings_rings_them_for_the_caller() {
    check(&talking(
        "6.0 > agent1 dials agent agent2 1
         < p2 ports
         6.0 > ports p2
         < p2 180; p3 ports
         6.0 > ports p3
         < p3 invite sip:agent2@127.0.2.0
         8.0 > p1 refers agent2 replacing p2
         < p3 hangup; p3 close; p2 487; p2 close; caller loops sys-moh; p4 ports
         8.0 > ports p4
         < p4 invite sip:agent2@127.0.2.0
         9.0 > p4 busy
         < p4 close; p1 notify 486; caller silence",
    ));
}

#[test]
fn what_is_not_theirs_to_hand_on_is_refused_and_changes_nothing() {
    check(&consulting(
        "12.0 > p1 refers agent2 replacing nobody
         < p1 notify 481
         12.0 > p1 refers agent2 replacing p3
         < p1 notify 481
         12.0 > p2 refers agent2 replacing nobody
         < p2 notify 481
         12.0 > p2 refers agent3
         < p2 notify 403
         12.0 > p3 refers agent3
         < p3 notify 403
         13.0 > agent1 dials agent agent3 1
         < p4 486
         13.0 > agent2 dials agent agent3 1
         < p5 480",
    ));
}

#[test]
fn the_agents_talk_on_when_the_caller_hangs_up() {
    check(&consulting(
        "12.0 > caller bye
         < p1 hangup; p1 close; queue over agent1; caller close
         13.0 > p2 refers 100 replacing p1
         < p2 notify 481
         20.0 > p3 bye
         < p2 hangup; p3 hangup; p3 close; p2 close; done caller_hung_up",
    ));
}

#[test]
fn an_agents_phone_that_is_lost_meanwhile_puts_the_caller_back() {
    check(&consulting(
        "12.0 > p1 gone
         < unbridge caller; p1 hangup; p1 close; queue return; caller hears sys-agent-lost
         12.1 > p2 gone
         < p3 hangup; p3 close; p2 close
         13.0 > played
         < caller loops sys-moh",
    ));
}

#[test]
fn a_fault_ends_the_agents_words_among_themselves() {
    check(&consulting(
        "12.0 > fault
         < p2 hangup; p3 hangup; p3 close; p2 close; p1 hangup; p1 close; queue over agent1; queue enter support (fault: internal error); caller hears sys-fault",
    ));
    check(&consulting(
        "12.0 > stop
         < p2 hangup; p3 hangup; p3 close; p2 close; p1 hangup; p1 close; queue over agent1; caller hangup",
    ));
}

#[test]
fn each_side_of_a_consultation_may_hold() {
    check(&consulting(
        "12.0 > p2 holds
         < p2 200; p2 pcma; p2 silence; p3 loops sys-moh
         13.0 > p2 resumes
         < p2 200; p2 pcma; p2 silence; p3 silence
         14.0 > p3 holds
         < p3 200; p3 pcma; p2 loops sys-moh; p3 silence",
    ));
}

#[test]
fn the_record_knows_who_waited_talked_and_was_held_for_how_long() {
    // A blind transfer that failed after 4 s; a hold of 6 s and a talk that is handed on.
    check(&talking(&format!(
        "10.0 > p1 refers agent2
         < locate agent2
         10.0 > located agent agent2 1
         < caller loops sys-moh; p2 ports
         14.0 > p2 no ports
         < p1 notify 480; caller silence
         20.0 > p1 holds
         < p1 200; p1 pcma; caller loops sys-moh; p1 silence
         21.0 > agent1 dials agent agent2 1
         < p3 ports
         21.0 > ports p3
         < p3 180; p4 ports
         21.0 > ports p4
         < p4 invite sip:agent2@127.0.2.0
         23.0 > p4 answers
         < p4 pcma; p3 200; p3 pcma; bridge p3 p4
         26.0 > p1 refers agent2 replacing p3
         < p1 notify 200; {}
         40.0 > p4 bye
         < p4 hangup; p4 close; queue over agent2; caller hangup
         41.0 > caller over
         < caller close; done agent_ended
         41.0 > facts
         < waited 5 talked 35 held 6",
        TAKEN
            .replace("p2 ", "p3 ")
            .replace("caller p3", "caller p4")
    )));
}
