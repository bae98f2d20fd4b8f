//! Menu files: read, checked, published, and gone back to.

use std::time::Duration;

use super::*;
use crate::observe::drafts::{DraftCall, DraftMistake, DraftView, Judge, MenuFile};
use crate::observe::walks::{Move, TestsView, WalkAsked, WalkView};

/// Stands for the loader and the proof: what says WRONG is, and what says TRAP breaks the promise.
pub(super) struct Rules;

impl Judge for Rules {
    fn check(&self, files: &[MenuFile]) -> DraftView {
        judge(files)
    }

    fn walk(
        &self,
        files: &[MenuFile],
        asked: &WalkAsked,
    ) -> Result<WalkView, (&'static str, String)> {
        if asked.line.as_deref() == Some("nowhere") {
            return Err(("line", "there is no such line".to_owned()));
        }
        Ok(WalkView {
            line: files[0].file.clone(),
            made: asked.moves.len(),
            waits: asked.moves.last() != Some(&Move::HangUp),
            ..WalkView::default()
        })
    }

    fn tests(&self, files: &[MenuFile]) -> TestsView {
        TestsView {
            mistakes: files.iter().map(|f| f.file.clone()).collect(),
            ..TestsView::default()
        }
    }
}

fn judge(files: &[MenuFile]) -> DraftView {
    let mistake = |f: &MenuFile| {
        let trap = f.text.contains("TRAP");
        let call = DraftCall {
            line: "main".to_owned(),
            words: "answer → 2 → silence → hang-up".to_owned(),
            nodes: vec![Some("welcome".to_owned()), None],
        };
        (trap || f.text.contains("WRONG")).then(|| DraftMistake {
            refused: true,
            file: Some(f.file.clone()),
            line: 2,
            column: 3,
            width: 5,
            what: "P3: silence hangs up".to_owned(),
            remedy: "lead to a person".to_owned(),
            call: trap.then_some(call),
        })
    };
    let mistakes: Vec<DraftMistake> = files.iter().filter_map(mistake).collect();
    DraftView {
        ok: mistakes.is_empty(),
        mistakes,
        lines: Vec::new(),
    }
}

/// A house whose menus are in a folder, and whose server reads them: what says VOICELESS is refused
/// then only.
async fn house() -> (House, tempfile::TempDir) {
    let dir = tempfile::tempdir().unwrap();
    std::fs::write(dir.path().join("main.yaml"), "line: main\n").unwrap();
    std::fs::write(dir.path().join("old.yaml"), "line: old\n").unwrap();
    let mut house = House::with(&format!("[lines]\ndir = {:?}", dir.path())).await;
    let mut reloads = std::mem::replace(&mut house.reloads, mpsc::channel(1).1);
    let (menus, path) = (house.api.menus.clone(), dir.path().join("main.yaml"));
    tokio::spawn(async move {
        while reloads.recv().await.is_some() {
            let text = std::fs::read_to_string(&path).unwrap_or_default();
            let now = clock::now().wall;
            match text.contains("VOICELESS") {
                true => menus.refused(now, vec!["main.yaml:1: has no voice".to_owned()]),
                false => menus.loaded(now, Vec::new()),
            }
        }
    });
    (house, dir)
}

fn files(main: &str) -> Value {
    json!([
        { "file": "main.yaml", "text": main },
        { "file": "new.yaml", "text": "line: new\n" },
    ])
}

fn there(dir: &tempfile::TempDir) -> Vec<String> {
    let mut names: Vec<String> = std::fs::read_dir(dir.path())
        .unwrap()
        .map(|e| e.unwrap().file_name().into_string().unwrap())
        .collect();
    names.sort();
    names
}

