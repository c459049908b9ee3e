//! The tokens of the texts in a JSON document, whatever its form.
//!
//! For requests and answers whose usage the upstream did not tell. No tree is
//! made; names, numbers and what only labels an answer count nothing.

use std::borrow::Cow;
use std::cell::Cell;
use std::fmt;

use serde::de::{DeserializeSeed, Deserializer, IgnoredAny, MapAccess, SeqAccess, Visitor};

use super::estimate_tokens;

/// The marks around a message, or whatever else stands in braces.
const OBJECT: u64 = 4;
/// An image, whose size in pixels is not looked at: about 1000 × 800 of them.
const IMAGE: u64 = 1_000;
/// Members that label instead of telling something, in any protocol.
const LABELS: [&str; 14] = [
    "id",
    "object",
    "type",
    "role",
    "model",
    "index",
    "created",
    "finish_reason",
    "stop_reason",
    "stop_sequence",
    "system_fingerprint",
    "signature",
    "encoding_format",
    "metadata",
];

/// The tokens of a document, estimated; `None` when it is no JSON. Arrays of
/// numbers are taken for tokens, as embeddings take them.
#[must_use]
pub fn estimate_json(json: &[u8]) -> Option<u64> {
    let sum = Cell::new(0);
    let texts = Texts {
        sum: &sum,
        in_array: false,
    };
    let mut document = serde_json::Deserializer::from_slice(json);
    texts.deserialize(&mut document).ok()?;
    document.end().ok()?;
    Some(sum.get())
}

/// Adds the texts of a value.
#[derive(Clone, Copy)]
struct Texts<'a> {
    sum: &'a Cell<u64>,
    in_array: bool,
}

impl Texts<'_> {
    fn add(self, tokens: u64) {
        self.sum.set(self.sum.get().saturating_add(tokens));
    }

    fn within(self, in_array: bool) -> Self {
        Self { in_array, ..self }
    }
}

impl<'de> DeserializeSeed<'de> for Texts<'_> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Texts<'_> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("JSON")
    }

    fn visit_str<E>(self, text: &str) -> Result<(), E> {
        self.add(if text.starts_with("data:") {
            IMAGE
        } else {
            estimate_tokens(text)
        });
        Ok(())
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<(), A::Error> {
        while list.next_element_seed(self.within(true))?.is_some() {}
        Ok(())
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<(), A::Error> {
        self.add(OBJECT);
        while let Some(name) = map.next_key::<Cow<'de, str>>()? {
            if LABELS.contains(&name.as_ref()) {
                map.next_value::<IgnoredAny>()?;
            } else {
                map.next_value_seed(self.within(false))?;
            }
        }
        Ok(())
    }

    fn visit_u64<E>(self, _: u64) -> Result<(), E> {
        self.add(u64::from(self.in_array));
        Ok(())
    }

    fn visit_i64<E>(self, _: i64) -> Result<(), E> {
        Ok(())
    }

    fn visit_f64<E>(self, _: f64) -> Result<(), E> {
        Ok(())
    }

    fn visit_bool<E>(self, _: bool) -> Result<(), E> {
        Ok(())
    }

    fn visit_unit<E>(self) -> Result<(), E> {
        Ok(())
    }
}
