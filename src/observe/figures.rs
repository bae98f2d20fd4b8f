//! The metrics: their names, what they mean, and how they are counted.
//!
//! | name | kind, labels | meaning |
//! |---|---|---|
//! | `zeroline_calls_total` | counter, `line`, `verdict` | calls ended |
//! | `zeroline_calls_active` | gauge | calls in progress |
//! | `zeroline_calls_contained_total` | counter, `line`, `containment` | whether self-service was enough |
//! | `zeroline_call_seconds` | histogram, `line` | length of calls |
//! | `zeroline_talk_seconds` | histogram, `queue` | talk with agents, per call |
//! | `zeroline_promise_broken_total` | counter, `verdict` | answered calls that the server ended without leave; 0 is the aim |
//! | `zeroline_faults_total` | counter | faults of ours that sent a caller to a person |
//! | `zeroline_queue_waiting` | gauge, `queue` | callers in line |
//! | `zeroline_queue_longest_wait_seconds` | gauge, `queue` | of the one at the front |
//! | `zeroline_queue_agents` | gauge, `queue`, `state` | agents `staffed` and `ready` |
//! | `zeroline_queue_entries_total` | counter, `queue`, `outcome` | `entered answered abandoned overflowed moved` |
//! | `zeroline_queue_offers_total` | counter, `queue`, `outcome` | `made missed` |
//! | `zeroline_queue_estimates_total` | counter, `queue`, `outcome` | told waits that were `right` or `wrong` in the end |
//! | `zeroline_queue_wait_seconds` | histogram, `queue` | waits that ended with an agent |
//! | `zeroline_messages_stored_total` | counter, `queue` | messages confirmed |
//! | `zeroline_recordings_total` | counter, `queue`, `outcome` | recordings of talks that are `complete`, and those that `failed` |
//! | `zeroline_recording_lost_packets_total` | counter | packets missing in recordings because the disk was too slow |
//! | `zeroline_store_dropped_total` | counter | records lost because the disk was too slow |
//! | `zeroline_live_lost_total` | counter | things that those who watch were not told of, and saw in a new picture |
//! | `zeroline_store_errors_total` | counter | writes that failed |
//! | `zeroline_sip_requests_total` | counter, `method` | requests received |
//! | `zeroline_sip_requests_sent_total` | counter, `method` | requests sent, without repetitions |
//! | `zeroline_sip_responses_total` | counter, `class` | responses sent, without repetitions |
//! | `zeroline_sip_refused_total` | counter, `status` | requests refused, by status from 400 on |
//! | `zeroline_sip_dropped_total` | counter, `why` | `malformed stray overload not_taken cut_off no_room undeliverable` |
//! | `zeroline_sip_repeated_total` | counter, `direction` | repetitions: `absorbed` ones, and those `sent` |
//! | `zeroline_sip_datagrams_total` | counter | datagrams received |
//! | `zeroline_sip_table_size` | gauge, `table` | `legs pending_invites server_transactions client_transactions deadlines` |
//! | `zeroline_sip_connections` | gauge | TCP and TLS connections |
//! | `zeroline_sip_bindings` | gauge | agents with a registered phone |
//! | `zeroline_sip_trunk_registered` | gauge, `trunk` | 1: our registration holds |
//! | `zeroline_rtp_packets_total` | counter, `direction` | `sent received lost stranger`, from each leg's final figures |
//! | `zeroline_rtp_streams_total` | counter, `quality` | streams at their end |
//! | `zeroline_rtp_legs` | gauge | legs that are open |
//! | `zeroline_rtp_datagrams_total` | counter, `direction` | `sent received refused`, as the media threads run |
//! | `zeroline_rtp_late_ticks_total` | counter | times that a media thread came too late |
//! | `zeroline_rtp_skipped_milliseconds_total` | counter | sending that was left out for it |
//! | `zeroline_rtp_lost_words_total` | counter, `what` | `events commands` that found no room |
//! | `zeroline_rtp_panics_total` | counter | legs closed because their processing failed |
//!
//! What queues aim at and the limits that operators set are in [`super::limits`].
//!
//! `line` and `queue` come from the configuration; a name that is not configured is never a
//! label.

use std::time::Duration;

use metrics::{
    SharedString, counter, describe_counter, describe_gauge, describe_histogram, gauge, histogram,
};

use crate::ids::{LineName, QueueName};
use crate::media::command::LegStats;
use crate::queue::snapshot::AcdSnapshot;
use crate::record::facts::Facts;

