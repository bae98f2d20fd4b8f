//! Contacts as they happen, and what they count for.

use super::*;
use crate::ids::NodeName;
use crate::menu::outcome::{Reason, Step, StepKind};
use crate::queue::action::{AgentState, OverflowCause, OverflowStep};
use crate::record::facts::Containment;
use crate::record::timeline::{CallbackId, Event, Party, TransferTo};
use crate::record::verdict::{LostSign, Stage, Verdict};

mod stays;
mod surveys;

const DAY: i64 = 86_400_000;

/// When, in seconds, and what.
type Happened = Vec<(u64, Event)>;

fn s(secs: u64) -> Duration {
    Duration::from_secs(secs)
}

fn timeline(events: Happened) -> Timeline {
    let mut timeline = Timeline::new(Wall::from_unix_millis(0));
    for (at, event) in events {
        timeline.push(s(at), event);
    }
    timeline
}

fn queued(queue: &str, reason: Reason) -> Event {
    Event::Queued {
        queue: queue.into(),
        reason,
        language: None,
    }
}

fn connected(agent: &str) -> Event {
    Event::Connected {
        agent: agent.into(),
    }
}

fn ended(verdict: Verdict) -> Event {
    Event::Ended { verdict }
}

fn hung_up(stage: Stage) -> Event {
    ended(Verdict::CallerHungUp { stage })
}

fn entered(node: &str) -> Event {
    let label = node.to_owned();
    step(node, StepKind::Entered { label })
}

fn step(node: &str, what: StepKind) -> Event {
    Event::Step {
        step: Step {
            at: Duration::ZERO,
            node: NodeName::new(node),
            what,
        },
    }
}

fn pressed(node: &str, key: char) -> Event {
    let key = crate::ids::Key::from_char(key).unwrap();
    step(node, StepKind::Pressed { key })
}

fn rules() -> Rules {
    Rules {
        aims: BTreeMap::new(),
        short_abandon: s(5),
        repeat_within: Duration::from_secs(7 * 86_400),
    }
}

fn tally(contacts: Vec<(Happened, Option<i64>)>) -> Tally {
    let mut tally = Tally::new(rules(), Wall::from_unix_millis(8 * DAY));
    for (events, next) in contacts {
        tally.contact(&Contact {
            line: &LineName::new("main"),
            timeline: &timeline(events),
            known: true,
            next: next.map(Wall::from_unix_millis),
        });
    }
    tally
}

fn report(contacts: Vec<Happened>) -> Report {
    tally(contacts.into_iter().map(|events| (events, None)).collect()).report()
}

/// Waits so long, and then talks to anna for a minute.
fn answered(wait: u64) -> Happened {
    vec![
        (0, queued("support", Reason::Asked)),
        (wait, connected("anna")),
        (
            wait + 60,
            ended(Verdict::AgentEnded {
                agent: "anna".into(),
            }),
        ),
    ]
}

fn gave_up(wait: u64) -> Happened {
    vec![
        (0, queued("support", Reason::Asked)),
        (wait, hung_up(Stage::Waiting)),
    ]
}

#[test]
fn the_service_level_counts_all_who_wanted_a_person() {
    let overflowed = vec![
        (0, queued("support", Reason::Routed)),
        (
            90,
            Event::Overflowed {
                queue: "support".into(),
                cause: OverflowCause::WaitedTooLong,
                to: OverflowStep::Message,
            },
        ),
        (120, hung_up(Stage::Message)),
    ];
    let lost = vec![
        (0, queued("support", Reason::Asked)),
        (
            9,
            ended(Verdict::CallerGone {
                stage: Stage::Waiting,
                sign: LostSign::RtpSilent,
            }),
        ),
    ];
    let mut all: Vec<_> = [10, 20, 21].map(answered).into();
    all.extend([gave_up(4), gave_up(40), overflowed, lost]);
    all.push(vec![(0, queued("support", Reason::Asked))]);
    let report = report(all);
    let q = &report.queues[&QueueName::new("support")];
    let counts = (
        q.entered,
        q.answered,
        q.in_time,
        q.abandoned,
        q.abandoned_short,
    );
    assert_eq!(counts, (8, 3, 2, 1, 1));
    assert_eq!((q.overflows(), q.cut_off, q.waiting), (1, 1, 1));
    // Two of: three answered, one who hung up after a wait, one whom the queue sent away.
    assert_eq!(q.service_level(), Some(0.4));
    assert_eq!(q.abandon_rate(), Some(0.2));
    assert_eq!(q.waits.mean(), Some(s(17)));
    assert_eq!(q.waits.quantile(0.5), Some(s(20)));
    assert_eq!(q.waits.longest(), Some(s(21)));
    assert_eq!(q.patience.longest(), Some(s(40)));
}

