//! `flowkeep stats`, with and without a gateway on the same folder.

use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use flowkeep_core::clock::{Clock as _, SystemClock};
use flowkeep_core::model::{Cost, Currency, Money, Nano, Outcome, RequestRecord, Usage};
use flowkeep_core::store::Store;
use serde_json::Value;

use crate::program::{Ended, run};
use crate::world::{MODEL, World, sample_lines};

const PATIENCE: Duration = Duration::from_secs(20);

/// A good request of a moment ago, for 0.07 yuan.
pub(crate) fn record(model: &str) -> RequestRecord {
    let now = SystemClock::new().now().unix_ms;
    let mut record = RequestRecord::begun(uuid::Uuid::now_v7(), now - 60_000);
    "chat/completions".clone_into(&mut record.route);
    record.model_asked = Some(model.into());
    record.client = "default".into();
    record.status = 200;
    record.outcome = Outcome::Success;
    record.attempts = 1;
    record.usage = Usage {
        prompt_tokens: Some(100),
        completion_tokens: Some(10),
        cached_tokens: Some(50),
        reasoning_tokens: None,
    };
    record.cost = Some(Cost {
        money: Money::new(Nano::new(70_000_000), Currency::Cny),
        price: "test".into(),
        incomplete: false,
    });
    record.first_byte_ms = Some(100);
    record.duration_ms = 1_000;
    record
}

/// Records as another process would.
pub(crate) fn write(folder: &Path, records: impl IntoIterator<Item = RequestRecord>) {
    let (store, _) = Store::open(folder, Arc::new(SystemClock::new())).expect("the store opens");
    let journal = store.journal();
    for record in records {
        journal.record(record);
    }
    assert!(journal.flush(PATIENCE), "the records are written");
    journal.close();
}

fn stats(world: &World, words: &[&str]) -> Ended {
    let ended = run(world.command(&["stats"]).args(words));
    assert_eq!(ended.code, Some(0), "{ended:?}");
    ended
}

#[tokio::test(flavor = "multi_thread")]
async fn nothing_yet_is_said_in_words() {
    let world = World::new().await;
    let ended = stats(&world, &[]);
    assert_eq!(ended.stdout, "");
    assert!(ended.stderr.contains("nothing was used yet"), "{ended:?}");
    let json: Value = serde_json::from_str(&stats(&world, &["--json"]).stdout).unwrap();
    assert_eq!(json["overview"]["totals"]["calls"], 0);
    assert_eq!(json["days"].as_array().map(Vec::len), Some(30));
}

#[tokio::test(flavor = "multi_thread")]
async fn figures_and_a_table_are_printed() {
    let world = World::new().await;
    let hostile = "\u{1b}]0;x\u{7}evil";
    write(
        world.folder(),
        [record("m/one"), record("m/one"), record(hostile)],
    );
    let text = stats(&world, &[]).stdout;
    let lines: Vec<&str> = text.lines().collect();
    assert!(lines[0].starts_with("calls"), "{text}");
    assert!(lines[0].ends_with("3  last 30 days"), "{text}");
    assert!(text.contains("¥0.2100"), "{text}");
    assert!(text.contains("50.0 %"), "{text}");
    assert!(text.contains("10.0 tokens/s"), "{text}");
    let of_model = lines.iter().find(|line| line.starts_with("m/one"));
    let cells: Vec<&str> = of_model.expect("a line").split_whitespace().collect();
    assert_eq!(cells[1], "2", "{text}");
    // S38: a model's name cannot steer the terminal.
    assert!(
        !text.contains('\u{1b}') && text.contains("]0;xevil"),
        "{text:?}"
    );

    for (by, head, first) in [
        ("account", "ACCOUNT", "(none)"),
        ("client", "CLIENT", "default"),
        ("route", "ROUTE", "chat/completions"),
        ("outcome", "OUTCOME", "success"),
        ("tool", "TOOL", "(none)"),
    ] {
        let text = stats(&world, &["--by", by, "--days", "1"]).stdout;
        assert!(text.contains("3  today"), "{text}");
        let table: Vec<&str> = text.lines().skip_while(|line| !line.is_empty()).collect();
        assert!(table[1].starts_with(head), "{text}");
        assert!(table[2].starts_with(first), "{text}");
    }
    let json: Value =
        serde_json::from_str(&stats(&world, &["--json", "--days", "2"]).stdout).unwrap();
    assert_eq!(json["overview"]["totals"]["cost"]["cny_nano"], 210_000_000);
    assert_eq!(json["shares"][0]["name"], "m/one");
    assert_eq!(json["days"].as_array().map(Vec::len), Some(2));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_running_gateway_is_read_beside() {
    let world = World::new().await;
    assert_eq!(world.import(&sample_lines(), &[]).code, Some(0));
    let token = world.token();
    let (gateway, address) = world.serve();
    for _ in 0..3 {
        let answer = world
            .chat(&address, token.trim(), (MODEL, false))
            .await
            .unwrap();
        assert_eq!(answer.status(), 200);
        answer.bytes().await.unwrap();
    }
    // The writer commits within a tenth of a second.
    let json = loop {
        let ended = stats(&world, &["--json", "--by", "account"]);
        let json: Value = serde_json::from_str(&ended.stdout).unwrap();
        if json["overview"]["totals"]["calls"] == 3 {
            break json;
        }
    };
    let told = world.simulator.ledger().totals().told;
    assert_eq!(json["overview"]["totals"]["prompt_tokens"], told.prompt);
    let labels: Vec<&str> = json["shares"]
        .as_array()
        .unwrap()
        .iter()
        .map(|share| share["label"].as_str().unwrap())
        .collect();
    assert!(
        labels
            .iter()
            .all(|label| ["alpha", "beta", "gamma"].contains(label)),
        "{labels:?}"
    );
    assert_eq!(gateway.stop().code, Some(0));
    let after = stats(&world, &["--json"]).stdout;
    let after: Value = serde_json::from_str(&after).unwrap();
    assert_eq!(after["overview"]["totals"], json["overview"]["totals"]);
}

#[test]
fn wrong_figures_are_refused() {
    for words in [["--days", "0"], ["--days", "many"], ["--by", "weather"]] {
        let ended = run(crate::program::flowkeep(&["stats"]).args(words));
        assert_eq!(ended.code, Some(2), "{words:?}: {ended:?}");
    }
}

/// A slip of the pen makes no folder, and is no empty answer.
#[test]
fn a_named_folder_that_does_not_exist_is_refused_and_not_made() {
    let place = tempfile::tempdir().unwrap();
    let folder = place.path().join("flowkep");
    for words in [["stats"], ["logs"]] {
        let mut command = crate::program::flowkeep(&words);
        let ended = run(command.arg("--data-dir").arg(&folder));
        assert_eq!(ended.code, Some(2), "{words:?}: {ended:?}");
        assert!(ended.stderr.contains("does not exist"), "{ended:?}");
        assert!(!folder.exists(), "{words:?}");
    }
}
