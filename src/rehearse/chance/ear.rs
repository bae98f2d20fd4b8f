//! What a caller must hear, and where they must come to, when something fails (P4): they are on the
//! way to people, for that reason, they are told so in a sentence, and they are never left with
//! nothing in their ear.

use std::time::Duration;

use super::DeadEnd;
use crate::menu::outcome::{Reason, StepKind};
use crate::menu::system as sys;
use crate::menu::tree::{Kind, Line};
use crate::record::timeline::Event;
use crate::rehearse::moment::{Failing, Happening, Moment};
use crate::rehearse::stage::Sound;

/// So long a caller may hear nothing while they neither talk nor speak nor are to do something: a
/// prompt whose end is not told, and a store or a web service that does not answer, are waited for
/// 10 s.
const LONGEST_SILENCE: Duration = Duration::from_secs(15);
/// What is owed by a time comes so much later at most.
const MARGIN: Duration = Duration::from_secs(1);

/// One caller's.
#[derive(Clone, Debug, Default)]
pub(super) struct Ear {
    /// Something failed: by then the caller comes to people for that reason.
    owed: Option<Duration>,
    /// The end of what they hear will not be told.
    untold: Option<Untold>,
    /// They come to people after a fault at this very moment …
    comes: bool,
    /// … and have not been told so.
    unsaid: bool,
    /// They can not be told: the sentence itself is broken.
    excused: bool,
    /// People send them on at this very moment: they have been told, unless that was just now.
    sent_on: bool,
    /// Since when, or from when on, there is nothing to be heard that should be.
    quiet: Option<Duration>,
    /// Keys that may have come early, and so may cut off what is begun to be said.
    early: u32,
    /// A key was pressed at this very moment.
    pressed: bool,
    /// Something was begun to be said at this very moment …
    begun: bool,
    /// … and is made not to be heard.
    broken: bool,
}

#[derive(Clone, Copy, Debug)]
struct Untold {
    /// Who is interrupted until then does not miss it.
    end: Duration,
    /// By then it is missed.
    by: Duration,
}

/// Where a caller is once all that follows from an event has been carried out.
#[derive(Clone, Copy, Debug)]
pub(super) struct Rest {
    /// What they hear.
    pub sound: Sound,
    /// Nobody owes them a sound.
    pub may_be_quiet: bool,
    /// Their card tells that they come for a fault.
    pub card_tells: bool,
    /// A person's phone rings for them, or a person is there.
    pub person_comes: bool,
    /// The call is being ended, or is over.
    pub is_over: bool,
}

impl Ear {
    /// Time has passed, and until then nothing has happened.
    pub fn pass(&self, now: Duration) -> Result<(), DeadEnd> {
        if self.brought_by().is_some_and(|by| by < now) {
            return Err(DeadEnd::NotBrought);
        }
        match self.quiet.and_then(|since| now.checked_sub(since)) {
            Some(time) if time > LONGEST_SILENCE => Err(DeadEnd::Silence),
            Some(_) | None => Ok(()),
        }
    }

    /// Something happens to the caller. `missing`: the words for a fault are among what is gone.
    pub fn hear(&mut self, moment: &Moment, line: &Line, missing: bool) -> Result<(), DeadEnd> {
        let at = moment.at;
        match &moment.what {
            Happening::Fails(Failing::Now) => self.owes(at),
            Happening::Fails(Failing::Within(time)) => self.owes(at + *time + MARGIN),
            Happening::Fails(Failing::Untold { length, within }) => {
                let (end, by) = (at + *length, at + *within + MARGIN);
                self.untold = Some(Untold { end, by });
            }
            // They may go elsewhere; and a key at the moment of the fault cuts off what was begun to be
            // said of it: they come because they ask.
            Happening::Presses { .. } => {
                (self.owed, self.untold) = (None, None);
                (self.comes, self.unsaid) = (false, false);
                self.early += 1;
                self.pressed = true;
            }
            Happening::HangsUp => *self = Ear::default(),
            Happening::Hears { prompts, .. } => {
                // Of two at one moment only the last is heard.
                let tells = prompts.iter().any(|p| tells_of_fault(p.name.as_str()));
                self.unsaid = self.comes && !tells && !missing && !self.excused;
                self.begun |= !prompts.is_empty();
                self.untold = self.untold.filter(|words| words.end < at);
            }
            Happening::Hush => {
                self.untold = self.untold.filter(|words| words.end < at);
                // Who answers a question waits from then on, also where its end was never told.
                if self.pressed {
                    self.quiet = None;
                }
            }
            Happening::Trouble(_) => {
                self.broken = true;
                if self.comes {
                    (self.unsaid, self.excused) = (false, true);
                }
            }
            Happening::Record(event) => self.read(at, event, line, missing)?,
            Happening::Calls { .. }
            | Happening::Speaks(_)
            | Happening::Sends { .. }
            | Happening::Dials
            | Happening::Asks { .. }
            | Happening::Reply(_)
            | Happening::Records
            | Happening::SignsIn(_)
            | Happening::SignsOut(_) => {}
        }
        Ok(())
    }

