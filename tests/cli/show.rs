//! `flowkeep simulate` and `flowkeep demo`.

use std::path::PathBuf;
use std::sync::Arc;

use flowkeep_core::clock::SystemClock;
use flowkeep_core::store::{Store, UsageFilter};
use flowkeep_simulator::{Account, Script, sample_key};
use tempfile::TempDir;

use crate::program::{Running, flowkeep, run};
use crate::world::World;

#[tokio::test(flavor = "multi_thread")]
async fn the_simulator_tells_its_address_and_keys() {
    let world = World::new().await;
    let (simulator, address) = Running::serve(&mut flowkeep(&["simulate", "--port", "0"]));
    let base = address.strip_suffix("/v1").expect("a base URL");
    for name in ["alpha", "beta", "gamma"] {
        assert_eq!(
            simulator.line(),
            format!("key  {}  {name}", sample_key(name))
        );
    }
    let key = sample_key("alpha");
    let answer = world.chat(base, &key, ("Qwen/Qwen3-8B", false)).await;
    assert_eq!(answer.unwrap().status(), 200);
    assert_eq!(simulator.stop().code, Some(0));
}

#[test]
fn the_simulator_follows_a_script() {
    let folder = TempDir::new().unwrap();
    let path = folder.path().join("script.json");
    let script = Script::with_accounts(vec![Account::new("mine", sample_key("mine"))]);
    std::fs::write(&path, serde_json::to_string(&script).unwrap()).unwrap();
    let words = [
        "simulate",
        "--port",
        "0",
        "--script",
        path.to_str().unwrap(),
    ];
    let (simulator, _) = Running::serve(&mut flowkeep(&words));
    assert_eq!(
        simulator.line(),
        format!("key  {}  mine", sample_key("mine"))
    );
    simulator.stop();
    std::fs::write(&path, "{\"acounts\":[]}").unwrap();
    let ended = run(&mut flowkeep(&words));
    assert_eq!(ended.code, Some(2), "{ended:?}");
    assert!(ended.stderr.contains("acounts"), "{ended:?}");
}

/// Its line of output that begins like this, without the beginning.
fn told(demo: &Running, start: &str) -> String {
    let line = demo.line();
    let rest = line.strip_prefix(start);
    assert!(rest.is_some(), "not {start}: {line}");
    rest.unwrap_or_default().to_owned()
}

#[tokio::test(flavor = "multi_thread")]
async fn the_demo_answers_has_a_past_and_leaves_nothing_behind() {
    let world = World::new().await;
    let temporary = TempDir::new().unwrap();
    let home = TempDir::new().unwrap();
    let mut command = flowkeep(&["demo", "--port", "0"]);
    command
        .env("TMPDIR", temporary.path())
        .env("HOME", home.path());
    let (demo, address) = Running::serve(&mut command);
    let token = told(&demo, "token: ");
    let console = told(&demo, "console: ");
    assert!(console.starts_with(&format!("http://{address}/  user admin  password ")));
    assert!(told(&demo, "simulator: ").ends_with("/v1"));
    for model in ["Qwen/Qwen3-8B", "deepseek-ai/DeepSeek-V3.2"] {
        let answer = world.chat(&address, &token, (model, true)).await.unwrap();
        let text = answer.text().await.unwrap();
        assert!(text.contains("data: [DONE]"), "{text}");
    }
    let folder = only_entry(&temporary);
    let (store, _) = Store::open(&folder, Arc::new(SystemClock::new())).unwrap();
    assert_eq!(store.keys().unwrap().len(), 5);
    let usage = store
        .usage_sums(0, i64::MAX, &UsageFilter::default())
        .unwrap();
    assert!(usage.calls > 2_000, "a month has {} calls", usage.calls);
    drop(store);
    let ended = demo.stop();
    assert_eq!(ended.code, Some(0), "{ended:?}");
    assert_eq!(std::fs::read_dir(temporary.path()).unwrap().count(), 0);
    assert_eq!(std::fs::read_dir(home.path()).unwrap().count(), 0);
}

fn only_entry(folder: &TempDir) -> PathBuf {
    let entries: Vec<_> = std::fs::read_dir(folder.path())
        .expect("a folder")
        .map(|entry| entry.expect("an entry").path())
        .collect();
    assert_eq!(entries.len(), 1, "{entries:?}");
    entries.into_iter().next().expect("one entry")
}

/// Every command that the demo prints works as it is.
#[test]
fn the_printed_commands_work() {
    let temporary = TempDir::new().unwrap();
    let mut command = flowkeep(&["demo", "--port", "0"]);
    command.env("TMPDIR", temporary.path());
    let (demo, _) = Running::serve(&mut command);
    let mut answers = Vec::new();
    while answers.len() < 4 {
        let line = demo.line();
        if line.starts_with("curl ") {
            let quiet = format!("{line} --noproxy '*' -sS --fail");
            let output = std::process::Command::new("sh")
                .args(["-c", &quiet])
                .output();
            let output = output.expect("a shell");
            let error = String::from_utf8_lossy(&output.stderr);
            assert!(output.status.success(), "{line}: {error}");
            answers.push(String::from_utf8_lossy(&output.stdout).into_owned());
        }
    }
    assert!(answers[0].contains("You said: Hello"), "{}", answers[0]);
    assert!(
        answers[1].trim_end().ends_with("data: [DONE]"),
        "{}",
        answers[1]
    );
    assert!(
        answers[2].contains("\"type\":\"message\""),
        "{}",
        answers[2]
    );
    assert!(answers[3].contains("Qwen/Qwen3-8B"), "{}", answers[3]);
    demo.stop();
}
