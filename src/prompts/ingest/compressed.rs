//! MP3, FLAC, Ogg Vorbis, and the rarer forms of WAV, by symphonia.

use std::io::Cursor;
use std::panic::{AssertUnwindSafe, catch_unwind};

use symphonia::core::codecs::audio::{AudioDecoder, AudioDecoderOptions};
use symphonia::core::errors::Error;
use symphonia::core::formats::probe::Hint;
use symphonia::core::formats::{FormatOptions, FormatReader, TrackType};
use symphonia::core::io::{MediaSourceStream, MediaSourceStreamOptions};
use symphonia::core::meta::MetadataOptions;

use super::{MAX_SECONDS, Sound, Wrong, rate};

/// Damaged packets that are stepped over before the file is given up: none in a row makes a
/// gap that anybody hears (26 ms in an MP3).
const MAX_DAMAGED: usize = 3;
const MAX_CHANNELS: usize = 2;
const CONVERT: &str = "give WAV, MP3, FLAC or Ogg Vorbis";
const AGAIN: &str = "copy or export it again";

/// # Errors
/// [`Wrong`].
pub fn decode(bytes: &[u8]) -> Result<Sound, Wrong> {
    // A fault of a decoder, met by a damaged file, must cost this file only.
    catch_unwind(AssertUnwindSafe(|| decode_unguarded(bytes)))
        .unwrap_or_else(|_| Err(Wrong::new("the file makes its decoder fail", AGAIN)))
}

fn damaged(e: &Error) -> Wrong {
    Wrong::new(format!("the file is damaged: {e}"), AGAIN)
}

pub(super) fn decode_unguarded(bytes: &[u8]) -> Result<Sound, Wrong> {
    // The decoder wants to own what it reads.
    let source = Box::new(Cursor::new(bytes.to_vec()));
    let stream = MediaSourceStream::new(source, MediaSourceStreamOptions::default());
    let mut reader = symphonia::default::get_probe()
        .probe(
            &Hint::new(),
            stream,
            FormatOptions::default(),
            MetadataOptions::default(),
        )
        .map_err(|e| match e {
            Error::Unsupported(_) | Error::IoError(_) => {
                Wrong::new("not a sound file of a form that is known here", CONVERT)
            }
            e => damaged(&e),
        })?;
    let Stream {
        track,
        promised,
        mut decoder,
    } = Stream::of(&*reader)?;
    let mut samples: Vec<f32> = Vec::new();
    let mut packet_samples: Vec<f32> = Vec::new();
    let mut found_rate = None;
    let mut lost = 0;
    loop {
        let packet = match reader.next_packet() {
            Ok(Some(packet)) => packet,
            Ok(None) => break,
            // Some files simply stop; what is missing was never heard of.
            Err(Error::IoError(e)) if e.kind() == std::io::ErrorKind::UnexpectedEof => break,
            Err(Error::ResetRequired) => {
                return Err(Wrong::new("several recordings in one file", "part them"));
            }
            Err(e) => return Err(damaged(&e)),
        };
        if packet.track_id != track {
            continue;
        }
        let decoded = match decoder.decode(&packet) {
            Ok(decoded) => decoded,
            Err(e @ (Error::DecodeError(_) | Error::IoError(_))) => {
                lost += 1;
                if lost > MAX_DAMAGED {
                    return Err(damaged(&e));
                }
                continue;
            }
            Err(e) => return Err(damaged(&e)),
        };
        let (rate, channels) = (decoded.spec().rate(), decoded.spec().channels().count());
        if *found_rate.get_or_insert(rate) != rate {
            return Err(Wrong::new("its rate changes on the way", AGAIN));
        }
        if !(1..=MAX_CHANNELS).contains(&channels) {
            let what = format!("{channels} channels; prompts are mono");
            return Err(Wrong::new(what, "mix it down to one channel"));
        }
        if !rate::RATES.contains(&rate) {
            let what = format!("{rate} samples per second");
            return Err(Wrong::new(what, "convert it to 16000"));
        }
        packet_samples.clear();
        decoded.copy_to_vec_interleaved(&mut packet_samples);
        samples.extend(packet_samples.chunks_exact(channels).map(|frame| {
            let mean = frame.iter().sum::<f32>() / channels as f32;
            if mean.is_finite() { mean } else { 0.0 }
        }));
        if samples.len() > (MAX_SECONDS * rate) as usize {
            return Err(Wrong::endless());
        }
    }
    // Headers are believed in this only: half of a sentence must not be played. What encoders
    // pad is less than a tenth of a second.
    let least = promised.map_or(0, |n| {
        n.saturating_sub(u64::from(found_rate.unwrap_or(0)) / 10)
    });
    if (samples.len() as u64) < least {
        return Err(Wrong::new("the file ends before its header says", AGAIN));
    }
    match found_rate {
        Some(rate) if !samples.is_empty() => Ok(Sound { samples, rate }),
        Some(_) | None => Err(Wrong::silent()),
    }
}

/// The one track that is decoded.
struct Stream {
    track: u32,
    /// Frames, if its header tells.
    promised: Option<u64>,
    decoder: Box<dyn AudioDecoder>,
}

impl Stream {
    fn of(reader: &dyn FormatReader) -> Result<Stream, Wrong> {
        let unknown = || Wrong::new("no sound in a form that is known here", CONVERT);
        let track = reader.default_track(TrackType::Audio).ok_or_else(unknown)?;
        let params = track.codec_params.as_ref().and_then(|p| p.audio());
        let decoder = symphonia::default::get_codecs()
            .make_audio_decoder(params.ok_or_else(unknown)?, &AudioDecoderOptions::default())
            .map_err(|e| Wrong::new(format!("not in a form that is known here: {e}"), CONVERT))?;
        Ok(Stream {
            track: track.id,
            promised: track.num_frames,
            decoder,
        })
    }
}
