//! What counts as one wait: a step of the queue that comes to nothing does not end it.

use super::*;

fn overflowed(cause: OverflowCause, to: OverflowStep) -> Event {
    Event::Overflowed {
        queue: "support".into(),
        cause,
        to,
    }
}

fn too_long(to: OverflowStep) -> Event {
    overflowed(OverflowCause::WaitedTooLong, to)
}

fn number() -> OverflowStep {
    OverflowStep::Outside(crate::ids::PhoneNumber::new("+4530901820"))
}

fn stays(events: Happened) -> Vec<(u64, u64, StayEnd)> {
    let path = Path::of(&timeline(events));
    let told = path.stays.into_iter();
    told.map(|s| (s.began.as_secs(), s.waited.as_secs(), s.end))
        .collect()
}

fn ends(cause: OverflowCause, to: OverflowStep) -> StayEnd {
    StayEnd::Overflowed(cause, to)
}

#[test]
fn a_callback_that_is_declined_is_no_second_wait() {
    let declined = vec![
        (5, queued("support", Reason::Routed)),
        (65, too_long(OverflowStep::Callback)),
        (80, queued("support", Reason::Silence)),
        (80, too_long(OverflowStep::Message)),
        (100, hung_up(Stage::Message)),
    ];
    let end = ends(OverflowCause::WaitedTooLong, OverflowStep::Message);
    assert_eq!(stays(declined.clone()), [(5, 75, end)]);
    let report = report(vec![declined]);
    let support = &report.queues[&QueueName::new("support")];
    assert_eq!((support.entered, support.overflows()), (1, 1));
    assert_eq!(support.longest, s(75));
}

#[test]
fn who_asks_for_a_person_in_place_of_it_waits_on() {
    let waits_on = vec![
        (0, queued("support", Reason::Routed)),
        (60, too_long(OverflowStep::Callback)),
        (70, queued("support", Reason::Asked)),
    ];
    let mut answered = waits_on.clone();
    answered.push((90, connected("anna")));
    let anna = StayEnd::Answered("anna".into());
    assert_eq!(stays(answered), [(0, 90, anna)]);
    let mut gave_up = waits_on.clone();
    gave_up.push((90, hung_up(Stage::Waiting)));
    assert_eq!(stays(gave_up), [(0, 90, StayEnd::Abandoned)]);
    assert_eq!(stays(waits_on), [(0, 70, StayEnd::Waiting)]);
}

#[test]
fn a_callback_that_is_taken_ends_the_wait_and_so_does_hanging_up_at_the_question() {
    let asked = vec![
        (0, queued("support", Reason::Routed)),
        (60, too_long(OverflowStep::Callback)),
    ];
    let end = || ends(OverflowCause::WaitedTooLong, OverflowStep::Callback);
    let mut taken = asked.clone();
    let stored = Event::CallbackStored {
        callback: CallbackId(1),
        before: false,
    };
    taken.push((75, stored));
    let callback = CallbackId(1);
    taken.push((80, ended(Verdict::CallbackStored { callback })));
    assert_eq!(stays(taken), [(0, 60, end())]);
    let mut gone = asked;
    gone.push((70, hung_up(Stage::Menu)));
    assert_eq!(stays(gone), [(0, 60, end())]);
}

#[test]
fn nobody_outside_is_a_step_of_the_same_wait() {
    let full = |to| overflowed(OverflowCause::Full, to);
    let in_vain = vec![
        (0, queued("support", Reason::Routed)),
        (0, full(number())),
        (25, full(OverflowStep::Queue("sales".into()))),
        (25, queued("sales", Reason::Routed)),
        (40, connected("anna")),
        (60, hung_up(Stage::Talking)),
    ];
    let on = ends(OverflowCause::Full, OverflowStep::Queue("sales".into()));
    let anna = StayEnd::Answered("anna".into());
    assert_eq!(stays(in_vain), [(0, 25, on), (25, 15, anna)]);
    // The step that led to somebody is the one that counts.
    let to = TransferTo::Number {
        number: crate::ids::PhoneNumber::new("+4530901820"),
    };
    let reached = vec![
        (0, queued("support", Reason::Routed)),
        (0, full(number())),
        (12, Event::Transferred { to: to.clone() }),
        (90, ended(Verdict::TransferredOut { to })),
    ];
    assert_eq!(
        stays(reached),
        [(0, 0, ends(OverflowCause::Full, number()))]
    );
}

#[test]
fn today_counts_such_a_wait_once_as_well() {
    let mut today = today::Today::new(rules(), Wall::from_unix_millis(0));
    let contact = crate::ids::ContactId::new(Wall::from_unix_millis(0), 1);
    for (at, event) in [
        (0, queued("support", Reason::Routed)),
        (60, too_long(OverflowStep::Callback)),
        (70, queued("support", Reason::Asked)),
        (90, connected("anna")),
    ] {
        today.handle_event(contact, s(at), &event);
    }
    let mut figures = today.figures(Wall::from_unix_millis(100_000));
    let support = figures.remove(&QueueName::new("support"));
    let support = support.map(|q| (q.today.entered, q.today.answered, q.today.overflows()));
    assert_eq!(support, Some((1, 1, 0)));
}
