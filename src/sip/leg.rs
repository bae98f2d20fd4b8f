//! What the SIP core and a call say to each other about one leg.
//!
//! A leg is one INVITE dialog (RFC 3261 §12, §13), from the first INVITE to the last BYE.
//! SDP bodies are opaque bytes here: module `sdp` reads them.

use std::time::Duration;

use bytes::Bytes;

use super::flow::Flow;
use crate::ids::{AgentId, LegId, PhoneNumber};

/// A phone call that came in: the INVITE, as far as a call needs it.
#[derive(Clone, Debug)]
pub struct IncomingInvite {
    /// The leg's id from now on.
    pub leg: LegId,
    /// Over which path it came. `flow.transport.is_secure()` decides about SDES keys,
    /// `flow.local` about the address family of the media.
    pub flow: Flow,
    /// The user part of the Request-URI: the number dialled.
    pub dialled: PhoneNumber,
    /// The number in To, where the Request-URI is the account that we registered at a trunk: its
    /// provider says there whom the caller dialled.
    pub named: Option<PhoneNumber>,
    /// The caller: user part of P-Asserted-Identity from a trusted peer, else of From.
    /// `None` when anonymous (RFC 3323).
    pub caller: Option<PhoneNumber>,
    /// The caller's display name; may be empty. Not to be trusted.
    pub caller_name: String,
    /// An agent's id when the caller proved (digest) to be that agent.
    pub authenticated: Option<AgentId>,
    /// No proof came, but it is from an agent's registered phone by its From and its address:
    /// [`LegCommand::Challenge`] asks for one.
    pub may_prove: bool,
    /// The leg that this call is to take the place of (RFC 3891); an agent's call only.
    pub replaces: Option<LegId>,
    /// The offer; `None` for a late offer (RFC 3261 §13.2.1): our 200 must carry one.
    pub offer: Option<Bytes>,
    /// The Call-ID, for logs and records.
    pub call_id: String,
    /// Incoming User-to-User (RFC 7433), as it came.
    pub user_to_user: Option<String>,
}

/// A call that we place.
#[derive(Clone, Debug)]
pub struct OutgoingInvite {
    /// The leg's id, from [`crate::ids::OutgoingLegIds`].
    pub leg: LegId,
    /// Whom to call.
    pub target: CallTarget,
    /// User part of From: the caller's number, passed on to the agent.
    pub from: Option<PhoneNumber>,
    /// Display name of From: the short form of the context card.
    pub from_name: String,
    /// Value of User-to-User (RFC 7433), already encoded (`…;encoding=hex`).
    pub user_to_user: Option<String>,
    /// URL of the context card for Call-Info (RFC 3261 §20.9), `purpose=info`.
    pub call_info: Option<String>,
    /// The phone is asked to answer by itself, at once.
    pub auto_answer: bool,
    /// Our offer; `None` asks the other side to make one.
    pub offer: Option<Bytes>,
    /// The offer to make in its place to who refuses it as not acceptable (488, 606).
    pub instead: Option<Bytes>,
    /// Give up (CANCEL) when there is no final answer after this time.
    pub ring_for: Duration,
}

/// Whom an outgoing call goes to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum CallTarget {
    /// A contact that a phone registered, or a static one from the configuration.
    Contact(Contact),
    /// A number through the trunk of this name.
    Trunk {
        /// Name of the trunk in the configuration.
        trunk: String,
        /// The number to dial.
        number: PhoneNumber,
    },
}

/// Where a registered phone is reached (RFC 3261 §10, Path: RFC 3327).
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Contact {
    /// The Contact URI, as registered.
    pub uri: String,
    /// The Path header's URIs, topmost first; the Route set of requests to the phone.
    pub path: Vec<String>,
    /// The path the REGISTER came by: requests go back on it (symmetric, RFC 5626).
    /// `None` for a static contact: the URI is resolved.
    pub flow: Option<Flow>,
}

