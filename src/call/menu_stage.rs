//! The caller is in the menus: the interpreter's wishes become sounds, steps and entries.

use std::time::Duration;

use crate::ids::{AgentId, NodeName, PhoneNumber, PromptName};
use crate::media::command::{MediaCommand, PlayToken, Playlist};
use crate::menu::outcome::{AskId, Outcome, Reason, Sound, WalkAction, WebReply};
use crate::menu::walk::Walk;
use crate::now::Now;
use crate::record::timeline::{EntryValue, Event as RecordEvent, OutboxId};
use crate::record::verdict::Verdict;

use super::event::{CallAction, CallbackWish, FollowUpWish, GuidePlace};
use super::looking_back::KeptPlace;
use super::machine::{Call, Stage};
use super::sound::Music;
use crate::menu::system as sys;

/// The interpreter, and what it has us play.
#[derive(Debug)]
pub(super) struct MenuStage {
    pub walk: Walk,
    pub playing: Option<PlayToken>,
    /// The music while an outside number rings.
    pub music: Option<PlayToken>,
    /// An outside number whose way is being looked for, and how long it may ring.
    pub dialling: Option<(AskId, PhoneNumber, Duration)>,
    /// Said before the next words.
    pub before: Vec<PromptName>,
    /// The caller has come from the queue and keeps their place in it.
    pub place: Option<KeptPlace>,
    /// This agent has ended the talk; the caller is asked how it was.
    pub talked: Option<AgentId>,
}

impl Call {
    pub(super) fn enter_menu(&mut self, now: Now) {
        let walk = self.first_walk(now);
        self.menus = None;
        self.stage = Stage::Menu(Box::new(MenuStage {
            walk,
            playing: None,
            music: None,
            dialling: None,
            before: Vec::new(),
            place: None,
            talked: None,
        }));
        self.drive_menu(now);
    }

