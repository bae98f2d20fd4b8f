//! What a call wishes, in words.

use super::{CALLER, Desk, orders};
use crate::call::event::{CallAction, CallEvent, CallbackStep, Known, QueueCommand};
use crate::ids::LegId;
use crate::media::command::MediaCommand;
use crate::media::mixer::MixSeat;
use crate::menu::outcome::StepKind;
use crate::now::Mono;
use crate::queue::Arrival;
use crate::record::timeline::Event as RecordEvent;
use crate::sip::leg::{CallTarget, LegCommand};

impl Desk {
    pub(super) fn word(&mut self, action: CallAction) -> Option<String> {
        Some(match action {
            CallAction::Sip(leg, command) => {
                let name = self.name(leg);
                format!("{name} {}", self.sip_word(leg, command))
            }
            CallAction::OpenMedia { leg, .. } => format!("{} ports", self.name(leg)),
            CallAction::Media(_, command) => self.media_word(command),
            CallAction::Queue(command) => {
                let reason = self.call.card().reason.as_ref();
                let reason = reason.map(|r| format!(" ({r})")).unwrap_or_default();
                format!("queue {}", queue_word(command, &reason))
            }
            CallAction::QueueAs(_, command) => format!("side {}", queue_word(command, "")),
            CallAction::WriteUp(agent, nth) => format!("{agent} writes up by code {nth}"),
            CallAction::Wish(agent, wish) => format!("{agent} wishes {wish:?}"),
            CallAction::Locate(to) => format!("locate {}", to.reveal()),
            CallAction::RecordMessage { recording, .. } => {
                self.recording = recording;
                "record".into()
            }
            CallAction::KeepMessage {
                even_if_empty: true,
            } => "keep even if empty".into(),
            CallAction::KeepMessage {
                even_if_empty: false,
            } => "keep".into(),
            CallAction::DropMessage => "drop".into(),
            CallAction::EndMessage => "end".into(),
            CallAction::FetchMessage => "fetch".into(),
            CallAction::Ask(_, request) => format!("ask {}", request.url),
            CallAction::Recall(_, place) => format!("recall {}", place.guide),
            CallAction::Remember(place, Some((step, _))) => {
                format!("remember {} {step}", place.guide)
            }
            CallAction::Remember(place, None) => format!("forget {}", place.guide),
            CallAction::FindTimes(_, queue, ..) => format!("times of {queue}"),
            CallAction::StoreCallback(_, wish) => {
                let at = wish.slot.map_or("", |_| " at a time");
                format!("call back {} by {}{at}", wish.number.reveal(), wish.queue)
            }
            CallAction::Send(_, wish) => format!("send by {}", wish.node),
            CallAction::LookUp(_) => {
                // Before all else; a transcript may tell it again.
                self.call
                    .handle(self.now, CallEvent::Known(Known::default()));
                return None;
            }
            CallAction::CancelCallback(id) => format!("cancel callback {id}"),
            CallAction::Callback(id, step) => match step {
                CallbackStep::Begun { agent } => format!("callback {id} begun by {agent}"),
                CallbackStep::CalledOff => format!("callback {id} called off"),
                CallbackStep::Failed { cause } => format!("callback {id} failed {cause:?}"),
                CallbackStep::Done => format!("callback {id} done"),
            },
            CallAction::Tape(command) => self.tape_word(command),
            CallAction::Told(_, told) => orders::answer(told),
            CallAction::Record(event) => {
                self.facts.add(self.now.mono.since(Mono::ZERO), &event);
                if let RecordEvent::Fault { what } = event {
                    self.faults.push(what);
                } else if let RecordEvent::Step { step } = event
                    && let StepKind::Failed { what } = step.what
                {
                    self.faults.push(what);
                }
                return None;
            }
            CallAction::Hearing(agent, ask) => format!("{agent} {ask:?}"),
            CallAction::Done(verdict) => format!("done {}", verdict.as_str()),
        })
    }

