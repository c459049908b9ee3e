//! `flowkeep keys enable`, `disable` and `set`.

use flowkeep_contract::{Empty, SetAccountRequest, SetKeyReport, SetKeyRequest};
use flowkeep_core::app::App;

use super::{all_known, resolve};
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
    let request = SetKeyRequest {
        ids: vec![args.id.clone()],
        label: args.label,
        enabled: None,
        weight: args.weight,
        account: args.account,
    };
    let report = app.set_key(request).await?;
    let Some(site) = args.site else {
        return Ok(report);
    };
    // After the key has moved, when it was to move.
    let keys = app.list_keys(Empty {}).await?.keys;
    if let Some(key) = keys.into_iter().find(|key| key.id == args.id) {
        let request = SetAccountRequest {
            id: key.account_id,
            site: Some(site),
            ..SetAccountRequest::default()
        };
        app.set_account(request).await?;
    }
    Ok(report)
}

fn tell(report: &SetKeyReport) -> Result<(), Failure> {
    output::line(&format!("changed {}", report.changed))?;
    all_known(&report.unknown)
}
