//! The machine and the model side by side.

use std::collections::BTreeMap;
use std::time::Duration;

use proptest::sample::Index;

use super::events::Event;
use super::{CALLERS, QUEUES, contact, name};
use crate::ids::{AgentId, ContactId};
use crate::now::{Mono, Now};
use crate::queue::acd::{Acd, Answer, Leaving, NotAnswered};
use crate::queue::action::{AgentState, OfferId, QueueAction};
use crate::queue::settings::AcdSettings;
use crate::queue::tests::model::{At, Model};
use crate::queue::{Arrival, Priority, Wanted};

/// Both, side by side, and what the shell knows from the actions alone.
pub(super) struct Pair {
    pub(super) acd: Acd,
    model: Model,
    pub(super) now: Now,
    pub(super) ringing: BTreeMap<OfferId, (ContactId, AgentId)>,
    told: BTreeMap<AgentId, AgentState>,
}

impl Pair {
    pub(super) fn new(settings: AcdSettings) -> Pair {
        Pair {
            acd: Acd::new(settings.clone()),
            model: Model::new(settings),
            now: Now::default(),
            ringing: BTreeMap::new(),
            told: BTreeMap::new(),
        }
    }

    pub(super) fn step(&mut self, event: &Event) {
        let now = self.now;
        let t = now.mono;
        let (acd, model) = (&mut self.acd, &mut self.model);
        match event.clone() {
            Event::In(a) => {
                acd.handle_agent_signed_in(now, &name(a));
                model.signed_in(t, a);
            }
            Event::Out(a) => {
                acd.handle_agent_signed_out(now, &name(a));
                model.signed_out(t, a);
            }
            Event::Ready(a) => {
                acd.handle_ready(now, &name(a));
                model.ready(t, a);
            }
            Event::Pause(a) => {
                acd.handle_paused(now, &name(a), "break");
                model.paused(t, a);
            }
            Event::Done(a) => {
                acd.handle_wrap_up_done(now, &name(a));
                model.wrap_up_done(t, a);
            }
            Event::Over(a) => {
                let with = model.agents[a].with.unwrap_or(contact(0));
                acd.handle_contact_over(now, &name(a), with);
                model.over(t, a, with);
            }
            Event::Transfer(a) => {
                let with = model.agents[a].with.unwrap_or(contact(0));
                acd.handle_transferring(now, &name(a), with);
                model.transferring(t, a, with);
            }
            Event::Took(a, c) => {
                acd.handle_took(now, &name(a), contact(c));
                model.took(t, a, contact(c));
            }
            Event::Engaged(a, call) => {
                acd.handle_engaged(now, &name(a), contact(1_000 + call));
                model.engaged(t, a, call);
            }
            Event::Free(a, call) => {
                acd.handle_free(now, &name(a), contact(1_000 + call));
                model.free(t, a, call);
            }
            Event::Enter(c, q, comes) => {
                let wanted = |(agent, hold)| Wanted {
                    agent: name(agent),
                    hold,
                };
                let arrival = Arrival {
                    contact: contact(c),
                    queue: QUEUES[q].into(),
                    priority: Priority(comes.priority),
                    needs: comes.needs.clone(),
                    language: None,
                    wish: comes.wish.map(wanted),
                    came: Some(Mono::ZERO + t.since_start().saturating_sub(comes.ago)),
                    called_back: comes.absent,
                };
                acd.handle_enter(now, arrival);
                model.enter(t, contact(c), q, comes);
            }
            Event::Gone(c) => {
                acd.handle_left(now, contact(c), Leaving::Gone);
                model.left(t, contact(c), Leaving::Gone);
            }
            Event::Away(c) => {
                acd.handle_left(now, contact(c), Leaving::KeepsPlace);
                model.left(t, contact(c), Leaving::KeepsPlace);
            }
            Event::Return(c) => {
                acd.handle_return(now, contact(c));
                model.come_back(t, contact(c));
            }
            Event::Back(c) => {
                acd.handle_back_in_line(now, contact(c));
                model.listens(t, contact(c));
            }
            Event::Reached(c) => {
                acd.handle_reached(contact(c));
                model.reached(contact(c));
            }
            Event::Asks(c) => {
                acd.handle_overflow_asked(now, contact(c));
                model.asks(t, contact(c));
            }
            Event::Next(c, again) => {
                acd.handle_next_step(now, contact(c), again);
                model.next_step(t, contact(c), again);
            }
            Event::Answer(which) => {
                if let Some(offer) = pick(&self.ringing, which) {
                    self.answer(offer);
                }
            }
            Event::NotAnswered(which, cause) => {
                if let Some(offer) = pick(&self.ringing, which) {
                    self.ringing.remove(&offer);
                    acd.handle_not_answered(now, offer, cause);
                    model.not_answered(t, offer, cause);
                }
            }
            Event::Late(n) => {
                if !self.ringing.contains_key(&OfferId(n)) {
                    acd.handle_not_answered(now, OfferId(n), NotAnswered::Busy);
                    self.answer(OfferId(n));
                }
            }
            Event::Wait(ms) => self.wait(Duration::from_millis(ms)),
            Event::Settings(settings, there) => {
                let settings = model.renew(t, *settings, &there);
                acd.handle_settings(now, settings);
            }
            Event::Stop => {
                acd.handle_stopping(now);
                model.stop(t);
            }
        }
        self.compare();
    }

