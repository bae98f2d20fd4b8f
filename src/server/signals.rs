//! What the system asks of the server.

use tokio::signal::unix::{SignalKind, signal};
use tokio::sync::mpsc;

/// SIGTERM or Ctrl-C.
pub async fn asked_to_stop() {
    let terminate = async {
        match signal(SignalKind::terminate()) {
            Ok(mut s) => {
                s.recv().await;
            }
            Err(_) => std::future::pending().await,
        }
    };
    tokio::select! {
        () = terminate => {}
        _ = tokio::signal::ctrl_c() => {}
    }
}

/// SIGHUP. One that comes while menus are read already is kept, further ones are the same.
pub fn asked_to_reload() -> mpsc::Receiver<()> {
    let (ask, asked) = mpsc::channel(1);
    match signal(SignalKind::hangup()) {
        Ok(mut s) => {
            tokio::spawn(async move {
                while s.recv().await.is_some() {
                    // Full: somebody has asked already.
                    let _ = ask.try_send(());
                }
            });
        }
        Err(e) => eprintln!("warning: menus are not reloaded on SIGHUP: {e}"),
    }
    asked
}
