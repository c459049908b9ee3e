//! `flowkeep keys enable`, `disable` and `set`.

use flowkeep_contract::{Empty, SetAccountRequest, SetBalanceRequest, SetKeyReport, SetKeyRequest};
use flowkeep_core::app::App;
use flowkeep_core::model::Nano;

use super::{all_known, resolve, words};
use crate::args::{IdsArgs, SetArgs};
use crate::engine;
use crate::failure::Failure;
use crate::output;
use crate::variables::Variables;

/// Switches keys on or off.
pub(super) async fn switch(
    args: IdsArgs,
    enabled: bool,
    variables: &Variables,
) -> Result<(), Failure> {
    let place = resolve(&args.place, variables)?;
    let app = engine::open_beside(&place).await?;
    let request = SetKeyRequest {
        ids: args.ids,
        enabled: Some(enabled),
        ..SetKeyRequest::default()
    };
    let report = app.set_key(request).await;
    app.close().await;
    tell(&report?)
}

/// Changes one key, and where its account lives.
pub(super) async fn set(args: SetArgs, variables: &Variables) -> Result<(), Failure> {
    let place = resolve(&args.place, variables)?;
    let app = engine::open_beside(&place).await?;
    let report = change(&app, args).await;
    app.close().await;
    tell(&report?)
}

async fn change(app: &App, args: SetArgs) -> Result<SetKeyReport, Failure> {
    let balance = args.balance.as_deref().map(amount).transpose()?;
    let request = SetKeyRequest {
        ids: vec![args.id.clone()],
        label: args.label,
        enabled: None,
        weight: args.weight,
        account: args.account,
    };
    let report = app.set_key(request).await?;
    if args.site.is_none() && args.max_concurrency.is_none() && balance.is_none() {
        return Ok(report);
    }
    // After the key has moved, when it was to move.
    let keys = app.list_keys(Empty {}).await?.keys;
    let Some(key) = keys.into_iter().find(|key| key.id == args.id) else {
        return Ok(report);
    };
    if args.site.is_some() || args.max_concurrency.is_some() {
        let request = SetAccountRequest {
            id: key.account_id.clone(),
            site: args.site,
            max_concurrency: args.max_concurrency,
            ..SetAccountRequest::default()
        };
        app.set_account(request).await?;
    }
    if let Some(nano) = balance {
        let request = SetBalanceRequest {
            account_id: key.account_id,
            nano,
            currency: args.currency,
        };
        app.set_balance(request).await?;
    }
    Ok(report)
}

/// An amount exactly, or `unknown`.
fn amount(text: &str) -> Result<Option<i64>, Failure> {
    let text = text.trim();
    if text.eq_ignore_ascii_case(words::UNKNOWN) {
        return Ok(None);
    }
    let nano: Result<Nano, _> = text.parse();
    let nano = nano.map_err(|error| Failure::Usage(format!("--balance: {error}")))?;
    Ok(Some(nano.get()))
}

fn tell(report: &SetKeyReport) -> Result<(), Failure> {
    output::line(&format!("changed {}", report.changed))?;
    all_known(&report.unknown)
}
