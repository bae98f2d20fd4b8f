//! Orders from desks to real talks: who hears whom is told by their tones.

use std::time::{Duration, Instant};

use serde_json::{Value, json};

use crate::scene::{
    AGENT, CALLER, MUSIC, RING, RINGING, SECOND, hears, hears_all, talking, with_a_trunk,
    with_music,
};
use crate::support::api::{Stream, ask};
use crate::support::audio::silent;
use crate::support::media::{KeyWay, Source};
use crate::support::phone::{Phone, SOON};
use crate::support::server::Server;

const TEAM: &str = "[[agents]]\nid = \"agent1\"\npassword = \"secret\"\n\
                    [[agents]]\nid = \"agent2\"\npassword = \"secret\"\nqueues = []\n\
                    [[agents]]\nid = \"boss\"\npassword = \"secret\"\nqueues = []\n\
                    supervisor = true\n\
                    [[agents]]\nid = \"chief\"\npassword = \"secret\"\nqueues = []\n\
                    supervisor = true\n";

fn house() -> Server {
    let queue = "ring_for = \"5s\"\nwrap_up = \"30s\"\n";
    with_music().agents(TEAM).queue(queue).start()
}

/// Somebody at a desk.
struct Desk<'s> {
    server: &'s Server,
    token: String,
}

