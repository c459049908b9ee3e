//! No Secret Service: S20 (a).

use std::time::{Duration, Instant};

use crate::desktop::Desktop;
use crate::puppet::Puppet;

const SOON: Duration = Duration::from_secs(3);

/// Neither a bus nor a runtime folder, as in a container.
#[test]
fn without_a_bus_the_keychain_refuses_and_auto_falls_back() {
    let folder = tempfile::tempdir().unwrap();
    let mut puppet = Puppet::start(folder.path(), [("HOME", folder.path().to_owned())]);
    puppet_refuses_then_falls_back(&mut puppet);
}

/// A bus that nobody answers on.
#[test]
fn without_a_keyring_the_keychain_refuses_and_auto_falls_back() {
    let desktop = Desktop::without_keyring();
    let mut puppet = Puppet::start(&desktop.data_dir(), desktop.environment());
    puppet_refuses_then_falls_back(&mut puppet);
}

/// A bus that takes the connection and says nothing, for ever.
#[test]
fn a_bus_that_hangs_is_given_up_in_time() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("bus");
    let _listener = std::os::unix::net::UnixListener::bind(&path).unwrap();
    let address = format!("unix:path={}", path.display());
    let environment = [("DBUS_SESSION_BUS_ADDRESS", address.into())];
    let mut puppet = Puppet::start(&folder.path().join("data"), environment);
    puppet_refuses_then_falls_back(&mut puppet);
}

fn puppet_refuses_then_falls_back(puppet: &mut Puppet) {
    let start = Instant::now();
    let refusal = puppet.ask("open keychain");
    assert!(start.elapsed() < SOON, "{:?}", start.elapsed());
    assert!(refusal.starts_with("error: "), "{refusal}");
    assert!(refusal.contains("--vault file"), "{refusal}");

    let start = Instant::now();
    assert_eq!(puppet.ask("open auto"), "file Ready");
    assert!(start.elapsed() < SOON, "{:?}", start.elapsed());
    let warning = puppet.ask("warning");
    assert!(warning.contains("vault.age"), "{warning}");
    assert_eq!(puppet.ask("add 3"), "added 3");
    assert!(puppet.ask("load").starts_with("loaded 3 unreadable []"));
}
