//! Surveys, as transcripts: each question may be left out.

use super::*;

const LINE: &str = "
  root: { menu: { options: { 1: { say: { prompt: p-rate }, go: rate } } } }
  rate:
    survey:
      say: { prompt: p-intro }
      questions:
        friendly: { prompt: p-friendly }
        again: { say: { prompt: p-again }, scale: 1-2 }
        long: { say: { prompt: p-long }, scale: 3-9 }
      go: kinds
  kinds:
    choose:
      - { when: { friendly: { under: 3 } }, go: sales }
      - { go: thanks }
  thanks: { say: { prompt: p-thanks, go: human } }
  sales: { queue: sales }
";
const FRIENDLY: &str = "friendly+survey-from+digit-1+survey-to+digit-5+survey-skip";
const AGAIN: &str = "again+survey-from+digit-1+survey-to+digit-2+zero";
const LONG: &str = "long+survey-from+digit-3+survey-to+digit-9+zero";

#[track_caller]
fn run(transcript: &str) -> Walk {
    let transcript = transcript
        .replace("FRIENDLY", FRIENDLY)
        .replace("AGAIN", AGAIN)
        .replace("LONG", LONG);
    check(LINE, &transcript)
}

#[test]
fn one_key_for_each_question() {
    let walk = run("0.0 > answer < play rate+press-1+zero
         1.0 > key 1  < stop, play intro+FRIENDLY
         2.0 > key 2# < stop, friendly=2 of 1-5, play AGAIN
         3.0 > key 1  < stop, again=1 of 1-2, play LONG
         4.0 > key 9  < stop, long=9 of 3-9, queue sales (routed, at sales)");
    assert_eq!(walk.value("long"), Some(&Value::Number(9)));
}

#[test]
fn silence_and_a_second_wrong_key_leave_a_question_out() {
    let walk = run("0.0  > answer < play rate+press-1+zero
         1.0  > key 1  < stop, play intro+FRIENDLY
         3.0  > played
         8.0  > wait   < play AGAIN
         9.0  > key 4  < stop, play wrong+survey-from+digit-1+survey-to+digit-2+zero
         10.0 > key 4  < stop, play LONG
         11.0 > played
         16.0 > wait   < play thanks");
    assert_eq!(walk.value("friendly"), None);
}

#[test]
fn star_is_one_question_back_and_nine_once_more() {
    run("0.0 > answer < play rate+press-1+zero
         1.0 > key 1  < stop, play intro+FRIENDLY
         2.0 > key 9  < stop, play FRIENDLY
         3.0 > key 5  < stop, friendly=5 of 1-5, play AGAIN
         4.0 > key *  < stop, play FRIENDLY
         5.0 > key 4  < stop, friendly=4 of 1-5, play AGAIN
         6.0 > key *  < stop, play FRIENDLY
         7.0 > key *  < stop, play rate+press-1+zero");
}

#[test]
fn zero_is_a_person_and_no_answer() {
    run("0.0 > answer < play rate+press-1+zero
         1.0 > key 11 < stop, play intro+FRIENDLY, stop, friendly=1 of 1-5, play AGAIN
         2.0 > key 0  < stop, queue people (asked, at rate)");
}
