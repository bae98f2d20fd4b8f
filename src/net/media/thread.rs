//! The loop of a media thread.

use std::io;
use std::os::fd::AsFd;
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::thread::JoinHandle;
use std::time::Duration;

use rustix::event::epoll;
use tokio::sync::mpsc;

use super::Common;
use super::order::Order;
use super::priority::{Priority, raise};
use super::shard::Shard;
use crate::task::clock;

/// Orders done in one turn; the rest waits for the next, so that packets are not late.
const ORDERS_PER_TURN: usize = 256;

/// Starts thread number `me`.
pub(super) fn start(
    me: usize,
    orders: mpsc::Receiver<Order>,
    common: Arc<Common>,
) -> io::Result<JoinHandle<()>> {
    let epoll = epoll::create(epoll::CreateFlags::CLOEXEC)?;
    std::thread::Builder::new()
        .name(format!("media-{me}"))
        .spawn(move || {
            if common.config.realtime {
                let got = raise();
                if got == Priority::RealTime {
                    common.counters.realtime_threads.add(1);
                }
                tracing::info!(thread = me, priority = ?got, "media thread runs");
            }
            let shard = Shard::new(me, common.clone(), epoll, clock::mono());
            run(me, shard, orders, &common);
        })
}

fn run(me: usize, mut shard: Shard, mut orders: mpsc::Receiver<Order>, common: &Common) {
    let Some(door) = common.shards.get(me) else {
        return;
    };
    loop {
        let now = clock::now();
        // Before the packets: a plan comes before the first packet of its leg.
        for _ in 0..ORDERS_PER_TURN {
            let Ok(order) = orders.try_recv() else {
                break;
            };
            shard.order(order, now.mono);
        }
        shard.arrivals(now.mono);
        shard.ticks(now);
        shard.tell();
        if common.stopping.load(Ordering::SeqCst) {
            shard.close_all();
            return;
        }
        let (limit, on_arrival) = pause(&shard);
        let also = on_arrival.then(|| shard.epoll().as_fd());
        door.waker.sleep(limit, also, || {
            orders.is_empty() && !common.stopping.load(Ordering::SeqCst)
        });
    }
}

/// How long to sleep, and whether a packet may end it.
fn pause(shard: &Shard) -> (Duration, bool) {
    let now = clock::mono();
    let Some(tick) = tick(shard.legs(), shard.expects_key()) else {
        return (shard.idle_for(now), true);
    };
    // To the next multiple of the tick: a leg's packets then always leave at the same place
    // of the tick, and the tick does not show as jitter.
    let now = now.since_start().as_nanos() as u64;
    let tick = tick.as_nanos() as u64;
    (Duration::from_nanos(tick - now % tick), false)
}

/// The tick by number of legs; `None`: wake for each packet. More legs, longer ticks: what
/// costs is the waking. While a key is on its way it is short, since somebody waits for what
/// the key does. All divide the 20 ms of a packet.
fn tick(legs: usize, key: bool) -> Option<Duration> {
    match legs {
        0..60 => None,
        60.. if key => Some(Duration::from_millis(1)),
        60..200 => Some(Duration::from_millis(1)),
        200..600 => Some(Duration::from_millis(2)),
        600.. => Some(Duration::from_millis(4)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_on_its_way_shortens_the_tick_and_lengthens_none() {
        for legs in 0..2000 {
            let (usual, key) = (tick(legs, false), tick(legs, true));
            assert_eq!(usual.is_none(), key.is_none());
            assert!(key <= usual && key <= Some(Duration::from_millis(1)));
            for tick in [usual, key].into_iter().flatten() {
                assert_eq!(20 % tick.as_millis(), 0);
            }
        }
    }
}
