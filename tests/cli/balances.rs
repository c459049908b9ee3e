//! `flowkeep keys refresh`, `set --balance`, `export`, and the list beside the
//! window's.

use std::path::Path;
use std::time::{Duration, Instant};

use flowkeep_simulator::{Account, Behaviour, Scope, UserInfoMode, sample_key};
use reqwest::Client;
use serde_json::{Value, json};

use crate::program::{Running, run};
use crate::world::{MODEL, World, sample_lines};

const PASSWORD: &str = "a test password";
const PATIENCE: Duration = Duration::from_secs(10);

/// A gateway whose console has a password.
fn serve(world: &World) -> (Running, String) {
    let mut command = world.serve_command(&[]);
    Running::serve(command.env("FLOWKEEP_ADMIN_PASSWORD", PASSWORD))
}

/// The keys as the backend of window and console tells them.
async fn window_keys(address: &str) -> Vec<Value> {
    let client = Client::builder().no_proxy().build().expect("a client");
    let answer = client
        .post(format!("http://{address}/admin/rpc/list_keys"))
        .basic_auth("admin", Some(PASSWORD))
        .header("content-type", "application/json")
        .body(json!({}).to_string())
        .send()
        .await
        .expect("an answer");
    let json: Value = serde_json::from_str(&answer.text().await.expect("a text")).expect("JSON");
    json["keys"].as_array().expect("a list of keys").clone()
}

