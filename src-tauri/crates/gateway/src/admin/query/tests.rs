use super::*;
use serde::Deserialize;

#[derive(Debug, Deserialize)]
struct Asked {
    page: Option<String>,
}

#[test]
fn pages_count_from_one() {
    for (text, expected) in [
        (None, 0),
        (Some(""), 0),
        (Some("1"), 0),
        (Some("1000000000"), 999_999_999),
    ] {
        assert_eq!(page(text), Ok(expected), "{text:?}");
    }
    let too_many = "9".repeat(40);
    for wrong in ["0", "-1", "1e9", "1.0", "one", " 1", "%", &too_many] {
        let error = page(Some(wrong)).unwrap_err();
        assert_eq!(error.code, ErrorCode::InvalidRequest, "{wrong}");
        assert!(error.message.contains("from 1"), "{}", error.message);
    }
}

#[test]
fn a_parameter_given_twice_is_refused() {
    let asked: Asked = query(&Uri::from_static("/logs?other=x&page=2")).unwrap();
    assert_eq!(asked.page.as_deref(), Some("2"));
    let twice = query::<Asked>(&Uri::from_static("/logs?page=1&page=2"));
    assert_eq!(twice.unwrap_err().code, ErrorCode::InvalidRequest);
}
