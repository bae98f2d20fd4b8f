//! Reads and checks all that the server is made of, before anything is started: settings, menus
//! and prompts. Edge: it reads files and the environment.

mod doubts;
pub mod drafts;
pub mod prompts;
pub mod rehearse;
pub mod shelf;
mod surveys;
mod tried;
mod voices;
pub mod walk;

use std::collections::BTreeMap;
use std::io::Write;
use std::net::SocketAddr;
use std::os::unix::fs::OpenOptionsExt;
use std::path::PathBuf;

use self::doubts::doubts;
pub use self::tried::Tried;
use crate::check::{self, Finding, report::Report};
use crate::cli::Options;
use crate::config::{self, AgentSecret, Config, Layers, Renewed, Secret};
use crate::ids::PromptName;
use crate::menu::load::{Lines, PromptFacts, load_all};
use crate::menu::mistake::Mistake;
use crate::menu::system;
use crate::prompts::{Encodings, PromptLibrary, embedded};
use crate::queue::action::OverflowStep;

/// The settings file where none is named.
const USUAL: &str = "zeroline.toml";
/// More menu files are refused.
const MAX_FILES: usize = 1000;

/// All that the server is made of, checked.
#[derive(Debug)]
pub struct Setup {
    /// The settings.
    pub config: Config,
    /// Where they came from.
    pub options: Options,
    /// Lines and prompts.
    pub menus: Menus,
    /// What the operator should know, although all of it loads; ready to print.
    pub warnings: Vec<String>,
}

/// What callers hear, and where their keys lead.
#[derive(Debug)]
pub struct Menus {
    /// The lines.
    pub lines: Lines,
    /// What was proven of them.
    pub reports: Vec<Report>,
    /// The prompts, encoded for the codecs of the settings.
    pub prompts: PromptLibrary,
    /// What is known about the prompts, by language.
    pub facts: check::Facts,
    /// What the operator should know, although all of it loads; ready to print.
    pub warnings: Vec<String>,
}

/// What it is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Purpose {
    /// To serve: prompts are encoded, the demo's password is made if there is none.
    Serve,
    /// To check only: nothing is written.
    Check,
}

/// Reads and checks everything.
///
/// # Errors
/// Every mistake in settings, menus and prompts, ready to print.
pub fn load(options: &Options, purpose: Purpose) -> Result<Setup, Vec<String>> {
    let (config, mistakes) = read_settings(options)?;
    let mut told: Vec<String> = mistakes.iter().map(ToString::to_string).collect();
    let Some(mut config) = config else {
        return Err(told);
    };
    let menus = read_all(&config, purpose, &mut told);
    if told.is_empty() && config.demo && purpose == Purpose::Serve {
        told.extend(give_demo_password(&mut config).err());
    }
    if !told.is_empty() {
        return Err(told);
    }
    let mut warnings = menus.warnings.clone();
    warnings.extend(doubts(&config, &menus.lines));
    Ok(Setup {
        config,
        options: options.clone(),
        menus,
        warnings,
    })
}

/// What a running server takes anew.
#[derive(Debug)]
pub struct Anew {
    /// The settings that it goes by from now on.
    pub config: Config,
    /// Sections of the settings that are other ones by now, and change at the next start.
    pub at_start: Vec<&'static str>,
    /// Lines and prompts.
    pub menus: Menus,
    /// What the operator should know, although all of it loads; ready to print.
    pub warnings: Vec<String>,
}

/// Reads settings, menus, calendars and prompts of a running server anew, and proves them together.
///
/// # Errors
/// Every mistake in them, ready to print.
pub fn anew(options: &Options, running: &Config) -> Result<Anew, Vec<String>> {
    let (config, mistakes) = read_settings(options)?;
    let mut told: Vec<String> = mistakes.iter().map(ToString::to_string).collect();
    let Some(config) = config else {
        return Err(told);
    };
    let Renewed {
        mut config,
        at_start,
        mistakes,
    } = config::renewed(running, config);
    told.extend(mistakes);
    let menus = read_all(&config, Purpose::Serve, &mut told);
    if told.is_empty() && config.demo {
        told.extend(give_demo_password(&mut config).err());
    }
    if !told.is_empty() {
        return Err(told);
    }
    let mut warnings = menus.warnings.clone();
    warnings.extend(doubts(&config, &menus.lines));
    Ok(Anew {
        config,
        at_start,
        menus,
        warnings,
    })
}

