//! The settings in use, for all who look at them more than once: a reload puts others in their place.
//! And the file that they are written in, for those who change it.

use std::fs::OpenOptions;
use std::io::{ErrorKind, Write};
use std::os::unix::fs::{OpenOptionsExt, PermissionsExt};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use tokio::sync::watch;

use crate::config::Config;

/// The settings in use. Clones are the same.
#[derive(Clone, Debug)]
pub struct InUse(watch::Sender<Arc<Config>>);

impl InUse {
    /// These, from the start on.
    pub fn new(config: Arc<Config>) -> InUse {
        InUse(watch::Sender::new(config))
    }

    /// At this moment. Whoever answers somebody keeps them until they have: two looks may differ.
    pub fn now(&self) -> Arc<Config> {
        Arc::clone(&self.0.borrow())
    }

    /// From now on it is these.
    pub fn replace(&self, config: Arc<Config>) {
        self.0.send_replace(config);
    }
}

/// Something that is wrong with settings, or with menus by them.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Wrong {
    /// The key, from the root: `queues[0].strategy`; empty: none alone.
    pub key: String,
    /// What is wrong, with its place where that is another file.
    pub what: String,
    /// What to do.
    pub remedy: String,
}

/// Knows the settings file, and what a reload would say of it.
pub trait Judge: Send + Sync {
    /// Where it is, or would be.
    fn path(&self) -> PathBuf;

    /// Where settings that begin so are given as well, so that the file is not all that counts: a
    /// flag or a variable.
    fn elsewhere(&self, section: &str) -> Option<String>;

    /// All that is wrong with this text in its place. Blocks.
    fn check(&self, text: &str) -> Vec<Wrong>;
}

/// The settings file, to be changed. Clones are the same.
#[derive(Clone)]
pub struct SettingsFile(pub Arc<dyn Judge>);

impl std::fmt::Debug for SettingsFile {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("SettingsFile")
    }
}

/// Where nobody knows of one: commands that look into the store.
impl Default for SettingsFile {
    fn default() -> SettingsFile {
        struct Nothing;
        impl Judge for Nothing {
            fn path(&self) -> PathBuf {
                PathBuf::from("zeroline.toml")
            }
            fn elsewhere(&self, _: &str) -> Option<String> {
                None
            }
            fn check(&self, _: &str) -> Vec<Wrong> {
                Vec::new()
            }
        }
        SettingsFile(Arc::new(Nothing))
    }
}

/// What is in the file; `None`: there is none. Blocks.
///
/// # Errors
/// As the file system says.
pub fn read(path: &Path) -> std::io::Result<Option<String>> {
    match std::fs::read_to_string(path) {
        Ok(text) => Ok(Some(text)),
        Err(e) if e.kind() == ErrorKind::NotFound => Ok(None),
        Err(e) => Err(e),
    }
}

/// Writes the file whole or not at all, readable by whom it was before: passwords are in it. What was
/// there stays beside it as `….bak`. Blocks.
///
/// # Errors
/// As the file system says; then the file is as it was.
pub fn write(path: &Path, text: &str) -> std::io::Result<()> {
    // What a link leads to is the file.
    let path = std::fs::canonicalize(path).unwrap_or_else(|_| path.to_owned());
    let before = match std::fs::read(&path) {
        Ok(bytes) => Some((bytes, std::fs::metadata(&path)?.permissions().mode())),
        Err(e) if e.kind() == ErrorKind::NotFound => None,
        Err(e) => return Err(e),
    };
    let mode = before.as_ref().map_or(0o600, |(_, mode)| mode & 0o777);
    if let Some((bytes, _)) = &before {
        put(&beside(&path, "bak"), bytes, mode)?;
    }
    put(&path, text.as_bytes(), mode)
}

/// As it was before there was one. Blocks.
///
/// # Errors
/// As the file system says.
pub fn write_back(path: &Path, before: Option<&str>) -> std::io::Result<()> {
    match before {
        Some(text) => write(path, text),
        None => std::fs::remove_file(path),
    }
}

fn put(path: &Path, bytes: &[u8], mode: u32) -> std::io::Result<()> {
    let new = beside(path, &format!("new-{}", std::process::id()));
    let mut options = OpenOptions::new();
    options.write(true).create(true).truncate(true).mode(mode);
    let written = options.open(&new).and_then(|mut file| {
        file.set_permissions(std::fs::Permissions::from_mode(mode))?;
        file.write_all(bytes)?;
        file.sync_all()?;
        std::fs::rename(&new, path)
    });
    if written.is_err() {
        // What is left of it is of no use; that it can not be removed either is no news.
        let _ = std::fs::remove_file(&new);
    }
    written
}

fn beside(path: &Path, ending: &str) -> PathBuf {
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    path.with_file_name(format!("{name}.{ending}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_is_written_for_the_eyes_it_was_for_and_the_one_before_stays() {
        let dir = tempfile::tempdir().unwrap();
        let file = dir.path().join("zeroline.toml");
        assert_eq!(read(&file).unwrap(), None);
        write(&file, "one").unwrap();
        let mode = |path: &Path| std::fs::metadata(path).unwrap().permissions().mode() & 0o777;
        assert_eq!(mode(&file), 0o600);
        std::fs::set_permissions(&file, std::fs::Permissions::from_mode(0o640)).unwrap();
        let link = dir.path().join("link.toml");
        std::os::unix::fs::symlink(&file, &link).unwrap();
        write(&link, "two").unwrap();
        assert!(link.is_symlink());
        assert_eq!(read(&file).unwrap().as_deref(), Some("two"));
        let bak = dir.path().join("zeroline.toml.bak");
        assert_eq!(read(&bak).unwrap().as_deref(), Some("one"));
        assert_eq!((mode(&file), mode(&bak)), (0o640, 0o640));
        assert_eq!(std::fs::read_dir(dir.path()).unwrap().count(), 3);
        write_back(&file, None).unwrap();
        assert_eq!(read(&file).unwrap(), None);
    }
}
