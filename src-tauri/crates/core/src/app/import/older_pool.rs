//! The database of an older pool: its keys as entries, its calls as records.

use std::collections::{HashMap, HashSet};
use std::time::Duration;

use sha2::{Digest as _, Sha256};
use uuid::Uuid;

use super::entry::{Draft, Field, Line};
use crate::app::App;
use crate::model::{AccountId, Fingerprint, KeyId, Nano, RequestRecord, Usage};
use crate::store::{OLDER_POOL, OlderCall, OlderKey, OlderPool, StoreError, older_call};

/// Records that wait for the disk at a time; live traffic needs room beside them.
const CHUNK: usize = 2_000;
/// A disk that takes longer over a chunk is broken or full.
const CHUNK_WAIT: Duration = Duration::from_secs(30);
const SCALE: f64 = 1e9;

/// The keys as entries, numbered by their rows.
pub(super) fn lines(pool: &OlderPool) -> Vec<Line> {
    let last_call_ms = pool.calls.iter().map(|call| call.at_ms).max();
    let entry = |(key, number): (&OlderKey, u32)| {
        let mut draft = Draft::of_key(&key.key);
        if !key.enabled {
            draft.set(Field::Enabled, "0");
        }
        let mut line = draft.into_line(number);
        if let (Ok(entry), Some(balance)) = (&mut line, key.balance) {
            entry.balance = nano(balance).map(|amount| super::entry::Stated {
                amount,
                currency: None,
                // It was refreshed at some time up to the last call.
                seen_at_ms: last_call_ms.max(key.added_at_ms),
            });
        }
        line
    };
    pool.keys.iter().zip(1_u32..).map(entry).collect()
}

#[expect(
    clippy::cast_possible_truncation,
    reason = "checked against the range of 53 bits"
)]
fn nano(balance: f64) -> Option<Nano> {
    let billionths = (balance * SCALE).round();
    let exact = billionths.abs() < 9.0e15;
    exact.then(|| Nano::new(billionths as i64))
}

/// Whose a key is now.
pub(super) type Owners = HashMap<Fingerprint, (KeyId, AccountId)>;

impl App {
    /// Writes calls that were never taken over before into the log. Blocks. Answers
    /// the ids of those that were written, in their order.
    pub(super) fn take_over(&self, calls: &[OlderCall]) -> Result<Vec<Uuid>, StoreError> {
        if calls.is_empty() {
            return Ok(Vec::new());
        }
        let known: HashSet<Uuid> = self.0.store.history_ids()?;
        let owners: Owners = self
            .0
            .store
            .keys()?
            .into_iter()
            .map(|row| (row.fingerprint, (row.key_id, row.account_id)))
            .collect();
        let mut written = Vec::new();
        for chunk in calls.chunks(CHUNK) {
            let fresh: Vec<_> = chunk
                .iter()
                .map(|call| record(call, &owners))
                .filter(|record| !known.contains(&record.request_id))
                .collect();
            let ids: Vec<_> = fresh.iter().map(|record| record.request_id).collect();
            for record in fresh {
                self.journal().record(record);
            }
            if !self.journal().flush(CHUNK_WAIT) {
                tracing::warn!("usage.db takes no more; a part of the calls was not taken over");
                break;
            }
            written.extend(ids);
        }
        Ok(written)
    }
}

/// A call as a record. The older pool wrote 0 where it did not know the tokens
/// (D12).
fn record(call: &OlderCall, owners: &Owners) -> RequestRecord {
    let owner = call.key.and_then(|key| owners.get(&key));
    let known = call.prompt_tokens.is_some_and(|count| count > 0)
        || call.completion_tokens.is_some_and(|count| count > 0);
    let usage = Usage {
        prompt_tokens: call.prompt_tokens.filter(|_| known),
        completion_tokens: call.completion_tokens.filter(|_| known),
        ..Usage::default()
    };
    RequestRecord {
        model_asked: call.model.clone(),
        key: owner.map(|(key, _)| key.clone()),
        key_last_four: call.last_four.clone(),
        account: owner.map(|(_, account)| account.clone()),
        usage,
        ..older_call(id_of(call), call.at_ms)
    }
}

/// The same call has the same id in every import, so that none counts twice.
fn id_of(call: &OlderCall) -> Uuid {
    let mut hash = Sha256::new();
    hash.update(OLDER_POOL.as_bytes());
    hash.update(call.number.to_le_bytes());
    hash.update(call.at_ms.to_le_bytes());
    if let Some(key) = &call.key {
        hash.update(key.0);
    }
    let digest: [u8; 32] = hash.finalize().into();
    let (bytes, _) = digest.split_at(16);
    let mut id = [0; 16];
    id.copy_from_slice(bytes);
    uuid::Builder::from_custom_bytes(id).into_uuid()
}

#[cfg(test)]
mod tests;
