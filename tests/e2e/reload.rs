//! New menus and settings for a running server, by SIGHUP.

use std::time::{Duration, Instant};

use crate::scene::{AGENT, RING, hears, talking};
use crate::support::audio::sine;
use crate::support::digest::Algorithm;
use crate::support::media::KeyWay;
use crate::support::phone::Phone;
use crate::support::server::{Server, server, write_wav};

/// Writes the menu of line 100 anew and waits for what the server says of it.
fn reload(server: &mut Server, menu: &str, word: &str) -> serde_json::Value {
    let folder = server.data().parent().expect("a folder").to_owned();
    std::fs::write(folder.join("menus/main.yaml"), menu).expect("scratch");
    server.process().hang_up();
    let end = Instant::now() + Duration::from_secs(60);
    loop {
        let (_, body) = server.get("/menus").expect("the menus in use");
        let told: serde_json::Value = serde_json::from_str(&body).expect("JSON");
        if told.to_string().contains(word) {
            return told;
        }
        assert!(
            Instant::now() < end,
            "{told}\n{}",
            server.process().output()
        );
        std::thread::sleep(Duration::from_millis(50));
    }
}

#[test]
fn calls_keep_their_menus_and_what_is_wrong_changes_nothing() {
    let mut server = server().start();
    let folder = server.data().parent().expect("a folder").to_owned();
    write_wav(
        &folder.join("prompts/en/news.wav"),
        &sine(900.0, 6000.0, 4.0),
    );
    let before = include_str!("../support/main.yaml");
    let mut old = server.phone("5550700");
    old.call("100");

    // The greeting and what key 1 says are other ones now, for whoever calls from now on.
    let after = before.replace("prompt: greeting", "prompt: news").replace(
        "say: { prompt: info, text: \"Some information.\"",
        "say: { prompt: news, text: \"The news.\"",
    );
    let told = reload(&mut server, &after, "\"version\":2");
    assert_eq!(told["refused"], serde_json::Value::Null, "{told}");
    let mut new = server.phone("5550701");
    new.call("100");
    new.media.hears(900.0);
    old.media.press('1', KeyWay::Event, 100);
    old.media.hears(500.0);

    // A mistake: told with its place, and nothing changes.
    let wrong = after.replace("go: info", "go: inof");
    let told = reload(&mut server, &wrong, "inof");
    assert_eq!(told["version"], 2, "{told}");
    let mistakes = told["refused"]["mistakes"].to_string();
    assert!(mistakes.contains("main.yaml:10:"), "{mistakes}");
    assert!(mistakes.contains("did you mean `info`?"), "{mistakes}");
    let log = server.process().output();
    assert!(log.contains("did you mean `info`?"), "{log}");
    assert!(log.contains("the old ones stay"), "{log}");
    let mut third = server.phone("5550702");
    third.call("100");
    third.media.hears(900.0);
    // Nor does what breaks the promise.
    let unasked = "line: main\nnumbers: [\"100\"]\nhuman: support\nstart: bye\nnodes:\n  \
                   bye: { goodbye: { prompt: info, text: \"Good bye.\" } }\n";
    let told = reload(&mut server, unasked, "P6");
    assert_eq!(told["version"], 2, "{told}");
    for mut phone in [old, new, third] {
        assert_eq!(phone.hang_up(), 200);
    }
}

/// Changes the settings file and has it read: what the server says of it.
fn change(server: &mut Server, new: impl Fn(&str) -> String) -> serde_json::Value {
    let file = server
        .data()
        .parent()
        .expect("a folder")
        .join("zeroline.toml");
    let readings = |told: &serde_json::Value| {
        let refused = told["refused"]["at"].to_string();
        (told["version"].clone(), refused)
    };
    let told = |server: &Server| -> serde_json::Value {
        let (_, body) = server.get("/menus").expect("the menus in use");
        serde_json::from_str(&body).expect("JSON")
    };
    let before = readings(&told(server));
    let text = std::fs::read_to_string(&file).expect("scratch");
    std::fs::write(&file, new(&text)).expect("scratch");
    server.process().hang_up();
    let end = Instant::now() + Duration::from_secs(60);
    loop {
        let now = told(server);
        if readings(&now) != before {
            return now;
        }
        let log = server.process().output();
        assert!(Instant::now() < end, "{now}\n{log}");
        std::thread::sleep(Duration::from_millis(50));
    }
}

