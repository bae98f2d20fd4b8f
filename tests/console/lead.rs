//! What supervisors and operators do in the console: reports, a contact in depth, talks that they lead,
//! and what files rule.

use std::time::{Duration, Instant};

use serde_json::{Value, json};

use super::browser::Browser;
use super::support::api::ask;
use super::support::audio::{share, sine};
use super::support::digest::Algorithm;
use super::support::media::Source;
use super::support::phone::{Phone, SOON};
use super::support::server::{Server, server};
use super::{RING, user, zero};

const AGENT: f64 = 900.0;
const BOSS: f64 = 1700.0;

/// Asks the API for somebody of this role, and of this phone.
pub struct Desk {
    at: std::net::SocketAddr,
    head: String,
}

impl Desk {
    pub fn new(server: &Server, role: &str, agent: Option<&str>) -> Desk {
        let mut args = vec!["tokens", "add", role, "--role", role];
        args.extend(agent.iter().flat_map(|a| ["--agent", *a]));
        let told = server.command(&args);
        let token = told.lines().find(|l| l.starts_with("zl_"));
        let token = token.unwrap_or_else(|| panic!("{told}"));
        Desk {
            at: server.api,
            head: format!("Authorization: Bearer {token}\r\n"),
        }
    }

    #[track_caller]
    pub fn get(&self, path: &str) -> Value {
        let (status, _, told) = ask(self.at, "GET", path, &self.head, None);
        assert_eq!(status, 200, "{path}: {told}");
        told
    }

    #[track_caller]
    pub fn post(&self, path: &str, body: &Value) -> Value {
        let (status, _, told) = ask(self.at, "POST", path, &self.head, Some(body));
        assert!((200..300).contains(&status), "{path}: {status} {told}");
        told
    }
}

/// Soon this phone hears that tone, whatever else.
#[track_caller]
fn hears(phone: &Phone, hz: f64) {
    let end = Instant::now() + Duration::from_secs(4);
    while Instant::now() < end {
        if share(&phone.media.listen(Duration::from_millis(200)), hz) > 0.2 {
            return;
        }
    }
    panic!("{hz} Hz\n{}", phone.transcript());
}

#[test]
fn reports_add_up_and_a_contact_is_seen_heard_and_read_in_depth() {
    let server = server()
        .queue("ring_for = \"8s\"\nwrap_up = \"0s\"\nrecording = \"announced\"")
        .prompt("en/sys-recording-on", &sine(400.0, 6000.0, 0.4))
        .env("ZEROLINE__SIP__TRACE", "1d")
        .env("ZEROLINE__STATISTICS__SHORT_ABANDON", "1s")
        .start();
    let secret = user(&server, &["root2", "--role", "admin"]);
    let mut agent = server.agent("agent1");
    agent.media.say(Source::Tone(AGENT));
    let mut caller = zero(&server, "5550301");
    caller.media.say(Source::Tone(600.0));
    agent.ring(RING);
    agent.answer();
    hears(&caller, AGENT);
    std::thread::sleep(Duration::from_secs(4));
    caller.hang_up();
    agent.wait_bye(SOON);
    // Another one does not wait for the answer.
    let mut second = zero(&server, "5550302");
    agent.ring(RING);
    std::thread::sleep(Duration::from_millis(1_800));
    second.hang_up();
    agent.wait_cancel(SOON);
    // Messages are written down every other second.
    std::thread::sleep(Duration::from_secs(3));
    let who = [("NAME", "root2"), ("SECRET", secret.as_str())];
    let mut browser = Browser::start("insight", &server, &who);
    browser.at("heard");
    let admin = Desk::new(&server, "admin", None);
    let told = admin.get("/audit?deed=recording.listen");
    assert_eq!(told["items"].as_array().map(Vec::len), Some(1), "{told}");
    assert_eq!(told["items"][0]["who"], "root2", "{told}");
    browser.go();
    browser.end();
}

const TEAM: &str = "[[agents]]\nid = \"agent1\"\npassword = \"secret\"\n\
                    [[agents]]\nid = \"boss\"\npassword = \"secret\"\nqueues = []\n\
                    supervisor = true\n";

