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

/// The prompts of 2 s each are waited for 10 s longer than they take.
#[test]
fn an_offer_whose_end_is_never_told_is_a_fault() {
    let offered = TO_A_CALLBACK
        .split("2.0 > key 1")
        .next()
        .unwrap_or_default();
    check(&format!(
        "{offered}36.9 > wait
         37.1 > wait
         < caller silence; queue enter support (fault: the end of a prompt was never told); caller hears sys-fault"
    ));
}

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
         < queue enter support (fault: the callback could not be stored); caller hears sys-fault
         2.2 > told
         < the callback could not be stored"
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
         < caller close; done caller_hung_up
         2.3 > told
         < the callback could not be stored"
    ));
    // Nothing was promised, and nothing is.
    check(&format!(
        "{TO_A_CALLBACK}2.1 > caller bye
         2.2 > taken 1
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
    check(&format!(
        "{TO_A_CALLBACK}2.1 > key 0
         < queue enter support (asked); caller hears sys-connecting
         2.2 > not kept
         2.3 > told
         < the callback could not be stored"
    ));
}

#[test]
fn a_callback_that_is_stored_too_late_is_in_the_record_all_the_same() {
    check(&format!(
        "{TO_A_CALLBACK}2.1 > not kept
         < queue enter support (fault: the callback could not be stored); caller hears sys-fault
         9.0 > kept 7 new
         9.1 > caller bye
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

const TO_A_NUMBER: &str = "0.0 > call
    < caller ports
    0.0 > ports
    < caller pcma; caller 200
    0.1 > ack
    < caller hears welcome
    1.0 > key 7
    < caller silence; caller hears hours; locate +4512345678
    1.1 > located outside +4512345678
    < p1 ports
    1.1 > ports p1
    < p1 invite +4512345678 by trunk
    ";

#[test]
fn an_outside_number_rings_with_music_and_talks_like_an_agent() {
    check(&format!(
        "{TO_A_NUMBER}3.0 > played
         < caller loops sys-moh
         5.0 > p1 answers
         < p1 pcma; bridge caller p1
         6.0 > key *
         6.1 > key 0
         6.5 > p1 refers agent1
         < p1 notify 403
         9.0 > p1 bye
         < p1 hangup; p1 close; caller hangup
         9.1 > caller over
         < caller close; done transferred_out"
    ));
}

#[test]
fn zero_and_star_end_the_ringing() {
    check(&format!(
        "{TO_A_NUMBER}3.0 > key 0
         < caller silence; p1 hangup; p1 close; queue enter support (asked); caller hears sys-connecting
         3.1 > p1 answers"
    ));
    check(&format!(
        "{TO_A_NUMBER}3.0 > key *
         < caller silence; caller hears welcome; p1 hangup; p1 close
         3.1 > p1 answers"
    ));
    check(&format!(
        "{TO_A_NUMBER}3.0 > caller bye
         < p1 hangup; p1 close; caller close; done caller_hung_up"
    ));
}

#[test]
fn who_is_not_reached_outside_comes_to_a_person_with_the_reason() {
    for (end, why) in [
        ("busy", "was busy"),
        ("declines", "refused the call"),
        ("no-answer", "did not answer"),
        ("dead", "could not be reached"),
    ] {
        check(&format!(
            "{TO_A_NUMBER}5.0 > p1 {end}
             < p1 close; caller silence; queue enter support (fault: the outside number {why}); caller hears sys-fault"
        ));
    }
}

#[test]
fn without_a_trunk_nobody_is_kept_waiting() {
    check(
        "0.0 > call
         < caller ports
         0.0 > ports
         < caller pcma; caller 200
         0.1 > ack
         < caller hears welcome
         1.0 > key 7
         < caller silence; caller hears hours; locate +4512345678
         1.1 > located nothing
         < caller silence; queue enter support (fault: the outside number can not be called: there is no trunk); caller hears sys-fault",
    );
}

/// There is no place in line to go back to: the caller enters it.
#[test]
fn an_outside_phone_that_dies_does_not_take_the_caller_along() {
    check(&format!(
        "{TO_A_NUMBER}5.0 > p1 answers
         < p1 pcma; bridge caller p1
         9.0 > p1 gone
         < unbridge caller; p1 hangup; p1 close; queue enter support (fault: the agent's phone was lost); caller hears sys-fault"
    ));
}

#[test]
fn words_whose_end_is_never_told_while_it_rings_outside_give_way_to_music() {
    check(&format!(
        "{TO_A_NUMBER}13.1 > wait
         < caller loops sys-moh"
    ));
}

#[test]
fn music_that_can_not_be_played_while_it_rings_outside_is_a_fault() {
    check(&format!(
        "{TO_A_NUMBER}3.0 > played
         < caller loops sys-moh
         3.1 > unplayable
         < p1 hangup; p1 close; queue enter support \
         (fault: prompt odd is not encoded for this call's codec); caller hears sys-fault"
    ));
}
