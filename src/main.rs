//! The `zeroline` program: settings, check, start, wait, drain. Nothing else is decided here.

use std::process::ExitCode;

use clap::Parser;

use zeroline::check::law::Profile;
use zeroline::cli::{self, Cli, Command, Options, PromptsCommand, ready::Told};
use zeroline::cli::{calendar::CalendarArgs, call::CallArgs, callbacks::CallbacksCommand};
use zeroline::cli::{contacts::ContactsCommand, fmt::FmtArgs, graph::GraphArgs};
use zeroline::cli::{import::ImportArgs, messages::MessagesCommand, outbox::OutboxCommand};
use zeroline::cli::{report::ReportArgs, simulate::SimulateArgs, test::TestArgs};
use zeroline::config::Config;
use zeroline::server::{self, host, signals};
use zeroline::setup::{self, Purpose};
use zeroline::store::Reader;
use zeroline::store::report::View;

fn main() -> ExitCode {
    let Cli { command, options } = Cli::parse();
    end_with_the_reader(command.as_ref());
    let code = match command {
        None | Some(Command::Serve) => serve(&options),
        Some(Command::Check { json, profile }) => check(&options, json, profile.map(Profile::from)),
        Some(Command::Calendar(asked)) => calendar(&options, &asked),
        Some(Command::Graph(asked)) => graph(&options, &asked),
        Some(Command::Fmt(asked)) => fmt(&options, &asked),
        Some(Command::Test(asked)) => test(&options, &asked),
        Some(Command::Simulate(asked)) => simulate(&options, &asked),
        Some(Command::Call(asked)) => call(&options, &asked),
        Some(Command::Import(asked)) => import(&asked),
        Some(Command::Contacts { what }) => {
            reach(&options, async |config| contacts(&config, what).await)
        }
        Some(Command::Messages { what }) => {
            reach(&options, async |config| messages(&config, what).await)
        }
        Some(Command::Recordings { what }) => reach(&options, async |config| {
            cli::recordings::run(&config, what).await
        }),
        Some(Command::Callbacks { what }) => {
            reach(&options, async |config| callbacks(&config, what).await)
        }
        Some(Command::Outbox { what }) => look(&options, |reader| outbox(reader, what)),
        Some(Command::Report(asked)) => report(&options, &asked),
        Some(Command::Agents { what }) => reach(&options, async |config| {
            cli::people::agents(&config, what, &View::local()).await
        }),
        Some(Command::Queues(asked)) => reach(&options, async |config| {
            cli::people::queues(&config, &asked).await
        }),
        Some(Command::Users { what }) => reach(&options, async |config| {
            cli::people::users(&config, what).await
        }),
        Some(Command::Tokens { what }) => reach(&options, async |config| {
            cli::people::tokens(&config, what).await
        }),
        Some(Command::Schema { of, markdown }) => {
            match markdown {
                true => print!("{}", zeroline::menu::load::schema::page()),
                false => println!("{}", of.schema()),
            }
            cli::OK
        }
        Some(Command::Prompts { what }) => prompts(&options, what),
    };
    ExitCode::from(code)
}

/// Who reads what a command prints may have enough of it (`zeroline schema | head`): then it ends
/// quietly, as other programs do. The server, and what talks to programs of others, goes on.
fn end_with_the_reader(command: Option<&Command>) {
    let goes_on = match command {
        None | Some(Command::Serve | Command::Prompts { .. } | Command::Call(_)) => true,
        Some(
            Command::Check { .. }
            | Command::Calendar(_)
            | Command::Graph(_)
            | Command::Fmt(_)
            | Command::Test(_)
            | Command::Simulate(_)
            | Command::Contacts { .. }
            | Command::Messages { .. }
            | Command::Recordings { .. }
            | Command::Callbacks { .. }
            | Command::Import(_)
            | Command::Outbox { .. }
            | Command::Report(_)
            | Command::Agents { .. }
            | Command::Queues(_)
            | Command::Users { .. }
            | Command::Tokens { .. }
            | Command::Schema { .. },
        ) => false,
    };
    if !goes_on {
        // SAFETY: no handler of ours is replaced, and no thread has been started yet.
        unsafe { libc::signal(libc::SIGPIPE, libc::SIG_DFL) };
    }
}

fn mistakes(told: &[String]) -> u8 {
    for mistake in told {
        eprintln!("{mistake}");
    }
    let n = told.len();
    eprintln!(
        "{n} {}; nothing was started",
        if n == 1 { "mistake" } else { "mistakes" }
    );
    cli::MISTAKES
}

fn failed(e: &dyn std::fmt::Display) -> u8 {
    eprintln!("zeroline: {e}");
    cli::FAILED
}

