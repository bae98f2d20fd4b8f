//! The caller will be called back: the promise that a menu makes (P5, P6). It is stored before the
//! caller is told so.

use super::again::Promised;
use super::event::{CallAction, CallbackWish, StoredCallback};
use super::machine::{Call, Promise, Stage, Storing};
use super::menu_stage::MenuStage;
use super::message::STORE_WAIT;
use crate::menu::outcome::{AskId, Reason};
use crate::now::{Now, Wall};
use crate::record::timeline::{CallbackId, Event as RecordEvent};
use crate::record::verdict::Verdict;

/// The question of who is gone already: no menu of theirs asks any more.
const LOST_PLACE: AskId = AskId(u32::MAX);

const NOT_STORED: &str = "the callback could not be stored";

impl Call {
    /// What the store says. It counts also when the caller has gone elsewhere meanwhile.
    pub(super) fn callback_stored(&mut self, now: Now, ask: AskId, stored: Option<StoredCallback>) {
        // Who asked for it in the queue and has gone on to the people needs it no more.
        let waits_on = matches!(self.stage, Stage::Waiting(_) | Stage::Bridged(_));
        let unneeded = waits_on && self.asked_in_queue == Some(ask);
        if let Some(StoredCallback { callback, since }) = stored {
            self.callback = Some(callback);
            let before = since.is_some();
            self.record(RecordEvent::CallbackStored { callback, before });
        } else if !matches!(&self.stage, Stage::Menu(m) if m.walk.is_storing()) {
            // Nobody waits for it any more, and nobody else tells of it.
            let what = NOT_STORED.to_owned();
            self.record(RecordEvent::Fault { what });
        }
        if let Some(StoredCallback {
            callback,
            since: None,
        }) = stored
            && unneeded
        {
            return self.cancel(callback);
        }
        match &mut self.stage {
            Stage::Menu(_) => {
                if let Some(stored) = stored {
                    self.promise_place(now, stored.callback);
                }
                let Stage::Menu(m) = &mut self.stage else {
                    return;
                };
                let told = stored.map(|s| s.since).ok_or(NOT_STORED);
                m.walk.handle_stored(now, ask, told);
                self.drive_menu(now);
            }
            Stage::Closing {
                verdict,
                leg_over,
                storing,
            } => {
                // A message of theirs may be on its way as well: that is waited for apart.
                if storing.is_none_or(|s| s.what != Promise::Callback) {
                    return;
                }
                *storing = None;
                let theirs = matches!(
                    verdict,
                    Verdict::CallerHungUp { .. }
                        | Verdict::CallerGone { .. }
                        | Verdict::ServerStopped { .. }
                );
                if let Some(StoredCallback { callback, .. }) = stored.filter(|_| theirs) {
                    *verdict = Verdict::CallbackStored { callback };
                }
                if *leg_over {
                    let verdict = verdict.clone();
                    self.done(verdict);
                }
            }
            Stage::Opening { .. }
            | Stage::Answering { .. }
            | Stage::Waiting(_)
            | Stage::Message(_)
            | Stage::Bridged(_)
            | Stage::CallingBack(_)
            | Stage::Ended => {}
        }
    }

    /// When the people have promised to call already.
    pub(super) fn times_found(&mut self, now: Now, ask: AskId, due: Option<&[Wall]>) {
        if let Stage::Menu(m) = &mut self.stage {
            m.walk.handle_times(now, ask, due);
            self.drive_menu(now);
        }
    }

    /// The time that the caller chose is taken by now: nothing is stored.
    pub(super) fn time_taken(&mut self, now: Now, ask: AskId) {
        match &mut self.stage {
            Stage::Menu(m) => {
                m.walk.handle_taken(now, ask);
                self.drive_menu(now);
            }
            // They hung up before they were promised anything.
            Stage::Closing {
                verdict,
                leg_over,
                storing,
            } if storing.is_some_and(|s| s.what == Promise::Callback) => {
                *storing = None;
                if *leg_over {
                    let verdict = verdict.clone();
                    self.done(verdict);
                }
            }
            Stage::Opening { .. }
            | Stage::Answering { .. }
            | Stage::Closing { .. }
            | Stage::Waiting(_)
            | Stage::Message(_)
            | Stage::Bridged(_)
            | Stage::CallingBack(_)
            | Stage::Ended => {}
        }
    }

    /// The callback keeps the caller's place from now on.
    fn promise_place(&mut self, now: Now, callback: CallbackId) {
        let Some(place) = self.kept_place().cloned() else {
            return;
        };
        self.give_place_up();
        self.promised = Some(Promised {
            callback,
            queue: place.queue,
            since: place.since.min(now.mono),
            now: true,
        });
    }

    /// The caller has been told to the end that they will be called back.
    pub(super) fn called_back(&mut self, now: Now) {
        match self.callback {
            Some(callback) => self.hang_up_caller(Verdict::CallbackStored { callback }),
            None => {
                let what = NOT_STORED.to_owned();
                let human = self.line.human.clone();
                self.lead_to_people(now, human, Reason::Fault { what });
            }
        }
    }

    /// The caller waits in line and is lost, by no doing of their own: they are called back, at the
    /// place that they had (P8). `None`: they do not wait, or their number can not be called.
    pub(super) fn promise_lost_place(&mut self, now: Now, stage: &Stage) -> Option<Storing> {
        let (queue, since) = match stage {
            Stage::Waiting(w) => (&w.queue, w.since),
            Stage::Menu(m) if !m.walk.is_storing() => {
                let place = m.place.as_ref()?;
                (&place.queue, place.since)
            }
            Stage::Menu(_)
            | Stage::Opening { .. }
            | Stage::Answering { .. }
            | Stage::Message(_)
            | Stage::Bridged(_)
            | Stage::CallingBack(_)
            | Stage::Closing { .. }
            | Stage::Ended => return None,
        };
        let number = self
            .start
            .caller
            .clone()
            .filter(|n| n.is_dialable() && self.setup.outside.calls_back(n))?;
        let wish = CallbackWish {
            queue: queue.clone(),
            caller: Some(number.clone()),
            number,
            language: self.language.clone(),
            since: Some(now.wall.before(now.mono.since(since))),
            slot: None,
            needs: self.needs.clone(),
            priority: self.priority,
        };
        self.act(CallAction::StoreCallback(LOST_PLACE, wish));
        Some(Storing {
            what: Promise::Callback,
            until: now.mono + STORE_WAIT,
        })
    }

    /// The caller hung up in the menus. A wish that is on its way to the store is waited for.
    pub(super) fn caller_left_menu(&mut self, now: Now, m: &MenuStage, verdict: Verdict) {
        match self.callback {
            Some(callback) if m.walk.is_promising() => {
                self.done(Verdict::CallbackStored { callback });
            }
            _ if m.walk.is_storing() => {
                self.stage = Stage::Closing {
                    verdict,
                    leg_over: true,
                    storing: Some(Storing {
                        what: Promise::Callback,
                        until: now.mono + STORE_WAIT,
                    }),
                };
            }
            Some(_) | None => self.done(verdict),
        }
    }
}
