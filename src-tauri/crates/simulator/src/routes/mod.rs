//! The endpoints, one module per family.

mod audio;
mod auth;
mod batches;
pub(crate) mod chat;
mod completions;
pub(crate) mod control;
mod embeddings;
mod faults;
mod files;
mod images;
pub(crate) mod messages;
mod models;
mod named;
pub(crate) mod outputs;
mod path;
mod rerank;
mod systemone;
mod user;
mod video;
mod visit;

use bytes::Bytes;
use http::request::Parts;
use serde_json::Value;

use crate::behaviour::Target;
use crate::intake::Submission;
use crate::ledger::Call;
use crate::reply::{Manner, Reply};
use crate::world::World;

pub(crate) use path::{Route, below_version};
pub(crate) use visit::Visit;

/// Answers a request whose body has been read.
pub(crate) fn answer(
    world: &World,
    route: Route,
    (head, submission): (&Parts, &Submission),
    call: &mut Call,
) -> Reply {
    if matches!(submission, Submission::TooLarge) {
        return Reply::too_large();
    }
    let route = match route {
        // The vendor does not have it.
        Route::FileContent if world.batch_results().is_none() => Route::Unknown,
        known => known,
    };
    let key = auth::key(head, route);
    let customer = key.and_then(|key| world.customers().find(key, world.switches().region));
    let account = customer.as_ref().map(|customer| customer.id());
    call.signed(key, account);
    let document = document(route, submission);
    let named = named::by_request(world.resources(), route, (head, document.as_ref()));
    for touch in named {
        call.touched(touch, account);
    }
    if customer.is_none() && route != Route::Unknown {
        return Reply::unauthorised(world.switches().legacy_auth, key.is_some());
    }
    let field = |name: &str| document.as_ref().and_then(|document| document.get(name));
    let model = field("model").and_then(Value::as_str);
    let stream = field("stream").and_then(Value::as_bool).unwrap_or(false);
    call.asked(model, stream);
    let behaviour = world.behaviours().choose(&Target {
        route: below_version(head.uri.path()),
        key: key.unwrap_or_default(),
        account: account.unwrap_or_default(),
        model,
    });
    let fault = faults::instead(&behaviour, world, (head, stream));
    if let (Some(_), Some(customer), Some(model)) = (&fault, &customer, model) {
        customer.count_failed(model, world.ledger().now_ms());
    }
    let mut reply = match (fault, &customer) {
        (Some(fault), _) => fault,
        (None, None) => Reply::not_found(world.switches().legacy_not_found),
        (None, Some(customer)) => {
            let visit = Visit {
                world,
                head,
                customer,
                document: document.as_ref(),
                form: match submission {
                    Submission::Form(form) => Some(form),
                    _ => None,
                },
                behaviour: &behaviour,
            };
            serve(route, &visit, call)
        }
    };
    reply.manner = Manner::of(&behaviour);
    reply
}

/// The body as JSON, or the text fields of a form in its place.
fn document(route: Route, submission: &Submission) -> Option<Value> {
    match submission {
        Submission::Whole(body) if route.reads_body() => json(body),
        Submission::Form(form) => Some(form.fields()),
        Submission::Whole(_) | Submission::BrokenForm | Submission::TooLarge => None,
    }
}

fn json(body: &Bytes) -> Option<Value> {
    serde_json::from_slice(body).ok()
}

fn serve(route: Route, visit: &Visit<'_>, call: &mut Call) -> Reply {
    let served = match route {
        Route::Chat => Ok(chat::answer(visit, call)),
        Route::Messages => Ok(messages::answer(visit, call)),
        Route::Models => Ok(models::answer(visit)),
        Route::UserInfo => Ok(user::answer(visit)),
        Route::Completions => completions::answer(visit, call),
        Route::Embeddings => embeddings::answer(visit, call),
        Route::Rerank => rerank::answer(visit, call),
        Route::ImageGenerations => images::answer(visit, call),
        Route::SystemOne => systemone::answer(visit, call),
        Route::Speech => audio::speech::answer(visit, call),
        Route::Transcriptions => audio::transcription::answer(visit, call),
        Route::VoiceUpload => audio::voices::upload(visit, call),
        Route::VoiceList => Ok(audio::voices::list(visit)),
        Route::VoiceDeletion => audio::voices::delete(visit),
        Route::VideoSubmit => video::submit(visit, call),
        Route::VideoStatus => video::status(visit),
        Route::FileUpload => files::upload(visit, call),
        Route::FileList => files::list(visit),
        Route::FileContent => files::content(visit),
        Route::BatchCreation => batches::create(visit, call),
        Route::BatchList => batches::list(visit),
        Route::Batch => batches::show(visit),
        Route::BatchCancel => batches::cancel(visit),
        Route::Unknown => Ok(Reply::not_found(visit.world.switches().legacy_not_found)),
    };
    served.unwrap_or_else(|refused| *refused)
}
