//! What was asked, as far as the answer depends on it.

use serde_json::Value;

use crate::customers::Prompt;

/// A request for an answer, in either protocol.
#[derive(Debug)]
pub(crate) struct Ask {
    /// Model as it was asked for; the answer repeats it.
    pub(crate) model: String,
    pub(crate) stream: bool,
    /// The messages as the prompt cache and the prices see them.
    pub(crate) prompt: Prompt,
    pub(crate) last: LastSaid,
    pub(crate) tools: Vec<Tool>,
    pub(crate) tool_choice: ToolChoice,
    /// Most tokens of the answer, without the chain of thought.
    pub(crate) max_tokens: Option<u64>,
    /// Whether a chain of thought was asked for, or refused.
    pub(crate) thinking: Option<bool>,
}

/// Who spoke last.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum LastSaid {
    /// The user.
    User(String),
    /// A tool, with its result.
    Tool(String),
}

/// A tool the model may call.
#[derive(Debug)]
pub(crate) struct Tool {
    pub(crate) name: String,
    /// JSON schema of the arguments.
    pub(crate) schema: Value,
}

/// Whether a tool may or must be called.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum ToolChoice {
    Auto,
    None,
    Required,
    Named(String),
}

/// The text in a message's content: a string, or parts with text in them.
pub(crate) fn text_of(content: &Value) -> String {
    match content {
        Value::String(text) => text.clone(),
        Value::Array(parts) => {
            let texts: Vec<&str> = parts
                .iter()
                .filter_map(|part| part.get("text").and_then(Value::as_str))
                .collect();
            texts.join("\n")
        }
        _ => String::new(),
    }
}
