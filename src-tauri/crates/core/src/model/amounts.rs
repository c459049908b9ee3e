//! Money of all currencies, side by side.

use super::{Currency, Money, Nano};

/// An amount of each currency. Two currencies are never added up.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Amounts {
    /// Billionths of a yuan.
    pub cny_nano: i64,
    /// Billionths of a US dollar.
    pub usd_nano: i64,
}

impl Amounts {
    /// So much money.
    #[must_use]
    pub fn money(money: Money) -> Self {
        let mut amounts = Self::default();
        match money.currency() {
            Currency::Cny => amounts.cny_nano = money.nano(),
            Currency::Usd => amounts.usd_nano = money.nano(),
        }
        amounts
    }

    /// The amount of one currency.
    #[must_use]
    pub const fn of(self, currency: Currency) -> Nano {
        Nano::new(match currency {
            Currency::Cny => self.cny_nano,
            Currency::Usd => self.usd_nano,
        })
    }

    /// Both, as far as numbers go.
    #[must_use]
    pub const fn plus(self, other: Self) -> Self {
        Self {
            cny_nano: self.cny_nano.saturating_add(other.cny_nano),
            usd_nano: self.usd_nano.saturating_add(other.usd_nano),
        }
    }

    /// What came on top of an earlier sum.
    #[must_use]
    pub const fn since(self, earlier: Self) -> Self {
        Self {
            cny_nano: self.cny_nano.saturating_sub(earlier.cny_nano),
            usd_nano: self.usd_nano.saturating_sub(earlier.usd_nano),
        }
    }

    /// Whether there is nothing of any currency.
    #[must_use]
    pub const fn is_nothing(self) -> bool {
        self.cny_nano == 0 && self.usd_nano == 0
    }
}

#[cfg(test)]
mod tests;
