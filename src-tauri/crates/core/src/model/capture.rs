//! Bodies that are kept because the user asked for it (D17).

use std::fmt;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

/// Why the words of a body were not kept.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum LeftOut {
    /// It is no text.
    Binary,
    /// It came compressed.
    Compressed,
    /// Too many bodies were being kept at the same time.
    Crowded,
}

impl LeftOut {
    /// All reasons.
    pub const ALL: [Self; 3] = [Self::Binary, Self::Compressed, Self::Crowded];

    /// Name in SQL.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Binary => "binary",
            Self::Compressed => "compressed",
            Self::Crowded => "crowded",
        }
    }

    /// The reason of that name.
    #[must_use]
    pub fn parse(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|why| why.as_str() == name)
    }
}

/// One body, as it went upstream or came from there.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct KeptBody {
    /// Bytes that passed.
    pub bytes: u64,
    /// Its `Content-Type`, redacted, at most 300 characters.
    pub content_type: Option<String>,
    /// Its beginning, redacted; absent when it was empty or was left out.
    pub text: Option<String>,
    /// Whether it was longer than what is kept of a body.
    pub is_cut: bool,
    /// Why there is no text.
    pub left_out: Option<LeftOut>,
}

/// Tells how much it is, never what: records are printed in tests and logs.
impl fmt::Debug for KeptBody {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("KeptBody")
            .field("bytes", &self.bytes)
            .field("kept", &self.text.as_ref().map(String::len))
            .field("left_out", &self.left_out)
            .finish_non_exhaustive()
    }
}

/// Both bodies of a request.
#[derive(Clone, Debug)]
pub struct Capture {
    /// What was asked.
    pub request: KeptBody,
    /// What was answered.
    pub response: KeptBody,
    /// Unix milliseconds from which on neither is shown.
    pub expires_at_ms: i64,
    /// The memory that both take, while they wait for the disk; none once they
    /// were read from there.
    pub held: Option<Arc<Share>>,
}

/// The same words are the same, wherever they are held.
impl PartialEq for Capture {
    fn eq(&self, other: &Self) -> bool {
        let Self {
            request,
            response,
            expires_at_ms,
            held: _,
        } = self;
        *request == other.request
            && *response == other.response
            && *expires_at_ms == other.expires_at_ms
    }
}

impl Eq for Capture {}

/// The memory that all bodies together may take.
#[derive(Debug)]
pub struct Room {
    most: usize,
    taken: AtomicUsize,
}

impl Room {
    /// A room of so many bytes.
    #[must_use]
    pub const fn of(most: usize) -> Self {
        Self {
            most,
            taken: AtomicUsize::new(0),
        }
    }

    /// An empty share of it.
    #[must_use]
    pub fn share(self: &Arc<Self>) -> Share {
        Share {
            room: Arc::clone(self),
            bytes: 0,
        }
    }

    /// Bytes that are taken.
    #[must_use]
    pub fn taken(&self) -> usize {
        self.taken.load(Ordering::Relaxed)
    }
}

/// A part of a [`Room`]; dropping it gives it back.
#[derive(Debug)]
pub struct Share {
    room: Arc<Room>,
    bytes: usize,
}

impl Share {
    /// Takes so many bytes more, unless the room is too full.
    #[must_use]
    pub fn grow(&mut self, by: usize) -> bool {
        let room = |taken: usize| taken.checked_add(by).filter(|sum| *sum <= self.room.most);
        let order = Ordering::Relaxed;
        let taken = self.room.taken.fetch_update(order, order, room).is_ok();
        if taken {
            self.bytes += by;
        }
        taken
    }

    /// An empty share of the same room.
    #[must_use]
    pub fn beside(&self) -> Self {
        self.room.share()
    }

    /// Gives everything back.
    pub fn empty(&mut self) {
        self.room.taken.fetch_sub(self.bytes, Ordering::Relaxed);
        self.bytes = 0;
    }

    /// Both in one.
    #[must_use]
    pub fn with(mut self, mut other: Self) -> Self {
        self.bytes += std::mem::take(&mut other.bytes);
        self
    }
}

impl Drop for Share {
    fn drop(&mut self) {
        self.empty();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_room_is_never_overfilled_and_gets_everything_back() {
        let room = Arc::new(Room::of(100));
        let (mut one, mut other) = (room.share(), room.share());
        assert!(one.grow(60) && other.grow(40));
        assert!(!one.grow(1) && !one.grow(usize::MAX));
        assert_eq!(room.taken(), 100);
        other.empty();
        assert!(one.grow(40));
        let both = one.with(other);
        assert_eq!(room.taken(), 100);
        drop(both);
        assert_eq!(room.taken(), 0);
    }

    #[test]
    fn names_lead_back_to_reasons() {
        for why in LeftOut::ALL {
            assert_eq!(LeftOut::parse(why.as_str()), Some(why));
        }
        assert_eq!(LeftOut::parse("lazy"), None);
    }

    #[test]
    fn words_are_not_printed() {
        let body = KeptBody {
            bytes: 5,
            text: Some("hello".to_owned()),
            ..KeptBody::default()
        };
        assert!(!format!("{body:?}").contains("hello"));
    }
}