#[test]
fn a_supervisor_listens_whispers_writes_and_decides_from_the_board() {
    let server = server()
        .agents(TEAM)
        .queue(
            "ring_for = \"8s\"\nwrap_up = \"0s\"\n\
             thresholds = [\"ready < 1: critical\", \"waiting > 90: warning\"]",
        )
        .start();
    let secret = user(&server, &["ann", "--role", "supervisor", "--agent", "boss"]);
    let mut agent = server.agent("agent1");
    let mut boss = server.agent("boss");
    boss.media.say(Source::Tone(BOSS));
    let mut caller = zero(&server, "5550311");
    agent.ring(RING);
    agent.answer();
    let who = [("NAME", "ann"), ("SECRET", secret.as_str())];
    let mut browser = Browser::start("lead", &server, &who);
    browser.at("listen");
    boss.ring(RING);
    boss.answer();
    browser.go();
    browser.at("whisper");
    hears(&agent, BOSS);
    browser.go();
    browser.at("left");
    boss.wait_bye(SOON);
    let desk = Desk::new(&server, "agent", Some("agent1"));
    let contact = desk.get("/calls")[0]["contact"]
        .as_str()
        .expect("a call")
        .to_owned();
    let chat = desk.get(&format!("/contacts/{contact}/chat"));
    assert_eq!(chat["items"][0]["text"], "offer him the other one");
    let wish = json!({ "what": "a refund", "amount": 80, "unit": "EUR" });
    desk.post(&format!("/contacts/{contact}/approvals"), &wish);
    desk.post(
        &format!("/contacts/{contact}/chat"),
        &json!({ "text": "he agrees" }),
    );
    browser.go();
    browser.at("granted");
    let all = desk.get(&format!("/approvals?contact={contact}&all=true"));
    let approval = &all["items"][0];
    assert_eq!(approval["state"], "granted", "{approval}");
    assert_eq!(approval["limit"].as_f64(), Some(50.0), "{approval}");
    caller.hang_up();
    agent.wait_bye(SOON);
    browser.go();
    browser.end();
}

#[test]
fn what_files_rule_is_shown_with_where_it_is_written() {
    let office = "calendar: office\nlabel: Office hours\nzone: Europe/Copenhagen\n\
                  hours: { mon-fri: 08:00-17:00 }\n\
                  holidays:\n  - { date: 12-24, hours: 09:00-12:00, label: Christmas Eve }\n";
    let server = server()
        .agents(
            "[[agents]]\nid = \"agent1\"\nname = \"Anna Berg\"\npassword = \"secret\"\n\
             skills = [\"de:3\", \"billing:2\"]\n",
        )
        .queue("overflow = [\"outside:+4570101155\", \"callback\", \"message\"]")
        .file("menus/office.yaml", office)
        .with(
            "[[webhooks]]\nname = \"crm\"\nurl = \"http://127.0.0.1:9/hook?key=hidden\"\n\
             events = [\"contact.ended\"]\nsecret = \"at least sixteen characters\"\n",
        )
        .start();
    let secret = user(&server, &["olga", "--role", "operator"]);
    let mut caller = server.phone("5550321");
    caller.call("100");
    caller.hang_up();
    let who = [("NAME", "olga"), ("SECRET", secret.as_str())];
    Browser::start("files", &server, &who).end();
}

#[test]
fn an_administrator_takes_an_agent_on_who_answers_at_once_and_lets_them_go() {
    let server = server()
        .agents("[[agents]]\nid = \"agent1\"\npassword = \"secret\"\n")
        .start();
    let secret = user(&server, &["ada", "--role", "admin"]);
    let who = [("NAME", "ada"), ("SECRET", secret.as_str())];
    let mut browser = Browser::start("people", &server, &who);
    browser.at("taken-on");
    let registers = || {
        let mut phone = server.phone("zoe");
        let status = phone.register("open sesame", Algorithm::Sha256);
        (phone, status)
    };
    let (mut zoe, status) = registers();
    assert_eq!(status, 200, "{}", zoe.transcript());
    let mut caller = zero(&server, "5550331");
    zoe.ring(RING);
    zoe.answer();
    caller.hang_up();
    zoe.wait_bye(SOON);
    browser.go();
    browser.at("gone");
    let (phone, status) = registers();
    assert_eq!(status, 401, "{}", phone.transcript());
    browser.go();
    browser.end();
    let file = server
        .data()
        .parent()
        .expect("a folder")
        .join("zeroline.toml");
    let text = std::fs::read_to_string(file).expect("scratch");
    assert!(
        text.contains("ring_for = \"25s\"") && !text.contains("zoe"),
        "{text}"
    );
}