/// Reads and proves everything, and says what came of it.
fn check(options: &Options, json: bool, profile: Option<Profile>) -> u8 {
    let setup = match setup::load(options, Purpose::Check) {
        Ok(setup) => setup,
        Err(told) if json => {
            print!("{}", cli::check::mistakes(&told));
            return cli::MISTAKES;
        }
        Err(told) => return mistakes(&told),
    };
    let (told, code) = cli::check::run(&setup, json, profile);
    print!("{told}");
    code
}

fn calendar(options: &Options, asked: &CalendarArgs) -> u8 {
    let setup = match setup::load(options, Purpose::Check) {
        Ok(setup) => setup,
        Err(told) => return mistakes(&told),
    };
    match cli::calendar::answer(&setup.menus.lines, asked, zeroline::task::clock::now().wall) {
        Ok(told) => {
            print!("{told}");
            cli::OK
        }
        Err(e) => {
            eprintln!("{e}");
            cli::NOT_FOUND
        }
    }
}

fn fmt(options: &Options, asked: &FmtArgs) -> u8 {
    let menus = match setup::settings(options) {
        Ok(config) => config.lines.dir,
        Err(told) => return mistakes(&told),
    };
    let done = cli::fmt::run(asked, menus.as_deref());
    print!("{}", done.told);
    done.mistakes.iter().for_each(|m| eprintln!("{m}"));
    match (done.mistakes.is_empty(), asked.check && done.changed > 0) {
        (false, _) => cli::MISTAKES,
        (true, true) => cli::FAILED,
        (true, false) => cli::OK,
    }
}

fn graph(options: &Options, asked: &GraphArgs) -> u8 {
    let menus = match setup::load(options, Purpose::Check) {
        Ok(setup) => setup.menus,
        Err(told) => return mistakes(&told),
    };
    match cli::graph::picture(&menus.lines, &menus.facts, asked) {
        Ok(picture) => {
            print!("{picture}");
            cli::OK
        }
        Err(e) => {
            eprintln!("{e}");
            cli::NOT_FOUND
        }
    }
}

fn import(asked: &ImportArgs) -> u8 {
    match cli::import::run(asked) {
        Ok(told) => {
            print!("{told}");
            cli::OK
        }
        Err(told) => mistakes(&told),
    }
}

fn test(options: &Options, asked: &TestArgs) -> u8 {
    let run = || {
        let setup = setup::load(options, Purpose::Check)?;
        let files = setup::rehearse::tests(&setup.config)?;
        cli::test::run(&setup::rehearse::house(&setup), &files, asked)
    };
    match run() {
        Ok(outcome) => {
            print!("{}", outcome.told);
            outcome.code
        }
        Err(told) => mistakes(&told),
    }
}

fn simulate(options: &Options, asked: &SimulateArgs) -> u8 {
    match setup::load(options, Purpose::Check) {
        Ok(setup) => {
            let began = zeroline::task::clock::mono();
            let outcome = cli::simulate::run(&setup::rehearse::house(&setup), asked);
            print!("{}", outcome.told);
            let took = zeroline::task::clock::mono().since(began);
            eprintln!("took {:.1} s", took.as_secs_f64());
            outcome.code
        }
        Err(told) => mistakes(&told),
    }
}

fn call(options: &Options, asked: &CallArgs) -> u8 {
    let setup = match setup::load(options, Purpose::Check) {
        Ok(setup) => setup,
        Err(told) => return mistakes(&told),
    };
    let sound = match asked.audio.then(|| setup::rehearse::sound(&setup.config)) {
        Some(Ok(sound)) => Some(sound),
        Some(Err(told)) => return mistakes(&told),
        None => None,
    };
    match setup::rehearse::call(&setup, asked, sound) {
        Ok(code) => code,
        Err(e) => failed(&e),
    }
}

fn prompts(options: &Options, what: Option<PromptsCommand>) -> u8 {
    let what = what.unwrap_or(PromptsCommand::Report { json: false });
    match setup::prompts::run(options, what) {
        Ok(outcome) => {
            print!("{}", outcome.told);
            outcome.mistakes.iter().for_each(|m| eprintln!("{m}"));
            outcome.code
        }
        Err(told) => mistakes(&told),
    }
}

