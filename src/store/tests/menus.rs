use super::super::menus::NewMenuVersion;
use super::super::*;

fn version(hash: &str) -> NewMenuVersion {
    NewMenuVersion {
        note: format!("why {hash}"),
        hash: hash.to_owned(),
        changed: vec!["a.yaml".to_owned(), "b.yaml".to_owned()],
        files: format!("[\"{hash}\"]"),
    }
}

fn deed(minutes: i64) -> audit::Deed {
    audit::Deed {
        at: at(minutes),
        who: "olga".to_owned(),
        role: "operator".to_owned(),
        source: "127.0.0.1".to_owned(),
        deed: "menus.publish".to_owned(),
        target: "menus".to_owned(),
        detail: None,
    }
}

fn at(minutes: i64) -> Wall {
    Wall::from_unix_millis(1_795_000_000_000 + minutes * 60_000)
}

#[tokio::test]
async fn versions_are_kept_with_who_and_why_and_each_once() {
    let dir = tempfile::tempdir().unwrap();
    let (store, _) = Store::open(dir.path()).await.unwrap();
    let found = store.keep_menus(version("one"), at(0), None).await.unwrap();
    // Found again as it was.
    let again = store.keep_menus(version("one"), at(1), None).await.unwrap();
    assert_eq!(again, found);
    let new = store
        .keep_menus(version("two"), at(2), Some(deed(2)))
        .await
        .unwrap();
    // Back to the first: a version of its own.
    let back = store
        .keep_menus(version("one"), at(3), Some(deed(3)))
        .await
        .unwrap();
    let reader = store.reader();
    let all = reader.menu_versions(None, 10).await.unwrap();
    let told: Vec<_> = all.iter().map(|v| (v.id, v.who.as_str())).collect();
    assert_eq!(told, [(back, "olga"), (new, "olga"), (found, "")]);
    assert_eq!(all[1].changed, ["a.yaml", "b.yaml"]);
    let older = reader.menu_versions(Some(new), 10).await.unwrap();
    assert_eq!(older.len(), 1);
    let (row, files) = reader.menu_version(new).await.unwrap().unwrap();
    assert_eq!(
        (row.note.as_str(), files.as_str()),
        ("why two", "[\"two\"]")
    );
    assert!(reader.menu_version(back + 1).await.unwrap().is_none());
    let deeds = reader.deeds(&Default::default(), 10).await.unwrap();
    assert_eq!(deeds.len(), 2);
}
