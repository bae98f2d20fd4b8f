//! In which codecs prompts are made, and the encodings that take long, kept between starts by
//! what they were made of: `<cache>/opus/<key>`.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use sha2::{Digest, Sha256};

use super::atomic;
use super::ingest::{Master, Wrong};
use crate::ids::PromptName;
use crate::media::codec::encode_prompt;
use crate::media::prompt::{Encoded, Prompt};
use crate::sdp::plan::Codec;

/// Changes when the encoder or its settings do, or the form of the files.
const VERSION: &[u8] = b"zeroline opus 1";
/// A checksum at the beginning of each file.
const SUM: usize = 16;
/// No Opus packet of one frame is longer (RFC 6716 §3.2.1).
const LONGEST: usize = 1275;

/// In which codecs prompts are made.
#[derive(Clone, Copy, Debug, Default)]
pub struct Encodings<'a> {
    codecs: &'a [Codec],
    kept: Option<&'a Path>,
}

impl<'a> From<&'a [Codec]> for Encodings<'a> {
    fn from(codecs: &'a [Codec]) -> Encodings<'a> {
        Encodings { codecs, kept: None }
    }
}

impl<'a, const N: usize> From<&'a [Codec; N]> for Encodings<'a> {
    fn from(codecs: &'a [Codec; N]) -> Encodings<'a> {
        codecs.as_slice().into()
    }
}

impl<'a> Encodings<'a> {
    /// What takes long is looked for in this folder first, and kept there. It may be emptied at
    /// any time.
    pub fn kept_in(self, folder: &'a Path) -> Encodings<'a> {
        let kept = Some(folder);
        Encodings { kept, ..self }
    }

    /// Encodes a master.
    pub(super) fn make(self, name: PromptName, master: &Master) -> Result<Prompt, Wrong> {
        let mut made = Vec::with_capacity(self.codecs.len());
        for codec in self.codecs {
            made.push((*codec, self.one(*codec, master)?));
        }
        Ok(Prompt::new(name, master.duration(), made))
    }

    fn one(self, codec: Codec, master: &Master) -> Result<Encoded, Wrong> {
        let slow = match codec {
            Codec::Opus => true,
            Codec::Pcmu | Codec::Pcma | Codec::G722 => false,
        };
        let file = self.kept.filter(|_| slow).map(|dir| place(dir, master));
        if let Some(kept) = file.as_deref().and_then(find) {
            return Ok(kept);
        }
        let made = encode_prompt(&master.samples, master.rate, &[codec])
            .map_err(|e| Wrong::new(e.to_string(), "convert it: sox old.wav -r 16000 new.wav"))?;
        let Some((_, encoded)) = made.into_iter().next() else {
            return Err(Wrong::new("no encoding came of it", "report this"));
        };
        if let Some(file) = file {
            // Made again at the next start, if it can not be kept.
            let _ = atomic::write(&file, &bytes(&encoded));
        }
        Ok(encoded)
    }
}

fn place(dir: &Path, master: &Master) -> PathBuf {
    let mut hash = Sha256::new();
    hash.update(VERSION);
    hash.update(master.rate.to_le_bytes());
    for sample in &master.samples {
        hash.update(sample.to_le_bytes());
    }
    let digest = hash.finalize();
    let key: String = digest.iter().take(16).map(|b| format!("{b:02x}")).collect();
    dir.join("opus").join(key)
}

/// A checksum, then each packet behind its length in two bytes.
fn bytes(encoded: &Encoded) -> Vec<u8> {
    let mut packets = Vec::with_capacity(encoded.payloads.len() + 2 * encoded.len());
    for i in 0..encoded.len() {
        let packet = encoded.packet(i).unwrap_or_default();
        let length = u16::try_from(packet.len()).unwrap_or(u16::MAX);
        packets.extend(length.to_le_bytes());
        packets.extend(packet);
    }
    [sum(&packets).as_slice(), &packets].concat()
}

/// What was kept; a file that is damaged is not there.
fn find(file: &Path) -> Option<Encoded> {
    let bytes = super::folder::read_file(file).ok()?;
    let (told, mut packets) = bytes.split_at_checked(SUM)?;
    if told != sum(packets) {
        return None;
    }
    let (mut payloads, mut ends) = (Vec::with_capacity(packets.len()), Vec::new());
    while let Some((length, rest)) = packets.split_first_chunk() {
        let length = usize::from(u16::from_le_bytes(*length));
        let (packet, rest) = rest.split_at_checked(length)?;
        payloads.extend_from_slice(packet);
        ends.push(
            u32::try_from(payloads.len())
                .ok()
                .filter(|_| length <= LONGEST)?,
        );
        packets = rest;
    }
    Some(Encoded {
        payloads: Arc::from(payloads),
        ends: Arc::from(ends),
    })
}

fn sum(packets: &[u8]) -> [u8; SUM] {
    let digest = Sha256::digest(packets);
    let mut sum = [0; SUM];
    sum.copy_from_slice(&digest[..SUM]);
    sum
}

#[cfg(test)]
mod tests {
    use super::*;

    fn master() -> Master {
        let wave = (0..8000).map(|i: i32| (f64::from(i) * 0.3).sin() * 9000.0);
        Master {
            samples: wave.map(|s| s as i16).collect(),
            rate: 16_000,
        }
    }

    fn opus(how: Encodings<'_>) -> (Vec<u8>, Vec<u32>) {
        let made = how.make(PromptName::new("p"), &master()).unwrap();
        let encoded = made.encoded(Codec::Opus).unwrap();
        (encoded.payloads.to_vec(), encoded.ends.to_vec())
    }

    #[test]
    fn what_is_kept_is_what_was_made_and_damage_is_made_good() {
        let dir = tempfile::tempdir().unwrap();
        let how = Encodings::from(&Codec::ALL);
        let made = opus(how);
        assert_eq!(made.1.len(), 25);
        assert_eq!(opus(how.kept_in(dir.path())), made);
        let files: Vec<_> = std::fs::read_dir(dir.path().join("opus"))
            .unwrap()
            .collect();
        assert_eq!(files.len(), 1);
        let file = files[0].as_ref().unwrap().path();
        let whole = std::fs::read(&file).unwrap();
        assert_eq!(opus(how.kept_in(dir.path())), made);
        // Not made again: what is there is taken.
        let other = bytes(&Encoded {
            payloads: Arc::from([1, 2, 3]),
            ends: Arc::from([1, 3]),
        });
        std::fs::write(&file, other).unwrap();
        assert_eq!(opus(how.kept_in(dir.path())), (vec![1, 2, 3], vec![1, 3]));
        for n in [0, 5, SUM, SUM + 1, whole.len() - 1] {
            std::fs::write(&file, &whole[..n]).unwrap();
            assert_eq!(opus(how.kept_in(dir.path())), made, "{n} bytes");
            assert_eq!(std::fs::read(&file).unwrap(), whole, "{n} bytes");
        }
    }

    #[test]
    fn a_folder_that_can_not_be_written_costs_time_only() {
        let dir = tempfile::tempdir().unwrap();
        let file = dir.path().join("file");
        std::fs::write(&file, "").unwrap();
        let how = Encodings::from(&[Codec::Opus]);
        assert_eq!(opus(how.kept_in(&file)), opus(how));
    }
}
