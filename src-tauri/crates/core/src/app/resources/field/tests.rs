use super::*;

#[test]
fn a_text_of_the_outermost_object_is_found() {
    let body = br#" {"x":{"uri":"no"},"list":["uri"], "uri" : "speech:\u0061:b" } "#;
    assert_eq!(field(body, "uri").as_deref(), Some("speech:a:b"));
    let escaped = br#"{"\u0075ri":"x"}"#;
    assert_eq!(field(escaped, "uri").as_deref(), Some("x"));
}

#[test]
fn what_is_no_text_or_no_object_is_absent() {
    for body in [
        r#"{"uri":7}"#,
        r#"{"uri":null}"#,
        r#"{"URI":"x"}"#,
        r#"["uri"]"#,
        r#"{"uri":"x""#,
        "",
    ] {
        assert_eq!(field(body.as_bytes(), "uri"), None, "{body}");
    }
}

#[test]
fn of_two_the_last_counts() {
    assert_eq!(field(br#"{"a":"1","a":"2"}"#, "a").as_deref(), Some("2"));
    assert_eq!(field(br#"{"a":"1","a":2}"#, "a"), None);
}
