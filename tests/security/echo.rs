//! S16: an upstream that quotes the key does not quote it to anybody else.

use flowkeep_simulator::{Account, Behaviour, Scope};
use flowkeep_tests::{MODEL, RawClient, Rig, RigOptions, Seen};

use crate::logs::Logs;
use crate::puppet::{Puppet, chunked};
use crate::sentinel::Sentinel;

const JSON: &str = "content-type: application/json\r\n";
const EVENTS: &str = "content-type: text/event-stream\r\n";

fn everything(seen: &Seen) -> Vec<u8> {
    let mut bytes = format!("{:?}\n", seen.headers).into_bytes();
    for value in seen.headers.values() {
        bytes.extend_from_slice(value.as_bytes());
    }
    bytes.extend_from_slice(&seen.body);
    bytes
}

/// Client, rows, key states, files and log know nothing of the key.
async fn assert_silent(rig: Rig, sentinel: &Sentinel, answers: &[Seen], case: &str) {
    for seen in answers {
        sentinel.assert_not_in(&everything(seen), &format!("{case}: the answer"));
    }
    let rows = format!("{:?}", rig.settled_rows().await);
    assert!(rows.contains("error: Some("), "{case}: {rows}");
    sentinel.assert_not_in(rows.as_bytes(), &format!("{case}: the request log"));
    let keys = format!("{:?}", rig.keys().await);
    sentinel.assert_not_in(keys.as_bytes(), &format!("{case}: the key list"));
    let folder = rig.stop().await;
    assert!(sentinel.assert_not_below(folder.path()) > 0);
    sentinel.assert_not_in(&Logs::capture().bytes(), &format!("{case}: the log"));
}

async fn against(upstream: Option<String>, sentinel: &Sentinel) -> Rig {
    Rig::with(RigOptions {
        upstream,
        ..RigOptions::with_accounts(vec![Account::new("echo", sentinel.key())])
    })
    .await
}

/// S16: a 401 that repeats the header; it never reaches the client as it is.
#[tokio::test]
async fn a_401_that_echoes_the_key_is_kept_back() {
    Logs::capture();
    let sentinel = Sentinel::new("Echo");
    let rig = against(None, &sentinel).await;
    rig.simulator.set_behaviour(Scope::All, Behaviour::EchoAuth);
    let answers = [
        rig.ask_chat(MODEL, false).await,
        rig.ask_message(MODEL, true).await,
    ];
    for seen in &answers {
        assert_eq!(seen.status, 503, "{}", seen.text());
    }
    let hit = &rig.hits("/v1/chat/completions")[0];
    assert_eq!(
        hit.key.as_deref(),
        Some(sentinel.key()),
        "the upstream did get the key"
    );
    assert_silent(rig, &sentinel, &answers, "401").await;
}

/// S16: in bodies, cut in two, in headers, with any status.
#[tokio::test]
async fn error_answers_lose_the_key() {
    Logs::capture();
    let sentinel = Sentinel::new("Quote");
    let key = sentinel.key().to_owned();
    let (front, back) = key.split_at(20);
    let quote = format!(
        "{{\"code\":20015,\"message\":\"Token is Bearer {key}, again {key}\",\"data\":null}}"
    );
    let halves = [
        format!("{{\"code\":20015,\"message\":\"Bearer {front}"),
        format!("{back}\",\"data\":null}}"),
    ];
    let event = format!("data: {{\"error\":{{\"message\":\"bad {key}\"}}}}\n\n");
    let echoing = format!("{JSON}x-echo: Bearer {key}\r\nx-siliconcloud-trace-id: {key}\r\n");
    let cases = [
        ("400", chunked("400 Bad Request", JSON, &[&quote])),
        (
            "400 in two",
            chunked("400 Bad Request", JSON, &[&halves[0], &halves[1]]),
        ),
        (
            "400 header",
            chunked(
                "400 Bad Request",
                &echoing,
                &["{\"code\":20015,\"message\":\"bad\"}"],
            ),
        ),
        ("403", chunked("403 Forbidden", JSON, &[&quote])),
        ("429", chunked("429 Too Many", JSON, &[&quote])),
        (
            "500 page",
            chunked(
                "500 Oops",
                "content-type: text/html\r\n",
                &[&format!("<p>{key}</p>")],
            ),
        ),
        ("200 envelope", chunked("200 OK", JSON, &[&quote])),
        ("200 stream", chunked("200 OK", EVENTS, &[&event])),
        (
            "302",
            chunked(
                "302 Found",
                &format!("location: http://localhost/{key}\r\n"),
                &[],
            ),
        ),
        ("no HTTP", format!("HTTP/1.1 {key}\r\n{key}: {key}\r\n\r\n")),
    ];
    for (case, answer) in cases {
        let puppet = Puppet::start(move |_| answer.clone()).await;
        let rig = against(Some(puppet.base_url()), &sentinel).await;
        let stream = case == "200 stream";
        let answers = [rig.ask_chat(MODEL, stream).await];
        assert!(answers[0].status >= 400, "{case}: {}", answers[0].status);
        assert_silent(rig, &sentinel, &answers, case).await;
    }
}

