//! Two endpoints over a network that loses, doubles and reorders: every call ends, both
//! sides agree that it did, and nothing is left.

use std::collections::HashMap;
use std::time::Duration;

use proptest::prelude::*;

use super::harness::*;
use crate::ids::LegId;
use crate::now::Mono;
use crate::sip::endpoint::EndpointEvent;
use crate::sip::leg::{LegCommand, LegEvent};

/// What the two sides do with one call.
#[derive(Clone, Copy, Debug)]
struct Plan {
    caller: usize,
    /// 0 ring and answer, 1 refuse, 2 early media then answer, 3 never answer, 4 answer at once.
    callee: u8,
    /// When the caller hangs up.
    caller_hangs_up_ms: u64,
    /// When the callee hangs up.
    callee_hangs_up_ms: u64,
    /// When either side offers anew.
    offers_ms: Option<u64>,
    refers: bool,
}

fn plans() -> impl Strategy<Value = Plan> {
    (
        0..2usize,
        0..5u8,
        100..120_000u64,
        100..120_000u64,
        proptest::option::of(1000..60_000u64),
        any::<bool>(),
    )
        .prop_map(|(caller, callee, a, b, offers_ms, refers)| Plan {
            caller,
            callee,
            caller_hangs_up_ms: a,
            callee_hangs_up_ms: b,
            offers_ms,
            refers,
        })
}

fn weather(loss: u32) -> impl Strategy<Value = Weather> {
    (0..=loss, 0..30u32, 1..400u64).prop_map(|(loss, duplicated, delay_ms)| Weather {
        loss,
        duplicated,
        delay_ms,
    })
}

struct Run {
    pair: Pair,
    seen: usize,
    /// Events by side and leg.
    ended: HashMap<(usize, LegId), String>,
    callee_leg: Option<LegId>,
    confirmed: bool,
    answered: bool,
}

impl Run {
    fn react(&mut self, plan: Plan) {
        while let Some((at, side, event)) = self.pair.log.get(self.seen).cloned() {
            self.seen += 1;
            match event {
                EndpointEvent::Incoming(call) => {
                    assert!(self.callee_leg.is_none(), "one INVITE, one call");
                    self.callee_leg = Some(call.leg);
                    let answer = sdp("answer");
                    let commands = match plan.callee {
                        0 => vec![LegCommand::Ring, LegCommand::Answer { sdp: answer }],
                        1 => vec![LegCommand::Reject {
                            status: 486,
                            retry_after: None,
                        }],
                        2 => vec![
                            LegCommand::Progress {
                                answer: answer.clone(),
                            },
                            LegCommand::Answer { sdp: answer },
                        ],
                        3 => vec![LegCommand::Ring],
                        _ => vec![LegCommand::Answer { sdp: answer }],
                    };
                    for command in commands {
                        self.pair.command(side, call.leg, command);
                    }
                }
                EndpointEvent::Leg(leg, event) => {
                    let before = self.ended.get(&(side, leg));
                    assert_eq!(before, None, "{event:?} after the end at {at:?}");
                    match event {
                        LegEvent::Ended(end) => {
                            self.ended.insert((side, leg), format!("{end:?}"));
                        }
                        LegEvent::Offer { .. } => {
                            let sdp = sdp("again");
                            self.pair
                                .command(side, leg, LegCommand::AnswerOffer { sdp });
                        }
                        LegEvent::Confirmed { .. } => self.confirmed = true,
                        LegEvent::Answered { .. } => self.answered = true,
                        LegEvent::Progress { .. }
                        | LegEvent::OfferAnswered { .. }
                        | LegEvent::OfferRefused { .. }
                        | LegEvent::Info { .. }
                        | LegEvent::Refer { .. } => {}
                    }
                }
                other => panic!("{other:?}"),
            }
        }
    }
}

