//! `GET /models` and `GET /models/{id}`, from the lists at hand.

use std::sync::Arc;

use bytes::Bytes;
use http::{HeaderMap, HeaderName, HeaderValue, Method, header};

use super::catalogue::{Aged, Filter};
use super::list::{List, alias_entry};
use super::sources::{Gathered, Source};
use crate::app::App;
use crate::app::relay::{
    Call, CallBody, Failure, FailureCode, Fetched, Missed, Reply, Survey, header_text,
};
use crate::model::Route;

/// Seconds since a list that may be out of date was read.
const STALE: HeaderName = HeaderName::from_static("x-flowkeep-stale");
/// Sites whose models are not in the list.
const PARTIAL: HeaderName = HeaderName::from_static("x-flowkeep-partial");
const JSON: HeaderValue = HeaderValue::from_static("application/json; charset=utf-8");

/// A list, and how the client that asked for it is answered.
struct Had<'a> {
    list: Arc<List>,
    stale_s: Option<u64>,
    partial: Vec<Arc<str>>,
    missed: Option<Missed>,
    way: Way<'a>,
}

enum Way<'a> {
    /// It was at hand.
    Here(&'a Call),
    /// The only site was asked.
    Fetched(Box<Fetched<'a>>),
    /// Several sites were asked.
    Asked(Box<Survey<'a>>),
}

/// There is no list at all.
enum Nothing<'a> {
    Fetched(Box<Fetched<'a>>),
    Asked(Box<Survey<'a>>, Missed),
    /// Nobody was asked, as recorded.
    Refused(Failure),
}

impl App {
    /// Answers with the upstream's list and the aliases that lead into it.
    pub(in crate::app) async fn list_models(&self, call: Call) -> Result<Reply, Failure> {
        let filter = Filter::of(call.query.as_deref());
        let question = as_question(&call, &filter);
        let had = match self.have_list(&question, filter).await {
            Ok(had) => had,
            Err(nothing) => return nothing.give_up(),
        };
        let settings = self.effective_settings();
        let body = had.list.with_aliases(&settings.aliases);
        Ok(had.answer(self, body))
    }

    /// Answers with one entry of the list.
    pub(in crate::app) async fn show_model(&self, call: Call, id: &str) -> Result<Reply, Failure> {
        let question = as_question(&call, &Filter::default());
        let had = match self.have_list(&question, Filter::default()).await {
            Ok(had) => had,
            Err(nothing) => return nothing.give_up(),
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
        had.refuse(self, failure.with_hint(self.retirement(id, None)))
    }

    /// A fresh list, else what the upstream says now, else what it said before;
    /// with several sites, of each.
    async fn have_list<'a>(
        &'a self,
        call: &'a Call,
        filter: Filter,
    ) -> Result<Had<'a>, Nothing<'a>> {
        let sources = self.sources();
        let bases = match sources.as_slice() {
            [] => self.bases(),
            some => some.iter().map(|source| Arc::clone(&source.base)).collect(),
        };
        let found = self.at_hand(&bases, &filter);
        let is_fresh = found.len() == bases.len() && found.iter().all(Aged::is_fresh);
        let at_hand = Gathered::of(found);
        if self.is_paused() {
            let fetched = self.fetch(as_question(call, &filter)).await;
            return Err(Nothing::Fetched(Box::new(fetched)));
        }
        if is_fresh && let Some(list) = at_hand.list() {
            return Ok(Had::new(list, &at_hand, Way::Here(call)));
        }
        if sources.len() > 1 {
            return self.have_lists(call, &sources, &filter).await;
        }
        let fetched = Box::new(self.fetch(as_question(call, &filter)).await);
        if let (Some(list), Some(served)) = (fetched.document(), fetched.served())
            && let Some(list) = List::read(list)
        {
            let list = Arc::new(list);
            let now_ms = self.now().monotonic_ms;
            let base = self.base_for(&served.id);
            self.catalogue()
                .keep(&base, filter, Arc::clone(&list), now_ms);
            return Ok(Had::new(list, &Gathered::default(), Way::Fetched(fetched)));
        }
        match at_hand.list() {
            Some(list) => Ok(Had::new(list, &at_hand, Way::Fetched(fetched))),
            None => Err(Nothing::Fetched(fetched)),
        }
    }

    /// The same of several sites, each of which is asked what it alone knows.
    async fn have_lists<'a>(
        &'a self,
        call: &'a Call,
        sources: &[Source],
        filter: &Filter,
    ) -> Result<Had<'a>, Nothing<'a>> {
        let survey = Survey::start(self, call).map_err(Nothing::Refused)?;
        let survey = Box::new(survey);
        let mut gathered = self.gather(&survey, sources, filter).await;
        match (gathered.list(), gathered.missed.take()) {
            (Some(list), missed) => {
                let had = Had::new(list, &gathered, Way::Asked(survey));
                Ok(Had { missed, ..had })
            }
            (None, Some(missed)) => Err(Nothing::Asked(survey, missed)),
            (None, None) => Err(Nothing::Refused(survey.refuse(Failure::internal()))),
        }
    }

    fn at_hand(&self, bases: &[Arc<str>], filter: &Filter) -> Vec<Aged> {
        let now_ms = self.now().monotonic_ms;
        let find = |base: &Arc<str>| self.catalogue().find(base, filter, now_ms);
        bases.iter().filter_map(find).collect()
    }
}

/// What the upstream is asked for: the list, whatever the client's method was.
fn as_question(call: &Call, filter: &Filter) -> Call {
    Call {
        request_id: call.request_id,
        method: Method::GET,
        route: Route::Models,
        query: filter.query(),
        headers: call.headers.clone(),
        body: CallBody::default(),
        model: None,
        stream: call.stream,
        client: Arc::clone(&call.client),
        account: None,
        session: None,
        reservation: None,
        captured: call.captured,
        abort: call.abort.clone(),
    }
}

impl Nothing<'_> {
    fn give_up(self) -> Result<Reply, Failure> {
        match self {
            Self::Fetched(fetched) => fetched.give_up(),
            Self::Asked(survey, missed) => survey.give_up(missed),
            Self::Refused(failure) => Err(failure),
        }
    }
}

impl<'a> Had<'a> {
    fn new(list: Arc<List>, gathered: &Gathered, way: Way<'a>) -> Self {
        Self {
            list,
            stale_s: gathered.stale_s(),
            partial: gathered.partial.clone(),
            missed: None,
            way,
        }
    }

    fn answer(self, app: &App, body: Bytes) -> Reply {
        let mut headers = HeaderMap::new();
        headers.insert(header::CONTENT_TYPE, JSON);
        if let Some(seconds) = self.stale_s {
            headers.insert(STALE, HeaderValue::from(seconds));
        }
        if !self.partial.is_empty() {
            headers.insert(PARTIAL, header_text(&self.partial.join(", ")));
        }
        match self.way {
            Way::Fetched(fetched) => fetched.answer(headers, body),
            Way::Asked(survey) => survey.answer(headers, body, None),
            Way::Here(call) => {
                let (mut head, ()) = http::Response::new(()).into_parts();
                head.headers = headers;
                app.answer(call, head, body)
            }
        }
    }

    /// Says that it is not there; a site that told nothing may have it.
    fn refuse(self, app: &App, failure: Failure) -> Result<Reply, Failure> {
        match (self.way, self.missed) {
            (Way::Fetched(fetched), _) => Err(fetched.refuse(failure)),
            (Way::Asked(survey), Some(missed)) => survey.give_up(missed),
            (Way::Asked(survey), None) => Err(survey.reject(failure)),
            (Way::Here(call), _) => Err(app.refuse(call, failure)),
        }
    }
}
