//! Only the shell knows Tauri.
//!
//! Documentation and package manifests may name it, and so may what builds or drives the shell from
//! outside. The path `src-tauri` is no mention.

#[cfg(test)]
mod tests;

use crate::masking::{Language, Strings, code_of};
use crate::tree::SourceFile;

const CODE: [&str; 10] = [
    "css", "html", "js", "mjs", "py", "rs", "sql", "svelte", "toml", "ts",
];

/// The shell itself, its adapter in the interface, and what builds or drives it from outside.
/// Those of the origins are tests that a page of that scheme is refused (S4).
const MAY_NAME: [&str; 10] = [
    "src-tauri/src/",
    "src-tauri/build.rs",
    "capabilities/",
    "ui/src/lib/backend/tauri",
    "ui/eslint.config.js",
    "scripts/icons.mjs",
    "tests/desktop/",
    "tests/house/",
    "src-tauri/crates/gateway/src/guard/origin/tests.rs",
    "tests/security/origin.rs",
];

/// Complains about each mention of Tauri in code that should not know it.
pub(crate) fn mentions(file: &SourceFile) -> Vec<String> {
    let is_code = CODE.contains(&file.extension()) && file.name() != "Cargo.toml";
    if !is_code || MAY_NAME.iter().any(|place| file.path.starts_with(place)) {
        return Vec::new();
    }
    let code = without_comments(file).to_ascii_lowercase();
    let found = code.match_indices("tauri").map(|(at, _)| at);
    let foreign = found
        .filter(|&at| !code[..at].ends_with("src-") && !is_choice_of_adapter(file, &code[..at]));
    foreign
        .map(|at| format!("{} names Tauri", file.at(at)))
        .collect()
}

/// The interface picks its backend in one folder, and there imports the adapter by its path.
fn is_choice_of_adapter(file: &SourceFile, before: &str) -> bool {
    file.path.starts_with("ui/src/lib/backend/") && !before.ends_with('@')
}

fn without_comments(file: &SourceFile) -> String {
    match file.extension() {
        "rs" => code_of(&file.text, Language::Rust, Strings::Keep),
        "js" | "mjs" | "ts" => code_of(&file.text, Language::JavaScript, Strings::Keep),
        _ => file.text.clone(),
    }
}
