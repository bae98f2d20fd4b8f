//! The ways to the media threads of a call's legs.

use crate::ids::LegId;
use crate::media::command::MediaCommand;
use crate::net::media::LegMedia;

/// One way per leg that is open. Commands are left at the threads at once; waking a thread
/// costs more than the command, so that is done once for all that a call has to say.
#[derive(Default)]
pub(in crate::task) struct Voices(Vec<Way>);

struct Way {
    media: LegMedia,
    /// Commands wait there for which the thread is to be woken.
    hurries: bool,
}

impl Voices {
    /// A leg was opened.
    pub(in crate::task) fn add(&mut self, media: LegMedia) {
        let hurries = false;
        self.0.push(Way { media, hurries });
    }

    /// To the thread of the leg, without a look-up. Ignored for a leg that is closed already.
    pub(in crate::task) fn command(&mut self, leg: LegId, command: MediaCommand) {
        let Some(at) = self.0.iter().position(|v| v.media.id() == leg) else {
            return;
        };
        let over = matches!(command, MediaCommand::Close { .. });
        let way = &mut self.0[at];
        way.hurries |= way.media.leave(command);
        if over {
            // What hurried for it does not any more.
            self.0.swap_remove(at);
        }
    }

    /// Ends all of them.
    pub(in crate::task) fn close(&mut self) {
        for Way { media, .. } in self.0.drain(..) {
            let leg = media.id();
            if media.leave(MediaCommand::Close { leg }) {
                media.wake();
            }
        }
    }

    /// Whether [`Voices::wake`] is to be called before the call sleeps.
    pub(in crate::task) fn hurry(&self) -> bool {
        self.0.iter().any(|v| v.hurries)
    }

    /// Wakes the threads for which commands wait that hurry.
    pub(in crate::task) fn wake(&mut self) {
        for way in self.0.iter_mut().filter(|v| v.hurries) {
            way.hurries = false;
            way.media.wake();
        }
    }
}
