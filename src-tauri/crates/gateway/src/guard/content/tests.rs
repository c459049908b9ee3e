use super::*;

fn judge(content_type: Option<&str>, rule: ContentRule, has_body: bool) -> bool {
    let mut headers = HeaderMap::new();
    if let Some(content_type) = content_type {
        headers.insert(header::CONTENT_TYPE, content_type.parse().unwrap());
    }
    check_content_type(&headers, rule, has_body).is_ok()
}

/// S5: what a form, a beacon or `no-cors` can send is refused.
#[test]
fn simple_types_are_refused() {
    for simple in [
        None,
        Some("text/plain"),
        Some("text/plain;application/json"),
        Some("application/x-www-form-urlencoded"),
    ] {
        assert!(!judge(simple, ContentRule::Json, true), "{simple:?}");
        assert!(
            !judge(simple, ContentRule::JsonOrMultipart, true),
            "{simple:?}"
        );
    }
    assert!(!judge(
        Some("multipart/form-data; boundary=x"),
        ContentRule::Json,
        true
    ));
}

#[test]
fn what_programs_send_passes() {
    assert!(judge(
        Some("Application/JSON; charset=utf-8"),
        ContentRule::Json,
        true
    ));
    assert!(judge(
        Some("multipart/form-data; boundary=x"),
        ContentRule::JsonOrMultipart,
        true
    ));
    assert!(judge(None, ContentRule::JsonOrMultipart, false));
}
