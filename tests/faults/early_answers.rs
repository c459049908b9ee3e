//! Answers that come while the body is still on its way: a client that sends
//! all of it before it reads gets the answer, not a reset.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use flowkeep_contract::Outcome;
use flowkeep_simulator::{Account, sample_key};
use flowkeep_tests::{BareUpstream, MODEL, RawClient, Rig, RigOptions};
use serde_json::Value;

const MIB: usize = 1 << 20;
const UPLOAD: &str = "content-type: multipart/form-data; boundary=b";

/// Sends a whole POST of so many MiB, then reads the answer to its end.
async fn send_all(rig: &Rig, (path, content_type): (&str, &str), mebibytes: usize) -> String {
    send_as(rig, &rig.token, (path, content_type), mebibytes).await
}

async fn send_as(
    rig: &Rig,
    token: &str,
    (path, content_type): (&str, &str),
    mebibytes: usize,
) -> String {
    let begin = if content_type.ends_with("json") {
        format!("{{\"model\":\"{MODEL}\",\"x\":\"")
    } else {
        "--b\r\ncontent-disposition: form-data; name=\"file\"; filename=\"a\"\r\n\r\n".to_owned()
    };
    let length = format!("content-length: {}", begin.len() + mebibytes * MIB);
    let head = rig.raw_head("POST", path, &[content_type, &length]);
    let mut client = RawClient::connect(rig).await;
    client.send(head.replace(&rig.token, token) + &begin).await;
    let piece = vec![b'x'; MIB];
    for _ in 0..mebibytes {
        client.send(&piece).await;
    }
    client.read_to_end().await
}

fn is_refusal(answer: &str, status: u16, code: &str) -> String {
    let (head, body) = answer.split_once("\r\n\r\n").unwrap_or((answer, ""));
    assert!(head.starts_with(&format!("HTTP/1.1 {status} ")), "{answer}");
    assert!(
        head.contains(&format!("x-flowkeep-error: {code}")),
        "{answer}"
    );
    assert!(head.contains("connection: close"), "{answer}");
    assert_eq!(answer.matches("HTTP/1.1").count(), 1, "{answer}");
    let body: Value = serde_json::from_str(body).expect("an error in JSON");
    body["error"]["message"].as_str().expect("words").to_owned()
}

/// Our own refusals, which need no byte of the body: 100 MB are sent all the
/// same, and the words arrive.
#[tokio::test]
async fn a_refused_upload_gets_the_words() {
    let rig = Rig::start().await;
    let json = "content-type: application/json";
    let chat = "/v1/chat/completions";
    let words = send_all(&rig, (chat, json), 96).await;
    let message = is_refusal(&words, 413, "body_too_large");
    assert!(message.contains("64 MiB"), "{message}");
    let words = send_all(&rig, (chat, "content-type: text/plain"), 16).await;
    is_refusal(&words, 415, "unsupported_media_type");
    for path in [chat, "/v1/files"] {
        let words = send_as(&rig, "sk-wrong", (path, UPLOAD), 16).await;
        is_refusal(&words, 401, "invalid_token");
    }
    let words = send_all(&rig, ("/v1/a;b", UPLOAD), 16).await;
    is_refusal(&words, 400, "bad_path");
    assert_eq!(rig.simulator.ledger().count(), 0);
    assert!(rig.ask_chat(MODEL, false).await.is_whole(), "it goes on");
}

/// A body that was not read is not taken for the next request.
#[tokio::test]
async fn what_stands_in_a_refused_body_is_no_request() {
    let rig = Rig::start().await;
    let inner = rig.raw_post("/v1/chat/completions", &Rig::chat_body(MODEL, false));
    for (content_type, length) in [("text/plain", inner.len()), ("application/json", 70 * MIB)] {
        let content_type = format!("content-type: {content_type}");
        let length = format!("content-length: {length}");
        let head = rig.raw_head("POST", "/v1/chat/completions", &[&content_type, &length]);
        let mut client = RawClient::connect(&rig).await;
        client.send(head + &inner).await;
        let answer = client.read_to_end().await;
        assert_eq!(answer.matches("HTTP/1.1").count(), 1, "{answer}");
    }
    assert_eq!(rig.simulator.ledger().count(), 0);
}

/// What an upstream does once it has answered early.
#[derive(Clone, Copy, Debug)]
enum Then {
    /// Reads the rest of the body and throws it away.
    ReadsOn,
    /// Closes its side, and reads on for a while.
    Closes,
    /// Takes nothing more and keeps the connection.
    Stalls,
    /// Is gone, with a body on its way to it.
    Resets,
}

/// Answers after a MiB of the body.
async fn hasty(answer: String, then: Then) -> BareUpstream {
    let answer: Arc<str> = answer.into();
    BareUpstream::start(move |mut asked| {
        let answer = Arc::clone(&answer);
        async move {
            let mut read = 0;
            while read < MIB {
                let piece = asked.next_piece().await?.len();
                if piece == 0 {
                    // A probe of the key has no body.
                    break;
                }
                read += piece;
            }
            asked.say(&*answer).await?;
            match then {
                Then::ReadsOn => asked.wait_for_end().await,
                Then::Closes => asked.close().await,
                Then::Stalls => {
                    std::future::pending::<()>().await;
                    drop(asked);
                    Ok(())
                }
                Then::Resets => {
                    drop(asked);
                    Ok(())
                }
            }
        }
    })
    .await
}

