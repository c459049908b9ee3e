//! The endpoints, one module per family.

mod auth;
pub(crate) mod chat;
pub(crate) mod control;
mod faults;
pub(crate) mod messages;
mod models;
mod user;

use std::sync::Arc;

use bytes::Bytes;
use http::Method;
use http::request::Parts;
use serde_json::Value;

use crate::behaviour::{Behaviour, Target};
use crate::customers::Customer;
use crate::ledger::{Bill, Call};
use crate::model::Model;
use crate::reply::{Manner, Refused, Reply};
use crate::world::World;

/// An endpoint of the vendor.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Route {
    Chat,
    Messages,
    Models,
    UserInfo,
    /// Everything else: 404, but faults apply to it too.
    Unknown,
}

impl Route {
    pub(crate) fn of(method: &Method, path: &str) -> Self {
        let Some(below) = path.strip_prefix("/v1/") else {
            return Self::Unknown;
        };
        match (method, below) {
            (&Method::POST, "chat/completions") => Self::Chat,
            (&Method::POST, "messages") => Self::Messages,
            (&Method::GET, "models") => Self::Models,
            (&Method::GET, "user/info") => Self::UserInfo,
            _ => Self::Unknown,
        }
    }

    /// Whether the answer depends on the body.
    pub(crate) fn reads_body(self) -> bool {
        matches!(self, Self::Chat | Self::Messages)
    }
}

/// The path below `/v1`, or without its slash where there is no `/v1`.
pub(crate) fn below_version(path: &str) -> &str {
    let path = path.strip_prefix('/').unwrap_or(path);
    path.strip_prefix("v1/").unwrap_or(path)
}

/// A request that has been signed and understood as far as it goes.
pub(crate) struct Visit<'a> {
    pub(crate) world: &'a World,
    pub(crate) head: &'a Parts,
    pub(crate) customer: &'a Arc<Customer>,
    /// The body, if it is JSON.
    pub(crate) document: Option<&'a Value>,
    pub(crate) behaviour: &'a Behaviour,
}

/// Answers a request whose body has been read.
pub(crate) fn answer(
    world: &World,
    route: Route,
    (head, body): (&Parts, &Bytes),
    call: &mut Call,
) -> Reply {
    let key = auth::key(head, route);
    let customer = key.and_then(|key| world.customers().find(key, world.switches().region));
    call.signed(key, customer.as_ref().map(|customer| customer.id()));
    if customer.is_none() && route != Route::Unknown {
        return Reply::unauthorised(world.switches().legacy_auth, key.is_some());
    }
    let document: Option<Value> = route
        .reads_body()
        .then(|| serde_json::from_slice(body).ok())
        .flatten();
    let field = |name: &str| document.as_ref().and_then(|document| document.get(name));
    let model = field("model").and_then(Value::as_str);
    let stream = field("stream").and_then(Value::as_bool).unwrap_or(false);
    call.asked(model, stream);
    let behaviour = world.behaviours().choose(&Target {
        route: below_version(head.uri.path()),
        key: key.unwrap_or_default(),
        account: customer.as_ref().map_or("", |customer| customer.id()),
        model,
    });
    let fault = faults::instead(&behaviour, world, (head, stream));
    if let (Some(_), Some(customer), Some(model)) = (&fault, &customer, model) {
        customer.count_failed(model, world.ledger().now_ms());
    }
    let mut reply = match (fault, &customer) {
        (Some(fault), _) => fault,
        (None, None) => Reply::not_found(),
        (None, Some(customer)) => {
            let visit = Visit {
                world,
                head,
                customer,
                document: document.as_ref(),
                behaviour: &behaviour,
            };
            serve(route, &visit, call)
        }
    };
    reply.manner = Manner::of(&behaviour);
    reply
}

fn serve(route: Route, visit: &Visit<'_>, call: &mut Call) -> Reply {
    match route {
        Route::Chat => chat::answer(visit, call),
        Route::Messages => messages::answer(visit, call),
        Route::Models => models::answer(visit),
        Route::UserInfo => user::answer(visit),
        Route::Unknown => Reply::not_found(),
    }
}

impl Visit<'_> {
    /// Checks that the account may use the model now and takes note who pays.
    pub(crate) fn admit(
        &self,
        model: &Arc<Model>,
        (asked, prompt_tokens): (&str, u64),
        call: &mut Call,
    ) -> Result<(), Refused> {
        let now = self.world.ledger().now_ms();
        self.customer
            .admit(model, asked, prompt_tokens, now)
            .map_err(|denial| Box::new(Reply::denied(denial, self.world.switches())))?;
        call.bill_to(Bill {
            customer: Arc::clone(self.customer),
            model: Arc::clone(model),
            asked_model: asked.to_owned(),
        });
        Ok(())
    }
}
