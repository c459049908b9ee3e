//! Answers that stand in for the endpoint's own.

mod hostile;

use bytes::Bytes;
use http::header::AUTHORIZATION;
use http::request::Parts;

use crate::behaviour::Behaviour;
use crate::delivery::{Interrupted, NoFrames, TRACE_HEADER};
use crate::refusal::{anthropic_envelope, envelope};
use crate::reply::{Reply, TEXT};
use crate::wire::RawStep;
use crate::world::World;

const BUSY: &str = "System is too busy now. Please try again later.";
const PAGE: &str =
    "<!DOCTYPE html>\n<html><head><title>SiliconFlow</title></head><body>Welcome</body></html>\n";

/// The error envelope as an event of a stream.
pub(super) fn error_event() -> Bytes {
    Bytes::from(format!("data: {}\n\n", envelope(50508, BUSY)))
}

/// The answer a behaviour gives without asking the endpoint, if it does.
pub(super) fn instead(
    behaviour: &Behaviour,
    world: &World,
    (head, stream): (&Parts, bool),
) -> Option<Reply> {
    Some(match behaviour {
        Behaviour::Status {
            status,
            body,
            retry_after,
        } => with_status(*status, (body.as_deref(), *retry_after), world),
        Behaviour::ResetBeforeHeaders => Reply::raw(0, vec![RawStep::Reset]),
        Behaviour::ErrorFirst if stream => Reply::stream(Box::new(Interrupted::new(
            Box::new(NoFrames),
            0,
            error_event(),
        ))),
        Behaviour::ErrorFirst | Behaviour::Envelope200 => Reply::json(200, envelope(50508, BUSY)),
        Behaviour::Empty => Reply::stream(Box::new(NoFrames)),
        Behaviour::Html => Reply::whole(200, "text/html; charset=utf-8", PAGE),
        Behaviour::BadLength => bad_length(world),
        Behaviour::BadChunk => bad_chunk(world),
        Behaviour::BadGzip => Reply::json(200, &b"\x1f\x8b\x08\x00this is not deflate"[..])
            .with_header("content-encoding", "gzip"),
        Behaviour::EchoAuth => echo_auth(head),
        Behaviour::Redirect { status, url } => {
            Reply::whole(*status, TEXT, "").with_header("location", url)
        }
        Behaviour::LateStatus { status, .. } => Reply::usual(*status, world.switches()),
        Behaviour::Code { code } => Reply::of_code(*code, world.switches()),
        Behaviour::GzipBomb { mib } => hostile::gzip_bomb(*mib, stream),
        Behaviour::EndlessLine { bytes } => hostile::endless_line(*bytes),
        Behaviour::EmptyEvents { count } => hostile::empty_events(*count),
        Behaviour::DeepJson { depth } => hostile::deep_json(*depth, stream),
        Behaviour::RealName403 => Reply::real_name(),
        Behaviour::AnthropicErrorEnvelope => {
            let message = "messages: at least one message is required";
            Reply::json(400, anthropic_envelope("invalid_request_error", message))
        }
        _ => return None,
    })
}

fn with_status(
    status: u16,
    (body, retry_after): (Option<&str>, Option<u64>),
    world: &World,
) -> Reply {
    let reply = match body {
        Some(body) => Reply::given(status, body),
        None => Reply::usual(status, world.switches()),
    };
    match retry_after {
        Some(seconds) => reply.with_header("retry-after", seconds.to_string()),
        None => reply,
    }
}

fn echo_auth(head: &Parts) -> Reply {
    let sent = head
        .headers
        .get(AUTHORIZATION)
        .or_else(|| head.headers.get("x-api-key"))
        .map(|value| String::from_utf8_lossy(value.as_bytes()).into_owned())
        .unwrap_or_default();
    let message = format!("Token is invalid: {sent}");
    Reply::json(401, envelope(30014, &message))
}

/// Announces more than it sends, then closes in an orderly way.
fn bad_length(world: &World) -> Reply {
    let body = r#"{"id":"truncated","object":"chat.completion""#;
    let head = raw_head(world, "application/json", "content-length: 4096");
    let bytes = Bytes::from(head + body);
    Reply::raw(200, vec![RawStep::Write(bytes), RawStep::Close])
}

/// One good chunk, then a size that is no number.
fn bad_chunk(world: &World) -> Reply {
    let event = ": hello\n\n";
    let head = raw_head(world, "text/event-stream", "transfer-encoding: chunked");
    let body = format!("{:x}\r\n{event}\r\nzz\r\nnonsense\r\n", event.len());
    let bytes = Bytes::from(head + &body);
    Reply::raw(200, vec![RawStep::Write(bytes), RawStep::Close])
}

fn raw_head(world: &World, content_type: &str, framing: &str) -> String {
    let trace = world.ids().trace();
    format!(
        "HTTP/1.1 200 OK\r\ncontent-type: {content_type}\r\n{framing}\r\n{TRACE_HEADER}: {trace}\r\n\r\n"
    )
}