#[test]
fn every_entry_ends_once() {
    let moved = vec![
        (0, queued("sales", Reason::Routed)),
        (
            30,
            Event::Overflowed {
                queue: "sales".into(),
                cause: OverflowCause::Full,
                to: OverflowStep::Queue("support".into()),
            },
        ),
        (30, queued("support", Reason::Routed)),
        (50, connected("anna")),
        (70, hung_up(Stage::Talking)),
    ];
    let back_and_forth = vec![
        (0, queued("support", Reason::Asked)),
        (10, Event::LookedBack),
        (40, queued("support", Reason::Asked)),
        (60, connected("bert")),
        (90, hung_up(Stage::Talking)),
    ];
    let called_back = vec![
        (0, queued("support", Reason::Asked)),
        (
            20,
            Event::CallbackStored {
                callback: CallbackId(1),
                before: false,
            },
        ),
        (25, hung_up(Stage::Waiting)),
    ];
    let helped_themselves = vec![
        (0, queued("support", Reason::Asked)),
        (10, Event::LookedBack),
        (70, ended(Verdict::Goodbye { node: None })),
    ];
    let report = report(vec![moved, back_and_forth, called_back, helped_themselves]);
    let sales = &report.queues[&QueueName::new("sales")];
    assert_eq!((sales.entered, sales.overflows()), (1, 1));
    let support = &report.queues[&QueueName::new("support")];
    let ends = (support.answered, support.promised, support.left);
    assert_eq!((support.entered, ends), (4, (2, 1, 1)));
    assert_eq!(support.waits.longest(), Some(s(60)));
}

#[test]
fn a_talk_is_the_agent_s_and_the_queue_s_also_after_a_transfer() {
    let to = TransferTo::Agent {
        agent: "bert".into(),
    };
    let report = report(vec![vec![
        (0, queued("support", Reason::Asked)),
        (10, connected("anna")),
        (20, Event::Held { by: Party::Agent }),
        (25, Event::Resumed { by: Party::Agent }),
        (
            40,
            Event::TransferStarted {
                agent: "anna".into(),
                to: to.clone(),
            },
        ),
        (50, Event::Transferred { to }),
        (50, connected("bert")),
        (80, hung_up(Stage::Talking)),
    ]]);
    let anna = &report.agents[&AgentId::new("anna")];
    assert_eq!((anna.talks, anna.talked, anna.held), (1, s(30), s(5)));
    let bert = &report.agents[&AgentId::new("bert")];
    assert_eq!((bert.talks, bert.talked), (1, s(30)));
    let support = &report.queues[&QueueName::new("support")];
    assert_eq!((support.talks, support.talked), (2, s(60)));
    assert_eq!(support.answered, 1);
}

#[test]
fn a_transfer_that_fails_is_one_talk() {
    let to = TransferTo::Agent {
        agent: "bert".into(),
    };
    let report = report(vec![vec![
        (0, queued("support", Reason::Asked)),
        (10, connected("anna")),
        (
            20,
            Event::TransferStarted {
                agent: "anna".into(),
                to: to.clone(),
            },
        ),
        (
            35,
            Event::TransferFailed {
                to,
                status: Some(486),
            },
        ),
        (50, hung_up(Stage::Talking)),
    ]]);
    let anna = &report.agents[&AgentId::new("anna")];
    assert_eq!((anna.talks, anna.talked), (1, s(40)));
}

