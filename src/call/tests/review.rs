//! A message is heard again and spoken anew before it is kept.

use super::check;

/// Up to the question what becomes of it.
fn asked(rest: &str) -> String {
    format!(
        "0.0 > call
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
         20.0 > key #
         < end
         20.1 > taken
         < caller hears sys-message-review
         {rest}"
    )
}

#[test]
fn silence_keeps_it() {
    check(&asked(
        "22.1 > played
         26.1 > wait
         < keep
         26.2 > stored
         < caller hears sys-message-saved
         28.2 > played
         < caller hangup
         28.3 > caller over
         < caller close; done message_stored",
    ));
}

#[test]
fn it_is_heard_and_then_asked_about_again() {
    check(&asked(
        "21.0 > key 2
         < caller silence; fetch
         21.1 > fetched
         < caller hears message
         26.1 > played
         < caller hears sys-message-review
         27.0 > key 1
         < caller silence; keep",
    ));
    check(&asked(
        "21.0 > key 2
         < caller silence; fetch
         21.1 > fetched nothing
         < caller hears sys-message-review",
    ));
}

#[test]
fn it_is_spoken_anew() {
    check(&asked(
        "21.0 > key 3
         < drop; caller hears sys-beep
         23.0 > played
         < record
         30.0 > key #
         < end
         30.1 > taken
         < caller hears sys-message-review",
    ));
}

#[test]
fn who_hangs_up_or_wants_a_person_has_left_it() {
    check(&asked(
        "21.0 > caller bye
         < keep
         21.1 > stored
         < caller close; done message_stored",
    ));
    check(&asked(
        "21.0 > key 2
         < caller silence; fetch
         21.1 > fetched
         < caller hears message
         22.0 > key 0
         < keep; queue enter support (asked); caller hears sys-connecting",
    ));
}

#[test]
fn what_can_not_be_asked_is_kept_and_ends_with_a_person() {
    check(&asked(
        "20.2 > unplayable
         < keep; queue enter support (fault: prompt odd is not encoded for this call's codec); caller hears sys-fault",
    ));
}
