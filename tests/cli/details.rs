//! `flowkeep logs show`: one request with its attempts and, where they are kept, its
//! bodies.

use std::time::Instant;

use flowkeep_simulator::{Behaviour, Scope};
use serde_json::Value;

use crate::program::{Ended, PATIENCE, run};
use crate::world::{MODEL, World, sample_lines};

fn logs(world: &World, words: &[&str]) -> Ended {
    run(&mut world.command(&[&["logs"], words].concat()))
}

fn told(world: &World, words: &[&str]) -> String {
    let ended = logs(world, words);
    assert_eq!(ended.code, Some(0), "{words:?}: {ended:?}");
    ended.stdout
}

/// A good chat; its request id.
async fn chat(world: &World, address: &str, token: &str) -> String {
    let answer = world
        .chat(address, token, (MODEL, false))
        .await
        .expect("an answer");
    assert_eq!(answer.status(), 200);
    let id = answer.headers()["x-flowkeep-request-id"]
        .to_str()
        .expect("an id");
    let id = id.to_owned();
    answer.bytes().await.expect("the body");
    id
}

/// What is told of a request once it is in the log.
fn shown(world: &World, words: &[&str]) -> Value {
    let words = [&["show"], words, &["--json"]].concat();
    let begun = Instant::now();
    loop {
        let ended = logs(world, &words);
        if ended.code == Some(0) {
            return serde_json::from_str(&ended.stdout).expect("JSON");
        }
        assert!(begun.elapsed() < PATIENCE, "{ended:?}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_request_is_shown_with_all_that_was_tried() {
    let world = World::new().await;
    assert_eq!(world.import(&sample_lines(), &["--no-check"]).code, Some(0));
    let token = world.token();
    let (gateway, address) = world.serve();
    for account in ["alpha", "beta"] {
        world.simulator.set_behaviour(
            Scope::Account(account.into()),
            Behaviour::Code { code: 30_001 },
        );
    }
    let uuid = chat(&world, &address, &token).await;
    let found = shown(&world, &[&uuid]);
    assert_eq!(found["request"]["request_id"], uuid);
    assert_eq!(found["request"]["account"], "gamma");
    assert_eq!(found["bodies"], Value::Null);
    let attempts = found["attempts"].as_array().expect("attempts");
    let id = found["request"]["id"].to_string();
    assert!(told(&world, &[]).lines().any(|line| line.starts_with(&id)));

    let text = told(&world, &["show", &id]);
    assert_eq!(text, told(&world, &["show", &uuid]));
    for part in [
        "Success (HTTP 200)",
        MODEL,
        "chat/completions",
        " · Answered",
    ] {
        assert!(text.contains(part), "{part}: {text}");
    }
    assert_eq!(
        text.matches("402, code 30001").count(),
        attempts.len() - 1,
        "{text}"
    );
    let why = "The account had no balance left";
    assert_eq!(text.matches(why).count(), attempts.len() - 1, "{text}");
    assert!(!text.contains("bodies are kept"), "{text}");
    let none = logs(&world, &["show", &id, "--bodies"]);
    assert!(none.stderr.contains("--capture"), "{none:?}");

    let other = uuid::Uuid::now_v7().to_string();
    for (id, code) in [("999999", 1), (other.as_str(), 1), ("nonsense", 2)] {
        let ended = logs(&world, &["show", id]);
        assert_eq!(
            (ended.code, ended.stdout.as_str()),
            (Some(code), ""),
            "{id}"
        );
    }
    assert_eq!(gateway.stop().code, Some(0));
}

/// D17: kept only for who asked for it, read only by who says so, and removed.
#[tokio::test(flavor = "multi_thread")]
async fn bodies_are_kept_shown_and_removed() {
    let world = World::new().await;
    assert_eq!(world.import(&sample_lines(), &["--no-check"]).code, Some(0));
    let token = world.token();
    let (gateway, address) = world.serve();
    let set = |words: &[&str]| {
        let ended = run(&mut world.command(&[&["token", "set", "default"], words].concat()));
        assert_eq!(ended.code, Some(0), "{ended:?}");
        ended
    };
    let warned = set(&["--capture", "2h"]);
    assert!(warned.stdout.contains("bodies kept until 20"), "{warned:?}");
    assert!(
        warned.stderr.contains("plain text, each for 24 h"),
        "{warned:?}"
    );

    // A running gateway takes it up within a second.
    let begun = Instant::now();
    let (id, found) = loop {
        let uuid = chat(&world, &address, &token).await;
        let found = shown(&world, &[&uuid, "--bodies"]);
        if found["bodies"] != Value::Null {
            break (uuid, found);
        }
        assert!(begun.elapsed() < PATIENCE, "nothing is kept: {found}");
    };
    let asked = &found["bodies"]["request"];
    assert!(asked["text"].as_str().unwrap().contains("Hello"), "{asked}");
    let quiet = shown(&world, &[&id]);
    assert_eq!(quiet["bodies"]["request"]["text"], Value::Null);
    assert_eq!(quiet["bodies"]["request"]["bytes"], asked["bytes"]);
    let text = told(&world, &["show", &id]);
    assert!(text.contains("bodies are kept until 20"), "{text}");
    assert!(!text.contains("Hello"), "{text}");
    let text = told(&world, &["show", &id, "--bodies"]);
    assert!(
        text.contains("--- request ---") && text.contains("Hello"),
        "{text}"
    );

    let refused = logs(&world, &["clear-bodies"]);
    assert_eq!(refused.code, Some(2), "{refused:?}");
    assert!(refused.stderr.contains("--yes"), "{refused:?}");
    assert_ne!(shown(&world, &[&id])["bodies"], Value::Null);
    let removed = told(&world, &["clear-bodies", "--yes"]);
    assert!(removed.starts_with("removed the bodies of "), "{removed}");
    assert_eq!(shown(&world, &[&id])["bodies"], Value::Null);
    assert_eq!(
        told(&world, &["clear-bodies", "--yes"]),
        "removed the bodies of 0 requests"
    );

    let off = set(&["--capture", "off"]);
    assert!(!off.stdout.contains("bodies kept"), "{off:?}");
    assert_eq!(off.stderr, "");
    let wrong = run(&mut world.command(&["token", "set", "default", "--capture", "8d"]));
    assert_eq!(wrong.code, Some(2), "{wrong:?}");
    assert!(wrong.stderr.contains("--capture: "), "{wrong:?}");
    assert_eq!(gateway.stop().code, Some(0));
}
