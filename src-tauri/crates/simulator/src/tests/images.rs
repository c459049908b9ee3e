use serde_json::{Value, json};

use super::{assert_invalid, assert_malformed, assert_unknown_model, client, ended, post, start};
use crate::{Script, Simulator, Work};

const PATH: &str = "/v1/images/generations";
const MODEL: &str = "Qwen/Qwen-Image";

fn cat(model: &str) -> Value {
    json!({"model": model, "prompt": "a cat", "image_size": "1328x1328", "seed": 42})
}

#[tokio::test]
async fn a_picture_has_an_address_that_works() {
    let simulator = start().await;
    let answer = post(&simulator, "alpha", PATH, &cat(MODEL)).await;
    let json = answer.json();
    let url = json["images"][0]["url"].as_str().unwrap();
    let expected = format!(
        r#"{{"images":[{{"url":"{url}"}}],"timings":{{"inference":0.936}},"seed":42,"created":{},"data":[{{"url":"{url}"}}]}}"#,
        json["created"]
    );
    assert_eq!(answer.body, expected);
    let picture = client().get(url).send().await.unwrap();
    assert_eq!(picture.headers()["content-type"], "image/png");
    assert!(picture.bytes().await.unwrap().starts_with(b"\x89PNG\r\n"));
    let (address, _) = url.split_once("?expires=").unwrap();
    let late = client()
        .get(format!("{address}?expires=1"))
        .send()
        .await
        .unwrap();
    assert_eq!(late.status(), 403, "the address has ended");
    let entry = ended(&simulator, 1).await.remove(0);
    assert_eq!(entry.work.images, 1, "the download is another host's");
    assert_eq!(entry.cost_nano, 300_000_000);
}

#[tokio::test]
async fn several_pictures_cost_as_many() {
    let simulator = start().await;
    let mut body = cat(MODEL);
    body["batch_size"] = json!(3);
    let answer = post(&simulator, "alpha", PATH, &body).await.json();
    assert_eq!(answer["images"].as_array().unwrap().len(), 3);
    let entry = ended(&simulator, 1).await.remove(0);
    let work = Work {
        images: 3,
        ..Work::default()
    };
    assert_eq!((entry.work, entry.cost_nano), (work, 900_000_000));
}

#[tokio::test]
async fn the_documented_fields_can_be_all_there_is() {
    let script = Script {
        image_data: false,
        ..Script::sample()
    };
    let simulator = Simulator::start(script).await.unwrap();
    let answer = post(&simulator, "alpha", PATH, &cat(MODEL)).await;
    assert!(answer.body.ends_with(r#""seed":42}"#), "{}", answer.body);
}

#[tokio::test]
async fn bad_pictures_are_refused_and_free() {
    let simulator = start().await;
    let without = post(&simulator, "alpha", PATH, &json!({"model": MODEL})).await;
    assert_invalid(&without, "Field required");
    for (field, value) in [
        ("image_size", json!("large")),
        ("batch_size", json!(5)),
        ("seed", json!(10_000_000_000_u64)),
        ("guidance_scale", json!(21)),
    ] {
        let mut body = cat(MODEL);
        body[field] = value;
        assert_malformed(&post(&simulator, "alpha", PATH, &body).await);
    }
    let mut wrong = cat(MODEL);
    wrong["batch_size"] = json!("2");
    let wrong = post(&simulator, "alpha", PATH, &wrong).await;
    assert_invalid(&wrong, "batch_size: Input should be a valid integer");
    for model in ["baidu/ERNIE-Image-Turbo", "dall-e-3"] {
        assert_unknown_model(&post(&simulator, "alpha", PATH, &cat(model)).await);
    }
    let old = post(&simulator, "alpha", "/v1/image/generations", &cat(MODEL)).await;
    assert_eq!((old.status, old.body.as_str()), (404, "Not Found"));
    let failed = post(&simulator, "alpha", PATH, &cat("sim/status:503")).await;
    assert_eq!(failed.status, 503);
    assert_eq!(simulator.ledger().totals().work, Work::default());
}
