//! Passwords that hold for a while.

use super::*;
use crate::now::Wall;

const NOW: i64 = 1_795_000_000;

fn server(tickets: &Tickets) -> Server {
    let mut config = AuthenticatorConfig::new("zeroline");
    config.users.push(Credentials {
        username: "anna".into(),
        secret: Secret::Plain("right".into()),
    });
    config.tickets = Some(tickets.clone());
    let mut server = Server::with(config);
    server.now.wall = Wall::from_unix_millis(NOW * 1000);
    server
}

fn until(seconds: i64) -> Wall {
    Wall::from_unix_millis((NOW + seconds) * 1000)
}

fn is(verdict: Verdict) -> Option<String> {
    match verdict {
        Verdict::Accepted { username } => Some(username),
        Verdict::Challenge { .. } | Verdict::SlowDown { .. } => None,
    }
}

#[test]
fn a_ticket_is_as_good_as_the_password_until_it_is_over() {
    let tickets = Tickets::new([3; 32]);
    let mut server = server(&tickets);
    let Ticket { username, password } = tickets.issue("anna", until(60));
    let log_in = |server: &mut Server| is(server.log_in(HOME, &username, &password));
    assert_eq!(log_in(&mut server).as_deref(), Some("anna"));
    server.now.wall = until(60);
    assert_eq!(log_in(&mut server).as_deref(), Some("anna"));
    server.now.wall = until(61);
    assert_eq!(log_in(&mut server), None);
    // The password is what it was.
    assert_eq!(
        is(server.log_in(HOME, "anna", "right")).as_deref(),
        Some("anna")
    );
}

#[test]
fn nobody_can_make_one_or_change_one() {
    let tickets = Tickets::new([3; 32]);
    let mut server = server(&tickets);
    let real = tickets.issue("anna", until(60));
    let later = tickets.issue("anna", until(3600));
    let forged = Tickets::new([4; 32]).issue("anna", until(60));
    let stranger = tickets.issue("ben", until(60));
    for (name, password) in [
        (&later.username, &real.password),
        (&forged.username, &forged.password),
        (&stranger.username, &stranger.password),
        (&"anna".to_owned(), &real.password),
        (&".anna".to_owned(), &real.password),
    ] {
        assert_eq!(
            is(server.log_in("192.0.2.9:5060", name, password)),
            None,
            "{name}"
        );
        server.now.mono = server.now.mono + Duration::from_secs(3600);
    }
}

#[test]
fn libraries_of_pages_are_asked_in_the_way_that_they_know() {
    let mut server = server(&Tickets::new([3; 32]));
    for (agent, first) in [
        ("JsSIP 3.13.8", "MD5"),
        ("SIP.js/0.21.2", "MD5"),
        ("Snom", "SHA-256"),
    ] {
        server.user_agent = Some(agent);
        let challenges = server.challenges(&format!("192.0.2.{}:5060", agent.len()));
        assert_eq!(part(&challenges[0], "algorithm"), first, "{agent}");
    }
}
