//! Calls to outside numbers, as transcripts.

use super::*;

const LINE: &str = "
  root: { menu: { options: { 1: { say: { prompt: p-one }, go: plumber }, 2: { say: { prompt: p-two }, go: silent } } } }
  plumber: { dial: { number: \"+4530901820\", say: { prompt: p-moment }, ring: 20s, missing: sorry } }
  sorry: { say: { prompt: p-sorry, go: back } }
  silent: { dial: { number: \"12345\" } }
";
const MENU: &str = "play one+press-1+two+press-2+zero";

#[track_caller]
fn run(transcript: &str) -> Walk {
    check(LINE, &transcript.replace("MENU", MENU))
}

#[test]
fn it_rings_with_music_until_somebody_is_missed() {
    let walk = run("0.0 > answer < MENU
         1.0 > key 1  < stop, play moment, dial +4530901820 for 20s
         2.2 > played < music
         9.0 > missed was busy < play sorry");
    let failed = StepKind::Failed {
        what: "the outside number was busy".to_owned(),
    };
    assert!(walk.path().iter().any(|s| s.what == failed));
}

#[test]
fn without_missing_a_person_comes_who_reads_why() {
    run("0.0 > answer < MENU
         1.0 > key 2  < stop, music, dial 12345 for 25s
         9.0 > missed refused the call < \
         queue people (fault: the outside number refused the call, at silent)");
}

#[test]
fn what_is_never_told_counts_as_not_answered() {
    run("0.0 > answer < MENU
         1.0 > key 2  < stop, music, dial 12345 for 25s
         31.0 > wait < queue people (fault: the outside number did not answer, at silent)");
}

#[test]
fn zero_is_a_person_and_star_goes_back_while_it_rings() {
    run("0.0 > answer < MENU
         1.0 > key 1  < stop, play moment, dial +4530901820 for 20s
         2.0 > key 0  < stop, queue people (asked, at plumber)");
    run("0.0 > answer < MENU
         1.0 > key 2  < stop, music, dial 12345 for 25s
         2.0 > key 5
         3.0 > key *  < MENU, stop, play wrong+last-try
         3.1 > missed was busy");
}
