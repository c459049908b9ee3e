//! S20 (c) as a tool sees it: a gateway before a locked keyring.

use std::io::{BufRead as _, BufReader};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use flowkeep_simulator::{Script, Simulator, sample_key};
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

#[tokio::test]
async fn a_locked_keyring_is_said_with_503_and_used_once_unlocked() {
    let simulator = Simulator::start(Script::sample()).await.unwrap();
    let upstream = simulator.base_url();
    let desktop = Desktop::unlocked();
    let mut import = flowkeep(&desktop, &upstream, &["keys", "import", "-"])
        .stdin(Stdio::piped())
        .stdout(Stdio::null())
        .spawn()
        .unwrap();
    let line = format!("{}\n", sample_key("alpha"));
    std::io::Write::write_all(&mut import.stdin.take().unwrap(), line.as_bytes()).unwrap();
    assert!(import.wait().unwrap().success());
    let token = flowkeep(&desktop, &upstream, &["token"]).output().unwrap();
    let token = String::from_utf8(token.stdout).unwrap().trim().to_owned();
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
