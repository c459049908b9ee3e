//! S12, S13: what the path check and the header filter let through, for any input.

use std::sync::LazyLock;

use flowkeep_core::upstream::{Deadlines, UpstreamClient, headers::request_headers};
use flowkeep_gateway::guard::check_path;
use http::{HeaderMap, HeaderName, HeaderValue, Uri};
use proptest::prelude::{Strategy, any, prop, prop_oneof};
use proptest::{prop_assert, prop_assert_eq, proptest};

const BASE: &str = "https://api.siliconflow.cn/v1";

/// Segments that some parser somewhere reads in a special way, and plain ones.
fn segment() -> impl Strategy<Value = String> {
    let special = prop::sample::select(vec![
        "..",
        ".",
        "%2e%2e",
        "%2E.",
        "..%2f",
        "%2f",
        "%5c",
        "\\",
        ";",
        "@",
        ":",
        "::",
        "%00",
        "%25",
        "%252e",
        "evil.test",
        "user@evil.test",
        "http:",
        "%0d%0a",
        "\u{ff0e}\u{ff0e}",
        "%c0%ae",
        "?",
        "#",
        "[::1]",
        "|",
        "~",
        "a b",
        "%",
        "%u002e",
        "",
    ]);
    prop_oneof![
        special.prop_map(str::to_owned),
        "[ -~]{0,8}",
        "[a-z0-9._-]{1,12}"
    ]
}

fn path() -> impl Strategy<Value = String> {
    prop::collection::vec(segment(), 1..6)
        .prop_map(|segments| format!("/v1/{}", segments.join("/")))
}

static CLIENT: LazyLock<UpstreamClient> =
    LazyLock::new(|| UpstreamClient::new(BASE, Deadlines::default(), false).unwrap());

proptest! {
    /// S12: a path that passes names a place below the base, as it stands.
    #[test]
    fn a_path_that_passes_stays_below_the_base(path in path(), query in prop::option::of("[ -~]{0,12}")) {
        let Ok(uri) = path.parse::<Uri>() else { return Ok(()) };
        if check_path(uri.path()).is_err() {
            return Ok(());
        }
        let Some(below) = uri.path().strip_prefix("/v1/") else { return Ok(()) };
        let url = CLIENT.url(below, query.as_deref());
        prop_assert_eq!(url.scheme(), "https");
        prop_assert_eq!(url.host_str(), Some("api.siliconflow.cn"));
        prop_assert_eq!(url.port(), None);
        prop_assert!(url.username().is_empty() && url.password().is_none());
        prop_assert!(url.path().starts_with("/v1/"), "{}", url);
        prop_assert!(!url.path().contains("/../") && !url.path().contains("//"), "{}", url);
        prop_assert_eq!(url.path().matches('/').count(), uri.path().matches('/').count());
        // What the HTTP library makes of it is the same place again.
        let sent: Uri = url.as_str().parse().unwrap();
        prop_assert_eq!(sent.host(), Some("api.siliconflow.cn"));
        prop_assert_eq!(sent.path(), url.path());
    }

    /// S12: dots, in any spelling and place, do not pass.
    #[test]
    fn dots_do_not_pass(
        before in "(/[a-z]{1,4}){0,3}",
        dots in prop::sample::select(vec!["..", ".", "%2e", "%2e%2e", "%2E%2e", ".%2e", "%2e.", "%252e", "..%2f", "..;"]),
        after in "(/[a-z]{1,4}){0,3}",
    ) {
        let path = format!("/v1{before}/{dots}{after}");
        prop_assert!(check_path(&path).is_err(), "{}", path);
    }

    /// S13: of any set of headers only listed ones travel on, and none that
    /// `Connection` names.
    #[test]
    fn only_listed_headers_travel(
        names in prop::collection::vec("(x-|sec-|openai-|x-stainless-|proxy-|)[a-z]{1,12}", 0..8),
        dropped in prop::sample::select(vec!["accept", "openai-beta", "x-request-id", "authorization"]),
        secret in any::<u64>(),
    ) {
        let fixed = ["authorization", "x-api-key", "cookie", "origin", "referer", "host", "accept", "x-request-id"];
        let mut sent = HeaderMap::new();
        let value = HeaderValue::from(secret);
        for name in names.iter().map(String::as_str).chain(fixed).chain(["openai-beta"]) {
            sent.append(HeaderName::from_bytes(name.as_bytes()).unwrap(), value.clone());
        }
        sent.insert("connection", HeaderValue::from_str(dropped).unwrap());
        let travels = request_headers(&sent);
        prop_assert!(!travels.contains_key(dropped));
        for name in travels.keys().map(HeaderName::as_str) {
            let listed = [
                "accept", "accept-encoding", "accept-language", "anthropic-beta", "anthropic-version", "content-type",
                "idempotency-key", "traceparent", "x-enable-watermark", "x-request-id", "x-trace-id",
            ];
            let prefixed = name.starts_with("openai-") || name.starts_with("x-stainless-");
            prop_assert!(listed.contains(&name) || prefixed, "{}", name);
        }
    }
}

/// The property above must not hold because nothing passes.
#[test]
fn plain_paths_pass() {
    for path in [
        "/v1/models",
        "/v1/files/a-b_c.d~e",
        "/v1/models/Qwen%20x",
        "/v1/batches/1/cancel",
    ] {
        assert_eq!(check_path(path), Ok(()), "{path}");
        let below = path.strip_prefix("/v1/").unwrap();
        assert_eq!(CLIENT.url(below, None).as_str(), format!("{BASE}/{below}"));
    }
}
