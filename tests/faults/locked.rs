//! F34: another program keeps a database to itself, longer than anybody waits
//! for it. Requests neither wait nor fail, and their rows are written after.

use std::io::{BufRead as _, BufReader, Write as _};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use flowkeep_contract::{Empty, Event, ImportKeysRequest, Topic};
use flowkeep_simulator::{Behaviour, Scope, sample_key};
use flowkeep_tests::books::{assert_balanced, usage_number};
use flowkeep_tests::{MODEL, PATIENCE, Rig, RigOptions, Seen};
use futures_util::stream::{self, StreamExt as _};
use tokio::sync::broadcast::Receiver;

use crate::ledger::{key, serves};

const COUNT: &str = "SELECT count(*) FROM requests";

/// The shell of SQLite, with a database that nobody else can write.
struct Holder {
    shell: Child,
}

impl Holder {
    fn of(database: &Path) -> Self {
        let mut shell = Command::new("sqlite3")
            .arg(database)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .expect("sqlite3 is installed (package sqlite3)");
        let orders = ".timeout 5000\nBEGIN EXCLUSIVE;\nSELECT 'held';\n";
        let mut input = shell.stdin.take().expect("a pipe");
        input.write_all(orders.as_bytes()).expect("it listens");
        let mut told = String::new();
        let output = shell.stdout.take().expect("a pipe");
        BufReader::new(output)
            .read_line(&mut told)
            .expect("it answers");
        assert_eq!(told, "held\n");
        shell.stdin = Some(input);
        Self { shell }
    }

    /// Lets go of it.
    fn release(mut self) {
        let mut input = self.shell.stdin.take().expect("it was kept");
        input.write_all(b"COMMIT;\n.quit\n").expect("it listens");
        drop(input);
        assert!(self.shell.wait().expect("our own child").success());
    }
}

impl Drop for Holder {
    fn drop(&mut self) {
        // It has ended already, unless the test failed.
        let _ = self.shell.kill();
        let _ = self.shell.wait();
    }
}

async fn chats(rig: &Rig, count: usize) -> Vec<Seen> {
    stream::iter(0..count)
        .map(|number| rig.ask_chat(MODEL, number % 2 == 0))
        .buffer_unordered(8)
        .collect()
        .await
}

/// Waits until the disk is in trouble, or no longer.
async fn trouble_becomes(rig: &Rig, wanted: bool) -> Option<String> {
    let begun = Instant::now();
    loop {
        let trouble = rig.app.storage_trouble();
        if trouble.is_some() == wanted {
            return trouble;
        }
        let patient = begun.elapsed() < Duration::from_secs(30);
        assert!(patient, "the trouble is {trouble:?}");
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
}

/// Waits until the windows are told to read the status again.
async fn status_is_told(events: &mut Receiver<Event>) {
    let told = async {
        loop {
            let event = events.recv().await.expect("no window lags behind");
            let is_status = |topic: &Topic| *topic == Topic::Status;
            if matches!(event, Event::Changed { topics } if topics.iter().any(is_status)) {
                return;
            }
        }
    };
    let told = tokio::time::timeout(PATIENCE, told).await;
    assert!(told.is_ok(), "the windows are not told");
}

async fn health(rig: &Rig) -> serde_json::Value {
    let answer = rig.client.get(rig.url("/health")).send().await.unwrap();
    serde_json::from_slice(&answer.bytes().await.unwrap()).unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn rows_wait_for_a_log_that_another_program_holds() {
    let rig = Rig::start().await;
    let mut clients = chats(&rig, 10).await;
    assert_eq!(rig.rows().await.len(), 10);
    let holder = Holder::of(&rig.folder().join("usage.db"));
    let mut events = rig.app.subscribe();
    clients.extend(chats(&rig, 200).await);
    let trouble = trouble_becomes(&rig, true).await.unwrap();
    assert!(trouble.contains("locked"), "{trouble}");
    let told = health(&rig).await;
    assert_eq!(told["status"], "degraded");
    assert_eq!(told["database"], trouble);
    status_is_told(&mut events).await;
    clients.extend(chats(&rig, 20).await);
    assert_eq!(usage_number(rig.folder(), COUNT), 10, "nothing is written");

    holder.release();
    trouble_becomes(&rig, false).await;
    status_is_told(&mut events).await;
    assert!(clients.iter().all(Seen::is_whole));
    rig.agree(&clients).await;
    let status = rig.app.gateway_status(Empty {}).await.unwrap();
    assert_eq!(status.dropped_records, 0);
    assert_eq!(health(&rig).await["status"], "ok");
    assert_eq!(assert_balanced(rig.folder()), 230);
}

/// The other file: edits say what is wrong, requests and the failover of their
/// accounts go on.
#[tokio::test(flavor = "multi_thread")]
async fn chats_go_on_while_another_program_holds_the_keys() {
    let rig = Rig::with(RigOptions::default()).await;
    let holder = Holder::of(&rig.folder().join("flowkeep.db"));
    rig.simulator
        .set_behaviour(Scope::Key(sample_key("alpha")), Behaviour::status(402));
    let edit = rig.app.import_keys(ImportKeysRequest {
        text: sample_key("another"),
        validate: false,
        force: false,
    });
    let (edit, mut clients) = tokio::join!(edit, chats(&rig, 100));
    let refusal = edit.expect_err("nobody can write it");
    assert!(refusal.message.contains("locked"), "{refusal}");
    assert!(clients.iter().all(Seen::is_whole));

    holder.release();
    let keys = rig.keys().await;
    assert_eq!(keys.keys.len(), 3, "no key is half in");
    assert!(!serves(key(&keys, "alpha")), "what traffic showed counts");
    clients.extend(chats(&rig, 10).await);
    assert!(clients.iter().all(Seen::is_whole));
    rig.agree(&clients).await;
    let again = ImportKeysRequest {
        text: sample_key("another"),
        validate: false,
        force: false,
    };
    let report = rig.app.import_keys(again).await.expect("it can be written");
    assert_eq!(report.added, 1);
}