fn run(seed: u64, weather: Weather, plan: Plan) -> Run {
    let mut run = Run {
        pair: Pair::new(seed, weather),
        seen: 0,
        ended: HashMap::new(),
        callee_leg: None,
        confirmed: false,
        answered: false,
    };
    let caller_leg = LegId(1);
    let mut invite = outgoing(caller_leg, run.pair.flow(plan.caller));
    invite.ring_for = Duration::from_secs(30);
    run.pair.command(
        plan.caller,
        caller_leg,
        LegCommand::Invite(Box::new(invite)),
    );
    let mut agenda = vec![
        (plan.caller_hangs_up_ms, plan.caller, false),
        (plan.callee_hangs_up_ms, 1 - plan.caller, false),
    ];
    if let Some(ms) = plan.offers_ms {
        agenda.push((ms, plan.caller, true));
        agenda.push((ms + u64::from(plan.refers), 1 - plan.caller, true));
    }
    agenda.sort_unstable();
    for (ms, side, offer) in agenda {
        while run.pair.step(Mono::from_millis(ms)) {
            run.react(plan);
        }
        let leg = if side == plan.caller {
            Some(caller_leg)
        } else {
            run.callee_leg
        };
        let command = if offer {
            LegCommand::Offer { offer: sdp("new") }
        } else {
            LegCommand::Hangup { reason: None }
        };
        if let Some(leg) = leg {
            run.pair.command(side, leg, command);
        }
        run.react(plan);
    }
    let mut steps = 0;
    while run.pair.step(Mono::from_millis(4_000_000)) {
        steps += 1;
        assert!(steps < 20_000, "it does not come to rest");
        run.react(plan);
    }
    run
}

fn check(seed: u64, weather: Weather, plan: Plan) {
    let run = run(seed, weather, plan);
    for side in &run.pair.sides {
        assert_empty(side);
    }
    assert!(run.ended.contains_key(&(plan.caller, LegId(1))));
    if let Some(leg) = run.callee_leg {
        assert!(run.ended.contains_key(&(1 - plan.caller, leg)));
    }
    // A confirmed callee means that the caller's side knew of the answer.
    let caller_left = run.ended.get(&(plan.caller, LegId(1)));
    assert!(
        !run.confirmed || run.answered || caller_left.is_some(),
        "{:?}",
        run.ended
    );
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 96, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn every_call_ends_under_loss(seed: u64, weather in weather(30), plan in plans()) {
        check(seed, weather, plan);
    }

    #[test]
    fn without_loss_both_sides_agree(seed: u64, mut weather in weather(0), plan in plans()) {
        weather.delay_ms = weather.delay_ms.min(100);
        let run = run(seed, weather, plan);
        for side in &run.pair.sides {
            assert_empty(side);
        }
        let caller = run.ended.get(&(plan.caller, LegId(1))).map(String::as_str);
        let callee = run.callee_leg.and_then(|l| run.ended.get(&(1 - plan.caller, l)));
        let callee = callee.map(String::as_str);
        let first = plan.caller_hangs_up_ms.min(plan.callee_hangs_up_ms);
        if plan.callee == 4 && first > 2_000 {
            prop_assert!(run.answered && run.confirmed);
            let by_caller = (Some("LocalHangup"), Some("PeerBye"));
            let by_callee = (Some("PeerBye"), Some("LocalHangup"));
            let both = (Some("LocalHangup"), Some("LocalHangup"));
            let got = (caller, callee);
            // An offer of ours that crossed with their BYE: 481 says it first (RFC 3261 §14.1).
            let crossed = [
                (Some("PeerGone"), Some("LocalHangup")),
                (Some("LocalHangup"), Some("PeerGone")),
            ];
            let crossed = plan.offers_ms.is_some() && crossed.contains(&got);
            let agreed = got == by_caller || got == by_callee || got == both || crossed;
            prop_assert!(agreed, "{got:?}");
            if plan.caller_hangs_up_ms + 500 < plan.callee_hangs_up_ms {
                prop_assert_eq!(got, by_caller);
            }
        }
        if plan.callee == 1 && first > 1_000 {
            prop_assert_eq!(caller, Some("Refused { status: 486, retry_after: None }"));
        }
        if plan.callee == 3 && first > 31_000 {
            prop_assert_eq!((caller, callee), (Some("NoAnswer"), Some("PeerCancelled")));
        }
    }
}

#[test]
fn an_hour_with_session_timers_passes_quietly() {
    let calm = Weather {
        loss: 10,
        duplicated: 5,
        delay_ms: 50,
    };
    let plan = Plan {
        caller: 0,
        callee: 4,
        caller_hangs_up_ms: 3_600_000,
        callee_hangs_up_ms: 3_700_000,
        offers_ms: None,
        refers: false,
    };
    let run = run(5, calm, plan);
    assert_eq!(
        run.ended.get(&(0, LegId(1))).map(String::as_str),
        Some("LocalHangup")
    );
    // Set-up and tear-down with their losses, and a refresh each quarter of an hour.
    assert!(
        (10..60).contains(&run.pair.datagrams),
        "{}",
        run.pair.datagrams
    );
}
