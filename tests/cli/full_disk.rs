//! F32: there is no room on the disk. Requests are answered all the same, what
//! is to be written waits, the user is told, and nothing is damaged.

use std::time::{Duration, Instant};

use flowkeep_simulator::sample_key;
use flowkeep_tests::books::{assert_balanced, usage_number};
use serde_json::{Value, json};

use crate::program::{run, run_with_input};
use crate::world::{MODEL, World, sample_lines};

const DISK_MIB: u32 = 8;
const PATIENCE: Duration = Duration::from_secs(30);
const COUNT: &str = "SELECT count(*) FROM requests";

/// So many chats, four at a time, all of them good.
async fn chat(world: &World, address: &str, token: &str, count: usize) {
    let quarter = async |chats: usize| {
        for number in 0..chats {
            let stream = number % 2 == 0;
            let answer = world.chat(address, token, (MODEL, stream)).await;
            let answer = answer.expect("an answer");
            assert_eq!(answer.status(), 200);
            let text = answer.text().await.expect("a whole body");
            assert!(text.contains("You said: Hello") || text.contains("[DONE]"));
        }
    };
    let each = count / 4;
    tokio::join!(quarter(each), quarter(each), quarter(each), quarter(each));
}

/// Waits until `/health` is as wanted, and returns it.
async fn health_becomes(world: &World, address: &str, wanted: &str) -> Value {
    let begun = Instant::now();
    loop {
        let health = world.health(address).await;
        if health["status"] == wanted {
            return health;
        }
        assert!(begun.elapsed() < PATIENCE, "not {wanted}: {health}");
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
}

/// Waits until so many rows are on disk.
async fn rows_become(world: &World, count: i64) {
    let begun = Instant::now();
    while usage_number(world.folder(), COUNT) != count {
        assert!(begun.elapsed() < PATIENCE, "not {count} rows");
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn requests_are_answered_and_their_rows_wait_for_room() {
    let world = World::on_a_disk_of(DISK_MIB).await;
    assert_eq!(world.import(&sample_lines(), &["--no-check"]).code, Some(0));
    let (gateway, address) = world.serve_administered();
    let token = world.token();
    chat(&world, &address, &token, 40).await;
    rows_become(&world, 40).await;

    world.disk().fill();
    chat(&world, &address, &token, 400).await;
    let health = health_becomes(&world, &address, "degraded").await;
    let trouble = health["database"].as_str().expect("words");
    assert!(trouble.contains("full"), "{trouble}");
    assert_eq!(health["dropped_records"], 0, "they wait");
    keys_are_shown(&world);
    chat(&world, &address, &token, 40).await;
    edits_are_refused_whole(&world, &address).await;

    world.disk().free();
    health_becomes(&world, &address, "ok").await;
    rows_become(&world, 480).await;
    chat(&world, &address, &token, 20).await;
    let ended = gateway.stop();
    assert_eq!(ended.code, Some(0), "{ended:?}");
    assert_eq!(assert_balanced(world.folder()), 500, "nothing was lost");
    assert_eq!(
        world.import(&sample_key("late"), &["--no-check"]).code,
        Some(0)
    );
    assert_eq!(world.keys().len(), 4);
}

/// What stands on the disk can be read, with one word about what cannot be done.
fn keys_are_shown(world: &World) {
    world.disk().fill();
    let ended = run(&mut world.command(&["keys", "list", "--json"]));
    assert_eq!(ended.code, Some(0), "{ended:?}");
    let list: Value = serde_json::from_str(&ended.stdout).expect("JSON");
    let keys = list["keys"].as_array().expect("a list of keys");
    assert_eq!(keys.len(), 3);
    assert!(
        keys.iter().all(|key| key["state"] != "unreadable"),
        "{list}"
    );
    let warning = "the disk of the data folder is full or read-only";
    assert!(ended.stderr.contains(warning), "{ended:?}");
    let ended = run(&mut world.command(&["token"]));
    assert_eq!((ended.code, ended.stdout.is_empty()), (Some(0), false));
}

/// Many keys: there is no room for them in any corner of the files.
fn many_keys() -> String {
    let lines = (0..3_000).map(|n| sample_key(&format!("late{n}x")));
    lines.collect::<Vec<_>>().join("\n")
}

/// Neither keys nor settings are half written, and what is wrong is said.
async fn edits_are_refused_whole(world: &World, address: &str) {
    world.disk().fill();
    let settings = world.folder().join("settings.toml");
    let before = std::fs::read(&settings).ok();
    let body = json!({"queue_length": 7});
    let answer = world.rpc(address, "update_settings", &body).await;
    let (status, answer) = answer.expect("an answer");
    // A page may have become free meanwhile.
    if status >= 400 {
        assert_eq!(
            (status, &answer["code"]),
            (503, &json!("storage")),
            "{answer}"
        );
        let words = answer["message"].as_str().expect("words");
        assert!(words.contains("make room on the disk"), "{words}");
        assert_eq!(before, std::fs::read(&settings).ok(), "{answer}");
    } else {
        let text = std::fs::read_to_string(&settings).expect("settings");
        assert!(text.ends_with("# end of settings\n"), "{text}");
    }

    world.disk().fill();
    let body = json!({"text": many_keys(), "validate": false, "force": false});
    let answer = world.rpc(address, "import_keys", &body).await;
    let (status, answer) = answer.expect("an answer");
    assert!(status >= 400, "{status} {answer}");
    let words = answer["message"].as_str().expect("words");
    assert!(words.contains("full") || words.contains("space"), "{words}");
    let mut import = world.command(&["keys", "import", "--no-check"]);
    let ended = run_with_input(&mut import, &many_keys());
    assert_eq!(ended.code, Some(1), "{ended:?}");
    assert!(
        ended.stderr.contains("full") || ended.stderr.contains("space"),
        "{ended:?}"
    );
    let (_, list) = world
        .rpc(address, "list_keys", &json!({}))
        .await
        .expect("a list");
    let keys = list["keys"].as_array().expect("keys").len();
    assert_eq!(keys, 3, "no key is half in");
}

/// What cannot be written until the end is counted, and the program ends.
#[tokio::test(flavor = "multi_thread")]
async fn what_is_lost_at_the_end_is_counted_and_said() {
    let world = World::on_a_disk_of(DISK_MIB).await;
    assert_eq!(world.import(&sample_lines(), &["--no-check"]).code, Some(0));
    let (gateway, address) = world.serve();
    let token = world.token();
    chat(&world, &address, &token, 40).await;
    rows_become(&world, 40).await;
    world.disk().fill();
    chat(&world, &address, &token, 400).await;
    health_becomes(&world, &address, "degraded").await;
    let ended = gateway.stop();
    assert_eq!(ended.code, Some(0), "{ended:?}");
    world.disk().free();
    let written = assert_balanced(world.folder());
    let missing = 440 - written;
    assert!(missing > 0, "the disk was full");
    let said = ended
        .stderr
        .lines()
        .any(|line| line.contains(&format!("{missing} ")));
    assert!(
        said,
        "{missing} records are missing without a word: {ended:?}"
    );
    // A start on the same folder finds nothing wrong with it.
    let (again, address) = world.serve();
    chat(&world, &address, &token, 4).await;
    assert_eq!(again.stop().code, Some(0));
    assert_eq!(assert_balanced(world.folder()), written + 4);
    let list = run(&mut world.command(&["keys", "list"]));
    assert_eq!(list.code, Some(0), "{list:?}");
}
