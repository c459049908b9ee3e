//! `GET /models` and `GET /models/{id}`, from the lists at hand.

use std::sync::Arc;

use bytes::Bytes;
use http::{HeaderMap, HeaderName, HeaderValue, Method, header};

use super::catalogue::{Aged, Filter};
use super::list::{List, alias_entry};
use crate::app::App;
use crate::app::relay::{Call, CallBody, Failure, FailureCode, Fetched, Reply};
use crate::model::Route;

/// Seconds since a list that may be out of date was read.
const STALE: HeaderName = HeaderName::from_static("x-flowkeep-stale");
const JSON: HeaderValue = HeaderValue::from_static("application/json; charset=utf-8");

/// A list, and how the client that asked for it is answered.
struct Had<'a> {
    list: Arc<List>,
    stale_s: Option<u64>,
    way: Way<'a>,
}

enum Way<'a> {
    /// It was at hand.
    Here(Box<Call>),
    /// The upstream was asked.
    Fetched(Box<Fetched<'a>>),
}

impl App {
    /// Answers with the upstream's list and the aliases that lead into it.
    pub(in crate::app) async fn list_models(&self, call: Call) -> Result<Reply, Failure> {
        let filter = Filter::of(call.query.as_deref());
        let had = match self.have_list(call, filter).await {
            Ok(had) => had,
            Err(fetched) => return fetched.give_up(),
        };
        let aliases = self.effective_settings();
        let body = had.list.with_aliases(&aliases.aliases);
        Ok(had.answer(self, body))
    }

    /// Answers with one entry of the list.
    pub(in crate::app) async fn show_model(&self, call: Call, id: &str) -> Result<Reply, Failure> {
        let had = match self.have_list(call, Filter::default()).await {
            Ok(had) => had,
            Err(fetched) => return fetched.give_up(),
        };
        if let Some(entry) = had.list.entry(id) {
            let body = Bytes::copy_from_slice(entry.as_bytes());
            return Ok(had.answer(self, body));
        }
        let is_alias = self.live(|live| live.settings.aliases.of(id).is_some());
        if is_alias {
            return Ok(had.answer(self, alias_entry(id).into()));
        }
        let failure = Failure::new(
            FailureCode::ModelNotFound,
            format!("there is no model and no alias {id:?}; GET /v1/models lists what there is"),
        );
        Err(had.refuse(self, failure.with_hint(self.retirement(id))))
    }

    /// A fresh list, else what the upstream says now, else what it said before.
    async fn have_list(&self, call: Call, filter: Filter) -> Result<Had<'_>, Box<Fetched<'_>>> {
        let base = self.upstream().base().to_owned();
        let find = || {
            let now_ms = self.now().monotonic_ms;
            self.catalogue().find(&base, &filter, now_ms)
        };
        if self.is_paused() {
            return Err(Box::new(self.fetch(call).await));
        }
        if let Some(Aged { list, .. }) = find().filter(Aged::is_fresh) {
            return Ok(Had {
                list,
                stale_s: None,
                way: Way::Here(Box::new(call)),
            });
        }
        let fetched = Box::new(self.fetch(as_question(call, &filter)).await);
        if let Some(list) = fetched.document().and_then(|document| List::read(document)) {
            let list = Arc::new(list);
            let now_ms = self.now().monotonic_ms;
            self.catalogue()
                .keep(&base, filter, Arc::clone(&list), now_ms);
            return Ok(Had {
                list,
                stale_s: None,
                way: Way::Fetched(fetched),
            });
        }
        match find() {
            Some(Aged { list, age_ms }) => Ok(Had {
                list,
                stale_s: Some(age_ms / 1000),
                way: Way::Fetched(fetched),
            }),
            None => Err(fetched),
        }
    }
}

/// What the upstream is asked for: the list, whatever the client's method was.
fn as_question(call: Call, filter: &Filter) -> Call {
    Call {
        method: Method::GET,
        route: Route::Models,
        query: filter.query(),
        body: CallBody::default(),
        model: None,
        ..call
    }
}

impl Had<'_> {
    fn answer(self, app: &App, body: Bytes) -> Reply {
        let mut headers = HeaderMap::new();
        headers.insert(header::CONTENT_TYPE, JSON);
        if let Some(seconds) = self.stale_s {
            headers.insert(STALE, HeaderValue::from(seconds));
        }
        match self.way {
            Way::Fetched(fetched) => fetched.answer(headers, body),
            Way::Here(call) => {
                let (mut head, ()) = http::Response::new(()).into_parts();
                head.headers = headers;
                app.answer(&call, head, body)
            }
        }
    }

    fn refuse(self, app: &App, failure: Failure) -> Failure {
        match self.way {
            Way::Fetched(fetched) => fetched.refuse(failure),
            Way::Here(call) => app.refuse(&call, failure),
        }
    }
}
