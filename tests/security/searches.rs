//! S25 on a log of two hundred thousand rows: whatever is searched for, however
//! often at once, ends within its deadline, takes little memory, and no chat
//! notices.

use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::Duration;

use flowkeep_core::clock::{Clock as _, SystemClock};
use flowkeep_core::model::{AccountId, Outcome, RequestRecord};
use flowkeep_core::store::Store;
use flowkeep_tests::books::assert_balanced;
use flowkeep_tests::{MODEL, Rig, Seen};
use futures_util::future::join_all;
use serde_json::{Value, json};

use crate::admin::{administered, command, login};

const ROWS: u32 = 200_000;
/// Records that wait at a time; the queue takes ten thousand.
const CHUNK: u32 = 5_000;
const SEARCHES: usize = 20;
/// Far more than the deadline of a search (2 s): only a hang takes so long.
const PATIENCE: Duration = Duration::from_mins(2);
/// What twenty searches at once may take on top, in KiB.
const MOST_KIB: u64 = 256 * 1024;

/// Looks like many, is found nowhere, or costs the most: patterns, one letter, a
/// word of many tokens that every error has a part of, a trace id that is none.
fn hostile(number: usize) -> Value {
    let texts = [
        "%_%_%".to_owned(),
        "%_%_%_%_%_%_%_%_%_%_%_%_%_%_%_%_%_%_%_%_%_%_%_%_%_%_%_%_%".to_owned(),
        "%".to_owned(),
        "_ % _ %".to_owned(),
        "*".to_owned(),
        "overloaded overloade overload verload erloaded 0verloaded".to_owned(),
        "a".repeat(128),
        "\" OR words MATCH \"*".to_owned(),
        "ti_ffffffffffffffffffffffff".to_owned(),
        "'; DELETE FROM requests; --".to_owned(),
    ];
    json!({"filter": {"text": texts[number % texts.len()]}})
}

/// A second each, up to now: retention removes none of them.
fn row(n: u32, now_ms: i64) -> RequestRecord {
    let failed = n.is_multiple_of(3);
    let error = format!("the model is overloaded_{n}, 100% busy: try it again later");
    RequestRecord {
        route: "chat/completions".to_owned(),
        model_asked: Some(format!("model_{}%", n % 40).into()),
        account: Some(AccountId::from(format!("account-{}", n % 5).as_str())),
        client: format!("client_{}", n % 30).into(),
        status: if failed { 503 } else { 200 },
        outcome: if failed {
            Outcome::UpstreamFailed
        } else {
            Outcome::Success
        },
        error: failed.then_some(error),
        trace_id: Some(format!("ti_{n:024x}")),
        attempts: 1,
        duration_ms: 40,
        ..RequestRecord::begun(
            uuid::Uuid::from_u128(u128::from(n)),
            now_ms - i64::from(ROWS - n) * 1_000,
        )
    }
}

/// Through the journal, as another program on the same folder.
fn fill(folder: &Path) {
    let clock = Arc::new(SystemClock::new());
    let now_ms = clock.now().unix_ms;
    let opened = Store::open(folder, clock);
    let (store, warnings) = opened.expect("it opens");
    assert!(warnings.is_empty(), "{warnings:?}");
    let journal = store.journal();
    for first in (0..ROWS).step_by(CHUNK as usize) {
        (first..first + CHUNK).for_each(|n| journal.record(row(n, now_ms)));
        assert!(journal.flush(PATIENCE), "{:?}", journal.trouble());
    }
    assert_eq!(journal.dropped(), 0);
}

/// KiB of memory that this process has.
fn resident() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").expect("Linux tells");
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"));
    let words = line.expect("a line").trim().trim_end_matches("kB").trim();
    words.parse().expect("a number")
}

/// Chats, one after the other, until nothing is searched for any more.
async fn chat_until(rig: &Rig, over: &AtomicBool, most: &AtomicU64) -> Vec<Seen> {
    let mut seen = Vec::new();
    while !over.load(Ordering::SeqCst) || seen.is_empty() {
        seen.push(rig.ask_chat(MODEL, seen.len() % 2 == 0).await);
        most.fetch_max(resident(), Ordering::SeqCst);
    }
    seen
}

/// Twenty searches at once.
async fn search(rig: &Rig, session: &str, round: usize) -> Vec<Seen> {
    let bodies: Vec<_> = (0..SEARCHES)
        .map(|number| hostile(round + number))
        .collect();
    let searches = bodies
        .iter()
        .map(|body| command(rig, session, "list_requests", body));
    join_all(searches).await
}

/// An answer, or in words that it takes too long.
fn is_answered_or_given_up(seen: &Seen) -> bool {
    if seen.status == 200 {
        return seen.json()["requests"].is_array();
    }
    let message = seen.json()["message"]
        .as_str()
        .unwrap_or_default()
        .to_owned();
    seen.status == 503 && message.contains("took longer than 2 s and was stopped")
}

#[tokio::test(flavor = "multi_thread")]
async fn twenty_hostile_searches_at_once_hold_nothing_up() {
    let rig = administered().await;
    let session = login(&rig).await;
    let folder = rig.folder().to_owned();
    let filled = tokio::task::spawn_blocking(move || fill(&folder));
    filled.await.expect("it is filled");
    let (before, most) = (resident(), AtomicU64::new(0));
    let over = AtomicBool::new(false);
    let searches = async {
        let first = search(&rig, &session, 0).await;
        let second = search(&rig, &session, 1).await;
        over.store(true, Ordering::SeqCst);
        [first, second].concat()
    };
    let both = async { tokio::join!(searches, chat_until(&rig, &over, &most)) };
    let (answers, chats) = tokio::time::timeout(PATIENCE, both).await.expect("an end");

    for answer in &answers {
        assert!(is_answered_or_given_up(answer), "{}", answer.text());
    }
    let given_up = answers.iter().filter(|answer| answer.status != 200).count();
    let grown = most.load(Ordering::SeqCst).saturating_sub(before);
    println!(
        "S25: {} searches, {given_up} given up, {} chats meanwhile, {grown} KiB more",
        answers.len(),
        chats.len()
    );
    assert!(chats.iter().all(Seen::is_whole), "a chat noticed");
    assert!(grown <= MOST_KIB, "{grown} KiB more");
    // And what is there is still found, by its letters.
    let body = json!({"filter": {"text": "overloaded_199998,"}});
    let found = command(&rig, &session, "list_requests", &body).await;
    assert_eq!(found.json()["requests"].as_array().map(Vec::len), Some(1));
    let rows = i64::from(ROWS) + i64::try_from(chats.len()).expect("some");
    rig.idle().await;
    let app = rig.app.clone();
    let flushed = tokio::task::spawn_blocking(move || app.flush_journal(PATIENCE));
    assert!(flushed.await.expect("no panic"), "it is written");
    assert_eq!(assert_balanced(rig.folder()), rows);
}
