//! What can come by itself while the caller does nothing: each of it must lead on (P3, P5).

use crate::check::graph::{At, Event, Graph, MessageStep, State};
use crate::menu::walk::situation::{Entered, Phase};

/// What can come by itself in a state. A queue has its own list.
pub(super) fn comes(graph: &Graph, state: State) -> Vec<Event> {
    match state {
        State::Menu(_) if graph.is_instant(state) => Vec::new(),
        State::Menu(at) => {
            let mut events = answers(at);
            events.extend(match (at.playing, events.is_empty()) {
                // Nothing is said while something is stored.
                (true, _) if at.phase == Phase::Storing => None,
                (true, _) => Some(Event::Played),
                (false, true) => Some(silence(at.phase)),
                // The answer is waited for, and not a key.
                (false, false) => None,
            });
            events
        }
        State::Message { step, .. } => vec![match step {
            MessageStep::Intro | MessageStep::Confirming => Event::Played,
            MessageStep::Recording => Event::RecordedAll,
            MessageStep::Storing => Event::Stored,
        }],
        State::Outside { .. } => vec![Event::Reached, Event::NotReached],
        State::Answered | State::Resuming | State::Waiting { .. } | State::End(_) => Vec::new(),
    }
}

/// What those tell who were asked for something. Whether an earlier call is recalled is a gift.
fn answers(at: At) -> Vec<Event> {
    match at.phase {
        Phase::Asking => vec![Event::Found, Event::Missing],
        Phase::Dialling => vec![Event::Reached, Event::NotReached],
        Phase::Recalling => vec![Event::NotRecalled],
        Phase::Finding => vec![Event::TimesFree, Event::NoTimes],
        Phase::Storing if at.part != 0 => vec![Event::Stored, Event::TimeTaken],
        Phase::Storing => vec![Event::Stored],
        Phase::Saying
        | Phase::Choosing
        | Phase::Entering(_)
        | Phase::Confirming
        | Phase::Resuming
        | Phase::Stepping
        | Phase::Pausing
        | Phase::Judging
        | Phase::Offering
        | Phase::Picking
        | Phase::Promising
        | Phase::Parting => Vec::new(),
    }
}

/// After some digits it is a pause.
fn silence(phase: Phase) -> Event {
    match phase {
        Phase::Entering(Entered::Zero | Entered::Few | Entered::Enough) => Event::Pause,
        _ => Event::Silence,
    }
}
