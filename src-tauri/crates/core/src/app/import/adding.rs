//! Adding what was accepted, and taking it back.

use std::collections::HashMap;
use std::sync::Arc;

use flowkeep_contract::{
    ApiError, ErrorCode, ImportOutcome, ImportReport, Topic, UndoImportReport, UndoImportRequest,
};
use uuid::Uuid;

use super::ImportOptions;
use super::plan::{Accepted, Plan};
use crate::app::{App, locked};
use crate::model::{BalanceSource, KeyId, RandomId};
use crate::store::{Balance, KeyInsertion, NewKey};

/// How long an import can be taken back: half a minute, and what a click takes.
const UNDO_MS: u64 = 35_000;
/// Imports that can be taken back at a time.
const MOST_UNDOABLE: usize = 16;

/// An import that can still be taken back.
pub(super) struct Undoable {
    id: String,
    keys: Vec<KeyId>,
    calls: Vec<Uuid>,
    /// On the monotonic clock.
    until_ms: u64,
}

impl App {
    /// Adds what is new by now.
    pub(super) async fn carry_out(
        &self,
        plan: Arc<Plan>,
        options: ImportOptions,
    ) -> Result<ImportReport, ApiError> {
        let (mut report, keys, calls) = self
            .blocking(move |app| {
                let present = app.present()?;
                let (mut report, accepted) = plan.judge(app, &present, options.force);
                let keys = app.add_keys(&accepted, &mut report)?;
                let calls: &[_] = if options.history { &plan.calls } else { &[] };
                let calls = app.take_over(calls);
                // The keys are in; what is missing is only looked at.
                let calls = calls.unwrap_or_else(|error| {
                    tracing::warn!(%error, "the older pool's calls were not taken over");
                    Vec::new()
                });
                Ok((report, keys, calls))
            })
            .await?;
        report.calls = u32::try_from(calls.len()).unwrap_or(u32::MAX);
        if !keys.is_empty() || !calls.is_empty() {
            report.undo = Some(self.undoable(keys, calls));
            self.changed(&[Topic::Keys, Topic::Status, Topic::Requests]);
        }
        Ok(report)
    }

    /// Vault first, then the database: a key without a row is harmless, a row
    /// without a key would be a key that the user believes to have.
    fn add_keys(
        &self,
        accepted: &[Accepted],
        report: &mut ImportReport,
    ) -> Result<Vec<KeyId>, ApiError> {
        if accepted.is_empty() {
            return Ok(Vec::new());
        }
        let secrets: Vec<_> = accepted
            .iter()
            .map(|key| (key.id.clone(), key.entry.key.clone()))
            .collect();
        self.sweep_leftovers();
        let ids: Vec<_> = secrets.iter().map(|(id, _)| id.clone()).collect();
        let bundles: HashMap<KeyId, u32> = match self.0.vault.add(&secrets) {
            Ok(bundles) => bundles.into_iter().collect(),
            Err(error) => {
                self.take_back_secrets(&ids);
                return Err(error.into());
            }
        };
        let rows: Vec<_> = accepted
            .iter()
            .map(|key| self.row(key, bundles.get(&key.id).copied().unwrap_or(0)))
            .collect();
        let insertions = match self.0.store.insert_keys(&rows) {
            Ok(insertions) => insertions,
            Err(error) => {
                self.take_back_secrets(&ids);
                return Err(error.into());
            }
        };
        let mut added = Vec::with_capacity(rows.len());
        let mut left = Vec::new();
        for (key, insertion) in accepted.iter().zip(insertions) {
            match insertion {
                KeyInsertion::Added { .. } => added.push(key.id.clone()),
                KeyInsertion::Known { .. } => {
                    left.push(key.id.clone());
                    now_known(report, key.entry.line);
                }
            }
        }
        self.take_back_secrets(&left);
        self.reload_pool()?;
        Ok(added)
    }

    /// Nothing in the vault may be of a key that was not added. While the vault
    /// fails, it is remembered what is to be removed.
    fn take_back_secrets(&self, ids: &[KeyId]) {
        if let Err(error) = self.0.vault.remove(ids) {
            tracing::warn!(%error, "secrets of keys that were not added stay in the vault for now");
            locked(&self.0.imports.leftovers).extend_from_slice(ids);
        }
    }

