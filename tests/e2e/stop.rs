//! A graceful stop: nobody new, live calls finish.

use std::time::Duration;

use crate::support::phone::SOON;
use crate::support::server::server;

#[test]
fn sigterm_lets_live_calls_finish_and_takes_no_new_ones() {
    let mut server = server().with("[stop]\ngrace = \"20s\"").start();
    let mut caller = server.phone("5550400");
    caller.call("100");
    server.process().terminate();
    std::thread::sleep(Duration::from_millis(500));
    let mut late = server.phone("5550401");
    late.invite("100");
    assert_eq!(late.wait_answer(SOON), 503, "{}", late.transcript());
    let heard = caller.media.count();
    caller.idle(Duration::from_secs(1));
    assert!(caller.media.count() > heard + 20, "the call goes on");
    assert!(!caller.ended);
    assert_eq!(caller.hang_up(), 200);
    let status = server.process().wait(Duration::from_secs(5));
    assert!(status.success(), "{status}");
}

#[test]
fn after_the_grace_period_calls_end_with_bye() {
    let mut server = server().with("[stop]\ngrace = \"1s\"").start();
    let mut caller = server.phone("5550402");
    caller.call("100");
    server.process().terminate();
    caller.wait_bye(Duration::from_secs(4));
    let status = server.process().wait(Duration::from_secs(8));
    assert!(status.success(), "{status}");
}
