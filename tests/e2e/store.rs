//! The store fails under calls: it is locked by another process, deleted, its disk is full, or it is
//! elsewhere and does not answer. Each
//! call comes to a person, who sees why; what was confirmed is there after a crash, and what happened
//! meanwhile is in the record once it can be written.

use std::cell::RefCell;
use std::net::Ipv4Addr;
use std::path::PathBuf;
use std::time::{Duration, Instant};

use rustix::process::{Pid, Resource, Rlimit, prlimit};
use sqlx::sqlite::{SqliteConnectOptions, SqliteConnection};
use sqlx::{Connection, Executor};

use crate::faults::{SORRY, card, hears_sorry, hears_tone};
use crate::support::audio::sine;
use crate::support::media::{KeyWay, Source};
use crate::support::phone::{Phone, SOON};
use crate::support::ports;
use crate::support::postgres::Postgres;
use crate::support::server::{Server, Setup, server};

/// What is heard when something is stored.
pub const STORED: f64 = 900.0;

pub fn line() -> Setup {
    // A port that nobody listens on: what is sent there stays in the outbox.
    let web = ports::free(Ipv4Addr::LOCALHOST.into());
    let menu = format!(
        r#"
line: main
numbers: ["100"]
human: support
start: menu
nodes:
  menu:
    menu:
      greeting: {{ prompt: greeting, text: "To speak to a person, press zero." }}
      options:
        1: {{ say: {{ prompt: info, text: "one" }}, go: speak }}
        2: {{ say: {{ prompt: info, text: "two" }}, go: call-me }}
        3: {{ say: {{ prompt: info, text: "three" }}, go: tell }}
  speak: {{ message: support }}
  call-me: {{ callback: {{ queue: support }} }}
  tell:
    send: {{ webhook: "http://{web}/x", body: {{ from: caller }}, required: yes, go: told }}
  told: {{ say: {{ prompt: told, text: "Noted.", go: menu }} }}
"#
    );
    let stored = sine(STORED, 6000.0, 1.0);
    server()
        .file("menus/main.yaml", menu.into_bytes())
        .prompt("en/told", &stored)
        .prompt("en/sys-callback-stored", &stored)
        .prompt("en/sys-message-saved", &stored)
        .prompt("en/sys-message-intro", &sine(600.0, 6000.0, 0.2))
        .prompt("en/sys-fault", &sine(SORRY, 6000.0, 2.0))
}

/// What is wrong with the store.
enum Fault<'p> {
    Away(&'p RefCell<Postgres>),
    Silent(&'p RefCell<Postgres>),
    Locked(tokio::runtime::Runtime, SqliteConnection),
    Gone(Vec<(PathBuf, PathBuf)>),
    Full(Pid, Rlimit),
}

impl<'p> Fault<'p> {
    /// The database elsewhere is stopped.
    fn away(postgres: &'p RefCell<Postgres>) -> Fault<'p> {
        postgres.borrow_mut().stop();
        Fault::Away(postgres)
    }

    /// The database elsewhere takes what it is sent, and does not answer.
    fn silent(postgres: &'p RefCell<Postgres>) -> Fault<'p> {
        postgres.borrow().freeze();
        Fault::Silent(postgres)
    }

    /// Another process writes, and does not come to an end.
    fn locked(server: &mut Server) -> Fault<'p> {
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_all()
            .build()
            .expect("a runtime");
        let options = SqliteConnectOptions::new().filename(server.data().join("zeroline.db"));
        let db = runtime.block_on(async {
            let mut db = SqliteConnection::connect_with(&options).await?;
            db.execute("BEGIN IMMEDIATE").await?;
            Ok::<_, sqlx::Error>(db)
        });
        Fault::Locked(runtime, db.expect("the lock"))
    }

    /// Somebody moves the database away.
    fn gone(server: &mut Server) -> Fault<'p> {
        let data = server.data();
        let names = ["zeroline.db", "zeroline.db-wal", "zeroline.db-shm"];
        let moves = names.map(|name| (data.join(name), data.join(format!("away-{name}"))));
        for (here, there) in &moves {
            std::fs::rename(here, there).expect("a file of the database");
        }
        Fault::Gone(moves.into())
    }

    /// No file of the server's can take one octet more.
    fn full(server: &mut Server) -> Fault<'p> {
        let id = i32::try_from(server.process().id()).expect("a process id");
        let pid = Pid::from_raw(id).expect("a process id");
        let none = Rlimit {
            current: Some(0),
            maximum: None,
        };
        let before = prlimit(Some(pid), Resource::Fsize, none).expect("a limit");
        Fault::Full(pid, before)
    }

    /// It is over.
    fn end(self) {
        match self {
            Fault::Away(postgres) => postgres.borrow_mut().go_on(),
            Fault::Silent(postgres) => postgres.borrow().thaw(),
            Fault::Locked(runtime, db) => runtime.block_on(db.close()).expect("the end"),
            Fault::Gone(moves) => {
                for (here, there) in moves {
                    std::fs::rename(there, here).expect("a file of the database");
                }
            }
            Fault::Full(pid, before) => {
                prlimit(Some(pid), Resource::Fsize, before).expect("a limit");
            }
        }
    }
}

pub fn calling(server: &Server, number: &str, keys: &str) -> Phone {
    let mut caller = server.phone(number);
    caller.media.say(Source::Tone(750.0));
    caller.call("100");
    for key in keys.chars() {
        std::thread::sleep(Duration::from_millis(300));
        caller.media.press(key, KeyWay::Event, 100);
    }
    caller
}

