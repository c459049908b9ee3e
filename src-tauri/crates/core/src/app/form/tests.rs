use super::*;

const TYPE: &str = "multipart/form-data; boundary=xx";

fn text<'a>(content_type: &str, body: &'a str, name: &str) -> Option<&'a str> {
    let form = Form::new(content_type, body.as_bytes()).unwrap();
    form.text(name).map(|span| &body[span])
}

const BODY: &str = "preamble\r\n--xx\r\nContent-Disposition: form-data; name=\"file\"; \
    filename=\"a; name=\\\"model\\\".wav\"\r\nContent-Type: audio/wav\r\n\r\nRIFF\r\n--x\r\n\
    \r\n--xx  \r\ncontent-disposition:form-data; name=model\r\n\r\nwhisper-1\r\n\
    --xx\r\nContent-Disposition: form-data; name=\"empty\"\r\n\r\n\r\n\
    --xx\r\nContent-Disposition: form-data; name=\"model\"\r\n\r\nsecond\r\n--xx--\r\n";

#[test]
fn text_fields_are_found_where_they_stand() {
    assert_eq!(text(TYPE, BODY, "model"), Some("whisper-1"));
    assert_eq!(text(TYPE, BODY, "empty"), Some(""));
    assert_eq!(text(TYPE, BODY, "file"), None, "a file is no text");
    assert_eq!(text(TYPE, BODY, "purpose"), None);
    let quoted = "multipart/form-data; charset=utf-8; boundary=\"x\\x\"";
    assert_eq!(text(quoted, BODY, "model"), Some("whisper-1"));
}

#[test]
fn a_beginning_is_enough_when_the_field_is_in_it() {
    let at = BODY.find("whisper-1").unwrap();
    assert_eq!(text(TYPE, &BODY[..at + 4], "model"), None, "cut off");
    let whole = at + "whisper-1\r\n--xx".len();
    assert_eq!(text(TYPE, &BODY[..whole], "model"), Some("whisper-1"));
    for end in 0..BODY.len() {
        let found = text(TYPE, &BODY[..end], "model");
        assert!(found.is_none() || found == Some("whisper-1"), "{end}");
    }
}

#[test]
fn what_is_no_form_is_told_from_one() {
    for (content_type, sound) in [
        ("multipart/form-data", false),
        ("multipart/form-data; boundary=", false),
        ("multipart/form-data; boundary=\"\"", false),
        ("multipart/form-data; boundary=\"x", false),
        ("multipart/form-data; charset=x", false),
        ("application/json; boundary=x", false),
        ("multipart/form-data; Boundary=x", true),
        ("multipart/form-data;boundary=\"a b\"", true),
    ] {
        assert_eq!(
            Form::new(content_type, b"").is_some(),
            sound,
            "{content_type}"
        );
    }
    assert!(Form::new(TYPE, BODY.as_bytes()).unwrap().has_parts());
    assert!(!Form::new(TYPE, b"{\"a\":1}").unwrap().has_parts());
    let long = format!("multipart/form-data; boundary={}", "x".repeat(71));
    assert!(Form::new(&long, b"").is_none());
}
