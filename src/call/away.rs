//! Nothing is heard from the person's phone any more. A desk phone may be silent for its own reasons,
//! and the caller's 0 helps. A page in a browser sends for as long as it is there: it was loaded anew,
//! or its network is gone. The caller hears music, the page may come back (its voice does, or it takes
//! the talk over by another dialog), and when it does not the caller is the next in line.
//!
//! A caller's page that falls silent is asked whether it is there still, and its call ends when nobody
//! answers: else an agent would have a dead line, and the queue a place that nobody stands in.

use std::time::Duration;

use super::bridged::Bridged;
use super::event::CallAction;
use super::legs::Leg;
use super::machine::{Call, Stage};
use crate::ids::LegId;
use crate::now::Now;
use crate::record::timeline::Event as RecordEvent;
use crate::record::verdict::Verdict;
use crate::sip::flow::Transport;
use crate::sip::leg::{LegCommand, LegEnd};

/// A page is back within seconds, or somebody has closed it.
pub(super) const PAGE_RETURNS: Duration = Duration::from_secs(20);

/// A caller's page whose network changes is heard again within seconds. Shorter: somebody waits.
pub(super) const CALLER_RETURNS: Duration = Duration::from_secs(10);

impl Call {
    pub(super) fn rtp_silent(&mut self, now: Now, leg: LegId) {
        if leg == self.start.leg {
            return self.caller_silent(now);
        }
        let Stage::Bridged(b) = &mut self.stage else {
            return;
        };
        let phone = b.party.as_ref().map(|p| &p.leg).filter(|l| l.id == leg);
        let Some(phone) = phone.filter(|l| !l.is_held_by_peer()) else {
            return;
        };
        let page = phone.path.transport == Transport::Wss;
        b.silent = true;
        if page && b.transfer.is_none() {
            b.away = Some(now.mono + PAGE_RETURNS);
        }
        self.record(RecordEvent::Fault {
            what: "nothing is heard from the agent's phone".into(),
        });
        if page {
            self.part_or_join();
        }
    }

    fn caller_silent(&mut self, now: Now) {
        let page = |l: &&Leg| l.path.transport == Transport::Wss && !l.is_held_by_peer();
        if self.caller.as_ref().filter(page).is_some() {
            self.caller_away = Some(now.mono + CALLER_RETURNS);
        }
    }

    /// Whether it is there still is asked as often as it could have come back.
    pub(super) fn caller_overdue(&mut self, now: Now) {
        if self.caller_away.is_none_or(|at| at > now.mono) {
            return;
        }
        let here = match self.stage {
            Stage::Menu(_) | Stage::Waiting(_) | Stage::Message(_) | Stage::Bridged(_) => true,
            Stage::Opening { .. }
            | Stage::Answering { .. }
            | Stage::CallingBack(_)
            | Stage::Closing { .. }
            | Stage::Ended => false,
        };
        self.caller_away = here.then(|| now.mono + CALLER_RETURNS);
        if here {
            self.act(CallAction::Sip(self.start.leg, LegCommand::Probe));
        }
    }

    pub(super) fn rtp_back(&mut self, leg: LegId) {
        if leg == self.start.leg {
            self.caller_away = None;
        }
        let Stage::Bridged(b) = &mut self.stage else {
            return;
        };
        if b.party.as_ref().is_some_and(|p| p.leg.id == leg) {
            b.silent = false;
            if b.away.take().is_some() {
                self.part_or_join();
            }
        }
    }

    /// A page showed another certificate than it had announced, or none (RFC 5763 §5): a caller's is in
    /// silence whatever we say, an agent's is somebody else.
    pub(super) fn keys_failed(&mut self, now: Now, leg: LegId) {
        if leg == self.start.leg {
            let reason =
                "SIP;cause=488;text=\"DTLS failed, or with another certificate\"".to_owned();
            let reason = Some(reason);
            self.act(CallAction::Sip(leg, LegCommand::Hangup { reason }));
            return self.caller_left(now, Verdict::SetupFailed { status: 488 });
        }
        if matches!(&self.stage, Stage::Bridged(b) if b.party.as_ref().is_some_and(|p| p.leg.id == leg))
        {
            self.person_left(now, &LegEnd::PeerGone);
        }
    }

    /// Nobody came back.
    pub(super) fn away_overdue(&mut self, now: Now) {
        if matches!(&self.stage, Stage::Bridged(b) if b.away.is_some_and(|at| at <= now.mono)) {
            self.person_left(now, &LegEnd::PeerGone);
        }
    }

    /// Music in place of silence, or each other again.
    fn part_or_join(&mut self) {
        if !matches!(&self.stage, Stage::Bridged(b) if b.is_joined() && b.transfer.is_none()) {
            return;
        }
        self.remix();
    }
}

impl Bridged {
    /// Another phone of the same person has the talk from now on.
    pub(super) fn returned(&mut self) {
        (self.silent, self.away) = (false, None);
    }
}
