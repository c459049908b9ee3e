use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Value, json};

use super::{assert_invalid, assert_malformed, assert_unknown_model, ended, post, start};

const PATH: &str = "/v1/embeddings";
const MODEL: &str = "BAAI/bge-m3";

fn numbers(item: &Value) -> Vec<f64> {
    let list = item["embedding"].as_array().unwrap();
    list.iter().map(|number| number.as_f64().unwrap()).collect()
}

#[tokio::test]
async fn texts_become_vectors() {
    let simulator = start().await;
    let body = json!({"model": MODEL, "input": ["hello", "hello, world", "hello"]});
    let answer = post(&simulator, "alpha", PATH, &body).await;
    let head = format!(
        r#"{{"object":"list","model":"{MODEL}","data":[{{"object":"embedding","embedding":["#
    );
    assert!(answer.body.starts_with(&head), "{}", &answer.body[..200]);
    let tail =
        r#","index":2}],"usage":{"prompt_tokens":7,"completion_tokens":0,"total_tokens":7}}"#;
    assert!(answer.body.ends_with(tail));
    let data = answer.json()["data"].clone();
    let (first, second) = (numbers(&data[0]), numbers(&data[1]));
    assert_eq!(first.len(), 1024);
    assert_eq!(first, numbers(&data[2]), "equal texts, equal vectors");
    assert_ne!(first, second);
    let length: f64 = first.iter().map(|number| number * number).sum();
    assert!((length - 1.0).abs() < 1e-4, "{length}");
    let entry = ended(&simulator, 1).await.remove(0);
    assert_eq!(
        (entry.told.unwrap().prompt, entry.told.unwrap().completion),
        (7, 0)
    );
}

#[tokio::test]
async fn base64_holds_the_same_numbers() {
    let simulator = start().await;
    let mut body = json!({"model": MODEL, "input": "hello"});
    let floats = post(&simulator, "alpha", PATH, &body).await.json();
    body["encoding_format"] = json!("base64");
    let packed = post(&simulator, "alpha", PATH, &body).await.json();
    let bytes = STANDARD
        .decode(packed["data"][0]["embedding"].as_str().unwrap())
        .unwrap();
    assert_eq!(bytes.len(), 4 * 1024);
    let (parts, _) = bytes.as_chunks::<4>();
    for (part, float) in parts.iter().zip(numbers(&floats["data"][0])) {
        assert!((f64::from(f32::from_le_bytes(*part)) - float).abs() < 1e-6);
    }
}

#[tokio::test]
async fn qwen_models_have_other_sizes() {
    let simulator = start().await;
    let size = async |body: Value| {
        let answer = post(&simulator, "alpha", PATH, &body).await;
        if answer.status == 200 {
            return numbers(&answer.json()["data"][0]).len();
        }
        assert_malformed(&answer);
        0
    };
    let ask = |model: &str, dimensions: Value| json!({"model": model, "input": "x", "dimensions": dimensions});
    assert_eq!(
        size(ask("Qwen/Qwen3-Embedding-8B", json!(null))).await,
        4096
    );
    assert_eq!(
        size(ask("Qwen/Qwen3-Embedding-4B", json!(null))).await,
        2560
    );
    assert_eq!(size(ask("Qwen/Qwen3-Embedding-0.6B", json!(64))).await, 64);
    assert_eq!(size(ask("Qwen/Qwen3-Embedding-0.6B", json!(2048))).await, 0);
    assert_eq!(size(ask("Qwen/Qwen3-Embedding-8B", json!(65))).await, 0);
    assert_eq!(size(ask(MODEL, json!(512))).await, 0);
}

#[tokio::test]
async fn inputs_are_texts_tokens_or_objects() {
    let simulator = start().await;
    let cases = [
        (json!([1, 2, 3]), 1, 3),
        (json!([[1, 2], [3]]), 2, 3),
        (json!([{"text": "abcd"}, "abcd"]), 2, 2),
        (json!({"image": "data:image/png;base64,AA"}), 1, 256),
    ];
    for (input, items, tokens) in cases {
        let body = json!({"model": "Qwen/Qwen3-VL-Embedding-8B", "input": input});
        let answer = post(&simulator, "alpha", PATH, &body).await.json();
        assert_eq!(answer["data"].as_array().unwrap().len(), items);
        assert_eq!(answer["usage"]["prompt_tokens"], tokens);
    }
}

#[tokio::test]
async fn bad_inputs_are_refused() {
    let simulator = start().await;
    let without = post(&simulator, "alpha", PATH, &json!({"model": MODEL})).await;
    assert_invalid(&without, "Field required");
    for input in [json!([]), json!(7), json!([null]), json!({})] {
        let body = json!({"model": MODEL, "input": input});
        assert_malformed(&post(&simulator, "alpha", PATH, &body).await);
    }
    let chat = json!({"model": super::MODEL, "input": "x"});
    assert_unknown_model(&post(&simulator, "alpha", PATH, &chat).await);
    let mut long = json!({"model": "BAAI/bge-large-zh-v1.5", "input": "x".repeat(4 * 512 + 4)});
    let answer = post(&simulator, "alpha", PATH, &long).await;
    let body = r#"{"code":20042,"message":"input must have less than 512 tokens","data":null}"#;
    assert_eq!((answer.status, answer.body.as_str()), (413, body));
    long["truncate"] = json!("right");
    assert_eq!(post(&simulator, "alpha", PATH, &long).await.status, 200);
}
