//! An agent hears the messages of their queues by phone: when one was left, by whom, and what was
//! said. A pure machine beside the agent's leg, which [`super::agent_call`] has answered.

use std::sync::Arc;
use std::time::Duration;

use jiff::civil::DateTime;

use super::event::CallAction;
use super::machine::GRACE;
use super::setup::CallSetup;
use crate::ids::{AgentId, Key, Language, LegId, PhoneNumber, PromptName, QueueName};
use crate::media::command::{DtmfWay, MediaCommand, PlayToken, Playlist};
use crate::media::dedup::KeyDedup;
use crate::media::prompt::Prompt;
use crate::menu::say;
use crate::menu::system::{self as sys, people};
use crate::now::{Mono, Now};
use crate::record::timeline::MessageId;

/// How long the store may take.
const ANSWER: Duration = Duration::from_secs(10);
/// How long a key is waited for.
const KEY: Duration = Duration::from_secs(8);
/// So often the keys are told again before the call ends.
const REMINDERS: u8 = 2;

/// A message that somebody left.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LeftMessage {
    /// Which.
    pub message: MessageId,
    /// When, as the clock of the house shows it.
    pub taken: DateTime,
    /// By whom; `None`: the number is withheld.
    pub caller: Option<PhoneNumber>,
}

/// What is asked of the store.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Ask {
    /// The messages of these queues that are not dealt with; [`Told::Found`] follows.
    Find(Vec<QueueName>),
    /// How this one sounds; [`Told::Fetched`] follows.
    Fetch(LeftMessage),
    /// It is dealt with; [`Told::Finished`] follows.
    Finish(MessageId),
    /// When this call is over the agent's phone rings, and then this number. Nothing follows.
    CallBack(PhoneNumber),
}

/// What is told of it.
#[derive(Clone, Debug)]
pub enum Told {
    /// The oldest first; `None`: the store can not tell.
    Found(Option<Vec<LeftMessage>>),
    /// `None`: its recording can not be read.
    Fetched(MessageId, Option<Arc<Prompt>>),
    /// Whether it is dealt with now.
    Finished(MessageId, bool),
}

#[derive(Debug)]
enum Doing {
    /// Which messages there are.
    Finding,
    /// The voice is fetched.
    Fetching,
    /// Something is said; then a key is waited for, or (`last`) the call ends.
    Speaking { token: PlayToken, last: bool },
    /// For a key.
    Choosing,
    /// It is dealt with.
    Finishing,
    /// Nothing follows.
    Over,
}

/// Who hears, and how far they are.
#[derive(Debug)]
pub(super) struct Hearing {
    setup: Arc<CallSetup>,
    agent: AgentId,
    language: Language,
    leg: LegId,
    /// Those that are not dealt with, the oldest first.
    messages: Vec<LeftMessage>,
    /// Which of them is heard.
    at: usize,
    /// How it sounds.
    voice: Option<Arc<Prompt>>,
    /// Their number is not told yet.
    untold: bool,
    doing: Doing,
    until: Mono,
    reminded: u8,
    tokens: u32,
    /// A key may come by several ways.
    dedup: KeyDedup,
}

impl Hearing {
    /// Asks which messages there are.
    pub(super) fn new(
        setup: Arc<CallSetup>,
        (agent, language): (AgentId, Language),
        leg: LegId,
        queues: Vec<QueueName>,
        now: Now,
    ) -> (Hearing, CallAction) {
        let ask = CallAction::Hearing(agent.clone(), Ask::Find(queues));
        let hearing = Hearing {
            setup,
            agent,
            language,
            leg,
            messages: Vec::new(),
            at: 0,
            voice: None,
            untold: true,
            doing: Doing::Finding,
            until: now.mono + ANSWER,
            reminded: 0,
            tokens: 1,
            dedup: KeyDedup::new(),
        };
        (hearing, ask)
    }

    pub(super) fn is_over(&self) -> bool {
        matches!(self.doing, Doing::Over)
    }

    pub(super) fn deadline(&self) -> Mono {
        self.until
    }

    pub(super) fn told(&mut self, now: Now, told: Told) -> Vec<CallAction> {
        match (&self.doing, told) {
            (Doing::Finding, Told::Found(Some(messages))) => {
                self.messages = messages;
                self.fetch(now)
            }
            (Doing::Finding, Told::Found(None)) => self.say(now, &[people::MESSAGES_FAILED], true),
            (Doing::Fetching, Told::Fetched(message, voice)) if self.is_at(message) => {
                self.voice = voice;
                self.tell(now)
            }
            (Doing::Finishing, Told::Finished(message, done)) if self.is_at(message) => {
                if done {
                    self.messages.remove(self.at);
                    return self.fetch(now);
                }
                self.say(
                    now,
                    &[people::MESSAGES_FAILED, people::MESSAGES_KEYS],
                    false,
                )
            }
            // Late.
            (_, Told::Found(_) | Told::Fetched(..) | Told::Finished(..)) => Vec::new(),
        }
    }

