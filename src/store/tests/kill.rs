//! kill -9 at any moment: what was confirmed is there.

use std::io::{BufRead, BufReader, Write};
use std::process::{Command, Stdio};

use super::super::*;
use super::promises::{contact, meta, speech};

const DIR: &str = "ZEROLINE_TEST_KILL_DIR";

/// Saves messages, several at a time, and confirms each on standard output, until killed.
/// Does nothing unless the test below starts it.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn confirm_until_killed() {
    let Some(dir) = std::env::var_os(DIR) else {
        return;
    };
    let (store, _) = Store::open(Path::new(&dir)).await.unwrap();
    let tasks: Vec<_> = (0..4)
        .map(|t| {
            let store = store.clone();
            tokio::spawn(async move {
                for n in 0.. {
                    let n = t * 10_000 + n;
                    store.record(contact(n), Duration::ZERO, Event::Answered);
                    let id = store.save_message(meta(n), speech(1)).await.unwrap();
                    // Straight to the pipe: the test harness would keep it back.
                    writeln!(std::io::stderr(), "confirmed {id}").unwrap();
                }
            })
        })
        .collect();
    for task in tasks {
        task.await.unwrap();
    }
}

#[test]
fn what_was_confirmed_survives_kill_9() {
    let dir = tempfile::tempdir().unwrap();
    let mut confirmed = Vec::new();
    for after in [3, 20, 41] {
        let mut child = Command::new(std::env::current_exe().unwrap())
            .args([
                "--exact",
                "store::tests::kill::confirm_until_killed",
                "--nocapture",
            ])
            .env(DIR, dir.path())
            .stdout(Stdio::null())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        let lines = BufReader::new(child.stderr.take().unwrap()).lines();
        let mut here = 0;
        for line in lines.map_while(Result::ok) {
            if let Some(id) = line.strip_prefix("confirmed ") {
                confirmed.push(id.parse::<i64>().unwrap());
                here += 1;
                if here == after {
                    child.kill().unwrap(); // SIGKILL
                }
            }
        }
        assert!(!child.wait().unwrap().success());
        assert!(here >= after, "the child saved messages");
    }

    let runtime = tokio::runtime::Runtime::new().unwrap();
    runtime.block_on(async {
        let (store, _) = Store::open(dir.path()).await.unwrap();
        let reader = store.reader();
        let messages = reader.messages(100_000).await.unwrap();
        for id in &confirmed {
            let message = messages.iter().find(|m| m.id.0 == *id);
            let message = message.unwrap_or_else(|| panic!("message {id} was confirmed"));
            let wav = hound::WavReader::open(reader.message_file(message)).unwrap();
            assert_eq!(wav.into_samples::<i16>().map(Result::unwrap).count(), 8_000);
        }
        // And nothing is kept twice.
        let files: std::collections::HashSet<_> = messages.iter().map(|m| &m.file).collect();
        assert_eq!(files.len(), messages.len());
        let on_disk = std::fs::read_dir(dir.path().join(MESSAGES))
            .unwrap()
            .count();
        assert_eq!(on_disk, messages.len());
    });
}