fn serve(options: &Options) -> u8 {
    // Whoever waits for the first start wonders what for.
    let known = setup::settings(options).ok();
    if known.is_some_and(|c| !c.prompts.cache.join("opus").is_dir()) {
        eprintln!("encoding the prompts: some seconds, at the first start only");
    }
    let setup = match setup::load(options, Purpose::Serve) {
        Ok(setup) => setup,
        Err(told) => return mistakes(&told),
    };
    if let Err(e) = zeroline::observe::start_logging(&setup.config.log) {
        return failed(&e);
    }
    setup.warnings.iter().for_each(|w| eprintln!("{w}"));
    host::raise_file_limit();
    host::outlive_full_files();
    let runtime = match tokio::runtime::Builder::new_multi_thread()
        .worker_threads(signalling_threads())
        .thread_name("signalling")
        .enable_all()
        .build()
    {
        Ok(runtime) => runtime,
        Err(e) => return failed(&e),
    };
    runtime.block_on(async {
        let told = Told::of(&setup);
        // Before anybody is told that the server runs: SIGHUP ends a process that does not listen.
        let reload = signals::asked_to_reload();
        match server::start(setup).await {
            Ok(server) => {
                told.print(&server);
                // Not on this thread: each call would wake it beside the others.
                match tokio::spawn(server.run(signals::asked_to_stop(), reload)).await {
                    Ok(()) => cli::OK,
                    Err(e) => failed(&e),
                }
            }
            Err(e) => failed(&e),
        }
    })
}

/// Half of the cores: voice has threads of its own and is most of the work. Calls hand work
/// to each other all the time; what they would gain by more threads they lose by waking them.
fn signalling_threads() -> usize {
    std::thread::available_parallelism().map_or(1, |n| n.get().div_ceil(2))
}

/// A look into the store, also beside a running server.
fn look<F, T>(options: &Options, ask: F) -> u8
where
    F: FnOnce(Reader) -> T,
    T: Future<Output = Result<u8, zeroline::store::StoreError>>,
{
    let config = match setup::settings(options) {
        Ok(config) => config,
        Err(told) => return mistakes(&told),
    };
    let runtime = match tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
    {
        Ok(runtime) => runtime,
        Err(e) => return failed(&e),
    };
    let asked = async { ask(Reader::open(&config.store).await?).await };
    runtime.block_on(asked).unwrap_or_else(|e| failed(&e))
}

/// Something that goes by the API, of a server that runs or over the store.
fn reach<F>(options: &Options, ask: F) -> u8
where
    F: AsyncFnOnce(Config) -> Result<(String, u8), zeroline::store::StoreError>,
{
    let config = match setup::settings(options) {
        Ok(config) => config,
        Err(told) => return mistakes(&told),
    };
    let runtime = match tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
    {
        Ok(runtime) => runtime,
        Err(e) => return failed(&e),
    };
    match runtime.block_on(ask(config)) {
        Ok((told, code)) => tell(&told, code),
        Err(e) => failed(&e),
    }
}

async fn contacts(
    config: &Config,
    what: Option<ContactsCommand>,
) -> Result<(String, u8), zeroline::store::StoreError> {
    if let Some(what) = &what
        && let Some(done) = cli::contacts::change(config, what).await?
    {
        return Ok(done);
    }
    let reader = Reader::open(&config.store).await?;
    cli::contacts::run(&reader, what, &View::local()).await
}

async fn messages(
    config: &Config,
    what: Option<MessagesCommand>,
) -> Result<(String, u8), zeroline::store::StoreError> {
    if let Some(done) = cli::messages::change(config, what.as_ref()).await? {
        return Ok(done);
    }
    let reader = Reader::open(&config.store).await?;
    let told = cli::messages::run(&reader, what, &View::local()).await?;
    Ok((told, cli::OK))
}

async fn callbacks(
    config: &Config,
    what: Option<CallbacksCommand>,
) -> Result<(String, u8), zeroline::store::StoreError> {
    if let Some(done) = cli::callbacks::by_server(&config.store.dir, what.as_ref()).await {
        return Ok(done);
    }
    let reader = Reader::open(&config.store).await?;
    let now = zeroline::task::clock::now().wall;
    cli::callbacks::run(&reader, what, &View::local(), now).await
}

async fn outbox(
    reader: Reader,
    what: Option<OutboxCommand>,
) -> Result<u8, zeroline::store::StoreError> {
    let now = zeroline::task::clock::now().wall;
    let (told, code) = cli::outbox::run(&reader, what, &View::local(), now).await?;
    Ok(tell(&told, code))
}

fn report(options: &Options, asked: &ReportArgs) -> u8 {
    let rules = match setup::settings(options) {
        Ok(config) => zeroline::task::board::rules(&config),
        Err(told) => return mistakes(&told),
    };
    let now = zeroline::task::clock::now().wall;
    let spans = match cli::report::spans(asked, &jiff::tz::TimeZone::system(), now) {
        Ok(spans) => spans,
        Err(told) => {
            eprintln!("zeroline: {told}");
            return cli::MISTAKES;
        }
    };
    look(options, |reader| async move {
        let told = cli::report::run(&reader, asked, &rules, &spans, now).await?;
        Ok(tell(&told, cli::OK))
    })
}

/// What was asked for goes to standard output, why it is not there to standard error.
fn tell(told: &str, code: u8) -> u8 {
    if code == cli::OK {
        print!("{told}");
    } else {
        eprint!("{told}");
    }
    code
}
