use super::*;

fn info(total: &str) -> String {
    format!(
        r#"{{"code":20000,"message":"OK","status":true,"data":{{"id":"u","balance":"0.88",
        "chargeBalance":"88.00","totalBalance":{total}}}}}"#
    )
}

#[test]
fn the_amount_is_read_to_the_last_digit() {
    for (written, nano) in [
        (r#""88.88""#, 88_880_000_000),
        (r#""0""#, 0),
        (r#""-0.01""#, -10_000_000),
        (r#"" 12.5 ""#, 12_500_000_000),
        (r#""0.1""#, 100_000_000),
        ("0.1", 100_000_000),
        ("1000", 1_000_000_000_000),
        // Finer than a nano-unit.
        (r#""0.1234567899""#, 123_456_789),
    ] {
        let read = read(info(written).as_bytes());
        assert_eq!(read, Some(Nano::new(nano)), "{written}");
    }
}

#[test]
fn what_is_no_balance_is_none() {
    for total in [
        "null",
        r#""""#,
        r#""much""#,
        "1e3",
        r#""9999999999999""#,
        "{}",
        "[]",
    ] {
        assert_eq!(read(info(total).as_bytes()), None, "{total}");
    }
    for body in [
        "",
        "<html>502</html>",
        "{}",
        r#"{"data":null}"#,
        r#"{"data":{"balance":"1"}}"#,
        r#"{"code":20092,"message":"gone","data":{"totalBalance":"1.00"}}"#,
    ] {
        assert_eq!(read(body.as_bytes()), None, "{body}");
    }
}

#[test]
fn a_status_says_why() {
    for (status, reason) in [
        (410, BalanceFailureReason::Retired),
        (401, BalanceFailureReason::Unauthorized),
        (500, BalanceFailureReason::Status),
        (404, BalanceFailureReason::Status),
    ] {
        let untold = refused(status);
        assert_eq!(untold.reason, reason);
        assert!(untold.text.contains(&status.to_string()), "{untold:?}");
    }
}
