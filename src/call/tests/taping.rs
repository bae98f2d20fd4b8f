//! The recording of a talk: what the caller is told, who is heard, and when nobody is. Every word
//! of these is two seconds long.

use super::check;

/// A caller who came to a queue that tells (`taped`) or asks (`asking`).
fn waiting(queue: &str, rest: &str) -> String {
    format!(
        "0.0 > call
         < caller ports
         0.0 > ports
         < caller pcma; caller 200
         0.1 > ack
         < caller hears welcome
         1.0 > key 0
         < caller silence; queue enter support (asked); caller hears sys-connecting
         1.5 > overflow {queue}
         < queue enter {queue} (routed); caller hears sys-connecting
         3.5 > played
         {rest}"
    )
}

/// Who heard the sentence while waiting talks with agent1.
fn talking(rest: &str) -> String {
    waiting(
        "taped",
        &format!(
            "< caller hears sys-recording-on
             5.5 > played
             < caller loops sys-moh
             6.0 > offer agent1 1
             < p1 ports
             6.0 > ports p1
             < p1 invite sip:agent1@127.0.2.0
             7.0 > p1 answers
             < p1 pcma; queue answered 1
             7.0 > connect
             < bridge caller p1; tape 1 of taped agent1 (told); tape hears left caller right p1
             {rest}"
        ),
    )
}

/// An agent answers before the caller has heard a word of it.
fn at_once(queue: &str, rest: &str) -> String {
    waiting(
        queue,
        &format!(
            "< caller hears sys-recording-{}
             4.0 > offer agent1 1
             < p1 ports
             4.0 > ports p1
             < p1 invite sip:agent1@127.0.2.0
             4.5 > p1 answers
             < p1 pcma; queue answered 1
             {rest}",
            if queue == "taped" { "on" } else { "ask" }
        ),
    )
}

#[test]
fn a_talk_is_recorded_from_its_begin_to_its_end() {
    check(&talking(
        "20.0 > p1 bye
         < p1 hangup; p1 close; queue over agent1; caller hangup; tape 1 ends",
    ));
    check(&talking(
        "20.0 > caller bye
         < p1 hangup; p1 close; queue over agent1; tape 1 ends; caller close; done caller_hung_up",
    ));
}

#[test]
fn without_the_setting_nothing_is_said_and_nothing_recorded() {
    check(
        "0.0 > call
         < caller ports
         0.0 > ports
         < caller pcma; caller 200
         0.1 > ack
         < caller hears welcome
         1.0 > key 0
         < caller silence; queue enter support (asked); caller hears sys-connecting
         3.0 > played
         < caller loops sys-moh
         4.0 > offer agent1 1
         < p1 ports
         4.0 > ports p1
         < p1 invite sip:agent1@127.0.2.0
         5.0 > p1 answers
         < p1 pcma; queue answered 1
         5.0 > connect
         < bridge caller p1
         6.0 > p1 key *
         6.2 > p1 key 7
         < p1 hears sys-recording-off",
    );
}

#[test]
fn who_has_not_heard_it_hears_it_before_they_are_connected() {
    check(&at_once(
        "taped",
        "4.5 > connect
         < caller hears sys-recording-on; p1 hears sys-recording-on
         6.5 > played
         < bridge caller p1; tape 1 of taped agent1 (told); tape hears left caller right p1",
    ));
}

#[test]
fn zero_leads_to_the_person_at_once_and_nothing_is_recorded() {
    check(&at_once(
        "taped",
        "4.5 > connect
         < caller hears sys-recording-on; p1 hears sys-recording-on
         5.0 > key 7
         5.2 > key 0
         < bridge caller p1",
    ));
}

#[test]
fn a_sentence_whose_end_is_never_told_keeps_nobody() {
    check(&at_once(
        "taped",
        "4.5 > connect
         < caller hears sys-recording-on; p1 hears sys-recording-on
         8.0 > wait
         < bridge caller p1",
    ));
}

#[test]
fn who_is_asked_and_agrees_is_recorded() {
    check(&waiting(
        "asking",
        "< caller hears sys-recording-ask
         5.5 > played
         < caller loops sys-moh
         6.0 > key 5
         < caller hears sys-recording-on
         8.0 > played
         < caller loops sys-moh
         9.0 > offer agent1 1
         < p1 ports
         9.0 > ports p1
         < p1 invite sip:agent1@127.0.2.0
         10.0 > p1 answers
         < p1 pcma; queue answered 1
         10.0 > connect
         < bridge caller p1; tape 1 of asking agent1 (agreed); tape hears left caller right p1",
    ));
}

#[test]
fn silence_and_no_are_no_and_nobody_is_asked_twice() {
    for answer in [
        "",
        "6.0 > key 6\n< caller hears sys-recording-off\n8.0 > played\n< caller loops sys-moh\n",
    ] {
        check(&waiting(
            "asking",
            &format!(
                "< caller hears sys-recording-ask
                 5.5 > played
                 < caller loops sys-moh
                 {answer}9.0 > offer agent1 1
                 < p1 ports
                 9.0 > ports p1
                 < p1 invite sip:agent1@127.0.2.0
                 10.0 > p1 answers
                 < p1 pcma; queue answered 1
                 10.0 > connect
                 < bridge caller p1
                 12.0 > p1 refers taped
                 < locate taped
                 12.0 > located queue taped
                 < p1 notify 200; unbridge caller; p1 hangup; p1 close; queue transferring agent1; queue enter taped (transferred); caller hears sys-connecting
                 14.0 > played
                 < caller loops sys-moh"
            ),
        ));
    }
}

