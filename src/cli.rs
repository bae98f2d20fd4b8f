//! The command line: what can be asked for, and its exit codes.

use std::net::{IpAddr, SocketAddr};
use std::path::PathBuf;

use clap::{Args, Parser, Subcommand, ValueEnum};

pub mod api;
pub mod calendar;
pub mod call;
pub mod callbacks;
pub mod check;
pub mod contacts;
pub mod fmt;
pub mod graph;
pub mod import;
pub mod messages;
pub mod outbox;
pub mod people;
pub mod ready;
pub mod recordings;
pub mod report;
pub mod simulate;
pub mod test;

use self::calendar::CalendarArgs;
use self::call::CallArgs;
use self::callbacks::CallbacksCommand;
use self::contacts::ContactsCommand;
use self::fmt::FmtArgs;
use self::graph::GraphArgs;
use self::import::ImportArgs;
use self::messages::MessagesCommand;
use self::outbox::OutboxCommand;
use self::people::{AgentsCommand, QueuesArgs, TokensCommand, UsersCommand};
use self::recordings::RecordingsCommand;
use self::report::ReportArgs;
use self::simulate::SimulateArgs;
use self::test::TestArgs;
use crate::check::law::Profile;
use crate::config::Flag;
use crate::menu::load::schema::{FileKind, schema};

/// Everything went well.
pub const OK: u8 = 0;
/// Something failed while running: a port in use, a database that can not be opened, a test.
pub const FAILED: u8 = 1;
/// The command line, the settings, a menu or a prompt is wrong, a line breaks the promise, or a
/// rule of `check --profile` is not met; nothing was started.
pub const MISTAKES: u8 = 2;
/// What was asked for is not there: no such contact, no such calendar.
pub const NOT_FOUND: u8 = 3;

const EXIT_CODES: &str = "\
Settings come from three places, the later over the earlier:
  1. the file: --config, else $ZEROLINE_CONFIG, else ./zeroline.toml if it is there
  2. the environment: ZEROLINE__SIP__LISTEN=127.0.0.1:5060 is sip.listen
  3. the flags; --set KEY=VALUE reaches every setting
Without any, the demo line answers at 100, and agent1 and agent2 may register.

Exit codes:
  0  all went well
  1  something failed while running (a port in use, the database not to be opened, a test)
  2  the command line, a setting, a menu or a prompt is wrong, a line breaks the promise, or
     (check --profile) a rule is not met; nothing was started
  3  what was asked for is not there (no such contact, no such calendar or line)";

/// A telephone IVR server on which key 0 always reaches a person.
///
/// Answers calls (SIP), plays prompts, takes keys through menus that you write as files, and on
/// every menu, at every moment, 0 reaches one of your agents.
#[derive(Clone, Debug, Parser)]
#[command(name = "zeroline", version, after_help = EXIT_CODES, max_term_width = 100)]
pub struct Cli {
    /// What to do; without it: serve.
    #[command(subcommand)]
    pub command: Option<Command>,
    /// Settings.
    #[command(flatten)]
    pub options: Options,
}

