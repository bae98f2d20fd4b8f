//! Callbacks, as transcripts: whose number, and nothing is promised before it is stored.

use super::*;
use crate::now::Wall;

const LINE: &str = "
  root: { menu: { options: { 1: { say: { prompt: p-back }, go: call-me } } } }
  call-me: { callback: { queue: sales, say: { prompt: p-hour }, numbers: [\"+45*\", \"12*\"] } }
";
const OWN: &str = "callback-offer+digit-4+digit-5+digit-3+digit-0+callback-right";

/// At the node, calling from this number.
fn from(number: &str) -> Walk {
    let caller = Caller {
        number: Some(PhoneNumber::new(number)),
        ..Caller::default()
    };
    let mut walk = Walk::start(line(LINE), caller, at(0));
    press(&mut walk, 1000, "1");
    walk
}

#[track_caller]
fn press(walk: &mut Walk, ms: u64, keys: &str) -> String {
    for key in keys.chars() {
        walk.handle_key(at(ms), Key::from_char(key).unwrap());
    }
    did(walk)
}

#[test]
fn their_own_number_is_right() {
    let mut walk = from("+4530");
    assert_eq!(walk.place().unwrap().as_str(), "call-me");
    let wish = "stop, callback=4530, call back +4530 by sales";
    assert_eq!(press(&mut walk, 2000, "1#"), wish);
    // Nothing is said before the store has answered.
    assert_eq!(walk.poll_timeout(), Some(Mono::from_millis(12_000)));
    walk.handle_stored(at(2100), walk.asked, Ok(None));
    assert_eq!(did(&mut walk), "play callback-stored");
    walk.handle_played(at(5000));
    assert_eq!(did(&mut walk), "promised");
}

#[test]
fn their_own_number_is_offered_again_and_ends_with_a_person() {
    let mut walk = Walk::start(
        line(LINE),
        Caller {
            number: Some(PhoneNumber::new("+4530")),
            ..Caller::default()
        },
        at(0),
    );
    did(&mut walk);
    assert_eq!(
        press(&mut walk, 1000, "1"),
        format!("stop, play hour+{OWN}")
    );
    assert_eq!(press(&mut walk, 2000, "9"), format!("stop, play {OWN}"));
    assert_eq!(press(&mut walk, 3000, "7"), format!("stop, play {OWN}"));
    let person = "stop, queue people (wrong keys, at call-me)";
    assert_eq!(press(&mut walk, 4000, "7"), person);
}

#[test]
fn another_number_is_typed_and_read_back() {
    let mut walk = from("+4530");
    let question = "stop, play callback-number+zero-hash";
    assert_eq!(press(&mut walk, 2000, "2"), question);
    let back = "stop, play you-entered+digit-0+digit-0+digit-4+digit-5+digit-7+confirm+zero";
    let back = back.replace("+zero", "");
    assert_eq!(press(&mut walk, 3000, "00457#"), back);
    assert_eq!(press(&mut walk, 4000, "2"), question);
    press(&mut walk, 5000, "12345#");
    let wish = "stop, callback=12345, call back 12345 by sales";
    assert_eq!(press(&mut walk, 6000, "1"), wish);
    let mut walk = from("+4530");
    press(&mut walk, 2000, "200457#");
    let wish = "stop, callback=00457, call back +457 by sales";
    assert_eq!(press(&mut walk, 4000, "1"), wish);
}

#[test]
fn withheld_and_uncallable_numbers_are_asked_for() {
    check(
        LINE,
        "0.0  > answer < play back+press-1+zero
         1.0  > key 1  < stop, play hour+callback-number+zero-hash
         5.0  > played
         10.0 > wait   < play enter-now+zero-hash
         12.0 > key 99812# < stop, queue people (wrong keys, at call-me)",
    );
    for number in ["alice", "12", "+4912345", "+451234567890123456"] {
        let walk = from(number);
        assert!(matches!(walk.doing, Doing::Entering { .. }), "{number}");
    }
}

#[test]
fn a_number_that_may_not_be_called_is_asked_for_anew_and_ends_with_a_person() {
    // Of the two that fit the line's own pattern one costs more than a call.
    let mut walk = from("+4590123456");
    assert!(matches!(walk.doing, Doing::Entering { .. }));
    let again = press(&mut walk, 3000, "004590123456#");
    assert_eq!(again, "stop, play enter-now+zero-hash");
    press(&mut walk, 4000, "00457#");
    let wish = "stop, callback=00457, call back +457 by sales";
    assert_eq!(press(&mut walk, 5000, "1"), wish);
    let mut walk = from("+4530");
    press(&mut walk, 2000, "2");
    press(&mut walk, 3000, "004590123456#");
    let person = "stop, queue people (wrong keys, at call-me)";
    assert_eq!(press(&mut walk, 4000, "004590123456#"), person);
}

#[test]
fn zero_reaches_a_person_at_every_moment() {
    // While the number is offered, typed (0 and then #, or *0), read back, stored and confirmed.
    for keys in ["0", "20#", "25*0", "2123#0", "10"] {
        let mut walk = from("+4530");
        let done = press(&mut walk, 2000, keys);
        assert!(
            done.ends_with("queue people (asked, at call-me)"),
            "{keys}: {done}"
        );
    }
    let mut walk = from("+4530");
    press(&mut walk, 2000, "1");
    walk.handle_stored(at(2100), walk.asked, Ok(None));
    assert_eq!(
        press(&mut walk, 2200, "0"),
        "play callback-stored, stop, queue people (asked, at call-me)"
    );
}

#[test]
fn what_is_not_stored_is_not_promised() {
    let mut walk = from("+4530");
    press(&mut walk, 2000, "1");
    walk.handle_stored(at(2100), walk.asked, Err("the disk is full"));
    let person = "queue people (fault: the disk is full, at call-me)";
    assert_eq!(did(&mut walk), person);

    let mut walk = from("+4530");
    press(&mut walk, 2000, "1");
    walk.handle_timeout(at(12_000));
    let late = "queue people (fault: the callback could not be stored, at call-me)";
    assert_eq!(did(&mut walk), late);
    walk.handle_stored(at(12_100), walk.asked, Ok(None));
    assert_eq!(did(&mut walk), "");
}

#[test]
fn an_open_wish_stands() {
    let mut walk = from("+4530");
    press(&mut walk, 2000, "1");
    let since = Wall::from_unix_millis(1_795_000_000_000);
    walk.handle_stored(at(2100), walk.asked, Ok(Some(since)));
    assert_eq!(did(&mut walk), "play callback-kept");
}