#[tokio::test]
async fn what_is_proven_is_published_kept_and_can_be_gone_back_to() {
    let (house, dir) = house().await;
    let olga = house.token(Role::Operator, None).await;
    let told = house.get("/menus").token(&olga).send().await;
    let tag = told.header("etag").to_owned();
    let before = told.ok();
    assert_eq!(before["fixed"], Value::Null);
    assert_eq!(before["files"][1]["file"], "old.yaml");
    let body = json!({ "files": files("line: main # better\n"), "note": "shorter" });
    let done = house.post("/menus").token(&olga).header("if-match", &tag);
    let done = done.json(body.clone()).send().await;
    assert_ne!(done.header("etag"), tag);
    let done = done.ok();
    assert_eq!(done["menus"]["version"], 1);
    assert_eq!(there(&dir), ["main.yaml", "new.yaml"]);
    let text = std::fs::read_to_string(dir.path().join("main.yaml")).unwrap();
    assert_eq!(text, "line: main # better\n");
    // Who had looked before has lost nothing of it.
    let late = house.post("/menus").token(&olga).header("if-match", &tag);
    let late = late.json(json!({ "files": files("line: main # mine\n") }));
    assert_eq!(late.send().await.problem(412), "changed-meanwhile");
    // And nothing is published twice.
    let same = house.post("/menus").token(&olga).json(body).send().await;
    assert_eq!(same.problem(409), "wrong-state");

    let all = house.get("/menus/versions").token(&olga).send().await.ok();
    let all = all["items"].as_array().unwrap();
    assert_eq!(all.len(), 2);
    assert_eq!(
        (&all[0]["who"], &all[0]["note"], &all[0]["current"]),
        (&json!("token operator"), &json!("shorter"), &json!(true))
    );
    assert_eq!(
        all[0]["changed"],
        json!(["main.yaml", "new.yaml", "old.yaml"])
    );
    // What was found is the oldest.
    assert_eq!(
        (&all[1]["who"], &all[1]["current"]),
        (&Value::Null, &json!(false))
    );
    let path = format!("/menus/versions/{}", all[1]["version"]);
    let old = house.get(&path).token(&olga).send().await.ok();
    let back = json!({ "files": old["files"], "note": "back" });
    house
        .post("/menus")
        .token(&olga)
        .json(back)
        .send()
        .await
        .ok();
    assert_eq!(there(&dir), ["main.yaml", "old.yaml"]);
    let admin = house.token(Role::Admin, None).await;
    let deeds = house
        .get("/audit?deed=menus")
        .token(&admin)
        .send()
        .await
        .ok();
    assert_eq!(deeds["items"].as_array().unwrap().len(), 2);
    let none = house.get("/menus/versions/99").token(&olga).send().await;
    assert_eq!(none.problem(404), "not-found");
}

#[tokio::test]
async fn what_is_not_proven_changes_nothing_and_the_call_that_shows_it_is_told() {
    let (house, dir) = house().await;
    let olga = house.token(Role::Operator, None).await;
    let draft = json!({ "files": files("line: main\n  TRAP") });
    let told = house.post("/menus/check").token(&olga).json(draft.clone());
    let told = told.send().await.ok();
    assert_eq!(told["ok"], false);
    assert_eq!(
        told["mistakes"][0]["call"]["nodes"],
        json!(["welcome", null])
    );
    let refused = house.post("/menus").token(&olga).json(draft).send().await;
    assert_eq!(refused.problem(422), "wrong-fields");
    let what = refused.json["errors"][0]["what"].as_str().unwrap();
    assert!(what.starts_with("main.yaml:2:3: P3"), "{what}");
    assert!(what.ends_with("answer → 2 → silence → hang-up"), "{what}");
    // What shows only when the server reads it is taken back.
    let draft = json!({ "files": files("VOICELESS") });
    let refused = house.post("/menus").token(&olga).json(draft).send().await;
    assert_eq!(refused.problem(422), "wrong-fields");
    assert_eq!(there(&dir), ["main.yaml", "old.yaml"]);
    let text = std::fs::read_to_string(dir.path().join("main.yaml")).unwrap();
    assert_eq!(text, "line: main\n");
    // Names that lead elsewhere, twice the same, too much.
    for wrong in [
        json!([{ "file": "../main.yaml", "text": "" }]),
        json!([{ "file": "a.yaml", "text": "" }, { "file": "a.yaml", "text": "" }]),
        json!([]),
        json!("main.yaml"),
    ] {
        let told = house
            .post("/menus")
            .token(&olga)
            .json(json!({ "files": wrong }));
        assert_eq!(told.send().await.problem(422), "wrong-fields");
    }
    // More than other commands may bring, and not without end.
    let large = |n: usize| json!({ "files": files(&"#".repeat(n)) });
    let fits = house.post("/menus/check").token(&olga).json(large(200_000));
    fits.send().await.ok();
    let long = house
        .post("/menus/check")
        .token(&olga)
        .json(large(2_000_000));
    assert_eq!(long.send().await.problem(413), "too-large");
}

/// The same, but the test reads them.
async fn read_by_hand() -> (House, tempfile::TempDir, mpsc::Receiver<()>) {
    let dir = tempfile::tempdir().unwrap();
    std::fs::write(dir.path().join("main.yaml"), "line: main\n").unwrap();
    let mut house = House::with(&format!("[lines]\ndir = {:?}", dir.path())).await;
    let reloads = std::mem::replace(&mut house.reloads, mpsc::channel(1).1);
    (house, dir, reloads)
}

