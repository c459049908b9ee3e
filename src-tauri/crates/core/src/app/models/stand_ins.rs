//! Whether a name stands for other models, and for which.

use std::sync::Arc;
use std::time::Duration;

use http::{HeaderMap, Method};
use http_body_util::{BodyExt as _, Limited};

use super::Models;
use super::catalogue::{Aged, Filter};
use super::list::List;
use crate::app::App;
use crate::model::ApiKey;
use crate::pool::Demand;
use crate::upstream::{Outgoing, UpstreamClient, headers::request_headers};

/// A client waits meanwhile, so that no name which the upstream lists is taken
/// for an alias.
const ASK_WAIT: Duration = Duration::from_secs(5);
/// Keys that may be asked.
const MOST_ASKED: usize = 3;
/// The vendor's own client reads no longer list (API reference §2.6).
const LONGEST_LIST: usize = 4 * 1024 * 1024;

impl App {
    /// The models that stand in for `asked`; `None` when it is no alias, or when
    /// the upstream has a model of this name.
    pub(in crate::app) async fn stand_ins(&self, asked: &str) -> Option<Models> {
        let models = self.live(|live| live.settings.aliases.of(asked).cloned())?;
        let is_listed = Box::pin(self.lists(asked)).await;
        (!is_listed).then_some(models)
    }

    /// Whether the upstream lists a model. The list is asked for when there is
    /// none; without any, nothing is listed.
    async fn lists(&self, model: &str) -> bool {
        if let Some(aged) = self.whole_list() {
            if !aged.is_fresh() {
                self.renew_list();
            }
            return aged.list.has(model);
        }
        self.ask_for_list().await;
        self.whole_list().is_some_and(|aged| aged.list.has(model))
    }

    fn whole_list(&self) -> Option<Aged> {
        let now_ms = self.now().monotonic_ms;
        self.catalogue()
            .find(self.upstream().base(), &Filter::default(), now_ms)
    }

    /// Asks again beside the traffic.
    fn renew_list(&self) {
        if self.catalogue().asking.try_lock().is_err() {
            return;
        }
        let app = self.clone();
        self.0.tasks.spawn(async move {
            let stop = app.0.stop.clone();
            tokio::select! {
                () = stop.cancelled() => {}
                () = app.ask_for_list() => {}
            }
        });
    }

    /// Asks a key, and up to two others when it does not tell. Whoever waited for
    /// another's question has his answer by then.
    async fn ask_for_list(&self) {
        let upstream = self.upstream();
        let base = upstream.base();
        let _asking = self.catalogue().asking.lock().await;
        let now_ms = self.now().monotonic_ms;
        let answered = self.whole_list().is_some_and(|aged| aged.is_fresh());
        if answered || !self.catalogue().may_ask(base, now_ms) {
            return;
        }
        let mut tried_keys = Vec::new();
        for _ in 0..MOST_ASKED {
            let demand = Demand {
                tried_keys: &tried_keys,
                ..Demand::default()
            };
            let Ok(lease) = self.pool().pick(self.now(), &demand) else {
                break;
            };
            let upstream = self.upstream_for(lease.account());
            let asking = ask(&upstream, lease.secret());
            if let Ok(Some(list)) = tokio::time::timeout(ASK_WAIT, asking).await {
                self.catalogue()
                    .keep(base, Filter::default(), Arc::new(list), now_ms);
                return;
            }
            tried_keys.push(lease.key().clone());
        }
        tracing::warn!("the upstream's list of models cannot be had; aliases are used without it");
        self.catalogue().failed(base, now_ms);
    }
}

/// The whole list, asked with this key. Nothing follows from a failure.
async fn ask(upstream: &UpstreamClient, key: &ApiKey) -> Option<List> {
    let outgoing = Outgoing {
        method: Method::GET,
        path: "models",
        query: None,
        headers: request_headers(&HeaderMap::new()),
        body: reqwest::Body::default(),
        key,
        fresh: false,
    };
    let response = upstream.send(outgoing).await.ok()?;
    if !response.status().is_success() {
        return None;
    }
    let body = Limited::new(response.into_body(), LONGEST_LIST);
    let document = body.collect().await.ok()?.to_bytes();
    List::read(&document)
}
