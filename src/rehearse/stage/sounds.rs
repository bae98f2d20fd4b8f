//! What callers hear of it all: whether there is a sound, whether silence is theirs, and what was
//! made to fail that they hear or wait for.

use std::time::Duration;

use super::Stage;
use crate::ids::NodeName;
use crate::media::command::PlayToken;
use crate::menu::walk::Walk;
use crate::menu::walk::situation::Phase;
use crate::now::Mono;
use crate::record::verdict::Stage as StageName;
use crate::rehearse::moment::{Failing, Happening};

/// So long a call waits at most for what never comes.
pub(super) const PATIENCE: Duration = Duration::from_secs(10);

/// What a caller hears.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(in crate::rehearse) enum Sound {
    /// Nothing.
    #[default]
    Nothing,
    /// Words, until then.
    Until(Mono),
    /// Music, until it is stopped.
    Music,
}

impl Stage {
    /// What the caller hears, unless they talk with somebody.
    pub(in crate::rehearse) fn sound(&self, n: usize) -> Sound {
        self.callers.get(n).map(|c| c.sound).unwrap_or_default()
    }

    /// It is the caller's turn, or they talk, or the call has not begun or is over: nobody owes them
    /// a sound.
    pub(in crate::rehearse) fn may_be_quiet(&self, n: usize) -> bool {
        let theirs = |c: &super::Caller| c.is_recorded() || c.call.chooses_for_message();
        let theirs = self.callers.get(n).is_some_and(theirs);
        match self.place(n) {
            Some(StageName::Menu) => self.walk(n).is_some_and(waits_for_key),
            Some(StageName::Message) => theirs,
            Some(StageName::Waiting | StageName::Offered) => false,
            Some(StageName::Ringing | StageName::Talking | StageName::Transferring) | None => true,
        }
    }

    /// What was asked to play can not be played, and the call is told so now. It matters where the
    /// caller needs it to go on, and nothing else has begun to play meanwhile.
    pub(super) fn fails_to_play(&mut self, n: usize, token: PlayToken) {
        let Some(caller) = self.callers.get_mut(n) else {
            return;
        };
        if caller.playing != Some(token) {
            return;
        }
        caller.playing = None;
        caller.sound = Sound::Nothing;
        if let Some(StageName::Menu | StageName::Message) = self.place(n) {
            self.tell(Some(n), Happening::Fails(Failing::Now));
        }
    }

    /// The end of what begins to play is never told: it will have been missed by then. Where
    /// something else is waited for, it is not needed.
    pub(super) fn fails_to_end(&mut self, n: usize, length: Duration) {
        let matters = match self.place(n) {
            Some(StageName::Menu) => self.phase(n).is_some_and(|p| !p.keeps_keys()),
            Some(StageName::Message) => true,
            Some(
                StageName::Ringing
                | StageName::Waiting
                | StageName::Offered
                | StageName::Talking
                | StageName::Transferring,
            )
            | None => false,
        };
        if matters {
            let within = length + PATIENCE;
            self.tell(
                Some(n),
                Happening::Fails(Failing::Untold { length, within }),
            );
        }
    }

    /// A web service, or the store, will fail. It matters where the menus wait for it at that node.
    pub(super) fn fails_to_answer(&mut self, n: usize, node: &NodeName, within: Duration) {
        let waits = matches!(self.phase(n), Some(Phase::Asking | Phase::Storing));
        if waits && self.walk(n).and_then(Walk::place) == Some(node) {
            self.tell(Some(n), Happening::Fails(Failing::Within(within)));
        }
    }

    /// The wish to be called back will not be stored, and the caller waits for that.
    pub(super) fn fails_to_store(&mut self, n: usize, within: Duration) {
        if self.walk(n).is_some_and(Walk::is_storing) {
            self.tell(Some(n), Happening::Fails(Failing::Within(within)));
        }
    }

    /// The message will not be stored, and the caller waits for that.
    pub(super) fn fails_to_keep(&mut self, n: usize, within: Duration) {
        if self.place(n) == Some(StageName::Message) {
            self.tell(Some(n), Happening::Fails(Failing::Within(within)));
        }
    }

    fn phase(&self, n: usize) -> Option<Phase> {
        self.walk(n).and_then(Walk::situation).map(|s| s.phase)
    }
}

/// Nothing plays, and nothing is waited for but a key.
fn waits_for_key(walk: &Walk) -> bool {
    walk.situation()
        .is_some_and(|s| !s.playing && !s.phase.keeps_keys())
}
