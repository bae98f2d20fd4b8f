//! The media threads: dedicated threads that own the legs, their sockets and their clocks.
//!
//! What costs at many calls is not the system call but the wake-up per packet. So a loaded
//! thread sleeps to a tick of a few milliseconds, drains what has come, sends what is due and
//! sleeps again; a lightly loaded one wakes when a packet comes, so that a key acts at once.
//! Tokio sees commands and events only, never a packet.

mod browser;
mod order;
mod ports;
mod priority;
mod seat;
mod shard;
mod socket;
mod stats;
mod thread;
mod waker;

use std::collections::HashMap;
use std::io;
use std::net::{IpAddr, SocketAddr};
use std::ops::RangeInclusive;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use tokio::sync::mpsc;

use crate::ids::LegId;
use crate::media::command::{MediaCommand, MediaEvent};
use crate::media::leg::{Leg, LegConfig};
use crate::media::source_lock::SourcePolicy;
use crate::task::clock;
use crate::webrtc::Identity;
use order::Order;
use ports::Ports;
use seat::Seat;
use stats::Counters;
pub use stats::MediaStats;
use waker::Waker;

/// How the media threads are set up. `Default` is fit for a server of its own.
#[derive(Clone, Debug)]
pub struct MediaConfig {
    /// How many threads; 0: one per core.
    pub threads: usize,
    /// RTP on even ports, RTCP on the odd one above. Keep it below the host's ephemeral
    /// ports.
    pub ports: RangeInclusive<u16>,
    /// Local addresses that legs may be opened on; empty, or with the unspecified address of
    /// a family: any of them.
    pub bind: Vec<IpAddr>,
    /// Ask for real-time priority (SCHED_FIFO); where it is refused, for a negative nice value.
    pub realtime: bool,
    /// The name in RTCP's source description (RFC 3550 §6.5.1); no person's.
    pub cname: String,
    /// How long a port pair rests between two legs.
    pub quarantine: Duration,
    /// After how long without RTP [`MediaEvent::RtpSilent`] is told.
    pub silent_after: Duration,
    /// From which addresses besides the negotiated one a leg's packets may come. The
    /// default suits phones behind NAT.
    pub source: SourcePolicy,
    /// Most legs per thread; above it [`OpenError::Busy`].
    pub legs_per_thread: usize,
    /// What browsers are shown; `None`: they can not be spoken with.
    pub web: Option<Identity>,
}

impl Default for MediaConfig {
    fn default() -> MediaConfig {
        MediaConfig {
            threads: 0,
            ports: 20_000..=25_999,
            bind: Vec::new(),
            realtime: true,
            cname: "zeroline".to_owned(),
            quarantine: Duration::from_secs(2),
            silent_after: Duration::from_secs(10),
            source: SourcePolicy::Nat,
            legs_per_thread: 5_000,
            web: None,
        }
    }
}

