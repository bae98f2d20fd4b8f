//! What can be seen of a stage.

use super::{Caller, Stage};
use crate::menu::walk::Walk;
use crate::menu::walk::situation::Phase;
use crate::now::Now;
use crate::queue::acd::Acd;
use crate::record::card::ContextCard;
use crate::record::timeline::{CallbackId, MessageId};
use crate::record::verdict::{Stage as StageName, Verdict};
use crate::rehearse::moment::Moment;

impl Stage {
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

    /// Whether the caller is asked what becomes of their message.
    pub fn reviews_message(&self, n: usize) -> bool {
        self.callers
            .get(n)
            .is_some_and(|c| c.call.reviews_message())
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
            Some(StageName::Message) => c.is_recorded() || c.call.chooses_for_message(),
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

    /// The caller waits for an outside number.
    pub fn is_dialling(&self, n: usize) -> bool {
        self.walk(n).is_some_and(|w| w.is_dialling().is_some())
    }

    /// The message whose keeping was asked for last.
    pub(in crate::rehearse) fn kept(&self, n: usize) -> Option<MessageId> {
        self.callers.get(n)?.kept
    }

    /// The wish to be called back whose storing went well.
    pub(in crate::rehearse) fn called_back(&self, n: usize) -> Option<CallbackId> {
        self.callers.get(n)?.called_back
    }

    /// The queue machine.
    pub(in crate::rehearse) fn acd(&self) -> &Acd {
        &self.acd
    }
}

impl Caller {
    /// For a web service, or for the store.
    fn waits_for_service(&self) -> bool {
        let situation = self.call.walk().and_then(Walk::situation);
        situation.is_some_and(|s| {
            let (finds, stores) = (Phase::Finding, Phase::Storing);
            [Phase::Asking, Phase::Recalling, finds, stores].contains(&s.phase)
        })
    }
}
