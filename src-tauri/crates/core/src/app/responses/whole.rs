//! Answers that are translated when they are whole: JSON, and errors.

use serde::Deserialize as _;
use serde_json::Value;

use super::chat::{Chat, Finish, Usage};
use super::fault::Fault;
use super::form::{End, Form, Item, Standing, Status, What};
use crate::app::relay::{Overlong, Translation};

/// An answer may be this long: it is read as a tree, which takes a multiple (S37).
const LARGEST: usize = 8 << 20;

/// A chat's answer as a response.
pub(super) struct WholeAnswer {
    form: Form,
    held: Vec<u8>,
}

impl WholeAnswer {
    pub(super) fn new(form: Form) -> Self {
        Self {
            form,
            held: Vec::new(),
        }
    }

    /// The response to the chat's answer.
    fn response(&mut self) -> Value {
        match self.read() {
            Ok(Told {
                items,
                usage,
                finish,
            }) => self.form.response(&Standing {
                items: &items,
                usage,
                end: match finish {
                    Finish::OutOfResources => End::Failed(Fault::new(
                        "the upstream ran out of resources for this answer",
                    )),
                    finish => End::Finished(finish),
                },
            }),
            // The status has gone out, so the object says it.
            Err(fault) => self.form.response(&Standing {
                items: &[],
                usage: None,
                end: End::Failed(fault),
            }),
        }
    }

    fn read(&mut self) -> Result<Told, Fault> {
        let answer: Value = serde_json::from_slice(&self.held)
            .map_err(|_| Fault::new("the upstream's answer is not JSON"))?;
        if let Some(fault) = Fault::in_answer(&answer) {
            return Err(fault);
        }
        let mut chat = Chat::deserialize(answer)
            .map_err(|_| Fault::new("the upstream's answer is no answer to a chat"))?;
        if let Some(model) = chat.model.take().filter(|model| !model.is_empty()) {
            self.form.model = model;
        }
        if let Some(created) = chat.created.filter(|created| *created > 0) {
            self.form.created = created;
        }
        let usage = chat.usage();
        let choice = chat.into_choice();
        let choice = choice.ok_or_else(|| Fault::new("the upstream's answer is empty"))?;
        let finish = Finish::of(choice.finish_reason.as_deref().unwrap_or_default());
        let status = End::Finished(finish.clone()).item_status();
        let said = choice.message.unwrap_or_default();
        let mut items = Items {
            form: &self.form,
            status,
            list: Vec::new(),
        };
        items.add(What::Reasoning, said.reasoning_content.unwrap_or_default());
        items.add(What::Message, said.content.unwrap_or_default());
        for call in said.tool_calls.unwrap_or_default() {
            let mut function = call.function.unwrap_or_default();
            let name = function.name.take().unwrap_or_default();
            let id = call.id.filter(|id| !id.is_empty());
            let call_id = id.unwrap_or_else(|| self.form.call_id(items.list.len()));
            items.push(What::Call { call_id, name }, function.arguments());
        }
        Ok(Told {
            items: items.list,
            usage,
            finish,
        })
    }
}

/// What an answer told.
struct Told {
    items: Vec<Item>,
    usage: Option<Usage>,
    finish: Finish,
}

struct Items<'a> {
    form: &'a Form,
    status: Status,
    list: Vec<Item>,
}

impl Items<'_> {
    fn add(&mut self, what: What, text: String) {
        if !text.is_empty() {
            self.push(what, text);
        }
    }

    fn push(&mut self, what: What, text: String) {
        let mut item = self.form.item(self.list.len(), what);
        item.text = text;
        item.status = self.status;
        self.list.push(item);
    }
}

impl Translation for WholeAnswer {
    fn feed(&mut self, data: &[u8], out: &mut Vec<u8>) -> Result<(), Overlong> {
        if self.held.len() + data.len() > LARGEST {
            self.held = Vec::new();
            let end = End::Failed(Fault::new("the upstream's answer is longer than allowed"));
            let standing = Standing {
                items: &[],
                usage: None,
                end,
            };
            out.extend_from_slice(self.form.response(&standing).to_string().as_bytes());
            return Err(Overlong);
        }
        self.held.extend_from_slice(data);
        Ok(())
    }

    fn finish(&mut self, out: &mut Vec<u8>) {
        out.extend_from_slice(self.response().to_string().as_bytes());
    }

    fn is_told(&self) -> bool {
        false
    }
}

/// An upstream error in `OpenAI`'s form.
pub(super) struct ErrorAnswer {
    status: u16,
    held: Vec<u8>,
}

impl ErrorAnswer {
    pub(super) fn new(status: u16) -> Self {
        Self {
            status,
            held: Vec::new(),
        }
    }
}

impl Translation for ErrorAnswer {
    /// The relay has cut errors to size already.
    fn feed(&mut self, data: &[u8], _: &mut Vec<u8>) -> Result<(), Overlong> {
        self.held.extend_from_slice(data);
        Ok(())
    }

    fn finish(&mut self, out: &mut Vec<u8>) {
        if has_the_form(&self.held) {
            out.append(&mut self.held);
            return;
        }
        let error = Fault::of_body(&self.held).as_error_body(self.status);
        out.extend_from_slice(error.to_string().as_bytes());
    }

    fn is_told(&self) -> bool {
        false
    }
}

/// Whether an error is `OpenAI`'s already.
fn has_the_form(body: &[u8]) -> bool {
    let error: Value = serde_json::from_slice(body).unwrap_or_default();
    error["error"]["message"].is_string() && error["error"]["type"].is_string()
}

#[cfg(test)]
mod tests;
