//! What a message of the vendor speaks of.

use crate::model::RateWindow;

/// A message, to be asked.
pub(super) struct Words<'a> {
    text: &'a str,
    lower: String,
}

/// What it may speak of.
#[derive(Clone, Copy, Debug)]
pub(super) enum Topic {
    /// A limit that is reached.
    Rate,
    /// Lack of capacity.
    Busy,
    /// The balance.
    Balance,
    /// The part of the balance that was paid for.
    PaidBalance,
    /// Real-name verification.
    RealName,
    /// An account taken out of service.
    Suspension,
    /// An account.
    Account,
    /// A model.
    Model,
}

impl Topic {
    const fn words(self) -> &'static [&'static str] {
        match self {
            Self::Rate => &[
                "rate limit",
                "rate-limit",
                "ratelimit",
                "limit reached",
                "too many requests",
                "限流",
                "请求过于频繁",
            ],
            Self::Busy => &["busy", "overload", "capacity", "繁忙", "过载"],
            Self::Balance => &[
                "balance is insufficient",
                "insufficient balance",
                "余额不足",
                "欠费",
            ],
            Self::PaidBalance => &["paid balance", "充值余额"],
            Self::RealName => &["real-name", "real name", "realname", "实名"],
            Self::Suspension => &[
                "suspended",
                "banned",
                "frozen",
                "deactivated",
                "封禁",
                "冻结",
            ],
            Self::Account => &["account", "账号", "账户", "帐号", "帐户"],
            Self::Model => &["model", "模型"],
        }
    }
}

impl<'a> Words<'a> {
    pub(super) fn of(text: &'a str) -> Self {
        Self {
            text,
            lower: text.to_lowercase(),
        }
    }

    pub(super) fn speak_of(&self, topic: Topic) -> bool {
        topic.words().iter().any(|word| self.lower.contains(word))
    }

    /// The window of the first limit that is named, as `TPM` in
    /// `Details: TPM limit reached.`
    pub(super) fn window(&self) -> RateWindow {
        self.text
            .split(|letter: char| !letter.is_ascii_alphanumeric())
            .find_map(|word| match word {
                "RPM" | "TPM" | "IPM" => Some(RateWindow::Minute),
                "RPH" | "TPH" | "IPH" => Some(RateWindow::Hour),
                "RPD" | "TPD" | "IPD" => Some(RateWindow::Day),
                _ => None,
            })
            .unwrap_or(RateWindow::Unknown)
    }
}
