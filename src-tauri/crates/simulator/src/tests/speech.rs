use serde_json::{Value, json};

use super::{assert_malformed, assert_unknown_model, client, ended, post, sample_key, start};
use crate::Simulator;

const PATH: &str = "/v1/audio/speech";
const MODEL: &str = "FunAudioLLM/CosyVoice2-0.5B";
/// Sum of the first Ogg page, computed by another program.
const HEAD_PAGE_SUM: u32 = 0xd9f5_9f1c;

fn say(text: &str) -> Value {
    json!({"model": MODEL, "input": text, "voice": format!("{MODEL}:alex")})
}

async fn sound(simulator: &Simulator, body: &Value) -> (String, Vec<u8>) {
    let response = client()
        .post(format!("http://{}{PATH}", simulator.addr()))
        .bearer_auth(sample_key("alpha"))
        .body(body.to_string())
        .send()
        .await
        .unwrap();
    assert_eq!(response.status(), 200);
    assert_eq!(response.content_length(), None, "it comes in chunks");
    let content_type = response.headers()["content-type"]
        .to_str()
        .unwrap()
        .to_owned();
    (content_type, response.bytes().await.unwrap().to_vec())
}

#[tokio::test]
async fn each_format_is_what_it_says() {
    let simulator = start().await;
    let cases: [(&str, &str, &[u8]); 4] = [
        ("mp3", "audio/mpeg", b"\xff\xfb\x10\xc0"),
        ("wav", "audio/wav", b"RIFF"),
        ("opus", "audio/opus", b"OggS\0\x02"),
        ("pcm", "application/audio", b"\0\0"),
    ];
    for (format, content_type, start) in cases {
        let mut body = say("hello, world");
        body["response_format"] = json!(format);
        let (seen, bytes) = sound(&simulator, &body).await;
        assert_eq!(seen, content_type);
        assert!(bytes.starts_with(start), "{format}");
    }
    let (content_type, mp3) = sound(&simulator, &say("hello")).await;
    assert_eq!(
        (content_type.as_str(), mp3.len() % 104),
        ("audio/mpeg", 0),
        "whole frames"
    );
    let mut body = say("hello");
    body["response_format"] = json!("wav");
    body["sample_rate"] = json!(16_000);
    let (_, wav) = sound(&simulator, &body).await;
    assert_eq!(&wav[8..16], b"WAVEfmt ");
    assert_eq!(wav[24..28], 16_000_u32.to_le_bytes());
    let length = u32::try_from(wav.len() - 44).unwrap();
    assert_eq!(wav[40..44], length.to_le_bytes());
}

#[tokio::test]
async fn ogg_pages_have_right_sums() {
    let simulator = start().await;
    let mut body = say("hello");
    body["response_format"] = json!("opus");
    let (_, ogg) = sound(&simulator, &body).await;
    assert_eq!(ogg[22..26], HEAD_PAGE_SUM.to_le_bytes());
}

#[tokio::test]
async fn bytes_of_the_text_are_paid() {
    let simulator = start().await;
    sound(&simulator, &say("你好!")).await;
    let entry = ended(&simulator, 1).await.remove(0);
    assert_eq!((entry.work.speech_bytes, entry.cost_nano), (7, 7 * 50_000));
    assert!(entry.completed && entry.bytes_sent > 0);
    assert!(entry.touched.is_empty(), "the vendor's own voice");
}

#[tokio::test]
async fn a_voice_must_be_the_accounts_own() {
    let simulator = start().await;
    let upload = json!({"model": MODEL, "customName": "v", "text": "t", "audio": "data:audio/wav;base64,AA"});
    let made = post(&simulator, "beta", "/v1/uploads/audio/voice", &upload)
        .await
        .json();
    let mut body = say("hello");
    body["voice"] = made["uri"].clone();
    assert_malformed(&post(&simulator, "alpha", PATH, &body).await);
    let wrong = simulator.ledger().misdirected();
    assert_eq!(
        (wrong.len(), wrong[0].resource()),
        (1, made["uri"].as_str())
    );
    assert_eq!(wrong[0].touched[0].owner.as_deref(), Some("beta"));
    let own = client()
        .post(format!("http://{}{PATH}", simulator.addr()))
        .bearer_auth(sample_key("beta"))
        .body(body.to_string())
        .send()
        .await
        .unwrap();
    assert_eq!(own.status(), 200);
    assert_eq!(simulator.ledger().misdirected().len(), 1);
}

#[tokio::test]
async fn bad_requests_are_refused() {
    let simulator = start().await;
    for (field, value) in [
        ("voice", json!("alloy")),
        ("voice", json!(format!("{MODEL}:nobody"))),
        ("voice", json!("fnlp/MOSS-TTSD-v0.5:alex")),
        (
            "references",
            json!([{"audio": "data:audio/mpeg;base64,AA", "text": "t"}]),
        ),
        ("response_format", json!("flac")),
        ("sample_rate", json!(8_000)),
        ("speed", json!(5)),
        ("input", json!("")),
        ("input", json!("x".repeat(128_001))),
    ] {
        let mut body = say("hello");
        body[field] = value;
        assert_malformed(&post(&simulator, "alpha", PATH, &body).await);
    }
    let mut reference = say("hello");
    reference["voice"] = json!("");
    reference["references"] = json!([{"audio": "data:audio/mpeg;base64,AA", "text": "t"}]);
    sound(&simulator, &reference).await;
    let mut chat = say("hello");
    chat["model"] = json!("IndexTeam/IndexTTS-2");
    assert_unknown_model(&post(&simulator, "alpha", PATH, &chat).await);
}

#[tokio::test]
async fn sound_can_be_as_long_as_wanted() {
    let simulator = start().await;
    let body =
        json!({"model": "sim/sse:30:0:1000", "input": "x", "voice": "", "response_format": "wav"});
    let (_, bytes) = sound(&simulator, &body).await;
    assert_eq!(bytes.len(), 44 + 30 * 1000);
}
