//! `/_outputs/…`: what answers point at, as the vendor's storage serves it.
//!
//! It is another host with the vendor and therefore in no ledger. The address
//! says when it ends, an hour after it was made; later it answers 403.

use http::header::{CONTENT_TYPE, HeaderValue};
use http::request::Parts;
use http::{Method, Response, StatusCode};

use crate::delivery::AnswerBody;
use crate::ids::unix_seconds;
use crate::reply::TEXT;
use crate::world::World;

/// Where the downloads begin.
pub(crate) const PREFIX: &str = "/_outputs/";
/// How long an address is good for, in seconds.
const VALID_S: u64 = 3600;

/// A picture of one white pixel.
const PNG: &[u8] = b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR\0\0\0\x01\0\0\0\x01\x08\x06\0\0\0\x1f\x15\xc4\x89\0\0\0\x0bIDATx\xdac\xf8\x0f\x04\0\x09\xfb\x03\xfdh\xfa\x1c\xcc\0\0\0\0IEND\xaeB`\x82";
/// A film without tracks: the type box and an empty media data box.
const MP4: &[u8] = b"\0\0\0\x18ftypisom\0\0\x02\0isomiso2\0\0\0\x08mdat";

/// What kind of thing is served.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Output {
    Image,
    Clip,
}

/// The address of something new that can be downloaded for an hour.
pub(crate) fn url(world: &World, output: Output) -> String {
    let name = world.ids().output();
    let ending = match output {
        Output::Image => "png",
        Output::Clip => "mp4",
    };
    let expires = unix_seconds() + VALID_S;
    format!(
        "http://{}{PREFIX}{name}.{ending}?expires={expires}",
        world.addr()
    )
}

/// Answers a download.
pub(crate) fn answer(head: &Parts, name: &str) -> Response<AnswerBody> {
    let expires: Option<u64> = head
        .uri
        .query()
        .and_then(|query| query.strip_prefix("expires="))
        .and_then(|text| text.parse().ok());
    let is_read = matches!(head.method, Method::GET | Method::HEAD);
    let (status, content_type, body): (StatusCode, &'static str, &'static [u8]) =
        match (name.rsplit_once('.'), expires) {
            (_, Some(until)) if until < unix_seconds() => {
                (StatusCode::FORBIDDEN, TEXT, b"Request has expired")
            }
            (Some((_, "png")), Some(_)) if is_read => (StatusCode::OK, "image/png", PNG),
            (Some((_, "mp4")), Some(_)) if is_read => (StatusCode::OK, "video/mp4", MP4),
            _ => (StatusCode::NOT_FOUND, TEXT, b"Not Found"),
        };
    let mut response = Response::new(AnswerBody::unrecorded(body));
    *response.status_mut() = status;
    response
        .headers_mut()
        .insert(CONTENT_TYPE, HeaderValue::from_static(content_type));
    response
}
