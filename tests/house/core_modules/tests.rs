use super::wrong_imports;
use crate::tree::SourceFile;

fn complaints(inside: &str, text: &str) -> Vec<String> {
    let path = format!("src-tauri/crates/core/src/{inside}");
    let found = wrong_imports(&SourceFile::sample(&path, text));
    found
        .iter()
        .map(|line| line.replace(&format!("{path} must not name "), ""))
        .collect()
}

#[test]
fn an_import_of_another_effect_is_reported() {
    assert_eq!(
        complaints("vault/file.rs", "use crate::store::Database;"),
        ["crate::store"]
    );
    assert_eq!(
        complaints(
            "store/mod.rs",
            "use crate::{clock::Clock, settings::{self, Settings}, vault};"
        ),
        ["crate::settings", "crate::vault"]
    );
}

#[test]
fn paths_without_use_and_by_way_of_super_are_seen() {
    assert_eq!(
        complaints("pool/pick.rs", "fn a() { crate::upstream::send(); }"),
        ["crate::upstream"]
    );
    assert_eq!(
        complaints("pool/pick.rs", "use super::super::store::A;"),
        ["crate::store"]
    );
    assert_eq!(complaints("model.rs", "use super::app::A;"), ["crate::app"]);
}

#[test]
fn neighbours_and_the_shared_ground_are_fine() {
    let text = "//! [`crate::store`] in a comment\nuse super::lease::Lease;\nuse crate::{model::KeyId, clock, error};\nuse crate::pool::State;";
    assert!(complaints("pool/pick.rs", text).is_empty());
    assert!(
        complaints(
            "app/mod.rs",
            "use crate::{store, vault, pool}; use flowkeep_contract::Key;"
        )
        .is_empty()
    );
    assert!(complaints("lib.rs", "pub use crate::app::App;").is_empty());
}

#[test]
fn file_modes_are_for_those_who_write_files() {
    assert!(complaints("vault/file.rs", "use crate::private;").is_empty());
    assert_eq!(
        complaints("pool/mod.rs", "use crate::private;"),
        ["crate::private"]
    );
    assert_eq!(
        complaints("private.rs", "use crate::model::KeyId;"),
        ["crate::model"]
    );
}

#[test]
fn a_module_without_effects_names_none() {
    assert_eq!(
        complaints("pool/mod.rs", "use tokio::sync::Mutex;"),
        ["tokio"]
    );
    assert_eq!(
        complaints("meter/body.rs", "let a = std::fs::read(b);"),
        ["std::fs"]
    );
    assert!(complaints("store/mod.rs", "use rusqlite::Connection;").is_empty());
    assert!(complaints("pool/mod.rs", "use crate::model::tokio_like;").is_empty());
}

#[test]
fn only_app_and_error_see_the_contract() {
    assert_eq!(
        complaints("store/keys.rs", "use flowkeep_contract::KeyRow;"),
        ["flowkeep_contract"]
    );
    assert!(complaints("error.rs", "use flowkeep_contract::ApiError;").is_empty());
}

#[test]
fn a_new_module_needs_a_rule() {
    assert_eq!(
        complaints("cache.rs", "fn a() {}"),
        ["crate::cache (a module without a rule)"]
    );
}