/// Listens to the words before the beep, and speaks.
pub fn speaks(caller: &mut Phone) {
    let mut quiet = 0;
    while quiet < 4 {
        let before = caller.media.count();
        caller.idle(Duration::from_millis(100));
        quiet = if caller.media.count() == before {
            quiet + 1
        } else {
            0
        };
        assert!(!caller.ended, "{}", caller.transcript());
    }
    caller.idle(Duration::from_millis(2500));
}

/// The caller hears that something is wrong, and talks with a person who reads why they come.
#[track_caller]
pub fn comes_to_a_person(mut caller: Phone, agent: &mut Phone) {
    // Longer than any lock is waited for.
    hears_sorry(&caller, Duration::from_secs(12));
    let card = card(agent, Duration::from_secs(8));
    assert!(card.contains("\"r\":\"fault\""), "{card}");
    talks(&mut caller, agent);
}

fn talks(caller: &mut Phone, agent: &mut Phone) {
    agent.answer();
    std::thread::sleep(Duration::from_millis(300));
    assert!(!caller.ended, "{}", caller.transcript());
    assert_eq!(caller.hang_up(), 200);
    agent.wait_bye(SOON);
}

/// The timelines of all contacts, the newest first, once the newest is whole.
pub fn timelines(server: &Server, calls: usize) -> Vec<String> {
    let end = Instant::now() + Duration::from_secs(15);
    loop {
        let list = server.command(&["contacts", "list", "--json"]);
        let ids = list.lines().filter_map(|line| {
            let json: serde_json::Value = serde_json::from_str(line).ok()?;
            let id = json["contact"].as_str()?;
            Some(id.to_owned())
        });
        let told: Vec<String> = ids
            .map(|id| server.command(&["contacts", "show", &id]))
            .collect();
        let over = |t: &String| t.contains("hung up") || t.contains("stored");
        if told.len() == calls && told.iter().all(over) || Instant::now() > end {
            return told;
        }
        std::thread::sleep(Duration::from_millis(300));
    }
}

/// Ends the message, and keeps it without hearing it.
pub fn ends(caller: &Phone) {
    caller.media.press('#', KeyWay::Event, 100);
    std::thread::sleep(Duration::from_millis(500));
    caller.media.press('#', KeyWay::Event, 100);
}

#[track_caller]
fn under<'p>(line: Setup, fault: impl Fn(&mut Server) -> Fault<'p>) {
    let mut server = line.start();
    // Before: all is well.
    let mut first = calling(&server, "5550831", "1");
    speaks(&mut first);
    ends(&first);
    hears_tone(&first, STORED, SOON);
    first.wait_bye(SOON);
    let mut second = calling(&server, "5550832", "21");
    hears_tone(&second, STORED, SOON);
    second.wait_bye(SOON);

    let mut agent = server.agent("agent1");
    let mut message = calling(&server, "5550833", "1");
    speaks(&mut message);
    let fault = fault(&mut server);
    // Where the disk is full, that is found out by itself.
    if !matches!(fault, Fault::Full(..)) {
        ends(&message);
    }
    comes_to_a_person(message, &mut agent);
    let callback = calling(&server, "5550834", "21");
    comes_to_a_person(callback, &mut agent);
    let letter = calling(&server, "5550835", "3");
    comes_to_a_person(letter, &mut agent);
    // Who wants nothing of the store notices nothing.
    let mut plain = calling(&server, "5550836", "0");
    let began = Instant::now();
    let told = card(&mut agent, SOON);
    assert!(told.contains("\"r\":\"asked\""), "{told}");
    assert!(began.elapsed() < Duration::from_secs(3), "no waiting");
    talks(&mut plain, &mut agent);

    fault.end();
    // What happened meanwhile is written now.
    let told = timelines(&server, 6);
    for (at, what) in [
        (3, "the message could not be stored"),
        (2, "the callback could not be stored"),
        (1, "a follow-up could not be stored"),
    ] {
        let told = told.get(at).expect("a contact");
        assert!(told.contains(what), "{told}");
        assert!(told.contains("agent1"), "{told}");
    }
    let mut last = calling(&server, "5550837", "21");
    hears_tone(&last, STORED, SOON);
    last.wait_bye(SOON);
    server.crash_and_restart();
    let callbacks = server.command(&["callbacks"]);
    for number in ["32", "37"] {
        assert!(callbacks.contains(number), "{number}: {callbacks}");
    }
    // The one that was confirmed, and the one that was not: it was spoken all the same.
    assert_eq!(server.messages().len(), 2);
    let messages = server.command(&["messages"]);
    for number in ["31", "33"] {
        assert!(messages.contains(number), "{number}: {messages}");
    }
}

#[test]
fn a_database_that_another_process_has_locked() {
    under(line(), Fault::locked);
}

#[test]
fn a_database_that_was_moved_away() {
    under(line(), Fault::gone);
}

#[test]
fn a_disk_that_is_full() {
    under(line(), Fault::full);
}

/// The line with its database elsewhere.
fn elsewhere(postgres: &RefCell<Postgres>) -> Setup {
    line().env("ZEROLINE__STORE__URL", &postgres.borrow().url("line"))
}

#[test]
fn a_database_elsewhere_that_is_stopped() {
    let postgres = RefCell::new(Postgres::start());
    under(elsewhere(&postgres), |_| Fault::away(&postgres));
}

#[test]
fn a_database_elsewhere_that_does_not_answer() {
    let postgres = RefCell::new(Postgres::start());
    under(elsewhere(&postgres), |_| Fault::silent(&postgres));
}