async fn until(mut happens: impl AsyncFnMut() -> bool) -> bool {
    let begun = Instant::now();
    while !happens().await {
        if begun.elapsed() > PATIENCE {
            return false;
        }
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    true
}

/// Issue 4, done when 7: field by field the same, whatever the state.
#[tokio::test(flavor = "multi_thread")]
async fn the_list_is_that_of_the_window() {
    let world = World::new().await;
    let nobody = format!("{} nobody\n", sample_key("nobody"));
    assert_eq!(
        world.import(&(sample_lines() + &nobody), &["--force"]).code,
        Some(0)
    );
    let id = |n: usize| world.keys()[n]["id"].as_str().expect("an id").to_owned();
    let set = |words: &[&str]| {
        let ended = run(&mut world.command(&[&["keys"], words].concat()));
        assert_eq!(ended.code, Some(0), "{ended:?}");
    };
    set(&["disable", &id(1)]);
    set(&["set", &id(2), "--balance", "12.5", "--max-concurrency", "3"]);
    let (gateway, address) = serve(&world);
    let token = world.token();
    let limited = Behaviour::Status {
        status: 429,
        body: None,
        retry_after: Some(3_000),
    };
    for (account, behaviour) in [
        ("gamma", limited),
        ("alpha", Behaviour::Code { code: 30_001 }),
    ] {
        let scope = Scope::Account(account.to_owned());
        world.simulator.set_behaviour(scope, behaviour);
    }
    let answer = world.chat(&address, &token, (MODEL, false)).await;
    assert!(!answer.expect("an answer").status().is_success());

    // What was learnt is on disk a moment later.
    let same = until(async || window_keys(&address).await == world.keys()).await;
    let (window, list) = (window_keys(&address).await, world.keys());
    assert!(same, "{window:#?}\n{list:#?}");
    let states: Vec<&str> = list
        .iter()
        .map(|key| key["state"].as_str().expect("a state"))
        .collect();
    assert_eq!(states, ["exhausted", "disabled", "usable", "unauthorized"]);
    assert_eq!(list[2]["balance"]["source"], "manual");
    assert_eq!(list[2]["max_concurrency"], 3);
    assert!(list[2]["cooling"][0]["reason"]["next_retry_ms"].is_i64());

    let table = run(&mut world.command(&["keys", "list"])).stdout;
    let lines: Vec<&str> = table.lines().collect();
    for (line, words) in [
        (1, ["Out of balance", "unknown", "tried again in"]),
        (2, ["Switched off", "unknown", "You switched this key off"]),
        (3, ["Usable", "¥12.50 (manual · ", "Cooling down: "]),
        (4, ["Invalid", "unknown", "401"]),
    ] {
        for word in words {
            assert!(lines[line].contains(word), "{word:?} in {:?}", lines[line]);
        }
    }

    // Topped up, says a command; the gateway tries again.
    set(&["set", &id(0), "--balance", "20"]);
    let tried = until(async || {
        let window = window_keys(&address).await;
        window[0]["state"] == "usable" && window == world.keys()
    });
    assert!(tried.await, "{:#?}", window_keys(&address).await);
    gateway.stop();
}

/// The command asks by itself, and a running gateway takes up what it found.
#[tokio::test(flavor = "multi_thread")]
async fn a_refresh_works_beside_a_gateway_and_without_one() {
    let world = World::new().await;
    let later = format!("{} later\n", sample_key("later"));
    assert_eq!(
        world.import(&(sample_lines() + &later), &["--force"]).code,
        Some(0)
    );
    let refresh = |words: &[&str]| run(world.command(&["keys", "refresh"]).args(words));
    let ended = refresh(&[]);
    assert_eq!(ended.code, Some(0), "{ended:?}");
    assert_eq!(
        ended.stdout,
        "checked 4, valid 3, invalid 1, failed 0, changed 0\nbalances told 0, not told 4"
    );

    let (gateway, address) = serve(&world);
    assert_eq!(window_keys(&address).await[3]["state"], "unauthorized");
    world
        .simulator
        .set_account(Account::new("later", sample_key("later")));
    world.simulator.set_user_info_mode(UserInfoMode::Legacy200);
    let ended = refresh(&["--json"]);
    assert_eq!(ended.code, Some(0), "{ended:?}");
    let report: Value = serde_json::from_str(&ended.stdout).expect("JSON");
    assert_eq!(
        (&report["valid"], &report["balances"]),
        (&4.into(), &4.into())
    );
    let taken_up = until(async || {
        let keys = window_keys(&address).await;
        keys[3]["state"] == "usable" && keys[0]["balance"]["source"] == "reported"
    });
    assert!(taken_up.await, "{:#?}", window_keys(&address).await);

    // One of them, and one that there is not.
    let id = world.keys()[0]["id"].as_str().expect("an id").to_owned();
    let ended = refresh(&[&id]);
    assert!(ended.stdout.starts_with("checked 1, valid 1"), "{ended:?}");
    let ended = refresh(&[&id, "nobody"]);
    assert_eq!(ended.code, Some(1), "{ended:?}");
    assert!(ended.stderr.contains("nobody"), "{ended:?}");
    gateway.stop();

    let before = world.keys();
    world.simulator.stop().await;
    let ended = refresh(&[]);
    assert_eq!(ended.code, Some(1), "{ended:?}");
    assert!(
        ended
            .stdout
            .starts_with("checked 4, valid 0, invalid 0, failed 4")
    );
    let mut after = world.keys();
    for key in &mut after {
        assert_eq!(key["balance_failure"]["reason"], "unanswered");
        key["balance_failure"] = Value::Null;
    }
    assert_eq!(after, before);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_balance_is_typed_and_forgotten() {
    let world = World::new().await;
    assert_eq!(world.import(&sample_lines(), &[]).code, Some(0));
    let id = world.keys()[0]["id"].as_str().expect("an id").to_owned();
    let set = |words: &[&str]| run(world.command(&["keys", "set", &id]).args(words));
    assert_eq!(set(&["--balance", "-0.000000001"]).code, Some(0));
    assert_eq!(world.keys()[0]["balance"]["nano"], -1);
    let ended = set(&["--balance", "3", "--currency", "USD"]);
    assert_eq!(ended.code, Some(0), "{ended:?}");
    let balance = world.keys()[0]["balance"].clone();
    assert_eq!(
        (&balance["nano"], &balance["currency"], &balance["source"]),
        (&3_000_000_000_i64.into(), &"USD".into(), &"manual".into())
    );
    assert_eq!(set(&["--balance", "unknown"]).code, Some(0));
    assert_eq!(world.keys()[0]["balance"], Value::Null);
    let ended = set(&["--balance", "much"]);
    assert_eq!(ended.code, Some(2), "{ended:?}");
    assert!(ended.stderr.contains("--balance"), "{ended:?}");
    assert_eq!(set(&["--currency", "USD"]).code, Some(2));
    assert_eq!(set(&["--max-concurrency", "5"]).code, Some(0));
    assert_eq!(world.keys()[0]["max_concurrency"], 5);
    assert_eq!(set(&["--max-concurrency", "0"]).code, Some(0));
    assert_eq!(world.keys()[0]["max_concurrency"], Value::Null);
}

/// S27: keys leave for who says so, and a file of them is the owner's only.
#[tokio::test(flavor = "multi_thread")]
async fn keys_are_exported_for_who_says_so() {
    let world = World::new().await;
    assert_eq!(world.import(&sample_lines(), &[]).code, Some(0));
    let all = ["alpha", "beta", "gamma"].map(sample_key).join("\n");
    let export = |words: &[&str]| run(world.command(&["keys", "export"]).args(words));
    let ended = export(&[]);
    assert_eq!((ended.code, ended.stdout.as_str()), (Some(2), ""));
    assert!(ended.stderr.contains("--yes"), "{ended:?}");
    let ended = export(&["--yes"]);
    assert_eq!((ended.code, ended.stdout), (Some(0), all.clone()));

    let file = world.folder().join("keys.txt");
    let name = file.to_str().expect("a path");
    let ended = export(&[name]);
    assert_eq!((ended.code, ended.stdout.as_str()), (Some(0), ""));
    assert!(!ended.stderr.contains("sk-"), "{ended:?}");
    let written = std::fs::read_to_string(&file).expect("the file");
    assert_eq!(written.trim_end(), all);
    assert_private(&file);
    let ended = export(&[name]);
    assert_eq!(ended.code, Some(1), "{ended:?}");
    assert!(ended.stderr.contains("exists already"), "{ended:?}");
}

fn assert_private(file: &Path) {
    use std::os::unix::fs::PermissionsExt as _;
    let mode = std::fs::metadata(file).expect("the file").permissions();
    assert_eq!(mode.mode() & 0o777, 0o600);
}
