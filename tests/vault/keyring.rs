//! A keyring that is open: S19, S20 (b), S22.

use std::io::Write as _;
use std::path::Path;
use std::process::{Command, Stdio};

use crate::desktop::Desktop;
use crate::puppet::Puppet;

#[test]
fn keys_stay_in_the_keyring_and_nowhere_else() {
    let desktop = Desktop::unlocked();
    let mut puppet = Puppet::start(&desktop.data_dir(), desktop.environment());
    assert_eq!(puppet.ask("open auto"), "keychain Ready");
    assert_eq!(puppet.ask("warning"), "");
    assert_eq!(puppet.ask("add 500"), "added 500");
    drop(puppet);

    let mut puppet = Puppet::start(&desktop.data_dir(), desktop.environment());
    assert_eq!(puppet.ask("open keychain"), "keychain Ready");
    // S22: two bundles and one look behind the last.
    assert_eq!(puppet.ask("load"), "loaded 500 unreadable [] reads 3");
    assert!(!has_key(desktop.home()), "a key in the clear");
    let names: Vec<_> = std::fs::read_dir(desktop.data_dir())
        .unwrap()
        .map(|entry| entry.unwrap().file_name())
        .collect();
    assert_eq!(names, ["vault.lock"]);
}

/// S19: one damaged item costs its own keys only, and is never overwritten.
#[test]
fn a_damaged_bundle_is_named_and_the_others_serve() {
    let desktop = Desktop::unlocked();
    let mut puppet = Puppet::start(&desktop.data_dir(), desktop.environment());
    puppet.ask("open keychain");
    assert_eq!(puppet.ask("add 700"), "added 700");
    write_item(&desktop, "bundle-1", "damaged");
    drop(puppet);

    let mut puppet = Puppet::start(&desktop.data_dir(), desktop.environment());
    assert_eq!(puppet.ask("open keychain 3"), "keychain Ready");
    let answer = puppet.ask("load");
    assert!(answer.contains("unreadable [1]"), "{answer}");
    let loaded: usize = answer.split(' ').nth(1).unwrap().parse().unwrap();
    assert!((400..500).contains(&loaded), "{answer}");
    assert_eq!(puppet.ask("add 300"), "added 300");
    assert_eq!(read_item(&desktop, "bundle-1"), "damaged");
    let answer = puppet.ask("load");
    assert!(
        answer.starts_with(&format!("loaded {}", loaded + 300)),
        "{answer}"
    );
}

/// F42: edits fail clearly while the daemon is gone, and work when it is back.
#[test]
fn a_daemon_that_dies_is_an_error_and_not_a_hang() {
    let mut desktop = Desktop::unlocked();
    let mut puppet = Puppet::start(&desktop.data_dir(), desktop.environment());
    puppet.ask("open keychain");
    assert_eq!(puppet.ask("add 2"), "added 2");
    desktop.kill_keyring();
    let refusal = puppet.ask("add 1");
    assert!(
        refusal.starts_with("error: no keychain answers"),
        "{refusal}"
    );
    assert_eq!(puppet.ask("state"), "Unavailable");

    desktop.start_keyring();
    assert_eq!(puppet.ask("probe"), "Ready");
    assert_eq!(puppet.ask("add 1"), "added 1");
    assert!(puppet.ask("load").starts_with("loaded 3 "));
}

fn secret_tool(desktop: &Desktop, arguments: &[&str], item: &str) -> Command {
    let mut command = Command::new("secret-tool");
    command
        .args(arguments)
        .args(["service", "flowkeep", "username", &format!("test/{item}")])
        .envs(desktop.environment());
    command
}

fn write_item(desktop: &Desktop, item: &str, secret: &str) {
    let mut tool = secret_tool(desktop, &["store", "--label=damaged"], item)
        .stdin(Stdio::piped())
        .spawn()
        .expect("secret-tool is installed (package libsecret-tools)");
    let mut input = tool.stdin.take().unwrap();
    input.write_all(secret.as_bytes()).unwrap();
    drop(input);
    assert!(tool.wait().unwrap().success());
}

fn read_item(desktop: &Desktop, item: &str) -> String {
    let output = secret_tool(desktop, &["lookup"], item).output().unwrap();
    assert!(output.status.success());
    String::from_utf8(output.stdout).unwrap()
}

fn has_key(folder: &Path) -> bool {
    std::fs::read_dir(folder).unwrap().any(|entry| {
        let entry = entry.unwrap();
        let kind = entry.file_type().unwrap();
        if kind.is_dir() {
            return has_key(&entry.path());
        }
        let word = b"sk-test";
        kind.is_file()
            && std::fs::read(entry.path())
                .unwrap()
                .windows(word.len())
                .any(|window| window == word)
    })
}
