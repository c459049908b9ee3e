//! A line of candidates, the one with the least rank in front; of two alike,
//! the one with the lower number.
//!
//! A binary heap whose members know their place in it, so that one that
//! changes its rank moves in O(log n) and without memory. Ranks and places
//! stand outside, since several lines share them.

use std::cmp::Reverse;
use std::collections::BinaryHeap;

/// The place of what stands in no line.
pub(super) const ABSENT: u32 = u32::MAX;

/// What of a line is still to be looked at: rank, id and place. Kept between
/// searches so that none allocates.
pub(super) type Frontier = BinaryHeap<Reverse<(u128, u32, u32)>>;

/// Ids in heap order.
#[derive(Clone, Debug, Default)]
pub(super) struct Line(Vec<u32>);

impl Line {
    pub(super) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    pub(super) fn first(&self) -> Option<u32> {
        self.0.first().copied()
    }

    pub(super) fn clear(&mut self) {
        self.0.clear();
    }

    /// Lines up `id`, which is in no line of these `places`.
    pub(super) fn push(&mut self, id: u32, ranks: &[u128], places: &mut [u32]) {
        let place = self.0.len();
        self.0.push(id);
        places[id as usize] = index_u32(place);
        self.rise(place, ranks, places);
    }

    /// Takes `id` out, which is in this line.
    pub(super) fn remove(&mut self, id: u32, ranks: &[u128], places: &mut [u32]) {
        let place = places[id as usize] as usize;
        places[id as usize] = ABSENT;
        self.0.swap_remove(place);
        if let Some(&moved) = self.0.get(place) {
            places[moved as usize] = index_u32(place);
            self.settle(place, ranks, places);
        }
    }

    /// The rank of `id`, which is in this line, has changed.
    pub(super) fn changed(&mut self, id: u32, ranks: &[u128], places: &mut [u32]) {
        self.settle(places[id as usize] as usize, ranks, places);
    }

    /// The first that is accepted. Costs O(log n) for each that is not.
    pub(super) fn first_where(
        &self,
        ranks: &[u128],
        frontier: &mut Frontier,
        mut accepts: impl FnMut(u32) -> bool,
    ) -> Option<u32> {
        let head = self.first()?;
        if accepts(head) {
            return Some(head);
        }
        frontier.clear();
        self.look_below(0, ranks, frontier);
        while let Some(Reverse((_, id, place))) = frontier.pop() {
            if accepts(id) {
                return Some(id);
            }
            self.look_below(place as usize, ranks, frontier);
        }
        None
    }

    fn look_below(&self, place: usize, ranks: &[u128], frontier: &mut Frontier) {
        for below in [2 * place + 1, 2 * place + 2] {
            if let Some(&id) = self.0.get(below) {
                frontier.push(Reverse((ranks[id as usize], id, index_u32(below))));
            }
        }
    }

    fn settle(&mut self, place: usize, ranks: &[u128], places: &mut [u32]) {
        let place = self.rise(place, ranks, places);
        self.sink(place, ranks, places);
    }

    fn rise(&mut self, mut place: usize, ranks: &[u128], places: &mut [u32]) -> usize {
        let id = self.0[place];
        let rank = ranks[id as usize];
        while place > 0 {
            let above = (place - 1) / 2;
            let other = self.0[above];
            if (ranks[other as usize], other) <= (rank, id) {
                break;
            }
            self.0[place] = other;
            places[other as usize] = index_u32(place);
            place = above;
        }
        self.0[place] = id;
        places[id as usize] = index_u32(place);
        place
    }

    fn sink(&mut self, mut place: usize, ranks: &[u128], places: &mut [u32]) {
        let id = self.0[place];
        let rank = ranks[id as usize];
        let rank_at = |line: &[u32], place: usize| (ranks[line[place] as usize], line[place]);
        loop {
            let mut below = 2 * place + 1;
            if below >= self.0.len() {
                break;
            }
            if below + 1 < self.0.len() && rank_at(&self.0, below + 1) < rank_at(&self.0, below) {
                below += 1;
            }
            let other = self.0[below];
            if (ranks[other as usize], other) >= (rank, id) {
                break;
            }
            self.0[place] = other;
            places[other as usize] = index_u32(place);
            place = below;
        }
        self.0[place] = id;
        places[id as usize] = index_u32(place);
    }
}

/// A position as it is stored; there are never four billion of anything here.
pub(super) fn index_u32(index: usize) -> u32 {
    u32::try_from(index).unwrap_or(ABSENT)
}
