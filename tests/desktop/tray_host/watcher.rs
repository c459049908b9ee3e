//! `org.kde.StatusNotifierWatcher`, as a panel with a tray offers it.

use zbus::blocking::Connection;
use zbus::interface;
use zbus::message::Header;

pub(crate) const NAME: &str = "org.kde.StatusNotifierWatcher";
pub(crate) const PATH: &str = "/StatusNotifierWatcher";

/// Who has an icon: bus name and object path, one after the other.
#[derive(Debug, Default)]
pub(crate) struct Watcher {
    items: Vec<String>,
}

impl Watcher {
    /// From now on programs find a tray.
    pub(crate) fn take_the_name(bus: &Connection) -> zbus::Result<()> {
        bus.object_server().at(PATH, Self::default())?;
        bus.request_name(NAME)
    }
}

#[expect(
    clippy::unused_self,
    clippy::needless_pass_by_value,
    reason = "the signatures are those of the bus interface"
)]
#[interface(name = "org.kde.StatusNotifierWatcher")]
impl Watcher {
    /// A program names its icon by its path, or by its bus name and the usual path.
    fn register_status_notifier_item(&mut self, service: &str, #[zbus(header)] header: Header<'_>) {
        let sender = header.sender().map(ToString::to_string).unwrap_or_default();
        self.items.push(if service.starts_with('/') {
            format!("{sender}{service}")
        } else {
            format!("{service}/StatusNotifierItem")
        });
    }

    #[zbus(property)]
    fn registered_status_notifier_items(&self) -> Vec<String> {
        self.items.clone()
    }

    #[zbus(property)]
    fn is_status_notifier_host_registered(&self) -> bool {
        true
    }

    #[zbus(property)]
    fn protocol_version(&self) -> i32 {
        0
    }
}
