use http::{HeaderMap, HeaderValue, header};

use super::*;
use crate::model::{KeptBody, LeftOut};

fn sink(most: usize) -> Sink {
    Sink::new(most, room().share())
}

fn headers(content_type: &'static str) -> HeaderMap {
    let mut headers = HeaderMap::new();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(content_type));
    headers
}

fn closed(sink: Sink) -> KeptBody {
    sink.close(&[]).0
}

#[test]
fn the_beginning_is_kept_and_all_is_counted() {
    let mut sink = sink(10);
    sink.label(&headers("Application/JSON; charset=utf-8"));
    for piece in ["{\"a\":", "", "12345", "6789}"] {
        sink.push(piece.as_bytes());
    }
    let expected = KeptBody {
        bytes: 15,
        content_type: Some("Application/JSON; charset=utf-8".to_owned()),
        text: Some("{\"a\":12345".to_owned()),
        is_cut: true,
        left_out: None,
    };
    assert_eq!(closed(sink), expected);
}

#[test]
fn a_body_of_just_the_limit_is_whole() {
    let mut sink = sink(4);
    sink.push(b"abcd");
    let body = closed(sink);
    assert_eq!((body.text.as_deref(), body.is_cut), (Some("abcd"), false));
}

#[test]
fn a_character_is_not_cut_in_two() {
    for most in 3..6 {
        let mut sink = sink(most);
        sink.push("你好".as_bytes());
        let body = closed(sink);
        assert_eq!(
            (body.text.as_deref(), body.is_cut),
            (Some("你"), true),
            "{most}"
        );
    }
}

#[test]
fn what_is_no_text_is_only_counted() {
    let mut compressed = headers("application/json");
    compressed.insert(header::CONTENT_ENCODING, HeaderValue::from_static("gzip"));
    for (headers, body, why) in [
        (
            headers("multipart/form-data; boundary=x"),
            &b"--x"[..],
            LeftOut::Binary,
        ),
        (headers("audio/mpeg"), b"ID3", LeftOut::Binary),
        (headers("application/octet-stream"), b"abc", LeftOut::Binary),
        (headers("application/json"), b"{\xff}", LeftOut::Binary),
        (HeaderMap::new(), b"\x89PNG\r\n\x1a\n", LeftOut::Binary),
        (compressed, b"abc", LeftOut::Compressed),
    ] {
        let room = room();
        let mut sink = Sink::new(1_000, room.share());
        sink.label(&headers);
        sink.push(body);
        let (kept, share) = sink.close(&[]);
        assert_eq!((kept.text, kept.left_out), (None, Some(why)), "{headers:?}");
        assert_eq!((kept.bytes, kept.is_cut), (body.len() as u64, false));
        assert_eq!(room.taken(), 0, "nothing is held");
        drop(share);
    }
}

#[test]
fn of_nothing_nothing_is_left_out() {
    let mut sink = sink(10);
    sink.label(&headers("audio/mpeg"));
    let body = closed(sink);
    assert_eq!((body.bytes, body.text, body.left_out), (0, None, None));
}

/// What waits for the disk counts as well.
#[test]
fn a_full_room_keeps_no_more_words() {
    let room = Arc::new(Room::of(11_000));
    let mut first = Sink::new(64 * KIB, room.share());
    first.push(&[b'a'; 6_000]);
    let (kept, share) = first.close(&[]);
    assert_eq!(kept.text.map(|text| text.len()), Some(6_000));
    let mut second = Sink::new(64 * KIB, room.share());
    second.push(b"b");
    assert_eq!(second.bytes_held(), Some(1));
    second.push(&[b'b'; 9_000]);
    assert_eq!(room.taken(), 6_000, "it gave its part back");
    second.push(b"b");
    let (crowded, _) = second.close(&[]);
    assert_eq!(
        (crowded.text, crowded.left_out),
        (None, Some(LeftOut::Crowded))
    );
    assert_eq!((crowded.bytes, crowded.is_cut), (9_002, false));
    drop(share);
    assert_eq!(room.taken(), 0);
}

/// As much memory is taken as is counted.
#[test]
fn no_body_takes_more_than_its_share() {
    let room = Arc::new(Room::of(1 << 20));
    let mut sink = Sink::new(50_000, room.share());
    for _ in 0..1_000 {
        sink.push(&[b'a'; 77]);
        assert!(sink.capacity() <= room.taken() && room.taken() <= 50_000);
    }
    assert_eq!(sink.bytes_held(), Some(50_000));
}

#[test]
fn a_key_that_the_cut_goes_through_leaves_no_beginning() {
    let key = format!("sk-test{}", "alpha0".repeat(8));
    let text = format!("{{\"content\":\"{key}\"}}");
    for most in 12..text.len() {
        let mut sink = sink(most);
        sink.push(text.as_bytes());
        let kept = closed(sink).text.unwrap();
        assert!(!kept.contains("sk-"), "{most}: {kept}");
    }
}
