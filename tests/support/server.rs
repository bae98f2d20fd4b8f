//! The real `zeroline` program on loopback, with its settings, menus and prompts in a folder
//! of its own.

use std::fmt::Write as _;
use std::io::{Read, Write as _};
use std::net::{IpAddr, Ipv4Addr, SocketAddr, TcpStream};
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::{Duration, Instant};

use tokio_rustls::rustls::pki_types::CertificateDer;

use super::audio::{self, Law};
use super::peer::{Codec, Gathering};
use super::phone::Phone;
use super::ports;
use super::process::Process;

/// The prompt that callers hear first, on the line 100: made so that µ-law does not change it.
pub const GREETING: f64 = 4.0;

/// How a test wants its server.
pub struct Setup {
    ip: IpAddr,
    tls: bool,
    agents: String,
    queue: String,
    extra: String,
    api: String,
    files: Vec<(String, Vec<u8>)>,
    env: Vec<(String, String)>,
    demo: Option<SocketAddr>,
    everywhere: bool,
    legs: u16,
}

/// Agents `agent1` to `agent3`, who register with the password `secret`; the queue `support`
/// rings for 5 s and leaves no time between calls; line 100.
pub fn server() -> Setup {
    Setup {
        ip: Ipv4Addr::LOCALHOST.into(),
        tls: false,
        agents: "[[agents]]\nid = \"agent1..agent3\"\npassword = \"secret\"\n".into(),
        queue: "ring_for = \"5s\"\nwrap_up = \"0s\"\n".into(),
        extra: String::new(),
        api: String::new(),
        files: Vec::new(),
        env: Vec::new(),
        demo: None,
        everywhere: false,
        legs: 200,
    }
}

impl Setup {
    /// On `::1`.
    pub fn ipv6(mut self) -> Setup {
        self.ip = std::net::Ipv6Addr::LOCALHOST.into();
        self
    }

    /// With a TLS listener and a certificate of its own making.
    pub fn tls(mut self) -> Setup {
        self.tls = true;
        self
    }

    /// With an API for other machines: by HTTPS, with a certificate that the server makes.
    pub fn everywhere(mut self) -> Setup {
        self.everywhere = true;
        self
    }

    /// With ports for so many legs at a time.
    pub fn room_for(mut self, legs: u16) -> Setup {
        self.legs = legs;
        self
    }

    /// Agents that need not register: as many as said, all at this address.
    pub fn static_agents(mut self, n: usize, at: SocketAddr) -> Setup {
        self.agents =
            format!("[[agents]]\nid = \"agent001..agent{n:03}\"\ncontact = \"sip:{{id}}@{at}\"\n");
        self
    }

    /// Agents whose password the server knows by its MD5 sum only.
    pub fn md5_agents(mut self) -> Setup {
        let agent = |user: &str| {
            let ha1 = super::digest::ha1(super::digest::Algorithm::Md5, user, "zeroline", "secret");
            format!("[[agents]]\nid = \"{user}\"\nha1_md5 = \"{ha1}\"\n")
        };
        self.agents = ["agent1", "agent2"].map(agent).concat();
        self
    }

    /// `[[agents]]` in place of the usual ones; their password is `secret`.
    pub fn agents(mut self, toml: &str) -> Setup {
        self.agents = toml.to_owned();
        self
    }

    /// Settings of the queue in place of the usual ones.
    pub fn queue(mut self, toml: &str) -> Setup {
        self.queue = format!("{toml}\n");
        self
    }

    /// Further sections.
    pub fn with(mut self, toml: &str) -> Setup {
        self.extra.push_str(toml);
        self.extra.push('\n');
        self
    }

    /// Further settings of the API.
    pub fn api(mut self, toml: &str) -> Setup {
        self.api.push_str(toml);
        self.api.push('\n');
        self
    }

    /// A file of its folder, in place of the usual one.
    pub fn file(mut self, path: &str, bytes: impl Into<Vec<u8>>) -> Setup {
        self.files.push((path.to_owned(), bytes.into()));
        self
    }

    /// A recording of its prompt folder: `en/NAME`.
    pub fn prompt(self, name: &str, pcm: &[i16]) -> Setup {
        let bytes = wav(pcm);
        self.file(&format!("prompts/{name}.wav"), bytes)
    }

    /// A variable of its environment.
    pub fn env(mut self, name: &str, value: &str) -> Setup {
        self.env.push((name.to_owned(), value.to_owned()));
        self
    }

    /// With the built-in line and prompts, and its web service on a port of its own, in PCMU.
    pub fn demo(mut self) -> Setup {
        let service = ports::free(self.ip);
        self.demo = Some(service);
        self.legs = 400;
        self.with(&format!("[demo]\nservice = \"{service}\""))
    }

