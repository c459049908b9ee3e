//! What an answer tells of resources (API reference §2.9 to §2.15). Pure.

use std::sync::Arc;

use serde::Deserialize;

use super::owners::Sighting;
use crate::model::ResourceKind;

/// No id of the vendor is nearly as long, in bytes.
const LONGEST_ID: usize = 512;
const SECOND_MS: i64 = 1000;

/// The fields of an answer that name something; each route has a few of them.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Told {
    id: Option<String>,
    uri: Option<String>,
    #[serde(rename = "requestId")]
    request_id: Option<String>,
    /// Seconds; a list of files says it so.
    created_at: Option<i64>,
    /// Seconds; an upload says it so.
    #[serde(rename = "createdAt")]
    created_at_of_upload: Option<i64>,
    input_file_id: Option<String>,
    output_file_id: Option<String>,
    error_file_id: Option<String>,
    /// What a file is for; whatever it is, it must not hide the rest.
    purpose: Option<serde_json::Value>,
    /// The vendor wraps files in an envelope.
    data: Option<Box<Told>>,
}

impl Told {
    /// Reads an answer; none when it is no such object.
    pub(super) fn read(answer: &[u8]) -> Option<Self> {
        let told: Self = serde_json::from_slice(answer).ok()?;
        Some(match told.data {
            Some(inner) => *inner,
            None => told,
        })
    }

    /// The id under which a resource of that kind is asked for.
    pub(super) fn id_of(&self, kind: ResourceKind) -> Option<&str> {
        let id = match kind {
            ResourceKind::Voice => &self.uri,
            ResourceKind::Video => &self.request_id,
            ResourceKind::File | ResourceKind::Batch => &self.id,
        };
        id.as_deref().filter(|id| is_id(id))
    }

    /// Unix milliseconds.
    pub(super) fn created_at_ms(&self) -> Option<i64> {
        let seconds = self.created_at.or(self.created_at_of_upload)?;
        seconds.checked_mul(SECOND_MS)
    }

    /// Whether it is a file that a batch wrote.
    pub(super) fn is_output(&self) -> bool {
        let purpose = self.purpose.as_ref().and_then(serde_json::Value::as_str);
        purpose.is_some_and(|purpose| purpose.starts_with("batch_"))
    }

    /// The resource itself, and the files that go with a batch: what it read is
    /// nobody's by that, what it wrote is whoever's the batch is.
    pub(super) fn sightings(&self, kind: ResourceKind, maker: Option<&Arc<str>>) -> Vec<Sighting> {
        let Some(id) = self.id_of(kind) else {
            return Vec::new();
        };
        let mut seen = vec![Sighting {
            kind,
            id: id.into(),
            created_at_ms: self.created_at_ms(),
            client: maker.cloned(),
            batch_created_ms: None,
        }];
        if kind != ResourceKind::Batch {
            return seen;
        }
        let created = self.created_at_ms();
        let read = (&self.input_file_id, None, None);
        let wrote = [&self.output_file_id, &self.error_file_id].map(|id| (id, maker, created));
        for (id, maker, batch_created_ms) in std::iter::once(read).chain(wrote) {
            // It may be an address to download from instead (§10).
            if let Some(id) = id.as_deref().filter(|id| is_id(id) && !id.contains('/')) {
                seen.push(Sighting {
                    kind: ResourceKind::File,
                    id: id.into(),
                    created_at_ms: None,
                    client: maker.cloned(),
                    batch_created_ms,
                });
            }
        }
        seen
    }
}

fn is_id(text: &str) -> bool {
    !text.is_empty() && text.len() <= LONGEST_ID && !text.chars().any(char::is_control)
}

#[cfg(test)]
mod tests;