/// Menus read anew while the server runs.
pub const MENUS: &str = "zeroline_menu_reloads_total";
/// Calls ended.
pub const CALLS: &str = "zeroline_calls_total";
/// Calls in progress.
pub const CALLS_ACTIVE: &str = "zeroline_calls_active";
/// Whether self-service was enough.
pub const CONTAINED: &str = "zeroline_calls_contained_total";
/// Length of calls.
pub const CALL_LENGTH: &str = "zeroline_call_seconds";
/// Talk with agents, per call.
pub const CALL_TALK: &str = "zeroline_talk_seconds";
/// Answered calls that the server ended without leave.
pub const PROMISE_BROKEN: &str = "zeroline_promise_broken_total";
/// Faults of ours that sent a caller to a person.
pub const FAULTS: &str = "zeroline_faults_total";
/// Callers in line.
pub const QUEUE_WAITING: &str = "zeroline_queue_waiting";
/// How long the one at the front has waited.
pub const QUEUE_LONGEST: &str = "zeroline_queue_longest_wait_seconds";
/// Agents of a queue.
pub const QUEUE_AGENTS: &str = "zeroline_queue_agents";
/// Entries and how they ended.
pub const QUEUE_ENTRIES: &str = "zeroline_queue_entries_total";
/// Offers to agents.
pub const QUEUE_OFFERS: &str = "zeroline_queue_offers_total";
/// Told waits that were right or wrong in the end.
pub const QUEUE_ESTIMATES: &str = "zeroline_queue_estimates_total";
/// Waits that ended with an agent.
pub const QUEUE_WAIT: &str = "zeroline_queue_wait_seconds";
/// Messages confirmed.
pub const MESSAGES: &str = "zeroline_messages_stored_total";
/// Recordings of talks; label `outcome`: `complete` or `failed`.
pub const RECORDINGS: &str = "zeroline_recordings_total";
/// Packets that are missing in recordings.
pub const TALKS_LOST: &str = "zeroline_recording_lost_packets_total";
/// Attempts to send a follow-up; label `outcome`: `sent`, `later` or `given_up`.
pub const LETTERS: &str = "zeroline_follow_ups_tried_total";
/// Wishes to be called back, stored.
pub const CALLBACKS: &str = "zeroline_callbacks_stored_total";
/// SIP requests received; label `method`: those of RFC 3261 and its kin, else `other`.
pub const SIP_REQUESTS: &str = "zeroline_sip_requests_total";
/// SIP responses sent; label `class`: `1xx` to `6xx`.
pub const SIP_RESPONSES: &str = "zeroline_sip_responses_total";
/// Datagrams and messages dropped before they became a request; label `why`.
pub const SIP_DROPPED: &str = "zeroline_sip_dropped_total";
/// SIP requests sent; label `method`.
pub const SIP_REQUESTS_SENT: &str = "zeroline_sip_requests_sent_total";
/// SIP requests refused; label `status`.
pub const SIP_REFUSED: &str = "zeroline_sip_refused_total";
/// Repetitions; label `direction`.
pub const SIP_REPEATED: &str = "zeroline_sip_repeated_total";
/// SIP datagrams received.
pub const SIP_DATAGRAMS: &str = "zeroline_sip_datagrams_total";
/// What is kept; label `table`.
pub const SIP_TABLES: &str = "zeroline_sip_table_size";
/// TCP and TLS connections.
pub const SIP_CONNECTIONS: &str = "zeroline_sip_connections";
/// Registrations at trunks; label `trunk`.
pub const SIP_TRUNKS: &str = "zeroline_sip_trunk_registered";
/// Agents registered.
pub const SIP_BINDINGS: &str = "zeroline_sip_bindings";
/// RTP packets; label `direction`: `sent`, `received`, `lost`, `stranger`.
pub const RTP_PACKETS: &str = "zeroline_rtp_packets_total";
/// RTP streams at their end; label `quality`: `good` (under 1 % lost), `fair` (under 5 %), `poor`.
pub const RTP_STREAMS: &str = "zeroline_rtp_streams_total";

/// Seconds missing in recordings because the writer had no room.
pub const RECORDING_LOST: &str = "zeroline_recording_lost_seconds_total";
/// RTP legs that are open.
pub const RTP_LEGS: &str = "zeroline_rtp_legs";
/// Datagrams of the media threads; label `direction`.
pub const RTP_DATAGRAMS: &str = "zeroline_rtp_datagrams_total";
/// Late wake-ups of media threads.
pub const RTP_LATE: &str = "zeroline_rtp_late_ticks_total";
/// Sending that was left out for them.
pub const RTP_SKIPPED: &str = "zeroline_rtp_skipped_milliseconds_total";
/// Events and commands lost; label `what`.
pub const RTP_LOST_WORDS: &str = "zeroline_rtp_lost_words_total";
/// Legs closed by a panic.
pub const RTP_PANICS: &str = "zeroline_rtp_panics_total";

