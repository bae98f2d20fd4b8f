//! How a media thread sleeps, and how it is woken for a command.

use std::io;
use std::os::fd::{BorrowedFd, OwnedFd};
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use rustix::event::{EventfdFlags, PollFd, PollFlags, Timespec, eventfd, poll};

/// Wakes one thread.
#[derive(Debug)]
pub(super) struct Waker {
    fd: OwnedFd,
    /// The thread sleeps, or is about to: only then the system call is worth its price.
    asleep: AtomicBool,
}

impl Waker {
    pub(super) fn new() -> io::Result<Waker> {
        let flags = EventfdFlags::CLOEXEC | EventfdFlags::NONBLOCK;
        Ok(Waker {
            fd: eventfd(0, flags)?,
            asleep: AtomicBool::new(false),
        })
    }

    /// Call after the command is in the queue.
    pub(super) fn wake(&self) {
        if self.asleep.swap(false, Ordering::SeqCst) {
            // A full counter wakes as well.
            let _ = rustix::io::write(&self.fd, &1u64.to_ne_bytes());
        }
    }

    /// Sleeps for at most `limit`, until woken, or until `also` is readable. `idle` is asked
    /// once more after the intent to sleep is known: a command that came before is seen by
    /// it, one that comes after wakes.
    pub(super) fn sleep(
        &self,
        limit: Duration,
        also: Option<BorrowedFd<'_>>,
        idle: impl FnOnce() -> bool,
    ) {
        self.asleep.store(true, Ordering::SeqCst);
        if idle() {
            let limit = Timespec {
                tv_sec: i64::try_from(limit.as_secs()).unwrap_or(i64::MAX),
                tv_nsec: i64::from(limit.subsec_nanos()),
            };
            let own = PollFd::new(&self.fd, PollFlags::IN);
            // An interrupted sleep is a short one.
            let _ = match also {
                Some(fd) => poll(
                    &mut [own, PollFd::from_borrowed_fd(fd, PollFlags::IN)],
                    Some(&limit),
                ),
                None => poll(&mut [own], Some(&limit)),
            };
        }
        if !self.asleep.swap(false, Ordering::SeqCst) {
            let _ = rustix::io::read(&self.fd, &mut [0u8; 8]);
        }
    }
}
