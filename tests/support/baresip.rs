//! baresip, a real softphone: registered over its account, driven over its control port,
//! its microphone a file, what it hears written to a file.

use std::io::{Read, Write};
use std::net::{Ipv4Addr, SocketAddr, TcpStream};
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::OnceLock;
use std::time::{Duration, Instant};

use super::ports;
use super::process::Process;

/// One softphone.
pub struct Baresip {
    process: Process,
    folder: tempfile::TempDir,
    control: TcpStream,
    /// Its console: what is written there counts as typed.
    keys: TcpStream,
    /// Where it listens for SIP.
    pub sip: SocketAddr,
}

/// How a softphone is set up.
pub struct Setup {
    /// User part of its address.
    pub user: String,
    /// The server, with which it registers when there is a password.
    pub server: SocketAddr,
    /// Password, if it is to register.
    pub password: Option<String>,
    /// The tone that it says, Hz.
    pub tone: f64,
    /// Codecs in order, e.g. `PCMU` or `opus/48000/2`.
    pub codecs: String,
    /// Answer calls by itself.
    pub auto_answer: bool,
    /// The certificate that the server must show: SIP goes by TLS then, and voice is encrypted or
    /// not at all.
    pub trusted: Option<PathBuf>,
}

impl Setup {
    /// A phone that speaks G.711.
    pub fn new(user: &str, server: SocketAddr) -> Setup {
        Setup {
            user: user.into(),
            server,
            password: None,
            tone: 440.0,
            codecs: "PCMU".into(),
            auto_answer: false,
            trusted: None,
        }
    }
}

impl Baresip {
    /// Starts it and waits until it can be driven (and has registered).
    #[track_caller]
    pub fn start(setup: &Setup) -> Baresip {
        let folder = super::scratch("baresip");
        let [sip, control, keys] = [(); 3].map(|()| ports::free(Ipv4Addr::LOCALHOST.into()));
        let (control_port, keys_port) = (control.port(), keys.port());
        std::fs::write(
            folder.path().join("config"),
            config(sip, control_port, keys_port, setup.trusted.as_deref()),
        )
        .expect("scratch");
        std::fs::write(folder.path().join("accounts"), account(setup)).expect("scratch");
        std::fs::write(folder.path().join("contacts"), "").expect("scratch");
        // Its file player does not resample.
        let (rate, channels) = match setup.codecs.split('/').next() {
            Some("G722") => (16_000, 1),
            Some("opus") => (48_000, 2),
            Some(_) | None => (8000, 1),
        };
        write_tone(folder.path().join("tone.wav"), setup.tone, rate, channels);
        let mut process = Process::start(
            Command::new("baresip")
                .arg("-f")
                .arg(folder.path())
                .args(["-t", "120", "-v"])
                .current_dir(folder.path()),
        );
        process.wait_line("baresip is ready", Duration::from_secs(10));
        let control = connect(control_port);
        let keys = connect(keys_port);
        if setup.password.is_some() {
            process.wait_line("200 OK", Duration::from_secs(10));
        }
        Baresip {
            process,
            folder,
            control,
            keys,
            sip,
        }
    }

    /// Dials a SIP address and waits until the call stands.
    #[track_caller]
    pub fn dial(&mut self, uri: &str) {
        self.command("dial", uri);
        self.wait_line("Call established");
    }

    /// Presses keys, one after the other.
    pub fn press(&mut self, keys: &str) {
        let mut typed = |byte: u8, ms| {
            self.keys.write_all(&[byte]).expect("baresip's console");
            std::thread::sleep(Duration::from_millis(ms));
        };
        for key in keys.chars() {
            typed(key as u8, 150);
            // A console does not tell when a key is let go: until then baresip goes on with it.
            typed(4, 100);
        }
    }

    /// Waits for the incoming call and takes it.
    #[track_caller]
    pub fn answer(&mut self) {
        self.wait_line("Incoming call");
        self.command("accept", "");
        self.wait_line("Call established");
    }

    /// Ends the call.
    pub fn hang_up(&mut self) {
        self.command("hangup", "");
    }

    /// Waits until it prints this.
    #[track_caller]
    pub fn wait_line(&mut self, text: &str) -> String {
        self.process.wait_line(text, Duration::from_secs(10))
    }

    /// What it printed.
    pub fn output(&self) -> String {
        self.process.output()
    }

    /// What it has heard in its calls, 8 kHz; complete when the call is over.
    pub fn heard(&self) -> Vec<i16> {
        let dumps = std::fs::read_dir(self.folder.path())
            .expect("scratch")
            .flatten()
            .map(|e| e.path())
            .filter(|p| p.to_string_lossy().ends_with("-dec.wav"));
        dumps
            .flat_map(|p| {
                let mut wav = hound::WavReader::open(&p).expect("baresip's WAV");
                let step =
                    (wav.spec().sample_rate / 8000).max(1) as usize * wav.spec().channels as usize;
                wav.samples::<i16>()
                    .flatten()
                    .step_by(step)
                    .collect::<Vec<_>>()
            })
            .collect()
    }

