//! The Flowkeep window and tray around the engine.
//!
//! Guarantees: one process per session; the gateway listens before the window
//! opens and goes on when it closes; a page can ask nothing that `capabilities/`
//! does not name. It decides nothing about keys or requests: that is
//! `flowkeep_core`, and what the commands do stands in the contract.

#![cfg_attr(not(debug_assertions), windows_subsystem = "windows")]

mod clipboard;
mod commands;
mod engine;
mod environment;
mod events;
mod logs;
mod quit;
mod start;
mod texts;
mod tray;
mod tray_host;
mod window;

use tauri_plugin_single_instance as single_instance;

fn main() -> anyhow::Result<()> {
    #[cfg(unix)]
    {
        // Also what the web view and other libraries write is the user's alone (S18).
        rustix::process::umask(rustix::fs::Mode::RWXG | rustix::fs::Mode::RWXO);
    }
    let app = tauri::Builder::default()
        // First, so that a second process ends before it has touched anything.
        // What it was called with is somebody else's words: it only opens the window (S31).
        .plugin(single_instance::init(|app, _, _| window::open(app)))
        .plugin(
            tauri_plugin_autostart::Builder::new()
                .app_name("Flowkeep")
                .arg(start::HIDDEN)
                .build(),
        )
        .manage(window::Opening::default())
        .manage(clipboard::Clipboard::default())
        .invoke_handler(commands::handler())
        .setup(|app| {
            start::start(app);
            Ok(())
        })
        .on_menu_event(tray::on_menu_event)
        .on_window_event(window::on_event)
        .build(tauri::generate_context!())?;
    app.run(quit::on_event);
    Ok(())
}