/// Gives Prometheus the help texts. Called once by [`super::start_metrics`].
pub fn describe() {
    describe_counter!(CALLS, "Calls ended, by line and verdict");
    describe_gauge!(CALLS_ACTIVE, "Calls in progress");
    describe_counter!(CONTAINED, "Whether self-service was enough");
    describe_histogram!(CALL_LENGTH, "Length of calls");
    describe_histogram!(CALL_TALK, "Talk with agents, per call");
    describe_counter!(
        PROMISE_BROKEN,
        "Answered calls that the server ended without goodbye, agent or message"
    );
    describe_counter!(
        FAULTS,
        "Faults of the server that sent a caller to a person"
    );
    describe_gauge!(QUEUE_WAITING, "Callers in line");
    describe_gauge!(QUEUE_LONGEST, "Wait of the caller at the front");
    describe_gauge!(QUEUE_AGENTS, "Agents signed in and ready");
    describe_counter!(QUEUE_ENTRIES, "Entries into a queue and how they ended");
    describe_counter!(QUEUE_OFFERS, "Offers to agents, made and missed");
    describe_counter!(
        QUEUE_ESTIMATES,
        "Told waits that were right or wrong in the end"
    );
    describe_histogram!(QUEUE_WAIT, "Waits that ended with an agent");
    describe_counter!(RECORDINGS, "Recordings of talks, by outcome");
    describe_counter!(TALKS_LOST, "Packets missing in recordings");
    describe_counter!(MESSAGES, "Messages stored and confirmed");
    describe_counter!(MENUS, "Menus read anew, and whether they were taken");
    describe_counter!(
        LETTERS,
        "Attempts to send a follow-up, by what came of them"
    );
    describe_counter!(CALLBACKS, "Wishes to be called back, stored");
    describe_counter!(SIP_REQUESTS, "SIP requests received");
    describe_counter!(SIP_RESPONSES, "SIP responses sent");
    describe_counter!(SIP_DROPPED, "What arrived and was dropped");
    describe_counter!(SIP_REQUESTS_SENT, "SIP requests sent");
    describe_counter!(SIP_REFUSED, "SIP requests refused");
    describe_counter!(SIP_REPEATED, "Repetitions absorbed and sent");
    describe_counter!(SIP_DATAGRAMS, "SIP datagrams received");
    describe_gauge!(SIP_TABLES, "What the SIP machine keeps");
    describe_gauge!(SIP_CONNECTIONS, "TCP and TLS connections");
    describe_gauge!(SIP_TRUNKS, "Whether our registration at a trunk holds");
    describe_gauge!(SIP_BINDINGS, "Agents with a registered phone");
    describe_gauge!(RTP_LEGS, "RTP legs open");
    describe_counter!(RTP_DATAGRAMS, "Datagrams of the media threads");
    describe_counter!(RTP_LATE, "Times that a media thread came too late");
    describe_counter!(RTP_SKIPPED, "Milliseconds of sending left out");
    describe_counter!(RTP_LOST_WORDS, "Events and commands of media lost");
    describe_counter!(RTP_PANICS, "Legs closed because their processing failed");
    describe_counter!(RTP_PACKETS, "RTP packets");
    describe_counter!(RTP_STREAMS, "RTP streams by quality");
    super::limits::describe();
    describe_counter!(
        RECORDING_LOST,
        "Seconds missing in recordings because the writer had no room"
    );
    describe_counter!(
        "zeroline_store_dropped_total",
        "Records lost for want of room"
    );
    describe_counter!("zeroline_store_errors_total", "Writes that failed");
    gauge!(CALLS_ACTIVE).set(0.0);
}

/// A call came in.
pub fn call_started() {
    gauge!(CALLS_ACTIVE).increment(1.0);
}

/// A call ended; once for each [`call_started`]. `line`: `None` for a number that no line
/// has: what callers dial is never a label.
pub fn call_ended(line: Option<&LineName>, facts: &Facts) {
    gauge!(CALLS_ACTIVE).decrement(1.0);
    let none = || SharedString::const_str("none");
    let line = line.map_or_else(none, |l| l.shared().into());
    if let Some(verdict) = &facts.verdict {
        let word = verdict.as_str();
        counter!(CALLS, "line" => line.clone(), "verdict" => word).increment(1);
        if !verdict.kept_the_promise() {
            counter!(PROMISE_BROKEN, "verdict" => word).increment(1);
        }
    }
    if let Some(c) = facts.containment() {
        counter!(CONTAINED, "line" => line.clone(), "containment" => c.as_str()).increment(1);
    }
    if let Some(ended) = facts.ended {
        histogram!(CALL_LENGTH, "line" => line).record(ended.as_secs_f64());
    }
    if let (Some(queue), Some(_)) = (&facts.queue, &facts.agent) {
        histogram!(CALL_TALK, "queue" => queue.shared()).record(facts.talked.as_secs_f64());
    }
    counter!(FAULTS).increment(u64::from(facts.faults));
}

