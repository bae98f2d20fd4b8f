use super::*;

const T: Timers = Timers {
    t1: Duration::from_millis(500),
    t2: Duration::from_secs(4),
    t4: Duration::from_secs(5),
    unanswered: Duration::from_secs(180),
};

fn ms(n: u64) -> Mono {
    Mono::from_millis(n)
}

/// Runs a machine to its end and lists what it asked for, in milliseconds.
fn run(mut poll: impl FnMut(Option<Mono>) -> (Due, Option<Mono>)) -> Vec<(u64, Due)> {
    let mut log = Vec::new();
    let mut next = poll(None).1;
    while let Some(at) = next {
        let (due, then) = poll(Some(at));
        if due != Due::Nothing {
            log.push((at.since_start().as_millis() as u64, due));
        }
        next = then;
    }
    log
}

#[test]
fn unanswered_invite_doubles_timer_a_until_timer_b() {
    let mut t = ClientInvite::start(ms(0), &T, false);
    let log = run(|at| {
        (
            at.map_or(Due::Nothing, |at| t.handle_timeout(at, &T)),
            t.poll_timeout(),
        )
    });
    let times: Vec<u64> = log.iter().map(|l| l.0).collect();
    assert_eq!(times, [500, 1500, 3500, 7500, 15500, 31500, 32000]);
    assert_eq!(log.last().map(|l| l.1), Some(Due::TimedOut));
    assert!(t.is_terminated());
}

#[test]
fn unanswered_request_caps_timer_e_at_t2_until_timer_f() {
    let mut t = Client::start(ms(0), &T, false);
    let log = run(|at| {
        (
            at.map_or(Due::Nothing, |at| t.handle_timeout(at, &T)),
            t.poll_timeout(),
        )
    });
    let times: Vec<u64> = log.iter().map(|l| l.0).collect();
    assert_eq!(
        times,
        [
            500, 1500, 3500, 7500, 11500, 15500, 19500, 23500, 27500, 31500, 32000
        ]
    );
}

#[test]
fn on_a_stream_nothing_is_repeated() {
    let mut t = Client::start(ms(0), &T, true);
    assert_eq!(t.poll_timeout(), Some(ms(32000)));
    assert_eq!(t.handle_response(ms(10), &T, 200), Received::Pass);
    assert!(t.is_terminated());
    let mut i = ClientInvite::start(ms(0), &T, true);
    assert_eq!(i.handle_response(ms(10), &T, 486), Received::PassAndAck);
    assert!(i.is_terminated());
}

#[test]
fn a_refusal_is_passed_once_and_acknowledged_each_time() {
    let mut t = ClientInvite::start(ms(0), &T, false);
    assert_eq!(t.handle_response(ms(10), &T, 180), Received::Pass);
    assert_eq!(t.poll_timeout(), None);
    assert_eq!(t.handle_response(ms(20), &T, 486), Received::PassAndAck);
    assert_eq!(t.handle_response(ms(30), &T, 486), Received::Ack);
    assert_eq!(t.handle_response(ms(31), &T, 180), Received::Absorb);
    assert_eq!(t.poll_timeout(), Some(ms(32020)));
}

#[test]
fn every_200_of_a_forked_invite_is_passed() {
    let mut t = ClientInvite::start(ms(0), &T, false);
    assert_eq!(t.handle_response(ms(10), &T, 200), Received::Pass);
    assert_eq!(t.handle_response(ms(20), &T, 200), Received::Pass);
    assert_eq!(t.handle_response(ms(20), &T, 486), Received::Absorb);
    assert_eq!(t.handle_timeout(ms(32010), &T), Due::Nothing);
    assert!(t.is_terminated());
}

#[test]
fn a_cancelled_invite_without_final_answer_ends() {
    let mut t = ClientInvite::start(ms(0), &T, false);
    t.handle_response(ms(10), &T, 180);
    t.cancelled(ms(1000), &T);
    assert_eq!(t.poll_timeout(), Some(ms(33000)));
    assert_eq!(t.handle_timeout(ms(33000), &T), Due::TimedOut);
}

