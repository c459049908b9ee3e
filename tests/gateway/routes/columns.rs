//! The columns of the table in which the upstream is asked: what it got and what
//! the client got, byte for byte.

use flowkeep_simulator::{Account, sample_key};
use flowkeep_tests::{Rig, RigOptions, Seen};
use http::Method;
use std::time::Instant;

use super::refusals::assert_shape;
use super::table::{FORM, JSON, Payload, Row, TABLE};
use super::upstream::{Heard, MARK, Upstream};

/// What an upstream says about itself and what of it is for the client.
const TOLD: &str = "x-siliconcloud-trace-id: ti_0123456789abcdef\r\nx-upstream: kept\r\n\
    date: Thu, 19 Dec 2024 08:39:19 GMT\r\n";
const WITHHELD: &str = "server: nginx\r\nset-cookie: a=1\r\naccess-control-allow-origin: *\r\n\
    strict-transport-security: max-age=1\r\nx-flowkeep-account: forged\r\nconnection: close\r\n";
const PASSED: [(&str, &str); 3] = [
    ("x-siliconcloud-trace-id", "ti_0123456789abcdef"),
    ("x-upstream", "kept"),
    ("date", "Thu, 19 Dec 2024 08:39:19 GMT"),
];
/// What Flowkeep adds to every answer.
const HARDENED: [(&str, &str); 4] = [
    ("x-content-type-options", "nosniff"),
    ("cross-origin-resource-policy", "same-origin"),
    ("cache-control", "no-store"),
    (
        "content-security-policy",
        "default-src 'none'; frame-ancestors 'none'",
    ),
];
/// Headers of the client, and whether they travel.
const SENT: [(&str, &str, bool); 9] = [
    (MARK, "trace-1", true),
    (
        "traceparent",
        "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01",
        true,
    ),
    ("x-enable-watermark", "0", true),
    ("anthropic-version", "2023-06-01", true),
    ("anthropic-beta", "b-1", true),
    ("accept", "application/json", true),
    ("cookie", "session=1", false),
    ("x-custom", "1", false),
    ("accept-encoding", "gzip", false),
];

/// One account: whose a resource is that nobody knows is then clear.
pub(super) async fn rig_before(upstream: &Upstream, settings: &str) -> Rig {
    rig_of(upstream, settings, &["alpha"]).await
}

async fn rig_of(upstream: &Upstream, settings: &str, accounts: &[&str]) -> Rig {
    let account = |name: &&str| Account::new(*name, sample_key(name));
    let accounts = accounts.iter().map(account).collect();
    Rig::with(RigOptions {
        upstream: Some(upstream.base_url()),
        settings: settings.to_owned(),
        ..RigOptions::with_accounts(accounts)
    })
    .await
}

pub(super) fn whole(status: &str, content_type: &str, body: &[u8]) -> Vec<u8> {
    let length = body.len();
    let head = format!(
        "HTTP/1.1 {status}\r\ncontent-type: {content_type}\r\n{TOLD}{WITHHELD}content-length: {length}\r\n\r\n"
    );
    [head.as_bytes(), body].concat()
}

impl Row {
    /// The spellings of its path: with the prefix, without, with a slash at the end.
    pub(super) fn paths(&self) -> [String; 3] {
        let slash = match self.asked.split_once('?') {
            Some((path, query)) => format!("/v1/{path}/?{query}"),
            None => format!("/v1/{}/", self.asked),
        };
        [
            format!("/v1/{}", self.asked),
            format!("/{}", self.asked),
            slash,
        ]
    }

    fn target(&self) -> String {
        let query = self
            .asked
            .split_once('?')
            .map(|(_, query)| format!("?{query}"));
        format!("/v1/{}{}", self.path, query.unwrap_or_default())
    }

    fn body(&self) -> &'static [u8] {
        match self.sent {
            Payload::Nothing => b"",
            Payload::Json(text) | Payload::Form(text) => text.as_bytes(),
        }
    }

    fn content_type(&self) -> Option<&'static str> {
        match self.sent {
            Payload::Nothing => None,
            Payload::Json(_) => Some(JSON),
            Payload::Form(_) => Some(FORM),
        }
    }

    fn names_a_resource(&self) -> bool {
        let by_id = self.path.starts_with("files/") || self.path.starts_with("batches");
        by_id || matches!(self.path, "audio/voice/deletions" | "video/status")
    }

    pub(super) fn is_anthropic(&self) -> bool {
        self.path.starts_with("messages")
    }

    async fn send(&self, rig: &Rig, path: &str) -> Seen {
        let method: Method = self.method.parse().unwrap();
        let mut request = rig
            .client
            .request(method, rig.url(path))
            .bearer_auth(&rig.token);
        for (name, value, _) in SENT {
            request = request.header(name, value);
        }
        if let Some(content_type) = self.content_type() {
            request = request
                .header("content-type", content_type)
                .body(self.body());
        }
        let sent = Instant::now();
        Seen::read(request.send().await.unwrap(), sent).await
    }

    /// The upstream got what the client sent, but for what the design changes.
    fn assert_arrived(&self, heard: &Heard, upstream: &Upstream, place: &str) {
        assert_eq!(heard.method, self.method, "{place}");
        assert_eq!(heard.target, self.target(), "{place}");
        assert_eq!(heard.body, self.body(), "{place}: the body to the byte");
        let authorization = heard.header("authorization").unwrap();
        assert!(
            authorization.starts_with("Bearer sk-test"),
            "{place}: the pool's key"
        );
        let agent = heard.header("user-agent").unwrap();
        assert!(agent.starts_with("flowkeep/"), "{place}: {agent}");
        let mut expected = vec![
            ("accept-encoding".to_owned(), "identity".to_owned()),
            ("authorization".to_owned(), authorization.to_owned()),
            ("host".to_owned(), upstream.addr().to_owned()),
            ("user-agent".to_owned(), agent.to_owned()),
        ];
        let travel = SENT.into_iter().filter(|(_, _, travels)| *travels);
        expected.extend(travel.map(|(name, value, _)| (name.to_owned(), value.to_owned())));
        if let Some(content_type) = self.content_type() {
            expected.push(("content-type".to_owned(), content_type.to_owned()));
        }
        if !self.body().is_empty() {
            expected.push(("content-length".to_owned(), self.body().len().to_string()));
        }
        let mut headers = heard.headers.clone();
        // A POST without a body may say so.
        headers.retain(|header| *header != ("content-length".to_owned(), "0".to_owned()));
        headers.sort();
        expected.sort();
        assert_eq!(headers, expected, "{place}");
    }
}

