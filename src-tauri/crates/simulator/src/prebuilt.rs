//! Streams that were made before: the fast path of benchmarks.

use std::collections::HashMap;
use std::sync::{Arc, RwLock};

use crate::behaviour::Behaviour;
use crate::delivery::{Frame, FrameSource, Shared};
use crate::locked::{read, write};

/// Streams kept; all are dropped when there are more.
const CAPACITY: usize = 64;

/// Largest stream that is kept, in bytes.
const MOST_BYTES: usize = 4 << 20;
/// Bytes of a chunk beside its text, roughly.
const OVERHEAD: usize = 400;

/// What makes two prebuilt streams the same but for their id.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(crate) struct Mould {
    pub(crate) model: String,
    pub(crate) prompt: u64,
    pub(crate) cached: u64,
    pub(crate) reasoning: bool,
}

/// Finished streams by what they depend on.
#[derive(Debug, Default)]
pub(crate) struct Prebuilt {
    kept: RwLock<HashMap<Mould, Arc<[Frame]>>>,
}

impl Prebuilt {
    /// Whether a stream is made often and fast, and small enough to keep.
    pub(crate) fn is_worth_keeping(behaviour: &Behaviour) -> bool {
        match behaviour {
            Behaviour::Sse {
                chunks,
                pace_us: 0,
                size,
            } => chunks.saturating_mul(size.saturating_add(OVERHEAD)) <= MOST_BYTES,
            _ => false,
        }
    }

    /// The finished stream, made now if it is not there yet.
    pub(crate) fn get(&self, mould: Mould, make: impl FnOnce() -> Box<dyn FrameSource>) -> Shared {
        if let Some(frames) = read(&self.kept).get(&mould) {
            return Shared::new(Arc::clone(frames));
        }
        let mut source = make();
        let frames: Arc<[Frame]> = std::iter::from_fn(|| source.next()).collect();
        let mut kept = write(&self.kept);
        if kept.len() >= CAPACITY {
            kept.clear();
        }
        kept.insert(mould, Arc::clone(&frames));
        Shared::new(frames)
    }
}