    /// Writes the folder and starts the program.
    #[track_caller]
    pub fn start(self) -> Server {
        let folder = super::scratch("server");
        let [sip, sips, http, api] = [(); 4].map(|()| ports::free(self.ip));
        let folder_of = folder.path();
        let trusted = self.write(folder_of, sip, sips, http);
        let mut toml = std::fs::read_to_string(folder_of.join("zeroline.toml")).expect("scratch");
        let listen = match self.everywhere {
            true => SocketAddr::from((Ipv4Addr::UNSPECIFIED, api.port())),
            false => api,
        };
        write!(toml, "[api]\nlisten = \"{listen}\"\n{}", self.api).expect("a String");
        std::fs::write(folder_of.join("zeroline.toml"), toml).expect("scratch");
        let mut server = Server {
            process: run(folder.path(), &self.env),
            folder,
            env: self.env,
            sip,
            sips,
            http,
            api,
            service: self.demo,
            trusted,
        };
        server.wait_ready();
        server
    }

    /// Writes settings, menus and prompts; the certificate, if there is one.
    pub fn write(
        &self,
        folder: &Path,
        sip: SocketAddr,
        sips: SocketAddr,
        http: SocketAddr,
    ) -> Option<CertificateDer<'static>> {
        let at = |name: &str| folder.join(name);
        let tls = if self.tls {
            format!(", \"tls:{sips}\"")
        } else {
            String::new()
        };
        let mut config = format!("[sip]\nlisten = [\"udp:{sip}\", \"tcp:{sip}\"{tls}]\n");
        let mut trusted = None;
        if self.tls {
            let names = vec![self.ip.to_string(), "localhost".to_owned()];
            let made = rcgen::generate_simple_self_signed(names).expect("a certificate");
            std::fs::write(at("cert.pem"), made.cert.pem()).expect("scratch");
            std::fs::write(at("key.pem"), made.signing_key.serialize_pem()).expect("scratch");
            trusted = Some(made.cert.der().clone());
            config.push_str("[sip.tls]\ncert = \"cert.pem\"\nkey = \"key.pem\"\n");
        }
        let (first, last) = ports::media(self.legs.div_ceil(200));
        let (codecs, menus, prompts) = if self.demo.is_some() {
            ("codecs = [\"pcmu\"]\n", "", "")
        } else {
            ("", "[lines]\ndir = \"menus\"\n", "dir = \"prompts\"\n")
        };
        write!(
            config,
            "[media]\nports = \"{first}-{last}\"\nthreads = 1\nrealtime = false\n{codecs}\
             {menus}[prompts]\n{prompts}cache = \"{}\"\n[store]\ndir = \"data\"\n\
             [http]\nlisten = \"{http}\"\n{}[[queues]]\nname = \"support\"\n{}{}",
            // What took long to encode is shared by all servers of the tests.
            concat!(env!("CARGO_TARGET_TMPDIR"), "/prompts"),
            self.extra,
            self.queue,
            self.agents
        )
        .expect("a String takes everything");
        std::fs::write(at("zeroline.toml"), config).expect("scratch");
        std::fs::create_dir_all(at("menus")).expect("scratch");
        if self.demo.is_none() {
            std::fs::write(at("menus/main.yaml"), include_str!("main.yaml")).expect("scratch");
            std::fs::write(at("menus/alaw.yaml"), include_str!("alaw.yaml")).expect("scratch");
        }
        std::fs::create_dir_all(at("prompts/en")).expect("scratch");
        write_wav(&at("prompts/en/greeting.wav"), &greeting());
        write_wav(&at("prompts/en/greeting-a.wav"), &greeting_a());
        write_wav(&at("prompts/en/info.wav"), &audio::sine(500.0, 6000.0, 2.0));
        for (path, bytes) in &self.files {
            let folder = at(path).parent().map(std::fs::create_dir_all);
            folder.transpose().expect("scratch");
            std::fs::write(at(path), bytes).expect("scratch");
        }
        trusted
    }
}

/// What the greeting of line 100 sounds like.
pub fn greeting() -> Vec<i16> {
    audio::exact(Law::Mu, GREETING, 7)
}

/// What the greeting of line 101 sounds like.
pub fn greeting_a() -> Vec<i16> {
    audio::exact(Law::A, GREETING, 8)
}

/// A running server.
pub struct Server {
    process: Process,
    folder: tempfile::TempDir,
    env: Vec<(String, String)>,
    /// UDP and TCP.
    pub sip: SocketAddr,
    /// TLS, if asked for.
    pub sips: SocketAddr,
    /// Metrics and health.
    pub http: SocketAddr,
    /// The API.
    pub api: SocketAddr,
    /// The demo line's web service.
    pub service: Option<SocketAddr>,
    trusted: Option<CertificateDer<'static>>,
}

impl Server {
    /// A phone on UDP.
    pub fn phone(&self, user: &str) -> Phone {
        Phone::udp(user, self.sip)
    }

    /// A phone in a page.
    pub fn page(&self, user: &str) -> Phone {
        Phone::page(user, self.api)
    }

    /// A phone in a page whose voice is by the crate `webrtc`.
    pub fn peer(&self, user: &str, codecs: &[Codec]) -> Phone {
        Phone::peer(user, self.api, codecs, Gathering::Full)
    }

    /// A phone on TLS that trusts the server's certificate.
    pub fn tls_phone(&self, user: &str) -> Phone {
        let trusted = self.trusted.clone().expect("a server with TLS");
        Phone::tls(user, self.sips, trusted)
    }

