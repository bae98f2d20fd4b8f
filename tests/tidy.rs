//! The rules of the house, held by a test.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

/// Who may use whom, from the ground up. `a::b`: only that part of `a`, a seam that holds
/// types and no behaviour.
const MAY_USE: &[(&str, &[&str])] = &[
    ("now", &[]),
    ("text", &[]),
    ("ids", &["now"]),
    ("outside", &["ids"]),
    ("media", &["ids", "now", "sdp::plan"]),
    ("sdp", &["ids", "now", "media"]),
    ("sip", &["ids", "now"]),
    ("webrtc", &["ids", "now", "media", "sdp"]),
    // Siblings: none knows another; what one says to `call` is in its seam.
    ("menu", &["ids", "now", "outside", "text"]),
    ("check", &["ids", "now", "text", "menu"]),
    ("import", &["ids", "now", "text", "menu"]),
    ("queue", &["ids", "now"]),
    ("bridge", &["ids", "now", "media", "sdp"]),
    (
        "record",
        &[
            "ids",
            "now",
            "menu::outcome",
            "menu::value",
            "queue::action",
            "queue::acd",
            "media::command",
            "sip::leg",
        ],
    ),
    (
        "statistics",
        &[
            "ids",
            "now",
            "menu::outcome",
            "queue::acd",
            "queue::action",
            "queue::settings",
            "record",
        ],
    ),
    (
        "config",
        &[
            "ids",
            "now",
            "outside",
            "text",
            "menu::system",
            "queue::action",
            "queue::settings",
            "sdp::plan",
            "sip::flow",
            // What a limit is.
            "statistics::threshold",
        ],
    ),
    (
        "call",
        &[
            "ids", "now", "outside", "text", "media", "sdp", "sip", "webrtc", "menu", "check",
            "queue", "bridge", "record", "config",
        ],
    ),
    // Whole calls under virtual time: it plays the edge, and is itself none.
    (
        "rehearse",
        &[
            "ids", "now", "outside", "text", "media", "sdp", "sip", "menu", "queue", "record",
            "call",
        ],
    ),
    // The edge: sockets and threads, files, figures. All of it may read `task::clock`.
    (
        "net",
        &[
            "ids",
            "now",
            "config",
            "media",
            "sdp",
            "sip",
            "webrtc",
            "task::clock",
        ],
    ),
    (
        "store",
        &[
            "ids",
            "now",
            "config",
            "record",
            "statistics",
            "queue",
            "menu",
            "call",
            "live",
            "task::clock",
        ],
    ),
    // Those who watch: it is told by the store.
    (
        "live",
        &["ids", "now", "menu", "queue", "record", "statistics"],
    ),
    (
        "prompts",
        &[
            "ids",
            "now",
            "text",
            "config",
            "media",
            "sdp",
            "menu",
            "check",
            "task::clock",
            // Speech engines that are servers.
            "net::http",
        ],
    ),
    (
        "observe",
        &[
            "ids",
            "now",
            "config",
            "media",
            // What a caller meets on a day.
            "menu::calendar",
            "sip",
            "queue",
            "record",
            "call",
            "task::clock",
        ],
    ),
    (
        "task",
        &[
            "ids",
            "now",
            "outside",
            "text",
            "config",
            "media",
            "sdp",
            "sip",
            "webrtc",
            "menu",
            "check",
            "queue",
            "bridge",
            "record",
            "statistics",
            "call",
            "net",
            "live",
            "store",
            "prompts",
            "observe",
        ],
    ),
    (
        "api",
        &[
            "ids",
            "now",
            "text",
            "config",
            "sip::digest",
            "sip::flow",
            "queue",
            "record",
            "statistics",
            "net",
            "live",
            "store",
            "observe",
            "task",
        ],
    ),
    (
        "console",
        &[
            "ids", "now", "text", "config", "media", "sdp", "sip", "webrtc", "menu", "check",
            "queue", "bridge", "record", "call", "net", "store", "prompts", "observe", "task",
        ],
    ),
];

/// These wire everything together and may use all.
const ROOTS: &[&str] = &["lib", "main", "server", "setup", "cli"];

