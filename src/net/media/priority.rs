//! A media thread comes before other work of the machine, as far as the host allows.

/// What was allowed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Priority {
    /// SCHED_FIFO.
    RealTime,
    /// A negative nice value.
    Nice,
    /// Like everybody else.
    Normal,
}

/// Above ordinary real-time users of a desktop, below kernel threads that the network needs.
const FIFO: libc::c_int = 10;
const NICE: i32 = -15;

/// Raises the calling thread.
pub(super) fn raise() -> Priority {
    let param = libc::sched_param {
        sched_priority: FIFO,
    };
    // SAFETY: `param` lives through the call and is only read; pid 0 is the calling thread.
    let done = unsafe {
        libc::sched_setscheduler(0, libc::SCHED_FIFO | libc::SCHED_RESET_ON_FORK, &param)
    };
    if done == 0 {
        return Priority::RealTime;
    }
    let me = rustix::thread::gettid();
    match rustix::process::setpriority_process(Some(me), NICE) {
        Ok(()) => Priority::Nice,
        Err(_) => Priority::Normal,
    }
}
