//! Balances in bands, so that what is near a tie is found without looking at all.
//!
//! Two balances are near when they differ by at most one unit of the currency
//! or a twentieth of the higher one. A band is a fifth of that or narrower, so
//! a tie is judged to within one band.

use std::num::NonZeroU64;

/// Accounts whose keys are all suspect: only when nothing else is left.
pub(super) const DOUBTFUL: u16 = 0;
/// Accounts of unknown balance, and those of no weight.
pub(super) const LAST: u16 = 1;
/// Where known balances begin; accounts of strategies that know no balance.
pub(super) const FIRST: u16 = 2;
/// Bands in all.
pub(super) const COUNT: usize = 2_048;

const UNIT_NANO: u64 = 1_000_000_000;
/// Below this many units, nearness is one unit, above it a twentieth.
const PART: u64 = 20;
const LINEAR_NANO: u64 = UNIT_NANO / 5;
const LINEAR_END: u64 = PART * UNIT_NANO;
const LINEAR_BANDS: u64 = LINEAR_END / LINEAR_NANO;
/// A doubling of the balance has two to the power of this many bands.
const FINENESS: u32 = 6;

/// The band of a balance. Nothing or less says nothing: vouchers are invisible
/// (D5).
pub(super) fn of(balance_nano: Option<i64>) -> u16 {
    let known = balance_nano
        .and_then(|nano| u64::try_from(nano).ok())
        .and_then(NonZeroU64::new);
    match known {
        Some(nano) => FIRST + u16::try_from(step(nano)).unwrap_or(u16::MAX - FIRST),
        None => LAST,
    }
}

/// The lowest band that is near a tie with `band`.
pub(super) fn near(band: u16) -> u16 {
    if band < FIRST {
        return band;
    }
    let best = floor(u64::from(band - FIRST));
    let near = best.saturating_sub(UNIT_NANO.max(best / PART)).max(1);
    of(i64::try_from(near).ok())
}

fn step(nano: NonZeroU64) -> u64 {
    if nano.get() < LINEAR_END {
        nano.get() / LINEAR_NANO
    } else {
        LINEAR_BANDS + octave_step(nano) - octave_step(LINEAR_START)
    }
}

const LINEAR_START: NonZeroU64 = match NonZeroU64::new(LINEAR_END) {
    Some(nano) => nano,
    None => NonZeroU64::MIN,
};

/// Logarithm to the base of two, in 2^[`FINENESS`] linear steps an octave.
fn octave_step(nano: NonZeroU64) -> u64 {
    let octave = nano.ilog2();
    let within = (nano.get() >> (octave - FINENESS)) & ((1 << FINENESS) - 1);
    (u64::from(octave) << FINENESS) | within
}

/// The lowest balance of a step.
fn floor(step: u64) -> u64 {
    if step < LINEAR_BANDS {
        return step * LINEAR_NANO;
    }
    let octave_step = step - LINEAR_BANDS + octave_step(LINEAR_START);
    let octave = octave_step >> FINENESS;
    let within = octave_step & ((1 << FINENESS) - 1);
    ((1 << FINENESS) | within) << (octave - u64::from(FINENESS))
}

/// Which bands have somebody in them.
#[derive(Clone)]
pub(super) struct Occupied([u64; COUNT / 64]);

impl Default for Occupied {
    fn default() -> Self {
        Self([0; COUNT / 64])
    }
}

impl Occupied {
    pub(super) fn set(&mut self, band: u16, occupied: bool) {
        let bit = 1 << (band % 64);
        let word = &mut self.0[usize::from(band / 64)];
        if occupied {
            *word |= bit;
        } else {
            *word &= !bit;
        }
    }

    /// The highest occupied band below `band`.
    pub(super) fn below(&self, band: u16) -> Option<u16> {
        let (word, bit) = (usize::from(band / 64), band % 64);
        let here = self.0.get(word).copied().unwrap_or(0) & ((1 << bit) - 1);
        let lower = (0..word.min(self.0.len())).rev();
        std::iter::once((word, here))
            .chain(lower.map(|word| (word, self.0[word])))
            .find(|(_, bits)| *bits != 0)
            .map(|(word, bits)| number(word, bits.ilog2()))
    }

    /// The lowest occupied band from `band` on.
    pub(super) fn from(&self, band: u16) -> Option<u16> {
        let (word, bit) = (usize::from(band / 64), band % 64);
        let here = self.0.get(word).copied().unwrap_or(0) & !((1 << bit) - 1);
        std::iter::once((word, here))
            .chain((word + 1..self.0.len()).map(|word| (word, self.0[word])))
            .find(|(_, bits)| *bits != 0)
            .map(|(word, bits)| number(word, bits.trailing_zeros()))
    }
}

fn number(word: usize, bit: u32) -> u16 {
    u16::try_from(word * 64 + bit as usize).unwrap_or(u16::MAX)
}
