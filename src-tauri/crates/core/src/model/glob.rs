//! Names with `*` in them: any number of any characters, slashes too.

/// Whether a name stands for more than itself.
#[must_use]
pub fn is_glob(name: &str) -> bool {
    name.contains('*')
}

/// Whether `name` fits `pattern`. Letters are compared as they are: the vendor's
/// names differ by case.
#[must_use]
pub fn fits(pattern: &str, name: &str) -> bool {
    let (pattern, name) = (pattern.as_bytes(), name.as_bytes());
    let (mut at, mut seen) = (0, 0);
    // Where the last star stands, and up to where it has been tried.
    let mut star: Option<(usize, usize)> = None;
    while seen < name.len() {
        if pattern.get(at) == Some(&b'*') {
            star = Some((at, seen));
            at += 1;
        } else if pattern.get(at) == Some(&name[seen]) {
            at += 1;
            seen += 1;
        } else if let Some((place, tried)) = star {
            star = Some((place, tried + 1));
            at = place + 1;
            seen = tried + 1;
        } else {
            return false;
        }
    }
    pattern[at..].iter().all(|byte| *byte == b'*')
}

#[cfg(test)]
mod tests;
