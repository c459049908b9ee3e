//! Several accounts' lists as one. Pure.

use bytes::Bytes;
use serde::Serialize;
use serde_json::value::RawValue;

use super::page::{Item, Shape};
use super::walk::Part;
use super::wanted::Wanted;
use crate::model::ResourceKind;

/// `code` of an enveloped answer that is no error.
const OK_CODE: i64 = 20_000;

/// The answer: the first of what is wanted, wrapped as the first account did.
pub(super) fn merged(kind: ResourceKind, parts: Vec<Part>, wanted: &Wanted) -> Bytes {
    let shape = parts.iter().find_map(|part| part.shape);
    let more = parts.iter().any(|part| part.more);
    let mut items: Vec<Item> = parts.into_iter().flat_map(|part| part.items).collect();
    items.sort_unstable();
    let more = more || items.len() > wanted.limit;
    items.truncate(wanted.limit);
    wrapped(kind, shape, &items, more)
}

#[derive(Serialize)]
struct Plain<'a> {
    object: &'static str,
    data: Vec<&'a RawValue>,
    first_id: Option<&'a str>,
    last_id: Option<&'a str>,
    has_more: bool,
}

#[derive(Serialize)]
struct Envelope<'a> {
    code: i64,
    message: &'static str,
    status: bool,
    data: Inner<'a>,
}

#[derive(Serialize)]
struct Inner<'a> {
    data: Vec<&'a RawValue>,
    object: &'static str,
    has_more: bool,
}

#[derive(Serialize)]
#[serde(rename_all = "lowercase")]
enum Voices<'a> {
    Result(Vec<&'a RawValue>),
    Results(Vec<&'a RawValue>),
}

fn wrapped(kind: ResourceKind, shape: Option<Shape>, items: &[Item], has_more: bool) -> Bytes {
    let data: Vec<&RawValue> = items.iter().map(|item| &*item.raw).collect();
    let json = match shape.unwrap_or(Shape::Plain) {
        Shape::Result => serde_json::to_vec(&Voices::Result(data)),
        Shape::Results => serde_json::to_vec(&Voices::Results(data)),
        Shape::Plain => serde_json::to_vec(&Plain {
            object: "list",
            data,
            first_id: items.first().map(|item| &*item.id),
            last_id: items.last().map(|item| &*item.id),
            has_more,
        }),
        Shape::Enveloped => serde_json::to_vec(&Envelope {
            code: OK_CODE,
            message: "Ok",
            status: true,
            data: Inner {
                data,
                object: if kind == ResourceKind::File {
                    "file"
                } else {
                    "list"
                },
                has_more,
            },
        }),
    };
    json.expect("texts, numbers and JSON make JSON").into()
}

#[cfg(test)]
mod tests;
