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
    assert_eq!(status(&world, &address, &made).await, 200);
    told(&world, &["set", "cursor", "--models", "Qwen/*"]);
    until(&world, &address, &made, 403).await;
    told(&world, &["revoke", "cursor"]);
    until(&world, &address, &made, 401).await;
    gateway.stop();
}

/// Behind an address that is not the vendor's, too: it is billed as siliconflow.cn.
#[tokio::test(flavor = "multi_thread")]
async fn a_budget_holds_behind_any_upstream_and_across_a_restart() {
    let world = World::new().await;
    assert_eq!(world.import(&sample_lines(), &["--no-check"]).code, Some(0));
    let bound = told(&world, &["create", "cursor", "--budget-month", "0.0001"]);
    let free = world.token();
    let (gateway, address) = world.serve();
    let mut answers = Vec::new();
    while answers.last() != Some(&429) {
        let answer = world.chat(&address, &bound, (MODEL, false)).await;
        let answer = answer.expect("an answer");
        answers.push(answer.status().as_u16());
        answer.bytes().await.expect("a body");
        assert!(answers.len() < 100, "the budget never ends: {answers:?}");
    }
    assert_eq!(answers.iter().filter(|&&status| status != 200).count(), 1);
    until(&world, &address, &free, 200).await;
    gateway.stop();
    let (gateway, address) = world.serve();
    let again = world.chat(&address, &bound, (MODEL, false)).await;
    assert_eq!(again.expect("an answer").status().as_u16(), 429);
    until(&world, &address, &free, 200).await;
    gateway.stop();
}

/// The first request with a token that was made a moment ago is served, also beside
/// others that show wrong ones.
#[tokio::test(flavor = "multi_thread")]
async fn a_new_token_is_known_at_once() {
    let world = World::new().await;
    assert_eq!(world.import(&sample_lines(), &["--no-check"]).code, Some(0));
    let (gateway, address) = world.serve();
    for round in 0..4 {
        let made = told(&world, &["create", &format!("tool {round}")]);
        let wrong = format!("fk-{round:064}");
        let (first, second, guess) = tokio::join!(
            status(&world, &address, &made),
            status(&world, &address, &made),
            status(&world, &address, &wrong),
        );
        assert_eq!((first, second, guess), (200, 200, 401), "round {round}");
    }
    told(&world, &["revoke", "default"]);
    let anew = told(&world, &["create", "default"]);
    assert_eq!(status(&world, &address, &anew).await, 200);
    gateway.stop();
}

/// A command that reaches another vault than the gateway's (its own file is gone
/// here) reads, and neither makes nor shows a token that nothing accepts.
#[tokio::test(flavor = "multi_thread")]
async fn a_command_with_another_vault_leaves_the_default_token_alone() {
    let world = World::new().await;
    assert_eq!(world.import(&sample_lines(), &["--no-check"]).code, Some(0));
    let (gateway, address) = world.serve();
    let token = world.token();
    let [vault, elsewhere] = ["vault.age", "elsewhere"].map(|name| world.folder().join(name));
    std::fs::rename(&vault, &elsewhere).expect("the vault is moved");
    told(&world, &["list"]);
    world.keys();
    let said = refused(&world, &[], 1);
    assert!(said.contains("is not in this vault"), "{said}");
    std::fs::rename(&elsewhere, &vault).expect("the vault is back");
    // The gateway has taken up all that was before once it knows this one.
    let made = told(&world, &["create", "cursor"]);
    assert_eq!(status(&world, &address, &made).await, 200);
    until(&world, &address, &token, 200).await;
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
    assert_eq!(status(&world, &address, given).await, 200);
    assert_eq!(status(&world, &address, &stored).await, 401);
    // It has the limits of the default token, whatever became of that.
    let words = ["token", "set", "default", "--models", "Qwen/*"];
    let ended = run(world.command(&words).env("FLOWKEEP_API_KEY", given));
    assert_eq!(ended.code, Some(0), "{ended:?}");
    until(&world, &address, given, 403).await;
    gateway.stop();
}

/// What a chat with this token is answered.
async fn status(world: &World, address: &str, token: &str) -> u16 {
    let answer = world.chat(address, token, (MODEL, false)).await;
    answer.expect("an answer").status().as_u16()
}

/// Asks until the gateway has taken a change up, which it does within a second.
async fn until(world: &World, address: &str, token: &str, wanted: u16) {
    let begun = Instant::now();
    loop {
        let seen = status(world, address, token).await;
        if seen == wanted {
            return;
        }
        assert!(begun.elapsed() < PATIENCE, "{seen} and not {wanted}");
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
}
