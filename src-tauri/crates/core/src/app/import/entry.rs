//! What an import consists of: keys with what is said about them, and what is no key.

use flowkeep_contract::ImportReason;

use crate::app::sites::{AccountSite, MalformedSite};
use crate::model::{ApiKey, Currency, MalformedKey, Nano};
use crate::upstream::redact::redact;

const MAX_LABEL: usize = 120;
const MAX_WEIGHT: u32 = 1_000;
/// Digits after the point that are kept of a balance.
const PLACES: usize = 9;

/// A key with what was said about it.
#[derive(Clone, Debug)]
pub(super) struct Entry {
    /// Line, or number of the entry, from 1.
    pub(super) line: u32,
    pub(super) key: ApiKey,
    pub(super) label: Option<String>,
    /// Label of the account it belongs to; its own when absent.
    pub(super) account: Option<String>,
    /// Where it lives; absent when nobody said so.
    pub(super) site: Option<AccountSite>,
    pub(super) balance: Option<Stated>,
    pub(super) weight: u32,
    pub(super) enabled: bool,
}

/// A balance that somebody stated.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Stated {
    pub(super) amount: Nano,
    /// The site's when absent.
    pub(super) currency: Option<Currency>,
    /// Unix milliseconds when a program last saw it; absent when a person typed it.
    pub(super) seen_at_ms: Option<i64>,
}

/// What is no key, without what could be a secret.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Rejected {
    pub(super) line: u32,
    /// The beginning of the word, or the end of a key whose line is wrong.
    pub(super) masked: String,
    pub(super) why: Malformed,
}

/// A line, or an entry of a file.
pub(super) type Line = Result<Entry, Rejected>;

/// Why something is no entry. No text holds what was written there: it may be
/// most of a key.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub(super) enum Malformed {
    #[error(transparent)]
    Key(#[from] MalformedKey),
    #[error("there is no key in this entry")]
    NoKey,
    #[error("this is no valid JSON: {0}")]
    Json(String),
    #[error(transparent)]
    Site(#[from] MalformedSite),
    #[error("a balance is an amount such as 12.50, ¥12.50 or 12.50 USD")]
    Balance,
    #[error("a weight is a whole number from 0 to {MAX_WEIGHT}")]
    Weight,
}

impl Malformed {
    pub(super) fn reason(&self) -> ImportReason {
        match self {
            Self::Key(MalformedKey::Prefix) => ImportReason::Prefix,
            Self::Key(MalformedKey::Length(_)) => ImportReason::Length,
            Self::Key(MalformedKey::Character) => ImportReason::Character,
            Self::NoKey => ImportReason::NoKey,
            Self::Json(_) => ImportReason::Unreadable,
            Self::Site(_) => ImportReason::Site,
            Self::Balance => ImportReason::Balance,
            Self::Weight => ImportReason::Weight,
        }
    }
}

/// What can be said in an entry, under whatever name.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Field {
    Key,
    Label,
    Account,
    Site,
    Balance,
    Weight,
    Enabled,
}

impl Field {
    /// The field of a column or attribute.
    pub(super) fn named(name: &str) -> Option<Self> {
        Some(match name.trim().to_lowercase().as_str() {
            "key" | "api_key" | "api-key" | "apikey" | "token" | "secret" | "sk" | "密钥"
            | "令牌" => Self::Key,
            "label" | "name" | "remark" | "note" | "备注" | "名称" | "标签" => Self::Label,
            "account" | "账号" | "账户" => Self::Account,
            "site" | "base_url" | "base-url" | "baseurl" | "url" | "站点" => Self::Site,
            "balance" | "余额" => Self::Balance,
            "weight" | "权重" => Self::Weight,
            "enabled" | "启用" => Self::Enabled,
            _ => return None,
        })
    }
}

/// An entry as it was written, before anything in it is judged.
#[derive(Clone, Default)]
pub(super) struct Draft {
    key: Option<String>,
    label: Option<String>,
    account: Option<String>,
    site: Option<String>,
    balance: Option<String>,
    weight: Option<String>,
    enabled: Option<String>,
}

impl Draft {
    /// With this as the key.
    pub(super) fn of_key(word: &str) -> Self {
        let mut draft = Self::default();
        draft.set(Field::Key, word);
        draft
    }