/// What can be asked for.
#[derive(Clone, Debug, Subcommand, PartialEq)]
pub enum Command {
    /// Answer calls until stopped (the default)
    Serve,
    /// Check settings, menus and prompts, and prove that 0 always reaches a person; starts nothing
    Check {
        /// As JSON, one object
        #[arg(long)]
        json: bool,
        /// Judge the lines by laws about telephone services too (no legal advice)
        #[arg(long, value_name = "COUNTRY")]
        profile: Option<LawProfile>,
    },
    /// Tell what callers meet at a time, or in a year: opening hours, holidays, closures
    Calendar(CalendarArgs),
    /// Walk through a line in the terminal, without a phone: what is said, what each key would do,
    /// where the caller ends and what the agent's card shows. Web services are really asked
    Call(CallArgs),
    /// Put menu files into one form; comments stay
    Fmt(FmtArgs),
    /// Draw a line: its nodes, where they lead, when callers get there
    Graph(GraphArgs),
    /// Run your tests of the lines (menus/tests/*.yaml): keys and silences in, what should be heard
    /// and reached out. Exit code 1 when one fails
    Test(TestArgs),
    /// Make up calls and faults by chance and look for a dead end: a call that ends without a
    /// person, a stored promise or a goodbye. Exit code 1 when there is one
    Simulate(SimulateArgs),
    /// Make menu files of another system's menus, and tell what those did to their callers
    Import(ImportArgs),
    /// Show who called, what they pressed and who answered
    Contacts {
        /// What about them; without it: list.
        #[command(subcommand)]
        what: Option<ContactsCommand>,
    },
    /// Show the messages that callers left
    Messages {
        /// What about them; without it: list.
        #[command(subcommand)]
        what: Option<MessagesCommand>,
    },
    /// Show the recordings of talks, listen to one, remove one
    Recordings {
        /// What about them; without it: list.
        #[command(subcommand)]
        what: Option<RecordingsCommand>,
    },
    /// Show who is to be called back, and mark those who were
    Callbacks {
        /// What about them; without it: list.
        #[command(subcommand)]
        what: Option<CallbacksCommand>,
    },
    /// Show the follow-ups that are to be sent, and have one tried again or dropped
    Outbox {
        /// What about them; without it: list.
        #[command(subcommand)]
        what: Option<OutboxCommand>,
    },
    /// Tell how it went: service level, waits and handling times of queues, how often self-service
    /// was enough, where callers wanted a person, what agents did
    Report(ReportArgs),
    /// Show what agents do, and speak for one
    Agents {
        /// What about them; without it: list.
        #[command(subcommand)]
        what: Option<AgentsCommand>,
    },
    /// Show who waits where, and who is there for them
    Queues(QueuesArgs),
    /// Show who may sign in to the API, make a user, give a new password
    Users {
        /// What about them; without it: list.
        #[command(subcommand)]
        what: Option<UsersCommand>,
    },
    /// Show the tokens of programs, make one, take one back
    Tokens {
        /// What about them; without it: list.
        #[command(subcommand)]
        what: Option<TokensCommand>,
    },
    /// Print the JSON Schema of menu files, for editors
    Schema {
        /// Of which kind of file
        #[arg(default_value = "line")]
        of: SchemaWord,
        /// Of all kinds, as a page for people (Markdown)
        #[arg(long)]
        markdown: bool,
    },
    /// Tell what is wrong with the prompts, make speech from text, take in recordings
    Prompts {
        /// What about them; without it: report.
        #[command(subcommand)]
        what: Option<PromptsCommand>,
    },
}

/// About prompts.
#[derive(Clone, Debug, Subcommand, PartialEq)]
pub enum PromptsCommand {
    /// By language: what is missing, clipped, too quiet, too loud, too long, without transcript,
    /// unused. Exit code 2 when something must be done
    Report {
        /// As JSON, one object
        #[arg(long)]
        json: bool,
    },
    /// Speak the texts of a transcripts file (or of the menus) into the cache, and write them as
    /// prompts
    Render {
        /// A file of `name = "what is said"`; without it: the texts of the menus
        #[arg(long, value_name = "FILE", requires = "language")]
        transcripts: Option<PathBuf>,
        /// The language of the texts
        #[arg(long, value_name = "LANGUAGE")]
        language: Option<String>,
        /// Write NAME.wav and transcripts.toml here; without it: the cache only
        #[arg(long, value_name = "FOLDER", requires = "language")]
        into: Option<PathBuf>,
        /// Ask this engine, whatever the settings say
        #[arg(long, value_name = "ENGINE")]
        engine: Option<EngineWord>,
        /// The highest sampling rate of what is written
        #[arg(long, default_value = "16000")]
        rate: RateWord,
        /// Replace recordings as well, not only what was rendered before
        #[arg(long)]
        force: bool,
    },
    /// Take in recordings (WAV, MP3, FLAC, Ogg Vorbis): mono, 16 bits, -22 LUFS, peaks at most
    /// -3 dBTP
    Import {
        /// The files; each becomes NAME.wav
        #[arg(required = true)]
        files: Vec<PathBuf>,
        /// The language that is spoken
        #[arg(long, value_name = "LANGUAGE")]
        language: String,
        /// Write here; without it: the folder of the language in prompts.dir
        #[arg(long, value_name = "FOLDER")]
        into: Option<PathBuf>,
        /// The highest sampling rate of what is written
        #[arg(long, default_value = "16000")]
        rate: RateWord,
        /// Replace what is there
        #[arg(long)]
        force: bool,
    },
    /// List what is in the cache and no menu says any more
    Prune {
        /// And remove it
        #[arg(long)]
        remove: bool,
    },
}

