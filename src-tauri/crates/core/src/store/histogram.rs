//! Histograms of milliseconds, from which percentiles are read.
//!
//! Up to 32 ms every millisecond is counted by itself; above, each doubling is
//! cut into sixteen parts, so that a value is known to 6.25 %. A histogram is
//! kept as pairs of a distance to the part before and a count, both as varints:
//! a few hundred bytes for an hour of any traffic.

use std::collections::BTreeMap;

/// Values that are counted by themselves.
const EXACT: u32 = 32;
/// Parts of a doubling.
const PARTS: u32 = 16;
/// Most that one part of a stored histogram counts, so that rubbish does not overflow.
const MOST: i64 = 1 << 34;
/// The power of two from which doublings are cut.
const FIRST_POWER: u32 = 5;

/// Parts of all values.
const ALL: u32 = EXACT + (u32::BITS - FIRST_POWER) * PARTS;

/// Calls by the time they took.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Histogram {
    calls: BTreeMap<u32, i64>,
}

/// The part that a value lies in.
fn part(value: u32) -> u32 {
    if value < EXACT {
        return value;
    }
    let power = value.ilog2();
    let within = (value >> (power - 4)) & (PARTS - 1);
    EXACT + (power - FIRST_POWER) * PARTS + within
}

/// The smallest value of a part, and how many it has.
fn bounds(part: u32) -> (u64, u64) {
    if part < EXACT {
        return (u64::from(part), 1);
    }
    let above = part - EXACT;
    let power = FIRST_POWER + above / PARTS;
    let width = 1_u64 << (power - 4);
    (u64::from(PARTS + above % PARTS) * width, width)
}

fn put_varint(bytes: &mut Vec<u8>, mut value: u64) {
    while value >= 0x80 {
        bytes.push((value & 0x7f) as u8 | 0x80);
        value >>= 7;
    }
    bytes.push((value & 0x7f) as u8);
}

fn varint(bytes: &mut impl Iterator<Item = u8>) -> Option<u64> {
    let mut value = 0_u64;
    for shift in (0..64).step_by(7) {
        let byte = bytes.next()?;
        value |= u64::from(byte & 0x7f) << shift;
        if byte & 0x80 == 0 {
            return Some(value);
        }
    }
    None
}

impl Histogram {
    /// Counts a value.
    pub(super) fn add(&mut self, value: u32) {
        *self.calls.entry(part(value)).or_default() += 1;
    }

    /// Adds the counts of another one, `times` times.
    pub(super) fn merge(&mut self, other: &Self, times: i64) {
        for (part, calls) in &other.calls {
            *self.calls.entry(*part).or_default() += calls * times;
        }
    }

    /// Values counted.
    pub(super) fn calls(&self) -> i64 {
        self.calls.values().sum()
    }

    /// As it is stored; what was taken out more often than it was put in is not.
    pub(super) fn encoded(&self) -> Vec<u8> {
        let mut bytes = Vec::with_capacity(self.calls.len() * 2);
        let mut before = 0;
        for (part, calls) in &self.calls {
            let Ok(calls @ 1..) = u64::try_from(*calls) else {
                continue;
            };
            put_varint(&mut bytes, u64::from(part - before));
            put_varint(&mut bytes, calls);
            before = *part;
        }
        bytes
    }

    /// Adds the counts of a stored one; rubbish ends it.
    pub(super) fn add_encoded(&mut self, bytes: &[u8]) {
        let mut bytes = bytes.iter().copied();
        let mut part = 0_u32;
        while let Some(distance) = varint(&mut bytes) {
            let next = u32::try_from(distance)
                .ok()
                .and_then(|by| part.checked_add(by));
            let next = next.filter(|next| *next < ALL);
            let (Some(next), Some(calls)) = (next, varint(&mut bytes)) else {
                return;
            };
            part = next;
            let calls = i64::try_from(calls).map_or(MOST, |calls| calls.min(MOST));
            let sum = self.calls.entry(part).or_default();
            *sum = sum.saturating_add(calls);
        }
    }

    /// The value that so many of a hundred values do not exceed.
    pub(super) fn percentile(&self, percent: u8) -> Option<u32> {
        let all = u64::try_from(self.calls())
            .ok()
            .filter(|calls| *calls > 0)?;
        let rank = (all * u64::from(percent)).div_ceil(100).max(1);
        let mut before = 0;
        for (part, calls) in &self.calls {
            let calls = u64::try_from(*calls).unwrap_or(0);
            if before + calls >= rank {
                // Values of a part are taken to lie at equal distances in it.
                let (low, width) = bounds(*part);
                let offset = width * (2 * (rank - before) - 1) / (2 * calls);
                return Some(u32::try_from(low + offset).unwrap_or(u32::MAX));
            }
            before += calls;
        }
        None
    }
}

#[cfg(test)]
mod tests;