impl<'s> Desk<'s> {
    fn new(server: &'s Server, role: &str, agent: &str) -> Desk<'s> {
        let args = ["tokens", "add", agent, "--role", role, "--agent", agent];
        let told = server.command(&args);
        let line = told.lines().find(|l| l.starts_with("zl_"));
        let token = line.unwrap_or_else(|| panic!("{told}")).to_owned();
        Desk { server, token }
    }

    fn ask(&self, method: &str, path: &str, body: Option<&Value>) -> (u16, Value) {
        let head = format!("Authorization: Bearer {}\r\n", self.token);
        let (status, _, told) = ask(self.server.api, method, path, &head, body);
        (status, told)
    }

    /// The one call in progress.
    #[track_caller]
    fn call(&self) -> String {
        let (_, calls) = self.ask("GET", "/calls", None);
        let contact = calls[0]["contact"].as_str();
        contact.unwrap_or_else(|| panic!("{calls}")).to_owned()
    }

    #[track_caller]
    fn order(&self, contact: &str, what: &str, body: Value) -> Value {
        let path = format!("/calls/{contact}/{what}");
        let (status, told) = self.ask("POST", &path, Some(&body));
        assert_eq!(status, 200, "{what}: {told}");
        told["talk"].clone()
    }

    #[track_caller]
    fn refused(&self, contact: &str, what: &str, body: Value) -> String {
        let path = format!("/calls/{contact}/{what}");
        let (status, told) = self.ask("POST", &path, Some(&body));
        assert_eq!(status, 409, "{what}: {told}");
        assert!(told["remedy"].is_string(), "{told}");
        told["title"].as_str().unwrap_or_default().to_owned()
    }

    /// Waits until an agent does that.
    #[track_caller]
    fn wait_state(&self, agent: &str, state: &str) {
        let end = Instant::now() + RING;
        loop {
            let (_, told) = self.ask("GET", &format!("/agents/{agent}"), None);
            if told["state"] == state {
                return;
            }
            assert!(Instant::now() < end, "{state}: {told}");
            std::thread::sleep(Duration::from_millis(20));
        }
    }
}

/// A phone of the team that says its tone.
fn phone(server: &Server, user: &str, hz: f64) -> Phone {
    let phone = server.agent(user);
    phone.media.say(Source::Tone(hz));
    phone
}

#[track_caller]
fn hears_nothing(phone: &Phone) {
    let quiet = (0..5).any(|_| silent(&phone.media.listen(Duration::from_millis(400))));
    assert!(quiet, "{}", phone.transcript());
}

#[test]
fn the_desk_holds_asks_and_hands_the_caller_on() {
    let server = house();
    let (mut caller, mut agent) = talking(&server, "5550800");
    let desk = Desk::new(&server, "agent", "agent1");
    let contact = desk.call();
    desk.order(&contact, "hold", json!({}));
    hears(&caller, MUSIC);
    hears_nothing(&agent);
    assert!(
        desk.refused(&contact, "hold", json!({}))
            .contains("already")
    );
    let talk = desk.order(&contact, "resume", json!({}));
    assert_eq!(talk["held_by"], Value::Null);
    hears(&caller, AGENT);
    hears(&agent, CALLER);

    // Nobody is asked who can not be.
    let away = desk.refused(&contact, "consult", json!({ "agent": "agent2" }));
    assert!(away.contains("no phone of agent2"), "{away}");
    let mut second = phone(&server, "agent2", SECOND);
    desk.wait_state("agent2", "ready");
    let stream = Stream::open(server.api, &desk.token, None);
    stream.wait("picture");
    let talk = desk.order(&contact, "consult", json!({ "agent": "agent2" }));
    assert_eq!(talk["asks"]["step"], "rings");
    // The card is there before they answer.
    let invite = second.ring(RING);
    let from = invite.header("From").unwrap_or_default();
    assert!(from.contains("5550800"), "{from}");
    hears(&agent, RINGING);
    second.answer();
    hears(&second, AGENT);
    hears(&agent, SECOND);
    hears(&caller, MUSIC);
    let (_, told) = stream.wait("contact.consult");
    assert_eq!(told["to"]["name"], "agent2");

    let talk = desk.order(&contact, "complete", json!({}));
    assert_eq!(talk["with"], json!({ "kind": "agent", "name": "agent2" }));
    agent.wait_bye(SOON);
    hears(&caller, SECOND);
    hears(&second, CALLER);
    // It is not agent1's call any more, and is told to be nobody's that they see.
    let (status, _) = desk.ask("POST", &format!("/calls/{contact}/hold"), None);
    assert!(status == 409 || status == 404, "{status}");
    desk.wait_state("agent1", "wrap_up");
    assert_eq!(second.hang_up(), 200);
    caller.wait_bye(SOON);
}

#[test]
fn all_three_talk_by_the_desk_and_a_refused_consultation_leads_back() {
    let server = house();
    let (caller, agent) = talking(&server, "5550801");
    let desk = Desk::new(&server, "agent", "agent1");
    let contact = desk.call();
    let mut second = phone(&server, "agent2", SECOND);
    desk.wait_state("agent2", "ready");
    desk.order(&contact, "consult", json!({ "agent": "agent2" }));
    second.ring(RING);
    second.reject(486);
    hears(&caller, AGENT);
    hears(&agent, CALLER);
    desk.order(&contact, "consult", json!({ "agent": "agent2" }));
    second.ring(RING);
    second.answer();
    hears(&agent, SECOND);
    let talk = desk.order(&contact, "conference", json!({}));
    assert_eq!(talk["colleagues"][0]["who"]["name"], "agent2");
    hears_all(&caller, &[AGENT, SECOND]);
    hears_all(&agent, &[CALLER, SECOND]);
    hears_all(&second, &[CALLER, AGENT]);
    desk.order(&contact, "hang-up", json!({}));
    hears(&caller, SECOND);
    hears(&second, CALLER);
}

#[test]
fn a_transfer_from_the_desk_comes_about_or_leaves_them_together() {
    let (server, mut outside) = with_a_trunk();
    let (mut caller, mut agent) = talking(&server, "5550802");
    let desk = Desk::new(&server, "agent", "agent1");
    let contact = desk.call();
    let body = json!({ "number": "+45 12 34 56 78" });
    let talk = desk.order(&contact, "transfer", body.clone());
    assert_eq!(talk["transferring"], true);
    outside.ring(RING);
    hears(&caller, MUSIC);
    outside.reject(486);
    hears(&caller, AGENT);
    for (body, wrong) in [
        (json!({ "agent": "nobody" }), "agent"),
        (json!({ "queue": "nowhere" }), "queue"),
        (json!({ "number": "12" }), "number"),
        (json!({}), "agent"),
        (json!({ "agent": "agent2", "queue": "support" }), "agent"),
    ] {
        let path = format!("/calls/{contact}/transfer");
        let (status, told) = desk.ask("POST", &path, Some(&body));
        assert_eq!(
            (status, &told["errors"][0]["field"]),
            (422, &json!(wrong)),
            "{told}"
        );
    }
    hears(&agent, CALLER);
    desk.order(&contact, "transfer", body);
    outside.ring(RING);
    outside.media.say(Source::Tone(SECOND));
    outside.answer();
    agent.wait_bye(SOON);
    hears(&caller, SECOND);
    hears(&outside, CALLER);
    assert_eq!(outside.hang_up(), 200);
    caller.wait_bye(SOON);
}

#[test]
fn a_supervisor_at_the_desk_listens_whispers_joins_and_takes_over() {
    let server = house();
    let (mut caller, mut agent) = talking(&server, "5550803");
    let mut boss = phone(&server, "boss", SECOND);
    let desk = Desk::new(&server, "supervisor", "boss");
    let agents = Desk::new(&server, "agent", "agent1");
    desk.wait_state("boss", "ready");
    let contact = desk.call();
    let stream = Stream::open(server.api, &agents.token, None);
    let talk = desk.order(&contact, "listen", json!({}));
    assert_eq!(talk["supervisors"][0]["rings"], true);
    let invite = boss.ring(RING);
    let from = invite.header("From").unwrap_or_default();
    assert!(from.contains("Listen to agent1"), "{from}");
    boss.answer();
    hears_all(&boss, &[CALLER, AGENT]);
    hears(&caller, AGENT);
    hears(&agent, CALLER);
    // The agent is told.
    let (_, joined) = stream.wait("contact.joined");
    assert_eq!(
        (&joined["who"]["name"], &joined["part"]),
        (&json!("boss"), &json!("listens"))
    );
    desk.order(&contact, "whisper", json!({}));
    hears_all(&agent, &[CALLER, SECOND]);
    hears(&caller, AGENT);
    desk.order(&contact, "barge", json!({}));
    hears_all(&caller, &[AGENT, SECOND]);
    // Two supervisors at once: both have a part, and one takes over.
    let mut chief = server.agent("chief");
    let second = Desk::new(&server, "supervisor", "chief");
    second.wait_state("chief", "ready");
    second.order(&contact, "take-over", json!({}));
    let invite = chief.ring(RING);
    assert!(
        invite
            .header("From")
            .unwrap_or_default()
            .contains("Take over")
    );
    let told = desk.refused(&contact, "take-over", json!({}));
    assert!(told.contains("chief"), "{told}");
    chief.reject(486);
    desk.order(&contact, "take-over", json!({}));
    agent.wait_bye(SOON);
    hears(&caller, SECOND);
    hears(&boss, CALLER);
    desk.wait_state("agent1", "wrap_up");
    desk.wait_state("boss", "talking");
    let audit = server.command(&["contacts", "show", &contact]);
    assert!(audit.contains("boss"), "{audit}");
    assert_eq!(boss.hang_up(), 200);
    caller.wait_bye(SOON);
}

#[test]
fn an_agent_has_somebody_called_from_the_desk() {
    let (server, mut outside) = with_a_trunk();
    let mut agent = phone(&server, "agent1", AGENT);
    let desk = Desk::new(&server, "agent", "agent1");
    desk.wait_state("agent1", "ready");
    let body = json!({ "number": "+4512345678" });
    let (status, told) = desk.ask("POST", "/agents/agent1/dial", Some(&body));
    assert_eq!(status, 202, "{told}");
    let invite = agent.ring(RING);
    assert!(
        invite
            .header("From")
            .unwrap_or_default()
            .contains("+4512345678")
    );
    let (status, told) = desk.ask("POST", "/agents/agent1/dial", Some(&body));
    assert_eq!(status, 409, "{told}");
    agent.answer();
    outside.ring(RING);
    hears(&agent, RINGING);
    outside.media.say(Source::Tone(SECOND));
    outside.answer();
    hears(&agent, SECOND);
    hears(&outside, AGENT);
    assert_eq!(agent.hang_up(), 200);
    outside.wait_bye(SOON);
    // With a caller there is another way.
    let mut caller = server.phone("5550804");
    caller.call("100");
    std::thread::sleep(Duration::from_millis(200));
    caller.media.press('0', KeyWay::Event, 100);
    agent.ring(RING);
    agent.answer();
    let (status, told) = desk.ask("POST", "/agents/agent1/dial", Some(&body));
    assert_eq!(status, 409, "{told}");
    assert!(
        told["remedy"]
            .as_str()
            .unwrap_or_default()
            .contains("consult")
    );
}

#[test]
fn an_approval_is_decided_once_and_a_restart_loses_none() {
    let mut server = house();
    let (caller, agent) = talking(&server, "5550805");
    let (desk, boss, chief);
    let (contact, open);
    {
        let server = &server;
        desk = Desk::new(server, "agent", "agent1").token;
        boss = Desk::new(server, "supervisor", "boss").token;
        chief = Desk::new(server, "supervisor", "chief").token;
        let at = |token: &str| Desk {
            server,
            token: token.to_owned(),
        };
        contact = at(&desk).call();
        let path = format!("/contacts/{contact}/approvals");
        let body = json!({ "what": "a refund", "amount": 120.5, "unit": "EUR" });
        let (status, asked) = at(&desk).ask("POST", &path, Some(&body));
        assert_eq!(status, 201, "{asked}");
        let (_, second) = at(&desk).ask("POST", &path, Some(&json!({ "what": "a visit" })));
        open = second["approval"].as_i64().expect("a number");
        let decide = |token: &str, how: &str, body: Value| {
            let path = format!("/approvals/{}/{how}", asked["approval"]);
            at(token).ask("POST", &path, Some(&body))
        };
        assert_eq!(decide(&desk, "grant", json!({})).0, 403);
        let (first, second) = std::thread::scope(|scope| {
            let first = scope.spawn(|| decide(&boss, "grant", json!({ "limit": 100 })));
            let second = scope.spawn(|| decide(&chief, "refuse", json!({ "note": "no" })));
            (first.join().expect("asked"), second.join().expect("asked"))
        });
        let statuses = [first.0, second.0];
        assert!(
            statuses == [200, 409] || statuses == [409, 200],
            "{first:?} {second:?}"
        );
        let (lost, winner) = match first.0 {
            200 => (second.1, "token boss"),
            _ => (first.1, "token chief"),
        };
        assert!(
            lost["title"].as_str().unwrap_or_default().contains(winner),
            "{lost}"
        );
        let chat = format!("/contacts/{contact}/chat");
        let (status, told) = at(&boss).ask("POST", &chat, Some(&json!({ "text": "well done" })));
        assert_eq!(status, 201, "{told}");
    }
    server.crash_and_restart();
    let at = |token: &str| Desk {
        server: &server,
        token: token.to_owned(),
    };
    let (_, chat) = at(&desk).ask("GET", &format!("/contacts/{contact}/chat"), None);
    assert_eq!(
        (&chat["items"][0]["text"], &chat["unread"]),
        (&json!("well done"), &json!(1)),
        "{chat}"
    );
    // Its contact died with the server.
    let (_, lapsed) = at(&desk).ask("GET", &format!("/approvals/{open}"), None);
    assert_eq!(lapsed["state"], "lapsed", "{lapsed}");
    caller.media.forget();
    agent.media.forget();
    let show = server.command(&["contacts", "show", &contact]);
    assert!(
        show.contains("asks for approval: a refund 120.5 EUR"),
        "{show}"
    );
}