/// No IO, no clock, no tasks, no randomness of their own.
const PURE: &[&str] = &[
    "now",
    "text",
    "ids",
    "outside",
    "media",
    "sdp",
    "sip",
    "webrtc",
    "menu",
    "check",
    "import",
    "queue",
    "bridge",
    "record",
    "statistics",
    "config",
    "call",
    "rehearse",
];
const IMPURE: &[&str] = &[
    "tokio::",
    "std::fs",
    "std::thread",
    "std::env",
    "std::process",
    "Instant::",
    "SystemTime",
    "UdpSocket",
    "TcpStream",
    "TcpListener",
    "ToSocketAddrs",
    "rand::rng(",
    "rand::random",
    "from_os_rng",
    "OsRng",
    "println!",
];
/// File, what it may name all the same, and why.
const IMPURE_ALL_THE_SAME: &[(&str, &str, &str)] = &[
    (
        "media/command.rs",
        "tokio::sync::mpsc",
        "the sending end of a channel: the recorder's, handed through to the media thread",
    ),
    (
        "media/tap.rs",
        "tokio::sync::mpsc",
        "the sending end of a channel: where copies of packets go",
    ),
    (
        "media/leg/ear.rs",
        "tokio::sync::mpsc",
        "the same channel: where the leg keeps it",
    ),
    (
        "call/order.rs",
        "oneshot",
        "the way back to whoever asked, handed through to the shell",
    ),
];

/// Above this many lines a file has more than one idea, or stands here with its reason.
const LONG: usize = 500;
const LONG_ALL_THE_SAME: &[(&str, &str)] = &[(
    "net/media/shard.rs",
    "one media thread's loop: its steps share the slab of legs",
)];

fn root() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
}

/// Every file below `folder` with one of these endings: path relative to it, and text.
fn files(folder: &Path, endings: &[&str]) -> Vec<(String, String)> {
    let mut found = Vec::new();
    let mut open = vec![folder.to_owned()];
    while let Some(f) = open.pop() {
        for entry in std::fs::read_dir(&f).into_iter().flatten().flatten() {
            let path = entry.path();
            if path.is_dir() {
                open.push(path);
            } else if endings.iter().any(|e| path.to_string_lossy().ends_with(e)) {
                let name = path.strip_prefix(folder).expect("below it");
                let text = std::fs::read_to_string(&path).unwrap_or_default();
                found.push((name.to_string_lossy().into_owned(), text));
            }
        }
    }
    found.sort();
    found
}

/// The program's own files: tests left out, and test modules within files.
fn sources() -> Vec<(String, String)> {
    files(&root().join("src"), &[".rs"])
        .into_iter()
        .filter(|(name, _)| {
            let mut parts = Path::new(name)
                .components()
                .map(|c| c.as_os_str().to_string_lossy());
            !parts.any(|p| p == "tests" || p == "tests.rs" || p == "testing.rs")
        })
        .map(|(name, text)| {
            let code = text
                .split("#[cfg(test)]\nmod tests {")
                .next()
                .unwrap_or_default();
            let lines: Vec<&str> = code
                .lines()
                .map(|l| {
                    if l.trim_start().starts_with("//") {
                        ""
                    } else {
                        l
                    }
                })
                .collect();
            (name, lines.join("\n"))
        })
        .collect()
}

fn module(file: &str) -> &str {
    file.split('/')
        .next()
        .unwrap_or(file)
        .trim_end_matches(".rs")
}

/// `a` or `a::b` for each `crate::a::b` in the text, groups in braces opened.
fn uses(text: &str) -> BTreeSet<String> {
    let mut found = BTreeSet::new();
    for after in text.split("crate::").skip(1) {
        match after.strip_prefix('{') {
            None => found.extend(path(after)),
            Some(group) => {
                let mut depth = 1;
                let mut item = String::new();
                for c in group.chars() {
                    match c {
                        '{' => depth += 1,
                        '}' => depth -= 1,
                        _ => {}
                    }
                    if depth == 0 || (depth == 1 && c == ',') {
                        found.extend(path(item.trim()));
                        item.clear();
                    } else {
                        item.push(c);
                    }
                    if depth == 0 {
                        break;
                    }
                }
            }
        }
    }
    found
}

