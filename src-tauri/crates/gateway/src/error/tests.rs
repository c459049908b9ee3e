use super::*;
use http_body_util::BodyExt as _;

async fn body(response: Response<Body>) -> serde_json::Value {
    let bytes = response.into_body().collect().await.unwrap().to_bytes();
    serde_json::from_slice(&bytes).unwrap()
}

#[tokio::test]
async fn the_shape_is_that_of_the_protocol() {
    let refusal = Refusal::new(StatusCode::SERVICE_UNAVAILABLE, "no_keys", "import a key");
    let openai = refusal.clone().into_response();
    assert_eq!(openai.headers()[ERROR_HEADER], "no_keys");
    assert_eq!(
        body(openai).await,
        json!({"error": {"message": "import a key", "type": "api_error", "param": null, "code": "no_keys"}})
    );
    let anthropic = refusal.for_protocol(Protocol::Anthropic).into_response();
    assert_eq!(
        body(anthropic).await,
        json!({"type": "error", "error": {"type": "overloaded_error", "message": "import a key"}})
    );
}

#[test]
fn a_wait_is_told_in_whole_seconds_and_never_zero() {
    let mut refusal = Refusal::new(StatusCode::TOO_MANY_REQUESTS, "cooling_down", "later");
    refusal.retry_after = Some(Duration::from_millis(10));
    assert_eq!(refusal.into_response().headers()[header::RETRY_AFTER], "1");
}
