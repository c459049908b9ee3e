use super::*;

/// What a client types into a path must not become a row of the roll-ups.
#[test]
fn unknown_paths_share_one_name() {
    for (path, name) in [
        ("chat/completions", "chat/completions"),
        ("messages", "messages"),
        ("batches/batch_1/cancel", "batches"),
        ("files", "files"),
        ("made-up/1", "other"),
        ("", "other"),
    ] {
        assert_eq!(Route::of(path).name(), name, "{path}");
    }
}

/// D10: what makes something upstream is never taken for a question.
#[test]
fn only_known_inference_and_reads_may_be_repeated() {
    for (path, method, effect) in [
        ("chat/completions", "POST", Effect::Inference),
        ("messages", "POST", Effect::Inference),
        ("embeddings", "POST", Effect::Inference),
        ("models", "GET", Effect::Read),
        ("files", "GET", Effect::Read),
        ("files", "POST", Effect::Creates),
        ("batches", "POST", Effect::Creates),
        ("video/submit", "POST", Effect::Creates),
        ("uploads/audio/voice", "POST", Effect::Creates),
        ("batches/x", "DELETE", Effect::Creates),
        ("made-up", "POST", Effect::Creates),
    ] {
        assert_eq!(Route::of(path).effect(method), effect, "{method} {path}");
    }
}