/// The first two names of a path; none when the first is no module (a macro, a type).
fn path(text: &str) -> Option<String> {
    let word = |s: &str| -> String {
        s.chars()
            .take_while(|c| c.is_ascii_alphanumeric() || *c == '_')
            .collect()
    };
    let first = word(text);
    let rest = text.strip_prefix(first.as_str())?;
    if first.is_empty()
        || !first.starts_with(|c: char| c.is_ascii_lowercase())
        || rest.starts_with('!')
    {
        return None;
    }
    let second = rest.strip_prefix("::").map(word).unwrap_or_default();
    if second.starts_with(|c: char| c.is_ascii_lowercase()) {
        return Some(format!("{first}::{second}"));
    }
    Some(first)
}

#[test]
fn modules_use_only_what_stands_below_them() {
    let mut wrong = Vec::new();
    for (file, text) in sources() {
        let from = module(&file);
        if ROOTS.contains(&from) {
            continue;
        }
        let Some((_, allowed)) = MAY_USE.iter().find(|(m, _)| *m == from) else {
            wrong.push(format!("{file}: module `{from}` is not in the table"));
            continue;
        };
        for used in uses(&text) {
            let top = used.split("::").next().unwrap_or(&used);
            // A constant or function of the crate's root is no module.
            let is_module = MAY_USE.iter().any(|(m, _)| *m == top) || ROOTS.contains(&top);
            let ok = top == from || allowed.iter().any(|a| *a == top || *a == used);
            if is_module && !ok {
                wrong.push(format!("{file}: `{from}` may not use `{used}`"));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn pure_modules_are_pure() {
    let mut wrong = Vec::new();
    for (file, text) in sources() {
        if !PURE.contains(&module(&file)) {
            continue;
        }
        for (n, line) in text.lines().enumerate() {
            let excused = IMPURE_ALL_THE_SAME
                .iter()
                .any(|(f, what, _)| *f == file && line.contains(what));
            for word in IMPURE.iter().filter(|w| line.contains(**w)) {
                if !excused {
                    wrong.push(format!("src/{file}:{}: `{word}` in a pure module", n + 1));
                }
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn files_are_short() {
    let long: Vec<String> = sources()
        .into_iter()
        .map(|(file, text)| (file, text.lines().count()))
        .filter(|(_, lines)| *lines > LONG)
        .filter(|(file, _)| !LONG_ALL_THE_SAME.iter().any(|(f, _)| f == file))
        .map(|(file, lines)| format!("src/{file}: {lines} lines"))
        .collect();
    assert!(
        long.is_empty(),
        "part them, or give the reason in the table:\n{}",
        long.join("\n")
    );
}

#[test]
fn no_path_of_somebodys_machine() {
    // Put together here so that this file does not name them.
    let homes = ["home", "root", "Users", "work"].map(|h| format!("/{h}/"));
    let mut wrong = Vec::new();
    for folder in [
        "src",
        "tests",
        "benches",
        "docs",
        "docker",
        "menus",
        ".ci",
        "web/src",
        "web/browser",
    ] {
        let endings = [
            ".rs",
            ".ts",
            ".tsx",
            ".mjs",
            ".toml",
            ".yaml",
            ".md",
            ".xml",
            ".sh",
            "Dockerfile",
            "run",
            "test",
            "start",
        ];
        for (file, text) in files(&root().join(folder), &endings) {
            for (n, line) in text.lines().enumerate() {
                if homes.iter().any(|h| line.contains(h.as_str())) {
                    wrong.push(format!("{folder}/{file}:{}: {line}", n + 1));
                }
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn the_scripts_are_programs() {
    use std::os::unix::fs::PermissionsExt;
    for script in [
        ".ci/run",
        ".ci/test",
        ".ci/start",
        ".ci/rust",
        ".ci/web",
        ".ci/install",
        "benches/run",
    ] {
        let mode = std::fs::metadata(root().join(script))
            .expect(script)
            .permissions()
            .mode();
        assert!(mode & 0o111 != 0, "{script} can not be executed");
    }
}

#[test]
fn the_table_reads_uses_rightly() {
    let text = "use crate::sip::leg::LegEvent;\nuse crate::{ids::Key, media::{prompt::Prompt, rtp}, now};\ncrate::ids::CallId";
    let found: Vec<String> = uses(text).into_iter().collect();
    assert_eq!(found, ["ids", "media", "now", "sip::leg"]);
}
