use super::*;

/// Method, path as asked, path upstream, name in the log.
const SPELLINGS: &str = "
    POST   | chat/completions                   | chat/completions                   | chat/completions
    POST   | messages                           | messages                           | messages
    POST   | messages/count_tokens              | messages/count_tokens              | messages/count_tokens
    POST   | responses                          | chat/completions                   | responses
    POST   | completions                        | completions                        | completions
    POST   | embeddings                         | embeddings                         | embeddings
    POST   | rerank                             | rerank                             | rerank
    POST   | image/generations                  | images/generations                 | images/generations
    POST   | images/generations                 | images/generations                 | images/generations
    POST   | audio/speech                       | audio/speech                       | audio/speech
    POST   | audio/transcriptions               | audio/transcriptions               | audio/transcriptions
    POST   | audio/reference                    | uploads/audio/voice                | uploads/audio/voice
    POST   | uploads/audio/voice                | uploads/audio/voice                | uploads/audio/voice
    GET    | audio/reference                    | audio/voice/list                   | audio/voice/list
    HEAD   | audio/reference                    | audio/voice/list                   | audio/voice/list
    GET    | audio/voice/list                   | audio/voice/list                   | audio/voice/list
    POST   | audio/reference/delete             | audio/voice/deletions              | audio/voice/deletions
    POST   | audio/voice/deletions              | audio/voice/deletions              | audio/voice/deletions
    POST   | video/generations                  | video/submit                       | video/submit
    POST   | video/submit                       | video/submit                       | video/submit
    POST   | video/status                       | video/status                       | video/status
    GET    | files                              | files                              | files
    POST   | files                              | files                              | files
    DELETE | files/file-1                       | files/file-1                       | files
    GET    | files/file-1/content               | files/file-1/content               | files
    POST   | batches                            | batches                            | batches
    GET    | batches/batch_1                    | batches/batch_1                    | batches
    POST   | batches/batch_1/cancel             | batches/batch_1/cancel             | batches
    GET    | models                             | models                             | models
    GET    | user/models                        | models                             | models
    GET    | models/Pro/deepseek-ai/DeepSeek-V3 | models/Pro/deepseek-ai/DeepSeek-V3 | models
    GET    | models/deepseek-ai%2FDeepSeek-V3   | models/deepseek-ai/DeepSeek-V3     | models
    GET    | models/ft%3ALoRA%2FQwen%20x        | models/ft:LoRA/Qwen x              | models
    GET    | models/a%ff                        | models/a%ff                        | models
    GET    | user/info                          | user/info                          | user/info
";

/// The rows of [`SPELLINGS`].
fn spellings() -> impl Iterator<Item = [&'static str; 4]> {
    let rows = SPELLINGS.lines().filter(|line| !line.is_empty());
    rows.map(|row| {
        let cells: Vec<&str> = row.split('|').map(str::trim).collect();
        cells.try_into().expect("four cells")
    })
}

/// Old and new names of design §4, and what the upstream calls them.
#[test]
fn every_spelling_names_its_route() {
    for [method, asked, path, name] in spellings() {
        for asked in [asked.to_owned(), format!("{asked}/")] {
            let route = Route::resolve(method, &asked);
            assert_eq!(route.path(), path, "{method} {asked}");
            assert_eq!(route.name(), name, "{method} {asked}");
            assert!(route.is_known() && route.takes(method), "{method} {asked}");
        }
    }
}

/// What a client types into a path must not become a row of the roll-ups, and
/// goes on as it came.
#[test]
fn unknown_paths_share_one_name() {
    for path in [
        "made-up/1",
        "audio/made-up",
        "batches/1/steal",
        "files//content",
        "models//x",
        "chat/completions//",
        "systemone",
        "",
    ] {
        let route = Route::of(path);
        assert_eq!(route.name(), "other", "{path}");
        assert_eq!(route.path(), path);
        assert!(!route.is_known());
    }
}

