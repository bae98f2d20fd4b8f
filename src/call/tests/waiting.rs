//! What a waiting caller can do.

use super::check;

/// Up to the queue, second in line.
const WAITING: &str = "0.0 > call
    < caller ports
    0.0 > ports
    < caller pcma; caller 200
    0.1 > ack
    < caller hears welcome
    1.0 > key 0
    < caller silence; queue enter support (asked); caller hears sys-connecting
    1.0 > position 2
    3.0 > played
    < caller hears sys-position-2 sys-waiting-callback sys-waiting-message sys-waiting-back
    20.0 > played
    < caller loops sys-moh
    ";

fn waiting(rest: &str) -> String {
    format!("{WAITING}{rest}")
}

#[test]
fn the_keys_are_told_once_and_with_each_kind_word() {
    check(&waiting(
        "60.0 > position 1
         < caller hears sys-position-1
         62.0 > played
         < caller loops sys-moh
         70.0 > comfort
         < caller hears sys-comfort sys-waiting-callback sys-waiting-message sys-waiting-back",
    ));
}

#[test]
fn zero_and_nine_tell_the_place_and_other_keys_the_list() {
    check(&waiting(
        "30.0 > key 0
         < caller hears sys-waiting-person; queue position
         30.0 > position 2
         32.0 > played
         < caller hears sys-position-2
         33.0 > key 9
         < caller loops sys-moh; queue position
         33.0 > position 2
         < caller hears sys-position-2
         40.0 > key 7
         < caller hears sys-wrong sys-waiting-callback sys-waiting-message sys-waiting-back",
    ));
}

#[test]
fn whom_the_network_takes_away_is_called_back() {
    check(&waiting(
        "30.0 > caller gone
         < call back +4930901820 by support; queue leave
         30.1 > kept 7 now
         < caller close; done callback_stored",
    ));
    check(&waiting(
        "30.0 > key *
         < queue look-back; caller hears welcome
         31.0 > caller gone
         < call back +4930901820 by support; queue leave
         31.1 > kept 7 now
         < caller close; done callback_stored",
    ));
    // Who hangs up has finished; who never acknowledged our answer may be anybody.
    check(&waiting(
        "30.0 > caller bye\n< queue leave; caller close; done caller_hung_up",
    ));
    check(&waiting(
        "30.0 > caller no-ack\n< queue leave; caller close; done caller_gone",
    ));
}

#[test]
fn the_store_does_not_hold_up_whom_the_network_took() {
    check(&waiting(
        "30.0 > caller gone
         < call back +4930901820 by support; queue leave
         61.0 > wait
         < caller close; done caller_gone",
    ));
}

#[test]
fn two_is_a_message() {
    check(&waiting(
        "30.0 > key 2
         < queue message
         30.0 > overflow message
         < caller hears sys-message-intro sys-beep",
    ));
}

#[test]
fn star_leads_back_to_the_menu_and_zero_to_the_place() {
    check(&waiting(
        "30.0 > key *
         < queue look-back; caller hears welcome
         31.0 > position 1
         32.0 > key 0
         < caller silence; queue back-in-line; caller hears sys-connecting
         32.0 > position 1
         34.0 > played
         < caller hears sys-position-1 sys-waiting-callback sys-waiting-message sys-waiting-back",
    ));
}

#[test]
fn another_queue_a_goodbye_and_hanging_up_give_the_place_up() {
    check(&waiting(
        "30.0 > key *
         < queue look-back; caller hears welcome
         32.0 > key 2
         < caller silence; queue enter sales (routed); caller hears sys-connecting",
    ));
    check(&waiting(
        "30.0 > key *
         < queue look-back; caller hears welcome
         32.0 > key 1
         < caller silence; caller hears hours
         34.0 > played
         < caller hears sys-goodbye
         36.0 > played
         < queue leave; caller hangup",
    ));
    check(&waiting(
        "30.0 > key *
         < queue look-back; caller hears welcome
         32.0 > caller bye
         < queue leave; caller close; done caller_hung_up",
    ));
}

#[test]
fn an_agent_who_answers_has_the_caller_who_looks_back() {
    check(&waiting(
        "30.0 > key *
         < queue look-back; caller hears welcome
         31.0 > offer agent1 1
         < p1 ports
         31.0 > ports p1
         < p1 invite sip:agent1@127.0.2.0
         32.0 > key 9
         < caller silence; caller hears welcome
         33.0 > p1 answers
         < p1 pcma; queue answered 1
         33.0 > connect
         < caller hears sys-person-now
         35.0 > played
         < bridge caller p1
         40.0 > p1 bye
         < p1 hangup; p1 close; queue over agent1; caller hangup",
    ));
}

#[test]
fn what_the_agents_phone_asks_for_does_not_wait_for_the_word() {
    check(&waiting(
        "30.0 > key *
         < queue look-back; caller hears welcome
         31.0 > offer agent1 1
         < p1 ports
         31.0 > ports p1
         < p1 invite sip:agent1@127.0.2.0
         33.0 > p1 answers
         < p1 pcma; queue answered 1
         33.0 > connect
         < caller hears sys-person-now
         33.5 > p1 holds
         < bridge caller p1; p1 200; p1 pcma; caller loops sys-moh; p1 silence",
    ));
}

