//! Reading a small answer whole before it goes on, to learn from it.
//!
//! The client gets the same bytes as without, and the same end.

use bytes::{Bytes, BytesMut};
use http_body::{Body as _, Frame};
use http_body_util::BodyExt as _;

use super::body::{RelayBody, RelayBodyError};

/// What was read of a body before the client read it.
#[derive(Default)]
pub(super) struct Ahead {
    bytes: Bytes,
    /// How it broke off behind these bytes.
    broke: Option<RelayBodyError>,
}

impl Ahead {
    /// The next of what was read.
    pub(super) fn take(&mut self) -> Option<Result<Frame<Bytes>, RelayBodyError>> {
        if self.bytes.is_empty() {
            return self.broke.take().map(Err);
        }
        Some(Ok(Frame::data(std::mem::take(&mut self.bytes))))
    }

    pub(super) fn len(&self) -> usize {
        self.bytes.len()
    }

    pub(super) fn is_broken(&self) -> bool {
        self.broke.is_some()
    }

    pub(super) fn is_empty(&self) -> bool {
        self.bytes.is_empty() && self.broke.is_none()
    }
}

impl RelayBody {
    /// The whole body, when it has at most `most` bytes and comes to its end.
    /// In any case it can be read afterwards as if nobody had looked.
    pub(in crate::app) async fn read_ahead(&mut self, most: usize) -> Option<Bytes> {
        if self.size_hint().lower() > most as u64 {
            return None;
        }
        let mut read = BytesMut::new();
        let mut broke = None;
        let mut is_whole = false;
        while read.len() <= most {
            match self.frame().await {
                Some(Ok(frame)) => {
                    if let Ok(data) = frame.into_data() {
                        read.extend_from_slice(&data);
                    }
                }
                Some(Err(error)) => {
                    broke = Some(error);
                    break;
                }
                None => {
                    is_whole = true;
                    break;
                }
            }
        }
        let bytes = read.freeze();
        let whole = is_whole.then(|| bytes.clone());
        self.ahead = Ahead { bytes, broke };
        whole
    }
}

#[cfg(test)]
mod tests;
