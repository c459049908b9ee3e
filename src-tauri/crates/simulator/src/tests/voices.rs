use serde_json::json;

use super::{
    assert_invalid, assert_malformed, assert_unknown_model, get, get_as, post, post_form, start,
    start_with,
};
use crate::{Account, Script, Simulator, sample_key};

const MODEL: &str = "FunAudioLLM/CosyVoice2-0.5B";
const UPLOAD: &str = "/v1/uploads/audio/voice";

async fn uploaded(simulator: &Simulator, account: &str, name: &str) -> String {
    let parts = [
        ("model", None, MODEL),
        ("customName", None, name),
        ("text", None, "hello"),
        ("file", Some("a.mp3"), "sound"),
    ];
    let answer = post_form(simulator, account, UPLOAD, &parts).await;
    assert_eq!(answer.status, 200, "{}", answer.body);
    answer.json()["uri"].as_str().unwrap().to_owned()
}

#[tokio::test]
async fn a_voice_is_uploaded_listed_and_deleted() {
    let simulator = start().await;
    let first = uploaded(&simulator, "alpha", "v1").await;
    let parts: Vec<&str> = first.split(':').collect();
    assert_eq!((parts[0], parts[1], parts.len()), ("speech", "v1", 4));
    assert!(
        parts[2].starts_with("cm") && parts[2].len() == 25,
        "{first}"
    );
    assert!(parts[3].len() == 20 && parts[3].bytes().all(|byte| byte.is_ascii_lowercase()));
    let json_body = json!({"model": MODEL, "customName": "v2", "text": "hi", "audio": "data:audio/mpeg;base64,AAAA"});
    let second = post(&simulator, "alpha", UPLOAD, &json_body).await.json();
    let list = get(&simulator, "/v1/audio/voice/list").await;
    let expected = format!(
        r#"{{"result":[{{"model":"{MODEL}","customName":"v2","text":"hi","uri":{}}},{{"model":"{MODEL}","customName":"v1","text":"hello","uri":"{first}"}}]}}"#,
        second["uri"]
    );
    assert_eq!(list.body, expected);
    let body = json!({"uri": first});
    let deleted = post(&simulator, "alpha", "/v1/audio/voice/deletions", &body).await;
    assert_eq!((deleted.status, deleted.body.as_str()), (200, r#""""#));
    let again = post(&simulator, "alpha", "/v1/audio/voice/deletions", &body).await;
    assert_malformed(&again);
    let list = get(&simulator, "/v1/audio/voice/list").await.json();
    assert_eq!(list["result"].as_array().unwrap().len(), 1);
    assert!(simulator.ledger().misdirected().is_empty());
}

#[tokio::test]
async fn a_voice_belongs_to_the_account_not_to_the_key() {
    let mut alpha = Account::new("alpha", sample_key("alpha"));
    alpha.keys.push(sample_key("other"));
    let beta = Account::new("beta", sample_key("beta"));
    let script = Script::with_accounts(vec![alpha, beta]);
    let simulator = Simulator::start(script).await.unwrap();
    let uri = uploaded(&simulator, "alpha", "v").await;
    let body = json!({"uri": uri});
    let foreign = post(&simulator, "beta", "/v1/audio/voice/deletions", &body).await;
    assert_malformed(&foreign);
    let list = get_as(&simulator, "beta", "/v1/audio/voice/list").await;
    assert_eq!(list.body, r#"{"result":[]}"#);
    let own = post(&simulator, "other", "/v1/audio/voice/deletions", &body).await;
    assert_eq!(own.status, 200);
    let wrong = simulator.ledger().misdirected();
    assert_eq!(wrong.len(), 1);
    assert_eq!(
        (wrong[0].account.as_deref(), wrong[0].resource()),
        (Some("beta"), Some(uri.as_str()))
    );
    // The owner is known after the voice is gone.
    post(&simulator, "beta", "/v1/audio/voice/deletions", &body).await;
    assert_eq!(simulator.ledger().misdirected().len(), 2);
}

#[tokio::test]
async fn uploads_without_their_parts_are_refused() {
    let simulator = start().await;
    let whole = json!({"model": MODEL, "customName": "v", "text": "t", "audio": "data:audio/wav;base64,AA"});
    for missing in ["model", "customName", "text", "audio"] {
        let mut body = whole.clone();
        body.as_object_mut().unwrap().remove(missing);
        let answer = post(&simulator, "alpha", UPLOAD, &body).await;
        assert_invalid(&answer, "Field required");
    }
    let mut wrong = whole.clone();
    wrong["audio"] = json!("http://127.0.0.1/a.mp3");
    assert_malformed(&post(&simulator, "alpha", UPLOAD, &wrong).await);
    let mut chat = whole.clone();
    chat["model"] = json!(super::MODEL);
    assert_unknown_model(&post(&simulator, "alpha", UPLOAD, &chat).await);
    let unverified = Account {
        verified: false,
        ..Account::new("alpha", sample_key("alpha"))
    };
    let strict = start_with(unverified).await;
    assert_eq!(post(&strict, "alpha", UPLOAD, &whole).await.status, 403);
}

#[tokio::test]
async fn the_list_can_be_named_as_in_the_documentation() {
    let script = Script {
        voice_results: true,
        ..Script::sample()
    };
    let simulator = Simulator::start(script).await.unwrap();
    let list = get(&simulator, "/v1/audio/voice/list").await;
    assert_eq!(list.body, r#"{"results":[]}"#);
}
