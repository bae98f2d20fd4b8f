//! Plays a scenario to its end, and judges it: whoever called must come to a person, a promise
//! that is stored, a goodbye of their choice, or hang up themselves; and asking for a person must
//! be heeded at once.

use std::fmt;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::time::Duration;

use super::ear::{self, Ear, Rest};
use super::{Act, Scenario};
use crate::ids::{Key, PhoneNumber};
use crate::menu::outcome::Reason;
use crate::menu::tree::{Kind, Line, NodeId};
use crate::menu::walk::Walk;
use crate::menu::walk::situation::Phase;
use crate::now::Mono;
use crate::queue::action::AgentState;
use crate::record::timeline::Event;
use crate::record::verdict::{Stage as StageName, Verdict};
use crate::rehearse::house::House;
use crate::rehearse::moment::{Happening, Moment};
use crate::rehearse::stage::{Incoming, Stage};

/// A caller who does nothing more must have come to an end by then.
const PATIENCE: Duration = Duration::from_secs(24 * 3_600);
/// Phones and timers have settled this long after the last call.
const AFTERWARDS: Duration = Duration::from_secs(120);

/// What came of a scenario.
#[derive(Debug)]
pub struct Played {
    /// Everything that happened.
    pub moments: Vec<Moment>,
    /// The names of the calls' verdicts.
    pub verdicts: Vec<&'static str>,
    /// How often a person was asked for.
    pub asked: u64,
    /// How many calls met something that was made to go wrong.
    pub troubled: u64,
    /// What must not be.
    pub dead_end: Option<DeadEnd>,
}

/// What must not be.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum DeadEnd {
    /// A call ended in none of the ways that keep the promise.
    Ended(String),
    /// A person was asked for as the place says, and the caller did not come to the queue.
    NotHeeded(String),
    /// A caller who waits never comes to an end.
    NeverEnds(String),
    /// Something goes on for ever without time passing.
    Circle,
    /// The machines panicked by themselves.
    Panicked(String),
    /// A message was confirmed that is not the one that the caller left last.
    WrongPromise,
    /// All calls are over, and an agent is not free.
    AgentKept(String),
    /// Something failed for a caller, and they did not come to people for that reason.
    NotBrought,
    /// A caller came to people after a fault, and was not told so.
    NotTold,
    /// A caller came to people after a fault, and their card does not say so.
    CardSilent,
    /// A caller heard nothing for long, and it was not their turn.
    Silence,
}

impl fmt::Display for DeadEnd {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            DeadEnd::Ended(how) => write!(f, "a call ended without its promise: {how}"),
            DeadEnd::NotHeeded(place) => {
                write!(f, "a person was asked for {place}, and did not come")
            }
            DeadEnd::NeverEnds(place) => write!(f, "a call never ends, {place}"),
            DeadEnd::Circle => f.write_str("something goes in a circle without time passing"),
            DeadEnd::Panicked(what) => write!(f, "panic: {what}"),
            DeadEnd::WrongPromise => {
                f.write_str("a message was confirmed that was not the last one")
            }
            DeadEnd::AgentKept(agent) => {
                write!(f, "all calls are over, and {agent} is not free")
            }
            DeadEnd::NotBrought => f.write_str(
                "something failed, and the caller did not come to people for that reason",
            ),
            DeadEnd::NotTold => f.write_str("a caller was not told that something failed"),
            DeadEnd::CardSilent => {
                f.write_str("a caller's card does not say that something failed")
            }
            DeadEnd::Silence => f.write_str("a caller was left with nothing to hear"),
        }
    }
}

impl DeadEnd {
    /// Of the same kind: what a smaller story must still show.
    pub(super) fn is_like(&self, other: &DeadEnd) -> bool {
        std::mem::discriminant(self) == std::mem::discriminant(other)
    }
}

