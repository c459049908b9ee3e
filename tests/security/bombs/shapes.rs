//! JSON and text that parsers choke on.

use std::sync::{Arc, Mutex};

use flowkeep_contract::{Outcome, UsageOverviewRequest};
use flowkeep_tests::{BareUpstream, MODEL, Rig};

use super::{EVENTS, JSON, answer, before, is_alive};

/// Prompt and completion.
type Counts = (Option<i64>, Option<i64>);

/// A gateway before an upstream whose answer is put into `says`.
async fn changing(says: &Arc<Mutex<Vec<u8>>>) -> (BareUpstream, Rig) {
    let says = Arc::clone(says);
    let upstream = BareUpstream::start(move |mut asked| {
        let answer = says.lock().unwrap().clone();
        async move {
            asked.skip_body().await?;
            asked.say(answer).await?;
            asked.close().await
        }
    })
    .await;
    let rig = before(&upstream).await;
    (upstream, rig)
}

/// Sends each usage in a document and in a stream, twice, so that sums are made
/// of them; compares prompt and completion as they were noted.
async fn are_noted(cases: Vec<(String, Counts)>) {
    let says = Arc::default();
    let (_upstream, rig) = changing(&says).await;
    let mut expected = Vec::new();
    for (usage, counts) in cases {
        let document = format!(r#"{{"id":"x","choices":[],"usage":{usage}}}"#);
        let events = format!("data: {document}\n\ndata: [DONE]\n\n");
        for (headers, text, stream) in [(JSON, &document, false), (EVENTS, &events, true)] {
            *says.lock().unwrap() = answer("200 OK", headers, text.as_bytes());
            for _ in 0..2 {
                let seen = rig.ask_chat(MODEL, stream).await;
                assert_eq!((seen.status, &seen.text()), (200, text), "{usage:.99}");
                expected.push((usage.clone(), counts));
            }
        }
    }
    let rows = rig.settled_rows().await;
    assert_eq!(rows.len(), expected.len());
    for (row, (usage, counts)) in rows.iter().zip(expected) {
        assert_eq!(row.outcome, Outcome::Success, "{usage:.99}");
        let noted = (row.prompt_tokens, row.completion_tokens);
        assert_eq!(noted, counts, "{usage:.99}");
    }
    let sums = rig
        .app
        .usage_overview(UsageOverviewRequest::default())
        .await;
    assert_eq!(sums.expect("sums are made").totals.failed, 0);
}

/// Counts that are none are unknown; too large ones are the largest.
#[tokio::test]
async fn counts_that_cannot_be_are_unknown() {
    let nonsense = [
        "1e400",
        "-1e400",
        "-5",
        "1.5",
        "99999999999999999999999999",
        "\"12\"",
        "null",
        "[1]",
        "{}",
        "true",
    ];
    let both = |value: &str| format!(r#"{{"prompt_tokens":{value},"completion_tokens":{value}}}"#);
    let mut cases: Vec<_> = nonsense
        .iter()
        .map(|value| (both(value), (None, None)))
        .collect();
    let digits = "9".repeat(100_000);
    cases.push((both(&digits), (None, None)));
    let largest = Some(i64::from(u32::MAX));
    for much in [u64::MAX, i64::MAX.unsigned_abs(), u64::from(u32::MAX) + 1] {
        cases.push((both(&much.to_string()), (largest, largest)));
    }
    are_noted(cases).await;
}

/// A million brackets pass; nobody follows them down.
#[tokio::test]
async fn a_million_brackets_pass() {
    let deep = format!("{}{}", "[".repeat(1_000_000), "]".repeat(1_000_000));
    let document = format!(r#"{{"id":"x","deep":{deep}}}"#);
    let envelope = format!(r#"{{"code":1,"message":{deep}}}"#);
    let events = format!("data: {document}\n\ndata: [DONE]\n\n");
    for (status, headers, text) in [
        ("200 OK", JSON, &document),
        ("200 OK", JSON, &envelope),
        ("200 OK", EVENTS, &events),
        ("400 Bad Request", JSON, &envelope),
    ] {
        let upstream = BareUpstream::saying(answer(status, headers, text.as_bytes())).await;
        let rig = before(&upstream).await;
        let seen = rig.ask_chat(MODEL, headers == EVENTS).await;
        assert_eq!(seen.status.to_string(), status[..3]);
        // An error is held to be looked at, and cut where it is too long.
        let kept = if seen.status == 200 {
            text.len()
        } else {
            1 << 20
        };
        assert!(seen.body == text.as_bytes()[..kept], "{status}");
        let rows = rig.settled_rows().await;
        assert_eq!(rows[0].prompt_tokens, None);
        assert!(is_alive(&rig).await);
    }
}

/// A client's brackets pass as well.
#[tokio::test]
async fn a_million_brackets_of_a_client_pass() {
    let rig = Rig::start().await;
    let deep = format!("{}{}", "[".repeat(1_000_000), "]".repeat(1_000_000));
    for body in [
        format!(r#"{{"deep":{deep},"model":"{MODEL}","messages":[]}}"#),
        format!(r#"{{"model":{deep},"messages":[]}}"#),
        format!(r#"{{"model":"{MODEL}","stream":{deep}}}"#),
        format!(r#"{{"model":"{MODEL}","messages":{deep}}}"#),
    ] {
        for path in ["/v1/chat/completions", "/v1/messages"] {
            let request = rig.client.post(rig.url(path)).bearer_auth(&rig.token);
            let request = request.header("content-type", "application/json");
            let answer = request.body(body.clone()).send().await.unwrap();
            assert!(
                answer.status().as_u16() < 500,
                "{path}: {}",
                answer.status()
            );
        }
    }
    assert!(is_alive(&rig).await);
}

/// NUL and bytes that are no UTF-8 pass to the byte, usage and all.
#[tokio::test]
async fn bytes_that_are_no_text_pass() {
    let usage = br#","usage":{"prompt_tokens":3,"completion_tokens":1}}"#;
    let begin = b"{\"id\":\"x\",\"text\":\"\0\xff\xfe\xc0\xaf\xed\xa0\x80\"";
    let document = [&begin[..], usage].concat();
    let good = [&b"{\"id\":\"x\""[..], usage].concat();
    let events = [
        b"data: ",
        &document[..],
        b"\n\n\0\xff: \0\n\ndata: ",
        &good,
        b"\n\ndata: [DONE]\n\n",
    ]
    .concat();
    for (headers, sent, prompt) in [(JSON, document, None), (EVENTS, events, Some(3))] {
        let upstream = BareUpstream::saying(answer("200 OK", headers, &sent)).await;
        let rig = before(&upstream).await;
        let seen = rig.ask_chat(MODEL, headers == EVENTS).await;
        assert_eq!(seen.status, 200, "{}", seen.text());
        assert!(seen.body == sent, "identical");
        let rows = rig.settled_rows().await;
        assert_eq!(rows[0].outcome, Outcome::Success);
        // A document is read at its end, where it is well.
        let noted = rows[0].prompt_tokens;
        assert!(noted == prompt || noted == Some(3), "{noted:?}");
    }
}

/// In an error they are made readable before anybody keeps them.
#[tokio::test]
async fn an_error_that_is_no_text_is_kept_readable() {
    let body = b"\0\x1b]0;evil\x07\xff\xfe\r\n\xe2\x80\xae no";
    let upstream = BareUpstream::saying(answer("400 Bad Request", JSON, body)).await;
    let rig = before(&upstream).await;
    let seen = rig.ask_chat(MODEL, false).await;
    assert_eq!((seen.status, &seen.body[..]), (400, &body[..]));
    let rows = rig.settled_rows().await;
    let error = rows[0].error.as_deref().expect("what it said");
    assert!(!error.chars().any(char::is_control), "{error:?}");
    assert!(!error.contains('\u{202e}'), "{error:?}");
}
