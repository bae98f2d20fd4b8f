//! Removes what is older than it is to be kept, hour by hour.

use std::time::Duration;

use tracing::{info, warn};

use super::clock;
use crate::config::Retention;
use crate::store::Store;

/// Ages are days: an hour late is soon enough.
const EVERY: Duration = Duration::from_secs(3600);

/// Runs for ever. Without ages it does nothing. SIP messages go in any case, those of before they were
/// not to be kept any more too.
pub async fn keep(store: Store, ages: Retention, trace: Option<Duration>) {
    loop {
        let age = trace.unwrap_or_default();
        match store.forget_signalling(age, clock::now().wall).await {
            Ok(0) => {}
            Ok(messages) => info!(
                messages,
                "removed SIP messages that were older than `sip.trace`"
            ),
            Err(e) => warn!(error = %e, "old SIP messages could not be removed"),
        }
        match store.forget(&ages, clock::now().wall).await {
            Ok(gone) if gone == Default::default() => {}
            Ok(gone) => info!(
                contacts = gone.contacts,
                messages = gone.messages,
                recordings = gone.recordings,
                deeds = gone.deeds,
                "removed what was older than it is kept"
            ),
            Err(e) => warn!(error = %e, "what is older than it is kept could not be removed"),
        }
        tokio::time::sleep(EVERY).await;
    }
}