    /// Notes what is said; nothing is said by a blank.
    pub(super) fn set(&mut self, field: Field, text: &str) {
        let text = text.trim();
        if text.is_empty() {
            return;
        }
        let place = match field {
            Field::Key => &mut self.key,
            Field::Label => &mut self.label,
            Field::Account => &mut self.account,
            Field::Site => &mut self.site,
            Field::Balance => &mut self.balance,
            Field::Weight => &mut self.weight,
            Field::Enabled => &mut self.enabled,
        };
        *place = Some(text.to_owned());
    }

    /// Whether nothing was said at all.
    pub(super) fn is_blank(&self) -> bool {
        let said = [
            &self.key,
            &self.label,
            &self.account,
            &self.site,
            &self.balance,
            &self.weight,
            &self.enabled,
        ];
        said.into_iter().all(Option::is_none)
    }

    /// Judges what was written.
    pub(super) fn into_line(self, line: u32) -> Line {
        let Some(word) = self.key.as_deref() else {
            return Err(Rejected {
                line,
                masked: String::new(),
                why: Malformed::NoKey,
            });
        };
        let key = ApiKey::parse(word).map_err(|why| Rejected {
            line,
            masked: mask_word(word),
            why: why.into(),
        })?;
        let masked = mask_key(&key);
        self.entry(line, key)
            .map_err(|why| Rejected { line, masked, why })
    }

    fn entry(self, line: u32, key: ApiKey) -> Result<Entry, Malformed> {
        let site = self.site.as_deref().map(str::parse).transpose()?;
        let balance = self.balance.as_deref().map(stated).transpose()?;
        let weight = match self.weight.as_deref().map(str::parse) {
            None => 1,
            Some(Ok(weight)) if weight <= MAX_WEIGHT => weight,
            Some(_) => return Err(Malformed::Weight),
        };
        Ok(Entry {
            line,
            key,
            label: self.label.as_deref().and_then(shown),
            account: self.account.as_deref().and_then(shown),
            site,
            balance,
            weight,
            enabled: self.enabled.as_deref().is_none_or(is_on),
        })
    }
}

/// A name that is kept and shown as it is: no place for a second key (S17).
pub(in crate::app) fn shown(text: &str) -> Option<String> {
    let text: String = redact(text, &[])
        .chars()
        .filter(|c| !c.is_control())
        .take(MAX_LABEL)
        .collect();
    let text = text.trim();
    (!text.is_empty()).then(|| text.to_owned())
}

/// Whether a weight may be that.
pub(in crate::app) fn is_weight(weight: u32) -> bool {
    weight <= MAX_WEIGHT
}

fn is_on(word: &str) -> bool {
    !matches!(
        word.to_lowercase().as_str(),
        "0" | "0.0" | "false" | "no" | "off" | "disabled" | "否"
    )
}

/// Reads `12.50`, `¥12.50`, `$3`, `12.50 USD` or `12元`.
fn stated(text: &str) -> Result<Stated, Malformed> {
    let upper = text.to_uppercase();
    let signs = [
        ("¥", Currency::Cny),
        ("￥", Currency::Cny),
        ("CNY", Currency::Cny),
        ("RMB", Currency::Cny),
        ("元", Currency::Cny),
        ("USD", Currency::Usd),
        ("$", Currency::Usd),
    ];
    let mut digits = upper.trim();
    let mut currency = None;
    for (sign, meant) in signs {
        let rest = digits
            .strip_prefix(sign)
            .or_else(|| digits.strip_suffix(sign));
        if let Some(rest) = rest {
            digits = rest.trim();
            currency = Some(meant);
            break;
        }
    }
    Ok(Stated {
        amount: amount(digits)?,
        currency,
        seen_at_ms: None,
    })
}

/// Programs write floats with more digits than a balance has.
fn amount(digits: &str) -> Result<Nano, Malformed> {
    let kept = match digits.split_once('.') {
        Some((whole, fraction)) if fraction.len() > PLACES && fraction.is_ascii() => {
            let is_number = fraction.bytes().all(|byte| byte.is_ascii_digit());
            let kept = is_number.then(|| &digits[..=whole.len() + PLACES]);
            kept.ok_or(Malformed::Balance)?
        }
        _ => digits,
    };
    kept.parse().map_err(|_| Malformed::Balance)
}

/// A malformed word may still be most of a key, so only its start is shown.
pub(super) fn mask_word(word: &str) -> String {
    let start: String = word.chars().filter(|c| !c.is_control()).take(6).collect();
    if word.chars().count() > 6 {
        format!("{start}…")
    } else {
        start
    }
}

pub(super) fn mask_key(key: &ApiKey) -> String {
    format!("sk-…{}", key.last_four())
}

#[cfg(test)]
mod tests;
