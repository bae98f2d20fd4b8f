//! Beginnings, faults, messages and ends: nobody is lost.

use super::check;

const TO_THE_QUEUE: &str = "0.0 > call
    < caller ports
    0.0 > ports
    < caller pcma; caller 200
    0.1 > ack
    < caller hears welcome
    1.0 > key 0
    < caller silence; queue enter support (asked); caller hears sys-connecting
    ";

const TO_A_MESSAGE: &str = "0.0 > call
    < caller ports
    0.0 > ports
    < caller pcma; caller 200
    0.1 > ack
    < caller hears welcome
    1.0 > key 0
    < caller silence; queue enter support (asked); caller hears sys-connecting
    1.1 > overflow message
    < caller hears sys-message-intro sys-beep
    4.0 > played
    < record
    ";

#[test]
fn nothing_is_said_into_a_phone_that_is_not_connected_yet() {
    // The first RTP shows it as well as the ACK; at last we speak anyway.
    for (at, sign) in [("0.4", "ack"), ("0.4", "rtp"), ("1.5", "wait")] {
        check(&format!(
            "0.0 > call
             < caller ports
             0.0 > ports
             < caller pcma; caller 200
             {at} > {sign}
             < caller hears welcome"
        ));
    }
}

#[test]
fn a_key_before_the_ack_is_not_lost() {
    check(
        "0.0 > call
         < caller ports
         0.0 > ports
         < caller pcma; caller 200
         0.1 > key 0
         < caller hears welcome; caller silence; queue enter support (asked); caller hears sys-connecting",
    );
}

#[test]
fn a_late_offer_is_answered_in_the_ack() {
    check(
        "0.0 > call late offer
         < caller ports
         0.0 > ports
         < caller 200
         0.2 > ack answer
         < caller pcma; caller hears welcome",
    );
}

#[test]
fn a_late_offer_without_answer_can_not_go_on() {
    check(
        "0.0 > call late offer
         < caller ports
         0.0 > ports
         < caller 200
         0.2 > ack
         < caller hangup
         0.3 > caller over
         < caller close; done setup_failed",
    );
}

#[test]
fn without_ports_the_call_is_refused_before_it_is_answered() {
    check(
        "0.0 > call
         < caller ports
         0.0 > no ports
         < caller 503
         0.1 > caller over
         < caller close; done setup_failed",
    );
}

#[test]
fn a_caller_who_cancels_before_the_answer() {
    check(
        "0.0 > call
         < caller ports
         0.0 > caller cancels
         < caller close; done caller_hung_up
         0.1 > ports
         < caller close",
    );
}

#[test]
fn one_press_told_by_two_ways_counts_once() {
    check(
        "0.0 > call
         < caller ports
         0.0 > ports
         < caller pcma; caller 200
         0.1 > ack
         < caller hears welcome
         1.0 > key 1
         < caller silence; caller hears hours
         1.1 > info 1
         3.0 > played
         < caller hears sys-goodbye
         5.0 > played
         < caller hangup
         5.1 > caller over
         < caller close; done goodbye",
    );
}

#[test]
fn a_missing_prompt_ends_with_a_person() {
    check(
        "0.0 > call
         < caller ports
         0.0 > ports
         < caller pcma; caller 200
         0.1 > ack
         < caller hears welcome
         1.0 > key 3
         < caller silence; queue enter support (fault: prompt vanished is missing); caller hears sys-fault",
    );
}

#[test]
fn a_panic_in_any_stage_ends_with_a_person() {
    check(
        "0.0 > call
         < caller ports
         0.0 > ports
         < caller pcma; caller 200
         0.1 > ack
         < caller hears welcome
         1.0 > fault
         < queue leave; queue enter support (fault: internal error); caller hears sys-fault",
    );
    check(&format!(
        "{TO_THE_QUEUE}2.0 > fault
         < queue leave; queue enter support (fault: internal error) as of 1.0; caller hears sys-fault"
    ));
    check(&format!(
        "{TO_A_MESSAGE}5.0 > fault
         < keep; queue leave; queue enter support (fault: internal error); caller hears sys-fault"
    ));
}

#[test]
fn when_the_rescue_fails_nothing_is_trusted_but_the_callers_leg() {
    check(
        "0.0 > call
         < caller ports
         0.0 > ports
         < caller pcma; caller 200
         0.1 > ack
         < caller hears welcome
         1.0 > ruin
         < queue leave; queue enter support (fault: internal error); caller hears sys-fault",
    );
    check(&format!(
        "{TO_A_MESSAGE}5.0 > ruin
         < keep; queue leave; queue enter support (fault: internal error); caller hears sys-fault"
    ));
}

#[test]
fn the_queue_speaks_in_turn_and_music_fills_the_time() {
    check(&format!(
        "{TO_THE_QUEUE}1.2 > position 2
         1.3 > comfort
         3.0 > played
         < caller hears sys-position-2 sys-waiting-callback sys-waiting-message sys-waiting-back
         5.0 > played
         < caller hears sys-comfort sys-waiting-callback sys-waiting-message sys-waiting-back
         7.0 > played
         < caller loops sys-moh
         30.0 > position 12
         < caller hears sys-position-many"
    ));
}

