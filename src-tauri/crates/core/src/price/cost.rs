//! What a request cost: exact until the one rounding at the end.
//!
//! Each part is a whole number of nano-units times a count, kept over the common
//! denominator of a million in 128 bits. A batch takes its percentage of the sum.
//! Then the sum is rounded once, half up, to a whole nano-unit. Counts are
//! charged in proportion: 1,001 bytes cost 1.001 times the price of 1,000.

use std::sync::Arc;

use super::listing::Listing;
use super::row::{PriceRow, Tier};
pub use crate::model::Cost;
use crate::model::{Money, Nano, Units, Usage};

/// What was counted for a request. Unknown is unknown, never 0 (D12).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Measured {
    /// Tokens. Cached ones are part of the prompt, reasoning is part of the completion.
    pub usage: Usage,
    /// Everything else.
    pub units: Units,
}

/// The price that holds for a purchase.
#[derive(Clone, Debug)]
pub struct Quote {
    listing: Arc<Listing>,
    batch: bool,
}

impl Quote {
    pub(super) fn new(listing: Arc<Listing>, batch: bool) -> Self {
        Self { listing, batch }
    }

    /// The price row.
    #[must_use]
    pub fn row(&self) -> &PriceRow {
        &self.listing.row
    }

    /// Name of the price row.
    #[must_use]
    pub fn id(&self) -> &Arc<str> {
        &self.listing.id
    }

    /// What the counted parts cost. `None` when none of the parts that have a price
    /// was counted, or when the sum is too large to be true. A free model costs 0,
    /// counted or not. Where the upstream does not tell cached tokens there are none.
    #[must_use]
    pub fn cost(&self, measured: &Measured) -> Option<Cost> {
        let row = self.row();
        let units = &measured.units;
        let mut sum = Sum::default();
        if let Some(tier) = row.tier(measured.usage.prompt_tokens.unwrap_or(0)) {
            sum.add_tokens(&measured.usage, tier);
        }
        sum.add(units.image_tokens, row.image_tokens, PER_MILLION);
        sum.add(units.images, row.image, PER_PIECE);
        sum.add(units.clips, row.clip, PER_PIECE);
        sum.add(units.bytes, row.thousand_bytes, PER_THOUSAND);
        sum.add(units.sound_ms, row.second, PER_THOUSAND);
        if !sum.counted && !row.is_free() {
            return None;
        }
        Some(Cost {
            money: self.money(sum.millionths?)?,
            price: Arc::clone(self.id()),
            incomplete: sum.missing,
        })
    }

    /// What the prompt would have cost more without the cache. `None` when the
    /// cached tokens are unknown.
    #[must_use]
    pub fn saved_by_cache(&self, measured: &Measured) -> Option<Money> {
        let usage = &measured.usage;
        let prompt = usage.prompt_tokens?;
        let cached = usage.cached_tokens?.min(prompt);
        let tier = self.row().tier(prompt)?;
        let less = tier.input.checked_sub(tier.cached_or_input())?;
        let millionths = i128::from(cached).checked_mul(i128::from(less.get()))?;
        self.money(millionths)
    }

    /// Takes the part that a batch pays, and rounds.
    fn money(&self, millionths: i128) -> Option<Money> {
        let percent = if self.batch {
            self.row().batch_percent
        } else {
            100
        };
        let hundred_millionths = millionths.checked_mul(i128::from(percent))?;
        let whole = hundred_millionths
            .checked_add(HUNDRED_MILLION / 2)?
            .div_euclid(HUNDRED_MILLION);
        let amount = Nano::new(i64::try_from(whole).ok()?);
        Some(Money::new(amount, self.row().site.currency()))
    }
}

/// What a price for so many pieces is multiplied by to be one for a million.
const PER_MILLION: i128 = 1;
const PER_THOUSAND: i128 = 1_000;
const PER_PIECE: i128 = 1_000_000;

const HUNDRED_MILLION: i128 = 100_000_000;

/// A sum of parts, in millionths of a nano-unit.
struct Sum {
    /// `None` once it was too large.
    millionths: Option<i128>,
    /// Whether a part with a price was counted.
    counted: bool,
    /// Whether a part with a price was not counted.
    missing: bool,
}

impl Default for Sum {
    fn default() -> Self {
        Self {
            millionths: Some(0),
            counted: false,
            missing: false,
        }
    }
}

impl Sum {
    fn add_tokens(&mut self, usage: &Usage, tier: &Tier) {
        let cached = match (usage.prompt_tokens, usage.cached_tokens) {
            (Some(prompt), Some(cached)) => cached.min(prompt),
            _ => 0,
        };
        let others = usage.prompt_tokens.map(|prompt| prompt - cached);
        self.add(others, Some(tier.input), PER_MILLION);
        if cached > 0 {
            self.add(Some(cached), Some(tier.cached_or_input()), PER_MILLION);
        }
        self.add(usage.completion_tokens, tier.output, PER_MILLION);
    }

    /// Adds a part; one without a price, or with a price of 0, changes nothing.
    fn add(&mut self, count: Option<u64>, price: Option<Nano>, factor: i128) {
        let Some(price) = price.filter(|&price| price != Nano::ZERO) else {
            return;
        };
        let Some(count) = count else {
            self.missing = true;
            return;
        };
        self.counted = true;
        let part = i128::from(price.get())
            .checked_mul(factor)
            .and_then(|price| price.checked_mul(i128::from(count)));
        self.millionths = match (self.millionths, part) {
            (Some(sum), Some(part)) => sum.checked_add(part),
            _ => None,
        };
    }
}
