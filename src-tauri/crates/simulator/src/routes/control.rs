//! `/_sim/…`: the remote control for tests in other languages.
//!
//! It has no authentication and answers with full keys; browsers are kept out
//! by refusing every request that carries an `Origin`.

use bytes::Bytes;
use http::header::{CONTENT_TYPE, HeaderValue, ORIGIN};
use http::request::Parts;
use http::{Method, Response, StatusCode};
use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::{Value, json};

use crate::account::Account;
use crate::behaviour::{Behaviour, Scope};
use crate::delivery::AnswerBody;
use crate::reply::JSON;
use crate::script::UserInfoMode;
use crate::world::World;

/// Where the control interface begins.
pub(crate) const PREFIX: &str = "/_sim/";

/// Body of `POST /_sim/behaviours`.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Order {
    scope: Scope,
    behaviour: Behaviour,
}

/// Body of `PUT /_sim/user-info`.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct UserInfoOrder {
    mode: UserInfoMode,
}

/// Answers a request to the control interface.
pub(crate) fn answer(
    world: &World,
    head: &Parts,
    rest: &str,
    body: &Bytes,
) -> Response<AnswerBody> {
    if head.headers.contains_key(ORIGIN) {
        return respond(403, &json!({"error": "not for browsers"}));
    }
    match act(world, (&head.method, rest), body) {
        Ok(Some(value)) => respond(200, &value),
        Ok(None) => respond(404, &json!({"error": "no such control"})),
        Err(error) => respond(400, &json!({"error": error.to_string()})),
    }
}

fn act(
    world: &World,
    control: (&Method, &str),
    body: &Bytes,
) -> Result<Option<Value>, serde_json::Error> {
    let done = json!({"ok": true});
    Ok(Some(match control {
        (&Method::GET, "ledger") => json!({
            "entries": world.ledger().entries(),
            "totals": world.ledger().totals(),
            "in_flight": world.ledger().in_flight(),
        }),
        (&Method::DELETE, "ledger") => {
            world.ledger().clear();
            done
        }
        (&Method::POST, "behaviours") => {
            for order in one_or_many::<Order>(body)? {
                world.behaviours().set(order.scope, order.behaviour);
            }
            done
        }
        (&Method::DELETE, "behaviours") => {
            world.behaviours().clear();
            done
        }
        (&Method::GET, "resources") => json!(world.resources().list()),
        (&Method::GET, "accounts") => json!(world.customers().accounts()),
        (&Method::PUT, "accounts") => {
            for account in one_or_many::<Account>(body)? {
                world.customers().upsert(account);
            }
            done
        }
        (&Method::PUT, "user-info") => {
            world.set_user_info(serde_json::from_slice::<UserInfoOrder>(body)?.mode);
            done
        }
        _ => return Ok(None),
    }))
}

/// Reads one value, or an array of them.
fn one_or_many<T: DeserializeOwned>(body: &[u8]) -> Result<Vec<T>, serde_json::Error> {
    match serde_json::from_slice(body)? {
        many @ Value::Array(_) => serde_json::from_value(many),
        one => Ok(vec![serde_json::from_value(one)?]),
    }
}

fn respond(status: u16, value: &Value) -> Response<AnswerBody> {
    let mut response = Response::new(AnswerBody::unrecorded(value.to_string()));
    *response.status_mut() = StatusCode::from_u16(status).unwrap_or_default();
    response
        .headers_mut()
        .insert(CONTENT_TYPE, HeaderValue::from_static(JSON));
    response
}
