//! The table is what the loader reads, and every example fits it.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use super::*;
use crate::menu::load::source::ASKED;
use crate::menu::load::yaml::{self, Data, Yaml};
use crate::menu::load::{Known, load_all};

/// The YAML blocks of the guides, and the menus of the repository: name and text.
fn examples() -> Vec<(String, String)> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut all = Vec::new();
    for (name, text) in [
        ("demo.yaml", include_str!("../../../../menus/demo.yaml")),
        ("order.yaml", include_str!("../../../../menus/order.yaml")),
        ("office.yaml", include_str!("../../../../menus/office.yaml")),
    ] {
        let file = root.join("menus").join(name);
        all.push((file.display().to_string(), text.to_owned()));
    }
    let pages = [
        ("menus", include_str!("../../../../docs/menus.md")),
        ("calendar", include_str!("../../../../docs/calendar.md")),
    ];
    for (page, mut rest) in pages {
        while let Some((before, after)) = rest.split_once("```yaml\n") {
            let (block, after) = after.split_once("```").expect("the end of a block");
            let indent = before.len() - before.trim_end_matches(' ').len();
            let lines = block.lines().map(|l| l.get(indent..).unwrap_or_default());
            let text = lines.collect::<Vec<_>>().join("\n");
            rest = after;
            // The page about calendars shows parts of them as well.
            if page == "menus" || text.starts_with("calendar:") {
                all.push((format!("{page}.md, block {}", all.len()), text));
            }
        }
    }
    all
}

/// As a YAML 1.2 reader understands it.
fn json_of(yaml: &Yaml) -> Json {
    match &yaml.data {
        Data::Scalar { text, plain: true } => match text.as_str() {
            "" | "~" | "null" => Json::Null,
            "true" => Json::Bool(true),
            "false" => Json::Bool(false),
            text => text
                .parse::<i64>()
                .map(Json::from)
                .or_else(|_| text.parse::<f64>().map(Json::from))
                .unwrap_or_else(|_| Json::from(text)),
        },
        Data::Scalar { text, .. } => Json::from(text.as_str()),
        Data::List(items) => items.iter().map(json_of).collect(),
        Data::Map(pairs) => {
            let members = pairs.iter();
            let members =
                members.map(|(k, v)| (k.text().unwrap_or_default().to_owned(), json_of(v)));
            Json::Object(members.collect())
        }
    }
}

/// What kind of file a text is; `None`: nodes, to be put into a line.
fn kind_of(json: &Json) -> Option<FileKind> {
    FileKind::ALL
        .into_iter()
        .find(|k| json.get(k.word()).is_some_and(|n| n.is_string()))
}

#[test]
fn every_example_fits() {
    let validators = FileKind::ALL.map(|kind| {
        (
            kind,
            jsonschema::validator_for(&schema(kind)).expect("a sound schema"),
        )
    });
    let mut seen = BTreeSet::new();
    for (name, text) in examples() {
        let mut json = json_of(&yaml::parse(&text).expect("YAML"));
        let kind = kind_of(&json).unwrap_or_else(|| {
            json =
                json!({ "line": "x", "numbers": ["1"], "human": "x", "start": "x", "nodes": json });
            FileKind::Line
        });
        seen.insert(kind.word());
        let (_, validator) = validators
            .iter()
            .find(|(k, _)| *k == kind)
            .expect("each kind");
        let wrong: Vec<String> = validator
            .iter_errors(&json)
            .map(|e| format!("{}: {e}", e.instance_path()))
            .collect();
        assert!(wrong.is_empty(), "{name}: {wrong:#?}");
    }
    assert_eq!(seen.len(), 3, "{seen:?}");
}

