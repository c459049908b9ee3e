//! The five shapes of an error body, made one.

use serde_json::Value;

use super::OK_CODE;
use crate::model::Evidence;
use crate::upstream::redact;

/// What an error body says: an object, a JSON string, plain text,
/// `{"error":{…}}` or Anthropic's `{"type":"error","error":{…}}`.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Envelope {
    /// The message; empty when there is none.
    pub(super) text: String,
    /// The vendor's code.
    pub(super) code: Option<i64>,
    /// Whether the body says that it is an error, whatever its status.
    pub(super) is_error: bool,
    /// Whether it is a page for people, from something in between.
    pub(super) is_page: bool,
}

impl Envelope {
    /// Reads the beginning of a body; any bytes will do.
    pub(super) fn read(body: &[u8]) -> Self {
        let body = body
            .strip_prefix(b"\xEF\xBB\xBF")
            .unwrap_or(body)
            .trim_ascii();
        if is_page(body) {
            return Self::page(body);
        }
        match serde_json::from_slice(body) {
            Ok(value) => Self::of_json(&value),
            Err(_) => Self {
                text: String::from_utf8_lossy(body).into_owned(),
                ..Self::default()
            },
        }
    }

    /// Reads a JSON body.
    pub(super) fn of_json(value: &Value) -> Self {
        let error = value.get("error").filter(|error| !error.is_null());
        let code = [Some(value), error]
            .into_iter()
            .flatten()
            .find_map(|holder| holder.get("code").and_then(integer));
        let text = [error, Some(value)]
            .into_iter()
            .flatten()
            .find_map(message)
            .unwrap_or_default();
        Self {
            text: text.to_owned(),
            code,
            is_error: error.is_some() || code.is_some_and(|code| code != OK_CODE),
            is_page: false,
        }
    }

    fn page(body: &[u8]) -> Self {
        let page = String::from_utf8_lossy(&body[..body.len().min(4096)]);
        let title = page
            .split_once("<title>")
            .and_then(|(_, rest)| rest.split_once("</title>"))
            .map_or("an HTML page", |(title, _)| title.trim());
        Self {
            text: title.to_owned(),
            is_page: true,
            ..Self::default()
        }
    }

    /// What to remember and show of it.
    pub(super) fn evidence(&self, status: u16) -> Evidence {
        Evidence {
            status: Some(status),
            vendor_code: self.code,
            text: redact::quotable(&self.text, &[]),
        }
    }
}

/// Whether bytes are HTML.
pub(super) fn is_page(body: &[u8]) -> bool {
    let body = body.trim_ascii_start();
    let starts = |tag: &[u8]| {
        body.get(..tag.len())
            .is_some_and(|head| head.eq_ignore_ascii_case(tag))
    };
    starts(b"<!doctype") || starts(b"<html") || starts(b"<head") || starts(b"<?xml")
}

/// A code, as a number or in quotes.
fn integer(value: &Value) -> Option<i64> {
    match value {
        Value::Number(number) => number.as_i64(),
        Value::String(text) => text.parse().ok(),
        Value::Null | Value::Bool(_) | Value::Array(_) | Value::Object(_) => None,
    }
}

fn message(value: &Value) -> Option<&str> {
    if let Some(text) = value.as_str() {
        return Some(text);
    }
    ["message", "msg", "detail"]
        .into_iter()
        .find_map(|name| value.get(name).and_then(Value::as_str))
}