/// Plays it to the end.
pub fn play(house: &Arc<House>, scenario: &Scenario) -> Played {
    let stage = Stage::new(Arc::clone(house), scenario.world.clone(), scenario.wall);
    played(stage, scenario).0
}

/// The same, and what befell the calls, one thing after the other.
#[cfg(test)]
pub(crate) fn play_watched(
    house: &Arc<House>,
    scenario: &Scenario,
) -> (Played, Vec<crate::rehearse::stage::testing::Befell>) {
    let mut stage = Stage::new(Arc::clone(house), scenario.world.clone(), scenario.wall);
    stage.watch();
    let (played, mut stage) = played(stage, scenario);
    (played, stage.watched())
}

fn played(stage: Stage, scenario: &Scenario) -> (Played, Stage) {
    let mut playing = Playing {
        stage,
        scenario,
        places: vec![None; scenario.callers.len()],
        ears: Vec::new(),
        listened: 0,
        asked: 0,
    };
    let outcome = catch_unwind(AssertUnwindSafe(|| playing.whole()));
    let dead_end = match outcome {
        Ok(outcome) => outcome.err(),
        Err(cause) => {
            let text = cause.downcast_ref::<String>().map(String::as_str);
            let text = text.or_else(|| cause.downcast_ref::<&str>().copied());
            Some(DeadEnd::Panicked(text.unwrap_or("?").to_owned()))
        }
    };
    let stage = playing.stage;
    let troubled = (0..stage.callers()).filter(|n| {
        let own = |m: &&Moment| m.caller == Some(*n);
        let mut moments = stage.moments().iter().filter(own);
        moments.any(|m| matches!(m.what, Happening::Trouble(_)))
    });
    let played = Played {
        troubled: troubled.count() as u64,
        verdicts: (0..stage.callers())
            .filter_map(|n| stage.verdict(n).map(Verdict::as_str))
            .collect(),
        moments: stage.moments().to_vec(),
        asked: playing.asked,
        dead_end,
    };
    (played, stage)
}

struct Playing<'a> {
    stage: Stage,
    scenario: &'a Scenario,
    /// By the order of the scenario, the place on the stage of who has called.
    places: Vec<Option<usize>>,
    /// What is owed to each caller on the stage, and the line that they called.
    ears: Vec<(Ear, Arc<Line>)>,
    /// So many moments have been looked at.
    listened: usize,
    asked: u64,
}

