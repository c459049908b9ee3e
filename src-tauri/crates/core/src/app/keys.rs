//! Listing and removing keys, and keeping the pool in step with the store.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use flowkeep_contract::{
    ApiError, BalanceFailure, BalanceFailureReason, BalanceSource, BalanceView, CoolingView, Empty,
    KeyList, KeyState, KeyView, RemoveKeysReport, RemoveKeysRequest, SiteView, StateReason, Topic,
};

use super::sites::{AccountSite, site_of_row};
use super::{App, locked};
use crate::model::{self, AccountId, ApiKey, Condition, KeyId};
use crate::pool::{AccountSeed, Member, MemberView};
use crate::store::{self, AccountRow, Balance, KeyRow, KeyUsage};
use crate::vault::VaultState;

impl App {
    /// All keys with their states.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub async fn list_keys(&self, _: Empty) -> Result<KeyList, ApiError> {
        self.blocking(|app| {
            let views = app.pool().views(app.now());
            let rows = app.0.store.keys()?.into_iter();
            let rows: HashMap<KeyId, KeyRow> = rows.map(|row| (row.key_id.clone(), row)).collect();
            app.count_what_was_before();
            let accounts = app.0.store.accounts()?.into_iter();
            let homes: HashMap<AccountId, Home> = accounts
                .map(|row| (row.account_id.clone(), Home::of(app, &row)))
                .collect();
            let usage = app.0.store.key_usage()?;
            let keys = views
                .into_iter()
                .filter_map(|view| {
                    let row = rows.get(&view.key)?;
                    let home = homes.get(&view.account)?;
                    let used = usage.get(&view.key).copied();
                    Some(key_view(view, row, home, used))
                })
                .collect();
            Ok(KeyList { keys })
        })
        .await
    }

    /// Removes keys: from the pool at once, from the database, then the vault.
    ///
    /// # Errors
    /// When the database cannot be written; then nothing was removed.
    pub async fn remove_keys(
        &self,
        request: RemoveKeysRequest,
    ) -> Result<RemoveKeysReport, ApiError> {
        let report = self
            .blocking(move |app| {
                let ids: Vec<KeyId> = request
                    .ids
                    .iter()
                    .map(|id| KeyId::from(id.as_str()))
                    .collect();
                let removed = app.remove_now(&ids)?;
                let unknown = ids.iter().filter(|id| !removed.contains(*id));
                Ok(RemoveKeysReport {
                    removed: u32::try_from(removed.len()).unwrap_or(u32::MAX),
                    unknown: unknown.map(ToString::to_string).collect(),
                })
            })
            .await?;
        self.changed(&[Topic::Keys, Topic::Status]);
        Ok(report)
    }

    /// Removes keys and says which were there. Blocks.
    pub(super) fn remove_now(&self, ids: &[KeyId]) -> Result<HashSet<KeyId>, ApiError> {
        self.sweep_leftovers();
        let removed = self.0.store.remove_keys(ids)?;
        // A secret without a row is of no use to anyone and is dropped
        // with the next change; the removal itself is done.
        if let Err(error) = self.0.vault.remove(&removed) {
            tracing::warn!(%error, "secrets of removed keys stay in the vault for now");
        }
        self.reload_members()?;
        Ok(removed.into_iter().collect())
    }

    /// Reads store and vault again and hands the members to the pool. A secret
    /// that the vault cannot give now stays as the pool has it.
    pub(super) fn reload_pool(&self) -> Result<(), ApiError> {
        let _in_order = locked(&self.0.reloading);
        let secrets = match self.read_secrets() {
            Ok(secrets) => secrets,
            // F42: keys that serve go on serving while the keychain is away.
            Err(error) if self.pool().counts(self.now()).total > 0 => {
                tracing::warn!(%error, "the vault does not answer; keys are as last read");
                HashMap::new()
            }
            Err(error) => return Err(error),
        };
        self.seat(&secrets)
    }

    /// As [`App::reload_pool`], when no secret is new.
    pub(super) fn reload_members(&self) -> Result<(), ApiError> {
        let _in_order = locked(&self.0.reloading);
        self.seat(&HashMap::new())
    }

    fn seat(&self, secrets: &HashMap<KeyId, ApiKey>) -> Result<(), ApiError> {
        let rows = self.0.store.keys()?;
        let accounts = self.0.store.accounts()?;
        let mut cooling: HashMap<AccountId, Vec<(String, Condition)>> = HashMap::new();
        for row in self.0.store.cooling()? {
            let models = cooling.entry(row.account_id).or_default();
            models.push((row.model, row.condition));
        }
        self.note_sites(&accounts, &rows);
        let fresh = self.take_up_balances(&accounts);
        let labels: HashMap<&AccountId, Arc<str>> = accounts
            .iter()
            .map(|row| (&row.account_id, Arc::from(row.label.as_str())))
            .collect();
        let members = rows
            .into_iter()
            .map(|row| {
                let fresh = secrets.get(&row.key_id).cloned();
                let secret = fresh.or_else(|| self.pool().secret(&row.key_id));
                let label = labels.get(&row.account_id).cloned();
                member(row, label.unwrap_or_default(), secret)
            })
            .collect();
        let seeds = accounts
            .into_iter()
            .map(|row| {
                let cooling = cooling.remove(&row.account_id).unwrap_or_default();
                self.seed(row, cooling)
            })
            .collect();
        self.pool().load(members, seeds, self.now());
        self.heed_balances(&fresh);
        Ok(())
    }

    fn seed(&self, row: AccountRow, cooling: Vec<(String, Condition)>) -> AccountSeed {
        let balance = self.balance_of(&row);
        AccountSeed {
            account: row.account_id,
            state: row.state,
            condition: row.condition,
            balance_nano: balance.map(|balance| balance.nano),
            cooling,
            max_concurrency: row.max_concurrency,
        }
    }

    fn read_secrets(&self) -> Result<HashMap<KeyId, ApiKey>, ApiError> {
        if self.note_vault_state() == VaultState::Locked {
            return Ok(HashMap::new());
        }
        let contents = self.0.vault.load()?;
        if !contents.unreadable_bundles.is_empty() {
            tracing::error!(
                bundles = ?contents.unreadable_bundles,
                "some keys cannot be read from the vault; they are shown as unreadable"
            );
        }
        Ok(contents.keys.into_iter().collect())
    }
}

