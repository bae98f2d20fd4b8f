//! Which menus are in use, and why newer ones are not.

use std::sync::{Arc, Mutex, PoisonError};

use jiff::Timestamp;
use serde::Serialize;
use utoipa::ToSchema;

use super::calendars::Calendars;
use super::lines::LineView;
use crate::now::Wall;

/// Which menus are in use. Cheap to clone; all clones are the same.
#[derive(Clone, Debug, Default)]
pub struct MenuState(Arc<Mutex<Told>>);

/// The menus in use, and why newer ones are not.
#[derive(Clone, Debug, Default, Serialize, ToSchema)]
pub struct Told {
    /// 1 for those of the start, one more with each reload.
    pub version: u64,
    /// When they were loaded (RFC 3339).
    pub loaded: String,
    /// The lines.
    pub lines: Vec<LineTold>,
    /// What was wrong with newer ones, and when they were refused.
    pub refused: Option<Refused>,
    /// Sections of the settings file that have changed, and hold from the next start of the server on.
    pub at_start: Vec<&'static str>,
    /// The calendars.
    #[serde(skip)]
    pub calendars: Calendars,
    /// How often menus were read, those that were refused as well.
    #[serde(skip)]
    pub readings: u64,
    /// They are being read now.
    #[serde(skip)]
    pub under_way: bool,
}

impl Told {
    /// The number of the first reading that sees what is written now: one that is under way may have
    /// passed it already.
    pub fn next_reading(&self) -> u64 {
        self.readings + 1 + u64::from(self.under_way)
    }
}

/// A line in use.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct LineTold {
    /// Its name.
    pub line: String,
    /// What is dialled to reach it.
    pub numbers: Vec<String>,
    /// How many nodes it has.
    pub nodes: usize,
    /// All of it, to be drawn.
    #[serde(skip)]
    pub view: Arc<LineView>,
}

/// Newer menus that were refused.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct Refused {
    /// When (RFC 3339).
    pub at: String,
    /// Everything that is wrong with them.
    pub mistakes: Vec<String>,
}

impl MenuState {
    /// They are read from now on; what comes of it is told by [`loaded`](Self::loaded) or
    /// [`refused`](Self::refused).
    pub fn begins(&self) {
        let mut told = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        told.under_way = true;
    }

    /// These are in use from now on.
    pub fn loaded(&self, now: Wall, lines: Vec<LineTold>) {
        let mut told = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        *told = Told {
            version: told.version + 1,
            loaded: when(now),
            lines,
            refused: None,
            at_start: std::mem::take(&mut told.at_start),
            calendars: std::mem::take(&mut told.calendars),
            readings: told.readings + 1,
            under_way: false,
        };
    }

    /// The calendars that came with them.
    pub fn keep(&self, calendars: Calendars) {
        let mut told = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        told.calendars = calendars;
    }

    /// These sections of the settings have changed, and hold only from the next start on.
    pub fn wait_for_start(&self, sections: Vec<&'static str>) {
        let mut told = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        told.at_start = sections;
    }

    /// The calendars in use.
    pub fn calendars(&self) -> Calendars {
        let told = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        told.calendars.clone()
    }

    /// Newer ones were refused.
    pub fn refused(&self, now: Wall, mistakes: Vec<String>) {
        let mut told = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        told.readings += 1;
        told.under_way = false;
        told.refused = Some(Refused {
            at: when(now),
            mistakes,
        });
    }

    /// At this moment.
    pub fn told(&self) -> Told {
        self.0
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .clone()
    }

    /// A line in use, to be drawn.
    pub fn line(&self, line: &str) -> Option<Arc<LineView>> {
        let told = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let found = told.lines.iter().find(|l| l.line == line);
        found.map(|l| Arc::clone(&l.view))
    }

    /// As JSON.
    pub fn json(&self) -> String {
        let told = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let json = serde_json::to_string(&*told);
        json.unwrap_or_default() // text and numbers only
    }
}

fn when(now: Wall) -> String {
    let at = Timestamp::from_millisecond(now.unix_millis());
    at.map(|t| t.to_string()).unwrap_or_default()
}
