use super::*;

fn judge(path: &str, headers: &[(&str, &str)], allowed: &[&str]) -> Result<Option<String>, u16> {
    let mut request = Request::builder().uri(path);
    for (name, value) in headers {
        request = request.header(*name, *value);
    }
    let request = request.body(()).unwrap();
    let allowed: Vec<_> = allowed.iter().map(|one| (*one).to_owned()).collect();
    check(&request, &allowed)
        .map(|origin| origin.map(|value| value.to_str().unwrap().to_owned()))
        .map_err(|refusal| refusal.status.as_u16())
}

/// S4, the list of the requirement.
#[test]
fn pages_of_other_origins_are_refused() {
    for origin in [
        "https://evil.test",
        "null",
        "http://localhost:3000",
        "http://localhost.evil.test",
        "tauri://evil",
        "http://localhost:7898",
    ] {
        let headers = [("host", "localhost:7898"), ("origin", origin)];
        assert_eq!(judge("/v1/models", &headers, &[]), Err(403), "{origin}");
    }
    for site in ["cross-site", "same-site"] {
        let headers = [("host", "localhost:7898"), ("sec-fetch-site", site)];
        assert_eq!(judge("/v1/models", &headers, &[]), Err(403), "{site}");
    }
}

#[test]
fn null_is_not_allowable() {
    assert_eq!(
        judge("/v1/models", &[("origin", "null")], &["null"]),
        Err(403)
    );
}

#[test]
fn programs_and_allowed_pages_pass() {
    assert_eq!(judge("/v1/models", &[("host", "localhost")], &[]), Ok(None));
    let page = "https://app.test";
    assert_eq!(
        judge(
            "/v1/models",
            &[("origin", page), ("sec-fetch-site", "cross-site")],
            &[page]
        ),
        Ok(Some(page.to_owned()))
    );
}

#[test]
fn the_console_may_call_its_own_host_but_not_the_proxy() {
    let headers = [
        ("host", "localhost:7898"),
        ("origin", "http://localhost:7898"),
    ];
    assert!(judge("/admin/rpc/list_keys", &headers, &[]).is_ok());
    let other = [
        ("host", "localhost:7898"),
        ("origin", "http://127.0.0.1:7898"),
    ];
    assert_eq!(judge("/admin/rpc/list_keys", &other, &[]), Err(403));
}

#[test]
fn an_allowed_page_may_not_administer() {
    let page = "https://app.test";
    let headers = [("host", "localhost"), ("origin", page)];
    assert_eq!(judge("/admin/rpc/list_keys", &headers, &[page]), Err(403));
    assert_eq!(judge("/login", &headers, &[page]), Err(403));
}
