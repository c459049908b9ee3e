//! What the Secret Service answers before any secret is asked for.
//!
//! `keyring` unlocks a locked collection by itself, which blocks until the user
//! has answered a dialog, for ever if nobody sits there. So the vault looks here
//! first, over a short connection of its own, and asks nobody for anything.

use std::time::Duration;

use zbus::blocking::connection::Builder;
use zbus::blocking::{Connection, Proxy};
use zbus::zvariant::{OwnedObjectPath, OwnedValue};

use super::secret_store::Availability;

const BUS_NAME: &str = "org.freedesktop.secrets";
const SERVICE_PATH: &str = "/org/freedesktop/secrets";
const SERVICE: &str = "org.freedesktop.Secret.Service";
const COLLECTION: &str = "org.freedesktop.Secret.Collection";
const PROMPT: &str = "org.freedesktop.Secret.Prompt";
const NO_OBJECT: &str = "/";
/// Shorter than the vault's deadline, so that the reason can be told.
const REPLY: Duration = Duration::from_secs(2);

/// Whether the default collection is there and open.
pub(super) fn availability() -> Availability {
    let locked = connect().and_then(|bus| {
        let Some(collection) = default_collection(&bus)? else {
            return Ok(None);
        };
        is_locked(&bus, &collection).map(Some)
    });
    match locked {
        Ok(Some(false)) => Availability::Ready,
        Ok(Some(true)) => Availability::Locked,
        Ok(None) => Availability::Absent("the Secret Service has no default keyring".to_owned()),
        Err(error) => Availability::Absent(error.to_string()),
    }
}

/// Asks the user to unlock the default collection and waits for the answer.
pub(super) fn unlock() -> zbus::Result<()> {
    let bus = connect()?;
    let Some(collection) = default_collection(&bus)? else {
        return Ok(());
    };
    let service = Proxy::new(&bus, BUS_NAME, SERVICE_PATH, SERVICE)?;
    let (_, prompt): (Vec<OwnedObjectPath>, OwnedObjectPath) =
        service.call("Unlock", &(vec![collection],))?;
    if prompt.as_str() == NO_OBJECT {
        return Ok(());
    }
    let prompt = Proxy::new(&bus, BUS_NAME, prompt, PROMPT)?;
    let mut completed = prompt.receive_signal("Completed")?;
    prompt.call::<_, _, ()>("Prompt", &"")?;
    completed.next();
    Ok(())
}

fn connect() -> zbus::Result<Connection> {
    Builder::session()?.method_timeout(REPLY).build()
}

fn default_collection(bus: &Connection) -> zbus::Result<Option<OwnedObjectPath>> {
    let reply = bus.call_method(
        Some(BUS_NAME),
        SERVICE_PATH,
        Some(SERVICE),
        "ReadAlias",
        &"default",
    )?;
    let path: OwnedObjectPath = reply.body().deserialize()?;
    Ok((path.as_str() != NO_OBJECT).then_some(path))
}

fn is_locked(bus: &Connection, collection: &OwnedObjectPath) -> zbus::Result<bool> {
    let reply = bus.call_method(
        Some(BUS_NAME),
        collection,
        Some("org.freedesktop.DBus.Properties"),
        "Get",
        &(COLLECTION, "Locked"),
    )?;
    let value: OwnedValue = reply.body().deserialize()?;
    Ok(bool::try_from(value)?)
}
