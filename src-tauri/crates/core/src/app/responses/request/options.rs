//! The fields beside the conversation.

use serde_json::{Map, Value, json};

use super::super::refused::Refused;
use super::fields::Fields;

/// Fields that are taken note of and mean nothing upstream: hints for `OpenAI`'s
/// caches, tiers, records and limits of its own tools.
const HINTS: [&str; 21] = [
    "access_programs",
    "background_options",
    "client_metadata",
    "image",
    "include",
    "max_tool_calls",
    "metadata",
    "prompt_cache_key",
    "prompt_cache_options",
    "prompt_cache_retention",
    "safety_identifier",
    "service_tier",
    "store",
    "stream_options",
    "truncation",
    "user",
    // `null` in these is no wish.
    "background",
    "context_management",
    "conversation",
    "moderation",
    "prompt",
];

/// Fields that ask for what only a server with a memory or a censor can do.
const WITHOUT_COUNTERPART: [(&str, &str); 6] = [
    (
        "previous_response_id",
        "names an earlier response, but Flowkeep stores none; send the whole conversation in \
         \"input\"",
    ),
    (
        "conversation",
        "names a conversation, but Flowkeep stores none; send it in \"input\"",
    ),
    (
        "prompt",
        "names a stored prompt, but Flowkeep stores none; send it as \"instructions\"",
    ),
    (
        "context_management",
        "asks for a shorter context, which the upstream cannot make; send a shorter \"input\"",
    ),
    (
        "moderation",
        "asks for moderation, which the upstream does not offer; leave it out",
    ),
    (
        "background",
        "asks for an answer to be fetched later, but Flowkeep stores none; leave it out",
    ),
];

/// Refuses what cannot be done and leaves out what need not be.
pub(super) fn check(body: &mut Fields) -> Result<(), Refused> {
    for (name, why) in WITHOUT_COUNTERPART {
        let asked = match body.get(name) {
            None | Some(Value::Bool(false)) => false,
            Some(Value::Array(wishes)) => !wishes.is_empty(),
            Some(_) => true,
        };
        if asked {
            return Err(body.unsupported(name, why));
        }
    }
    body.take("previous_response_id");
    for name in HINTS {
        body.take(name);
    }
    Ok(())
}

/// Translates the fields that have a counterpart.
pub(super) fn translate(body: &mut Fields, chat: &mut Map<String, Value>) -> Result<(), Refused> {
    for (ours, theirs) in [
        ("max_output_tokens", "max_tokens"),
        ("temperature", "temperature"),
        ("top_p", "top_p"),
    ] {
        if let Some(number) = body.number(ours)? {
            chat.insert(theirs.to_owned(), number);
        }
    }
    if let Some(count) = body.number("top_logprobs")?
        && count.as_f64() != Some(0.0)
    {
        return Err(body.unsupported(
            "top_logprobs",
            "asks for probabilities, which the upstream does not tell",
        ));
    }
    if let Some(reasoning) = body.object("reasoning")? {
        think(reasoning, chat)?;
    }
    if let Some(mut text) = body.object("text")?
        && let Some(format) = text.object("format")?
        && let Some(format) = response_format(format)?
    {
        chat.insert("response_format".to_owned(), format);
    }
    if body.flag("stream")?.unwrap_or(false) {
        chat.insert("stream".to_owned(), true.into());
        chat.insert("stream_options".to_owned(), json!({"include_usage": true}));
    }
    Ok(())
}

/// The upstream knows two degrees (API reference §2.1); none is said only when
/// asked for, since models that cannot think refuse the word (§7.6).
fn think(mut reasoning: Fields, chat: &mut Map<String, Value>) -> Result<(), Refused> {
    let (name, value): (&str, Value) = match reasoning.text("effort")?.as_deref() {
        None => return Ok(()),
        Some("none") => ("enable_thinking", false.into()),
        Some("minimal" | "low" | "medium" | "high") => ("reasoning_effort", "high".into()),
        Some("xhigh" | "max") => ("reasoning_effort", "max".into()),
        Some(other) => {
            let what = format!("is {other:?}; use none, low, medium, high or xhigh");
            return Err(reasoning.unsupported("effort", &what));
        }
    };
    chat.insert(name.to_owned(), value);
    Ok(())
}

fn response_format(mut format: Fields) -> Result<Option<Value>, Refused> {
    match format.needed_text("type")?.as_str() {
        "text" => Ok(None),
        "json_object" => Ok(Some(json!({"type": "json_object"}))),
        "json_schema" => {
            let mut schema = Map::new();
            schema.insert("name".to_owned(), format.needed_text("name")?.into());
            let described = format.take("schema");
            let described = described.ok_or_else(|| format.missing("schema"))?;
            schema.insert("schema".to_owned(), described);
            for name in ["description", "strict"] {
                schema.extend(format.take(name).map(|value| (name.to_owned(), value)));
            }
            Ok(Some(json!({"type": "json_schema", "json_schema": schema})))
        }
        other => Err(format.unsupported(
            "type",
            &format!("is {other:?}; use text, json_object or json_schema"),
        )),
    }
}