/// Reads and proves menus, calendars and prompts by these settings.
fn menus(config: &Config) -> Result<Menus, Vec<String>> {
    let mut told = Vec::new();
    let menus = read_all(config, Purpose::Serve, &mut told);
    if told.is_empty() {
        Ok(menus)
    } else {
        Err(told)
    }
}

/// Mistakes are told; prompts are made and encoded only while there is none.
fn read_all(config: &Config, purpose: Purpose, told: &mut Vec<String>) -> Menus {
    let cache = config.prompts.cache.as_path();
    let made = match purpose {
        Purpose::Serve if told.is_empty() => {
            Some(Encodings::from(config.media.codecs.as_slice()).kept_in(cache))
        }
        Purpose::Serve | Purpose::Check => None,
    };
    let files = read_menus(config, told);
    let read = read_files(config, &files, made);
    told.extend(read.told);
    told.extend(read.mistakes.iter().map(ToString::to_string));
    told.extend(read.findings.iter().map(ToString::to_string));
    read.menus
}

/// What menu files came to.
struct Read {
    menus: Menus,
    /// What is wrong in no one file.
    told: Vec<String>,
    /// What does not load.
    mistakes: Vec<Mistake>,
    /// What breaks the promise.
    findings: Vec<Finding>,
    /// What loads, and is likely not meant.
    doubts: Vec<Mistake>,
}

fn read_files(config: &Config, files: &[(String, String)], made: Option<Encodings<'_>>) -> Read {
    let mut told = Vec::new();
    let (mut prompts, known) = voices::find(config, files, made, &mut told);
    told.extend(missing_prompts(
        config,
        prompts.facts(&config.prompts.language),
    ));
    let (lines, mistakes) = match load_all(pairs(files), &known) {
        Ok(lines) => (lines, Vec::new()),
        Err(mistakes) => (Lines::default(), mistakes),
    };
    if mistakes.is_empty() {
        told.extend(surveys::missing(config, &lines));
    }
    for (_, origin) in lines.with_origins() {
        for ((language, name), said) in &origin.texts {
            for words in said.iter().take(1) {
                prompts.say(language, name, words);
            }
        }
    }
    let checked = check::check(&lines, &known.prompts, &queues(config));
    let mut doubts = lines.warnings.clone();
    doubts.extend(checked.warnings);
    let mut warnings: Vec<String> = doubts.iter().map(ToString::to_string).collect();
    warnings.extend(prompts.doubts());
    Read {
        menus: Menus {
            lines,
            facts: known.prompts,
            reports: checked.reports,
            prompts,
            warnings,
        },
        told,
        mistakes,
        findings: checked.findings,
        doubts,
    }
}

/// The queues as the proof needs them.
pub fn queues(config: &Config) -> Vec<check::Queue> {
    let queues = config.queues.iter().map(|q| check::Queue {
        name: q.name.clone(),
        max_wait: q.max_wait,
        overflow: q
            .overflow
            .iter()
            .map(|step| match step {
                OverflowStep::Queue(to) => check::Overflow::Queue(to.clone()),
                OverflowStep::Outside(number) => check::Overflow::Outside(number.clone()),
                OverflowStep::Callback => check::Overflow::Callback,
                OverflowStep::Message => check::Overflow::Message,
            })
            .collect(),
    });
    queues.collect()
}

/// The settings alone: for commands that look into the store.
///
/// # Errors
/// Every mistake in the settings, ready to print.
pub fn settings(options: &Options) -> Result<Config, Vec<String>> {
    let (config, mistakes) = read_settings(options)?;
    match config {
        Some(config) if mistakes.is_empty() => Ok(config),
        Some(_) | None => Err(mistakes.iter().map(ToString::to_string).collect()),
    }
}

