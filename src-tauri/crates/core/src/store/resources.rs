//! Which account has which resource (D8).

use std::sync::Arc;

use rusqlite::{Row, named_params};

use super::{Store, StoreError};
use crate::model::{Resource, ResourceKind};

/// A video's result is kept for ten minutes (API reference §2.13); nobody asks
/// for one that is a week old, in milliseconds.
const VIDEO_LIFE_MS: i64 = 7 * 24 * 3_600_000;
/// No account has so many; what is older than these is learnt again by asking.
const MOST: i64 = 100_000;

const SELECT_NEWEST: &str = "SELECT kind, id, account_id, account_label, client, created_at_ms
    FROM resources ORDER BY created_at_ms DESC LIMIT :most";
// Whoever made it goes on owning it, however it is seen later.
const PUT: &str = "INSERT INTO resources
    (kind, id, account_id, account_label, client, created_at_ms)
    VALUES (:kind, :id, :account, :label, :client, :created)
    ON CONFLICT (kind, id) DO UPDATE SET account_id = excluded.account_id,
        account_label = excluded.account_label,
        client = coalesce(excluded.client, client),
        created_at_ms = excluded.created_at_ms";
const DELETE: &str = "DELETE FROM resources WHERE kind = :kind AND id = :id";
const DELETE_OLD: &str = "DELETE FROM resources WHERE kind = :kind AND created_at_ms < :before";

fn row(row: &Row<'_>) -> rusqlite::Result<Resource> {
    let text = |name: &str| row.get::<_, String>(name).map(Arc::<str>::from);
    Ok(Resource {
        kind: row.get("kind")?,
        id: text("id")?,
        account: row.get("account_id")?,
        account_label: text("account_label")?,
        client: row.get::<_, Option<String>>("client")?.map(Arc::from),
        created_at_ms: row.get("created_at_ms")?,
    })
}

impl Store {
    /// The resources that are known, newest first.
    ///
    /// # Errors
    /// When the database does not answer.
    pub fn resources(&self) -> Result<Vec<Resource>, StoreError> {
        self.read("list resources", |connection| {
            connection
                .prepare_cached(SELECT_NEWEST)?
                .query_map(named_params! { ":most": MOST }, row)?
                .collect()
        })
    }

    /// Writes down whose these are, and forgets videos that are long gone.
    ///
    /// # Errors
    /// When it cannot be written.
    pub fn put_resources(&self, resources: &[Resource]) -> Result<(), StoreError> {
        let before = self.now_ms() - VIDEO_LIFE_MS;
        self.write("write down resources", |tx| {
            let mut put = tx.prepare_cached(PUT)?;
            for one in resources {
                put.execute(named_params! {
                    ":kind": one.kind,
                    ":id": &*one.id,
                    ":account": one.account,
                    ":label": &*one.account_label,
                    ":client": one.client.as_deref(),
                    ":created": one.created_at_ms,
                })?;
            }
            tx.prepare_cached(DELETE_OLD)?
                .execute(named_params! { ":kind": ResourceKind::Video, ":before": before })?;
            Ok(())
        })
    }

    /// Forgets one; false when it was not known.
    ///
    /// # Errors
    /// When it cannot be written.
    pub fn forget_resource(&self, kind: ResourceKind, id: &str) -> Result<bool, StoreError> {
        self.write("forget a resource", |tx| {
            tx.prepare_cached(DELETE)?
                .execute(named_params! { ":kind": kind, ":id": id })
                .map(|changed| changed > 0)
        })
    }
}

#[cfg(test)]
mod tests;