#[test]
fn a_word_whose_end_is_not_told_keeps_nobody_apart() {
    check(&waiting(
        "30.0 > key *
         < queue look-back; caller hears welcome
         31.0 > offer agent1 1
         < p1 ports
         31.0 > ports p1
         < p1 invite sip:agent1@127.0.2.0
         33.0 > p1 answers
         < p1 pcma; queue answered 1
         33.0 > connect
         < caller hears sys-person-now
         36.1 > wait
         < bridge caller p1",
    ));
}

#[test]
fn a_phone_that_rings_rings_on_while_the_caller_goes_to_and_fro() {
    check(&waiting(
        "30.0 > offer agent1 1
         < p1 ports
         30.0 > ports p1
         < p1 invite sip:agent1@127.0.2.0
         31.0 > key *
         < queue look-back; caller hears welcome
         32.0 > key 0
         < caller silence; queue back-in-line; caller hears sys-connecting
         33.0 > p1 answers
         < p1 pcma; queue answered 1
         33.0 > connect
         < bridge caller p1",
    ));
}

#[test]
fn an_outside_number_that_answers_has_the_caller_instead() {
    check(&waiting(
        "30.0 > key *
         < queue look-back; caller hears welcome
         31.0 > offer agent1 1
         < p1 ports
         31.0 > ports p1
         < p1 invite sip:agent1@127.0.2.0
         32.0 > key 7
         < caller silence; caller hears hours; locate +4512345678
         32.0 > located outside +4512345678
         < p2 ports
         32.0 > ports p2
         < p2 invite +4512345678 by trunk
         34.0 > p2 answers
         < p2 pcma; p1 hangup cause=200; p1 close; queue leave; bridge caller p2",
    ));
}

#[test]
fn one_is_a_callback_by_the_people_of_the_queue() {
    check(&waiting(
        "30.0 > key 1
         < queue look-back; caller hears sys-callback-offer sys-digit-4 sys-digit-9 sys-digit-3 sys-digit-0 sys-digit-9 sys-digit-0 sys-digit-1 sys-digit-8 sys-digit-2 sys-digit-0 sys-callback-right sys-zero
         40.0 > key 1
         < caller silence; call back +4930901820 by support
         40.1 > kept 7 new
         < queue leave; caller hears sys-callback-stored
         44.0 > played
         < caller hangup
         44.1 > caller over
         < caller close; done callback_stored",
    ));
}

#[test]
fn star_and_zero_lead_from_the_callback_to_the_place() {
    for key in ["*", "0"] {
        check(&waiting(&format!(
            "30.0 > key 1
             < queue look-back; caller hears sys-callback-offer sys-digit-4 sys-digit-9 sys-digit-3 sys-digit-0 sys-digit-9 sys-digit-0 sys-digit-1 sys-digit-8 sys-digit-2 sys-digit-0 sys-callback-right sys-zero
             32.0 > key {key}
             < caller silence; queue back-in-line; caller hears sys-connecting"
        )));
    }
}

#[test]
fn a_fault_while_looking_back_costs_no_place() {
    check(&waiting(
        "30.0 > key *
         < queue look-back; caller hears welcome
         32.0 > key 3
         < caller silence; queue back-in-line; caller hears sys-fault
         32.0 > told
         < prompt vanished is missing",
    ));
}

#[test]
fn who_goes_back_while_it_is_stored_is_not_called_back() {
    check(&waiting(
        "30.0 > key 1
         < queue look-back; caller hears sys-callback-offer sys-digit-4 sys-digit-9 sys-digit-3 sys-digit-0 sys-digit-9 sys-digit-0 sys-digit-1 sys-digit-8 sys-digit-2 sys-digit-0 sys-callback-right sys-zero
         40.0 > key 1
         < caller silence; call back +4930901820 by support
         40.1 > key 0
         < queue back-in-line; caller hears sys-connecting
         40.2 > kept 7 new
         < cancel callback 7",
    ));
}

#[test]
fn words_that_are_gone_do_not_keep_the_music_waiting() {
    check(
        "0.0 > call
         < caller ports
         0.0 > ports
         < caller pcma; caller 200
         0.1 > ack
         < caller hears welcome
         0.5 > lost sys-connecting
         1.0 > key 0
         < caller silence; queue enter support (asked); caller loops sys-moh
         60.0 > position 1
         < caller hears sys-position-1 sys-waiting-callback sys-waiting-message sys-waiting-back",
    );
}

#[test]
fn without_music_and_without_its_words_something_else_is_said() {
    check(
        "0.0 > call
         < caller ports
         0.0 > ports
         < caller pcma; caller 200
         0.1 > ack
         < caller hears welcome
         0.5 > lost sys-moh sys-waiting-person
         1.0 > key 0
         < caller silence; queue enter support (asked); caller hears sys-connecting
         3.0 > played
         < caller silence
         8.0 > wait
         < caller hears sys-connecting
         10.0 > played
         < caller silence
         14.0 > lost sys-connecting
         15.0 > wait
         < caller hears sys-fault",
    );
}

#[test]
fn who_has_heard_nothing_at_all_is_spoken_to_at_once() {
    check(
        "0.0 > call
         < caller ports
         0.0 > ports
         < caller pcma; caller 200
         0.1 > ack
         < caller hears welcome
         0.5 > lost sys-moh sys-connecting
         1.0 > key 0
         < caller silence; queue enter support (asked); caller silence
         1.0 > wait
         < caller hears sys-waiting-person
         3.0 > played
         < caller silence
         8.0 > wait
         < caller hears sys-waiting-person",
    );
}