/// An agent answered a caller who had waited in a queue.
pub fn queue_answered(queue: &QueueName, waited: Duration) {
    histogram!(QUEUE_WAIT, "queue" => queue.shared()).record(waited.as_secs_f64());
}

/// Menus were read anew: taken, or refused for mistakes.
pub fn menus_read(taken: bool) {
    let outcome = if taken { "taken" } else { "refused" };
    counter!(MENUS, "outcome" => outcome).increment(1);
}

/// A talk was recorded, or should have been.
pub fn recorded(queue: &QueueName, complete: bool, lost: u64) {
    let outcome = if complete { "complete" } else { "failed" };
    counter!(RECORDINGS, "queue" => queue.shared(), "outcome" => outcome).increment(1);
    counter!(TALKS_LOST).increment(lost);
}

/// A message was confirmed.
pub fn message_stored(queue: &QueueName) {
    counter!(MESSAGES, "queue" => queue.shared()).increment(1);
}

/// It was tried to send a follow-up.
pub fn letter_tried(outcome: &'static str) {
    counter!(LETTERS, "outcome" => outcome).increment(1);
}

/// The wish to be called back was stored.
pub fn callback_stored(queue: &QueueName) {
    counter!(CALLBACKS, "queue" => queue.shared()).increment(1);
}

/// The queues as they are now; every few seconds.
pub fn queues(acd: &AcdSnapshot) {
    for q in &acd.queues {
        let name = || q.name.shared();
        gauge!(QUEUE_WAITING, "queue" => name()).set(q.waiting as f64);
        gauge!(QUEUE_LONGEST, "queue" => name()).set(q.longest_wait.as_secs_f64());
        gauge!(QUEUE_AGENTS, "queue" => name(), "state" => "staffed").set(q.staffed as f64);
        gauge!(QUEUE_AGENTS, "queue" => name(), "state" => "ready").set(q.ready as f64);
        let c = q.counts;
        for (outcome, n) in [
            ("entered", c.entered),
            ("answered", c.answered),
            ("abandoned", c.abandoned),
            ("overflowed", c.overflowed),
            ("moved", c.moved),
        ] {
            counter!(QUEUE_ENTRIES, "queue" => name(), "outcome" => outcome).absolute(n);
        }
        for (outcome, n) in [("made", c.offers), ("missed", c.missed)] {
            counter!(QUEUE_OFFERS, "queue" => name(), "outcome" => outcome).absolute(n);
        }
        let wrong = c.estimated.saturating_sub(c.estimated_rightly);
        for (outcome, n) in [("right", c.estimated_rightly), ("wrong", wrong)] {
            counter!(QUEUE_ESTIMATES, "queue" => name(), "outcome" => outcome).absolute(n);
        }
    }
}

/// A queue is not among the settings any more: what it counted stays, and nobody is in it.
pub fn queue_removed(queue: &QueueName) {
    let name = || queue.shared();
    gauge!(QUEUE_WAITING, "queue" => name()).set(0.0);
    gauge!(QUEUE_LONGEST, "queue" => name()).set(0.0);
    for state in ["staffed", "ready"] {
        gauge!(QUEUE_AGENTS, "queue" => name(), "state" => state).set(0.0);
    }
}

/// A leg's media came to its end.
pub fn leg_closed(s: &LegStats) {
    // Labels that are written here are not made anew for each leg.
    counter!(RTP_PACKETS, "direction" => "sent").increment(s.sent);
    counter!(RTP_PACKETS, "direction" => "received").increment(s.received);
    counter!(RTP_PACKETS, "direction" => "lost").increment(s.lost);
    counter!(RTP_PACKETS, "direction" => "stranger").increment(s.strangers);
    // Counters are whole: what is lost is lost in chunks of a fifth of a second and more.
    counter!(RECORDING_LOST).increment(s.recording_lost.as_millis().div_ceil(1000) as u64);
    let expected = s.received.saturating_add(s.lost);
    if let Some(percent) = s.lost.saturating_mul(100).checked_div(expected) {
        match percent {
            0 => counter!(RTP_STREAMS, "quality" => "good"),
            1..=4 => counter!(RTP_STREAMS, "quality" => "fair"),
            5.. => counter!(RTP_STREAMS, "quality" => "poor"),
        }
        .increment(1);
    }
}
