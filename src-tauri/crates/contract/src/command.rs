//! The one table of commands. Every transport is generated from it.

use serde::{Deserialize, Serialize};
use ts_rs::TS;

/// Calls `$callback!` with one row per command: `name: Request => Response;`.
///
/// The shell turns each row into a Tauri command of that name, the gateway into
/// an arm of `POST /admin/rpc/{name}`, and `core::app` has a method of that name.
#[macro_export]
macro_rules! commands {
    ($callback:ident) => {
        $callback! {
            gateway_status: Empty => GatewayStatus;
            set_paused: SetPausedRequest => GatewayStatus;
            client_token: Empty => ClientToken;
            list_clients: Empty => ClientList;
            create_client: CreateClientRequest => CreatedClient;
            update_client: UpdateClientRequest => ClientView;
            revoke_client: RevokeClientRequest => ClientView;
            unlock_vault: Empty => VaultStatus;
            list_keys: Empty => KeyList;
            import_keys: ImportKeysRequest => ImportReport;
            preview_import: PreviewImportRequest => ImportPreview;
            confirm_import: ConfirmImportRequest => ImportReport;
            undo_import: UndoImportRequest => UndoImportReport;
            remove_keys: RemoveKeysRequest => RemoveKeysReport;
            set_key: SetKeyRequest => SetKeyReport;
            set_account: SetAccountRequest => Empty;
            set_balance: SetBalanceRequest => Empty;
            refresh: RefreshRequest => RefreshReport;
            refresh_status: Empty => RefreshStatus;
            cancel_refresh: Empty => RefreshStatus;
            list_prices: Empty => PriceList;
            set_price_overrides: SetPriceOverridesRequest => PriceList;
            recompute_costs: RecomputeCostsRequest => RecomputeCostsReport;
            cancel_recompute_costs: Empty => Empty;
            usage_overview: UsageOverviewRequest => UsageOverview;
            usage_series: UsageSeriesRequest => UsageSeries;
            usage_breakdown: UsageBreakdownRequest => UsageBreakdown;
            burn_rate: Empty => BurnRate;
            list_requests: ListRequestsRequest => RequestPage;
            get_request: GetRequestRequest => RequestDetails;
            clear_requests: Empty => ClearRequestsReport;
            clear_bodies: Empty => ClearBodiesReport;
            get_settings: Empty => SettingsView;
            update_settings: SettingsPatch => SettingsView;
        }
    };
}

/// Like [`commands!`], for what only the desktop shell can do.
#[macro_export]
macro_rules! desktop_commands {
    ($callback:ident) => {
        $callback! {
            get_autostart: Empty => AutostartState;
            set_autostart: SetAutostartRequest => AutostartState;
            restart_gateway: Empty => GatewayStatus;
            export_requests: ExportRequestsRequest => ExportRequestsReport;
        }
    };
}

/// The request of a command that takes nothing.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(deny_unknown_fields)]
pub struct Empty {}

/// A command's name and the TypeScript names of its request and response.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct CommandSpec {
    /// Name in Rust, on the wire and in the UI.
    pub name: &'static str,
    /// TypeScript type of the request.
    pub request: &'static str,
    /// TypeScript type of the response.
    pub response: &'static str,
}

macro_rules! specs {
    ($($name:ident: $request:ty => $response:ty;)*) => {
        &[$(CommandSpec {
            name: stringify!($name),
            request: stringify!($request),
            response: stringify!($response),
        }),*]
    };
}

/// Commands of both transports.
pub const COMMANDS: &[CommandSpec] = commands!(specs);
/// Commands of the desktop shell only.
pub const DESKTOP_COMMANDS: &[CommandSpec] = desktop_commands!(specs);
