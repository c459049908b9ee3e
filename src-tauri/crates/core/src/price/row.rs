//! A price as it is written down: in `data/prices.json` and by the user.

use jiff::civil::{Date, Time};
use serde::{Deserialize, Serialize};

use super::Site;
use crate::model::Nano;

/// What a model costs, while and when the row holds.
///
/// A row is never changed: a new price is a new row, and the old one gets an
/// `until`. So a record that names its row can always be explained.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PriceRow {
    /// Stable name, as `cn:deepseek-ai/DeepSeek-V4-Flash@2026-09-01+02:00`.
    pub id: String,
    /// Where the price is asked; it also decides the currency.
    pub site: Site,
    /// Model, or a pattern with `*`. A name wins over a pattern, and of two
    /// patterns the one that fixes more characters.
    pub model: String,
    /// First day; open without.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub from: Option<Date>,
    /// First day on which it no longer holds; open without.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub until: Option<Date>,
    /// IANA zone of the days and hours; without, that of the site.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub zone: Option<String>,
    /// Hours of each day; all of them without.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub hours: Option<Hours>,
    /// Per million tokens, by length of the input.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub tokens: Vec<Tier>,
    /// Per million tokens of pictures, counted beside the input.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub image_tokens: Option<Nano>,
    /// Per picture made.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub image: Option<Nano>,
    /// Per video clip made.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub clip: Option<Nano>,
    /// Per 1,000 UTF-8 bytes of text that is spoken.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub thousand_bytes: Option<Nano>,
    /// Per second of sound that is heard.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub second: Option<Nano>,
    /// What a batch pays of the price, in percent.
    #[serde(default = "half", skip_serializing_if = "is_half")]
    pub batch_percent: u8,
    /// Where the figures are from; for a shipped row a key of the file's `sources`.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub source: String,
    /// What a reader should know about the row.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub note: Option<String>,
}

/// Part of a day on the clock of the row's zone.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Hours {
    /// First moment that belongs to it.
    pub from: Time,
    /// First moment after it; before `from` when it goes past midnight.
    pub until: Time,
}

impl Hours {
    /// Whether a time of day belongs to it.
    #[must_use]
    pub fn contain(self, time: Time) -> bool {
        if self.from < self.until {
            self.from <= time && time < self.until
        } else {
            self.from <= time || time < self.until
        }
    }

    /// Whether some time of day belongs to both.
    pub(super) fn meet(self, other: Self) -> bool {
        self.contain(other.from) || other.contain(self.from)
    }
}

/// Token prices from a length of input on. The whole request has one tier.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Tier {
    /// Smallest input of the tier, in tokens, cache hits included.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub from_input_tokens: u64,
    /// Per million tokens of input.
    pub input: Nano,
    /// Per million tokens of output; models that only read have none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub output: Option<Nano>,
    /// Per million tokens of input found in the cache; without, as other input.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cached: Option<Nano>,
}

impl Tier {
    /// What a million cached tokens cost.
    #[must_use]
    pub fn cached_or_input(&self) -> Nano {
        self.cached.unwrap_or(self.input)
    }
}

impl PriceRow {
    /// Every price that stands in the row.
    pub fn prices(&self) -> impl Iterator<Item = Nano> {
        let per_token = self
            .tokens
            .iter()
            .flat_map(|tier| [Some(tier.input), tier.output, tier.cached]);
        let per_piece = [
            self.image_tokens,
            self.image,
            self.clip,
            self.thousand_bytes,
            self.second,
        ];
        per_token.chain(per_piece).flatten()
    }

    /// Whether nothing is charged, whatever is used.
    #[must_use]
    pub fn is_free(&self) -> bool {
        self.prices().all(|price| price == Nano::ZERO)
    }

    /// The tier for an input of that length.
    #[must_use]
    pub fn tier(&self, input_tokens: u64) -> Option<&Tier> {
        let reached = |tier: &&Tier| tier.from_input_tokens <= input_tokens;
        self.tokens.iter().rev().find(reached)
    }

    /// Name of the zone in which its days and hours are meant.
    #[must_use]
    pub fn zone_name(&self) -> &str {
        self.zone.as_deref().unwrap_or(self.site.zone())
    }
}

const HALF: u8 = 50;

fn half() -> u8 {
    HALF
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde calls it so")]
fn is_half(percent: &u8) -> bool {
    *percent == HALF
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde calls it so")]
fn is_zero(tokens: &u64) -> bool {
    *tokens == 0
}
