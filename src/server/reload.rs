//! New settings, menus, calendars and prompts for a running server. Calls keep those that they began
//! with; what does not load or is not proven leaves the old ones in place, all of them.

use std::sync::Arc;

use tokio::sync::mpsc;
use tokio::task::JoinHandle;
use tracing::{error, info, warn};

use super::{Server, agents, api, build, pictures};
use crate::call::setup::CallSetup;
use crate::cli::Options;
use crate::ids::QueueName;
use crate::live::People;
use crate::observe::calendars::Calendars;
use crate::observe::figures;
use crate::observe::menus::MenuState;
use crate::setup::{self, Anew};
use crate::task::board;
use crate::task::clock;
use crate::task::settings::InUse;

/// What reading them came to: the mistakes, if there are any.
type Read = Result<Anew, Vec<String>>;

/// Reads when asked, one time after the other, beside the calls.
pub(super) struct Reloads {
    options: Options,
    settings: InUse,
    asked: mpsc::Receiver<()>,
    told: MenuState,
    reading: Option<JoinHandle<Read>>,
}

impl Reloads {
    pub fn new(
        options: Options,
        settings: InUse,
        asked: mpsc::Receiver<()>,
        told: MenuState,
    ) -> Reloads {
        Reloads {
            options,
            settings,
            asked,
            told,
            reading: None,
        }
    }

    /// The next settings and menus, or what is wrong with them. Cancel safe.
    pub async fn next(&mut self) -> Read {
        if self.reading.is_none() {
            if self.asked.recv().await.is_none() {
                return std::future::pending().await;
            }
            self.told.begins();
            let (options, running) = (self.options.clone(), self.settings.now());
            let read = move || setup::anew(&options, &running);
            self.reading = Some(tokio::task::spawn_blocking(read));
        }
        let read = match &mut self.reading {
            Some(reading) => reading.await,
            None => return std::future::pending().await,
        };
        self.reading = None;
        read.unwrap_or_else(|e| Err(vec![format!("reading settings and menus failed: {e}")]))
    }
}

impl Server {
    /// The next call is answered by what was read, unless something is wrong with it.
    pub(super) async fn reloaded(&mut self, read: Read) {
        let done = match read {
            Ok(anew) => self.renew(anew).await,
            Err(told) => Err(told),
        };
        if let Err(told) = done {
            for mistake in &told {
                error!("{mistake}");
            }
            let mistakes = told.len();
            error!(
                mistakes,
                "settings and menus were not reloaded; the old ones stay"
            );
            figures::menus_read(false);
            self.menus.refused(clock::now().wall, told);
        }
    }

    /// Puts all of it to use, or nothing: the queue alone can refuse it, and is asked first.
    async fn renew(&mut self, anew: Anew) -> Result<(), Vec<String>> {
        let Anew {
            config,
            at_start,
            menus,
            warnings,
        } = anew;
        let (now, config) = (clock::now().wall, Arc::new(config));
        let directory = build::directory(&config, &menus.lines);
        let queue = self.tools.queue.settings(build::acd(&config), directory);
        queue
            .await
            .map_err(|queues| queues.iter().map(in_use).collect::<Vec<_>>())?;
        // Who is new can register as soon as the queue knows them.
        if self
            .tools
            .sip
            .set_users(build::users(&config))
            .await
            .is_err()
        {
            error!("signalling has ended");
        }
        let live = self.tools.store.live();
        let people = People {
            agents: api::names(&config),
            teams: board::teams(&config),
            quiet: api::quiet(&config),
        };
        live.people(people, now).await;
        self.agents = Arc::new(agents::Agents::new(&config));
        self.tools.setup = Arc::new(CallSetup {
            prompts: Arc::new(build::prompts(&config, menus.prompts)),
            lines: build::lines(&menus.lines),
            sounds: build::sounds(&config),
            agents: build::languages(&config),
            auto_answer: build::auto_answer(&config),
            features: config.features.clone(),
            ..CallSetup::clone(&self.tools.setup)
        });
        self.settings.replace(Arc::clone(&config));
        self.config = config;
        // Whoever waits for this finds all of it done.
        let lines = menus.lines.iter().count();
        let told = pictures::told(&menus.lines, &menus.facts, &menus.reports);
        let calendars = menus.lines.calendars().values().cloned();
        self.menus.keep(Calendars::new(calendars));
        self.menus.wait_for_start(at_start.clone());
        self.menus.loaded(now, told);
        self.lines = menus.lines;
        figures::menus_read(true);
        for doubt in &warnings {
            warn!("{}", doubt.trim_start_matches("warning: "));
        }
        if !at_start.is_empty() {
            let sections = at_start.join(", ");
            warn!(
                sections,
                "these sections of the settings change at the next start"
            );
        }
        info!(lines, "settings and menus were reloaded");
        Ok(())
    }
}

fn in_use(queue: &QueueName) -> String {
    format!(
        "the queue `{queue}` can not be removed now: callers wait or talk there; leave it in until \
         they are gone"
    )
}
