//! What callers say of those who talked with them.

use super::*;

fn judged(question: &str, answer: u8) -> Event {
    Event::Judged {
        survey: "rate".into(),
        question: question.into(),
        answer,
        low: 1,
        high: 5,
    }
}

fn talk_ended(agent: &str) -> Event {
    Event::TalkEnded {
        agent: agent.into(),
    }
}

/// Of whom, through which queue, to which question, and how often each answer was given.
type Told<'r> = (&'r str, Option<&'r str>, &'r str, Vec<(u8, u64)>);

fn told(report: &Report) -> Vec<Told<'_>> {
    let told = report.judged.iter();
    told.map(|j| {
        let answers = j.figures.answers.iter().map(|(a, n)| (*a, *n));
        let queue = j.queue.as_ref().map(|q| q.as_str());
        (
            j.agent.as_str(),
            queue,
            j.question.as_str(),
            answers.collect(),
        )
    })
    .collect()
}

#[test]
fn a_survey_after_the_talk_is_about_who_talked_last() {
    let to = TransferTo::Agent {
        agent: "bert".into(),
    };
    let handed_on = vec![
        (0, queued("support", Reason::Asked)),
        (10, connected("anna")),
        (40, Event::Transferred { to }),
        (40, connected("bert")),
        (80, talk_ended("bert")),
        (85, judged("kind", 2)),
        (90, ended(Verdict::Goodbye { node: None })),
    ];
    let kept = vec![
        (0, queued("support", Reason::Asked)),
        (10, connected("anna")),
        (50, talk_ended("anna")),
        // Said twice: the last counts.
        (55, judged("kind", 1)),
        (60, judged("kind", 5)),
        (65, judged("quick", 4)),
        (70, ended(Verdict::Goodbye { node: None })),
    ];
    // In the menu, before anybody has talked with them: about nobody.
    let before = vec![
        (5, judged("kind", 3)),
        (10, queued("support", Reason::Asked)),
        (20, connected("anna")),
        (50, hung_up(Stage::Talking)),
    ];
    let report = report(vec![handed_on, kept, before]);
    let want = [
        ("anna", Some("support"), "kind", vec![(5, 1)]),
        ("anna", Some("support"), "quick", vec![(4, 1)]),
        ("bert", Some("support"), "kind", vec![(2, 1)]),
    ];
    assert_eq!(told(&report), want);
    // All that was answered, whoever it is about.
    let rate = &report.surveys[&NodeName::new("rate")];
    assert_eq!((rate["kind"].count(), rate["quick"].count()), (3, 1));
}

#[test]
fn two_talks_of_one_contact_are_judged_apart() {
    let report = report(vec![vec![
        (0, queued("support", Reason::Asked)),
        (10, connected("anna")),
        (50, talk_ended("anna")),
        (55, judged("kind", 1)),
        (60, queued("sales", Reason::Asked)),
        (70, connected("bert")),
        (90, talk_ended("bert")),
        (95, judged("kind", 5)),
        (99, ended(Verdict::Goodbye { node: None })),
    ]]);
    let want = [
        ("anna", Some("support"), "kind", vec![(1, 1)]),
        ("bert", Some("sales"), "kind", vec![(5, 1)]),
    ];
    assert_eq!(told(&report), want);
    let rate = &report.surveys[&NodeName::new("rate")];
    assert_eq!(rate["kind"].answers, [(5, 1)].into());
}
