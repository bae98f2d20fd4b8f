//! When a call asks for its caller's earlier contacts, beside its other deadlines.

use super::CallTask;
use crate::now::Mono;
use crate::task::kept;

impl CallTask {
    /// When the call wants to be told that time has passed.
    pub(super) fn deadline(&self) -> Option<Mono> {
        let history = self.history.as_ref().map(|(at, _)| *at);
        [self.call.poll_timeout(), history]
            .into_iter()
            .flatten()
            .min()
    }

    /// Asks for the caller's earlier contacts once it is time. Who hangs up at once is not looked for,
    /// and a timer of its own for everybody costs more than the question.
    pub(super) fn ask_history(&mut self, now: Mono) {
        if let Some((_, caller)) = self.history.take_if(|(at, _)| *at <= now) {
            let reader = self.tools.store.reader();
            kept::history(reader, self.call.contact(), caller, self.events_in.clone());
        }
    }
}
