//! A message of a caller arrives as an e-mail with its recording.

use std::collections::BTreeMap;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;

use super::*;
use crate::store::MessageMeta;
use crate::store::deliver::Receiver;
use crate::task::deliver::feed;

#[tokio::test]
async fn a_message_goes_by_mail_with_what_was_said() {
    let dir = tempfile::tempdir().unwrap();
    let (store, _) = Store::open(dir.path()).await.unwrap();
    let (address, told) = smtp("250 ok");
    let to = Receiver::Mail("team@example.org".to_owned());
    let to = Arc::new(BTreeMap::from([("people".into(), vec![to])]));
    let handle = OutboxHandle::default();
    let feeding = tokio::spawn(feed(store.clone(), move || to.clone(), handle.clone()));
    let sending = tokio::spawn(run(store.clone(), ways(mail(address)), handle));
    let contact = ContactId::new(created(), 7);
    let meta = MessageMeta {
        contact,
        line: Some("support".into()),
        queue: Some("people".into()),
        caller: Some(crate::ids::PhoneNumber::new("+4930901820")),
        // Long ago: nothing of the call will come any more.
        taken: created(),
        length: Duration::ZERO,
    };
    let samples: Vec<i16> = (0..8_000).map(|n| n % 251 * 40).collect();
    let message = store.save_message(meta, samples).await.unwrap();
    settled(&store, "sent").await;
    let mail = tokio::task::spawn_blocking(move || told.recv().unwrap());
    let mail = mail.await.unwrap();
    assert!(mail.contains("RCPT TO:<team@example.org>"), "{mail}");
    assert!(mail.contains("+4930901820"), "{mail}");
    let name = format!("message-{message}.wav");
    let part = mail.rsplit(name.as_str()).next();
    let encoded: String = part
        .and_then(|p| p.split("\r\n\r\n").nth(1))
        .map(|p| {
            p.split("\r\n--")
                .next()
                .unwrap_or_default()
                .replace("\r\n", "")
        })
        .unwrap();
    let kept = store.reader().message(message).await.unwrap().unwrap();
    let file = std::fs::read(store.reader().message_file(&kept)).unwrap();
    assert_eq!(STANDARD.decode(encoded).unwrap(), file);
    feeding.abort();
    sending.abort();
}
