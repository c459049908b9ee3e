use flowkeep_contract::{UsageRates, UsageTotals};

use super::*;

fn share(label: &str, calls: i64, cost: Amounts) -> UsageShare {
    UsageShare {
        name: label.to_owned(),
        label: label.to_owned(),
        totals: UsageTotals {
            calls,
            prompt_tokens: 1_000,
            completion_tokens: 20,
            cost,
            ..UsageTotals::default()
        },
        rates: UsageRates {
            success_rate: Some(0.5),
            tokens_per_second: Some(41.66),
            ..UsageRates::default()
        },
        ..UsageShare::default()
    }
}

#[test]
fn amounts_stand_side_by_side() {
    let cases = [
        (0, 0, "0"),
        (1_234_567_890, 0, "¥1.2346"),
        (0, 500_000_000, "$0.5000"),
        (1_000_000_000, 2_000_000_000, "¥1.0000 + $2.0000"),
    ];
    for (cny_nano, usd_nano, text) in cases {
        assert_eq!(money(Amounts { cny_nano, usd_nano }), text);
    }
}

#[test]
fn a_cost_that_is_not_all_known_is_said_so() {
    let told = |cny_nano, without, incomplete| {
        cost(&UsageTotals {
            cost: Amounts {
                cny_nano,
                usd_nano: 0,
            },
            calls_without_cost: without,
            calls_cost_incomplete: incomplete,
            ..UsageTotals::default()
        })
    };
    assert_eq!(told(0, 0, 0), "0");
    assert_eq!(told(0, 1, 0), "unknown");
    assert_eq!(told(70_000_000, 0, 0), "¥0.0700");
    assert_eq!(told(70_000_000, 1, 0), "≥ ¥0.0700");
    assert_eq!(told(70_000_000, 0, 1), "≥ ¥0.0700");
}

#[test]
fn the_table_names_what_has_no_name_and_cannot_steer_the_terminal() {
    let cost = Amounts {
        cny_nano: 70_000_000,
        usd_nano: 0,
    };
    let text = table(&UsageBreakdown {
        by: UsageDimension::Model,
        shares: vec![
            share("\u{1b}]0;x\u{7}Qwen", 2, cost),
            share("", 1, Amounts::default()),
        ],
    });
    let text = text.unwrap();
    let lines: Vec<&str> = text.lines().collect();
    assert_eq!(
        lines,
        [
            "MODEL     CALLS  OK      IN    CACHED  OUT  COST     TOKENS/S  FIRST BYTE",
            "]0;xQwen  2      50.0 %  1000  -       20   ¥0.0700  41.7",
            "(none)    1      50.0 %  1000  -       20   0        41.7",
        ]
    );
}

#[test]
fn the_summary_tells_what_it_does_not_know() {
    let mut overview = UsageOverview::default();
    overview.totals.calls = 3;
    let text = summary(1, &overview);
    assert!(text.starts_with("calls               3  today"), "{text}");
    assert!(!text.contains("unknown"), "{text}");
    overview.totals.calls_without_cost = 2;
    overview.totals.calls_cost_incomplete = 1;
    overview.rates.tokens_per_second = Some(45.26);
    overview.first_byte = Percentiles {
        calls: 3,
        p50_ms: Some(120),
        p95_ms: Some(900),
        ..Percentiles::default()
    };
    let text = summary(30, &overview);
    assert!(text.contains("last 30 days"), "{text}");
    assert!(text.contains("calls of unknown cost"), "{text}");
    assert!(text.contains("calls costing more"), "{text}");
    assert!(text.contains("45.3 tokens/s"), "{text}");
    assert!(
        text.contains("half within 120 ms, 95 % within 900 ms"),
        "{text}"
    );
}

#[test]
fn accounts_tell_how_long_their_balance_lasts() {
    let burn = |account: &str, per_day_nano, balance_nano, days_left| AccountBurn {
        account_id: account.to_owned(),
        account: account.to_owned(),
        currency: "CNY".to_owned(),
        per_day_nano,
        balance_nano,
        days_left,
    };
    let yuan = 1_000_000_000;
    let text = burn_table(&BurnRate {
        accounts: vec![
            burn("alpha", 2 * yuan, Some(30 * yuan), Some(15.0)),
            burn("beta", 2 * yuan, Some(yuan), Some(0.5)),
            burn("gamma", yuan, None, None),
            burn("idle", 0, None, None),
        ],
    });
    let text = text.unwrap();
    let lines: Vec<&str> = text.lines().collect();
    assert_eq!(
        lines,
        [
            "ACCOUNT  A DAY    BALANCE   DAYS LEFT",
            "alpha    ¥2.0000  ¥30.0000  15",
            "beta     ¥2.0000  ¥1.0000   less than one",
            "gamma    ¥1.0000  unknown   -",
        ]
    );
    assert_eq!(burn_table(&BurnRate::default()), None);
}
