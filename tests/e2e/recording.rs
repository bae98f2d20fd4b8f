//! Recordings of talks, told by the tones on their two channels.

use std::path::PathBuf;
use std::time::{Duration, Instant};

use rustix::process::{Pid, Resource, Rlimit, prlimit};
use serde_json::Value;
use sqlx::sqlite::{SqliteConnectOptions, SqliteConnection};
use sqlx::{Connection, Executor};

use crate::scene::{AGENT, CALLER, MUSIC, RING, SECOND, hears, hold, resume, with_music};
use crate::support::api::ask;
use crate::support::audio::{share, sine};
use crate::support::media::{KeyWay, Source};
use crate::support::phone::{Phone, SOON};
use crate::support::server::{Server, Setup};

/// "This call is recorded", "it is not", and the question.
const ON: f64 = 400.0;
const OFF: f64 = 2200.0;
const ASK: f64 = 2600.0;

fn recording(rule: &str) -> Setup {
    with_music()
        .queue(&format!(
            "ring_for = \"5s\"\nwrap_up = \"0s\"\nrecording = \"{rule}\""
        ))
        .prompt("en/sys-connecting", &sine(MUSIC, 6000.0, 0.1))
        .prompt("en/sys-recording-on", &sine(ON, 6000.0, 0.8))
        .prompt("en/sys-recording-off", &sine(OFF, 6000.0, 0.8))
        .prompt("en/sys-recording-ask", &sine(ASK, 6000.0, 0.8))
}

/// A caller who pressed 0, and the agent whose phone has answered at once.
fn answered(server: &Server, number: &str) -> (Phone, Phone) {
    let mut agent = server.agent("agent1");
    agent.media.say(Source::Tone(AGENT));
    let mut caller = server.phone(number);
    caller.call("100");
    caller.media.say(Source::Tone(CALLER));
    std::thread::sleep(Duration::from_millis(200));
    caller.media.press('0', KeyWay::Event, 100);
    agent.ring(RING);
    agent.answer();
    (caller, agent)
}

/// The two talk.
fn talking(server: &Server, number: &str) -> (Phone, Phone) {
    let (caller, agent) = answered(server, number);
    hears(&caller, AGENT);
    hears(&agent, CALLER);
    (caller, agent)
}

fn recordings(server: &Server) -> Vec<Value> {
    let told = server.command(&["recordings", "list", "--json"]);
    told.lines()
        .filter_map(|l| serde_json::from_str(l).ok())
        .collect()
}

/// The only recording, once it is complete.
#[track_caller]
fn finished(server: &Server) -> Value {
    let end = Instant::now() + Duration::from_secs(10);
    loop {
        let all = recordings(server);
        if let [one] = all.as_slice()
            && one["length_ms"].is_u64()
        {
            return one.clone();
        }
        assert!(Instant::now() < end, "{all:?}\n{}", server.output());
        std::thread::sleep(Duration::from_millis(50));
    }
}

/// Nothing of a talk is anywhere.
#[track_caller]
fn nothing_is_kept(server: &Server) {
    std::thread::sleep(Duration::from_millis(500));
    assert!(recordings(server).is_empty());
    assert!(server.messages().is_empty(), "{:?}", server.messages());
}

/// Left and right.
#[track_caller]
fn channels(path: &std::path::Path) -> [Vec<i16>; 2] {
    let wav = hound::WavReader::open(path).expect("a WAV file");
    assert_eq!((wav.spec().channels, wav.spec().sample_rate), (2, 8_000));
    let both: Vec<i16> = wav.into_samples().map(|s| s.expect("a sample")).collect();
    [0, 1].map(|at| both.iter().copied().skip(at).step_by(2).collect())
}

/// By tenths of a second, whether this tone is there.
fn tenths(pcm: &[i16], hz: f64) -> String {
    let mark = |part: &[i16]| if share(part, hz) > 0.6 { '#' } else { '.' };
    pcm.chunks_exact(800).map(mark).collect()
}

fn count(pcm: &[i16], hz: f64) -> usize {
    tenths(pcm, hz).matches('#').count()
}

/// As the command line writes it down.
#[track_caller]
fn heard(server: &Server, number: &Value) -> [Vec<i16>; 2] {
    let into: PathBuf = server.data().join("heard.wav");
    let into = into.to_str().expect("a path");
    server.command(&["recordings", "listen", &number.to_string(), "--into", into]);
    channels(std::path::Path::new(into))
}

fn token(server: &Server, args: &[&str]) -> String {
    let told = server.command(&[&["tokens", "add", "test"], args].concat());
    let line = told.lines().find(|l| l.starts_with("zl_"));
    format!("Authorization: Bearer {}\r\n", line.expect("a token"))
}