impl Playing<'_> {
    fn whole(&mut self) -> Result<(), DeadEnd> {
        let scenario = self.scenario;
        // What each caller does, in the order of time.
        let mut acts: Vec<(Duration, usize, Option<Act>)> = Vec::new();
        for (n, caller) in scenario.callers.iter().enumerate() {
            let mut at = caller.at;
            acts.push((at, n, None));
            for (later, act) in &caller.acts {
                at += *later;
                acts.push((at, n, Some(*act)));
            }
        }
        acts.sort_by_key(|(at, n, _)| (*at, *n));
        for (at, n, act) in acts {
            self.run_until(Mono::ZERO + at)?;
            self.check()?;
            match (act, self.places[n]) {
                (None, _) => self.places[n] = Some(self.calls(n)),
                (Some(act), Some(place)) => self.act(place, act)?,
                (Some(_), None) => {}
            }
            self.listen()?;
            self.check()?;
        }
        self.until_all_ended()
    }

    fn calls(&mut self, n: usize) -> usize {
        let caller = &self.scenario.callers[n];
        let number = caller.line.numbers.first();
        self.ears.push((Ear::default(), Arc::clone(&caller.line)));
        self.stage.call(Incoming {
            line: Arc::clone(&caller.line),
            dialled: PhoneNumber::new(number.map_or("", String::as_str)),
            from: caller.from.clone(),
            speaks: caller.speaks,
        })
    }

    /// All that happens by itself until then.
    fn run_until(&mut self, at: Mono) -> Result<(), DeadEnd> {
        while self.stage.next_due().is_some_and(|due| due <= at) {
            if !self.stage.step() {
                break;
            }
            self.listen()?;
        }
        self.stage.run_until(at);
        self.listen()
    }

    /// What happened since the last time, at each caller's ear.
    fn listen(&mut self) -> Result<(), DeadEnd> {
        let now = self.stage.now().mono.since_start();
        for (ear, _) in &self.ears {
            ear.pass(now)?;
        }
        let mut missing = self.scenario.world.missing.iter();
        let missing = missing.any(|p| ear::tells_of_fault(p.as_str()));
        let moments = self.stage.moments();
        for moment in moments.get(self.listened..).unwrap_or_default() {
            if let Some((ear, line)) = moment.caller.and_then(|n| self.ears.get_mut(n)) {
                ear.hear(moment, line, missing)?;
            }
        }
        self.listened = moments.len();
        for n in 0..self.ears.len() {
            let rest = self.rest(n);
            self.ears[n].0.rest(now, &rest)?;
        }
        Ok(())
    }

    fn rest(&self, n: usize) -> Rest {
        let (stage, place) = (&self.stage, self.stage.place(n));
        let reason = stage.card(n).and_then(|card| card.reason.as_ref());
        Rest {
            sound: stage.sound(n),
            may_be_quiet: stage.may_be_quiet(n),
            card_tells: matches!(reason, Some(Reason::Fault { .. })),
            person_comes: matches!(
                place,
                Some(StageName::Offered | StageName::Talking | StageName::Transferring)
            ),
            is_over: place.is_none() || stage.has_left(n),
        }
    }

    fn act(&mut self, n: usize, act: Act) -> Result<(), DeadEnd> {
        match act {
            Act::Press(key) => self.stage.press(n, key),
            Act::AskForPerson => return self.ask_for_person(n),
            Act::HangUp => self.stage.hang_up(n),
            Act::Panic => self.stage.panic(n),
            Act::BreakPrompt => self.stage.break_prompt(n),
        }
        Ok(())
    }

    /// Presses what asks for a person here: 0; in an entry that is under way `*0`; in one that
    /// may begin with 0, 0 and `#`.
    fn ask_for_person(&mut self, n: usize) -> Result<(), DeadEnd> {
        if self.stage.has_left(n) {
            return Ok(());
        }
        let keys: &[Key] = match self.stage.place(n) {
            Some(StageName::Menu) => match self.stage.walk(n) {
                Some(walk) => keys_for_person(walk),
                None => return Ok(()),
            },
            Some(StageName::Message) => &[Key::ZERO],
            // On the way to a person, and told so.
            Some(StageName::Waiting | StageName::Offered) => {
                self.stage.press(n, Key::ZERO);
                return match self.stage.place(n) {
                    Some(StageName::Waiting | StageName::Offered) => Ok(()),
                    _ => Err(DeadEnd::NotHeeded("in the queue".to_owned())),
                };
            }
            // Not answered yet; with a person; or over.
            Some(StageName::Ringing | StageName::Talking | StageName::Transferring) | None => {
                return Ok(());
            }
        };
        let from = self.stage.moments().len();
        for &key in keys {
            self.stage.press(n, key);
        }
        self.asked += 1;
        let mut since = self.stage.moments().iter().skip(from);
        let heeded = since.any(|m| {
            m.caller == Some(n) && matches!(m.what.recorded(), Some(Event::Queued { .. }))
        });
        if heeded {
            return Ok(());
        }
        let place = self.stage.walk(n).and_then(Walk::place);
        let place = place.map_or("in a message".to_owned(), |p| format!("at {p}"));
        Err(DeadEnd::NotHeeded(place))
    }

    fn until_all_ended(&mut self) -> Result<(), DeadEnd> {
        let last = self.stage.now().mono + PATIENCE;
        let open = |stage: &Stage| (0..stage.callers()).find(|n| stage.verdict(*n).is_none());
        while let Some(n) = open(&self.stage) {
            let due = self.stage.next_due().filter(|due| *due <= last);
            let goes_on = due.is_some() && self.stage.step();
            self.listen()?;
            if !goes_on {
                self.check()?;
                let place = self.stage.place(n);
                let place = place.map_or("while the call is ended".to_owned(), |p| p.to_string());
                return Err(DeadEnd::NeverEnds(place));
            }
        }
        self.check()?;
        for n in 0..self.stage.callers() {
            self.judge(n)?;
        }
        self.stage.run_until(self.stage.now().mono + AFTERWARDS);
        let snapshot = self.stage.acd().snapshot(self.stage.now());
        for agent in snapshot.agents {
            match agent.state {
                AgentState::Offered | AgentState::Talking | AgentState::Engaged => {
                    return Err(DeadEnd::AgentKept(agent.id.as_str().to_owned()));
                }
                AgentState::Offline
                | AgentState::Ready
                | AgentState::Paused { .. }
                | AgentState::WrapUp
                | AgentState::Missed => {}
            }
        }
        Ok(())
    }

    fn check(&self) -> Result<(), DeadEnd> {
        if self.stage.turns_in_a_circle() {
            return Err(DeadEnd::Circle);
        }
        Ok(())
    }

    fn judge(&self, n: usize) -> Result<(), DeadEnd> {
        let Some(verdict) = self.stage.verdict(n) else {
            return Ok(());
        };
        let kept = match verdict {
            Verdict::AgentEnded { .. }
            | Verdict::Goodbye { .. }
            | Verdict::TransferredOut { .. } => true,
            Verdict::MessageStored { message } => {
                if self.stage.kept(n) != Some(*message) {
                    return Err(DeadEnd::WrongPromise);
                }
                true
            }
            Verdict::CallbackStored { callback } => {
                if self.stage.called_back(n) != Some(*callback) {
                    return Err(DeadEnd::WrongPromise);
                }
                true
            }
            Verdict::CallerHungUp { .. } => self.stage.has_left(n),
            Verdict::CallerGone { .. } => self.scenario.world.no_ack,
            Verdict::Refused { .. }
            | Verdict::SetupFailed { .. }
            | Verdict::NotReached
            | Verdict::ServerStopped { .. }
            | Verdict::ServerLost
            | Verdict::Fault { .. } => false,
        };
        if kept {
            Ok(())
        } else {
            Err(DeadEnd::Ended(verdict.to_string()))
        }
    }
}

