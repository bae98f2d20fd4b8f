//! A child process that can not outlive its test, with everything it printed.

use std::io::{BufRead, BufReader, Read};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

/// A running program.
pub struct Process {
    child: Child,
    lines: Arc<Mutex<Vec<String>>>,
    name: String,
}

impl Process {
    /// Starts it with stdin closed and its output captured.
    pub fn start(command: &mut Command) -> Process {
        let name = command.get_program().to_string_lossy().into_owned();
        let mut child = command
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap_or_else(|e| panic!("{name}: {e}; is it installed? `.ci/test` does that"));
        let lines = Arc::new(Mutex::new(Vec::new()));
        let out = child.stdout.take().expect("piped");
        let err = child.stderr.take().expect("piped");
        collect(out, lines.clone());
        collect(err, lines.clone());
        Process { child, lines, name }
    }

    /// Its process id.
    pub fn id(&self) -> u32 {
        self.child.id()
    }

    /// Everything it printed so far.
    pub fn output(&self) -> String {
        self.lines.lock().expect("no panic").join("\n")
    }

    /// Waits until it prints a line that holds `text`; the line.
    #[track_caller]
    pub fn wait_line(&mut self, text: &str, limit: Duration) -> String {
        let end = Instant::now() + limit;
        loop {
            let found = {
                let lines = self.lines.lock().expect("no panic");
                lines.iter().find(|l| l.contains(text)).cloned()
            };
            if let Some(line) = found {
                return line;
            }
            let gone = self.child.try_wait().ok().flatten();
            if gone.is_some() || Instant::now() > end {
                std::thread::sleep(Duration::from_millis(50));
                panic!(
                    "{}: no line with {text:?} ({gone:?}):\n{}",
                    self.name,
                    self.output()
                );
            }
            std::thread::sleep(Duration::from_millis(10));
        }
    }

    /// Waits for its end.
    #[track_caller]
    pub fn wait(&mut self, limit: Duration) -> ExitStatus {
        let end = Instant::now() + limit;
        loop {
            if let Ok(Some(status)) = self.child.try_wait() {
                self.hear_out();
                return status;
            }
            if Instant::now() > end {
                panic!(
                    "{}: still runs after {limit:?}:\n{}",
                    self.name,
                    self.output()
                );
            }
            std::thread::sleep(Duration::from_millis(10));
        }
    }

    /// What it said last may be on its way yet; a child of its own may hold the pipe open for ever.
    fn hear_out(&self) {
        let end = Instant::now() + Duration::from_secs(2);
        // Whoever reads from it holds the lines as well.
        while Arc::strong_count(&self.lines) > 1 && Instant::now() < end {
            std::thread::sleep(Duration::from_millis(5));
        }
    }

    /// Whether it runs.
    pub fn runs(&mut self) -> bool {
        matches!(self.child.try_wait(), Ok(None))
    }

    /// SIGTERM: it may tidy up.
    pub fn terminate(&mut self) {
        self.signal(rustix::process::Signal::TERM);
    }

    /// SIGHUP: it reads its menus anew.
    pub fn hang_up(&mut self) {
        self.signal(rustix::process::Signal::HUP);
    }

    fn signal(&mut self, signal: rustix::process::Signal) {
        if let Some(pid) = rustix::process::Pid::from_raw(self.child.id() as i32) {
            let _ = rustix::process::kill_process(pid, signal);
        }
    }

    /// SIGKILL: it may not.
    pub fn kill(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        self.kill();
        if std::thread::panicking() {
            eprintln!("--- {} printed:\n{}", self.name, self.output());
        }
    }
}

fn collect(from: impl Read + Send + 'static, lines: Arc<Mutex<Vec<String>>>) {
    std::thread::spawn(move || {
        for line in BufReader::new(from).lines().map_while(Result::ok) {
            lines.lock().expect("no panic").push(line);
        }
    });
}