/// What a leg tells its call.
#[derive(Clone, Debug)]
pub enum LegEvent {
    /// Incoming leg: the ACK came. With the answer when the offer was in our 200.
    Confirmed {
        /// SDP answer of a late offer.
        answer: Option<Bytes>,
    },
    /// Outgoing leg: a provisional answer (180, 183 …); perhaps with early media's SDP.
    Progress {
        /// 101–199.
        status: u16,
        /// SDP, when there is a (first) answer in it.
        answer: Option<Bytes>,
    },
    /// Outgoing leg: answered with 200; the ACK is already on its way unless `offer` asks
    /// for an answer ([`LegCommand::Ack`]), which is the case for an INVITE without offer.
    Answered {
        /// The answer to our offer.
        answer: Option<Bytes>,
        /// The peer's offer, when our INVITE had none.
        offer: Option<Bytes>,
    },
    /// The peer offers anew (re-INVITE, or UPDATE with SDP: RFC 3311). Reply with
    /// [`LegCommand::AnswerOffer`] or [`LegCommand::RefuseOffer`].
    Offer {
        /// The new offer; `None`: a re-INVITE without one, our reply must carry an offer.
        offer: Option<Bytes>,
    },
    /// The answer to our [`LegCommand::Offer`], or to the offer in our reply to a
    /// re-INVITE without one.
    OfferAnswered {
        /// The answer.
        answer: Bytes,
    },
    /// Our [`LegCommand::Offer`] was refused; the session stays as it was (RFC 3261 §14.1).
    OfferRefused {
        /// The final status.
        status: u16,
    },
    /// INFO came with this body and was answered 200 (`application/dtmf-relay`,
    /// `application/dtmf`), or 415 when nobody knows the type (then there is no event).
    Info {
        /// Content-Type without parameters, lower case.
        content_type: String,
        /// The body.
        body: Bytes,
    },
    /// The peer asks us to transfer the other side (REFER, RFC 3515): answered 202 already.
    /// Report with [`LegCommand::ReferProgress`], last a final status.
    Refer {
        /// User part of Refer-To: a number, an agent, a queue.
        to: PhoneNumber,
        /// Refer-To as it came, without Replaces.
        uri: String,
        /// The dialog that the transfer's target already talks in, if Refer-To names one
        /// (attended transfer: RFC 5589 §7).
        replaces: Option<Replaced>,
    },
    /// The leg is over, whoever ended it. Nothing follows.
    Ended(LegEnd),
}

/// The dialog that a Replaces parameter (RFC 3891) names.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Replaced {
    /// The dialog of this leg.
    Leg(LegId),
    /// None of ours, or one that is over.
    Unknown,
}

/// Why a leg is over.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum LegEnd {
    /// The peer sent BYE.
    PeerBye,
    /// The peer cancelled its INVITE before we answered.
    PeerCancelled,
    /// Outgoing: refused with this final status (300–699); `retry_after` in seconds.
    Refused {
        /// The status.
        status: u16,
        /// Retry-After, if any.
        retry_after: Option<u32>,
    },
    /// We hung up ([`LegCommand::Hangup`] or [`LegCommand::Reject`]).
    LocalHangup,
    /// Outgoing: no final answer within `ring_for`.
    NoAnswer,
    /// Outgoing: no response at all, nowhere to send it, or the connection failed.
    Unreachable,
    /// Incoming: our 200 was never acknowledged (RFC 3261 §13.3.1.4).
    NoAck,
    /// The session timer expired (RFC 4028), a request within the dialog timed out
    /// or was answered 481 or 408 (RFC 3261 §12.2.1.2), or the peer's BYE says that its own way
    /// to us is broken (RFC 3326: 408 or 5xx).
    PeerGone,
}

/// What a call asks of a leg. A command that does not fit the leg's state is ignored and
/// counted: crossing on the wire is normal.
#[derive(Clone, Debug)]
pub enum LegCommand {
    /// Incoming: 180 Ringing.
    Ring,
    /// Incoming: 183 with SDP (early media); sent reliably when the peer supports 100rel.
    Progress {
        /// The SDP answer.
        answer: Bytes,
    },
    /// Incoming: 200 with SDP (the answer, or the offer when the INVITE had none).
    Answer {
        /// The SDP.
        sdp: Bytes,
    },
    /// Incoming: a final refusal, 300–699.
    Reject {
        /// The status.
        status: u16,
        /// Retry-After in seconds (for 503 and 480).
        retry_after: Option<u32>,
    },
    /// Incoming: a refusal of the session description, 400–488, with the reason (RFC 3261 §21.4.26).
    RejectMedia {
        /// The status.
        status: u16,
        /// What is wrong, for a Warning header (§20.43).
        why: String,
    },
    /// Incoming: a refusal that asks for proof of who calls (401, RFC 3261 §22.2). The leg is
    /// over; the INVITE comes again with credentials.
    Challenge,
    /// Outgoing: place the call.
    Invite(Box<OutgoingInvite>),
    /// Outgoing: acknowledge a 200 that carried an offer.
    Ack {
        /// Our answer.
        answer: Bytes,
    },
    /// Offer anew by re-INVITE.
    Offer {
        /// The offer.
        offer: Bytes,
    },
    /// Reply 200 to [`LegEvent::Offer`].
    AnswerOffer {
        /// The answer (or the offer, when the event carried none).
        sdp: Bytes,
    },
    /// Reply 488 to [`LegEvent::Offer`].
    RefuseOffer,
    /// Ask whether the peer is there still: by a request that changes nothing (RFC 3261 §12.2.1.2).
    /// Who is gone is told as [`LegEnd::PeerGone`]; of who answers nothing is told.
    Probe,
    /// Tell a REFER's sender how the transfer goes (NOTIFY, RFC 3515 §2.4.5).
    ReferProgress {
        /// 100–699; 200 and above ends the subscription.
        status: u16,
    },
    /// End the leg in whatever state it is: CANCEL, BYE, or refuse.
    Hangup {
        /// A Reason header (RFC 3326), e.g. `SIP;cause=200;text="Call completed elsewhere"`.
        reason: Option<String>,
    },
}
