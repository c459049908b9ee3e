//! A data folder, a simulator before it, and a client.

use std::path::Path;
use std::process::Command;

use flowkeep_simulator::{Script, Simulator, sample_key};
use reqwest::{Client, Response};
use serde_json::{Value, json};
use tempfile::TempDir;

use crate::program::{Ended, Running, flowkeep, run, run_with_input};

pub(crate) const MODEL: &str = "deepseek-ai/DeepSeek-V3";

/// Everything a test needs but the program.
pub(crate) struct World {
    pub(crate) simulator: Simulator,
    folder: TempDir,
    client: Client,
}

impl World {
    /// Three sample accounts, and an empty data folder.
    pub(crate) async fn new() -> Self {
        Self {
            simulator: Simulator::start(Script::sample()).await.expect("a port"),
            folder: TempDir::new().expect("a temporary folder"),
            client: Client::builder().no_proxy().build().expect("a client"),
        }
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
        (model, stream): (&str, bool),
    ) -> reqwest::Result<Response> {
        let body = json!({
            "model": model,
            "stream": stream,
            "messages": [{"role": "user", "content": "Hello"}],
        });
        self.client
            .post(format!("http://{address}/v1/chat/completions"))
            .bearer_auth(token)
            .header("content-type", "application/json")
            .body(body.to_string())
            .send()
            .await
    }

    /// The status of a GET.
    pub(crate) async fn get(&self, url: &str) -> reqwest::Result<u16> {
        let answer = self.client.get(url).send().await?;
        Ok(answer.status().as_u16())
    }
}

/// The keys of the three sample accounts, with labels.
pub(crate) fn sample_lines() -> String {
    ["alpha", "beta", "gamma"]
        .map(|name| format!("{} {name}\n", sample_key(name)))
        .concat()
}
