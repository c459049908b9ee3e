//! Whether this desktop shows tray icons at all (F51).
//!
//! Windows and macOS always do. On Linux somebody has to: GNOME does not without
//! an extension, and a window that closes into a tray nobody shows is lost.

use std::time::Duration;

#[cfg(target_os = "linux")]
pub(crate) use linux::{appears, is_there};

/// Always, here.
#[cfg(not(target_os = "linux"))]
#[expect(clippy::unused_async, reason = "on Linux the session bus is asked")]
pub(crate) async fn is_there() -> bool {
    true
}

/// Always, here.
#[cfg(not(target_os = "linux"))]
#[expect(clippy::unused_async, reason = "on Linux the session bus is asked")]
pub(crate) async fn appears(_: Duration) -> bool {
    true
}

#[cfg(target_os = "linux")]
mod linux {
    use super::Duration;

    /// Who shows icons owns this name.
    const WATCHER: &str = "org.kde.StatusNotifierWatcher";
    const PATH: &str = "/StatusNotifierWatcher";
    /// The session bus answers in a millisecond or not at all.
    const DEADLINE: Duration = Duration::from_millis(500);
    /// Between two looks while a panel is starting.
    const LOOK: Duration = Duration::from_secs(1);

    /// Whether a host shows icons now. No answer counts as no.
    pub(crate) async fn is_there() -> bool {
        match tokio::time::timeout(DEADLINE, ask()).await {
            Ok(Ok(there)) => there,
            Ok(Err(error)) => {
                tracing::debug!(%error, "no tray host");
                false
            }
            Err(_) => {
                tracing::warn!("the session bus does not answer");
                false
            }
        }
    }

    /// Whether a host shows up within `patience`.
    pub(crate) async fn appears(patience: Duration) -> bool {
        let looking = async {
            while !is_there().await {
                tokio::time::sleep(LOOK).await;
            }
        };
        tokio::time::timeout(patience, looking).await.is_ok()
    }

    async fn ask() -> zbus::Result<bool> {
        let bus = zbus::Connection::session().await?;
        let watcher = zbus::Proxy::new(&bus, WATCHER, PATH, WATCHER).await?;
        watcher.get_property("IsStatusNotifierHostRegistered").await
    }
}
