//! Every table is STRICT, so that a column holds only its own type.

#[cfg(test)]
mod tests;

use crate::tree::SourceFile;

const STATEMENT: &str = "create table";

/// Complains about each `CREATE TABLE` whose options do not contain STRICT.
pub(crate) fn loose_tables(file: &SourceFile) -> Vec<String> {
    let holds_sql =
        ["rs", "sql"].contains(&file.extension()) && !file.path.starts_with("tests/house/");
    if !holds_sql {
        return Vec::new();
    }
    let text = file.text.to_ascii_lowercase();
    let statements = text.match_indices(STATEMENT).map(|(at, _)| at);
    statements
        .filter(|&at| is_loose(&text[at..]))
        .map(|at| format!("{} is not STRICT", file.at(at)))
        .collect()
}

/// `statement` begins with CREATE TABLE. Prose that names it has no column list before the line ends.
fn is_loose(statement: &str) -> bool {
    let head = statement.lines().next().unwrap_or_default();
    let Some(open) = head.find('(') else {
        return false;
    };
    let mut depth = 0_usize;
    for (at, byte) in statement.bytes().enumerate().skip(open) {
        match byte {
            b'(' => depth += 1,
            b')' => depth -= 1,
            _ => {}
        }
        if depth == 0 {
            let options = statement[at + 1..]
                .split([';', '"'])
                .next()
                .unwrap_or_default();
            return !options
                .split(|character: char| !character.is_alphanumeric())
                .any(|word| word == "strict");
        }
    }
    true
}