/// Why a leg could not be opened. The call is answered 503, or 500 for [`OpenError::Io`].
#[derive(Debug, thiserror::Error)]
pub enum OpenError {
    /// Every port pair is in use or rests.
    #[error("no free RTP port pair")]
    NoPorts,
    /// The threads have as many legs as they may, or the threads were stopped.
    #[error("the media threads take no more legs")]
    Busy,
    /// The leg is open already.
    #[error("leg {0:?} is open already")]
    Exists(LegId),
    /// No media is taken on this address.
    #[error("media is not bound to {0}")]
    NotLocal(IpAddr),
    /// The sockets could not be made: too many open files, or an address of another host.
    #[error("cannot open RTP sockets: {0}")]
    Io(#[from] io::Error),
}

/// A leg with its ports.
#[derive(Debug)]
pub struct OpenedLeg {
    /// Where its RTP is received: for the SDP.
    pub rtp: SocketAddr,
    /// Where its RTCP is received, without rtcp-mux.
    pub rtcp: SocketAddr,
    /// The way to its thread.
    pub media: LegMedia,
}

/// All media threads. Cheap to clone.
#[derive(Clone)]
pub struct MediaPool {
    common: Arc<Common>,
}

/// The way to the thread of one leg: commands without a look-up. Cheap to clone. Dropping it
/// does not close the leg; [`MediaCommand::Close`] does, and so does losing the receiver of
/// its events for ten seconds.
#[derive(Clone)]
pub struct LegMedia {
    control: Arc<Control>,
    common: Arc<Common>,
}

/// What everybody who knows a leg shares.
#[derive(Debug)]
struct Control {
    leg: LegId,
    /// The thread that owns it; changes when a bridge brings two legs together.
    shard: AtomicUsize,
    /// Close was asked for: remembered here in case the queue was full.
    closing: AtomicBool,
}

/// What threads and handles share.
struct Common {
    config: MediaConfig,
    cname: Arc<str>,
    ports: Arc<Ports>,
    shards: Vec<Door>,
    /// Where each leg lives. Not on the path of a packet, nor of a command by [`LegMedia`].
    directory: [Mutex<HashMap<LegId, Arc<Control>>>; DIRECTORY],
    counters: Counters,
    stopping: AtomicBool,
    threads: Mutex<Vec<std::thread::JoinHandle<()>>>,
}

const DIRECTORY: usize = 16;

/// The entrance to one thread.
struct Door {
    orders: mpsc::Sender<Order>,
    waker: Waker,
    legs: AtomicUsize,
}

/// Orders that may wait for a thread: about one second of the busiest server.
const ORDERS: usize = 32_768;

impl MediaPool {
    /// Starts the threads.
    ///
    /// # Errors
    /// When the system refuses a thread, an epoll or an eventfd.
    pub fn start(config: MediaConfig) -> io::Result<MediaPool> {
        let (common, queues) = Common::new(config)?;
        let pool = MediaPool { common };
        for (index, queue) in queues.into_iter().enumerate() {
            match thread::start(index, queue, pool.common.clone()) {
                Ok(handle) => pool.threads().push(handle),
                Err(e) => {
                    pool.stop();
                    return Err(e);
                }
            }
        }
        Ok(pool)
    }

    /// Binds the leg's ports on `local` and hands it to a thread: that of `beside`, or the
    /// least loaded one. Takes some tens of microseconds and never waits. Open the legs that
    /// will be bridged beside each other; a bridge of others moves one of them first.
    ///
    /// Give `events` room for some dozens; what does not fit waits at the leg, keys first.
    ///
    /// # Errors
    /// See [`OpenError`].
    pub fn open(
        &self,
        leg: LegId,
        local: IpAddr,
        beside: Option<LegId>,
        events: mpsc::Sender<MediaEvent>,
    ) -> Result<OpenedLeg, OpenError> {
        let common = &self.common;
        if common.stopping.load(Ordering::Relaxed) {
            return Err(OpenError::Busy);
        }
        if !common.config.takes(local) {
            return Err(OpenError::NotLocal(local));
        }
        if common.find(leg).is_some() {
            return Err(OpenError::Exists(leg));
        }
        let shard = beside
            .and_then(|b| common.find(b))
            .map(|c| c.shard.load(Ordering::Relaxed))
            .filter(|&shard| common.has_room(shard))
            .or_else(|| common.least_loaded().filter(|&s| common.has_room(s)))
            .ok_or(OpenError::Busy)?;
        let door = common.shards.get(shard).ok_or(OpenError::Busy)?;
        let (rtp, rtcp, lease) = common.ports.open(local)?;
        let (rtp_at, rtcp_at) = lease.addresses();
        let control = Arc::new(Control {
            leg,
            shard: AtomicUsize::new(shard),
            closing: AtomicBool::new(false),
        });
        if !common.enter(control.clone()) {
            return Err(OpenError::Exists(leg));
        }
        let state = Leg::new(
            leg,
            LegConfig {
                ssrc: rand::random(),
                sequence: rand::random(),
                timestamp: rand::random(),
                seed: rand::random(),
                source: common.config.source,
                silent_after: common.config.silent_after,
                cname: common.cname.clone(),
            },
            clock::mono(),
        );
        let v6 = local.is_ipv6();
        let seat = Seat::new(state, control.clone(), (rtp, rtcp), v6, events, lease);
        door.legs.fetch_add(1, Ordering::Relaxed);
        // Without a plan the leg takes no packet and sends none: the thread may go on sleeping
        // until the first command.
        if !common.leave_word(shard, Order::Sit(Box::new(seat))) {
            door.legs.fetch_sub(1, Ordering::Relaxed);
            common.leave(leg);
            return Err(OpenError::Busy);
        }
        Ok(OpenedLeg {
            rtp: rtp_at,
            rtcp: rtcp_at,
            media: LegMedia {
                control,
                common: common.clone(),
            },
        })
    }

