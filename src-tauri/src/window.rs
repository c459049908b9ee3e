//! The one window: built when it is opened, destroyed when it closes (D16).
//!
//! Guarantees: it is never shown before it has something to show, never more
//! than once, and never leaves the pages that ship with the app (S30).

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use flowkeep_core::settings::DataDir;
use tauri::webview::NewWindowResponse;
use tauri::{
    AppHandle, Manager as _, Url, WebviewUrl, WebviewWindow, WebviewWindowBuilder, Window,
    WindowEvent,
};

use crate::engine::Engine;
use crate::{quit, tray_host};

/// Its label, which `capabilities/main.json` names.
pub(crate) const LABEL: &str = "main";
/// A page that never reports its first paint is shown all the same.
const PAINT_PATIENCE: Duration = Duration::from_secs(3);

/// Who wants the window, and that only one thread builds it.
#[derive(Default)]
pub(crate) struct Opening {
    building: Mutex<()>,
    /// A second process asked while the engine was still opening (F54).
    wanted: AtomicBool,
    /// The window that exists has something to show.
    painted: AtomicBool,
}

impl Opening {
    /// Whether somebody asked for the window before there was an engine.
    pub(crate) fn is_wanted(app: &AppHandle) -> bool {
        app.state::<Self>().wanted.load(Ordering::SeqCst)
    }
}

/// Brings the window to the front, building it when there is none.
///
/// Returns at once: building waits for the main thread, which may be the caller.
pub(crate) fn open(app: &AppHandle) {
    let app = app.clone();
    tauri::async_runtime::spawn_blocking(move || {
        let opening = app.state::<Opening>();
        opening.wanted.store(true, Ordering::SeqCst);
        let Some(engine) = app.try_state::<Engine>() else {
            return;
        };
        if engine.is_closing() {
            return;
        }
        let _one_at_a_time = opening
            .building
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        match app.get_webview_window(LABEL) {
            Some(window) if opening.painted.load(Ordering::SeqCst) => bring_up(&window),
            // It is being built and shows itself.
            Some(_) => {}
            None => {
                opening.painted.store(false, Ordering::SeqCst);
                build_or_log(&app);
            }
        }
    });
}

/// The page has something to show, so the window comes up.
pub(crate) fn painted(window: &WebviewWindow) {
    let opening = window.state::<Opening>();
    opening.painted.store(true, Ordering::SeqCst);
    bring_up(window);
}

/// Shows the window and gives it the focus.
fn bring_up(window: &WebviewWindow) {
    let shown = window
        .unminimize()
        .and_then(|()| window.show())
        .and_then(|()| window.set_focus());
    if let Err(error) = shown {
        tracing::warn!(%error, "the window cannot be shown");
    }
}

/// The web view and its processes go; the gateway does not notice.
pub(crate) fn destroy(app: &AppHandle) {
    if let Some(window) = app.get_webview_window(LABEL)
        && let Err(error) = window.destroy()
    {
        tracing::warn!(%error, "the window cannot be closed");
    }
}

/// Closing leaves the app in the tray, or ends it where nothing could bring the
/// window back (F51).
pub(crate) fn on_event(window: &Window, event: &WindowEvent) {
    let WindowEvent::CloseRequested { api, .. } = event else {
        return;
    };
    api.prevent_close();
    if let Err(error) = window.hide() {
        tracing::warn!(%error, "the window cannot be hidden");
    }
    let app = window.app_handle().clone();
    tauri::async_runtime::spawn(async move {
        if tray_host::is_there().await {
            destroy(&app);
        } else {
            tracing::info!("this desktop shows no tray icons; closing the window quits");
            quit::quit(&app);
        }
    });
}

fn build_or_log(app: &AppHandle) {
    match build(app) {
        Ok(window) => {
            tauri::async_runtime::spawn(show_late(window));
        }
        Err(error) => tracing::error!(%error, "the window cannot be opened"),
    }
}

fn build(app: &AppHandle) -> tauri::Result<WebviewWindow> {
    let mut builder = WebviewWindowBuilder::new(app, LABEL, WebviewUrl::default())
        .title("Flowkeep")
        .inner_size(1100.0, 740.0)
        .min_inner_size(900.0, 600.0)
        .center()
        .visible(false)
        // Files are dropped on the page, as in a browser; the system's own handler
        // would keep them from it on Windows.
        .disable_drag_drop_handler()
        .on_navigation(is_own_page)
        .on_new_window(|_, _| NewWindowResponse::Deny);
    if let Some(folder) = app.try_state::<DataDir>() {
        builder = builder.data_directory(folder.path().join("webview"));
    }
    let window = builder.build()?;
    #[cfg(target_os = "linux")]
    crash::reload_after(&window)?;
    Ok(window)
}

async fn show_late(window: WebviewWindow) {
    tokio::time::sleep(PAINT_PATIENCE).await;
    if window.is_visible().is_ok_and(|visible| !visible) {
        tracing::warn!("the page did not report its first paint");
        painted(&window);
    }
}

/// The address of the files in this program, as each system spells it.
fn is_own_page(url: &Url) -> bool {
    let own_scheme = url.scheme() == "tauri" && url.host_str() == Some("localhost");
    let own_host = matches!(url.scheme(), "http" | "https")
        && url.host_str() == Some("tauri.localhost")
        && url.port().is_none();
    own_scheme || own_host
}

/// What WebKitGTK leaves to the program.
#[cfg(target_os = "linux")]
mod crash {
    use std::cell::Cell;
    use std::time::{Duration, Instant};

    use tauri::WebviewWindow;
    use webkit2gtk::{WebProcessTerminationReason, WebViewExt as _};

    /// A page that crashes again this soon would only crash once more.
    const ONCE_PER: Duration = Duration::from_secs(10);

    /// A web process that was killed leaves an empty window; loads the page again (F47).
    pub(super) fn reload_after(window: &WebviewWindow) -> tauri::Result<()> {
        window.with_webview(|webview| {
            let last = Cell::new(None::<Instant>);
            webview
                .inner()
                .connect_web_process_terminated(move |view, reason| {
                    if reason == WebProcessTerminationReason::TerminatedByApi {
                        return;
                    }
                    let just_now = last
                        .replace(Some(Instant::now()))
                        .is_some_and(|at| at.elapsed() < ONCE_PER);
                    tracing::warn!(?reason, just_now, "the web process of the window ended");
                    if !just_now {
                        view.reload();
                    }
                });
        })
    }
}

#[cfg(test)]
mod tests;