/// The client got what the upstream said, but for what the design changes.
fn assert_came_back(seen: &Seen, (status, content_type, body): (u16, &str, &[u8]), place: &str) {
    assert_eq!(seen.status, status, "{place}: {}", seen.text());
    assert_eq!(seen.body, body, "{place}: {}", seen.text());
    let length = body.len().to_string();
    let fixed = [
        ("content-type", content_type),
        ("content-length", length.as_str()),
    ];
    let mut expected: Vec<(&str, &str)> = PASSED.into_iter().chain(HARDENED).chain(fixed).collect();
    let ours = |name: &str| name.starts_with("x-flowkeep-");
    let mut headers: Vec<(&str, &str)> = seen
        .headers
        .iter()
        .map(|(name, value)| (name.as_str(), value.to_str().unwrap()))
        .filter(|(name, _)| !ours(name))
        .collect();
    headers.sort_unstable();
    expected.sort_unstable();
    assert_eq!(headers, expected, "{place}");
    assert_eq!(seen.attempts(), 1, "{place}");
    assert!(!seen.header("x-flowkeep-request-id").is_empty(), "{place}");
    assert_eq!(seen.header("x-flowkeep-account"), "alpha", "{place}");
    assert_eq!(seen.error(), "", "{place}");
}

#[tokio::test]
async fn success_passes_byte_for_byte() {
    let upstream = Upstream::start().await;
    let rig = rig_before(&upstream, "").await;
    for row in TABLE {
        let Some((content_type, answer)) = row.answer else {
            continue;
        };
        for path in row.paths() {
            let place = format!("{} {path}", row.method);
            upstream.answer(whole("200 OK", content_type, answer.as_bytes()));
            let seen = row.send(&rig, &path).await;
            let heard = upstream.heard();
            assert_eq!(heard.len(), 1, "{place}: {heard:?}");
            row.assert_arrived(&heard[0], &upstream, &place);
            assert_came_back(&seen, (200, content_type, answer.as_bytes()), &place);
        }
    }
}

/// What the upstream refuses for the request's own sake is the client's to read.
#[tokio::test]
async fn upstream_errors_pass_byte_for_byte() {
    let upstream = Upstream::start().await;
    let rig = rig_before(&upstream, "").await;
    let error = b"{\"code\": 20015,\"message\":\"x: Input should be valid\", \"data\":null}\n";
    let kind = "application/json; charset=utf-8";
    for row in TABLE.iter().filter(|row| row.answer.is_some()) {
        let path = format!("/v1/{}", row.asked);
        let place = format!("{} {path}", row.method);
        upstream.answer(whole("400 Bad Request", kind, error));
        let seen = row.send(&rig, &path).await;
        let heard = upstream.heard();
        assert_eq!(heard.len(), 1, "{place}: {heard:?}");
        row.assert_arrived(&heard[0], &upstream, &place);
        assert_came_back(&seen, (400, kind, error), &place);
    }
}

/// A key that the upstream does not take is Flowkeep's trouble: all are tried,
/// with the same bytes, and the client's own token is not blamed. What names a
/// resource has one account only (D8).
#[tokio::test]
async fn an_upstream_401_stays_here() {
    for row in TABLE.iter().filter(|row| row.answer.is_some()) {
        let accounts: &[&str] = if row.names_a_resource() {
            &["alpha"]
        } else {
            &["alpha", "beta", "gamma"]
        };
        let upstream = Upstream::start().await;
        let rig = rig_of(&upstream, "", accounts).await;
        upstream.answer(whole("401 Unauthorized", JSON, b"\"Invalid token\""));
        let path = format!("/v1/{}", row.asked);
        let place = format!("{} {path}", row.method);
        let seen = row.send(&rig, &path).await;
        assert_eq!(seen.status, 503, "{place}: {}", seen.text());
        assert_eq!(seen.error(), "no_usable_key", "{place}");
        assert_shape(row, &seen);
        let heard = upstream.heard();
        assert_eq!(heard.len(), accounts.len(), "{place}: {heard:?}");
        for heard in &heard {
            row.assert_arrived(heard, &upstream, &place);
        }
    }
}
