//! A message that is not streamed.

use serde_json::Value;

use super::{Letterhead, stop_reason, usage_fields};
use crate::conversation::{Answer, Text};
use crate::ledger::Usage;

/// The body of a message.
pub(super) fn body(
    answer: &Answer,
    (usage, tells_usage): (Usage, bool),
    head: &Letterhead,
) -> String {
    let quoted = |text: &str| Value::from(text).to_string();
    let mut blocks = Vec::with_capacity(3);
    if let Some(reasoning) = answer.reasoning.as_ref().map(Text::whole) {
        blocks.push(format!(
            r#"{{"type":"thinking","thinking":{},"signature":"{}"}}"#,
            quoted(&reasoning),
            head.signature
        ));
    }
    let text = answer.text.whole();
    if !text.is_empty() {
        blocks.push(format!(r#"{{"type":"text","text":{}}}"#, quoted(&text)));
    }
    if let Some(tool) = &answer.tool {
        blocks.push(format!(
            r#"{{"type":"tool_use","id":{},"name":{},"input":{}}}"#,
            quoted(&tool.id),
            quoted(&tool.name),
            tool.arguments
        ));
    }
    let usage = if tells_usage {
        format!(
            r#","usage":{{{},"output_tokens":{}}}"#,
            usage_fields(usage),
            usage.completion
        )
    } else {
        String::new()
    };
    format!(
        r#"{{"id":"{}","type":"message","role":"assistant","model":{},"content":[{}],"stop_reason":"{}","stop_sequence":null{usage}}}"#,
        head.id,
        quoted(&head.model),
        blocks.join(","),
        stop_reason(answer.finish),
    )
}
