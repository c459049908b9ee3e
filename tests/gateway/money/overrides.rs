//! The user's own prices, and pricing anew what is in the log.

use flowkeep_contract::{
    Empty, ErrorCode, Event, PriceFault, PriceSite, PriceView, RecomputeCostsReport,
    RecomputeCostsRequest, SetPriceOverridesRequest,
};
use flowkeep_tests::books::usage_number;
use serde_json::{Value, from_value, json};

use super::desk::{Desk, MIDNIGHT, chat, cost};

const CHAT: &str = "/v1/chat/completions";
const V3_2: &str = "deepseek-ai/DeepSeek-V3.2";
const DAY_MS: i64 = 24 * 3_600_000;

async fn set(desk: &Desk, rows: Value) {
    let request = SetPriceOverridesRequest {
        rows: from_value(rows).unwrap(),
        revision: None,
    };
    desk.rig.app.set_price_overrides(request).await.unwrap();
}

async fn recompute(desk: &Desk, from_ms: i64, to_ms: i64) -> RecomputeCostsReport {
    let request = RecomputeCostsRequest { from_ms, to_ms };
    desk.rig.app.recompute_costs(request).await.unwrap()
}

fn mine() -> Value {
    json!([{
        "id": "mine", "site": "cn", "model": "deepseek-ai/DeepSeek-V3.2",
        "tokens": [{"input": "1", "output": "2", "cached": "0.5"}],
    }])
}

/// One number of `usage.db`, read past the program.
fn number(desk: &Desk, sql: &str) -> i64 {
    usage_number(desk.rig.folder(), sql)
}

/// The roll-ups and the rows must tell the same.
fn assert_sums_agree(desk: &Desk) {
    for (of_rows, of_hours) in [
        ("sum(cost_nano)", "sum(cost_cny_nano)"),
        ("sum(saved_nano)", "sum(saved_cny_nano)"),
        (
            "sum(status = 200 AND cost_nano IS NULL)",
            "sum(calls_without_cost)",
        ),
    ] {
        let rows = number(
            desk,
            &format!("SELECT coalesce({of_rows}, 0) FROM requests"),
        );
        let hours = number(
            desk,
            &format!("SELECT coalesce({of_hours}, 0) FROM usage_hourly"),
        );
        assert_eq!(rows, hours, "{of_rows}");
    }
}

#[tokio::test]
async fn ones_own_price_goes_before_the_shipped_one() {
    let desk = Desk::open().await;
    set(&desk, mine()).await;
    assert_eq!(desk.ask(CHAT, &chat(V3_2, 1_000, 100)).await, 200);
    let row = desk.last().await;
    // 1,000 × 1,000 + 100 × 2,000
    assert_eq!(cost(&row), Some((1_200_000, "CNY")));
    assert_eq!(row.cost.unwrap().price, "mine");
    let list = desk.rig.app.list_prices(Empty {}).await.unwrap();
    assert_eq!(list.overrides.len(), 1);
    assert_eq!(list.overrides[0].site, PriceSite::Cn);
    let file = std::fs::read_to_string(desk.rig.folder().join("prices.toml")).unwrap();
    assert!(file.contains("id = \"mine\""), "{file}");
    set(&desk, json!([])).await;
    assert_eq!(desk.ask(CHAT, &chat(V3_2, 1_000, 100)).await, 200);
    assert_eq!(cost(&desk.last().await), Some((4_600_000, "CNY")));
}

/// A second of sound has a price of the user's; the simulator takes one for each
/// 32,000 bytes begun and tells it for this model.
#[tokio::test]
async fn sound_costs_by_the_second_where_its_length_is_told() {
    let desk = Desk::open().await;
    set(
        &desk,
        json!([{"id": "ear", "site": "cn", "model": "XingChenAGI/*", "second": "0.00022"}]),
    )
    .await;
    let form = "--b0\r\nContent-Disposition: form-data; name=\"model\"\r\n\r\n\
        XingChenAGI/XingChenASR-V3.2\r\n--b0\r\nContent-Disposition: form-data; \
        name=\"file\"; filename=\"a.wav\"\r\n\r\n"
        .to_owned()
        + &"x".repeat(70_000)
        + "\r\n--b0--\r\n";
    let request = desk
        .rig
        .client
        .post(desk.rig.url("/v1/audio/transcriptions"))
        .bearer_auth(&desk.rig.token)
        .header("content-type", "multipart/form-data; boundary=b0")
        .body(form);
    assert_eq!(request.send().await.unwrap().status(), 200);
    let row = desk.last().await;
    assert_eq!(row.units.sound_ms, Some(3_000));
    // 3 × 220,000
    assert_eq!(cost(&row), Some((660_000, "CNY")));
}

