//! Writes recordings of talks: one thread, away from calls and from media threads.
//!
//! It looks at each recording every tenth of a second, takes what was tapped, decodes it and writes
//! it down. A disk that is slow makes it late, and in the end recordings poorer; a call does not
//! notice. The file is a good one at any time: its header is brought up to date every second, and
//! what a lost server left is made whole at the next start.

use std::fs::File;
use std::io::{BufWriter, Seek};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::mpsc::{Receiver, RecvTimeoutError, SyncSender, sync_channel};
use std::time::Duration;

use hound::{SampleFormat, WavSpec, WavWriter};
use tokio::sync::{mpsc, oneshot};
use tracing::warn;

use super::clock;
use crate::media::tap::Tapped;
use crate::media::tape::{RATE, Tape};

/// How often each recording is looked at.
const EVERY: Duration = Duration::from_millis(100);
/// A packet is in the channel this long after it came, in milliseconds: media threads are seldom
/// as late.
const BEHIND_MS: u64 = 200;
/// How often the header is brought up to date, in looks.
const HEADER_EVERY: u32 = 10;
/// Recordings that wait to be begun.
const ORDERS: usize = 1_024;
/// Octets of a WAV file's header, and of one moment of both channels.
const HEADER: u64 = 44;
const BOTH: u64 = 4;
/// More does not fit into a WAV file (4 GiB): 37 hours.
const MOST: u64 = (u32::MAX as u64 - 1_000) / 4;

/// What is written, and where.
pub struct Reel {
    /// Empty.
    pub file: File,
    /// When it begins, in media time (milliseconds).
    pub begin_ms: u64,
    /// What is tapped; the recording ends when nobody can send any more.
    pub packets: mpsc::Receiver<Tapped>,
    /// Packets that found no room in that channel.
    pub lost: Arc<AtomicU64>,
    /// Told at the end.
    pub done: oneshot::Sender<Written>,
}

/// What a recording came to.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Written {
    /// How long it is.
    pub length: Duration,
    /// Packets that are missing.
    pub lost: u64,
    /// Why it ended before the talk, in words.
    pub failed: Option<String>,
}

/// The way to the thread.
#[derive(Clone, Debug)]
pub struct Deck(SyncSender<Reel>);

impl Deck {
    /// Starts the thread, which ends with the last handle.
    ///
    /// # Errors
    /// The system refuses a thread.
    pub fn start() -> std::io::Result<Deck> {
        let (orders, waiting) = sync_channel(ORDERS);
        std::thread::Builder::new()
            .name("recorder".to_owned())
            .spawn(move || run(&waiting))?;
        Ok(Deck(orders))
    }

    /// Begins a recording.
    ///
    /// # Errors
    /// Too many wait, or the thread is gone; in words.
    pub fn write(&self, reel: Reel) -> Result<(), String> {
        let sent = self.0.try_send(reel);
        sent.map_err(|_| "the recorder takes no more".to_owned())
    }
}

fn run(orders: &Receiver<Reel>) {
    let mut running: Vec<Writing> = Vec::new();
    let mut open = true;
    while open || !running.is_empty() {
        let next = match (running.is_empty(), open) {
            (true, _) => orders.recv().map_err(|_| RecvTimeoutError::Disconnected),
            (false, true) => orders.recv_timeout(EVERY),
            (false, false) => {
                std::thread::sleep(EVERY);
                Err(RecvTimeoutError::Timeout)
            }
        };
        match next {
            Ok(reel) => running.push(Writing::new(reel)),
            Err(RecvTimeoutError::Timeout) => {}
            Err(RecvTimeoutError::Disconnected) => open = false,
        }
        let now_ms = millis();
        running = running.into_iter().filter_map(|w| w.turn(now_ms)).collect();
    }
}

fn millis() -> u64 {
    u64::try_from(clock::mono().since_start().as_millis()).unwrap_or(u64::MAX)
}

/// A recording that goes on.
struct Writing {
    reel: Reel,
    tape: Tape,
    /// `None`: the file could not be begun.
    wav: Option<WavWriter<BufWriter<File>>>,
    pcm: Vec<i16>,
    looks: u32,
    /// Samples of one channel.
    written: u64,
}

impl Writing {
    fn new(mut reel: Reel) -> Writing {
        let tape = Tape::new(reel.begin_ms);
        let file = reel.file.try_clone();
        let spec = WavSpec {
            channels: 2,
            sample_rate: RATE,
            bits_per_sample: 16,
            sample_format: SampleFormat::Int,
        };
        let begun = file.and_then(|file| {
            reel.file.rewind()?;
            WavWriter::new(BufWriter::new(file), spec).map_err(into_io)
        });
        let wav = match begun {
            Ok(wav) => Some(wav),
            Err(e) => {
                warn!(error = %e, "a recording could not be begun");
                None
            }
        };
        Writing {
            reel,
            tape,
            wav,
            pcm: Vec::new(),
            looks: 0,
            written: 0,
        }
    }

    /// Writes what is due. `None`: it is over, and that was told.
    fn turn(mut self, now_ms: u64) -> Option<Writing> {
        if self.wav.is_none() {
            self.end(Some("the file can not be written".to_owned()));
            return None;
        }
        // Bounded: as much as the channel holds may be there, and no more comes into this look.
        let mut over = false;
        for _ in 0..=self.reel.packets.max_capacity() {
            match self.reel.packets.try_recv() {
                Ok(packet) => self.tape.packet(packet),
                Err(mpsc::error::TryRecvError::Empty) => break,
                Err(mpsc::error::TryRecvError::Disconnected) => {
                    over = true;
                    break;
                }
            }
        }
        let until = match over {
            true => now_ms + self.tape.delay_ms(),
            false => now_ms.saturating_sub(BEHIND_MS),
        };
        self.pcm.clear();
        self.tape.advance(until, &mut self.pcm);
        match self.write(over) {
            Err(e) => self.end(Some(reason(&e))),
            Ok(()) if self.written > MOST => {
                self.end(Some("it is as long as a WAV file can be".to_owned()));
            }
            Ok(()) if over => self.end(None),
            Ok(()) => return Some(self),
        }
        None
    }

