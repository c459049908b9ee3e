//! Which resources a request names, in its body or in its path.

use http::request::Parts;
use serde_json::Value;

use super::Route;
use super::path::{batch_id, below_version, file_content_id};
use crate::resources::{ResourceKind, Resources, Touch};

/// What a request names, whether or not it will be served.
pub(super) fn by_request(
    resources: &Resources,
    route: Route,
    (head, document): (&Parts, Option<&Value>),
) -> Vec<Touch> {
    let below = below_version(head.uri.path());
    let (kind, field) = match route {
        Route::VideoStatus => (ResourceKind::Video, "requestId"),
        Route::VoiceDeletion => (ResourceKind::Voice, "uri"),
        Route::Speech => (ResourceKind::Voice, "voice"),
        Route::BatchCreation => (ResourceKind::File, "input_file_id"),
        Route::Batch | Route::BatchCancel => {
            let id = batch_id(below).map(|(id, _)| id);
            return touch(resources, (ResourceKind::Batch, id));
        }
        Route::FileContent => {
            return touch(resources, (ResourceKind::File, file_content_id(below)));
        }
        // `files/{id}` and the like, which the vendor does not have.
        Route::Unknown => {
            let words = below.split('/');
            return words.filter_map(|word| resources.recognise(word)).collect();
        }
        _ => return Vec::new(),
    };
    let id = document
        .and_then(|document| document.get(field))
        .and_then(Value::as_str)
        .filter(|id| route != Route::Speech || id.starts_with("speech:"));
    touch(resources, (kind, id))
}

fn touch(resources: &Resources, (kind, id): (ResourceKind, Option<&str>)) -> Vec<Touch> {
    let touch = id.map(|id| Touch {
        kind,
        id: id.to_owned(),
        owner: resources.owner(kind, id),
        made: false,
    });
    touch.into_iter().collect()
}
