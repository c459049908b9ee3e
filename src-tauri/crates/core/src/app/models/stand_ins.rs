//! Whether a name stands for other models, and for which.

use std::sync::Arc;
use std::time::Duration;

use futures_util::future::join_all;
use http::{HeaderMap, Method};
use http_body_util::{BodyExt as _, Limited};

use super::Models;
use super::catalogue::{Aged, Filter};
use super::list::List;
use super::sources::Source;
use crate::app::App;
use crate::model::ApiKey;
use crate::pool::Demand;
use crate::upstream::{Outgoing, UpstreamClient, headers::request_headers};

/// A client waits meanwhile, so that no name which the upstream lists is taken
/// for an alias.
const ASK_WAIT: Duration = Duration::from_secs(5);
/// Accounts of a site that may be asked.
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
        let bases = self.bases();
        let (known, has) = self.known_lists(&bases, model);
        if known.len() < bases.len() {
            self.ask_for_lists().await;
            return self.known_lists(&bases, model).1;
        }
        if !known.iter().all(Aged::is_fresh) {
            self.renew_lists();
        }
        has
    }

    /// The whole lists at hand, and whether one of them has this model.
    fn known_lists(&self, bases: &[Arc<str>], model: &str) -> (Vec<Aged>, bool) {
        let known: Vec<Aged> = bases
            .iter()
            .filter_map(|base| self.whole_list(base))
            .collect();
        let has = known.iter().any(|aged| aged.list.has(model));
        (known, has)
    }

    fn whole_list(&self, base: &str) -> Option<Aged> {
        let now_ms = self.now().monotonic_ms;
        self.catalogue().find(base, &Filter::default(), now_ms)
    }

    /// Asks again beside the traffic.
    fn renew_lists(&self) {
        if self.catalogue().asking.try_lock().is_err() {
            return;
        }
        let app = self.clone();
        self.0.tasks.spawn(async move {
            let stop = app.0.stop.clone();
            tokio::select! {
                () = stop.cancelled() => {}
                () = app.ask_for_lists() => {}
            }
        });
    }

    /// Asks at each site. Whoever waited for another's question has his answer by
    /// then.
    async fn ask_for_lists(&self) {
        let _asking = self.catalogue().asking.lock().await;
        let now_ms = self.now().monotonic_ms;
        let is_wanted = |base: &Arc<str>| {
            let is_fresh = self.whole_list(base).is_some_and(|aged| aged.is_fresh());
            !is_fresh && self.catalogue().may_ask(base, now_ms)
        };
        let wanted: Vec<Arc<str>> = self.bases().into_iter().filter(is_wanted).collect();
        if wanted.is_empty() {
            return;
        }
        let sources = self.sources();
        let asking = wanted.iter().map(|base| {
            let source = sources.iter().find(|source| source.base == *base);
            self.ask_site(base, source, now_ms)
        });
        join_all(asking).await;
    }

    /// Asks an account, and up to two others when it does not tell.
    async fn ask_site(&self, base: &str, source: Option<&Source>, now_ms: u64) {
        let accounts = source.map(|source| source.accounts.as_slice());
        for account in accounts.unwrap_or_default().iter().take(MOST_ASKED) {
            let demand = Demand {
                only: Some(&account.id),
                ..Demand::default()
            };
            let Ok(lease) = self.pool().pick(self.now(), &demand) else {
                continue;
            };
            let upstream = self.upstream_for(lease.account());
            let asking = ask(&upstream, lease.secret());
            if let Ok(Some(list)) = tokio::time::timeout(ASK_WAIT, asking).await {
                self.catalogue()
                    .keep(base, Filter::default(), Arc::new(list), now_ms);
                return;
            }
        }
        tracing::warn!(
            base,
            "the upstream's list of models cannot be had; aliases are used without it"
        );
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
