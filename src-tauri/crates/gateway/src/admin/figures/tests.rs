use super::*;
use serde_json::json;

#[test]
fn amounts_are_the_nearest_decimals() {
    for (nano, text) in [
        (0, "0.0"),
        (100_000_000, "0.1"),
        (12_340_000_000, "12.34"),
        (-500_000_000, "-0.5"),
        (1, "1e-9"),
        (8_999_999_999_990_000_000, "8999999999.99"),
    ] {
        assert_eq!(json!(amount(nano)).to_string(), text, "{nano}");
    }
}

#[test]
fn moments_are_seconds() {
    assert_eq!(
        json!(seconds(1_787_400_000_250)).to_string(),
        "1787400000.25"
    );
    assert_eq!(json!(seconds(0)).to_string(), "0.0");
    assert!(seconds(i64::MAX) > 0.0 && seconds(i64::MIN) < 0.0);
}

#[test]
fn a_masked_key_shows_its_end() {
    assert_eq!(masked("f00d"), "sk-…f00d");
}
