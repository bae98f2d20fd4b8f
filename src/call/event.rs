//! What a call and its shell say to each other: the whole boundary on one screen.

use std::collections::BTreeMap;
use std::net::IpAddr;
use std::sync::Arc;
use std::time::Duration;

use super::hearing::{Ask as HearingAsk, Told as HearingTold};
use super::order::{Asked, Refusal, Reply, Talk};
use super::setup::AgentCallStart;
use crate::ids::{
    AgentId, ContactId, Language, LegId, LineName, NodeName, PhoneNumber, QueueName, SkillName,
};
use crate::media::command::{MediaCommand, MediaEvent};
use crate::media::prompt::Prompt;
use crate::media::tap::Side;
use crate::menu::outcome::{AskId, Letter, Slot, WebReply, WebRequest};
use crate::now::Wall;
use crate::queue::Arrival;
use crate::queue::acd::NotAnswered;
use crate::queue::action::{
    AgentState, AgentWish, OfferId, OverflowCause, OverflowStep, Withdrawal,
};
use crate::queue::estimate::Interval;
use crate::record::customer::Learnt;
use crate::record::taping::{Silence, TapedBy};
use crate::record::timeline::{CallbackId, Event as RecordEvent, MessageId, OutboxId, Presence};
use crate::record::verdict::Verdict;
use crate::sdp::KeyMaterial;
use crate::sip::leg::{Contact, LegCommand, LegEvent};

/// What happens to a call.
#[derive(Debug)]
pub enum CallEvent {
    /// From the SIP core, about one of the call's legs.
    Leg(LegId, LegEvent),
    /// From the media thread.
    Media(MediaEvent),
    /// The ports asked for by [`CallAction::OpenMedia`] are there.
    MediaOpened(LegId, OpenedMedia),
    /// There are no ports, or the socket failed.
    MediaFailed(LegId),
    /// From the queue.
    Queue(QueueEvent),
    /// The answer to [`CallAction::Locate`].
    Located(Location),
    /// What became of a message that was recorded and is to be kept.
    Recording(RecordingId, RecordingOutcome),
    /// The answer to [`CallAction::FetchMessage`]; `None`: it can not be heard.
    Draft(RecordingId, Option<Arc<Prompt>>),
    /// The answer to [`CallAction::Ask`], or in words why there is none.
    Reply(AskId, Result<WebReply, String>),
    /// The answer to [`CallAction::Recall`]: the name of the step; `None`: nothing is kept, or
    /// the store can not tell.
    Recalled(AskId, Option<String>),
    /// The answer to [`CallAction::StoreCallback`]; `None`: it could not be stored.
    CallbackStored(AskId, Option<StoredCallback>),
    /// The answer to [`CallAction::FindTimes`]: when callbacks are due; `None`: the store can not
    /// tell.
    Times(AskId, Option<Vec<Wall>>),
    /// In place of [`CallEvent::CallbackStored`]: the chosen time is taken by now.
    TimeTaken(AskId),
    /// The answer to [`CallAction::Send`]; `None`: it could not be stored.
    LetterStored(AskId, Option<OutboxId>),
    /// An agent has dialled somebody.
    Dialled(Box<AgentCallStart>),
    /// A supervisor wants to have a part in the talk.
    Monitor(Box<AgentCallStart>, Presence),
    /// An agent's other phone wants to take the place of this leg.
    TakeOver(Box<AgentCallStart>, LegId),
    /// From the queue, about the call that an agent placed under this contact.
    QueueAs(ContactId, QueueEvent),
    /// Somebody at a desk asks for something; [`CallAction::Told`] follows.
    Ordered(Box<Asked>),
    /// The answer to [`CallAction::Wish`]; `None`: the queue does not know the agent.
    AgentState(Option<AgentState>),
    /// The answer to [`CallAction::WriteUp`]: what the agent does from then on.
    WrittenUp(Result<AgentState, NotWritten>),
    /// The answer to [`CallAction::Hearing`].
    Hearing(HearingTold),
    /// Who is to be called back by this call has called in, or does not want it any more.
    Cancelled,
    /// The answer to [`CallAction::LookUp`]; the usual one where nothing is known.
    Known(Known),
    /// Something more is known of who calls: it goes onto the card.
    Learnt(Box<Learnt>),
    /// About the recording of the talk.
    Tape(TapeEvent),
    /// The server stops: the grace period is over.
    Stop,
}

