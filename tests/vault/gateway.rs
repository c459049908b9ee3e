//! S20 (c) and F42 as a tool sees them: a gateway before a keyring that is
//! locked, or that dies.
//!
//! On several threads: a command is waited for on one of them, and the simulator,
//! which it asks about its keys, answers on another.

use std::io::{BufRead as _, BufReader, Write as _};
use std::process::{Child, Command, Output, Stdio};
use std::time::{Duration, Instant};

use flowkeep_simulator::{Script, Simulator, sample_key};
use flowkeep_tests::books::assert_balanced;
use flowkeep_tests::{MODEL, Rig};

use crate::desktop::Desktop;

/// Longer than the gateway's look at a locked vault, which is every two seconds.
const PATIENCE: Duration = Duration::from_secs(20);

struct Served {
    process: Child,
    address: String,
}

impl Drop for Served {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

fn flowkeep(desktop: &Desktop, upstream: &str, words: &[&str]) -> Command {
    let tests = std::env::current_exe().unwrap();
    let program = tests.ancestors().nth(2).unwrap().join("flowkeep");
    assert!(program.exists(), "run cargo build -p flowkeep-cli");
    let mut command = Command::new(program);
    command
        .args(words)
        .env_clear()
        .envs(desktop.environment())
        .env("FLOWKEEP_DATA_DIR", desktop.data_dir())
        .env("FLOWKEEP_VAULT", "keychain")
        .env("FLOWKEEP_UPSTREAM", upstream);
    command
}

fn serve(desktop: &Desktop, upstream: &str) -> Served {
    let mut process = flowkeep(desktop, upstream, &["serve"])
        .env("FLOWKEEP_PORT", "0")
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    let mut line = String::new();
    let output = process.stdout.take().unwrap();
    BufReader::new(output).read_line(&mut line).unwrap();
    let address = line.trim().strip_prefix("listening on ").unwrap();
    Served {
        process,
        address: address.to_owned(),
    }
}

async fn chat(client: &reqwest::Client, served: &Served, token: &str) -> reqwest::Response {
    client
        .post(format!("{}/v1/chat/completions", served.address))
        .bearer_auth(token)
        .header("content-type", "application/json")
        .body(Rig::chat_body(MODEL, false).to_string())
        .send()
        .await
        .unwrap()
}

/// `flowkeep keys import` of these keys.
fn import(desktop: &Desktop, upstream: &str, names: &[&str]) -> Output {
    let mut import = flowkeep(desktop, upstream, &["keys", "import", "-"])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let lines: Vec<_> = names.iter().map(|name| sample_key(name)).collect();
    // A program that refuses at once does not read.
    let _ = import
        .stdin
        .take()
        .unwrap()
        .write_all(lines.join("\n").as_bytes());
    import.wait_with_output().unwrap()
}

fn token(desktop: &Desktop, upstream: &str) -> String {
    let token = flowkeep(desktop, upstream, &["token"]).output().unwrap();
    assert!(token.status.success(), "{token:?}");
    String::from_utf8(token.stdout).unwrap().trim().to_owned()
}

/// F42: the keyring dies under a running gateway. Its keys go on working, an edit
/// says what is wrong and changes nothing, and all is well when it is back.
#[tokio::test(flavor = "multi_thread")]
async fn keys_that_serve_go_on_while_the_keyring_is_gone() {
    let simulator = Simulator::start(Script::sample()).await.unwrap();
    let upstream = simulator.base_url();
    let mut desktop = Desktop::unlocked();
    let both = import(&desktop, &upstream, &["alpha", "beta"]);
    assert!(both.status.success(), "{both:?}");
    let token = token(&desktop, &upstream);
    let client = reqwest::Client::builder().no_proxy().build().unwrap();
    let served = serve(&desktop, &upstream);
    simulator.ledger().clear();
    let mut chats = 0;
    let mut all_is_well = async || {
        for _ in 0..10 {
            let answer = chat(&client, &served, &token).await;
            assert_eq!(answer.status(), 200);
            answer.bytes().await.unwrap();
            chats += 1;
        }
    };
    all_is_well().await;

    desktop.kill_keyring();
    all_is_well().await;
    let begun = Instant::now();
    let refused = import(&desktop, &upstream, &["gamma"]);
    assert_eq!(refused.status.code(), Some(1), "{refused:?}");
    let words = String::from_utf8_lossy(&refused.stderr);
    assert!(words.contains("no keychain answers"), "{words}");
    assert!(begun.elapsed() < PATIENCE, "{:?}", begun.elapsed());
    all_is_well().await;

    desktop.start_keyring();
    assert!(import(&desktop, &upstream, &["gamma"]).status.success());
    all_is_well().await;
    let mut served = served;
    let pid = served.process.id().to_string();
    assert!(Command::new("kill").arg(pid).status().unwrap().success());
    assert!(served.process.wait().unwrap().success());
    let hits = simulator.ledger().entries();
    let hits = hits.iter().filter(|hit| hit.path != "/v1/models").count();
    assert_eq!(hits, chats, "each chat was asked once");
    let rows = assert_balanced(&desktop.data_dir());
    assert_eq!(rows, i64::try_from(chats).unwrap());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_locked_keyring_is_said_with_503_and_used_once_unlocked() {
    let simulator = Simulator::start(Script::sample()).await.unwrap();
    let upstream = simulator.base_url();
    let desktop = Desktop::unlocked();
    let imported = import(&desktop, &upstream, &["alpha"]);
    assert!(imported.status.success(), "{imported:?}");
    let token = token(&desktop, &upstream);
    desktop.lock();

    let client = reqwest::Client::builder().no_proxy().build().unwrap();
    let served = serve(&desktop, &upstream);
    let refused = chat(&client, &served, &token).await;
    assert_eq!(refused.status(), 503);
    assert_eq!(refused.headers()["x-flowkeep-error"], "vault_locked");
    assert!(refused.headers().contains_key("retry-after"));
    let stranger = chat(&client, &served, "fk-somebody-else").await;
    assert_eq!(stranger.status(), 401);

    desktop.unlock();
    let start = Instant::now();
    while chat(&client, &served, &token).await.status() != 200 {
        assert!(start.elapsed() < PATIENCE, "unlocking is not noticed");
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
}
