//! Messages of callers, to those to whom their queue's go, through the outbox.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use tracing::warn;

use super::clock;
use super::outbox::{OutboxHandle, until};
use super::rarely::Rarely;
use crate::config::{Config, MessagesTo};
use crate::store::Store;
use crate::store::deliver::{Receiver, Receivers};

/// How often it is looked whether there are any.
const LOOK: Duration = Duration::from_secs(1);

static LATE: Rarely = Rarely::new();

/// Who is told, as the settings say.
pub fn receivers(config: &Config) -> Receivers {
    let of = |to: &MessagesTo| match to {
        MessagesTo::Mail(address) => Some(Receiver::Mail(address.clone())),
        MessagesTo::Webhook(name) => {
            let hook = config.webhooks.iter().find(|h| h.name == *name);
            hook.cloned().map(Receiver::Hook)
        }
    };
    let queues = config.queues.iter().map(|queue| {
        let to = queue.messages_to.iter().filter_map(of).collect();
        (queue.name.clone(), to)
    });
    Arc::new(queues.collect::<BTreeMap<_, _>>())
}

/// Runs for as long as the server lives, also where nobody is to be told: what was left until then
/// is not sent when somebody is.
///
/// `to`: who is told, by the settings at that moment.
pub async fn feed(store: Store, to: impl Fn() -> Receivers, outbox: OutboxHandle) {
    let reader = store.reader();
    loop {
        let done = match reader.has_undelivered().await {
            Ok(false) => Ok(0),
            Ok(true) => {
                let now = clock::now().wall;
                store.deliver_messages(to(), now, until(now)).await
            }
            Err(e) => Err(e),
        };
        match done {
            Ok(0) => {}
            Ok(_) => outbox.wake(),
            Err(e) => {
                if let Some(times) = LATE.count() {
                    warn!(error = %e, times, "messages can not be handed on yet");
                }
            }
        }
        tokio::time::sleep(LOOK).await;
    }
}
