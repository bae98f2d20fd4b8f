//! The stage: time passes, callers act, and the machines of calls and queue do what they do.
//!
//! Whoever drives it lets callers act ([`Stage::press`], [`Stage::hang_up`], …) and time pass
//! ([`Stage::step`], [`Stage::run_until`]); the transcript grows meanwhile.

mod actions;
mod agenda;
mod people;
mod phones;
mod services;

use std::collections::{HashMap, VecDeque};
use std::sync::Arc;
use std::time::Duration;

use self::agenda::{Agenda, Due};
use self::phones::Phone;
use super::house::House;
use super::moment::{Happening, Moment};
use super::world::World;
use crate::call::Call;
use crate::call::event::{CallEvent, GuidePlace, RecordingId};
use crate::call::setup::{CallSetup, CallStart};
use crate::ids::{ContactId, Key, Language, LegId, NodeName, PhoneNumber};
use crate::media::command::{DtmfWay, MediaEvent, PlayToken};
use crate::menu::outcome::{AskId, WebReply, WebRequest};
use crate::menu::tree::{Kind, Line};
use crate::menu::walk::Walk;
use crate::menu::walk::situation::Phase;
use crate::now::{Mono, Now, Wall};
use crate::queue::acd::Acd;
use crate::record::card::ContextCard;
use crate::record::timeline::{CallbackId, MessageId};
use crate::record::verdict::{Stage as StageName, Verdict};
use crate::sip::leg::{LegEnd, LegEvent};

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
    /// Open wishes by number, with the time of their storing.
    callbacks: HashMap<PhoneNumber, (CallbackId, Wall)>,
    /// Where guides were left.
    guides: HashMap<GuidePlace, String>,
    played: usize,
    at_once: (Mono, u32),
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
            guides: HashMap::new(),
            played: 0,
            at_once: (Mono::ZERO, 0),
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
            secure: false,
            remote: super::house::phone(0).address,
        };
        let call = Call::new(Arc::clone(&self.setup), start, line, self.now);
        self.callers.push(Caller {
            call,
            speaks,
            playing: None,
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

    /// The caller presses a key.
    pub fn press(&mut self, n: usize, key: Key) {
        let Some(caller) = self.present(n) else {
            return;
        };
        let secret = key.digit().is_some() && caller.enters_secret();
        let leg = caller.call.caller_leg();
        self.tell(Some(n), Happening::Presses { key, secret });
        let way = DtmfWay::Event;
        self.give(n, CallEvent::Media(MediaEvent::Key { leg, key, way }));
    }

    /// The caller speaks: heard when a message is taken, or by the agent. Time passes.
    pub fn speak(&mut self, n: usize, time: Duration) {
        if self.present(n).is_none() {
            return;
        }
        self.tell(Some(n), Happening::Speaks(time));
        let caller = self.callers.get_mut(n);
        if let Some(recording) = caller.and_then(|c| c.recording.as_mut()) {
            recording.spoken += time;
        }
        self.run_until(self.now.mono + time);
    }

    /// The caller hangs up.
    pub fn hang_up(&mut self, n: usize) {
        let Some(caller) = self.present(n) else {
            return;
        };
        caller.left = true;
        let leg = caller.call.caller_leg();
        self.tell(Some(n), Happening::HangsUp);
        self.give(n, CallEvent::Leg(leg, LegEvent::Ended(LegEnd::PeerBye)));
    }

    /// The call's task panics; its supervisor comes in.
    pub fn panic(&mut self, n: usize) {
        let now = self.now;
        if let Some(caller) = self.present(n) {
            caller.call.rescue(now, "internal error");
            self.tell(Some(n), Happening::Trouble("the call's task fails".into()));
            self.settle();
        }
    }

    /// What plays to the caller turns out not to be playable.
    pub fn break_prompt(&mut self, n: usize) {
        let Some(caller) = self.present(n) else {
            return;
        };
        let leg = caller.call.caller_leg();
        if let Some(token) = caller.playing.take() {
            self.tell(Some(n), Happening::Trouble("the prompt is broken".into()));
            let prompt = "broken".into();
            self.give(
                n,
                CallEvent::Media(MediaEvent::PlayFailed { leg, token, prompt }),
            );
        }
    }

    /// The question that waits for whoever drives the stage.
    pub fn asked_outside(&self, n: usize) -> Option<&WebRequest> {
        self.callers.get(n)?.outside.as_ref().map(|(_, r)| r)
    }

    /// The answer to it.
    pub fn answer_outside(&mut self, n: usize, reply: Result<WebReply, String>) {
        let caller = self.callers.get_mut(n);
        if let Some((ask, _)) = caller.and_then(|c| c.outside.take()) {
            self.replied(n, ask, reply);
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
            let due = self.callers.iter_mut().find(|c| {
                let at = c.call.poll_timeout();
                c.verdict.is_none() && at.is_some_and(|at| at <= now.mono)
            });
            if let Some(caller) = due {
                caller.call.handle_timeout(now);
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
        loop {
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
            if let Some((n, event)) = self.inbox.pop_front() {
                idle = false;
                let now = self.now;
                if let Some(caller) = self.callers.get_mut(n).filter(|c| c.verdict.is_none()) {
                    caller.call.handle(now, event);
                }
            }
            if idle {
                return;
            }
        }
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

    // ---- what can be seen ----

    /// Now.
    pub fn now(&self) -> Now {
        self.now
    }

    /// Everything so far.
    pub fn moments(&self) -> &[Moment] {
        &self.moments
    }

    /// How many have called.
    pub fn callers(&self) -> usize {
        self.callers.len()
    }

    /// How the call ended; `None`: it goes on.
    pub fn verdict(&self, n: usize) -> Option<&Verdict> {
        self.callers.get(n)?.verdict.as_ref()
    }

    /// Where the call is; `None`: it is being ended, or is over.
    pub fn place(&self, n: usize) -> Option<StageName> {
        self.callers
            .get(n)
            .filter(|c| c.verdict.is_none())?
            .call
            .stage()
    }

    /// The interpreter, while the caller is in the menus.
    pub fn walk(&self, n: usize) -> Option<&Walk> {
        self.callers.get(n)?.call.walk()
    }

    /// What the agent sees.
    pub fn card(&self, n: usize) -> Option<&ContextCard> {
        Some(self.callers.get(n)?.call.card())
    }

    /// The caller has hung up.
    pub fn has_left(&self, n: usize) -> bool {
        self.callers.get(n).is_some_and(|c| c.left)
    }

    /// Nothing more is said, or found out, until the caller does something or lets time pass.
    pub fn waits_for_caller(&self, n: usize) -> bool {
        self.callers.get(n).is_some_and(|c| match c.call.stage() {
            Some(StageName::Menu) => c.playing.is_none() && !c.waits_for_service(),
            Some(StageName::Message) => c.recording.is_some(),
            Some(
                StageName::Ringing
                | StageName::Waiting
                | StageName::Offered
                | StageName::Talking
                | StageName::Transferring,
            )
            | None => false,
        })
    }

    /// An outside number is called, and the caller need do nothing to hear how that goes.
    pub fn rings_outside(&self, n: usize) -> bool {
        let walk = self.callers.get(n).and_then(|c| c.call.walk());
        walk.is_some_and(|w| w.is_dialling().is_some())
    }

    /// The message whose keeping was asked for last.
    pub(super) fn kept(&self, n: usize) -> Option<MessageId> {
        self.callers.get(n)?.kept
    }

    /// The wish to be called back whose storing went well.
    pub(super) fn called_back(&self, n: usize) -> Option<CallbackId> {
        self.callers.get(n)?.called_back
    }

    /// The queue machine.
    pub(super) fn acd(&self) -> &Acd {
        &self.acd
    }
}

impl Caller {
    /// For a web service, or for the store.
    fn waits_for_service(&self) -> bool {
        let situation = self.call.walk().and_then(Walk::situation);
        situation
            .is_some_and(|s| matches!(s.phase, Phase::Asking | Phase::Recalling | Phase::Storing))
    }

    /// Digits are taken now that are never to be shown.
    fn enters_secret(&self) -> bool {
        let Some(walk) = self.call.walk() else {
            return false;
        };
        let (line, situation) = (walk.line(), walk.situation());
        match situation.and_then(|s| line.node(s.node)).map(|n| &n.kind) {
            Some(Kind::Collect(c)) => line.variable(c.into).is_some_and(|v| v.sensitive),
            Some(_) | None => false,
        }
    }
}
