//! The directions between the crates of the workspace, read from their manifests.

#[cfg(test)]
mod tests;

use toml::{Table, Value};

use crate::tree::SourceFile;

const CONTRACT: &str = "flowkeep-contract";
const CORE: &str = "flowkeep-core";
const GATEWAY: &str = "flowkeep-gateway";
const SIMULATOR: &str = "flowkeep-simulator";
const CLI: &str = "flowkeep-cli";
const DESKTOP: &str = "flowkeep-desktop";
const TESTS: &str = "flowkeep-tests";

/// Which of our crates each of our crates may depend on.
const ALLOWED: [(&str, &[&str]); 7] = [
    (CONTRACT, &[]),
    (CORE, &[CONTRACT]),
    (GATEWAY, &[CONTRACT, CORE]),
    (SIMULATOR, &[]),
    (CLI, &[CONTRACT, CORE, GATEWAY, SIMULATOR]),
    (DESKTOP, &[CONTRACT, CORE, GATEWAY]),
    (TESTS, &[CONTRACT, CORE, GATEWAY, SIMULATOR, CLI]),
];

/// Complains about each dependency that points the wrong way, and about crates without a rule.
pub(crate) fn wrong_dependencies(files: &[SourceFile]) -> Vec<String> {
    let manifests: Vec<Manifest> = files
        .iter()
        .filter(|file| file.name() == "Cargo.toml")
        .filter_map(Manifest::read)
        .collect();
    let absent = ALLOWED
        .iter()
        .filter(|(name, _)| manifests.iter().all(|manifest| manifest.name != *name));
    let absent = absent.map(|(name, _)| format!("{name} has a rule and no manifest"));
    manifests
        .iter()
        .flat_map(complaints)
        .chain(absent)
        .collect()
}

struct Manifest {
    name: String,
    /// Names of `[dependencies]` and `[build-dependencies]`, of every target.
    normal: Vec<String>,
    /// Names of `[dev-dependencies]`.
    dev: Vec<String>,
}

impl Manifest {
    /// Nothing for the workspace's own manifest, which is no package.
    fn read(file: &SourceFile) -> Option<Self> {
        let table: Table = file.text.parse().expect("cargo already read this manifest");
        let name = table.get("package")?.get("name")?.as_str()?.to_owned();
        let targets = table.get("target").and_then(Value::as_table);
        let places: Vec<&Table> = targets
            .into_iter()
            .flat_map(Table::values)
            .filter_map(Value::as_table)
            .chain([&table])
            .collect();
        let named = |section: &str| {
            places
                .iter()
                .flat_map(|place| dependencies(place, section))
                .collect::<Vec<_>>()
        };
        let normal = [named("dependencies"), named("build-dependencies")].concat();
        Some(Self {
            name,
            normal,
            dev: named("dev-dependencies"),
        })
    }
}

/// Package names, also of renamed dependencies.
fn dependencies(place: &Table, section: &str) -> Vec<String> {
    let entries = place.get(section).and_then(Value::as_table);
    let name = |(key, value): (&String, &Value)| {
        value
            .get("package")
            .and_then(Value::as_str)
            .unwrap_or(key)
            .to_owned()
    };
    entries.into_iter().flatten().map(name).collect()
}

fn complaints(manifest: &Manifest) -> Vec<String> {
    let Some((_, allowed)) = ALLOWED.iter().find(|(name, _)| *name == manifest.name) else {
        return vec![format!("{} has no rule", manifest.name)];
    };
    let is_wrong = |dependency: &str, is_dev: bool| {
        let ours = dependency.starts_with("flowkeep-")
            && !allowed.contains(&dependency)
            && !(is_dev && dependency == SIMULATOR);
        let webview = dependency.starts_with("tauri") && manifest.name != DESKTOP;
        ours || webview
    };
    let normal = manifest.normal.iter().filter(|name| is_wrong(name, false));
    let dev = manifest.dev.iter().filter(|name| is_wrong(name, true));
    normal
        .chain(dev)
        .map(|dependency| format!("{} must not depend on {dependency}", manifest.name))
        .collect()
}