type Settings = (Option<Config>, Vec<config::Mistake>);

/// The file that is named for them; `None`: nobody named one.
fn named_file(options: &Options) -> Option<PathBuf> {
    let told = std::env::var_os("ZEROLINE_CONFIG").map(PathBuf::from);
    options.config.clone().or(told)
}

fn read_settings(options: &Options) -> Result<Settings, Vec<String>> {
    let path = match named_file(options) {
        Some(path) => Some(path),
        None => Some(PathBuf::from(USUAL)).filter(|p| p.exists()),
    };
    let file = match path {
        None => None,
        Some(path) => {
            let name = path.display().to_string();
            match std::fs::read_to_string(&path) {
                Ok(text) => Some((name, text)),
                Err(e) => {
                    let remedy = "name a settings file that can be read by --config";
                    return Err(vec![format!("{name}: can not be read: {e}; {remedy}")]);
                }
            }
        }
    };
    // An empty password is never accepted; `give_demo_password` replaces it.
    Ok(config::read(&layers(options, file), Secret::new("")))
}

/// With this file, its name and its text.
fn layers(options: &Options, file: Option<(String, String)>) -> Layers {
    let text = |s: std::ffi::OsString| s.into_string().ok();
    Layers {
        file,
        environment: std::env::vars_os()
            .filter_map(|(k, v)| Some((text(k)?, text(v)?)))
            .collect(),
        flags: options.flags(),
    }
}

/// Names and texts of menu files.
fn pairs(files: &[(String, String)]) -> impl Iterator<Item = (&str, &str)> {
    files
        .iter()
        .map(|(file, text)| (file.as_str(), text.as_str()))
}

/// The demo line, which asks its web service where that listens.
fn demo_menus(service: Option<SocketAddr>) -> Vec<(String, String)> {
    let owned = |(file, text): &(&str, &str)| {
        let text = match service {
            Some(at) => text.replace(embedded::DEMO_SERVICE, &at.to_string()),
            None => (*text).to_owned(),
        };
        ((*file).to_owned(), text)
    };
    embedded::DEMO.iter().map(owned).collect()
}

fn read_menus(config: &Config, told: &mut Vec<String>) -> Vec<(String, String)> {
    let Some(dir) = config.lines.dir.as_deref() else {
        return demo_menus(config.demo_service);
    };
    let shown = dir.display();
    let entries = match std::fs::read_dir(dir) {
        Ok(entries) => entries,
        Err(e) => {
            told.push(format!(
                "{shown}: can not be read: {e}; set lines.dir to your menu files"
            ));
            return Vec::new();
        }
    };
    let mut paths: Vec<PathBuf> = entries
        .flatten()
        .map(|e| e.path())
        .filter(|p| p.extension().is_some_and(|e| e == "yaml" || e == "yml"))
        .take(MAX_FILES)
        .collect();
    paths.sort();
    if paths.is_empty() {
        told.push(format!(
            "{shown}: no menu file (*.yaml) in here; write one, or leave lines.dir out"
        ));
    }
    let mut files = Vec::new();
    for path in paths {
        let name = path.display().to_string();
        match std::fs::read_to_string(&path) {
            Ok(text) => files.push((name, text)),
            Err(e) => told.push(format!(
                "{name}: can not be read: {e}; make it readable UTF-8"
            )),
        }
    }
    files
}

/// What the server itself and the queues say, with the name of who does.
fn said(config: &Config) -> impl Iterator<Item = (PromptName, &str)> {
    let own = system::all()
        .into_iter()
        .map(|name| (PromptName::new(name), "the server"));
    own.chain(config.queues.iter().flat_map(|q| {
        let comfort = q.comfort.iter().map(|c| &c.prompt);
        comfort
            .chain([&q.music])
            .map(|p| (p.clone(), q.name.as_str()))
    }))
}