fn keys_for_person(walk: &Walk) -> &'static [Key] {
    const ZERO: &[Key] = &[Key::ZERO];
    const CLEAR: &[Key] = &[Key::STAR, Key::ZERO];
    const END: &[Key] = &[Key::ZERO, Key::HASH];
    let Some(situation) = walk.situation() else {
        return ZERO;
    };
    match situation.phase {
        Phase::Entering(_) if situation.digits > 0 => CLEAR,
        Phase::Entering(_) if may_begin_with_zero(walk.line(), situation.node) => END,
        Phase::Entering(_)
        | Phase::Saying
        | Phase::Choosing
        | Phase::Confirming
        | Phase::Asking
        | Phase::Dialling
        | Phase::Recalling
        | Phase::Resuming
        | Phase::Stepping
        | Phase::Pausing
        | Phase::Judging
        | Phase::Offering
        | Phase::Finding
        | Phase::Picking
        | Phase::Storing
        | Phase::Promising
        | Phase::Parting => ZERO,
    }
}

fn may_begin_with_zero(line: &Line, node: NodeId) -> bool {
    match line.node(node).map(|n| &n.kind) {
        Some(Kind::Collect(collect)) => collect.leading_zero,
        Some(Kind::Callback(callback)) => callback.number.leading_zero,
        Some(_) | None => false,
    }
}