    /// Carries out what the interpreter asks, until it waits for the caller or is left.
    pub(super) fn drive_menu(&mut self, now: Now) {
        loop {
            let Stage::Menu(m) = &mut self.stage else {
                return;
            };
            let Some(action) = m.walk.poll_action() else {
                if m.walk.is_dialling().is_none() {
                    self.hang_up_dialled();
                }
                let Stage::Menu(m) = &self.stage else {
                    return;
                };
                return self.setup.faults.at_rest(&m.walk);
            };
            match action {
                WalkAction::Play { sounds } => self.play_in_menu(now, &sounds),
                WalkAction::Stop => {
                    (m.playing, m.music) = (None, None);
                    self.media(MediaCommand::Stop {
                        leg: self.start.leg,
                    });
                }
                WalkAction::Leave(Outcome::Queue { queue, reason }) => {
                    self.hang_up_dialled();
                    self.lead_to_people(now, queue, reason);
                }
                WalkAction::Ask { ask, request } => self.act(CallAction::Ask(ask, request)),
                WalkAction::Recall { ask, guide } => match self.guide_place(guide) {
                    Some(place) => self.act(CallAction::Recall(ask, place)),
                    None => self.not_recalled(now, ask),
                },
                WalkAction::Remember { guide, step } => {
                    if let Some(place) = self.guide_place(guide) {
                        self.act(CallAction::Remember(place, step));
                    }
                }
                WalkAction::Times {
                    ask,
                    queue,
                    from,
                    to,
                } => self.act(CallAction::FindTimes(ask, queue, from, to)),
                WalkAction::CallBack {
                    ask,
                    queue,
                    number,
                    slot,
                } => {
                    // Who asks from the queue is called by its people.
                    let place = m.place.as_ref().filter(|_| m.walk.beside().is_some());
                    let waited = place.map(|p| now.mono.since(p.since));
                    self.asked_in_queue = waited.map(|_| ask);
                    let queue = place.map_or(queue, |p| p.queue.clone());
                    let wish = CallbackWish {
                        queue,
                        number,
                        caller: self.start.caller.clone(),
                        language: self.language.clone(),
                        since: waited.map(|waited| now.wall.before(waited)),
                        slot,
                        needs: self.needs.clone(),
                        priority: self.priority,
                    };
                    self.act(CallAction::StoreCallback(ask, wish));
                }
                WalkAction::Dial { ask, number, ring } => {
                    // The same number anew: the one that rings is let go.
                    self.hang_up_dialled();
                    let Stage::Menu(m) = &mut self.stage else {
                        return;
                    };
                    m.dialling = Some((ask, number.clone(), ring));
                    self.act(CallAction::Locate(number));
                }
                WalkAction::Music => self.music_in_menu(now),
                WalkAction::Send { ask, node, letter } => {
                    let letter = letter.about(self.contact());
                    self.act(CallAction::Send(ask, FollowUpWish { node, letter }));
                }
                WalkAction::Leave(Outcome::Callback) => self.called_back(now),
                WalkAction::CancelCallback => self.cancel_promise(),
                WalkAction::Needs { skills, priority } => {
                    if let Some(skills) = skills {
                        self.needs = skills;
                    }
                    self.priority = priority.unwrap_or(self.priority);
                }
                WalkAction::Language(language) => {
                    self.card.language = Some(language.as_str().to_owned());
                    self.language = language;
                }
                WalkAction::Leave(Outcome::Message { queue }) => {
                    self.hang_up_dialled();
                    self.take_message(now, queue);
                }
                WalkAction::Leave(Outcome::Goodbye) => {
                    let node = self.card.path().last().map(|s| s.node.clone());
                    let verdict = m.ends_with(Verdict::Goodbye { node });
                    self.give_place_up();
                    self.hang_up_caller(verdict);
                }
                noted @ (WalkAction::Step(_)
                | WalkAction::Entry { .. }
                | WalkAction::Judged { .. }) => {
                    let passing = self.setup.faults.is_passing(&m.walk, &noted);
                    self.note(noted);
                    self.setup.faults.at_passing(passing);
                }
            }
        }
    }

    /// What came of a web service.
    pub(super) fn replied(&mut self, now: Now, ask: AskId, reply: Result<WebReply, String>) {
        if let Stage::Menu(m) = &mut self.stage {
            m.walk.handle_reply(now, ask, reply);
            self.drive_menu(now);
        }
    }

    /// The store told where the caller's last call left a guide.
    pub(super) fn recalled(&mut self, now: Now, ask: AskId, step: Option<&str>) {
        if let Stage::Menu(m) = &mut self.stage {
            m.walk.handle_recalled(now, ask, step);
            self.drive_menu(now);
        }
    }

    fn not_recalled(&mut self, now: Now, ask: AskId) {
        if let Stage::Menu(m) = &mut self.stage {
            m.walk.handle_recalled(now, ask, None);
        }
    }

    /// What became of a follow-up. It counts also when the caller has gone elsewhere meanwhile.
    pub(super) fn letter_stored(&mut self, now: Now, ask: AskId, stored: Option<OutboxId>) {
        self.record(match stored {
            Some(letter) => RecordEvent::LetterStored { letter },
            None => RecordEvent::Fault {
                what: "a follow-up could not be stored".to_owned(),
            },
        });
        if let Stage::Menu(m) = &mut self.stage {
            m.walk.handle_sent(now, ask, stored.is_some());
            self.drive_menu(now);
        }
    }

    /// Under what a caller's step is kept; `None`: the number is withheld.
    fn guide_place(&self, guide: NodeName) -> Option<GuidePlace> {
        Some(GuidePlace {
            line: self.start.line.clone(),
            guide,
            caller: self.start.caller.clone()?,
        })
    }

