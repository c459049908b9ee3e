//! A streamed chat answer, in the shape of the captures (§3.2 to §3.4).

use bytes::Bytes;

use super::usage::{UsageTold, push_field, put, put_string};
use super::whole::finish_reason;
use super::{Form, Letterhead};
use crate::conversation::{Answer, Cursor, tokens};
use crate::delivery::{Frame, FrameSource};
use crate::ledger::Usage;

/// The chunks of one answer, made one by one.
pub(super) struct ChatFrames {
    answer: Answer,
    usage: Usage,
    form: Form,
    /// Each chunk up to and including `"model":"…"`.
    opening: Vec<u8>,
    phase: Phase,
}

/// What comes next.
#[derive(Clone, Copy)]
enum Phase {
    Opening,
    Reasoning(Cursor),
    Text(Cursor),
    ToolOpening,
    ToolArguments { second: bool },
    Closing,
    UsageOnly,
    Done,
    Over,
}

impl ChatFrames {
    pub(super) fn new(answer: Answer, (usage, form): (Usage, Form), head: &Letterhead) -> Self {
        let mut opening = Vec::with_capacity(192);
        put(
            &mut opening,
            format_args!(
                r#"data: {{"id":"{}","object":"chat.completion.chunk","created":{},"model":"#,
                head.id, head.created
            ),
        );
        put_string(&mut opening, &head.model);
        Self {
            answer,
            usage,
            form,
            opening,
            phase: Phase::Opening,
        }
    }

