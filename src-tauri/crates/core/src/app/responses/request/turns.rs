//! The messages of a chat, put together from what may be many more items.
//!
//! A chat has one assistant message where Responses has a reasoning item, a
//! message and any number of calls, and some models refuse two messages of one
//! role in a row (API reference §7.7).

use serde_json::{Map, Value, json};

/// Between texts that were apart and become one.
const BREAK: &str = "\n\n";
/// Stands for a tool's result that is only a picture: chats take pictures from
/// users only, so it follows in a message of its own.
const PICTURE_FOLLOWS: &str = "(the result is the image in the next message)";

/// A part of a message's content.
#[derive(Debug)]
pub(super) enum Part {
    Text(String),
    /// An image or a sound, in the upstream's form.
    Media(Value),
}

#[derive(Debug)]
enum Turn {
    System(String),
    User(Vec<Part>),
    Assistant(Said),
    Tool { call: String, content: String },
}

/// What the model said in one turn.
#[derive(Debug, Default)]
struct Said {
    content: String,
    reasoning: String,
    calls: Vec<Value>,
}

/// The messages so far.
#[derive(Debug, Default)]
pub(super) struct Turns {
    past: Vec<Turn>,
    /// What the model is saying, until somebody else speaks.
    said: Option<Said>,
    /// Pictures of tools, waiting for the last result of the turn.
    pictures: Vec<Part>,
}

impl Turns {
    pub(super) fn system(&mut self, text: &str) {
        self.end_said();
        self.show_pictures();
        if let Some(Turn::System(before)) = self.past.last_mut() {
            append(before, text);
        } else {
            self.past.push(Turn::System(text.to_owned()));
        }
    }

    pub(super) fn user(&mut self, parts: Vec<Part>) {
        self.end_said();
        self.show_pictures();
        self.add_user(parts);
    }

    pub(super) fn assistant(&mut self, text: &str) {
        append(&mut self.said().content, text);
    }

    pub(super) fn reasoning(&mut self, text: &str) {
        append(&mut self.said().reasoning, text);
    }

    /// A call of the tool `name`; `arguments` is JSON text.
    pub(super) fn call(&mut self, id: &str, name: &str, arguments: &str) {
        let call = json!({"id": id, "type": "function",
            "function": {"name": name, "arguments": arguments}});
        self.said().calls.push(call);
    }

    /// The result of a call.
    pub(super) fn result(&mut self, call: String, parts: Vec<Part>) {
        self.end_said();
        let (texts, pictures): (Vec<Part>, Vec<Part>) = parts
            .into_iter()
            .partition(|part| matches!(part, Part::Text(_)));
        let content = if texts.is_empty() && !pictures.is_empty() {
            PICTURE_FOLLOWS.to_owned()
        } else {
            joined(texts)
        };
        self.pictures.extend(pictures);
        self.past.push(Turn::Tool { call, content });
    }

    /// The messages as the upstream takes them.
    pub(super) fn into_messages(mut self) -> Vec<Value> {
        self.end_said();
        self.show_pictures();
        self.past.into_iter().map(Turn::into_message).collect()
    }

    fn add_user(&mut self, parts: Vec<Part>) {
        if let Some(Turn::User(before)) = self.past.last_mut() {
            before.extend(parts);
        } else {
            self.past.push(Turn::User(parts));
        }
    }

    fn show_pictures(&mut self) {
        if !self.pictures.is_empty() {
            let pictures = std::mem::take(&mut self.pictures);
            self.add_user(pictures);
        }
    }

    /// The turn of the model that is under way, or a new one.
    fn said(&mut self) -> &mut Said {
        self.show_pictures();
        self.said.get_or_insert_default()
    }

    fn end_said(&mut self) {
        self.past.extend(self.said.take().map(Turn::Assistant));
    }
}

impl Turn {
    fn into_message(self) -> Value {
        match self {
            Self::System(content) => json!({"role": "system", "content": content}),
            Self::User(parts) => json!({"role": "user", "content": content(parts)}),
            Self::Assistant(said) => said.into_message(),
            Self::Tool { call, content } => {
                json!({"role": "tool", "tool_call_id": call, "content": content})
            }
        }
    }
}

impl Said {
    fn into_message(self) -> Value {
        let mut message = Map::new();
        message.insert("role".to_owned(), "assistant".into());
        // An empty string, not null, which some models refuse (§7.4).
        message.insert("content".to_owned(), self.content.into());
        if !self.reasoning.is_empty() {
            message.insert("reasoning_content".to_owned(), self.reasoning.into());
        }
        if !self.calls.is_empty() {
            message.insert("tool_calls".to_owned(), self.calls.into());
        }
        Value::Object(message)
    }
}

/// Text alone is a string, as every model takes it.
fn content(parts: Vec<Part>) -> Value {
    if parts.iter().all(|part| matches!(part, Part::Text(_))) {
        return joined(parts).into();
    }
    parts
        .into_iter()
        .map(|part| match part {
            Part::Text(text) => json!({"type": "text", "text": text}),
            Part::Media(part) => part,
        })
        .collect()
}

fn joined(parts: Vec<Part>) -> String {
    let mut text = String::new();
    for part in parts {
        if let Part::Text(more) = part {
            append(&mut text, &more);
        }
    }
    text
}

fn append(text: &mut String, more: &str) {
    if !text.is_empty() && !more.is_empty() {
        text.push_str(BREAK);
    }
    text.push_str(more);
}
