use serde_json::{Value, json};

use super::{assert_invalid, assert_malformed, assert_unknown_model, ended, post, start};

const PATH: &str = "/v1/rerank";
const MODEL: &str = "BAAI/bge-reranker-v2-m3";

fn ask() -> Value {
    json!({"model": MODEL, "query": "red apple", "documents": ["banana", "a red apple", "apple"]})
}

#[tokio::test]
async fn documents_are_sorted_and_counted() {
    let simulator = start().await;
    let answer = post(&simulator, "alpha", PATH, &ask()).await;
    let id = answer.json()["id"].clone();
    let tokens = r#""input_tokens":16,"output_tokens":0,"image_tokens":0"#;
    let expected = format!(
        r#"{{"id":{id},"results":[{{"index":1,"relevance_score":0.99}},{{"index":2,"relevance_score":0.5}},{{"index":0,"relevance_score":0.01}}],"meta":{{"tokens":{{{tokens}}},"billed_units":{{{tokens},"search_units":0,"classifications":0}}}}}}"#
    );
    assert_eq!(answer.body, expected);
    assert_eq!(id.as_str().unwrap().len(), 32);
    let entry = ended(&simulator, 1).await.remove(0);
    assert_eq!(entry.told.unwrap().prompt, 16);
}

#[tokio::test]
async fn documents_come_back_when_asked_for() {
    let simulator = start().await;
    let mut body = ask();
    body["return_documents"] = json!(true);
    body["top_n"] = json!(1);
    body["documents"][1] = json!({"text": "a red apple"});
    let answer = post(&simulator, "alpha", PATH, &body).await.json();
    let first = json!([{"index": 1, "document": {"text": "a red apple"}, "relevance_score": 0.99}]);
    assert_eq!(answer["results"], first);
}

#[tokio::test]
async fn bad_rankings_are_refused() {
    let simulator = start().await;
    for missing in ["model", "query", "documents"] {
        let mut body = ask();
        body.as_object_mut().unwrap().remove(missing);
        assert_invalid(
            &post(&simulator, "alpha", PATH, &body).await,
            "Field required",
        );
    }
    for documents in [json!([]), json!([7]), json!([{}])] {
        let mut body = ask();
        body["documents"] = documents;
        assert_malformed(&post(&simulator, "alpha", PATH, &body).await);
    }
    let mut body = ask();
    body["model"] = json!("BAAI/bge-m3");
    assert_unknown_model(&post(&simulator, "alpha", PATH, &body).await);
}
