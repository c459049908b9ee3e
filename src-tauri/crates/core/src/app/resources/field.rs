//! One text field of a JSON body, looked up without rebuilding it (D9). Pure.

use std::borrow::Cow;
use std::fmt;

use serde::Deserializer as _;
use serde::de::{IgnoredAny, MapAccess, Visitor};
use serde_json::value::RawValue;

/// Why a body does not tell which resource it names. Another parser may read
/// an id out of it all the same, so it must not go on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Unclear {
    /// It is no JSON object, or was not held.
    NotJson,
    /// The field is there several times, with different values.
    Repeated(&'static str),
}

/// The field `name` of the outermost object, when it is a text. Its letters may
/// be large or small: some parsers do not care. An empty body has none.
///
/// # Errors
/// When it cannot be told which value counts.
pub(super) fn field(body: &[u8], name: &'static str) -> Result<Option<String>, Unclear> {
    if body.trim_ascii().is_empty() {
        return Ok(None);
    }
    let mut json = serde_json::Deserializer::from_slice(body);
    let found = json
        .deserialize_map(Looking { name })
        .and_then(|found| json.end().map(|()| found));
    match found {
        Err(_) => Err(Unclear::NotJson),
        Ok(Found::Twice) => Err(Unclear::Repeated(name)),
        Ok(Found::Once(raw)) => Ok(serde_json::from_str(raw.get()).ok()),
        Ok(Found::Nowhere) => Ok(None),
    }
}

enum Found<'de> {
    Nowhere,
    Once(&'de RawValue),
    Twice,
}

struct Looking {
    name: &'static str,
}

impl<'de> Visitor<'de> for Looking {
    type Value = Found<'de>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a JSON object")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
        let mut found = Found::Nowhere;
        while let Some(key) = map.next_key::<Cow<'de, str>>()? {
            if !key.eq_ignore_ascii_case(self.name) {
                map.next_value::<IgnoredAny>()?;
                continue;
            }
            let raw = map.next_value::<&'de RawValue>()?;
            found = match found {
                Found::Nowhere => Found::Once(raw),
                Found::Once(first) if first.get() == raw.get() => found,
                Found::Once(_) | Found::Twice => Found::Twice,
            };
        }
        Ok(found)
    }
}

#[cfg(test)]
mod tests;
