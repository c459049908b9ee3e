//! `/v1/*`: token, method, content type, body, then the relay.

mod images;
pub(crate) mod intake;
mod upload;

use std::sync::Arc;
use std::time::Duration;

use axum::body::Body;
use axum::extract::State;
use flowkeep_core::app::{Call, Reply, header_text};
use flowkeep_core::model::Route;
use http::{HeaderMap, HeaderName, HeaderValue, Method, Request, Response, StatusCode, header};
use uuid::Uuid;

use crate::address::{below, protocol_of, wrong_base};
use crate::answer::harden;
use crate::error::Refusal;
use crate::guard::{Source, check_content_type, echo_origin};
use crate::router::Shared;

const REQUEST_ID: HeaderName = HeaderName::from_static("x-flowkeep-request-id");
const ACCOUNT: HeaderName = HeaderName::from_static("x-flowkeep-account");
const ATTEMPTS: HeaderName = HeaderName::from_static("x-flowkeep-attempts");

/// Any request that leads below `/v1`.
pub(crate) async fn proxy(State(shared): State<Shared>, request: Request<Body>) -> Response<Body> {
    let request_id = Uuid::now_v7();
    let path = request.uri().path();
    let route = Route::resolve(request.method().as_str(), below(path).unwrap_or_default());
    let protocol = if route.is_known() {
        route.protocol()
    } else {
        protocol_of(path)
    };
    let origin = echo_origin(&shared.app, request.headers().get(header::ORIGIN));
    let mut response = match relay(&shared, request, route, request_id).await {
        Ok(reply) => answer(reply),
        Err(refused) => {
            let mut response = refused.refusal.for_protocol(protocol).into_response();
            let attempts = HeaderValue::from(refused.attempts);
            response.headers_mut().insert(ATTEMPTS, attempts);
            response
        }
    };
    let headers = response.headers_mut();
    if let Ok(id) = HeaderValue::try_from(request_id.to_string()) {
        headers.insert(REQUEST_ID, id);
    }
    if let Some(origin) = origin {
        headers.insert(header::ACCESS_CONTROL_ALLOW_ORIGIN, origin);
        headers.insert(header::VARY, HeaderValue::from_static("origin"));
    }
    response
}

/// A refusal and how many upstream requests it took to come to it.
struct Refused {
    refusal: Refusal,
    attempts: u32,
}

impl From<Refusal> for Refused {
    fn from(refusal: Refusal) -> Self {
        Self {
            refusal,
            attempts: 0,
        }
    }
}

async fn relay(
    shared: &Shared,
    request: Request<Body>,
    route: Route,
    request_id: Uuid,
) -> Result<Reply, Refused> {
    let source = Source::of(&request);
    let client = authorize(shared, request.headers(), source).await?;
    let path = request.uri().path();
    if !route.is_known()
        && let Some(refusal) = wrong_base(path)
    {
        return Err(refusal.into());
    }
    check_method(below(path).unwrap_or_default(), &route, request.method())?;
    let (head, body) = request.into_parts();
    if !matches!(head.method, Method::GET | Method::HEAD | Method::DELETE) {
        let empty = http_body::Body::is_end_stream(&body);
        check_content_type(&head.headers, route.body_rule(), !empty)?;
    }
    let protocol = route.protocol();
    let settings = shared.app.effective_settings();
    let taken = intake::take(&head.headers, body, &route, &settings).await?;
    let call = Call {
        request_id,
        method: head.method,
        route,
        query: head.uri.query().map(str::to_owned),
        headers: head.headers,
        body: taken.body,
        model: taken.model,
        stream: taken.stream,
        client,
        account: None,
        session: None,
        captured: false,
        reservation: None,
        abort: shared.abort.clone(),
    };
    shared.app.relay(call).await.map_err(|failure| Refused {
        attempts: failure.attempts,
        refusal: Refusal::from_failure(failure, protocol),
    })
}

/// S7: `Authorization: Bearer` or `x-api-key`, never the query.
async fn authorize(
    shared: &Shared,
    headers: &HeaderMap,
    source: Source,
) -> Result<Arc<str>, Refusal> {
    let bearer = headers
        .get(header::AUTHORIZATION)
        .and_then(|value| value.to_str().ok())
        .and_then(|value| value.split_once(' '))
        .filter(|(scheme, _)| scheme.eq_ignore_ascii_case("bearer"))
        .map(|(_, token)| token.trim());
    let api_key = || {
        headers
            .get("x-api-key")
            .and_then(|value| value.to_str().ok())
    };
    let shown = bearer.or_else(api_key).filter(|token| !token.is_empty());
    // A good token is never locked out, whoever guesses meanwhile (S9).
    if let Ok(client) = shared.app.check_token(shown) {
        return Ok(client);
    }
    // Without a token nothing is guessed.
    let Some(token) = shown else {
        return Err(wrong_token(None));
    };
    let rest = shared.wrong_token(token, source).await;
    // It may have been taken up in between.
    shared.app.check_token(shown).map_err(|_| wrong_token(rest))
}

fn wrong_token(rest: Option<Duration>) -> Refusal {
    if rest.is_some() {
        let message = "too many wrong tokens came from here, and this is another one; wait, and \
                       see `flowkeep token` or the Overview page for the right one";
        return Refusal {
            retry_after: rest,
            ..Refusal::new(StatusCode::TOO_MANY_REQUESTS, "too_many_attempts", message)
        };
    }
    Refusal::new(
        StatusCode::UNAUTHORIZED,
        "invalid_token",
        "this needs Flowkeep's own token as API key, not a SiliconFlow key; see `flowkeep token` \
         or the Overview page",
    )
}

fn check_method(below: &str, route: &Route, method: &Method) -> Result<(), Refusal> {
    if route.takes(method.as_str()) {
        return Ok(());
    }
    let allow = Route::allowed(below);
    let wanted = allow.join(" or ");
    Err(Refusal {
        allow,
        ..Refusal::new(
            StatusCode::METHOD_NOT_ALLOWED,
            "method_not_allowed",
            format!("/v1/{below} does not take {method}; use {wanted}"),
        )
    })
}

fn answer(reply: Reply) -> Response<Body> {
    let mut response = Response::from_parts(reply.head, Body::new(reply.body));
    *response.version_mut() = http::Version::HTTP_11;
    let headers = response.headers_mut();
    harden(headers);
    if let Some(account) = &reply.account {
        headers.insert(ACCOUNT, header_text(&account.label));
    }
    headers.insert(ATTEMPTS, HeaderValue::from(reply.attempts));
    response
}
