//! sipp (Debian `sip-tester`) as a phone: scenarios in `tests/sipp`.

use std::net::SocketAddr;
use std::path::Path;
use std::process::Command;
use std::time::Duration;

use super::process::Process;

/// A sipp run.
pub struct Sipp {
    process: Process,
    folder: tempfile::TempDir,
}

impl Sipp {
    /// Starts a scenario as the side that calls: `calls` calls to `service` at `rate` a second.
    pub fn call(scenario: &str, server: SocketAddr, service: &str, calls: u32, rate: u32) -> Sipp {
        Sipp::start(
            scenario,
            &[
                "-s",
                service,
                "-m",
                &calls.to_string(),
                "-r",
                &rate.to_string(),
                "-l",
                &calls.to_string(),
                &server.to_string(),
            ],
        )
    }

    /// Starts a scenario as the side that calls, again and again, with so many calls at a time.
    pub fn crowd(scenario: &str, server: SocketAddr, service: &str, calls: u32, rate: u32) -> Sipp {
        let (calls, rate) = (calls.to_string(), rate.to_string());
        let server = server.to_string();
        Sipp::start(
            scenario,
            &["-s", service, "-l", &calls, "-r", &rate, &server],
        )
    }

    /// Starts a scenario as the side that is called, on this port.
    pub fn answer(scenario: &str, port: u16, calls: u32) -> Sipp {
        Sipp::start(
            scenario,
            &["-p", &port.to_string(), "-m", &calls.to_string()],
        )
    }

    fn start(scenario: &str, args: &[&str]) -> Sipp {
        let folder = super::scratch("sipp");
        let file = Path::new(env!("CARGO_MANIFEST_DIR"))
            .join("tests/sipp")
            .join(format!("{scenario}.xml"));
        let process = Process::start(
            Command::new("sipp")
                .args(["-nostdin", "-i", "127.0.0.1", "-mi", "127.0.0.1"])
                .args(["-timeout", "60s", "-timeout_error", "-trace_err"])
                .args(["-trace_msg", "-message_file", "messages.log"])
                .args(["-error_file", "errors.log", "-sf"])
                .arg(file)
                .args(args)
                .current_dir(folder.path()),
        );
        Sipp { process, folder }
    }

    /// Waits for the end; every call must have gone as the scenario says.
    #[track_caller]
    pub fn done(mut self) {
        let status = self.process.wait(Duration::from_secs(70));
        if !status.success() {
            let read =
                |n: &str| std::fs::read_to_string(self.folder.path().join(n)).unwrap_or_default();
            panic!(
                "sipp: {status}\n{}\n{}",
                read("errors.log"),
                read("messages.log")
            );
        }
    }
}