/// Ports and secrets for one leg, as the edge got them.
#[derive(Clone, Debug)]
pub struct OpenedMedia {
    /// The address to write into SDP.
    pub address: IpAddr,
    /// RTP port.
    pub rtp_port: u16,
    /// RTCP port.
    pub rtcp_port: u16,
    /// Random: the session id in SDP.
    pub session: u64,
    /// Randomness for SRTP keys.
    pub keys: KeyMaterial,
}

/// What the queue tells a waiting call.
#[derive(Clone, Debug, PartialEq)]
pub enum QueueEvent {
    /// Ring this agent.
    Offer {
        /// The offer.
        offer: OfferId,
        /// The agent.
        agent: AgentId,
        /// Where the agent's phones are; empty when they have just gone.
        contacts: Vec<Contact>,
        /// How long.
        ring_for: Duration,
    },
    /// Stop ringing.
    Withdraw {
        /// The offer.
        offer: OfferId,
        /// Why.
        why: Withdrawal,
    },
    /// The agent who answered this offer has the caller: connect them.
    Connect(OfferId),
    /// The offer was over when the agent answered: end the agent's call.
    TooLate(OfferId),
    /// The caller's place; 1 is next.
    Position {
        /// 1 is next.
        position: usize,
        /// How long it will probably take; `None` while too little is known.
        wait: Option<Interval>,
    },
    /// Time for the comfort message.
    Comfort,
    /// The caller is out of the queue.
    Overflow {
        /// Why.
        cause: OverflowCause,
        /// Where to.
        to: OverflowStep,
    },
}

/// What a call tells the queue.
#[derive(Clone, Debug, PartialEq)]
pub enum QueueCommand {
    /// The caller begins to wait.
    Enter(Arrival),
    /// The caller goes back to self-service; the place is kept, and agents are offered them.
    LookBack,
    /// The caller wants to leave a message in place of waiting; [`QueueEvent::Overflow`] follows.
    Message,
    /// The step to which the queue sent the caller came to nothing; the next follows. `again`: the
    /// caller asks for a person all the same, and the queue is asked before.
    NextStep {
        /// Whether they do.
        again: bool,
    },
    /// The caller wants to know their place; [`QueueEvent::Position`] follows.
    Position,
    /// The caller is gone from the queue, wherever they stood in it.
    Leave,
    /// An agent's phone has answered this offer; [`QueueEvent::Connect`] or
    /// [`QueueEvent::TooLate`] follows.
    Answered(OfferId),
    /// The agent of this offer did not answer.
    NotAnswered(OfferId, NotAnswered),
    /// The talk with this agent is over, and with it the contact.
    Over(AgentId),
    /// This agent has handed the caller on and is free; the caller's place is kept.
    Transferring(AgentId),
    /// Back from self-service: the caller listens again. Nothing for one whom an agent has got.
    BackInLine,
    /// The agent was lost, or the transfer failed: back to the head of the line.
    Return,
    /// An agent to whom the caller was transferred talks with them.
    Took(AgentId),
    /// Who was called back has answered, and talks with the agent.
    Reached,
}

/// Where a transfer goes, as the server's directory knows it.
#[derive(Clone, Debug, PartialEq)]
pub enum Location {
    /// An agent with the phones they have just now.
    Agent(AgentId, Vec<Contact>),
    /// An agent whose phone rings for a caller of a queue: the caller came first.
    Busy(AgentId),
    /// A queue.
    Queue(QueueName),
    /// A line, by one of its numbers.
    Line(LineName),
    /// An outside number through a trunk.
    Outside {
        /// The trunk.
        trunk: String,
        /// The number.
        number: PhoneNumber,
    },
    /// An outside number that agents and callers may not have called. What menus dial is the
    /// operator's own word, and goes.
    NotAllowed {
        /// The trunk.
        trunk: String,
        /// The number.
        number: PhoneNumber,
    },
    /// Nobody here.
    Unknown,
}