#[test]
fn a_question_before_the_talk_waits_a_moment_for_its_answer() {
    let asked = "4.5 > connect
         < caller hears sys-recording-ask; p1 hears sys-moh";
    check(&at_once(
        "asking",
        &format!(
            "{asked}
             6.5 > played
             7.0 > key 5
             < bridge caller p1; tape 1 of asking agent1 (agreed); tape hears left caller right p1"
        ),
    ));
    check(&at_once(
        "asking",
        &format!(
            "{asked}
             5.0 > key 6
             < bridge caller p1"
        ),
    ));
    check(&at_once(
        "asking",
        &format!(
            "{asked}
             6.5 > played
             9.5 > wait
             < bridge caller p1"
        ),
    ));
}

#[test]
fn nothing_is_recorded_while_somebody_holds() {
    check(&talking(
        "8.0 > p1 holds
         < p1 200; p1 pcma; caller loops sys-moh; p1 silence; tape hears nobody (Held)
         9.0 > p1 resumes
         < p1 200; p1 pcma; caller silence; p1 silence; tape hears left caller right p1
         10.0 > caller holds
         < caller 200; caller pcma; caller silence; p1 loops sys-moh; tape hears nobody (Held)",
    ));
}

#[test]
fn the_agent_pauses_it_and_hears_so() {
    check(&talking(
        "8.0 > p1 key *
         8.2 > p1 key 7
         < p1 hears sys-recording-off; tape hears nobody (Paused)
         9.0 > p1 holds
         < p1 200; p1 pcma; caller loops sys-moh; p1 silence
         10.0 > p1 resumes
         < p1 200; p1 pcma; caller silence; p1 silence
         12.0 > p1 key *
         12.2 > p1 key 7
         < p1 hears sys-recording-on; tape hears left caller right p1",
    ));
}

#[test]
fn it_is_paused_from_outside_once() {
    check(&talking(
        "8.0 > tape pauses supervisor
         < p1 hears sys-recording-off; tape hears nobody (Paused)
         8.1 > tape pauses agent
         9.0 > tape resumes supervisor
         < p1 hears sys-recording-on; tape hears left caller right p1
         9.1 > tape resumes supervisor",
    ));
}

#[test]
fn a_disk_that_fails_ends_the_recording_and_nothing_else() {
    check(&talking(
        "8.0 > tape fails
         < tape 1 ends
         9.0 > p1 holds
         < p1 200; p1 pcma; caller loops sys-moh; p1 silence
         20.0 > p1 bye
         < p1 hangup; p1 close; queue over agent1; caller hangup",
    ));
}

#[test]
fn each_agent_has_a_recording_of_their_own_and_the_caller_is_not_told_again() {
    check(&talking(
        "12.0 > p1 refers agent2
         < locate agent2; tape hears nobody (Transfer)
         12.0 > located agent agent2 1
         < caller loops sys-moh; p2 ports
         12.0 > ports p2
         < p2 invite sip:agent2@127.0.2.0
         15.0 > p2 answers
         < p2 pcma; p1 notify 200; unbridge caller; p1 hangup; p1 close; queue transferring agent1; queue took agent2; bridge caller p2; tape 1 ends; tape 2 of taped agent2 (told); tape hears left caller right p2",
    ));
}

#[test]
fn what_a_supervisor_says_to_the_agent_alone_is_not_recorded() {
    check(&talking(
        "8.0 > boss asks to whisper
         < p2 ports
         8.0 > ports p2
         < p2 pcma; p2 200; mix caller(p1) p1(caller p2) p2(caller p1)",
    ));
    check(&talking(
        "8.0 > boss asks to talk
         < p2 ports
         8.0 > ports p2
         < p2 pcma; p2 200; mix caller(p1 p2) p1(caller p2) p2(caller p1); tape hears left caller right p1 right p2",
    ));
}

#[test]
fn who_is_called_back_is_told_when_they_answer() {
    check(
        "0.0 > call back taped
         < queue enter taped (callback) to be called back
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
         9.0 > p2 answers
         < p2 pcma; callback 7 done; queue reached; p2 hears sys-recording-on
         11.0 > p2 has heard
         < bridge p2 p1; tape 1 of taped agent1 (told); tape hears left p2 right p1",
    );
}

#[test]
fn who_can_not_be_told_is_not_recorded() {
    for queue in ["taped", "asking"] {
        check(&format!(
            "0.0 > call
             < caller ports
             0.0 > ports
             < caller pcma; caller 200
             0.1 > ack
             < caller hears welcome
             0.5 > lost sys-recording-on sys-recording-ask
             1.0 > key 0
             < caller silence; queue enter support (asked); caller hears sys-connecting
             1.5 > overflow {queue}
             < queue enter {queue} (routed); caller hears sys-connecting
             3.5 > played
             < caller loops sys-moh
             4.0 > offer agent1 1
             < p1 ports
             4.0 > ports p1
             < p1 invite sip:agent1@127.0.2.0
             4.5 > p1 answers
             < p1 pcma; queue answered 1
             4.5 > connect
             < bridge caller p1"
        ));
    }
}
