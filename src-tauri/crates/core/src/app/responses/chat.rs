//! A chat's answer as it is read, whole or in pieces. What a model leaves out,
//! sends as `null` or adds is borne (API reference §3.1, §7).

use serde::Deserialize;
use serde_json::{Value, json};

/// A whole answer or one piece of a stream.
#[derive(Debug, Default, Deserialize)]
pub(super) struct Chat {
    #[serde(default)]
    pub(super) created: Option<i64>,
    #[serde(default)]
    pub(super) model: Option<String>,
    #[serde(default)]
    pub(super) choices: Option<Vec<Choice>>,
    #[serde(default)]
    usage: Option<Value>,
}

/// One of the answers; a response has room for the first only.
#[derive(Debug, Deserialize)]
pub(super) struct Choice {
    #[serde(default)]
    pub(super) index: Option<u64>,
    #[serde(default, alias = "delta")]
    pub(super) message: Option<Message>,
    #[serde(default)]
    pub(super) finish_reason: Option<String>,
}

/// What was said, or a piece of it.
#[derive(Debug, Default, Deserialize)]
pub(super) struct Message {
    #[serde(default)]
    pub(super) content: Option<String>,
    #[serde(default)]
    pub(super) reasoning_content: Option<String>,
    #[serde(default)]
    pub(super) tool_calls: Option<Vec<ToolCall>>,
}

/// A call, or a piece of one. Later pieces have neither id nor name.
#[derive(Debug, Deserialize)]
pub(super) struct ToolCall {
    #[serde(default)]
    pub(super) index: Option<u64>,
    #[serde(default)]
    pub(super) id: Option<String>,
    #[serde(default)]
    pub(super) function: Option<Function>,
}

#[derive(Debug, Default, Deserialize)]
pub(super) struct Function {
    #[serde(default)]
    pub(super) name: Option<String>,
    #[serde(default)]
    arguments: Option<Value>,
}

impl Function {
    /// The arguments as JSON text; some models send the object itself.
    pub(super) fn arguments(self) -> String {
        match self.arguments {
            None | Some(Value::Null) => String::new(),
            Some(Value::String(text)) => text,
            Some(other) => other.to_string(),
        }
    }
}

impl Chat {
    /// The usage, when it is told.
    pub(super) fn usage(&self) -> Option<Usage> {
        Usage::read(self.usage.as_ref()?)
    }

    /// The first answer.
    pub(super) fn into_choice(self) -> Option<Choice> {
        let choices = self.choices.unwrap_or_default();
        choices
            .into_iter()
            .find(|choice| choice.index.unwrap_or(0) == 0)
    }
}

/// Why the model stopped.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Finish {
    /// It was done, or calls tools.
    Done,
    /// The limit of tokens.
    Length,
    /// A filter.
    Filtered,
    /// The upstream ran out of what it needs.
    OutOfResources,
}

impl Finish {
    pub(super) fn of(reason: &str) -> Self {
        match reason {
            "length" => Self::Length,
            "content_filter" => Self::Filtered,
            "insufficient_system_resource" => Self::OutOfResources,
            _ => Self::Done,
        }
    }

    /// The reason of an incomplete response.
    pub(super) fn incomplete_reason(&self) -> Option<&'static str> {
        match self {
            Self::Length => Some("max_output_tokens"),
            Self::Filtered => Some("content_filter"),
            Self::Done | Self::OutOfResources => None,
        }
    }
}

/// Tokens, as the upstream counted them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Usage {
    input: u64,
    output: u64,
    cached: u64,
    reasoning: u64,
}

impl Usage {
    fn read(usage: &Value) -> Option<Self> {
        let cached = usage["prompt_tokens_details"]["cached_tokens"]
            .as_u64()
            .or_else(|| usage["prompt_cache_hit_tokens"].as_u64());
        let reasoning = usage["completion_tokens_details"]["reasoning_tokens"].as_u64();
        Some(Self {
            input: usage["prompt_tokens"].as_u64()?,
            output: usage["completion_tokens"].as_u64()?,
            cached: cached.unwrap_or(0),
            reasoning: reasoning.unwrap_or(0),
        })
    }

    /// As a response tells it. The vendor bills no writing of the cache.
    pub(super) fn shown(self) -> Value {
        json!({
            "input_tokens": self.input,
            "input_tokens_details": {"cached_tokens": self.cached, "cache_write_tokens": 0},
            "output_tokens": self.output,
            "output_tokens_details": {"reasoning_tokens": self.reasoning},
            "total_tokens": self.input.saturating_add(self.output),
        })
    }
}
