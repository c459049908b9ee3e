//! A day per route.

use flowkeep_contract::Outcome;
use flowkeep_simulator::{Behaviour, Scope, Script, Simulator};
use flowkeep_tests::RigOptions;
use flowkeep_tests::books::usage_number;
use serde_json::{Value, json};

use super::desk::{Desk, chat, cost, rich, text};

const CHAT: &str = "/v1/chat/completions";
const FLASH: &str = "deepseek-ai/DeepSeek-V4-Flash";
const V3_2: &str = "deepseek-ai/DeepSeek-V3.2";

/// One request of a day, and what it must cost.
struct Asked {
    at: (u64, u64),
    path: &'static str,
    body: Value,
    nano: i64,
}

fn asked(at: (u64, u64), path: &'static str, body: Value, nano: i64) -> Asked {
    Asked {
        at,
        path,
        body,
        nano,
    }
}

/// Replays a day and compares every row and the sum of the day.
async fn replay(day: Vec<Asked>) -> Desk {
    let desk = Desk::open().await;
    for request in &day {
        desk.at(request.at.0, request.at.1);
        assert_eq!(desk.ask(request.path, &request.body).await, 200);
    }
    let rows = desk.rig.rows().await;
    assert_eq!(rows.len(), day.len());
    for (row, request) in rows.iter().zip(&day) {
        assert_eq!(
            cost(row),
            Some((request.nano, "CNY")),
            "{} at {:?}: {row:?}",
            request.path,
            request.at
        );
    }
    let spent: i64 = day.iter().map(|request| request.nano).sum();
    assert_eq!(rolled_up(&desk), spent);
    desk
}

/// What the roll-ups of the whole database come to, read past the program.
fn rolled_up(desk: &Desk) -> i64 {
    let sum = "SELECT coalesce(sum(cost_cny_nano), 0) FROM usage_hourly";
    usage_number(desk.rig.folder(), sum)
}

#[tokio::test]
async fn chats_cost_by_tier_hour_and_cache() {
    let glm = "Pro/zai-org/GLM-5.1";
    let first = json!({"role": "user", "content": text(2_000)});
    let turns = [
        first.clone(),
        json!({"role": "assistant", "content": text(50)}),
        json!({"role": "user", "content": text(100)}),
    ];
    replay(vec![
        // 31,000 × 6,000 + 100 × 24,000
        asked((0, 10), CHAT, chat(glm, 31_000, 100), 188_400_000),
        // 33,000 × 8,000 + 100 × 28,000: the whole request has the second tier.
        asked((0, 20), CHAT, chat(glm, 33_000, 100), 266_800_000),
        // 1,000 × 3,000 + 100 × 9,000
        asked((1, 59), CHAT, chat(FLASH, 1_000, 100), 3_900_000),
        // 1,000 × 1,500 + 100 × 4,500
        asked((2, 0), CHAT, chat(FLASH, 1_001, 100), 1_951_500),
        asked((7, 59), CHAT, chat(FLASH, 1_002, 100), 1_953_000),
        asked((8, 0), CHAT, chat(FLASH, 1_003, 100), 3_909_000),
        // 2,000 × 4,000 + 100 × 6,000
        asked(
            (9, 0),
            CHAT,
            json!({"model": V3_2, "max_tokens": 100, "messages": [first]}),
            8_600_000,
        ),
        // Of 2,150 tokens the cache has 2,000: 150 × 4,000 + 2,000 × 400 + 100 × 6,000
        asked(
            (9, 1),
            CHAT,
            json!({"model": V3_2, "max_tokens": 100, "messages": turns}),
            2_000_000,
        ),
        // Free is ¥0, not unknown.
        asked((9, 2), CHAT, chat("Qwen/Qwen3-8B", 500, 10), 0),
    ])
    .await;
}

#[tokio::test]
async fn the_cache_says_what_it_saved() {
    let desk = Desk::open().await;
    let first = json!({"role": "user", "content": text(2_000)});
    let again = json!({"role": "user", "content": text(100)});
    for messages in [json!([first]), json!([first, again])] {
        let body = json!({"model": V3_2, "max_tokens": 100, "messages": messages});
        assert_eq!(desk.ask(CHAT, &body).await, 200);
    }
    let row = desk.last().await;
    assert_eq!(row.cached_tokens, Some(2_000));
    let cost = row.cost.expect("a cost");
    // 100 × 4,000 + 2,000 × 400 + 100 × 6,000
    assert_eq!(cost.nano, 1_800_000);
    // 2,000 × 3,600
    assert_eq!(cost.saved_nano, Some(7_200_000));
    assert_eq!(cost.price, "cn:deepseek-ai/DeepSeek-V3.2");
}

#[tokio::test]
async fn streams_messages_completions_and_responses_cost_by_their_tokens() {
    let streamed = |mut body: Value| {
        body["stream"] = json!(true);
        body
    };
    replay(vec![
        // 1,000 × 4,000 + 100 × 6,000
        asked((0, 0), CHAT, streamed(chat(V3_2, 1_000, 100)), 4_600_000),
        asked((1, 0), "/v1/messages", chat(V3_2, 1_001, 100), 4_604_000),
        asked(
            (2, 0),
            "/v1/messages",
            streamed(chat(V3_2, 1_002, 100)),
            4_608_000,
        ),
        // 400 × 2,000 + 10 × 8,000
        asked(
            (3, 0),
            "/v1/completions",
            json!({"model": "deepseek-ai/DeepSeek-V3", "prompt": text(400), "max_tokens": 10}),
            880_000,
        ),
        // 100 × 4,000 + 10 × 6,000
        asked(
            (4, 0),
            "/v1/responses",
            json!({"model": V3_2, "input": text(100), "max_output_tokens": 10}),
            460_000,
        ),
    ])
    .await;
}

