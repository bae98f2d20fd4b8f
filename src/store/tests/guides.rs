use std::time::Duration;

use super::super::*;
use crate::call::event::GuidePlace;
use crate::ids::PhoneNumber;

fn place(caller: &str) -> GuidePlace {
    GuidePlace {
        line: "support".into(),
        guide: "router".into(),
        caller: PhoneNumber::new(caller),
    }
}

fn at(minutes: i64) -> Wall {
    Wall::from_unix_millis(1_795_000_000_000 + minutes * 60_000)
}

fn keep(step: &str) -> Option<(String, Duration)> {
    Some((step.to_owned(), Duration::from_secs(3600)))
}

#[tokio::test]
async fn a_step_is_kept_per_caller_until_its_time_is_over_or_it_is_forgotten() {
    let dir = tempfile::tempdir().unwrap();
    let (store, _) = Store::open(dir.path()).await.unwrap();
    let (ann, bob) = (place("+4530901820"), place("+4530901821"));
    store.remember(ann.clone(), keep("lamp"), at(0));
    store.remember(ann.clone(), keep("cable"), at(1));
    store.remember(bob.clone(), keep("lamp"), at(30));
    store.flush().await.unwrap();
    let reader = store.reader();
    let step = async |place: &GuidePlace, now| reader.guide_step(place, now).await.unwrap();
    assert_eq!(step(&ann, at(2)).await.as_deref(), Some("cable"));
    assert_eq!(step(&bob, at(60)).await.as_deref(), Some("lamp"));
    // An hour after it was kept last.
    assert_eq!(step(&ann, at(62)).await, None);
    let elsewhere = GuidePlace {
        line: "sales".into(),
        ..bob.clone()
    };
    assert_eq!(step(&elsewhere, at(31)).await, None);

    store.remember(bob.clone(), None, at(62));
    store.flush().await.unwrap();
    assert_eq!(step(&bob, at(62)).await, None);
    // What is over is not only hidden: nobody's number stays.
    let left: i64 = sql::query_scalar("SELECT count(*) FROM guide_steps")
        .fetch_one(&reader.pool)
        .await
        .unwrap();
    assert_eq!(left, 0);
}
