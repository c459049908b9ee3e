//! What is answered: always the same to the same question.

use serde_json::{Map, Value, json};

use super::{Ask, LastSaid, Text, Tool, ToolChoice, tokens};
use crate::behaviour::Behaviour;
use crate::ids::Ids;
use crate::ledger::Usage;
use crate::model::{Model, Thinking};

/// Characters of the question that the answer repeats.
const ECHO: usize = 400;
/// The chain of thought of every answer.
const REASONING: &str = "The user said something. I will repeat it.";
/// Pieces an answer has beyond the place where it is to be interrupted.
const MARGIN: usize = 5;

/// An answer before it has the form of a protocol.
#[derive(Debug)]
pub(crate) struct Answer {
    pub(crate) reasoning: Option<Text>,
    pub(crate) text: Text,
    pub(crate) tool: Option<ToolCall>,
    pub(crate) finish: Finish,
}

/// A call of one of the client's tools.
#[derive(Debug)]
pub(crate) struct ToolCall {
    pub(crate) id: String,
    pub(crate) name: String,
    /// JSON text.
    pub(crate) arguments: String,
}

/// Why an answer ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Finish {
    Stop,
    Length,
    ToolCalls,
}

impl ToolCall {
    /// Tokens of the part before the arguments.
    pub(crate) fn opening_tokens(&self) -> u64 {
        tokens(&self.name)
    }

    /// The arguments in two parts, as streams send them.
    pub(crate) fn argument_parts(&self) -> (&str, &str) {
        let middle = self.arguments.len() / 2;
        let middle = (0..=middle)
            .rev()
            .find(|at| self.arguments.is_char_boundary(*at))
            .unwrap_or(0);
        self.arguments.split_at(middle)
    }

    fn tokens(&self) -> u64 {
        let (first, second) = self.argument_parts();
        self.opening_tokens() + tokens(first) + tokens(second)
    }
}

impl Answer {
    /// Decides on an answer.
    pub(crate) fn plan(ask: &Ask, model: &Model, behaviour: &Behaviour, ids: &Ids) -> Self {
        let thinks = match model.thinking {
            Thinking::Always => ask.thinking != Some(false),
            Thinking::Optional => ask.thinking == Some(true),
            Thinking::Never => false,
        };
        let reasoning = (thinks || *behaviour == Behaviour::Reasoning)
            .then(|| Text::Said(REASONING.to_owned()));
        if let Some(tool) = tool_call(ask, behaviour, ids) {
            return Self {
                reasoning,
                text: Text::Said(String::new()),
                tool: Some(tool),
                finish: Finish::ToolCalls,
            };
        }
        let mut text = text(ask, behaviour);
        let cut = ask.max_tokens.is_some_and(|limit| text.truncate(limit));
        Self {
            reasoning,
            text: lengthened(text, behaviour),
            tool: None,
            finish: if cut { Finish::Length } else { Finish::Stop },
        }
    }

    /// The usage of the whole answer.
    pub(crate) fn usage(&self, prompt: u64, cached: u64) -> Usage {
        let reasoning = self.reasoning.as_ref().map_or(0, Text::tokens);
        let tool = self.tool.as_ref().map_or(0, ToolCall::tokens);
        Usage {
            prompt,
            completion: reasoning + self.text.tokens() + tool,
            cached,
            reasoning,
        }
    }
}

fn text(ask: &Ask, behaviour: &Behaviour) -> Text {
    match behaviour {
        Behaviour::Sse { chunks, size, .. } => Text::Repeated {
            piece: "x".repeat(if *size == 0 { 4 } else { *size }),
            times: *chunks,
        },
        Behaviour::HugeLine { bytes } => Text::Repeated {
            piece: "x".repeat(*bytes),
            times: 1,
        },
        Behaviour::EmptyResponse => Text::Said(String::new()),
        _ => Text::Said(match &ask.last {
            LastSaid::User(said) => format!("You said: {}", beginning(said)),
            LastSaid::Tool(result) => format!("The tool said: {}", beginning(result)),
        }),
    }
}

fn beginning(text: &str) -> &str {
    match text.char_indices().nth(ECHO) {
        Some((end, _)) => &text[..end],
        None => text,
    }
}

/// Adds words until the answer is long enough to be interrupted.
fn lengthened(text: Text, behaviour: &Behaviour) -> Text {
    let events = match behaviour {
        Behaviour::Cut { after_chunks, .. } | Behaviour::Stall { after_chunks } => *after_chunks,
        Behaviour::ErrorMidStream { after } => *after,
        _ => return text,
    };
    let missing = (events + MARGIN).saturating_sub(text.pieces());
    match text {
        Text::Said(said) => Text::Said(said + &" and".repeat(missing)),
        repeated @ Text::Repeated { .. } => repeated,
    }
}

/// The tool that is called, if one is.
fn tool_call(ask: &Ask, behaviour: &Behaviour, ids: &Ids) -> Option<ToolCall> {
    let LastSaid::User(said) = &ask.last else {
        return None;
    };
    let forced = *behaviour == Behaviour::ToolCall;
    if forced && ask.tools.is_empty() {
        let arguments = json!({"city": "Paris"});
        return Some(call(ask, "get_weather", &arguments, ids));
    }
    let tool = match &ask.tool_choice {
        ToolChoice::None => None,
        ToolChoice::Named(name) => ask.tools.iter().find(|tool| tool.name == *name),
        ToolChoice::Required => mentioned(&ask.tools, said).or(ask.tools.first()),
        ToolChoice::Auto if forced => mentioned(&ask.tools, said).or(ask.tools.first()),
        ToolChoice::Auto => mentioned(&ask.tools, said),
    }?;
    Some(call(ask, &tool.name, &arguments(&tool.schema), ids))
}

/// The first tool whose name, or a long word of it, occurs in the text.
fn mentioned<'a>(tools: &'a [Tool], said: &str) -> Option<&'a Tool> {
    let said = said.to_lowercase();
    tools.iter().find(|tool| {
        let name = tool.name.to_lowercase();
        said.contains(&name)
            || name
                .split(['_', '-'])
                .any(|word| word.len() >= 4 && said.contains(word))
    })
}

fn call(ask: &Ask, name: &str, arguments: &Value, ids: &Ids) -> ToolCall {
    // Kimi numbers its calls by name; the others use the form of chat ids.
    let id = if ask.model.contains("Kimi") {
        format!("functions.{name}:0")
    } else {
        ids.uuid7()
    };
    ToolCall {
        id,
        name: name.to_owned(),
        arguments: arguments.to_string(),
    }
}

/// Arguments that fit a schema's top level.
fn arguments(schema: &Value) -> Value {
    let Some(properties) = schema.get("properties").and_then(Value::as_object) else {
        return Value::Object(Map::new());
    };
    let filled = properties
        .iter()
        .map(|(name, schema)| (name.clone(), example(name, schema)))
        .collect();
    Value::Object(filled)
}

fn example(name: &str, schema: &Value) -> Value {
    if let Some(first) = schema.get("enum").and_then(|values| values.get(0)) {
        return first.clone();
    }
    match schema.get("type").and_then(Value::as_str) {
        Some("integer" | "number") => json!(1),
        Some("boolean") => json!(true),
        Some("array") => json!([]),
        Some("object") => arguments(schema),
        Some("null") => Value::Null,
        Some(_) | None => match name {
            "city" | "location" => json!("Paris"),
            _ => json!(format!("some {name}")),
        },
    }
}
