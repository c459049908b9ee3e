//! What the relay must know of a JSON body: `model` and `stream` (D9).
//!
//! The body is looked at, never rebuilt.

use std::borrow::Cow;
use std::cell::RefCell;
use std::fmt;

use serde::Deserializer as _;
use serde::de::{IgnoredAny, MapAccess, Visitor};
use serde_json::value::RawValue;

/// The two fields.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Peeked {
    /// `model`, when it is a string.
    pub model: Option<String>,
    /// `stream`.
    pub stream: bool,
}

/// Why a body is no JSON object.
#[derive(Debug, thiserror::Error)]
pub enum NotJson {
    /// It does not parse.
    #[error("the body is not valid JSON")]
    Syntax(#[source] serde_json::Error),
}

/// Looks at `body`. With `whole` false only the beginning of the body is at
/// hand, and running out of it is no error.
///
/// # Errors
/// When a whole body is not a JSON object.
pub fn peek(body: &[u8], whole: bool) -> Result<Peeked, NotJson> {
    let found = RefCell::new(Peeked::default());
    let mut json = serde_json::Deserializer::from_slice(body);
    let visitor = TopLevel { found: &found };
    let parsed = json.deserialize_map(visitor).and_then(|()| json.end());
    match parsed {
        Err(error) if whole || !error.is_eof() => Err(NotJson::Syntax(error)),
        _ => Ok(found.into_inner()),
    }
}

struct TopLevel<'a> {
    found: &'a RefCell<Peeked>,
}

impl<'de> Visitor<'de> for TopLevel<'_> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a JSON object")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<(), A::Error> {
        while let Some(key) = map.next_key::<Cow<'de, str>>()? {
            match key.as_ref() {
                "model" => {
                    let raw = map.next_value::<&'de RawValue>()?.get();
                    self.found.borrow_mut().model = serde_json::from_str(raw).ok();
                }
                "stream" => {
                    let raw = map.next_value::<&'de RawValue>()?.get();
                    self.found.borrow_mut().stream = raw == "true";
                }
                _ => {
                    map.next_value::<IgnoredAny>()?;
                }
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests;