/// D10: what makes something upstream is never taken for a question.
#[test]
fn only_known_inference_and_reads_may_be_repeated() {
    for (path, method, effect) in [
        ("chat/completions", "POST", Effect::Inference),
        ("messages", "POST", Effect::Inference),
        ("messages/count_tokens", "POST", Effect::Read),
        ("responses", "POST", Effect::Inference),
        ("embeddings", "POST", Effect::Inference),
        ("rerank", "POST", Effect::Inference),
        ("image/generations", "POST", Effect::Inference),
        ("audio/speech", "POST", Effect::Inference),
        ("audio/transcriptions", "POST", Effect::Inference),
        ("models", "GET", Effect::Read),
        ("files", "GET", Effect::Read),
        ("files", "POST", Effect::Creates),
        ("files/f", "DELETE", Effect::Creates),
        ("batches", "POST", Effect::Creates),
        ("batches/x", "GET", Effect::Read),
        ("batches/x/cancel", "POST", Effect::Creates),
        ("video/submit", "POST", Effect::Creates),
        ("video/generations", "POST", Effect::Creates),
        ("video/status", "POST", Effect::Read),
        ("uploads/audio/voice", "POST", Effect::Creates),
        ("audio/reference", "POST", Effect::Creates),
        ("audio/reference", "GET", Effect::Read),
        ("audio/reference/delete", "POST", Effect::Creates),
        ("batches/x", "DELETE", Effect::Creates),
        ("made-up", "GET", Effect::Read),
        ("made-up", "POST", Effect::Creates),
    ] {
        let route = Route::resolve(method, path);
        assert_eq!(route.effect(method), effect, "{method} {path}");
    }
}

#[test]
fn a_path_tells_its_methods() {
    for (path, methods) in [
        ("chat/completions", "POST"),
        ("models/a/b", "GET HEAD"),
        ("audio/reference", "GET HEAD POST"),
        ("uploads/audio/voice", "POST"),
        ("audio/voice/list", "GET HEAD"),
        ("files", "GET HEAD POST"),
        ("files/f", "GET HEAD DELETE"),
        ("batches/b/cancel", "POST"),
        ("made-up", "GET HEAD POST PUT PATCH DELETE"),
    ] {
        assert_eq!(Route::allowed(path).join(" "), methods, "{path}");
    }
}

#[test]
fn errors_below_messages_are_anthropics() {
    for path in ["messages", "messages/count_tokens", "messages/batches"] {
        assert_eq!(Route::of(path).protocol(), Protocol::Anthropic, "{path}");
    }
    assert_eq!(Route::of("responses").protocol(), Protocol::OpenAi);
}

/// No spelling leads past the checks of a route, nor to more methods.
#[test]
fn escaped_letters_are_the_same_route() {
    for (method, escaped, plain) in [
        ("GET", "%62atches/x", "batches/x"),
        ("POST", "batches/x/c%61ncel", "batches/x/cancel"),
        ("GET", "b%61tches%2Fx", "batches/x"),
        ("POST", "audio/voice/d%65letions", "audio/voice/deletions"),
        ("GET", "audio/referenc%65", "audio/reference"),
        ("POST", "audio/referenc%65", "audio/reference"),
    ] {
        let route = Route::resolve(method, escaped);
        assert_eq!(route, Route::resolve(method, plain), "{escaped}");
        assert_eq!(Route::allowed(escaped), Route::allowed(plain), "{escaped}");
    }
    assert!(!Route::of("%62atches/x").takes("DELETE"));
    assert_eq!(Route::of("some%2Fthing").path(), "some%2Fthing");
}

/// A route that is new here is new in the table of who may use what (S40).
#[test]
fn the_examples_are_all_routes() {
    let mut seen = [false; 24];
    for path in Route::examples() {
        for method in Route::allowed(path) {
            seen[number(&Route::resolve(method, path))] = true;
        }
    }
    assert_eq!(seen, [true; 24]);
}

fn number(route: &Route) -> usize {
    match route {
        Route::ChatCompletions => 0,
        Route::Messages => 1,
        Route::CountTokens => 2,
        Route::Responses => 3,
        Route::Completions => 4,
        Route::Embeddings => 5,
        Route::Rerank => 6,
        Route::ImageGenerations => 7,
        Route::AudioSpeech => 8,
        Route::AudioTranscriptions => 9,
        Route::VoiceUpload => 10,
        Route::VoiceList => 11,
        Route::VoiceDeletion => 12,
        Route::VideoSubmit => 13,
        Route::VideoStatus => 14,
        Route::Files => 15,
        Route::File(_) => 16,
        Route::FileContent(_) => 17,
        Route::Batches => 18,
        Route::Batch(_) => 19,
        Route::BatchCancel(_) => 20,
        Route::Models => 21,
        Route::Model(_) => 22,
        Route::UserInfo => 23,
        Route::Other(path) => panic!("{path} is not documented"),
    }
}
