//! A browser that is told what to do by a script of `web/browser/`, step by step beside the test.

use std::io::Write;
use std::path::Path;
use std::process::{Child, ChildStdin, Command, Stdio};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use crate::support::server::Server;

/// Longer than the scripts wait for anything.
const PATIENCE: Duration = Duration::from_secs(240);

/// A running script. Where it says `await test.at('name', …)`, it goes on when the test says so.
pub struct Browser {
    child: Child,
    stdin: ChildStdin,
    told: Arc<Mutex<Vec<String>>>,
    read: usize,
}

impl Browser {
    /// Starts a script on the server's console; `more` is its environment.
    #[track_caller]
    pub fn start(script: &str, server: &Server, more: &[(&str, &str)]) -> Browser {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("web");
        let built =
            folder.join("node_modules").is_dir() && folder.join("dist/index.html").is_file();
        assert!(
            built,
            "the console is not built: run `.ci/web`, then build again"
        );
        let mut child = Command::new("node")
            .arg(format!("browser/{script}.mjs"))
            .current_dir(folder)
            .env("CONSOLE", format!("http://{}", server.api))
            .envs(more.iter().copied())
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap_or_else(|e| panic!("node: {e}; `.ci/test` installs it"));
        let told = Arc::new(Mutex::new(Vec::new()));
        collect(child.stdout.take().expect("piped"), &told);
        collect(child.stderr.take().expect("piped"), &told);
        Browser {
            stdin: child.stdin.take().expect("piped"),
            child,
            told,
            read: 0,
        }
    }

    /// Waits until the script is at this step; what it tells with it.
    #[track_caller]
    pub fn at(&mut self, step: &str) -> String {
        let line = self.line(&format!("at {step}"));
        line.split_once(&format!("at {step}"))
            .map(|(_, rest)| rest.trim().to_owned())
            .unwrap_or_default()
    }

    /// The script goes on from the step that it is at.
    pub fn go(&mut self) {
        writeln!(self.stdin, "go").expect("the script reads");
    }

    /// Waits for its end, which must be a good one.
    #[track_caller]
    pub fn end(mut self) {
        self.line("done");
        let end = Instant::now() + PATIENCE;
        while Instant::now() < end {
            if let Ok(Some(status)) = self.child.try_wait() {
                assert!(status.success(), "{status}:\n{}", self.output());
                return;
            }
            std::thread::sleep(Duration::from_millis(20));
        }
        panic!("the script does not end:\n{}", self.output());
    }

    #[track_caller]
    fn line(&mut self, wanted: &str) -> String {
        let end = Instant::now() + PATIENCE;
        loop {
            let gone = self.child.try_wait().ok().flatten();
            if gone.is_some() {
                // What it said last is read by now.
                std::thread::sleep(Duration::from_millis(100));
            }
            let next = {
                let told = self.told.lock().expect("no panic");
                let mut new = told.iter().enumerate().skip(self.read);
                new.find(|(_, l)| *l == wanted || l.starts_with(&format!("{wanted} ")))
                    .map(|(n, l)| (n, l.clone()))
            };
            if let Some((n, line)) = next {
                self.read = n + 1;
                return line;
            }
            if gone.is_some() || Instant::now() > end {
                panic!("no `{wanted}` ({gone:?}):\n{}", self.output());
            }
            std::thread::sleep(Duration::from_millis(10));
        }
    }

    fn output(&self) -> String {
        self.told.lock().expect("no panic").join("\n")
    }
}

impl Drop for Browser {
    fn drop(&mut self) {
        // It ends its browser when its input ends or at this signal.
        if let Some(pid) = rustix::process::Pid::from_raw(self.child.id() as i32) {
            let _ = rustix::process::kill_process(pid, rustix::process::Signal::TERM);
        }
        let _ = self.child.wait();
    }
}

fn collect(from: impl std::io::Read + Send + 'static, told: &Arc<Mutex<Vec<String>>>) {
    use std::io::{BufRead, BufReader};
    let told = Arc::clone(told);
    std::thread::spawn(move || {
        for line in BufReader::new(from).lines().map_while(Result::ok) {
            told.lock().expect("no panic").push(line);
        }
    });
}