fn member(row: KeyRow, account_label: Arc<str>, secret: Option<ApiKey>) -> Member {
    Member {
        key: row.key_id,
        account: row.account_id,
        account_label,
        label: row.label.into(),
        last_four: row.last_four.into(),
        secret,
        enabled: row.enabled,
        weight: row.weight,
        state: row.state,
        condition: row.condition,
    }
}

fn balance_view(known: Balance, now: Balance) -> BalanceView {
    BalanceView {
        nano: now.nano,
        currency: now.currency.code().to_owned(),
        source: match now.source {
            model::BalanceSource::Reported => BalanceSource::Reported,
            model::BalanceSource::Manual => BalanceSource::Manual,
            model::BalanceSource::Estimated => BalanceSource::Estimated,
        },
        known_nano: known.nano,
        as_of_ms: known.as_of_ms,
    }
}

fn balance_failure(failure: &store::BalanceFailure) -> BalanceFailure {
    use model::BalanceFailureReason as Reason;
    BalanceFailure {
        reason: match failure.reason {
            Reason::Retired => BalanceFailureReason::Retired,
            Reason::Unauthorized => BalanceFailureReason::Unauthorized,
            Reason::Status => BalanceFailureReason::Status,
            Reason::Unreadable => BalanceFailureReason::Unreadable,
            Reason::Unanswered => BalanceFailureReason::Unanswered,
        },
        text: failure.text.clone(),
        at_ms: failure.at_ms,
    }
}

fn reason(condition: Condition) -> StateReason {
    StateReason {
        text: condition.text,
        status: condition.status,
        vendor_code: condition.vendor_code,
        since_ms: condition.since_ms,
        next_retry_ms: condition.next_retry_ms,
    }
}

fn state(state: model::KeyState) -> KeyState {
    match state {
        model::KeyState::Usable => KeyState::Usable,
        model::KeyState::Unchecked => KeyState::Unchecked,
        model::KeyState::Exhausted => KeyState::Exhausted,
        model::KeyState::Restricted => KeyState::Restricted,
        model::KeyState::Unauthorized => KeyState::Unauthorized,
        model::KeyState::Unreadable => KeyState::Unreadable,
        model::KeyState::Disabled => KeyState::Disabled,
    }
}

/// What all keys of an account share.
struct Home {
    site: SiteView,
    balance: Option<BalanceView>,
    balance_failure: Option<BalanceFailure>,
    max_concurrency: Option<u32>,
}

impl Home {
    fn of(app: &App, row: &AccountRow) -> Self {
        let site: AccountSite = site_of_row(row);
        Self {
            site: app.site_view(&site),
            balance: row
                .balance
                .zip(app.balance_of(row))
                .map(|(known, now)| balance_view(known, now)),
            balance_failure: row.balance_failure.as_ref().map(balance_failure),
            max_concurrency: row.max_concurrency,
        }
    }
}

fn key_view(view: MemberView, row: &KeyRow, home: &Home, used: Option<KeyUsage>) -> KeyView {
    KeyView {
        id: view.key.to_string(),
        label: view.label.to_string(),
        account: view.account_label.to_string(),
        account_id: view.account.to_string(),
        site: home.site.clone(),
        enabled: row.enabled,
        weight: row.weight,
        last_four: view.last_four.to_string(),
        state: state(view.state),
        reason: view.condition.map(reason),
        cooling: view
            .cooling
            .into_iter()
            .map(|(model, condition)| CoolingView {
                model,
                reason: reason(condition),
            })
            .collect(),
        balance: home.balance.clone(),
        balance_failure: home.balance_failure.clone(),
        max_concurrency: home.max_concurrency,
        usage_count: used.map_or(0, |used| used.calls),
        in_flight: view.in_flight,
        added_at_ms: row.added_at_ms,
        last_used_at_ms: used.map(|used| used.last_used_ms),
    }
}
