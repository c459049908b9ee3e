//! What of a list is wanted: `limit` and `after` of its query. Pure.

use std::sync::Arc;

use url::form_urlencoded;

use super::super::owners::Owners;
use super::super::refusal;
use super::page::Item;
use crate::app::relay::Failure;
use crate::model::ResourceKind;

/// Most that can be asked for at once; the vendor gives no number.
const MOST: usize = 1000;
/// What the vendor lists of files when no number is given (API reference §2.14).
const FILES: usize = 10;
/// What is listed of batches then, as `OpenAI` does.
const BATCHES: usize = 20;

/// What is wanted of a list.
#[derive(Debug)]
pub(super) struct Wanted {
    pub(super) kind: ResourceKind,
    /// The client that asks.
    pub(super) client: Arc<str>,
    pub(super) limit: usize,
    pub(super) after: Option<After>,
    /// The rest of the query, as each account gets it.
    rest: Vec<(String, String)>,
}

/// The resource behind which a page begins.
#[derive(Debug)]
pub(super) struct After {
    pub(super) id: Arc<str>,
    /// Unix milliseconds.
    pub(super) created_at_ms: i64,
}

impl Wanted {
    /// Reads a query.
    ///
    /// # Errors
    /// When `limit` is no good number or `after` names nothing this client knows.
    pub(super) fn read(
        kind: ResourceKind,
        query: &str,
        owners: &Owners,
        client: &Arc<str>,
    ) -> Result<Self, Failure> {
        let mut wanted = Self {
            kind,
            client: Arc::clone(client),
            limit: match kind {
                ResourceKind::File => FILES,
                ResourceKind::Batch => BATCHES,
                // They come all at once.
                ResourceKind::Voice | ResourceKind::Video => usize::MAX,
            },
            after: None,
            rest: Vec::new(),
        };
        for (name, value) in form_urlencoded::parse(query.as_bytes()) {
            match name.as_ref() {
                "limit" if wanted.is_paged() => wanted.limit = limit(&value)?,
                "after" if wanted.is_paged() && !value.is_empty() => {
                    wanted.after = Some(after(kind, &value, owners, client)?);
                }
                _ => wanted.rest.push((name.into_owned(), value.into_owned())),
            }
        }
        Ok(wanted)
    }

    /// Whether it comes in pages.
    pub(super) fn is_paged(&self) -> bool {
        matches!(self.kind, ResourceKind::File | ResourceKind::Batch)
    }

    /// Whether an entry is behind what was on earlier pages.
    pub(super) fn is_behind(&self, item: &Item) -> bool {
        self.after
            .as_ref()
            .is_none_or(|after| (item.created_at_ms, &after.id) < (after.created_at_ms, &item.id))
    }

    /// The query for one page of one account.
    pub(super) fn query(&self, limit: usize, after: Option<&str>) -> String {
        let mut query = form_urlencoded::Serializer::new(String::new());
        query.extend_pairs(&self.rest);
        if self.is_paged() {
            query.append_pair("limit", &limit.to_string());
            query.extend_pairs(after.map(|after| ("after", after)));
        }
        query.finish()
    }
}

fn limit(text: &str) -> Result<usize, Failure> {
    let limit = text.parse().ok().filter(|limit| (1..=MOST).contains(limit));
    limit.ok_or_else(|| refusal::bad_limit(MOST))
}

fn after(
    kind: ResourceKind,
    id: &str,
    owners: &Owners,
    client: &Arc<str>,
) -> Result<After, Failure> {
    let known = owners.find(kind, id);
    let visible = known.filter(|one| one.client.as_ref().is_none_or(|maker| maker == client));
    let one = visible.ok_or_else(|| refusal::unknown_cursor(kind, id))?;
    Ok(After {
        id: one.id,
        created_at_ms: one.created_at_ms,
    })
}

#[cfg(test)]
mod tests;