    /// A chunk whose delta is written by `delta`.
    fn chunk(&self, delta: impl FnOnce(&mut Vec<u8>), finish: Option<&str>) -> Frame {
        let told = self.form.usage;
        let mut out = Vec::with_capacity(self.opening.len() + 384);
        out.extend_from_slice(&self.opening);
        if told == UsageTold::First {
            self.push_usage(&mut out);
        }
        out.extend_from_slice(br#","choices":[{"index":0,"delta":{"#);
        delta(&mut out);
        match finish {
            Some(reason) => put(&mut out, format_args!(r#"}},"finish_reason":"{reason}""#)),
            None => out.extend_from_slice(br#"},"finish_reason":null"#),
        }
        let is_closing = finish.is_some();
        if is_closing && told == UsageTold::Nested {
            self.push_usage(&mut out);
        }
        out.extend_from_slice(br#"}],"system_fingerprint":"""#);
        let is_told = match told {
            UsageTold::InEachChunk => {
                self.push_usage(&mut out);
                true
            }
            UsageTold::Closing if is_closing => {
                self.push_usage(&mut out);
                true
            }
            UsageTold::Closing => {
                out.extend_from_slice(br#","usage":null"#);
                false
            }
            UsageTold::First => true,
            UsageTold::Nested => is_closing,
            UsageTold::Last | UsageTold::AfterDone | UsageTold::Never => false,
        };
        out.extend_from_slice(b"}\n\n");
        self.frame(out, is_told)
    }

    fn push_usage(&self, out: &mut Vec<u8>) {
        push_field(out, self.usage, self.form.tells_cache);
    }

    fn frame(&self, bytes: Vec<u8>, is_told: bool) -> Frame {
        Frame {
            bytes: Bytes::from(bytes),
            usage: Some((self.usage, is_told)),
        }
    }

    fn opening(&mut self) -> Frame {
        let thinks = self.answer.reasoning.is_some();
        self.phase = if thinks {
            Phase::Reasoning(Cursor::default())
        } else {
            Phase::Text(Cursor::default())
        };
        let delta: &[u8] = if thinks {
            br#""content":null,"reasoning_content":"","role":"assistant""#
        } else {
            br#""content":"","reasoning_content":null,"role":"assistant""#
        };
        self.chunk(|out| out.extend_from_slice(delta), None)
    }

    fn reasoning(&mut self, mut cursor: Cursor) -> Option<Frame> {
        let next = match &self.answer.reasoning {
            Some(reasoning) => reasoning.next(&mut cursor),
            None => None,
        };
        let Some((piece, spent)) = next else {
            self.phase = Phase::Text(Cursor::default());
            return None;
        };
        self.usage.completion += spent;
        self.usage.reasoning += spent;
        self.phase = Phase::Reasoning(cursor);
        Some(self.chunk(
            |out| {
                out.extend_from_slice(br#""content":null,"reasoning_content":"#);
                put_string(out, piece);
                out.extend_from_slice(br#","role":"assistant""#);
            },
            None,
        ))
    }

    fn text(&mut self, mut cursor: Cursor) -> Option<Frame> {
        let Some((piece, spent)) = self.answer.text.next(&mut cursor) else {
            self.phase = if self.answer.tool.is_some() {
                Phase::ToolOpening
            } else {
                Phase::Closing
            };
            return None;
        };
        self.usage.completion += spent;
        self.phase = Phase::Text(cursor);
        Some(self.chunk(
            |out| {
                out.extend_from_slice(br#""content":"#);
                put_string(out, piece);
                out.extend_from_slice(br#","reasoning_content":null,"role":"assistant""#);
            },
            None,
        ))
    }

    fn tool_opening(&mut self) -> Option<Frame> {
        self.phase = Phase::ToolArguments { second: false };
        let tool = self.answer.tool.as_ref()?;
        self.usage.completion += tool.opening_tokens();
        Some(self.tool_chunk(|out| {
            out.extend_from_slice(br#""id":"#);
            put_string(out, &tool.id);
            out.extend_from_slice(br#","type":"function","function":{"name":"#);
            put_string(out, &tool.name);
            out.extend_from_slice(br#","arguments":""}"#);
        }))
    }

    /// Argument deltas: the first has an empty name, the second has none.
    fn tool_arguments(&mut self, second: bool) -> Option<Frame> {
        self.phase = if second {
            Phase::Closing
        } else {
            Phase::ToolArguments { second: true }
        };
        let tool = self.answer.tool.as_ref()?;
        let parts = tool.argument_parts();
        let (part, name) = if second {
            (parts.1, "")
        } else {
            (parts.0, r#""name":"","#)
        };
        self.usage.completion += tokens(part);
        Some(self.tool_chunk(|out| {
            put(
                out,
                format_args!(r#""id":null,"type":null,"function":{{{name}"arguments":"#),
            );
            put_string(out, part);
            out.push(b'}');
        }))
    }

    fn tool_chunk(&self, call: impl FnOnce(&mut Vec<u8>)) -> Frame {
        self.chunk(
            |out| {
                out.extend_from_slice(
                    br#""content":null,"reasoning_content":null,"role":"assistant","tool_calls":[{"index":0,"#,
                );
                call(out);
                out.extend_from_slice(b"}]");
            },
            None,
        )
    }

    fn closing(&mut self) -> Frame {
        self.phase = if self.form.usage == UsageTold::Last {
            Phase::UsageOnly
        } else {
            Phase::Done
        };
        let delta = br#""content":"","reasoning_content":null"#;
        let finish = finish_reason(self.answer.finish);
        self.chunk(|out| out.extend_from_slice(delta), Some(finish))
    }

    fn usage_only(&mut self) -> Frame {
        self.phase = match self.form.usage {
            UsageTold::AfterDone => Phase::Over,
            _ => Phase::Done,
        };
        let mut out = self.opening.clone();
        out.extend_from_slice(br#","choices":[],"system_fingerprint":"""#);
        self.push_usage(&mut out);
        out.extend_from_slice(b"}\n\n");
        self.frame(out, true)
    }

    fn done(&mut self) -> Option<Frame> {
        self.phase = match self.form.usage {
            UsageTold::AfterDone => Phase::UsageOnly,
            _ => Phase::Over,
        };
        self.form
            .done
            .then(|| self.frame(b"data: [DONE]\n\n".to_vec(), false))
    }
}

impl FrameSource for ChatFrames {
    fn next(&mut self) -> Option<Frame> {
        loop {
            let frame = match self.phase {
                Phase::Opening => Some(self.opening()),
                Phase::Reasoning(cursor) => self.reasoning(cursor),
                Phase::Text(cursor) => self.text(cursor),
                Phase::ToolOpening => self.tool_opening(),
                Phase::ToolArguments { second } => self.tool_arguments(second),
                Phase::Closing => Some(self.closing()),
                Phase::UsageOnly => Some(self.usage_only()),
                Phase::Done => self.done(),
                Phase::Over => return None,
            };
            if frame.is_some() {
                return frame;
            }
        }
    }
}
