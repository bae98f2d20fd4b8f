//! Random trees, random callers: never stuck, and 0 (or `*0`) reaches a person from anywhere.

use proptest::prelude::*;

use super::*;
use crate::menu::outcome::WebReply;

/// What a caller does next.
#[derive(Clone, Debug)]
pub(crate) enum Act {
    Key(char),
    Played,
    Silence,
    Failed,
    /// A web service says this.
    Reply(u16, &'static str),
    /// The store says that a guide was left at this step.
    Recalled(Option<&'static str>),
    /// The store keeps the wish to be called back, or a follow-up, or does not.
    Stored(bool),
    /// The store tells the times of callbacks so that this many are free; `None`: it does not tell.
    Times(Option<u64>),
    /// The time that was chosen is taken.
    Taken,
    /// Nobody is reached at an outside number.
    NotReached,
}

pub(crate) fn act() -> impl Strategy<Value = Act> {
    prop_oneof![
        8 => prop::sample::select("123456789123456789*#AD".chars().collect::<Vec<_>>()).prop_map(Act::Key),
        4 => Just(Act::Played),
        2 => Just(Act::Silence),
        1 => Just(Act::Failed),
        2 => prop::sample::select(vec![
            (200, "{\"y\": 5}"), (200, "{}"), (200, "nonsense"), (404, ""), (503, ""),
        ]).prop_map(|(status, body)| Act::Reply(status, body)),
        1 => prop::sample::select(vec![None, Some("a"), Some("b"), Some("gone")])
            .prop_map(Act::Recalled),
        1 => any::<bool>().prop_map(Act::Stored),
        2 => prop::sample::select(vec![None, Some(0), Some(1), Some(2), Some(9)])
            .prop_map(Act::Times),
        1 => Just(Act::Taken),
        1 => Just(Act::NotReached),
    ]
}

/// Where an edge leads, among `n` nodes.
fn target(n: usize) -> impl Strategy<Value = String> {
    prop_oneof![
        6 => (0..n).prop_map(|i| format!("n{i}")),
        1 => Just("human".to_owned()),
        1 => Just("back".to_owned()),
        1 => Just("repeat".to_owned()),
    ]
}

/// Node `i` of `n`. A `say` leads on to a later node only, so that none talks for ever.
fn node(i: usize, n: usize) -> BoxedStrategy<String> {
    let menu = (
        prop::collection::btree_map(1..=9usize, target(n), 1..5),
        1..=3usize,
    );
    let menu = menu.prop_map(|(options, tries)| {
        let options: Vec<String> = options
            .iter()
            .map(|(k, go)| format!("{k}: {{ say: {{ prompt: p-o }}, go: {go} }}"))
            .collect();
        format!(
            "menu: {{ tries: {tries}, greeting: {{ prompt: p-g }}, options: {{ {} }} }}",
            options.join(", ")
        )
    });
    let later = move || {
        prop_oneof![
            Just("human".to_owned()),
            Just("back".to_owned()),
            (i + 1..n + 1).prop_map(move |j| if j < n {
                format!("n{j}")
            } else {
                "human".to_owned()
            }),
        ]
    };
    let choose = (later(), later(), later()).prop_map(|(a, b, c)| {
        format!(
            "choose: [{{ when: {{ caller: {{ known: yes }} }}, go: {a} }}, \
             {{ when: {{ language: de }}, go: {b} }}, {{ go: {c} }}]"
        )
    });
    let ask = (later(), later(), any::<bool>()).prop_map(|(go, missing, said)| {
        let said = if said { "say: { prompt: p-m }, " } else { "" };
        format!(
            "ask: {{ get: \"http://x.example/{{caller}}\", {said}take: {{ y: number }}, go: {go}, \
             missing: {missing} }}"
        )
    });
    let language = target(n).prop_map(|go| {
        format!(
            "language: {{ options: {{ 1: {{ language: en, say: {{ prompt: p-e }} }}, \
             4: {{ language: de, say: {{ prompt: p-d }} }} }}, go: {go} }}"
        )
    });
    let say = (later(), any::<bool>())
        .prop_map(|(go, cut)| format!("say: {{ prompt: p-s, interrupt: {cut}, go: {go} }}"));
    let collect = (
        target(n),
        2..5usize,
        0..4usize,
        any::<[bool; 2]>(),
        1..=3usize,
    );
    let collect = collect.prop_map(|(go, min, more, [zero, confirm], tries)| {
        let go = if go == "repeat" {
            "back".to_owned()
        } else {
            go
        };
        format!(
            "collect: {{ say: {{ prompt: p-c }}, digits: {min}-{}, into: x, leading_zero: {zero}, \
             confirm: {confirm}, tries: {tries}, go: {go} }}",
            min + more
        )
    });
    let survey =
        (later(), 1..4usize, 2..=9usize, any::<bool>()).prop_map(|(go, questions, high, intro)| {
            let intro = if intro { "say: { prompt: p-i }, " } else { "" };
            let all: Vec<String> = (0..questions)
                .map(|q| format!("q{q}: {{ prompt: p-q }}"))
                .collect();
            format!(
                "survey: {{ {intro}scale: 1-{high}, questions: {{ {} }}, go: {go} }}",
                all.join(", ")
            )
        });
    let send = (later(), any::<bool>(), any::<bool>()).prop_map(|(go, required, mail)| {
        let what = match mail {
            true => "mail: \"a@x.example\", subject: x, text: \"{caller}\"",
            false => "webhook: \"http://x.example/{caller}\", body: { who: caller }",
        };
        format!("send: {{ {what}, required: {required}, go: {go} }}")
    });
    let dial = (later(), any::<bool>()).prop_map(|(missing, said)| {
        let said = if said { "say: { prompt: p-m }, " } else { "" };
        format!("dial: {{ number: \"+4530901820\", {said}ring: 10s, missing: {missing} }}")
    });
    let out = move || {
        prop_oneof![
            2 => Just("a".to_owned()),
            2 => Just("b".to_owned()),
            1 => Just("solved".to_owned()),
            2 => target(n),
        ]
    };
    let guide = (out(), out(), out(), target(n), any::<bool>(), 1..=3usize);
    let guide = guide.prop_map(|(yes, no, next, solved, resume, tries)| {
        let resume = if resume { "resume: 24h, " } else { "" };
        format!(
            "guide: {{ steps: {{ a: {{ say: {{ prompt: p-a }}, yes: {yes}, no: {no} }}, \
             b: {{ say: {{ prompt: p-b }}, next: {next} }} }}, {resume}tries: {tries}, \
             time: 60s, solved: {solved} }}"
        )
    });
    prop_oneof![
        3 => guide,
        2 => survey,
        4 => menu,
        2 => say,
        2 => collect,
        1 => language,
        2 => choose,
        2 => ask,
        2 => send,
        2 => dial,
        1 => Just("queue: sales".to_owned()),
        1 => Just("message: people".to_owned()),
        1 => Just("callback: people".to_owned()),
        1 => Just(
            "callback: { queue: sales, say: { prompt: p-w }, numbers: [\"+45*\", \"12*\"], tries: 3 }"
                .to_owned()
        ),
        2 => Just("callback: { queue: sales, slots: { hours: office, each: 1 } }".to_owned()),
        1 => Just("goodbye: { prompt: p-b }".to_owned()),
    ]
    .boxed()
}

pub(crate) fn tree() -> impl Strategy<Value = String> {
    (1..8usize).prop_flat_map(|n| {
        let nodes: Vec<_> = (0..n).map(|i| node(i, n)).collect();
        nodes.prop_map(|nodes| {
            let rows = nodes.iter().enumerate();
            let all: String = rows.map(|(i, k)| format!("  n{i}: {{ {k} }}\n")).collect();
            // Any key leads on: most callers come to where it is interesting.
            let options: Vec<String> = (1..=9)
                .map(|k| {
                    format!(
                        "{k}: {{ say: {{ prompt: p-r }}, go: n{} }}",
                        k % nodes.len()
                    )
                })
                .collect();
            let root = format!(
                "root: {{ menu: {{ options: {{ {} }} }} }}",
                options.join(", ")
            );
            // What callers are asked when a person has ended the talk.
            let after = "after: { survey: { questions: { qa: { prompt: p-q } }, go: n0 } }";
            format!("languages: [en, de]\nnodes:\n  {root}\n{all}  {after}\n")
        })
    })
}

/// Takes all actions; whether something plays now.
fn drain(walk: &mut Walk, playing: &mut bool) -> Option<Outcome> {
    let mut left = None;
    while let Some(action) = walk.poll_action() {
        assert!(left.is_none(), "{action:?} after leaving");
        match action {
            WalkAction::Play { sounds } => {
                assert!(!sounds.is_empty(), "nothing to play");
                *playing = true;
            }
            // Music takes the place of what plays.
            WalkAction::Stop | WalkAction::Music => *playing = false,
            WalkAction::Leave(outcome) => left = Some(outcome),
            WalkAction::Step(_)
            | WalkAction::Entry { .. }
            | WalkAction::Language(_)
            | WalkAction::Recall { .. }
            | WalkAction::Remember { .. }
            | WalkAction::Times { .. }
            | WalkAction::CallBack { .. }
            | WalkAction::CancelCallback
            | WalkAction::Send { .. }
            | WalkAction::Dial { .. }
            | WalkAction::Needs { .. }
            | WalkAction::Judged { .. }
            | WalkAction::Ask { .. } => {}
        }
    }
    left
}

fn asked(outcome: &Option<Outcome>) -> bool {
    matches!(outcome, Some(Outcome::Queue { queue, reason: Reason::Asked }) if queue.as_str() == "people")
}

/// A caller who presses 0 now, or `*0`, or says nothing any more.
fn reaches_a_person(walk: &mut Walk, now: u64, playing: bool) {
    let entry = matches!(&walk.doing, Doing::Entering { .. });
    let zero_now = walk.reaches_person(Key::ZERO);
    assert!(zero_now || entry, "0 is not heard outside an entry");
    let mut playing = playing;
    if zero_now {
        walk.handle_key(at(now), Key::ZERO);
    } else {
        walk.handle_key(at(now), Key::STAR);
        assert_eq!(drain(walk, &mut playing), None);
        walk.handle_key(at(now), Key::ZERO);
    }
    let outcome = drain(walk, &mut playing);
    assert!(asked(&outcome), "{outcome:?}");
}

/// A caller who does nothing from now on comes to a person or to a goodbye that was chosen.
fn silence_ends(walk: &mut Walk, mut now: u64, mut playing: bool) {
    for _ in 0..200 {
        if playing {
            playing = false;
            now += 100;
            walk.handle_played(at(now));
        } else {
            let deadline = walk.poll_timeout().expect("waits for something");
            now = now.max(deadline.since_start().as_millis() as u64);
            walk.handle_timeout(at(now));
        }
        if drain(walk, &mut playing).is_some() {
            return;
        }
    }
    panic!("a silent caller never reaches a person");
}

fn replay(line: &Arc<Line>, acts: &[(Act, u64)]) -> (Walk, u64, bool, Option<Outcome>) {
    let (mut now, mut playing) = (0, false);
    let caller = Caller {
        number: Some(PhoneNumber::new("4530901820")),
        ..Caller::default()
    };
    let mut walk = Walk::start(Arc::clone(line), caller, at(now));
    let mut left = drain(&mut walk, &mut playing);
    for (act, later) in acts {
        if left.is_some() {
            break;
        }
        now += later;
        match act {
            Act::Key(c) => walk.handle_key(at(now), Key::from_char(*c).unwrap()),
            Act::Played if playing => {
                playing = false;
                walk.handle_played(at(now));
            }
            Act::Played => walk.handle_played(at(now)),
            Act::Silence => {
                let deadline = walk.poll_timeout().unwrap();
                now = now.max(deadline.since_start().as_millis() as u64);
                walk.handle_timeout(at(now));
            }
            Act::Failed => walk.handle_play_failed(at(now), "test"),
            Act::Reply(status, body) => {
                let reply = WebReply {
                    status: *status,
                    body: body.as_bytes().to_vec(),
                };
                walk.handle_reply(at(now), walk.asked, Ok(reply));
            }
            Act::Stored(kept) => {
                let stored = if *kept { Ok(None) } else { Err("broken") };
                // A walk knows whether it waits for the one or the other.
                match walk.is_storing() {
                    true => walk.handle_stored(at(now), walk.asked, stored),
                    false => walk.handle_sent(at(now), walk.asked, *kept),
                }
            }
            Act::Times(free) => {
                let due = free.map(due_but);
                walk.handle_times(at(now), walk.asked, due.as_deref());
            }
            Act::Taken => walk.handle_taken(at(now), walk.asked),
            Act::NotReached => walk.handle_not_reached(at(now), walk.asked, "was busy"),
            Act::Recalled(step) => walk.handle_recalled(at(now), walk.asked, *step),
        }
        left = drain(&mut walk, &mut playing);
        assert_eq!(left.is_some(), walk.has_left());
        assert_eq!(walk.poll_timeout().is_none(), left.is_some(), "stuck");
        assert_eq!(walk.playing, playing && left.is_none());
    }
    (walk, now, playing, left)
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 96, ..ProptestConfig::default() })]

    #[test]
    fn never_stuck_and_zero_from_everywhere(
        tree in tree(),
        acts in prop::collection::vec((act(), 0..4000u64), 0..24),
    ) {
        let line = line(&tree);
        for n in 0..=acts.len() {
            let (mut walk, now, playing, left) = replay(&line, &acts[..n]);
            if left.is_some() {
                break;
            }
            reaches_a_person(&mut walk, now + 1, playing);
            let (mut walk, now, playing, _) = replay(&line, &acts[..n]);
            silence_ends(&mut walk, now, playing);
        }
    }
}
