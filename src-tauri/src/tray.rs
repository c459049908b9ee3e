//! The tray icon: how the gateway is, and what can be done without the window.

use std::sync::{Mutex, PoisonError};

use flowkeep_contract::{GatewayState, GatewayStatus, SetPausedRequest};
use flowkeep_core::settings::Language;
use tauri::image::Image;
use tauri::menu::{Menu, MenuEvent, MenuItem, PredefinedMenuItem};
use tauri::tray::{MouseButton, MouseButtonState, TrayIcon, TrayIconBuilder, TrayIconEvent};
use tauri::{AppHandle, Manager as _, Wry, include_image};

use crate::clipboard::Clipboard;
use crate::engine::Engine;
use crate::texts::{Text, text};
use crate::{quit, window};

const OPEN: &str = "open";
const COPY: &str = "copy";
const PAUSE: &str = "pause";
const QUIT: &str = "quit";

/// The icon and its menu, for as long as the app runs.
struct Tray {
    icon: TrayIcon,
    state: MenuItem<Wry>,
    open: MenuItem<Wry>,
    copy: MenuItem<Wry>,
    pause: MenuItem<Wry>,
    quit: MenuItem<Wry>,
    shown: Mutex<Option<Look>>,
}

/// All that can be seen of the tray.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Look {
    mood: Mood,
    state: String,
    language: Language,
    paused: bool,
}

/// Which icon.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Mood {
    /// All is well.
    Running,
    /// Nothing is answered, and that is meant to be.
    Paused,
    /// Somebody has to look.
    Alert,
}

/// Puts the icon into the tray. Without one the app still works (F51).
pub(crate) fn create(app: &AppHandle) {
    // The library of the icon is found at run time, and its absence is a panic.
    let made = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| build(app)));
    match made {
        Ok(Ok(tray)) => {
            app.manage(tray);
        }
        Ok(Err(error)) => tracing::warn!(%error, "no tray icon"),
        Err(_) => tracing::warn!("no tray icon: the appindicator library is missing"),
    }
}

/// Shows how things are now; does nothing when they look as before.
pub(crate) fn refresh(app: &AppHandle) {
    let (Some(tray), Some(engine)) = (app.try_state::<Tray>(), app.try_state::<Engine>()) else {
        return;
    };
    let engine = engine.app();
    let look = Look::of(&engine.status(), engine.effective_settings().language);
    let mut shown = tray.shown.lock().unwrap_or_else(PoisonError::into_inner);
    if shown.as_ref() == Some(&look) {
        return;
    }
    match tray.put_on(&look) {
        Ok(()) => *shown = Some(look),
        Err(error) => tracing::warn!(%error, "the tray icon cannot be changed"),
    }
}

/// A choice from the menu.
#[expect(
    clippy::needless_pass_by_value,
    reason = "the signature is that of the builder"
)]
pub(crate) fn on_menu_event(app: &AppHandle, event: MenuEvent) {
    match event.id().as_ref() {
        OPEN => window::open(app),
        COPY => copy_address(app),
        PAUSE => pause_or_resume(app),
        QUIT => quit::quit(app),
        _ => {}
    }
}

fn build(app: &AppHandle) -> tauri::Result<Tray> {
    let item = |id: &str, enabled| MenuItem::with_id(app, id, "", enabled, None::<&str>);
    let state = item("state", false)?;
    let open = item(OPEN, true)?;
    let copy = item(COPY, true)?;
    let pause = item(PAUSE, true)?;
    let quit = item(QUIT, true)?;
    let menu = Menu::with_items(
        app,
        &[
            &state,
            &PredefinedMenuItem::separator(app)?,
            &open,
            &copy,
            &pause,
            &PredefinedMenuItem::separator(app)?,
            &quit,
        ],
    )?;
    let icon = TrayIconBuilder::with_id("flowkeep")
        .icon(Mood::Paused.icon())
        .icon_as_template(true)
        .tooltip("Flowkeep")
        .menu(&menu)
        .show_menu_on_left_click(false)
        .on_tray_icon_event(|tray, event| {
            if is_left_click(&event) {
                window::open(tray.app_handle());
            }
        })
        .build(app)?;
    Ok(Tray {
        icon,
        state,
        open,
        copy,
        pause,
        quit,
        shown: Mutex::new(None),
    })
}

fn is_left_click(event: &TrayIconEvent) -> bool {
    matches!(
        event,
        TrayIconEvent::Click {
            button: MouseButton::Left,
            button_state: MouseButtonState::Up,
            ..
        }
    )
}

impl Tray {
    fn put_on(&self, look: &Look) -> tauri::Result<()> {
        let say = |words| text(look.language, words);
        let pause = if look.paused {
            Text::Resume
        } else {
            Text::Pause
        };
        self.state.set_text(&look.state)?;
        self.open.set_text(say(Text::Open))?;
        self.copy.set_text(say(Text::CopyAddress))?;
        self.pause.set_text(say(pause))?;
        self.quit.set_text(say(Text::Quit))?;
        self.icon.set_icon(Some(look.mood.icon()))?;
        self.icon.set_icon_as_template(true)?;
        self.icon
            .set_tooltip(Some(format!("Flowkeep · {}", look.state)))
    }
}

impl Look {
    fn of(status: &GatewayStatus, language: Language) -> Self {
        let no_keys = status.keys.total == 0;
        let (mood, words) = match &status.gateway {
            GatewayState::Starting => (Mood::Paused, Text::Starting),
            GatewayState::Running if no_keys => (Mood::Alert, Text::NoKeys),
            GatewayState::Running if status.keys.usable == 0 => (Mood::Alert, Text::Running),
            GatewayState::Running => (Mood::Running, Text::Running),
            GatewayState::Paused => (Mood::Paused, Text::Paused),
            GatewayState::PortTaken { .. } => (Mood::Alert, Text::PortTaken),
            GatewayState::Failed { .. } => (Mood::Alert, Text::Failed),
            GatewayState::Stopping => (Mood::Paused, Text::Stopping),
        };
        Self {
            mood,
            state: format!("{} · {}", text(language, words), status.base_url),
            language,
            paused: status.gateway == GatewayState::Paused,
        }
    }
}

impl Mood {
    /// Black for macOS, which colours it; white for the dark panels elsewhere.
    fn icon(self) -> Image<'static> {
        match (self, cfg!(target_os = "macos")) {
            (Self::Running, true) => include_image!("../icons/tray.png"),
            (Self::Running, false) => include_image!("../icons/tray-light.png"),
            (Self::Paused, true) => include_image!("../icons/tray-paused.png"),
            (Self::Paused, false) => include_image!("../icons/tray-light-paused.png"),
            (Self::Alert, true) => include_image!("../icons/tray-alert.png"),
            (Self::Alert, false) => include_image!("../icons/tray-light-alert.png"),
        }
    }
}

fn copy_address(app: &AppHandle) {
    let app = app.clone();
    tauri::async_runtime::spawn_blocking(move || {
        let address = app.state::<Engine>().app().status().base_url;
        if let Err(error) = app.state::<Clipboard>().copy(&address) {
            tracing::warn!(%error, "the address cannot be copied");
        }
    });
}

fn pause_or_resume(app: &AppHandle) {
    let engine = app.state::<Engine>().app();
    tauri::async_runtime::spawn(async move {
        let paused = engine.status().gateway != GatewayState::Paused;
        if let Err(error) = engine.set_paused(SetPausedRequest { paused }).await {
            tracing::warn!(%error, "cannot pause or resume");
        }
    });
}

#[cfg(test)]
mod tests;
