//! Where a store is: a folder, and the database within it or elsewhere.

use std::path::PathBuf;

use super::sql::Pool;
use super::{StoreError, postgres, sqlite};
use crate::config::{self, Secret};

/// Where a store is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Place {
    /// The folder: recordings, and the database where it is not elsewhere.
    pub dir: PathBuf,
    /// The database elsewhere.
    pub database: Option<Elsewhere>,
}

/// A PostgreSQL database.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Elsewhere {
    /// `postgres://…`
    pub url: Secret,
    /// In place of the one in the address.
    pub password: Option<Secret>,
    /// A file that holds it.
    pub password_file: Option<PathBuf>,
}

impl From<&config::Store> for Place {
    fn from(store: &config::Store) -> Place {
        let elsewhere = |url: &Secret| Elsewhere {
            url: url.clone(),
            password: store.password.clone(),
            password_file: store.password_file.clone(),
        };
        Place {
            dir: store.dir.clone(),
            database: store.url.as_ref().map(elsewhere),
        }
    }
}

impl From<&Place> for Place {
    fn from(place: &Place) -> Place {
        place.clone()
    }
}

/// What a server works with.
pub(super) struct Opened {
    /// One connection.
    pub writer: Pool,
    /// Several, for reading only.
    pub reader: Pool,
    /// The files that must stay where they are.
    pub files: Vec<PathBuf>,
}

impl Place {
    /// Opens the database for the one server that writes to it, with today's schema.
    pub(super) async fn open(&self) -> Result<Opened, StoreError> {
        match &self.database {
            None => sqlite::open(&self.dir).await,
            Some(there) => postgres::open(there).await,
        }
    }

    /// Opens it for reading, beside a server or without one.
    pub(super) async fn look(&self) -> Result<Pool, StoreError> {
        match &self.database {
            None => sqlite::look(&self.dir).await,
            Some(there) => postgres::look(there).await,
        }
    }

    /// Opens it for one small change beside a server.
    pub(super) async fn beside(&self) -> Result<Pool, StoreError> {
        match &self.database {
            None => sqlite::beside(&self.dir).await,
            Some(there) => postgres::beside(there).await,
        }
    }
}
