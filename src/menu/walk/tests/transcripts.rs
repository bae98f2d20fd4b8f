//! One transcript per rule.

use super::*;

const TREE: &str = "
  root:
    menu:
      greeting: { prompt: p-hello }
      options:
        1: { say: { prompt: p-hours? }, go: hours }
        2: { say: { prompt: p-bills? }, go: bills }
        3: { say: { prompt: p-sales? }, go: sales }
        4: { say: { prompt: p-end? }, go: bye }
        5: { say: { prompt: p-law? }, go: law }
  hours: { say: { prompt: p-hours, go: back } }
  bills:
    menu:
      options:
        1: { say: { prompt: p-account? }, go: account }
        2: { say: { prompt: p-pin? }, go: pin }
        9: { say: { prompt: p-nine? }, go: hours }
  account:
    collect: { say: { prompt: p-account }, digits: 4-6, into: account, go: bills }
  pin:
    collect:
      { say: { prompt: p-pin }, digits: 3, into: pin, leading_zero: true, sensitive: true,
        confirm: true, go: sales }
  sales: { queue: sales }
  law: { say: { prompt: p-law, interrupt: false, go: bills } }
  bye: { goodbye: { prompt: p-bye } }
";

const ROOT: &str = "hello+hours+press-1+bills+press-2+sales+press-3+end+press-4+law+press-5+zero";
const BODY: &str = "hours+press-1+bills+press-2+sales+press-3+end+press-4+law+press-5+zero";
const BILLS: &str = "account+press-1+pin+press-2+nine+press-9+zero";

/// The transcript with ROOT, BODY and BILLS written out.
#[track_caller]
fn run(transcript: &str) -> Walk {
    let tree = TREE.replace('?', "");
    let transcript = transcript
        .replace("ROOT", ROOT)
        .replace("BODY", BODY)
        .replace("BILLS", BILLS);
    check(&tree, &transcript)
}