    fn write(&mut self, over: bool) -> std::io::Result<()> {
        let Some(wav) = &mut self.wav else {
            return Ok(());
        };
        for sample in &self.pcm {
            wav.write_sample(*sample).map_err(into_io)?;
        }
        self.written += self.pcm.len() as u64 / 2;
        self.looks += 1;
        if over || self.looks.is_multiple_of(HEADER_EVERY) {
            wav.flush().map_err(into_io)?;
        }
        Ok(())
    }

    fn end(mut self, failed: Option<String>) {
        if let Some(wav) = self.wav.take() {
            // What can not be written any more was told above.
            let _ = wav.finalize();
        }
        let moments = match failed {
            None => self.written,
            // What was on its way to a disk that takes no more is not there.
            Some(_) => {
                let there = self.reel.file.metadata().map_or(0, |m| m.len());
                there.saturating_sub(HEADER) / BOTH
            }
        };
        let written = Written {
            length: Duration::from_millis(moments * 1_000 / u64::from(RATE)),
            lost: self.reel.lost.load(Ordering::Relaxed),
            failed,
        };
        // Who asked may be gone: the next start finds the file.
        let _ = self.reel.done.send(written);
    }
}

fn into_io(e: hound::Error) -> std::io::Error {
    match e {
        hound::Error::IoError(e) => e,
        other => std::io::Error::other(other),
    }
}

fn reason(e: &std::io::Error) -> String {
    match e.kind() {
        std::io::ErrorKind::StorageFull | std::io::ErrorKind::QuotaExceeded => {
            "the disk is full".to_owned()
        }
        _ => format!("the file can not be written: {e}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ids::LegId;
    use crate::media::rtp::RtpHeader;
    use crate::media::tap::Side;
    use crate::sdp::plan::Codec;

    fn packet(n: u16, begin_ms: u64) -> Tapped {
        Tapped {
            leg: LegId(1),
            side: Side::Caller,
            ms: begin_ms + 20 * u64::from(n),
            header: RtpHeader {
                sequence: n,
                timestamp: 160 * u32::from(n),
                ..RtpHeader::default()
            },
            codec: Some(Codec::Pcmu),
            // As loud as µ-law is.
            payload: vec![0x80; 160],
        }
    }

    fn reel(file: File, begin_ms: u64) -> (Reel, mpsc::Sender<Tapped>, oneshot::Receiver<Written>) {
        let (sink, packets) = mpsc::channel(512);
        let (done, told) = oneshot::channel();
        let lost = Arc::default();
        let reel = Reel {
            file,
            begin_ms,
            packets,
            lost,
            done,
        };
        (reel, sink, told)
    }

    /// The same thread's steps, by a clock of the test's.
    fn play(mut writing: Writing, from_ms: u64, to_ms: u64) -> Option<Writing> {
        for now in (from_ms..=to_ms).step_by(100) {
            writing = writing.turn(now)?;
        }
        Some(writing)
    }

    #[test]
    fn the_file_can_be_read_while_it_is_written() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("talk.wav");
        let begin_ms = 10_000;
        let (reel, sink, mut told) = reel(File::create(&path).unwrap(), begin_ms);
        let writing = Writing::new(reel);
        for n in 0..100 {
            sink.try_send(packet(n, begin_ms)).unwrap();
        }
        let writing = play(writing, begin_ms + 100, begin_ms + 2_000).unwrap();
        // As a server that is killed now leaves it.
        let read = hound::WavReader::open(&path).unwrap();
        assert_eq!((read.spec().channels, read.spec().sample_rate), (2, RATE));
        assert!(read.duration() > RATE, "{}", read.duration());
        drop(sink);
        assert!(writing.turn(begin_ms + 2_100).is_none());
        let written = told.try_recv().unwrap();
        assert_eq!(written.failed, None);
        let read = hound::WavReader::open(&path).unwrap();
        assert_eq!(
            u64::from(read.duration()),
            written.length.as_millis() as u64 * 8
        );
        assert_eq!(written.length, Duration::from_millis(2_100));
        let both: Vec<i16> = read.into_samples().map(Result::unwrap).collect();
        assert!(both.iter().step_by(2).any(|s| s.unsigned_abs() > 20_000));
        assert!(both.iter().skip(1).step_by(2).all(|s| *s == 0));
    }

    #[test]
    fn a_full_disk_ends_the_recording_and_says_so() {
        let full = File::options().write(true).open("/dev/full").unwrap();
        let (reel, sink, mut told) = reel(full, 0);
        let writing = Writing::new(reel);
        for n in 0..100 {
            sink.try_send(packet(n, 0)).unwrap();
        }
        assert!(play(writing, 100, 3_000).is_none());
        let written = told.try_recv().unwrap();
        assert_eq!(written.failed.as_deref(), Some("the disk is full"));
        // Nobody waits for it: what taps the leg is told that it is over.
        assert!(sink.is_closed());
    }

    #[test]
    fn the_thread_ends_with_its_last_handle() {
        let dir = tempfile::tempdir().unwrap();
        let deck = Deck::start().unwrap();
        let file = File::create(dir.path().join("talk.wav")).unwrap();
        let (reel, sink, told) = reel(file, millis());
        deck.write(reel).unwrap();
        drop(deck);
        drop(sink);
        assert_eq!(told.blocking_recv().unwrap().failed, None);
    }
}
