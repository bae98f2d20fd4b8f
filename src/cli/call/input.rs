//! Where the keys of a call in the terminal come from.

use std::collections::VecDeque;
use std::io::{self, BufRead, IsTerminal, Read};
use std::os::fd::AsFd;
use std::time::Duration;

use rustix::event::{PollFd, PollFlags, Timespec, poll};
use rustix::termios::{LocalModes, OptionalActions, Termios, tcgetattr, tcsetattr};

use crate::ids::Key;
use crate::rehearse::trial;

/// What the caller wants.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Wish {
    /// Presses keys.
    Keys(Vec<Key>),
    /// Says nothing.
    Silence,
    /// Hangs up.
    HangUp,
    /// It can not be said what.
    Unknown,
}

/// Where wishes come from.
pub trait Input {
    /// The next one; `None`: there will be no more.
    ///
    /// # Errors
    /// It can not be read.
    fn next(&mut self) -> io::Result<Option<Wish>>;

    /// Whether somebody sits there who wants to know what each key does.
    fn shows_keys(&self) -> bool;

    /// Waits so long for something to be typed, which is read later. `None`: that can not be.
    fn is_typed_within(&self, _time: Duration) -> Option<bool> {
        None
    }
}

/// Keys that were given beforehand.
impl Input for VecDeque<Wish> {
    fn next(&mut self) -> io::Result<Option<Wish>> {
        Ok(self.pop_front())
    }

    fn shows_keys(&self) -> bool {
        false
    }
}

/// Line by line, as from a file or another program: the keys of a line are pressed one after the
/// other, an empty line is silence.
pub struct Lines<R>(pub R);

impl<R: BufRead> Input for Lines<R> {
    fn next(&mut self) -> io::Result<Option<Wish>> {
        let mut line = String::new();
        // Longer lines are no keys, and must not fill the memory.
        let read = (&mut self.0).take(1_024).read_line(&mut line)?;
        if read == 0 {
            return Ok(None);
        }
        Ok(Some(match line.trim() {
            "" => Wish::Silence,
            "h" | "q" => Wish::HangUp,
            keys => trial::keys(keys).map_or(Wish::Unknown, Wish::Keys),
        }))
    }

    fn shows_keys(&self) -> bool {
        true
    }
}

/// Single keys of a terminal, without Enter. The terminal is as before when it is dropped.
pub struct Terminal {
    before: Termios,
}

impl Terminal {
    /// Standard input, if it is a terminal.
    pub fn open() -> Option<Terminal> {
        let stdin = io::stdin();
        if !stdin.is_terminal() {
            return None;
        }
        let before = tcgetattr(stdin.as_fd()).ok()?;
        let mut single = before.clone();
        // Ctrl-C comes as a key, so that the terminal is put back.
        let modes = LocalModes::ICANON | LocalModes::ECHO | LocalModes::ISIG;
        single.local_modes.remove(modes);
        tcsetattr(stdin.as_fd(), OptionalActions::Now, &single).ok()?;
        Some(Terminal { before })
    }
}

impl Input for Terminal {
    fn next(&mut self) -> io::Result<Option<Wish>> {
        let mut byte = [0];
        if io::stdin().read(&mut byte)? == 0 {
            return Ok(None);
        }
        Ok(Some(match byte[0] {
            b'\n' | b'\r' => Wish::Silence,
            // Ctrl-C, Ctrl-D.
            b'h' | b'q' | 3 | 4 => Wish::HangUp,
            other => {
                Key::from_char(char::from(other)).map_or(Wish::Unknown, |key| Wish::Keys(vec![key]))
            }
        }))
    }

    fn shows_keys(&self) -> bool {
        true
    }

    fn is_typed_within(&self, time: Duration) -> Option<bool> {
        let stdin = io::stdin();
        let mut typed = [PollFd::new(&stdin, PollFlags::IN)];
        let time = Timespec::try_from(time).ok()?;
        // What can not be waited for is not typed.
        poll(&mut typed, Some(&time)).ok().map(|n| n > 0)
    }
}

impl Drop for Terminal {
    fn drop(&mut self) {
        let _ = tcsetattr(io::stdin().as_fd(), OptionalActions::Now, &self.before);
    }
}
