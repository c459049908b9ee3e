//! The end: running requests finish, the log of requests is on disk, then the
//! process goes.

use std::time::Duration;

use tauri::{AppHandle, Manager as _, RunEvent};

use crate::engine::Engine;
use crate::window;

/// Systems that end a session wait about this long before they kill.
const LAST_WORDS: Duration = Duration::from_secs(4);

/// Quits in order. Asked again, it no longer waits for running requests.
pub(crate) fn quit(app: &AppHandle) {
    let Some(engine) = app.try_state::<Engine>() else {
        return app.exit(0);
    };
    let engine = engine.inner().clone();
    if engine.is_closing() {
        return engine.hurry();
    }
    tracing::info!("quitting");
    window::destroy(app);
    let app = app.clone();
    tauri::async_runtime::spawn(async move {
        engine.close().await;
        app.exit(0);
    });
}

/// Without a window the app lives on in the tray; only [`quit`] ends it.
pub(crate) fn on_event(app: &AppHandle, event: RunEvent) {
    match event {
        RunEvent::ExitRequested {
            code: None, api, ..
        } => api.prevent_exit(),
        // The system ends the session, or macOS its menu: nobody waits for a drain.
        RunEvent::Exit => {
            if let Some(engine) = app.try_state::<Engine>() {
                engine.hurry();
                let closing = engine.close();
                let in_time = async { tokio::time::timeout(LAST_WORDS, closing).await.is_ok() };
                if !tauri::async_runtime::block_on(in_time) {
                    tracing::error!("not everything is written down");
                }
            }
        }
        #[cfg(target_os = "macos")]
        RunEvent::Reopen { .. } => window::open(app),
        _ => {}
    }
}

/// A logout and Ctrl-C end the app as its own menu does.
#[cfg(unix)]
pub(crate) fn on_signals(app: &AppHandle) {
    use tokio::signal::unix::{SignalKind, signal};

    for kind in [
        SignalKind::terminate(),
        SignalKind::interrupt(),
        SignalKind::hangup(),
    ] {
        let app = app.clone();
        tauri::async_runtime::spawn(async move {
            let mut signals = match signal(kind) {
                Ok(signals) => signals,
                Err(error) => return tracing::warn!(%error, "a signal cannot be heard"),
            };
            while signals.recv().await.is_some() {
                quit(&app);
            }
        });
    }
}

/// Windows tells a program without a console through its window.
#[cfg(not(unix))]
pub(crate) fn on_signals(_: &AppHandle) {}