/// A reset may overtake what was sent before it, also on its way to us; then
/// the client is told that there was no answer.
fn is_lost(then: Then, answer: &str) -> bool {
    let lost = matches!(then, Then::Resets) && answer.starts_with("HTTP/1.1 502 ");
    if lost {
        is_refusal(answer, 502, "upstream_no_answer");
    }
    lost
}

fn answer(status: &str, body: &str) -> String {
    format!(
        "HTTP/1.1 {status}\r\ncontent-type: application/json\r\ncontent-length: {}\r\n\r\n{body}",
        body.len()
    )
}

fn error(status: &str) -> String {
    answer(
        status,
        r#"{"code":20015,"message":"too large for us","data":null}"#,
    )
}

async fn before(upstream: &BareUpstream) -> Rig {
    Rig::with(RigOptions {
        upstream: Some(upstream.base_url()),
        ..RigOptions::with_accounts(vec![Account::new("one", sample_key("one"))])
    })
    .await
}

/// The upstream refuses an upload in the middle of it: the client gets its words.
#[tokio::test]
async fn an_upstream_refusal_in_the_middle_of_an_upload_arrives() {
    for then in [Then::ReadsOn, Then::Closes, Then::Stalls, Then::Resets] {
        for (path, content_type) in [
            ("/v1/files", UPLOAD),
            ("/v1/chat/completions", "content-type: application/json"),
        ] {
            let upstream = hasty(error("413 Payload Too Large"), then).await;
            let rig = before(&upstream).await;
            let answer = send_all(&rig, (path, content_type), 48).await;
            let rows = rig.settled_rows().await;
            assert_eq!((rows.len(), rows[0].attempts), (1, 1), "{then:?} {path}");
            if is_lost(then, &answer) {
                assert_eq!(rows[0].outcome, Outcome::UpstreamFailed);
                continue;
            }
            let told = answer.starts_with("HTTP/1.1 413 ") && answer.contains("too large for us");
            assert!(told, "{then:?} {path}: {answer}");
            assert_eq!((rows[0].outcome, rows[0].status), (Outcome::Rejected, 413));
        }
    }
}

/// A key that is refused in the middle of an upload: the body is spent, so no
/// other key can be tried, and the client is told instead of reset.
#[tokio::test]
async fn a_refused_key_in_the_middle_of_an_upload_is_told() {
    for then in [Then::ReadsOn, Then::Closes, Then::Stalls, Then::Resets] {
        let upstream = hasty(error("401 Unauthorized"), then).await;
        let rig = before(&upstream).await;
        let answer = send_all(&rig, ("/v1/files", UPLOAD), 48).await;
        let rows = rig.settled_rows().await;
        assert_eq!((rows.len(), rows[0].attempts), (1, 1), "{then:?}");
        if !is_lost(then, &answer) {
            is_refusal(&answer, 503, "no_usable_key");
        }
    }
}

/// What nobody needs any more is not sent: the upstream is hung up on together
/// with its refusal.
#[tokio::test]
async fn the_rest_of_a_refused_upload_is_not_sent_on() {
    const MEBIBYTES: usize = 256;
    let read: Arc<AtomicUsize> = Arc::default();
    let count = Arc::clone(&read);
    let refusal: Arc<str> = error("413 Payload Too Large").into();
    let upstream = BareUpstream::start(move |mut asked| {
        let (count, refusal) = (Arc::clone(&count), Arc::clone(&refusal));
        async move {
            count.fetch_add(asked.next_piece().await?.len(), Ordering::Relaxed);
            asked.say(&*refusal).await?;
            loop {
                count.fetch_add(asked.next_piece().await?.len(), Ordering::Relaxed);
            }
        }
    })
    .await;
    let rig = before(&upstream).await;
    let answer = send_all(&rig, ("/v1/files", UPLOAD), MEBIBYTES).await;
    assert!(answer.starts_with("HTTP/1.1 413 "), "{answer}");
    let read = read.load(Ordering::Relaxed);
    assert!(read < MEBIBYTES * MIB / 2, "{read} bytes were sent on");
}

/// A good answer before the end of the upload passes as well.
#[tokio::test]
async fn a_good_answer_in_the_middle_of_an_upload_arrives() {
    for then in [Then::ReadsOn, Then::Closes, Then::Stalls] {
        let upstream = hasty(answer("200 OK", r#"{"id":"f"}"#), then).await;
        let rig = before(&upstream).await;
        let answer = send_all(&rig, ("/v1/files", UPLOAD), 48).await;
        assert!(answer.starts_with("HTTP/1.1 200 "), "{then:?}: {answer}");
        assert!(answer.contains("\"id\":\"f\""), "{then:?}: {answer}");
    }
}
