//! The commands of the window: the contract's table, one real command each.

use flowkeep_contract::{
    ApiError, AutostartState, BurnRate, ClearBodiesReport, ClearRequestsReport, ClientList,
    ClientToken, ClientView, ConfirmImportRequest, CreateClientRequest, CreatedClient,
    DESKTOP_COMMANDS, Empty, ErrorCode, ExportRequestsReport, ExportRequestsRequest, GatewayStatus,
    GetRequestRequest, ImportKeysRequest, ImportPreview, ImportReport, KeyList,
    ListRequestsRequest, PreviewImportRequest, PriceList, RecomputeCostsReport,
    RecomputeCostsRequest, RefreshReport, RefreshRequest, RefreshStatus, RemoveKeysReport,
    RemoveKeysRequest, RequestDetails, RequestPage, RevokeClientRequest, SetAccountRequest,
    SetAutostartRequest, SetBalanceRequest, SetKeyReport, SetKeyRequest, SetPausedRequest,
    SetPriceOverridesRequest, SettingsPatch, SettingsView, UndoImportReport, UndoImportRequest,
    UpdateClientRequest, UsageBreakdown, UsageBreakdownRequest, UsageOverview,
    UsageOverviewRequest, UsageSeries, UsageSeriesRequest, VaultStatus, commands, desktop_commands,
};
use tauri::ipc::Invoke;
use tauri::{AppHandle, State, WebviewWindow, Wry};
use tauri_plugin_autostart::ManagerExt as _;

use crate::engine::Engine;
use crate::window;

/// What the window tells outside the contract: that there is something to see.
const WINDOW_PAINTED: &str = "window_painted";

/// Each row of the table becomes a command that asks the engine.
macro_rules! engine_commands {
    ($($name:ident: $request:ty => $response:ty;)*) => {
        $(
            #[tauri::command]
            async fn $name(
                engine: State<'_, Engine>,
                request: $request,
            ) -> Result<$response, ApiError> {
                engine.app().$name(request).await
            }
        )*

        fn engine_handler() -> impl Fn(Invoke<Wry>) -> bool + Send + Sync + 'static {
            tauri::generate_handler![$($name),*]
        }
    };
}

commands!(engine_commands);

macro_rules! desktop_handler {
    ($($name:ident: $request:ty => $response:ty;)*) => {
        fn desktop_handler() -> impl Fn(Invoke<Wry>) -> bool + Send + Sync + 'static {
            tauri::generate_handler![$($name),*, window_painted]
        }
    };
}

desktop_commands!(desktop_handler);

/// Answers every call of the window that the capability lets through.
pub(crate) fn handler() -> impl Fn(Invoke<Wry>) -> bool + Send + Sync + 'static {
    let engine = engine_handler();
    let desktop = desktop_handler();
    move |invoke| {
        let name = invoke.message.command();
        let is_ours =
            name == WINDOW_PAINTED || DESKTOP_COMMANDS.iter().any(|spec| spec.name == name);
        if is_ours {
            desktop(invoke)
        } else {
            engine(invoke)
        }
    }
}

#[tauri::command]
async fn get_autostart(app: AppHandle, request: Empty) -> Result<AutostartState, ApiError> {
    let Empty {} = request;
    blocking(move || autostart(&app)).await
}

#[tauri::command]
async fn set_autostart(
    app: AppHandle,
    request: SetAutostartRequest,
) -> Result<AutostartState, ApiError> {
    blocking(move || {
        let entry = app.autolaunch();
        let done = if request.enabled {
            entry.enable()
        } else {
            entry.disable()
        };
        done.map_err(|error| autostart_error(&error))?;
        autostart(&app)
    })
    .await
}

#[tauri::command]
async fn restart_gateway(
    engine: State<'_, Engine>,
    request: Empty,
) -> Result<GatewayStatus, ApiError> {
    let Empty {} = request;
    engine.restart().await
}

#[tauri::command]
async fn export_requests(
    engine: State<'_, Engine>,
    request: ExportRequestsRequest,
) -> Result<ExportRequestsReport, ApiError> {
    engine.app().export_requests(request).await
}

#[tauri::command]
#[expect(
    clippy::needless_pass_by_value,
    reason = "a command owns its arguments"
)]
fn window_painted(window: WebviewWindow) {
    window::painted(&window);
}

fn autostart(app: &AppHandle) -> Result<AutostartState, ApiError> {
    match app.autolaunch().is_enabled() {
        Ok(enabled) => Ok(AutostartState { enabled }),
        Err(error) => Err(autostart_error(&error)),
    }
}

fn autostart_error(error: &tauri_plugin_autostart::Error) -> ApiError {
    tracing::warn!(%error, "the start at login cannot be read or changed");
    ApiError::new(ErrorCode::Internal, format!("start at login: {error}"))
}

/// Files and the registry are no work for the threads of the requests.
async fn blocking<T: Send + 'static>(
    work: impl FnOnce() -> Result<T, ApiError> + Send + 'static,
) -> Result<T, ApiError> {
    tauri::async_runtime::spawn_blocking(work)
        .await
        .map_err(|error| {
            tracing::error!(%error, "a command of the shell panicked");
            ApiError::new(ErrorCode::Internal, "internal error")
        })?
}
