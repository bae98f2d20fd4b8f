//! Stopping: no new calls, live calls finish, the rest gets a BYE.

use std::time::Duration;

use tokio::sync::{mpsc, watch};
use tokio::task::JoinSet;
use tracing::{info, warn};

use super::told;
use crate::sip::endpoint::Accepting;
use crate::sip::leg::LegCommand;
use crate::task::call::Tools;
use crate::task::sip::{IncomingCall, SipHandle};

/// After the grace period, how long calls have for their BYEs and messages.
const LAST_WORDS: Duration = Duration::from_secs(5);

/// How long the answers to our last requests may take: a BYE that is lost once comes again.
const LAST_ANSWERS: Duration = Duration::from_secs(2);
/// How often the machine is asked about them.
const LOOK_EVERY: Duration = Duration::from_millis(20);

/// Retry-After in seconds: about what a restart takes.
const RETRY_AFTER: u32 = 10;

pub(super) async fn drain(
    tools: &Tools,
    grace: Duration,
    incoming: &mut mpsc::Receiver<IncomingCall>,
    calls: &mut JoinSet<()>,
    stop: &watch::Sender<bool>,
) {
    info!(calls = calls.len(), "stopping: no new calls");
    let refuse = Accepting::NoNewCalls {
        retry_after: RETRY_AFTER,
    };
    // Signalling that is gone takes no calls either.
    let _ = tools.sip.set_accepting(refuse).await;
    // Providers shall not send calls here any more.
    let _ = tools.sip.stop_registrations().await;
    tools.queue.stopping().await;
    // Calls that had come in but were not begun.
    while let Ok(call) = incoming.try_recv() {
        let reject = LegCommand::Reject {
            status: 503,
            retry_after: Some(RETRY_AFTER),
        };
        let _ = tools.sip.command(call.invite.leg, reject).await;
    }
    if tokio::time::timeout(grace, all_over(calls)).await.is_err() {
        warn!(
            calls = calls.len(),
            "the grace period is over: ending the calls that are left"
        );
        stop.send_replace(true);
        if tokio::time::timeout(LAST_WORDS, all_over(calls))
            .await
            .is_err()
        {
            warn!(calls = calls.len(), "calls did not end in time");
        }
    }
    if tokio::time::timeout(LAST_ANSWERS, all_answered(&tools.sip))
        .await
        .is_err()
    {
        info!("not every BYE and REGISTER of ours was answered");
    }
    info!("stopped");
}

/// Waits until no request of ours is without its answer.
async fn all_answered(sip: &SipHandle) {
    while let Ok(stats) = sip.endpoint_stats().await {
        if stats.unanswered == 0 {
            return;
        }
        tokio::time::sleep(LOOK_EVERY).await;
    }
}

async fn all_over(calls: &mut JoinSet<()>) {
    while let Some(ended) = calls.join_next().await {
        told(ended);
    }
}
