use super::*;

#[test]
fn model_and_stream_are_found() {
    let body = br#"{"messages":[{"model":"no"}], "model" : "a/b", "stream":true,"x":1}"#;
    let peeked = peek(body, true).unwrap();
    assert_eq!(peeked.model.as_deref(), Some("a/b"));
    assert!(peeked.stream);
}

#[test]
fn what_is_missing_or_of_another_type_is_absent() {
    let peeked = peek(br#"{"model":7,"stream":"true"}"#, true).unwrap();
    assert_eq!(peeked, Peeked::default());
}

#[test]
fn an_escaped_name_is_read() {
    let peeked = peek(br#"{"\u006dodel":"a\/b"}"#, true).unwrap();
    assert_eq!(peeked.model.as_deref(), Some("a/b"));
}

#[test]
fn what_is_not_a_json_object_is_refused() {
    for body in [
        &b""[..],
        b"hello",
        b"[1]",
        b"{\"model\":",
        b"{} {}",
        b"\"x\"",
    ] {
        assert!(peek(body, true).is_err(), "{body:?}");
    }
}

/// A body above the replay limit is seen only from its beginning.
#[test]
fn the_beginning_of_a_long_body_is_enough() {
    let peeked = peek(
        br#"{"model":"m","stream":true,"messages":[{"content":"abc"#,
        false,
    )
    .unwrap();
    assert_eq!(peeked.model.as_deref(), Some("m"));
    assert!(peeked.stream);
    assert!(peek(b"{\"model\" 1", false).is_err());
}
