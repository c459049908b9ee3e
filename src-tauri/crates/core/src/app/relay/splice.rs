//! Another model's name in a body, and every other byte as it was (D9).

use std::borrow::Cow;
use std::cell::RefCell;
use std::fmt;
use std::ops::Range;
use std::pin::Pin;
use std::task::{Context, Poll};

use bytes::{Bytes, BytesMut};
use http::HeaderMap;
use http::header::CONTENT_TYPE;
use http_body::{Frame, SizeHint};
use http_body_util::BodyExt as _;
use serde::Deserializer as _;
use serde::de::{IgnoredAny, MapAccess, Visitor};
use serde_json::value::RawValue;

use crate::app::form::Form;
use crate::app::models::vendor_voice;

/// What is put in the place of what.
type Edit = (Range<usize>, Vec<u8>);

/// `body` with `model` as its model; `None` when it names none. A voice that only
/// the asked model has becomes one of the new model's.
pub(super) fn with_model(body: &Bytes, headers: &HeaderMap, model: &str) -> Option<Bytes> {
    let content_type = headers.get(CONTENT_TYPE)?.to_str().ok()?;
    let edits = match Form::new(content_type, body) {
        Some(form) => vec![(form.text("model")?, model.as_bytes().to_vec())],
        None => json_edits(body, model)?,
    };
    Some(apply(body, edits))
}

fn json_edits(body: &[u8], model: &str) -> Option<Vec<Edit>> {
    let Places {
        model: place,
        voice,
    } = Places::of(body);
    let mut edits = vec![(place?, quoted(model))];
    if let Some((place, voice)) = voice
        && let Some(voice) = vendor_voice(model, &voice)
    {
        edits.push((place, quoted(&voice)));
    }
    edits.sort_by_key(|(place, _)| place.start);
    Some(edits)
}

fn quoted(text: &str) -> Vec<u8> {
    serde_json::Value::from(text).to_string().into_bytes()
}

fn apply(body: &Bytes, edits: Vec<Edit>) -> Bytes {
    let grown: usize = edits.iter().map(|(_, with)| with.len()).sum();
    let mut out = BytesMut::with_capacity(body.len() + grown);
    let mut from = 0;
    for (place, with) in edits {
        out.extend_from_slice(&body[from..place.start]);
        out.extend_from_slice(&with);
        from = place.end;
    }
    out.extend_from_slice(&body[from..]);
    out.freeze()
}

/// Where the two strings stand, as far as the body goes.
#[derive(Debug, Default)]
struct Places {
    model: Option<Range<usize>>,
    voice: Option<(Range<usize>, String)>,
}

impl Places {
    fn of(body: &[u8]) -> Self {
        let found = RefCell::new(Self::default());
        let visitor = TopLevel {
            found: &found,
            start: body.as_ptr() as usize,
        };
        // A body that ends early was found sound as far as it goes.
        let _ = serde_json::Deserializer::from_slice(body).deserialize_map(visitor);
        found.into_inner()
    }
}

struct TopLevel<'a> {
    found: &'a RefCell<Places>,
    start: usize,
}

impl<'de> Visitor<'de> for TopLevel<'_> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a JSON object")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<(), A::Error> {
        while let Some(name) = map.next_key::<Cow<'de, str>>()? {
            if !matches!(name.as_ref(), "model" | "voice") {
                map.next_value::<IgnoredAny>()?;
                continue;
            }
            let raw = map.next_value::<&'de RawValue>()?.get();
            let from = raw.as_ptr() as usize - self.start;
            let place = from..from + raw.len();
            let text = serde_json::from_str::<String>(raw).ok();
            let mut found = self.found.borrow_mut();
            match name.as_ref() {
                "model" => found.model = text.map(|_| place),
                _ => found.voice = text.map(|text| (place, text)),
            }
        }
        Ok(())
    }
}

/// A body that streams, with the model changed in its first piece, and whether it
/// was. That piece is all that the gateway held back, so the model stands in it
/// or is not known.
pub(super) async fn stream_with_model(
    mut body: reqwest::Body,
    headers: &HeaderMap,
    model: &str,
) -> (reqwest::Body, bool) {
    let first = match body.frame().await {
        Some(Ok(frame)) => frame.into_data().map_err(|_| None),
        Some(Err(error)) => Err(Some(error)),
        None => Err(None),
    };
    let spliced = first
        .as_ref()
        .ok()
        .and_then(|data| with_model(data, headers, model));
    let is_named = spliced.is_some();
    let first = match (spliced, first) {
        (Some(spliced), _) => Some(Ok(spliced)),
        (None, Ok(data)) => Some(Ok(data)),
        (None, Err(error)) => error.map(Err),
    };
    (reqwest::Body::wrap(Resumed { first, rest: body }), is_named)
}

/// A first piece and what follows it.
struct Resumed {
    first: Option<Result<Bytes, reqwest::Error>>,
    rest: reqwest::Body,
}

impl http_body::Body for Resumed {
    type Data = Bytes;
    type Error = reqwest::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, reqwest::Error>>> {
        match self.first.take() {
            Some(first) => Poll::Ready(Some(first.map(Frame::data))),
            None => Pin::new(&mut self.rest).poll_frame(cx),
        }
    }

    fn is_end_stream(&self) -> bool {
        self.first.is_none() && self.rest.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        let held = match &self.first {
            Some(Ok(data)) => data.len() as u64,
            Some(Err(_)) | None => 0,
        };
        let rest = self.rest.size_hint();
        let mut hint = SizeHint::new();
        if let Some(upper) = rest.upper() {
            hint.set_upper(upper + held);
        }
        hint.set_lower(rest.lower() + held);
        hint
    }
}

#[cfg(test)]
mod tests;