    fn answer(&mut self, offer: OfferId) {
        let ringing = self.ringing.remove(&offer);
        let ok = self.model.answered(self.now.mono, offer);
        match self.acd.handle_answered(self.now, offer) {
            Answer::Connect { contact, agent, .. } => {
                assert!(ok);
                assert_eq!(ringing, Some((contact, agent)));
            }
            Answer::TooLate => {
                assert!(!ok);
                assert_eq!(ringing, None, "what rings can be answered");
            }
        }
    }

    /// Time passes; each deadline is served at its own moment.
    fn wait(&mut self, d: Duration) {
        let end = self.now.after(d);
        loop {
            let due = self.acd.poll_timeout();
            if let Some(next) = self.model.next(self.now.mono) {
                let next = next.max(self.now.mono);
                assert!(due.is_some_and(|due| due <= next), "sleeps past {next:?}");
            }
            let Some(due) = due.filter(|&due| due <= end.mono) else {
                break;
            };
            self.now = self.now.after(due.since(self.now.mono));
            self.acd.handle_timeout(self.now);
            self.model.timeout(self.now.mono);
            self.compare();
        }
        self.now = self.now.after(end.mono.since(self.now.mono));
        self.acd.handle_timeout(self.now);
        self.model.timeout(self.now.mono);
    }

    fn compare(&mut self) {
        let mut overflowed = Vec::new();
        while let Some(action) = self.acd.poll_action() {
            match action {
                QueueAction::Offer {
                    offer,
                    contact,
                    agent,
                    ..
                } => {
                    let busy = self.ringing.values().any(|(_, a)| *a == agent);
                    assert!(!busy, "one offer at a time");
                    assert!(self.ringing.insert(offer, (contact, agent)).is_none());
                }
                QueueAction::Withdraw { offer, contact, .. } => {
                    let rang = self.ringing.remove(&offer).map(|(c, _)| c);
                    assert_eq!(rang, Some(contact), "only what rings is withdrawn");
                }
                QueueAction::Overflow { contact, cause, to } => {
                    overflowed.push((contact, cause, to));
                }
                QueueAction::Agent { agent, state } => {
                    self.told.insert(agent, state);
                }
                QueueAction::Position { .. } | QueueAction::Comfort { .. } => {
                    panic!("not asked for");
                }
            }
        }
        assert_eq!(overflowed, std::mem::take(&mut self.model.overflowed));
        for c in 0..CALLERS {
            let is = self.acd.caller(contact(c)).map(|s| (s.place, s.queue));
            let queue = |c: ContactId| {
                let caller = self.model.callers.iter().find(|x| x.id == c);
                caller.map(|x| QUEUES[x.queue].into())
            };
            let should = self.model.place(contact(c)).zip(queue(contact(c)));
            assert_eq!(is, should, "caller {c}");
        }
        for a in &self.model.agents {
            let gone = a.removed && a.state == AgentState::Offline;
            let state = (!gone).then(|| a.state.clone());
            assert_eq!(self.acd.agent(&a.id), state, "{}", a.id);
            let told = self.told.get(&a.id).unwrap_or(&AgentState::Offline);
            assert_eq!(*told, a.state, "what was told of {}", a.id);
        }
        let rings: Vec<_> = self
            .model
            .offers
            .iter()
            .map(|o| (o.id, (o.contact, name(o.agent))))
            .collect();
        assert_eq!(self.ringing.clone().into_iter().collect::<Vec<_>>(), rings);
        let snapshot = self.acd.snapshot(self.now);
        for (q, s) in snapshot.queues.iter().enumerate() {
            let line = self.model.line(q);
            assert_eq!(s.waiting, line.len());
            for (i, c) in line.iter().enumerate() {
                assert_eq!(self.acd.position(*c), Some(i + 1));
            }
            // Every entry ends exactly once.
            let open = |c: &&crate::queue::tests::model::Caller| c.queue == q && c.at == At::Line;
            let open = self.model.callers.iter().filter(open).count() as u64;
            let n = s.counts;
            assert_eq!(
                n.entered,
                n.answered + n.abandoned + n.overflowed + n.moved + open,
                "{n:?}"
            );
        }
        let overflowed: u64 = snapshot.queues.iter().map(|q| q.counts.overflowed).sum();
        assert_eq!(overflowed, self.model.overflows);
    }
}

fn pick(ringing: &BTreeMap<OfferId, (ContactId, AgentId)>, which: Index) -> Option<OfferId> {
    if ringing.is_empty() {
        return None;
    }
    ringing.keys().nth(which.index(ringing.len())).copied()
}
