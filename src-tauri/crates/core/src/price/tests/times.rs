//! Days, hours and zones.

use super::{PriceTable, Purchase, at, ms, nano, of, tokens, with};

#[test]
fn a_row_begins_and_ends_at_midnight_in_beijing() {
    let flash = |time| at("deepseek-ai/DeepSeek-V4-Flash", time);
    let used = tokens(1_000, 0, 100);
    // 1,000 × 1,000 + 100 × 2,000, then 1,000 × 3,000 + 100 × 9,000
    assert_eq!(nano(&flash("2026-08-31T15:59:59.999Z"), &used), 1_200_000);
    assert_eq!(nano(&flash("2026-08-31T16:00:00Z"), &used), 3_900_000);
    let pro = |time| at("deepseek-ai/DeepSeek-V4-Pro", time);
    let hit = tokens(1_000, 1_000, 0);
    assert_eq!(nano(&pro("2026-08-02T15:59:59.999Z"), &hit), 100_000);
    assert_eq!(nano(&pro("2026-08-02T16:00:00Z"), &hit), 1_000_000);
}

#[test]
fn a_retired_model_has_no_price_afterwards_and_a_redirected_name_that_of_its_heir() {
    let table = PriceTable::shipped();
    let quoted = |model, time| {
        table
            .quote(&at(model, time))
            .map(|quote| quote.id().to_string())
    };
    let nex = "nex-agi/Nex-N2-Pro";
    assert!(quoted(nex, "2026-09-11T23:59:59+08:00").is_some());
    assert_eq!(quoted(nex, "2026-09-12T00:00:00+08:00"), None);
    let glm = "Pro/zai-org/GLM-5";
    assert_eq!(quoted(glm, "2026-06-10T23:59:59+08:00"), None);
    assert_eq!(
        quoted(glm, "2026-06-11T00:00:00+08:00").unwrap(),
        "cn:Pro/zai-org/GLM-5@2026-06-11"
    );
    // 33,000 × 8,000
    assert_eq!(nano(&of(glm), &tokens(33_000, 0, 0)), 264_000_000);
}

#[test]
fn beijing_has_the_same_hours_in_winter_and_in_summer() {
    let table = PriceTable::shipped();
    for day in ["2027-01-15", "2027-07-15"] {
        let flash = |time: &str| {
            let purchase = at("deepseek-ai/DeepSeek-V4-Flash", &format!("{day}T{time}Z"));
            table.quote(&purchase).unwrap().id().to_string()
        };
        // 18:00 UTC is 02:00 in Beijing.
        assert!(flash("17:59:59").ends_with("+08:00"));
        assert!(flash("18:00:00").ends_with("+02:00"));
        assert!(flash("23:59:59").ends_with("+02:00"));
        assert!(flash("00:00:00").ends_with("+08:00"));
    }
}

#[test]
fn hours_follow_the_clock_where_it_is_changed() {
    let night = r#"{"id":"user:night","site":"com","model":"owl","zone":"America/New_York",
        "hours":{"from":"01:00","until":"03:00"},"image":"1"}"#;
    let table = with(&[night]);
    let holds = |time: &str| {
        let purchase = Purchase {
            site: super::Site::Com,
            ..at("owl", time)
        };
        table.quote(&purchase).is_some()
    };
    // Two o'clock does not come on 8 March; half past one comes twice on 1 November.
    assert!(holds("2026-03-08T06:59:59Z") && !holds("2026-03-08T07:00:00Z"));
    assert!(!holds("2026-11-01T04:59:59Z") && holds("2026-11-01T05:00:00Z"));
    assert!(holds("2026-11-01T07:59:59Z") && !holds("2026-11-01T08:00:00Z"));
}

#[test]
fn every_minute_of_a_day_has_exactly_one_price() {
    let table = PriceTable::shipped();
    let midnight = ms("2026-10-15T00:00:00+08:00");
    let cheap = (0..24 * 60)
        .filter(|minute| {
            let purchase = Purchase {
                at_ms: midnight + minute * 60_000,
                ..of("deepseek-ai/DeepSeek-V4-Flash")
            };
            let quote = table.quote(&purchase).unwrap();
            quote.id().ends_with("+02:00")
        })
        .count();
    assert_eq!(cheap, 6 * 60);
}

#[test]
fn a_moment_outside_the_calendar_has_no_hour() {
    let table = PriceTable::shipped();
    for at_ms in [i64::MIN, i64::MAX] {
        let purchase = Purchase {
            at_ms,
            ..of("deepseek-ai/DeepSeek-V4-Flash")
        };
        // Before every change there is a price for all hours.
        assert_eq!(table.quote(&purchase).is_some(), at_ms < 0);
    }
}