/// A kind of menu file.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum SchemaWord {
    /// A line
    Line,
    /// A calendar
    Calendar,
    /// A fragment
    Fragment,
}

impl SchemaWord {
    /// The schema, as it is printed.
    pub fn schema(self) -> String {
        let kind = match self {
            SchemaWord::Line => FileKind::Line,
            SchemaWord::Calendar => FileKind::Calendar,
            SchemaWord::Fragment => FileKind::Fragment,
        };
        format!("{:#}", schema(kind))
    }
}

/// A kind of speech engine.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum EngineWord {
    /// The program espeak-ng
    EspeakNg,
    /// The program flite
    Flite,
    /// The server in the settings
    Http,
}

/// A sampling rate of prompts.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum RateWord {
    /// Half the size; enough for G.711
    #[value(name = "8000")]
    Narrow,
    /// For G.722 and Opus
    #[value(name = "16000")]
    Wide,
}

/// Settings on the command line.
#[derive(Clone, Debug, Default, Args, PartialEq)]
pub struct Options {
    /// The settings file (TOML)
    #[arg(long, global = true, value_name = "FILE")]
    pub config: Option<PathBuf>,
    /// Listen for SIP here: `0.0.0.0:5060` (UDP and TCP), `udp:…`, `tcp:…`, `tls:…`; repeat for
    /// more
    #[arg(long, global = true, value_name = "ADDRESS")]
    pub listen: Vec<String>,
    /// The IP address that phones reach us at, when we are behind NAT
    #[arg(long, global = true, value_name = "IP")]
    pub advertise: Option<IpAddr>,
    /// Folder of menu files (*.yaml) in place of the demo line
    #[arg(long, global = true, value_name = "FOLDER")]
    pub menus: Option<PathBuf>,
    /// Folder of prompts (<language>/<name>.wav) over the built-in ones
    #[arg(long, global = true, value_name = "FOLDER")]
    pub prompts: Option<PathBuf>,
    /// Folder for everything that is kept [default: data]
    #[arg(long, global = true, value_name = "FOLDER")]
    pub data: Option<PathBuf>,
    /// Metrics and health here, or `off` [default: 127.0.0.1:9060]
    #[arg(long, global = true, value_name = "ADDRESS")]
    pub http: Option<String>,
    /// What to log, like `info` or `zeroline=debug,warn` [default: info]
    #[arg(long, global = true, value_name = "FILTER")]
    pub log: Option<String>,
    /// The form of log lines [default: text]
    #[arg(long, global = true, value_name = "FORM")]
    pub log_format: Option<LogForm>,
    /// Any other setting, like `sip.limits.max_calls=100`; repeat for more
    #[arg(long = "set", global = true, value_name = "KEY=VALUE", value_parser = key_value)]
    pub set: Vec<(String, String)>,
}

/// Whose laws lines are judged by.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum LawProfile {
    /// Spain: Ley 10/2025
    Es,
    /// Portugal: Decreto-Lei 134/2009
    Pt,
    /// Brazil: Decreto 11.034/2022
    Br,
    /// India: TRAI Addressable Systems Regulations 2017
    In,
    /// The European Union: 2022/2065, 2011/83/EU
    Eu,
}

impl From<LawProfile> for Profile {
    fn from(profile: LawProfile) -> Profile {
        match profile {
            LawProfile::Es => Profile::Es,
            LawProfile::Pt => Profile::Pt,
            LawProfile::Br => Profile::Br,
            LawProfile::In => Profile::In,
            LawProfile::Eu => Profile::Eu,
        }
    }
}

/// The form of log lines.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum LogForm {
    /// For people
    Text,
    /// One JSON object per line
    Json,
}

fn key_value(t: &str) -> Result<(String, String), String> {
    match t.split_once('=') {
        Some((key, value)) if !key.trim().is_empty() => {
            Ok((key.trim().to_owned(), value.trim().to_owned()))
        }
        Some(_) | None => Err("write KEY=VALUE, like sip.limits.max_calls=100".to_owned()),
    }
}

