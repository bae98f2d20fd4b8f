//! What a call asks for, in short words.

use std::net::IpAddr;
use std::sync::Arc;
use std::time::Duration;

use super::event::{CallAction, QueueCommand};
use super::machine::{Call, GRACE};
use crate::ids::{ContactId, LegId, PromptName};
use crate::media::command::MediaCommand;
use crate::media::prompt::Prompt;
use crate::record::timeline::Event as RecordEvent;
use crate::sip::leg::LegCommand;

impl Call {
    pub(super) fn sip(&mut self, leg: LegId, command: LegCommand) {
        self.act(CallAction::Sip(leg, command));
    }

    /// Ports for one more leg, on the media thread of the caller's.
    pub(super) fn open_media(&mut self, leg: LegId, toward: Option<IpAddr>) {
        let beside = Some(self.start.leg);
        self.act(CallAction::OpenMedia {
            leg,
            beside,
            toward,
        });
    }

    pub(super) fn queue(&mut self, command: QueueCommand) {
        self.act(CallAction::Queue(command));
    }

    pub(super) fn queue_as(&mut self, contact: ContactId, command: QueueCommand) {
        self.act(CallAction::QueueAs(contact, command));
    }

    pub(super) fn record(&mut self, event: RecordEvent) {
        self.version += 1;
        self.act(CallAction::Record(event));
    }

    pub(super) fn media(&mut self, command: MediaCommand) {
        self.act(CallAction::Media(command.leg(), command));
    }

    /// A prompt in the language of the call.
    pub(super) fn prompt(&self, name: &PromptName) -> Option<&Arc<Prompt>> {
        self.setup.prompts.nearest(&self.language, name)
    }

    /// How long these prompts take, and some more: by then their end has been told.
    pub(super) fn time_to_say(&self, names: &[PromptName]) -> Duration {
        let prompts = names.iter().filter_map(|n| self.prompt(n));
        prompts.map(|p| p.duration).sum::<Duration>() + GRACE
    }
}
