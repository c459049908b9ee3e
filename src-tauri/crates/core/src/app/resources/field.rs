//! One text field of a JSON body, looked up without rebuilding it (D9). Pure.

use std::borrow::Cow;
use std::fmt;

use serde::Deserializer as _;
use serde::de::{IgnoredAny, MapAccess, Visitor};
use serde_json::value::RawValue;

/// The field `name` of the outermost object, when it is a text. Of several of
/// that name the last counts, as it does for those who parse the whole.
pub(super) fn field(body: &[u8], name: &str) -> Option<String> {
    let mut json = serde_json::Deserializer::from_slice(body);
    json.deserialize_map(Looking { name }).ok().flatten()
}

struct Looking<'a> {
    name: &'a str,
}

impl<'de> Visitor<'de> for Looking<'_> {
    type Value = Option<String>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a JSON object")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
        let mut found = None;
        while let Some(key) = map.next_key::<Cow<'de, str>>()? {
            if key == self.name {
                let raw = map.next_value::<&'de RawValue>()?.get();
                found = serde_json::from_str(raw).ok();
            } else {
                map.next_value::<IgnoredAny>()?;
            }
        }
        Ok(found)
    }
}

#[cfg(test)]
mod tests;
