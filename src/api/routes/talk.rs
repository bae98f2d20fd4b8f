//! Orders to a call in progress: what an agent's desk does in place of the phone's keys. Each
//! answers with how the talk stands after it.

use axum::Json;
use axum::extract::{Path, State};
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use serde::Serialize;
use utoipa::ToSchema;

use super::agents::{speaks_for, unknown};
use super::{etag, tagged, version};
use crate::api::Api;
use crate::api::fields::Body;
use crate::api::problem::{Answer, Problem};
use crate::api::target::{self, Target};
use crate::api::who::{Right, Who};
use crate::ids::{AgentId, ContactId, PhoneNumber};
use crate::live::{CallNow, ConsultNow, OtherNow, PartyNow};
use crate::queue::action::AgentState;
use crate::record::timeline::{ConsultStep, Presence};
use crate::store::audit::Deed;
use crate::task::desk::{self, NotDone, NotPlaced, Order, Other, Refusal, Talk, Wanted};

/// A call in progress, and how its talk stands.
#[derive(Debug, Serialize, ToSchema)]
pub struct TalkView {
    /// The call.
    #[serde(flatten)]
    call: CallNow,
    /// The talk; none: nobody talks with the caller.
    talk: Option<TalkNow>,
}

/// How a talk stands.
#[derive(Debug, Serialize, ToSchema)]
pub struct TalkNow {
    /// With whom the caller talks; none: being handed on by an agent who has left.
    with: Option<PartyNow>,
    /// Who holds: `desk` or `phone`; none: nobody does.
    held_by: Option<&'static str>,
    /// Being handed on.
    transferring: bool,
    /// Whom the agent asks.
    asks: Option<ConsultNow>,
    /// Colleagues of the conference.
    colleagues: Vec<OtherNow>,
    /// Supervisors with the talk. Agents are not shown those who only listen where their queue does
    /// not tell, nor those whose phone still rings.
    supervisors: Vec<LeadNow>,
}

/// A supervisor with a talk.
#[derive(Debug, Serialize, ToSchema)]
pub struct LeadNow {
    /// Who.
    agent: String,
    /// `listens`, `whispers`, `talks` or `takes_over`.
    part: &'static str,
    /// Their phone still rings.
    rings: bool,
}

impl TalkView {
    fn of(api: &Api, who: &Who, call: CallNow, talk: &Talk) -> TalkView {
        let leads = who.may(Right::Lead);
        let theirs = who.agent.as_ref().is_some_and(|a| call.agents.contains(a));
        let numbers = who.may(Right::Numbers) || theirs;
        let queue = call.queue.as_ref().and_then(|q| api.queue(q.as_str()));
        let tells = queue.is_none_or(|q| q.monitor_notice);
        let seen = |o: &&Other| {
            leads || !o.leads || (!o.rings && (tells || o.part != Some(Presence::Listens)))
        };
        let others = talk.others.iter().filter(seen);
        let (leads, colleagues): (Vec<&Other>, Vec<&Other>) = others.partition(|o| o.leads);
        let colleagues = colleagues.into_iter().map(|o| OtherNow {
            who: PartyNow::from(&o.who).seen(numbers),
            part: o.part.unwrap_or(Presence::Talks),
        });
        let supervisors = leads.into_iter().map(|o| LeadNow {
            agent: PartyNow::from(&o.who).name,
            part: part(o.part),
            rings: o.rings,
        });
        let asks = talk.asks.as_ref().map(|(to, talks)| ConsultNow {
            to: PartyNow::from(to).seen(numbers),
            step: match talks {
                true => ConsultStep::Talks,
                false => ConsultStep::Rings,
            },
        });
        let there = talk.with.is_some() || talk.transferring;
        let now = TalkNow {
            with: talk.with.as_ref().map(|w| PartyNow::from(w).seen(numbers)),
            held_by: match (talk.on_hold, talk.held_by_phone) {
                (true, _) => Some("desk"),
                (false, true) => Some("phone"),
                (false, false) => None,
            },
            transferring: talk.transferring,
            asks,
            colleagues: colleagues.collect(),
            supervisors: supervisors.collect(),
        };
        TalkView {
            call,
            talk: there.then_some(now),
        }
    }
}

fn part(part: Option<Presence>) -> &'static str {
    match part {
        Some(Presence::Listens) => "listens",
        Some(Presence::Whispers) => "whispers",
        Some(Presence::Talks) => "talks",
        None => "takes_over",
    }
}

