//! Guides, surveys and calls outside: what keys, time and others make of them.

use super::{At, Builder, End, Reached, State};
use crate::check::graph::{Edge, Event};
use crate::ids::Key;
use crate::menu::tree::{Answers, Guide, Kind, Question, Survey, Way};
use crate::menu::walk::situation::Phase;

/// Another phase at the same node, saying something.
pub(super) fn says(at: At, phase: Phase) -> At {
    At {
        phase,
        digits: 0,
        playing: true,
        ..at
    }
}

/// A step of a guide or a question of a survey, from its beginning.
fn part(at: At, phase: Phase, part: usize) -> State {
    State::Menu(At {
        part: u16::try_from(part).unwrap_or(u16::MAX),
        failures: 0,
        ..says(at, phase)
    })
}

impl Builder<'_> {
    pub(super) fn enter_guide(&self, guide: &Guide, at: At, reached: &mut Reached) {
        // Who withholds their number begins at the beginning.
        reached.push((false, part(at, Phase::Stepping, 0)));
        if guide.resume.is_some() {
            let recalling = At {
                phase: Phase::Recalling,
                playing: false,
                ..at
            };
            reached.push((false, State::Menu(recalling)));
        }
    }

    /// What the store tells, or does not tell in time.
    pub(super) fn recalled(&self, at: At, edges: &mut Vec<(Event, State)>) {
        let Some(Kind::Guide(guide)) = self.line.node(at.node).map(|n| &n.kind) else {
            return;
        };
        if at.phase != Phase::Recalling {
            return;
        }
        edges.push((Event::NotRecalled, part(at, Phase::Stepping, 0)));
        for step in 1..guide.steps.len() {
            edges.push((Event::Recalled, part(at, Phase::Resuming, step)));
        }
    }

    pub(super) fn guide_key(&self, at: At, guide: &Guide, key: Key, reached: &mut Reached) {
        let again = |at: At| (false, State::Menu(says(at, at.phase)));
        match (at.phase, key.as_char()) {
            (Phase::Recalling | Phase::Resuming, '*') => self.back(at, reached),
            (Phase::Recalling, _) => reached.push((false, State::Menu(At { ahead: true, ..at }))),
            (Phase::Resuming, '1') => {
                reached.push((false, part(at, Phase::Stepping, usize::from(at.part))));
            }
            (Phase::Resuming, '2') => reached.push((false, part(at, Phase::Stepping, 0))),
            (Phase::Resuming, '9') => reached.push(again(at)),
            (Phase::Resuming, _) => self.fail(at, self.more_tries(at, guide), reached),
            (_, '*') => self.step_before(at, guide, reached),
            (Phase::Pausing, _) => {
                reached.push((false, State::Menu(says(at, Phase::Stepping))));
            }
            (_, '3') => reached.push((false, State::Menu(says(at, Phase::Pausing)))),
            (_, '9') => reached.push(again(at)),
            (_, key) => {
                let step = guide.steps.get(usize::from(at.part));
                let way = match (key, step.map(|s| s.answers)) {
                    ('1', Some(Answers::YesNo { yes, .. })) => Some(yes),
                    ('2', Some(Answers::YesNo { no, .. })) => Some(no),
                    ('1', Some(Answers::Done(way))) => Some(way),
                    (_, _) => None,
                };
                match way {
                    Some(Way::Step(to)) => {
                        reached.push((false, part(at, Phase::Stepping, to)));
                    }
                    Some(Way::Solved) => self.follow(at, guide.solved, reached),
                    Some(Way::Go(target)) => self.follow(at, target, reached),
                    None => self.fail(at, self.more_tries(at, guide), reached),
                }
            }
        }
    }

    /// `*`: the step from which this one was reached, or, when it was the first, what lies
    /// before the guide.
    fn step_before(&self, at: At, guide: &Guide, reached: &mut Reached) {
        let this = usize::from(at.part);
        for (before, step) in guide.steps.iter().enumerate() {
            if step.ways().any(|way| way == Way::Step(this)) {
                reached.push((false, part(at, Phase::Stepping, before)));
            }
        }
        self.back(at, reached);
    }

    pub(super) fn guide_silence(&self, at: At, guide: &Guide, reached: &mut Reached) {
        match at.phase {
            Phase::Pausing => {
                if at.digits < guide.pause.reminders() {
                    let digits = at.digits + 1;
                    let reminded = At {
                        digits,
                        playing: true,
                        ..at
                    };
                    reached.push((false, State::Menu(reminded)));
                }
                self.fail(at, self.more_tries(at, guide), reached);
            }
            Phase::Recalling => {}
            _ => self.fail(at, self.more_tries(at, guide), reached),
        }
    }

    fn more_tries(&self, at: At, guide: &Guide) -> usize {
        match (at.phase, &guide.resume) {
            (Phase::Resuming, Some(resume)) => resume.again.len(),
            (_, _) => {
                let step = guide.steps.get(usize::from(at.part));
                step.map_or(0, |s| s.again.len())
            }
        }
    }

    pub(super) fn survey_key(&self, at: At, survey: &Survey, key: Key, reached: &mut Reached) {
        let this = usize::from(at.part);
        let scale = survey.questions.get(this).map(|q: &Question| q.scale);
        let known = |key| scale.is_some_and(|s| s.answer(key).is_some());
        match key.as_char() {
            '*' => match this.checked_sub(1) {
                Some(before) => reached.push((false, part(at, Phase::Judging, before))),
                None => self.back(at, reached),
            },
            _ if known(key) => self.next_question(at, survey, reached),
            '9' => reached.push((false, State::Menu(says(at, at.phase)))),
            _ if at.failures == 0 => {
                let wrong = At {
                    failures: 1,
                    ahead: false,
                    ..says(at, at.phase)
                };
                reached.push((false, State::Menu(wrong)));
            }
            // What came early was meant for something else.
            _ => self.next_question(At { ahead: false, ..at }, survey, reached),
        }
    }

    /// Also after silence: nobody has to judge.
    pub(super) fn next_question(&self, at: At, survey: &Survey, reached: &mut Reached) {
        let next = usize::from(at.part) + 1;
        if next < survey.questions.len() {
            reached.push((false, part(at, Phase::Judging, next)));
        } else {
            let at = At { failures: 0, ..at };
            self.follow(at, survey.go, reached);
        }
    }

    /// What comes of a call to an outside number.
    fn rings(&self, at: At, edges: &mut Vec<(Event, State)>) {
        let Some(Kind::Dial(dial)) = self.line.node(at.node).map(|n| &n.kind) else {
            return;
        };
        edges.push((Event::Reached, State::End(End::Person)));
        let mut reached = Reached::new();
        self.follow(at, dial.missing, &mut reached);
        edges.extend(reached.into_iter().map(|(_, to)| (Event::NotReached, to)));
    }

    /// What nobody presses: web services and the store tell.
    pub(super) fn told(&mut self, at: At, edges: &mut Vec<Edge>) {
        let mut told = Vec::new();
        self.recalled(at, &mut told);
        self.rings(at, &mut told);
        self.found(at, &mut told);
        self.stored(at, &mut told);
        for (event, to) in told {
            self.edge(edges, event, false, to);
        }
    }
}