#[test]
fn mistakes_do_not_fit() {
    let line = json!({ "line": "x", "numbers": ["1"], "human": "x", "start": "x", "nodes": {} });
    let validator = jsonschema::validator_for(&schema(FileKind::Line)).expect("a sound schema");
    assert!(validator.is_valid(&line));
    for node in [
        json!({}),
        json!({ "queue": "a", "message": "b" }),
        json!({ "menu": { "options": { "0": { "go": "a" } } } }),
        json!({ "menu": { "options": { "1": { "go": "a", "say": { "promt": "b" } } }, "tries": 4 } }),
        json!({ "ask": { "get": "http://a/b", "post": "http://a/b" } }),
        json!({ "guide": { "steps": { "a": { "yes": "b", "no": "c" } }, "solved": "human" } }),
    ] {
        let mut wrong = line.clone();
        wrong["nodes"]["a"] = node.clone();
        assert!(!validator.is_valid(&wrong), "{node}");
    }
}

/// Everything that the loader asks for, by mapping; names of the operator's and languages left out.
fn asked_for(files: &[(&str, &str)]) -> BTreeMap<String, BTreeSet<String>> {
    ASKED.take();
    // Whether it loads does not matter: the keys are asked for.
    let _ = load_all(
        files.iter().copied(),
        &Known {
            voiceless: true,
            ..Known::default()
        },
    );
    let mut all: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    for (of, keys) in ASKED.take() {
        let of = of.split(" `").next().unwrap_or_default();
        let of = of.trim_end_matches(|c: char| c.is_ascii_digit() || c == ' ');
        let keys = keys
            .into_iter()
            .filter(|k| k.len() != 2 || k == "go" || k == "to" || k == "no" || k == "as");
        all.entry(of.to_owned()).or_default().extend(keys);
    }
    all
}

fn in_the_table(names: &[&str]) -> BTreeMap<String, BTreeSet<String>> {
    let mut all: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    for m in mappings().filter(|m| names.contains(&m.name)) {
        let keys = m.fields.iter().map(|f| f.name.to_owned());
        all.entry(m.of.to_owned()).or_default().extend(keys);
    }
    all
}

#[test]
fn the_table_is_what_the_loader_reads() {
    let calendars: Vec<&Mapping> = calendar::ALL.iter().collect();
    let others: Vec<&Mapping> = fields::ALL.iter().collect();
    let names = |all: &[&Mapping], but: &[&str]| -> Vec<&'static str> {
        let names = all.iter().map(|m| m.name);
        names.filter(|n| !but.contains(n)).collect()
    };
    let examples = examples();
    let mut nodes = String::new();
    let mut files: Vec<(&str, String)> = Vec::new();
    for (name, text) in &examples {
        let json = json_of(&yaml::parse(text).expect("YAML"));
        match kind_of(&json) {
            None => nodes.extend(text.lines().map(|l| format!("  {l}\n"))),
            Some(FileKind::Fragment | FileKind::Line) => files.push((name, text.clone())),
            Some(FileKind::Calendar) => {}
        }
    }
    let top = "line: all\nnumbers: [\"9\"]\nlanguages: [en, de]\nhuman: x\nstart: speak\nnodes:\n";
    let more = "  one: { language: { options: { 1: { language: en, say: \"x\" } }, go: human } }\n  owing: { queue: x }\n";
    files.push(("all.yaml", format!("{top}{nodes}{more}")));
    let files: Vec<(&str, &str)> = files.iter().map(|(n, t)| (*n, t.as_str())).collect();
    // `when` takes the operator's names and has no end.
    let wanted = in_the_table(&names(&others, &["when"]));
    assert_eq!(asked_for(&files), wanted);

    let calendar = "calendar: x\nzone: UTC\nhours: { mon: 08:00-17:00 }\n\
                    seasons: [{ from: 06-15, to: 08-15, hours: { mon: 08:00-12:00 }, label: x }]\n\
                    holidays: [{ date: 12-24, hours: 09:00-12:00, label: x }]\n\
                    closures: [{ date: 2026-07-13, label: x }, { from: 2026-08-13, to: 2026-08-14, label: x }]\n";
    let wanted = in_the_table(&names(&calendars, &[]));
    assert_eq!(asked_for(&[("x.yaml", calendar)]), wanted);
}
