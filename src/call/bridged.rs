//! The caller talks with a person: bridge, hold from either side, and what ends it.

use bytes::Bytes;

use super::conference::Guest;
use super::event::{CallAction, QueueCommand};
use super::info;
use super::legs::{Leg, Purpose};
use super::machine::{Call, Stage};
use super::taping::Notice;
use super::transfer::Transfer;
use super::whisper::Whisper;
use crate::ids::{AgentId, Key, LegId, PhoneNumber, QueueName};
use crate::media::command::{DtmfWay, MediaCommand, PlayToken};
use crate::menu::outcome::Reason;
use crate::now::{Mono, Now};
use crate::record::timeline::{Event as RecordEvent, Party as RecordParty, TransferTo};
use crate::record::verdict::Verdict;
use crate::sip::leg::{LegCommand, LegEnd, LegEvent};

/// The person at the other end.
#[derive(Debug)]
pub(super) struct Party {
    pub leg: Leg,
    pub who: Who,
}

/// Who talks with the caller.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Who {
    Agent(AgentId),
    Outside(PhoneNumber),
}

impl Party {
    /// When this person ends the talk.
    fn ended_verdict(&self) -> Verdict {
        match &self.who {
            Who::Agent(agent) => Verdict::AgentEnded {
                agent: agent.clone(),
            },
            Who::Outside(number) => Verdict::TransferredOut {
                to: TransferTo::Number {
                    number: number.clone(),
                },
            },
        }
    }
}

/// With a person.
#[derive(Debug)]
pub(super) struct Bridged {
    /// `None` only while a transfer rings its target and the transferor has hung up already.
    pub party: Option<Party>,
    /// The queue has parted with the caller: it does not know who talks with them.
    pub unplaced: bool,
    /// Who has a part in the talk besides.
    pub guests: Vec<Guest>,
    /// Where the caller goes back to when the person is lost.
    pub home: QueueName,
    /// Nothing has been heard from the person's phone for long: 0 goes back to the queue then.
    pub silent: bool,
    /// The person's phone is a page that is gone; by then it is back, or they are lost.
    pub away: Option<Mono>,
    /// The person is told who it is; the two are not connected yet.
    pub whisper: Option<Whisper>,
    /// Whether the caller, and whether the person, holds.
    pub held: [bool; 2],
    /// The person's desk holds: the two are parted.
    pub on_hold: bool,
    /// That is so for as long as somebody is asked.
    pub held_to_ask: bool,
    /// The transfer was asked for from a desk: no REFER waits for news of it.
    pub quiet: bool,
    pub transfer: Option<Transfer>,
    /// By then a transfer has come about or failed.
    pub transfer_until: Option<Mono>,
    /// Said to the caller before the two are bridged.
    pub word: Option<Word>,
}

/// Something that is said to the caller before a talk.
#[derive(Debug)]
pub(super) struct Word {
    pub token: PlayToken,
    /// By then it has been said, or its end is never told.
    pub until: Mono,
    /// It is about the recording.
    pub notice: Option<Notice>,
}

impl Bridged {
    /// Two talk.
    pub fn new(party: Party, home: QueueName) -> Bridged {
        Bridged {
            party: Some(party),
            unplaced: false,
            guests: Vec::new(),
            home,
            silent: false,
            away: None,
            whisper: None,
            held: [false; 2],
            on_hold: false,
            held_to_ask: false,
            quiet: false,
            transfer: None,
            transfer_until: None,
            word: None,
        }
    }

    /// Whether caller and person hear each other, and no words come before that any more.
    pub fn is_joined(&self) -> bool {
        self.word.is_none() && self.whisper.is_none()
    }

    /// Ends the person's leg; the caller's is not touched.
    pub fn release(self, call: &mut Call) {
        call.turn_leads_away();
        if let Some(party) = self.party {
            call.release(party);
        }
        for guest in self.guests {
            call.release_guest(guest);
        }
    }
}

