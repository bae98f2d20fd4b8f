//! Guides, as transcripts: one step at a time, quiet time, and going on in a later call.

use super::*;

const LINE: &str = "
  root: { menu: { options: { 1: { say: { prompt: p-router }, go: router } } } }
  router:
    guide:
      steps:
        lamp: { say: { prompt: p-lamp }, yes: solved, no: cable }
        cable: { say: { prompt: p-cable }, next: light }
        light: { say: { prompt: p-light }, yes: solved, no: sales }
      solved: thanks
      time: 2m
      resume: 24h
  thanks: { say: { prompt: p-thanks, go: human } }
  sales: { queue: sales }
";

#[test]
fn one_step_at_a_time_and_solved() {
    let walk = check(
        LINE,
        "0.0  > answer < play router+press-1+zero
         1.0  > key 1  < stop, play lamp+guide-keys
         5.0  > key 2  < stop, router=lamp no, play cable+guide-done-short
         6.0  > key 1  < stop, router=lamp no, cable done, play light+guide-keys-short
         9.0  > key 1# < stop, router=lamp no, cable done, light yes, play thanks",
    );
    let told = walk.path().iter().filter_map(|s| match &s.what {
        StepKind::Tried { step, answer } => Some(format!("{step} {answer}")),
        _ => None,
    });
    let told: Vec<String> = told.collect();
    assert_eq!(told, ["lamp no", "cable done", "light yes"]);
}

#[test]
fn an_answer_may_lead_anywhere() {
    check(
        LINE,
        "0.0  > answer < play router+press-1+zero
         1.0  > key 12 < stop, play lamp+guide-keys, stop, router=lamp no, play cable+guide-done-short
         6.0  > key 1  < stop, router=lamp no, cable done, play light+guide-keys-short
         9.0  > key 2  < stop, router=lamp no, cable done, light no, queue sales (routed, at sales)",
    );
}

#[test]
fn time_is_given_and_a_key_ends_it() {
    check(
        LINE,
        "0.0   > answer < play router+press-1+zero
         1.0   > key 12 < stop, play lamp+guide-keys, stop, router=lamp no, play cable+guide-done-short
         2.0   > key 3  < stop, play guide-time
         4.0   > played
         49.0  > wait   < play guide-reminder
         50.0  > played
         95.0  > wait   < play guide-reminder
         96.0  > key 5  < stop, play cable+guide-done-short
         97.0  > key 1  < stop, router=lamp no, cable done, play light+guide-keys-short",
    );
}

#[test]
fn time_ends_with_a_person() {
    check(
        LINE,
        "0.0   > answer < play router+press-1+zero
         1.0   > key 1  < stop, play lamp+guide-keys
         2.0   > key 3  < stop, play guide-time
         4.0   > played
         49.0  > wait   < play guide-reminder
         50.0  > played
         95.0  > wait   < play guide-reminder
         96.0  > played
         122.0 > wait   < play silence+guide-keys-short
         123.0 > played
         128.0 > wait   < queue people (silence, at router)",
    );
}

#[test]
fn zero_at_a_step_in_quiet_time_and_in_the_question_whether_to_go_on() {
    for keys in ["0", "30", "230"] {
        let mut walk = at_the_guide(None);
        for key in keys.chars() {
            walk.handle_key(at(2000), Key::from_char(key).unwrap());
        }
        let done = did(&mut walk);
        assert!(done.ends_with("queue people (asked, at router)"), "{done}");
    }
    let mut walk = at_the_guide(Some("light"));
    walk.handle_key(at(2000), Key::ZERO);
    assert_eq!(did(&mut walk), "stop, queue people (asked, at router)");
}

#[test]
fn wrong_keys_end_with_a_person() {
    check(
        LINE,
        "0.0  > answer < play router+press-1+zero
         1.0  > key 1  < stop, play lamp+guide-keys
         2.0  > key 7  < stop, play wrong+guide-keys-short
         3.0  > key 8  < stop, queue people (wrong keys, at router)",
    );
}