/// A call that this viewer may see.
pub(super) async fn find(api: &Api, who: &Who, contact: &str) -> Answer<CallNow> {
    let none = || {
        Problem::not_found(
            format!("there is no call `{}` now", contact.escape_default()),
            "GET /api/v1/calls lists those in progress",
        )
    };
    let id: ContactId = contact.parse().map_err(|_| none())?;
    let calls = api.live.calls(who.viewer(api)).await;
    calls
        .into_iter()
        .find(|c| c.contact.0 == id)
        .ok_or_else(none)
}

/// Whose talk it must be: one's own, but for those who lead.
fn whose(who: &Who) -> Answer<Option<AgentId>> {
    match (who.may(Right::Lead), &who.agent) {
        (true, _) => Ok(None),
        (false, Some(agent)) => Ok(Some(agent.clone())),
        (false, None) => who.need(Right::Lead).map(|()| None),
    }
}

/// Gives an order, and writes down who did.
pub(super) async fn give(
    api: &Api,
    who: &Who,
    headers: &HeaderMap,
    call: &CallNow,
    (word, detail): (&'static str, Option<String>),
    order: Order,
) -> Answer<Response> {
    let agent = whose(who)?;
    let version = version(headers)?.map(i64::cast_unsigned);
    let contact = call.contact.0;
    let deed = |word: &str, detail: Option<String>| Deed {
        detail,
        ..who.deed(word, format!("contact {contact}"))
    };
    // Written down first: nobody has a part in a talk that is not.
    api.store.audit(deed(word, detail)).await?;
    let done = desk::order(&api.queue, contact, agent, version, order).await;
    let problem = match done {
        Ok(talk) => {
            // As it is told after this; one that ended by it, as it was.
            let now = find(api, who, &contact.to_string()).await;
            let call = now.unwrap_or_else(|_| call.clone());
            return Ok(told(api, who, call, &talk));
        }
        Err(NotDone::NoCall) => Problem::wrong_state("the call is over")
            .remedy("GET /api/v1/calls lists those in progress"),
        Err(NotDone::Silent) => Problem::unavailable("the call does not answer")
            .remedy("look how the call stands before you try again"),
        Err(NotDone::Refused(Refusal::Changed)) => Problem::meanwhile("the call"),
        Err(NotDone::Refused(Refusal::NotNow { what, remedy })) => {
            Problem::wrong_state(what).remedy(remedy)
        }
    };
    api.store
        .audit(deed(
            "call.refused",
            Some(format!("{word}: {}", problem.title)),
        ))
        .await?;
    Err(problem)
}

fn told(api: &Api, who: &Who, call: CallNow, talk: &Talk) -> Response {
    let tag = etag(talk.version);
    tagged(&tag, Json(TalkView::of(api, who, call, talk)))
}

/// How a talk stands
///
/// The ETag stands for it: send it as `If-Match` with an order, and the order is refused if anything
/// has happened to the call meanwhile.
#[utoipa::path(get, path = "/calls/{contact}", tag = "talk", params(("contact" = String, Path)),
    responses((status = 200, body = TalkView), (status = 404, body = Problem)))]
pub async fn show(
    State(api): State<Api>,
    who: Who,
    Path(contact): Path<String>,
) -> Answer<Response> {
    let call = find(&api, &who, &contact).await?;
    let talk = desk::order(&api.queue, call.contact.0, None, None, Order::Look).await;
    match talk {
        Ok(talk) => Ok(told(&api, &who, call, &talk)),
        Err(NotDone::Silent) => Err(Problem::unavailable("the call does not answer")),
        Err(NotDone::NoCall | NotDone::Refused(_)) => Err(Problem::not_found(
            "the call is over",
            "GET /api/v1/contacts/{contact} has its record",
        )),
    }
}

/// An order that needs nothing but the call.
async fn plain(
    api: &Api,
    who: &Who,
    headers: &HeaderMap,
    contact: &str,
    body: Body,
    (word, order): (&'static str, Order),
) -> Answer<Response> {
    body.0.finish(Some(()))?;
    let call = find(api, who, contact).await?;
    give(api, who, headers, &call, (word, None), order).await
}

/// An order that names somebody.
async fn toward(
    api: &Api,
    who: &Who,
    headers: &HeaderMap,
    contact: &str,
    body: Body,
    (word, order): (&'static str, impl FnOnce(desk::Location) -> Order),
) -> Answer<Response> {
    let Body(mut body) = body;
    let named = target::read(api, &mut body);
    let named = body.finish(named)?;
    let call = find(api, who, contact).await?;
    let agent = whose(who)?.or_else(|| call.agents.first().cloned());
    let agent = agent.unwrap_or_else(|| AgentId::new(""));
    let detail = named.to_string();
    let to = target::locate(api, &agent, named).await?;
    give(api, who, headers, &call, (word, Some(detail)), order(to)).await
}

/// Put the caller on hold
///
/// They hear music, by the server: the phone's own hold key is not needed.
#[utoipa::path(post, path = "/calls/{contact}/hold", tag = "talk", params(("contact" = String, Path)),
    responses((status = 200, body = TalkView), (status = 403, body = Problem),
        (status = 404, body = Problem), (status = 409, body = Problem), (status = 412, body = Problem)))]
