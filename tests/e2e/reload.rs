//! New menus for a running server, by SIGHUP.

use std::time::{Duration, Instant};

use crate::support::audio::sine;
use crate::support::media::KeyWay;
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
