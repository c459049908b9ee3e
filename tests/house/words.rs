//! Words that must not occur: vague file names, raw HTML, switched-off protections, real keys.

#[cfg(test)]
mod tests;

use crate::masking::{Language, Strings, code_of};
use crate::tree::SourceFile;

const VAGUE: [&str; 9] = [
    "common", "helper", "helpers", "manager", "misc", "service", "stuff", "util", "utils",
];
const SWITCHES: [&str; 3] = ["dangerous", "danger_accept", "accept_invalid"];
/// Letters and digits of a SiliconFlow key after `sk-`.
const KEY_LENGTH: usize = 48;

/// Complains about code files whose name says nothing about what they hold.
pub(crate) fn vague_names(files: &[SourceFile]) -> Vec<String> {
    let is_code =
        |file: &&SourceFile| ["js", "mjs", "py", "rs", "svelte", "ts"].contains(&file.extension());
    let stem = |file: &SourceFile| {
        file.name()
            .split('.')
            .next()
            .unwrap_or_default()
            .to_ascii_lowercase()
    };
    files
        .iter()
        .filter(is_code)
        .filter(|file| VAGUE.contains(&stem(file).as_str()))
        .map(|file| file.path.clone())
        .collect()
}

/// Complains about each place where the interface would insert unescaped HTML.
pub(crate) fn raw_html(file: &SourceFile) -> Vec<String> {
    if !file.path.starts_with("ui/src/") {
        return Vec::new();
    }
    places(file, &file.text, "{@html")
        .into_iter()
        .map(|at| format!("{at} inserts raw HTML"))
        .collect()
}

/// Complains about each switch of a library that turns a protection off; tests may use them (S33).
pub(crate) fn unsafe_switches(file: &SourceFile) -> Vec<String> {
    let is_test = file.path.starts_with("tests/")
        || file.path.contains("/tests/")
        || file.name() == "tests.rs";
    let code = match file.extension() {
        "rs" => code_of(&file.text, Language::Rust, Strings::Keep),
        "js" | "mjs" | "ts" => code_of(&file.text, Language::JavaScript, Strings::Keep),
        "json" | "svelte" | "toml" => file.text.clone(),
        _ => return Vec::new(),
    };
    if is_test || file.path.starts_with("ui/messages/") {
        return Vec::new();
    }
    let code = code.to_ascii_lowercase();
    let found = SWITCHES
        .iter()
        .flat_map(|switch| places(file, &code, switch));
    found
        .map(|at| format!("{at} turns a protection off"))
        .collect()
}

/// Complains about everything that has the form of a vendor's key and is not marked as a test key.
pub(crate) fn real_keys(file: &SourceFile) -> Vec<String> {
    let starts = file.text.match_indices("sk-").map(|(at, _)| at);
    let keys = starts.filter(|&at| is_real_key(&file.text[at + 3..]));
    keys.map(|at| format!("{} holds a key", file.at(at)))
        .collect()
}

fn is_real_key(rest: &str) -> bool {
    let length = rest
        .bytes()
        .take_while(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit())
        .count();
    // One letter over and over is a placeholder.
    let first = rest.bytes().next();
    let varies = rest
        .bytes()
        .take(KEY_LENGTH)
        .any(|byte| Some(byte) != first);
    length >= KEY_LENGTH && varies && !rest.starts_with("test")
}

fn places(file: &SourceFile, text: &str, word: &str) -> Vec<String> {
    text.match_indices(word)
        .map(|(at, _)| file.at(at))
        .collect()
}
