//! Changing keys and accounts: labels, switches, weights, accounts, sites.

use flowkeep_contract::{
    ApiError, Empty, ErrorCode, SetAccountRequest, SetKeyReport, SetKeyRequest, Topic,
};

use super::App;
use super::import::{is_weight, shown};
use super::sites::{AccountSite, MalformedSite};
use crate::model::{AccountId, KeyId, KeyState};
use crate::store::{AccountPatch, KeyPatch};

/// As in the settings.
const MOST_AT_ONCE: u32 = 100_000;

impl App {
    /// Changes keys; what is not named stays.
    ///
    /// # Errors
    /// When a value is not allowed or the database cannot be written; nothing is
    /// changed then.
    pub async fn set_key(&self, request: SetKeyRequest) -> Result<SetKeyReport, ApiError> {
        let patch = patch_of(&request)?;
        let report = self
            .blocking(move |app| {
                let ids: Vec<KeyId> = request.ids.iter().map(|id| id.as_str().into()).collect();
                let changed = app.0.store.patch_keys(&ids, &patch)?;
                app.reload_members()?;
                let unknown = ids.iter().filter(|id| !changed.contains(*id));
                Ok(SetKeyReport {
                    changed: u32::try_from(changed.len()).unwrap_or(u32::MAX),
                    unknown: unknown.map(ToString::to_string).collect(),
                })
            })
            .await?;
        self.changed(&[Topic::Keys, Topic::Status]);
        Ok(report)
    }

    /// Changes an account; what is not named stays. At another site its keys are
    /// asked about anew.
    ///
    /// # Errors
    /// When there is no such account, the label is another's, the site is none, the
    /// limit is too high, or the database cannot be written; nothing is changed then.
    pub async fn set_account(&self, request: SetAccountRequest) -> Result<Empty, ApiError> {
        let site: Option<AccountSite> = request
            .site
            .as_deref()
            .map(str::parse)
            .transpose()
            .map_err(|error: MalformedSite| invalid(error.to_string()))?;
        let label = request.label.as_deref().map(name).transpose()?;
        let limit = request.max_concurrency;
        if limit.is_some_and(|most| most > MOST_AT_ONCE) {
            return Err(invalid("max_concurrency is a whole number up to 100000"));
        }
        let moves = site.is_some();
        let account = AccountId::from(request.id.as_str());
        let asked = account.clone();
        self.blocking(move |app| {
            let patch = AccountPatch {
                label,
                site: site.map(|site| site.to_string()),
                max_concurrency: limit.map(|most| (most > 0).then_some(most)),
            };
            if !app.0.store.patch_account(&asked, &patch)? {
                let message = format!("there is no account {asked}");
                return Err(ApiError::new(ErrorCode::NotFound, message));
            }
            app.reload_members()
        })
        .await?;
        if moves {
            self.ask_again(&account);
        }
        self.changed(&[Topic::Keys, Topic::Status]);
        Ok(Empty {})
    }

    /// Keys that another site did not know may be known at this one.
    fn ask_again(&self, account: &AccountId) {
        let keys = self.pool().views(self.now()).into_iter().filter(|view| {
            view.account == *account
                && matches!(view.state, KeyState::Unauthorized | KeyState::Unchecked)
        });
        let keys = keys
            .filter_map(|view| Some((view.key.clone(), self.pool().secret(&view.key)?)))
            .collect();
        self.recheck(keys);
    }
}

fn patch_of(request: &SetKeyRequest) -> Result<KeyPatch, ApiError> {
    if request.label.is_some() && request.ids.len() > 1 {
        return Err(invalid("a label is for one key at a time"));
    }
    if request.weight.is_some_and(|weight| !is_weight(weight)) {
        return Err(invalid("a weight is a whole number from 0 to 1000"));
    }
    Ok(KeyPatch {
        label: request.label.as_deref().map(name).transpose()?,
        enabled: request.enabled,
        weight: request.weight,
        account: request.account.as_deref().map(shown),
    })
}

fn name(text: &str) -> Result<String, ApiError> {
    shown(text).ok_or_else(|| invalid("a label has at least one letter"))
}

fn invalid(message: impl Into<String>) -> ApiError {
    ApiError::new(ErrorCode::InvalidRequest, message)
}
