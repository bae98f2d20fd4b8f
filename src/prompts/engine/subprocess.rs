//! Runs a program that speaks: bounded in time and in what it may write.

use std::ffi::OsString;
use std::path::Path;
use std::process::Stdio;
use std::time::Duration;

use rustix::process::{Pid, Resource, Rlimit, Signal, kill_process_group, prlimit};
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWriteExt};
use tokio::process::Command;

use super::{EngineError, MAX_SOUND};
use crate::menu::spoken::words;

/// Octets of its complaints that are shown.
const MAX_COMPLAINT: usize = 300;

/// What is run.
pub(super) struct Run<'a> {
    pub program: &'a Path,
    pub arguments: &'a [OsString],
    pub input: &'a str,
    pub limit: Duration,
    /// The sound goes into a file, which must have a bound as well.
    pub writes_file: bool,
}

/// Starts the program, writes `input` to it and gives back what it wrote. The text goes by this
/// way or in a file, never as an argument: then it can be no option.
///
/// # Errors
/// [`EngineError`]; the program, and what it may have started, is gone.
pub(super) async fn run(run: Run<'_>) -> Result<Vec<u8>, EngineError> {
    let Run { program, limit, .. } = run;
    let mut command = Command::new(program);
    command
        .args(run.arguments)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        // A group of its own, so that all of it can be ended.
        .process_group(0)
        .kill_on_drop(true);
    // Settings may hold passwords, which are none of its business.
    for (name, _) in std::env::vars_os() {
        if name.to_string_lossy().starts_with("ZEROLINE_") {
            command.env_remove(name);
        }
    }
    let mut child = command.spawn().map_err(|e| match e.kind() {
        std::io::ErrorKind::NotFound => EngineError::NotInstalled(program.to_owned()),
        _ => EngineError::Failed(format!("{}: {e}", program.display())),
    })?;
    let group = Group(
        child
            .id()
            .and_then(|id| Pid::from_raw(i32::try_from(id).ok()?)),
    );
    if run.writes_file {
        group.bound_files();
    }
    let (stdin, stdout, stderr) = (child.stdin.take(), child.stdout.take(), child.stderr.take());
    let work = async {
        let feed = async {
            if let Some(mut stdin) = stdin {
                // A program that does not want to hear more is judged by what it gives.
                let _ = stdin.write_all(run.input.as_bytes()).await;
                let _ = stdin.shutdown().await;
            }
        };
        let ((), sound, complaint) = tokio::join!(feed, all(stdout), complaint(stderr));
        let status = child.wait().await;
        (sound, complaint, status)
    };
    let timed = tokio::time::timeout(limit, work).await;
    let (sound, complaint, status) = timed.map_err(|_| EngineError::Slow(limit))?;
    let broken = |e: std::io::Error| EngineError::Failed(e.to_string());
    let (sound, status) = (sound.map_err(broken)?, status.map_err(broken)?);
    if sound.len() > MAX_SOUND {
        return Err(EngineError::Large(MAX_SOUND));
    }
    if !status.success() {
        let name = program.display();
        return Err(EngineError::Failed(match complaint.as_str() {
            "" => format!("{name}: {status}"),
            said => format!("{name}: {status}: {said}"),
        }));
    }
    Ok(sound)
}

/// The processes of one run. Dropped, they are ended, by their own number only.
struct Group(Option<Pid>);

impl Group {
    fn bound_files(&self) {
        let most = Some(MAX_SOUND as u64);
        let limit = Rlimit {
            current: most,
            maximum: most,
        };
        // It may have ended already; then it writes nothing more.
        let _ = prlimit(self.0, Resource::Fsize, limit);
    }
}

impl Drop for Group {
    fn drop(&mut self) {
        if let Some(group) = self.0 {
            // Usually nobody is left.
            let _ = kill_process_group(group, Signal::KILL);
        }
    }
}

async fn all(from: Option<impl AsyncRead + Unpin>) -> std::io::Result<Vec<u8>> {
    let mut read = Vec::new();
    if let Some(from) = from {
        // At the bound reading stops and the pipe closes, which ends most programs.
        let mut from = from.take(MAX_SOUND as u64 + 1);
        from.read_to_end(&mut read).await?;
    }
    Ok(read)
}

/// The beginning of what it complains, on one line; all of it is read, so that it never waits.
async fn complaint(from: Option<impl AsyncRead + Unpin>) -> String {
    let mut kept = Vec::new();
    let mut part = [0; 1024];
    if let Some(mut from) = from {
        while let Ok(n @ 1..) = from.read(&mut part).await {
            let room = MAX_COMPLAINT.saturating_sub(kept.len());
            kept.extend_from_slice(part.get(..n.min(room)).unwrap_or_default());
        }
    }
    words(&String::from_utf8_lossy(&kept))
}
