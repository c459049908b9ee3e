//! Reads a usage object. Called once per body.

use serde::Deserialize;
use serde_json::Value;

use crate::model::{Protocol, Usage};

/// The parts of an answer, or of an event, in which usage stands.
#[derive(Default, Deserialize)]
struct Document {
    #[serde(default)]
    usage: Option<Value>,
    /// Of `message_start`.
    #[serde(default)]
    message: Option<Message>,
}

#[derive(Deserialize)]
struct Message {
    #[serde(default)]
    usage: Option<Value>,
}

/// The usage of a JSON document or event; `None` when it has none.
pub(super) fn read(protocol: Protocol, json: &[u8]) -> Option<Usage> {
    let document: Document = serde_json::from_slice(json).ok()?;
    let usage = document
        .usage
        .or_else(|| document.message.and_then(|message| message.usage))
        .filter(Value::is_object)?;
    Some(match protocol {
        Protocol::OpenAi => openai(&usage),
        Protocol::Anthropic => anthropic(&usage),
    })
}

fn openai(usage: &Value) -> Usage {
    let cached = usage["prompt_tokens_details"]["cached_tokens"]
        .as_u64()
        .or_else(|| usage["prompt_cache_hit_tokens"].as_u64());
    // The second names are those of `/systemone`.
    let count = |name: &str, other: &str| usage[name].as_u64().or_else(|| usage[other].as_u64());
    Usage {
        prompt_tokens: count("prompt_tokens", "input_tokens"),
        completion_tokens: count("completion_tokens", "output_tokens"),
        cached_tokens: cached,
        reasoning_tokens: usage["completion_tokens_details"]["reasoning_tokens"].as_u64(),
    }
}

/// Anthropic counts cached input beside `input_tokens`; ours includes it.
fn anthropic(usage: &Value) -> Usage {
    let cached = usage["cache_read_input_tokens"].as_u64();
    let created = usage["cache_creation_input_tokens"].as_u64();
    let prompt = usage["input_tokens"].as_u64().map(|input| {
        input
            .saturating_add(cached.unwrap_or(0))
            .saturating_add(created.unwrap_or(0))
    });
    Usage {
        prompt_tokens: prompt,
        completion_tokens: usage["output_tokens"].as_u64(),
        cached_tokens: cached,
        reasoning_tokens: None,
    }
}

/// What is known of `later`, else of `earlier`.
pub(super) fn merged(earlier: Usage, later: Usage) -> Usage {
    Usage {
        prompt_tokens: later.prompt_tokens.or(earlier.prompt_tokens),
        completion_tokens: later.completion_tokens.or(earlier.completion_tokens),
        cached_tokens: later.cached_tokens.or(earlier.cached_tokens),
        reasoning_tokens: later.reasoning_tokens.or(earlier.reasoning_tokens),
    }
}

/// What makes an event an error.
#[derive(Deserialize)]
struct Refusal {
    #[serde(default)]
    error: Option<Value>,
    #[serde(default)]
    code: Option<Value>,
}

/// Whether an event is an error instead of a part of the answer: an `error` in
/// the manner of OpenAI or Anthropic, or the vendor's envelope.
pub(super) fn is_error(json: &[u8]) -> bool {
    let Ok(refusal) = serde_json::from_slice::<Refusal>(json) else {
        return false;
    };
    let names_error = refusal.error.is_some_and(|error| !error.is_null());
    let has_code = refusal
        .code
        .is_some_and(|code| !code.is_null() && code.as_i64() != Some(OK_CODE));
    names_error || has_code
}

/// `code` of an enveloped answer that is none of an error (API reference §5).
const OK_CODE: i64 = 20000;