fn deeds(server: &Server) -> Vec<(String, String)> {
    let admin = token(server, &["--role", "admin"]);
    let (status, _, told) = ask(server.api, "GET", "/audit?limit=100", &admin, None);
    assert_eq!(status, 200, "{told}");
    let rows = told["items"].as_array().expect("a list").iter();
    let word = |row: &Value, name: &str| row[name].as_str().unwrap_or_default().to_owned();
    rows.map(|r| (word(r, "deed"), word(r, "detail"))).collect()
}

#[test]
fn both_sides_are_on_their_channels_at_their_time() {
    let server = recording("announced").start();
    let (mut caller, mut agent) = answered(&server, "5550700");
    // The two are connected when the caller has heard the sentence; the agent hears it too.
    hears_tone(&caller, ON);
    hears(&caller, AGENT);
    hears(&agent, CALLER);
    std::thread::sleep(Duration::from_secs(1));
    // Both change their tones at the same time.
    caller.media.say(Source::Tone(SECOND));
    agent.media.say(Source::Tone(MUSIC));
    std::thread::sleep(Duration::from_secs(1));
    assert_eq!(caller.hang_up(), 200);
    agent.wait_bye(SOON);
    let row = finished(&server);
    assert_eq!(row["consent"], "told");
    assert_eq!(row["agent"], "agent1");
    assert_eq!(row["lost_packets"], 0);
    let [left, right] = heard(&server, &row["recording"]);
    let ms = left.len() as u64 / 8;
    assert!(
        ms.abs_diff(row["length_ms"].as_u64().unwrap_or(0)) <= 20,
        "{ms}"
    );
    assert!((2_000..9_000).contains(&ms), "{ms}");
    // The caller is left, the agent right, and neither is on the other's channel.
    for (pcm, own, later) in [(&left, CALLER, SECOND), (&right, AGENT, MUSIC)] {
        let tenths_in_all = pcm.len() / 800;
        assert!(count(pcm, own) >= 8, "{}", tenths(pcm, own));
        assert!(
            (8..=12).contains(&count(pcm, later)),
            "{}",
            tenths(pcm, later)
        );
        assert!(count(pcm, own) + count(pcm, later) + 5 > tenths_in_all);
    }
    for other in [AGENT, MUSIC, ON] {
        assert_eq!(count(&left, other), 0, "{}", tenths(&left, other));
    }
    for other in [CALLER, SECOND, ON] {
        assert_eq!(count(&right, other), 0, "{}", tenths(&right, other));
    }
    let changed = |pcm: &[i16], hz: f64| tenths(pcm, hz).find('#').unwrap_or(0);
    let apart = changed(&left, SECOND).abs_diff(changed(&right, MUSIC));
    assert!(apart <= 1, "{apart} tenths of a second apart");
    // That it was heard is written down, and the contact tells that it was recorded.
    assert!(
        deeds(&server)
            .iter()
            .any(|(deed, _)| deed == "recording.listen")
    );
    let contact = row["contact"].as_str().expect("a contact");
    let shown = server.command(&["contacts", "show", contact]);
    for what in ["is told that the talk is recorded", "the talk is recorded"] {
        assert!(shown.contains(what), "{what}: {shown}");
    }
}

/// Soon this phone hears that tone, whatever else.
#[track_caller]
fn hears_tone(phone: &Phone, hz: f64) {
    let heard = (0..20).any(|_| share(&phone.media.listen(Duration::from_millis(100)), hz) > 0.8);
    assert!(heard, "{hz} Hz\n{}", phone.transcript());
}

#[test]
fn nothing_is_recorded_where_no_queue_says_so() {
    let server = recording("off").start();
    let (mut caller, mut agent) = talking(&server, "5550701");
    std::thread::sleep(Duration::from_millis(500));
    assert_eq!(caller.hang_up(), 200);
    agent.wait_bye(SOON);
    nothing_is_kept(&server);
}

#[test]
fn a_caller_who_says_no_or_nothing_is_not_recorded_and_one_who_agrees_is() {
    let server = recording("asked").start();
    let mut agent = server.agent("agent1");
    agent.media.say(Source::Tone(AGENT));
    for (number, key) in [
        ("5550702", Some('6')),
        ("5550703", None),
        ("5550704", Some('5')),
    ] {
        let mut caller = server.phone(number);
        caller.call("100");
        caller.media.say(Source::Tone(CALLER));
        std::thread::sleep(Duration::from_millis(200));
        caller.media.press('0', KeyWay::Event, 100);
        agent.ring(RING);
        agent.answer();
        hears_tone(&caller, ASK);
        if let Some(key) = key {
            caller.media.press(key, KeyWay::Event, 100);
        }
        // Silence is waited for some seconds, and no longer.
        std::thread::sleep(Duration::from_millis(if key.is_none() { 4_000 } else { 0 }));
        hears(&caller, AGENT);
        hears(&agent, CALLER);
        assert_eq!(caller.hang_up(), 200);
        agent.wait_bye(SOON);
        if key != Some('5') {
            nothing_is_kept(&server);
        }
    }
    assert_eq!(finished(&server)["consent"], "agreed");
}

