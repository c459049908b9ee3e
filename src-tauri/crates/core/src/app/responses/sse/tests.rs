use proptest::prelude::*;

use super::*;

fn read<'a>(pieces: impl IntoIterator<Item = &'a [u8]>) -> Vec<String> {
    let mut reader = EventReader::default();
    let mut events = Vec::new();
    let mut take = |event: &[u8]| events.push(String::from_utf8(event.to_vec()).unwrap());
    for piece in pieces {
        reader.feed(piece, &mut take).unwrap();
    }
    reader.finish(&mut take);
    events
}

#[test]
fn events_are_their_data() {
    for (stream, events) in [
        ("data: a\n\ndata: b\n\n", vec!["a", "b"]),
        ("data:a\r\n\r\ndata: b\r\n\r\n", vec!["a", "b"]),
        ("\u{feff}data: a\n\n", vec!["a"]),
        (": keep-alive\n\nevent: x\nid: 1\ndata: a\n\n", vec!["a"]),
        ("data: a\ndata: b\n\n", vec!["a\nb"]),
        ("data: a\n\n\n\n", vec!["a"]),
        ("data: a\n\ndata: b", vec!["a", "b"]),
        ("data:\n\n", vec![""]),
        ("\n\n: nothing\n\n", vec![]),
    ] {
        assert_eq!(read([stream.as_bytes()]), events, "{stream:?}");
    }
}

#[test]
fn an_endless_event_is_not_kept() {
    let mut reader = EventReader::default();
    let piece = vec![b'x'; 1 << 18];
    let fed: Vec<_> = (0..5).map(|_| reader.feed(&piece, &mut |_| {})).collect();
    assert_eq!(fed[..4], [Ok(()); 4]);
    assert_eq!(fed[4], Err(TooLong));
}

#[test]
fn many_short_lines_without_an_end_are_not_kept_either() {
    let mut reader = EventReader::default();
    let lines =
        "data: xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx\n".repeat(1 << 14);
    let fed = (0..6).map(|_| reader.feed(lines.as_bytes(), &mut |_| {}));
    assert!(fed.last().unwrap().is_err());
}

proptest! {
    #[test]
    fn it_does_not_matter_where_a_stream_is_cut(
        cuts in prop::collection::vec(0_usize..64, 0..8),
        crlf in any::<bool>(),
    ) {
        let stream = ": hi\n\ndata: {\"a\":\"你好\"}\n\ndata: b\ndata: c\n\ndata: [DONE]\n\n";
        let stream = if crlf { stream.replace('\n', "\r\n") } else { stream.to_owned() };
        let mut cuts: Vec<usize> = cuts.into_iter().filter(|cut| *cut < stream.len()).collect();
        cuts.sort_unstable();
        let mut pieces = Vec::new();
        let mut from = 0;
        for cut in cuts {
            pieces.push(&stream.as_bytes()[from..cut]);
            from = cut;
        }
        pieces.push(&stream.as_bytes()[from..]);
        prop_assert_eq!(read(pieces), read([stream.as_bytes()]));
    }
}
