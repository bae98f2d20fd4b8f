//! A call to an outside number: it rings, and the caller may go elsewhere meanwhile.

use std::sync::Arc;
use std::time::Duration;

use super::{Doing, Walk};
use crate::menu::outcome::{AskId, Reason, StepKind, WalkAction};
use crate::menu::tree::{Dial, Kind, Target};
use crate::now::Now;

/// What tells how it went may come so much later than it should.
const MARGIN: Duration = Duration::from_secs(5);

impl Walk {
    pub(super) fn dial(&mut self, now: Now, dial: &Dial) {
        self.asked = AskId(self.asked.0.wrapping_add(1));
        if let Some(meanwhile) = &dial.meanwhile {
            self.play(now, meanwhile);
        }
        if dial.meanwhile.is_none() {
            self.actions.push_back(WalkAction::Music);
        }
        self.doing = Doing::Dialling;
        self.said_by = self.deadline;
        self.deadline = now.mono + dial.ring + MARGIN;
        self.actions.push_back(WalkAction::Dial {
            ask: self.asked,
            number: dial.number.clone(),
            ring: dial.ring,
        });
    }

    /// Nobody was reached by [`WalkAction::Dial`], and why in words. What is told of a number that
    /// is not dialled any more does nothing. When somebody answers, the walk is over.
    pub fn handle_not_reached(&mut self, now: Now, ask: AskId, what: &str) {
        if self.is_dialling() == Some(ask) {
            self.not_reached(now, what);
            self.use_type_ahead(now);
        }
    }

    pub(super) fn not_reached(&mut self, now: Now, what: &str) {
        let line = Arc::clone(&self.line);
        let Some(Kind::Dial(dial)) = line.node(self.at).map(|n| &n.kind) else {
            return self.fault(now, "the menu lost its place");
        };
        self.hush();
        let what = format!("the outside number {what}");
        self.step(now, StepKind::Failed { what: what.clone() });
        match dial.missing {
            // Whoever answers there reads why.
            Target::Human => self.leave_to_person(Reason::Fault { what }),
            Target::Node(_) | Target::Back | Target::Repeat => self.follow(now, dial.missing),
        }
    }

    /// Which call to an outside number is under way; `None`: none, or none any more.
    pub fn is_dialling(&self) -> Option<AskId> {
        (self.doing == Doing::Dialling).then_some(self.asked)
    }
}
