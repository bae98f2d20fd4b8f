//! Who calls while they are to be called back.

use super::check;

const AGAIN: &str = "0.0 > call
    < caller ports
    0.0 > known callback 7
    0.0 > ports
    < caller pcma; caller 200
    0.1 > ack
    < caller hears sys-callback-again sys-zero
    ";

#[test]
fn one_takes_the_place_of_the_callback() {
    check(&format!(
        "{AGAIN}2.0 > key 1
         < caller silence; cancel callback 7; queue enter sales (asked) as of 0.0; caller hears sys-connecting"
    ));
}

#[test]
fn two_keeps_it_three_cancels_it_and_the_menu_follows() {
    check(&format!(
        "{AGAIN}2.0 > key 2
         < caller silence; caller hears welcome"
    ));
    check(&format!(
        "{AGAIN}2.0 > key 3
         < caller silence; cancel callback 7; caller hears sys-callback-cancelled
         4.0 > played
         < caller hears welcome"
    ));
}

#[test]
fn zero_star_and_silence_work_as_ever() {
    check(&format!(
        "{AGAIN}2.0 > key 0
         < caller silence; queue enter support (asked); caller hears sys-connecting"
    ));
    check(&format!(
        "{AGAIN}2.0 > key *
         < caller silence; caller hears welcome"
    ));
}

#[test]
fn what_is_known_too_late_is_not_asked() {
    check(
        "0.0 > call
         < caller ports
         0.0 > ports
         < caller pcma; caller 200
         0.1 > ack
         < caller hears welcome
         0.2 > known callback 7
         2.0 > key 0
         < caller silence; queue enter support (asked); caller hears sys-connecting",
    );
}

#[test]
fn who_waits_on_after_all_keeps_the_place_and_is_not_called_back() {
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
         30.0 > key 1
         < queue look-back; caller hears sys-callback-offer sys-digit-4 sys-digit-9 sys-digit-3 sys-digit-0 sys-digit-9 sys-digit-0 sys-digit-1 sys-digit-8 sys-digit-2 sys-digit-0 sys-callback-right sys-zero
         40.0 > key 1
         < caller silence; call back +4930901820 by support
         40.1 > kept 7 new
         < queue leave; caller hears sys-callback-stored
         41.0 > key 0
         < caller silence; cancel callback 7; queue enter support (asked) as of 1.0; caller hears sys-connecting",
    );
}

#[test]
fn the_agent_whom_they_know_is_wished_for() {
    check(
        "0.0 > call
         < caller ports
         0.0 > known agent agent7
         0.0 > ports
         < caller pcma; caller 200
         0.1 > ack
         < caller hears welcome
         1.0 > key 0
         < caller silence; queue enter support (asked) for agent7 20s; caller hears sys-connecting",
    );
}
