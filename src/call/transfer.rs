//! An agent's blind transfer (REFER, RFC 3515 and 5589 §6): to an agent, a queue, a line or
//! an outside number. A transfer that fails leaves the caller where they were. For one after a
//! consultation see [`super::attended`].

use crate::ids::{LegId, PhoneNumber};
use crate::media::command::MediaCommand;
use crate::menu::outcome::Reason;
use crate::now::Now;
use crate::record::timeline::{Event as RecordEvent, TransferTo};
use crate::sip::leg::{CallTarget, LegCommand};

use super::bridged::Who;
use super::event::{CallAction, Location, QueueCommand};
use super::legs::Purpose;
use super::machine::{Call, Stage};
use super::offers::RING_MARGIN;

/// Forbidden (RFC 3261 §21.4.4): a number outside that agents may not have called.
pub(super) const NOT_ALLOWED: u16 = 403;

/// How far a transfer is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Transfer {
    /// The directory is asked what the target is.
    Locating,
    /// The target's phones ring; the caller hears music.
    Ringing,
    /// It has come about, and who asked for it knows.
    Told,
}

impl Call {
    pub(super) fn refer(&mut self, now: Now, from: LegId, to: PhoneNumber) {
        // Who hands a caller on before they met need not hear the rest.
        self.end_whisper();
        let Stage::Bridged(b) = &self.stage else {
            return;
        };
        // Whom they ask from the desk speaks on this leg.
        if b.transfer.is_some() || self.is_conference() || self.lent().is_some() {
            return self.sip(from, LegCommand::ReferProgress { status: 491 });
        }
        self.begin_transfer(now);
        self.act(CallAction::Locate(to));
    }

    pub(super) fn begin_transfer(&mut self, now: Now) {
        let until = now.mono + self.setup.transfer_ring + RING_MARGIN;
        if let Stage::Bridged(b) = &mut self.stage {
            b.transfer = Some(Transfer::Locating);
            b.transfer_until = Some(until);
        }
    }

    pub(super) fn transfer_located(&mut self, now: Now, location: Location) {
        let ring_for = self.setup.transfer_ring;
        match &self.stage {
            Stage::Bridged(b) if b.transfer == Some(Transfer::Locating) => {}
            Stage::Menu(_) => return self.dial_located(now, location),
            Stage::Waiting(_) => return self.outside_located(location),
            _ => return,
        }
        match location {
            Location::Unknown => self.transfer_failed(now, None, 404),
            Location::Busy(agent) => {
                self.transfer_failed(now, Some(TransferTo::Agent { agent }), 486);
            }
            Location::NotAllowed { number, .. } => {
                self.transfer_failed(now, Some(TransferTo::Number { number }), NOT_ALLOWED);
            }
            Location::Agent(agent, contacts) if contacts.is_empty() => {
                self.transfer_failed(now, Some(TransferTo::Agent { agent }), 480);
            }
            Location::Agent(agent, contacts) => {
                let purpose = Purpose::TransferToAgent(agent);
                self.transfer_rings(&purpose);
                self.ring_contacts(&purpose, contacts, ring_for);
            }
            Location::Outside { trunk, number } => {
                let purpose = Purpose::TransferOutside(number.clone());
                self.transfer_rings(&purpose);
                self.ring_target(purpose, CallTarget::Trunk { trunk, number }, ring_for);
            }
            Location::Queue(queue) => {
                self.record(RecordEvent::Transferred {
                    to: TransferTo::Queue {
                        queue: queue.clone(),
                    },
                });
                self.transferor_done();
                self.enter_queue(now, queue, Reason::Transferred);
            }
            Location::Line(name) => match self.setup.lines.get(&name).cloned() {
                Some(line) => {
                    self.transferor_done();
                    self.act(CallAction::Queue(QueueCommand::Leave));
                    self.line = line;
                    self.enter_menu(now);
                }
                None => self.transfer_failed(now, None, 404),
            },
        }
    }

    fn transfer_rings(&mut self, purpose: &Purpose) {
        let Stage::Bridged(b) = &mut self.stage else {
            return;
        };
        b.transfer = Some(Transfer::Ringing);
        let home = b.home.clone();
        if let (Some(Who::Agent(agent)), Some(to)) = (
            b.party.as_ref().map(|p| p.who.clone()),
            purpose.transfer_to(),
        ) {
            self.record(RecordEvent::TransferStarted { agent, to });
        }
        self.play_music(self.start.leg, Some(&home));
    }

    /// The caller has a new place; the agent who transferred them is free.
    fn transferor_done(&mut self) {
        let Stage::Bridged(b) = &mut self.stage else {
            return;
        };
        b.transfer = None;
        let party = b.party.take();
        self.release_guests();
        if let Some(party) = party {
            self.refer_progress(party.leg.id, 200);
            self.hand_on(party);
        }
    }

    pub(super) fn transfer_progress(&mut self, _leg: LegId, status: u16) {
        let Stage::Bridged(b) = &self.stage else {
            return;
        };
        if let (Some(party), Some(Transfer::Ringing)) = (&b.party, b.transfer) {
            self.refer_progress(party.leg.id, status);
        }
    }

    /// Tells whoever asked by REFER; who asked from the desk reads it in the live events.
    pub(super) fn refer_progress(&mut self, leg: LegId, status: u16) {
        if !matches!(&self.stage, Stage::Bridged(b) if b.quiet) {
            self.sip(leg, LegCommand::ReferProgress { status });
        }
    }

    /// Neither the directory nor the phones have told how it goes: it has failed.
    pub(super) fn transfer_overdue(&mut self, now: Now) {
        let Stage::Bridged(b) = &mut self.stage else {
            return;
        };
        if b.transfer.is_none() || b.transfer_until.is_none_or(|at| at > now.mono) {
            return;
        }
        let to = self.ringing.values().find_map(|r| r.purpose.transfer_to());
        self.hang_up_ringing(None);
        self.transfer_failed(now, to, 408);
    }

    pub(super) fn transfer_failed(&mut self, now: Now, to: Option<TransferTo>, status: u16) {
        if let Some(to) = to {
            self.record(RecordEvent::TransferFailed {
                to,
                status: Some(status),
            });
        }
        let Stage::Bridged(b) = &mut self.stage else {
            return;
        };
        let rang = b.transfer.take() == Some(Transfer::Ringing);
        let home = b.home.clone();
        match &b.party {
            // Still there: the two talk on.
            Some(party) => {
                let (id, who) = (party.leg.id, party.who.clone());
                let (on_hold, to_ask) = (b.on_hold, b.held_to_ask);
                if let Who::Agent(agent) = who
                    && rang
                {
                    self.record(RecordEvent::Connected { agent });
                }
                self.refer_progress(id, status);
                if let Stage::Bridged(b) = &mut self.stage {
                    b.quiet = false;
                    if rang && on_hold {
                        // A new talk in the record: holds are told anew.
                        b.held = [false; 2];
                    }
                }
                match on_hold {
                    true => self.set_hold(!to_ask),
                    false => self.media(MediaCommand::Stop {
                        leg: self.start.leg,
                    }),
                }
            }
            None => self.return_to_queue(now, home, Reason::Transferred),
        }
    }
}
