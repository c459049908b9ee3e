//! What the engine tells goes to the window, and what concerns the tray to it.

use flowkeep_contract::{Event, Topic};
use flowkeep_core::app::App;
use tauri::{AppHandle, Emitter as _};
use tokio::sync::broadcast::error::RecvError;

use crate::tray;

/// The one event channel of the window.
const CHANNEL: &str = "flowkeep";

/// Runs until the engine is gone.
pub(crate) async fn forward(app: AppHandle, engine: App) {
    let mut events = engine.subscribe();
    // What happened before the subscription.
    refresh_tray(&app);
    loop {
        let event = match events.recv().await {
            Ok(event) => event,
            Err(RecvError::Lagged(missed)) => {
                tracing::debug!(missed, "events were lost; everything is read again");
                Event::everything_changed()
            }
            Err(RecvError::Closed) => return,
        };
        if concerns_tray(&event) {
            refresh_tray(&app);
        }
        if let Err(error) = app.emit(CHANNEL, event) {
            tracing::debug!(%error, "an event did not reach the window");
        }
    }
}

/// Changing an icon waits for the main thread, which a thread of the requests must not.
fn refresh_tray(app: &AppHandle) {
    let app = app.clone();
    tauri::async_runtime::spawn_blocking(move || tray::refresh(&app));
}

fn concerns_tray(event: &Event) -> bool {
    let Event::Changed { topics } = event else {
        return false;
    };
    topics.iter().any(|topic| match topic {
        Topic::Status | Topic::Keys | Topic::Settings => true,
        Topic::Requests | Topic::Clients => false,
    })
}
