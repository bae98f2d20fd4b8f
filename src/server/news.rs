//! News of the signalling, for the queue, the figures and the log.

use tokio::sync::mpsc;
use tracing::{info, warn};

use super::figures;
use crate::task::queue::QueueHandle;
use crate::task::sip::SipNotice;

/// News of agents and trunks, for as long as the server lives.
pub(super) async fn pass_on(mut notices: mpsc::Receiver<SipNotice>, queue: QueueHandle) {
    while let Some(notice) = notices.recv().await {
        match notice {
            SipNotice::Agent { agent, contacts } => queue.agent(agent, contacts).await,
            SipNotice::Trunk {
                trunk,
                registered: true,
                ..
            } => {
                figures::trunk(&trunk, true);
                info!(trunk, "registered at the trunk");
            }
            SipNotice::Trunk {
                trunk,
                registered: false,
                status,
            } => {
                figures::trunk(&trunk, false);
                match status {
                    // Taken back by ourselves.
                    200..300 => info!(trunk, "not registered at the trunk any more"),
                    0 => warn!(trunk, "not registered at the trunk: no answer"),
                    401 | 403 | 407 => warn!(
                        trunk,
                        status,
                        "not registered at the trunk: it refuses our account; compare `user` and \
                         `password` with the provider's"
                    ),
                    _ => warn!(trunk, status, "not registered at the trunk"),
                }
            }
            SipNotice::TrunkRefused { trunk, status } => {
                warn!(
                    trunk,
                    status,
                    "the trunk refuses our account for a call; compare `user` and `password` with \
                     the provider's"
                );
            }
        }
    }
}
