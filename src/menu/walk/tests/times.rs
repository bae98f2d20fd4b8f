//! Callbacks at a chosen time: what is offered, and that nobody is lost on the way.

use super::*;

const LINE: &str = "
  root: { menu: { options: { 1: { say: { prompt: p-back }, go: call-me } } } }
  call-me: { callback: { queue: sales, slots: { hours: office, each: 1, days: 2 } } }
";
const NOON: &str = "say-wednesday+say-the+say-18th+say-of+say-november+say-at+say-noon";
const HALF_PAST: &str =
    "say-wednesday+say-the+say-18th+say-of+say-november+say-at+say-12+say-30+say-pm";

/// The caller's own number is right, and the store is asked.
fn asked() -> Walk {
    let caller = Caller {
        number: Some(PhoneNumber::new("+4530")),
        ..Caller::default()
    };
    let mut walk = Walk::start(line(LINE), caller, at(0));
    press(&mut walk, 1000, "1");
    assert_eq!(
        press(&mut walk, 2000, "1"),
        "stop, callback=4530, times of sales"
    );
    walk
}

/// So many times are offered.
fn offered(free: u64) -> Walk {
    let mut walk = asked();
    let ask = walk.asked;
    walk.handle_times(at(2100), ask, Some(&due_but(free)));
    walk
}

#[track_caller]
fn press(walk: &mut Walk, ms: u64, keys: &str) -> String {
    for key in keys.chars() {
        walk.handle_key(at(ms), Key::from_char(key).unwrap());
    }
    did(walk)
}

fn offer() -> String {
    format!("play callback-times+{NOON}+press-2+{HALF_PAST}+press-3")
}

#[test]
fn a_time_is_chosen_and_promised_with_its_time() {
    let mut walk = offered(2);
    assert_eq!(did(&mut walk), offer());
    assert_eq!(
        press(&mut walk, 3000, "3#"),
        "stop, call back +4530 by sales at 12:30"
    );
    let ask = walk.asked;
    walk.handle_stored(at(3100), ask, Ok(None));
    let told = format!("play callback-at+{HALF_PAST}+goodbye");
    assert_eq!(did(&mut walk), told);
    // Also who moves an older wish hears the time.
    let mut walk = offered(2);
    press(&mut walk, 3000, "3");
    let ask = walk.asked;
    walk.handle_stored(
        at(3100),
        ask,
        Ok(Some(Wall::from_unix_millis(1_794_000_000_000))),
    );
    assert_eq!(did(&mut walk), told);
    walk.handle_played(at(9000));
    assert_eq!(did(&mut walk), "promised");
}

#[test]
fn as_soon_as_possible_is_offered_first() {
    let mut walk = offered(9);
    let all = did(&mut walk);
    assert!(all.contains("press-4") && !all.contains("press-5"), "{all}");
    assert_eq!(
        press(&mut walk, 3000, "1"),
        "stop, call back +4530 by sales"
    );
    let ask = walk.asked;
    walk.handle_stored(at(3100), ask, Ok(None));
    assert_eq!(did(&mut walk), "play callback-stored");
}

#[test]
fn keys_silence_and_a_person() {
    let mut walk = offered(2);
    did(&mut walk);
    assert_eq!(press(&mut walk, 3000, "9"), format!("stop, {}", offer()));
    // There is no third time.
    assert_eq!(press(&mut walk, 4000, "4"), format!("stop, {}", offer()));
    assert_eq!(
        press(&mut walk, 5000, "8"),
        "stop, queue people (wrong keys, at call-me)"
    );
    let mut walk = offered(2);
    did(&mut walk);
    walk.handle_played(at(9000));
    walk.handle_timeout(at(14_000));
    assert_eq!(did(&mut walk), offer());
    walk.handle_played(at(20_000));
    walk.handle_timeout(at(25_000));
    assert_eq!(did(&mut walk), "queue people (silence, at call-me)");
    for keys in ["0", "90", "20", "*0"] {
        let mut walk = offered(2);
        did(&mut walk);
        let done = press(&mut walk, 3000, keys);
        assert!(done.contains("queue people (asked"), "{keys}: {done}");
    }
    // Also while the store is asked; `*` leads back.
    assert_eq!(
        press(&mut asked(), 2050, "0"),
        "queue people (asked, at call-me)"
    );
    assert_eq!(press(&mut asked(), 2050, "*"), "play back+press-1+zero");
    assert_eq!(
        press(&mut offered(2), 3000, "*").split(", ").last(),
        Some("play back+press-1+zero")
    );
}

