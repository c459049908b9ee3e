//! A page of one account's list, in whichever shape it came. Pure.

use std::cmp::Ordering;
use std::collections::HashMap;
use std::sync::Arc;

use serde_json::value::RawValue;

use super::super::learning::Told;
use super::super::owners::Sighting;
use crate::model::ResourceKind;

/// How a list is wrapped (API reference §2.10, §2.14, §2.15).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Shape {
    /// `{"result":[…]}`, as the vendor answers.
    Result,
    /// `{"results":[…]}`, as the vendor documents.
    Results,
    /// `{"object":"list","data":[…]}`.
    Plain,
    /// `{"code":20000,…,"data":{"data":[…]}}`.
    Enveloped,
}

/// A page.
#[derive(Debug)]
pub(super) struct Page {
    pub(super) shape: Shape,
    /// Absent when the vendor does not tell.
    pub(super) has_more: Option<bool>,
    pub(super) items: Vec<Item>,
}

/// An entry of a list.
#[derive(Clone, Debug)]
pub(super) struct Item {
    pub(super) id: Arc<str>,
    /// Unix milliseconds; 0 when the vendor does not tell.
    pub(super) created_at_ms: i64,
    /// As it came.
    pub(super) raw: Box<RawValue>,
    /// What it tells of.
    pub(super) seen: Vec<Sighting>,
    /// Whether a batch wrote it.
    pub(super) is_output: bool,
}

/// Newer first; of the same age by id, so that the order is always the same.
impl Ord for Item {
    fn cmp(&self, other: &Self) -> Ordering {
        let newer = other.created_at_ms.cmp(&self.created_at_ms);
        newer.then_with(|| self.id.cmp(&other.id))
    }
}

impl PartialOrd for Item {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl PartialEq for Item {
    fn eq(&self, other: &Self) -> bool {
        self.cmp(other) == Ordering::Equal
    }
}

impl Eq for Item {}

/// Who is known to have made what has this id: what a batch wrote is its maker's.
pub(super) type Maker<'a> = &'a dyn Fn(&str) -> Option<Arc<str>>;

type Fields = HashMap<String, Box<RawValue>>;

impl Page {
    /// Reads an answer; none when it is no list.
    pub(super) fn read(kind: ResourceKind, answer: &[u8], maker: Maker<'_>) -> Option<Self> {
        let fields: Fields = serde_json::from_slice(answer).ok()?;
        if kind == ResourceKind::Voice {
            let (shape, raw) = match fields.get("result") {
                Some(raw) => (Shape::Result, raw),
                None => (Shape::Results, fields.get("results")?),
            };
            return Some(Self {
                shape,
                has_more: Some(false),
                items: items(kind, raw, maker)?,
            });
        }
        let data = fields.get("data")?;
        if !data.get().starts_with('{') {
            return Some(Self {
                shape: Shape::Plain,
                has_more: has_more(&fields),
                items: items(kind, data, maker)?,
            });
        }
        let inner: Fields = serde_json::from_str(data.get()).ok()?;
        Some(Self {
            shape: Shape::Enveloped,
            has_more: has_more(&inner),
            items: items(kind, inner.get("data")?, maker)?,
        })
    }
}

fn has_more(fields: &Fields) -> Option<bool> {
    serde_json::from_str(fields.get("has_more")?.get()).ok()
}

/// The entries that name something; an empty list may come as `null`.
fn items(kind: ResourceKind, raw: &RawValue, maker: Maker<'_>) -> Option<Vec<Item>> {
    let raws: Option<Vec<Box<RawValue>>> = serde_json::from_str(raw.get()).ok()?;
    Some(
        raws.into_iter()
            .flatten()
            .filter_map(|raw| item(kind, raw, maker))
            .collect(),
    )
}

fn item(kind: ResourceKind, raw: Box<RawValue>, maker: Maker<'_>) -> Option<Item> {
    let told: Told = serde_json::from_str(raw.get()).ok()?;
    let id: Arc<str> = told.id_of(kind)?.into();
    Some(Item {
        created_at_ms: told.created_at_ms().unwrap_or(0),
        seen: told.sightings(kind, maker(&id).as_ref()),
        is_output: kind == ResourceKind::File && told.is_output(),
        id,
        raw,
    })
}

#[cfg(test)]
mod tests;
