use bytes::Bytes;

use super::*;
use crate::model::Usage;

mod anthropic;
mod counted;
mod json;
mod openai;
mod properties;
mod untold;

/// Scans a body that comes in these pieces.
fn scan<'a>(kind: BodyKind, pieces: impl IntoIterator<Item = &'a [u8]>) -> Scan {
    let scan = count(kind, Counted::Tokens, pieces);
    // The guess has tests of its own.
    Scan { written: 0, ..scan }
}

/// The same for any route.
fn count<'a>(kind: BodyKind, counted: Counted, pieces: impl IntoIterator<Item = &'a [u8]>) -> Scan {
    let mut scanner = UsageScanner::new(kind, counted);
    for piece in pieces {
        scanner.feed(&Bytes::copy_from_slice(piece));
    }
    scanner.finish()
}

fn whole(kind: BodyKind, body: &str) -> Scan {
    scan(kind, [body.as_bytes()])
}

/// The body cut at every byte, and byte by byte, gives what the whole gives.
fn assert_same_however_cut(kind: BodyKind, body: &str, expected: &Scan) {
    let bytes = body.as_bytes();
    assert_eq!(&whole(kind, body), expected, "whole");
    for cut in 0..=bytes.len() {
        let (head, tail) = bytes.split_at(cut);
        assert_eq!(&scan(kind, [head, tail]), expected, "cut at {cut}");
    }
    assert_eq!(&scan(kind, bytes.chunks(1)), expected, "byte by byte");
    assert_eq!(&scan(kind, bytes.chunks(7)), expected, "by sevens");
}

fn usage(prompt: u64, completion: u64, cached: Option<u64>, reasoning: Option<u64>) -> Usage {
    Usage {
        prompt_tokens: Some(prompt),
        completion_tokens: Some(completion),
        cached_tokens: cached,
        reasoning_tokens: reasoning,
    }
}

fn clean(usage: Usage) -> Scan {
    Scan {
        usage,
        clean_end: true,
        ..Scan::default()
    }
}

#[test]
fn the_kind_follows_from_protocol_and_type() {
    use crate::model::Protocol::{Anthropic, OpenAi};
    let of = BodyKind::of;
    assert_eq!(
        of(OpenAi, Some("Text/Event-Stream; charset=utf-8")),
        BodyKind::OpenAiSse
    );
    assert_eq!(
        of(Anthropic, Some("text/event-stream")),
        BodyKind::AnthropicSse
    );
    assert_eq!(
        of(OpenAi, Some("application/json; charset=utf-8")),
        BodyKind::Json
    );
    assert_eq!(
        of(Anthropic, Some("application/json")),
        BodyKind::AnthropicJson
    );
    assert_eq!(of(OpenAi, Some("audio/mpeg")), BodyKind::Opaque);
    assert_eq!(of(OpenAi, None), BodyKind::Opaque);
    assert!(BodyKind::OpenAiSse.has_end_mark());
    assert!(!BodyKind::Json.has_end_mark());
}

#[test]
fn what_is_not_text_is_not_looked_at() {
    let scan = whole(BodyKind::Opaque, r#"{"usage":{"prompt_tokens":1}}"#);
    assert_eq!(scan, clean(Usage::default()));
}

#[test]
fn an_end_names_its_error() {
    assert_eq!(EndHow::Complete.error(), None);
    let reset = EndHow::UpstreamFailed("connection reset".to_owned());
    assert_eq!(reset.error().as_deref(), Some("connection reset"));
    for how in [EndHow::ClientGone, EndHow::Idle, EndHow::Aborted] {
        assert!(how.error().is_some());
    }
}