/// Under what the step of a guide is kept.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct GuidePlace {
    /// On which line.
    pub line: LineName,
    /// In which guide.
    pub guide: NodeName,
    /// Whose.
    pub caller: PhoneNumber,
}

/// The wish to be called back.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CallbackWish {
    /// Whose people call.
    pub queue: QueueName,
    /// Where.
    pub number: PhoneNumber,
    /// Who asked; `None`: the number is withheld.
    pub caller: Option<PhoneNumber>,
    /// In which language the caller was served.
    pub language: Language,
    /// Since when they stand in line; `None`: they do not.
    pub since: Option<Wall>,
    /// When they are to be called; `None`: as soon as somebody is free.
    pub slot: Option<Slot>,
    /// What they need of who calls, and at which level.
    pub needs: BTreeMap<SkillName, u8>,
    /// How urgent.
    pub priority: u8,
}

/// A follow-up that is to be sent.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FollowUpWish {
    /// Which node asks for it.
    pub node: NodeName,
    /// What is sent, and to whom.
    pub letter: Letter,
}

/// A wish to be called back that is durable.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct StoredCallback {
    /// Its name in the store.
    pub callback: CallbackId,
    /// It was open before, since then.
    pub since: Option<Wall>,
}

/// How far a call is with somebody who is called back.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum CallbackStep {
    /// An agent is there, and the customer's phone is called.
    Begun {
        /// Who.
        agent: AgentId,
    },
    /// The agent hung up before the customer answered; it is tried with another.
    CalledOff,
    /// The customer was not reached.
    Failed {
        /// Why.
        cause: NotAnswered,
    },
    /// The two talk.
    Done,
}

/// What is known of a caller from before.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Known {
    /// They are to be called back.
    pub callback: Option<OpenCallback>,
    /// With whom they talked last, and when that call began.
    pub agent: Option<(AgentId, Wall)>,
}

/// A wish to be called back that is open.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OpenCallback {
    /// Its name in the store.
    pub callback: CallbackId,
    /// Whose people call.
    pub queue: QueueName,
    /// Since when their place counts.
    pub since: Wall,
    /// Who has tried to call.
    pub agent: Option<AgentId>,
}

/// One recording of a call: what is told late about an earlier one is no answer to a later.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct RecordingId(pub u32);

/// One recording of a talk of this call.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct TapeId(pub u32);

/// What a call asks of whoever writes its talks down.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum TapeCommand {
    /// A talk begins that is recorded.
    Begin {
        /// Which.
        tape: TapeId,
        /// Whose caller.
        queue: QueueName,
        /// Who talks with them.
        agent: AgentId,
        /// The caller was asked and agreed; else they were told.
        agreed: bool,
    },
    /// From now on these are heard, and nobody else.
    Hear {
        /// Which.
        tape: TapeId,
        /// Whose legs, on which channel.
        legs: Vec<(LegId, Side)>,
        /// Why nobody is heard.
        silence: Option<Silence>,
    },
    /// The talk is over. The end of the call ends it as well.
    End {
        /// Which.
        tape: TapeId,
    },
}

/// What a call is told of its recording.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum TapeEvent {
    /// It is to pause, or to go on.
    Pause {
        /// Pause.
        pause: bool,
        /// Who says so.
        by: TapedBy,
    },
    /// It could not be begun, or has ended before the talk.
    Failed {
        /// Which.
        tape: TapeId,
        /// Why, in words.
        what: String,
    },
}

/// What became of a message.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RecordingOutcome {
    /// Durable: file and row are on disk.
    Stored {
        /// Its name in the store.
        message: MessageId,
        /// How long it is.
        length: Duration,
    },
    /// It has ended, and is on the disk; the caller says what becomes of it.
    Taken,
    /// Nothing worth keeping was said; nothing was stored.
    TooShort,
    /// The disk or the store failed.
    Failed,
}

