//! What can come by itself while the caller does nothing: each of it must lead on (P3, P5).

use crate::check::gist::Events;
use crate::check::graph::{At, Event, Graph, MessageStep, State};
use crate::menu::walk::situation::{Entered, Phase};

/// What can come by itself in a state. A queue has its own list.
pub(super) fn comes(graph: &Graph, state: State) -> Events {
    match state {
        State::Menu(_) if graph.is_instant(state) => Events::default(),
        State::Menu(at) => {
            let events = answers(at);
            let more = match (at.playing, events.is_empty()) {
                // Nothing is said while something is stored.
                (true, _) if at.phase == Phase::Storing => None,
                (true, _) => Some(Event::Played),
                (false, true) => Some(silence(at.phase)),
                // The answer is waited for, and not a key.
                (false, false) => None,
            };
            more.map_or(events, |event| events.with(event))
        }
        State::Message { step, .. } => match step {
            MessageStep::Intro
            | MessageStep::Asking
            | MessageStep::Hearing
            | MessageStep::Confirming => Events::of([Event::Played]),
            MessageStep::Recording => Events::of([Event::RecordedAll]),
            MessageStep::Ending => Events::of([Event::Taken, Event::TooShort]),
            MessageStep::Choosing => Events::of([Event::Silence]),
            MessageStep::Fetching => Events::of([Event::Fetched, Event::NotFetched]),
            MessageStep::Storing => Events::of([Event::Stored]),
        },
        State::Outside { .. } => Events::of([Event::Reached, Event::NotReached]),
        State::Answered | State::Resuming | State::Waiting { .. } | State::End(_) => {
            Events::default()
        }
    }
}

/// What those tell who were asked for something. Whether an earlier call is recalled is a gift.
fn answers(at: At) -> Events {
    match at.phase {
        Phase::Asking => Events::of([Event::Found, Event::Missing]),
        Phase::Dialling => Events::of([Event::Reached, Event::NotReached]),
        Phase::Recalling => Events::of([Event::NotRecalled]),
        Phase::Finding => Events::of([Event::TimesFree, Event::NoTimes]),
        Phase::Storing if at.part != 0 => Events::of([Event::Stored, Event::TimeTaken]),
        Phase::Storing => Events::of([Event::Stored]),
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
        | Phase::Parting => Events::default(),
    }
}

/// After some digits it is a pause.
fn silence(phase: Phase) -> Event {
    match phase {
        Phase::Entering(Entered::Zero | Entered::Few | Entered::Enough) => Event::Pause,
        _ => Event::Silence,
    }
}
