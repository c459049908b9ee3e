//! D8: voices, files, batches and videos stay with the account that made them.

mod asking;
mod clients;
mod isolation;
mod lists;
mod mixture;
mod owners;

use std::time::Instant;

use flowkeep_core::vault::VaultChoice;
use flowkeep_simulator::{Account, NANO, sample_key};
use flowkeep_tests::{Rig, RigOptions, Seen};
use http::Method;
use serde_json::{Value, json};

const BOUNDARY: &str = "flowkeep-test-boundary";
const ACCOUNTS: [&str; 3] = ["alpha", "beta", "gamma"];

/// Three accounts that take turns, with money for everything.
fn options() -> RigOptions {
    let account =
        |name: &str| Account::new(name, sample_key(name)).with_balance(1_000 * NANO, 1_000 * NANO);
    RigOptions {
        settings: "strategy = \"round-robin\"\n".to_owned(),
        vault: VaultChoice::File,
        ..RigOptions::with_accounts(ACCOUNTS.map(account).to_vec())
    }
}

/// Somebody who sends requests.
struct Asker<'a> {
    rig: &'a Rig,
    token: Option<String>,
}

impl<'a> Asker<'a> {
    /// With the default token.
    fn new(rig: &'a Rig) -> Self {
        let token = Some(rig.token.clone());
        Self { rig, token }
    }

    async fn send(&self, method: Method, path: &str, body: Option<(&str, String)>) -> Seen {
        let mut request = self.rig.client.request(method, self.rig.url(path));
        if let Some(token) = &self.token {
            request = request.bearer_auth(token);
        }
        if let Some((content_type, body)) = body {
            request = request.header("content-type", content_type).body(body);
        }
        let sent = Instant::now();
        Seen::read(request.send().await.expect("an HTTP answer"), sent).await
    }

    async fn get(&self, path: &str) -> Seen {
        self.send(Method::GET, path, None).await
    }

    async fn post(&self, path: &str, body: &Value) -> Seen {
        let body = ("application/json", body.to_string());
        self.send(Method::POST, path, Some(body)).await
    }

    /// The id of a new file.
    async fn new_file(&self) -> String {
        let seen = self
            .send(Method::POST, "/v1/files", Some(file_form()))
            .await;
        text_at(&seen, &["data", "id"])
    }

    /// The URI of a new voice.
    async fn new_voice(&self) -> String {
        text_at(
            &self.post("/v1/uploads/audio/voice", &voice()).await,
            &["uri"],
        )
    }

    /// The id of a new batch.
    async fn new_batch(&self, file: &str) -> String {
        text_at(&self.post("/v1/batches", &batch(file)).await, &["id"])
    }

    /// The request of a new video.
    async fn new_video(&self) -> String {
        text_at(
            &self.post("/v1/video/submit", &video()).await,
            &["requestId"],
        )
    }
}

/// A text in a good answer.
fn text_at(seen: &Seen, path: &[&str]) -> String {
    assert_eq!(seen.status, 200, "{}", seen.text());
    let answer = seen.json();
    let value = path.iter().fold(&answer, |value, name| &value[name]);
    value.as_str().expect("a text").to_owned()
}

fn file_form() -> (&'static str, String) {
    let line = json!({"custom_id": "1", "method": "POST", "url": "/v1/chat/completions",
        "body": {"model": "deepseek-ai/DeepSeek-V3", "messages": [{"role": "user", "content": "hi"}]}});
    let body = format!(
        "--{BOUNDARY}\r\ncontent-disposition: form-data; name=\"purpose\"\r\n\r\nbatch\r\n\
         --{BOUNDARY}\r\ncontent-disposition: form-data; name=\"file\"; filename=\"r.jsonl\"\r\n\
         content-type: application/jsonl\r\n\r\n{line}\n\r\n--{BOUNDARY}--\r\n"
    );
    ("multipart/form-data; boundary=flowkeep-test-boundary", body)
}

fn voice() -> Value {
    json!({"model": "FunAudioLLM/CosyVoice2-0.5B", "customName": "mine", "text": "hello",
        "audio": "data:audio/mpeg;base64,AAAA"})
}

fn speech(uri: &str) -> Value {
    json!({"model": "FunAudioLLM/CosyVoice2-0.5B", "input": "hi", "voice": uri})
}

fn batch(file: &str) -> Value {
    json!({"input_file_id": file, "endpoint": "/v1/chat/completions", "completion_window": "24h"})
}

fn video() -> Value {
    json!({"model": "Wan-AI/Wan2.2-T2V-A14B", "prompt": "a cat", "image_size": "1280x720"})
}

/// The id of a file that an account made without Flowkeep.
async fn file_made_elsewhere(rig: &Rig, account: &str) -> String {
    let (content_type, body) = file_form();
    text_at(
        &elsewhere(rig, account, "/files", (content_type, body)).await,
        &["data", "id"],
    )
}

/// A request that an account made without Flowkeep.
async fn elsewhere(rig: &Rig, account: &str, path: &str, body: (&str, String)) -> Seen {
    let url = format!("{}{path}", rig.simulator.base_url());
    let request = rig.client.post(url).bearer_auth(sample_key(account));
    let request = request.header("content-type", body.0).body(body.1);
    let sent = Instant::now();
    Seen::read(request.send().await.expect("an HTTP answer"), sent).await
}

async fn made_elsewhere(rig: &Rig, account: &str, path: &str, body: &Value, id: &str) -> String {
    let body = ("application/json", body.to_string());
    text_at(&elsewhere(rig, account, path, body).await, &[id])
}

/// Ids in a list, in its order.
fn ids(seen: &Seen, id: &str) -> Vec<String> {
    assert_eq!(seen.status, 200, "{}", seen.text());
    let answer = seen.json();
    let items = [&answer["result"], &answer["data"]["data"], &answer["data"]]
        .into_iter()
        .find_map(Value::as_array)
        .expect("a list");
    let text = |item: &Value| item[id].as_str().expect("an id").to_owned();
    items.iter().map(text).collect()
}
