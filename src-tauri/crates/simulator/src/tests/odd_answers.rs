//! Answers that are right, but not as usual.

use serde_json::{Value, json};

use super::{Answer, chat, ended, hello, start};
use crate::Simulator;

async fn ask(simulator: &Simulator, behaviour: &str, stream: bool) -> Answer {
    chat(simulator, &hello(&format!("sim/{behaviour}"), stream)).await
}

#[tokio::test]
async fn a_byte_order_mark_comes_once() {
    let simulator = start().await;
    let stream = ask(&simulator, "bom", true).await.body;
    assert!(stream.starts_with("\u{feff}data: ") && stream.matches('\u{feff}').count() == 1);
    let whole = ask(&simulator, "bom", false).await.body;
    let json = whole.strip_prefix('\u{feff}').unwrap();
    let answer: Value = serde_json::from_str(json).unwrap();
    assert_eq!(answer["object"], "chat.completion");
}

#[tokio::test]
async fn events_can_come_twice() {
    let simulator = start().await;
    let twice = ask(&simulator, "duplicates", true).await;
    let events = twice.events();
    assert!(events.len() >= 6 && events.len() % 2 == 0);
    assert!(events.chunks(2).all(|pair| pair[0] == pair[1]));
    let entry = ended(&simulator, 1).await.remove(0);
    assert_eq!(entry.told.unwrap().completion, 4, "the last usage is right");
}

#[tokio::test]
async fn usage_can_be_null_until_the_end() {
    let simulator = start().await;
    let events = ask(&simulator, "usage-null", true).await.events();
    let (last, before) = events.split_last().unwrap();
    assert_eq!(last["usage"]["completion_tokens"], 4);
    assert!(
        before
            .iter()
            .all(|event| event.get("usage") == Some(&Value::Null))
    );
}

#[tokio::test]
async fn usage_can_stand_first_or_within() {
    let simulator = start().await;
    for stream in [true, false] {
        let first = ask(&simulator, "usage-first", stream).await.body;
        assert!(first.find("\"usage\"") < first.find("\"choices\""));
        let nested = ask(&simulator, "usage-nested", stream).await;
        let last = if stream {
            nested.events().pop().unwrap()
        } else {
            nested.json()
        };
        assert_eq!(last["choices"][0]["usage"]["completion_tokens"], 4);
        assert_eq!(last.get("usage"), None);
    }
    for entry in ended(&simulator, 4).await {
        assert_eq!(entry.told, entry.generated);
    }
}

#[tokio::test]
async fn usage_can_come_after_the_end() {
    let simulator = start().await;
    let answer = ask(&simulator, "usage-after-done", true).await;
    let (before, after) = answer.body.split_once("data: [DONE]\n\n").unwrap();
    assert!(!before.contains("\"usage\":"));
    let usage = after.strip_prefix("data: ").unwrap();
    let usage: Value = serde_json::from_str(usage.trim_end()).unwrap();
    assert_eq!(
        (&usage["choices"], &usage["usage"]["completion_tokens"]),
        (&json!([]), &json!(4))
    );
}

#[tokio::test]
async fn each_code_has_its_status() {
    let simulator = start().await;
    for (code, status) in [
        (20012, 400),
        (20015, 400),
        (20042, 413),
        (20092, 410),
        (30001, 402),
        (30003, 403),
        (30011, 403),
        (30014, 401),
        (50505, 503),
        (50507, 500),
        (50508, 503),
        (50602, 429),
        (50603, 503),
        (50609, 429),
    ] {
        let answer = ask(&simulator, &format!("code:{code}"), true).await;
        assert_eq!(
            (answer.status, &answer.json()["code"]),
            (status, &json!(code))
        );
    }
}

#[tokio::test]
async fn a_gateway_can_give_up_late() {
    let simulator = start().await;
    let began = std::time::Instant::now();
    let answer = ask(&simulator, "late-status:504:300", false).await;
    assert!(began.elapsed() >= std::time::Duration::from_millis(300));
    assert_eq!(
        (answer.status, answer.header("content-type")),
        (504, Some("text/html"))
    );
}
