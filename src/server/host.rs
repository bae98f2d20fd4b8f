//! What the server asks of the system that it runs on.

use rustix::process::{Resource, getrlimit, setrlimit};

/// Each leg has two sockets, and the usual limit of 1,024 open files is for other programs.
pub fn raise_file_limit() {
    let mut limit = getrlimit(Resource::Nofile);
    limit.current = limit.maximum;
    if let Err(e) = setrlimit(Resource::Nofile, limit) {
        eprintln!("warning: the limit of open files stays as it is: {e}");
    }
}

/// A file that may not grow any more (`ulimit -f`) is a disk that refuses, not the end of all calls.
pub fn outlive_full_files() {
    // SAFETY: no handler of ours is replaced, and to ignore a signal runs nothing.
    unsafe { libc::signal(libc::SIGXFSZ, libc::SIG_IGN) };
}
