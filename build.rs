//! Lists the recordings of `prompts/<language>/` and the files of the console, so that they become
//! part of the program (`src/prompts/embedded.rs`, `src/api/pages.rs`).

use std::fmt::Write;
use std::path::{Path, PathBuf};

fn main() {
    println!("cargo::rerun-if-changed=build.rs");
    println!("cargo::rerun-if-changed=prompts");
    // In the repository but for what is in it: what is missing would be looked for by each build.
    println!("cargo::rerun-if-changed=web/dist");
    let root = PathBuf::from(std::env::var_os("CARGO_MANIFEST_DIR").expect("cargo sets it"));
    let out = PathBuf::from(std::env::var_os("OUT_DIR").expect("cargo sets it"));
    let mut list = String::from("&[\n");
    for folder in entries(&root.join("prompts")) {
        let Some(language) = folder.file_name().and_then(|n| n.to_str()) else {
            continue;
        };
        for file in entries(&folder) {
            if !file.extension().is_some_and(|e| e == "flac" || e == "wav") {
                continue;
            }
            let Some(name) = file.file_stem().and_then(|n| n.to_str()) else {
                continue;
            };
            let _ = writeln!(
                list,
                "    Recording {{ language: {language:?}, name: {name:?}, \
                 bytes: include_bytes!({file:?}) }},"
            );
        }
    }
    list.push(']');
    std::fs::write(out.join("recordings.rs"), list).expect("OUT_DIR can be written");
    let console = console(&root.join("web/dist"));
    std::fs::write(out.join("console.rs"), console).expect("OUT_DIR can be written");
}

/// The files of the console, each with its compressed form (`NAME.gz`) where there is one.
fn console(dist: &Path) -> String {
    let mut list = String::from("&[\n");
    let mut open = vec![dist.to_owned()];
    while let Some(folder) = open.pop() {
        for path in entries(&folder) {
            if path.is_dir() {
                open.push(path);
                continue;
            }
            let name = path.strip_prefix(dist).ok().and_then(Path::to_str);
            let Some(name) = name.filter(|n| !n.starts_with('.') && !n.ends_with(".gz")) else {
                continue;
            };
            let small = PathBuf::from(format!("{}.gz", path.display()));
            let gzip = match small.is_file() {
                true => format!("Some(include_bytes!({small:?}).as_slice())"),
                false => "None".to_owned(),
            };
            let _ = writeln!(
                list,
                "    File {{ path: {name:?}, bytes: include_bytes!({path:?}), gzip: {gzip} }},"
            );
        }
    }
    list.push(']');
    list
}

/// What is in a folder, in order; of what is none, nothing.
fn entries(folder: &Path) -> Vec<PathBuf> {
    let entries = std::fs::read_dir(folder).into_iter().flatten().flatten();
    let mut paths: Vec<PathBuf> = entries.map(|e| e.path()).collect();
    paths.sort();
    paths
}
