//! A streamed message, in Anthropic's order of events (§3.5).

use bytes::Bytes;
use serde_json::Value;

use super::{Ending, Form, Letterhead, stop_reason, usage_fields};
use crate::conversation::{Answer, Cursor, tokens};
use crate::delivery::{Frame, FrameSource};
use crate::ledger::Usage;

/// The events of one message, made one by one.
pub(super) struct MessageFrames {
    answer: Answer,
    usage: Usage,
    form: Form,
    head: Letterhead,
    /// Index of the current content block.
    block: usize,
    phase: Phase,
}

/// What comes next.
#[derive(Clone, Copy)]
enum Phase {
    Start,
    ThinkingStart,
    Thinking(Cursor),
    Signature,
    TextStart,
    Text(Cursor),
    ToolStart,
    ToolInput {
        second: bool,
    },
    /// Ends the current block, then goes on.
    BlockStop(After),
    Delta,
    Stop,
    Done,
    Over,
}

/// What follows the end of a block.
#[derive(Clone, Copy)]
enum After {
    Thinking,
    Text,
    Tool,
}

impl MessageFrames {
    pub(super) fn new(answer: Answer, (usage, form): (Usage, Form), head: Letterhead) -> Self {
        Self {
            answer,
            usage,
            form,
            head,
            block: 0,
            phase: Phase::Start,
        }
    }

    fn event(&self, name: &str, data: &str, is_told: bool) -> Frame {
        Frame {
            bytes: Bytes::from(format!("event: {name}\ndata: {data}\n\n")),
            usage: Some((self.usage, is_told)),
        }
    }