    fn music_in_menu(&mut self, now: Now) {
        let human = self.line.human.clone();
        let music = self.begin_music(self.start.leg, Some(&human));
        let Stage::Menu(m) = &mut self.stage else {
            return;
        };
        m.playing = None;
        m.music = match music {
            Music::Plays(token) => Some(token),
            Music::Unwanted => None,
            Music::Missing => return m.walk.handle_play_failed(now, "the music is missing"),
        };
    }

    fn play_in_menu(&mut self, now: Now, sounds: &[Sound]) {
        let find = |s: &Sound| {
            let prompt = self.setup.prompts.get(&s.language, &s.prompt);
            prompt.cloned().ok_or_else(|| s.prompt.clone())
        };
        let prompts: Result<Vec<_>, PromptName> = sounds.iter().map(find).collect();
        let before = match &mut self.stage {
            Stage::Menu(m) => std::mem::take(&mut m.before),
            _ => Vec::new(),
        };
        let before = before.iter().filter_map(|name| self.prompt(name).cloned());
        let prompts = prompts.map(|words| before.chain(words).collect());
        let list = prompts.map(|prompts| Playlist {
            prompts,
            repeat: false,
        });
        let Stage::Menu(m) = &mut self.stage else {
            return;
        };
        match list {
            Ok(list) => {
                let token = self.tokens.next();
                (m.playing, m.music) = (Some(token), None);
                let length = list.prompts.iter().map(|p| p.duration).sum();
                m.walk.handle_playing(now, length);
                self.media(MediaCommand::Play {
                    leg: self.start.leg,
                    token,
                    list,
                });
            }
            Err(name) => {
                m.playing = None;
                m.walk
                    .handle_play_failed(now, &format!("prompt {name} is missing"));
            }
        }
    }

    /// A step or an entry goes to the card and to the record.
    fn note(&mut self, action: WalkAction) {
        match action {
            WalkAction::Step(step) => {
                self.card.step(step.clone());
                self.record(RecordEvent::Step { step });
            }
            WalkAction::Entry {
                name,
                value,
                sensitive,
            } => {
                let value = EntryValue::of(&value, sensitive);
                self.card.entry(&name, value.clone());
                self.record(RecordEvent::Entry { name, value });
            }
            WalkAction::Judged {
                survey,
                question,
                answer,
                low,
                high,
            } => {
                let shown = EntryValue::Clear(format!("{answer} ({low}-{high})"));
                self.card.entry(&question, shown);
                self.record(RecordEvent::Judged {
                    survey,
                    question,
                    answer,
                    low,
                    high,
                });
            }
            WalkAction::Play { .. }
            | WalkAction::Stop
            | WalkAction::Language(_)
            | WalkAction::Ask { .. }
            | WalkAction::Recall { .. }
            | WalkAction::Remember { .. }
            | WalkAction::Times { .. }
            | WalkAction::CallBack { .. }
            | WalkAction::CancelCallback
            | WalkAction::Send { .. }
            | WalkAction::Dial { .. }
            | WalkAction::Music
            | WalkAction::Needs { .. }
            | WalkAction::Leave(_) => {}
        }
    }

    /// The caller is gone: what the interpreter has still to tell belongs into the record.
    pub(super) fn take_steps(&mut self, m: &mut MenuStage) {
        while let Some(action) = m.walk.poll_action() {
            self.note(action);
        }
    }

    /// What is said to a caller who goes to the people for this reason.
    pub(super) fn connecting_words(
        &self,
        reason: &Reason,
        queue: &crate::ids::QueueName,
    ) -> Vec<PromptName> {
        match reason {
            Reason::Fault { .. } => vec![PromptName::new(sys::FAULT)],
            Reason::Asked
            | Reason::Silence
            | Reason::WrongKeys
            | Reason::Routed
            | Reason::Callback
            | Reason::Transferred => self
                .setup
                .sounds
                .get(queue)
                .map_or_else(
                    || Some(PromptName::new(sys::CONNECTING)),
                    |s| s.connecting.clone(),
                )
                .into_iter()
                .collect(),
        }
    }
}
