//! Callers' messages: recorded into a file that survives a kill at any moment, and promised
//! only when file and row are on the disk.

use std::fs::File;
use std::io::{Read, Seek, SeekFrom, Write};
use std::ops::Range;
use std::path::{Path, PathBuf};
use std::time::Duration;

use super::writer::Command;
use super::{MESSAGES, RECORDING, Store, StoreError};
use crate::ids::{ContactId, LineName, PhoneNumber, QueueName};
use crate::now::Wall;
use crate::record::timeline::MessageId;
use crate::record::wav::{HEADER_LEN, RATE, SpeechBounds, header, length, octets};

/// What is kept about a message.
#[derive(Clone, Debug, PartialEq)]
pub struct MessageMeta {
    /// Left by this contact.
    pub contact: ContactId,
    /// On this line.
    pub line: Option<LineName>,
    /// For this queue.
    pub queue: Option<QueueName>,
    /// To be called back here.
    pub caller: Option<PhoneNumber>,
    /// When.
    pub taken: Wall,
    /// How long it is; [`Store::save_message`] and [`Store::save_recording`] fill it in.
    pub length: Duration,
}

/// A message that is being recorded. The file is readable at any time, whatever happens to
/// the process; dropped without [`Recording::finish`] it is discarded.
#[derive(Debug)]
pub struct Recording {
    name: String,
    raw: PathBuf,
    file: File,
    speech: SpeechBounds,
    kept: bool,
}

/// A finished recording, trimmed, on the disk, not yet a message.
#[derive(Debug)]
struct Finished {
    name: String,
    length: Duration,
}

impl Recording {
    /// Begins the file of a contact's message. Blocking.
    ///
    /// # Errors
    /// [`StoreError::Io`].
    pub fn begin(dir: &Path, contact: ContactId) -> Result<Recording, StoreError> {
        let recording = dir.join(RECORDING);
        // A caller may record again; each try has a name of its own.
        for n in 1..1_000 {
            let name = format!("{contact}-{n}.wav");
            let raw = recording.join(&name);
            if dir.join(MESSAGES).join(&name).exists() {
                continue;
            }
            let open = File::options().write(true).create_new(true).open(&raw);
            let mut file = match open {
                Ok(file) => file,
                Err(e) if e.kind() == std::io::ErrorKind::AlreadyExists => continue,
                Err(e) => return Err(StoreError::io(&raw)(e)),
            };
            super::private(&raw);
            // Claims as much as can be: players read what is there.
            file.write_all(&header(u64::MAX, RATE))
                .map_err(StoreError::io(&raw))?;
            return Ok(Recording {
                name,
                raw,
                file,
                speech: SpeechBounds::default(),
                kept: false,
            });
        }
        let too_many = std::io::Error::other("too many messages of one contact");
        Err(StoreError::io(&recording)(too_many))
    }

    /// Adds samples (8,000 per second). Blocking.
    ///
    /// # Errors
    /// [`StoreError::Io`].
    pub fn push(&mut self, samples: &[i16]) -> Result<(), StoreError> {
        self.speech.push(samples);
        let written = self.file.write_all(&octets(samples));
        // What was said before stays where the next start finds it.
        self.kept |= written.is_err();
        written.map_err(StoreError::io(&self.raw))
    }

    /// How much has been recorded.
    pub fn length(&self) -> Duration {
        length(self.speech.seen())
    }

    /// How much of it is speech, from the first to the last.
    pub fn speech(&self) -> Duration {
        self.speech.speech()
    }

    /// What was said, without the silence around it. Blocking.
    ///
    /// # Errors
    /// [`StoreError::Io`].
    pub fn said(&self) -> Result<Vec<i16>, StoreError> {
        let keep = self.speech.keep().unwrap_or_default();
        let read = || {
            let mut from = File::open(&self.raw)?;
            from.seek(SeekFrom::Start(HEADER_LEN as u64 + 2 * keep.start))?;
            let mut octets = Vec::new();
            from.take(2 * (keep.end - keep.start))
                .read_to_end(&mut octets)?;
            Ok(octets)
        };
        let octets = read().map_err(StoreError::io(&self.raw))?;
        let pairs = octets.chunks_exact(2);
        let sample = |pair: &[u8]| pair.try_into().map(i16::from_le_bytes).unwrap_or_default();
        Ok(pairs.map(sample).collect())
    }

    /// Samples in a second.
    pub fn rate(&self) -> u32 {
        RATE
    }

    /// Trims the silence around and puts the file, synced, into the folder of messages.
    fn finish(mut self, dir: &Path, min: Duration) -> Result<Finished, StoreError> {
        let keep = self.speech.keep().filter(|_| self.speech.speech() >= min);
        let Some(keep) = keep else {
            return Err(StoreError::TooShort);
        };
        let samples = keep.end - keep.start;
        let done = publish(dir, &self.raw, &self.name, keep);
        // If it failed, the raw file is all there is: the next start finds it.
        self.kept = done.is_err();
        done?;
        Ok(Finished {
            name: std::mem::take(&mut self.name),
            length: length(samples),
        })
    }
}