#[test]
fn a_refusal_is_repeated_until_the_ack() {
    let mut t = ServerInvite::start(ms(0), &T, false);
    assert!(t.handle_retransmission());
    assert!(t.handle_respond(ms(0), &T, 486));
    assert_eq!(t.handle_timeout(ms(500), &T), Due::Retransmit);
    assert_eq!(t.poll_timeout(), Some(ms(1500)));
    assert!(t.handle_retransmission());
    assert!(!t.handle_ack(ms(600), &T));
    assert!(!t.handle_retransmission());
    assert_eq!(t.poll_timeout(), Some(ms(5600)));
    t.handle_timeout(ms(5600), &T);
    assert!(t.is_terminated());
}

#[test]
fn a_refusal_without_ack_gives_up_at_timer_h() {
    let mut t = ServerInvite::start(ms(0), &T, false);
    t.handle_respond(ms(0), &T, 486);
    let log = run(|at| {
        (
            at.map_or(Due::Nothing, |at| t.handle_timeout(at, &T)),
            t.poll_timeout(),
        )
    });
    assert_eq!(log.last(), Some(&(32000, Due::TimedOut)));
    assert_eq!(log.len(), 11);
}

#[test]
fn an_invite_without_a_word_for_200_ms_is_told_that_we_try() {
    let mut t = ServerInvite::start(ms(0), &T, false);
    assert_eq!(t.poll_timeout(), Some(ms(200)));
    assert_eq!(t.handle_timeout(ms(199), &T), Due::Nothing);
    assert_eq!(t.handle_timeout(ms(200), &T), Due::Retransmit);
    assert_eq!(t.poll_timeout(), Some(ms(360_000)));
    let mut answered = ServerInvite::start(ms(0), &T, false);
    assert!(answered.handle_respond(ms(100), &T, 180));
    assert_eq!(answered.poll_timeout(), Some(ms(360_000)));
}

#[test]
fn an_accepted_invite_is_absorbed_but_its_ack_passes() {
    let mut t = ServerInvite::start(ms(0), &T, false);
    assert!(t.handle_respond(ms(0), &T, 200));
    assert!(!t.handle_retransmission());
    assert!(t.handle_ack(ms(10), &T));
    assert!(t.handle_respond(ms(500), &T, 200));
    assert!(!t.handle_respond(ms(500), &T, 486));
    t.handle_timeout(ms(32000), &T);
    assert!(t.is_terminated());
}

#[test]
fn an_answer_is_repeated_as_often_as_the_request() {
    let mut t = Server::start(ms(0), &T, false);
    assert!(!t.handle_retransmission());
    assert!(t.handle_respond(ms(0), &T, 200));
    assert!(t.handle_retransmission());
    assert!(!t.handle_respond(ms(1), &T, 500));
    t.handle_timeout(ms(32000));
    assert!(t.is_terminated());
}

#[test]
fn what_nobody_answers_is_not_kept_for_ever() {
    let mut t = Server::start(ms(0), &T, false);
    assert_eq!(t.handle_timeout(ms(31_999)), Due::Nothing);
    assert_eq!(t.poll_timeout(), Some(ms(32_000)));
    assert_eq!(t.handle_timeout(ms(32_000)), Due::TimedOut);
    assert!(t.is_terminated());
    let mut t = Server::start(ms(0), &T, true);
    assert!(t.handle_respond(ms(5_000), &T, 100));
    assert_eq!(t.handle_timeout(ms(32_000)), Due::TimedOut);
    let mut t = ServerInvite::start(ms(0), &T, false);
    assert!(t.handle_respond(ms(0), &T, 180));
    assert_eq!(t.handle_timeout(ms(359_999), &T), Due::Nothing);
    assert_eq!(t.poll_timeout(), Some(ms(360_000)));
    assert_eq!(t.handle_timeout(ms(360_000), &T), Due::TimedOut);
    assert!(t.is_terminated());
    assert_eq!(t.poll_timeout(), None);
}
