//! A client that puts a stream together as the official SDKs do, and is as
//! strict as both of them together.

use serde_json::{Value, json};

/// What was heard.
#[derive(Default)]
pub(super) struct Client {
    events: Vec<Value>,
    /// The response as its pieces make it.
    snapshot: Value,
    /// The response of the last event.
    last: Value,
    /// Items that were said to be done.
    done: Vec<usize>,
}

impl Client {
    pub(super) fn kinds(&self) -> impl Iterator<Item = &str> {
        self.events
            .iter()
            .map(|event| event["type"].as_str().unwrap())
    }

    /// The last event's response.
    pub(super) fn response(&self) -> &Value {
        &self.last
    }

    pub(super) fn hear(&mut self, stream: &[u8]) {
        let stream = std::str::from_utf8(stream).unwrap();
        for block in stream.split_terminator("\n\n") {
            let (name, data) = block.split_once('\n').unwrap();
            let event: Value = serde_json::from_str(data.strip_prefix("data: ").unwrap()).unwrap();
            assert_eq!(name, format!("event: {}", event["type"].as_str().unwrap()));
            assert_eq!(event["sequence_number"], self.events.len(), "{event}");
            self.take(&event);
            self.events.push(event);
        }
        self.check_the_end();
    }

    fn take(&mut self, event: &Value) {
        let kind = event["type"].as_str().unwrap();
        if self.events.is_empty() {
            assert_eq!(kind, "response.created");
        }
        assert!(
            self.last["status"].is_null() || self.last["status"] == "in_progress",
            "{kind} after the end"
        );
        if let Some(response) = event.get("response") {
            assert_eq!(response["id"], "resp_00000000000000000000000000000000");
            if self.snapshot.is_null() {
                self.snapshot = response.clone();
            }
            self.last = response.clone();
            return;
        }
        let place = usize::try_from(event["output_index"].as_u64().unwrap()).unwrap();
        match kind {
            "response.output_item.added" => {
                let output = self.snapshot["output"].as_array_mut().unwrap();
                assert_eq!(output.len(), place, "items are added in order");
                assert_eq!(event["item"]["status"], "in_progress");
                output.push(event["item"].clone());
            }
            "response.output_item.done" => {
                let open = &mut self.snapshot["output"][place];
                let mut closed = open.clone();
                closed["status"] = event["item"]["status"].clone();
                for late in ["encrypted_content", "input"] {
                    if let Some(value) = event["item"].get(late) {
                        closed[late] = value.clone();
                    }
                }
                assert_eq!(closed, event["item"], "its pieces make the item");
                *open = closed;
                self.done.push(place);
            }
            _ => {
                assert!(
                    !self.done.contains(&place),
                    "{kind} after the item was done"
                );
                let item = &mut self.snapshot["output"][place];
                assert_eq!(event["item_id"], item["id"], "{kind}");
                piece(kind, event, item);
            }
        }
    }

    /// What the pieces made is what the last event says.
    fn check_the_end(&self) {
        match self.last["status"].as_str().unwrap() {
            "completed" | "incomplete" => {
                assert_eq!(self.snapshot["output"], self.last["output"]);
                assert_eq!(
                    self.done.len(),
                    self.last["output"].as_array().unwrap().len()
                );
            }
            "failed" => assert!(self.last["error"]["message"].is_string()),
            other => assert_eq!(other, "the end", "the stream has none"),
        }
    }
}

fn piece(kind: &str, event: &Value, item: &mut Value) {
    match kind {
        "response.content_part.added" => {
            let parts = item["content"].as_array_mut().unwrap();
            assert_eq!(event["content_index"], parts.len());
            parts.push(event["part"].clone());
        }
        "response.content_part.done" => assert_eq!(item["content"][0], event["part"]),
        "response.output_text.delta" | "response.reasoning_text.delta" => {
            append(&mut item["content"][0]["text"], event);
        }
        "response.output_text.done" | "response.reasoning_text.done" => {
            assert_eq!(item["content"][0]["text"], event["text"]);
        }
        "response.function_call_arguments.delta" => append(&mut item["arguments"], event),
        "response.function_call_arguments.done" => {
            assert_eq!(item["arguments"], event["arguments"]);
        }
        "response.custom_tool_call_input.delta" => append(&mut item["input"], event),
        "response.custom_tool_call_input.done" => assert_eq!(item["input"], event["input"]),
        other => assert_eq!(other, "an event that clients know"),
    }
    if kind.starts_with("response.output_text") {
        assert_eq!(event["logprobs"], json!([]));
    }
}

fn append(text: &mut Value, event: &Value) {
    let more = event["delta"].as_str().unwrap();
    assert!(!more.is_empty());
    *text = (text.as_str().unwrap().to_owned() + more).into();
}
