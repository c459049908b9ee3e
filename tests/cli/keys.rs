//! `flowkeep keys …`, with and without a gateway on the same folder.

use std::time::{Duration, Instant};

use flowkeep_simulator::sample_key;

use crate::program::run;
use crate::world::{MODEL, World, sample_lines};

#[tokio::test(flavor = "multi_thread")]
async fn import_list_and_remove_go_round() {
    let world = World::new().await;
    let ended = world.import(&sample_lines(), &[]);
    assert_eq!(ended.code, Some(0), "{ended:?}");
    assert_eq!(ended.stdout, "added 3, known 0, rejected 0");
    let keys = world.keys();
    let labels: Vec<_> = keys
        .iter()
        .map(|key| key["label"].as_str().unwrap())
        .collect();
    assert_eq!(labels, ["alpha", "beta", "gamma"]);
    assert!(keys.iter().all(|key| key["state"] == "usable"), "{keys:?}");

    let table = run(&mut world.command(&["keys", "list"])).stdout;
    let lines: Vec<&str> = table.lines().collect();
    assert_eq!(lines.len(), 4, "{table}");
    assert!(
        lines[0].starts_with("ID ") && lines[1].contains("alpha") && lines[1].contains("Usable")
    );
    assert!(!table.contains(&sample_key("alpha")));

    let id = keys[1]["id"].as_str().unwrap();
    let ended = run(world.command(&["keys", "remove"]).args([id, "no-such-id"]));
    assert_eq!(ended.code, Some(1), "{ended:?}");
    assert_eq!(ended.stdout, "removed 1");
    assert!(ended.stderr.contains("no-such-id"), "{ended:?}");
    let labels: Vec<_> = world
        .keys()
        .iter()
        .map(|key| key["label"].clone())
        .collect();
    assert_eq!(labels, ["alpha", "gamma"]);
    // The secret is gone as well: the same key is new again.
    let ended = world.import(&sample_lines(), &[]);
    assert_eq!(ended.stdout, "added 1, known 2, rejected 0");
}

#[tokio::test(flavor = "multi_thread")]
async fn an_empty_list_is_a_list() {
    let world = World::new().await;
    let ended = run(&mut world.command(&["keys", "list"]));
    assert_eq!((ended.code, ended.stdout.as_str()), (Some(0), ""));
    assert!(ended.stderr.contains("flowkeep keys import"), "{ended:?}");
    assert!(world.keys().is_empty());
}

#[tokio::test(flavor = "multi_thread")]
async fn keys_are_switched_and_changed() {
    let world = World::new().await;
    assert_eq!(world.import(&sample_lines(), &[]).code, Some(0));
    let ids: Vec<_> = world
        .keys()
        .iter()
        .map(|key| key["id"].as_str().unwrap().to_owned())
        .collect();
    let keys = |words: &[&str]| run(&mut world.command(&[&["keys"], words].concat()));
    let ended = keys(&["disable", &ids[0], &ids[1], "nobody"]);
    assert_eq!((ended.code, ended.stdout.as_str()), (Some(1), "changed 2"));
    assert!(ended.stderr.contains("nobody"), "{ended:?}");
    assert_eq!(keys(&["enable", &ids[1]]).stdout, "changed 1");
    let ended = keys(&[
        "set",
        &ids[2],
        "--label",
        "third",
        "--weight",
        "5",
        "--account",
        "team",
        "--site",
        "com",
    ]);
    assert_eq!((ended.code, ended.stdout.as_str()), (Some(0), "changed 1"));
    let told: Vec<_> = world
        .keys()
        .iter()
        .map(|key| {
            (
                key["label"].clone(),
                key["enabled"].clone(),
                key["state"].clone(),
            )
        })
        .collect();
    assert_eq!(told[0], ("alpha".into(), false.into(), "disabled".into()));
    assert_eq!(told[1], ("beta".into(), true.into(), "usable".into()));
    let third = &world.keys()[2];
    assert_eq!(
        (&third["label"], &third["account"]),
        (&"third".into(), &"team".into())
    );
    assert_eq!(
        (&third["weight"], &third["site"]["name"]),
        (&5.into(), &"com".into())
    );
    // Nothing to change, too heavy, and no site at all.
    assert_eq!(keys(&["set", &ids[2]]).code, Some(2));
    assert_eq!(keys(&["set", &ids[2], "--weight", "1001"]).code, Some(1));
    let ended = keys(&["set", &ids[2], "--site", "org"]);
    assert!(ended.stderr.contains("cn, com"), "{ended:?}");
}

/// The gateway sees what other processes changed (within two seconds).
#[tokio::test(flavor = "multi_thread")]
async fn a_running_gateway_takes_up_what_the_commands_change() {
    let world = World::new().await;
    let (gateway, address) = world.serve();
    let token = world.token();
    let status = async || {
        let answer = world.chat(&address, &token, (MODEL, false)).await.unwrap();
        answer.status().as_u16()
    };
    assert_eq!(status().await, 503, "no keys yet");

    let key = sample_key("alpha");
    assert_eq!(world.import(&key, &[]).code, Some(0));
    assert!(within(Duration::from_secs(2), async || status().await == 200).await);

    let id = world.keys()[0]["id"].as_str().unwrap().to_owned();
    assert_eq!(
        run(world.command(&["keys", "remove"]).arg(&id)).code,
        Some(0)
    );
    assert!(within(Duration::from_secs(2), async || status().await == 503).await);
    gateway.stop();
}

async fn within(time: Duration, mut happens: impl AsyncFnMut() -> bool) -> bool {
    let begun = Instant::now();
    loop {
        if happens().await {
            return true;
        }
        if begun.elapsed() > time {
            return false;
        }
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
}
