//! The state graph of a line: every state that a call can be in, and for each the events that
//! it can meet with what comes of them.
//!
//! It holds more paths than the interpreter can take, never fewer: where a walk has a history
//! that the states do not keep, there is an edge for each past. It can also hold what no line
//! that loads can express (a lost edge, a hang-up), so that the proof has something to refuse.

use super::build::Numbers;
use super::edges::Edges;
use crate::ids::{Key, QueueName};
use crate::menu::load::ZeroForm;
use crate::menu::tree::NodeId;
use crate::menu::walk::situation::Phase;

/// Every telephone key.
pub const KEYS: [char; 16] = [
    '0', '1', '2', '3', '4', '5', '6', '7', '8', '9', '*', '#', 'A', 'B', 'C', 'D',
];

/// A state, by its place in [`Graph::states`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct StateId(pub u32);

impl StateId {
    /// As an index.
    pub fn index(self) -> usize {
        self.0 as usize
    }
}

/// Where a call can be.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum State {
    /// For an instant: answered. Known callers begin in their language.
    Answered,
    /// In the menus.
    Menu(At),
    /// For an instant: the caller comes back from the queue into self-service.
    Resuming,
    /// At the people: in a queue, being the `tried`th on the way.
    Waiting {
        /// Which, by its place in [`Graph::queues`].
        queue: u16,
        /// How many queues have been tried, this one included. None is tried twice.
        tried: u16,
    },
    /// At the people: the queue has sent the caller to a number outside, which rings.
    Outside {
        /// Which queue, by its place in [`Graph::queues`].
        queue: u16,
        /// How many queues have been tried.
        tried: u16,
        /// Which of the queue's overflow steps it is.
        step: u16,
    },
    /// Leaving a message.
    Message {
        /// How far.
        step: MessageStep,
        /// How many recordings have begun.
        takes: u8,
    },
    /// The call is over.
    End(End),
}

/// A place in the menus, with all that decides what the next event means.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct At {
    /// The node.
    pub node: NodeId,
    /// The language spoken, by its place among the line's.
    pub language: u8,
    /// What is done there.
    pub phase: Phase,
    /// Which step of a guide, or question of a survey; how many times are offered, or whether one
    /// was chosen that is on its way to the store.
    pub part: u16,
    /// How many digits of an entry have been taken; 0 where they are too many to count. In a
    /// pause: the reminders said.
    pub digits: u8,
    /// A prompt is playing. If not, a key is waited for.
    pub playing: bool,
    /// Failed tries at this node, in this visit.
    pub failures: u8,
    /// The last key was `*`.
    pub starred: bool,
    /// Keys came early. At a `say` that lets none through they wait for its end; anywhere else
    /// this lasts for an instant, until they are used.
    pub ahead: bool,
}

/// How far a message has come.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum MessageStep {
    /// The words before the beep.
    Intro,
    /// The caller speaks.
    Recording,
    /// It ends.
    Ending,
    /// The caller is asked what becomes of it.
    Asking,
    /// A key is waited for.
    Choosing,
    /// What was said is fetched.
    Fetching,
    /// It is heard.
    Hearing,
    /// It is made durable.
    Storing,
    /// The caller is told that it is.
    Confirming,
}

/// How a call ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum End {
    /// After a good-bye in the menus.
    Goodbye,
    /// A person has answered; how that ends is theirs.
    Person,
    /// A message or callback is stored, and the caller has been told.
    Promise,
    /// We hang up for no such reason. No line that loads has it.
    HungUp,
    /// Nothing is left to happen: an overflow chain without a promise at its end.
    Nothing,
}

/// What can happen to a call.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Event {
    /// The caller presses a key.
    Key(Key),
    /// A key that came early is used.
    Ahead(Key),
    /// No more keys came early.
    Settled,
    /// The caller comes back from the queue into self-service.
    LookBack,
    /// The prompt has come to its end.
    Played,
    /// Nothing was pressed in time.
    Silence,
    /// After some digits no more came in time.
    Pause,
    /// The prompt can not be played, or its end is never told.
    PlayFailed,
    /// A web service has answered.
    Found,
    /// A web service does not know it.
    Missing,
    /// It is known where an earlier call has left a guide.
    Recalled,
    /// It is not, or the store is slow or gone.
    NotRecalled,
    /// Somebody answers at an outside number.
    Reached,
    /// Nobody is reached there: busy, refused, unanswered, no trunk.
    NotReached,
    /// A web service is slow, dead or talks nonsense.
    ServiceFailed,
    /// Something of ours failed: a panic in the call's own task, an impossible state.
    Fault,
    /// A person answers.
    Answered,
    /// A person answers, and ends the talk: the caller is asked how it was.
    TalkEnded,
    /// A person answers a caller who has looked back from the queue.
    Called,
    /// The queue can not keep the caller (any longer).
    Overflow(Cause),
    /// No message can be stored: the queue that sent the caller to leave one is asked again.
    AskedAgain,
    /// The longest message is taken.
    RecordedAll,
    /// A message has ended, and something was said.
    Taken,
    /// What was said can be heard.
    Fetched,
    /// It can not.
    NotFetched,
    /// There are times at which the caller can be called back.
    TimesFree,
    /// There are none, or the store is slow or gone.
    NoTimes,
    /// The time that was chosen has been taken meanwhile.
    TimeTaken,
    /// The message, or the wish to be called back, is durable.
    Stored,
    /// Nothing was said in the message.
    TooShort,
    /// It could not be stored.
    StoreFailed,
}

