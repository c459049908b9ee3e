//! A chat's stream as a Responses stream. Pure: bytes in, bytes out.
//!
//! Nothing is said before the upstream has spoken. Each piece becomes its events
//! at once; kept is what the protocol repeats at the end: the texts and calls of
//! the answer, at most [`LARGEST`] bytes. Comments and empty events of the
//! upstream end here.

use serde::Deserialize as _;
use serde_json::{Value, json};

use super::calls::Calls;
use super::chat::{Chat, Choice, Finish, Usage};
use super::events::Events;
use super::fault::Fault;
use super::form::{End, Form, Item, Standing, Status, What};
use super::sse::EventReader;
use crate::app::relay::{Overlong, Translation};

/// Texts and arguments of one answer may have so many bytes.
const LARGEST: usize = 32 << 20;
/// What an item costs beside its text: its form is told three times.
const ITEM: usize = 2 << 10;

/// The translator of one stream.
pub(super) struct StreamAnswer {
    reader: EventReader,
    talk: Talk,
}

impl StreamAnswer {
    pub(super) fn new(form: Form) -> Self {
        Self {
            reader: EventReader::default(),
            talk: Talk {
                form,
                events: Events::default(),
                items: Vec::new(),
                open: None,
                calls: Calls::default(),
                usage: None,
                finish: None,
                stage: Stage::Silent,
                size: 0,
                most: LARGEST,
            },
        }
    }
}

impl Translation for StreamAnswer {
    fn feed(&mut self, data: &[u8], out: &mut Vec<u8>) -> Result<(), Overlong> {
        let talk = &mut self.talk;
        let read = self.reader.feed(data, &mut |event| talk.take(event, out));
        if read.is_err() || talk.is_full() {
            talk.fail(
                Fault::new("the upstream's answer is longer than allowed"),
                out,
            );
            return Err(Overlong);
        }
        Ok(())
    }

    fn finish(&mut self, out: &mut Vec<u8>) {
        let talk = &mut self.talk;
        self.reader.finish(&mut |event| talk.take(event, out));
        talk.cut_off(out);
    }

    fn is_told(&self) -> bool {
        self.talk.stage == Stage::Over
    }
}

/// How far the answer has come.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Stage {
    /// Nothing came.
    Silent,
    /// Under way.
    Speaking,
    /// The last event is written.
    Over,
}

/// What was said so far.
struct Talk {
    form: Form,
    events: Events,
    items: Vec<Item>,
    /// The thought or text that grows.
    open: Option<usize>,
    calls: Calls,
    usage: Option<Usage>,
    finish: Option<Finish>,
    stage: Stage,
    /// Bytes of the items, as far as they are here.
    size: usize,
    /// How many they may be.
    most: usize,
}

impl Talk {
    /// Whether more was said than may be kept (S37).
    fn is_full(&self) -> bool {
        self.size + self.calls.size() > self.most || self.calls.are_too_many()
    }

    fn take(&mut self, event: &[u8], out: &mut Vec<u8>) {
        if self.stage == Stage::Over || self.is_full() || event.trim_ascii().is_empty() {
            return;
        }
        if event == b"[DONE]" {
            let finish = self.finish.take().unwrap_or(Finish::Done);
            self.conclude(finish, out);
            return;
        }
        let Ok(event) = serde_json::from_slice::<Value>(event) else {
            self.fail(
                Fault::new("the upstream sent an event that is not JSON"),
                out,
            );
            return;
        };
        if let Some(fault) = Fault::in_answer(&event) {
            self.fail(fault, out);
            return;
        }
        let Ok(chat) = Chat::deserialize(event) else {
            self.fail(
                Fault::new("the upstream sent an event that is no part of a chat"),
                out,
            );
            return;
        };
        self.hear(chat, out);
    }

    fn hear(&mut self, mut chat: Chat, out: &mut Vec<u8>) {
        if let Some(model) = chat.model.take().filter(|model| !model.is_empty()) {
            self.form.model = model;
        }
        if let Some(created) = chat.created.filter(|created| *created > 0)
            && self.stage == Stage::Silent
        {
            self.form.created = created;
        }
        self.begin(out);
        if let Some(usage) = chat.usage() {
            self.usage = Some(usage);
        }
        let Some(Choice {
            message,
            finish_reason,
            ..
        }) = chat.into_choice()
        else {
            return;
        };
        let message = message.unwrap_or_default();
        self.say(What::Reasoning, message.reasoning_content, out);
        self.say(What::Message, message.content, out);
        for piece in message.tool_calls.unwrap_or_default() {
            if self.is_full() {
                return;
            }
            self.call(piece, out);
        }
        if let Some(reason) = finish_reason.filter(|reason| !reason.is_empty()) {
            self.finish = Some(Finish::of(&reason));
        }
    }

