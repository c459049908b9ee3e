use serde_json::json;

use super::{assert_invalid, assert_malformed, assert_unknown_model, chat, hello, post, start};

const PATH: &str = "/v1/systemone";

#[tokio::test]
async fn questions_are_answered() {
    let simulator = start().await;
    let body = json!({"model": "Kev-4b", "state": "it rains", "questions": {
        "sky": {"type": "choice", "instructions": "?", "criteria": {"a": "grey", "b": "blue"}},
        "wet": {"type": "noul", "instructions": "?"},
    }});
    let answer = post(&simulator, "alpha", PATH, &body).await.json();
    assert_eq!(answer["model"], "Kev-4b");
    assert_eq!(answer["answers"]["sky"]["choice"], "a");
    assert_eq!(
        answer["answers"]["wet"],
        json!({"type": "noul", "noul": 0.9})
    );
    assert_eq!(answer["usage"]["output_tokens"], 2);
}

#[tokio::test]
async fn bad_questions_are_refused() {
    let simulator = start().await;
    let one = json!({"model": "SemIf", "state": "s", "questions": {"q": {"type": "choice", "criteria": {"a": "x"}}}});
    assert_malformed(&post(&simulator, "alpha", PATH, &one).await);
    let none = json!({"model": "SemIf", "state": "s"});
    assert_invalid(
        &post(&simulator, "alpha", PATH, &none).await,
        "Field required",
    );
    let other = json!({"model": super::MODEL, "state": "s", "questions": {}});
    assert_unknown_model(&post(&simulator, "alpha", PATH, &other).await);
    assert_unknown_model(&chat(&simulator, &hello("SemIf", false)).await);
}
