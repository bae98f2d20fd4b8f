//! Lists the recordings of `prompts/<language>/`, so that they become part of the program
//! (`src/prompts/embedded.rs`).

use std::fmt::Write;
use std::path::{Path, PathBuf};

fn main() {
    println!("cargo::rerun-if-changed=build.rs");
    println!("cargo::rerun-if-changed=prompts");
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
}

/// What is in a folder, in order; of what is none, nothing.
fn entries(folder: &Path) -> Vec<PathBuf> {
    let entries = std::fs::read_dir(folder).into_iter().flatten().flatten();
    let mut paths: Vec<PathBuf> = entries.map(|e| e.path()).collect();
    paths.sort();
    paths
}
