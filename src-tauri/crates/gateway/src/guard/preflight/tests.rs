use super::*;

const ORIGIN: HeaderValue = HeaderValue::from_static("https://app.test");

fn allowed(asked: &[&'static str]) -> Option<String> {
    let asked = asked.iter().map(|list| {
        let name = header::ACCESS_CONTROL_REQUEST_HEADERS;
        (name, HeaderValue::from_static(list))
    });
    let answer = answer(&ORIGIN, &asked.collect());
    assert_eq!(answer.status(), StatusCode::NO_CONTENT);
    let headers = answer.headers();
    assert_eq!(headers[header::ACCESS_CONTROL_ALLOW_ORIGIN], ORIGIN);
    assert!(!headers.contains_key(header::ACCESS_CONTROL_ALLOW_CREDENTIALS));
    let allowed = headers.get(header::ACCESS_CONTROL_ALLOW_HEADERS)?;
    Some(allowed.to_str().unwrap().to_owned())
}

/// What the official SDKs send from a page, in the order of a browser.
#[test]
fn the_sdks_may_send_their_headers() {
    for asked in [
        "authorization,content-type,x-stainless-arch,x-stainless-lang,x-stainless-os,\
         x-stainless-package-version,x-stainless-retry-count,x-stainless-runtime,\
         x-stainless-runtime-version,x-stainless-timeout",
        "anthropic-beta,anthropic-client-side,anthropic-version,content-type,\
         user-agent,x-api-key,x-stainless-helper-method",
        "authorization,content-type,openai-beta,openai-organization,openai-project",
        "authorization,content-type,traceparent,tracestate,x-enable-watermark,x-trace-id",
    ] {
        assert_eq!(allowed(&[asked]), Some(asked.replace(',', ", ")));
    }
}

/// Only what was asked is told, and only what is on the list.
#[test]
fn nothing_else_is_allowed() {
    for (asked, told) in [
        (vec![], None),
        (vec![""], None),
        (vec!["*"], None),
        (
            vec!["cookie, x-admin, proxy-authorization,x-stainless"],
            None,
        ),
        (vec!["Content-Type , X-Evil"], Some("content-type")),
        (vec!["content-type,,content-type"], Some("content-type")),
        (
            vec!["x-api-key", "X-Trace-Id, a b"],
            Some("x-api-key, x-trace-id"),
        ),
    ] {
        let named = format!("{asked:?}");
        assert_eq!(allowed(&asked).as_deref(), told, "{named}");
    }
}
