//! Kinds of nodes that need the shell: guides that go on, promises to call back, follow-ups.

use super::check;

const IN_THE_MENU: &str = "0.0 > call
    < caller ports
    0.0 > ports
    < caller pcma; caller 200
    0.1 > ack
    < caller hears welcome
    ";

#[test]
fn a_guide_goes_on_where_the_last_call_left_it_and_is_forgotten_when_solved() {
    check(&format!(
        "{IN_THE_MENU}1.0 > key 4
         < caller silence; recall router
         1.1 > recalled cable
         < caller hears sys-guide-resume sys-zero
         2.0 > key 2
         < caller silence; remember router lamp; caller hears hours sys-guide-keys sys-zero
         3.0 > key 1
         < caller silence; forget router; caller hears sys-goodbye"
    ));
}

#[test]
fn a_store_that_never_answers_holds_nobody_up() {
    check(&format!(
        "{IN_THE_MENU}1.0 > key 4
         < caller silence; recall router
         1.6 > recalled cable
         < remember router lamp; caller hears hours sys-guide-keys sys-zero
         2.0 > key 0
         < caller silence; queue enter support (asked); caller hears sys-connecting"
    ));
}

const TO_A_CALLBACK: &str = "0.0 > call
    < caller ports
    0.0 > ports
    < caller pcma; caller 200
    0.1 > ack
    < caller hears welcome
    1.0 > key 5
    < caller silence; caller hears sys-callback-offer sys-digit-4 sys-digit-9 sys-digit-3 sys-digit-0 sys-digit-9 sys-digit-0 sys-digit-1 sys-digit-8 sys-digit-2 sys-digit-0 sys-callback-right sys-zero
    2.0 > key 1
    < caller silence; call back +4930901820 by sales
    ";

#[test]
fn a_callback_is_stored_before_it_is_promised_and_ends_the_call() {
    for (how, words) in [
        ("new", "sys-callback-stored"),
        ("before", "sys-callback-kept"),
    ] {
        check(&format!(
            "{TO_A_CALLBACK}2.1 > kept 7 {how}
             < caller hears {words}
             6.0 > played
             < caller hangup
             6.1 > caller over
             < caller close; done callback_stored"
        ));
    }
}

#[test]
fn a_callback_that_can_not_be_stored_ends_with_a_person() {
    check(&format!(
        "{TO_A_CALLBACK}2.1 > not kept
         < queue enter support (fault: the callback could not be stored); caller hears sys-fault"
    ));
}

#[test]
fn who_hangs_up_while_it_is_stored_or_told_will_be_called_back() {
    check(&format!(
        "{TO_A_CALLBACK}2.1 > caller bye
         2.2 > kept 7 new
         < caller close; done callback_stored"
    ));
    check(&format!(
        "{TO_A_CALLBACK}2.1 > caller bye
         2.2 > not kept
         < caller close; done caller_hung_up"
    ));
    check(&format!(
        "{TO_A_CALLBACK}2.1 > kept 7 new
         < caller hears sys-callback-stored
         3.0 > caller bye
         < caller close; done callback_stored"
    ));
}

#[test]
fn who_wants_a_person_after_all_goes_there_and_the_callback_stands() {
    check(&format!(
        "{TO_A_CALLBACK}2.1 > key 0
         < queue enter support (asked); caller hears sys-connecting
         2.2 > kept 7 new
         3.0 > caller bye
         < queue leave; caller close; done caller_hung_up"
    ));
}

const TO_A_REQUIRED_SEND: &str = "0.0 > call
    < caller ports
    0.0 > ports
    < caller pcma; caller 200
    0.1 > ack
    < caller hears welcome
    1.0 > key 6
    < caller silence; send by tell; send by must
    ";

#[test]
fn a_follow_up_holds_nobody_up_unless_it_is_required() {
    check(&format!(
        "{TO_A_REQUIRED_SEND}1.1 > not sent 1
         1.2 > sent 2
         < caller hears hours"
    ));
    check(&format!(
        "{TO_A_REQUIRED_SEND}1.1 > sent 1
         1.2 > not sent 2
         < queue enter support (fault: a follow-up could not be stored); caller hears sys-fault"
    ));
}

#[test]
fn a_follow_up_of_a_caller_who_is_gone_keeps_no_call() {
    check(&format!(
        "{TO_A_REQUIRED_SEND}1.1 > caller bye
         < caller close; done caller_hung_up"
    ));
}