#[test]
fn a_pause_by_the_agents_key_and_a_hold_leave_silence() {
    let server = recording("announced").start();
    let (mut caller, mut agent) = talking(&server, "5550705");
    std::thread::sleep(Duration::from_millis(500));
    let star_seven = |agent: &Phone| {
        agent.media.press('*', KeyWay::Event, 100);
        std::thread::sleep(Duration::from_millis(250));
        agent.media.press('7', KeyWay::Event, 100);
    };
    star_seven(&agent);
    hears_tone(&agent, OFF);
    caller.media.say(Source::Tone(SECOND));
    std::thread::sleep(Duration::from_millis(1_500));
    caller.media.say(Source::Tone(CALLER));
    std::thread::sleep(Duration::from_millis(300));
    star_seven(&agent);
    hears_tone(&agent, ON);
    std::thread::sleep(Duration::from_millis(500));
    hold(&mut agent);
    hears(&caller, MUSIC);
    std::thread::sleep(Duration::from_millis(500));
    resume(&mut agent);
    hears(&caller, AGENT);
    assert_eq!(caller.hang_up(), 200);
    agent.wait_bye(SOON);
    let row = finished(&server);
    let pauses = row["pauses"].as_array().expect("pauses");
    let why: Vec<&str> = pauses.iter().filter_map(|p| p["why"].as_str()).collect();
    assert_eq!(why, ["paused", "held"], "{row}");
    let [left, right] = heard(&server, &row["recording"]);
    // What was said in the pause is nowhere, and the music of the hold is nobody's voice.
    assert_eq!(count(&left, SECOND), 0, "{}", tenths(&left, SECOND));
    assert_eq!(count(&left, MUSIC) + count(&right, MUSIC), 0);
    for pause in pauses {
        let at = |name: &str| pause[name].as_u64().expect("milliseconds") as usize;
        // Said before the pause, and still on its way then: a quarter of a second.
        // The moment that it ends is exact to a jitter buffer.
        let (from, to) = (at("from_ms") + 250, at("to_ms") - 60);
        assert!(to > from + 200, "{pause}");
        for pcm in [&left, &right] {
            let span = &pcm[from * 8..(to * 8).min(pcm.len())];
            assert!(span.iter().all(|s| s.unsigned_abs() < 50), "{pause}");
        }
    }
    // Before, between and after, both are heard.
    let said = tenths(&left, CALLER);
    assert!(
        said.split('.').filter(|s| s.len() > 2).count() >= 3,
        "{said}"
    );
}

#[test]
fn the_api_pauses_for_who_is_concerned_and_lets_nobody_else_listen() {
    let server = recording("announced").start();
    let own = token(&server, &["--role", "agent", "--agent", "agent1"]);
    let other = token(&server, &["--role", "agent", "--agent", "agent2"]);
    let lead = token(&server, &["--role", "supervisor"]);
    let (mut caller, mut agent) = talking(&server, "5550706");
    let row = recordings(&server).pop().expect("a recording that goes on");
    assert_eq!(row["length_ms"], Value::Null);
    let contact = row["contact"].as_str().expect("a contact").to_owned();
    let post = |who: &str, what: &str| {
        let path = format!("/contacts/{contact}/recording/{what}");
        let (status, _, told) = ask(server.api, "POST", &path, who, None);
        (status, told)
    };
    assert_eq!(post(&other, "pause").0, 403);
    let (status, told) = post(&own, "pause");
    assert_eq!(
        (status, &told["paused"]),
        (200, &Value::Bool(true)),
        "{told}"
    );
    assert_eq!(post(&own, "pause").0, 200);
    caller.media.say(Source::Tone(SECOND));
    std::thread::sleep(Duration::from_millis(800));
    caller.media.say(Source::Tone(CALLER));
    std::thread::sleep(Duration::from_millis(300));
    let (status, told) = post(&lead, "resume");
    assert_eq!(
        (status, &told["paused"]),
        (200, &Value::Bool(false)),
        "{told}"
    );
    std::thread::sleep(Duration::from_millis(700));
    let path = format!("/recordings/{}/audio", row["recording"]);
    let (status, _, told) = ask(server.api, "GET", &path, &lead, None);
    assert_eq!(status, 409, "{told}");
    assert_eq!(agent.hang_up(), 200);
    caller.wait_bye(SOON);
    let row = finished(&server);
    assert_eq!(post(&own, "pause").0, 403, "the talk is over");
    assert_eq!(post(&lead, "pause").0, 409);
    for (who, expected) in [(&own, 200), (&lead, 200), (&other, 403)] {
        assert_eq!(ask(server.api, "GET", &path, who, None).0, expected);
    }
    let [left, _] = heard(&server, &row["recording"]);
    assert_eq!(count(&left, SECOND), 0, "{}", tenths(&left, SECOND));
    // Who removes it is written down, with what it was.
    let path = format!("/recordings/{}", row["recording"]);
    assert_eq!(ask(server.api, "DELETE", &path, &own, None).0, 403);
    assert_eq!(ask(server.api, "DELETE", &path, &lead, None).0, 200);
    assert_eq!(ask(server.api, "DELETE", &path, &lead, None).0, 409);
    let hash = row["sha256"].as_str().expect("a hash");
    let told = deeds(&server);
    let of = |word: &str| told.iter().filter(|(d, _)| d == word).count();
    assert_eq!(of("recording.listen"), 3, "{told:?}");
    assert_eq!((of("recording.pause"), of("recording.resume")), (2, 1));
    let removed = told.iter().find(|(d, _)| d == "recording.remove");
    assert!(
        removed.is_some_and(|(_, detail)| detail.contains(hash)),
        "{told:?}"
    );
}

