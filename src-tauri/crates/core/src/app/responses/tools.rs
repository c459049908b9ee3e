//! Names of tools on their way there and back.
//!
//! A chat has functions only, in one flat list. A tool of a namespace becomes
//! `namespace__name`; a custom tool, which takes text instead of JSON, becomes a
//! function with that text as its one argument. The calls that come back are
//! told apart by the table that was made when the tools were sent.

use std::borrow::Cow;

use serde_json::Value;
use sha2::{Digest as _, Sha256};

/// The upstream takes names up to this long (API reference §2.1).
const LONGEST: usize = 64;
/// Of the digest that replaces the end of a name that is too long.
const DIGEST: usize = 8;

/// The tools of one request that have another name or form upstream.
#[derive(Clone, Debug, Default)]
pub(super) struct ToolNames(Vec<ToolName>);

/// A tool as the client knows it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct ToolName {
    /// Its name upstream.
    pub(super) flat: String,
    /// Its own name.
    pub(super) name: String,
    /// The namespace it is in.
    pub(super) namespace: Option<String>,
    /// Whether it takes text instead of JSON.
    pub(super) custom: bool,
}

impl ToolNames {
    /// The one argument of a custom tool.
    pub(super) const INPUT: &'static str = "input";

    pub(super) fn add(&mut self, name: ToolName) {
        self.0.push(name);
    }

    /// The tool behind a name in an answer; `None` for a plain function.
    pub(super) fn find(&self, flat: &str) -> Option<&ToolName> {
        self.0.iter().find(|tool| tool.flat == flat)
    }
}

/// The name upstream of a tool in a namespace.
pub(super) fn flat_name<'a>(namespace: Option<&str>, name: &'a str) -> Cow<'a, str> {
    let Some(namespace) = namespace.filter(|namespace| !namespace.is_empty()) else {
        return Cow::Borrowed(name);
    };
    let between = if namespace.ends_with("__") { "" } else { "__" };
    let mut flat: String = format!("{namespace}{between}{name}")
        .chars()
        .map(|letter| match letter {
            'a'..='z' | 'A'..='Z' | '0'..='9' | '_' | '-' => letter,
            _ => '_',
        })
        .collect();
    if flat.len() > LONGEST {
        let digest = Sha256::digest(flat.as_bytes());
        flat.truncate(LONGEST - DIGEST);
        for byte in &digest[..DIGEST / 2] {
            for digit in [byte >> 4, byte & 15] {
                flat.push(char::from_digit(u32::from(digit), 16).unwrap_or('0'));
            }
        }
    }
    Cow::Owned(flat)
}

/// The text for a custom tool in the arguments of its function. A model that
/// did not keep to the schema is taken at its word.
pub(super) fn custom_input(arguments: &str) -> String {
    match serde_json::from_str::<Value>(arguments) {
        Ok(Value::Object(mut fields)) => match fields.remove(ToolNames::INPUT) {
            Some(Value::String(text)) => text,
            _ => arguments.to_owned(),
        },
        Ok(Value::String(text)) => text,
        _ => arguments.to_owned(),
    }
}