#[tokio::test]
async fn who_goes_away_leaves_nothing_half_done() {
    let (house, dir, mut reloads) = read_by_hand().await;
    let menus = house.api.menus.clone();
    let olga = house.token(Role::Operator, None).await;
    let publish = |main: &str| {
        let body = json!({ "files": files(main) });
        house.post("/menus").token(&olga).json(body).send()
    };
    // The files are written, and nobody knows yet what they come to.
    tokio::select! {
        _ = publish("no voice") => panic!("it is not read yet"),
        asked = reloads.recv() => asked.unwrap(),
    }
    assert_eq!(there(&dir), ["main.yaml", "new.yaml"]);
    menus.refused(clock::now().wall, vec!["main.yaml:1: no voice".to_owned()]);
    let back = async {
        while there(&dir) != ["main.yaml"] {
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    };
    let back = tokio::time::timeout(Duration::from_secs(5), back).await;
    back.expect("what was refused is taken back");
    let text = std::fs::read_to_string(dir.path().join("main.yaml")).unwrap();
    assert_eq!(text, "line: main\n");
    let reads = async {
        reloads.recv().await.unwrap();
        menus.loaded(clock::now().wall, Vec::new());
    };
    let (told, ()) = tokio::join!(publish("line: main # next\n"), reads);
    told.ok();
}

#[tokio::test]
async fn a_reading_that_was_under_way_says_nothing_of_newer_files() {
    let (house, dir, mut reloads) = read_by_hand().await;
    let olga = house.token(Role::Operator, None).await;
    let menus = house.api.menus.clone();
    menus.begins();
    let draft = json!({ "files": files("line: main # without a voice\n") });
    let asked = house.post("/menus").token(&olga).json(draft).send();
    let reads = async {
        reloads.recv().await.expect("menus are to be read");
        menus.loaded(clock::now().wall, Vec::new());
        tokio::time::sleep(Duration::from_millis(150)).await;
        menus.begins();
        menus.refused(
            clock::now().wall,
            vec!["main.yaml:1: has no voice".to_owned()],
        );
    };
    let (told, ()) = tokio::join!(asked, reads);
    assert_eq!(told.problem(422), "wrong-fields");
    assert_eq!(there(&dir), ["main.yaml"]);
}

#[tokio::test]
async fn only_operators_see_and_change_files_and_built_in_ones_nobody() {
    let (house, _dir) = house().await;
    let lead = house.token(Role::Supervisor, None).await;
    for path in ["/menus", "/menus/versions"] {
        let told = house.get(path).token(&lead).send().await;
        assert_eq!(told.problem(403), "not-allowed", "{path}");
    }
    let body = json!({ "files": files("line: main # x\n") });
    let told = house.post("/menus").token(&lead).json(body.clone()).send();
    assert_eq!(told.await.problem(403), "not-allowed");
    let schemas = house.get("/menus/schemas").token(&lead).send().await.ok();
    assert!(schemas["line"].is_object());

    let demo = House::new().await;
    let olga = demo.token(Role::Operator, None).await;
    let told = demo.get("/menus").token(&olga).send().await.ok();
    assert_eq!(told["fixed"], "built_in");
    assert!(
        told["files"][0]["text"]
            .as_str()
            .unwrap()
            .contains("line: demo")
    );
    let told = demo.post("/menus").token(&olga).json(body).send().await;
    assert_eq!(told.problem(409), "wrong-state");
}

#[tokio::test]
async fn lines_are_walked_and_tested_as_they_are_or_as_they_would_be() {
    let (house, _dir) = house().await;
    let olga = house.token(Role::Operator, None).await;
    let walk = async |body: Value| {
        house
            .post("/menus/walk")
            .token(&olga)
            .json(body)
            .send()
            .await
    };
    // Without files those of the folder.
    let moves = json!([{ "keys": "1*#" }, "silence", { "found": "{}" }, "missing", "hang_up"]);
    let told = walk(json!({ "moves": moves })).await.ok();
    assert_eq!(
        (&told["line"], &told["made"]),
        (&json!("main.yaml"), &json!(5))
    );
    assert_eq!(told["waits"], false);
    let draft = json!([{ "file": "draft.yaml", "text": "" }]);
    let told = walk(json!({ "files": draft })).await.ok();
    assert_eq!(told["line"], "draft.yaml");
    for wrong in [
        json!({ "moves": ["dance"] }),
        json!({ "moves": [{ "keys": "1x" }] }),
        json!({ "moves": [{ "keys": "" }] }),
        json!({ "line": "nowhere" }),
    ] {
        let told = walk(wrong.clone()).await;
        assert_eq!(told.problem(422), "wrong-fields", "{wrong}");
    }
    let told = house.post("/menus/tests").token(&olga).json(json!({}));
    let told = told.send().await.ok();
    assert_eq!(told["mistakes"], json!(["main.yaml", "old.yaml"]));
    let lead = house.token(Role::Supervisor, None).await;
    for path in ["/menus/walk", "/menus/tests"] {
        let told = house.post(path).token(&lead).json(json!({})).send().await;
        assert_eq!(told.problem(403), "not-allowed");
    }
}
