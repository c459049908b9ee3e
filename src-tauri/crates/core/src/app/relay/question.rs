//! What of a request tells how much it uses, where its answer does not.

use std::borrow::Cow;

use bytes::Bytes;
use serde::Deserialize;

use super::{Call, CallBody};
use crate::meter::{Counted, Scan, estimate_json, estimate_messages};
use crate::model::{Protocol, Route, Usage};

/// Tokens of longer bodies are not guessed: it would keep other requests waiting.
const LONGEST_GUESSED: usize = 1 << 20;

/// What was asked for, as far as it is counted.
#[derive(Debug)]
pub(super) struct Question {
    counted: Counted,
    protocol: Protocol,
    /// UTF-8 bytes of text to be spoken.
    spoken: Option<u64>,
    /// The body, until its tokens are told.
    body: Option<Bytes>,
}

#[derive(Deserialize)]
struct Speech<'a> {
    #[serde(borrow)]
    input: Cow<'a, str>,
}

impl Question {
    pub(super) fn of(call: &Call) -> Self {
        let counted = Counted::of(&call.route);
        let body = match &call.body {
            CallBody::Whole(body) => Some(body),
            CallBody::Stream(_) => None,
        };
        let spoken = body.filter(|_| call.route == Route::AudioSpeech);
        let guessed = |body: &&Bytes| counted.is_in_tokens() && body.len() <= LONGEST_GUESSED;
        Self {
            counted,
            // `/responses` is a chat by now.
            protocol: call.route.protocol(),
            spoken: spoken.and_then(|body| spoken_bytes(body)),
            body: body.filter(guessed).cloned(),
        }
    }

    pub(super) fn counted(&self) -> Counted {
        self.counted
    }

    /// UTF-8 bytes of text to be spoken, which is what speech is paid by.
    pub(super) fn spoken(&self) -> Option<u64> {
        self.spoken
    }

    /// The upstream tells the tokens, so nothing needs to be guessed.
    pub(super) fn is_told(&mut self) {
        self.body = None;
    }

    /// A guess at all tokens, where the upstream left some of them untold.
    pub(super) fn estimate(&self, usage: &Usage, scan: &Scan) -> Option<u32> {
        if !self.counted.is_in_tokens() {
            return None;
        }
        let written = if self.counted.writes() {
            usage.completion_tokens
        } else {
            Some(usage.completion_tokens.unwrap_or(0))
        };
        if usage.prompt_tokens.is_some() && written.is_some() {
            return None;
        }
        let prompt = usage.prompt_tokens.or_else(|| self.estimate_prompt())?;
        let sum = prompt.saturating_add(written.unwrap_or(scan.written));
        Some(u32::try_from(sum).unwrap_or(u32::MAX))
    }

    fn estimate_prompt(&self) -> Option<u64> {
        let body = self.body.as_deref()?;
        match self.protocol {
            Protocol::OpenAi => estimate_json(body),
            Protocol::Anthropic => estimate_messages(body).ok(),
        }
    }
}

fn spoken_bytes(body: &[u8]) -> Option<u64> {
    let speech: Speech<'_> = serde_json::from_slice(body).ok()?;
    Some(speech.input.len() as u64)
}

#[cfg(test)]
mod tests;
