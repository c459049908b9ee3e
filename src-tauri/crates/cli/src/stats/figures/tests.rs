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
    let lines: Vec<&str> = text.lines().collect();
    assert_eq!(
        lines,
        [
            "MODEL     CALLS  OK      IN    CACHED  OUT  COST     FIRST BYTE",
            "]0;xQwen  2      50.0 %  1000  -       20   ¥0.0700",
            "(none)    1      50.0 %  1000  -       20   0",
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
    overview.first_byte = Percentiles {
        calls: 3,
        p50_ms: Some(120),
        p95_ms: Some(900),
        ..Percentiles::default()
    };
    let text = summary(30, &overview);
    assert!(text.contains("last 30 days"), "{text}");
    assert!(text.contains("calls of unknown cost"), "{text}");
    assert!(
        text.contains("half within 120 ms, 95 % within 900 ms"),
        "{text}"
    );
}
