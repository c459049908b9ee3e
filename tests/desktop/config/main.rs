//! The shell's configuration and capabilities, read as files (S28, S29).
//!
//! Guarantees: the window may call each command of the contract and nothing
//! else, and no protection of the web view is off.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use flowkeep_contract::{COMMANDS, DESKTOP_COMMANDS};
use serde_json::{Value, json};

/// What S28 wants, word for word.
const CSP: &str = "default-src 'none'; script-src 'self'; style-src 'self'; \
    img-src 'self' data:; font-src 'self'; connect-src ipc: http://ipc.localhost; \
    object-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";
/// Granted besides the contract: hearing events, and telling the first paint.
const BESIDES: [&str; 3] = [
    "core:event:allow-listen",
    "core:event:allow-unlisten",
    "allow-window-painted",
];

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..")
}

fn read(path: &Path) -> Value {
    let text = std::fs::read_to_string(path).expect("a readable file");
    serde_json::from_str(&text).expect("well-formed JSON")
}

fn config() -> Value {
    read(&root().join("src-tauri/tauri.conf.json"))
}

fn capabilities() -> Vec<Value> {
    let folder = std::fs::read_dir(root().join("capabilities")).expect("the folder");
    folder
        .map(|entry| read(&entry.expect("an entry").path()))
        .collect()
}

#[test]
fn the_pages_may_load_and_call_nothing_foreign() {
    let config = config();
    let security = &config["app"]["security"];
    assert_eq!(security["csp"], CSP);
    assert_eq!(security["freezePrototype"], true);
    assert_eq!(config["app"]["withGlobalTauri"], false);
    for weaker in [
        "devCsp",
        "dangerousDisableAssetCspModification",
        "assetProtocol",
        "headers",
    ] {
        assert_eq!(security[weaker], Value::Null, "{weaker}");
    }
}

#[test]
fn no_window_and_no_server_comes_from_the_configuration() {
    let config = config();
    assert_eq!(
        config["app"]["windows"],
        json!([]),
        "windows are made in code"
    );
    assert_eq!(config["build"]["devUrl"], Value::Null);
    assert_eq!(config["version"], Value::Null, "the version is Cargo's");
    assert_eq!(config["app"]["security"]["capabilities"], json!(["main"]));
}

#[test]
fn the_one_capability_is_for_the_pages_of_the_one_window() {
    let all = capabilities();
    assert_eq!(all.len(), 1);
    assert_eq!(all[0]["identifier"], "main");
    assert_eq!(all[0]["windows"], json!(["main"]));
    assert_eq!(all[0]["local"], true);
    assert_eq!(all[0]["remote"], Value::Null);
    assert_eq!(all[0]["webviews"], Value::Null);
}

#[test]
fn every_command_is_granted_by_name_and_nothing_else() {
    let all = capabilities();
    let granted: BTreeSet<&str> = all[0]["permissions"]
        .as_array()
        .expect("a list")
        .iter()
        .map(|permission| permission.as_str().expect("a permission without a scope"))
        .collect();
    let commands: Vec<String> = COMMANDS
        .iter()
        .chain(DESKTOP_COMMANDS)
        .map(|command| format!("allow-{}", command.name.replace('_', "-")))
        .collect();
    let wanted: BTreeSet<&str> = commands.iter().map(String::as_str).chain(BESIDES).collect();
    assert_eq!(granted, wanted);
}

#[test]
fn every_picture_of_the_bundle_exists() {
    let config = config();
    let icons = config["bundle"]["icon"].as_array().expect("a list");
    assert!(!icons.is_empty());
    for icon in icons {
        let path = root()
            .join("src-tauri")
            .join(icon.as_str().expect("a path"));
        assert!(path.is_file(), "{}", path.display());
    }
}
