//! The form of an answer: the response object and the items in it.

use serde_json::{Map, Value, json};

use super::chat::{Finish, Usage};
use super::fault::Fault;
use super::reasoning;
use super::tools::{ToolName, ToolNames, custom_input};

/// What a request fixes of its answer.
#[derive(Clone, Debug)]
pub(super) struct Form {
    /// `model` of the request, until the upstream says which it was.
    pub(super) model: String,
    /// Fields that are repeated as they came.
    echo: Map<String, Value>,
    names: ToolNames,
    /// The client carries the thoughts between turns.
    sealed: bool,
    /// The end of every id in the answer.
    id: String,
    /// Seconds since 1970, until the upstream says it.
    pub(super) created: i64,
}

impl Form {
    pub(super) fn new(
        model: String,
        echo: Map<String, Value>,
        names: ToolNames,
        sealed: bool,
    ) -> Self {
        Self {
            model,
            echo,
            names,
            sealed,
            id: String::new(),
            created: 0,
        }
    }

    /// The same for one request: its id and when it came, in Unix milliseconds.
    pub(super) fn of_request(mut self, id: uuid::Uuid, now_unix_ms: i64) -> Self {
        self.id = id.simple().to_string();
        self.created = now_unix_ms / 1000;
        self
    }

    /// A new item; `index` is its place in the answer.
    pub(super) fn item(&self, index: usize, what: What) -> Item {
        let prefix = match &what {
            What::Reasoning => "rs",
            What::Message => "msg",
            What::Call { name, .. } if self.is_custom(name) => "ctc",
            What::Call { .. } => "fc",
        };
        Item {
            id: format!("{prefix}_{}_{index}", self.id),
            what,
            text: String::new(),
            status: Status::InProgress,
        }
    }

    /// An id for a call that came without one.
    pub(super) fn call_id(&self, index: usize) -> String {
        format!("call_{}_{index}", self.id)
    }

    /// Whether the tool of that name upstream takes text.
    pub(super) fn is_custom(&self, flat: &str) -> bool {
        self.names.find(flat).is_some_and(|tool| tool.custom)
    }

    /// The response object.
    pub(super) fn response(&self, standing: &Standing<'_>) -> Value {
        let mut response = self.echo.clone();
        let status = standing.end.status();
        let incomplete = match (&standing.end, status) {
            (End::Finished(finish), Status::Incomplete) => {
                json!({"reason": finish.incomplete_reason()})
            }
            _ => Value::Null,
        };
        let error = match &standing.end {
            End::Failed(fault) => fault.as_response_error(),
            End::Open | End::Finished(_) => Value::Null,
        };
        let output: Vec<Value> = standing.items.iter().map(|item| self.shown(item)).collect();
        let own = [
            ("id", json!(format!("resp_{}", self.id))),
            ("object", json!("response")),
            ("created_at", json!(self.created)),
            ("status", json!(status.as_str())),
            ("error", error),
            ("incomplete_details", incomplete),
            ("model", json!(self.model)),
            ("output", Value::Array(output)),
            ("usage", standing.usage.map_or(Value::Null, Usage::shown)),
        ];
        response.extend(own.map(|(name, value)| (name.to_owned(), value)));
        Value::Object(response)
    }

    /// An item as it stands in an answer.
    pub(super) fn shown(&self, item: &Item) -> Value {
        let status = item.status.as_str();
        match &item.what {
            What::Reasoning => {
                let mut shown = json!({"id": item.id, "type": "reasoning", "summary": [],
                    "content": item.parts(), "status": status});
                if self.sealed && !item.text.is_empty() {
                    shown["encrypted_content"] = reasoning::sealed(&item.text).into();
                }
                shown
            }
            What::Message => json!({"id": item.id, "type": "message", "role": "assistant",
                "content": item.parts(), "status": status}),
            What::Call { call_id, name } => {
                let tool = self.names.find(name);
                let mut shown = if self.is_custom(name) {
                    json!({"type": "custom_tool_call", "input": item.input()})
                } else {
                    json!({"type": "function_call", "arguments": item.text})
                };
                shown["id"] = item.id.as_str().into();
                shown["call_id"] = call_id.as_str().into();
                shown["name"] = own_name(tool, name).into();
                shown["status"] = status.into();
                if let Some(namespace) = tool.and_then(|tool| tool.namespace.as_deref()) {
                    shown["namespace"] = namespace.into();
                }
                shown
            }
        }
    }
}

fn own_name<'a>(tool: Option<&'a ToolName>, flat: &'a str) -> &'a str {
    tool.map_or(flat, |tool| tool.name.as_str())
}

/// A part of the answer.
#[derive(Clone, Debug)]
pub(super) struct Item {
    pub(super) id: String,
    pub(super) what: What,
    /// The thought, the text, or the arguments as JSON text.
    pub(super) text: String,
    pub(super) status: Status,
}

/// What kind of part.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum What {
    /// A chain of thought.
    Reasoning,
    /// Text for the user.
    Message,
    /// A call of a tool.
    Call {
        /// The upstream's id, by which the result comes back.
        call_id: String,
        /// Its name upstream.
        name: String,
    },
}

impl Item {
    /// The one part of a thought or a text.
    pub(super) fn part(&self, text: &str) -> Value {
        match self.what {
            What::Reasoning => json!({"type": "reasoning_text", "text": text}),
            What::Message | What::Call { .. } => {
                json!({"type": "output_text", "text": text, "annotations": [], "logprobs": []})
            }
        }
    }

    /// The text for a custom tool.
    pub(super) fn input(&self) -> String {
        custom_input(&self.text)
    }

    fn parts(&self) -> Value {
        if self.text.is_empty() {
            return json!([]);
        }
        json!([self.part(&self.text)])
    }
}

/// How far an answer has come.
#[derive(Debug)]
pub(super) struct Standing<'a> {
    pub(super) items: &'a [Item],
    pub(super) usage: Option<Usage>,
    pub(super) end: End,
}

/// Whether and how an answer has ended.
#[derive(Clone, Debug)]
pub(super) enum End {
    /// More may come.
    Open,
    /// The model stopped.
    Finished(Finish),
    /// Something broke.
    Failed(Fault),
}

/// `status` of a response or an item.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Status {
    InProgress,
    Completed,
    Incomplete,
    Failed,
}

impl Status {
    pub(super) const fn as_str(self) -> &'static str {
        match self {
            Self::InProgress => "in_progress",
            Self::Completed => "completed",
            Self::Incomplete => "incomplete",
            Self::Failed => "failed",
        }
    }
}

impl End {
    /// The status of the response.
    pub(super) fn status(&self) -> Status {
        match self {
            Self::Open => Status::InProgress,
            Self::Finished(finish) if finish.incomplete_reason().is_some() => Status::Incomplete,
            Self::Finished(_) => Status::Completed,
            Self::Failed(_) => Status::Failed,
        }
    }

    /// The status of an item that this end closes; an item cannot fail.
    pub(super) fn item_status(&self) -> Status {
        match self.status() {
            Status::Failed => Status::Incomplete,
            other => other,
        }
    }
}
