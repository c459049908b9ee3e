//! The length of files.

#[cfg(test)]
mod tests;

use crate::tree::SourceFile;

const MAX_LINES: usize = 400;
const LIMITED: [&str; 7] = ["css", "js", "mjs", "py", "rs", "svelte", "ts"];

/// Whether the limit is meant for this file: code, not data or prose.
pub(crate) fn is_limited(file: &SourceFile) -> bool {
    LIMITED.contains(&file.extension())
}

/// Complains about each file that is too long.
pub(crate) fn too_long(files: &[&SourceFile]) -> Vec<String> {
    let counted = files
        .iter()
        .map(|file| (&file.path, file.text.lines().count()));
    counted
        .filter(|&(_, lines)| lines > MAX_LINES)
        .map(|(path, lines)| format!("{path} has {lines} lines"))
        .collect()
}

/// All lines of the files below a folder.
pub(crate) fn lines_under(files: &[SourceFile], folder: &str) -> usize {
    files
        .iter()
        .filter(|file| file.path.starts_with(folder))
        .map(|file| file.text.lines().count())
        .sum()
}
