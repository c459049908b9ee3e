//! One list of models, as the upstream sent it.

use std::collections::HashMap;
use std::sync::Arc;

use bytes::Bytes;
use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;

use crate::settings::Aliases;

/// The entries in the upstream's order, which is its preference.
#[derive(Debug)]
pub(super) struct List {
    entries: Vec<Box<RawValue>>,
    places: HashMap<String, usize>,
}

/// The upstream's answer, or several put together.
#[derive(Deserialize)]
struct Wire {
    data: Vec<Box<RawValue>>,
}

#[derive(Deserialize)]
struct Named {
    id: String,
}

/// An alias in the vendor's shape (API reference §2.6).
#[derive(Serialize)]
struct AliasEntry<'a> {
    id: &'a str,
    object: &'static str,
    created: u64,
    owned_by: &'static str,
}

impl List {
    /// Reads an answer; `None` when it is no list of models. An entry that another
    /// one before has the name of is left out.
    pub(super) fn read(document: &[u8]) -> Option<Self> {
        let wire: Wire = serde_json::from_slice(document).ok()?;
        let mut entries = Vec::with_capacity(wire.data.len());
        let mut places = HashMap::with_capacity(wire.data.len());
        for entry in wire.data {
            let Named { id } = serde_json::from_str(entry.get()).ok()?;
            places.entry(id).or_insert_with(|| {
                entries.push(entry);
                entries.len() - 1
            });
        }
        Some(Self { entries, places })
    }

    /// Several lists as one, in their order. Of entries with the same name the
    /// first one stays.
    pub(super) fn merged(lists: &[Arc<Self>]) -> Arc<Self> {
        if let [only] = lists {
            return Arc::clone(only);
        }
        let mut entries = Vec::new();
        let mut places = HashMap::new();
        for list in lists {
            let mut named: Vec<_> = list.places.iter().collect();
            named.sort_by_key(|(_, place)| **place);
            for (id, place) in named {
                places.entry(id.clone()).or_insert_with(|| {
                    entries.push(list.entries[*place].clone());
                    entries.len() - 1
                });
            }
        }
        Arc::new(Self { entries, places })
    }

    pub(super) fn has(&self, model: &str) -> bool {
        self.places.contains_key(model)
    }

    /// One entry as it came.
    pub(super) fn entry(&self, model: &str) -> Option<&str> {
        self.places
            .get(model)
            .map(|place| self.entries[*place].get())
    }

    /// The whole list, and behind it the aliases that lead into it.
    pub(super) fn with_aliases(&self, aliases: &Aliases) -> Bytes {
        let added = aliases
            .names()
            .filter(|(name, models)| !self.has(name) && models.iter().any(|model| self.has(model)))
            .map(|(name, _)| alias_entry(name));
        let entries = self.entries.iter().map(|entry| entry.get().to_owned());
        let entries: Vec<String> = entries.chain(added).collect();
        let joined = entries.join(",");
        format!(r#"{{"object":"list","data":[{joined}]}}"#).into()
    }
}

/// A name of ours, as an entry.
pub(super) fn alias_entry(name: &str) -> String {
    let entry = AliasEntry {
        id: name,
        object: "model",
        created: 0,
        owned_by: "flowkeep",
    };
    serde_json::to_string(&entry).expect("strings and a number always serialize")
}

#[cfg(test)]
mod tests;