    fn sip_word(&mut self, leg: LegId, command: LegCommand) -> String {
        match command {
            LegCommand::Answer { sdp } => {
                self.invites.insert(leg, sdp);
                "200".into()
            }
            LegCommand::Reject { status, .. } | LegCommand::RejectMedia { status, .. } => {
                status.to_string()
            }
            LegCommand::Invite(invite) => {
                if let Some(sdp) = &invite.offer {
                    self.invites.insert(leg, sdp.clone());
                }
                let offer = invite.offer.as_deref().map(String::from_utf8_lossy);
                let keys = match offer.is_some_and(|o| o.contains("a=crypto")) {
                    true => " with keys",
                    false => "",
                };
                let alone = match invite.auto_answer {
                    true => " to answer by itself",
                    false => "",
                };
                match invite.target {
                    CallTarget::Contact(c) => format!("invite {}{alone}", c.uri),
                    CallTarget::Trunk { number, .. } => {
                        format!("invite {} by trunk{keys}", number.reveal())
                    }
                }
            }
            LegCommand::Hangup { reason: None } => "hangup".into(),
            LegCommand::Hangup { reason: Some(r) } => {
                format!("hangup {}", r.split(';').nth(1).unwrap_or(""))
            }
            LegCommand::AnswerOffer { .. } => "200".into(),
            LegCommand::RefuseOffer => "488".into(),
            LegCommand::ReferProgress { status } => format!("notify {status}"),
            LegCommand::Ring => "180".into(),
            LegCommand::Challenge => "401".into(),
            LegCommand::Probe => "probe".into(),
            other @ (LegCommand::Progress { .. }
            | LegCommand::Ack { .. }
            | LegCommand::Offer { .. }) => format!("{other:?}"),
        }
    }

    fn media_word(&mut self, command: MediaCommand) -> String {
        match command {
            MediaCommand::Apply { leg, plan } => {
                format!(
                    "{} {}",
                    self.name(leg),
                    format!("{:?}", plan.codec).to_lowercase()
                )
            }
            MediaCommand::Play { leg, token, list } => {
                if leg == CALLER {
                    self.token = token;
                } else {
                    self.phone_token = token;
                }
                let names: Vec<&str> = list.prompts.iter().map(|p| p.name.as_str()).collect();
                let (who, how) = (self.name(leg), if list.repeat { "loops" } else { "hears" });
                format!("{who} {how} {}", names.join(" "))
            }
            MediaCommand::Stop { leg } => format!("{} silence", self.name(leg)),
            MediaCommand::Bridge { a, b } => format!("bridge {} {}", self.name(a), self.name(b)),
            MediaCommand::Confer { seats } => {
                let mut seat = |s: MixSeat| {
                    let hears: Vec<String> = s.hears.into_iter().map(|l| self.name(l)).collect();
                    format!(" {}({})", self.name(s.leg), hears.join(" "))
                };
                let seats: String = seats.into_iter().map(&mut seat).collect();
                format!("mix{seats}")
            }
            MediaCommand::Unbridge { leg } => format!("unbridge {}", self.name(leg)),
            MediaCommand::Close { leg } => format!("{} close", self.name(leg)),
            MediaCommand::Record { .. }
            | MediaCommand::StopRecord { .. }
            | MediaCommand::Tap { .. } => "the shell does this".into(),
        }
    }
}

/// What the queue is told; `reason`: why, as the agent reads it.
fn queue_word(command: QueueCommand, reason: &str) -> String {
    match command {
        QueueCommand::Enter(arrival) => {
            let Arrival { queue, needs, .. } = arrival;
            let needs = needs
                .into_iter()
                .map(|(skill, level)| format!(" {skill}:{level}"));
            let needs: String = needs.collect();
            let urgent = match arrival.priority.0 {
                0 => String::new(),
                n => format!(" priority {n}"),
            };
            let since = arrival.came.filter(|_| !arrival.called_back);
            let since = since.map(|at| at.since_start().as_secs_f64());
            let since = since.map(|s| format!(" as of {s:.1}")).unwrap_or_default();
            let back = match arrival.called_back {
                true => " to be called back",
                false => "",
            };
            let wish = arrival
                .wish
                .map(|w| format!(" for {} {:?}", w.agent, w.hold));
            let wish = wish.unwrap_or_default();
            format!("enter {queue}{reason}{needs}{urgent}{since}{back}{wish}")
        }
        QueueCommand::Leave => "leave".into(),
        QueueCommand::LookBack => "look-back".into(),
        QueueCommand::BackInLine => "back-in-line".into(),
        QueueCommand::Message => "message".into(),
        QueueCommand::NextStep { again: false } => "next-step".into(),
        QueueCommand::NextStep { again: true } => "next-step again".into(),
        QueueCommand::Position => "position".into(),
        QueueCommand::Answered(o) => format!("answered {}", o.0),
        QueueCommand::NotAnswered(o, why) => format!("not-answered {} {why:?}", o.0),
        QueueCommand::Over(agent) => format!("over {agent}"),
        QueueCommand::Transferring(agent) => format!("transferring {agent}"),
        QueueCommand::Return => "return".into(),
        QueueCommand::Took(agent) => format!("took {agent}"),
        QueueCommand::Reached => "reached".into(),
    }
}
