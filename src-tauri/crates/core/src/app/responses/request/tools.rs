//! `tools` and `tool_choice`.

use serde_json::{Map, Value, json};

use super::super::refused::Refused;
use super::super::tools::{ToolName, ToolNames, flat_name};
use super::fields::Fields;

/// The tools of a request, translated.
#[derive(Debug, Default)]
pub(super) struct Toolbox {
    /// Functions as a chat has them.
    pub(super) functions: Vec<Value>,
    pub(super) names: ToolNames,
    /// Offers that the model may leave alone and the upstream does not have.
    pub(super) ignored: Vec<String>,
}

impl Toolbox {
    /// Adds one tool of `tools`.
    pub(super) fn add(&mut self, tool: Fields) -> Result<(), Refused> {
        self.add_to(None, tool)
    }

    fn add_to(&mut self, namespace: Option<&str>, mut tool: Fields) -> Result<(), Refused> {
        let kind = tool.needed_text("type")?;
        match (kind.as_str(), namespace) {
            ("function", _) => self.function(namespace, tool),
            ("custom", _) => self.custom(namespace, tool),
            ("namespace", None) => {
                let name = tool.needed_text("name")?;
                for inner in tool.objects("tools")? {
                    self.add_to(Some(&name), inner)?;
                }
                Ok(())
            }
            // Codex offers these to every model, whether it has them or not.
            ("image_generation", _) => {
                self.ignored.push(format!("{}.{kind}", tool.own_place()));
                Ok(())
            }
            (search, _) if search.starts_with("web_search") => {
                self.ignored.push(format!("{}.{kind}", tool.own_place()));
                Ok(())
            }
            (other, _) => Err(tool.unsupported(
                "type",
                &format!("is {other:?}, which runs at OpenAI; offer a function instead"),
            )),
        }
    }

    fn function(&mut self, namespace: Option<&str>, mut tool: Fields) -> Result<(), Refused> {
        let name = tool.needed_text("name")?;
        let flat = self.named(namespace, name, false);
        let nothing = || json!({"type": "object", "properties": {}});
        let parameters = tool.take("parameters").unwrap_or_else(nothing);
        let mut function = json!({"name": flat, "parameters": parameters});
        if let Some(description) = tool.text("description")? {
            function["description"] = description.into();
        }
        if let Some(strict) = tool.flag("strict")? {
            function["strict"] = strict.into();
        }
        self.functions.push(wrapped(function));
        Ok(())
    }

    /// A function with the text as its one argument; the grammar, which nothing
    /// enforces here, is told to the model.
    fn custom(&mut self, namespace: Option<&str>, mut tool: Fields) -> Result<(), Refused> {
        let name = tool.needed_text("name")?;
        let flat = self.named(namespace, name, true);
        let mut description = tool.text("description")?.unwrap_or_default();
        if let Some(mut format) = tool.object("format")?
            && let Some(definition) = format.text("definition")?
        {
            let syntax = format.text("syntax")?.unwrap_or_default();
            let told = format!("The input must follow this grammar ({syntax}):\n{definition}");
            description = format!("{description}\n\n{told}");
        }
        self.functions.push(wrapped(json!({
            "name": flat,
            "description": description,
            "parameters": {
                "type": "object",
                "properties": {(ToolNames::INPUT): {
                    "type": "string",
                    "description": "The whole input of the tool, as plain text",
                }},
                "required": [ToolNames::INPUT],
                "additionalProperties": false,
            },
        })));
        Ok(())
    }

    /// The name upstream; remembered when it does not speak for itself.
    fn named(&mut self, namespace: Option<&str>, name: String, custom: bool) -> String {
        let flat = flat_name(namespace, &name).into_owned();
        if custom || namespace.is_some() {
            self.names.add(ToolName {
                flat: flat.clone(),
                name,
                namespace: namespace.map(str::to_owned),
                custom,
            });
        }
        flat
    }

    /// Puts the tools and the choice among them into the chat.
    pub(super) fn into_chat(
        mut self,
        body: &mut Fields,
        chat: &mut Map<String, Value>,
    ) -> Result<(ToolNames, Vec<String>), Refused> {
        let choice = self.choice(body)?;
        let parallel = body.flag("parallel_tool_calls")?;
        if !self.functions.is_empty() {
            chat.insert("tools".to_owned(), self.functions.into());
            chat.insert("tool_choice".to_owned(), choice);
            if let Some(parallel) = parallel {
                chat.insert("parallel_tool_calls".to_owned(), parallel.into());
            }
        }
        Ok((self.names, self.ignored))
    }

    /// The choice; `auto` is said, because strict models want it said (§7.19).
    fn choice(&mut self, body: &mut Fields) -> Result<Value, Refused> {
        match body.get("tool_choice") {
            None => return Ok("auto".into()),
            Some(Value::String(_)) => {
                let choice = body.needed_text("tool_choice")?;
                return match choice.as_str() {
                    "none" | "auto" => Ok(choice.into()),
                    "required" if !self.functions.is_empty() => Ok(choice.into()),
                    "required" => Err(body.unsupported(
                        "tool_choice",
                        "is \"required\", but there is no function among the tools",
                    )),
                    _ => Err(body.unsupported(
                        "tool_choice",
                        "is none of none, auto, required or an object",
                    )),
                };
            }
            Some(_) => {}
        }
        let mut choice = body
            .object("tool_choice")?
            .ok_or_else(|| body.missing("tool_choice"))?;
        match choice.needed_text("type")?.as_str() {
            "function" | "custom" => Ok(chosen(&mut choice)?),
            "allowed_tools" => self.restricted(choice),
            other => Err(choice.unsupported(
                "type",
                &format!("is {other:?}, which runs at OpenAI; choose a function"),
            )),
        }
    }

    /// A chat cannot forbid single tools, but it can do without them.
    fn restricted(&mut self, mut choice: Fields) -> Result<Value, Refused> {
        let mode = choice.text("mode")?.unwrap_or_else(|| "auto".to_owned());
        let mut allowed = Vec::new();
        for mut tool in choice.objects("tools")? {
            allowed.extend(tool.text("name")?.map(Value::String));
        }
        self.functions
            .retain(|function| allowed.contains(&function["function"]["name"]));
        Ok(mode.into())
    }
}

fn chosen(choice: &mut Fields) -> Result<Value, Refused> {
    let name = choice.needed_text("name")?;
    let name = flat_name(choice.text("namespace")?.as_deref(), &name).into_owned();
    Ok(json!({"type": "function", "function": {"name": name}}))
}

fn wrapped(function: Value) -> Value {
    let mut wrapped = json!({"type": "function"});
    wrapped["function"] = function;
    wrapped
}
