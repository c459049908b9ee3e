//! Reads the source tree and fails when the house rules are broken.
//!
//! Guarantees the limits on files and functions, the allowed directions between crates and inside
//! the core, that only the shell knows Tauri, and a few rules of `docs/` that a text can show. Each
//! rule is a function from texts to complaints and is itself tested on a sample that breaks it.
//! It does not check what clippy, eslint and the compiler already do.

mod core_modules;
mod crates;
mod functions;
mod length;
mod masking;
mod sql;
mod tauri;
mod tree;
mod words;

use tree::{SourceFile, Tree};

/// Fails with one line per complaint.
fn assert_clean(rule: &str, complaints: &[String]) {
    assert!(
        complaints.is_empty(),
        "{rule}:\n  {}",
        complaints.join("\n  ")
    );
}

#[test]
fn files_are_at_most_400_lines() {
    let tree = Tree::read();
    let checked: Vec<&SourceFile> = tree
        .files()
        .iter()
        .filter(|file| length::is_limited(file))
        .collect();
    assert!(
        checked.len() > 50,
        "the scan found only {} files",
        checked.len()
    );
    assert_clean("files of more than 400 lines", &length::too_long(&checked));
}

#[test]
fn the_shell_is_at_most_1500_lines() {
    let tree = Tree::read();
    let lines = length::lines_under(tree.files(), "src-tauri/src/");
    assert!(lines > 0, "src-tauri/src is empty");
    assert!(lines <= 1500, "src-tauri/src has {lines} lines");
}

#[test]
fn functions_are_at_most_60_lines() {
    let tree = Tree::read();
    let long = tree
        .files()
        .iter()
        .flat_map(functions::too_long)
        .collect::<Vec<_>>();
    assert_clean("functions of more than 60 lines", &long);
}

#[test]
fn files_are_named_after_what_they_hold() {
    let tree = Tree::read();
    assert_clean(
        "file names that say nothing",
        &words::vague_names(tree.files()),
    );
}

#[test]
fn crates_depend_only_in_the_allowed_directions() {
    let tree = Tree::read();
    assert_clean(
        "dependencies between crates",
        &crates::wrong_dependencies(tree.files()),
    );
}

#[test]
fn core_modules_import_only_in_the_allowed_directions() {
    let tree = Tree::read();
    let wrong = tree
        .files()
        .iter()
        .flat_map(core_modules::wrong_imports)
        .collect::<Vec<_>>();
    assert_clean("imports inside the core", &wrong);
}

#[test]
fn only_the_shell_knows_tauri() {
    let tree = Tree::read();
    let mentions = tree
        .files()
        .iter()
        .flat_map(tauri::mentions)
        .collect::<Vec<_>>();
    assert_clean("mentions of Tauri", &mentions);
}

#[test]
fn every_table_is_strict() {
    let tree = Tree::read();
    let loose = tree
        .files()
        .iter()
        .flat_map(sql::loose_tables)
        .collect::<Vec<_>>();
    assert_clean("tables that are not STRICT", &loose);
}

#[test]
fn the_interface_inserts_no_raw_html() {
    let tree = Tree::read();
    let raw = tree
        .files()
        .iter()
        .flat_map(words::raw_html)
        .collect::<Vec<_>>();
    assert_clean("raw HTML", &raw);
}

#[test]
fn certificates_are_always_checked() {
    let tree = Tree::read();
    let switches = tree
        .files()
        .iter()
        .flat_map(words::unsafe_switches)
        .collect::<Vec<_>>();
    assert_clean("switches that turn a protection off (S33)", &switches);
}

#[test]
fn no_real_key_is_in_the_repository() {
    let tree = Tree::read();
    let keys = tree
        .files()
        .iter()
        .flat_map(words::real_keys)
        .collect::<Vec<_>>();
    assert_clean("what looks like a real API key", &keys);
}
