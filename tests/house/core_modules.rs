//! The directions between the modules of the core, read from every path that starts at its root.

#[cfg(test)]
mod tests;

use std::collections::BTreeSet;

use crate::masking::{Language, Strings, code_of, is_word};
use crate::tree::SourceFile;

const CORE: &str = "src-tauri/crates/core/src/";

/// What each module may name beside itself. `app` composes and may name everything.
const ALLOWED: [(&str, &[&str]); 12] = [
    ("clock", &["error", "model"]),
    ("error", &["clock", "model"]),
    ("model", &["clock", "error"]),
    ("meter", PURE),
    ("metrics", PURE),
    ("pool", PURE),
    ("price", PURE),
    ("upstream", PURE),
    ("private", &[]),
    ("settings", WITH_FILES),
    ("store", WITH_FILES),
    ("vault", WITH_FILES),
];
const PURE: &[&str] = &["clock", "error", "model"];
/// `private` sets file modes and writes atomically; it knows nothing of the domain.
const WITH_FILES: &[&str] = &["clock", "error", "model", "private"];

/// Modules without effects, and what would be one.
const WITHOUT_EFFECTS: [&str; 7] = [
    "clock", "error", "meter", "metrics", "model", "pool", "price",
];
const EFFECTS: [&str; 7] = [
    "keyring",
    "reqwest",
    "rusqlite",
    "std::fs",
    "std::net",
    "std::process",
    "tokio",
];

/// Who may name the types that leave the process.
const SEES_CONTRACT: [&str; 2] = ["app", "error"];

/// Complains about each import of a file of the core that goes the wrong way.
pub(crate) fn wrong_imports(file: &SourceFile) -> Vec<String> {
    let Some(inside) = file
        .path
        .strip_prefix(CORE)
        .filter(|_| file.extension() == "rs")
    else {
        return Vec::new();
    };
    let module = module_path(inside);
    let Some(top) = module.first().copied() else {
        return Vec::new();
    };
    let code = code_of(&file.text, Language::Rust, Strings::Blank);
    let complain = |what: String| format!("{} must not name {what}", file.path);
    let inside = wrong_modules(&code, &module)
        .into_iter()
        .map(|name| format!("crate::{name}"));
    let contract = mentions(&code, "flowkeep_contract") && !SEES_CONTRACT.contains(&top);
    let contract = contract.then(|| "flowkeep_contract".to_owned());
    let effects = EFFECTS
        .iter()
        .filter(|effect| WITHOUT_EFFECTS.contains(&top) && mentions(&code, effect));
    inside
        .chain(contract)
        .chain(effects.map(|&effect| effect.to_owned()))
        .map(complain)
        .collect()
}

/// `pool/pick.rs` is `["pool", "pick"]`; the crate root is empty.
fn module_path(inside: &str) -> Vec<&str> {
    let stem = inside.strip_suffix(".rs").unwrap_or(inside);
    let stem = stem.strip_suffix("/mod").unwrap_or(stem);
    if stem == "lib" {
        Vec::new()
    } else {
        stem.split('/').collect()
    }
}

fn wrong_modules(code: &str, module: &[&str]) -> BTreeSet<String> {
    let top = module[0];
    if top == "app" {
        return BTreeSet::new();
    }
    let Some((_, allowed)) = ALLOWED.iter().find(|(name, _)| *name == top) else {
        return BTreeSet::from([format!("{top} (a module without a rule)")]);
    };
    let to_root = "super::".repeat(module.len());
    let named = root_names(code, "crate::")
        .into_iter()
        .chain(root_names(code, &to_root));
    named
        .filter(|name| name != top && !allowed.contains(&name.as_str()))
        .collect()
}

/// The first names after each `prefix`, also in groups: `crate::{a, b::{c}}` gives a and b.
fn root_names(code: &str, prefix: &str) -> Vec<String> {
    let starts = code.match_indices(prefix).map(|(at, _)| at);
    // `$crate::`, `my_crate::` and a longer chain of `super::` are something else.
    let own = starts.filter(|&at| {
        !code[..at].ends_with([':', '$']) && !code[..at].bytes().last().is_some_and(is_word)
    });
    own.flat_map(|at| first_names(&code[at + prefix.len()..]))
        .filter(|name| name != "super" && name != "self")
        .collect()
}

fn first_names(path: &str) -> Vec<String> {
    let path = path.trim_start();
    let Some(group) = path.strip_prefix('{') else {
        return word(path).into_iter().collect();
    };
    let mut names = Vec::new();
    let (mut depth, mut item_starts) = (0_usize, true);
    for (at, character) in group.char_indices() {
        match character {
            '{' => depth += 1,
            '}' if depth == 0 => break,
            '}' => depth -= 1,
            ',' if depth == 0 => item_starts = true,
            _ if item_starts && !character.is_whitespace() => {
                names.extend(word(&group[at..]));
                item_starts = false;
            }
            _ => {}
        }
    }
    names
}

fn word(text: &str) -> Option<String> {
    let length = text.bytes().take_while(|&byte| is_word(byte)).count();
    (length > 0).then(|| text[..length].to_owned())
}

/// Whether a path that begins with `name` occurs.
fn mentions(code: &str, name: &str) -> bool {
    code.match_indices(name).any(|(at, _)| {
        let before = code[..at]
            .bytes()
            .last()
            .is_some_and(|byte| is_word(byte) || byte == b':' || byte == b'.');
        let after = code[at + name.len()..].bytes().next().is_some_and(is_word);
        !before && !after
    })
}
