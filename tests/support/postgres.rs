//! A PostgreSQL of the tests' own, in a folder of its own, on a socket in there.
#![allow(dead_code, reason = "each test program uses its part of it")]
#![allow(
    clippy::disallowed_methods,
    reason = "real servers run on the real clock"
)]

use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdin, Command, Stdio};
use std::sync::OnceLock;
use std::time::{Duration, Instant};

/// A running server. It can not outlive the tests, however they end.
pub struct Postgres {
    folder: PathBuf,
    process: Child,
    /// Closed when the tests are gone: then somebody stops the server and tidies up.
    _alive: ChildStdin,
}

/// Stops the server whose folder is the first argument when its standard input ends.
const WATCH: &str = "cat >/dev/null
pid=$(head -n 1 \"$1/data/postmaster.pid\" 2>/dev/null) && kill -CONT \"$pid\" && kill -QUIT \"$pid\"
while [ -n \"$pid\" ] && kill -0 \"$pid\" 2>/dev/null; do sleep 0.1; done
rm -rf \"$1\"";

/// One for all tests of a program.
pub fn shared() -> &'static Postgres {
    static SHARED: OnceLock<Postgres> = OnceLock::new();
    SHARED.get_or_init(Postgres::start)
}

impl Postgres {
    /// Makes one and starts it; at its end it is gone with all that was in it.
    pub fn start() -> Postgres {
        // A short name: a socket's is at most 107 octets long.
        let folder = tempfile::Builder::new().prefix("zl-pg-").tempdir();
        let folder = folder.expect("a folder").keep();
        own(&folder);
        #[expect(
            clippy::zombie_processes,
            reason = "it outlives us on purpose: it clears up when we are gone"
        )]
        let mut watch = Command::new("sh")
            .args(["-c", WATCH, "sh"])
            .arg(&folder)
            .stdin(Stdio::piped())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .expect("sh");
        let alive = watch.stdin.take().expect("piped");
        let made = as_nobody_special("initdb")
            .args(["-U", "postgres", "-A", "trust", "-E", "UTF8", "--locale=C"])
            .args(["--no-sync", "-D"])
            .arg(folder.join("data"))
            .output()
            .expect("initdb");
        assert!(made.status.success(), "{made:?}");
        let process = serve(&folder);
        Postgres {
            folder,
            process,
            _alive: alive,
        }
    }

    /// The folder of its socket.
    pub fn folder(&self) -> &Path {
        &self.folder
    }

    /// The address of a schema, which is made if it is not there.
    pub fn url(&self, schema: &str) -> String {
        url(&self.folder, schema)
    }

    /// Runs something, and what comes of it.
    pub fn sql(&self, sql: &str) -> String {
        run(&self.folder, sql)
    }

    /// Stops it, with what is under way.
    pub fn stop(&mut self) {
        signal(self.process.id(), "-INT");
        self.process.wait().expect("its end");
    }

    /// Starts it again.
    pub fn go_on(&mut self) {
        self.process = serve(&self.folder);
    }

    /// Its sessions do not move any more, and nobody hears of it.
    pub fn freeze(&self) {
        for pid in self.sessions() {
            signal(pid, "-STOP");
        }
        signal(self.process.id(), "-STOP");
    }

    /// And now they do.
    pub fn thaw(&self) {
        signal(self.process.id(), "-CONT");
        for pid in children(self.process.id()) {
            signal(pid, "-CONT");
        }
    }

    fn sessions(&self) -> Vec<u32> {
        let pids = self.sql(
            "SELECT pid FROM pg_stat_activity
             WHERE backend_type = 'client backend' AND pid <> pg_backend_pid()",
        );
        pids.lines().filter_map(|l| l.parse().ok()).collect()
    }
}

/// The address of a schema of the server with this folder; it is made if it is not there.
pub fn url(folder: &Path, schema: &str) -> String {
    run(folder, &format!("CREATE SCHEMA IF NOT EXISTS {schema}"));
    let folder = folder.display();
    format!("postgres://postgres@localhost/postgres?host={folder}&options=-csearch_path%3D{schema}")
}

fn run(folder: &Path, sql: &str) -> String {
    let out = Command::new(program("psql"))
        .args(["-XqAt", "-v", "ON_ERROR_STOP=1", "-U", "postgres", "-h"])
        .arg(folder)
        .args(["-c", sql, "postgres"])
        .stdin(Stdio::null())
        .output()
        .expect("psql");
    assert!(out.status.success(), "{sql}: {out:?}");
    String::from_utf8_lossy(&out.stdout).trim_end().to_owned()
}

fn serve(folder: &Path) -> Child {
    let mut settings = Vec::new();
    for setting in [
        // What is on the disk when the machine fails is not what is tested here.
        "fsync=off",
        "full_page_writes=off",
        "listen_addresses=",
        "max_connections=300",
        "shared_buffers=32MB",
        "log_min_messages=fatal",
    ] {
        settings.extend(["-c", setting]);
    }
    let mut process = as_nobody_special("postgres")
        .arg("-D")
        .arg(folder.join("data"))
        .arg("-k")
        .arg(folder)
        .args(settings)
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .expect("postgres");
    let end = Instant::now() + Duration::from_secs(20);
    loop {
        let ready = Command::new(program("pg_isready"))
            .args(["-q", "-h"])
            .arg(folder)
            .status();
        if ready.is_ok_and(|s| s.success()) {
            return process;
        }
        let gone = process.try_wait().expect("a child");
        assert!(gone.is_none(), "postgres ended: {gone:?}");
        assert!(Instant::now() < end, "postgres does not get ready");
        std::thread::sleep(Duration::from_millis(20));
    }
}

/// PostgreSQL does not run as root: then as the user who comes with its package.
fn as_nobody_special(name: &str) -> Command {
    if !rustix::process::geteuid().is_root() {
        return Command::new(program(name));
    }
    let mut command = Command::new("setpriv");
    command
        .args(["--reuid=postgres", "--regid=postgres", "--clear-groups"])
        .arg(program(name))
        .current_dir("/");
    command
}

fn own(folder: &Path) {
    if rustix::process::geteuid().is_root() {
        let owned = Command::new("chown").arg("postgres:").arg(folder).status();
        assert!(owned.is_ok_and(|s| s.success()), "is PostgreSQL installed?");
    }
}

/// Debian keeps them apart from other programs, by version.
fn program(name: &str) -> PathBuf {
    let versions = std::fs::read_dir("/usr/lib/postgresql");
    let versions = versions.into_iter().flatten().flatten();
    let newest = versions
        .map(|v| v.path().join("bin").join(name))
        .filter(|p| p.exists())
        .max();
    newest.unwrap_or_else(|| PathBuf::from(name))
}

fn signal(pid: u32, signal: &str) {
    let sent = Command::new("kill")
        .args([signal, &pid.to_string()])
        .status();
    assert!(sent.is_ok(), "kill {signal} {pid}");
}

fn children(pid: u32) -> Vec<u32> {
    let listed = Command::new("ps")
        .args(["-o", "pid=", "--ppid", &pid.to_string()])
        .output()
        .expect("ps");
    let listed = String::from_utf8_lossy(&listed.stdout).into_owned();
    listed
        .lines()
        .filter_map(|l| l.trim().parse().ok())
        .collect()
}
