//! Bodies: fields that are renamed, forms that are looked at, uploads that stream.

use flowkeep_tests::{Rig, Seen};
use futures_util::stream;
use std::time::Instant;

use super::columns::{rig_before, whole};
use super::table::FORM;
use super::upstream::{MARK, Upstream};

async fn post(rig: &Rig, path: &str, content_type: &str, body: impl Into<reqwest::Body>) -> Seen {
    let request = rig.client.post(rig.url(path)).bearer_auth(&rig.token);
    let request = request
        .header(MARK, "1")
        .header("content-type", content_type)
        .body(body);
    Seen::read(request.send().await.unwrap(), Instant::now()).await
}

/// OpenAI's names for what the vendor calls otherwise; nothing else changes.
#[tokio::test]
async fn image_fields_are_renamed_by_splicing() {
    let upstream = Upstream::start().await;
    let rig = rig_before(&upstream, "").await;
    let sent = "{ \"model\":\"Kwai-Kolors/Kolors\",\"prompt\":\"size n\" , \"n\" : 2,\n\
        \"size\":\"1024x1024\",\"response_format\":\"b64_json\",\"x\":{\"n\":1} }";
    let native = "{ \"model\":\"Kwai-Kolors/Kolors\",\"prompt\":\"size n\" , \"batch_size\" : 2,\n\
        \"image_size\":\"1024x1024\",\"response_format\":\"b64_json\",\"x\":{\"n\":1} }";
    for path in [
        "/v1/images/generations",
        "/v1/image/generations",
        "/images/generations",
    ] {
        for (sent, received) in [(sent, native), (native, native)] {
            upstream.answer(whole("200 OK", "application/json", b"{}"));
            let seen = post(&rig, path, "application/json", sent).await;
            assert_eq!(seen.status, 200, "{}", seen.text());
            let heard = &upstream.heard()[0];
            assert_eq!(String::from_utf8_lossy(&heard.body), received, "{path}");
            let length = received.len().to_string();
            assert_eq!(heard.header("content-length"), Some(length.as_str()));
        }
    }
    upstream.answer(whole("200 OK", "application/json", b"{}"));
    post(&rig, "/v1/video/submit", "application/json", sent).await;
    assert_eq!(upstream.heard()[0].body, sent.as_bytes(), "only of images");
}

/// Above the replay limit the body streams; what is at hand of it is renamed, and
/// the length that is announced is right.
#[tokio::test]
async fn image_fields_before_a_long_image_are_renamed_too() {
    let upstream = Upstream::start().await;
    let rig = rig_before(&upstream, "replay_mib = 1\n").await;
    let of = |size: &str, number: &str| {
        let image = "QUJD".repeat(1 << 19);
        format!(
            "{{\"model\":\"Kwai-Kolors/Kolors\", \"{size}\" : \"1x1\",\"{number}\":2,\
             \"prompt\":\"a cat\",\"image\":\"{image}\"}}"
        )
    };
    upstream.answer(whole("200 OK", "application/json", b"{}"));
    let path = "/v1/images/generations";
    let seen = post(&rig, path, "application/json", of("size", "n")).await;
    assert_eq!(seen.status, 200, "{}", seen.text());
    let heard = &upstream.heard()[0];
    let received = of("image_size", "batch_size");
    assert!(heard.body == received.as_bytes(), "only the two names");
    let length = received.len().to_string();
    assert_eq!(heard.header("content-length"), Some(length.as_str()));
}

fn recording(length: usize) -> Vec<u8> {
    let model = "--xBOUNDx\r\nContent-Disposition: form-data; name=\"model\"\r\n\r\n\
        FunAudioLLM/SenseVoiceSmall\r\n";
    let file = "--xBOUNDx\r\nContent-Disposition: form-data; name=\"file\"; filename=\"a\"\r\n\r\n";
    let mut body = format!("{model}{file}").into_bytes();
    body.extend((0..length).map(|at| u8::try_from(at % 251).unwrap()));
    body.extend_from_slice(b"\r\n--xBOUNDx--\r\n");
    body
}

