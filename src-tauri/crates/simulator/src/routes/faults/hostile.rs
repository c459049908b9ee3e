//! Answers that try to exhaust whoever reads them; none is held whole here.

use bytes::Bytes;

use crate::delivery::{Repeated, bomb};
use crate::reply::{EVENTS, JSON, Reply};

/// Bytes of a line that are sent at once.
const PIECE: usize = 64 << 10;
/// Events that are sent at once.
const EVENTS_AT_ONCE: usize = 1_000;
const EMPTY_EVENT: &[u8] = b"data:\n\n";

/// A compressed answer of so many MiB of white space.
pub(super) fn gzip_bomb(mib: usize, stream: bool) -> Reply {
    let content_type = if stream { EVENTS } else { JSON };
    Reply::pieces(content_type, Box::new(bomb(mib))).with_header("content-encoding", "gzip")
}

/// One line of so many bytes, without its end.
pub(super) fn endless_line(bytes: usize) -> Reply {
    let piece = Bytes::from(vec![b'x'; PIECE]);
    let start = Bytes::from_static(b"data: ");
    let rest = Bytes::from(vec![b'x'; bytes % PIECE]);
    let line = Repeated::new(start, (piece, bytes / PIECE), rest);
    Reply::stream(Box::new(line))
}

/// So many events without data.
pub(super) fn empty_events(count: usize) -> Reply {
    let piece = Bytes::from(EMPTY_EVENT.repeat(EVENTS_AT_ONCE));
    let rest = Bytes::from(EMPTY_EVENT.repeat(count % EVENTS_AT_ONCE));
    let events = Repeated::new(Bytes::new(), (piece, count / EVENTS_AT_ONCE), rest);
    Reply::stream(Box::new(events))
}

/// Arrays within arrays, as an answer or as the event of a stream.
pub(super) fn deep_json(depth: usize, stream: bool) -> Reply {
    let json = format!(
        r#"{{"id":"deep","choices":{}{}}}"#,
        "[".repeat(depth),
        "]".repeat(depth)
    );
    if !stream {
        return Reply::json(200, json);
    }
    let event = Bytes::from(format!("data: {json}\n\n"));
    let event = Repeated::new(event, (Bytes::new(), 0), Bytes::new());
    Reply::stream(Box::new(event))
}