/// Why a queue can not keep a caller.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Cause {
    /// As many wait as it takes.
    Full,
    /// Nobody is signed in (the queue is closed).
    Unstaffed,
    /// Waited as long as it allows.
    WaitedTooLong,
    /// The server stops, or the caller asks for what there is in place of waiting.
    AtOnce,
}

/// Who or what causes an event.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum By {
    /// The caller does something.
    Caller,
    /// Time passes, while the caller does nothing.
    Time,
    /// Something fails.
    Failure,
    /// People do something that nothing may depend on.
    People,
}

impl Event {
    /// Its place among all events.
    pub(super) fn place(self) -> u8 {
        match self {
            Event::Key(key) => key.event(),
            Event::Ahead(key) => 16 + key.event(),
            Event::Settled => 32,
            Event::LookBack => 33,
            Event::Played => 34,
            Event::Silence => 35,
            Event::Pause => 36,
            Event::PlayFailed => 37,
            Event::Found => 38,
            Event::Missing => 39,
            Event::Recalled => 40,
            Event::NotRecalled => 41,
            Event::Reached => 42,
            Event::NotReached => 43,
            Event::ServiceFailed => 44,
            Event::Fault => 45,
            Event::Answered => 46,
            Event::Called => 47,
            Event::Overflow(Cause::Full) => 48,
            Event::Overflow(Cause::Unstaffed) => 49,
            Event::Overflow(Cause::WaitedTooLong) => 50,
            Event::Overflow(Cause::AtOnce) => 51,
            Event::AskedAgain => 52,
            Event::RecordedAll => 53,
            Event::TimesFree => 54,
            Event::NoTimes => 55,
            Event::TimeTaken => 56,
            Event::Stored => 57,
            Event::TooShort => 58,
            Event::StoreFailed => 59,
            Event::TalkEnded => 60,
            Event::Taken => 61,
            Event::Fetched => 62,
            Event::NotFetched => 63,
        }
    }

    /// Who or what causes it.
    pub fn by(self) -> By {
        match self {
            Event::Key(_) | Event::Ahead(_) | Event::LookBack => By::Caller,
            Event::Called | Event::TalkEnded => By::People,
            Event::Settled
            | Event::Played
            | Event::Silence
            | Event::Pause
            | Event::Found
            | Event::Missing
            | Event::Recalled
            | Event::NotRecalled
            | Event::Reached
            | Event::NotReached
            | Event::Answered
            | Event::Overflow(_)
            | Event::RecordedAll
            | Event::Taken
            | Event::Fetched
            | Event::NotFetched
            | Event::TimesFree
            | Event::NoTimes
            | Event::TimeTaken
            | Event::Stored
            | Event::TooShort => By::Time,
            Event::PlayFailed
            | Event::ServiceFailed
            | Event::Fault
            | Event::StoreFailed
            | Event::AskedAgain => By::Failure,
        }
    }

    /// That the caller hears a prompt to its end, or nothing at all.
    pub fn is_heard_out(self) -> bool {
        self == Event::Played || self == Event::Settled
    }

    /// In a word, as the shortest call shows it.
    pub fn word(self) -> String {
        let word = match self {
            Event::Key(key) | Event::Ahead(key) => return key.to_string(),
            Event::Settled => "",
            Event::LookBack => "* (back from the queue)",
            Event::Played => "the prompt ends",
            Event::Silence => "silence",
            Event::Pause => "a pause",
            Event::PlayFailed => "the prompt can not be played",
            Event::Found => "the web service answers",
            Event::Missing => "the web service does not know it",
            Event::Recalled => "an earlier call is recalled",
            Event::NotRecalled => "no earlier call is recalled",
            Event::Reached => "somebody answers outside",
            Event::NotReached => "nobody is reached outside",
            Event::ServiceFailed => "the web service fails",
            Event::Fault => "a fault",
            Event::Answered | Event::Called => "a person answers",
            Event::TalkEnded => "a person answers, and ends the talk",
            Event::Overflow(Cause::Full) => "the queue is full",
            Event::Overflow(Cause::Unstaffed) => "nobody is signed in",
            Event::Overflow(Cause::WaitedTooLong) => "waited too long",
            Event::Overflow(Cause::AtOnce) => "the server stops",
            Event::AskedAgain => "the queue is asked again",
            Event::RecordedAll => "the longest message is taken",
            Event::Taken => "the message has ended",
            Event::Fetched => "the message is heard",
            Event::NotFetched => "the message can not be heard",
            Event::TimesFree => "times are free",
            Event::NoTimes => "no time is free",
            Event::TimeTaken => "the time is taken",
            Event::Stored => "it is stored",
            Event::TooShort => "nothing was said",
            Event::StoreFailed => "it can not be stored",
        };
        word.to_owned()
    }
}