    fn owes(&mut self, by: Duration) {
        self.owed = Some(self.owed.map_or(by, |other| other.min(by)));
    }

    /// By then the caller must be on the way to people.
    fn brought_by(&self) -> Option<Duration> {
        let untold = self.untold.map(|words| words.by);
        self.owed.into_iter().chain(untold).min()
    }

    fn read(
        &mut self,
        at: Duration,
        event: &Event,
        line: &Line,
        missing: bool,
    ) -> Result<(), DeadEnd> {
        match event {
            Event::Queued { reason, .. } => {
                let fault = matches!(reason, Reason::Fault { .. });
                let brought = self.brought_by().is_some();
                (self.owed, self.untold) = (None, None);
                if brought && !fault {
                    return Err(DeadEnd::NotBrought);
                }
                if fault && !self.sent_on {
                    (self.comes, self.unsaid) = (true, !missing);
                }
            }
            Event::Overflowed { .. } => self.sent_on = true,
            Event::Step { step } if matches!(step.what, StepKind::Failed { .. }) => {
                let mut nodes = line.nodes();
                let kind = nodes.find(|(_, n)| n.name == step.node);
                match kind.map(|(_, n)| &n.kind) {
                    // These have a way on by themselves.
                    Some(Kind::Dial(_) | Kind::Send(_)) => {}
                    _ => self.owes(at),
                }
            }
            // A person is better than the way to one.
            Event::Connected { .. } => *self = Ear::default(),
            _ => {}
        }
        Ok(())
    }

    /// All that follows has been carried out.
    pub fn rest(&mut self, now: Duration, rest: &Rest) -> Result<(), DeadEnd> {
        if rest.is_over {
            *self = Ear::default();
            return Ok(());
        }
        (self.sent_on, self.excused, self.pressed) = (false, false, false);
        if std::mem::take(&mut self.unsaid) {
            return Err(DeadEnd::NotTold);
        }
        if std::mem::take(&mut self.comes) && !rest.card_tells {
            return Err(DeadEnd::CardSilent);
        }
        if self.brought_by().is_some_and(|by| by <= now) {
            return Err(DeadEnd::NotBrought);
        }
        if rest.person_comes {
            (self.owed, self.untold) = (None, None);
        }
        let begun = std::mem::take(&mut self.begun);
        let broken = std::mem::take(&mut self.broken);
        self.quiet = match rest.sound {
            Sound::Music => None,
            _ if rest.may_be_quiet => None,
            Sound::Until(end) if end.since_start() > now => Some(end.since_start()),
            // A key that came early has cut off what was begun, or it was made not to be heard: what is
            // waited for then is waited for anew.
            Sound::Until(_) | Sound::Nothing if begun && broken => Some(now),
            Sound::Until(_) | Sound::Nothing if begun && self.early > 0 => {
                self.early -= 1;
                Some(now)
            }
            Sound::Until(_) | Sound::Nothing => Some(self.quiet.map_or(now, |q| q.min(now))),
        };
        Ok(())
    }
}

/// That something went wrong, or that a person was lost.
pub(super) fn tells_of_fault(prompt: &str) -> bool {
    [sys::FAULT, sys::AGENT_LOST].contains(&prompt)
}

#[cfg(test)]
mod tests;
