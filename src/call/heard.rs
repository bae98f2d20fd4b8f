//! What the caller was to hear has ended, or could not be heard.

use super::machine::{Call, Stage};
use crate::ids::PromptName;
use crate::media::command::PlayToken;
use crate::now::Now;
use crate::record::timeline::Event as RecordEvent;

impl Call {
    /// A prompt has ended at the caller.
    pub(super) fn played(&mut self, now: Now, token: PlayToken) {
        self.notice_heard(token);
        match &mut self.stage {
            Stage::Menu(m) if m.playing == Some(token) => {
                m.playing = None;
                m.walk.handle_played(now);
                self.drive_menu(now);
            }
            Stage::Waiting(w) if w.announcer.playing == Some(token) => {
                (w.announcer.playing, w.heard) = (None, true);
                self.drive_waiting(now);
            }
            Stage::Message(_) => self.played_in_message(now, token),
            Stage::Bridged(_) => self.word_said(now, token),
            Stage::CallingBack(_)
            | Stage::Menu(_)
            | Stage::Waiting(_)
            | Stage::Opening { .. }
            | Stage::Answering { .. }
            | Stage::Closing { .. }
            | Stage::Ended => {}
        }
    }

    /// What should be heard can not be: a fault, which ends with a person (P4).
    pub(super) fn play_failed(&mut self, now: Now, token: PlayToken, prompt: &PromptName) {
        let what = format!("prompt {prompt} is not encoded for this call's codec");
        match &mut self.stage {
            Stage::Menu(m) if [m.playing, m.music].contains(&Some(token)) => {
                m.playing = None;
                m.music = None;
                m.walk.handle_play_failed(now, &what);
                self.drive_menu(now);
            }
            Stage::Waiting(w) if w.announcer.playing == Some(token) => {
                w.announcer.playing = None;
                self.record(RecordEvent::Fault { what });
                self.drive_waiting(now);
            }
            Stage::Waiting(w) if w.music == Some(token) => {
                self.record(RecordEvent::Fault { what });
                self.music_failed(now);
            }
            Stage::Message(_) => {
                self.play_failed_in_message(now, token, what);
            }
            // Music in a talk, or what was replaced meanwhile.
            Stage::Waiting(_) | Stage::Menu(_) | Stage::Bridged(_) => {
                self.record(RecordEvent::Fault { what });
                self.word_failed(token);
            }
            Stage::CallingBack(_)
            | Stage::Opening { .. }
            | Stage::Answering { .. }
            | Stage::Closing { .. }
            | Stage::Ended => {}
        }
    }
}
