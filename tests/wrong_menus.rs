//! Wrong menu files, and what operators get to read about each: `tests/wrong/NAME.yaml` beside
//! `NAME.txt`. With `ZEROLINE_RETELL=1` the texts are written anew, to be read before they are
//! committed.

use std::path::Path;
use std::process::Command;

/// What `zeroline check` says of a folder that holds this file.
fn told(name: &str, yaml: &str) -> String {
    let dir = tempfile::tempdir().expect("a scratch folder");
    std::fs::write(dir.path().join(format!("{name}.yaml")), yaml).expect("scratch");
    let checked = Command::new(env!("CARGO_BIN_EXE_zeroline"))
        .args(["check", "--menus", "."])
        .current_dir(dir.path())
        .output()
        .expect("the program");
    let text = [checked.stdout.as_slice(), checked.stderr.as_slice()].concat();
    let text = String::from_utf8(text).expect("text");
    let code = checked.status.code().unwrap_or(-1);
    // What the file is like besides is not looked at here.
    let lines = text
        .lines()
        .filter(|l| !l.starts_with("  ") || l.contains('|') || l.contains('='));
    let told: Vec<&str> = lines.map(str::trim_end).collect();
    format!("{}\nexit code {code}\n", told.join("\n"))
}

#[test]
fn each_is_told_with_its_place_and_what_to_write_instead() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/wrong");
    let retell = std::env::var_os("ZEROLINE_RETELL").is_some();
    let mut names: Vec<String> = std::fs::read_dir(&folder)
        .expect("tests/wrong")
        .filter_map(|e| {
            Some(
                e.ok()?
                    .file_name()
                    .to_str()?
                    .strip_suffix(".yaml")?
                    .to_owned(),
            )
        })
        .collect();
    names.sort();
    assert!(names.len() > 35, "{}", names.len());
    let mut different = Vec::new();
    for name in names {
        let yaml = std::fs::read_to_string(folder.join(format!("{name}.yaml"))).expect("a menu");
        let told = told(&name, &yaml);
        let golden = folder.join(format!("{name}.txt"));
        if retell {
            std::fs::write(&golden, &told).expect("the text");
        }
        let expected = std::fs::read_to_string(&golden).unwrap_or_default();
        if told != expected {
            different.push(format!("{name}: told\n{told}\nexpected\n{expected}"));
        }
    }
    assert!(different.is_empty(), "{}", different.join("\n"));
}