impl Options {
    /// As a layer of the settings.
    pub fn flags(&self) -> Vec<Flag> {
        let mut flags = Vec::new();
        let mut add = |flag: &str, key: &str, value: Option<String>| {
            flags.extend(value.map(|value| Flag {
                flag: flag.to_owned(),
                key: key.to_owned(),
                value,
            }));
        };
        let path = |p: &Option<PathBuf>| p.as_ref().map(|p| p.display().to_string());
        let listen = (!self.listen.is_empty()).then(|| self.listen.join(","));
        add("--listen", "sip.listen", listen);
        add(
            "--advertise",
            "sip.advertise",
            self.advertise.map(|a| a.to_string()),
        );
        add("--menus", "lines.dir", path(&self.menus));
        add("--prompts", "prompts.dir", path(&self.prompts));
        add("--data", "store.dir", path(&self.data));
        add("--http", "http.listen", self.http.clone());
        add("--log", "log.filter", self.log.clone());
        let form = self.log_format.map(|f| match f {
            LogForm::Text => "text".to_owned(),
            LogForm::Json => "json".to_owned(),
        });
        add("--log-format", "log.format", form);
        for (key, value) in &self.set {
            add("--set", key, Some(value.clone()));
        }
        flags
    }
}

/// What a newcomer is told at the start of a demo: what to dial, how to register.
pub fn demo_text(reach: SocketAddr, number: &str, password: &str) -> String {
    format!(
        "Nothing is configured, so this is the demo.\n\
         \x20 Call:      sip:{number}@{reach}  (any softphone, no account needed)\n\
         \x20 Answer:    register a second softphone as agent1 (or agent2) at {reach}\n\
         \x20            user agent1, password {password}\n\
         \x20 Then press 0 in the call, at any moment."
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ids::ContactId;
    use clap::CommandFactory;

    #[test]
    fn the_command_line_is_sound_and_its_help_tells_the_exit_codes() {
        Cli::command().debug_assert();
        let help = Cli::command().render_long_help().to_string();
        for code in [OK, FAILED, MISTAKES, NOT_FOUND] {
            assert!(
                help.contains(&format!("\n  {code}  ")),
                "{code} in:\n{help}"
            );
        }
        assert!(help.contains("--listen") && help.contains("check"));
    }

    #[test]
    fn flags_become_settings() {
        let args = "zeroline check --listen 127.0.0.1:5070 --listen tcp:[::1]:5070 --data kept \
                    --log-format json --set sip.limits.max_calls=7";
        let cli = Cli::try_parse_from(args.split_whitespace()).unwrap();
        let check = Command::Check {
            json: false,
            profile: None,
        };
        assert_eq!(cli.command, Some(check));
        let flags = cli.options.flags();
        let of = |key: &str| {
            flags
                .iter()
                .find(|f| f.key == key)
                .map(|f| f.value.as_str())
        };
        assert_eq!(of("sip.listen"), Some("127.0.0.1:5070,tcp:[::1]:5070"));
        assert_eq!(of("store.dir"), Some("kept"));
        assert_eq!(of("log.format"), Some("json"));
        assert_eq!(of("sip.limits.max_calls"), Some("7"));
        assert_eq!(flags.len(), 4);
    }

    #[test]
    fn a_check_may_be_for_machines_and_by_a_law() {
        let args = "zeroline check --json --profile pt";
        let cli = Cli::try_parse_from(args.split_whitespace()).unwrap();
        let profile = Some(LawProfile::Pt);
        let json = true;
        assert_eq!(cli.command, Some(Command::Check { json, profile }));
        assert!(Cli::try_parse_from(["zeroline", "check", "--profile", "atlantis"]).is_err());
    }

    #[test]
    fn contacts_are_listed_unless_one_is_asked_for() {
        let parse = |args: &str| Cli::try_parse_from(args.split_whitespace());
        let cli = parse("zeroline contacts").unwrap();
        assert_eq!(cli.command, Some(Command::Contacts { what: None }));
        let id: ContactId = "0000000000001".parse().unwrap();
        let cli = parse("zeroline contacts show 0000000000001 --json").unwrap();
        let what = Some(ContactsCommand::Show { id, json: true });
        assert_eq!(cli.command, Some(Command::Contacts { what }));
        assert!(parse("zeroline contacts show nobody").is_err());
        assert!(parse("zeroline --set nonsense").is_err());
    }
}
