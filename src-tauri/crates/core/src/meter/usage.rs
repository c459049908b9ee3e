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

/// The usage of a JSON document; `None` when it has none.
pub(super) fn read(protocol: Protocol, json: &[u8]) -> Option<Usage> {
    Some(part(protocol, json)?.usage())
}

/// What a JSON document or an event of a stream says of the usage.
pub(super) fn part(protocol: Protocol, json: &[u8]) -> Option<Part> {
    let document: Document = serde_json::from_slice(json).ok()?;
    let usage = document
        .usage
        .or_else(|| document.message.and_then(|message| message.usage))
        .filter(Value::is_object)?;
    Some(match protocol {
        Protocol::OpenAi => Part {
            told: openai(&usage),
            beside: Beside::default(),
        },
        Protocol::Anthropic => anthropic(&usage),
    })
}

/// Counts as they stand in one usage object. Several are put together before
/// anything is added up: a later one may repeat some of them and leave out others.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Part {
    told: Usage,
    beside: Beside,
}

/// Input that Anthropic counts beside `input_tokens`; our prompt includes it.
#[derive(Clone, Copy, Debug, Default)]
struct Beside {
    cached: Option<u64>,
    created: Option<u64>,
}

impl Part {
    /// What is known of this one, else of an earlier one.
    pub(super) fn after(self, earlier: Self) -> Self {
        let (later, told) = (self.told, earlier.told);
        Self {
            told: Usage {
                prompt_tokens: later.prompt_tokens.or(told.prompt_tokens),
                completion_tokens: later.completion_tokens.or(told.completion_tokens),
                cached_tokens: later.cached_tokens.or(told.cached_tokens),
                reasoning_tokens: later.reasoning_tokens.or(told.reasoning_tokens),
            },
            beside: Beside {
                cached: self.beside.cached.or(earlier.beside.cached),
                created: self.beside.created.or(earlier.beside.created),
            },
        }
    }

    /// The sum of it.
    pub(super) fn usage(self) -> Usage {
        let Beside { cached, created } = self.beside;
        let beside = cached.unwrap_or(0).saturating_add(created.unwrap_or(0));
        Usage {
            prompt_tokens: self
                .told
                .prompt_tokens
                .map(|input| input.saturating_add(beside)),
            ..self.told
        }
    }
}

/// A usage object by itself; `None` when it is none.
pub(super) fn of_openai(json: &[u8]) -> Option<Usage> {
    let usage: Value = serde_json::from_slice(json).ok()?;
    usage.is_object().then(|| openai(&usage))
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

fn anthropic(usage: &Value) -> Part {
    let cached = usage["cache_read_input_tokens"].as_u64();
    Part {
        told: Usage {
            prompt_tokens: usage["input_tokens"].as_u64(),
            completion_tokens: usage["output_tokens"].as_u64(),
            cached_tokens: cached,
            reasoning_tokens: None,
        },
        beside: Beside {
            cached,
            created: usage["cache_creation_input_tokens"].as_u64(),
        },
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