#[tokio::test]
async fn a_bad_price_is_named_and_changes_nothing() {
    let desk = Desk::open().await;
    set(&desk, mine()).await;
    let mut row: PriceView = from_value(mine()[0].clone()).unwrap();
    row.tokens[0].input = "-1".to_owned();
    let request = SetPriceOverridesRequest {
        rows: vec![row],
        revision: None,
    };
    let refused = desk.rig.app.set_price_overrides(request).await.unwrap_err();
    assert_eq!(refused.code, ErrorCode::InvalidSetting);
    assert!(refused.message.contains("`mine`"), "{}", refused.message);
    assert_eq!(refused.price_fault, Some(PriceFault::Amount));
    let list = desk.rig.app.list_prices(Empty {}).await.unwrap();
    assert_eq!(list.overrides[0].tokens[0].input, "1");
}

#[tokio::test]
async fn a_day_is_priced_anew_with_its_sums() {
    let desk = Desk::open().await;
    desk.at(0, 5);
    for _ in 0..3 {
        assert_eq!(desk.ask(CHAT, &chat(V3_2, 1_000, 100)).await, 200);
    }
    assert_eq!(desk.ask(CHAT, &chat("sim/ok", 10, 5)).await, 200);
    assert_eq!(desk.ask(CHAT, &chat("acme/unheard-of", 10, 5)).await, 400);
    desk.at(5, 0);
    assert_eq!(desk.ask(CHAT, &chat(V3_2, 1_001, 100)).await, 200);
    desk.rig.rows().await;
    assert_sums_agree(&desk);
    // Nothing has changed, so nothing does.
    let whole_day = (MIDNIGHT, MIDNIGHT + DAY_MS);
    let idle = recompute(&desk, whole_day.0, whole_day.1).await;
    assert_eq!((idle.seen, idle.changed), (6, 0));

    let mut rows = mine();
    let simulated = json!({"id": "sim", "site": "cn", "model": "sim/*",
        "tokens": [{"input": "1", "output": "1"}]});
    rows.as_array_mut().unwrap().push(simulated);
    set(&desk, rows).await;
    let mut events = desk.rig.app.subscribe();
    let done = recompute(&desk, MIDNIGHT, MIDNIGHT + DAY_MS / 24).await;
    assert_eq!((done.seen, done.changed), (5, 4));
    let last = std::iter::from_fn(|| events.try_recv().ok())
        .filter_map(|event| match event {
            Event::CostsProgress(progress) => Some(progress),
            _ => None,
        })
        .last();
    assert_eq!(last, Some(done));
    let costs: Vec<_> = desk
        .rig
        .rows()
        .await
        .iter()
        .map(|row| cost(row).map(|(nano, _)| nano))
        .collect();
    // 1,000 × 1,000 + 100 × 2,000, three times; 15 × 1,000; none; as it was.
    let cheap = Some(1_200_000);
    let untouched = Some(1_001 * 4_000 + 100 * 6_000);
    assert_eq!(costs, [cheap, cheap, cheap, Some(15_000), None, untouched]);
    assert_sums_agree(&desk);
    let sums = number(&desk, "SELECT sum(cost_cny_nano) FROM usage_hourly");
    assert_eq!(sums, 3 * 1_200_000 + 15_000 + 4_604_000);
    let priced = number(
        &desk,
        "SELECT count(*) FROM requests JOIN names ON names.name_id = requests.price \
         WHERE names.name = 'mine'",
    );
    assert_eq!(priced, 3);

    // And back again.
    set(&desk, json!([])).await;
    let back = recompute(&desk, whole_day.0, whole_day.1).await;
    assert_eq!((back.seen, back.changed), (6, 4));
    assert_sums_agree(&desk);
    let sums = number(&desk, "SELECT sum(cost_cny_nano) FROM usage_hourly");
    assert_eq!(sums, 3 * 4_600_000 + 4_604_000);
}

/// More rows than a step has, while requests go on.
#[tokio::test]
async fn pricing_anew_goes_on_beside_the_traffic() {
    let desk = Desk::open().await;
    for _ in 0..600 {
        assert_eq!(desk.ask(CHAT, &chat(V3_2, 10, 5)).await, 200);
    }
    set(&desk, mine()).await;
    let request = RecomputeCostsRequest {
        from_ms: MIDNIGHT,
        to_ms: MIDNIGHT + 1,
    };
    let body = chat(V3_2, 10, 5);
    let (report, status) =
        tokio::join!(desk.rig.app.recompute_costs(request), desk.ask(CHAT, &body));
    let report = report.unwrap();
    assert_eq!(status, 200);
    assert!((600..=601).contains(&report.seen), "{report:?}");
    assert_eq!(report.changed, 600);
    let rows = desk.rig.rows().await;
    assert_eq!(rows.len(), 601);
    // 10 × 1,000 + 5 × 2,000
    assert!(rows.iter().all(|row| cost(row) == Some((20_000, "CNY"))));
    assert_sums_agree(&desk);
}

#[tokio::test]
async fn a_time_that_ends_before_it_begins_is_refused() {
    let desk = Desk::open().await;
    let request = RecomputeCostsRequest {
        from_ms: 5,
        to_ms: 5,
    };
    let refused = desk.rig.app.recompute_costs(request).await.unwrap_err();
    assert_eq!(refused.code, ErrorCode::InvalidRequest);
}