    /// The file of the certificate that it shows.
    pub fn certificate(&self) -> PathBuf {
        self.folder.path().join("cert.pem")
    }

    /// An agent's phone on UDP, signed in.
    #[track_caller]
    pub fn agent(&self, user: &str) -> Phone {
        let mut p = self.phone(user);
        let status = p.register("secret", super::digest::Algorithm::Sha256);
        assert_eq!(status, 200, "{}", p.transcript());
        p
    }

    /// Where it keeps things.
    pub fn data(&self) -> PathBuf {
        self.folder.path().join("data")
    }

    /// The messages that callers left.
    pub fn messages(&self) -> Vec<PathBuf> {
        let mut found = Vec::new();
        let mut folders = vec![self.data()];
        while let Some(f) = folders.pop() {
            for e in std::fs::read_dir(f).into_iter().flatten().flatten() {
                let path = e.path();
                if path.is_dir() {
                    folders.push(path);
                } else if path.extension().is_some_and(|x| x == "wav") {
                    found.push(path);
                }
            }
        }
        found
    }

    /// What `zeroline` with these arguments prints, run beside the server on the same settings.
    #[track_caller]
    pub fn command(&self, args: &[&str]) -> String {
        let mut p = Process::start(
            Command::new(env!("CARGO_BIN_EXE_zeroline"))
                .args(args)
                .envs(self.env.iter().cloned())
                .current_dir(self.folder.path()),
        );
        let status = p.wait(Duration::from_secs(20));
        assert!(status.success(), "{args:?}: {status}\n{}", p.output());
        p.output()
    }

    /// The answer to GET: status and body.
    pub fn get(&self, path: &str) -> Option<(u16, String)> {
        get(self.http, path)
    }

    /// The server's program.
    pub fn process(&mut self) -> &mut Process {
        &mut self.process
    }

    /// Everything that it has printed.
    pub fn output(&self) -> String {
        self.process.output()
    }

    /// Resident memory, KiB.
    pub fn memory(&self) -> u64 {
        let status = std::fs::read_to_string(format!("/proc/{}/status", self.process.id()));
        let line = |s: String| {
            s.lines()
                .find(|l| l.starts_with("VmRSS"))
                .map(str::to_owned)
        };
        let words = status.ok().and_then(line).unwrap_or_default();
        words
            .split_whitespace()
            .nth(1)
            .and_then(|n| n.parse().ok())
            .unwrap_or(0)
    }

    /// kill -9, then the same again in the same folder.
    #[track_caller]
    pub fn crash_and_restart(&mut self) {
        self.process.kill();
        self.process = run(self.folder.path(), &self.env);
        self.wait_ready();
    }

    #[track_caller]
    fn wait_ready(&mut self) {
        // Ready is who answers and says so: the way of the command line opens after SIP. Several
        // encode their prompts at the same time.
        let end = Instant::now() + Duration::from_secs(60);
        let probe = super::wire::Wire::udp(self.sip);
        let mut phone = Phone::on("probe", self.sip, probe);
        let ready = |p: &Process| p.output().lines().any(|l| l == "ready");
        while !phone.answers_options() || !ready(&self.process) {
            if !self.process.runs() || Instant::now() > end {
                std::thread::sleep(Duration::from_millis(100));
                panic!("the server does not come up:\n{}", self.process.output());
            }
            std::thread::sleep(Duration::from_millis(10));
        }
    }
}

/// The answer to GET there: status and body.
pub fn get(at: SocketAddr, path: &str) -> Option<(u16, String)> {
    let mut s = TcpStream::connect_timeout(&at, Duration::from_secs(1)).ok()?;
    s.set_read_timeout(Some(Duration::from_secs(5))).ok()?;
    write!(
        s,
        "GET {path} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n"
    )
    .ok()?;
    let mut answer = String::new();
    s.read_to_string(&mut answer).ok()?;
    let status = answer.split(' ').nth(1)?.parse().ok()?;
    let body = answer.split_once("\r\n\r\n")?.1.to_owned();
    Some((status, body))
}

fn run(folder: &Path, env: &[(String, String)]) -> Process {
    Process::start(
        Command::new(env!("CARGO_BIN_EXE_zeroline"))
            .arg("serve")
            .env("NO_COLOR", "1")
            .envs(env.iter().cloned())
            .current_dir(folder),
    )
}

/// Writes a WAV file, 8 kHz mono.
pub fn write_wav(path: &Path, pcm: &[i16]) {
    std::fs::write(path, wav(pcm)).expect("scratch");
}

/// A WAV file, 8 kHz mono.
fn wav(pcm: &[i16]) -> Vec<u8> {
    let spec = hound::WavSpec {
        channels: 1,
        sample_rate: 8000,
        bits_per_sample: 16,
        sample_format: hound::SampleFormat::Int,
    };
    let mut bytes = std::io::Cursor::new(Vec::new());
    let mut w = hound::WavWriter::new(&mut bytes, spec).expect("memory");
    for &s in pcm {
        w.write_sample(s).expect("memory");
    }
    w.finalize().expect("memory");
    bytes.into_inner()
}
