//! Queues that send callers on, to what may come to nothing.

use super::check;

/// The caller's own number, read out.
const NUMBER: &str = "sys-digit-4 sys-digit-9 sys-digit-3 sys-digit-0 sys-digit-9 sys-digit-0 \
    sys-digit-1 sys-digit-8 sys-digit-2 sys-digit-0 sys-callback-right sys-zero";

/// Nobody is signed in, and the queue sends them to a number outside.
const OUTSIDE: &str = "0.0 > call
    < caller ports
    0.0 > ports
    < caller pcma; caller 200
    0.1 > ack
    < caller hears welcome
    1.0 > key 0
    < caller silence; queue enter support (asked); caller hears sys-connecting
    1.0 > overflow outside +4511223344
    < locate +4511223344
    1.1 > located outside +4511223344
    < p1 ports
    1.1 > ports p1
    < p1 invite +4511223344 by trunk
    3.0 > played
    < caller loops sys-moh
    ";

fn outside(rest: &str) -> String {
    format!("{OUTSIDE}{rest}")
}

#[test]
fn who_answers_outside_talks_with_the_caller() {
    check(&outside(
        "7.0 > p1 answers
         < p1 pcma; queue leave; bridge caller p1
         20.0 > p1 bye
         < p1 hangup; p1 close; caller hangup
         20.1 > caller over
         < caller close; done transferred_out",
    ));
}

#[test]
fn nobody_outside_is_told_and_the_next_step_follows() {
    let busy = outside(
        "7.0 > p1 busy
         < p1 close; queue next-step
         ",
    );
    check(&format!(
        "{busy}7.0 > overflow callback
         < caller hears sys-called-in-vain sys-callback-offer {NUMBER}"
    ));
    check(&format!(
        "{busy}7.0 > overflow sales
         < queue enter sales (routed); caller hears sys-called-in-vain sys-connecting"
    ));
    check(&format!(
        "{busy}7.0 > overflow outside +4599887766
         < caller hears sys-called-in-vain sys-connecting; locate +4599887766"
    ));
    check(&format!(
        "{busy}7.0 > overflow message
         < caller hears sys-message-intro sys-beep"
    ));
    // There is no trunk; it rings for longer than it may, and nothing is ever told of it.
    check(&outside(
        "40.0 > wait\n< p1 hangup; p1 close; queue next-step",
    ));
}

#[test]
fn the_keys_of_waiting_hold_while_it_rings_outside() {
    check(&outside(
        "5.0 > key 0
         < caller hears sys-waiting-person; queue position
         6.0 > key 7
         < caller hears sys-wrong sys-waiting-callback sys-waiting-message sys-waiting-back
         7.0 > key 2
         < queue message
         7.0 > overflow message
         < p1 hangup; p1 close; caller hears sys-message-intro sys-beep",
    ));
    check(&outside(
        "5.0 > key *
         < queue leave; p1 hangup; p1 close; caller hears welcome
         6.0 > key 0
         < caller silence; queue enter support (asked); caller hears sys-connecting",
    ));
    check(&outside(&format!(
        "5.0 > key 1\n< p1 hangup; p1 close; caller hears sys-callback-offer {NUMBER}"
    )));
    check(&outside(
        "5.0 > caller bye\n< p1 hangup; p1 close; queue leave; caller close; done caller_hung_up",
    ));
}
