//! `kill -9` under load (F30): nothing that was acknowledged is lost, nothing is
//! half there, and the sums are those of the rows.

use std::collections::HashSet;
use std::sync::Arc;
use std::thread::ScopedJoinHandle;
use std::time::{Duration, Instant};

use flowkeep_core::clock::SystemClock;
use flowkeep_core::store::Store;
use flowkeep_simulator::sample_key;
use flowkeep_tests::books::assert_balanced;
use serde_json::{Value, json};
use tokio::runtime::Builder;
use tokio::task::JoinSet;

use crate::lost_records::{Watch, check_records, clients};
use crate::program::Running;
use crate::world::{World, sample_lines};

/// Folders that are treated like this at the same time, and how often each.
const FOLDERS: u64 = 4;
const ROUNDS: u64 = 50;
/// Rounds of several commits, so that there is a last but one.
const LONG: Duration = Duration::from_secs(1);

/// What one folder must hold.
#[derive(Default)]
struct Promises {
    /// Keys that were acknowledged, and those that may be there as well.
    keys: usize,
    attempted: usize,
    /// The last setting that was acknowledged, and one that may have come after.
    setting: u64,
    next_setting: u64,
    kills: u64,
    /// Records that were lost, and those that had to be there.
    lost: usize,
    owed: usize,
}

/// A moment after the load began that differs from round to round, the same in
/// every run. Some rounds are long enough for several batches.
fn moment(folder: u64, round: u64) -> Duration {
    if round % 10 == 9 {
        return LONG;
    }
    let mixed = (folder * ROUNDS + round + 1).wrapping_mul(0x9E37_79B9_7F4A_7C15);
    Duration::from_millis((mixed >> 40) % 300)
}

/// Two hundred of them.
#[test]
fn kill_9_loses_nothing_that_was_acknowledged() {
    let begun = Instant::now();
    let folders: Vec<Promises> = std::thread::scope(|scope| {
        let threads: Vec<_> = (0..FOLDERS)
            .map(|folder| {
                scope.spawn(move || {
                    let mut runtime = Builder::new_multi_thread();
                    let runtime = runtime.worker_threads(2).enable_all().build();
                    runtime.expect("a runtime").block_on(kill_again(folder))
                })
            })
            .collect();
        let ended = threads.into_iter().map(ScopedJoinHandle::join);
        ended.map(|promises| promises.expect("they hold")).collect()
    });
    let sum = |of: fn(&Promises) -> usize| -> usize { folders.iter().map(of).sum() };
    let (lost, owed) = (sum(|one| one.lost), sum(|one| one.owed));
    let kills: u64 = folders.iter().map(|one| one.kills).sum();
    println!(
        "{kills} kills in {:?}: {lost} records were lost, {owed} could not be",
        begun.elapsed()
    );
    assert_eq!(kills, FOLDERS * ROUNDS);
}

async fn kill_again(folder: u64) -> Promises {
    let world = Arc::new(World::new().await);
    assert_eq!(world.import(&sample_lines(), &["--no-check"]).code, Some(0));
    let token = world.token();
    let mut promises = Promises {
        keys: 3,
        attempted: 3,
        ..Promises::default()
    };
    for round in 0..ROUNDS {
        let (gateway, address) = world.serve_administered();
        let load = clients(&address, &token);
        let watch = Watch::begin(world.folder());
        edit(&world, &address, &mut promises, (folder, round)).await;
        let unanswered = begin_edits(&world, &address, (folder, round), &mut promises);
        tokio::time::sleep(moment(folder, round)).await;
        kill(gateway, &mut promises);
        let commits = watch.end();
        take_late_answers(unanswered, &mut promises).await;
        let answers = load.join_all().await;
        check_folder(&world, &promises);
        let found = check_records(world.folder(), &answers, &commits);
        promises.lost += found.lost;
        promises.owed += found.owed;
    }
    assert!(promises.owed > 0, "nothing was shown to be owed");
    let keys = world.keys();
    assert!(
        keys.iter().all(|key| key["state"] != "unreadable"),
        "{keys:?}"
    );
    promises
}

fn kill(gateway: Running, promises: &mut Promises) {
    gateway.kill();
    promises.kills += 1;
}

