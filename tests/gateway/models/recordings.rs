//! Recordings that are too long to be held, with the model behind the file.

use std::time::Instant;

use flowkeep_tests::{Rig, RigOptions, Seen};
use futures_util::stream;
use sha2::Digest as _;

const KIND: &str = "multipart/form-data; boundary=b0";

/// A form with the file first, as `curl -F file=@a.wav -F model=whisper-1` sends it.
fn recording(model: &str, length: usize) -> Vec<u8> {
    let begin = "--b0\r\nContent-Disposition: form-data; name=\"file\"; filename=\"model.wav\"\r\n\
        Content-Type: audio/wav\r\n\r\nRIFF";
    let end = format!(
        "\r\n--b0\r\nContent-Disposition: form-data; name=\"model\"\r\n\r\n{model}\r\n--b0--\r\n"
    );
    let mut body = begin.as_bytes().to_vec();
    body.extend((0..length).map(|at| u8::try_from(at % 251).unwrap()));
    body.extend_from_slice(end.as_bytes());
    body
}

async fn transcribe(rig: &Rig, body: reqwest::Body) -> Seen {
    let request = rig.client.post(rig.url("/v1/audio/transcriptions"));
    let request = request.bearer_auth(&rig.token).header("content-type", KIND);
    Seen::read(request.body(body).send().await.unwrap(), Instant::now()).await
}

/// With and without an announced length, the alias and the vendor's own name.
#[tokio::test]
async fn the_model_behind_a_long_file_is_found() {
    let rig = Rig::with(RigOptions {
        settings: "replay_mib = 1\n".to_owned(),
        ..RigOptions::default()
    })
    .await;
    let vendors = "FunAudioLLM/SenseVoiceSmall";
    let mut clients = Vec::new();
    for asked in ["whisper-1", vendors] {
        let body = recording(asked, 3 << 20);
        let chunks: Vec<Result<_, std::io::Error>> = body
            .chunks(100_003)
            .map(|chunk| Ok(chunk.to_vec()))
            .collect();
        let chunked = reqwest::Body::wrap_stream(stream::iter(chunks));
        for sent in [reqwest::Body::from(body), chunked] {
            rig.simulator.ledger().clear();
            let seen = transcribe(&rig, sent).await;
            assert_eq!(seen.status, 200, "{asked}: {}", seen.text());
            assert_eq!(seen.header("x-flowkeep-model"), vendors);
            let hits = rig.hits("/v1/audio/transcriptions");
            assert_eq!(hits.len(), 1);
            let expected = recording(vendors, 3 << 20);
            let hash = format!("{:x}", sha2::Sha256::digest(&expected));
            assert_eq!(
                hits[0].body_sha256.as_deref(),
                Some(hash.as_str()),
                "only the name"
            );
            clients.push(asked);
        }
    }
    let rows = rig.settled_rows().await;
    assert_eq!(rows.len(), clients.len());
    for (row, asked) in rows.iter().zip(clients) {
        assert_eq!(row.model.as_deref(), Some(asked));
        let used = (asked != vendors).then_some(vendors);
        assert_eq!(row.model_used.as_deref(), used);
    }
}
