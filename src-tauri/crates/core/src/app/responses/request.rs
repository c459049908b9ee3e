//! A Responses request as a chat. Pure.
//!
//! What has a counterpart is translated, what is a hint is left out, what would
//! change the answer and cannot be had is refused by its name. A field that is
//! unknown goes upstream as it is, so that the vendor's own (`enable_thinking`,
//! `top_k`) can be used.

mod content;
mod fields;
mod input;
mod options;
mod tools;
mod turns;

use bytes::Bytes;
use serde_json::{Map, Value, json};

use self::fields::Fields;
use self::input::Input;
use self::tools::Toolbox;
use super::form::Form;
use super::refused::Refused;

/// A request that was translated.
#[derive(Debug)]
pub(super) struct Translated {
    /// The body of the chat.
    pub(super) body: Bytes,
    /// What the answer must know of the request.
    pub(super) form: Form,
    /// What was left out though it was asked for, as `tools[2].web_search`.
    pub(super) ignored: Vec<String>,
}

/// Translates a body.
///
/// # Errors
/// When it is no JSON object, or a field of it is wrong or has no counterpart.
pub(super) fn translate(body: &[u8]) -> Result<Translated, Refused> {
    let body: Value = serde_json::from_slice(body)
        .map_err(|error| Refused::invalid("body", &format!("is not JSON: {error}")))?;
    let mut body = Fields::of(body, String::new())?;
    let echo = echo(&body);
    let sealed = wants_sealed_reasoning(&body);
    options::check(&mut body)?;
    let model = body.needed_text("model")?;
    let mut chat = Map::new();
    chat.insert("model".to_owned(), model.as_str().into());
    let input = Input::take(&mut body)?;
    let mut toolbox = Toolbox::default();
    for tool in body.objects("tools")?.into_iter().chain(input.tools) {
        toolbox.add(tool)?;
    }
    let (names, mut ignored) = toolbox.into_chat(&mut body, &mut chat)?;
    ignored.extend(input.ignored);
    options::translate(&mut body, &mut chat)?;
    chat.insert("messages".to_owned(), input.turns.into_messages().into());
    for (name, value) in body.rest() {
        chat.entry(name).or_insert(value);
    }
    Ok(Translated {
        body: Value::Object(chat).to_string().into(),
        form: Form::new(model, echo, names, sealed),
        ignored,
    })
}

/// What a response repeats of its request.
fn echo(body: &Fields) -> Map<String, Value> {
    let asked = |name: &str| body.get(name).cloned();
    let mut reasoning = json!({"effort": null, "summary": null});
    if let Some(effort) = body.get("reasoning").and_then(|asked| asked.get("effort")) {
        reasoning["effort"] = effort.clone();
    }
    let text = asked("text").unwrap_or_else(|| json!({"format": {"type": "text"}}));
    let mut echo = Map::new();
    let repeated = [
        ("background", false.into()),
        ("instructions", Value::Null),
        ("max_output_tokens", Value::Null),
        ("max_tool_calls", Value::Null),
        ("metadata", json!({})),
        ("parallel_tool_calls", true.into()),
        ("prompt_cache_key", Value::Null),
        ("safety_identifier", Value::Null),
        ("temperature", Value::Null),
        ("tool_choice", "auto".into()),
        ("tools", json!([])),
        ("top_p", Value::Null),
        ("user", Value::Null),
    ];
    for (name, otherwise) in repeated {
        echo.insert(name.to_owned(), asked(name).unwrap_or(otherwise));
    }
    let own = [
        ("previous_response_id", Value::Null),
        ("reasoning", reasoning),
        ("store", false.into()),
        ("text", text),
        ("truncation", "disabled".into()),
    ];
    echo.extend(own.map(|(name, value)| (name.to_owned(), value)));
    echo
}

/// Whether the client wants to carry the thoughts itself.
fn wants_sealed_reasoning(body: &Fields) -> bool {
    body.get("include")
        .and_then(Value::as_array)
        .is_some_and(|wishes| {
            wishes
                .iter()
                .any(|wish| wish == "reasoning.encrypted_content")
        })
}

#[cfg(test)]
mod tests;
