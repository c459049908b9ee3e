//! The menu behind the icon, over `com.canonical.dbusmenu`.

use std::collections::HashMap;

use serde_json::{Value as Json, json};
use zbus::blocking::{Connection, Proxy};
use zbus::zvariant::{OwnedObjectPath, OwnedValue, Structure, Value};

use crate::watcher::{NAME, PATH};

/// One entry on the wire: id, properties, entries below.
type Layout = (i32, HashMap<String, OwnedValue>, Vec<OwnedValue>);

/// The menu of the one icon in the tray.
pub(crate) struct Menu {
    /// File of the picture shown now.
    pub(crate) icon: String,
    /// `{id, text, enabled}` from top to bottom, without separators.
    pub(crate) entries: Vec<Json>,
    proxy: Proxy<'static>,
}

impl Menu {
    /// Reads it.
    pub(crate) fn of_the_only_icon(bus: &Connection) -> Result<Self, Box<dyn std::error::Error>> {
        let watcher = Proxy::new(bus, NAME, PATH, NAME)?;
        let mut items: Vec<String> = watcher.get_property("RegisteredStatusNotifierItems")?;
        let (Some(item), 0) = (items.pop(), items.len()) else {
            return Err("not exactly one icon".into());
        };
        let at = item.find('/').ok_or("an icon without a path")?;
        let (service, path) = (item[..at].to_owned(), item[at..].to_owned());
        let icon = Proxy::new(bus, service.clone(), path, "org.kde.StatusNotifierItem")?;
        let menu: OwnedObjectPath = icon.get_property("Menu")?;
        let proxy = Proxy::new(bus, service, menu, "com.canonical.dbusmenu")?;
        let (_, root): (u32, Layout) =
            proxy.call("GetLayout", &(0_i32, -1_i32, Vec::<String>::new()))?;
        Ok(Self {
            icon: icon.get_property("IconName")?,
            entries: root.2.into_iter().filter_map(entry).collect(),
            proxy,
        })
    }

    /// Chooses the entry with this text.
    pub(crate) fn click(&self, text: &str) -> Result<(), Box<dyn std::error::Error>> {
        let found = self.entries.iter().find(|entry| entry["text"] == text);
        let id = found.and_then(|entry| entry["id"].as_i64());
        let id = i32::try_from(id.ok_or_else(|| format!("no entry {text:?}"))?)?;
        let event = (id, "clicked", Value::from(0_i32), 0_u32);
        self.proxy.call::<_, _, ()>("Event", &event)?;
        Ok(())
    }
}

fn entry(value: OwnedValue) -> Option<Json> {
    let layout = Structure::try_from(value).ok()?;
    let (id, mut properties, _): Layout = layout.try_into().ok()?;
    let text = String::try_from(properties.remove("label")?).ok()?;
    let enabled = properties.remove("enabled");
    let enabled = enabled.is_none_or(|value| bool::try_from(value).unwrap_or(true));
    Some(json!({ "id": id, "text": text, "enabled": enabled }))
}