pub async fn hold(
    State(api): State<Api>,
    who: Who,
    Path(contact): Path<String>,
    headers: HeaderMap,
    body: Body,
) -> Answer<Response> {
    let order = ("call.hold", Order::Hold);
    plain(&api, &who, &headers, &contact, body, order).await
}

/// End the hold
///
/// One that the phone itself began ends at the phone.
#[utoipa::path(post, path = "/calls/{contact}/resume", tag = "talk", params(("contact" = String, Path)),
    responses((status = 200, body = TalkView), (status = 403, body = Problem),
        (status = 404, body = Problem), (status = 409, body = Problem), (status = 412, body = Problem)))]
pub async fn resume(
    State(api): State<Api>,
    who: Who,
    Path(contact): Path<String>,
    headers: HeaderMap,
    body: Body,
) -> Answer<Response> {
    let order = ("call.resume", Order::Resume);
    plain(&api, &who, &headers, &contact, body, order).await
}

/// Hand the caller on
///
/// At once, without asking before. The answer comes when the other phone rings; what becomes of it
/// is told as `contact.transferred` or `contact.transfer_failed`: then the agent is with the caller
/// as before.
#[utoipa::path(post, path = "/calls/{contact}/transfer", tag = "talk",
    params(("contact" = String, Path)), request_body = Target,
    responses((status = 200, body = TalkView), (status = 403, body = Problem),
        (status = 404, body = Problem), (status = 409, body = Problem),
        (status = 412, body = Problem), (status = 422, body = Problem)))]
pub async fn transfer(
    State(api): State<Api>,
    who: Who,
    Path(contact): Path<String>,
    headers: HeaderMap,
    body: Body,
) -> Answer<Response> {
    let order = ("call.transfer", Order::Transfer);
    toward(&api, &who, &headers, &contact, body, order).await
}

/// Ask somebody first
///
/// The caller is on hold, and the agent's own phone is connected with whom they ask as soon as they
/// answer. Who does not answer, refuses or hangs up leaves the agent with the caller again
/// (`contact.consult`). An agent who hangs up their phone meanwhile hands the caller on.
#[utoipa::path(post, path = "/calls/{contact}/consult", tag = "talk",
    params(("contact" = String, Path)), request_body = Target,
    responses((status = 200, body = TalkView), (status = 403, body = Problem),
        (status = 404, body = Problem), (status = 409, body = Problem),
        (status = 412, body = Problem), (status = 422, body = Problem)))]
pub async fn consult(
    State(api): State<Api>,
    who: Who,
    Path(contact): Path<String>,
    headers: HeaderMap,
    body: Body,
) -> Answer<Response> {
    let order = |to| Order::Consult {
        to,
        contact: desk::new_contact(),
    };
    let order = ("call.consult", order);
    toward(&api, &who, &headers, &contact, body, order).await
}

/// Hand the caller to whom the agent asks
///
/// Where they have not answered yet: as soon as they do.
#[utoipa::path(post, path = "/calls/{contact}/complete", tag = "talk", params(("contact" = String, Path)),
    responses((status = 200, body = TalkView), (status = 403, body = Problem),
        (status = 404, body = Problem), (status = 409, body = Problem), (status = 412, body = Problem)))]
pub async fn complete(
    State(api): State<Api>,
    who: Who,
    Path(contact): Path<String>,
    headers: HeaderMap,
    body: Body,
) -> Answer<Response> {
    let order = ("call.complete", Order::Complete);
    plain(&api, &who, &headers, &contact, body, order).await
}

/// Let go whom the agent asks
///
/// The agent is with the caller again.
#[utoipa::path(post, path = "/calls/{contact}/cancel", tag = "talk", params(("contact" = String, Path)),
    responses((status = 200, body = TalkView), (status = 403, body = Problem),
        (status = 404, body = Problem), (status = 409, body = Problem), (status = 412, body = Problem)))]
pub async fn cancel(
    State(api): State<Api>,
    who: Who,
    Path(contact): Path<String>,
    headers: HeaderMap,
    body: Body,
) -> Answer<Response> {
    let order = ("call.cancel", Order::Cancel);
    plain(&api, &who, &headers, &contact, body, order).await
}

/// Have all three talk
///
/// Caller, agent and whom they ask. Who leaves, leaves.
#[utoipa::path(post, path = "/calls/{contact}/conference", tag = "talk", params(("contact" = String, Path)),
    responses((status = 200, body = TalkView), (status = 403, body = Problem),
        (status = 404, body = Problem), (status = 409, body = Problem), (status = 412, body = Problem)))]