    /// Removes what a failing vault has kept, before it is changed again.
    pub(in crate::app) fn sweep_leftovers(&self) {
        let left = std::mem::take(&mut *locked(&self.0.imports.leftovers));
        if !left.is_empty() {
            self.take_back_secrets(&left);
        }
    }

    fn row(&self, key: &Accepted, bundle: u32) -> NewKey {
        let entry = &key.entry;
        let last_four = entry.key.last_four().to_owned();
        let balance = entry.balance.map(|stated| {
            let currency = stated.currency;
            let currency = currency.unwrap_or_else(|| self.currency_at(&key.site));
            let source = match stated.seen_at_ms {
                Some(_) => BalanceSource::Estimated,
                None => BalanceSource::Manual,
            };
            Balance {
                nano: stated.amount.get(),
                currency,
                source,
                as_of_ms: stated.seen_at_ms.unwrap_or(self.now().unix_ms),
            }
        });
        NewKey {
            key_id: key.id.clone(),
            label: entry
                .label
                .clone()
                .unwrap_or_else(|| format!("…{last_four}")),
            account_label: entry.account.clone(),
            site: key.site.to_string(),
            balance,
            fingerprint: entry.key.fingerprint(),
            last_four,
            bundle,
            enabled: entry.enabled,
            weight: entry.weight,
            state: key.state,
            condition: key.condition.clone(),
        }
    }

    fn undoable(&self, keys: Vec<KeyId>, calls: Vec<Uuid>) -> String {
        let now_ms = self.now().monotonic_ms;
        let id = RandomId::generate();
        let mut undoable = locked(&self.0.imports.undoable);
        undoable.retain(|import| import.until_ms > now_ms);
        if undoable.len() == MOST_UNDOABLE {
            undoable.remove(0);
        }
        undoable.push(Undoable {
            id: id.clone(),
            keys,
            calls,
            until_ms: now_ms.saturating_add(UNDO_MS),
        });
        id
    }

    /// Removes exactly what an import has added, within half a minute of it.
    ///
    /// # Errors
    /// When that is too late, or the database cannot be written; then everything
    /// is still there.
    pub async fn undo_import(
        &self,
        request: UndoImportRequest,
    ) -> Result<UndoImportReport, ApiError> {
        let report = self
            .blocking(move |app| {
                let now_ms = app.now().monotonic_ms;
                let import = app.take_undoable(&request.undo, now_ms)?;
                match app.take_back(&import) {
                    Ok(report) => Ok(report),
                    Err(error) => {
                        locked(&app.0.imports.undoable).push(import);
                        Err(error)
                    }
                }
            })
            .await?;
        self.changed(&[Topic::Keys, Topic::Status, Topic::Requests]);
        Ok(report)
    }

    fn take_undoable(&self, id: &str, now_ms: u64) -> Result<Undoable, ApiError> {
        let mut undoable = locked(&self.0.imports.undoable);
        let place = undoable
            .iter()
            .position(|import| import.id == id && import.until_ms > now_ms);
        place.map(|place| undoable.remove(place)).ok_or_else(|| {
            ApiError::new(
                ErrorCode::ImportExpired,
                "this import cannot be undone any more; remove its keys instead",
            )
        })
    }

    fn take_back(&self, import: &Undoable) -> Result<UndoImportReport, ApiError> {
        let calls = self.0.store.forget_history(&import.calls)?;
        let removed = self.remove_now(&import.keys)?;
        Ok(UndoImportReport {
            removed: u32::try_from(removed.len()).unwrap_or(u32::MAX),
            calls,
        })
    }
}

/// Another process was faster with this key.
fn now_known(report: &mut ImportReport, line: u32) {
    let added = |outcome| super::plan::is_added(outcome);
    let Some(found) = report
        .lines
        .iter_mut()
        .find(|one| one.line == line && added(one.outcome))
    else {
        return;
    };
    report.added -= 1;
    report.known += 1;
    if found.outcome == ImportOutcome::AddedUnchecked {
        report.unchecked -= 1;
    }
    found.outcome = ImportOutcome::Known;
    found.reason = None;
    found.message = None;
}
