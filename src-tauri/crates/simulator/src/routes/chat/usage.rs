//! The `usage` object of chat answers.

use std::io::Write as _;

use crate::ledger::Usage;

/// Where usage stands in a stream.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum UsageTold {
    /// In every chunk, cumulative: what the vendor does.
    InEachChunk,
    /// Only in a last chunk without choices.
    Last,
    /// Nowhere.
    Never,
}

/// Appends the usage object; older models have no cache fields.
pub(super) fn push(out: &mut Vec<u8>, usage: Usage, tells_cache: bool) {
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
pub(super) fn put(out: &mut Vec<u8>, text: std::fmt::Arguments<'_>) {
    out.write_fmt(text)
        .expect("writing to a vector cannot fail");
}

/// Appends a JSON string.
pub(super) fn put_string(out: &mut Vec<u8>, text: &str) {
    serde_json::to_writer(out, text).expect("writing a string to a vector cannot fail");
}