pub async fn confer(
    State(api): State<Api>,
    who: Who,
    Path(contact): Path<String>,
    headers: HeaderMap,
    body: Body,
) -> Answer<Response> {
    let order = ("call.conference", Order::Confer);
    plain(&api, &who, &headers, &contact, body, order).await
}

/// Hang up the agent's phone
///
/// That ends the call, unless others talk with the caller: they talk on.
#[utoipa::path(post, path = "/calls/{contact}/hang-up", tag = "talk", params(("contact" = String, Path)),
    responses((status = 200, body = TalkView), (status = 403, body = Problem),
        (status = 404, body = Problem), (status = 409, body = Problem), (status = 412, body = Problem)))]
pub async fn hang_up(
    State(api): State<Api>,
    who: Who,
    Path(contact): Path<String>,
    headers: HeaderMap,
    body: Body,
) -> Answer<Response> {
    let order = ("call.hang_up", Order::HangUp);
    plain(&api, &who, &headers, &contact, body, order).await
}

/// Whom an agent has called.
#[derive(Debug, Serialize, ToSchema)]
pub struct DialView {
    /// Whose phone rings.
    agent: String,
    /// Whom it is for.
    to: PartyNow,
}

/// Call somebody
///
/// The agent's own phone rings first, and when it is answered, whom they want: a colleague, a queue
/// or a number outside. What becomes of it is heard at the phone.
#[utoipa::path(post, path = "/agents/{agent}/dial", tag = "agents", params(("agent" = String, Path)),
    request_body = Target,
    responses((status = 202, body = DialView), (status = 403, body = Problem),
        (status = 404, body = Problem), (status = 409, body = Problem), (status = 422, body = Problem)))]
pub async fn dial(
    State(api): State<Api>,
    who: Who,
    Path(agent): Path<String>,
    Body(mut body): Body,
) -> Answer<Response> {
    let agent = AgentId::new(agent);
    speaks_for(&who, &agent)?;
    let facts = api.agent(&agent).ok_or_else(|| unknown(&agent))?;
    let named = target::read(&api, &mut body);
    let named = body.finish(named)?;
    let detail = named.to_string();
    let to = target::locate(&api, &agent, named).await?;
    if matches!(to, desk::Location::Line(_)) {
        return Err(Problem::wrong_state("this number is one of our own lines")
            .remedy("dial it at the phone, as a caller does"));
    }
    let own = target::phones(&api, &agent).await?;
    let state = api.queue.state(agent.clone()).await;
    if let Some(AgentState::Engaged) = state {
        return Err(Problem::wrong_state(format!("{agent} is on another call"))
            .remedy("hang up the phone first"));
    }
    if let Some(AgentState::Talking | AgentState::Offered) = state {
        return Err(Problem::wrong_state(format!("{agent} is with a caller"))
            .remedy("ask somebody from that call: POST /api/v1/calls/{contact}/consult"));
    }
    let config = api.config();
    let numbers = config.trunks.iter().find_map(|t| t.numbers.first());
    let view = DialView {
        agent: agent.to_string(),
        to: shown(&to),
    };
    let deed = who.deed("agent.dial", format!("agent {agent}"));
    let detail = Some(detail);
    api.store.audit(Deed { detail, ..deed }).await?;
    let wanted = Wanted {
        name: facts.name.clone(),
        agent,
        own,
        number: numbers.map(PhoneNumber::new),
        to,
    };
    match api.desk.place(wanted) {
        Ok(()) => Ok((StatusCode::ACCEPTED, Json(view)).into_response()),
        Err(NotPlaced::Busy) => Err(Problem::wrong_state("a call that was asked for so goes on")
            .remedy("hang up the phone first")),
        Err(NotPlaced::Unavailable) => Err(Problem::unavailable("no call can be placed now")),
    }
}

fn shown(to: &desk::Location) -> PartyNow {
    use crate::record::timeline::TransferTo;
    PartyNow::from(&match to {
        desk::Location::Agent(agent, _) | desk::Location::Busy(agent) => TransferTo::Agent {
            agent: agent.clone(),
        },
        desk::Location::Queue(queue) => TransferTo::Queue {
            queue: queue.clone(),
        },
        desk::Location::Outside { number, .. } | desk::Location::NotAllowed { number, .. } => {
            TransferTo::Number {
                number: number.clone(),
            }
        }
        desk::Location::Line(line) => TransferTo::Queue {
            queue: line.as_str().into(),
        },
        desk::Location::Unknown => TransferTo::Queue { queue: "".into() },
    })
}
