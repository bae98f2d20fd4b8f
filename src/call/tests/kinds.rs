//! Kinds of nodes that need the shell: guides that go on.

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