fn new_key(kind: &str, (folder, round): (u64, u64)) -> Value {
    let key = sample_key(&format!("{kind}{folder}n{round}x"));
    json!({"text": key, "validate": false, "force": false})
}

/// A key and a setting that are acknowledged before the kill.
async fn edit(world: &World, address: &str, promises: &mut Promises, at: (u64, u64)) {
    let answer = world
        .rpc(address, "import_keys", &new_key("done", at))
        .await;
    let (status, report) = answer.expect("an answer");
    assert_eq!((status, &report["added"]), (200, &json!(1)), "{report}");
    promises.keys += 1;
    promises.attempted += 1;
    promises.setting = promises.next_setting + 1;
    let setting = json!({"queue_length": promises.setting});
    let answer = world.rpc(address, "update_settings", &setting).await;
    assert_eq!(answer.expect("an answer").0, 200);
}

/// A key and a setting that the kill may come before, in the middle of, or after.
fn begin_edits(
    world: &Arc<World>,
    address: &str,
    at: (u64, u64),
    promises: &mut Promises,
) -> JoinSet<Option<&'static str>> {
    promises.attempted += 1;
    promises.next_setting = promises.setting + 1;
    let setting = json!({"queue_length": promises.next_setting});
    let mut unanswered = JoinSet::new();
    for (command, body) in [
        ("import_keys", new_key("late", at)),
        ("update_settings", setting),
    ] {
        let (world, address) = (Arc::clone(world), address.to_owned());
        unanswered.spawn(async move {
            let answer = world.rpc(&address, command, &body).await;
            answer.ok().filter(|(status, _)| *status == 200)?;
            Some(command)
        });
    }
    unanswered
}

async fn take_late_answers(unanswered: JoinSet<Option<&'static str>>, promises: &mut Promises) {
    for answered in unanswered.join_all().await.into_iter().flatten() {
        match answered {
            "import_keys" => promises.keys += 1,
            _ => promises.setting = promises.next_setting,
        }
    }
}

/// What was acknowledged is there, and nothing that nobody asked for.
fn check_folder(world: &World, promises: &Promises) {
    let (store, warnings) =
        Store::open(world.folder(), Arc::new(SystemClock::new())).expect("it opens");
    assert!(warnings.is_empty(), "{warnings:?}");
    store.integrity_check().expect("both files are whole");
    let keys = store.keys().expect("keys").len();
    assert!(
        (promises.keys..=promises.attempted).contains(&keys),
        "{keys} keys, {} were acknowledged",
        promises.keys
    );
    drop(store);
    let path = world.folder().join("settings.toml");
    let text = std::fs::read_to_string(path).expect("settings");
    let allowed = [promises.setting, promises.next_setting];
    let found = allowed.map(|value| text.contains(&format!("queue_length = {value}\n")));
    assert!(found[0] || found[1], "neither of {allowed:?} in {text}");
    assert_balanced(world.folder());
}

/// The program that imports is killed: all of its keys are in, or none is, and
/// each that is can be used.
#[tokio::test(flavor = "multi_thread")]
async fn an_import_that_is_killed_is_in_or_out() {
    const KEYS: usize = 60;
    let world = World::new().await;
    let text = |round: u32| -> String {
        let line = |n| sample_key(&format!("r{round}n{n}x"));
        (0..KEYS).map(line).collect::<Vec<_>>().join("\n")
    };
    let whole = Instant::now();
    assert_eq!(world.import(&text(0), &["--no-check"]).code, Some(0));
    let whole = whole.elapsed();
    let mut ends = HashSet::new();
    for round in 1..=8_u32 {
        let before = world.keys().len();
        let mut command = world.command(&["keys", "import", "--no-check"]);
        let import = Running::start(&mut command, &text(round));
        // From the beginning to its last moments, and after them.
        tokio::time::sleep(whole * round / 7).await;
        import.kill();
        let keys = world.keys();
        assert!(
            keys.iter().all(|key| key["state"] != "unreadable"),
            "a key without its secret"
        );
        let added = keys.len() - before;
        assert!(added == 0 || added == KEYS, "{added} of {KEYS}");
        ends.insert(added);
        // And nothing is in the way of the next one.
        assert_eq!(world.import(&text(round), &["--no-check"]).code, Some(0));
        assert_eq!(world.keys().len(), before + KEYS);
    }
    println!("keys that a killed import had added: {ends:?}");
}
