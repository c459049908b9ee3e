//! Lists of all accounts as one.

use flowkeep_simulator::{Behaviour, Scope};
use flowkeep_tests::{Rig, RigOptions};
use http::Method;
use serde_json::Value;

use super::{ACCOUNTS, Asker, batch, file_made_elsewhere, ids, made_elsewhere, options};

fn on(account: &str) -> Scope {
    Scope::Account(account.to_owned())
}

async fn batches_elsewhere(rig: &Rig, count: usize) -> Vec<String> {
    let mut made = Vec::new();
    for account in ACCOUNTS {
        let file = file_made_elsewhere(rig, account).await;
        for _ in 0..count {
            made.push(made_elsewhere(rig, account, "/batches", &batch(&file), "id").await);
        }
    }
    rig.simulator.ledger().clear();
    made
}

/// `limit` and `after` over three accounts: everything once, newest first.
#[tokio::test]
async fn pages_go_over_all_accounts() {
    let rig = Rig::with(options()).await;
    let mut made = batches_elsewhere(&rig, 7).await;
    let asker = Asker::new(&rig);
    let mut listed: Vec<String> = Vec::new();
    let mut seconds: Vec<u64> = Vec::new();
    for page in 0.. {
        let after = listed.last().map(|last| format!("&after={last}"));
        let path = format!("/v1/batches?limit=4{}", after.unwrap_or_default());
        let seen = asker.get(&path).await;
        let answer = seen.json();
        let entries = answer["data"].as_array().unwrap();
        seconds.extend(
            entries
                .iter()
                .map(|one| one["created_at"].as_u64().unwrap()),
        );
        listed.extend(ids(&seen, "id"));
        assert_eq!(
            answer["last_id"].as_str(),
            listed.last().map(String::as_str)
        );
        assert!(page < 10, "the list does not end");
        if answer["has_more"] == Value::Bool(false) {
            break;
        }
        assert_eq!(entries.len(), 4, "page {page}");
    }
    assert!(seconds.is_sorted_by(|one, next| one >= next), "{seconds:?}");
    listed.sort_unstable();
    made.sort_unstable();
    assert_eq!(listed, made);
}

#[tokio::test]
async fn one_list_leaves_one_row_with_all_its_attempts() {
    let rig = Rig::with(options()).await;
    let asker = Asker::new(&rig);
    let seen = [
        asker.get("/v1/files?purpose=batch").await,
        asker.get("/v1/batches").await,
        asker.get("/v1/audio/voice/list").await,
        asker.get("/v1/batches?limit=x").await,
    ];
    let statuses: Vec<u16> = seen.iter().map(|seen| seen.status).collect();
    assert_eq!(statuses, [200, 200, 200, 400]);
    assert_eq!(seen[3].error(), "invalid_query");
    for answer in &seen[..3] {
        assert_eq!(answer.attempts(), 3);
        assert_eq!(answer.header("x-flowkeep-account"), "");
    }
    let rows = rig.agree(&seen).await;
    assert!(rows.iter().all(|row| row.account.is_none()), "{rows:?}");
}

/// The vendor's shapes, as §2.10, §2.14 and §2.15 have them.
#[tokio::test]
async fn lists_have_the_vendors_shapes() {
    let mut options = options();
    options.script.voice_results = true;
    let rig = Rig::with(options).await;
    let asker = Asker::new(&rig);
    asker.new_voice().await;
    let file = asker.new_file().await;
    let voices = asker.get("/v1/audio/voice/list").await.json();
    assert_eq!(voices["results"][0]["customName"], "mine");
    let files = asker.get("/v1/files").await.json();
    assert_eq!(
        (&files["code"], &files["data"]["object"]),
        (&20_000.into(), &"file".into())
    );
    assert_eq!(files["data"]["data"][0]["id"], file);
    let batches = asker.get("/v1/batches").await.json();
    assert_eq!(
        (&batches["object"], &batches["data"]),
        (&"list".into(), &Value::Array(Vec::new()))
    );
}

#[tokio::test]
async fn an_account_that_does_not_answer_is_named() {
    let rig = Rig::with(options()).await;
    let made = batches_elsewhere(&rig, 2).await;
    rig.simulator
        .set_behaviour(on("beta"), Behaviour::status(500));
    let asker = Asker::new(&rig);
    let seen = asker.get("/v1/batches").await;
    assert_eq!(seen.header("x-flowkeep-partial"), "beta");
    let mut listed = ids(&seen, "id");
    listed.sort_unstable();
    let mut expected = [&made[..2], &made[4..]].concat();
    expected.sort_unstable();
    assert_eq!(listed, expected);
}

#[tokio::test]
async fn a_head_of_a_list_has_no_body() {
    let rig = Rig::with(options()).await;
    let asker = Asker::new(&rig);
    let seen = asker.send(Method::HEAD, "/v1/batches", None).await;
    assert_eq!((seen.status, seen.body.len()), (200, 0));
}

#[tokio::test]
async fn when_no_account_answers_the_last_error_goes_on() {
    let rig = Rig::with(options()).await;
    rig.simulator
        .set_behaviour(Scope::All, Behaviour::status(500));
    let asker = Asker::new(&rig);
    let seen = asker.get("/v1/files").await;
    assert_eq!((seen.status, seen.error()), (500, ""), "{}", seen.text());
    rig.agree(&[seen]).await;
}

#[tokio::test]
async fn without_a_key_a_list_says_so() {
    let rig = Rig::with(RigOptions {
        import: false,
        ..options()
    })
    .await;
    let seen = Asker::new(&rig).get("/v1/files").await;
    assert_eq!((seen.status, seen.error()), (503, "no_keys"));
    assert_eq!(rig.settled_rows().await.len(), 1);
}
