//! The `usage` object of chat answers.

use std::io::Write as _;

use crate::behaviour::Behaviour;
use crate::ledger::Usage;

/// Where usage stands in a stream.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::routes) enum UsageTold {
    /// In every chunk, cumulative: what the vendor does.
    InEachChunk,
    /// Only in a last chunk without choices.
    Last,
    /// In the closing chunk; the others have null.
    Closing,
    /// In every chunk, before the choices.
    First,
    /// In the closing choice.
    Nested,
    /// In a chunk after `[DONE]`.
    AfterDone,
    /// Nowhere.
    Never,
}

impl UsageTold {
    pub(in crate::routes) fn of(behaviour: &Behaviour) -> Self {
        match behaviour {
            Behaviour::NoUsage => Self::Never,
            Behaviour::UsageLast => Self::Last,
            Behaviour::UsageNull => Self::Closing,
            Behaviour::UsageFirst => Self::First,
            Behaviour::UsageNested => Self::Nested,
            Behaviour::UsageAfterDone => Self::AfterDone,
            _ => Self::InEachChunk,
        }
    }
}

/// Appends `,"usage":` and the object.
pub(in crate::routes) fn push_field(out: &mut Vec<u8>, usage: Usage, tells_cache: bool) {
    out.extend_from_slice(br#","usage":"#);
    push(out, usage, tells_cache);
}

/// Appends the usage object; older models have no cache fields.
fn push(out: &mut Vec<u8>, usage: Usage, tells_cache: bool) {
    let Usage {
        prompt,
        completion,
        cached,
        reasoning,
    } = usage;
    put(
        out,
        format_args!(
            r#"{{"prompt_tokens":{prompt},"completion_tokens":{completion},"total_tokens":{}"#,
            prompt + completion
        ),
    );
    if reasoning > 0 {
        put(
            out,
            format_args!(r#","completion_tokens_details":{{"reasoning_tokens":{reasoning}}}"#),
        );
    }
    if tells_cache {
        put(
            out,
            format_args!(
                r#","prompt_tokens_details":{{"cached_tokens":{cached}}},"prompt_cache_hit_tokens":{cached},"prompt_cache_miss_tokens":{}"#,
                prompt - cached
            ),
        );
    }
    out.push(b'}');
}

/// Appends formatted text.
pub(in crate::routes) fn put(out: &mut Vec<u8>, text: std::fmt::Arguments<'_>) {
    out.write_fmt(text)
        .expect("writing to a vector cannot fail");
}

/// Appends a JSON string.
pub(in crate::routes) fn put_string(out: &mut Vec<u8>, text: &str) {
    serde_json::to_writer(out, text).expect("writing a string to a vector cannot fail");
}
