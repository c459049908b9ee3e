//! Asking the upstream for a balance: `GET /user/info` (API reference §2.16).

use std::time::Duration;

use http::{HeaderMap, Method};
use http_body_util::{BodyExt as _, Limited};
use serde::Deserialize;
use serde_json::value::RawValue;

use crate::model::{ApiKey, BalanceFailureReason, Nano};
use crate::upstream::headers::request_headers;
use crate::upstream::{Outgoing, UpstreamClient};

/// For the whole answer (`reliability.md` §2.4).
const WAIT: Duration = Duration::from_secs(10);
/// No balance needs more.
const LONGEST: usize = 64 << 10;
/// `code` of an answer that is one.
const FINE: i64 = 20_000;
/// Digits after the point that are kept.
const PLACES: usize = 9;

/// Why no balance was told. The text holds none of the upstream's words.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Untold {
    pub(super) reason: BalanceFailureReason,
    pub(super) text: String,
}

impl Untold {
    pub(super) fn new(reason: BalanceFailureReason, text: impl Into<String>) -> Self {
        Self {
            reason,
            text: text.into(),
        }
    }
}

/// The `totalBalance` of the account that this key belongs to.
pub(super) async fn ask(upstream: &UpstreamClient, key: &ApiKey) -> Result<Nano, Untold> {
    let outgoing = Outgoing {
        method: Method::GET,
        path: "user/info",
        query: None,
        headers: request_headers(&HeaderMap::new()),
        body: reqwest::Body::default(),
        key,
        fresh: false,
    };
    let asking = async {
        let response = upstream
            .send(outgoing)
            .await
            .map_err(|error| Untold::new(BalanceFailureReason::Unanswered, error.detail()))?;
        let status = response.status().as_u16();
        if status != 200 {
            return Err(refused(status));
        }
        match Limited::new(response.into_body(), LONGEST).collect().await {
            Ok(body) => read(&body.to_bytes()).ok_or_else(unreadable),
            Err(_) => Err(Untold::new(
                BalanceFailureReason::Unreadable,
                "the answer broke off or is too long for a balance",
            )),
        }
    };
    tokio::time::timeout(WAIT, asking)
        .await
        .unwrap_or_else(|_| {
            let text = format!("no answer within {WAIT:?}");
            Err(Untold::new(BalanceFailureReason::Unanswered, text))
        })
}

fn refused(status: u16) -> Untold {
    let reason = match status {
        410 => BalanceFailureReason::Retired,
        401 => BalanceFailureReason::Unauthorized,
        _ => BalanceFailureReason::Status,
    };
    Untold::new(reason, format!("the upstream answered {status}"))
}

fn unreadable() -> Untold {
    Untold::new(
        BalanceFailureReason::Unreadable,
        "there is no balance in the answer",
    )
}

#[derive(Deserialize)]
struct Envelope<'a> {
    code: Option<i64>,
    #[serde(borrow)]
    data: Option<Data<'a>>,
}

#[derive(Deserialize)]
struct Data<'a> {
    #[serde(borrow, rename = "totalBalance")]
    total: Option<&'a RawValue>,
}

/// The amount in an answer, exactly.
fn read(body: &[u8]) -> Option<Nano> {
    let envelope: Envelope<'_> = serde_json::from_slice(body).ok()?;
    if envelope.code.is_some_and(|code| code != FINE) {
        return None;
    }
    amount(envelope.data?.total?.get())
}

/// The vendor writes amounts as texts; a number is read from its digits as well,
/// so that no float lies between. Digits finer than a nano-unit are cut off.
fn amount(raw: &str) -> Option<Nano> {
    let digits = raw.trim_matches('"').trim();
    let kept = match digits.split_once('.') {
        Some((whole, fraction)) if fraction.len() > PLACES => {
            let is_number = fraction.bytes().all(|byte| byte.is_ascii_digit());
            is_number.then(|| &digits[..=whole.len() + PLACES])?
        }
        Some(_) | None => digits,
    };
    kept.parse().ok()
}

#[cfg(test)]
mod tests;
