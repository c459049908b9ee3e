use super::*;

fn client(base: &str) -> UpstreamClient {
    UpstreamClient::new(base, Deadlines::default(), false).unwrap()
}

/// S12, S15: a path is only ever a path.
#[test]
fn the_destination_is_always_the_base() {
    let client = client("https://api.siliconflow.cn/v1/");
    for path in [
        "chat/completions",
        "@evil.test/",
        "//evil.test/x",
        "https://evil.test",
        "a?b#c",
    ] {
        let url = client.url(path, Some("x=1"));
        assert_eq!(url.scheme(), "https");
        assert_eq!(url.host_str(), Some("api.siliconflow.cn"));
        assert_eq!(url.port(), None);
        assert!(url.path().starts_with("/v1/"), "{url}");
    }
    assert_eq!(
        client.url("chat/completions", None).as_str(),
        "https://api.siliconflow.cn/v1/chat/completions"
    );
}

#[test]
fn an_address_that_is_no_url_is_refused() {
    assert!(UpstreamClient::new("not a url", Deadlines::default(), false).is_err());
}

/// S7: the header that carries the key does not print it.
#[test]
fn the_key_header_is_sensitive() {
    let key = ApiKey::parse("sk-testalpha0000000000000000000000000000000000001234").unwrap();
    assert_eq!(format!("{:?}", bearer(&key)), "Sensitive");
}
