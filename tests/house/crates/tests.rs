use super::{Manifest, complaints, wrong_dependencies};
use crate::tree::SourceFile;

fn complaints_about(text: &str) -> Vec<String> {
    let manifest = Manifest::read(&SourceFile::sample("a/Cargo.toml", text)).expect("a package");
    complaints(&manifest)
}

#[test]
fn a_dependency_against_the_direction_is_reported() {
    let text = "[package]\nname = 'flowkeep-core'\n[dependencies]\nflowkeep-contract.workspace = true\nflowkeep-gateway.workspace = true";
    assert_eq!(
        complaints_about(text),
        ["flowkeep-core must not depend on flowkeep-gateway"]
    );
}

#[test]
fn renamed_target_and_build_dependencies_are_seen() {
    let renamed = "[package]\nname = 'flowkeep-contract'\n[dependencies]\nengine = { package = 'flowkeep-core', path = '../core' }";
    assert_eq!(
        complaints_about(renamed),
        ["flowkeep-contract must not depend on flowkeep-core"]
    );
    let target =
        "[package]\nname = 'flowkeep-gateway'\n[target.'cfg(unix)'.dependencies]\ntauri = '2'";
    assert_eq!(
        complaints_about(target),
        ["flowkeep-gateway must not depend on tauri"]
    );
    let build = "[package]\nname = 'flowkeep-cli'\n[build-dependencies]\ntauri-build = '2'";
    assert_eq!(
        complaints_about(build),
        ["flowkeep-cli must not depend on tauri-build"]
    );
}

#[test]
fn only_tests_of_a_crate_may_use_the_simulator() {
    let dev = "[package]\nname = 'flowkeep-gateway'\n[dev-dependencies]\nflowkeep-simulator.workspace = true";
    assert!(complaints_about(dev).is_empty());
    let normal = dev.replace("dev-dependencies", "dependencies");
    assert_eq!(
        complaints_about(&normal),
        ["flowkeep-gateway must not depend on flowkeep-simulator"]
    );
}

#[test]
fn the_shell_may_use_tauri_and_not_the_command() {
    let text = "[package]\nname = 'flowkeep-desktop'\n[dependencies]\ntauri = '2'\nflowkeep-cli.workspace = true";
    assert_eq!(
        complaints_about(text),
        ["flowkeep-desktop must not depend on flowkeep-cli"]
    );
}

#[test]
fn a_crate_without_a_rule_and_a_rule_without_a_crate_are_reported() {
    let found = wrong_dependencies(&[
        SourceFile::sample("Cargo.toml", "[workspace]\nmembers = []"),
        SourceFile::sample("a/Cargo.toml", "[package]\nname = 'flowkeep-extra'"),
    ]);
    assert!(
        found.contains(&"flowkeep-extra has no rule".to_owned()),
        "{found:?}"
    );
    assert!(
        found.contains(&"flowkeep-core has a rule and no manifest".to_owned()),
        "{found:?}"
    );
}