    /// Carries a command to the leg's thread, after one look-up. The order of the commands
    /// of a leg is kept. Never blocks; a command for an unknown leg is ignored.
    pub fn command(&self, command: MediaCommand) {
        if let Some(media) = self.leg(command.leg()) {
            media.command(command);
        }
    }

    /// The handle of an open leg.
    pub fn leg(&self, leg: LegId) -> Option<LegMedia> {
        Some(LegMedia {
            control: self.common.find(leg)?,
            common: self.common.clone(),
        })
    }

    /// Figures for metrics.
    pub fn stats(&self) -> MediaStats {
        let legs = |d: &Door| d.legs.load(Ordering::Relaxed) as u64;
        self.common
            .counters
            .read(self.common.shards.iter().map(legs).sum())
    }

    /// Ends all legs and threads, and waits for the threads: some milliseconds.
    pub fn stop(&self) {
        self.common.stopping.store(true, Ordering::SeqCst);
        for door in &self.common.shards {
            door.waker.wake();
        }
        let threads = std::mem::take(&mut *self.threads());
        for thread in threads {
            // A thread that panicked is over as well.
            drop(thread.join());
        }
    }

    fn threads(&self) -> std::sync::MutexGuard<'_, Vec<std::thread::JoinHandle<()>>> {
        self.common
            .threads
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
    }
}

impl std::fmt::Debug for MediaPool {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("MediaPool")
            .field("stats", &self.stats())
            .finish_non_exhaustive()
    }
}

impl std::fmt::Debug for LegMedia {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_tuple("LegMedia").field(&self.control.leg).finish()
    }
}

impl LegMedia {
    /// The leg.
    pub fn id(&self) -> LegId {
        self.control.leg
    }

    /// Carries a command to the leg's thread and wakes it if need be. The command should name
    /// this leg (for a bridge as either side). The order of the commands of a leg is kept.
    /// Never blocks: when a thread is a second behind, the command is lost and counted, except
    /// `Close`, which always arrives.
    pub fn command(&self, command: MediaCommand) {
        if self.leave(command) {
            self.wake();
        }
    }

    /// As [`LegMedia::command`], but does not wake the thread. `true`: [`LegMedia::wake`]
    /// should be called, once for all commands that are given in one turn; in vain when the
    /// leg was closed meanwhile.
    #[must_use]
    pub fn leave(&self, command: MediaCommand) -> bool {
        let hurries = match &command {
            MediaCommand::Close { .. } => {
                self.control.closing.store(true, Ordering::SeqCst);
                // A leg that sends has its thread awake within 20 ms; a silent one may wait.
                false
            }
            // An idle thread learns of a leg by its first plan: until then it hears none of the
            // leg's packets, and no key.
            MediaCommand::Apply { .. }
            | MediaCommand::Play { .. }
            | MediaCommand::Stop { .. }
            | MediaCommand::Bridge { .. }
            | MediaCommand::Confer { .. }
            | MediaCommand::Unbridge { .. }
            | MediaCommand::Record { .. }
            | MediaCommand::StopRecord { .. }
            | MediaCommand::Tap { .. } => true,
        };
        let shard = self.control.shard.load(Ordering::Acquire);
        self.common.leave_word(shard, Order::Command(command)) && hurries
    }

