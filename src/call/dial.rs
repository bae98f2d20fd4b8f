//! The menu calls an outside number. The caller stays in the menu while it rings: 0 and `*` are
//! the interpreter's as ever. Whoever answers there talks with the caller like an agent.

use super::event::Location;
use super::legs::{Purpose, Ringing};
use super::machine::{Call, Stage};
use super::menu_stage::MenuStage;
use crate::ids::LegId;
use crate::menu::outcome::AskId;
use crate::now::Now;
use crate::queue::acd::NotAnswered;
use crate::sip::leg::CallTarget;

impl MenuStage {
    /// Whether a phone that has answered is the one that the menu still waits for.
    pub(super) fn is_for(&self, purpose: &Purpose) -> bool {
        match purpose {
            Purpose::Dial(ask, _) => self.walk.is_dialling() == Some(*ask),
            Purpose::Offer(..)
            | Purpose::TransferToAgent(_)
            | Purpose::TransferOutside(_)
            | Purpose::Overflow(_)
            | Purpose::Join(..) => false,
        }
    }
}

impl Call {
    /// An outside number that the menu or the queue called is let go; agents' phones ring on.
    pub(super) fn hang_up_dialled(&mut self) {
        let dialled = |r: &Ringing| matches!(r.purpose, Purpose::Dial(..) | Purpose::Overflow(_));
        let legs = self.ringing.iter().filter(|(_, r)| dialled(r));
        let legs: Vec<LegId> = legs.map(|(id, _)| *id).collect();
        for leg in legs {
            self.hang_up_phone(leg, None);
        }
    }

    /// The directory has told the way to an outside number.
    pub(super) fn dial_located(&mut self, now: Now, location: Location) {
        let Stage::Menu(m) = &mut self.stage else {
            return;
        };
        let Some((ask, wanted, ring)) = m.dialling.take() else {
            return;
        };
        match location {
            // Allowed or not: the operator has written it.
            Location::Outside { trunk, number } | Location::NotAllowed { trunk, number }
                if number == wanted =>
            {
                if m.walk.is_dialling() == Some(ask) {
                    let purpose = Purpose::Dial(ask, number.clone());
                    self.ring_target(purpose, CallTarget::Trunk { trunk, number }, ring);
                }
            }
            // The way to another number, which is not dialled any more.
            Location::Outside { .. } | Location::NotAllowed { .. } => {
                m.dialling = Some((ask, wanted, ring));
            }
            Location::Agent(..)
            | Location::Busy(_)
            | Location::Queue(_)
            | Location::Line(_)
            | Location::Unknown => {
                self.dial_failed(now, ask, "can not be called: there is no trunk")
            }
        }
    }

    /// Nobody there has answered.
    pub(super) fn not_reached(&mut self, now: Now, ask: AskId, why: NotAnswered) {
        self.dial_failed(now, ask, in_words(why));
    }

    fn dial_failed(&mut self, now: Now, ask: AskId, what: &str) {
        if let Stage::Menu(m) = &mut self.stage {
            m.walk.handle_not_reached(now, ask, what);
            self.drive_menu(now);
        }
    }
}

/// Why nobody outside talks with the caller.
fn in_words(why: NotAnswered) -> &'static str {
    match why {
        NotAnswered::NoAnswer => "did not answer",
        NotAnswered::Busy => "was busy",
        NotAnswered::Refused => "refused the call",
        NotAnswered::Unreachable => "could not be reached",
    }
}
