//! `instructions` and `input`: what was said so far.

use serde_json::{Value, json};

use super::super::reasoning;
use super::super::refused::Refused;
use super::super::tools::{ToolNames, flat_name};
use super::content;
use super::fields::Fields;
use super::turns::{Part, Turns};

/// What an input held.
#[derive(Debug, Default)]
pub(super) struct Input {
    /// The messages of the chat.
    pub(super) turns: Turns,
    /// Tools that were told in between.
    pub(super) tools: Vec<Fields>,
    /// Items without a counterpart that only tell of the past.
    pub(super) ignored: Vec<String>,
}

impl Input {
    /// Takes `instructions` and `input` out of a body.
    pub(super) fn take(body: &mut Fields) -> Result<Self, Refused> {
        let mut input = Self::default();
        if let Some(instructions) = body.text("instructions")?
            && !instructions.is_empty()
        {
            input.turns.system(&instructions);
        }
        match body.get("input") {
            None => return Err(body.missing("input")),
            Some(Value::String(_)) => {
                let text = body.needed_text("input")?;
                input.turns.user(vec![Part::Text(text)]);
            }
            Some(_) => {
                for item in body.objects("input")? {
                    input.item(item)?;
                }
            }
        }
        Ok(input)
    }

    fn item(&mut self, mut item: Fields) -> Result<(), Refused> {
        let kind = match item.text("type")? {
            Some(kind) => kind,
            None if item.get("role").is_some() => "message".to_owned(),
            None => return Err(item.missing("type")),
        };
        match kind.as_str() {
            "message" => self.message(item),
            "reasoning" => self.reasoning(item),
            "function_call" | "custom_tool_call" => self.call(item, kind == "custom_tool_call"),
            "function_call_output" | "custom_tool_call_output" => self.result(item),
            "additional_tools" => {
                self.tools.extend(item.objects("tools")?);
                Ok(())
            }
            "web_search_call" | "image_generation_call" => {
                self.ignored.push(format!("{}.{kind}", item.own_place()));
                Ok(())
            }
            "item_reference" => Err(item.unsupported(
                "type",
                "is \"item_reference\", but Flowkeep stores nothing; send the item itself",
            )),
            other => Err(item.unsupported(
                "type",
                &format!("is {other:?}, which has no counterpart in chat completions"),
            )),
        }
    }

    fn message(&mut self, mut item: Fields) -> Result<(), Refused> {
        match item.needed_text("role")?.as_str() {
            "user" => self.turns.user(content::parts(&mut item, "content")?),
            "assistant" => self.turns.assistant(&content::text(&mut item, "content")?),
            // The upstream does not know "developer" (API reference §2.1).
            "system" | "developer" => self.turns.system(&content::text(&mut item, "content")?),
            other => {
                let what = format!("is {other:?}; use user, assistant, system or developer");
                return Err(item.unsupported("role", &what));
            }
        }
        Ok(())
    }

    /// Thinking models want their thoughts back when a tool has answered (§7.5).
    fn reasoning(&mut self, mut item: Fields) -> Result<(), Refused> {
        let content = texts(&mut item, "content")?;
        let summary = texts(&mut item, "summary")?;
        let sealed = item.text("encrypted_content")?;
        let sealed = sealed.as_deref().and_then(reasoning::unsealed);
        let text = [content.as_str(), sealed.unwrap_or_default(), &summary];
        if let Some(text) = text.into_iter().find(|text| !text.is_empty()) {
            self.turns.reasoning(text);
        }
        Ok(())
    }

    fn call(&mut self, mut item: Fields, custom: bool) -> Result<(), Refused> {
        let id = item.needed_text("call_id")?;
        let name = item.needed_text("name")?;
        let name = flat_name(item.text("namespace")?.as_deref(), &name);
        if custom {
            let input = item.needed_text("input")?;
            let arguments = json!({ToolNames::INPUT: input}).to_string();
            self.turns.call(&id, &name, &arguments);
        } else {
            let arguments = item.needed_text("arguments")?;
            self.turns.call(&id, &name, &arguments);
        }
        Ok(())
    }

    fn result(&mut self, mut item: Fields) -> Result<(), Refused> {
        let call = item.needed_text("call_id")?;
        let parts = content::parts(&mut item, "output")?;
        self.turns.result(call, parts);
        Ok(())
    }
}

/// The texts of a reasoning item's parts.
fn texts(item: &mut Fields, name: &str) -> Result<String, Refused> {
    let mut texts = Vec::new();
    for mut part in item.objects(name)? {
        texts.push(part.needed_text("text")?);
    }
    Ok(texts.join("\n\n"))
}
