//! A data folder, a simulator before it, and a client.

use std::path::Path;
use std::process::Command;

use flowkeep_simulator::{Script, Simulator, sample_key};
use reqwest::{Client, Response};
use serde_json::{Value, json};
use tempfile::TempDir;

use crate::disk::Disk;
use crate::program::{Ended, Running, flowkeep, run, run_with_input};

pub(crate) const MODEL: &str = "deepseek-ai/DeepSeek-V3";
/// Of the admin surface, where a test uses it.
const PASSWORD: &str = "the password of the tests";

/// Everything a test needs but the program.
pub(crate) struct World {
    pub(crate) simulator: Simulator,
    /// What the folder lies on, when it is a disk of its own; goes before it.
    disk: Option<Disk>,
    folder: TempDir,
    client: Client,
}

impl World {
    /// Three sample accounts, and an empty data folder.
    pub(crate) async fn new() -> Self {
        Self {
            simulator: Simulator::start(Script::sample()).await.expect("a port"),
            disk: None,
            folder: TempDir::new().expect("a temporary folder"),
            client: Client::builder().no_proxy().build().expect("a client"),
        }
    }

    /// As [`World::new`], with the folder on a disk of this many MiB.
    pub(crate) async fn on_a_disk_of(mebibytes: u32) -> Self {
        let mut world = Self::new().await;
        world.disk = Some(Disk::mount(world.folder(), mebibytes));
        world
    }

    /// The disk of [`World::on_a_disk_of`].
    pub(crate) fn disk(&self) -> &Disk {
        self.disk.as_ref().expect("a disk of its own")
    }

    /// The data folder.
    pub(crate) fn folder(&self) -> &Path {
        self.folder.path()
    }

    /// A command on the data folder, with the file vault and the simulator.
    pub(crate) fn command(&self, words: &[&str]) -> Command {
        let mut command = flowkeep(words);
        command.args(["--vault", "file", "--upstream", &self.simulator.base_url()]);
        command.arg("--data-dir").arg(self.folder());
        command.env("HOME", self.folder());
        command
    }

    /// `flowkeep serve` on a free port, unless the words name one.
    pub(crate) fn serve_command(&self, words: &[&str]) -> Command {
        let mut command = self.command(&["serve"]);
        if !words.contains(&"--port") {
            command.args(["--port", "0"]);
        }
        command.args(words);
        command
    }

    /// A running gateway whose commands can be called by [`World::rpc`].
    pub(crate) fn serve_administered(&self) -> (Running, String) {
        let mut command = self.serve_command(&[]);
        Running::serve(command.env("FLOWKEEP_ADMIN_PASSWORD", PASSWORD))
    }

    /// A running gateway and its address.
    pub(crate) fn serve(&self) -> (Running, String) {
        Running::serve(&mut self.serve_command(&[]))
    }

    /// Imports these lines from stdin.
    pub(crate) fn import(&self, text: &str, words: &[&str]) -> Ended {
        run_with_input(self.command(&["keys", "import"]).args(words), text)
    }

    /// The keys as `keys list --json` tells them.
    pub(crate) fn keys(&self) -> Vec<Value> {
        let ended = run(self.command(&["keys", "list"]).arg("--json"));
        assert_eq!(ended.code, Some(0), "{ended:?}");
        let json: Value = serde_json::from_str(&ended.stdout).expect("JSON");
        json["keys"].as_array().expect("a list of keys").clone()
    }

    /// What `flowkeep token` prints.
    pub(crate) fn token(&self) -> String {
        let ended = run(&mut self.command(&["token"]));
        assert_eq!(ended.code, Some(0), "{ended:?}");
        ended.stdout
    }

    /// A chat, up to the head of the answer.
    pub(crate) async fn chat(
        &self,
        address: &str,
        token: &str,
        what: (&str, bool),
    ) -> reqwest::Result<Response> {
        chat(&self.client, address, token, what).await
    }

    /// Calls a command of the console; status and answer.
    pub(crate) async fn rpc(
        &self,
        address: &str,
        command: &str,
        body: &Value,
    ) -> reqwest::Result<(u16, Value)> {
        let answer = self
            .client
            .post(format!("http://{address}/admin/rpc/{command}"))
            .basic_auth("admin", Some(PASSWORD))
            .header("content-type", "application/json")
            .body(body.to_string())
            .send()
            .await?;
        let status = answer.status().as_u16();
        let text = answer.text().await?;
        Ok((status, serde_json::from_str(&text).unwrap_or(Value::Null)))
    }

    /// What `/health` says.
    pub(crate) async fn health(&self, address: &str) -> Value {
        let answer = self.client.get(format!("http://{address}/health"));
        let answer = answer.send().await.expect("an answer");
        let text = answer.text().await.expect("a body");
        serde_json::from_str(&text).expect("JSON")
    }

    /// The status of a GET.
    pub(crate) async fn get(&self, url: &str) -> reqwest::Result<u16> {
        let answer = self.client.get(url).send().await?;
        Ok(answer.status().as_u16())
    }
}

/// A chat over a client of one's own, up to the head of the answer.
pub(crate) async fn chat(
    client: &Client,
    address: &str,
    token: &str,
    (model, stream): (&str, bool),
) -> reqwest::Result<Response> {
    let body = json!({
        "model": model,
        "stream": stream,
        "messages": [{"role": "user", "content": "Hello"}],
    });
    client
        .post(format!("http://{address}/v1/chat/completions"))
        .bearer_auth(token)
        .header("content-type", "application/json")
        .body(body.to_string())
        .send()
        .await
}

/// The keys of the three sample accounts, with labels.
pub(crate) fn sample_lines() -> String {
    ["alpha", "beta", "gamma"]
        .map(|name| format!("{} {name}\n", sample_key(name)))
        .concat()
}
