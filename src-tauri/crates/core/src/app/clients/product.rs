//! Which tool a request comes from, as its `User-Agent` says: two tools with the
//! same token are told apart by it.

use std::sync::{Arc, LazyLock};

/// A longer name is cut, in characters.
const LONGEST: usize = 64;

/// Tools that are often met, so that most requests share a name in memory.
static KNOWN: LazyLock<Vec<Arc<str>>> = LazyLock::new(|| {
    let names = [
        "claude-cli",
        "codex_cli_rs",
        "Cursor",
        "Cline",
        "Roo-Code",
        "Continue",
        "aider",
        "opencode",
        "CherryStudio",
        "LobeChat",
        "OpenAI/Python",
        "AsyncOpenAI/Python",
        "OpenAI/JS",
        "Anthropic/Python",
        "AsyncAnthropic/Python",
        "Anthropic/JS",
        "python-requests",
        "python-httpx",
        "node",
        "curl",
    ];
    names.into_iter().map(Arc::from).collect()
});

/// Parts of what browsers, and programs that are built of one, say of themselves.
const BROWSERS: [&str; 10] = [
    "Mozilla",
    "AppleWebKit",
    "Chrome",
    "Chromium",
    "Safari",
    "Electron",
    "Firefox",
    "Gecko",
    "Edg",
    "Version",
];

/// The product of a `User-Agent`, without its version: at most 64 printable ASCII
/// characters. `OpenAI/Python 1.2` is the vendor's way to name a library, and a
/// program built of a browser is named by what is its own.
#[must_use]
pub(in crate::app) fn product(user_agent: &str) -> Option<Arc<str>> {
    let mut words = user_agent.split_ascii_whitespace();
    let first = words.next()?;
    let (name, rest) = first.split_once('/').unwrap_or((first, ""));
    let named = if rest.starts_with(|letter: char| letter.is_ascii_alphabetic()) {
        first
    } else if BROWSERS.contains(&name) {
        own_name(words).unwrap_or(name)
    } else {
        name
    };
    let is_sound = named.bytes().all(|byte| byte.is_ascii_graphic());
    // By mistake it may be a key, or a token of ours (S17).
    let is_secret = named.contains("sk-") || named.contains("fk-");
    if named.is_empty() || !is_sound || is_secret {
        return None;
    }
    let named = &named[..named.len().min(LONGEST)];
    let known = KNOWN.iter().find(|known| ***known == *named);
    Some(known.map_or_else(|| Arc::from(named), Arc::clone))
}

/// The first product outside brackets that is no part of a browser.
fn own_name<'a>(words: impl Iterator<Item = &'a str>) -> Option<&'a str> {
    let mut depth = 0_usize;
    for word in words {
        let outside = depth == 0 && !word.starts_with('(');
        let opened = word.matches('(').count();
        depth = (depth + opened).saturating_sub(word.matches(')').count());
        if let Some((name, _)) = word.split_once('/')
            && outside
            && !BROWSERS.contains(&name)
        {
            return Some(name);
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    fn named(user_agent: &str) -> Option<String> {
        product(user_agent).map(|name| name.to_string())
    }

    #[test]
    fn tools_are_named_without_their_version() {
        for (user_agent, name) in [
            ("claude-cli/1.0.72 (external, cli)", "claude-cli"),
            ("codex_cli_rs/0.20.0 (Debian 12; x86_64)", "codex_cli_rs"),
            ("OpenAI/Python 1.99.1", "OpenAI/Python"),
            ("Anthropic/JS 0.57.0", "Anthropic/JS"),
            ("Cline/3.20", "Cline"),
            ("curl/8.5.0", "curl"),
            ("MyTool", "MyTool"),
            ("python-requests/2.32 extra", "python-requests"),
        ] {
            assert_eq!(named(user_agent).as_deref(), Some(name), "{user_agent}");
        }
    }

    #[test]
    fn a_program_built_of_a_browser_has_a_name_of_its_own() {
        let electron = "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, \
                        like Gecko) CherryStudio/1.5.3 Chrome/134.0.6998.205 Electron/35.6.0 \
                        Safari/537.36";
        assert_eq!(named(electron).as_deref(), Some("CherryStudio"));
        let browser = "Mozilla/5.0 (X11; Linux x86_64; rv:128.0) Gecko/20100101 Firefox/128.0";
        assert_eq!(named(browser).as_deref(), Some("Mozilla"));
    }

    #[test]
    fn names_are_bounded_and_printable() {
        assert_eq!(named(&format!("{}/1", "x".repeat(500))).unwrap().len(), 64);
        for nothing in [
            "",
            "   ",
            "/1.0",
            "名字/1",
            "a\u{7f}b/1",
            "sk-test0000/1",
            "fk-0000/1",
        ] {
            assert_eq!(named(nothing), None, "{nothing:?}");
        }
    }

    #[test]
    fn known_names_are_shared() {
        let (one, other) = (product("curl/8").unwrap(), product("curl/7").unwrap());
        assert!(Arc::ptr_eq(&one, &other));
    }
}