#[tokio::test]
async fn embeddings_and_rerankings_cost_by_what_they_read() {
    let documents = [text(5), text(7)];
    replay(vec![
        // 12 × 280
        asked(
            (0, 0),
            "/v1/embeddings",
            json!({"model": "Qwen/Qwen3-Embedding-8B", "input": [text(5), text(7)]}),
            3_360,
        ),
        // (1 + 5 + 1 + 7) × 70: the query is read with each document.
        asked(
            (1, 0),
            "/v1/rerank",
            json!({"model": "Pro/BAAI/bge-reranker-v2-m3", "query": "word", "documents": documents,
                "return_documents": true}),
            980,
        ),
        asked(
            (2, 0),
            "/v1/embeddings",
            json!({"model": "BAAI/bge-m3", "input": "free"}),
            0,
        ),
    ])
    .await;
}

#[tokio::test]
async fn pictures_and_clips_cost_by_the_piece() {
    let clip =
        json!({"model": "Wan-AI/Wan2.2-T2V-A14B", "prompt": "a cat", "image_size": "960x960"});
    let desk = replay(vec![
        // ¥0.30
        asked(
            (0, 0),
            "/v1/images/generations",
            json!({"model": "Tongyi-MAI/Z-Image", "prompt": "a cat"}),
            300_000_000,
        ),
        // Two at ¥0.30, by the old path and OpenAI's name for their number.
        asked(
            (1, 0),
            "/v1/image/generations",
            json!({"model": "Qwen/Qwen-Image", "prompt": "a cat", "n": 2}),
            600_000_000,
        ),
        asked(
            (2, 0),
            "/v1/images/generations",
            json!({"model": "Kwai-Kolors/Kolors", "prompt": "a cat"}),
            0,
        ),
        // ¥2 when it is accepted.
        asked((3, 0), "/v1/video/submit", clip.clone(), 2_000_000_000),
    ])
    .await;
    let rows = desk.rig.rows().await;
    assert_eq!(rows[1].units.images, Some(2));
    assert_eq!(rows[3].units.clips, Some(1));
    // Whoever looks after it pays nothing, however often.
    let submitted = desk.rig.post("/v1/video/generations", &clip).await;
    let told: Value = serde_json::from_slice(&submitted.unwrap().bytes().await.unwrap()).unwrap();
    let question = json!({"requestId": told["requestId"]});
    desk.rig.rows().await;
    let before = rolled_up(&desk);
    for _ in 0..4 {
        assert_eq!(desk.ask("/v1/video/status", &question).await, 200);
        assert_eq!(desk.last().await.cost, None);
    }
    assert_eq!(rolled_up(&desk), before);
}

#[tokio::test]
async fn speech_costs_by_the_byte_of_its_text() {
    // 250 times a letter of three bytes and one of one: 1,000 bytes, 500 characters.
    let input = "你a".repeat(250);
    assert_eq!(input.len(), 1_000);
    let body = |input: &str| {
        json!({"model": "FunAudioLLM/CosyVoice2-0.5B", "input": input,
            "voice": "FunAudioLLM/CosyVoice2-0.5B:alex"})
    };
    let desk = replay(vec![
        asked((0, 0), "/v1/audio/speech", body(&input), 50_000_000),
        // 1,001 bytes cost 1.001 times as much.
        asked(
            (1, 0),
            "/v1/audio/speech",
            body(&(input.clone() + "b")),
            50_050_000,
        ),
    ])
    .await;
    assert_eq!(desk.rig.rows().await[0].units.bytes, Some(1_000));
}

#[tokio::test]
async fn what_was_refused_or_has_no_price_costs_nothing_and_says_so() {
    let desk = Desk::open().await;
    assert_eq!(desk.ask(CHAT, &chat("acme/unheard-of", 10, 5)).await, 400);
    assert_eq!(desk.last().await.cost, None);
    // The simulator answers it, and no price list has it.
    assert_eq!(desk.ask(CHAT, &chat("sim/ok", 10, 5)).await, 200);
    let row = desk.last().await;
    assert_eq!(row.prompt_tokens, Some(10));
    assert_eq!(row.cost, None);
    let simulator = &desk.rig.simulator;
    simulator.set_behaviour(Scope::All, Behaviour::status(500));
    assert_eq!(desk.ask(CHAT, &chat(V3_2, 10, 5)).await, 500);
    let row = desk.last().await;
    assert_eq!(row.outcome, Outcome::UpstreamFailed);
    assert_eq!(row.cost, None);
    assert_eq!(rolled_up(&desk), 0);
}

/// The same model is paid in dollars where the account is on the other site.
#[tokio::test]
async fn an_account_abroad_pays_in_dollars() {
    let abroad = rich("abroad");
    let line = format!("{} abroad site=com", abroad.keys[0]);
    let com = Simulator::start(Script::with_accounts(vec![abroad]))
        .await
        .unwrap();
    let desk = Desk::with(RigOptions {
        com: Some(com.base_url()),
        more_keys: vec![line],
        ..RigOptions::with_accounts(Vec::new())
    })
    .await;
    assert_eq!(desk.ask(CHAT, &chat(V3_2, 1_000, 100)).await, 200);
    let row = desk.last().await;
    // 1,000 × 270 + 100 × 420
    assert_eq!(cost(&row), Some((312_000, "USD")));
    assert_eq!(row.cost.unwrap().price, "com:deepseek-ai/DeepSeek-V3.2");
    assert_eq!(rolled_up(&desk), 0);
}
