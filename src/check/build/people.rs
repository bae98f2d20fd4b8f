//! At the people: queues, what they do with callers whom they can not keep, and the message.
//!
//! The machines told here are the queue's and the call's (`queue::acd`, `call::message`).

use super::{Before, Builder, HUMAN, MESSAGE, Reached};
use crate::check::graph::{Cause, Edge, End, Event, MessageStep, State};
use crate::check::{Overflow, Queue};
use crate::ids::{Key, QueueName};
use crate::menu::tree::{Kind, Line, NodeId};

/// After so many recordings in which nothing was said the wish for a call back is stored.
const TAKES: u8 = 2;

/// The queues that callers of a line can come to, each once, after those in `names`.
pub(super) fn reachable(line: &Line, queues: &[Queue], names: &mut Vec<QueueName>) {
    let add = |name: &QueueName, names: &mut Vec<QueueName>| {
        if !names.contains(name) {
            names.push(name.clone());
        }
    };
    for (_, node) in line.nodes() {
        match &node.kind {
            Kind::Queue(queue) => add(queue, names),
            // Who calls in before they are called back may take the place that is kept there.
            Kind::Callback(callback) => add(&callback.queue, names),
            Kind::Menu(_)
            | Kind::Language(_)
            | Kind::Say(_)
            | Kind::Collect(_)
            | Kind::Choose(_)
            | Kind::Ask(_)
            | Kind::Guide(_)
            | Kind::Survey(_)
            | Kind::Send(_)
            | Kind::Dial(_)
            | Kind::Message(_)
            | Kind::Goodbye(_) => {}
        }
    }
    let mut next = 0;
    while let Some(name) = names.get(next).cloned() {
        let steps = queues.iter().filter(|q| q.name == name);
        for step in steps.flat_map(|q| &q.overflow) {
            match step {
                Overflow::Queue(to) => add(to, names),
                Overflow::Outside(_) | Overflow::Callback | Overflow::Message => {}
            }
        }
        next += 1;
    }
}

/// What a chain ends with: after a callback that is not to be, a message.
fn promise(steps: &[Overflow]) -> State {
    match steps.last() {
        Some(Overflow::Callback | Overflow::Message) => MESSAGE,
        Some(Overflow::Queue(_) | Overflow::Outside(_)) | None => State::End(End::Nothing),
    }
}

