//! Money: whole billionths of a currency's unit, never a float (D13).

#[cfg(test)]
mod tests;

use std::fmt;
use std::str::FromStr;
use std::sync::Arc;

use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// Billionths in one unit.
const SCALE: u64 = 1_000_000_000;
/// Digits after the point that a nano-unit can hold.
const PLACES: usize = 9;

/// What an account is billed in.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "UPPERCASE")]
pub enum Currency {
    /// Renminbi, on siliconflow.cn.
    Cny,
    /// US dollars, on siliconflow.com.
    Usd,
}

impl Currency {
    /// All currencies.
    pub const ALL: [Self; 2] = [Self::Cny, Self::Usd];

    /// ISO 4217 code; the name in SQL and JSON.
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::Cny => "CNY",
            Self::Usd => "USD",
        }
    }

    /// The sign before an amount.
    #[must_use]
    pub const fn symbol(self) -> &'static str {
        match self {
            Self::Cny => "¥",
            Self::Usd => "$",
        }
    }

    /// The one that is not this one.
    #[must_use]
    pub const fn other(self) -> Self {
        match self {
            Self::Cny => Self::Usd,
            Self::Usd => Self::Cny,
        }
    }

    /// The currency of that code.
    #[must_use]
    pub fn parse(code: &str) -> Option<Self> {
        Self::ALL
            .into_iter()
            .find(|currency| currency.code() == code)
    }
}

/// An amount without its currency, in billionths of the unit.
///
/// Read and written as a decimal text (`"0.07"`), so that no float lies between.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Nano(i64);

impl Nano {
    /// Nothing.
    pub const ZERO: Self = Self(0);

    /// So many billionths.
    #[must_use]
    pub const fn new(billionths: i64) -> Self {
        Self(billionths)
    }

    /// The number of billionths.
    #[must_use]
    pub const fn get(self) -> i64 {
        self.0
    }

    /// The sum, unless it is too large.
    #[must_use]
    pub fn checked_add(self, other: Self) -> Option<Self> {
        self.0.checked_add(other.0).map(Self)
    }

    /// The difference, unless it is too large.
    #[must_use]
    pub fn checked_sub(self, other: Self) -> Option<Self> {
        self.0.checked_sub(other.0).map(Self)
    }

    /// With exactly `places` digits (at most 9) after the point, half rounded away from zero.
    #[must_use]
    pub fn rounded(self, places: usize) -> String {
        let places = places.min(PLACES);
        let dropped = 10_u64.pow(u32::try_from(PLACES - places).unwrap_or(0));
        let size = self.0.unsigned_abs();
        let kept = (size / dropped) + u64::from(size % dropped >= dropped.div_ceil(2));
        let scale = SCALE / dropped;
        let sign = if self.0 < 0 && kept > 0 { "-" } else { "" };
        let (whole, rest) = (kept / scale, kept % scale);
        if places == 0 {
            format!("{sign}{whole}")
        } else {
            format!("{sign}{whole}.{rest:0places$}")
        }
    }
}

/// Every digit that counts and no more: `0.07`, `12`, `-0.000000001`.
impl fmt::Display for Nano {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let exact = self.rounded(PLACES);
        let short = exact.trim_end_matches('0').trim_end_matches('.');
        f.write_str(short)
    }
}

/// Why a text is no amount.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum MalformedAmount {
    /// Not of the form `-12.34`.
    #[error("an amount is written in digits with at most one point, as 0.07")]
    NotDecimal,
    /// A tenth digit after the point.
    #[error("an amount has at most 9 digits after the point")]
    TooFine,
    /// More than 64 bits hold.
    #[error("an amount is below 9 billion")]
    TooLarge,
}

impl FromStr for Nano {
    type Err = MalformedAmount;

    fn from_str(text: &str) -> Result<Self, MalformedAmount> {
        let (negative, digits) = match text.strip_prefix('-') {
            Some(rest) => (true, rest),
            None => (false, text),
        };
        let (whole, fraction) = match digits.split_once('.') {
            Some((_, "")) => return Err(MalformedAmount::NotDecimal),
            Some(parts) => parts,
            None => (digits, ""),
        };
        let is_number = |part: &str| part.bytes().all(|byte| byte.is_ascii_digit());
        if whole.is_empty() || !is_number(whole) || !is_number(fraction) {
            return Err(MalformedAmount::NotDecimal);
        }
        if fraction.len() > PLACES {
            return Err(MalformedAmount::TooFine);
        }
        let size: i64 = format!("{whole}{fraction:0<PLACES$}")
            .parse()
            .map_err(|_| MalformedAmount::TooLarge)?;
        Ok(Self(if negative { -size } else { size }))
    }
}

impl Serialize for Nano {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Nano {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        text.parse().map_err(serde::de::Error::custom)
    }
}

/// An amount of one currency.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Money {
    amount: Nano,
    currency: Currency,
}

impl Money {
    /// So much of that currency.
    #[must_use]
    pub const fn new(amount: Nano, currency: Currency) -> Self {
        Self { amount, currency }
    }

    /// The amount.
    #[must_use]
    pub const fn amount(self) -> Nano {
        self.amount
    }

    /// The number of billionths, as it is stored.
    #[must_use]
    pub const fn nano(self) -> i64 {
        self.amount.get()
    }

    /// The currency.
    #[must_use]
    pub const fn currency(self) -> Currency {
        self.currency
    }

    /// The sum; `None` for two currencies or when it is too large.
    #[must_use]
    pub fn checked_add(self, other: Self) -> Option<Self> {
        let amount = self.amount.checked_add(other.amount)?;
        (self.currency == other.currency).then_some(Self { amount, ..self })
    }

    /// The difference; `None` for two currencies or when it is too large.
    #[must_use]
    pub fn checked_sub(self, other: Self) -> Option<Self> {
        let amount = self.amount.checked_sub(other.amount)?;
        (self.currency == other.currency).then_some(Self { amount, ..self })
    }

    /// With the sign of the currency and `places` digits after the point, half
    /// rounded away from zero: `¥0.31`, `-$2.00`.
    #[must_use]
    pub fn rounded(self, places: usize) -> String {
        self.signed(&self.amount.rounded(places))
    }

    fn signed(self, text: &str) -> String {
        let symbol = self.currency.symbol();
        match text.strip_prefix('-') {
            Some(size) => format!("-{symbol}{size}"),
            None => format!("{symbol}{text}"),
        }
    }
}

/// Exact: `¥0.000006`.
impl fmt::Display for Money {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.signed(&self.amount.to_string()))
    }
}

/// What a request cost.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Cost {
    /// How much, in the currency of the site.
    pub money: Money,
    /// Name of the price row used.
    pub price: Arc<str>,
    /// Whether a part that has a price was not counted, so that this is less than the whole.
    pub incomplete: bool,
}

/// A cost, and what it would have been without the cache.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Priced {
    /// What was charged.
    pub cost: Cost,
    /// What the prompt would have cost more without the cache, in billionths of
    /// the same currency; `None` when the cached tokens are unknown.
    pub saved_nano: Option<i64>,
}
