//! Answers in gzip, which nobody asked for.

use std::io::Write as _;

use bytes::Bytes;
use flate2::write::GzEncoder;
use flate2::{Compress, Compression, Crc, FlushCompress};

use super::{Frame, FrameSource, Repeated};

/// The head of a gzip file without name and time.
const HEAD: [u8; 10] = [0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 2, 0xff];
/// An empty last block.
const LAST_BLOCK: [u8; 2] = [3, 0];
const MIB: usize = 1 << 20;

/// A body in one piece.
pub(super) fn whole(body: &[u8]) -> Bytes {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::fast());
    encoder
        .write_all(body)
        .expect("writing to a vector cannot fail");
    let bytes = encoder.finish().expect("writing to a vector cannot fail");
    Bytes::from(bytes)
}

/// Events that are compressed one by one, so that none waits for the next.
pub(super) fn stream(source: Box<dyn FrameSource + Send>) -> Box<dyn FrameSource + Send> {
    Box::new(Compressed {
        source,
        encoder: Some(GzEncoder::new(Vec::new(), Compression::fast())),
    })
}

struct Compressed {
    source: Box<dyn FrameSource + Send>,
    encoder: Option<GzEncoder<Vec<u8>>>,
}

impl FrameSource for Compressed {
    fn next(&mut self) -> Option<Frame> {
        let Some(frame) = self.source.next() else {
            let rest = self.encoder.take()?.finish();
            return Some(Frame {
                bytes: rest.expect("writing to a vector cannot fail").into(),
                usage: None,
            });
        };
        let encoder = self.encoder.as_mut()?;
        encoder
            .write_all(&frame.bytes)
            .and_then(|()| encoder.flush())
            .expect("writing to a vector cannot fail");
        Some(Frame {
            bytes: std::mem::take(encoder.get_mut()).into(),
            usage: frame.usage,
        })
    }
}

/// So many MiB of spaces, a thousandth of that on the wire.
///
/// One MiB is compressed with an end on a whole byte and without a look back,
/// so that it can be repeated.
pub(crate) fn bomb(mib: usize) -> Repeated {
    let spaces = vec![b' '; MIB];
    let mut block = Vec::with_capacity(MIB / 16);
    Compress::new(Compression::best(), false)
        .compress_vec(&spaces, &mut block, FlushCompress::Full)
        .expect("spaces can be compressed");
    let mut one = Crc::new();
    one.update(&spaces);
    let mut sum = Crc::new();
    for _ in 0..mib {
        sum.combine(&one);
    }
    let mut end = LAST_BLOCK.to_vec();
    end.extend_from_slice(&sum.sum().to_le_bytes());
    end.extend_from_slice(&sum.amount().to_le_bytes());
    let head = Bytes::copy_from_slice(&HEAD);
    Repeated::new(head, (Bytes::from(block), mib), Bytes::from(end))
}
