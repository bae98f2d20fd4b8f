//! What a report says, as it is told.

mod figures;

use serde::Serialize;
use utoipa::ToSchema;

pub(super) use self::figures::Figures;

/// A report.
#[derive(Debug, Serialize, ToSchema)]
pub struct ReviewView {
    /// From then on (RFC 3339).
    since: String,
    /// To before then.
    until: String,
    /// The interval: `quarter`, `hour`, `day`, `week` or `month`.
    by: &'static str,
    /// By whose clock: `Europe/Copenhagen`, or an offset.
    zone: String,
    /// All of it.
    whole: PartView,
    /// Interval by interval.
    parts: Vec<PartView>,
    /// By queue.
    queues: Vec<QueueReview>,
    /// By line.
    lines: Vec<LineReview>,
    /// Where on the lines callers were not served, the worst first; at most 50.
    nodes: Vec<NodeReview>,
    /// Answers to surveys, by question.
    surveys: Vec<SurveyReview>,
    /// What callers said after their talks, by agent, queue and question.
    judged: Vec<JudgedReview>,
    /// What became of the callbacks that were asked for.
    callbacks: CallbackSums,
    /// What laws ask for proof of.
    evidence: EvidenceView,
}

/// One interval.
#[derive(Debug, Serialize, ToSchema)]
pub struct PartView {
    /// From then on (RFC 3339).
    since: String,
    /// To before then.
    until: String,
    /// What the queues came to.
    people: QueueSums,
    /// What the lines came to.
    menus: LineSums,
}

/// What a queue, or several, came to.
#[derive(Debug, Serialize, ToSchema)]
pub struct QueueSums {
    /// Came to it.
    entered: u64,
    /// Talked to a person.
    answered: u64,
    /// Did so as soon as the queue aims at.
    in_time: u64,
    /// Hung up.
    abandoned: u64,
    /// Hung up at once (`statistics.short_abandon`).
    abandoned_short: u64,
    /// Sent away by the queue.
    overflowed: u64,
    /// Hung up with a callback or a message.
    promised: u64,
    /// Went elsewhere by choice.
    left: u64,
    /// Cut off.
    cut_off: u64,
    /// Wait now.
    waiting: u64,
    /// The share in time of all who wanted a person, 0 to 1.
    service_level: Option<f64>,
    /// The share that hung up, of the same.
    abandon_rate: Option<f64>,
    /// The wait of those who were answered: on average.
    wait_mean_ms: Option<u64>,
    /// Nine of ten waited no longer.
    wait_p90_ms: Option<u64>,
    /// The longest wait of all, however it ended.
    wait_longest_ms: u64,
    /// Talks.
    talks: u64,
    /// What a talk cost on average: talk, hold and wrap-up (AHT).
    handling_ms: Option<u64>,
    /// The share of their time for callers that its agents spent on one.
    occupancy: Option<f64>,
}

/// What a line, or several, came to.
#[derive(Debug, Serialize, ToSchema)]
pub struct LineSums {
    /// Who called.
    contacts: u64,
    /// The menu was enough.
    solved: u64,
    /// Hung up in the menu.
    gave_up: u64,
    /// Talked to a person.
    to_person: u64,
    /// Left a message, or are called back.
    promised: u64,
    /// Wanted a person and hung up before one answered.
    hung_up: u64,
    /// Cut off, by us or by the network, or never answered.
    cut_off: u64,
    /// Came to people by key 0.
    asked: u64,
    /// Led there by the menu.
    routed: u64,
    /// Forced out by silence, wrong keys or a fault.
    forced: u64,
    /// Keys to a person, on average.
    keys: Option<f64>,
    /// Time to a person's queue, on average.
    before_ms: Option<u64>,
    /// Helped and did not call again in time.
    resolved: u64,
    /// Helped, and called again.
    repeated: u64,
    /// Too early to tell.
    unresolved: u64,
    /// First-contact resolution, 0 to 1.
    resolution: Option<f64>,
}

/// A queue.
#[derive(Debug, Serialize, ToSchema)]
pub struct QueueReview {
    /// Its name.
    queue: String,
    /// The share that it aims at, 0 to 1.
    aim: f64,
    /// Within so long.
    aim_ms: u64,
    /// What it came to.
    figures: QueueSums,
}

/// A line.
#[derive(Debug, Serialize, ToSchema)]
pub struct LineReview {
    /// Its name.
    line: String,
    /// What it came to.
    figures: LineSums,
}

/// A node of a line.
#[derive(Debug, Serialize, ToSchema)]
pub struct NodeReview {
    /// The line.
    line: String,
    /// The node.
    node: String,
    /// Came here.
    entered: u64,
    /// Came here again in the same contact, or had it said again by 9.
    again: u64,
    /// Pressed 0 here.
    asked: u64,
    /// Hung up here.
    gave_up: u64,
    /// Forced out here.
    forced: u64,
    /// Times when nothing was pressed.
    silences: u64,
    /// Keys that mean nothing here.
    wrong_keys: u64,
    /// Failures of ours.
    faults: u64,
}

/// A question of a survey.
#[derive(Debug, Serialize, ToSchema)]
pub struct SurveyReview {
    /// The survey.
    survey: String,
    /// The question.
    question: String,
    /// How many answered.
    count: u64,
    /// On average.
    mean: Option<f64>,
    /// The lowest answer that there is.
    low: u8,
    /// The highest.
    high: u8,
    /// How often each answer was given, from the lowest.
    answers: Vec<u64>,
}

/// What callers said after talks with an agent, to one question.
#[derive(Debug, Serialize, ToSchema)]
pub struct JudgedReview {
    /// Who talked with them last before they answered.
    agent: String,
    /// Through which queue they had come.
    queue: Option<String>,
    /// The answers.
    #[serde(flatten)]
    answers: SurveyReview,
}

/// What became of callbacks.
#[derive(Debug, Default, Serialize, ToSchema)]
pub struct CallbackSums {
    /// Asked for.
    asked: u64,
    /// Kept: the customer was reached, or called in.
    done: u64,
    /// Still open.
    open: u64,
    /// Tried as often as it may be, in vain.
    unreached: u64,
    /// Given up by our people.
    given_up: u64,
    /// Taken back by the customer.
    cancelled: u64,
    /// The share kept, of those that are over and were not taken back.
    kept: Option<f64>,
    /// From asking to the call that kept it, on average.
    mean_ms: Option<u64>,
    /// At most.
    longest_ms: Option<u64>,
}

/// What laws about telephone services ask for proof of.
#[derive(Debug, Serialize, ToSchema)]
pub struct EvidenceView {
    /// Calls that were answered.
    taken: u64,
    /// Of these, those that came to a menu or a queue, and were so offered a person.
    offered: u64,
    /// The share of them.
    offered_share: Option<f64>,
    /// Wanted a person: answered, hung up, sent away by the queue, or promised something.
    wanted: u64,
    /// The share of these that talked to a person within some times.
    within: Vec<WithinView>,
    /// The longest wait, however it ended.
    longest_ms: u64,
    /// The share of those who wanted one that talked to a person or was promised something.
    served_share: Option<f64>,
}

/// Answered within some time.
#[derive(Debug, Serialize, ToSchema)]
pub struct WithinView {
    /// The time.
    seconds: u64,
    /// The share, 0 to 1.
    share: Option<f64>,
}
