use http::HeaderValue;
use proptest::prelude::*;

use super::*;

fn json() -> HeaderMap {
    HeaderMap::from_iter([(CONTENT_TYPE, HeaderValue::from_static("application/json"))])
}

fn spliced(body: &str, model: &str) -> Option<String> {
    let body = Bytes::copy_from_slice(body.as_bytes());
    let spliced = with_model(&body, &json(), model)?;
    Some(String::from_utf8(spliced.to_vec()).unwrap())
}

#[test]
fn only_the_models_bytes_change() {
    for (before, after) in [
        (
            r#"{"model":"gpt-4o","x":1.0e0}"#,
            r#"{"model":"a/b","x":1.0e0}"#,
        ),
        (
            "{ \"messages\":[{\"model\":\"gpt-4o\"}],\n \"\\u006dodel\" : \"gpt-4o\" ,\t\"y\":\"\\u4f60\"}",
            "{ \"messages\":[{\"model\":\"gpt-4o\"}],\n \"\\u006dodel\" : \"a/b\" ,\t\"y\":\"\\u4f60\"}",
        ),
        // The beginning of a body that streams on.
        (
            r#"{"model":"gpt-4o","messages":[{"content":"abc"#,
            r#"{"model":"a/b","messages":[{"content":"abc"#,
        ),
    ] {
        assert_eq!(spliced(before, "a/b").as_deref(), Some(after));
    }
    for body in [r#"{"model":7}"#, "{}", "[]", ""] {
        assert_eq!(spliced(body, "a/b"), None, "{body}");
    }
}

#[test]
fn a_plain_voice_of_openai_becomes_one_of_the_models() {
    let speech = spliced(r#"{"voice":"alloy","input":"hi","model":"tts-1"}"#, "v/tts").unwrap();
    let expected = vendor_voice("v/tts", "alloy").unwrap();
    assert!(expected.starts_with("v/tts:"), "{expected}");
    assert_eq!(
        speech,
        format!(r#"{{"voice":"{expected}","input":"hi","model":"v/tts"}}"#)
    );
    for voice in ["v/tts:anna", "speech:mine:a:b", "anna", ""] {
        let before = format!(r#"{{"model":"tts-1","voice":"{voice}"}}"#);
        let after = format!(r#"{{"model":"v/tts","voice":"{voice}"}}"#);
        assert_eq!(spliced(&before, "v/tts"), Some(after));
    }
}

#[test]
fn a_form_keeps_all_its_other_bytes() {
    let kind = HeaderValue::from_static("multipart/form-data; boundary=XX");
    let headers = HeaderMap::from_iter([(CONTENT_TYPE, kind)]);
    let before = b"--XX\r\nContent-Disposition: form-data; name=\"file\"; filename=\"a\"\r\n\r\n\xff\x00whisper-1\r\n--XX\r\nContent-Disposition: form-data; name=\"model\"\r\n\r\nwhisper-1\r\n--XX--\r\n";
    let after = with_model(&Bytes::from_static(before), &headers, "a/b").unwrap();
    let at = memchr::memmem::rfind(before, b"whisper-1").unwrap();
    let expected = [&before[..at], b"a/b", &before[at + 9..]].concat();
    assert_eq!(after, expected);
}

/// The model stands in the first piece; the length that is announced is right.
#[tokio::test]
async fn a_stream_keeps_what_follows() {
    let pieces = [
        Ok::<_, std::io::Error>(Bytes::from_static(b"{\"model\":\"gpt-4o\",\"x\":\"")),
        Ok(Bytes::from_static(b"y\"}")),
    ];
    let body = reqwest::Body::wrap_stream(futures_util::stream::iter(pieces));
    let (body, is_named) = stream_with_model(body, &json(), "a/b").await;
    assert!(is_named);
    let all = body.collect().await.unwrap().to_bytes();
    assert_eq!(all, &b"{\"model\":\"a/b\",\"x\":\"y\"}"[..]);
}

#[tokio::test]
async fn a_stream_without_a_name_is_left_alone() {
    let pieces = [
        Ok::<_, std::io::Error>(Bytes::from_static(b"{\"x\":1,")),
        Ok(Bytes::from_static(b"\"model\":\"m\"}")),
    ];
    let body = reqwest::Body::wrap_stream(futures_util::stream::iter(pieces));
    let (body, is_named) = stream_with_model(body, &json(), "a/b").await;
    assert!(!is_named);
    let all = body.collect().await.unwrap().to_bytes();
    assert_eq!(all, &b"{\"x\":1,\"model\":\"m\"}"[..]);
}

proptest! {
    /// Whatever else stands in the object, it stands there afterwards.
    #[test]
    fn everything_else_survives(
        before in "[ \n\t]{0,3}",
        name in "[a-zA-Z0-9:/\\\\\"\u{4f60}-]{1,12}",
        model in "[a-zA-Z0-9:/.-]{1,20}",
        fields in prop::collection::btree_map("[a-ln-uw-z]{1,5}", "[ -~]{0,8}", 0..5),
    ) {
        let mut rest = String::new();
        for (name, value) in &fields {
            let (name, value) = (serde_json::json!(name), serde_json::json!(value));
            rest = rest + "," + &before + &name.to_string() + &before + ":" + &value.to_string();
        }
        let of = |model: &str| format!("{before}{{\"model\":{before}{}{rest}}}", serde_json::json!(model));
        prop_assert_eq!(spliced(&of(&name), &model), Some(of(&model)));
    }
}
