//! `GET /api/keys` and `GET /api/key_info`: the keys, masked.

use axum::body::Body;
use axum::extract::State;
use flowkeep_contract::{ApiError, BalanceSource, Empty, ErrorCode, KeyState, KeyView};
use http::{Response, Uri};
use serde::{Deserialize, Serialize};

use super::figures::{amount, masked, seconds};
use super::query::{PAGE_SIZE, invalid, page, query};
use super::{done, failed};
use crate::router::Shared;

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct PageQuery {
    page: Option<String>,
    sort_field: Option<String>,
    sort_order: Option<String>,
}

#[derive(Deserialize)]
struct InfoQuery {
    id: Option<String>,
}

/// A key as the older pool showed it, but masked, and what Flowkeep knows more.
#[derive(Debug, Serialize)]
struct KeyRow {
    id: String,
    label: String,
    account: String,
    /// Masked.
    key: String,
    /// Unix seconds.
    add_time: f64,
    /// In `balance_currency`; null when unknown.
    balance: Option<f64>,
    balance_currency: Option<String>,
    balance_source: &'static str,
    /// Unix seconds of the last known value.
    balance_as_of: Option<f64>,
    /// Why the last question about it failed, and when, in Unix seconds.
    balance_failure: Option<String>,
    balance_failed_at: Option<f64>,
    usage_count: i64,
    /// Unix seconds.
    last_used: Option<f64>,
    enabled: bool,
    state: KeyState,
    reason: Option<String>,
    /// What the upstream answered, if that is the reason.
    reason_status: Option<u16>,
    reason_code: Option<i64>,
    /// Unix seconds.
    since: Option<f64>,
    /// Unix seconds.
    next_retry: Option<f64>,
}

#[derive(Debug, Serialize)]
struct KeyPage {
    keys: Vec<KeyRow>,
    total: usize,
    page: u64,
    page_size: u32,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum SortField {
    AddTime,
    Balance,
    UsageCount,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Order {
    field: SortField,
    descending: bool,
}

/// `GET /api/keys?page=&sort_field=&sort_order=`.
pub(crate) async fn list(State(shared): State<Shared>, uri: Uri) -> Response<Body> {
    answer(listed(&shared, &uri).await)
}

/// `GET /api/key_info?id=`.
pub(crate) async fn info(State(shared): State<Shared>, uri: Uri) -> Response<Body> {
    answer(found(&shared, &uri).await)
}

fn answer<T: Serialize>(answer: Result<T, ApiError>) -> Response<Body> {
    match answer {
        Ok(answer) => done(&answer),
        Err(error) => failed(&error),
    }
}

async fn listed(shared: &Shared, uri: &Uri) -> Result<KeyPage, ApiError> {
    let query: PageQuery = query(uri)?;
    let page = page(query.page.as_deref())?;
    let order = Order::parse(query.sort_field.as_deref(), query.sort_order.as_deref())?;
    let keys = shared.app.list_keys(Empty {}).await?.keys;
    Ok(page_of(keys, page, order))
}

async fn found(shared: &Shared, uri: &Uri) -> Result<KeyRow, ApiError> {
    let query: InfoQuery = query(uri)?;
    let id = query.id.filter(|id| !id.is_empty());
    let id = id.ok_or_else(|| invalid("name the key, as in ?id=…; /api/keys lists the ids"))?;
    let keys = shared.app.list_keys(Empty {}).await?.keys;
    match keys.into_iter().find(|key| key.id == id) {
        Some(key) => Ok(KeyRow::of(key)),
        None => Err(ApiError::new(
            ErrorCode::NotFound,
            "there is no key of this id; /api/keys lists the ids",
        )),
    }
}

impl Order {
    /// The newest first unless told otherwise.
    fn parse(field: Option<&str>, order: Option<&str>) -> Result<Self, ApiError> {
        let field = match field.unwrap_or_default() {
            "" | "add_time" => SortField::AddTime,
            "balance" => SortField::Balance,
            "usage_count" => SortField::UsageCount,
            _ => return Err(invalid("sort_field is add_time, balance or usage_count")),
        };
        let descending = match order.unwrap_or_default() {
            "" | "desc" => true,
            "asc" => false,
            _ => return Err(invalid("sort_order is asc or desc")),
        };
        Ok(Self { field, descending })
    }

    /// Unknown balances come last either way.
    fn apply(self, keys: &mut [KeyView]) {
        keys.sort_by_key(|key| match self.field {
            SortField::AddTime => key.added_at_ms,
            SortField::Balance => key.balance.as_ref().map_or(0, |balance| balance.nano),
            SortField::UsageCount => key.usage_count,
        });
        if self.descending {
            keys.reverse();
        }
        if self.field == SortField::Balance {
            keys.sort_by_key(|key| key.balance.is_none());
        }
    }
}

fn page_of(mut keys: Vec<KeyView>, page: u64, order: Order) -> KeyPage {
    order.apply(&mut keys);
    let total = keys.len();
    let before = page.saturating_mul(u64::from(PAGE_SIZE));
    let before = usize::try_from(before).unwrap_or(usize::MAX);
    let keys = keys.into_iter().skip(before).take(PAGE_SIZE as usize);
    KeyPage {
        keys: keys.map(KeyRow::of).collect(),
        total,
        page: page.saturating_add(1),
        page_size: PAGE_SIZE,
    }
}

impl KeyRow {
    fn of(key: KeyView) -> Self {
        let reason = key.reason.as_ref();
        let balance = key.balance.as_ref();
        let failure = key.balance_failure.as_ref();
        Self {
            key: masked(&key.last_four),
            add_time: seconds(key.added_at_ms),
            balance: balance.map(|balance| amount(balance.nano)),
            balance_currency: balance.map(|balance| balance.currency.clone()),
            balance_source: match balance.map(|balance| balance.source) {
                Some(BalanceSource::Reported) => "reported",
                Some(BalanceSource::Manual) => "manual",
                Some(BalanceSource::Estimated) => "estimated",
                None => "unknown",
            },
            balance_as_of: balance.map(|balance| seconds(balance.as_of_ms)),
            balance_failed_at: failure.map(|failure| seconds(failure.at_ms)),
            balance_failure: failure.map(|failure| failure.text.clone()),
            usage_count: key.usage_count,
            last_used: key.last_used_at_ms.map(seconds),
            enabled: key.enabled,
            state: key.state,
            reason_status: reason.and_then(|reason| reason.status),
            reason_code: reason.and_then(|reason| reason.vendor_code),
            since: reason.map(|reason| seconds(reason.since_ms)),
            next_retry: reason.and_then(|reason| reason.next_retry_ms).map(seconds),
            reason: key.reason.map(|reason| reason.text),
            id: key.id,
            label: key.label,
            account: key.account,
        }
    }
}

#[cfg(test)]
mod tests;
