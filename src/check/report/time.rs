//! How long a call lasts when nobody presses a key.

use std::time::Duration;

use crate::check::effort::millis;
use crate::check::gist::Gist;
use crate::check::graph::{At, By, Graph, State, StateId};
use crate::check::property::longest;
use crate::check::said::Said;
use crate::menu::tree::{Again, Callback, Collect, Confirm, Kind, Line, Speech};
use crate::menu::walk::situation::{Entered, FINDING, Phase, RECALL, STORING};

/// For each state the longest time to a person (or an own good-bye) without any key.
pub(super) fn silent(line: &Line, said: &Said<'_>, graph: &Graph, gist: &Gist) -> Vec<u64> {
    let reached: Vec<(StateId, State)> = graph.all().map(|s| (s, graph.state(s))).collect();
    let lasts = |(_, state): &(StateId, State)| match *state {
        State::Menu(at) => millis(lasts(line, said, at)),
        State::Answered
        | State::Resuming
        | State::Waiting { .. }
        | State::Outside { .. }
        | State::Message { .. }
        | State::End(_) => 0,
    };
    let lasts: Vec<u64> = reached.iter().map(lasts).collect();
    longest(graph, gist, &reached, |from, edge| match edge.event.by() {
        By::Time => (lasts.get(from.index()).copied().unwrap_or_default(), true),
        By::Caller | By::Failure | By::People => (0, false),
    })
}

/// How long a state lasts when nothing is pressed.
fn lasts(line: &Line, said: &Said<'_>, at: At) -> Duration {
    let length = |speech: &Speech| said.length(speech, at.language).unwrap_or_default();
    let tried = |agains: &[Again]| {
        let again = usize::from(at.failures)
            .checked_sub(1)
            .and_then(|i| agains.get(i));
        again.map(|a| length(&a.silent).max(length(&a.wrong)))
    };
    if at.ahead && at.phase != Phase::Saying {
        return Duration::ZERO;
    }
    match line.node(at.node).map(|n| &n.kind) {
        Some(Kind::Menu(menu) | Kind::Language(menu)) => match at.playing {
            true => tried(&menu.again).unwrap_or_else(|| length(&menu.first)),
            false => menu.wait,
        },
        Some(Kind::Say(say)) => length(&say.speech),
        Some(Kind::Collect(collect)) => entry_lasts(collect, said, at),
        Some(Kind::Guide(guide)) => {
            let step = guide.steps.get(usize::from(at.part));
            match (at.phase, &guide.resume) {
                (Phase::Recalling, _) => RECALL,
                (Phase::Pausing, _) if at.playing => match at.digits {
                    0 => length(&guide.pause.ready),
                    _ => length(&guide.pause.reminder),
                },
                (Phase::Pausing, _) => guide.pause.every,
                (_, _) if !at.playing => guide.wait,
                (Phase::Resuming, Some(resume)) => {
                    tried(&resume.again).unwrap_or_else(|| length(&resume.speech))
                }
                (_, _) => step.map_or(Duration::ZERO, |step| {
                    tried(&step.again)
                        .unwrap_or_else(|| length(&step.first).max(length(&step.speech)))
                }),
            }
        }
        Some(Kind::Survey(survey)) => {
            let question = survey.questions.get(usize::from(at.part));
            match question.filter(|_| at.playing) {
                None => survey.wait,
                Some(question) => {
                    let intro = survey.intro.as_ref().filter(|_| at.part == 0);
                    let asked = length(&question.speech).max(length(&question.wrong));
                    intro.map(length).unwrap_or_default() + asked
                }
            }
        }
        Some(Kind::Callback(callback)) => match at.phase {
            Phase::Offering if at.playing => {
                let intro = callback.intro.as_ref().map(length).unwrap_or_default();
                intro + read_back_lasts(&callback.offer, callback.number.max, said, at)
            }
            Phase::Picking if at.playing => times_last(callback, said, at),
            Phase::Offering | Phase::Picking => callback.offer.wait,
            Phase::Finding => FINDING,
            Phase::Storing => STORING,
            Phase::Promising => promise_lasts(callback, said, at),
            _ => entry_lasts(&callback.number, said, at),
        },
        Some(Kind::Goodbye(speech)) => length(speech),
        Some(Kind::Send(_)) => STORING,
        Some(Kind::Dial(dial)) => match at.playing {
            true => dial.meanwhile.as_ref().map(length).unwrap_or_default(),
            false => dial.ring,
        },
        // The answer is waited for while something is said, and after it.
        Some(Kind::Ask(ask)) => {
            let meanwhile = ask.meanwhile.as_ref().map(length).unwrap_or_default();
            match at.playing {
                true => meanwhile.min(ask.timeout),
                false => ask.timeout.saturating_sub(meanwhile),
            }
        }
        Some(Kind::Choose(_) | Kind::Queue(_) | Kind::Message(_)) | None => Duration::ZERO,
    }
}

/// How long the times take that are offered.
fn times_last(callback: &Callback, said: &Said<'_>, at: At) -> Duration {
    let length = |speech: &Speech| said.length(speech, at.language).unwrap_or_default();
    callback.slots.as_ref().map_or(Duration::ZERO, |slots| {
        let keys = slots.press.iter().take(usize::from(at.part));
        let times = keys.map(|press| slots.longest_time(at.language) + length(press));
        length(&slots.taken) + length(&slots.ask) + times.sum::<Duration>()
    })
}

/// How long it takes to tell that the wish is stored.
fn promise_lasts(callback: &Callback, said: &Said<'_>, at: At) -> Duration {
    let length = |speech: &Speech| said.length(speech, at.language).unwrap_or_default();
    let kept = length(&callback.since) + length(&callback.kept);
    let soon = length(&callback.stored).max(kept);
    let (taken, timed) = callback
        .slots
        .as_ref()
        .map_or_else(Default::default, |slots| {
            let time = slots.longest_time(at.language);
            let timed = length(&slots.stored) + time + length(&slots.goodbye);
            (length(&slots.taken), timed)
        });
    (taken + soon).max(timed)
}

/// How long a state of an entry lasts.
fn entry_lasts(collect: &Collect, said: &Said<'_>, at: At) -> Duration {
    let length = |speech: &Speech| said.length(speech, at.language).unwrap_or_default();
    match (at.phase, &collect.confirm) {
        (Phase::Confirming, Some(confirm)) if at.playing => {
            read_back_lasts(confirm, collect.max, said, at)
        }
        (Phase::Confirming, Some(confirm)) => confirm.wait,
        (Phase::Entering(Entered::Nothing), _) if at.playing => {
            let again = usize::from(at.failures).checked_sub(1);
            let again = again.and_then(|i| collect.again.get(i));
            again.map_or_else(
                || length(&collect.speech),
                |a| length(&a.silent).max(length(&a.wrong)),
            )
        }
        (Phase::Entering(Entered::Nothing), _) => collect.first_wait,
        (_, _) => collect.between,
    }
}

fn read_back_lasts(confirm: &Confirm, most: usize, said: &Said<'_>, at: At) -> Duration {
    let length = |speech: &Speech| said.length(speech, at.language).unwrap_or_default();
    let digits = confirm.digits.iter();
    let digits = digits.filter_map(|d| said.recording(at.language, d));
    let digits = digits.max().unwrap_or_default() * u32::try_from(most).unwrap_or(u32::MAX);
    length(&confirm.before) + digits + length(&confirm.after)
}