/// What the queues and the server itself say must be there.
fn missing_prompts(config: &Config, facts: &BTreeMap<PromptName, PromptFacts>) -> Vec<String> {
    let language = &config.prompts.language;
    said(config)
        .filter(|(name, _)| !facts.contains_key(name))
        .map(|(name, of)| {
            format!(
                "prompts: `{name}`, which {of} needs, is missing; record it as \
                 {language}/{name}.wav in the prompt folder"
            )
        })
        .collect()
}

/// The password of the two demo agents: made once, kept in the data folder.
fn give_demo_password(config: &mut Config) -> Result<(), String> {
    let empty = Some(AgentSecret::Password(Secret::new("")));
    if config.agents.iter().all(|a| a.secret != empty) {
        return Ok(()); // chosen by demo.password
    }
    let path = config.store.dir.join("demo-password");
    let told = |e: std::io::Error| {
        format!(
            "{}: {e}; make the folder writable, or name another by --data",
            path.display()
        )
    };
    let password = match std::fs::read_to_string(&path) {
        Ok(text) if !text.trim().is_empty() => text.trim().to_owned(),
        Ok(_) | Err(_) => {
            // Letters and digits that can not be mistaken for each other.
            const ALPHABET: &[u8; 32] = b"abcdefghjkmnpqrstuvwxyz023456789";
            let pick = |b: u8| char::from(ALPHABET[usize::from(b & 31)]);
            let made: String = rand::random::<[u8; 12]>().into_iter().map(pick).collect();
            std::fs::create_dir_all(&config.store.dir).map_err(told)?;
            let mut file = std::fs::OpenOptions::new()
                .write(true)
                .create(true)
                .truncate(true)
                .mode(0o600)
                .open(&path)
                .map_err(told)?;
            writeln!(file, "{made}").map_err(told)?;
            made
        }
    };
    for agent in &mut config.agents {
        agent.secret = Some(AgentSecret::Password(Secret::new(password.clone())));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::*;
    use crate::sdp::plan::Codec;

    fn options(dir: &Path, more: &[(&str, &str)]) -> Options {
        Options {
            data: Some(dir.join("data")),
            set: more
                .iter()
                .map(|(k, v)| ((*k).to_owned(), (*v).to_owned()))
                .collect(),
            ..Options::default()
        }
    }

    #[test]
    fn the_demo_keeps_its_password_and_checking_writes_nothing() {
        let dir = tempfile::tempdir().unwrap();
        let options = options(dir.path(), &[("media.codecs", "pcmu")]);
        let checked = load(&options, Purpose::Check).unwrap();
        assert!(checked.config.demo && checked.warnings.is_empty());
        assert!(!dir.path().join("data").exists());
        let first = load(&options, Purpose::Serve).unwrap();
        let again = load(&options, Purpose::Serve).unwrap();
        assert_eq!(first.config.agents, again.config.agents);
        match &first.config.agents[0].secret {
            Some(AgentSecret::Password(p)) => assert_eq!(p.reveal().len(), 12),
            other => panic!("{other:?}"),
        }
        let music = PromptName::new(system::MUSIC);
        let moh = first.menus.prompts.get(&"en".into(), &music).unwrap();
        assert!(moh.encoded(Codec::Pcmu).is_some() && moh.encoded(Codec::Opus).is_none());
    }

    #[test]
    fn a_chosen_demo_password_is_used() {
        let dir = tempfile::tempdir().unwrap();
        let options = options(
            dir.path(),
            &[("demo.password", "open sesame"), ("media.codecs", "pcmu")],
        );
        let setup = load(&options, Purpose::Serve).unwrap();
        let chosen = AgentSecret::Password(Secret::new("open sesame"));
        assert_eq!(setup.config.agents[1].secret, Some(chosen));
        assert!(!dir.path().join("data").exists());
    }

    #[test]
    fn more_calls_than_ports_are_doubted() {
        let dir = tempfile::tempdir().unwrap();
        let told = |calls: &str, ports: &str| {
            let set = [("sip.limits.max_calls", calls), ("media.ports", ports)];
            let mut options = options(dir.path(), &set);
            options.menus = Some(dir.path().to_owned());
            let loaded = load(&options, Purpose::Check).unwrap();
            loaded.warnings.join("\n")
        };
        let line = "line: a\nnumbers: [\"1\"]\nhuman: support\nstart: n\nnodes: { n: { queue: support } }\n";
        std::fs::write(dir.path().join("a.yaml"), line).unwrap();
        // 100 pairs, of which 6 rest; two demo agents.
        assert_eq!(told("92", "20000-20199"), "");
        let warning = told("93", "20000-20199");
        for part in ["sip.limits.max_calls", "media.ports (20000-20199)", "to 92"] {
            assert!(warning.contains(part), "{part} in {warning}");
        }
        // What is said to fit does.
        for ports in ["20000-20009", "20001-20012", "20000-20127", "20000-29999"] {
            let warning = told("1000000", ports);
            let fit = warning.rsplit(' ').next().unwrap_or_default();
            assert_eq!(told(fit, ports), "", "{warning}");
        }
    }

    #[test]
    fn what_weakens_security_is_said() {
        let dir = tempfile::tempdir().unwrap();
        let mut options = options(dir.path(), &[]);
        let file = dir.path().join("zeroline.toml");
        let text = format!(
            "[[agents]]\nid = \"ann\"\nha1_md5 = \"{0}\"\n[[agents]]\nid = \"ben\"\n\
             ha1_md5 = \"{0}\"\nha1_sha256 = \"{0}{0}\"\n[[trunks]]\nname = \"p\"\n\
             uri = \"sip:192.0.2.1\"\nverify = false\n",
            "0".repeat(32)
        );
        std::fs::write(&file, text).unwrap();
        options.config = Some(file);
        let told = load(&options, Purpose::Check).unwrap().warnings.join("\n");
        assert!(
            told.contains("agent `ann` has an MD5 secret only"),
            "{told}"
        );
        assert!(!told.contains("`ben`"), "{told}");
        assert!(
            told.contains("certificate of trunk `p` is not verified"),
            "{told}"
        );
    }

    #[test]
    fn a_line_that_breaks_the_promise_does_not_load() {
        let dir = tempfile::tempdir().unwrap();
        let text = "line: closed\nnumbers: [\"1\"]\nhuman: support\nstart: news\nnodes:\n  \
                    news: { say: { prompt: sys-comfort, go: bye } }\n  \
                    bye: { goodbye: { prompt: sys-goodbye } }\n";
        std::fs::write(dir.path().join("closed.yaml"), text).unwrap();
        let mut options = options(dir.path(), &[]);
        options.menus = Some(dir.path().to_owned());
        for purpose in [Purpose::Check, Purpose::Serve] {
            let told = load(&options, purpose).unwrap_err().join("\n");
            let expected = "closed.yaml:7:3: P6: the caller did not choose this good-bye at `bye`";
            assert!(told.contains(expected), "{told}");
            assert!(
                told.ends_with("answer → the prompt ends → hang-up"),
                "{told}"
            );
        }
        std::fs::write(
            dir.path().join("closed.yaml"),
            text.replace("go: bye", "go: human"),
        )
        .unwrap();
        let setup = load(&options, Purpose::Check).unwrap();
        assert_eq!(setup.menus.reports.len(), 1);
    }

    #[test]
    fn mistakes_of_settings_menus_and_prompts_come_together() {
        let dir = tempfile::tempdir().unwrap();
        let menus = dir.path().join("menus");
        std::fs::create_dir(&menus).unwrap();
        std::fs::write(menus.join("a.yaml"), "line: a\nnumbers: [\"1\"]\n").unwrap();
        let mut options = options(dir.path(), &[("sip.realm", "\"")]);
        options.menus = Some(menus);
        options.prompts = Some(dir.path().join("no-such"));
        let told = load(&options, Purpose::Serve).unwrap_err().join("\n");
        for expected in [
            "--set: sip.realm",
            "a.yaml:1:1: the file has no `human`",
            "no-such/en",
        ] {
            assert!(told.contains(expected), "{expected} in:\n{told}");
        }
    }
}
