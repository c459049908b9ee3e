//! Asking the upstream whether it knows a key: `GET /models` (D5, API §2.6).

use std::time::Duration;

use futures_util::StreamExt as _;
use http::{HeaderMap, Method};

use super::App;
use crate::model::{ApiKey, KeyId};
use crate::upstream::{Outgoing, UpstreamClient, headers::request_headers};

const PROBE_WAIT: Duration = Duration::from_secs(10);
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
    match tokio::time::timeout(PROBE_WAIT, upstream.send(outgoing)).await {
        Err(_) => Probed::Unanswered(format!("no answer within {PROBE_WAIT:?}")),
        Ok(Err(error)) => Probed::Unanswered(error.detail()),
        Ok(Ok(response)) => match response.status().as_u16() {
            200..=299 => Probed::Known,
            401 => Probed::Unknown,
            status => Probed::Unanswered(format!("the upstream answered {status}")),
        },
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