#[test]
fn how_long_it_will_take_is_told_with_the_place() {
    check(&format!(
        "{TO_THE_QUEUE}1.2 > position 4 in 130 280
         3.0 > played
         < caller hears sys-position-4 sys-wait-between say-2 sys-wait-and say-5 \
         sys-wait-minutes sys-waiting-callback sys-waiting-message sys-waiting-back
         9.0 > played
         < caller loops sys-moh
         60.0 > position 2 in 200 400
         < caller hears sys-position-2"
    ));
}

#[test]
fn a_message_is_confirmed_only_when_it_is_stored() {
    check(&format!(
        "{TO_A_MESSAGE}20.0 > key #
         < end
         20.0 > taken
         < caller hears sys-message-review
         20.0 > key 1
         < caller silence; keep
         20.1 > stored
         < caller hears sys-message-saved
         22.0 > played
         < caller hangup
         22.1 > caller over
         < caller close; done message_stored"
    ));
}

#[test]
fn the_longest_message_is_kept_by_itself() {
    check(&format!(
        "{TO_A_MESSAGE}184.0 > record-limit
         < end
         184.0 > taken
         < caller hears sys-message-review
         189.0 > played
         193.0 > wait
         < keep
         193.1 > stored
         < caller hears sys-message-saved"
    ));
}

#[test]
fn who_says_nothing_is_asked_once_more_and_then_noted() {
    check(&format!(
        "{TO_A_MESSAGE}6.0 > key #
         < end
         6.1 > too-short
         < caller hears sys-message-short sys-beep
         9.0 > played
         < record
         10.0 > key #
         < end
         10.0 > too-short
         < keep even if empty
         10.1 > stored
         < caller hears sys-message-saved"
    ));
}

#[test]
fn star_begins_the_message_anew() {
    check(&format!(
        "{TO_A_MESSAGE}6.0 > key *
         < drop; caller hears sys-beep
         6.5 > played
         < record"
    ));
}

#[test]
fn who_hangs_up_while_speaking_has_left_a_message() {
    check(&format!(
        "{TO_A_MESSAGE}20.0 > caller bye
         < keep
         20.1 > stored
         < caller close; done message_stored"
    ));
    check(&format!(
        "{TO_A_MESSAGE}4.2 > caller bye
         < keep
         4.3 > too-short
         < caller close; done caller_hung_up"
    ));
    check(&format!(
        "{TO_A_MESSAGE}20.0 > caller bye
         < keep
         20.1 > store-fails
         < caller close; done caller_hung_up
         20.2 > told
         < the message could not be stored"
    ));
}

#[test]
fn zero_while_leaving_a_message_reaches_the_people_and_keeps_what_was_said() {
    check(&format!(
        "{TO_A_MESSAGE}9.0 > key 0
         < keep; queue enter support (asked); caller hears sys-connecting
         9.1 > stored
         9.2 > offer agent1 1
         < p1 ports"
    ));
    check(&format!(
        "{TO_A_MESSAGE}9.0 > key 0
         < keep; queue enter support (asked); caller hears sys-connecting
         9.1 > store-fails
         9.2 > told
         < the message could not be stored"
    ));
}

