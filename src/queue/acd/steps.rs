//! The overflow steps of a queue, one after the other.

use super::{Acd, CallerDoing, ContactId, Mono, OverflowCause, OverflowStep, QueueAction, QueueIx};
use crate::now::Now;

/// Where a step leads.
enum Next {
    /// Into this queue, which takes them.
    Queue(QueueIx),
    /// To what the call carries out, and may tell that it came to nothing.
    Call(OverflowStep),
}

impl Acd {
    /// What the last step led to came to nothing: nobody answered outside, or the caller will not be
    /// called back. Another [`QueueAction::Overflow`] follows, unless the caller is in line.
    ///
    /// `again`: the caller asks for a person all the same. Then their queue is asked once more
    /// before, as if they came anew.
    pub fn handle_next_step(&mut self, now: Now, contact: ContactId, again: bool) {
        let now = now.mono;
        match self.callers.get(&contact) {
            Some(caller) if caller.in_line() => {}
            Some(caller) if matches!(caller.doing, CallerDoing::Talking { .. }) => {}
            Some(caller) if caller.sent_on.is_some() && again => self.ask_again(now, contact),
            Some(caller) if caller.sent_on.is_some() => self.lead_on(now, contact),
            // Nobody is lost by a word that comes late.
            Some(_) | None => {
                self.callers.remove(&contact);
                self.send_to_message(contact, OverflowCause::Unstaffed);
            }
        }
        self.settle(now);
    }

    /// To the queue that has sent them on; if it does not take them they go on from where they were.
    fn ask_again(&mut self, now: Mono, contact: ContactId) {
        let Some(caller) = self.callers.get_mut(&contact) else {
            return;
        };
        // Their needs are as at the beginning of a wait.
        caller.since = now;
        caller.told = None;
        caller.expects = None;
        let queue = caller.queue;
        let caller = self.callers.get(&contact);
        let admitted = caller.map_or(Ok(()), |caller| self.admits(now, queue, caller));
        if let Err(cause) = admitted
            && let Some(caller) = self.callers.get_mut(&contact)
            && let Some(on) = &mut caller.sent_on
        {
            on.cause = cause;
        }
        self.q_mut(queue).counts.entered += 1;
        match admitted {
            Ok(()) => self.join_line(now, contact),
            Err(_) => {
                self.q_mut(queue).counts.overflowed += 1;
                self.lead_on(now, contact);
            }
        }
    }

    /// To the next step; after the last (or where there is none) to a message.
    pub(super) fn lead_on(&mut self, now: Mono, contact: ContactId) {
        let on = self.callers.get(&contact).and_then(|c| c.sent_on);
        let Some(on) = on else { return };
        match self.next_step(now, contact) {
            Some((at, Next::Call(to))) => {
                if let Some(caller) = self.callers.get_mut(&contact)
                    && let Some(on) = &mut caller.sent_on
                {
                    on.next = at + 1;
                }
                let cause = on.cause;
                self.actions
                    .push_back(QueueAction::Overflow { contact, cause, to });
            }
            Some((_, Next::Queue(to))) => {
                let name = self.q(to).settings.name.clone();
                self.actions.push_back(QueueAction::Overflow {
                    contact,
                    cause: on.cause,
                    to: OverflowStep::Queue(name),
                });
                if let Some(caller) = self.callers.get_mut(&contact) {
                    caller.queue = to;
                    caller.tried.push(to);
                    caller.since = now;
                    caller.told = None;
                    caller.expects = None;
                }
                self.q_mut(to).counts.entered += 1;
                self.join_line(now, contact);
            }
            None => self.send_to_message(contact, on.cause),
        }
    }

    /// The first step from where they are that there is for them, and its place. A queue is one that
    /// takes them and that they have not tried.
    fn next_step(&self, now: Mono, contact: ContactId) -> Option<(usize, Next)> {
        let caller = self.callers.get(&contact)?;
        let on = caller.sent_on?;
        match on.cause {
            OverflowCause::Asked | OverflowCause::Stopping => return None,
            _ if self.stopping => return None,
            OverflowCause::Full | OverflowCause::Unstaffed | OverflowCause::WaitedTooLong => {}
        }
        let steps = self.q(caller.queue).settings.overflow.iter().enumerate();
        for (at, step) in steps.skip(on.next) {
            match step {
                OverflowStep::Queue(name) => {
                    if let Some(&to) = self.queue_names.get(name)
                        && !caller.tried.contains(&to)
                        && self.admits(now, to, caller).is_ok()
                    {
                        return Some((at, Next::Queue(to)));
                    }
                }
                OverflowStep::Outside(_) | OverflowStep::Callback => {
                    return Some((at, Next::Call(step.clone())));
                }
                OverflowStep::Message => return None,
            }
        }
        None
    }

    /// To leave a message: the machine forgets them.
    pub(super) fn send_to_message(&mut self, contact: ContactId, cause: OverflowCause) {
        self.callers.remove(&contact);
        self.actions.push_back(QueueAction::Overflow {
            contact,
            cause,
            to: OverflowStep::Message,
        });
    }
}
