use super::*;

fn found(body: &str) -> Option<String> {
    field(body.as_bytes(), "uri").unwrap()
}

#[test]
fn a_text_of_the_outermost_object_is_found() {
    let body = r#" {"x":{"uri":"no"},"list":["uri"], "uri" : "speech:\u0061:b" } "#;
    assert_eq!(found(body).as_deref(), Some("speech:a:b"));
    assert_eq!(found(r#"{"\u0075ri":"x"}"#).as_deref(), Some("x"));
}

/// Some parsers do not care for the case of a name.
#[test]
fn large_letters_are_the_same_name() {
    assert_eq!(found(r#"{"URI":"x"}"#).as_deref(), Some("x"));
    assert_eq!(found(r#"{"a":1,"Uri":"x"}"#).as_deref(), Some("x"));
}

#[test]
fn what_is_no_text_is_absent() {
    for body in [r#"{"uri":7}"#, r#"{"uri":null}"#, "{}", "", " \n"] {
        assert_eq!(found(body), None, "{body}");
    }
}

#[test]
fn what_is_no_object_is_unclear() {
    for body in [
        r#"["uri"]"#,
        r#"{"uri":"x""#,
        r#"{"n":NaN,"uri":"x"}"#,
        r#"{"a":1}{"uri":"x"}"#,
        "uri",
    ] {
        let unclear = field(body.as_bytes(), "uri");
        assert_eq!(unclear, Err(Unclear::NotJson), "{body}");
    }
}

/// One parser takes the first, another the last.
#[test]
fn two_that_differ_are_unclear() {
    for body in [
        r#"{"uri":"1","uri":"2"}"#,
        r#"{"uri":"1","uri":2}"#,
        r#"{"uri":"1","URI":"2"}"#,
        r#"{"uri":"1","uri":"2","uri":"2"}"#,
    ] {
        let unclear = field(body.as_bytes(), "uri");
        assert_eq!(unclear, Err(Unclear::Repeated("uri")), "{body}");
    }
    assert_eq!(found(r#"{"uri":"1","uri":"1"}"#).as_deref(), Some("1"));
}
