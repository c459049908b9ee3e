//! `flowkeep token`: tokens are made, limited and revoked, beside a running gateway
//! as well.

use std::time::{Duration, Instant};

use serde_json::Value;

use crate::program::{Ended, PATIENCE, run};
use crate::world::{MODEL, World, sample_lines};

fn token(world: &World, words: &[&str]) -> Ended {
    let words: Vec<&str> = std::iter::once("token")
        .chain(words.iter().copied())
        .collect();
    run(&mut world.command(&words))
}

fn told(world: &World, words: &[&str]) -> String {
    let ended = token(world, words);
    assert_eq!(ended.code, Some(0), "{words:?}: {ended:?}");
    ended.stdout
}

fn refused(world: &World, words: &[&str], code: i32) -> String {
    let ended = token(world, words);
    assert_eq!(ended.code, Some(code), "{words:?}: {ended:?}");
    assert_eq!(ended.stdout, "", "{words:?}");
    ended.stderr
}

fn listed(world: &World) -> Vec<Value> {
    let json: Value = serde_json::from_str(&told(world, &["list", "--json"])).expect("JSON");
    json["clients"].as_array().expect("a list").clone()
}

#[tokio::test(flavor = "multi_thread")]
async fn tokens_are_made_changed_and_revoked() {
    let world = World::new().await;
    let default = world.token();
    let words = [
        "create",
        "Claude Code",
        "--models",
        "deepseek-ai/*,Qwen/Qwen3-8B",
        "--rpm",
        "30",
        "--budget-day",
        "5",
        "--budget-month",
        "50.5",
    ];
    let made = told(&world, &words);
    assert!(made.starts_with("fk-") && made.len() == 67, "{made}");
    assert_ne!(made, default);
    let table = told(&world, &["list"]);
    assert!(!table.contains(&made), "a token is shown once");
    let line = table.lines().find(|line| line.starts_with("Claude Code"));
    let line = line.expect("a line");
    for part in [
        "deepseek-ai/*,Qwen/Qwen3-8B",
        "30",
        "¥0 of ¥5",
        "¥0 of ¥50.5",
    ] {
        assert!(line.contains(part), "{line}");
    }
    told(
        &world,
        &[
            "set",
            "Claude Code",
            "--rpm",
            "0",
            "--models",
            "*",
            "--rename",
            "cc",
        ],
    );
    let client = listed(&world).pop().expect("a client");
    assert_eq!(client["name"], "cc");
    assert_eq!(client["limits"]["models"].as_array().map(Vec::len), Some(0));
    assert_eq!(client["limits"]["requests_per_minute"], Value::Null);
    assert_eq!(client["limits"]["budget"]["day_nano"], 5_000_000_000_i64);
    assert_eq!(client["limits"]["budget"]["currency"], "CNY");
    assert_eq!(told(&world, &["revoke", "cc"]), "revoked cc");
    assert!(!told(&world, &["list"]).contains("cc-"));
    assert_ne!(listed(&world)[1]["revoked_at_ms"], Value::Null);
    assert_eq!(world.token(), default, "the default one is as it was");
    let made = told(&world, &["create", "cc", "--json"]);
    let made: Value = serde_json::from_str(&made).expect("JSON");
    assert!(
        made["token"]
            .as_str()
            .is_some_and(|token| token.starts_with("fk-"))
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn what_cannot_be_is_refused() {
    let world = World::new().await;
    told(&world, &["create", "cursor"]);
    assert!(refused(&world, &["create", "cursor"], 1).contains("already"));
    assert!(refused(&world, &["revoke", "nobody"], 1).contains("token list"));
    assert!(refused(&world, &["create", "x", "--budget-day", "-1"], 2).contains("--budget-day"));
    assert!(refused(&world, &["create", "x", "--budget-day", "five"], 2).contains("--budget-day"));
    let message = refused(
        &world,
        &["create", "x", "--budget-day", "1", "--currency", "EUR"],
        1,
    );
    assert!(message.contains("CNY or USD"), "{message}");
    let pasted = format!("sk-test{}", "cli0".repeat(12));
    let message = refused(&world, &["create", &pasted], 1);
    assert!(!message.contains("cli0cli0"), "{message}");
}

/// What the user took away does not come back with the next start.
#[tokio::test(flavor = "multi_thread")]
async fn the_default_token_can_be_revoked_and_made_anew() {
    let world = World::new().await;
    assert_eq!(world.import(&sample_lines(), &["--no-check"]).code, Some(0));
    let before = world.token();
    told(&world, &["revoke", "default"]);
    assert!(refused(&world, &[], 1).contains("flowkeep token create default"));
    let (gateway, address) = world.serve();
    let answer = world.chat(&address, &before, (MODEL, false)).await.unwrap();
    assert_eq!(answer.status(), 401);
    let after = told(&world, &["create", "default"]);
    assert_ne!(after, before);
    until(&world, &address, &after, 200).await;
    assert_eq!(world.token(), after);
    gateway.stop();
}

/// A running gateway takes changes up by itself.
#[tokio::test(flavor = "multi_thread")]
async fn a_running_gateway_follows() {
    let world = World::new().await;
    assert_eq!(world.import(&sample_lines(), &["--no-check"]).code, Some(0));
    let (gateway, address) = world.serve();
    let made = told(&world, &["create", "cursor"]);
    until(&world, &address, &made, 200).await;
    told(&world, &["set", "cursor", "--models", "Qwen/*"]);
    until(&world, &address, &made, 403).await;
    told(&world, &["revoke", "cursor"]);
    until(&world, &address, &made, 401).await;
    gateway.stop();
}

/// `FLOWKEEP_API_KEY` goes before the token of the vault, and before its revocation.
#[tokio::test(flavor = "multi_thread")]
async fn a_token_of_the_environment_is_the_default_one() {
    let world = World::new().await;
    assert_eq!(world.import(&sample_lines(), &["--no-check"]).code, Some(0));
    let stored = world.token();
    told(&world, &["revoke", "default"]);
    let given = "given-by-the-environment";
    let mut command = world.serve_command(&[]);
    let (gateway, address) = crate::program::Running::serve(command.env("FLOWKEEP_API_KEY", given));
    let status = |token| {
        let chat = world.chat(&address, token, (MODEL, false));
        async { chat.await.expect("an answer").status().as_u16() }
    };
    assert_eq!(status(given).await, 200);
    assert_eq!(status(&stored).await, 401);
    // It has the limits of the default token, whatever became of that.
    let words = ["token", "set", "default", "--models", "Qwen/*"];
    let ended = run(world.command(&words).env("FLOWKEEP_API_KEY", given));
    assert_eq!(ended.code, Some(0), "{ended:?}");
    until(&world, &address, given, 403).await;
    gateway.stop();
}

/// Asks until the gateway has taken a change up, which it does within a second.
async fn until(world: &World, address: &str, token: &str, status: u16) {
    let begun = Instant::now();
    loop {
        let answer = world.chat(address, token, (MODEL, false)).await;
        let seen = answer.expect("an answer").status().as_u16();
        if seen == status {
            return;
        }
        assert!(begun.elapsed() < PATIENCE, "{seen} and not {status}");
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
}