#[test]
fn callbacks_are_the_queue_s_and_nobody_s_call() {
    let back = || Event::CallingBack {
        callback: CallbackId(7),
        first: crate::ids::ContactId::from_u64(1),
        queue: "support".into(),
    };
    let cause = crate::queue::acd::NotAnswered::NoAnswer;
    let bert = || AgentId::from("bert");
    let reached = vec![
        (0, back()),
        (
            9,
            Event::Missed {
                agent: bert(),
                cause,
            },
        ),
        (30, connected("anna")),
        (90, hung_up(Stage::Talking)),
    ];
    let in_vain = vec![
        (0, back()),
        (
            20,
            Event::CalledInVain {
                cause,
                number: None,
            },
        ),
        (21, ended(Verdict::NotReached)),
    ];
    let report = report(vec![reached, in_vain]);
    assert!(report.lines.is_empty());
    let support = &report.queues[&QueueName::new("support")];
    assert_eq!(
        (support.entered, support.called_back, support.called_in_vain),
        (0, 1, 1)
    );
    assert_eq!((support.talks, support.talked), (1, s(60)));
    assert_eq!(report.agents[&bert()].missed, 1);
}

#[test]
fn an_agent_s_day_adds_up() {
    let mut tally = tally(vec![(answered(10), None)]);
    let at = |secs: i64, state| Change {
        at: Wall::from_unix_millis(secs * 1_000),
        state,
    };
    let lunch = AgentState::Paused {
        reason: "lunch".to_owned(),
    };
    let changes = [
        at(-500, AgentState::Ready),
        at(5, AgentState::Offered),
        at(10, AgentState::Talking),
        at(70, AgentState::WrapUp),
        at(90, lunch),
        at(190, AgentState::Ready),
        at(193, AgentState::Engaged),
        at(200, AgentState::Offline),
        at(300, AgentState::Ready),
    ];
    let span = |secs: i64| Wall::from_unix_millis(secs * 1_000);
    tally.agent(&AgentId::new("anna"), &changes, span(-5), span(310));
    let report = tally.report();
    let anna = &report.agents[&AgentId::new("anna")];
    assert_eq!((anna.ready, anna.offered), (s(23), s(5)));
    assert_eq!(anna.engaged, s(7));
    assert_eq!((anna.talking, anna.wrapped), (s(60), s(20)));
    assert_eq!(anna.paused["lunch"], s(100));
    assert_eq!(anna.signed_in(), s(215));
    // 80 s of 108 s there for callers.
    assert!((anna.occupancy().unwrap() - 80.0 / 108.0).abs() < 1e-9);
    assert_eq!(anna.handling(), Some(s(80)));
    // What was written up was the talk of this queue.
    let support = &report.queues[&QueueName::new("support")];
    assert_eq!(support.handling(), Some(s(80)));
}

#[test]
fn who_calls_again_within_the_time_was_not_helped() {
    let report = tally(vec![
        (answered(1), Some(DAY)),
        (answered(1), Some(7 * DAY + 1)),
        (answered(1), None),
        // Not helped at all: neither.
        (gave_up(60), Some(DAY)),
    ])
    .report();
    let told = &report.lines[&LineName::new("main")].resolution;
    assert_eq!((told.resolved, told.repeated, told.open), (2, 1, 0));
    let mut early = Tally::new(rules(), Wall::from_unix_millis(DAY));
    early.contact(&Contact {
        line: &LineName::new("main"),
        timeline: &timeline(answered(1)),
        known: true,
        next: None,
    });
    early.contact(&Contact {
        line: &LineName::new("main"),
        timeline: &timeline(answered(1)),
        known: false,
        next: None,
    });
    let told = early.report().lines[&LineName::new("main")]
        .resolution
        .clone();
    assert_eq!((told.resolved, told.repeated, told.open), (0, 0, 1));
}

