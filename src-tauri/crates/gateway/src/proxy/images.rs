//! OpenAI's names of image fields, in the vendor's spelling (API reference §2.7).
//!
//! Only the names change, and only where the native one is absent; every other
//! byte of the body stays.

use std::fmt;
use std::ops::Range;

use bytes::{Bytes, BytesMut};
use serde::Deserializer as _;
use serde::de::{MapAccess, Visitor};
use serde_json::value::RawValue;

/// OpenAI's name and the vendor's.
const NAMES: [(&str, &str); 2] = [("size", "image_size"), ("n", "batch_size")];

/// The body, or the beginning of one that streams on, with the vendor's names; the
/// same bytes when there is nothing to say otherwise or the body is no JSON object.
/// A name that is behind the beginning stays what it is.
pub(super) fn translated(body: Bytes, whole: bool) -> Bytes {
    let Some(fields) = fields_of(&body, whole) else {
        return body;
    };
    let has = |name: &str| fields.iter().any(|field| field.name == name);
    let renamed = fields.iter().filter_map(|field| {
        let (_, native) = NAMES.iter().find(|(name, _)| *name == field.name)?;
        (field.tells && !has(native)).then_some((field.span.clone(), *native))
    });
    let mut spliced = BytesMut::with_capacity(body.len() + 32);
    let mut from = 0;
    for (span, native) in renamed {
        spliced.extend_from_slice(&body[from..span.start]);
        spliced.extend_from_slice(format!("\"{native}\"").as_bytes());
        from = span.end;
    }
    if from == 0 {
        return body;
    }
    spliced.extend_from_slice(&body[from..]);
    spliced.freeze()
}

/// A field of the top level.
struct Field {
    name: String,
    /// Bytes of the name, quotes included.
    span: Range<usize>,
    /// The value is one that the vendor could read: neither `null` nor OpenAI's
    /// `"auto"`, both of which mean its default.
    tells: bool,
}

/// The fields as far as the body goes; `None` when it is no object, or none yet.
fn fields_of(body: &[u8], whole: bool) -> Option<Vec<Field>> {
    let mut fields = Vec::new();
    let mut json = serde_json::Deserializer::from_slice(body);
    let read = json.deserialize_map(Fields {
        start: body.as_ptr() as usize,
        found: &mut fields,
    });
    match read {
        Err(error) if whole || !error.is_eof() => None,
        _ => Some(fields),
    }
}

struct Fields<'a> {
    start: usize,
    found: &'a mut Vec<Field>,
}

impl<'de> Visitor<'de> for Fields<'_> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a JSON object")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<(), A::Error> {
        while let Some((name, value)) = map.next_entry::<&'de RawValue, &'de RawValue>()? {
            let at = name.get().as_ptr() as usize - self.start;
            self.found.push(Field {
                name: serde_json::from_str(name.get()).unwrap_or_default(),
                span: at..at + name.get().len(),
                tells: !matches!(value.get(), "null" | "\"auto\""),
            });
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests;
