//! A line of candidates, the one with the least rank in front; of two alike,
//! the one with the lower number.
//!
//! A heap of four children each, whose entries carry their ranks: the children
//! of one lie in one line of the processor's cache. Its members know their place
//! in it, so that one that changes its rank moves in O(log n) without memory.

use std::cmp::Reverse;
use std::collections::BinaryHeap;

/// The place of what stands in no line.
pub(super) const ABSENT: u32 = u32::MAX;

const CHILDREN: usize = 4;

/// Rank and id.
type Entry = (u64, u32);

/// What of a line is still to be looked at, with its place. Kept between
/// searches so that none allocates.
pub(super) type Frontier = BinaryHeap<Reverse<(Entry, u32)>>;

/// Entries in heap order.
#[derive(Clone, Debug, Default)]
pub(super) struct Line(Vec<Entry>);

impl Line {
    pub(super) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The one in front, with its rank.
    pub(super) fn first(&self) -> Option<Entry> {
        self.0.first().copied()
    }

    pub(super) fn clear(&mut self) {
        self.0.clear();
    }

    /// Lines up an id, which is in no line of these `places`.
    pub(super) fn push(&mut self, entry: Entry, places: &mut [u32]) {
        let place = self.0.len();
        self.0.push(entry);
        self.rise(place, places);
    }

    /// Takes `id` out, which is in this line.
    pub(super) fn remove(&mut self, id: u32, places: &mut [u32]) {
        let place = places[id as usize] as usize;
        places[id as usize] = ABSENT;
        self.0.swap_remove(place);
        if place < self.0.len() {
            let place = self.rise(place, places);
            self.sink(place, places);
        }
    }

    /// An id, which is in this line, has another rank.
    pub(super) fn change(&mut self, entry: Entry, places: &mut [u32]) {
        let place = places[entry.1 as usize] as usize;
        let before = std::mem::replace(&mut self.0[place], entry);
        if entry < before {
            self.rise(place, places);
        } else {
            self.sink(place, places);
        }
    }

    /// The first that is accepted. Costs O(log n) for each that is not.
    pub(super) fn first_where(
        &self,
        frontier: &mut Frontier,
        mut accepts: impl FnMut(u32) -> bool,
    ) -> Option<Entry> {
        let head = self.first()?;
        if accepts(head.1) {
            return Some(head);
        }
        frontier.clear();
        self.look_below(0, frontier);
        while let Some(Reverse((entry, place))) = frontier.pop() {
            if accepts(entry.1) {
                return Some(entry);
            }
            self.look_below(place as usize, frontier);
        }
        None
    }

    fn look_below(&self, place: usize, frontier: &mut Frontier) {
        let first = CHILDREN * place + 1;
        for below in first..first + CHILDREN {
            if let Some(&entry) = self.0.get(below) {
                frontier.push(Reverse((entry, index_u32(below))));
            }
        }
    }

    fn rise(&mut self, mut place: usize, places: &mut [u32]) -> usize {
        let entry = self.0[place];
        while place > 0 {
            let above = (place - 1) / CHILDREN;
            let other = self.0[above];
            if other <= entry {
                break;
            }
            self.put(place, other, places);
            place = above;
        }
        self.put(place, entry, places);
        place
    }

    fn sink(&mut self, mut place: usize, places: &mut [u32]) {
        let entry = self.0[place];
        loop {
            let first = CHILDREN * place + 1;
            let end = self.0.len().min(first + CHILDREN);
            let least = (first..end).min_by_key(|below| self.0[*below]);
            let Some(below) = least.filter(|below| self.0[*below] < entry) else {
                break;
            };
            self.put(place, self.0[below], places);
            place = below;
        }
        self.put(place, entry, places);
    }

    fn put(&mut self, place: usize, entry: Entry, places: &mut [u32]) {
        self.0[place] = entry;
        places[entry.1 as usize] = index_u32(place);
    }
}

/// A position as it is stored; there are never four billion of anything here.
pub(super) fn index_u32(index: usize) -> u32 {
    u32::try_from(index).unwrap_or(ABSENT)
}
