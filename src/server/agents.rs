//! Calls to what is no line. Agents, by proof, reach feature codes, each other, queues and
//! outside numbers; nobody else reaches any of these, or learns what there is.

use std::collections::HashMap;
use std::sync::Arc;

use tokio::sync::mpsc::Sender;
use tokio::sync::watch;
use tokio::task::JoinSet;
use tracing::info;

use super::{Server, UNKNOWN, refuse};
use crate::call::agent_call::Wanted;
use crate::call::event::{CallEvent, Location};
use crate::call::features::{Code, monitoring};
use crate::call::setup::AgentCallStart;
use crate::config::Config;
use crate::ids::{AgentId, ContactId, Language, PhoneNumber, QueueName};
use crate::sip::leg::{IncomingInvite, LegCommand};
use crate::task::call::{FirstLeg, Tools};
use crate::task::sip::{IncomingCall, LegEventSender};
use crate::task::{agent_call, clock};

/// What is known of the agents, and of how their calls go out.
#[derive(Debug, Default)]
pub(super) struct Agents {
    known: HashMap<AgentId, Facts>,
    /// What outside numbers are shown.
    number: Option<PhoneNumber>,
}

#[derive(Debug)]
struct Facts {
    name: String,
    language: Language,
    supervisor: bool,
    queues: Vec<QueueName>,
}

impl Agents {
    pub(super) fn new(config: &Config) -> Agents {
        let facts = |a: &crate::config::Agent| Facts {
            name: a.name.clone(),
            supervisor: a.supervisor,
            queues: a.queues.clone(),
            language: a
                .language
                .clone()
                .unwrap_or_else(|| config.prompts.language.clone()),
        };
        let known = config.agents.iter().map(|a| (a.id.clone(), facts(a)));
        let numbers = config.trunks.iter().find_map(|t| t.numbers.first());
        Agents {
            known: known.collect(),
            number: numbers.map(PhoneNumber::new),
        }
    }
}

impl Server {
    /// A call to a number that no line has.
    pub(super) fn no_line(
        &self,
        call: IncomingCall,
        calls: &mut JoinSet<()>,
        stopping: &watch::Receiver<bool>,
    ) {
        let (sip, leg) = (self.tools.sip.clone(), call.invite.leg);
        match call.invite.authenticated.clone() {
            Some(agent) if self.agents.known.contains_key(&agent) => {
                let (tools, agents) = (self.tools.clone(), self.agents.clone());
                let stop = stopping.clone();
                calls.spawn(from_agent(tools, agents, agent, call, stop));
            }
            None if call.invite.may_prove => {
                calls.spawn(async move {
                    // Signalling that is gone asks nobody.
                    let _ = sip.command(leg, LegCommand::Challenge).await;
                });
            }
            Some(_) | None => {
                if let Some(times) = UNKNOWN.count() {
                    info!(dialled = %call.invite.dialled, times, "no such number");
                }
                calls.spawn(refuse(sip, leg, 404, None));
            }
        }
    }
}

async fn from_agent(
    tools: Tools,
    agents: Arc<Agents>,
    agent: AgentId,
    call: IncomingCall,
    stop: watch::Receiver<bool>,
) {
    let IncomingCall {
        invite,
        events,
        sender,
    } = call;
    let first = FirstLeg {
        events,
        sender,
        key: None,
    };
    let Some(facts) = agents.known.get(&agent) else {
        return;
    };
    let (dialled, leg, replaces) = (invite.dialled.clone(), invite.leg, invite.replaces);
    let start = start(agent, invite, &agents);
    if let Some(replaces) = replaces {
        let found = tools.queue.dialled(start.agent.clone(), dialled).await;
        return match found.and_then(|(_, talk)| talk) {
            Some(talk) => {
                let event = |start| CallEvent::TakeOver(Box::new(start), replaces);
                beside(tools, first, start, talk, event).await;
            }
            None => refuse(tools.sip, leg, 603, None).await,
        };
    }
    let monitoring = monitoring(dialled.reveal(), &tools.setup.features);
    if let Some((presence, whom)) = monitoring.filter(|_| facts.supervisor) {
        let found = tools.queue.dialled(whom, dialled).await;
        return match found.and_then(|(_, talk)| talk) {
            Some(talk) => {
                let event = |start| CallEvent::Monitor(Box::new(start), presence);
                beside(tools, first, start, talk, event).await;
            }
            // No such agent, or nobody whom they talk with.
            None => refuse(tools.sip, leg, 480, None).await,
        };
    }
    if let Some(code) = Code::dialled(dialled.reveal(), &tools.setup.features) {
        let language = facts.language.clone();
        let queues = facts.queues.clone();
        let wanted = Wanted::Code {
            code,
            language,
            queues,
        };
        return agent_call::run(tools, first, start, wanted, stop).await;
    }
    let found = tools.queue.dialled(start.agent.clone(), dialled).await;
    let Some((to, talk)) = found else {
        return refuse(tools.sip, leg, 503, None).await;
    };
    if matches!(to, Location::Unknown | Location::Line(_)) {
        return refuse(tools.sip, leg, 404, None).await;
    }
    // Beside a talk that call says so, and writes it down.
    if talk.is_none() && matches!(to, Location::NotAllowed { .. }) {
        return refuse(tools.sip, leg, 403, None).await;
    }
    let start = AgentCallStart { to, ..start };
    match talk {
        None => {
            let name = facts.name.clone();
            agent_call::run(tools, first, start, Wanted::Somebody { name }, stop).await;
        }
        // With a caller on the other leg: that call knows who it is about.
        Some(talk) => {
            let event = |start| CallEvent::Dialled(Box::new(start));
            beside(tools, first, start, talk, event).await;
        }
    }
}

fn start(agent: AgentId, invite: IncomingInvite, agents: &Agents) -> AgentCallStart {
    AgentCallStart {
        contact: ContactId::new(clock::now().wall, rand::random()),
        agent,
        leg: invite.leg,
        offer: invite.offer,
        transport: invite.flow.transport,
        remote: invite.flow.remote.ip(),
        number: agents.number.clone(),
        to: Location::Unknown,
    }
}

/// Gives the leg to the call of the caller, and its events for as long as there are any.
async fn beside(
    tools: Tools,
    first: FirstLeg,
    start: AgentCallStart,
    talk: Sender<CallEvent>,
    event: impl FnOnce(AgentCallStart) -> CallEvent,
) {
    let leg = start.leg;
    let FirstLeg {
        mut events, sender, ..
    } = first;
    // With the last of its senders the channel ends.
    drop::<LegEventSender>(sender);
    if talk.send(event(start)).await.is_err() {
        return refuse(tools.sip, leg, 480, None).await;
    }
    while let Some((leg, event)) = events.recv().await {
        if talk.send(CallEvent::Leg(leg, event)).await.is_err() {
            return;
        }
    }
}