#[test]
fn what_can_not_be_played_ends_with_a_person() {
    check(
        "0.0 > call
         < caller ports
         0.0 > ports
         < caller pcma; caller 200
         0.1 > ack
         < caller hears welcome
         0.2 > unplayable
         < queue enter support (fault: prompt odd is not encoded for this call's codec); \
           caller hears sys-fault
         0.3 > unplayable
         < caller loops sys-moh
         1.0 > offer agent1 1
         < p1 ports",
    );
    let before_the_end = TO_A_MESSAGE.replace("4.0 > played\n    < record\n    ", "");
    check(&format!(
        "{before_the_end}4.0 > unplayable
         < queue enter support (fault: prompt odd is not encoded for this call's codec); \
           caller hears sys-fault"
    ));
    check(&format!(
        "{TO_A_MESSAGE}20.0 > key #
         < end
         20.0 > taken
         < caller hears sys-message-review
         20.0 > key 1
         < caller silence; keep
         20.1 > stored
         < caller hears sys-message-saved
         20.2 > unplayable
         < caller hangup"
    ));
}

#[test]
fn a_full_disk_does_not_end_the_call() {
    check(&format!(
        "{TO_A_MESSAGE}20.0 > key #
         < end
         20.0 > taken
         < caller hears sys-message-review
         20.0 > key 1
         < caller silence; keep
         20.1 > store-fails
         < queue enter support (fault: the message could not be stored); caller hears sys-fault
         20.1 > overflow message
         24.0 > played
         < caller loops sys-moh
         50.2 > wait
         < queue enter support (fault: the message could not be stored)
         50.3 > overflow message
         < caller hears sys-message-intro sys-beep"
    ));
}

#[test]
fn a_store_that_never_answers_does_not_keep_the_caller() {
    check(&format!(
        "{TO_A_MESSAGE}20.0 > key #
         < end
         20.0 > taken
         < caller hears sys-message-review
         20.0 > key 1
         < caller silence; keep
         30.0 > wait
         < queue enter support (fault: the message could not be stored); caller hears sys-fault
         31.0 > stored
         32.0 > offer agent1 1
         < p1 ports"
    ));
    check(&format!(
        "{TO_A_MESSAGE}20.0 > caller bye
         < keep
         50.0 > wait
         < caller close; done caller_hung_up"
    ));
}

#[test]
fn words_whose_end_is_never_told_do_not_keep_back_what_follows() {
    check(&format!(
        "{TO_THE_QUEUE}1.2 > position 2
         13.0 > wait
         < caller hears sys-position-2 sys-waiting-callback sys-waiting-message sys-waiting-back
         31.5 > wait
         < caller loops sys-moh"
    ));
}

#[test]
fn an_end_that_is_never_told_in_a_message_is_a_fault() {
    let before_the_beep = TO_A_MESSAGE.replace("4.0 > played\n    < record\n    ", "");
    check(&format!(
        "{before_the_beep}15.1 > wait
         < queue enter support (fault: the end of a prompt was never told); caller hears sys-fault"
    ));
    check(&format!(
        "{TO_A_MESSAGE}194.0 > wait
         < end
         194.0 > taken
         < caller hears sys-message-review
         194.0 > key #
         < caller silence; keep
         194.1 > stored
         < caller hears sys-message-saved
         206.1 > wait
         < caller hangup
         206.2 > caller over
         < caller close; done message_stored"
    ));
}

#[test]
fn what_is_told_late_about_an_earlier_message_does_not_confirm_a_later() {
    check(&format!(
        "{TO_A_MESSAGE}9.0 > key 0
         < keep; queue enter support (asked); caller hears sys-connecting
         9.1 > overflow message
         < caller hears sys-message-intro sys-beep
         12.0 > played
         < record
         14.0 > key #
         < end
         14.0 > taken
         < caller hears sys-message-review
         14.0 > key 1
         < caller silence; keep
         14.1 > the earlier stored
         14.2 > stored
         < caller hears sys-message-saved"
    ));
}

#[test]
fn a_full_queue_may_send_on_to_another() {
    check(&format!(
        "{TO_THE_QUEUE}1.2 > overflow sales
         < queue enter sales (routed); caller hears sys-connecting"
    ));
}

#[test]
fn a_stopping_server_ends_calls_and_keeps_messages() {
    check(&format!(
        "{TO_THE_QUEUE}2.0 > stop
         < call back +4930901820 by support; queue leave; caller hangup
         2.1 > caller over
         2.2 > kept 7 now
         < caller close; done callback_stored"
    ));
    check(&format!(
        "{TO_A_MESSAGE}9.0 > stop
         < keep; caller hangup
         9.1 > caller over
         9.2 > stored
         < caller close; done server_stopped"
    ));
}

#[test]
fn a_caller_who_never_acknowledges_is_gone() {
    check(
        "0.0 > call
         < caller ports
         0.0 > ports
         < caller pcma; caller 200
         1.5 > wait
         < caller hears welcome
         9.0 > caller no-ack
         < caller close; done caller_gone",
    );
}

#[test]
fn who_is_sent_on_before_they_heard_of_a_fault_hears_of_it_then() {
    let fault = "0.0 > call
         < caller ports
         0.0 > ports
         < caller pcma; caller 200
         0.1 > ack
         < caller hears welcome
         1.0 > fault
         < queue leave; queue enter support (fault: internal error); caller hears sys-fault";
    check(&format!(
        "{fault}
         1.1 > overflow sales
         < queue enter sales (fault: internal error); caller hears sys-fault
         3.1 > played
         < caller loops sys-moh
         31.0 > overflow message
         < caller hears sys-message-intro sys-beep"
    ));
    check(&format!(
        "{fault}
         1.1 > overflow message
         < caller hears sys-fault sys-message-intro sys-beep"
    ));
    // Who has heard of it does not again, and the people read it all the same.
    check(&format!(
        "{fault}
         3.0 > played
         < caller loops sys-moh
         31.0 > overflow sales
         < queue enter sales (fault: internal error); caller hears sys-connecting"
    ));
}

#[test]
fn who_waits_without_music_is_spoken_to() {
    check(&format!(
        "{TO_THE_QUEUE}3.0 > played
         < caller loops sys-moh
         4.0 > unplayable
         9.1 > wait
         < caller hears sys-waiting-person
         11.0 > played
         < caller loops sys-moh
         30.0 > comfort
         < caller hears sys-comfort sys-waiting-callback sys-waiting-message sys-waiting-back"
    ));
}