    fn start(&mut self) -> Frame {
        self.phase = if self.answer.reasoning.is_some() {
            Phase::ThinkingStart
        } else {
            self.phase_after_thinking()
        };
        // The vendor's first event has no output tokens (§2.2).
        let usage = if self.form.tells_usage {
            format!(r#","usage":{{{}}}"#, usage_fields(self.usage))
        } else {
            String::new()
        };
        let data = format!(
            r#"{{"type":"message_start","message":{{"id":"{}","type":"message","role":"assistant","content":[],"model":{},"stop_reason":null,"stop_sequence":null{usage}}}}}"#,
            self.head.id,
            Value::from(self.head.model.as_str()),
        );
        self.event("message_start", &data, self.form.tells_usage)
    }

    fn phase_after_thinking(&self) -> Phase {
        match (self.answer.text.pieces(), &self.answer.tool) {
            (0, Some(_)) => Phase::ToolStart,
            (0, None) => Phase::Delta,
            (_, _) => Phase::TextStart,
        }
    }

    fn block_start(&self, content_block: &str) -> Frame {
        let data = format!(
            r#"{{"type":"content_block_start","index":{},"content_block":{content_block}}}"#,
            self.block
        );
        self.event("content_block_start", &data, false)
    }

    fn block_delta(&self, index: usize, (kind, field, value): (&str, &str, &str)) -> Frame {
        let value = Value::from(value);
        let data = format!(
            r#"{{"type":"content_block_delta","index":{index},"delta":{{"type":"{kind}","{field}":{value}}}}}"#
        );
        self.event("content_block_delta", &data, false)
    }

    fn thinking(&mut self, mut cursor: Cursor) -> Option<Frame> {
        let next = match &self.answer.reasoning {
            Some(reasoning) => reasoning.next(&mut cursor),
            None => None,
        };
        let Some((piece, spent)) = next else {
            self.phase = Phase::Signature;
            return None;
        };
        self.usage.completion += spent;
        self.usage.reasoning += spent;
        self.phase = Phase::Thinking(cursor);
        Some(self.block_delta(self.block, ("thinking_delta", "thinking", piece)))
    }

    fn signature(&mut self) -> Frame {
        self.phase = Phase::BlockStop(After::Thinking);
        let delta = ("signature_delta", "signature", self.head.signature.as_str());
        self.block_delta(self.block, delta)
    }

    fn text(&mut self, mut cursor: Cursor) -> Option<Frame> {
        let Some((piece, spent)) = self.answer.text.next(&mut cursor) else {
            self.phase = Phase::BlockStop(After::Text);
            return None;
        };
        self.usage.completion += spent;
        self.phase = Phase::Text(cursor);
        // The known upstream bug stamps text with the index of another block.
        let index = self.block + usize::from(self.form.wrong_index);
        Some(self.block_delta(index, ("text_delta", "text", piece)))
    }

    fn tool_start(&mut self) -> Option<Frame> {
        self.phase = Phase::ToolInput { second: false };
        let tool = self.answer.tool.as_ref()?;
        self.usage.completion += tool.opening_tokens();
        let block = format!(
            r#"{{"type":"tool_use","id":{},"name":{},"input":{{}}}}"#,
            Value::from(tool.id.as_str()),
            Value::from(tool.name.as_str()),
        );
        Some(self.block_start(&block))
    }

    fn tool_input(&mut self, second: bool) -> Option<Frame> {
        self.phase = if second {
            Phase::BlockStop(After::Tool)
        } else {
            Phase::ToolInput { second: true }
        };
        let parts = self.answer.tool.as_ref()?.argument_parts();
        let part = if second { parts.1 } else { parts.0 };
        self.usage.completion += tokens(part);
        Some(self.block_delta(self.block, ("input_json_delta", "partial_json", part)))
    }

    fn block_stop(&mut self, after: After) -> Frame {
        let data = format!(r#"{{"type":"content_block_stop","index":{}}}"#, self.block);
        self.block += 1;
        self.phase = match after {
            After::Thinking => self.phase_after_thinking(),
            After::Text if self.answer.tool.is_some() => Phase::ToolStart,
            After::Text | After::Tool => Phase::Delta,
        };
        self.event("content_block_stop", &data, false)
    }

    fn delta(&mut self) -> Frame {
        self.phase = Phase::Stop;
        let usage = if self.form.tells_usage {
            format!(
                r#","usage":{{{},"output_tokens":{}}}"#,
                usage_fields(self.usage),
                self.usage.completion
            )
        } else {
            String::new()
        };
        let reason = stop_reason(self.answer.finish);
        let data = format!(
            r#"{{"type":"message_delta","delta":{{"stop_reason":"{reason}","stop_sequence":null}}{usage}}}"#
        );
        self.event("message_delta", &data, self.form.tells_usage)
    }

    fn stop(&mut self) -> Option<Frame> {
        self.phase = Phase::Done;
        (self.form.ending != Ending::Missing)
            .then(|| self.event("message_stop", r#"{"type":"message_stop"}"#, false))
    }

    fn done(&mut self) -> Option<Frame> {
        self.phase = Phase::Over;
        (self.form.ending == Ending::StopAndDone).then(|| Frame {
            bytes: Bytes::from_static(b"data: [DONE]\n\n"),
            usage: Some((self.usage, false)),
        })
    }
}

impl FrameSource for MessageFrames {
    fn next(&mut self) -> Option<Frame> {
        loop {
            let frame = match self.phase {
                Phase::Start => Some(self.start()),
                Phase::ThinkingStart => {
                    self.phase = Phase::Thinking(Cursor::default());
                    Some(self.block_start(r#"{"type":"thinking","thinking":""}"#))
                }
                Phase::Thinking(cursor) => self.thinking(cursor),
                Phase::Signature => Some(self.signature()),
                Phase::TextStart => {
                    self.phase = Phase::Text(Cursor::default());
                    Some(self.block_start(r#"{"type":"text","text":""}"#))
                }
                Phase::Text(cursor) => self.text(cursor),
                Phase::ToolStart => self.tool_start(),
                Phase::ToolInput { second } => self.tool_input(second),
                Phase::BlockStop(after) => Some(self.block_stop(after)),
                Phase::Delta => Some(self.delta()),
                Phase::Stop => self.stop(),
                Phase::Done => self.done(),
                Phase::Over => return None,
            };
            if frame.is_some() {
                return frame;
            }
        }
    }
}