/// Why a talk did not get a code. Nothing has changed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum NotWritten {
    /// The agent writes nothing up, but does this.
    NotNow(AgentState),
    /// The queue has no code at this place.
    NoSuchCode,
    /// It could not be stored.
    Failed,
}

/// What a call asks of its shell.
#[derive(Debug)]
pub enum CallAction {
    /// To the SIP core.
    Sip(LegId, LegCommand),
    /// Open RTP ports for a leg.
    OpenMedia {
        /// The leg.
        leg: LegId,
        /// On the media thread of this leg (both sides of a bridge share one).
        beside: Option<LegId>,
        /// Which phone will be at the other end, for the choice of the local address.
        toward: Option<IpAddr>,
    },
    /// To the media thread.
    Media(LegId, MediaCommand),
    /// To the queue.
    Queue(QueueCommand),
    /// To the queue, for the call that an agent placed under this contact.
    QueueAs(ContactId, QueueCommand),
    /// What an agent says of themselves (`None`: nothing, it is only asked);
    /// [`CallEvent::AgentState`] follows.
    Wish(AgentId, Option<AgentWish>),
    /// The talk that an agent writes up gets the code at this place of its queue's, from 1 on, and is
    /// written up; [`CallEvent::WrittenUp`] follows.
    WriteUp(AgentId, u8),
    /// An agent hears messages; [`CallEvent::Hearing`] follows.
    Hearing(AgentId, HearingAsk),
    /// Find out what a REFER's target is; [`CallEvent::Located`] follows.
    Locate(PhoneNumber),
    /// Begin to record a message on the leg.
    RecordMessage {
        /// Goes with what becomes of it.
        recording: RecordingId,
        /// The leg.
        leg: LegId,
        /// The longest message taken.
        limit: Duration,
    },
    /// End the recording, and wait for what becomes of it: it is kept unless it is dropped.
    /// [`CallEvent::Recording`] tells whether anything was said.
    EndMessage,
    /// What was recorded, to be heard; [`CallEvent::Draft`] follows.
    FetchMessage,
    /// End the recording and keep it; [`CallEvent::Recording`] follows.
    KeepMessage {
        /// Even if nothing was said: the wish to be called back is then the message.
        even_if_empty: bool,
    },
    /// End the recording and forget it.
    DropMessage,
    /// Ask a web service; [`CallEvent::Reply`] follows.
    Ask(AskId, WebRequest),
    /// Find the step of a guide that is kept; [`CallEvent::Recalled`] follows.
    Recall(AskId, GuidePlace),
    /// Keep the step of a guide for this long, or (`None`) forget it. Nothing follows: what can
    /// not be kept only means that the next call begins at the first step.
    Remember(GuidePlace, Option<(String, Duration)>),
    /// Find out when callbacks of a queue are due between two moments; [`CallEvent::Times`] follows.
    FindTimes(AskId, QueueName, Wall, Wall),
    /// Store the wish to be called back; [`CallEvent::CallbackStored`] follows, or
    /// [`CallEvent::TimeTaken`].
    StoreCallback(AskId, CallbackWish),
    /// Find out what is known of the caller; [`CallEvent::Known`] follows. The first word waits
    /// for it, but not for long, and a key does not.
    LookUp(PhoneNumber),
    /// The caller does not want to be called back any more.
    CancelCallback(CallbackId),
    /// What became of an attempt to call somebody back, to be written down.
    Callback(CallbackId, CallbackStep),
    /// Store a follow-up, to be sent; [`CallEvent::LetterStored`] follows.
    Send(AskId, FollowUpWish),
    /// About the recording of a talk.
    Tape(TapeCommand),
    /// The answer to [`CallEvent::Ordered`]: how the talk stands, or why it was not done.
    Told(Reply, Result<Talk, Refusal>),
    /// For the contact's timeline.
    Record(RecordEvent),
    /// The call is over; nothing follows.
    Done(Verdict),
}
