//! Somebody is called back: the agent first, then the customer.

use super::check;

/// Up to the agent who has answered, and the customer whose phone rings.
const DIALLING: &str = "0.0 > call back
    < queue enter sales (callback) to be called back
    5.0 > offer agent1 1
    < p1 ports
    5.0 > ports p1
    < p1 invite sip:agent1@127.0.2.0
    7.0 > p1 answers
    < p1 pcma; queue answered 1
    7.0 > connect
    < callback 7 begun by agent1; p1 hears sys-calling-back sys-ringback sys-ringback sys-ringback sys-ringback sys-ringback sys-ringback sys-ringback; p2 ports
    7.0 > ports p2
    < p2 invite +4530901820 by trunk
    ";

fn dialling(rest: &str) -> String {
    format!("{DIALLING}{rest}")
}

#[test]
fn the_two_talk_and_either_ends_it() {
    check(&dialling(
        "9.0 > p2 answers
         < p2 pcma; callback 7 done; queue reached; p1 silence; bridge p2 p1
         20.0 > p2 bye
         < p1 hangup; p1 close; queue over agent1; p2 close; done caller_hung_up",
    ));
    check(&dialling(
        "9.0 > p2 answers
         < p2 pcma; callback 7 done; queue reached; p1 silence; bridge p2 p1
         20.0 > p1 bye
         < p1 hangup; p1 close; queue over agent1; p2 hangup
         20.1 > p2 bye
         < p2 close; done agent_ended",
    ));
}

#[test]
fn an_agent_who_is_lost_costs_the_customer_no_place() {
    check(&dialling(
        "9.0 > p2 answers
         < p2 pcma; callback 7 done; queue reached; p1 silence; bridge p2 p1
         20.0 > p1 gone
         < unbridge p2; p1 hangup; p1 close; queue return; p2 hears sys-agent-lost",
    ));
}

#[test]
fn the_agent_hears_that_nobody_answers_and_is_free() {
    for (how, why) in [
        ("no-answer", "NoAnswer"),
        ("busy", "Busy"),
        ("declines", "Refused"),
        ("dead", "Unreachable"),
    ] {
        check(&dialling(&format!(
            "20.0 > p2 {how}
             < p2 close; p1 hears sys-called-in-vain
             22.0 > p1 played
             < p1 hangup; p1 close; queue over agent1; callback 7 failed {why}; done not_reached"
        )));
    }
}

#[test]
fn a_word_whose_end_is_not_told_frees_the_agent_too() {
    check(&dialling(
        "20.0 > p2 busy
         < p2 close; p1 hears sys-called-in-vain
         33.0 > wait
         < p1 hangup; p1 close; queue over agent1; callback 7 failed Busy; done not_reached",
    ));
}

#[test]
fn a_phone_that_nothing_is_heard_of_has_not_answered() {
    check(&dialling(
        "41.0 > wait
         < p2 hangup; p2 close; p1 hears sys-called-in-vain",
    ));
}

#[test]
fn an_agent_who_hangs_up_leaves_the_callback_at_the_head() {
    check(&dialling(
        "9.0 > p1 bye
         < p2 hangup; p2 close; callback 7 called off; p1 hangup; p1 close; queue return
         9.1 > p2 no-answer
         10.0 > offer agent2 1
         < p3 ports
         10.0 > ports p3
         < p3 invite sip:agent2@127.0.2.0
         12.0 > p3 answers
         < p3 pcma; queue answered 2
         12.0 > connect
         < callback 7 begun by agent2; p3 hears sys-calling-back sys-ringback sys-ringback sys-ringback sys-ringback sys-ringback sys-ringback sys-ringback; p4 ports",
    ));
}

#[test]
fn an_agent_who_does_not_answer_changes_nothing() {
    check(
        "0.0 > call back
         < queue enter sales (callback) to be called back
         5.0 > offer agent1 1
         < p1 ports
         5.0 > ports p1
         < p1 invite sip:agent1@127.0.2.0
         7.0 > p1 busy
         < p1 close; queue not-answered 1 Busy",
    );
}

#[test]
fn who_tried_before_is_asked_first() {
    check(
        "0.0 > call back once more by agent2
         < queue enter sales (callback) to be called back for agent2 20s",
    );
}

#[test]
fn who_calls_in_meanwhile_is_not_called() {
    check(
        "0.0 > call back
         < queue enter sales (callback) to be called back
         5.0 > cancelled
         < queue leave; done not_reached",
    );
    check(&dialling("9.0 > cancelled"));
}

#[test]
fn the_stop_and_a_fault_let_everybody_go() {
    check(&dialling(
        "9.0 > stop
         < p2 hangup; p2 close; callback 7 called off; p1 hangup; p1 close; queue over agent1; done server_stopped",
    ));
    check(&dialling(
        "9.0 > fault
         < p2 hangup; p2 close; callback 7 called off; p1 hangup; p1 close; queue over agent1; done not_reached",
    ));
    check(
        "0.0 > call back
         < queue enter sales (callback) to be called back
         5.0 > overflow message
         < queue leave; done server_stopped",
    );
}
