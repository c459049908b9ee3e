use std::time::{Duration, Instant};

use serde_json::{Value, json};

use super::{MODEL, chat, chat_as, ended, get, hello, start};
use crate::{Behaviour, Scope, sample_key};

async fn ask(simulator: &crate::Simulator, behaviour: &str, stream: bool) -> super::Answer {
    chat(simulator, &hello(&format!("sim/{behaviour}"), stream)).await
}

#[tokio::test]
async fn statuses_have_the_vendors_bodies() {
    let simulator = start().await;
    for (status, code) in [
        (401, 30014),
        (402, 30001),
        (429, 50603),
        (500, 50507),
        (503, 50505),
    ] {
        let answer = ask(&simulator, &format!("status:{status}"), true).await;
        assert_eq!(answer.status, status);
        assert_eq!(answer.json()["code"], code, "{}", answer.body);
    }
    let page = ask(&simulator, "status:504", false).await;
    assert_eq!(page.header("content-type"), Some("text/html"));
    let given = ask(&simulator, "status:418:no tea", false).await;
    assert_eq!((given.status, given.body.as_str()), (418, "no tea"));
    let patient = ask(&simulator, "retry-after:7", false).await;
    assert_eq!(
        (patient.status, patient.header("retry-after")),
        (429, Some("7"))
    );
    assert_eq!(simulator.ledger().totals().cost_nano, 0);
}

#[tokio::test]
async fn a_fault_of_one_key_leaves_the_others_alone() {
    let simulator = start().await;
    let broken = sample_key("alpha");
    simulator.set_behaviour(Scope::Key(broken), Behaviour::status(401));
    assert_eq!(chat(&simulator, &hello(MODEL, false)).await.status, 401);
    assert_eq!(get(&simulator, "/v1/models").await.status, 401);
    let other = chat_as(&simulator, &sample_key("beta"), &hello(MODEL, false)).await;
    assert_eq!(other.status, 200);
    simulator.clear_behaviours();
    assert_eq!(chat(&simulator, &hello(MODEL, false)).await.status, 200);
}

#[tokio::test]
async fn a_route_can_fail_alone() {
    let simulator = start().await;
    simulator.set_behaviour(Scope::Route("/v1/models".into()), Behaviour::status(503));
    simulator.set_behaviour(Scope::Route("audio/speech".into()), Behaviour::status(500));
    assert_eq!(get(&simulator, "/v1/models").await.status, 503);
    assert_eq!(get(&simulator, "/v1/audio/speech").await.status, 500);
    assert_eq!(chat(&simulator, &hello(MODEL, false)).await.status, 200);
}

#[tokio::test]
async fn status_then_ok_recovers() {
    let simulator = start().await;
    let statuses = [
        ask(&simulator, "status-then-ok:503:2", false).await.status,
        ask(&simulator, "status-then-ok:503:2", false).await.status,
        ask(&simulator, "status-then-ok:503:2", false).await.status,
    ];
    assert_eq!(statuses, [503, 503, 200]);
}

#[tokio::test]
async fn successes_that_are_none() {
    let simulator = start().await;
    let envelope = ask(&simulator, "envelope200", true).await;
    assert_eq!(
        (envelope.status, &envelope.json()["code"]),
        (200, &json!(50508))
    );
    let empty = ask(&simulator, "empty", true).await;
    assert_eq!((empty.status, empty.body.as_str()), (200, ""));
    assert_eq!(empty.header("content-type"), Some("text/event-stream"));
    assert_eq!(
        empty.header("content-length"),
        None,
        "a stream has no length"
    );
    let first = ask(&simulator, "error-first", true).await;
    assert_eq!(first.status, 200);
    assert_eq!(first.events(), [envelope.json()]);
    let html = ask(&simulator, "html", true).await;
    assert!(html.body.contains("<html>"));
    let mid = ask(&simulator, "error-mid-stream:4", true).await;
    let events = mid.events();
    assert_eq!(events.len(), 5);
    assert_eq!(events[4]["code"], 50508);
    assert!(!mid.body.contains("[DONE]"));
    let nothing = ask(&simulator, "empty-response", true).await;
    assert_eq!(nothing.events().len(), 2, "role and finish only");
    assert!(nothing.body.ends_with("[DONE]\n\n"));
}