    /// Wakes the leg's thread.
    pub fn wake(&self) {
        if let Some(door) = self
            .common
            .shards
            .get(self.control.shard.load(Ordering::Acquire))
        {
            door.waker.wake();
        }
    }

    /// Sends the leg's events elsewhere from now on: for whoever takes over from a task that
    /// failed.
    pub fn redirect(&self, events: mpsc::Sender<MediaEvent>) {
        let shard = self.control.shard.load(Ordering::Acquire);
        let leg = self.control.leg;
        self.common.order(shard, Order::Redirect { leg, events });
    }
}

impl MediaConfig {
    fn takes(&self, local: IpAddr) -> bool {
        self.bind.is_empty()
            || self
                .bind
                .iter()
                .any(|b| *b == local || (b.is_unspecified() && b.is_ipv4() == local.is_ipv4()))
    }
}

impl Common {
    fn new(config: MediaConfig) -> io::Result<(Arc<Common>, Vec<mpsc::Receiver<Order>>)> {
        let threads = match config.threads {
            0 => std::thread::available_parallelism().map_or(1, |n| n.get()),
            n => n,
        };
        let mut shards = Vec::with_capacity(threads);
        let mut queues = Vec::with_capacity(threads);
        for _ in 0..threads {
            let (orders, queue) = mpsc::channel(ORDERS);
            queues.push(queue);
            shards.push(Door {
                orders,
                waker: Waker::new()?,
                legs: AtomicUsize::new(0),
            });
        }
        let common = Arc::new(Common {
            ports: Arc::new(Ports::new(config.ports.clone(), config.quarantine)),
            cname: Arc::from(config.cname.as_str()),
            config,
            shards,
            directory: Default::default(),
            counters: Counters::default(),
            stopping: AtomicBool::new(false),
            threads: Mutex::default(),
        });
        Ok((common, queues))
    }

    /// Puts an order into a thread's queue and wakes it; `false`: it is full (counted) or the
    /// thread is over.
    fn order(&self, shard: usize, order: Order) -> bool {
        let taken = self.leave_word(shard, order);
        if taken && let Some(door) = self.shards.get(shard) {
            door.waker.wake();
        }
        taken
    }

    /// As [`Common::order`], but the thread does not hurry: it may sleep on until its next
    /// packet is due, without legs for [`shard::IDLE`].
    fn leave_word(&self, shard: usize, order: Order) -> bool {
        let Some(door) = self.shards.get(shard) else {
            return false;
        };
        let taken = door.orders.try_send(order).is_ok();
        if !taken {
            self.counters.orders_lost.add(1);
        }
        taken
    }

    fn has_room(&self, shard: usize) -> bool {
        let limit = self.config.legs_per_thread;
        self.shards
            .get(shard)
            .is_some_and(|d| d.legs.load(Ordering::Relaxed) < limit)
    }

    fn least_loaded(&self) -> Option<usize> {
        (0..self.shards.len()).min_by_key(|&i| {
            self.shards
                .get(i)
                .map_or(usize::MAX, |d| d.legs.load(Ordering::Relaxed))
        })
    }

    fn page(&self, leg: LegId) -> std::sync::MutexGuard<'_, HashMap<LegId, Arc<Control>>> {
        // The lowest bit tells incoming from outgoing.
        let page = ((leg.0 >> 1) % DIRECTORY as u64) as usize;
        self.directory[page]
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
    }

    fn find(&self, leg: LegId) -> Option<Arc<Control>> {
        self.page(leg).get(&leg).cloned()
    }

    /// `false`: there is such a leg already.
    fn enter(&self, control: Arc<Control>) -> bool {
        let mut page = self.page(control.leg);
        if page.contains_key(&control.leg) {
            return false;
        }
        page.insert(control.leg, control);
        true
    }

    fn leave(&self, leg: LegId) {
        self.page(leg).remove(&leg);
    }
}

#[cfg(test)]
mod tests;
