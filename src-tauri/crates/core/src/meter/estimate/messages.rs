//! The tokens of an Anthropic request, for `/v1/messages/count_tokens`.

use serde_json::{Map, Value};

use super::estimate_tokens;

/// The marks around a message.
const MESSAGE: u64 = 4;
/// What a chat template says about tools when there are any.
const TOOLS: u64 = 150;
/// The marks around a tool or a call of one.
const TOOL: u64 = 8;
/// An image, whose size in pixels is not looked at: about 1000 × 800 of them.
const IMAGE: u64 = 1_000;
/// A page or so of a document that is not text.
const DOCUMENT: u64 = 2_000;

/// A body without messages to count.
#[derive(Debug, thiserror::Error)]
pub enum NotMessages {
    /// It does not parse.
    #[error("the body is not a JSON object")]
    Syntax(#[source] serde_json::Error),
    /// A field is missing or wrong.
    #[error("{0}")]
    Field(&'static str),
}

/// The input tokens of a body as `POST /v1/messages` takes it, estimated.
///
/// # Errors
/// When it is no JSON object or its `messages` are none.
pub fn estimate_messages(body: &[u8]) -> Result<u64, NotMessages> {
    let body: Map<String, Value> = serde_json::from_slice(body).map_err(NotMessages::Syntax)?;
    let Some(messages) = body.get("messages").and_then(Value::as_array) else {
        return Err(NotMessages::Field("messages: an array is required"));
    };
    let mut tokens = 0_u64;
    for message in messages {
        let Some(content) = message.get("content") else {
            return Err(NotMessages::Field(
                "messages: each needs a role and a content",
            ));
        };
        tokens = tokens.saturating_add(MESSAGE + content_tokens(content));
    }
    if let Some(system) = body.get("system") {
        tokens = tokens.saturating_add(MESSAGE + content_tokens(system));
    }
    if let Some(tools) = body.get("tools").and_then(Value::as_array)
        && !tools.is_empty()
    {
        let told = tools.iter().map(|tool| TOOL + json_tokens(tool));
        tokens = told.fold(tokens.saturating_add(TOOLS), u64::saturating_add);
    }
    Ok(tokens)
}

/// A string or blocks.
fn content_tokens(content: &Value) -> u64 {
    match content {
        Value::String(text) => estimate_tokens(text),
        Value::Array(blocks) => blocks.iter().map(block_tokens).fold(0, u64::saturating_add),
        _ => 0,
    }
}

fn block_tokens(block: &Value) -> u64 {
    let text = |name: &str| block.get(name).and_then(Value::as_str).map(estimate_tokens);
    match block.get("type").and_then(Value::as_str) {
        Some("text") => text("text").unwrap_or(0),
        Some("thinking") => text("thinking").unwrap_or(0),
        Some("redacted_thinking") => 0,
        Some("image") => IMAGE,
        Some("document") => document_tokens(block),
        Some("tool_use") => {
            let input = block.get("input").map_or(0, json_tokens);
            TOOL + text("name").unwrap_or(0) + input
        }
        Some("tool_result") => TOOL + block.get("content").map_or(0, content_tokens),
        _ => json_tokens(block),
    }
}

fn document_tokens(block: &Value) -> u64 {
    let source = &block["source"];
    match source["type"].as_str() {
        Some("text") => source["data"].as_str().map_or(0, estimate_tokens),
        Some("content") => content_tokens(&source["content"]),
        _ => DOCUMENT,
    }
}

fn json_tokens(value: &Value) -> u64 {
    estimate_tokens(&value.to_string())
}