/// S16: the check at the import, whose report is shown and whose words are kept.
#[tokio::test]
async fn an_import_report_does_not_quote_the_upstream() {
    Logs::capture();
    let sentinel = Sentinel::new("Import");
    for status in ["401 No", "403 No", "500 Oops"] {
        let puppet = Puppet::start(move |authorization| {
            let body = format!("{{\"code\":1,\"message\":\"{authorization} is bad\"}}");
            chunked(status, JSON, &[&body])
        })
        .await;
        let rig = against(Some(puppet.base_url()), &sentinel).await;
        let other = Sentinel::new("Later");
        let request = flowkeep_contract::ImportKeysRequest {
            text: other.key().to_owned(),
            validate: true,
            force: true,
        };
        let report = format!("{:?}", rig.app.import_keys(request).await.unwrap());
        let keys = format!("{:?}", rig.keys().await);
        let folder = rig.stop().await;
        for key in [&sentinel, &other] {
            key.assert_not_in(report.as_bytes(), "the report");
            key.assert_not_in(keys.as_bytes(), "the key list");
            key.assert_not_below(folder.path());
            key.assert_not_in(&Logs::capture().bytes(), "the log");
        }
    }
}

/// S16: a key at the place where a long error is cut, whole or in part.
#[tokio::test]
async fn a_key_at_the_cut_of_a_long_error_is_lost_too() {
    Logs::capture();
    let sentinel = Sentinel::new("Cut");
    let key = sentinel.key().to_owned();
    for before in [
        1 << 20,
        (1 << 20) - 1,
        (1 << 20) - 20,
        (1 << 20) - key.len(),
    ] {
        let body = format!("{}Bearer {key}, {key}", "x ".repeat(before / 2 - 4));
        let puppet = Puppet::start(move |_| chunked("400 Bad Request", JSON, &[&body])).await;
        let rig = against(Some(puppet.base_url()), &sentinel).await;
        let answers = [rig.ask_chat(MODEL, false).await];
        assert_eq!(answers[0].status, 400);
        assert!(answers[0].body.len() > 1 << 19, "{}", answers[0].body.len());
        assert_silent(rig, &sentinel, &answers, "a long error").await;
    }
}

/// S16: headers of good answers, and the words behind a status.
#[tokio::test]
async fn heads_lose_the_key_whatever_the_status() {
    Logs::capture();
    let sentinel = Sentinel::new("Head");
    let key = sentinel.key().to_owned();
    let echoing = format!(
        "{JSON}x-echo: Bearer {key}\r\nx-siliconcloud-trace-id: {key}\r\nx-kept: task-force\r\n"
    );
    for status in ["200", "400"] {
        let answer = chunked(&format!("{status} {key}"), &echoing, &["{\"id\":1}"]);
        let puppet = Puppet::start(move |_| answer.clone()).await;
        let rig = against(Some(puppet.base_url()), &sentinel).await;
        let request = rig.raw_post("/v1/chat/completions", &Rig::chat_body(MODEL, false));
        let mut client = RawClient::connect(&rig).await;
        client.send(request).await;
        let head = client.read_until("\r\n\r\n").await;
        assert!(head.starts_with(&format!("HTTP/1.1 {status} ")), "{status}");
        assert!(
            head.contains("x-kept: task-force\r\n"),
            "what is no key stays"
        );
        sentinel.assert_not_in(head.as_bytes(), "the head");
        let rows = rig.settled_rows().await;
        sentinel.assert_not_in(format!("{rows:?}").as_bytes(), "the request log");
        let folder = rig.stop().await;
        sentinel.assert_not_below(folder.path());
        sentinel.assert_not_in(&Logs::capture().bytes(), "the log");
    }
}
