//! Asking the upstream whether it knows a key: `GET /models` (D5, API §2.6).

use std::collections::HashMap;
use std::time::Duration;

use flowkeep_contract::ApiError;
use futures_util::StreamExt as _;
use http::{HeaderMap, Method, Response, header};
use http_body_util::{BodyExt as _, Limited};
use serde::Deserialize;
use serde::de::IgnoredAny;

use super::App;
use crate::model::{ApiKey, Class, KeyId, KeyState};
use crate::upstream::classify::inspect_success;
use crate::upstream::{Outgoing, UpstreamClient, headers::request_headers};

const PROBE_WAIT: Duration = Duration::from_secs(10);
/// No list of models is longer, in bytes.
const LONGEST: usize = 4 << 20;
/// Keys asked about at the same time.
const RECHECKS_AT_ONCE: usize = 8;

/// What a probe found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Probed {
    /// The upstream knows the key.
    Known,
    /// 401: it does not.
    Unknown,
    /// The question was not answered; nothing follows from it.
    Unanswered(String),
}

/// Asks with this very key. It proves nothing about the balance.
pub(super) async fn probe(upstream: &UpstreamClient, key: &ApiKey) -> Probed {
    let outgoing = Outgoing {
        method: Method::GET,
        path: "models",
        query: Some("sub_type=chat"),
        headers: request_headers(&HeaderMap::new()),
        body: reqwest::Body::default(),
        key,
        fresh: false,
    };
    let asking = async {
        match upstream.send(outgoing).await {
            Err(error) => Probed::Unanswered(error.detail()),
            Ok(response) => match response.status().as_u16() {
                200..=299 => judge(response).await,
                401 => Probed::Unknown,
                status => Probed::Unanswered(format!("the upstream answered {status}")),
            },
        }
    };
    tokio::time::timeout(PROBE_WAIT, asking)
        .await
        .unwrap_or_else(|_| Probed::Unanswered(format!("no answer within {PROBE_WAIT:?}")))
}

/// What a good answer says; the other fields of the models do not matter.
#[derive(Deserialize)]
struct Models {
    #[serde(rename = "data")]
    _list: Vec<IgnoredAny>,
}

/// A 200 is a proof only with a list of models in it: the login page of a hotel's
/// network answers everything with 200.
async fn judge(response: Response<reqwest::Body>) -> Probed {
    let (head, body) = response.into_parts();
    let Ok(body) = Limited::new(body, LONGEST).collect().await else {
        return Probed::Unanswered("the list of models broke off or is too long".to_owned());
    };
    let body = body.to_bytes();
    let kind = head.headers.get(header::CONTENT_TYPE);
    let kind = kind.and_then(|value| value.to_str().ok());
    let is_list = || serde_json::from_slice::<Models>(&body).is_ok();
    match inspect_success(kind, &body, false) {
        Some(verdict) if verdict.class == Class::KeyUnauthorized => Probed::Unknown,
        None if is_list() => Probed::Known,
        Some(_) | None => Probed::Unanswered(
            "what answered is not the vendor's list of models, but a web page or another program"
                .to_owned(),
        ),
    }
}

impl App {
    /// A 401 in traffic is confirmed before the key is called unauthorized: one
    /// hiccup of the upstream's login must not take a key out.
    pub(super) fn confirm_unauthorized(&self, key: KeyId, secret: ApiKey) {
        let app = self.clone();
        let stop = self.0.stop.clone();
        self.0.tasks.spawn(async move {
            let upstream = app.upstream_of_key(&key);
            let probed = tokio::select! {
                () = stop.cancelled() => return,
                probed = probe(&upstream, &secret) => probed,
            };
            app.conclude(&key, probed);
        });
    }

    /// Asks about the next key that was unauthorized and is due again (once a
    /// day): a key that is put back in the vendor's console serves by itself.
    pub(super) async fn recheck_next(&self) {
        let due = self.pool().due_for_recheck(self.now(), 1);
        let Some(key) = due.first() else { return };
        let Some(secret) = self.pool().secret(key) else {
            return;
        };
        let upstream = self.upstream_of_key(key);
        let probed = tokio::select! {
            () = self.0.stop.cancelled() => return,
            probed = probe(&upstream, &secret) => probed,
        };
        self.conclude(key, probed);
    }

    /// Asks about keys whose account lives elsewhere now, beside the traffic.
    pub(super) fn recheck(&self, keys: Vec<(KeyId, ApiKey)>) {
        let app = self.clone();
        let stop = self.0.stop.clone();
        self.0.tasks.spawn(async move {
            let asking = futures_util::stream::iter(keys).for_each_concurrent(
                RECHECKS_AT_ONCE,
                async |(key, secret)| {
                    let probed = probe(&app.upstream_of_key(&key), &secret).await;
                    app.conclude(&key, probed);
                },
            );
            tokio::select! {
                () = stop.cancelled() => {}
                () = asking => {}
            }
        });
    }

    /// Another process may have asked about keys and written down another state.
    /// Which of the two holds is found out by asking. Blocks for the database.
    pub(super) fn recheck_what_differs(&self) -> Result<(), ApiError> {
        let rows = self.0.store.keys()?.into_iter();
        let written: HashMap<KeyId, KeyState> = rows.map(|row| (row.key_id, row.state)).collect();
        let views = self.pool().views(self.now()).into_iter().filter(|view| {
            use KeyState::{Unauthorized, Unchecked, Usable};
            matches!(
                (view.state, written.get(&view.key)),
                (Unauthorized, Some(Usable | Unchecked))
                    | (Usable | Unchecked, Some(Unauthorized))
                    | (Unchecked, Some(Usable))
            )
        });
        let keys: Vec<_> = views
            .filter_map(|view| Some((view.key.clone(), self.pool().secret(&view.key)?)))
            .collect();
        if !keys.is_empty() {
            self.recheck(keys);
        }
        Ok(())
    }

    fn conclude(&self, key: &KeyId, probed: Probed) {
        let changes = match probed {
            Probed::Unknown => self.pool().confirm_unauthorized(self.now(), key),
            Probed::Known => self.pool().restore(key),
            Probed::Unanswered(why) => {
                tracing::info!(key.id = %key, why, "a 401 could not be confirmed");
                return self.pool().unconfirmed(self.now(), key);
            }
        };
        self.persist(changes);
    }
}