impl Call {
    /// A phone has answered: the two talk.
    pub(super) fn connect(&mut self, now: Now, purpose: Purpose, leg: Leg) {
        let (mut fetched, mut unplaced) = (false, false);
        let home = match std::mem::replace(&mut self.stage, Stage::Ended) {
            Stage::Waiting(w) => w.queue,
            Stage::CallingBack(c) if purpose.is_offer() => {
                let who = purpose.who();
                return self.call_customer(now, c, Party { leg, who });
            }
            Stage::Menu(m) if m.place.is_some() && matches!(purpose, Purpose::Offer(..)) => {
                fetched = true;
                self.fetch_from_menus(now, m)
            }
            Stage::Menu(mut m) if m.is_for(&purpose) => {
                self.take_steps(&mut m);
                if m.place.is_some() {
                    self.act(CallAction::Queue(QueueCommand::Leave));
                }
                self.line.human.clone()
            }
            Stage::Bridged(b) => {
                for guest in b.guests {
                    self.release_guest(guest);
                }
                self.turn_leads_away();
                if let Some(old) = b.party {
                    if b.transfer != Some(Transfer::Told) && !b.quiet {
                        self.sip(old.leg.id, LegCommand::ReferProgress { status: 200 });
                    }
                    self.hand_on(old);
                }
                unplaced = b.unplaced;
                b.home
            }
            // Crossed with the caller's end: the phone that answered is let go.
            other => {
                self.stage = other;
                return self.release(Party {
                    leg,
                    who: purpose.who(),
                });
            }
        };
        match &purpose {
            Purpose::Offer(..) | Purpose::Dial(..) | Purpose::Join(..) => {}
            Purpose::TransferToAgent(agent) => {
                self.act(CallAction::Queue(QueueCommand::Took(agent.clone())))
            }
            Purpose::TransferOutside(_) | Purpose::Overflow(_) => {
                self.act(CallAction::Queue(QueueCommand::Leave));
            }
        }
        if let Some(to) = purpose.transfer_to() {
            self.record(RecordEvent::Transferred { to });
        }
        let who = purpose.who();
        unplaced |= matches!(who, Who::Outside(_));
        let mut bridged = Bridged::new(Party { leg, who }, home);
        bridged.unplaced = unplaced;
        self.stage = Stage::Bridged(Box::new(bridged));
        self.say_before_bridge(now, fetched);
        if let Purpose::Offer(..) = purpose {
            self.whisper(now);
        }
        self.tell_agent_meanwhile();
        self.bridge_when_said();
    }

    pub(super) fn somebody_holds(&self) -> bool {
        let (person, desk) = match &self.stage {
            Stage::Bridged(b) => {
                let parted = b.on_hold || b.away.is_some();
                (b.party.as_ref().map(|p| &p.leg), parted)
            }
            _ => (None, false),
        };
        let legs = [self.caller.as_ref(), person];
        desk || legs.into_iter().flatten().any(Leg::is_held_by_peer)
    }

    /// Ends a leg of an agent's phone, and nothing else.
    pub(super) fn end_leg(&mut self, leg: &Leg) {
        self.sip(leg.id, LegCommand::Hangup { reason: None });
        self.media(MediaCommand::Close { leg: leg.id });
    }

    /// Ends a person's leg: the talk, and the contact, are over.
    pub(super) fn release(&mut self, party: Party) {
        self.take_back(party.leg.id);
        self.sip(party.leg.id, LegCommand::Hangup { reason: None });
        self.media(MediaCommand::Close { leg: party.leg.id });
        if let Who::Agent(agent) = party.who {
            self.act(CallAction::Queue(QueueCommand::Over(agent)));
        }
    }

    /// Ends a person's leg; the caller's place is kept.
    pub(super) fn hand_on(&mut self, party: Party) {
        self.part(&party);
        if let Who::Agent(agent) = party.who {
            self.act(CallAction::Queue(QueueCommand::Transferring(agent)));
        }
    }

    /// Ends a person's leg. What becomes of the caller, the queue is told next.
    fn part(&mut self, party: &Party) {
        self.take_back(party.leg.id);
        self.media(MediaCommand::Unbridge {
            leg: self.start.leg,
        });
        self.end_leg(&party.leg);
    }

