//! The READMEs' own commands, as a reader copies them, before the demo.

use std::path::Path;
use std::process::Command;

use serde_json::Value;
use tempfile::TempDir;

use crate::program::{Running, flowkeep};

/// What the READMEs write for the address of the gateway.
const ADDRESS: &str = "http://localhost:7898";
/// What they write for the id that the answer before told.
const ID: &str = "REQUEST_ID";
/// Model names that tools send; each stands in an example (issue 3).
const NAMES: [&str; 6] = [
    "gpt-4o",
    "claude-3-sonnet-20240229",
    "text-embedding-ada-002",
    "dall-e-3",
    "tts-1",
    "whisper-1",
];
const ROUTES: [&str; 10] = [
    "chat/completions",
    "messages",
    "responses",
    "embeddings",
    "rerank",
    "images/generations",
    "audio/speech",
    "audio/transcriptions",
    "video/generations",
    "video/status",
];

#[test]
fn the_commands_of_the_readme_are_answered() {
    all_are_answered(&commands("README.md"));
}

#[test]
fn the_commands_of_the_chinese_readme_are_answered() {
    all_are_answered(&commands("README.zh-CN.md"));
}

/// So that a command that is not found cannot pass for one that works.
#[test]
fn both_readmes_have_the_same_examples_of_all_that_there_is() {
    let examples: Vec<String> = commands("README.md");
    let chinese = commands("README.zh-CN.md");
    // The first one greets in the reader's language.
    assert_eq!(examples[1..], chinese[1..]);
    let all = examples.join("\n");
    for name in NAMES {
        assert!(all.contains(&format!("{name}\"")) || all.contains(&format!("={name} ")));
    }
    for route in ROUTES {
        assert!(all.contains(&format!("{ADDRESS}/v1/{route} ")), "{route}");
    }
}

/// The curl commands in the shell blocks, each on one line.
fn commands(readme: &str) -> Vec<String> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
    let text = std::fs::read_to_string(root.join(readme)).expect("a README");
    let blocks = text.split("```sh\n").skip(1);
    let shell = blocks.filter_map(|block| block.split("\n```").next());
    let lines = shell.collect::<Vec<_>>().join("\n").replace("\\\n", " ");
    let commands = lines.lines().filter(|line| line.starts_with("curl "));
    let commands: Vec<String> = commands.map(str::to_owned).collect();
    assert!(!commands.is_empty(), "{readme} has no command");
    commands
}

fn all_are_answered(commands: &[String]) {
    let temporary = TempDir::new().expect("a temporary folder");
    let downloads = TempDir::new().expect("a temporary folder");
    let mut demo = flowkeep(&["demo", "--port", "0"]);
    demo.env("TMPDIR", temporary.path());
    let (demo, address) = Running::serve(&mut demo);
    let line = demo.line();
    let token = line.strip_prefix("token: ").expect("a token");
    let mut id = String::new();
    for command in commands {
        let here = command
            .replace(ADDRESS, &format!("http://{address}"))
            .replace("$(flowkeep token)", token)
            .replace(ID, &id);
        let mut shell = Command::new("sh");
        shell.current_dir(downloads.path()).env("TOKEN", token);
        let script = format!("{here} --noproxy '*' -sS -w '\\n%{{http_code}}'");
        let output = shell.args(["-c", &script]).output().expect("a shell");
        let said = String::from_utf8_lossy(&output.stdout);
        let (answer, status) = said.rsplit_once('\n').expect("a status");
        let error = String::from_utf8_lossy(&output.stderr);
        assert_eq!(status, "200", "{command}: {answer} {error}");
        if let Some(told) = told_id(answer) {
            id = told;
        }
    }
    let speech = std::fs::read(downloads.path().join("hello.mp3")).expect("the speech");
    assert!(!speech.is_empty());
    assert!(!id.is_empty(), "no video was asked for");
    demo.stop();
}

fn told_id(answer: &str) -> Option<String> {
    let json: Value = serde_json::from_str(answer).ok()?;
    json["requestId"].as_str().map(str::to_owned)
}
