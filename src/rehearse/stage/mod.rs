//! The stage: time passes, callers act, and the machines of calls and queue do what they do.
//!
//! Whoever drives it lets callers act ([`Stage::press`], [`Stage::hang_up`], …) and time pass
//! ([`Stage::step`], [`Stage::run_until`]); the transcript grows meanwhile.

mod actions;
mod agenda;
mod caller;
mod people;
mod phones;
mod seen;
mod services;
mod sounds;
#[cfg(test)]
pub(crate) mod testing;
mod times;

use std::collections::{HashMap, VecDeque};
use std::sync::Arc;
use std::time::Duration;

use self::agenda::{Agenda, Due};
use self::phones::Phone;
pub(in crate::rehearse) use self::sounds::Sound;
use super::house::House;
use super::moment::{Happening, Moment};
use super::world::World;
use crate::call::Call;
use crate::call::event::{CallEvent, GuidePlace, OpenCallback, RecordingId};
use crate::call::setup::{CallSetup, CallStart};
use crate::ids::{ContactId, Language, LegId, NodeName, PhoneNumber, QueueName};
use crate::media::command::{MediaEvent, PlayToken};
use crate::menu::outcome::{AskId, WebRequest};
use crate::menu::tree::Line;
use crate::now::{Mono, Now, Wall};
use crate::queue::acd::Acd;
use crate::record::timeline::{CallbackId, MessageId};
use crate::record::verdict::Verdict;
use crate::sip::flow::Transport;

/// More than any call needs between two moments: beyond it the machines turn in a circle.
const MOST_AT_ONCE: u32 = 10_000;

/// Calls, queue and the world around them at one moment.
#[derive(Debug)]
pub struct Stage {
    house: Arc<House>,
    setup: Arc<CallSetup>,
    world: World,
    now: Now,
    acd: Acd,
    callers: Vec<Caller>,
    agenda: Agenda,
    /// What calls are told at this very moment.
    inbox: VecDeque<(usize, CallEvent)>,
    moments: Vec<Moment>,
    asked: usize,
    stored: i64,
    stored_callbacks: i32,
    /// Open wishes by number.
    callbacks: HashMap<PhoneNumber, OpenCallback>,
    /// Callbacks at a time: whose, of which queue, and when.
    booked: Vec<(Option<PhoneNumber>, QueueName, Wall)>,
    /// Where guides were left.
    guides: HashMap<GuidePlace, String>,
    played: usize,
    at_once: (Mono, u32),
    #[cfg(test)]
    watch: testing::Watch,
}

/// Who calls, and where.
#[derive(Clone, Debug)]
pub struct Incoming {
    /// The line that is reached.
    pub line: Arc<Line>,
    /// The number dialled.
    pub dialled: PhoneNumber,
    /// The caller's number; `None`: withheld.
    pub from: Option<PhoneNumber>,
    /// For how long the caller speaks when a message is taken.
    pub speaks: Duration,
}

/// One call and the phone of its caller.
#[derive(Debug)]
struct Caller {
    call: Call,
    speaks: Duration,
    /// The token of what is heard, unless it is music.
    playing: Option<PlayToken>,
    sound: Sound,
    /// For whoever drives the stage.
    outside: Option<(AskId, WebRequest)>,
    node: Option<NodeName>,
    recording: Option<Recording>,
    /// The message whose keeping was asked for last.
    kept: Option<MessageId>,
    /// The wish to be called back whose storing went well.
    called_back: Option<CallbackId>,
    phones: Vec<Phone>,
    left: bool,
    verdict: Option<Verdict>,
}

#[derive(Debug)]
struct Recording {
    id: RecordingId,
    since: Mono,
    spoken: Duration,
    /// Nothing that is said now belongs to it.
    ended: bool,
}

impl Caller {
    /// What they say goes into a message.
    fn is_recorded(&self) -> bool {
        self.recording.as_ref().is_some_and(|r| !r.ended)
    }
}

impl Stage {
    /// An empty stage at this time of the world's clock.
    pub fn new(house: Arc<House>, world: World, wall: Wall) -> Stage {
        let mut stage = Stage {
            setup: house.setup_without(&world.missing),
            acd: Acd::new(people::settings(&house, &world)),
            now: Now {
                mono: Mono::ZERO,
                wall,
            },
            callers: Vec::new(),
            agenda: Agenda::default(),
            inbox: VecDeque::new(),
            moments: Vec::new(),
            asked: 0,
            stored: 0,
            stored_callbacks: 0,
            callbacks: HashMap::new(),
            booked: Vec::new(),
            guides: HashMap::new(),
            played: 0,
            at_once: (Mono::ZERO, 0),
            #[cfg(test)]
            watch: testing::Watch::default(),
            house,
            world,
        };
        stage.invite_agents();
        stage
    }

