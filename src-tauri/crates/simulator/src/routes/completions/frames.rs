//! A streamed completion: chunks like those of chat, with a text.

use bytes::Bytes;

use super::push_choice;
use crate::conversation::{Answer, Cursor};
use crate::delivery::{Frame, FrameSource};
use crate::ledger::Usage;
use crate::routes::chat::finish_reason;
use crate::routes::chat::usage::{UsageTold, push_field};

/// The chunks of one answer, made one by one.
pub(super) struct CompletionFrames {
    answer: Answer,
    usage: Usage,
    told: UsageTold,
    done: bool,
    /// Each chunk up to and including `"model":"…"`.
    opening: Vec<u8>,
    phase: Phase,
}

/// What comes next.
#[derive(Clone, Copy)]
enum Phase {
    Text(Cursor),
    UsageOnly,
    Done,
    Over,
}

impl CompletionFrames {
    pub(super) fn new(
        answer: Answer,
        (usage, told, done): (Usage, UsageTold, bool),
        head: &[u8],
    ) -> Self {
        Self {
            answer,
            usage,
            told,
            done,
            opening: [b"data: ", head].concat(),
            phase: Phase::Text(Cursor::default()),
        }
    }

    fn text(&mut self, mut cursor: Cursor) -> Frame {
        let next = self.answer.text.next(&mut cursor);
        let next = next.map(|(piece, spent)| (piece.to_owned(), spent));
        let Some((piece, spent)) = next else {
            self.phase = if self.told == UsageTold::Last {
                Phase::UsageOnly
            } else {
                Phase::Done
            };
            return self.chunk("", Some(finish_reason(self.answer.finish)));
        };
        self.usage.completion += spent;
        self.phase = Phase::Text(cursor);
        self.chunk(&piece, None)
    }

    fn chunk(&self, text: &str, finish: Option<&str>) -> Frame {
        let mut out = self.opening.clone();
        push_choice(&mut out, text, finish);
        self.closed(out, self.told == UsageTold::InEachChunk)
    }

    fn usage_only(&mut self) -> Frame {
        self.phase = Phase::Done;
        let mut out = self.opening.clone();
        out.extend_from_slice(br#","choices":[]"#);
        self.closed(out, true)
    }

    /// Ends a chunk, with the usage or without it.
    fn closed(&self, mut out: Vec<u8>, is_told: bool) -> Frame {
        if is_told {
            push_field(&mut out, self.usage, false);
        }
        out.extend_from_slice(b"}\n\n");
        self.frame(out, is_told)
    }

    fn frame(&self, bytes: impl Into<Bytes>, is_told: bool) -> Frame {
        Frame {
            bytes: bytes.into(),
            usage: Some((self.usage, is_told)),
        }
    }
}

impl FrameSource for CompletionFrames {
    fn next(&mut self) -> Option<Frame> {
        match self.phase {
            Phase::Text(cursor) => Some(self.text(cursor)),
            Phase::UsageOnly => Some(self.usage_only()),
            Phase::Done => {
                self.phase = Phase::Over;
                self.done
                    .then(|| self.frame(&b"data: [DONE]\n\n"[..], false))
            }
            Phase::Over => None,
        }
    }
}
