//! The simulator over the wire, as its users see it.

mod accounts;
mod batches;
mod chat;
mod completions;
mod control;
mod embeddings;
mod faults;
mod files;
mod hang_ups;
mod hostile;
mod images;
mod messages;
mod odd_answers;
mod owners;
mod prices;
mod raw_faults;
mod rerank;
mod speech;
mod streams;
mod systemone;
mod transcription;
mod video;
mod voices;

use std::fmt::Write as _;
use std::time::Duration;

use reqwest::Method;
use reqwest::header::{AUTHORIZATION, HeaderMap};
use serde_json::{Value, json};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;

use crate::{Account, Entry, Script, Simulator, sample_key};

/// Longer than anything here takes, shorter than a test run's patience.
const PATIENCE: Duration = Duration::from_secs(10);
const MODEL: &str = "deepseek-ai/DeepSeek-V3";

/// An answer read to its end.
struct Answer {
    status: u16,
    headers: HeaderMap,
    body: String,
}

impl Answer {
    fn json(&self) -> Value {
        serde_json::from_str(&self.body).unwrap()
    }

    fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name).map(|value| value.to_str().unwrap())
    }

    /// The JSON of all `data:` lines but `[DONE]`.
    fn events(&self) -> Vec<Value> {
        self.body
            .lines()
            .filter_map(|line| line.strip_prefix("data: "))
            .filter(|data| *data != "[DONE]")
            .map(|data| serde_json::from_str(data).unwrap())
            .collect()
    }
}

async fn start() -> Simulator {
    Simulator::start(Script::sample()).await.unwrap()
}

async fn start_with(account: Account) -> Simulator {
    Simulator::start(Script::with_accounts(vec![account]))
        .await
        .unwrap()
}

fn client() -> reqwest::Client {
    reqwest::Client::builder()
        .no_proxy()
        .redirect(reqwest::redirect::Policy::none())
        .build()
        .unwrap()
}

async fn send(
    simulator: &Simulator,
    (method, path): (Method, &str),
    key: &str,
    body: String,
) -> Answer {
    let url = format!("http://{}{path}", simulator.addr());
    let response = client()
        .request(method, url)
        .header(AUTHORIZATION, format!("Bearer {key}"))
        .header("content-type", "application/json")
        .body(body)
        .send()
        .await
        .unwrap();
    Answer {
        status: response.status().as_u16(),
        headers: response.headers().clone(),
        body: response.text().await.unwrap(),
    }
}

async fn get(simulator: &Simulator, path: &str) -> Answer {
    let key = sample_key("alpha");
    send(simulator, (Method::GET, path), &key, String::new()).await
}

async fn chat(simulator: &Simulator, body: &Value) -> Answer {
    chat_as(simulator, &sample_key("alpha"), body).await
}

async fn chat_as(simulator: &Simulator, key: &str, body: &Value) -> Answer {
    let target = (Method::POST, "/v1/chat/completions");
    send(simulator, target, key, body.to_string()).await
}

/// A JSON request of this account.
async fn post(simulator: &Simulator, account: &str, path: &str, body: &Value) -> Answer {
    let target = (Method::POST, path);
    send(simulator, target, &sample_key(account), body.to_string()).await
}

/// A GET of this account.
async fn get_as(simulator: &Simulator, account: &str, path: &str) -> Answer {
    let target = (Method::GET, path);
    send(simulator, target, &sample_key(account), String::new()).await
}

/// A part of a form: its name, its file name if it is a file, its content.
type FormPart<'a> = (&'a str, Option<&'a str>, &'a str);

/// A form of this account.
async fn post_form(
    simulator: &Simulator,
    account: &str,
    path: &str,
    parts: &[FormPart<'_>],
) -> Answer {
    let mut body = String::new();
    for (name, file_name, content) in parts {
        let file = file_name.map_or(String::new(), |file| format!("; filename=\"{file}\""));
        let head = format!("Content-Disposition: form-data; name=\"{name}\"{file}");
        write!(body, "--limit\r\n{head}\r\n\r\n{content}\r\n").unwrap();
    }
    body.push_str("--limit--\r\n");
    let response = client()
        .post(format!("http://{}{path}", simulator.addr()))
        .header(AUTHORIZATION, format!("Bearer {}", sample_key(account)))
        .header("content-type", "multipart/form-data; boundary=limit")
        .body(body)
        .send()
        .await
        .unwrap();
    Answer {
        status: response.status().as_u16(),
        headers: response.headers().clone(),
        body: response.text().await.unwrap(),
    }
}

/// 400 20015 with the general text.
fn assert_malformed(answer: &Answer) {
    assert_eq!(
        (answer.status, answer.body.as_str()),
        (
            400,
            r#"{"code":20015,"message":"The parameter is invalid. Please check again.","data":null}"#
        )
    );
}

/// 400 20015 with this text.
fn assert_invalid(answer: &Answer, message: &str) {
    assert_eq!(answer.status, 400, "{}", answer.body);
    let expected = json!({"code": 20015, "message": message, "data": null});
    assert_eq!(answer.json(), expected);
}

/// 400 20012.
fn assert_unknown_model(answer: &Answer) {
    assert_eq!(
        (answer.status, &answer.json()["code"]),
        (400, &json!(20012))
    );
}

/// A request that says "hello" to a model.
fn hello(model: &str, stream: bool) -> Value {
    json!({
        "model": model,
        "stream": stream,
        "messages": [{"role": "user", "content": "hello"}],
    })
}

/// Waits until all requests have ended and returns the entries.
async fn ended(simulator: &Simulator, count: usize) -> Vec<Entry> {
    let ledger = simulator.ledger();
    let all_ended = ledger
        .wait_for(
            |entries| entries.len() == count && entries.iter().all(|entry| entry.ended),
            PATIENCE,
        )
        .await;
    assert!(all_ended, "{:#?}", ledger.entries());
    ledger.entries()
}

/// A request as bytes, with alpha's key.
fn raw_request(body: &Value) -> String {
    let body = body.to_string();
    format!(
        "POST /v1/chat/completions HTTP/1.1\r\nhost: localhost\r\nauthorization: Bearer {}\r\ncontent-type: application/json\r\ncontent-length: {}\r\n\r\n{body}",
        sample_key("alpha"),
        body.len()
    )
}

/// Opens a connection and sends a request, without reading the answer.
async fn ask_raw(simulator: &Simulator, body: &Value) -> TcpStream {
    let mut socket = TcpStream::connect(simulator.addr()).await.unwrap();
    socket.set_nodelay(true).unwrap();
    socket
        .write_all(raw_request(body).as_bytes())
        .await
        .unwrap();
    socket
}

/// Reads until the bytes contain `needle`.
async fn read_until(socket: &mut TcpStream, needle: &str) -> String {
    let mut seen = Vec::new();
    let mut buffer = [0; 4096];
    loop {
        let read = socket.read(&mut buffer).await.unwrap();
        assert!(read > 0, "ended before {needle:?}");
        seen.extend_from_slice(&buffer[..read]);
        let text = String::from_utf8_lossy(&seen);
        if text.contains(needle) {
            return text.into_owned();
        }
    }
}