    /// Somebody calls now. Gives their place among the callers.
    pub fn call(&mut self, incoming: Incoming) -> usize {
        let n = self.callers.len();
        let serial = u32::try_from(n).unwrap_or(u32::MAX);
        let Incoming {
            line,
            dialled,
            from,
            speaks,
        } = incoming;
        self.tell(
            Some(n),
            Happening::Calls {
                line: line.name.clone(),
                from: from.clone(),
            },
        );
        let start = CallStart {
            contact: ContactId::new(self.now.wall, serial),
            leg: LegId(2 * (u64::from(serial) + 1)),
            line: line.name.clone(),
            dialled,
            caller: from,
            caller_name: String::new(),
            offer: Some(self.house.offer.clone()),
            transport: Transport::Udp,
            remote: super::house::phone(0).address,
        };
        let call = Call::new(Arc::clone(&self.setup), start, line, self.now);
        self.callers.push(Caller {
            call,
            speaks,
            playing: None,
            sound: Sound::Nothing,
            outside: None,
            node: None,
            recording: None,
            kept: None,
            called_back: None,
            phones: Vec::new(),
            left: false,
            verdict: None,
        });
        self.settle();
        n
    }

    /// The caller is known to speak this language; to be told before they hear anything.
    pub fn speaks(&mut self, n: usize, language: Language) {
        if let Some(caller) = self.present(n) {
            caller.call.speak(language);
        }
    }

    /// When something will happen by itself; `None`: never.
    pub fn next_due(&self) -> Option<Mono> {
        let calls = self.callers.iter().filter(|c| c.verdict.is_none());
        let calls = calls.filter_map(|c| c.call.poll_timeout());
        calls
            .chain(self.agenda.first())
            .chain(self.acd.poll_timeout())
            .min()
    }

    /// Time passes until the next thing happens by itself. False: nothing will any more.
    pub fn step(&mut self) -> bool {
        let Some(due) = self.next_due() else {
            return false;
        };
        self.pass(due);
        if self.turns_in_a_circle() {
            return false;
        }
        if let Some(due) = self.agenda.pop_due(self.now.mono) {
            self.happen(due);
        } else if self
            .acd
            .poll_timeout()
            .is_some_and(|at| at <= self.now.mono)
        {
            self.acd.handle_timeout(self.now);
        } else {
            let now = self.now;
            let due = self.callers.iter().position(|c| {
                let at = c.call.poll_timeout();
                c.verdict.is_none() && at.is_some_and(|at| at <= now.mono)
            });
            if let Some(n) = due {
                self.callers[n].call.handle_timeout(now);
                #[cfg(test)]
                self.watch.befell(n, testing::What::Time);
            }
        }
        self.settle();
        true
    }

    /// All that happens by itself until then, and time is there.
    pub fn run_until(&mut self, at: Mono) {
        while self.next_due().is_some_and(|due| due <= at) {
            if !self.step() {
                break;
            }
        }
        self.pass(at);
    }

    /// The machines go on for ever without time passing.
    pub fn turns_in_a_circle(&self) -> bool {
        self.at_once.1 > MOST_AT_ONCE
    }

    fn pass(&mut self, to: Mono) {
        let time = to.since(self.now.mono);
        self.now = self.now.after(time);
        if self.at_once.0 == self.now.mono {
            self.at_once.1 += 1;
        } else {
            self.at_once = (self.now.mono, 0);
        }
    }

    fn happen(&mut self, due: Due) {
        match due {
            Due::Tell(n, CallEvent::Reply(ask, reply)) => self.replied(n, ask, reply),
            Due::Tell(n, event) => self.inbox.push_back((n, event)),
            Due::Played(n, token) => self.played(n, token),
            Due::Phone(n, leg, what) => self.phone(n, leg, what),
            Due::SignIn(agent) => {
                self.tell(None, Happening::SignsIn(agent.clone()));
                self.acd.handle_agent_signed_in(self.now, &agent);
            }
            Due::SignOut(agent) => {
                self.tell(None, Happening::SignsOut(agent.clone()));
                self.acd.handle_agent_signed_out(self.now, &agent);
                self.lose_phones(&agent);
            }
        }
    }

    /// Gives an event to a call and carries out what follows at once.
    fn give(&mut self, n: usize, event: CallEvent) {
        self.inbox.push_back((n, event));
        self.settle();
    }

    /// Carries out what calls and queue ask, until all of them wait.
    fn settle(&mut self) {
        // Machines that answer each other for ever turn in a circle as well.
        for _ in 0..=MOST_AT_ONCE {
            let mut idle = true;
            for n in 0..self.callers.len() {
                while let Some(action) = self.callers[n].call.poll_action() {
                    self.carry_out(n, action);
                    idle = false;
                }
            }
            while let Some(action) = self.acd.poll_action() {
                self.pass_on(action);
                idle = false;
            }
            #[cfg(test)]
            self.look();
            if let Some((n, event)) = self.inbox.pop_front() {
                idle = false;
                if let CallEvent::Media(MediaEvent::PlayFailed { token, .. }) = &event {
                    self.fails_to_play(n, *token);
                }
                let now = self.now;
                if let Some(caller) = self.callers.get_mut(n).filter(|c| c.verdict.is_none()) {
                    #[cfg(test)]
                    self.watch.befell(n, testing::what(&caller.call, &event));
                    caller.call.handle(now, event);
                }
            }
            if idle {
                return;
            }
        }
        self.at_once = (self.now.mono, MOST_AT_ONCE + 1);
    }

    fn tell(&mut self, caller: Option<usize>, what: Happening) {
        let at = self.now.mono.since_start();
        self.moments.push(Moment { at, caller, what });
    }

    /// A caller whose call is not over and who has not hung up.
    fn present(&mut self, n: usize) -> Option<&mut Caller> {
        self.callers
            .get_mut(n)
            .filter(|c| c.verdict.is_none() && !c.left)
    }
}
