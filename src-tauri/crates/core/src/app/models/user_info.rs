//! `GET /user/info`, which the vendor retired, answered from what is known of the
//! accounts (D5).

use bytes::Bytes;
use http::{HeaderMap, HeaderName, HeaderValue, header};
use serde_json::{Value, json};

use crate::app::App;
use crate::app::relay::{Call, Failure, FailureCode, Reply};
use crate::app::sites::AccountSite;
use crate::model::Currency;
use crate::store::AccountRow;

/// Accounts whose balance is not in the sum.
const UNKNOWN: HeaderName = HeaderName::from_static("x-flowkeep-balance-unknown");
/// What the sum is counted in.
const CURRENCY: HeaderName = HeaderName::from_static("x-flowkeep-balance-currency");

/// The balances that are known, added up.
#[derive(Debug, PartialEq, Eq)]
struct Sum {
    /// Billionths; `None` when nothing is known.
    nano: Option<i64>,
    currency: Currency,
    /// Accounts that are not in the sum.
    unknown: usize,
}

impl Sum {
    /// Adds up what is in one currency; two have no sum. It is the one that all known
    /// balances have, else that of the gateway's `own` site.
    fn of(accounts: &[AccountRow], own: Currency) -> Self {
        let mut currencies = accounts.iter().filter_map(|account| account.balance);
        let first = currencies.next().map(|balance| balance.currency);
        let common = first.filter(|one| currencies.all(|balance| balance.currency == *one));
        let currency = common.unwrap_or(own);
        let known: Vec<i64> = accounts
            .iter()
            .filter_map(|account| account.balance)
            .filter(|balance| balance.currency == currency)
            .map(|balance| balance.nano)
            .collect();
        Self {
            nano: known.iter().copied().reduce(i64::saturating_add),
            currency,
            unknown: accounts.len() - known.len(),
        }
    }

    /// In the vendor's shape (API reference §2.16), where all amounts are strings.
    /// What is not known is the empty string, as the vendor's own `name`, rather
    /// than a made-up zero: how much of it all is gifted or paid, and the whole
    /// where no balance is known.
    fn document(&self) -> Value {
        json!({
            "code": 20000,
            "message": "OK",
            "status": true,
            "data": {
                "id": "flowkeep",
                "name": "",
                "image": "",
                "email": "",
                "isAdmin": false,
                "balance": "",
                "status": "normal",
                "introduction": "",
                "role": "",
                "chargeBalance": "",
                "totalBalance": self.nano.map(amount).unwrap_or_default(),
            },
        })
    }

    fn headers(&self) -> HeaderMap {
        let mut headers = HeaderMap::new();
        let json = HeaderValue::from_static("application/json; charset=utf-8");
        headers.insert(header::CONTENT_TYPE, json);
        headers.insert(UNKNOWN, HeaderValue::from(self.unknown));
        let currency = HeaderValue::from_static(self.currency.code());
        headers.insert(CURRENCY, currency);
        headers
    }
}

impl App {
    /// Answers with the sum over the accounts.
    pub(in crate::app) async fn user_info(&self, call: Call) -> Result<Reply, Failure> {
        if self.is_paused() {
            return self.fetch(call).await.give_up();
        }
        let read = self.blocking(App::accounts_now).await;
        let accounts = match read {
            Ok(accounts) => accounts,
            Err(error) => {
                tracing::error!(%error, "the balances cannot be read");
                let failure = Failure::new(
                    FailureCode::Internal,
                    "the balances cannot be read; see Flowkeep's log",
                );
                return Err(self.refuse(&call, failure));
            }
        };
        let sum = Sum::of(&accounts, self.currency_at(&AccountSite::Settings));
        let (mut head, ()) = http::Response::new(()).into_parts();
        head.headers = sum.headers();
        let body = Bytes::from(sum.document().to_string());
        Ok(self.answer(&call, head, body))
    }
}

/// An amount with as many decimals as it needs, at least two.
fn amount(nano: i64) -> String {
    const UNIT: u64 = 1_000_000_000;
    let sign = if nano < 0 { "-" } else { "" };
    let (whole, part) = (nano.unsigned_abs() / UNIT, nano.unsigned_abs() % UNIT);
    let decimals = format!("{part:09}");
    let needed = decimals.trim_end_matches('0').len().max(2);
    format!("{sign}{whole}.{}", &decimals[..needed])
}

#[cfg(test)]
mod tests;
