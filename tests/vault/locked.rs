//! A keyring that waits for its password: S20 (c).

use std::time::{Duration, Instant};

use crate::desktop::Desktop;
use crate::puppet::Puppet;

const SOON: Duration = Duration::from_secs(3);

#[test]
fn a_locked_keyring_opens_locked_and_serves_once_unlocked() {
    let desktop = Desktop::unlocked();
    let mut puppet = Puppet::start(&desktop.data_dir(), desktop.environment());
    puppet.ask("open keychain");
    assert_eq!(puppet.ask("add 5"), "added 5");
    drop(puppet);
    desktop.lock();

    let mut puppet = Puppet::start(&desktop.data_dir(), desktop.environment());
    let start = Instant::now();
    assert_eq!(puppet.ask("open auto 1"), "keychain Locked");
    for order in ["load", "add 1"] {
        let refusal = puppet.ask(order);
        assert!(
            refusal.starts_with("error: the keychain is locked"),
            "{refusal}"
        );
    }
    assert_eq!(puppet.ask("probe"), "Locked");
    assert!(start.elapsed() < SOON, "{:?}", start.elapsed());
    // Nobody can be asked here: that ends as well.
    let start = Instant::now();
    assert_eq!(puppet.ask("unlock"), "Locked");
    assert!(start.elapsed() < 2 * SOON, "{:?}", start.elapsed());

    desktop.unlock();
    assert_eq!(puppet.ask("probe"), "Ready");
    assert_eq!(puppet.ask("state"), "Ready");
    assert!(puppet.ask("load").starts_with("loaded 5 unreadable []"));
    assert_eq!(puppet.ask("add 1"), "added 1");
}

/// F42: locked in between, as by the screen lock.
#[test]
fn a_keyring_that_is_locked_later_refuses_edits_until_it_is_open_again() {
    let desktop = Desktop::unlocked();
    let mut puppet = Puppet::start(&desktop.data_dir(), desktop.environment());
    puppet.ask("open keychain");
    assert_eq!(puppet.ask("add 5"), "added 5");
    desktop.lock();
    let start = Instant::now();
    let refusal = puppet.ask("add 1");
    assert!(
        refusal.starts_with("error: the keychain is locked"),
        "{refusal}"
    );
    assert!(start.elapsed() < SOON, "{:?}", start.elapsed());
    assert_eq!(puppet.ask("state"), "Locked");
    desktop.unlock();
    assert_eq!(puppet.ask("add 1"), "added 1");
    assert!(puppet.ask("load").starts_with("loaded 6 "));
}