    pub(super) fn key(&mut self, now: Now, key: Key, way: DtmfWay) -> Vec<CallAction> {
        let listens = matches!(
            self.doing,
            Doing::Speaking { last: false, .. } | Doing::Choosing
        );
        if !self.dedup.accept(now.mono, key, way) || !listens {
            return Vec::new();
        }
        self.reminded = 0;
        let Some(message) = self.messages.get(self.at).cloned() else {
            return Vec::new();
        };
        match key.as_char() {
            '1' => self.tell(now),
            '2' => {
                self.doing = Doing::Finishing;
                self.until = now.mono + ANSWER;
                vec![self.stop(), self.ask(Ask::Finish(message.message))]
            }
            '3' => match message.caller {
                Some(number) if self.setup.outside.allows(&number) => {
                    self.doing = Doing::Over;
                    vec![self.ask(Ask::CallBack(number))]
                }
                Some(_) | None => self.say(
                    now,
                    &[people::MESSAGES_FAILED, people::MESSAGES_KEYS],
                    false,
                ),
            },
            '#' => {
                self.at += 1;
                self.fetch(now)
            }
            '*' => {
                self.at = self.at.saturating_sub(1);
                self.fetch(now)
            }
            // Whoever does not know what to press is told.
            _ => self.say(now, &[people::MESSAGES_KEYS], false),
        }
    }

    pub(super) fn played(&mut self, now: Now, token: PlayToken) -> Vec<CallAction> {
        match self.doing {
            Doing::Speaking { token: t, last } if t == token => match last {
                true => self.hang_up(),
                false => {
                    self.doing = Doing::Choosing;
                    self.until = now.mono + KEY;
                    Vec::new()
                }
            },
            _ => Vec::new(),
        }
    }

    pub(super) fn overdue(&mut self, now: Now) -> Vec<CallAction> {
        match self.doing {
            _ if self.until > now.mono => Vec::new(),
            Doing::Choosing if self.reminded < REMINDERS => {
                self.reminded += 1;
                self.say(now, &[people::MESSAGES_KEYS], false)
            }
            Doing::Finding | Doing::Fetching | Doing::Finishing => {
                self.say(now, &[people::MESSAGES_FAILED], true)
            }
            Doing::Choosing | Doing::Speaking { .. } | Doing::Over => self.hang_up(),
        }
    }

    fn is_at(&self, message: MessageId) -> bool {
        let at = self.messages.get(self.at);
        at.is_some_and(|m| m.message == message)
    }

    /// The message where they are, or that there is none.
    fn fetch(&mut self, now: Now) -> Vec<CallAction> {
        let Some(message) = self.messages.get(self.at).cloned() else {
            return self.say(now, &[people::MESSAGES_NONE], true);
        };
        self.voice = None;
        self.doing = Doing::Fetching;
        self.until = now.mono + ANSWER;
        vec![self.stop(), self.ask(Ask::Fetch(message))]
    }

    /// When, by whom, and what was said; then the keys.
    fn tell(&mut self, now: Now) -> Vec<CallAction> {
        let Some(message) = self.messages.get(self.at).cloned() else {
            return self.hang_up();
        };
        let mut words = Vec::new();
        if std::mem::take(&mut self.untold) {
            words.push(PromptName::new(people::MESSAGES));
            let count = i64::try_from(self.messages.len()).unwrap_or(i64::MAX);
            words.extend(self.value(&say::Value::Integer(count)));
        }
        words.extend(self.value(&say::Value::DateTime(message.taken)));
        let number = message.caller.as_ref().map_or("", PhoneNumber::reveal);
        let digits = number.chars().filter_map(|c| c.to_digit(10));
        words.extend(digits.map(|d| PromptName::new(sys::digit(d as usize))));
        let mut prompts = self.prompts(words);
        match self.voice.clone() {
            Some(voice) => prompts.push(voice),
            None => prompts.extend(self.prompts(names(&[people::MESSAGES_FAILED]))),
        }
        prompts.extend(self.prompts(names(&[people::MESSAGES_KEYS])));
        self.play(now, prompts, false)
    }

    /// A value in the agent's language; nothing where it can not be read in it.
    fn value(&self, value: &say::Value) -> Vec<PromptName> {
        let Some(reader) = say::Language::from_tag(self.language.as_str()) else {
            return Vec::new();
        };
        let form = say::Form {
            year: false,
            ..say::Form::default()
        };
        say::say(reader, value, &form).prompts()
    }

    fn say(&mut self, now: Now, words: &[&str], last: bool) -> Vec<CallAction> {
        let prompts = self.prompts(names(words));
        self.play(now, prompts, last)
    }

    fn prompts(&self, names: Vec<PromptName>) -> Vec<Arc<Prompt>> {
        let find = |name: &PromptName| self.setup.prompts.nearest(&self.language, name);
        names.iter().filter_map(find).cloned().collect()
    }

    fn play(&mut self, now: Now, prompts: Vec<Arc<Prompt>>, last: bool) -> Vec<CallAction> {
        let length: Duration = prompts.iter().map(|p| p.duration).sum();
        let (leg, token) = (self.leg, PlayToken(self.tokens));
        self.tokens = self.tokens.wrapping_add(1);
        let list = Playlist {
            prompts,
            repeat: false,
        };
        self.doing = Doing::Speaking { token, last };
        self.until = now.mono + length + GRACE;
        let command = MediaCommand::Play { leg, token, list };
        vec![CallAction::Media(leg, command)]
    }

    fn ask(&self, ask: Ask) -> CallAction {
        CallAction::Hearing(self.agent.clone(), ask)
    }

    fn stop(&self) -> CallAction {
        let leg = self.leg;
        CallAction::Media(leg, MediaCommand::Stop { leg })
    }

    fn hang_up(&mut self) -> Vec<CallAction> {
        self.doing = Doing::Over;
        Vec::new()
    }
}

fn names(all: &[&str]) -> Vec<PromptName> {
    all.iter().map(PromptName::new).collect()
}