#[test]
fn nodes_tell_where_callers_wanted_a_person() {
    let asked = |node: &str| {
        let mut events = vec![(0, entered("welcome")), (1, entered(node))];
        events.extend(answered(10));
        events
    };
    let silent = vec![
        (0, entered("welcome")),
        (9, queued("support", Reason::Silence)),
        (20, connected("anna")),
        (30, hung_up(Stage::Talking)),
    ];
    let bored = vec![(0, entered("welcome")), (3, hung_up(Stage::Menu))];
    let report = report(vec![
        asked("bill"),
        asked("bill"),
        asked("order"),
        silent,
        bored,
    ]);
    let line = &report.lines[&LineName::new("main")];
    assert_eq!((line.contacts, line.asked, line.forced), (5, 3, 1));
    assert_eq!(line.ends[&Containment::ToPerson], 4);
    assert_eq!(line.ends[&Containment::GaveUp], 1);
    assert_eq!(line.nodes[&NodeName::new("bill")].asked, 2);
    assert_eq!(line.nodes[&NodeName::new("order")].asked, 1);
    let welcome = &line.nodes[&NodeName::new("welcome")];
    assert_eq!((welcome.entered, welcome.asked), (5, 0));
    assert_eq!((welcome.forced, welcome.gave_up), (1, 1));
    // Three left it after one second, one was forced out after 9, one hung up after 3.
    assert_eq!(welcome.time, s(15));
}

#[test]
fn nodes_tell_where_callers_had_to_hear_it_again() {
    let nine = || pressed("welcome", '9');
    let report = report(vec![vec![
        (0, entered("welcome")),
        // Said again, twice.
        (5, nine()),
        (9, nine()),
        (12, pressed("welcome", '1')),
        (12, entered("bill")),
        // Back, and here again.
        (20, entered("welcome")),
        // A 9 of the operator's own meaning.
        (25, nine()),
        (25, entered("order")),
        (30, hung_up(Stage::Menu)),
    ]]);
    let nodes = &report.lines[&LineName::new("main")].nodes;
    let again = |name: &str| nodes[&NodeName::new(name)].again;
    assert_eq!([again("welcome"), again("bill"), again("order")], [3, 0, 0]);
}

#[test]
fn the_effort_to_a_person_is_counted_and_calls_that_never_came_to_a_node_are_told_apart() {
    let mut tried = vec![
        (0, Event::Answered),
        (0, entered("welcome")),
        (4, pressed("bill", '2')),
        (9, step("bill", StepKind::Collected { digits: 5 })),
        (12, queued("support", Reason::Asked)),
        (30, connected("anna")),
        (90, hung_up(Stage::Talking)),
    ];
    let routed = vec![
        (0, Event::Answered),
        (2, queued("support", Reason::Routed)),
        (5, hung_up(Stage::Waiting)),
    ];
    let at_once = vec![(0, Event::Answered), (0, hung_up(Stage::Menu))];
    let all = report(vec![tried.clone(), routed, at_once]);
    let line = &all.lines[&LineName::new("main")];
    assert_eq!((line.taken, line.offered), (3, 2));
    // A key, five digits and the 0; and none.
    assert_eq!((line.effort.people, line.effort.keys), (2, 7));
    assert_eq!(line.effort.mean_ms(), Some(7_000));
    // A 0 that is a step as well (at the end of an entry) counts once.
    tried.insert(4, (11, pressed("bill", '0')));
    let line = report(vec![tried]).lines[&LineName::new("main")].clone();
    assert_eq!(line.effort.keys, 7);
}

#[test]
fn figures_of_several_queues_are_one_and_waits_are_not_averaged_twice() {
    let sales = vec![
        (0, queued("sales", Reason::Asked)),
        (100, connected("bert")),
        (160, hung_up(Stage::Talking)),
    ];
    let mut all: Vec<_> = [10, 10, 10].map(answered).into();
    all.extend([gave_up(200), sales]);
    let report = report(all);
    let mut sum = QueueFigures::default();
    for figures in report.queues.values() {
        sum += figures;
    }
    assert_eq!((sum.entered, sum.answered, sum.wanted()), (5, 4, 5));
    assert_eq!(sum.waits.mean(), Some(Duration::from_millis(32_500)));
    assert_eq!(sum.longest, s(200));
    assert_eq!(sum.answered_within(s(60)), Some(0.6));
    assert_eq!(sum.answered_within(s(100)), Some(0.8));
    assert_eq!(sum.service_level(), Some(0.6));
}
