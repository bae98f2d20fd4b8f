//! Two hundred callers and sixty agents at a time, some of whom miss, refuse or hang up. What the
//! server wrote down about it is held against its promises by a program that knows nothing else of
//! the server (`tests/crowd/audit.py`).

mod support;

use std::collections::BTreeMap;
use std::process::{Command, Output};
use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use rand::rngs::StdRng;
use rand::{Rng, SeedableRng};
use support::media::KeyWay;
use support::phone::{Phone, SOON};
use support::postgres;
use support::server::{Server, Setup, server};

const CALLERS: u64 = 200;
const AGENTS: u64 = 60;
/// Callers come within this time: about as many as the agents can take.
const COME: Duration = Duration::from_secs(20);
const RING: Duration = Duration::from_secs(5);

const MENU: &str = "
line: main
numbers: [\"100\"]
human: support
start: main
nodes:
  main:
    menu:
      greeting: { prompt: greeting, text: \"Welcome. To speak to a person, press zero.\" }
      options:
        1: { say: { prompt: info, text: \"sales\" }, go: sales }
  sales: { queue: sales }
";

/// Agents of one queue, of the other, and of both.
fn queues_of(agent: u64) -> &'static [&'static str] {
    match agent % 3 {
        0 => &["support"],
        1 => &["support", "sales"],
        _ => &["sales"],
    }
}

fn name_of(agent: u64) -> String {
    format!("agent{agent:02}")
}

/// Two at a time would measure the machine.
static ONE_AT_A_TIME: Mutex<()> = Mutex::new(());

fn centre(agents: u64) -> Setup {
    let agents: String = (1..=agents)
        .map(|n| {
            let name = name_of(n);
            let queues = queues_of(n);
            format!("[[agents]]\nid = \"{name}\"\npassword = \"secret\"\nqueues = {queues:?}\n")
        })
        .collect();
    let queue = format!("ring_for = \"{}s\"\nwrap_up = \"1s\"\n", RING.as_secs());
    server()
        .room_for(400)
        .file("menus/main.yaml", MENU)
        .queue(&format!("{queue}[[queues]]\nname = \"sales\"\n{queue}"))
        .agents(&agents)
}

/// Takes calls until told to stop; every tenth rings in vain, another is refused.
fn agent(phone: &mut Phone, mut chance: StdRng, stop: &AtomicBool) {
    let ms = Duration::from_millis;
    while !stop.load(Ordering::Relaxed) {
        if !phone.rings_within(ms(300)) {
            continue;
        }
        phone.ring(SOON);
        match chance.random_range(0..10) {
            0 => {
                phone.peer_ends_within(RING + SOON);
                continue;
            }
            1 => {
                phone.reject(486);
                continue;
            }
            _ => {}
        }
        if phone.peer_ends_within(ms(chance.random_range(100..1_500))) {
            continue;
        }
        phone.answer_without_ack();
        if !phone.peer_ends_within(ms(chance.random_range(500..5_000))) {
            phone.hang_up();
        }
    }
}

/// Calls, presses a key, and stays until an agent ends the talk or patience does.
fn caller(server: &Server, n: u64) {
    let mut chance = StdRng::seed_from_u64(n);
    let ms = Duration::from_millis;
    std::thread::sleep(COME.mul_f64(chance.random()));
    let mut phone = server.phone(&format!("555{n:04}"));
    phone.call("100");
    phone.idle(ms(chance.random_range(200..2_000)));
    let key = if chance.random_bool(0.5) { '0' } else { '1' };
    phone.media.press(key, KeyWay::Event, 100);
    let patience = match chance.random_range(0..10) {
        0 => ms(chance.random_range(100..4_000)),
        _ => Duration::from_secs(60),
    };
    if !phone.peer_ends_within(patience) {
        phone.hang_up();
    }
}

fn audit(database: &str, agents: u64) -> Output {
    let serves: BTreeMap<String, &[&str]> =
        (1..=agents).map(|n| (name_of(n), queues_of(n))).collect();
    Command::new("python3")
        .arg(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/crowd/audit.py"))
        .arg(database)
        .arg(RING.as_secs().to_string())
        .arg(serde_json::to_string(&serves).expect("names"))
        .output()
        .expect("python3")
}

#[test]
fn each_contact_ends_once_and_nobody_waits_while_an_agent_is_free() {
    let server = centre(AGENTS).start();
    let database = server.data().join("zeroline.db");
    crowd(&server, CALLERS, AGENTS, &database.display().to_string());
}

#[test]
fn so_it_is_when_the_record_is_written_elsewhere() {
    let url = postgres::shared().url("crowd");
    let setup = centre(AGENTS / 2).env("ZEROLINE__STORE__URL", &url);
    crowd(&setup.start(), CALLERS / 2, AGENTS / 2, &url);
}

fn crowd(server: &Server, callers: u64, agents: u64, database: &str) {
    let _alone = ONE_AT_A_TIME.lock().expect("the other went well");
    let mut phones: Vec<Phone> = (1..=agents).map(|n| server.agent(&name_of(n))).collect();
    let stop = AtomicBool::new(false);
    std::thread::scope(|all| {
        for (n, phone) in (1_000..).zip(&mut phones) {
            let (chance, stop) = (StdRng::seed_from_u64(n), &stop);
            all.spawn(move || agent(phone, chance, stop));
        }
        let callers: Vec<_> = (0..callers)
            .map(|n| all.spawn(move || caller(server, n)))
            .collect();
        let ended: Vec<_> = callers.into_iter().map(|c| c.join()).collect();
        stop.store(true, Ordering::Relaxed);
        let failed = ended.iter().filter(|e| e.is_err()).count();
        assert_eq!(failed, 0, "callers whose call did not go as it should");
    });
    // The record is written behind the calls.
    let mut told = audit(database, agents);
    for _ in 0..20 {
        if told.status.success() {
            break;
        }
        std::thread::sleep(Duration::from_millis(200));
        told = audit(database, agents);
    }
    let wrong = String::from_utf8_lossy(&told.stderr);
    assert!(told.status.success(), "{wrong}");
    let counts: BTreeMap<String, u64> = serde_json::from_slice(&told.stdout).expect("counts");
    println!("{counts:?}");
    assert_eq!(counts["contacts"], callers);
    // It was what it was meant to be: some waited, some left, some phones rang in vain.
    for some in ["answered", "abandoned", "missed"] {
        assert!(counts[some] > callers / 40, "{some}: {counts:?}");
    }
    assert_report(server, &counts);
}

/// What `zeroline report` tells is what the other program counted.
fn assert_report(server: &Server, counts: &BTreeMap<String, u64>) {
    let told = server.command(&["report", "--since", "1h", "--json"]);
    let told: serde_json::Value = serde_json::from_str(&told).expect("JSON");
    let of = |group: &str, what: &str| -> u64 {
        let all = told["report"][group].as_object().expect("by name");
        all.values().filter_map(|one| one[what].as_u64()).sum()
    };
    assert_eq!(of("lines", "contacts"), counts["contacts"]);
    assert_eq!(of("queues", "entered"), counts["stays"]);
    assert_eq!(of("queues", "answered"), counts["answered"]);
    assert_eq!(of("queues", "missed_offers"), counts["missed"]);
    assert_eq!(of("agents", "missed_offers"), counts["missed"]);
    assert_eq!(of("agents", "talks"), counts["answered"]);
    let left = of("queues", "abandoned") + of("queues", "abandoned_short");
    assert_eq!(left, counts["abandoned"]);
}