    fn begin(&mut self, out: &mut Vec<u8>) {
        if self.stage == Stage::Silent {
            self.stage = Stage::Speaking;
            self.tell("response.created", End::Open, out);
            self.tell("response.in_progress", End::Open, out);
        }
    }

    fn say(&mut self, what: What, more: Option<String>, out: &mut Vec<u8>) {
        let Some(more) = more.filter(|more| !more.is_empty()) else {
            return;
        };
        let place = match self.open {
            Some(place) if self.items[place].what == what => place,
            _ => {
                self.close_open(Status::Completed, out);
                let place = self.add(what, out);
                self.open = Some(place);
                place
            }
        };
        self.grow(place, &more, out);
    }

    fn call(&mut self, piece: super::chat::ToolCall, out: &mut Vec<u8>) {
        let place = self.items.len();
        let Some(heard) = self.calls.hear(piece, place) else {
            return;
        };
        if let Some(name) = heard.begins {
            self.close_open(Status::Completed, out);
            let call_id = heard.id.unwrap_or_else(|| self.form.call_id(place));
            self.add(What::Call { call_id, name }, out);
        }
        if !heard.arguments.is_empty() {
            self.grow(heard.place, &heard.arguments, out);
        }
    }

    fn add(&mut self, what: What, out: &mut Vec<u8>) -> usize {
        let place = self.items.len();
        self.size += ITEM;
        if let What::Call { call_id, name } = &what {
            self.size += call_id.len() + name.len();
        }
        let item = self.form.item(place, what);
        let shown = self.form.shown(&item);
        self.events.added(out, (place, &item), &shown);
        self.items.push(item);
        place
    }

    fn grow(&mut self, place: usize, more: &str, out: &mut Vec<u8>) {
        self.size += more.len();
        let item = &mut self.items[place];
        item.text.push_str(more);
        let custom = matches!(&item.what, What::Call { name, .. } if self.form.is_custom(name));
        if !custom {
            self.events.grew(out, (place, item), more);
        }
    }

    fn close_open(&mut self, status: Status, out: &mut Vec<u8>) {
        if let Some(place) = self.open.take() {
            self.close(place, status, out);
        }
    }

    fn close(&mut self, place: usize, status: Status, out: &mut Vec<u8>) {
        let item = &mut self.items[place];
        item.status = status;
        let shown = self.form.shown(item);
        if matches!(&item.what, What::Call { name, .. } if self.form.is_custom(name)) {
            self.events.input_done(out, (place, item), &shown);
        } else {
            self.events.done(out, (place, item), &shown);
        }
    }

    /// The upstream's body is over. With a reason to stop the answer is whole,
    /// also without its end mark.
    fn cut_off(&mut self, out: &mut Vec<u8>) {
        if self.stage == Stage::Over {
            return;
        }
        match self.finish.take() {
            Some(finish) => self.conclude(finish, out),
            None => self.fail(Fault::new("the upstream's answer ended in the middle"), out),
        }
    }

    fn conclude(&mut self, finish: Finish, out: &mut Vec<u8>) {
        if finish == Finish::OutOfResources {
            self.fail(
                Fault::new("the upstream ran out of resources for this answer"),
                out,
            );
            return;
        }
        self.begin(out);
        let end = End::Finished(finish);
        let (status, kind) = match end.item_status() {
            Status::Incomplete => (Status::Incomplete, "response.incomplete"),
            _ => (Status::Completed, "response.completed"),
        };
        for place in 0..self.items.len() {
            if self.items[place].status == Status::InProgress {
                self.close(place, status, out);
            }
        }
        self.stage = Stage::Over;
        self.tell(kind, end, out);
    }

    fn fail(&mut self, fault: Fault, out: &mut Vec<u8>) {
        if self.stage == Stage::Over {
            return;
        }
        self.begin(out);
        self.stage = Stage::Over;
        for item in &mut self.items {
            if item.status == Status::InProgress {
                item.status = Status::Incomplete;
            }
        }
        self.tell("response.failed", End::Failed(fault), out);
    }

    fn tell(&mut self, kind: &str, end: End, out: &mut Vec<u8>) {
        let response = self.form.response(&Standing {
            items: &self.items,
            usage: self.usage,
            end,
        });
        self.events.write(out, kind, json!({"response": response}));
    }
}

#[cfg(test)]
mod tests;
