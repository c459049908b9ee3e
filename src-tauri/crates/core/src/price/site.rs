//! The two sites of the vendor, which have separate accounts and prices.

use serde::{Deserialize, Serialize};

use crate::model::Currency;

/// Where an account lives.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Site {
    /// siliconflow.cn, billed in renminbi.
    Cn,
    /// siliconflow.com, billed in US dollars.
    Com,
}

impl Site {
    /// Both.
    pub const ALL: [Self; 2] = [Self::Cn, Self::Com];

    /// Name in JSON, `cn` or `com`.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Cn => "cn",
            Self::Com => "com",
        }
    }

    /// What its accounts are billed in.
    #[must_use]
    pub const fn currency(self) -> Currency {
        match self {
            Self::Cn => Currency::Cny,
            Self::Com => Currency::Usd,
        }
    }

    /// The site whose accounts are billed in that currency.
    #[must_use]
    pub const fn billed_in(currency: Currency) -> Self {
        match currency {
            Currency::Cny => Self::Cn,
            Currency::Usd => Self::Com,
        }
    }

    /// Time zone of its dates and hours, unless a row names another. The notices
    /// of `.cn` are in Beijing time; `.com` documents none.
    #[must_use]
    pub const fn zone(self) -> &'static str {
        match self {
            Self::Cn => "Asia/Shanghai",
            Self::Com => "UTC",
        }
    }

    /// The site of an upstream's base URL; `None` for a host that is not the vendor's.
    #[must_use]
    pub fn of_url(base: &str) -> Option<Self> {
        let url = url::Url::parse(base).ok()?;
        let host = url.host_str()?;
        let belongs_to = |domain: &str| {
            host.strip_suffix(domain)
                .is_some_and(|rest| rest.is_empty() || rest.ends_with('.'))
        };
        if belongs_to("siliconflow.cn") {
            Some(Self::Cn)
        } else if belongs_to("siliconflow.com") {
            Some(Self::Com)
        } else {
            None
        }
    }
}