/// Above the replay limit an upload streams, with or without a length; its model
/// is found all the same.
#[tokio::test]
async fn uploads_stream_unchanged_and_tell_their_model() {
    let upstream = Upstream::start().await;
    let rig = rig_before(&upstream, "replay_mib = 1\n").await;
    for length in [100, 3 << 20] {
        let body = recording(length);
        let chunks: Vec<Result<_, std::io::Error>> = body
            .chunks(300_000)
            .map(|chunk| Ok(chunk.to_vec()))
            .collect();
        let chunked = reqwest::Body::wrap_stream(stream::iter(chunks));
        for sent in [reqwest::Body::from(body.clone()), chunked] {
            upstream.answer(whole("200 OK", "application/json", b"{\"text\":\"\"}"));
            let seen = post(&rig, "/v1/audio/transcriptions", FORM, sent).await;
            assert_eq!(seen.status, 200, "{}", seen.text());
            let heard = upstream.heard();
            assert_eq!(heard.len(), 1);
            assert!(heard[0].body == body, "{length}: the upload to the byte");
        }
    }
    let rows = rig.settled_rows().await;
    assert_eq!(rows.len(), 4);
    for row in rows {
        assert_eq!(row.route, "audio/transcriptions");
        assert_eq!(row.model.as_deref(), Some("FunAudioLLM/SenseVoiceSmall"));
    }
}

/// What a form lacks is the upstream's to say; that it is none is ours.
#[tokio::test]
async fn a_form_without_parts_is_refused_and_one_without_a_file_is_not() {
    let upstream = Upstream::start().await;
    let rig = rig_before(&upstream, "").await;
    for path in [
        "/v1/audio/transcriptions",
        "/v1/files",
        "/v1/audio/reference",
        "/v1/other",
    ] {
        for (kind, body, error) in [
            (
                "multipart/form-data",
                "--x\r\n\r\n--x--",
                "boundary_missing",
            ),
            (
                "multipart/form-data; boundary=\"\"",
                "--x--",
                "boundary_missing",
            ),
            (FORM, "{\"model\":\"a/b\"}", "invalid_multipart"),
            (FORM, "", "invalid_multipart"),
        ] {
            let seen = post(&rig, path, kind, body).await;
            assert_eq!(
                (seen.status, seen.error()),
                (400, error),
                "{path} {kind} {body}"
            );
            assert!(seen.text().contains("boundary"), "{}", seen.text());
        }
        assert!(upstream.heard().is_empty(), "{path}");
        let empty =
            "--xBOUNDx\r\nContent-Disposition: form-data; name=\"a\"\r\n\r\n\r\n--xBOUNDx--";
        let error = b"{\"code\":20015,\"message\":\"file: Field required\",\"data\":null}";
        upstream.answer(whole("400 Bad Request", "application/json", error));
        let seen = post(&rig, path, FORM, empty).await;
        assert_eq!((seen.status, &*seen.body), (400, &error[..]), "{path}");
        assert_eq!(upstream.heard()[0].body, empty.as_bytes(), "{path}");
    }
}

/// A model's route without a model is refused in our words, before the upstream.
#[tokio::test]
async fn json_without_a_model_is_refused_where_a_model_answers() {
    let upstream = Upstream::start().await;
    let rig = rig_before(&upstream, "").await;
    for path in [
        "chat/completions",
        "messages",
        "completions",
        "embeddings",
        "rerank",
        "image/generations",
        "audio/speech",
        "video/generations",
    ] {
        let seen = post(&rig, &format!("/v1/{path}"), "application/json", "{}").await;
        assert_eq!(
            (seen.status, seen.error()),
            (400, "model_missing"),
            "{path}"
        );
    }
    assert!(upstream.heard().is_empty());
}
