//! What stands between a panic and the caller: the leg, its dialog and its media live outside the
//! machine, so that whatever fails the caller goes on to a person (P4).

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::task::Poll;
use std::time::Duration;

use tracing::error;

use super::{CallTask, Inbox};
use crate::call::Call;
use crate::call::event::CallEvent;
use crate::now::Now;
use crate::record::timeline::Event;
use crate::record::verdict::{Stage, Verdict};
use crate::sip::leg::{LegCommand, LegEvent};
use crate::task::clock;

/// After so many rescues of one call in turn, nothing of it is trusted any more.
const MOST_RESCUES: u32 = 5;
/// What comes so much later is no part of the same trouble.
const TROUBLE: Duration = Duration::from_secs(60);
/// What agents and the record read of a panic.
const FAULT: &str = "internal error";
/// The first pause before another attempt to bring a caller to a person, and the longest.
const FIRST_PAUSE: Duration = Duration::from_secs(1);
const LONGEST_PAUSE: Duration = Duration::from_secs(30);

impl CallTask {
    /// The caller stays, whatever fails: a step of the machine, what it asks for, the rescue.
    /// Only the caller, an agent, a goodbye, a kept promise and the server's stop end a call.
    pub(super) async fn supervise(&mut self, mut inbox: Inbox) -> Verdict {
        let mut failures = 0;
        let mut since = clock::mono();
        loop {
            let verdict = match caught(self.drive(&mut inbox)).await {
                Ok(verdict) => Some(verdict),
                Err(Panicked) => {
                    let now = clock::mono();
                    if now.since(since) > TROUBLE {
                        failures = 0;
                    }
                    since = now;
                    failures += 1;
                    self.recover(&mut inbox, failures).await
                }
            };
            if let Some(verdict) = verdict {
                self.close_record(&mut inbox.media).await;
                return verdict;
            }
        }
    }

    /// After a panic: the caller goes to a person. A verdict only when the caller has hung up,
    /// or the server stops, before that succeeds.
    async fn recover(&mut self, inbox: &mut Inbox, failures: u32) -> Option<Verdict> {
        error!("a fault of ours in this call: the caller goes to a person");
        // The action that failed is gone; what the rescue asks for comes next.
        if failures <= MOST_RESCUES && self.attempt(|call, now| call.rescue(now, FAULT)) {
            return None;
        }
        let mut pause = match failures <= MOST_RESCUES {
            true => Duration::ZERO,
            false => FIRST_PAUSE,
        };
        loop {
            // A fault that stays must not eat the machine.
            if let Some(verdict) = self.wait(inbox, pause).await {
                return Some(verdict);
            }
            if self.attempt(|call, now| call.salvage(now, FAULT)) {
                return None;
            }
            pause = (pause * 2).clamp(FIRST_PAUSE, LONGEST_PAUSE);
            error!(
                ?pause,
                "nothing works in this call; the caller stays, and it is tried anew"
            );
        }
    }

    /// The verdict, when the caller hangs up meanwhile or the server stops.
    async fn wait(&mut self, inbox: &mut Inbox, pause: Duration) -> Option<Verdict> {
        let until = clock::mono() + pause;
        while let Some(event) = inbox.next(Some(until)).await {
            match event {
                CallEvent::Leg(leg, LegEvent::Ended(_)) if leg == self.call.caller_leg() => {
                    return Some(self.lost());
                }
                CallEvent::Stop => {
                    let leg = self.call.caller_leg();
                    self.sip(leg, LegCommand::Hangup { reason: None }).await;
                    return Some(self.lost());
                }
                CallEvent::Media(event) => self.note_media(&event),
                CallEvent::Leg(..)
                | CallEvent::MediaOpened(..)
                | CallEvent::MediaFailed(_)
                | CallEvent::Queue(_)
                | CallEvent::QueueAs(..)
                | CallEvent::Dialled(_)
                | CallEvent::Monitor(..)
                | CallEvent::TakeOver(..)
                // Whoever asks is told by the reply that is dropped.
                | CallEvent::Ordered(_)
                | CallEvent::AgentState(_)
                | CallEvent::Hearing(_)
                | CallEvent::WrittenUp(_)
                | CallEvent::Located(_)
                | CallEvent::Recording(..)
                | CallEvent::Recalled(..)
                | CallEvent::Draft(..)
                | CallEvent::CallbackStored(..)
                | CallEvent::Times(..)
                | CallEvent::TimeTaken(_)
                | CallEvent::LetterStored(..)
                | CallEvent::Cancelled
                | CallEvent::Known(_)
                | CallEvent::Learnt(_)
                | CallEvent::Tape(_)
                | CallEvent::Reply(..) => {}
            }
        }
        None
    }

    /// Whether it went well. If not, nothing of the machine's state is sure.
    fn attempt(&mut self, step: impl FnOnce(&mut Call, Now)) -> bool {
        let (call, now) = (&mut self.call, clock::now());
        catch_unwind(AssertUnwindSafe(|| step(call, now))).is_ok()
    }

    /// The call ended before its caller could be brought to a person.
    fn lost(&mut self) -> Verdict {
        let stage = self.call.stage().unwrap_or(Stage::Ringing);
        let what = FAULT.to_owned();
        let verdict = Verdict::Fault { stage, what };
        let at = clock::mono().since(self.began);
        let ended = Event::Ended {
            verdict: verdict.clone(),
        };
        self.facts.add(at, &ended);
        self.last = Some((at, ended));
        self.voices.close();
        verdict
    }
}

/// The future panicked while it was polled.
#[derive(Debug, PartialEq)]
struct Panicked;

/// Runs a future; a panic in it ends it, and nothing else.
async fn caught<T>(future: impl Future<Output = T>) -> Result<T, Panicked> {
    let mut future = std::pin::pin!(future);
    std::future::poll_fn(
        |cx| match catch_unwind(AssertUnwindSafe(|| future.as_mut().poll(cx))) {
            Ok(Poll::Pending) => Poll::Pending,
            Ok(Poll::Ready(value)) => Poll::Ready(Ok(value)),
            Err(_) => Poll::Ready(Err(Panicked)),
        },
    )
    .await
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_panic_ends_the_future_and_nothing_else() {
        assert_eq!(caught(async { 7 }).await, Ok(7));
        let later = async {
            tokio::task::yield_now().await;
            panic!("on purpose");
        };
        assert_eq!(caught::<()>(later).await, Err(Panicked));
    }
}
