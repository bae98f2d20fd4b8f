//! One task per call that an agent's phone places without a caller: feature codes, and words
//! with a colleague.

use std::net::IpAddr;

use tokio::sync::{mpsc, watch};
use tracing::{Instrument, debug, warn};

use super::call::voices::Voices;
use super::call::{FirstLeg, Tools, random_keys};
use super::clock;
use super::desk::new_contact;
use super::engaged::Engaged;
use super::hearing;
use super::side_line::SideLine;
use super::sip::LegEventSender;
use super::write_up;
use crate::call::agent_call::{AgentCall, Wanted};
use crate::call::event::{CallAction, CallEvent, Location, OpenedMedia};
use crate::call::hearing::Ask;
use crate::call::setup::{AgentCallStart, ClickStart};
use crate::ids::{AgentId, LegId, PhoneNumber};
use crate::media::command::MediaEvent;
use crate::queue::action::AgentWish;
use crate::sip::leg::LegCommand;

/// Events of one source that may wait.
const WAITING_EVENTS: usize = 32;

/// Runs one such call to its end. `stop` turns true when the grace period of a stopping server
/// is over.
pub async fn run(
    tools: Tools,
    first: FirstLeg,
    start: AgentCallStart,
    wanted: Wanted,
    stop: watch::Receiver<bool>,
) {
    let span = tracing::info_span!("agent's call", agent = %start.agent);
    let (agent, shown) = (start.agent.clone(), start.number.clone());
    let call = AgentCall::new(tools.setup.clone(), start, wanted);
    let whole = whole(tools.clone(), first, call, stop.clone());
    let (call_back, engaged) = whole.instrument(span).await;
    if let Some(number) = call_back {
        call_up(tools, agent, shown, number, stop).await;
    }
    // Until their own phone has rung for it, nobody else's caller may come in between.
    drop(engaged);
}

/// Rings the agent's own phones, and then this number.
async fn call_up(
    tools: Tools,
    agent: AgentId,
    shown: Option<PhoneNumber>,
    number: PhoneNumber,
    stop: watch::Receiver<bool>,
) {
    let own = PhoneNumber::new(agent.as_str());
    let own = tools.queue.dialled(agent.clone(), own).await;
    let to = tools.queue.dialled(agent.clone(), number).await;
    let (Some((Location::Agent(_, contacts), _)), Some((to @ Location::Outside { .. }, _))) =
        (own, to)
    else {
        warn!(%agent, "who left a message can not be called back: no way out, not allowed, or no phone");
        return;
    };
    let start = ClickStart {
        contact: new_contact(),
        name: agent.as_str().to_owned(),
        agent,
        contacts,
        number: shown,
        to,
    };
    run_click(tools, start, stop).await;
}

/// Rings the agent's own phones, and then whom they want.
pub async fn run_click(tools: Tools, start: ClickStart, stop: watch::Receiver<bool>) {
    let span = tracing::info_span!("agent's call", agent = %start.agent);
    let (sender, events) = mpsc::channel(WAITING_EVENTS);
    let first = FirstLeg {
        events,
        sender,
        key: None,
    };
    let call = AgentCall::click(tools.setup.clone(), start, clock::now());
    whole(tools, first, call, stop).instrument(span).await;
}

/// To its end; whom the agent wants to call then, and who is kept free for that.
async fn whole(
    tools: Tools,
    first: FirstLeg,
    call: AgentCall,
    mut stop: watch::Receiver<bool>,
) -> (Option<PhoneNumber>, Engaged) {
    let (media_in, mut media) = mpsc::channel::<MediaEvent>(WAITING_EVENTS);
    let (events_in, mut events) = mpsc::channel(WAITING_EVENTS);
    let mut legs = first.events;
    let contact = call.contact();
    let mut task = AgentTask {
        call,
        legs_in: first.sender,
        media_in,
        events_in,
        voices: Voices::default(),
        side_line: SideLine::default(),
        engaged: Engaged::new(tools.queue.clone(), contact),
        call_back: None,
        tools,
    };
    let mut stopping = false;
    loop {
        task.engaged.add(task.call.engaged()).await;
        task.carry_out().await;
        if task.call_back.is_none() {
            task.engaged.keep(&task.call.engaged()).await;
        }
        task.voices.wake();
        if task.call.is_over() {
            break;
        }
        let deadline = task.call.poll_timeout();
        let event = tokio::select! {
            biased;
            Some((leg, event)) = legs.recv() => Some(CallEvent::Leg(leg, event)),
            Some(event) = media.recv() => Some(CallEvent::Media(event)),
            Some(event) = events.recv() => Some(event),
            Ok(_) = stop.wait_for(|&s| s), if !stopping => {
                stopping = true;
                Some(CallEvent::Stop)
            }
            () = clock::sleep_until_some(deadline) => None,
        };
        let now = clock::now();
        match event {
            Some(event) => task.call.handle(now, event),
            None => task.call.handle_timeout(now),
        }
    }
    task.voices.close();
    task.side_line.close(&task.tools.queue).await;
    debug!("over");
    (task.call_back, task.engaged)
}

