//! S37: an upstream that sends too much, too deep, or not what was asked for.
//! What it costs in memory is measured in `tests/memory`.

mod encodings;
mod framing;
mod heads;
mod shapes;
mod sizes;

use flowkeep_simulator::{Account, sample_key};
use flowkeep_tests::{BareUpstream, Rig, RigOptions};

const JSON: &str = "content-type: application/json\r\n";
const EVENTS: &str = "content-type: text/event-stream\r\n";

/// A gateway with one key before this upstream.
async fn before(upstream: &BareUpstream) -> Rig {
    Rig::with(RigOptions {
        upstream: Some(upstream.base_url()),
        ..RigOptions::with_accounts(vec![Account::new("one", sample_key("one"))])
    })
    .await
}

/// The gateway still answers.
async fn is_alive(rig: &Rig) -> bool {
    let answer = rig.client.get(rig.url("/health")).send().await;
    answer.is_ok_and(|answer| answer.status() == 200)
}

/// An answer with its length and this body.
fn answer(status: &str, headers: &str, body: &[u8]) -> Vec<u8> {
    let head = format!(
        "HTTP/1.1 {status}\r\n{headers}content-length: {}\r\n\r\n",
        body.len()
    );
    [head.as_bytes(), body].concat()
}