/// Until the phone registers, or for good reason does not.
fn registers(server: &Server, user: &str, password: &str) -> (Phone, u16) {
    let mut phone = server.phone(user);
    let status = phone.register(password, Algorithm::Sha256);
    (phone, status)
}

#[test]
fn people_come_and_go_while_calls_go_on() {
    let mut server = server().start();
    let (caller, mut agent) = talking(&server, "5550710");

    // agent1 leaves, and zoe is taken on; there is one more queue, and something else.
    let told = change(&mut server, |text| {
        let zoe = "[[agents]]\nid = \"zoe\"\npassword = \"another\"\n";
        let more = "[[queues]]\nname = \"sales\"\n[stop]\ngrace = \"9s\"\n";
        text.replace("agent1..agent3", "agent2..agent3") + zoe + more
    });
    assert_eq!(told["refused"], serde_json::Value::Null, "{told}");
    assert_eq!(told["at_start"], serde_json::json!(["stop"]), "{told}");
    hears(&caller, AGENT);
    let (mut zoe, status) = registers(&server, "zoe", "another");
    assert_eq!(status, 200, "{}", zoe.transcript());
    assert_eq!(registers(&server, "agent1", "secret").1, 401);
    let mut next = server.phone("5550711");
    next.call("100");
    next.media.press('0', KeyWay::Event, 100);
    zoe.ring(RING);
    zoe.answer();
    hears(&caller, AGENT);
    // Who has left ends the talk, and is rung no more.
    assert_eq!(agent.hang_up(), 200);
    drop(caller);
    let states = server.command(&["agents"]);
    assert!(
        states.contains("zoe") && !states.contains("agent1"),
        "{states}"
    );

    // A mistake changes nothing, and is told with its place.
    let told = change(&mut server, |text| {
        text.replace("id = \"zoe\"", "id = \"zoe\"\nqueues = [\"sale\"]")
    });
    let mistakes = told["refused"]["mistakes"].to_string();
    assert!(mistakes.contains("zeroline.toml:"), "{mistakes}");
    assert!(mistakes.contains("did you mean `sales`?"), "{mistakes}");
    let log = server.process().output();
    assert!(log.contains("the old ones stay"), "{log}");
    assert_eq!(registers(&server, "zoe", "another").1, 200);

    // Nor does a queue go that lines lead to.
    let told = change(&mut server, |text| {
        let zoe = text.replace("\nqueues = [\"sale\"]", "");
        zoe.replace("name = \"support\"", "name = \"help\"")
    });
    let mistakes = told["refused"]["mistakes"].to_string();
    assert!(mistakes.contains("main.yaml:"), "{mistakes}");
    assert_eq!(next.hang_up(), 200);
}

#[test]
fn a_queue_stays_while_somebody_waits_there() {
    let line = "line: sales\nnumbers: [\"102\"]\nhuman: sales\nstart: in\nnodes: { in: { queue: sales } }\n";
    let queue = "[[queues]]\nname = \"sales\"\nunstaffed = \"wait\"\nposition_every = \"never\"\n";
    let mut server = server().with(queue).file("menus/sales.yaml", line).start();
    let mut caller = server.phone("5550720");
    caller.call("102");
    let folder = server.data().parent().expect("a folder").to_owned();
    let end = Instant::now() + Duration::from_secs(20);
    while !server
        .command(&["queues", "--json"])
        .contains("\"waiting\":1")
    {
        assert!(
            Instant::now() < end,
            "{}",
            server.command(&["queues", "--json"])
        );
        std::thread::sleep(Duration::from_millis(100));
    }
    std::fs::remove_file(folder.join("menus/sales.yaml")).expect("scratch");
    let told = change(&mut server, |text| text.replace(queue, ""));
    let mistakes = told["refused"]["mistakes"].to_string();
    assert!(
        mistakes.contains("callers wait or talk there"),
        "{mistakes}"
    );
    // Once they are gone it goes.
    assert_eq!(caller.hang_up(), 200);
    let end = Instant::now() + Duration::from_secs(30);
    while change(&mut server, str::to_owned)["refused"] != serde_json::Value::Null {
        assert!(Instant::now() < end, "{}", server.process().output());
    }
    let queues = server.command(&["queues"]);
    assert!(!queues.contains("sales"), "{queues}");
    let mut caller = server.phone("5550721");
    caller.invite("102");
    assert_eq!(caller.wait_answer(Duration::from_secs(5)), 404);
}
