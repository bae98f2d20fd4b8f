//! What is asked and said of a contact outlasts a restart; what nobody decided ends with it.

use super::promises::{contact, secs};
use crate::ids::{AgentId, ContactId, PhoneNumber};
use crate::now::Wall;
use crate::record::timeline::{ApprovalStep, Event};
use crate::store::Store;
use crate::store::approvals::{ApprovalFilter, ApprovalMeta, Decision};
use crate::store::audit::Deed;

fn deed(who: &str, seconds: i64) -> Deed {
    Deed {
        at: Wall::from_unix_millis(contact(1).started().unix_millis() + 1000 * seconds),
        who: who.to_owned(),
        role: "agent".to_owned(),
        source: "test".to_owned(),
        deed: "approval.ask".to_owned(),
        target: String::new(),
        detail: None,
    }
}

fn meta(id: ContactId) -> ApprovalMeta {
    ApprovalMeta {
        contact: id,
        queue: Some("support".into()),
        agent: AgentId::new("anna"),
        what: "a refund".to_owned(),
        amount: Some(12.5),
        unit: Some("EUR".to_owned()),
    }
}

async fn call(store: &Store, id: ContactId) {
    let started = Event::Started {
        line: "support".into(),
        dialled: "100".to_owned(),
        caller: PhoneNumber::new("+4530901820"),
    };
    store.record(id, secs(0), started);
    store.flush().await.unwrap();
}

async fn steps(store: &Store, id: ContactId) -> Vec<(ApprovalStep, Option<u64>)> {
    let (_, timeline) = store.reader().contact(id).await.unwrap().unwrap();
    let step = |event: &Event| match event {
        Event::Approval {
            step, waited_ms, ..
        } => Some((*step, *waited_ms)),
        _ => None,
    };
    timeline
        .entries()
        .iter()
        .filter_map(|e| step(&e.event))
        .collect()
}

#[tokio::test]
async fn one_is_decided_and_the_other_lapses_when_the_server_is_lost() {
    let dir = tempfile::tempdir().unwrap();
    let id = contact(1);
    let (first, second) = {
        let (store, _) = Store::open(dir.path()).await.unwrap();
        // Of no contact, or one that is not known yet, nobody asks.
        assert_eq!(
            store.ask_approval(meta(id), deed("a", 1)).await.unwrap(),
            None
        );
        call(&store, id).await;
        let first = store
            .ask_approval(meta(id), deed("a", 1))
            .await
            .unwrap()
            .unwrap();
        let second = store
            .ask_approval(meta(id), deed("a", 2))
            .await
            .unwrap()
            .unwrap();
        let grant = Decision::Grant(Some(10.0));
        let decided = store
            .decide_approval(first.id, grant, None, deed("boss", 9))
            .await;
        let decided = decided.unwrap().unwrap().unwrap();
        assert_eq!(
            (decided.state.as_str(), decided.most),
            ("granted", Some(10.0))
        );
        let again = store
            .decide_approval(first.id, Decision::Refuse, None, deed("b", 9))
            .await;
        let by = again.unwrap().unwrap().unwrap_err().decided_by;
        assert_eq!(by.as_deref(), Some("boss"));
        let none = store
            .decide_approval(99, Decision::Refuse, None, deed("b", 9))
            .await;
        assert_eq!(none.unwrap(), None);
        store
            .say(id, None, "hello".to_owned(), deed("boss", 3))
            .await
            .unwrap();
        (first.id, second.id)
        // And the server is lost.
    };
    let (store, recovered) = Store::open(dir.path()).await.unwrap();
    assert_eq!(recovered.contacts, 1);
    let reader = store.reader();
    let state = async |id: i64| reader.approval(id).await.unwrap().unwrap().state;
    assert_eq!(
        (state(first).await, state(second).await),
        ("granted".into(), "lapsed".into())
    );
    let told = steps(&store, id).await;
    let told: Vec<ApprovalStep> = told.iter().map(|(step, _)| *step).collect();
    use ApprovalStep::{Asked, Granted, Lapsed};
    assert_eq!(told, [Asked, Asked, Granted, Lapsed]);
    assert_eq!(steps(&store, id).await[2].1, Some(8_000));
    let open = reader
        .approvals(&ApprovalFilter::default(), 9)
        .await
        .unwrap();
    assert_eq!(open, []);
    let (said, upto) = reader.chat(id, "boss").await.unwrap();
    assert_eq!(
        (said.len(), said[0].text.as_str(), upto),
        (1, "hello", said[0].id)
    );
    assert_eq!(reader.chat(id, "anna").await.unwrap().1, 0);
}
