//! The events of a Responses stream, numbered.

use serde_json::{Value, json};

use super::form::{Item, What};

/// Writes events; each has the next number.
#[derive(Debug, Default)]
pub(super) struct Events {
    next: u64,
}

impl Events {
    /// One event; `fields` is an object.
    pub(super) fn write(&mut self, out: &mut Vec<u8>, kind: &str, mut fields: Value) {
        fields["type"] = kind.into();
        fields["sequence_number"] = self.next.into();
        self.next += 1;
        out.extend_from_slice(format!("event: {kind}\ndata: {fields}\n\n").as_bytes());
    }

    /// An item appears.
    pub(super) fn added(
        &mut self,
        out: &mut Vec<u8>,
        (place, item): (usize, &Item),
        shown: &Value,
    ) {
        let fields = json!({"output_index": place, "item": shown});
        self.write(out, "response.output_item.added", fields);
        if !matches!(item.what, What::Call { .. }) {
            let fields = json!({"item_id": item.id, "output_index": place, "content_index": 0,
                "part": item.part("")});
            self.write(out, "response.content_part.added", fields);
        }
    }

    /// An item grows.
    pub(super) fn grew(&mut self, out: &mut Vec<u8>, (place, item): (usize, &Item), more: &str) {
        let mut fields = json!({"item_id": item.id, "output_index": place, "delta": more});
        let kind = match item.what {
            What::Call { .. } => "response.function_call_arguments.delta",
            What::Reasoning => {
                fields["content_index"] = 0.into();
                "response.reasoning_text.delta"
            }
            What::Message => {
                fields["content_index"] = 0.into();
                fields["logprobs"] = json!([]);
                "response.output_text.delta"
            }
        };
        self.write(out, kind, fields);
    }

    /// A thought, a text or a call of a function is whole.
    pub(super) fn done(&mut self, out: &mut Vec<u8>, (place, item): (usize, &Item), shown: &Value) {
        let at = || json!({"item_id": item.id, "output_index": place});
        let mut fields = at();
        let kind = match &item.what {
            What::Call { .. } => {
                fields["name"] = shown["name"].clone();
                fields["arguments"] = item.text.as_str().into();
                "response.function_call_arguments.done"
            }
            What::Reasoning => {
                fields["content_index"] = 0.into();
                fields["text"] = item.text.as_str().into();
                "response.reasoning_text.done"
            }
            What::Message => {
                fields["content_index"] = 0.into();
                fields["text"] = item.text.as_str().into();
                fields["logprobs"] = json!([]);
                "response.output_text.done"
            }
        };
        self.write(out, kind, fields);
        if !matches!(item.what, What::Call { .. }) {
            let mut fields = at();
            fields["content_index"] = 0.into();
            fields["part"] = item.part(&item.text);
            self.write(out, "response.content_part.done", fields);
        }
        self.item_done(out, place, shown);
    }

    /// The input of a custom tool is whole, and told at once.
    pub(super) fn input_done(
        &mut self,
        out: &mut Vec<u8>,
        (place, item): (usize, &Item),
        shown: &Value,
    ) {
        for (kind, name) in [("delta", "delta"), ("done", "input")] {
            let mut fields = json!({"item_id": item.id, "output_index": place});
            fields[name] = shown["input"].clone();
            self.write(
                out,
                &format!("response.custom_tool_call_input.{kind}"),
                fields,
            );
        }
        self.item_done(out, place, shown);
    }

    fn item_done(&mut self, out: &mut Vec<u8>, place: usize, shown: &Value) {
        let fields = json!({"output_index": place, "item": shown});
        self.write(out, "response.output_item.done", fields);
    }
}
