//! Files that are there whole or not at all, whatever happens while they are written.

use std::io::Write;
use std::path::Path;
use std::sync::atomic::{AtomicU64, Ordering};

/// Writes a file under another name beside, and renames it once all of it is on the disk.
/// Folders that are missing are made.
///
/// # Errors
/// As the file system says; then the file is as it was.
pub fn write(path: &Path, bytes: &[u8]) -> std::io::Result<()> {
    static COUNT: AtomicU64 = AtomicU64::new(0);
    let folder = path.parent().filter(|p| !p.as_os_str().is_empty());
    let folder = folder.unwrap_or(Path::new("."));
    std::fs::create_dir_all(folder)?;
    // Several processes may write, and several threads of each.
    let n = COUNT.fetch_add(1, Ordering::Relaxed);
    let beside = folder.join(format!(".being-written-{}-{n}", std::process::id()));
    let written = std::fs::File::create(&beside).and_then(|mut file| {
        file.write_all(bytes)?;
        file.sync_all()?;
        std::fs::rename(&beside, path)
    });
    if written.is_err() {
        // What is left of it is of no use; that it can not be removed either is no news.
        let _ = std::fs::remove_file(&beside);
    }
    written
}
