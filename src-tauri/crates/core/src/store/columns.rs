//! How the words of the domain look in SQL.

use rusqlite::Row;
use rusqlite::types::{FromSql, FromSqlError, FromSqlResult, ToSql, ToSqlOutput, ValueRef};

use crate::model::{
    AccountId, BalanceFailureReason, BalanceSource, Choice, Condition, Currency, Fingerprint,
    KeyId, KeyState, Left, Outcome, ResourceKind,
};

impl ToSql for KeyId {
    fn to_sql(&self) -> rusqlite::Result<ToSqlOutput<'_>> {
        Ok(self.as_str().into())
    }
}

impl FromSql for KeyId {
    fn column_result(value: ValueRef<'_>) -> FromSqlResult<Self> {
        value.as_str().map(Self::from)
    }
}

impl ToSql for AccountId {
    fn to_sql(&self) -> rusqlite::Result<ToSqlOutput<'_>> {
        Ok(self.as_str().into())
    }
}

impl FromSql for AccountId {
    fn column_result(value: ValueRef<'_>) -> FromSqlResult<Self> {
        value.as_str().map(Self::from)
    }
}

impl ToSql for KeyState {
    fn to_sql(&self) -> rusqlite::Result<ToSqlOutput<'_>> {
        Ok(self.as_str().into())
    }
}

impl FromSql for KeyState {
    fn column_result(value: ValueRef<'_>) -> FromSqlResult<Self> {
        let name = value.as_str()?;
        Self::parse(name)
            .ok_or_else(|| FromSqlError::Other(format!("{name} is no state of a key").into()))
    }
}

impl ToSql for ResourceKind {
    fn to_sql(&self) -> rusqlite::Result<ToSqlOutput<'_>> {
        Ok(self.as_str().into())
    }
}

impl FromSql for ResourceKind {
    fn column_result(value: ValueRef<'_>) -> FromSqlResult<Self> {
        let name = value.as_str()?;
        Self::parse(name)
            .ok_or_else(|| FromSqlError::Other(format!("{name} is no kind of resource").into()))
    }
}

impl ToSql for BalanceSource {
    fn to_sql(&self) -> rusqlite::Result<ToSqlOutput<'_>> {
        Ok(self.as_str().into())
    }
}

impl FromSql for BalanceSource {
    fn column_result(value: ValueRef<'_>) -> FromSqlResult<Self> {
        let name = value.as_str()?;
        Self::parse(name)
            .ok_or_else(|| FromSqlError::Other(format!("{name} is no source of a balance").into()))
    }
}

impl ToSql for BalanceFailureReason {
    fn to_sql(&self) -> rusqlite::Result<ToSqlOutput<'_>> {
        Ok(self.as_str().into())
    }
}

impl FromSql for BalanceFailureReason {
    fn column_result(value: ValueRef<'_>) -> FromSqlResult<Self> {
        let name = value.as_str()?;
        Self::parse(name).ok_or_else(|| {
            FromSqlError::Other(format!("{name} is no reason for an untold balance").into())
        })
    }
}

impl ToSql for Fingerprint {
    fn to_sql(&self) -> rusqlite::Result<ToSqlOutput<'_>> {
        Ok(self.0.as_slice().into())
    }
}

impl FromSql for Fingerprint {
    fn column_result(value: ValueRef<'_>) -> FromSqlResult<Self> {
        <[u8; 32]>::column_result(value).map(Self)
    }
}

/// The number of an outcome in `usage.db`; never reused.
pub(super) const fn outcome_code(outcome: Outcome) -> i64 {
    match outcome {
        Outcome::Success => 1,
        Outcome::Rejected => 2,
        Outcome::Refused => 3,
        Outcome::UpstreamFailed => 4,
        Outcome::Interrupted => 5,
        Outcome::ClientClosed => 6,
    }
}

impl ToSql for Outcome {
    fn to_sql(&self) -> rusqlite::Result<ToSqlOutput<'_>> {
        Ok(outcome_code(*self).into())
    }
}

impl FromSql for Outcome {
    fn column_result(value: ValueRef<'_>) -> FromSqlResult<Self> {
        let code = value.as_i64()?;
        Self::ALL
            .into_iter()
            .find(|outcome| outcome_code(*outcome) == code)
            .ok_or(FromSqlError::OutOfRange(code))
    }
}

