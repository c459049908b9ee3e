//! `kill -9` under load (F30): nothing that was acknowledged is lost.

use std::collections::HashSet;
use std::sync::Arc;
use std::time::{Duration, Instant};

use flowkeep_core::clock::SystemClock;
use flowkeep_core::store::Store;
use flowkeep_simulator::sample_key;
use tokio::task::JoinSet;

use crate::world::{MODEL, World, sample_lines};

const ROUNDS: u64 = 10;
const CLIENTS: usize = 4;
/// A batch is written every 100 ms; the rest is for a machine that is busy.
const BATCH: Duration = Duration::from_millis(600);
/// The largest batch (D11).
const LARGEST_BATCH: usize = 256;

/// An answer that a client has in full, and when it had it.
struct Acknowledged {
    request_id: String,
    at: Instant,
}

#[tokio::test(flavor = "multi_thread")]
async fn kill_9_loses_no_key_and_at_most_one_batch_of_records() {
    let world = Arc::new(World::new().await);
    assert_eq!(world.import(&sample_lines(), &["--no-check"]).code, Some(0));
    let token = world.token();
    let mut imported = 3;
    for round in 0..ROUNDS {
        let (gateway, address) = world.serve();
        let load = clients(&world, &address, &token);
        let key = sample_key(&format!("round{round}x"));
        assert_eq!(world.import(&key, &["--no-check"]).code, Some(0));
        imported += 1;
        // Moments that differ from round to round, the same in every run.
        let wait = Duration::from_millis(round * 389 % 900);
        tokio::time::sleep(wait).await;
        gateway.kill();
        let killed = Instant::now();
        let answers: Vec<_> = load.join_all().await.into_iter().flatten().collect();
        check_folder(&world, &answers, killed, imported);
    }
    assert_eq!(world.keys().len(), imported);
}

/// Clients that ask until nobody answers.
fn clients(world: &Arc<World>, address: &str, token: &str) -> JoinSet<Vec<Acknowledged>> {
    let mut load = JoinSet::new();
    for number in 0..CLIENTS {
        let (world, address, token) = (Arc::clone(world), address.to_owned(), token.to_owned());
        load.spawn(async move {
            let mut answers = Vec::new();
            let stream = number % 2 == 0;
            while let Ok(answer) = world.chat(&address, &token, (MODEL, stream)).await {
                assert_eq!(answer.status(), 200);
                let id = answer.headers()["x-flowkeep-request-id"].to_str();
                let request_id = id.expect("an id").to_owned();
                if answer.bytes().await.is_err() {
                    break;
                }
                answers.push(Acknowledged {
                    request_id,
                    at: Instant::now(),
                });
            }
            answers
        });
    }
    load
}

fn check_folder(world: &World, answers: &[Acknowledged], killed: Instant, keys: usize) {
    assert!(!answers.is_empty(), "there was load");
    let (store, warnings) =
        Store::open(world.folder(), Arc::new(SystemClock::new())).expect("it opens");
    assert!(warnings.is_empty(), "{warnings:?}");
    store.integrity_check().expect("both files are whole");
    assert_eq!(
        store.keys().expect("keys").len(),
        keys,
        "every acknowledged key is there"
    );
    let written = all_ids(&store);
    let missing: Vec<_> = answers
        .iter()
        .filter(|answer| !written.contains(&answer.request_id))
        .collect();
    assert!(
        missing.len() <= LARGEST_BATCH,
        "{} records are missing",
        missing.len()
    );
    for answer in missing {
        let before = killed.saturating_duration_since(answer.at);
        assert!(
            before < BATCH,
            "a record was lost {before:?} after its answer"
        );
    }
}

fn all_ids(store: &Store) -> HashSet<String> {
    let mut ids = HashSet::new();
    let mut before = None;
    loop {
        let rows = store.requests_page(before, 1_000).expect("rows");
        let Some(last) = rows.last() else {
            return ids;
        };
        before = Some(last.id);
        ids.extend(rows.iter().map(|row| row.record.request_id.to_string()));
    }
}