    /// Something from the phone of the person.
    pub(super) fn agent_event(&mut self, now: Now, id: LegId, event: LegEvent) {
        let Some(event) = self.guest_event(id, event) else {
            return;
        };
        let codecs = self.codecs_callers_first();
        if !matches!(event, LegEvent::Ended(_)) {
            self.bridge_now();
        }
        let Stage::Bridged(b) = &mut self.stage else {
            return;
        };
        let Some(party) = b.party.as_mut().filter(|p| p.leg.id == id) else {
            return;
        };
        match event {
            LegEvent::Offer { offer } => {
                let actions = party.leg.reoffered(offer, &self.setup, &codecs);
                self.apply_all(actions);
                self.hold_music();
            }
            LegEvent::OfferAnswered { answer } => {
                let action = party.leg.offer_answered(&answer);
                self.apply_all(action);
                self.hold_music();
            }
            // Only agents may transfer.
            LegEvent::Refer { .. } if matches!(party.who, Who::Outside(_)) => {
                self.sip(id, LegCommand::ReferProgress { status: 403 });
            }
            LegEvent::Refer {
                replaces: Some(replaces),
                ..
            } => self.refer_to_dialog(now, id, replaces),
            LegEvent::Refer { to, .. } => self.refer(now, id, to),
            LegEvent::Ended(end) => self.person_left(now, &end),
            LegEvent::Info { content_type, body } => {
                if let Some(key) = info::key(&content_type, &body) {
                    self.key_of_person(now, id, key, DtmfWay::Info);
                }
            }
            // A late offer of a phone that took the talk over: the answer is in the ACK.
            LegEvent::Confirmed { answer } => {
                if let Some(answer) = answer.filter(|_| party.leg.plan.is_none()) {
                    let actions = party.leg.offer_answered(&answer);
                    self.apply_all(actions);
                }
            }
            LegEvent::OfferRefused { .. }
            | LegEvent::Progress { .. }
            | LegEvent::Answered { .. } => {}
        }
    }

    pub(super) fn person_left(&mut self, now: Now, end: &LegEnd) {
        if self.hung_up_asking(now, end) {
            return;
        }
        let Stage::Bridged(b) = &mut self.stage else {
            return;
        };
        if b.transfer.is_none() && b.is_joined() && self.succeed() {
            return;
        }
        let Stage::Bridged(b) = &mut self.stage else {
            return;
        };
        let Some(party) = b.party.take() else { return };
        let (home, transferring) = (b.home.clone(), b.transfer.is_some());
        if !b.is_joined() {
            b.word = None;
            b.whisper = None;
            // The caller has not met them: no talk has ended.
            let what = "the agent hung up before the caller was connected";
            return self.person_lost(now, party, home, what);
        }
        if transferring {
            // The transferor need not wait for the outcome (RFC 5589 §6.1).
            self.hand_on(party);
            return self.play_music(self.start.leg, Some(&home));
        }
        match end {
            LegEnd::PeerBye | LegEnd::LocalHangup => {
                let (verdict, who) = (party.ended_verdict(), party.who.clone());
                self.release(party);
                self.release_guests();
                let asked = match who {
                    Who::Agent(agent) => self.ask_after_talk(now, &home, agent),
                    Who::Outside(_) => false,
                };
                if !asked {
                    self.hang_up_caller(verdict);
                }
            }
            // The phone is gone, but not because a person meant to end the call.
            LegEnd::PeerGone
            | LegEnd::Unreachable
            | LegEnd::NoAck
            | LegEnd::NoAnswer
            | LegEnd::PeerCancelled
            | LegEnd::Refused { .. } => {
                self.person_lost(now, party, home, "the agent's phone was lost")
            }
        }
    }

    /// The person's phone is dead, the caller goes back to the head of the line.
    fn person_lost(&mut self, now: Now, party: Party, home: QueueName, what: &str) {
        self.release_guests();
        self.record(RecordEvent::Fault {
            what: what.to_owned(),
        });
        let reason = Reason::Fault {
            what: what.to_owned(),
        };
        self.part(&party);
        match party.who {
            // Who talks with somebody outside has no place in line to go back to.
            Who::Outside(_) => self.enter_queue(now, home, reason),
            // In one step: whoever stands behind them is not offered the agent between.
            Who::Agent(_) => self.return_to_queue(now, home, reason),
        }
    }

