use super::*;
use flowkeep_contract::{BalanceView, SiteName, SiteView};

fn key(n: u32, balance: Option<i64>, usage_count: i64) -> KeyView {
    KeyView {
        id: format!("key-{n}"),
        label: String::new(),
        account: format!("account {n}"),
        account_id: format!("account-{n}"),
        site: SiteView {
            name: SiteName::Cn,
            base: "https://api.siliconflow.cn/v1".to_owned(),
            follows_settings: true,
            currency: "CNY".to_owned(),
        },
        last_four: format!("{n:04}"),
        enabled: true,
        weight: 1,
        state: KeyState::Usable,
        reason: None,
        cooling: Vec::new(),
        balance: balance.map(|nano| BalanceView {
            nano,
            currency: "CNY".to_owned(),
            source: BalanceSource::Manual,
            known_nano: nano,
            as_of_ms: 0,
        }),
        balance_failure: None,
        max_concurrency: None,
        usage_count,
        in_flight: 0,
        added_at_ms: i64::from(n) * 1_000,
        last_used_at_ms: None,
    }
}

fn ids(page: &KeyPage) -> Vec<&str> {
    page.keys.iter().map(|key| key.id.as_str()).collect()
}

fn sorted(field: &str, order: &str) -> Vec<String> {
    let keys = vec![
        key(1, Some(5), 7),
        key(2, None, 9),
        key(3, Some(-8), 7),
        key(4, Some(6), 0),
    ];
    let order = Order::parse(Some(field), Some(order)).unwrap();
    let page = page_of(keys, 0, order);
    ids(&page).into_iter().map(str::to_owned).collect()
}

#[test]
fn keys_are_sorted_as_asked() {
    let cases = [
        ("", "", ["key-4", "key-3", "key-2", "key-1"]),
        ("add_time", "asc", ["key-1", "key-2", "key-3", "key-4"]),
        ("balance", "asc", ["key-3", "key-1", "key-4", "key-2"]),
        ("balance", "desc", ["key-4", "key-1", "key-3", "key-2"]),
        ("usage_count", "asc", ["key-4", "key-1", "key-3", "key-2"]),
        ("usage_count", "desc", ["key-2", "key-3", "key-1", "key-4"]),
    ];
    for (field, order, expected) in cases {
        assert_eq!(sorted(field, order), expected, "{field} {order}");
    }
}

#[test]
fn an_unknown_order_is_refused() {
    for (field, order) in [
        (Some("key"), None),
        (Some("add_time; DROP TABLE keys"), None),
        (None, Some("up")),
    ] {
        let error = Order::parse(field, order).unwrap_err();
        assert_eq!(error.code, ErrorCode::InvalidRequest);
    }
}

#[test]
fn pages_join_without_a_gap() {
    let order = Order::parse(None, Some("asc")).unwrap();
    let mut seen = Vec::new();
    for page in 0..3 {
        let page = page_of((0..25).map(|n| key(n, None, 0)).collect(), page, order);
        assert_eq!((page.total, page.page_size), (25, 10));
        seen.extend(ids(&page).into_iter().map(str::to_owned));
    }
    let expected: Vec<String> = (0..25).map(|n| format!("key-{n}")).collect();
    assert_eq!(seen, expected);
    for behind in [3, 999_999_999, u64::MAX] {
        let page = page_of(vec![key(1, None, 0)], behind, order);
        assert_eq!((page.keys.len(), page.total), (0, 1), "{behind}");
    }
}

#[test]
fn what_is_unknown_is_null() {
    let row = serde_json::json!(KeyRow::of(key(7, None, 0)));
    assert_eq!(row["balance"], serde_json::Value::Null);
    assert_eq!(row["balance_source"], "unknown");
    assert_eq!(row["key"], "sk-…0007");
    assert_eq!(row["add_time"], 7.0);
    assert_eq!(row["reason"], serde_json::Value::Null);
}
