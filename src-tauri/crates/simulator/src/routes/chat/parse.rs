//! Reads and checks the body of a chat request.

use serde_json::{Map, Value};

use crate::conversation::{Ask, LastSaid, Tool, ToolChoice, text_of, tokens};
use crate::customers::Prompt;
use crate::reply::{Refused, Reply};

const ROLES: [&str; 5] = ["system", "developer", "user", "assistant", "tool"];

/// Understands a body, or refuses it with the vendor's text.
pub(super) fn ask(document: &Value) -> Result<Ask, Refused> {
    let fields = document
        .as_object()
        .ok_or_else(|| Box::new(Reply::malformed()))?;
    let model = required_text(fields, "model")?;
    let messages = messages(fields)?;
    check_types(fields)?;
    let mut prompt = Prompt::default();
    for message in messages {
        let content = message.get("content").unwrap_or(&Value::Null);
        prompt.push(message, tokens(&text_of(content)));
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

/// A text field that must be there.
pub(in crate::routes) fn required_text<'a>(
    fields: &'a Map<String, Value>,
    name: &str,
) -> Result<&'a str, Refused> {
    match fields.get(name) {
        None => Err(invalid("Field required")),
        Some(Value::String(text)) => Ok(text),
        Some(_) => Err(invalid(&format!("{name}: Input should be a valid string"))),
    }
}

/// The messages, each an object.
pub(in crate::routes) fn message_list(fields: &Map<String, Value>) -> Result<&[Value], Refused> {
    match fields.get("messages") {
        None => Err(invalid("Field required")),
        Some(Value::Array(messages))
            if !messages.is_empty() && messages.iter().all(Value::is_object) =>
        {
            Ok(messages)
        }
        Some(Value::Array(_)) => Err(Box::new(Reply::malformed())),
        Some(_) => Err(invalid("messages: Input should be a valid list")),
    }
}

fn messages(fields: &Map<String, Value>) -> Result<&[Value], Refused> {
    let messages = message_list(fields)?;
    let known = messages
        .iter()
        .all(|message| ROLES.contains(&role_of(message)));
    if known {
        Ok(messages)
    } else {
        Err(Box::new(Reply::malformed()))
    }
}

fn role_of(message: &Value) -> &str {
    message
        .get("role")
        .and_then(Value::as_str)
        .unwrap_or_default()
}

/// Refuses known fields of a wrong type; unknown fields are ignored.
pub(in crate::routes) fn check_types(fields: &Map<String, Value>) -> Result<(), Refused> {
    type Rule = (&'static str, &'static str, fn(&Value) -> bool);
    const RULES: [Rule; 9] = [
        ("max_tokens", "integer", Value::is_u64),
        ("top_k", "integer", is_integer),
        ("n", "integer", Value::is_u64),
        ("thinking_budget", "integer", Value::is_u64),
        ("temperature", "number", Value::is_number),
        ("top_p", "number", Value::is_number),
        ("stream", "boolean", Value::is_boolean),
        ("enable_thinking", "boolean", Value::is_boolean),
        ("tools", "list", Value::is_array),
    ];
    for (name, kind, is_right) in RULES {
        let value = fields.get(name).filter(|value| !value.is_null());
        if value.is_some_and(|value| !is_right(value)) {
            return Err(invalid(&format!("{name}: Input should be a valid {kind}")));
        }
    }
    Ok(())
}

fn is_integer(value: &Value) -> bool {
    value.is_i64() || value.is_u64()
}

fn invalid(message: &str) -> Refused {
    Box::new(Reply::invalid(message))
}

/// The result of a tool if one spoke last, else the user's last words.
fn last_said(messages: &[Value]) -> LastSaid {
    let text = |message: &Value| text_of(message.get("content").unwrap_or(&Value::Null));
    if let Some(last) = messages.last()
        && role_of(last) == "tool"
    {
        return LastSaid::Tool(text(last));
    }
    let said = messages
        .iter()
        .rev()
        .find(|message| role_of(message) == "user")
        .map(text);
    LastSaid::User(said.unwrap_or_default())
}

fn tools(fields: &Map<String, Value>) -> Vec<Tool> {
    let listed = fields.get("tools").and_then(Value::as_array);
    listed
        .into_iter()
        .flatten()
        .filter_map(|tool| {
            let function = tool.get("function")?;
            Some(Tool {
                name: function.get("name")?.as_str()?.to_owned(),
                schema: function.get("parameters").cloned().unwrap_or_default(),
            })
        })
        .collect()
}

fn tool_choice(value: Option<&Value>) -> ToolChoice {
    let named = value
        .and_then(|value| value.get("function"))
        .and_then(|function| function.get("name"))
        .and_then(Value::as_str);
    if let Some(name) = named {
        return ToolChoice::Named(name.to_owned());
    }
    match value.and_then(Value::as_str) {
        Some("none") => ToolChoice::None,
        Some("required") => ToolChoice::Required,
        Some(_) | None => ToolChoice::Auto,
    }
}

fn thinking(fields: &Map<String, Value>) -> Option<bool> {
    fields
        .get("enable_thinking")
        .and_then(Value::as_bool)
        .or_else(|| {
            let effort = fields.get("reasoning_effort")?.as_str()?;
            Some(effort != "none")
        })
}
