//! From nothing to a listening gateway, a tray icon and a window.

use std::time::Duration;

use anyhow::Context as _;
use flowkeep_core::settings::{DataDir, Language};
use tauri::{App, AppHandle, Manager as _};

use crate::engine::Engine;
use crate::environment::Environment;
use crate::texts::{Text, text};
use crate::{events, logs, quit, tray, tray_host, window};

/// The argument of a start at login: only the tray shows.
pub(crate) const HIDDEN: &str = "--hidden";
/// A panel starts at login as we do; so long its tray may take.
const PANEL_PATIENCE: Duration = Duration::from_secs(20);

/// Starts everything, or says in a dialog why not and ends the process.
pub(crate) fn start(app: &App) {
    let app = app.handle();
    if let Err(error) = open_engine(app) {
        give_up(app, &error);
    }
    tray::create(app);
    quit::on_signals(app);
    let events = events::forward(app.clone(), app.state::<Engine>().app());
    tauri::async_runtime::spawn(events);
    let hidden = std::env::args_os().skip(1).any(|word| word == HIDDEN);
    if window::Opening::is_wanted(app) || !hidden {
        window::open(app);
    } else {
        tauri::async_runtime::spawn(open_without_tray(app.clone()));
    }
}

fn open_engine(app: &AppHandle) -> anyhow::Result<()> {
    let environment = Environment::read().context("read the environment")?;
    let folder = DataDir::open(environment.data_dir.as_deref())?;
    logs::start(&folder);
    let opened = Engine::open(environment.options(&folder));
    app.manage(folder);
    let engine = tauri::async_runtime::block_on(opened)?;
    app.manage(engine);
    Ok(())
}

/// Without a tray a hidden start would leave nothing to click on (F51).
async fn open_without_tray(app: AppHandle) {
    if !tray_host::appears(PANEL_PATIENCE).await {
        tracing::warn!("started hidden, but this desktop shows no tray icons; the window opens");
        window::open(&app);
    }
}

fn give_up(app: &AppHandle, error: &anyhow::Error) -> ! {
    tracing::error!("cannot start: {error:#}");
    let mut reason = format!("{error:#}.");
    if let Some(first) = reason.get_mut(..1) {
        first.make_ascii_uppercase();
    }
    alert(text(Language::System, Text::StartFailed), &reason);
    app.cleanup_before_exit();
    std::process::exit(1)
}

/// Says it in a dialog and waits until it was read. On the main thread.
#[cfg(target_os = "linux")]
fn alert(title: &str, reason: &str) {
    use gtk::prelude::{DialogExt as _, MessageDialogExt as _};

    let dialog = gtk::MessageDialog::new(
        None::<&gtk::Window>,
        gtk::DialogFlags::MODAL,
        gtk::MessageType::Error,
        gtk::ButtonsType::Close,
        title,
    );
    dialog.set_secondary_text(Some(reason));
    dialog.run();
}

/// Says it in a dialog and waits until it was read. On the main thread.
#[cfg(not(target_os = "linux"))]
fn alert(title: &str, reason: &str) {
    rfd::MessageDialog::new()
        .set_level(rfd::MessageLevel::Error)
        .set_title(title)
        .set_description(reason)
        .show();
}