/// What comes of an event.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Edge {
    /// The event.
    pub event: Event,
    /// It counts as a failed try: silence, a wrong key, too few digits.
    pub failed: bool,
    /// The state after it.
    pub to: StateId,
}

/// A prompt that must tell how to reach a person (P2).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Announcement {
    /// Where it is said.
    pub node: NodeId,
    /// In which language, by its place among the line's.
    pub language: u8,
    /// Which prompt of the node.
    pub which: String,
    /// What it must tell.
    pub form: ZeroForm,
    /// Whether it does.
    pub told: bool,
}

/// All states of a line and their edges.
#[derive(Clone, Debug)]
pub struct Graph {
    /// The states. None is there twice.
    pub(super) states: Vec<State>,
    /// What leaves each state.
    pub(super) edges: Edges,
    /// The state after the answer.
    pub(super) start: StateId,
    /// The queues that can be reached, the one behind 0 first.
    pub(super) queues: Vec<QueueName>,
    /// Where callers are asked whether they want to be called back, whom a queue can not keep.
    pub(super) callback: Option<NodeId>,
    /// The prompts that must tell about 0.
    pub(super) announcements: Vec<Announcement>,
    /// For each node: the tries that it grants; 0 where there is nothing to try.
    pub(super) tries: Vec<usize>,
    /// For each node: keys wait for the end of what it says.
    pub(super) deaf: Vec<bool>,
    /// For each node: it is an entry that may begin with 0.
    pub(super) zero_entries: Vec<bool>,
    pub(super) numbers: Numbers,
}

impl Graph {
    /// How many states.
    pub fn states(&self) -> usize {
        self.states.len()
    }

    /// How many edges.
    pub fn edges(&self) -> usize {
        self.edges.len()
    }

    /// Every state's id.
    pub(super) fn all(&self) -> impl Iterator<Item = StateId> + use<> {
        (0..self.states.len() as u32).map(StateId)
    }

    pub(super) fn state(&self, id: StateId) -> State {
        self.states
            .get(id.index())
            .copied()
            .unwrap_or(State::End(End::Nothing))
    }

    /// What leaves a state.
    pub(super) fn from(&self, id: StateId) -> &[Edge] {
        self.edges.of(id)
    }

    /// The state where 0 leads to.
    pub(super) fn is_human(&self, id: StateId) -> bool {
        self.state(id) == State::Waiting { queue: 0, tried: 1 }
    }

    /// Whether it lasts for an instant only, so that nothing can happen in it.
    pub(super) fn is_instant(&self, state: State) -> bool {
        match state {
            State::Menu(at) => at.ahead && !self.keeps_keys(at),
            State::Answered | State::Resuming => true,
            State::Waiting { .. }
            | State::Outside { .. }
            | State::Message { .. }
            | State::End(_) => false,
        }
    }

    /// Whether keys wait there for what follows.
    pub(super) fn keeps_keys(&self, at: At) -> bool {
        let deaf = self.deaf.get(at.node.place()).copied();
        at.phase.keeps_keys() || deaf.unwrap_or_default()
    }

    /// Whether it is an entry that may begin with 0.
    pub(super) fn is_zero_entry(&self, node: NodeId) -> bool {
        let zero = self.zero_entries.get(node.place()).copied();
        zero.unwrap_or_default()
    }

    /// The tries that a node grants.
    pub(super) fn granted(&self, node: NodeId) -> usize {
        self.tries.get(node.place()).copied().unwrap_or_default()
    }

    /// Whether a caller who presses keys there is asking the menus (or the message) for something.
    pub(super) fn takes_keys(&self, state: State) -> bool {
        match state {
            State::Menu(_) => !self.is_instant(state),
            State::Message { .. } => true,
            State::Answered
            | State::Resuming
            | State::Waiting { .. }
            | State::Outside { .. }
            | State::End(_) => false,
        }
    }
}
