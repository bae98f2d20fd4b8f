//! New menus, calendars and prompts for a running server. Calls keep those that they began
//! with; what does not load or is not proven leaves the old ones in place.

use std::sync::Arc;

use tokio::sync::mpsc;
use tokio::task::JoinHandle;
use tracing::{error, info, warn};

use super::{Server, build, pictures};
use crate::call::setup::CallSetup;
use crate::config::Config;
use crate::observe::calendars::Calendars;
use crate::observe::figures;
use crate::observe::menus::MenuState;
use crate::setup::{self, Menus};
use crate::task::clock;

/// What reading them came to: the mistakes, if there are any.
type Read = Result<Menus, Vec<String>>;

/// Reads when asked, one time after the other, beside the calls.
pub(super) struct Reloads {
    config: Arc<Config>,
    asked: mpsc::Receiver<()>,
    told: MenuState,
    reading: Option<JoinHandle<Read>>,
}

impl Reloads {
    pub fn new(config: Arc<Config>, asked: mpsc::Receiver<()>, told: MenuState) -> Reloads {
        Reloads {
            config,
            asked,
            told,
            reading: None,
        }
    }

    /// The next menus, or what is wrong with them. Cancel safe.
    pub async fn next(&mut self) -> Read {
        if self.reading.is_none() {
            if self.asked.recv().await.is_none() {
                return std::future::pending().await;
            }
            self.told.begins();
            let config = Arc::clone(&self.config);
            let read = move || setup::menus(&config);
            self.reading = Some(tokio::task::spawn_blocking(read));
        }
        let read = match &mut self.reading {
            Some(reading) => reading.await,
            None => return std::future::pending().await,
        };
        self.reading = None;
        read.unwrap_or_else(|e| Err(vec![format!("reading the menus failed: {e}")]))
    }
}

impl Server {
    /// The next call is answered by what was read, unless something is wrong with it.
    pub(super) async fn reloaded(&mut self, read: Read) {
        let menus = match read {
            Ok(menus) => menus,
            Err(told) => {
                for mistake in &told {
                    error!("{mistake}");
                }
                let mistakes = told.len();
                error!(mistakes, "the menus were not reloaded; the old ones stay");
                figures::menus_read(false);
                return self.menus.refused(clock::now().wall, told);
            }
        };
        for doubt in &menus.warnings {
            warn!("{}", doubt.trim_start_matches("warning: "));
        }
        let lines = menus.lines.iter().count();
        let told = pictures::told(&menus.lines, &menus.facts, &menus.reports);
        self.menus.loaded(clock::now().wall, told);
        let calendars = menus.lines.calendars().values().cloned();
        self.menus.keep(Calendars::new(calendars));
        self.tools.setup = Arc::new(CallSetup {
            prompts: Arc::new(build::prompts(&self.config, menus.prompts)),
            lines: build::lines(&menus.lines),
            ..CallSetup::clone(&self.tools.setup)
        });
        self.tools.queue.lines(build::numbers(&menus.lines)).await;
        self.lines = menus.lines;
        figures::menus_read(true);
        info!(lines, "the menus were reloaded");
    }
}