#[test]
fn zero_cuts_any_prompt_short() {
    run("0.0 > answer < play ROOT
         0.1 > key 0  < stop, queue people (asked, at root)");
    run("0.0 > answer < play ROOT
         2.1 > key 1  < stop, play hours
         2.2 > key 0  < stop, queue people (asked, at hours)");
    run("0.0 > answer < play ROOT
         2.1 > key 4  < stop, play bye
         2.2 > key 0  < stop, queue people (asked, at bye)");
    run("0.0 > answer < play ROOT
         2.1 > key 5  < stop, play law
         2.2 > key 0  < stop, queue people (asked, at law)");
}

#[test]
fn zero_in_the_silence_after_a_prompt() {
    run("0.0 > answer < play ROOT
         9.0 > played
         11.0 > key 0 < queue people (asked, at root)");
}

#[test]
fn nothing_follows_a_zero() {
    run("0.0 > answer < play ROOT
         0.1 > key 0  < stop, queue people (asked, at root)
         0.2 > key 0
         0.2 > key 12*#
         0.3 > played
         0.4 > failed late
         9.9 > tick");
}

#[test]
fn silence_gets_another_prompt_and_then_a_person() {
    run("0.0  > answer < play ROOT
         9.0  > played
         14.0 > wait   < play silence+BODY
         22.0 > played
         27.0 > wait   < queue people (silence, at root)");
}

#[test]
fn wrong_keys_get_another_prompt_and_then_a_person() {
    run("0.0 > answer < play ROOT
         1.0 > key 7  < stop, play wrong+BODY
         2.0 > key #  < stop, queue people (wrong keys, at root)");
}

#[test]
fn silence_and_wrong_keys_count_together() {
    run("0.0  > answer < play ROOT
         1.0  > key A  < stop, play wrong+BODY
         9.0  > played
         14.0 > wait   < queue people (silence, at root)");
}

#[test]
fn each_further_try_is_shorter_and_different() {
    let tree = "
  root:
    menu: { greeting: { prompt: p-hello }, tries: 3, options: { 1: { say: { prompt: p-x }, go: human } } }
";
    check(
        tree,
        "0.0  > answer < play hello+x+press-1+zero
         3.0  > played
         8.0  > wait   < play silence+x+press-1+zero
         11.0 > played
         16.0 > wait   < play silence+last-try
         17.0 > played
         22.0 > wait   < queue people (silence, at root)",
    );
}

#[test]
fn a_key_in_time_starts_the_next_node_with_fresh_tries() {
    run("0.0  > answer < play ROOT
         9.0  > played
         14.0 > wait   < play silence+BODY
         15.0 > key 2  < stop, play BILLS
         20.0 > played
         25.0 > wait   < play silence+last-try");
}

#[test]
fn nine_repeats_unless_it_is_assigned() {
    run("0.0 > answer < play ROOT
         1.0 > key 9  < stop, play ROOT
         2.0 > key 2  < stop, play BILLS
         3.0 > key 9  < stop, play hours");
}

#[test]
fn star_goes_back_and_repeats_at_the_root() {
    run("0.0 > answer < play ROOT
         1.0 > key *  < stop, play ROOT
         2.0 > key 2  < stop, play BILLS
         3.0 > key *  < stop, play BODY
         4.0 > key 1  < stop, play hours
         5.0 > key *  < stop, play BODY
         6.0 > key 4  < stop, play bye
         7.0 > key *  < stop, play BODY");
}

#[test]
fn an_option_that_goes_back_does_what_star_does() {
    let tree = "
  root: { menu: { greeting: { prompt: p-hi }, options: { 1: { say: { prompt: p-a }, go: a }, 2: { say: { prompt: p-z }, go: back } } } }
  a: { menu: { greeting: { prompt: p-hi-a }, options: { 1: { say: { prompt: p-b }, go: b }, 2: { say: { prompt: p-z }, go: back } } } }
  b: { menu: { options: { 1: { say: { prompt: p-z }, go: back }, 2: { say: { prompt: p-n }, go: note } } } }
  note: { say: { prompt: p-note, go: back } }
";
    for key in ['2', '*'] {
        check(
            tree,
            &format!(
                "0.0 > answer < play hi+a+press-1+z+press-2+zero
                 1.0 > key 1  < stop, play hi-a+b+press-1+z+press-2+zero
                 2.0 > key 1  < stop, play z+press-1+n+press-2+zero
                 3.0 > key 2  < stop, play note
                 4.0 > played < play z+press-1+n+press-2+zero
                 5.0 > key 1  < stop, play b+press-1+z+press-2+zero
                 6.0 > key {key}  < stop, play a+press-1+z+press-2+zero"
            ),
        );
    }
    // Where there is no menu before, it is said again; failed tries count on.
    check(
        tree,
        "0.0 > answer < play hi+a+press-1+z+press-2+zero
         1.0 > key 7  < stop, play wrong+a+press-1+z+press-2+zero
         2.0 > key 2  < stop, play hi+a+press-1+z+press-2+zero
         3.0 > key 7  < stop, queue people (wrong keys, at root)",
    );
}

#[test]
fn star_zero_is_a_person_everywhere() {
    run("0.0 > answer < play ROOT
         1.0 > key 22  < stop, play BILLS, stop, play pin+zero-hash
         2.0 > key 12  < stop
         2.5 > key *   < play pin+zero-hash
         3.0 > key 0   < stop, queue people (asked, at pin)");
    run("0.0 > answer < play ROOT
         1.0 > key 5*0 < stop, play law, stop, play BODY, stop, queue people (asked, at root)");
}

#[test]
fn after_a_say_comes_the_menu_before_without_its_greeting() {
    run("0.0 > answer < play ROOT
         1.0 > key 1  < stop, play hours
         4.0 > played < play BODY");
}

#[test]
fn a_key_skips_a_say_and_counts_for_what_follows() {
    run("0.0 > answer < play ROOT
         1.0 > key 1  < stop, play hours
         1.5 > key 2  < stop, play BODY, stop, play BILLS");
    // The first # belongs to the 1, by habit.
    run("0.0 > answer < play ROOT
         1.0 > key 1# < stop, play hours
         1.5 > key #  < stop, play BODY");
}

#[test]
fn keys_pressed_during_a_say_that_must_be_heard_are_kept_in_order() {
    run("0.0 > answer < play ROOT
         1.0 > key 5  < stop, play law
         1.2 > key 1
         1.4 > key 1 2
         1.5 > key 3 4 5
         2.0 > played < play BILLS, stop, play account+zero, stop
         5.0 > wait   < account=12345, play BILLS");
}

#[test]
fn kept_keys_are_forgotten_after_a_mistake_and_are_bounded() {
    run("0.0 > answer < play ROOT
         1.0 > key 5  < stop, play law
         1.2 > key 8 1 1 1
         2.0 > played < play BILLS, stop, play wrong+last-try");
    let many = "9".repeat(500);
    run(&format!(
        "0.0 > answer < play ROOT
         1.0 > key 5  < stop, play law
         1.2 > key {many}"
    ));
}

#[test]
fn an_entry_ends_by_its_length_by_hash_or_by_silence() {
    run("0.0 > answer < play ROOT
         1.0 > key 21 < stop, play BILLS, stop, play account+zero
         2.0 > key 123456 < stop, account=123456, play BILLS
         2.5 > key #
         3.0 > key 1  < stop, play account+zero
         4.0 > key 1234# < stop, account=1234, play BILLS
         5.0 > key 1  < stop, play account+zero
         6.0 > key 12345 < stop
         9.0 > wait   < account=12345, play BILLS");
}

#[test]
fn zero_first_in_an_entry_is_the_person_where_it_can_not_begin_with_it() {
    run("0.0 > answer < play ROOT
         1.0 > key 21 < stop, play BILLS, stop, play account+zero
         2.0 > key 0  < stop, queue people (asked, at account)");
    run("0.0 > answer < play ROOT
         1.0 > key 21 < stop, play BILLS, stop, play account+zero
         2.0 > key 1000 < stop
         5.0 > wait   < account=1000, play BILLS");
}

#[test]
fn zero_and_hash_or_silence_where_an_entry_can_begin_with_zero() {
    run("0.0 > answer < play ROOT
         1.0 > key 22 < stop, play BILLS, stop, play pin+zero-hash
         2.0 > key 0  < stop
         2.5 > key #  < queue people (asked, at pin)");
    run("0.0 > answer < play ROOT
         1.0 > key 22 < stop, play BILLS, stop, play pin+zero-hash
         2.0 > key 0  < stop
         5.0 > wait   < queue people (asked, at pin)");
    run("0.0 > answer < play ROOT
         1.0 > key 22 < stop, play BILLS, stop, play pin+zero-hash
         2.0 > key 007 < stop, play you-entered+digit-0+digit-0+digit-7+confirm");
}

#[test]
fn a_short_entry_is_a_failed_try() {
    run("0.0 > answer < play ROOT
         1.0 > key 21 < stop, play BILLS, stop, play account+zero
         2.0 > key 12# < stop, play too-short+enter-now+zero
         3.0 > key 12  < stop
         6.0 > wait    < queue people (wrong keys, at account)");
}

#[test]
fn no_digits_at_all_are_silence() {
    run("0.0 > answer < play ROOT
         1.0 > key 21 < stop, play BILLS, stop, play account+zero
         3.0 > played
         8.0 > wait   < play silence+enter-now+zero
         9.0 > played
         14.0 > wait  < queue people (silence, at account)");
}

#[test]
fn star_in_an_entry_clears_it_and_without_digits_goes_back() {
    run("0.0 > answer < play ROOT
         1.0 > key 21 < stop, play BILLS, stop, play account+zero
         2.0 > key 99* < stop, play account+zero
         3.0 > key 1234# < stop, account=1234, play BILLS
         4.0 > key 1* < stop, play account+zero, stop, play BILLS");
}

#[test]
fn what_was_entered_is_read_back() {
    let read = "play you-entered+digit-1+digit-2+digit-3+confirm";
    let walk = run(&format!(
        "0.0 > answer < play ROOT
         1.0 > key 22  < stop, play BILLS, stop, play pin+zero-hash
         2.0 > key 123 < stop, {read}
         2.5 > key #
         3.0 > key 9   < stop, {read}
         4.0 > key 2   < stop, play pin+zero-hash
         5.0 > key 123 < stop, {read}
         6.0 > key 1   < stop, pin=123, queue sales (routed, at sales)"
    ));
    assert!(
        walk.line()
            .variables
            .iter()
            .any(|v| v.name == "pin" && v.sensitive)
    );
    assert!(!format!("{walk:?}").contains("\"123\""));
}

#[test]
fn zero_silence_and_wrong_keys_while_reading_back() {
    let to = "0.0 > answer < play ROOT
              1.0 > key 22  < stop, play BILLS, stop, play pin+zero-hash
              2.0 > key 123 < stop, play you-entered+digit-1+digit-2+digit-3+confirm";
    run(&format!(
        "{to}\n3.0 > key 0 < stop, queue people (asked, at pin)"
    ));
    run(&format!(
        "{to}
         3.0 > key 5 < stop, play you-entered+digit-1+digit-2+digit-3+confirm
         4.0 > key 6 < stop, queue people (wrong keys, at pin)"
    ));
    run(&format!(
        "{to}
         8.0  > played
         13.0 > wait < play you-entered+digit-1+digit-2+digit-3+confirm
         18.0 > played
         23.0 > wait < queue people (silence, at pin)"
    ));
}

#[test]
fn goodbye_is_heard_before_the_end() {
    run("0.0 > answer < play ROOT
         1.0 > key 4  < stop, play bye
         1.1 > key 57
         2.0 > played < end");
}

#[test]
fn a_queue_node_is_routed() {
    run("0.0 > answer < play ROOT
         1.0 > key 3  < stop, queue sales (routed, at sales)");
}

#[test]
fn faults_end_with_a_person() {
    run("0.0 > answer < play ROOT
         0.0 > failed no such file < queue people (fault: no such file, at root)");
    // The end of a prompt that is never told: its length of 10.2 s and 10 s more.
    run("0.0  > answer < play ROOT
         20.1 > tick
         20.2 > wait < stop, queue people (fault: the end of a prompt was never told, at root)
         20.3 > tick");
}

#[test]
fn what_the_card_shows() {
    let walk = run("0.0 > answer < play ROOT
         1.0 > key 8  < stop, play wrong+BODY
         2.0 > key 2  < stop, play BILLS
         3.0 > key 1  < stop, play account+zero
         4.0 > key 1234# < stop, account=1234, play BILLS
         9.0 > key 0  < stop, queue people (asked, at bills)");
    let path: Vec<String> = walk
        .path()
        .iter()
        .map(|s| {
            let what = match &s.what {
                StepKind::Entered { label } => format!("in {label}"),
                StepKind::Pressed { key } => format!("key {key}"),
                StepKind::Wrong { key } => format!("wrong {key}"),
                StepKind::Silent => "silent".to_owned(),
                StepKind::Collected { digits } => format!("{digits} digits"),
                StepKind::Language { language } => format!("speaks {language}"),
                StepKind::Answered { found } => format!("answered {found}"),
                StepKind::Tried { step, answer } => format!("{step} {answer}"),
                StepKind::Failed { what } => what.clone(),
            };
            format!("{} {} {what}", s.at.as_secs(), s.node)
        })
        .collect();
    assert_eq!(
        path,
        [
            "0 root in root",
            "1 root wrong 8",
            "2 root key 2",
            "2 bills in bills",
            "3 bills key 1",
            "3 account in account",
            "4 account 4 digits",
            "4 bills in bills",
            "9 bills key 0"
        ]
    );
    let account = walk.value("account").unwrap();
    assert_eq!(account.reveal(), "1234");
}

#[test]
fn back_from_the_queue_the_place_is_kept() {
    run("0.0  > answer < play ROOT
         1.0  > key 21 < stop, play BILLS, stop, play account+zero
         2.0  > key 0  < stop, queue people (asked, at account)
         60.0 > resume < play BILLS
         61.0 > key *  < stop, play BODY
         62.0 > resume");
}

#[test]
fn a_line_that_begins_without_a_menu() {
    let tree = "
  root: { say: { prompt: p-hello, go: ask } }
  ask: { collect: { say: { prompt: p-ask }, digits: 2, into: x } }
";
    check(
        tree,
        "0.0 > answer < play hello
         1.0 > key *  < stop, play hello
         2.0 > key 1  < stop, play ask+zero, stop
         3.0 > key *  < play ask+zero
         4.0 > key *  < stop, play ask+zero
         5.0 > key 12 < stop, x=12, queue people (routed, at ask)",
    );
}
