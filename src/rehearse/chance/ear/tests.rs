//! The ear hears what must not be.

use std::sync::Arc;

use super::*;
use crate::ids::{Key, QueueName};
use crate::media::prompt::Prompt;
use crate::menu::outcome::Step;
use crate::menu::walk::tests::line;
use crate::now::Mono;

const TREE: &str = "  root: { menu: { options: { 1: { say: { prompt: p-a }, go: out } } } }
  out: { dial: { number: \"+4530901820\", missing: human } }\n";

/// Nothing plays, and it is not the caller's turn.
const NOTHING: Rest = Rest {
    sound: Sound::Nothing,
    may_be_quiet: false,
    card_tells: true,
    person_comes: false,
    is_over: false,
};

fn queued(fault: bool) -> Happening {
    let what = "internal error".to_owned();
    Happening::Record(Event::Queued {
        queue: QueueName::new("people"),
        reason: if fault {
            Reason::Fault { what }
        } else {
            Reason::Asked
        },
        language: None,
    })
}

fn hears(prompt: &str) -> Happening {
    let prompt = Prompt::new(prompt.into(), Duration::from_secs(2), []);
    Happening::Hears {
        prompts: vec![Arc::new(prompt)],
        repeat: false,
    }
}

fn failed(node: &str) -> Happening {
    let step = Step {
        at: Duration::ZERO,
        node: node.into(),
        what: StepKind::Failed {
            what: "test".into(),
        },
    };
    Happening::Record(Event::Step { step })
}

fn fails(secs: u64) -> Happening {
    Happening::Fails(match secs {
        0 => Failing::Now,
        secs => Failing::Within(Duration::from_secs(secs)),
    })
}

/// Of four seconds of words the end is never told.
fn untold() -> Happening {
    let length = Duration::from_secs(4);
    let within = Duration::from_secs(5);
    Happening::Fails(Failing::Untold { length, within })
}

fn presses() -> Happening {
    let key = Key::from_char('1').unwrap();
    Happening::Presses { key, secret: false }
}

/// What becomes of all that at one moment, and when nothing more happens until a later one.
fn heard(all: &[Happening], rest: Rest, until: u64) -> Result<(), DeadEnd> {
    let line = line(TREE);
    let mut ear = Ear::default();
    for what in all {
        let moment = Moment {
            at: Duration::from_secs(1),
            caller: Some(0),
            what: what.clone(),
        };
        ear.hear(&moment, &line, false)?;
    }
    ear.rest(Duration::from_secs(1), &rest)?;
    ear.pass(Duration::from_secs(until))
}

#[test]
fn what_fails_brings_the_caller_to_people_for_that_reason() {
    let told = [fails(0), queued(true), hears("sys-fault")];
    assert_eq!(heard(&told, NOTHING, 2), Ok(()));
    assert_eq!(heard(&[fails(0)], NOTHING, 2), Err(DeadEnd::NotBrought));
    let asked = [fails(0), queued(false), hears("sys-connecting")];
    assert_eq!(heard(&asked, NOTHING, 2), Err(DeadEnd::NotBrought));
    // A prompt that is missing fails by itself; an outside number has a way on.
    assert_eq!(
        heard(&[failed("root")], NOTHING, 2),
        Err(DeadEnd::NotBrought)
    );
    assert_eq!(heard(&[failed("out")], NOTHING, 2), Ok(()));
}

#[test]
fn what_is_waited_for_may_come_by_its_time() {
    assert_eq!(heard(&[fails(5)], NOTHING, 7), Ok(()));
    assert_eq!(heard(&[fails(5)], NOTHING, 8), Err(DeadEnd::NotBrought));
    assert_eq!(heard(&[fails(5), presses()], NOTHING, 8), Ok(()));
    let rings = Rest {
        person_comes: true,
        ..NOTHING
    };
    assert_eq!(heard(&[fails(5)], rings, 8), Ok(()));
    // The store answers late in that second, were it told at once.
    let soon = Happening::Fails(Failing::Within(Duration::ZERO));
    assert_eq!(heard(&[soon], NOTHING, 2), Ok(()));
    // What is waited for is waited for with words as well.
    let told = heard(&[fails(5), hears("p-a")], NOTHING, 8);
    assert_eq!(told, Err(DeadEnd::NotBrought));
    // The end of words that are cut short is not.
    assert_eq!(heard(&[untold()], NOTHING, 8), Err(DeadEnd::NotBrought));
    for after in [hears("p-a"), Happening::Hush, presses()] {
        assert_eq!(heard(&[untold(), after], NOTHING, 8), Ok(()));
    }
}

#[test]
fn a_fault_is_told_to_the_caller_and_on_the_card() {
    let all = |words: &[&str]| {
        let words = words.iter().map(|w| hears(w));
        [queued(true)].into_iter().chain(words).collect::<Vec<_>>()
    };
    assert_eq!(heard(&all(&[]), NOTHING, 2), Err(DeadEnd::NotTold));
    let other = all(&["sys-connecting"]);
    assert_eq!(heard(&other, NOTHING, 2), Err(DeadEnd::NotTold));
    // Cut off before it began.
    let cut = all(&["sys-fault", "sys-message-intro"]);
    assert_eq!(heard(&cut, NOTHING, 2), Err(DeadEnd::NotTold));
    assert_eq!(heard(&all(&["sys-agent-lost"]), NOTHING, 2), Ok(()));
    let broken = || Happening::Trouble("sys-fault is not encoded for this call".into());
    let unsayable = [queued(true), broken(), hears("sys-moh")];
    assert_eq!(heard(&unsayable, NOTHING, 2), Ok(()));
    let unsaid = [broken(), queued(true), hears("sys-moh")];
    assert_eq!(heard(&unsaid, NOTHING, 2), Err(DeadEnd::NotTold));
    let silent = Rest {
        card_tells: false,
        ..NOTHING
    };
    let told = all(&["sys-fault"]);
    assert_eq!(heard(&told, silent, 2), Err(DeadEnd::CardSilent));
}

#[test]
fn nobody_is_left_with_nothing_to_hear() {
    assert_eq!(heard(&[], NOTHING, 16), Ok(()));
    assert_eq!(heard(&[], NOTHING, 17), Err(DeadEnd::Silence));
    let until = Sound::Until(Mono::ZERO + Duration::from_secs(11));
    for (sound, may_be_quiet, until, end) in [
        (until, false, 26, Ok(())),
        (until, false, 27, Err(DeadEnd::Silence)),
        (Sound::Music, false, 9_999, Ok(())),
        (Sound::Nothing, true, 9_999, Ok(())),
    ] {
        let rest = Rest {
            sound,
            may_be_quiet,
            ..NOTHING
        };
        assert_eq!(heard(&[], rest, until), end, "{sound:?}");
    }
}

/// Who answers a question whose end was never told waits for what comes of it from then on; a key that
/// nobody heeds breaks no silence.
#[test]
fn who_answers_waits_anew() {
    let line = line(TREE);
    let after = |what: &[Happening], until: u64| {
        let mut ear = Ear::default();
        ear.rest(Duration::from_secs(1), &NOTHING)?;
        for what in what.iter().cloned() {
            let (at, caller) = (Duration::from_secs(10), Some(0));
            ear.hear(&Moment { at, caller, what }, &line, false)?;
        }
        ear.rest(Duration::from_secs(10), &NOTHING)?;
        ear.pass(Duration::from_secs(until))
    };
    let answer = [presses(), Happening::Hush];
    assert_eq!(after(&answer, 25), Ok(()));
    assert_eq!(after(&answer, 26), Err(DeadEnd::Silence));
    assert_eq!(after(&[presses()], 17), Err(DeadEnd::Silence));
}

/// Words that are begun and not heard break the silence only where a key came early, or where they were
/// made not to be heard.
#[test]
fn words_that_nobody_hears_are_silence() {
    let line = line(TREE);
    let after = |before: &[Happening]| {
        let mut ear = Ear::default();
        ear.rest(Duration::from_secs(1), &NOTHING)?;
        for what in before
            .iter()
            .cloned()
            .chain([hears("p-a"), Happening::Hush])
        {
            let (at, caller) = (Duration::from_secs(10), Some(0));
            ear.hear(&Moment { at, caller, what }, &line, false)?;
        }
        ear.rest(Duration::from_secs(10), &NOTHING)?;
        ear.pass(Duration::from_secs(17))
    };
    assert_eq!(after(&[]), Err(DeadEnd::Silence));
    assert_eq!(after(&[presses()]), Ok(()));
    let broken = Happening::Trouble("what follows is cut off".into());
    assert_eq!(after(&[broken]), Ok(()));
}
