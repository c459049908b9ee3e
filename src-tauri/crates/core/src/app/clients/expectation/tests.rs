use bytes::Bytes;
use http::{HeaderMap, Method};
use tokio_util::sync::CancellationToken;

use super::*;

fn call(path: &str, body: &str) -> Call {
    Call {
        request_id: uuid::Uuid::nil(),
        method: Method::POST,
        route: Route::of(path),
        query: None,
        headers: HeaderMap::new(),
        body: CallBody::Whole(Bytes::copy_from_slice(body.as_bytes())),
        model: Some("m".into()),
        stream: false,
        client: "default".into(),
        account: None,
        session: None,
        captured: false,
        reservation: None,
        abort: CancellationToken::new(),
    }
}

fn answer_of(path: &str, fields: &str, mean: Option<u64>) -> Option<u64> {
    let body = format!(r#"{{"model":"m","messages":[],"input":"x"{fields}}}"#);
    expected(&call(path, &body), mean).usage.completion_tokens
}

#[test]
fn an_answer_is_as_long_as_asked_for_but_not_much_longer_than_usual() {
    let chat = |fields, mean| answer_of("chat/completions", fields, mean);
    assert_eq!(chat("", None), Some(1_024));
    assert_eq!(chat("", Some(300)), Some(300));
    assert_eq!(chat(r#","max_tokens":8"#, None), Some(8));
    assert_eq!(chat(r#","max_tokens":8"#, Some(300)), Some(8));
    assert_eq!(chat(r#","max_tokens":32000"#, None), Some(32_000));
    assert_eq!(chat(r#","max_tokens":32000"#, Some(300)), Some(1_200));
    assert_eq!(chat(r#","max_completion_tokens":9"#, None), Some(9));
    assert_eq!(chat(r#","max_tokens":8,"n":3"#, None), Some(24));
    assert_eq!(chat(r#","max_tokens":"8""#, None), Some(1_024), "no number");
    let responses = answer_of("responses", r#","max_output_tokens":7"#, None);
    assert_eq!(responses, Some(7));
    assert_eq!(answer_of("messages", r#","max_tokens":6"#, None), Some(6));
    assert_eq!(answer_of("embeddings", "", None), Some(0));
}

#[test]
fn a_prompt_is_estimated_unless_it_is_very_long() {
    let prompt = |path: &str, text: &str| {
        let body = format!(
            r#"{{"model":"m","max_tokens":1,"messages":[{{"role":"user","content":"{text}"}}]}}"#
        );
        expected(&call(path, &body), None).usage.prompt_tokens
    };
    for path in ["chat/completions", "messages"] {
        let tokens = prompt(path, &"word ".repeat(1_000)).unwrap();
        assert!((900..1_200).contains(&tokens), "{path}: {tokens}");
        assert_eq!(prompt(path, &"word ".repeat(300_000)), None, "{path}");
    }
}

#[test]
fn pieces_are_counted_as_they_are_paid() {
    let units = |path: &str, body: &str| expected(&call(path, body), None).units;
    let images = |body| units("images/generations", body).images;
    assert_eq!(images(r#"{"prompt":"x"}"#), Some(1));
    assert_eq!(images(r#"{"batch_size":4}"#), Some(4));
    assert_eq!(images(r#"{"n":2}"#), Some(2));
    assert_eq!(units("video/submit", "{}").clips, Some(1));
    let bytes = |body| units("audio/speech", body).bytes;
    assert_eq!(bytes(r#"{"input":"\u4f60 x"}"#), Some(5));
    assert_eq!(bytes(r#"{"input":7}"#), None);
    let sound = expected(&call("audio/transcriptions", "--b"), None);
    assert_eq!(sound, Measured::default());
}

#[test]
fn the_mean_follows_the_last_answers() {
    let mut answers = AnswerLength::default();
    for _ in 0..7 {
        answers.note(100);
    }
    assert_eq!(answers.mean(), None, "too few");
    answers.note(100);
    assert_eq!(answers.mean(), Some(100));
    for _ in 0..40 {
        answers.note(1_000);
    }
    let mean = answers.mean().unwrap();
    assert!((950..=1_000).contains(&mean), "{mean}");
    answers.note(u64::MAX);
    assert!(u32::try_from(answers.mean().unwrap()).is_ok());
}
