//! Which records a killed program may lose: what waits for the disk, and nothing
//! that a finished commit must have taken.
//!
//! The journal's thread takes everything that waits, writes it in one transaction
//! and begins again: within 100 ms of the first record where the machine has time,
//! later where it has none. So no number of milliseconds is a promise that a busy
//! machine keeps; this is: when a commit is seen on disk, the one before it had
//! ended before it took its records, hence everything that was handed over before
//! the end of the last but one commit is on disk. Both are seen from outside, by
//! the last id that was given (`log_end`), and the time of a commit is taken to be
//! as early as it can have been.

use std::collections::HashSet;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use flowkeep_tests::PATIENCE;
use flowkeep_tests::books::newest_ids;
use reqwest::Client;
use rusqlite::{Connection, OpenFlags};
use tokio::task::JoinSet;

use crate::world::{MODEL, chat};

const CLIENTS: usize = 2;
/// Most records of one transaction (D11), of which far fewer wait here.
const LARGEST_BATCH: usize = 1_024;
/// Between two looks at the database.
const LOOK: Duration = Duration::from_millis(2);

/// An answer that a client has in full, and when it had it.
pub(crate) struct Acknowledged {
    request_id: String,
    at: Instant,
}

/// Clients that ask until nobody answers; the answers of each, in their order.
///
/// Each has one connection: the program does not read a request from it before it
/// is done with the one before, whose record it has handed over by then.
pub(crate) fn clients(address: &str, token: &str) -> JoinSet<Vec<Acknowledged>> {
    let mut load = JoinSet::new();
    for number in 0..CLIENTS {
        let (address, token) = (address.to_owned(), token.to_owned());
        let client = Client::builder().no_proxy().pool_max_idle_per_host(1);
        let client = client.build().expect("a client");
        let stream = number % 2 == 0;
        load.spawn(async move {
            let mut answers = Vec::new();
            while let Ok(answer) = chat(&client, &address, &token, (MODEL, stream)).await {
                assert_eq!(answer.status(), 200);
                let id = answer.headers()["x-flowkeep-request-id"].to_str();
                let request_id = id.expect("an id").to_owned();
                if answer.bytes().await.is_err() {
                    break;
                }
                let at = Instant::now();
                answers.push(Acknowledged { request_id, at });
            }
            answers
        });
    }
    load
}

/// Looks for commits to `usage.db` until it is ended.
pub(crate) struct Watch {
    is_over: Arc<AtomicBool>,
    thread: JoinHandle<Vec<Instant>>,
}

impl Watch {
    pub(crate) fn begin(folder: &Path) -> Self {
        let is_over = Arc::new(AtomicBool::new(false));
        let over = Arc::clone(&is_over);
        let path = folder.join("usage.db");
        let thread = std::thread::spawn(move || commits(path, &over));
        Self { is_over, thread }
    }

    /// The earliest moments at which the commits that were seen can have ended.
    pub(crate) fn end(self) -> Vec<Instant> {
        self.is_over.store(true, Ordering::SeqCst);
        self.thread.join().expect("it watches")
    }
}

fn commits(path: PathBuf, over: &AtomicBool) -> Vec<Instant> {
    let flags = OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let connection = Connection::open_with_flags(path, flags).expect("it opens");
    connection.busy_timeout(PATIENCE).expect("a timeout");
    let mut select = connection.prepare("SELECT last_id FROM log_end");
    let select = select.as_mut().expect("a table");
    let mut last_id = || {
        select
            .query_row([], |row| row.get::<_, i64>(0))
            .expect("an id")
    };
    let mut commits = Vec::new();
    let (mut unchanged_at, mut seen) = (Instant::now(), last_id());
    while !over.load(Ordering::SeqCst) {
        let looked_at = Instant::now();
        let now = last_id();
        if now != seen {
            // It was still as before when it was looked at last.
            commits.push(unchanged_at);
            seen = now;
        }
        unchanged_at = looked_at;
        std::thread::sleep(LOOK);
    }
    commits
}

/// What was found after a kill.
pub(crate) struct Found {
    /// Records of whole answers that are not there.
    pub(crate) lost: usize,
    /// Records that could not be lost.
    pub(crate) owed: usize,
}

/// Nothing that a commit must have taken is missing; of each client only the last
/// ones are; and all together they are one batch.
pub(crate) fn check_records(
    folder: &Path,
    answers: &[Vec<Acknowledged>],
    commits: &[Instant],
) -> Found {
    let count: usize = answers.iter().map(Vec::len).sum();
    let most = u32::try_from(count + 2 * CLIENTS).expect("a few thousand");
    let written = newest_ids(folder, most);
    let last_but_one = commits.len().checked_sub(2).map(|at| commits[at]);
    let mut found = Found { lost: 0, owed: 0 };
    for client in answers {
        let there = client
            .iter()
            .take_while(|answer| written.contains(&answer.request_id))
            .count();
        assert!(
            are_lost(&client[there..], &written),
            "a later record is there, an earlier one is not"
        );
        let owed = last_but_one.map_or(0, |end| handed_over_before(client, end));
        assert!(owed <= there, "{} records are missing", owed - there);
        found.lost += client.len() - there;
        found.owed += owed;
    }
    assert!(found.lost <= LARGEST_BATCH, "{} are lost", found.lost);
    found
}

fn are_lost(answers: &[Acknowledged], written: &HashSet<String>) -> bool {
    answers
        .iter()
        .all(|answer| !written.contains(&answer.request_id))
}

/// How many records of a client the program certainly had by then: those before an
/// answer that the client had, because it asked for that one later.
fn handed_over_before(answers: &[Acknowledged], end: Instant) -> usize {
    let had = answers.iter().take_while(|answer| answer.at < end).count();
    had.saturating_sub(1)
}