    // ---- the caller's phone offers anew, in any stage ----

    pub(super) fn caller_reoffers(&mut self, offer: Option<Bytes>) {
        let codecs = self.setup.codecs.clone();
        let Some(leg) = &mut self.caller else { return };
        let actions = leg.reoffered(offer, &self.setup, &codecs);
        self.apply_all(actions);
        self.hold_music();
    }

    pub(super) fn caller_answers_offer(&mut self, answer: &[u8]) {
        let Some(leg) = &mut self.caller else { return };
        let actions = leg.offer_answered(answer);
        self.apply_all(actions);
        self.hold_music();
    }

    pub(super) fn apply_all(&mut self, actions: Vec<CallAction>) {
        for action in actions {
            self.act(action);
        }
    }

    /// Whom one side holds hears music; nobody else does.
    pub(super) fn hold_music(&mut self) {
        self.bridge_now();
        let Stage::Bridged(b) = &self.stage else {
            return;
        };
        let (Some(party), Some(caller), None) = (&b.party, &self.caller, &b.transfer) else {
            return;
        };
        if b.whisper.is_some() || self.is_conference() {
            return;
        }
        let (caller_id, party_id, home) = (caller.id, party.leg.id, b.home.clone());
        let caller_holds = caller.is_held_by_peer();
        let party_holds = party.leg.is_held_by_peer() || b.on_hold;
        // Who is away has not put anybody on hold, but the caller hears music all the same.
        let away = b.away.is_some();
        let lent = self.lent().is_some();
        self.note_holds([caller_holds, party_holds]);
        match (party_holds || away, caller_holds) {
            (true, _) => self.play_music(caller_id, Some(&home)),
            (false, _) => self.media(MediaCommand::Stop { leg: caller_id }),
        }
        match (caller_holds, party_holds) {
            // They hear whom they ask.
            _ if lent => {}
            (true, false) => self.play_music(party_id, Some(&home)),
            (true, true) | (false, _) => self.media(MediaCommand::Stop { leg: party_id }),
        }
    }

    /// The same, where no music is to change.
    pub(super) fn note_hold_now(&mut self) {
        let Stage::Bridged(b) = &self.stage else {
            return;
        };
        let (Some(party), Some(caller)) = (&b.party, &self.caller) else {
            return;
        };
        let desk = b.on_hold;
        let holds = [
            caller.is_held_by_peer(),
            party.leg.is_held_by_peer() || desk,
        ];
        self.note_holds(holds);
    }

    /// Who holds whom from now on goes into the record.
    fn note_holds(&mut self, holds: [bool; 2]) {
        let Stage::Bridged(b) = &mut self.stage else {
            return;
        };
        let before = std::mem::replace(&mut b.held, holds);
        let sides = [RecordParty::Caller, RecordParty::Agent];
        for ((by, held), holds) in sides.into_iter().zip(before).zip(holds) {
            match (held, holds) {
                (false, true) => self.record(RecordEvent::Held { by }),
                (true, false) => self.record(RecordEvent::Resumed { by }),
                (true, true) | (false, false) => {}
            }
        }
    }

    // ---- a phone that has fallen silent: see also `away` ----

    /// 0 during a talk is the talk's own, unless the person's phone is dead.
    pub(super) fn key_while_bridged(&mut self, now: Now, key: Key) {
        if self.key_at_notice(key) {
            return;
        }
        let Stage::Bridged(b) = &mut self.stage else {
            return;
        };
        if key != Key::ZERO || !b.silent || b.transfer.is_some() {
            return;
        }
        let home = b.home.clone();
        if self.succeed() {
            return;
        }
        let Stage::Bridged(b) = &mut self.stage else {
            return;
        };
        if let Some(party) = b.party.take() {
            self.person_lost(now, party, home, "the agent's phone fell silent");
        }
    }
}
