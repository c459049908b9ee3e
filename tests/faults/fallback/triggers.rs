use flowkeep_simulator::{Behaviour, Scope};
use serde_json::json;

use super::{FIRST, Fallen, NAME, SECOND, refusal, rig_of};
use crate::ledger::is_unpenalised;

/// API reference §5: the vendor's words for a lack of capacity.
const BUSY: [(u16, &str); 5] = [
    (
        503,
        r#"{"code":50505,"message":"Model service overloaded. Please try again later.","data":null}"#,
    ),
    (
        503,
        r#"{"code":50508,"message":"System is too busy now. Please try again later.","data":null}"#,
    ),
    (
        503,
        r#"{"code":50603,"message":"System is really busy. Please try again later.","data":null}"#,
    ),
    (429, r#"{"code":50609,"message":"System is too busy now…"}"#),
    (503, "Service Unavailable"),
];

#[tokio::test]
async fn an_overloaded_model_is_left() {
    for (status, body) in BUSY {
        for stream in [false, true] {
            let rig = rig_of(&[FIRST, SECOND], "").await;
            let fallen = Fallen::from(&rig, refusal(status, body), stream).await;
            fallen.landed_on(SECOND, &rig).await;
            let asked = fallen.asked();
            let first = asked.iter().filter(|model| **model == FIRST).count();
            assert!(
                (2..=3).contains(&first),
                "{asked:?}: a little patience, then another model"
            );
            assert_eq!(asked.len(), first + 1, "{asked:?}");
            assert!(
                !body.starts_with('{') || is_unpenalised(&rig.keys().await),
                "no account is at fault"
            );
        }
    }
}

#[tokio::test]
async fn a_model_that_no_account_may_use_now_is_left() {
    for stream in [false, true] {
        let rig = rig_of(&[FIRST, SECOND], "").await;
        let fallen = Fallen::from(&rig, Behaviour::status(429), stream).await;
        fallen.landed_on(SECOND, &rig).await;
        assert_eq!(
            fallen.asked(),
            [FIRST, FIRST, FIRST, SECOND],
            "each account once"
        );
        let accounts: std::collections::BTreeSet<_> = fallen.hits[..3]
            .iter()
            .map(|hit| hit.account.clone())
            .collect();
        assert_eq!(accounts.len(), 3);
    }
}

/// While all accounts rest on the first model, it is not asked at all.
#[tokio::test]
async fn a_model_on_which_all_accounts_rest_is_not_asked() {
    let rig = rig_of(&[FIRST, SECOND], "").await;
    let first = Fallen::from(&rig, Behaviour::status(429), false).await;
    assert_eq!(first.hits.len(), 4);
    let seen = rig.ask_chat(NAME, false).await;
    assert!(seen.is_whole() && seen.header("x-flowkeep-model") == SECOND);
    let hits = rig.upstream_hits().await;
    let tests_first = hits[4..]
        .iter()
        .filter(|hit| hit.model.as_deref() == Some(FIRST))
        .count();
    assert!(
        tests_first <= 1,
        "at most one request finds out whether it is back"
    );
}

#[tokio::test]
async fn a_model_that_is_gone_is_left() {
    let gone = r#"{"code":20012,"message":"Model does not exist. Please check it carefully.","data":null}"#;
    for stream in [false, true] {
        let rig = rig_of(&[FIRST, SECOND], "").await;
        let fallen = Fallen::from(&rig, refusal(400, gone), stream).await;
        fallen.landed_on(SECOND, &rig).await;
        assert_eq!(fallen.asked(), [FIRST, SECOND]);
        assert!(is_unpenalised(&rig.keys().await));
    }
}

/// The same, said inside a 200 (API reference §5, last row).
#[tokio::test]
async fn a_model_that_is_gone_by_a_200_is_left() {
    let gone = r#"{"code":20012,"message":"Model does not exist. Please check it carefully.","data":null}"#;
    let rig = rig_of(&[FIRST, SECOND], "").await;
    let fallen = Fallen::from(&rig, refusal(200, gone), false).await;
    fallen.landed_on(SECOND, &rig).await;
    assert_eq!(fallen.asked(), [FIRST, SECOND]);
}

#[tokio::test]
async fn a_model_that_does_not_begin_in_time_is_left() {
    for late in [
        Behaviour::Delay { ms: 60_000 },
        Behaviour::FirstByte { ms: 60_000 },
    ] {
        let rig = rig_of(&[FIRST, SECOND], "first_byte_s = 1").await;
        let fallen = Fallen::from(&rig, late, true).await;
        fallen.landed_on(SECOND, &rig).await;
        assert_eq!(fallen.asked(), [FIRST, SECOND]);
        assert!(
            fallen.hits[0].client_closed_at_ms.is_some(),
            "the upstream is told"
        );
        assert!(is_unpenalised(&rig.keys().await));
    }
}

/// A request that is too long goes past models that are no larger.
#[tokio::test]
async fn a_long_request_goes_to_a_model_with_room() {
    let rig = rig_of(
        &[
            "Qwen/Qwen2.5-7B-Instruct",
            "THUDM/GLM-4-9B-0414",
            "deepseek-ai/DeepSeek-V4-Flash",
        ],
        "",
    )
    .await;
    let body = json!({
        "model": NAME, "stream": true,
        "messages": [{"role": "user", "content": "word ".repeat(40_000)}],
    });
    let seen = rig.ask("/v1/chat/completions", &body).await;
    let fallen = Fallen::of(&rig, seen).await;
    fallen
        .landed_on("deepseek-ai/DeepSeek-V4-Flash", &rig)
        .await;
    assert_eq!(
        fallen.asked(),
        ["Qwen/Qwen2.5-7B-Instruct", "deepseek-ai/DeepSeek-V4-Flash"]
    );
    assert_eq!(fallen.hits[0].status, 400);
}

/// 413 20042, what embeddings say.
#[tokio::test]
async fn a_long_text_goes_to_an_embedding_with_room() {
    let rig = rig_of(&["BAAI/bge-large-zh-v1.5", "BAAI/bge-m3"], "").await;
    let body = json!({"model": NAME, "input": "word ".repeat(700)});
    let seen = rig.ask("/v1/embeddings", &body).await;
    let fallen = Fallen::of(&rig, seen).await;
    assert_eq!(fallen.seen.status, 200, "{}", fallen.seen.text());
    assert_eq!(fallen.asked(), ["BAAI/bge-large-zh-v1.5", "BAAI/bge-m3"]);
    assert_eq!(fallen.seen.json()["model"], "BAAI/bge-m3");
    assert_eq!((fallen.hits[0].status, fallen.hits[1].status), (413, 200));
}

/// Anthropic's protocol, and a list that is walked to its end.
#[tokio::test]
async fn the_third_model_takes_over_when_the_second_fails_too() {
    const THIRD: &str = "deepseek-ai/DeepSeek-V4-Flash";
    for stream in [false, true] {
        let rig = rig_of(&[FIRST, SECOND, THIRD], "").await;
        let gone = refusal(
            400,
            r#"{"type":"error","error":{"type":"invalid_request_error","message":"模型配置不存在: it"}}"#,
        );
        for model in [FIRST, SECOND] {
            rig.simulator
                .set_behaviour(Scope::Model(model.to_owned()), gone.clone());
        }
        let fallen = Fallen::of(&rig, rig.ask_message(NAME, stream).await).await;
        fallen.landed_on(THIRD, &rig).await;
        assert_eq!(fallen.asked(), [FIRST, SECOND, THIRD]);
    }
}