impl Drop for Recording {
    fn drop(&mut self) {
        if !self.kept {
            let _ = std::fs::remove_file(&self.raw);
        }
    }
}

/// Copies these samples of `raw` into the messages as `name`: complete and synced before it
/// has that name.
pub(super) fn publish(
    dir: &Path,
    raw: &Path,
    name: &str,
    keep: Range<u64>,
) -> Result<(), StoreError> {
    let messages = dir.join(MESSAGES);
    let part = dir.join(RECORDING).join(format!("{name}.part"));
    let target = messages.join(name);
    let copy = || {
        let mut from = File::open(raw)?;
        from.seek(SeekFrom::Start(HEADER_LEN as u64 + 2 * keep.start))?;
        let mut to = File::create(&part)?;
        super::private(&part);
        let samples = keep.end - keep.start;
        to.write_all(&header(samples, RATE))?;
        let copied = std::io::copy(&mut from.take(2 * samples), &mut to)?;
        if copied != 2 * samples {
            return Err(std::io::ErrorKind::UnexpectedEof.into());
        }
        to.sync_all()?;
        std::fs::rename(&part, &target)?;
        File::open(&messages)?.sync_all()
    };
    copy().map_err(|e| {
        // A disk that is full is not filled by what is of no use.
        let _ = std::fs::remove_file(&part);
        StoreError::io(&target)(e)
    })
}

impl Store {
    /// Begins to record a contact's message.
    ///
    /// # Errors
    /// [`StoreError::Io`].
    pub async fn begin_recording(&self, contact: ContactId) -> Result<Recording, StoreError> {
        let dir = self.place.dir.clone();
        blocking(move || Recording::begin(&dir, contact)).await
    }

    /// Ends a recording and stores it as a message. When this returns `Ok`, file and row
    /// survive a crash: now the caller may be told so.
    ///
    /// # Errors
    /// [`StoreError::TooShort`] if less than `min` is speech (the recording is discarded);
    /// otherwise the promise could not be kept and must not be made.
    pub async fn save_recording(
        &self,
        recording: Recording,
        min: Duration,
        mut meta: MessageMeta,
    ) -> Result<(MessageId, Duration), StoreError> {
        let dir = self.place.dir.clone();
        let done = blocking(move || recording.finish(&dir, min)).await?;
        meta.length = done.length;
        let id = self.promise(meta, done.name).await?;
        Ok((id, done.length))
    }

    /// Stores samples (8,000 per second) as a message, as they are. When this returns `Ok`,
    /// file and row survive a crash.
    ///
    /// # Errors
    /// The promise could not be kept and must not be made.
    pub async fn save_message(
        &self,
        mut meta: MessageMeta,
        samples: Vec<i16>,
    ) -> Result<MessageId, StoreError> {
        meta.length = length(samples.len() as u64);
        let (dir, contact) = (self.place.dir.clone(), meta.contact);
        let name = blocking(move || {
            let mut recording = Recording::begin(&dir, contact)?;
            recording.push(&samples)?;
            publish(
                &dir,
                &recording.raw,
                &recording.name,
                0..samples.len() as u64,
            )?;
            Ok(recording.name.clone())
        })
        .await?;
        self.promise(meta, name).await
    }

    async fn promise(&self, meta: MessageMeta, file: String) -> Result<MessageId, StoreError> {
        let (done, wait) = tokio::sync::oneshot::channel();
        let command = Command::Message {
            meta: Box::new(meta),
            file,
            done,
        };
        self.commands
            .send(command)
            .await
            .map_err(|_| StoreError::Closed)?;
        wait.await.map_err(|_| StoreError::Closed)?
    }
}

/// Runs file work where it holds up nobody.
async fn blocking<T: Send + 'static>(
    work: impl FnOnce() -> Result<T, StoreError> + Send + 'static,
) -> Result<T, StoreError> {
    tokio::task::spawn_blocking(work)
        .await
        .map_err(|_| StoreError::Closed)?
}

/// The contact that a message file belongs to, by its name.
pub(super) fn contact_of(name: &str) -> Option<ContactId> {
    name.strip_suffix(".wav")?.split_once('-')?.0.parse().ok()
}

/// Reads a whole WAV file's speech, for what a crash left.
pub(super) fn bounds_of(raw: &Path) -> std::io::Result<Option<SpeechBounds>> {
    let mut file = File::open(raw)?;
    let len = file.metadata()?.len();
    let mut beginning = [0; HEADER_LEN];
    if file.read_exact(&mut beginning).is_err()
        || crate::record::wav::repair(len, &beginning).is_none()
    {
        return Ok(None);
    }
    let mut speech = SpeechBounds::default();
    let mut chunk = vec![0; 16_384];
    loop {
        let mut n = 0;
        while n < chunk.len() {
            match file.read(&mut chunk[n..])? {
                0 => break,
                more => n += more,
            }
        }
        let (pairs, _) = chunk[..n].as_chunks::<2>();
        let samples: Vec<i16> = pairs.iter().map(|p| i16::from_le_bytes(*p)).collect();
        speech.push(&samples);
        if n < chunk.len() {
            return Ok(Some(speech));
        }
    }
}