    /// What it heard in this long up to now, 8 kHz: in mid-call, where it speaks G.711.
    pub fn lately(&self, time: Duration) -> Vec<i16> {
        let dumps = std::fs::read_dir(self.folder.path()).expect("scratch");
        let dumps = dumps.flatten().map(|e| e.path());
        let last = dumps
            .filter(|p| p.to_string_lossy().ends_with("-dec.wav"))
            .max_by_key(|p| p.metadata().and_then(|m| m.modified()).ok());
        let bytes = last.and_then(|p| std::fs::read(p).ok()).unwrap_or_default();
        // Its length is in the head when the call is over, not before.
        let (samples, _) = bytes.get(44..).unwrap_or_default().as_chunks::<2>();
        let wanted = time.as_millis() as usize * 8;
        let samples = &samples[samples.len().saturating_sub(wanted)..];
        samples.iter().map(|s| i16::from_le_bytes(*s)).collect()
    }

    /// A command by the control port, with its parameters.
    pub fn command(&mut self, command: &str, params: &str) {
        let json = format!("{{\"command\":\"{command}\",\"params\":\"{params}\",\"token\":\"t\"}}");
        let netstring = format!("{}:{json},", json.len());
        self.control
            .write_all(netstring.as_bytes())
            .expect("baresip's control port");
        // Its answer is of no interest, but must not fill the pipe.
        let mut sink = [0; 4096];
        let _ = self
            .control
            .set_read_timeout(Some(Duration::from_millis(50)));
        let _ = self.control.read(&mut sink);
    }
}

fn connect(port: u16) -> TcpStream {
    let address = SocketAddr::from(([127, 0, 0, 1], port));
    let end = Instant::now() + Duration::from_secs(5);
    loop {
        match TcpStream::connect(address) {
            Ok(c) => return c,
            Err(e) if Instant::now() > end => panic!("baresip's port {port}: {e}"),
            Err(_) => std::thread::sleep(Duration::from_millis(20)),
        }
    }
}

fn account(s: &Setup) -> String {
    let auth = s.password.as_deref().map_or("regint=0".into(), |p| {
        format!("auth_user={};auth_pass={p};regint=300", s.user)
    });
    let mode = if s.auto_answer { "auto" } else { "manual" };
    let (transport, encrypted) = match s.trusted {
        Some(_) => (";transport=tls", ";mediaenc=srtp-mand"),
        None => ("", ""),
    };
    format!(
        "<sip:{}@{}{transport}>;{auth};answermode={mode};audio_codecs={}{encrypted}\n",
        s.user, s.server, s.codecs
    )
}

fn config(sip: SocketAddr, control: u16, keys: u16, trusted: Option<&Path>) -> String {
    let module = |m: &&str| format!("module {m}.so\n");
    let modules: String = ["g711", "g722", "opus", "aufile", "sndfile", "srtp"]
        .iter()
        .map(module)
        .collect();
    let apps: String = ["account", "menu", "ctrl_tcp", "cons"]
        .iter()
        .map(|m| format!("module_app {m}.so\n"))
        .collect();
    let path = module_path();
    let trusted = trusted.map_or(String::new(), |file| {
        format!("sip_cafile {}\n", file.display())
    });
    format!(
        "sip_listen {sip}\nctrl_tcp_listen 127.0.0.1:{control}\ncons_listen 127.0.0.1:{keys}\n\
         audio_source aufile,tone.wav\naudio_player aufile,played.wav\naudio_alert aufile,alert.wav\n\
         snd_path .\nrtp_stats no\nrtp_ports 31600-32766\njitter_buffer_delay 2-5\nnet_interface 127.0.0.1\n{trusted}{path}\n{modules}{apps}"
    )
}

/// The line of the configuration that says where the modules lie: baresip writes one with it
/// when there is none.
fn module_path() -> &'static str {
    static LINE: OnceLock<String> = OnceLock::new();
    LINE.get_or_init(|| {
        let folder = super::scratch("baresip-defaults");
        Process::start(
            Command::new("baresip")
                .args(["-t", "1", "-f"])
                .arg(folder.path()),
        )
        .wait(Duration::from_secs(10));
        let config = std::fs::read_to_string(folder.path().join("config")).unwrap_or_default();
        let line = config.lines().find(|l| l.starts_with("module_path"));
        line.unwrap_or_else(|| panic!("no module_path in:\n{config}"))
            .to_owned()
    })
}

fn write_tone(path: PathBuf, hz: f64, rate: u32, channels: u16) {
    let spec = hound::WavSpec {
        channels,
        sample_rate: rate,
        bits_per_sample: 16,
        sample_format: hound::SampleFormat::Int,
    };
    let mut wav = hound::WavWriter::create(path, spec).expect("scratch");
    for s in super::audio::sine(hz * 8000.0 / f64::from(rate), 8000.0, 120.0) {
        for _ in 0..channels {
            wav.write_sample(s).expect("scratch");
        }
    }
    wav.finalize().expect("scratch");
}