#[test]
fn star_is_one_step_back_and_nine_once_more() {
    check(
        LINE,
        "0.0  > answer < play router+press-1+zero
         1.0  > key 1  < stop, play lamp+guide-keys
         2.0  > key 2  < stop, router=lamp no, play cable+guide-done-short
         3.0  > key 9  < stop, play cable+guide-done
         4.0  > key *  < stop, play lamp+guide-keys-short
         5.0  > key *  < stop, play router+press-1+zero",
    );
}

fn caller() -> Caller {
    Caller {
        number: Some(PhoneNumber::new("+4530901820")),
        ..Caller::default()
    }
}

/// In the guide, after the store has told this at 1.1 s.
fn at_the_guide(kept: Option<&str>) -> Walk {
    let mut walk = Walk::start(line(LINE), caller(), at(0));
    walk.handle_key(at(1000), Key::from_char('1').unwrap());
    let done = did(&mut walk);
    assert!(done.ends_with("stop, recall router"), "{done}");
    walk.handle_recalled(at(1100), walk.asked, kept);
    let done = did(&mut walk);
    match kept {
        Some(_) => assert_eq!(done, "play guide-resume"),
        None => assert_eq!(
            done,
            "remember router lamp for 86400s, play lamp+guide-keys"
        ),
    }
    walk
}

#[track_caller]
fn then(walk: &mut Walk, ms: u64, key: char, expected: &str) {
    walk.handle_key(at(ms), Key::from_char(key).unwrap());
    assert_eq!(did(walk), expected);
}

#[test]
fn a_later_call_goes_on_at_its_step_or_begins_again() {
    let mut walk = at_the_guide(Some("light"));
    let on = "stop, remember router light for 86400s, play light+guide-keys";
    then(&mut walk, 2000, '1', on);
    let solved = "stop, router=light yes, forget router, play thanks";
    then(&mut walk, 3000, '1', solved);

    let mut walk = at_the_guide(Some("light"));
    then(&mut walk, 2000, '9', "stop, play guide-resume");
    let anew = "stop, remember router lamp for 86400s, play lamp+guide-keys";
    then(&mut walk, 3000, '2', anew);

    let mut walk = at_the_guide(Some("light"));
    then(&mut walk, 2000, '5', "stop, play last-try");
    then(
        &mut walk,
        3000,
        '5',
        "stop, queue people (wrong keys, at router)",
    );
}

#[test]
fn a_store_that_is_slow_or_knows_nothing_means_from_the_start() {
    let begins = "remember router lamp for 86400s, play lamp+guide-keys";
    let mut walk = Walk::start(line(LINE), caller(), at(0));
    walk.handle_key(at(1000), Key::from_char('1').unwrap());
    assert!(did(&mut walk).ends_with("recall router"));
    assert_eq!(walk.poll_timeout(), Some(Mono::from_millis(1500)));
    walk.handle_timeout(at(1500));
    assert_eq!(did(&mut walk), begins);
    // Too late to be of use.
    walk.handle_recalled(at(1600), walk.asked, Some("light"));
    assert_eq!(did(&mut walk), "");

    for kept in ["lamp", "gone from the file"] {
        let mut walk = Walk::start(line(LINE), caller(), at(0));
        walk.handle_key(at(1000), Key::from_char('1').unwrap());
        did(&mut walk);
        walk.handle_recalled(at(1100), walk.asked, Some(kept));
        assert_eq!(did(&mut walk), begins, "{kept}");
    }
}

#[test]
fn keys_pressed_while_the_store_is_asked_are_kept() {
    let mut walk = Walk::start(line(LINE), caller(), at(0));
    for key in ['1', '2'] {
        walk.handle_key(at(1000), Key::from_char(key).unwrap());
    }
    did(&mut walk);
    walk.handle_recalled(at(1100), walk.asked, None);
    let done = did(&mut walk);
    assert!(
        done.contains("router=lamp no") && done.ends_with("play cable+guide-done-short"),
        "{done}"
    );
}