struct AgentTask {
    tools: Tools,
    call: AgentCall,
    legs_in: LegEventSender,
    media_in: mpsc::Sender<MediaEvent>,
    events_in: mpsc::Sender<CallEvent>,
    voices: Voices,
    side_line: SideLine,
    /// Who is on this call.
    engaged: Engaged,
    /// Whom the agent wants to call when this is over.
    call_back: Option<PhoneNumber>,
}

impl AgentTask {
    async fn carry_out(&mut self) {
        while let Some(action) = self.call.poll_action() {
            match action {
                CallAction::Sip(leg, command) => self.sip(leg, command).await,
                CallAction::OpenMedia {
                    leg,
                    beside,
                    toward,
                } => self.open_media(leg, beside, toward),
                CallAction::Media(leg, command) => self.voices.command(leg, command),
                CallAction::QueueAs(contact, command) => {
                    let queue = &self.tools.queue;
                    let line = &mut self.side_line;
                    line.command(queue, &self.events_in, contact, command).await;
                }
                CallAction::Wish(agent, wish) => self.wish(agent, wish).await,
                CallAction::WriteUp(agent, nth) => {
                    write_up::with_code(self.tools.clone(), agent, nth, self.events_in.clone());
                }
                CallAction::Hearing(_, Ask::CallBack(number)) => self.call_back = Some(number),
                CallAction::Hearing(agent, ask) => {
                    let (store, codecs) = (self.tools.store.clone(), &self.tools.setup.codecs);
                    hearing::ask(store, codecs.clone(), agent, ask, self.events_in.clone());
                }
                // A caller's call asks for these.
                CallAction::Queue(_)
                | CallAction::Locate(_)
                | CallAction::RecordMessage { .. }
                | CallAction::KeepMessage { .. }
                | CallAction::DropMessage
                | CallAction::EndMessage
                | CallAction::FetchMessage
                | CallAction::Ask(..)
                | CallAction::Recall(..)
                | CallAction::Remember(..)
                | CallAction::FindTimes(..)
                | CallAction::StoreCallback(..)
                | CallAction::Send(..)
                | CallAction::LookUp(_)
                | CallAction::CancelCallback(_)
                | CallAction::Callback(..)
                | CallAction::Tape(_)
                | CallAction::Told(..)
                | CallAction::Record(_)
                | CallAction::Done(_) => {}
            }
        }
    }

    async fn sip(&mut self, leg: LegId, command: LegCommand) {
        let sent = match command {
            LegCommand::Invite(invite) => self.tools.sip.place(*invite, self.legs_in.clone()).await,
            command => self.tools.sip.command(leg, command).await,
        };
        if let Err(gone) = sent {
            warn!("{gone}");
        }
    }

    async fn wish(&mut self, agent: AgentId, wish: Option<AgentWish>) {
        let state = match wish {
            Some(wish) => self.tools.queue.wish(agent, wish).await,
            None => self.tools.queue.state(agent).await,
        };
        self.call.handle(clock::now(), CallEvent::AgentState(state));
    }

    fn open_media(&mut self, leg: LegId, beside: Option<LegId>, toward: Option<IpAddr>) {
        let (bind, address) = self.tools.addresses.toward(toward);
        let opened = self
            .tools
            .media
            .open(leg, bind, beside, self.media_in.clone());
        let event = match opened {
            Ok(opened) => {
                self.voices.add(opened.media);
                let media = OpenedMedia {
                    address,
                    rtp_port: opened.rtp.port(),
                    rtcp_port: opened.rtcp.port(),
                    session: rand::random(),
                    keys: random_keys(),
                };
                CallEvent::MediaOpened(leg, media)
            }
            Err(e) => {
                warn!(error = %e, "no media for an agent's call");
                CallEvent::MediaFailed(leg)
            }
        };
        self.call.handle(clock::now(), event);
    }
}
