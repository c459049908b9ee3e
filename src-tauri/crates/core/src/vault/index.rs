//! What is known about the bundles without reading them again.
//!
//! Only a hint: other processes use the same vault, so a bundle is read again
//! before it is changed, and a secret that is not where it was is searched.

use std::collections::{BTreeMap, HashMap, HashSet};

use super::bundle::Bundle;
use crate::model::KeyId;

/// What was seen of one bundle.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Seen {
    /// It has so many bytes.
    Readable(usize),
    /// It cannot be read or parsed; never written.
    Unreadable,
}

/// Where everything was when last seen.
#[derive(Clone, Debug, Default)]
pub(super) struct Index {
    bundles: BTreeMap<u32, Seen>,
    keys: HashMap<KeyId, u32>,
    token: Option<u32>,
    /// Bundles that exist according to the database.
    hint: u32,
}

impl Index {
    /// Knows only how many there should be.
    pub(super) fn hinted(hint: u32) -> Self {
        Self {
            hint,
            ..Self::default()
        }
    }

    /// The number that a new bundle gets.
    pub(super) fn count(&self) -> u32 {
        let after_last = self.bundles.keys().next_back().map_or(0, |last| last + 1);
        after_last.max(self.hint)
    }

    /// Remembers a bundle that was read or written.
    pub(super) fn note(&mut self, number: u32, bundle: &Bundle) {
        self.forget(number);
        self.bundles.insert(number, Seen::Readable(bundle.bytes()));
        for (id, _) in &bundle.keys {
            self.keys.insert(id.clone(), number);
        }
        if bundle.token.is_some() {
            self.token = Some(number);
        }
    }

    /// Remembers a bundle that is to be left alone.
    pub(super) fn note_unreadable(&mut self, number: u32) {
        self.forget(number);
        self.bundles.insert(number, Seen::Unreadable);
    }

    /// Remembers that a bundle does not exist.
    pub(super) fn forget(&mut self, number: u32) {
        if self.bundles.remove(&number).is_none() {
            return;
        }
        self.keys.retain(|_, at| *at != number);
        self.token = self.token.filter(|at| *at != number);
    }

    /// Remembers that the last bundle was deleted on purpose.
    pub(super) fn shrink(&mut self, number: u32) {
        self.forget(number);
        self.hint = self.hint.min(number);
    }

    /// Where the token was.
    pub(super) fn token(&self) -> Option<u32> {
        self.token
    }

    /// Where these keys were; those that are not known are left out.
    pub(super) fn locate(&self, ids: &HashSet<KeyId>) -> Vec<u32> {
        let mut numbers: Vec<u32> = ids
            .iter()
            .filter_map(|id| self.keys.get(id).copied())
            .collect();
        numbers.sort_unstable();
        numbers.dedup();
        numbers
    }

    /// Readable bundles with at least `room` bytes free of `limit`, roomiest first.
    pub(super) fn roomy(&self, limit: usize, room: usize) -> Vec<u32> {
        let mut found: Vec<(usize, u32)> = self
            .bundles
            .iter()
            .filter_map(|(number, seen)| match seen {
                Seen::Readable(bytes) => Some((limit.saturating_sub(*bytes), *number)),
                Seen::Unreadable => None,
            })
            .filter(|(free, _)| *free >= room)
            .collect();
        found.sort_unstable_by(|one, other| other.cmp(one));
        found.into_iter().map(|(_, number)| number).collect()
    }

    /// Whether a bundle has been read or written.
    pub(super) fn has_seen(&self, number: u32) -> bool {
        self.bundles.contains_key(&number)
    }

    /// Whether a bundle had exactly so many bytes.
    pub(super) fn is_of(&self, number: u32, bytes: usize) -> bool {
        self.bundles.get(&number) == Some(&Seen::Readable(bytes))
    }

    /// Every number that has been seen.
    pub(super) fn numbers(&self) -> Vec<u32> {
        self.bundles.keys().copied().collect()
    }

    /// Numbers of the bundles to be left alone.
    pub(super) fn unreadable(&self) -> Vec<u32> {
        self.bundles
            .iter()
            .filter(|(_, seen)| **seen == Seen::Unreadable)
            .map(|(number, _)| *number)
            .collect()
    }
}
