//! Webhooks: feeds the outbox from the record, and signs what goes out, as Standard Webhooks says
//! (https://www.standardwebhooks.com): who receives it knows that it comes from here, and when.

use std::time::Duration;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use hmac::{Hmac, Mac};
use sha2::Sha256;
use tracing::warn;

use super::clock;
use super::outbox::{OutboxHandle, until};
use super::settings::InUse;
use crate::store::Store;

/// How often the record is looked at.
const LOOK: Duration = Duration::from_millis(500);

/// Runs for as long as the server lives. A webhook is told what happens from when it is there.
pub async fn feed(store: Store, settings: InUse, outbox: OutboxHandle) {
    let mut begun = !settings.now().webhooks.is_empty();
    loop {
        let hooks = settings.now().webhooks.clone();
        let now = clock::now().wall;
        if !begun {
            // While there was none nobody kept the mark.
            begun = match hooks.is_empty() {
                true => false,
                false => match store.begin_webhooks().await {
                    Ok(()) => true,
                    Err(e) => {
                        warn!(error = %e, "webhooks can not be begun yet");
                        false
                    }
                },
            };
            tokio::time::sleep(LOOK).await;
            continue;
        }
        match store.feed_webhooks(hooks, now, until(now)).await {
            Ok(fed) => {
                if fed.letters > 0 {
                    outbox.wake();
                }
                if fed.more {
                    continue;
                }
            }
            Err(e) => warn!(error = %e, "webhooks can not be put into the outbox yet"),
        }
        tokio::time::sleep(LOOK).await;
    }
}

/// The value of `webhook-signature`: HMAC-SHA256 over name, time and body. A secret that begins
/// with `whsec_` is base64.
pub(super) fn signature(secret: &str, id: &str, timestamp: i64, body: &str) -> String {
    let decoded = secret.strip_prefix("whsec_").map(|s| STANDARD.decode(s));
    let key = match decoded {
        Some(Ok(key)) => key,
        Some(Err(_)) | None => secret.as_bytes().to_vec(),
    };
    // Keys of any length are taken.
    let Ok(mut mac) = Hmac::<Sha256>::new_from_slice(&key) else {
        return String::new();
    };
    mac.update(format!("{id}.{timestamp}.{body}").as_bytes());
    format!("v1,{}", STANDARD.encode(mac.finalize().into_bytes()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_signature_is_that_of_standard_webhooks() {
        // The example of the specification's libraries.
        let signed = signature(
            "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw",
            "msg_p5jXN8AQM9LWM0D4loKWxJek",
            1_614_265_330,
            "{\"test\": 2432232314}",
        );
        assert_eq!(signed, "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=");
        let other = signature("another secret of ours", "m", 1, "{}");
        assert_ne!(other, signature("another secret of ours", "m", 2, "{}"));
    }
}