#[test]
fn what_was_said_before_the_server_was_lost_is_kept() {
    let mut server = recording("announced").start();
    let (caller, agent) = talking(&server, "5550707");
    std::thread::sleep(Duration::from_secs(2));
    server.crash_and_restart();
    drop((caller, agent));
    let row = finished(&server);
    assert_eq!(row["fault"], "the server was lost");
    assert_eq!(row["agent"], "agent1");
    let [left, right] = heard(&server, &row["recording"]);
    assert!(count(&left, CALLER) >= 15, "{}", tenths(&left, CALLER));
    assert!(count(&right, AGENT) >= 15, "{}", tenths(&right, AGENT));
}

#[test]
fn a_disk_that_is_full_costs_the_recording_and_not_the_talk() {
    let mut server = recording("announced").start();
    let (mut caller, mut agent) = talking(&server, "5550709");
    std::thread::sleep(Duration::from_millis(1_500));
    // No file can take one octet more, for a while.
    let id = i32::try_from(server.process().id()).expect("a process id");
    let pid = Pid::from_raw(id).expect("a process id");
    let none = Rlimit {
        current: Some(0),
        maximum: None,
    };
    let before = prlimit(Some(pid), Resource::Fsize, none).expect("a limit");
    std::thread::sleep(Duration::from_millis(1_500));
    hears(&caller, AGENT);
    hears(&agent, CALLER);
    prlimit(Some(pid), Resource::Fsize, before).expect("a limit");
    assert_eq!(caller.hang_up(), 200);
    agent.wait_bye(SOON);
    let row = finished(&server);
    let fault = row["fault"].as_str().unwrap_or_default();
    assert!(fault.contains("can not be written"), "{row}");
    let [left, right] = heard(&server, &row["recording"]);
    assert!(count(&left, CALLER) >= 8, "{}", tenths(&left, CALLER));
    assert!(count(&right, AGENT) >= 8, "{}", tenths(&right, AGENT));
    let contact = row["contact"].as_str().expect("a contact");
    let shown = server.command(&["contacts", "show", contact]);
    assert!(shown.contains("not recorded any more"), "{shown}");
}

#[test]
fn retention_removes_the_file_and_proves_which() {
    let retention = "[retention]\nrecordings = \"1d\"\n";
    let mut server = recording("announced").with(retention).start();
    let (mut caller, mut agent) = talking(&server, "5550708");
    assert_eq!(caller.hang_up(), 200);
    agent.wait_bye(SOON);
    let row = finished(&server);
    assert_eq!(server.messages().len(), 1);
    // Two days pass.
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .expect("a runtime");
    let options = SqliteConnectOptions::new().filename(server.data().join("zeroline.db"));
    runtime.block_on(async {
        let mut db = SqliteConnection::connect_with(&options)
            .await
            .expect("open");
        let earlier = "UPDATE recordings SET began_at = began_at - 172800000";
        db.execute(earlier).await.expect("changed");
    });
    server.crash_and_restart();
    let end = Instant::now() + Duration::from_secs(10);
    while !server.messages().is_empty() {
        assert!(Instant::now() < end, "{}", server.output());
        std::thread::sleep(Duration::from_millis(50));
    }
    // The file goes first, then it is written down.
    while finished(&server)["deleted_by"] != "retention" {
        assert!(Instant::now() < end, "{}", finished(&server));
        std::thread::sleep(Duration::from_millis(50));
    }
    let hash = row["sha256"].as_str().expect("a hash");
    let told = deeds(&server);
    let removed = told.iter().find(|(d, _)| d == "recording.remove");
    assert!(
        removed.is_some_and(|(_, detail)| detail.contains(hash)),
        "{told:?}"
    );
}