impl Builder<'_> {
    /// In a queue, where 0 leads: it and keys that mean nothing only tell so. Who looks back into
    /// the menus keeps the place, which the states do not: 0 and all that leads to a person leads
    /// them back to it, and whichever queue that is, it is a state of its own that is proven like
    /// the one behind 0. What does not fit the queue tries its overflow steps in order; which of
    /// them take the caller depends on others, and who has declined a step comes back here and goes on
    /// from it, so that each is an edge. No queue is tried twice.
    pub(super) fn waiting(&mut self, queue: u16, tried: u16, edges: &mut Vec<Edge>) {
        self.edge(edges, Event::Answered, false, State::End(End::Person));
        let name = self.graph.queues.get(usize::from(queue));
        // What a person does is theirs, but for this: when they have ended the talk, the queue may ask.
        if let Some(survey) = name.and_then(|q| self.line.survey_after(q)) {
            self.begin(Event::TalkEnded, &[survey], edges);
        }
        let steps = self.steps(queue);
        let promise = promise(&steps);
        for cause in [Cause::Full, Cause::Unstaffed, Cause::WaitedTooLong] {
            for at in 0..steps.len() {
                self.sent_on(Event::Overflow(cause), (queue, tried), at, &steps, edges);
            }
            self.edge(edges, Event::Overflow(cause), false, promise);
        }
        self.edge(edges, Event::Overflow(Cause::AtOnce), false, promise);
        // Whom a queue further on has sent to leave a message, when none can be stored, stays there,
        // and enters it as the first.
        if tried > 1 {
            let anew = State::Waiting { queue, tried: 1 };
            self.edge(edges, Event::AskedAgain, false, anew);
        }
        self.keys_of_waiting(promise, edges);
    }

    /// A number outside rings for them. When nobody is reached there the steps behind it follow; not
    /// every caller can be called back, and none need want it.
    pub(super) fn outside(&mut self, queue: u16, tried: u16, step: u16, edges: &mut Vec<Edge>) {
        self.edge(edges, Event::Reached, false, State::End(End::Person));
        let steps = self.steps(queue);
        let promise = promise(&steps);
        for at in usize::from(step) + 1..steps.len() {
            self.sent_on(Event::NotReached, (queue, tried), at, &steps, edges);
            if matches!(steps.get(at), Some(Overflow::Outside(_))) {
                break;
            }
        }
        self.edge(edges, Event::NotReached, false, promise);
        self.edge(edges, Event::Overflow(Cause::AtOnce), false, promise);
        self.keys_of_waiting(promise, edges);
    }

    /// The overflow steps of a queue.
    fn steps(&self, queue: u16) -> Vec<Overflow> {
        let name = self.graph.queues.get(usize::from(queue));
        let known = self.queues.iter().find(|q| Some(&q.name) == name);
        known.map(|q| q.overflow.clone()).unwrap_or_default()
    }

    /// To one of the overflow steps of a queue.
    fn sent_on(
        &mut self,
        event: Event,
        (queue, tried): (u16, u16),
        at: usize,
        steps: &[Overflow],
        edges: &mut Vec<Edge>,
    ) {
        match steps.get(at) {
            Some(Overflow::Queue(to)) if usize::from(tried) < self.graph.queues.len() => {
                let at = self.graph.queues.iter().position(|q| q == to);
                if let Some(queue) = at.and_then(|q| u16::try_from(q).ok()) {
                    let tried = tried + 1;
                    self.edge(edges, event, false, State::Waiting { queue, tried });
                }
            }
            Some(Overflow::Outside(_)) => {
                let step = u16::try_from(at).unwrap_or(u16::MAX);
                let to = State::Outside { queue, tried, step };
                self.edge(edges, event, false, to);
            }
            Some(Overflow::Callback) => {
                if let Some(callback) = self.graph.callback {
                    self.begin(event, &[callback], edges);
                }
            }
            // The promise has an edge of its own.
            Some(Overflow::Queue(_) | Overflow::Message) | None => {}
        }
    }

    /// What the keys of those do who wait, and faults.
    fn keys_of_waiting(&mut self, promise: State, edges: &mut Vec<Edge>) {
        self.edge(edges, Event::LookBack, false, State::Resuming);
        let key = |c| Key::from_char(c).map(Event::Key);
        if let Some(two) = key('2') {
            self.edge(edges, two, false, promise);
        }
        if let (Some(one), Some(callback)) = (key('1'), self.graph.callback) {
            self.begin(one, &[callback], edges);
        }
        self.edge(edges, Event::Fault, false, HUMAN);
    }

    /// The places that callbacks can keep, for those who would rather be connected now.
    pub(super) fn kept_places(&self, reached: &mut Reached) {
        for (_, node) in self.line.nodes() {
            if let Kind::Callback(callback) = &node.kind {
                let place = (false, self.queue(&callback.queue));
                if place.1 != HUMAN && !reached.contains(&place) {
                    reached.push(place);
                }
            }
        }
    }

    /// Back from the queue: to the menu that was left, or the beginning.
    pub(super) fn resume(&mut self, edges: &mut Vec<Edge>) {
        let menus = self.trail.menus(self.line).chain([self.line.start]);
        let menus: Vec<_> = menus.collect();
        self.begin(Event::Settled, &menus, edges);
    }

    /// One of these nodes, in any language.
    pub(super) fn begin(&mut self, event: Event, nodes: &[NodeId], edges: &mut Vec<Edge>) {
        for language in 0..self.languages {
            let before = Before {
                language,
                starred: false,
                ahead: false,
            };
            for node in nodes {
                self.edges(edges, event, |b, reached| b.entered(*node, before, reached));
            }
        }
    }

    /// Leaving a message.
    pub(super) fn message(&mut self, step: MessageStep, takes: u8, edges: &mut Vec<Edge>) {
        let at = |step, takes| State::Message { step, takes };
        let kept = at(MessageStep::Storing, takes);
        let anew = at(MessageStep::Intro, takes.saturating_sub(1));
        self.edge(edges, Event::Key(Key::ZERO), false, HUMAN);
        match step {
            MessageStep::Intro => {
                let begun = at(MessageStep::Recording, takes.saturating_add(1).min(TAKES));
                self.edge(edges, Event::Key(Key::HASH), false, at(step, takes));
                self.edge(edges, Event::Played, false, begun);
                self.edge(edges, Event::PlayFailed, false, HUMAN);
            }
            MessageStep::Recording => {
                let ended = at(MessageStep::Ending, takes);
                self.edge(edges, Event::Key(Key::HASH), false, ended);
                self.edge(edges, Event::Key(Key::STAR), false, anew);
                self.edge(edges, Event::RecordedAll, false, ended);
                self.edge(edges, Event::StoreFailed, false, HUMAN);
            }
            MessageStep::Ending => {
                self.edge(edges, Event::Taken, false, at(MessageStep::Asking, takes));
                let silent = match takes < TAKES {
                    true => at(MessageStep::Intro, takes),
                    false => kept,
                };
                self.edge(edges, Event::TooShort, false, silent);
                self.edge(edges, Event::StoreFailed, false, HUMAN);
            }
            MessageStep::Asking
            | MessageStep::Choosing
            | MessageStep::Fetching
            | MessageStep::Hearing => {
                let keys = [
                    ('1', kept),
                    ('#', kept),
                    ('2', at(MessageStep::Fetching, takes)),
                    ('3', anew),
                    ('*', anew),
                ];
                for (key, to) in keys {
                    if let Some(key) = Key::from_char(key) {
                        self.edge(edges, Event::Key(key), false, to);
                    }
                }
                self.reviewing(step, takes, edges);
            }
            MessageStep::Storing => {
                let told = at(MessageStep::Confirming, takes);
                self.edge(edges, Event::Stored, false, told);
                self.edge(edges, Event::StoreFailed, false, HUMAN);
            }
            MessageStep::Confirming => {
                self.edge(edges, Event::Played, false, State::End(End::Promise));
                // What is stored is stored, told or not.
                self.edge(edges, Event::PlayFailed, false, State::End(End::Promise));
            }
        }
        self.edge(edges, Event::Fault, false, HUMAN);
    }

    /// While the caller is asked what becomes of a message, and does nothing. It is kept in any case.
    fn reviewing(&mut self, step: MessageStep, takes: u8, edges: &mut Vec<Edge>) {
        let at = |step| State::Message { step, takes };
        match step {
            MessageStep::Asking => {
                self.edge(edges, Event::Played, false, at(MessageStep::Choosing));
                self.edge(edges, Event::PlayFailed, false, HUMAN);
            }
            MessageStep::Choosing => {
                self.edge(edges, Event::Silence, false, at(MessageStep::Storing));
            }
            MessageStep::Fetching => {
                self.edge(edges, Event::Fetched, false, at(MessageStep::Hearing));
                self.edge(edges, Event::NotFetched, false, at(MessageStep::Asking));
            }
            MessageStep::Hearing => {
                self.edge(edges, Event::Played, false, at(MessageStep::Asking));
                self.edge(edges, Event::PlayFailed, false, HUMAN);
            }
            MessageStep::Intro
            | MessageStep::Recording
            | MessageStep::Ending
            | MessageStep::Storing
            | MessageStep::Confirming => {}
        }
    }
}
