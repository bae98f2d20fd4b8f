//! Orders that make no sense, come twice or too late, or from two at once: each is told what is wrong and
//! what to do, and the two who talk do not notice.

use std::thread::scope;
use std::time::{Duration, Instant};

use serde_json::{Value, json};

use crate::scene::{AGENT, CALLER, RING, SECOND, hears, talking, with_music};
use crate::support::api::ask;
use crate::support::media::Source;
use crate::support::phone::SOON;
use crate::support::server::Server;

const TEAM: &str = "[[agents]]\nid = \"agent1\"\npassword = \"secret\"\n\
                    [[agents]]\nid = \"agent2\"\npassword = \"secret\"\nqueues = []\n\
                    [[agents]]\nid = \"boss\"\npassword = \"secret\"\nqueues = []\n\
                    supervisor = true\n\
                    [[agents]]\nid = \"chief\"\npassword = \"secret\"\nqueues = []\n\
                    supervisor = true\n";

/// Whoever gives orders: the lines of a request that say who it is.
struct Who<'s> {
    server: &'s Server,
    head: String,
}

impl<'s> Who<'s> {
    fn token(server: &'s Server, role: &str, agent: &str) -> Who<'s> {
        let told = server.command(&["tokens", "add", agent, "--role", role, "--agent", agent]);
        let token = told.lines().find(|l| l.starts_with("zl_"));
        let token = token.unwrap_or_else(|| panic!("{told}"));
        let head = format!("Authorization: Bearer {token}\r\n");
        Who { server, head }
    }

    /// Somebody who has signed in with a password.
    fn session(server: &'s Server, name: &str, args: &[&str]) -> Who<'s> {
        let told = server.command(&[&["users", "add", name][..], args].concat());
        let password = told.split("password ").nth(1).expect("a password");
        let password = password.split_whitespace().next().expect("a password");
        let body = json!({ "user": name, "password": password });
        let (status, head, told) = ask(server.api, "POST", "/session", "", Some(&body));
        assert_eq!(status, 200, "{told}");
        let cookies = head
            .lines()
            .filter(|l| l.to_ascii_lowercase().starts_with("set-cookie:"));
        let cookies: Vec<&str> = cookies
            .filter_map(|l| l.split_once(": ")?.1.split(';').next())
            .collect();
        let csrf = told["csrf"].as_str().expect("for commands");
        let head = format!("Cookie: {}\r\nX-CSRF-Token: {csrf}\r\n", cookies.join("; "));
        Who { server, head }
    }

    fn get(&self, path: &str) -> Value {
        let (status, _, told) = ask(self.server.api, "GET", path, &self.head, None);
        assert_eq!(status, 200, "{path}: {told}");
        told
    }

    fn post(&self, path: &str, body: &Value) -> (u16, Value) {
        let (status, _, told) = ask(self.server.api, "POST", path, &self.head, Some(body));
        (status, told)
    }

    /// Refused, in words and with a remedy.
    #[track_caller]
    fn refused(&self, path: &str, body: &Value, status: u16) -> Value {
        let (got, told) = self.post(path, body);
        assert_eq!(got, status, "{path} {body}: {told}");
        assert!(
            told["title"].as_str().is_some_and(|t| t.len() > 8),
            "{told}"
        );
        let fields = told["errors"].as_array().is_some_and(|e| !e.is_empty());
        assert!(told["remedy"].is_string() || fields, "{told}");
        told
    }

    #[track_caller]
    fn wait_state(&self, agent: &str, state: &str) {
        let end = Instant::now() + RING;
        while self.get(&format!("/agents/{agent}"))["state"] != state {
            assert!(Instant::now() < end, "{agent} is not {state}");
            std::thread::sleep(Duration::from_millis(20));
        }
    }
}

/// All that an order could change, without what time changes.
fn picture(lead: &Who<'_>, call: &str) -> Value {
    let mut agents = lead.get("/agents");
    for agent in agents.as_array_mut().into_iter().flatten() {
        if let Some(agent) = agent.as_object_mut() {
            agent
                .retain(|k, _| ["agent", "id", "state", "reason", "version"].contains(&k.as_str()));
        }
    }
    let talk = lead.get(&format!("/calls/{call}"))["talk"].clone();
    json!({ "talk": talk, "agents": agents })
}

#[test]
fn what_makes_no_sense_is_told_and_changes_nothing() {
    let server = with_music().agents(TEAM).start();
    let (mut caller, mut agent) = talking(&server, "5550901");
    let mut second = server.agent("agent2");
    let lead = Who::token(&server, "supervisor", "boss");
    let desk = Who::token(&server, "agent", "agent1");
    let call = desk.get("/calls")[0]["contact"]
        .as_str()
        .expect("one")
        .to_owned();
    lead.wait_state("agent2", "ready");
    let before = picture(&lead, &call);
    let order = |what: &str| format!("/calls/{call}/{what}");
    for (path, body, status) in [
        // Nobody of that name, by each way in which one can be named.
        (order("transfer"), json!({ "agent": "agent9" }), 422),
        (order("consult"), json!({ "agent": "agent9" }), 422),
        (order("transfer"), json!({ "queue": "nowhere" }), 422),
        (order("consult"), json!({ "queue": "nowhere" }), 422),
        (
            "/agents/agent9/pause".to_owned(),
            json!({ "reason": "lunch" }),
            403,
        ),
        // Nowhere to be reached: nothing, two at once, no trunk, whoever has no phone there, oneself.
        (order("transfer"), json!({}), 422),
        (
            order("transfer"),
            json!({ "agent": "agent2", "queue": "support" }),
            422,
        ),
        (order("transfer"), json!({ "number": "+4512345678" }), 409),
        (order("transfer"), json!({ "agent": "boss" }), 409),
        (order("consult"), json!({ "agent": "agent1" }), 409),
        (order("transfer"), json!({ "agnet": "agent2" }), 422),
        (order("transfer"), json!("agent2"), 422),
        // Nothing to go back to, to complete, to resume.
        (order("resume"), json!({}), 409),
        (order("complete"), json!({}), 409),
        (order("cancel"), json!({}), 409),
        (order("conference"), json!({}), 409),
        // Not for agents.
        (order("listen"), json!({}), 403),
        (order("take-over"), json!({}), 403),
        ("/calls/0000000000001/hold".to_owned(), json!({}), 404),
    ] {
        desk.refused(&path, &body, status);
        assert_eq!(picture(&lead, &call), before, "{path} {body}");
    }
    for (path, status) in [
        (order("listen"), 409),
        ("/agents/agent9/ready".to_owned(), 404),
    ] {
        lead.refused(&path, &json!({}), status);
        assert_eq!(picture(&lead, &call), before, "{path}");
    }
    assert!(!second.rings_within(Duration::from_millis(300)));
    hears(&caller, AGENT);
    hears(&agent, CALLER);
    caller.hang_up();
    agent.wait_bye(SOON);
    // It is being wrapped up, or gone already.
    let (status, told) = desk.post(&order("hold"), &json!({}));
    assert!([404, 409].contains(&status), "{status}: {told}");
}

#[test]
fn the_same_order_twice_at_once_is_done_once() {
    let server = with_music().agents(TEAM).start();
    let (mut caller, mut agent) = talking(&server, "5550902");
    let mut second = server.agent("agent2");
    second.media.say(Source::Tone(SECOND));
    let desk = Who::token(&server, "agent", "agent1");
    let call = desk.get("/calls")[0]["contact"]
        .as_str()
        .expect("one")
        .to_owned();
    desk.wait_state("agent2", "ready");
    let both = |what: &str, body: Value| {
        let path = format!("/calls/{call}/{what}");
        let (a, b) = scope(|s| {
            let a = s.spawn(|| desk.post(&path, &body));
            let b = s.spawn(|| desk.post(&path, &body));
            (a.join().expect("asked"), b.join().expect("asked"))
        });
        let mut statuses = [a.0, b.0];
        statuses.sort_unstable();
        assert_eq!(statuses, [200, 409], "{what}: {} {}", a.1, b.1);
        let refused = if a.0 == 409 { a.1 } else { b.1 };
        assert!(refused["remedy"].is_string(), "{refused}");
    };
    both("hold", json!({}));
    both("resume", json!({}));
    hears(&caller, AGENT);
    both("consult", json!({ "agent": "agent2" }));
    second.ring(RING);
    // A second INVITE would be answered busy, or ring beside it.
    assert!(!second.rings_within(Duration::from_millis(500)));
    second.answer();
    hears(&agent, SECOND);
    both("complete", json!({}));
    agent.wait_bye(SOON);
    hears(&caller, SECOND);
    hears(&second, CALLER);
    caller.hang_up();
    second.wait_bye(SOON);
}

#[test]
fn a_session_that_is_over_can_not_touch_a_talk() {
    let server = with_music().agents(TEAM).start();
    let (mut caller, mut agent) = talking(&server, "5550903");
    let lead = Who::token(&server, "supervisor", "boss");
    let ann = Who::session(&server, "ann", &["--role", "agent", "--agent", "agent1"]);
    let call = ann.get("/calls")[0]["contact"]
        .as_str()
        .expect("one")
        .to_owned();
    let hold = format!("/calls/{call}/hold");
    let before = picture(&lead, &call);
    // Without the token of the page, or with that of another.
    let cookie = ann.head.lines().next().expect("a cookie").to_owned();
    for csrf in ["", "X-CSRF-Token: guessed\r\n"] {
        let forged = Who {
            server: &server,
            head: format!("{cookie}\r\n{csrf}"),
        };
        forged.refused(&hold, &json!({}), 403);
    }
    // Signed out elsewhere: the page that is still open is told so, and what to do.
    let (status, _, told) = ask(server.api, "DELETE", "/session", &ann.head, None);
    assert!(status < 300, "{told}");
    let told = ann.refused(&hold, &json!({}), 401);
    assert!(
        told["remedy"]
            .as_str()
            .is_some_and(|r| r.contains("ign in")),
        "{told}"
    );
    // Whoever may not sign in any more, in mid-session.
    let ben = Who::session(&server, "ben", &["--role", "supervisor"]);
    server.command(&["users", "disable", "ben"]);
    ben.refused(&hold, &json!({}), 401);
    assert_eq!(picture(&lead, &call), before);
    hears(&caller, AGENT);
    hears(&agent, CALLER);
    caller.hang_up();
    agent.wait_bye(SOON);
}

#[test]
fn of_two_supervisors_at_once_one_has_the_caller_and_the_other_is_told_who() {
    let server = with_music().agents(TEAM).start();
    let (mut caller, mut agent) = talking(&server, "5550904");
    let (boss, chief) = (server.agent("boss"), server.agent("chief"));
    let first = Who::token(&server, "supervisor", "boss");
    let second = Who::token(&server, "supervisor", "chief");
    for name in ["boss", "chief"] {
        first.wait_state(name, "ready");
    }
    let call = first.get("/calls")[0]["contact"]
        .as_str()
        .expect("one")
        .to_owned();
    let path = format!("/calls/{call}/take-over");
    let (a, b) = scope(|s| {
        let a = s.spawn(|| first.post(&path, &json!({})));
        let b = s.spawn(|| second.post(&path, &json!({})));
        (a.join().expect("asked"), b.join().expect("asked"))
    });
    let (winner, mut phone, mut idle, told) = match (a.0, b.0) {
        (200, 409) => ("boss", boss, chief, b.1),
        (409, 200) => ("chief", chief, boss, a.1),
        other => panic!("{other:?}: {} {}", a.1, b.1),
    };
    assert!(
        told["title"].as_str().is_some_and(|t| t.contains(winner)),
        "{told}"
    );
    phone.media.say(Source::Tone(SECOND));
    phone.ring(RING);
    assert!(!idle.rings_within(Duration::from_millis(500)));
    // Until they answer the two talk on.
    hears(&caller, AGENT);
    hears(&agent, CALLER);
    phone.answer();
    agent.wait_bye(SOON);
    hears(&caller, SECOND);
    hears(&phone, CALLER);
    caller.hang_up();
    phone.wait_bye(SOON);
}
