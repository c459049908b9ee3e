//! Reads and checks the body of a request for a message.

use serde_json::{Map, Value};

use crate::conversation::{Ask, LastSaid, Tool, ToolChoice, text_of, tokens};
use crate::customers::Prompt;
use crate::reply::{Refused, Reply};
use crate::routes::chat::{check_types, message_list, required_text};

/// Understands a body, or refuses it with the vendor's text.
pub(super) fn ask(document: &Value) -> Result<Ask, Refused> {
    let fields = document
        .as_object()
        .ok_or_else(|| Box::new(Reply::malformed()))?;
    let model = required_text(fields, "model")?;
    let messages = message_list(fields)?;
    if !fields.contains_key("max_tokens") {
        return Err(Box::new(Reply::invalid("Field required")));
    }
    check_types(fields)?;
    let mut prompt = Prompt::default();
    if let Some(system) = fields.get("system") {
        prompt.push(system, tokens(&text_of(system)));
    }
    for message in messages {
        let content = message.get("content").unwrap_or(&Value::Null);
        prompt.push(message, tokens(&all_text(content)));
    }
    Ok(Ask {
        model: model.to_owned(),
        stream: fields.get("stream").and_then(Value::as_bool) == Some(true),
        prompt,
        last: last_said(messages),
        tools: tools(fields),
        tool_choice: tool_choice(fields.get("tool_choice")),
        max_tokens: fields.get("max_tokens").and_then(Value::as_u64),
        thinking: thinking(fields),
    })
}

/// The text of a content with that of its tool results.
fn all_text(content: &Value) -> String {
    let results: Vec<String> = tool_results(content).map(text_of).collect();
    if results.is_empty() {
        return text_of(content);
    }
    text_of(content) + &results.join("\n")
}

fn tool_results(content: &Value) -> impl Iterator<Item = &Value> {
    let blocks = content.as_array().map(Vec::as_slice).unwrap_or_default();
    blocks
        .iter()
        .filter(|block| block.get("type").and_then(Value::as_str) == Some("tool_result"))
        .filter_map(|block| block.get("content"))
}

/// The tool results of the last message, else the user's last words.
fn last_said(messages: &[Value]) -> LastSaid {
    let last_user = messages
        .iter()
        .rev()
        .find(|message| message.get("role").and_then(Value::as_str) == Some("user"))
        .and_then(|message| message.get("content"))
        .unwrap_or(&Value::Null);
    let results: Vec<String> = tool_results(last_user).map(text_of).collect();
    if results.is_empty() {
        LastSaid::User(text_of(last_user))
    } else {
        LastSaid::Tool(results.join("\n"))
    }
}

fn tools(fields: &Map<String, Value>) -> Vec<Tool> {
    let listed = fields.get("tools").and_then(Value::as_array);
    listed
        .into_iter()
        .flatten()
        .filter_map(|tool| {
            Some(Tool {
                name: tool.get("name")?.as_str()?.to_owned(),
                schema: tool.get("input_schema").cloned().unwrap_or_default(),
            })
        })
        .collect()
}

fn tool_choice(value: Option<&Value>) -> ToolChoice {
    let field = |name: &str| value.and_then(|value| value.get(name)?.as_str());
    match (field("type"), field("name")) {
        (Some("none"), _) => ToolChoice::None,
        (Some("any"), _) => ToolChoice::Required,
        (Some("tool"), Some(name)) => ToolChoice::Named(name.to_owned()),
        _ => ToolChoice::Auto,
    }
}

fn thinking(fields: &Map<String, Value>) -> Option<bool> {
    let kind = fields.get("thinking")?.get("type")?.as_str()?;
    Some(kind != "disabled")
}
