//! Promises to call back: what keys, time and the store make of them; and what is stored besides.

use super::guide::says;
use super::{At, Builder, End, HUMAN, Reached, State};
use crate::check::graph::Event;
use crate::ids::Key;
use crate::menu::tree::{Callback, Kind, LanguageId, OFFERED};
use crate::menu::walk::situation::{Entered, Phase};

/// The times are offered by the keys from here on.
const FIRST_TIME: usize = 2;

impl Builder<'_> {
    /// A key while the caller's own number is offered, or times are, or while the store is asked or
    /// something is promised.
    pub(super) fn callback_key(
        &self,
        at: At,
        callback: &Callback,
        key: Key,
        reached: &mut Reached,
    ) {
        let tries = callback.number.again.len();
        match (at.phase, key.as_char()) {
            (Phase::Offering | Phase::Finding | Phase::Picking | Phase::Promising, '*') => {
                self.back(at, reached);
            }
            (Phase::Offering, '1') => reached.push((false, self.wished(at, callback))),
            (Phase::Offering, '2') => {
                let anew = At {
                    failures: 0,
                    ..says(at, Phase::Entering(Entered::Nothing))
                };
                reached.push((false, State::Menu(anew)));
            }
            (Phase::Finding, _) => reached.push((false, State::Menu(At { ahead: true, ..at }))),
            (Phase::Picking, '1') => reached.push((false, picked(at, false))),
            (Phase::Picking, _) if is_time(at, key) => reached.push((false, picked(at, true))),
            (Phase::Offering | Phase::Picking, '9') => {
                reached.push((false, State::Menu(says(at, at.phase))));
            }
            (Phase::Offering | Phase::Picking, _) => self.fail(at, tries, reached),
            (_, _) => reached.push((false, State::Menu(at))),
        }
    }

    /// The number is right: times are looked for where there can be some.
    pub(super) fn wished(&self, at: At, callback: &Callback) -> State {
        match self.has_times(at, callback) {
            true => finding(at),
            false => storing(at),
        }
    }

    fn has_times(&self, at: At, callback: &Callback) -> bool {
        let mut languages = self.line.languages().map(|(id, _)| id);
        let language = languages.find(|id: &LanguageId| id.place() == at.language);
        language.is_some_and(|id| callback.slots_in(id).is_some())
    }

    /// What the store tells of the times, or does not tell in time.
    pub(super) fn found(&self, at: At, edges: &mut Vec<(Event, State)>) {
        if at.phase != Phase::Finding {
            return;
        }
        for times in 1..=OFFERED {
            let offered = At {
                part: u16::try_from(times).unwrap_or(u16::MAX),
                ..says(at, Phase::Picking)
            };
            edges.push((Event::TimesFree, State::Menu(offered)));
        }
        edges.push((Event::NoTimes, storing(at)));
    }

    /// What comes of the wish to be called back, or of a follow-up.
    pub(super) fn stored(&self, at: At, edges: &mut Vec<(Event, State)>) {
        if at.phase != Phase::Storing {
            return;
        }
        edges.push((Event::StoreFailed, HUMAN));
        if let Some(Kind::Send(send)) = self.line.node(at.node).map(|n| &n.kind) {
            let mut reached = Reached::new();
            self.follow(at, send.go, &mut reached);
            edges.extend(reached.into_iter().map(|(_, to)| (Event::Stored, to)));
        } else {
            let promising = At {
                ahead: false,
                part: 0,
                ..says(at, Phase::Promising)
            };
            edges.push((Event::Stored, State::Menu(promising)));
            if at.part != 0 {
                let anew = finding(At { ahead: false, ..at });
                edges.push((Event::TimeTaken, anew));
            }
        }
    }
}

/// Whether this is the key of a time.
fn is_time(at: At, key: Key) -> bool {
    let time = key.digit().map(usize::from);
    let time = time.and_then(|n| n.checked_sub(FIRST_TIME));
    time.is_some_and(|n| n < usize::from(at.part))
}

/// The store is asked which times are taken.
fn finding(at: At) -> State {
    State::Menu(At {
        playing: false,
        part: 0,
        failures: 0,
        ..says(at, Phase::Finding)
    })
}

/// What was chosen is on its way to the store.
fn picked(at: At, time: bool) -> State {
    storing(At {
        part: u16::from(time),
        failures: 0,
        ..at
    })
}

/// The wish is on its way to the store.
fn storing(at: At) -> State {
    State::Menu(At {
        playing: false,
        ..says(at, Phase::Storing)
    })
}

/// The call ends with a stored promise.
pub(super) const PROMISED: State = State::End(End::Promise);
