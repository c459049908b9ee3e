//! Silence in the formats of `/audio/speech`, piece by piece.

mod ogg;

use bytes::Bytes;

use crate::behaviour::Behaviour;
use crate::delivery::{Frame, FrameSource, Repeated, Shared};

/// Pieces of the longest silence.
const MOST_PIECES: usize = 400;
/// Pieces there are beyond the place where an answer is interrupted.
const MARGIN: usize = 5;

/// An audio format and its sample rate.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Format {
    Mp3(u32),
    Wav(u32),
    Pcm(u32),
    Opus,
}

impl Format {
    /// The format of this name, if it knows the rate.
    pub(super) fn new(name: &str, rate: Option<u64>) -> Option<Self> {
        let (rates, default): (&[u32], u32) = match name {
            "mp3" => (&[32_000, 44_100], 44_100),
            "wav" | "pcm" => (&[8_000, 16_000, 24_000, 32_000, 44_100], 44_100),
            "opus" => (&[48_000], 48_000),
            _ => return None,
        };
        let rate = rate.map_or(Some(default), |rate| u32::try_from(rate).ok())?;
        if !rates.contains(&rate) {
            return None;
        }
        Some(match name {
            "mp3" => Self::Mp3(rate),
            "wav" => Self::Wav(rate),
            "pcm" => Self::Pcm(rate),
            _ => Self::Opus,
        })
    }

    pub(super) fn content_type(self) -> &'static str {
        match self {
            Self::Mp3(_) => "audio/mpeg",
            Self::Wav(_) => "audio/wav",
            Self::Pcm(_) => "application/audio",
            Self::Opus => "audio/opus",
        }
    }
}

/// Some silence, longer for a longer text.
///
/// With [`Behaviour::Sse`] it has as many pieces of that size as it says.
pub(super) fn silence(
    format: Format,
    text_bytes: usize,
    behaviour: &Behaviour,
) -> Box<dyn FrameSource + Send> {
    if let Behaviour::Sse { chunks, size, .. } = behaviour {
        let piece = Bytes::from(vec![0; (*size).max(1)]);
        let start = start(format, chunks.saturating_mul(piece.len()));
        return Box::new(Repeated::new(start, (piece, *chunks), Bytes::new()));
    }
    let pieces = match behaviour {
        Behaviour::Cut { after_chunks, .. } | Behaviour::Stall { after_chunks } => {
            after_chunks + MARGIN
        }
        _ => (text_bytes / 4).clamp(2, MOST_PIECES),
    };
    if format == Format::Opus {
        let frames = ogg::pages(pieces).into_iter().map(|page| Frame {
            bytes: Bytes::from(page),
            usage: None,
        });
        return Box::new(Shared::new(frames.collect()));
    }
    let piece = piece(format);
    let start = start(format, pieces.saturating_mul(piece.len()));
    Box::new(Repeated::new(start, (piece, pieces), Bytes::new()))
}

/// What stands before so many bytes of sound.
fn start(format: Format, length: usize) -> Bytes {
    match format {
        Format::Wav(rate) => Bytes::from(wav_header(rate, length)),
        Format::Mp3(_) | Format::Pcm(_) | Format::Opus => Bytes::new(),
    }
}

/// One piece of silence, at least 20 milliseconds.
fn piece(format: Format) -> Bytes {
    let bytes = match format {
        Format::Mp3(rate) => mp3_frame(rate),
        Format::Wav(rate) | Format::Pcm(rate) => {
            let samples = usize::try_from(rate / 50).unwrap_or_default();
            vec![0; 2 * samples]
        }
        Format::Opus => Vec::new(),
    };
    Bytes::from(bytes)
}

/// A frame of MPEG 1 layer III, mono, 32 kbit/s, with nothing in it.
fn mp3_frame(rate: u32) -> Vec<u8> {
    let rate_bits = if rate == 32_000 { 2 } else { 0 };
    let length = usize::try_from(144 * 32_000 / rate).unwrap_or_default();
    let mut frame = vec![0xff, 0xfb, 0x10 | rate_bits << 2, 0xc0];
    frame.resize(length, 0);
    frame
}

/// The header of 16-bit mono PCM.
fn wav_header(rate: u32, length: usize) -> Vec<u8> {
    let length = u32::try_from(length).unwrap_or(u32::MAX - 36);
    let mut header = b"RIFF".to_vec();
    header.extend_from_slice(&(length.saturating_add(36)).to_le_bytes());
    header.extend_from_slice(b"WAVEfmt \x10\0\0\0\x01\0\x01\0");
    header.extend_from_slice(&rate.to_le_bytes());
    header.extend_from_slice(&(2 * rate).to_le_bytes());
    header.extend_from_slice(b"\x02\0\x10\0data");
    header.extend_from_slice(&length.to_le_bytes());
    header
}