/// The number of a choice in `usage.db`; never reused.
const fn choice_code(choice: Choice) -> i64 {
    match choice {
        Choice::Strategy => 0,
        Choice::Session => 1,
        Choice::Owner => 2,
        Choice::Retry => 3,
    }
}

impl ToSql for Choice {
    fn to_sql(&self) -> rusqlite::Result<ToSqlOutput<'_>> {
        Ok(choice_code(*self).into())
    }
}

impl FromSql for Choice {
    fn column_result(value: ValueRef<'_>) -> FromSqlResult<Self> {
        let code = value.as_i64()?;
        Self::ALL
            .into_iter()
            .find(|choice| choice_code(*choice) == code)
            .ok_or(FromSqlError::OutOfRange(code))
    }
}

/// The number of a reason in `usage.db`; never reused.
const fn left_code(left: Left) -> i64 {
    match left {
        Left::Rejected => 1,
        Left::KeyUnauthorized => 2,
        Left::AccountExhausted => 3,
        Left::PaidOnly => 4,
        Left::ModelRestricted => 5,
        Left::AccountRestricted => 6,
        Left::RateLimited => 7,
        Left::ModelBusy => 8,
        Left::UpstreamFailed => 9,
        Left::Broken => 10,
        Left::Redirected => 11,
        Left::NotSent => 12,
        Left::NoAnswer => 13,
        Left::TimedOut => 14,
        Left::ClientGone => 15,
    }
}

impl ToSql for Left {
    fn to_sql(&self) -> rusqlite::Result<ToSqlOutput<'_>> {
        Ok(left_code(*self).into())
    }
}

impl FromSql for Left {
    fn column_result(value: ValueRef<'_>) -> FromSqlResult<Self> {
        let code = value.as_i64()?;
        Self::ALL
            .into_iter()
            .find(|left| left_code(*left) == code)
            .ok_or(FromSqlError::OutOfRange(code))
    }
}

/// The number of a currency in `usage.db`; never reused.
const fn currency_code(currency: Currency) -> i64 {
    match currency {
        Currency::Cny => 1,
        Currency::Usd => 2,
    }
}

impl ToSql for Currency {
    fn to_sql(&self) -> rusqlite::Result<ToSqlOutput<'_>> {
        Ok(currency_code(*self).into())
    }
}

impl FromSql for Currency {
    fn column_result(value: ValueRef<'_>) -> FromSqlResult<Self> {
        let code = value.as_i64()?;
        Self::ALL
            .into_iter()
            .find(|currency| currency_code(*currency) == code)
            .ok_or(FromSqlError::OutOfRange(code))
    }
}

/// A currency in `flowkeep.db`, where it is its code.
#[derive(Clone, Copy)]
pub(super) struct CurrencyCode(pub(super) Currency);

impl ToSql for CurrencyCode {
    fn to_sql(&self) -> rusqlite::Result<ToSqlOutput<'_>> {
        Ok(self.0.code().into())
    }
}

impl FromSql for CurrencyCode {
    fn column_result(value: ValueRef<'_>) -> FromSqlResult<Self> {
        let code = value.as_str()?;
        Currency::parse(code)
            .map(Self)
            .ok_or_else(|| FromSqlError::Other(format!("{code} is no known currency").into()))
    }
}

/// Reads the five columns of a condition; absent when it has no text.
pub(super) fn condition(row: &Row<'_>) -> rusqlite::Result<Option<Condition>> {
    let Some(text) = row.get("condition_text")? else {
        return Ok(None);
    };
    Ok(Some(Condition {
        text,
        status: row.get("condition_status")?,
        vendor_code: row.get("condition_vendor_code")?,
        since_ms: row
            .get::<_, Option<i64>>("condition_since_ms")?
            .unwrap_or_default(),
        next_retry_ms: row.get("condition_next_retry_ms")?,
    }))
}

/// At most `limit` bytes of `text`, cut between two characters.
pub(super) fn shortened(text: &str, limit: usize) -> &str {
    &text[..text.floor_char_boundary(limit)]
}