#[tokio::test]
async fn hostile_answers() {
    let simulator = start().await;
    let echo = ask(&simulator, "echo-auth", false).await;
    assert_eq!(echo.status, 401);
    assert!(echo.body.contains(&sample_key("alpha")));
    let redirect = ask(&simulator, "redirect:307:http://127.0.0.1:9/x", false).await;
    assert_eq!(
        (redirect.status, redirect.header("location")),
        (307, Some("http://127.0.0.1:9/x"))
    );
    let headers = ask(&simulator, "bad-headers", false).await;
    assert_eq!(headers.status, 200);
    assert_eq!(headers.headers.get_all("set-cookie").iter().count(), 2);
    assert_eq!(headers.header("access-control-allow-origin"), Some("*"));
    let real_name = ask(&simulator, "real-name-403", false).await;
    assert!(real_name.status == 403 && real_name.body.contains("real-name"));
    let gzip = ask(&simulator, "bad-gzip", false).await;
    assert_eq!(gzip.header("content-encoding"), Some("gzip"));
}

#[tokio::test]
async fn waits_are_before_and_after_the_head() {
    let simulator = start().await;
    let wait = Duration::from_millis(400);
    for (behaviour, head_is_late) in [("delay:400", true), ("first-byte:400", false)] {
        for stream in [true, false] {
            let began = Instant::now();
            let mut response = super::client()
                .post(format!("{}/chat/completions", simulator.base_url()))
                .header("authorization", format!("Bearer {}", sample_key("alpha")))
                .body(hello(&format!("sim/{behaviour}"), stream).to_string())
                .send()
                .await
                .unwrap();
            assert_eq!(began.elapsed() >= wait, head_is_late, "{behaviour}");
            assert!(response.chunk().await.unwrap().is_some());
            assert!(began.elapsed() >= wait, "{behaviour}");
        }
    }
}

#[tokio::test]
async fn usage_can_be_missing_or_last() {
    let simulator = start().await;
    let none = ask(&simulator, "no-usage", true).await;
    assert!(!none.body.contains(r#""usage""#));
    let whole = ask(&simulator, "no-usage", false).await;
    assert!(!whole.body.contains(r#""usage""#));
    let last = ask(&simulator, "usage-last", true).await.events();
    let (tail, before) = last.split_last().unwrap();
    assert_eq!(tail["choices"], json!([]));
    assert_eq!(tail["usage"]["completion_tokens"], 4);
    assert!(before.iter().all(|event| event["usage"] == Value::Null));
    let entries = ended(&simulator, 3).await;
    assert_eq!((entries[0].told, entries[1].told), (None, None));
    assert_eq!(entries[0].generated.unwrap().completion, 4);
    assert_eq!(entries[2].told, entries[2].generated);
    assert!(entries.iter().all(|entry| entry.cost_nano > 0));
}

#[tokio::test]
async fn unusual_stream_texts() {
    let simulator = start().await;
    let plain = ask(&simulator, "ok", true).await.body;
    let strip = |text: &str| -> Vec<String> {
        // Ids and times differ from answer to answer.
        text.lines()
            .map(|line| {
                line.split_once("\"choices\"")
                    .map_or(line, |(_, rest)| rest)
                    .to_owned()
            })
            .collect()
    };
    let crlf = ask(&simulator, "crlf", true).await.body;
    assert_eq!(crlf.matches('\n').count(), crlf.matches("\r\n").count());
    assert_eq!(strip(&crlf), strip(&plain));
    let comments = ask(&simulator, "comments", true).await.body;
    assert_eq!(
        comments.matches(": keep-alive\n\n").count(),
        plain.matches("data: ").count()
    );
    let dribble = ask(&simulator, "dribble", true).await.body;
    assert_eq!(strip(&dribble), strip(&plain));
    let no_done = ask(&simulator, "no-done", true).await.body;
    assert_eq!(
        no_done.matches("data: ").count() + 1,
        plain.matches("data: ").count()
    );
    assert!(!no_done.contains("[DONE]"));
    let huge = ask(&simulator, "huge-line:300000", true).await.body;
    assert!(huge.lines().any(|line| line.len() > 300_000));
}

#[tokio::test]
async fn reasoning_and_tools_can_be_forced() {
    let simulator = start().await;
    let reasoning = ask(&simulator, "reasoning", false).await.json();
    assert!(reasoning["choices"][0]["message"]["reasoning_content"].is_string());
    let tool = ask(&simulator, "tool-call", false).await.json();
    assert_eq!(tool["choices"][0]["finish_reason"], "tool_calls");
}
