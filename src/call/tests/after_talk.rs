//! An agent has ended the talk, and the queue asks how it was.

use super::check;

/// Up to the question: the agent is let go at once, and the caller is not.
fn asked(rest: &str) -> String {
    format!(
        "0.0 > call
         < caller ports
         0.0 > ports
         < caller pcma; caller 200
         0.1 > ack
         < caller hears welcome
         1.0 > key 8
         < caller silence; queue enter shop (routed); caller hears sys-connecting
         1.1 > offer agent1 1
         < p1 ports
         1.1 > ports p1
         < p1 invite sip:agent1@127.0.2.0
         2.0 > p1 answers
         < p1 pcma; queue answered 1
         2.0 > connect
         < bridge caller p1
         9.0 > p1 bye
         < p1 hangup; p1 close; queue over agent1; unbridge caller; {QUESTION}
         {rest}"
    )
}

const QUESTION: &str = "caller hears hours sys-survey-from sys-digit-1 sys-survey-to sys-digit-5 sys-survey-skip sys-zero";

#[test]
fn the_answer_is_taken_and_the_call_ends_as_the_talk_did() {
    check(&asked(
        "12.0 > key 4
         < caller silence; caller hears sys-goodbye
         13.0 > played
         < caller hangup
         13.1 > caller over
         < caller close; done agent_ended",
    ));
}

#[test]
fn silence_is_no_answer() {
    check(&asked(
        "12.0 > played
         17.0 > wait
         < caller hears sys-goodbye
         19.0 > played
         < caller hangup
         19.1 > caller over
         < caller close; done agent_ended",
    ));
}

#[test]
fn who_hangs_up_has_not_abandoned() {
    check(&asked(
        "10.0 > caller bye
         < caller close; done agent_ended",
    ));
}

#[test]
fn zero_is_a_person_again_and_nobody_is_asked_twice() {
    check(&asked(
        "10.0 > key 0
         < caller silence; queue enter support (asked); caller hears sys-connecting
         11.0 > offer agent2 1
         < p2 ports
         11.0 > ports p2
         < p2 invite sip:agent2@127.0.2.0
         12.0 > p2 answers
         < p2 pcma; queue answered 2
         12.0 > connect
         < bridge caller p2
         20.0 > p2 bye
         < p2 hangup; p2 close; queue over agent2; caller hangup
         20.1 > caller over
         < caller close; done agent_ended",
    ));
}

#[test]
fn a_question_that_can_not_be_played_ends_with_a_person() {
    check(&asked(
        "60.0 > wait
         < caller silence; queue enter support (fault: the end of a prompt was never told); caller hears sys-fault; caller loops sys-moh",
    ));
}

#[test]
fn a_server_that_stops_asks_no_more() {
    check(&asked(
        "10.0 > stop
         < caller hangup
         10.1 > caller over
         < caller close; done agent_ended",
    ));
}
