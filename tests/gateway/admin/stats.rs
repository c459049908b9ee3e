//! `/api/stats/overview`, `/daily` and `/monthly` against the log they sum.

use flowkeep_contract::ImportKeysRequest;
use flowkeep_simulator::sample_key;
use flowkeep_tests::{MODEL, Rig, RigOptions};
use serde_json::{Value, json};

use super::{get, priced, with};

fn sum(numbers: &Value) -> i64 {
    let numbers = numbers.as_array().expect("numbers");
    numbers.iter().map(|n| n.as_i64().expect("a number")).sum()
}

fn numbers(numbers: &Value) -> f64 {
    let numbers = numbers.as_array().expect("numbers");
    numbers.iter().map(|n| n.as_f64().expect("a number")).sum()
}

/// The known costs of the rows of a page.
fn costs(logs: &Value) -> Value {
    let logs = logs.as_array().expect("logs").iter();
    let known = logs.map(|log| log["cost"].clone());
    known.filter(|cost| !cost.is_null()).collect()
}

#[tokio::test]
async fn the_figures_are_those_of_the_log() {
    let rig = priced().await;
    let nothing = get(&rig, "/api/stats/overview").await;
    assert_eq!(nothing["total_balance"], Value::Null);
    assert_eq!(
        (&nothing["total_calls"], &nothing["total_tokens"]),
        (&json!(0), &json!(0))
    );
    assert_eq!(nothing["key_count"], rig.keys().await.keys.len());

    for model in [MODEL, MODEL, "Qwen/Qwen3-8B", "no/such-model"] {
        rig.ask_chat(model, false).await;
    }
    let rows = rig.settled_rows().await;
    let input: i64 = rows.iter().filter_map(|row| row.prompt_tokens).sum();
    let output: i64 = rows.iter().filter_map(|row| row.completion_tokens).sum();
    assert!(input > 0 && output > 0);
    let overview = get(&rig, "/api/stats/overview").await;
    assert_eq!(
        (&overview["total_calls"], &overview["failed_calls"]),
        (&json!(4), &json!(1))
    );
    assert_eq!(overview["total_tokens"], input + output);
    let nano: i64 = rows
        .iter()
        .filter_map(|row| Some(row.cost.as_ref()?.nano))
        .sum();
    let cost = overview["costs"]["CNY"].as_f64().expect("a cost");
    assert!(nano > 0);
    assert_eq!(
        format!("{cost:.9}"),
        format!("{}.{:09}", nano / 1_000_000_000, nano % 1_000_000_000)
    );
    assert_eq!(overview["total_cost"], overview["costs"]["CNY"]);
    let logged = numbers(&costs(&get(&rig, "/logs").await["logs"]));
    assert!((logged - cost).abs() < 1e-9, "{logged} and {cost}");

    for (path, parts) in [
        ("/api/stats/daily", 24..=24),
        ("/api/stats/monthly", 28..=31),
    ] {
        let series = get(&rig, path).await;
        let count = series["labels"].as_array().expect("labels").len();
        assert!(parts.contains(&count), "{path}: {count}");
        for field in ["calls", "input_tokens", "output_tokens"] {
            assert_eq!(
                series[field].as_array().map(Vec::len),
                Some(count),
                "{path}"
            );
        }
        assert_eq!(sum(&series["calls"]), 4, "{path}");
        assert_eq!(sum(&series["input_tokens"]), input, "{path}");
        assert_eq!(sum(&series["output_tokens"]), output, "{path}");
        let spent = numbers(&series["costs"]["CNY"]);
        assert!((spent - cost).abs() < 1e-9, "{path}: {spent} and {cost}");
        assert_eq!(series["model_labels"][0], MODEL, "{path}");
        assert_eq!(sum(&series["model_tokens"]), input + output, "{path}");
    }
}

#[tokio::test]
async fn balances_of_several_currencies_do_not_add_up() {
    let rig = with(RigOptions {
        import: false,
        ..RigOptions::default()
    })
    .await;
    let line = |name: &str, rest: &str| format!("{} {name} {rest}", sample_key(name));
    let one = [
        line("alpha", "balance=12.5"),
        line("beta", "balance=0.1"),
        line("gamma", ""),
    ];
    import(&rig, &one).await;
    let overview = get(&rig, "/api/stats/overview").await;
    assert_eq!(overview["total_balance"], 12.6);
    assert_eq!(overview["accounts_without_balance"], 1);
    import(&rig, &[line("delta", "site=com balance=3")]).await;
    let overview = get(&rig, "/api/stats/overview").await;
    assert_eq!(overview["total_balance"], Value::Null);
    assert_eq!(overview["balances"], json!({"CNY": 12.6, "USD": 3.0}));
}

async fn import(rig: &Rig, lines: &[String]) {
    let request = ImportKeysRequest {
        text: lines.join("\n"),
        validate: false,
        force: true,
    };
    rig.app.import_keys(request).await.expect("an import");
}
