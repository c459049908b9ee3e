//! Which conversation a request belongs to, so that it stays with its account
//! and the account's prompt cache (D7).
//!
//! A client that names its conversation is believed; else what stays the same
//! from turn to turn names it: client, system prompt, tools and the first
//! message of the user. The body is scanned as it came and never rebuilt.

mod scan;

use std::borrow::Cow;
use std::hash::{BuildHasher as _, Hasher};

use http::HeaderMap;
use memchr::memmem;

use self::scan::{elements, members, value_end};
use super::App;
use super::relay::{Call, CallBody};
use crate::model::Route;

/// Headers in which agents name their conversation: many tools, Claude Code,
/// Codex old and new, `OpenCode`, Amp.
const HEADERS: [&str; 9] = [
    "x-session-id",
    "x-claude-code-session-id",
    "session_id",
    "session-id",
    "conversation_id",
    "x-conversation-id",
    "x-session-affinity",
    "thread-id",
    "x-amp-thread-id",
];
/// Longer is no name.
const LONGEST_NAME: usize = 1_024;
/// Marks where a cached prompt ends; it wanders from turn to turn.
const CACHE_CONTROL: &[u8] = b"\"cache_control\"";

impl App {
    /// The conversation of a request, unless affinity is switched off.
    pub(super) fn session_of(&self, call: &Call) -> Option<u64> {
        let has_turns = matches!(
            call.route,
            Route::ChatCompletions | Route::Messages | Route::Responses
        );
        if !has_turns || !self.live(|live| live.settings.session_affinity) {
            return None;
        }
        let body: &[u8] = match &call.body {
            CallBody::Whole(body) => body,
            CallBody::Stream(_) => &[],
        };
        session_of(&call.client, &call.headers, body)
    }
}

/// The conversation as a number; `None` when nothing tells.
fn session_of(client: &str, headers: &HeaderMap, body: &[u8]) -> Option<u64> {
    let named = HEADERS.iter().find_map(|name| {
        let name = headers.get(*name)?.as_bytes().trim_ascii();
        (!name.is_empty() && name.len() <= LONGEST_NAME).then_some(name)
    });
    if let Some(name) = named {
        return Some(hash(client, "header", &[name]));
    }
    let parts = Parts::of(body);
    if let Some(name) = parts.cache_key {
        return Some(hash(client, "prompt_cache_key", &[name]));
    }
    if let Some(name) = parts.user_id {
        return Some(hash(client, "user_id", &[name]));
    }
    let opening = parts.opening();
    let user = opening.user?;
    let system = [parts.system, parts.instructions, opening.system]
        .map(|part| lasting(part.unwrap_or_default()));
    let [system, instructions, first] = &system;
    let tools = lasting(parts.tools.unwrap_or_default());
    let user = lasting(user);
    Some(hash(
        client,
        "opening",
        &[system, instructions, first, &tools, &user],
    ))
}

/// What of a body may name the conversation, as raw JSON.
#[derive(Default)]
struct Parts<'a> {
    cache_key: Option<&'a [u8]>,
    user_id: Option<&'a [u8]>,
    /// Anthropic's.
    system: Option<&'a [u8]>,
    /// That of `/responses`.
    instructions: Option<&'a [u8]>,
    tools: Option<&'a [u8]>,
    /// `messages`, or `input` of `/responses`.
    turns: Option<&'a [u8]>,
}

impl<'a> Parts<'a> {
    fn of(body: &'a [u8]) -> Self {
        let mut parts = Self::default();
        for (name, value) in members(body) {
            match name {
                b"prompt_cache_key" => parts.cache_key = named(value),
                b"metadata" => {
                    parts.user_id = members(value)
                        .find(|(name, _)| *name == b"user_id")
                        .and_then(|(_, value)| named(value));
                }
                b"system" => parts.system = Some(value),
                b"instructions" => parts.instructions = Some(value),
                b"tools" => parts.tools = Some(value),
                b"messages" | b"input" => parts.turns = Some(value),
                _ => {}
            }
        }
        parts
    }

    /// What the conversation begins with.
    fn opening(&self) -> Opening<'a> {
        let turns = self.turns.unwrap_or_default();
        if turns.starts_with(b"\"") {
            return Opening {
                system: None,
                user: Some(turns),
            };
        }
        let mut opening = Opening::default();
        for turn in elements(turns) {
            let mut role: &[u8] = b"";
            let mut content = None;
            for (name, value) in members(turn) {
                match name {
                    b"role" => role = value,
                    b"content" => content = Some(value),
                    _ => {}
                }
            }
            match role {
                b"\"system\"" | b"\"developer\"" if opening.system.is_none() => {
                    opening.system = content;
                }
                b"\"user\"" => {
                    opening.user = content;
                    break;
                }
                _ => {}
            }
        }
        opening
    }
}

/// The first words of either side, as raw JSON.
#[derive(Default)]
struct Opening<'a> {
    system: Option<&'a [u8]>,
    user: Option<&'a [u8]>,
}

/// A JSON string that can be a name.
fn named(value: &[u8]) -> Option<&[u8]> {
    let is_name = value.starts_with(b"\"") && (3..=LONGEST_NAME).contains(&value.len());
    is_name.then_some(value)
}

/// Raw JSON without what changes from turn to turn.
fn lasting(json: &[u8]) -> Cow<'_, [u8]> {
    let mut marks = memmem::find_iter(json, CACHE_CONTROL).peekable();
    if marks.peek().is_none() {
        return Cow::Borrowed(json);
    }
    let mut left = Vec::with_capacity(json.len());
    let mut from = 0;
    for at in marks {
        let Some(end) = member_end(json, at + CACHE_CONTROL.len()) else {
            continue;
        };
        if at < from {
            continue;
        }
        let before = json[from..at].trim_ascii_end();
        // With the comma before it, or the one behind when it comes first.
        from = end;
        if let Some(before) = before.strip_suffix(b",") {
            left.extend_from_slice(before);
        } else {
            left.extend_from_slice(before);
            let behind = json[end..].trim_ascii_start();
            if let Some(behind) = behind.strip_prefix(b",") {
                from = json.len() - behind.len();
            }
        }
    }
    left.extend_from_slice(&json[from..]);
    Cow::Owned(left)
}

/// The end of the member whose name ends at `at`; `None` when it is no name.
fn member_end(json: &[u8], at: usize) -> Option<usize> {
    let rest = &json[at..];
    let colon = rest.iter().position(|byte| !byte.is_ascii_whitespace())?;
    (rest[colon] == b':').then(|| at + colon + 1 + value_end(&rest[colon + 1..]))
}

/// One number for these parts. It names nothing outside of this process.
fn hash(client: &str, kind: &str, parts: &[&[u8]]) -> u64 {
    let mut hasher = foldhash::quality::FixedState::default().build_hasher();
    for part in [client.as_bytes(), kind.as_bytes()].iter().chain(parts) {
        hasher.write_usize(part.len());
        hasher.write(part);
    }
    hasher.finish()
}

#[cfg(test)]
mod tests;