#[test]
fn keys_that_come_while_the_store_is_asked_are_used_then() {
    let mut walk = asked();
    assert_eq!(press(&mut walk, 2050, "2"), "");
    let ask = walk.asked;
    walk.handle_times(at(2100), ask, Some(&due_but(1)));
    let done = did(&mut walk);
    assert!(
        done.ends_with("stop, call back +4530 by sales at 12:00"),
        "{done}"
    );
}

#[test]
fn without_times_it_is_as_soon_as_possible() {
    let soon = "call back +4530 by sales";
    let mut full = offered(0);
    assert_eq!(did(&mut full), soon);
    let mut broken = asked();
    let ask = broken.asked;
    broken.handle_times(at(2100), ask, None);
    assert_eq!(did(&mut broken), soon);
    let mut slow = asked();
    assert_eq!(slow.poll_timeout(), Some(Mono::from_millis(3000)));
    slow.handle_timeout(at(3000));
    assert_eq!(did(&mut slow), soon);
    slow.handle_times(at(3100), ask, Some(&[]));
    assert_eq!(did(&mut slow), "");
    // A language whose times can not be read has none.
    let mut known = known(LINE);
    for prompts in known.prompts.values_mut() {
        prompts.remove(&crate::ids::PromptName::new("say-noon"));
    }
    let head = "line: test\nnumbers: [\"1\"]\nhuman: people\nstart: root\nnodes:\n";
    let (line, _) = load("test.yaml", &format!("{head}{LINE}"), &known).unwrap();
    let caller = Caller {
        number: Some(PhoneNumber::new("+4530")),
        ..Caller::default()
    };
    let mut walk = Walk::start(Arc::new(line), caller, at(0));
    press(&mut walk, 1000, "1");
    assert_eq!(
        press(&mut walk, 2000, "1"),
        format!("stop, callback=4530, {soon}")
    );
}

#[test]
fn a_time_that_is_taken_is_told_and_the_next_ones_are_offered() {
    let mut walk = offered(2);
    did(&mut walk);
    press(&mut walk, 3000, "2");
    let ask = walk.asked;
    walk.handle_taken(at(3100), ask);
    assert_eq!(did(&mut walk), "times of sales");
    let ask = walk.asked;
    let mut due = due_but(2);
    due.push(Wall::from_unix_millis(1_795_003_200_000));
    walk.handle_times(at(3200), ask, Some(&due));
    let taken = format!("play callback-taken+callback-times+{HALF_PAST}+press-2");
    assert_eq!(did(&mut walk), taken);
    press(&mut walk, 4000, "2");
    let ask = walk.asked;
    walk.handle_taken(at(4100), ask);
    did(&mut walk);
    // Nothing is left: it is as soon as possible, and the caller is told why.
    let ask = walk.asked;
    walk.handle_times(at(4200), ask, Some(&due_but(0)));
    assert_eq!(did(&mut walk), "call back +4530 by sales");
    let ask = walk.asked;
    walk.handle_taken(at(4250), ask);
    assert_eq!(did(&mut walk), "");
    walk.handle_stored(at(4300), ask, Ok(None));
    assert_eq!(did(&mut walk), "play callback-taken+callback-stored");
}
