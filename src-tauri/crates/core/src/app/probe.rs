//! Asking the upstream whether it knows a key: `GET /models` (D5, API §2.6).

use std::time::Duration;

use http::{HeaderMap, Method};

use super::App;
use crate::model::{ApiKey, KeyId};
use crate::upstream::{Outgoing, UpstreamClient, headers::request_headers};

const PROBE_WAIT: Duration = Duration::from_secs(10);

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
            let upstream = app.upstream();
            let probed = tokio::select! {
                () = stop.cancelled() => return,
                probed = probe(&upstream, &secret) => probed,
            };
            let changes = match probed {
                Probed::Unknown => app.pool().confirm_unauthorized(app.now(), &key),
                Probed::Known => app.pool().restore(&key),
                Probed::Unanswered(why) => {
                    tracing::info!(key.id = %key, why, "a 401 could not be confirmed");
                    return app.pool().unconfirmed(app.now(), &key);
                }
            };
            app.persist(changes);
        });
    }
}
