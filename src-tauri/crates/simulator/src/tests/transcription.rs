use serde_json::json;

use super::{assert_invalid, assert_unknown_model, ended, post, post_form, start};

const PATH: &str = "/v1/audio/transcriptions";
const MODEL: &str = "FunAudioLLM/SenseVoiceSmall";

#[tokio::test]
async fn audio_is_counted_and_written_down() {
    let simulator = start().await;
    let parts = [
        ("model", None, MODEL),
        ("file", Some("a.wav"), "some sound"),
    ];
    let answer = post_form(&simulator, "alpha", PATH, &parts).await;
    assert_eq!(
        (answer.status, answer.body.as_str()),
        (200, r#"{"text":"Heard 10 bytes."}"#)
    );
    let entry = ended(&simulator, 1).await.remove(0);
    assert_eq!(
        (entry.model.as_deref(), entry.uploads[0].bytes),
        (Some(MODEL), 10)
    );
    assert_eq!((entry.work.audio_seconds, entry.cost_nano), (1, 0));
}

#[tokio::test]
async fn some_models_tell_more_and_cost_something() {
    let simulator = start().await;
    let sound = "x".repeat(32_001);
    let heard = async |model: &str| {
        let parts = [("model", None, model), ("file", Some("a"), sound.as_str())];
        post_form(&simulator, "alpha", PATH, &parts).await.body
    };
    let text = "\"text\":\"Heard 32001 bytes.\"";
    let plain = heard("Qwen/Qwen3-ASR-1.7B").await;
    assert_eq!(plain, format!("{{{text}}}"));
    let long = heard("XingChenAGI/XingChenASR-V3.2").await;
    assert_eq!(long, format!("{{\"duration\":2.0,{text}}}"));
    let split = heard("XingChenAGI/XingChenASR-Diarize-V3.0").await;
    assert_eq!(
        split,
        format!("{{\"duration\":2.0,{text},\"segments\":[]}}")
    );
    let entries = ended(&simulator, 3).await;
    assert_eq!(entries[0].cost_nano, 2 * 220_000);
}

#[tokio::test]
async fn a_form_without_its_parts_is_refused() {
    let simulator = start().await;
    let file = ("file", Some("a.wav"), "x");
    let no_model = post_form(&simulator, "alpha", PATH, &[file]).await;
    assert_invalid(&no_model, "Field required");
    let no_file = post_form(&simulator, "alpha", PATH, &[("model", None, MODEL)]).await;
    assert_invalid(&no_file, "Field required");
    let json = post(&simulator, "alpha", PATH, &json!({"model": MODEL})).await;
    assert_invalid(&json, "Field required");
    let other = [("model", None, "whisper-1"), file];
    assert_unknown_model(&post_form(&simulator, "alpha", PATH, &other).await);
    let fault = [("model", None, "sim/code:50609"), file];
    let busy = post_form(&simulator, "alpha", PATH, &fault).await;
    assert_eq!((busy.status, &busy.json()["code"]), (429, &json!(50609)));
}
